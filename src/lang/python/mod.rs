//! stub, replaced by the adapter's author

use super::{Adapter, Masked, Outline, Source};
use crate::program::*;

pub struct Python;

impl Adapter for Python {
    fn mask<'t>(&self, text: &'t str, _template: bool) -> Masked<'t> {
        Masked::plain(text)
    }
    fn outline<'t>(&self, _source: &Source<'t>) -> Outline<'t> {
        Outline::default()
    }
    fn lower(&self, _source: &Source<'_>, _outline: &Outline<'_>, _id: ItemId) -> Code {
        Code {
            nodes: Vec::new(),
            root: NodeId(0),
        }
    }
}
