//! Chains of members, calls and indexes, lowered from their base outward however long they are.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::calls;
use super::expressions::{expression, opaque, with_skipped};
use super::syntax::{child, children, field, has, name_of, simple_name, span, type_arguments};
use crate::lang::Lower;
use crate::program::*;

/// Lowers a chain such as `a.b(c)?.d[e]`.
pub(super) fn chain<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut links = Vec::new();
    let mut base = node;
    while let Some(inner) = receiver(lower, base) {
        links.push(base);
        base = inner;
    }
    let mut built = match links.pop() {
        // `f(x)`: the callee is a bare name
        Some(first) if first.kind() == "invocation_expression" => {
            let mut built = calls::named(lower, first, base);
            if first.has_error() {
                built = with_skipped(lower, first, built);
            }
            Chain { id: built, safe: false, pending: Vec::new() }
        }
        // a link without a receiver, in broken code
        None => return opaque(lower, node, &children(node)),
        Some(first) => {
            let id = expression(lower, base);
            let mut built = Chain { id, safe: false, pending: Vec::new() };
            built.link(lower, base, first);
            built
        }
    };
    for link in links.into_iter().rev() {
        built.link(lower, base, link);
    }
    built.id
}

/// What a link of a chain is applied to; `None` at the base.
fn receiver<'t>(lower: &Lower<'_, 't>, node: Node<'t>) -> Option<Node<'t>> {
    match lower.role(node)? {
        "call" => field(node, "function"),
        "member" | "index" => field(node, "expression"),
        "safe" => field(node, "condition"),
        // `a!` is `a`
        "postfix" if child(node, "!").is_some() => children(node).into_iter().next(),
        _ => None,
    }
}

struct Chain {
    id: NodeId,
    /// A `?.` stands before: the rest of the chain is skipped when that receiver is null.
    safe: bool,
    /// Type arguments of the member just read, for the call that follows.
    pending: Vec<SmolStr>,
}

impl Chain {
    fn link<'t>(&mut self, lower: &mut Lower<'_, 't>, base: Node<'t>, link: Node<'t>) {
        let range = span(base, link);
        match lower.role(link) {
            Some("call") => {
                let args = calls::arguments(lower, field(link, "arguments"));
                let call = Call {
                    callee: self.id,
                    args,
                    block: None,
                    safe: self.safe,
                    construct: false,
                    type_args: std::mem::take(&mut self.pending),
                    initialiser: Vec::new(),
                };
                self.id = lower.push_range(Kind::Call(Box::new(call)), range);
            }
            Some("member") => {
                // the mask writes `a?.b = c` so; a pointer is not null where it is read
                self.safe |= has(link, "->");
                self.member(lower, field(link, "name"), range);
            }
            Some("index") => {
                let args = calls::arguments(lower, field(link, "subscript"));
                self.index(lower, args, range);
            }
            Some("safe") => {
                self.safe = true;
                if let Some(binding) = child(link, "member_binding_expression") {
                    self.member(lower, field(binding, "name"), range);
                } else if let Some(binding) = child(link, "element_binding_expression") {
                    let args = calls::arguments(lower, Some(binding));
                    self.index(lower, args, range);
                }
            }
            _ => {}
        }
        if link.has_error() {
            self.id = with_skipped(lower, link, self.id);
        }
    }

    fn member<'t>(&mut self, lower: &mut Lower<'_, 't>, name: Option<Node<'t>>, range: std::ops::Range<usize>) {
        self.pending = name.map_or_else(Vec::new, |name| type_arguments(lower, name));
        let kind = Kind::Attr {
            recv: self.id,
            name: name.map(|name| simple_name(lower, name)).unwrap_or_default(),
            safe: self.safe,
        };
        self.id = lower.push_range(kind, range);
    }

    fn index(&mut self, lower: &mut Lower<'_, '_>, args: Vec<NodeId>, range: std::ops::Range<usize>) {
        let kind = Kind::Index { recv: self.id, args, safe: self.safe };
        self.id = lower.push_range(kind, range);
    }
}

/// A type or namespace name as an expression: `A.B<C>` is `A.B`, `global::A` is `A`.
pub(super) fn path<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut parts = Vec::new();
    let mut base = node;
    while base.kind() == "qualified_name" {
        let Some(qualifier) = field(base, "qualifier") else {
            break;
        };
        parts.push(base);
        base = qualifier;
    }
    if base.kind() == "alias_qualified_name" {
        base = field(base, "name").unwrap_or(base);
    }
    let first = match base.kind() {
        "generic_name" => simple_name(lower, base),
        _ => name_of(lower, base),
    };
    let mut id = lower.push(Kind::Name(first), base);
    for part in parts.into_iter().rev() {
        let name = field(part, "name").map(|name| simple_name(lower, name)).unwrap_or_default();
        let kind = Kind::Attr { recv: id, name, safe: false };
        id = lower.push_range(kind, span(base, part));
    }
    id
}

/// The last part of a type name, which holds its type arguments.
pub(super) fn last_part(node: Node<'_>) -> Node<'_> {
    match node.kind() {
        "qualified_name" | "alias_qualified_name" => field(node, "name").unwrap_or(node),
        _ => node,
    }
}
