//! `using` directives.

use tree_sitter::Node;

use super::syntax::{children, dotted, field, has, name_of};
use crate::lang::Lower;
use crate::program::*;

pub(super) fn import<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let alias = field(node, "name");
    let path = children(node)
        .into_iter()
        .rfind(|part| Some(*part) != alias)
        .map(|path| dotted(lower.text(path)))
        .unwrap_or_default();
    let import = match alias {
        Some(alias) => Import::Module { path, alias: Some(name_of(lower, alias)) },
        None => Import::Star { path, is_static: has(node, "static"), global: has(node, "global") },
    };
    lower.push(Kind::Import(Box::new(import)), node)
}
