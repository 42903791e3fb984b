//! Python: syntax to program.
//!
//! What the evaluator should know beyond the types of [`crate::program`]:
//! - `global x`, `nonlocal x` are calls of a name `global`, `nonlocal` with the names as strings;
//! - `super()` is [`Kind::Super`];
//! - a comprehension is a collecting loop; loops inside it stand under a [`Kind::Splat`], their elements join the outer list;
//! - a generator expression is that loop as [`Kind::Typed`] of the type `generator`: its elements come later, if at all;
//! - a coroutine counts as a generator; `await x` is [`Kind::Typed`] without a type and runs it;
//! - bytes are unknown: they equal no text;
//! - `yield from x` is a yield of a [`Kind::Splat`];
//! - the first parameter of a `@classmethod` has the type `type[Self]`, which tells it from a `@staticmethod`;
//! - `del a[b]` is a call of `a.pop`, `del a.b` sets the member to an unknown value;
//! - `Annotated[T, call]` gives a parameter without a default the call as its default;
//! - a function that says `global x` binds `x` as an item too, after its own name;
//! - a chain of more than a hundred links becomes a sequence of shorter ones;
//! - the middle operand of `a < b < c` is one node with two parents, evaluated once.

mod bindings;
mod calls;
mod control;
mod definitions;
mod expressions;
mod guard;
mod imports;
mod mask;
mod operators;
mod outline;
mod parameters;
mod patterns;
mod roles;
mod statements;
mod strings;
#[cfg(test)]
mod tests;

use tree_sitter::Node as Syntax;

use super::{Adapter, Lower, Masked, Outline, Source};
use crate::program::*;

pub struct Python;

impl Adapter for Python {
    fn mask<'t>(&self, text: &'t str, _template: bool) -> Masked<'t> {
        fn masked(text: &str) -> Masked<'_> {
            Masked { text: mask::joined_lines(text), ..Masked::plain(text) }
        }
        super::with_line_ends(text, masked).unwrap_or_else(|| masked(text))
    }

    fn outline<'t>(&self, source: &Source<'t>) -> Outline<'t> {
        outline::outline(source)
    }

    fn lower(&self, source: &Source<'_>, outline: &Outline<'_>, id: ItemId) -> Code {
        let mut code = Lower::new(source, outline, id);
        let node = outline.nodes[id.0 as usize];
        let root = match (outline.items[id.0 as usize].kind, id.0) {
            (ItemKind::Container, 0) => {
                let members = members(&mut code, id);
                code.push(Kind::Seq(members), node)
            }
            (ItemKind::Container, _) => {
                let members = members(&mut code, id);
                definitions::container(&mut code, node, members)
            }
            _ => roles::lower(&mut code, node),
        };
        code.finish(root)
    }
}

/// References to the members of a container. They lie between its own item and the first item that starts behind it.
fn members(code: &mut Lower<'_, '_>, id: ItemId) -> Vec<NodeId> {
    let outline = code.outline;
    let end = outline.items[id.0 as usize].end;
    let mut found = Vec::new();
    for (index, item) in outline.items.iter().enumerate().skip(id.0 as usize + 1) {
        if item.start >= end {
            break;
        }
        if item.parent == Some(id) {
            let range = item.start as usize..item.end as usize;
            found.push(code.push_range(Kind::Item(ItemId(index as u32)), range));
        }
    }
    found
}

/// The part of a decorated definition that is defined.
fn undecorated(node: Syntax<'_>) -> Syntax<'_> {
    match node.kind() {
        "decorated_definition" => node.child_by_field_name("definition").unwrap_or(node),
        _ => node,
    }
}
