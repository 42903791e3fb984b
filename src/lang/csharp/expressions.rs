//! Expressions, and the dispatch by role.

use tree_sitter::Node;

use super::syntax::{child, children, field, simple_name};
use super::{access, calls, lambdas, literals, operators, statements, switches};
use crate::lang::Lower;
use crate::program::*;

/// Lowers any node by its role; one without a role becomes opaque over its children.
pub(super) fn expression<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    lower.deeper(node, |lower| dispatch(lower, node))
}

fn dispatch<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let Some(role) = lower.role(node) else {
        return opaque(lower, node, &children(node));
    };
    let id = by_role(lower, node, role);
    if node.has_error() && READS_FIELDS.contains(&role) {
        return with_skipped(lower, node, id);
    }
    id
}

/// Roles whose lowering reads the fields of a node: what the parser skipped stands beside them.
const READS_FIELDS: [&str; 17] = [
    "binary",
    "unary",
    "postfix",
    "assignment",
    "ternary",
    "test",
    "cast",
    "construct",
    "construct_implicit",
    "condition",
    "while",
    "do",
    "for",
    "foreach",
    "leave",
    "yield",
    "lambda",
];

/// Puts what the parser skipped inside a node before it, so that nothing in broken code is lost.
pub(super) fn with_skipped<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, id: NodeId) -> NodeId {
    let skipped: Vec<Node<'t>> = children(node).into_iter().filter(|part| part.is_error()).collect();
    if skipped.is_empty() {
        return id;
    }
    let mut all: Vec<NodeId> = skipped.into_iter().map(|part| expression(lower, part)).collect();
    all.push(id);
    opaque_of(lower, node, all)
}

fn by_role<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, role: &'static str) -> NodeId {
    match role {
        "name" | "generic" => name(lower, node),
        "path" => access::path(lower, node),
        "self" => lower.push(Kind::SelfRef, node),
        "parent" => lower.push(Kind::Super, node),
        "call" | "member" | "index" | "safe" => access::chain(lower, node),
        "construct" => calls::construct(lower, node),
        "construct_implicit" => calls::untyped(lower, node),
        "record" => calls::record(lower, node),
        "list" => list(lower, node),
        "spread" => wrapped(lower, node, Kind::Splat),
        "literal" => literals::literal(lower, node),
        "interpolation" => literals::interpolation(lower, node),
        "binary" => operators::binary(lower, node),
        "unary" => operators::unary(lower, node),
        "postfix" => operators::postfix(lower, node),
        "assignment" => operators::assignment(lower, node),
        "ternary" => operators::ternary(lower, node),
        "test" => operators::test(lower, node),
        "cast" => operators::cast(lower, node),
        "await" => wrapped(lower, node, |inner| Kind::Typed(inner, None)),
        "inner" if node.kind() == "ref_expression" => match children(node).as_slice() {
            [value] => calls::aliased(lower, node, *value),
            _ => only(lower, node),
        },
        "inner" => only(lower, node),
        "default" => lower.nil(node),
        "type_of" => type_of(lower, node),
        "declared" => calls::declared(lower, node),
        "lambda" => lambdas::lambda(lower, node),
        "choice" => switches::expression(lower, node),
        "raise" => raise(lower, node),
        "type" | "nothing" => opaque_of(lower, node, Vec::new()),
        _ => statements::statement(lower, node, role),
    }
}

fn name(lower: &mut Lower<'_, '_>, node: Node<'_>) -> NodeId {
    let name = simple_name(lower, node);
    lower.push(Kind::Name(name), node)
}

fn wrapped<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, wrap: impl FnOnce(NodeId) -> Kind) -> NodeId {
    let inner = only(lower, node);
    lower.push(wrap(inner), node)
}

fn type_of<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let ty = field(node, "type").map(|ty| access::path(lower, ty));
    opaque_of(lower, node, ty.into_iter().collect())
}

fn raise<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let value = children(node).first().map(|value| expression(lower, *value));
    lower.push(Kind::Raise(value), node)
}

pub(super) fn opaque_of(lower: &mut Lower<'_, '_>, node: Node<'_>, children: Vec<NodeId>) -> NodeId {
    let kind = Kind::Opaque { children, writes: Vec::new() };
    lower.push(kind, node)
}

/// What is not modelled: its parts run in order.
pub(super) fn opaque<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, parts: &[Node<'t>]) -> NodeId {
    let children = parts.iter().map(|part| expression(lower, *part)).collect();
    opaque_of(lower, node, children)
}

/// The one child of a wrapper.
fn only<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let parts = children(node);
    match parts.as_slice() {
        [inner] => expression(lower, *inner),
        _ => opaque(lower, node, &parts),
    }
}

fn list<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let ty = field(node, "type");
    let mut elements = Vec::new();
    for part in children(node) {
        if Some(part) == ty {
            elements.extend(sizes(lower, part));
        } else if matches!(node.kind(), "tuple_expression") {
            elements.push(calls::argument(lower, part));
        } else if part.kind() == "initializer_expression" && node.kind() != "initializer_expression" {
            elements.extend(children(part).into_iter().map(|one| expression(lower, one)));
        } else {
            elements.push(expression(lower, part));
        }
    }
    for id in &mut elements {
        // the names of a tuple's elements do not matter
        if let Kind::Keyword(_, value) = lower.kind(*id) {
            *id = *value;
        }
    }
    // `new T[n]` holds elements that nobody wrote
    if ty.is_some() && child(node, "initializer_expression").is_none() {
        return opaque_of(lower, node, elements);
    }
    lower.push(Kind::List(elements), node)
}

/// The sizes in `new T[a, b]`.
fn sizes<'t>(lower: &mut Lower<'_, 't>, ty: Node<'t>) -> Vec<NodeId> {
    let Some(rank) = field(ty, "rank") else {
        return Vec::new();
    };
    let sizes: Vec<NodeId> = children(rank)
        .into_iter()
        .filter(|size| size.kind() != "integer_literal")
        .map(|size| expression(lower, size))
        .collect();
    sizes
}
