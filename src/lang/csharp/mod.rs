//! C#: syntax to program.

mod access;
mod assigned;
mod attributes;
mod calls;
mod classes;
mod conditions;
mod expressions;
mod groups;
mod guard;
mod imports;
mod lambdas;
mod literals;
mod locals;
mod mask;
mod members;
mod operators;
mod outline;
mod patterns;
mod properties;
mod scan;
mod shape;
mod statements;
mod strings;
mod switches;
mod symbols;
mod syntax;

#[cfg(test)]
mod tests;

use super::{Adapter, Lower, Masked, Outline, Source};
use crate::program::*;

pub struct CSharp;

impl Adapter for CSharp {
    fn mask<'t>(&self, text: &'t str, _template: bool) -> Masked<'t> {
        super::with_line_ends(text, mask::mask).unwrap_or_else(|| mask::mask(text))
    }

    fn outline<'t>(&self, source: &Source<'t>) -> Outline<'t> {
        outline::outline(source)
    }

    fn lower(&self, source: &Source<'_>, outline: &Outline<'_>, id: ItemId) -> Code {
        let (Some(item), Some(node)) = (outline.items.get(id.0 as usize), outline.nodes.get(id.0 as usize)) else {
            return Code { nodes: Vec::new(), root: NodeId(0) };
        };
        let mut lower = Lower::new(source, outline, id);
        let root = match item.kind {
            ItemKind::Container => classes::container(&mut lower, id, *node),
            ItemKind::Import => imports::import(&mut lower, *node),
            ItemKind::Def => members::definition(&mut lower, *node, item.visibility),
            ItemKind::Statement => {
                let parent = item.parent.and_then(|id| outline.nodes.get(id.0 as usize));
                let interface = parent.is_some_and(|node| node.kind() == "interface_declaration");
                statements::item(&mut lower, *node, interface)
            }
        };
        lower.finish(root)
    }
}
