//! Calls, arguments, construction and initialisers.

use tree_sitter::Node;

use super::access::{last_part, path};
use super::expressions::{expression, opaque, opaque_of};
use super::operators::place;
use super::syntax::{bare_type, child, children, counts, field, has, name_of, simple_name, type_arguments, type_text};
use crate::lang::Lower;
use crate::program::*;

/// A call whose callee is not a link of a chain.
pub(super) fn named<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, callee: Node<'t>) -> NodeId {
    let list = field(node, "arguments");
    if callee.kind() == "identifier"
        && lower.text(callee) == "nameof"
        && let Some(id) = list.and_then(|list| name_of_operator(lower, node, list))
    {
        return id;
    }
    let type_args = type_arguments(lower, callee);
    let callee = expression(lower, callee);
    let args = arguments(lower, list);
    let call = Call { callee, args, block: None, safe: false, construct: false, type_args, initialiser: Vec::new() };
    lower.push(Kind::Call(Box::new(call)), node)
}

/// `nameof(a.B)` is `"B"`; nothing of it runs.
fn name_of_operator<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, list: Node<'t>) -> Option<NodeId> {
    let argument = children(list).into_iter().next()?;
    let named = children(argument).into_iter().last()?;
    let last = field(named, "name").unwrap_or(named);
    let text = simple_name(lower, last);
    Some(lower.push(Kind::Lit(Lit::Str(text)), node))
}

/// The arguments of a list, in order.
pub(super) fn arguments<'t>(lower: &mut Lower<'_, 't>, list: Option<Node<'t>>) -> Vec<NodeId> {
    list.map(children).unwrap_or_default().into_iter().map(|one| argument(lower, one)).collect()
}

/// Whether the argument is passed as `out`, so that the call writes it.
pub(super) fn writes(argument: Node<'_>) -> bool {
    has(argument, "out")
}

pub(super) fn argument<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    if !matches!(node.kind(), "argument" | "attribute_argument") {
        return expression(lower, node);
    }
    let label = field(node, "name");
    let parts: Vec<Node<'t>> = children(node).into_iter().filter(|part| Some(*part) != label).collect();
    let id = match parts.as_slice() {
        [value] if writes(node) => {
            let target = match value.kind() {
                "declaration_expression" => declared(lower, *value),
                _ => place(lower, *value),
            };
            lower.push(Kind::Out(target), node)
        }
        [value] if has(node, "ref") => aliased(lower, node, *value),
        [value] => expression(lower, *value),
        _ => opaque(lower, node, &parts),
    };
    match label {
        Some(label) => {
            let name = name_of(lower, label);
            lower.push(Kind::Keyword(name, id), node)
        }
        None => id,
    }
}

/// `ref x`: whoever holds the reference may write the place at any time.
pub(super) fn aliased<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, value: Node<'t>) -> NodeId {
    let id = expression(lower, value);
    let writes = match lower.kind(id) {
        Kind::Name(name) => vec![name.clone()],
        _ => return id,
    };
    lower.push(Kind::Opaque { children: vec![id], writes }, node)
}

/// `var x`, `string x` in an expression.
pub(super) fn declared<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let name = field(node, "name").map(|name| name_of(lower, name)).unwrap_or_default();
    if name == "_" {
        return lower.push(Kind::Name(name), node);
    }
    let ty = field(node, "type").and_then(|ty| type_text(lower, ty));
    lower.push(Kind::Let { name, ty, value: None, settable: false }, node)
}

/// `new T<A>(…) { … }`.
pub(super) fn construct<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    match field(node, "type") {
        Some(ty) => constructed(lower, node, ty),
        None => opaque(lower, node, &children(node)),
    }
}

/// `new(…)` of a type that is written nowhere near: the arguments and the values of the initialiser run.
pub(super) fn untyped<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut all = arguments(lower, child(node, "argument_list"));
    if let Some(list) = child(node, "initializer_expression") {
        let elements = initialiser(lower, list);
        // the object they write to is not known
        all.extend(elements.into_iter().map(|id| match lower.kind(id) {
            Kind::Set { value, .. } => *value,
            _ => id,
        }));
    }
    opaque_of(lower, node, all)
}

/// A construction of a type that is written in it, or in the declaration around a `new(…)`.
pub(super) fn constructed<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, ty: Node<'t>) -> NodeId {
    let ty = bare_type(ty);
    let type_args = type_arguments(lower, last_part(ty));
    let callee = path(lower, ty);
    let args = arguments(lower, child(node, "argument_list"));
    let initialiser = child(node, "initializer_expression").map(|list| initialiser(lower, list)).unwrap_or_default();
    let call = Call { callee, args, block: None, safe: false, construct: true, type_args, initialiser };
    lower.push(Kind::Call(Box::new(call)), node)
}

/// The elements of an object or collection initialiser.
fn initialiser<'t>(lower: &mut Lower<'_, 't>, list: Node<'t>) -> Vec<NodeId> {
    let mut out = Vec::new();
    // what a nested initialiser writes to, and its elements, last first
    let mut stack: Vec<(Option<Vec<Node<'t>>>, Node<'t>)> = Vec::new();
    let push = |path: Option<Vec<Node<'t>>>, list: Node<'t>, stack: &mut Vec<_>| {
        stack.extend(children(list).into_iter().rev().map(|one| (path.clone(), one)));
    };
    push(Some(Vec::new()), list, &mut stack);
    while let Some((path, element)) = stack.pop() {
        let path = path.unwrap_or_default();
        let target = field(element, "left").filter(|left| {
            element.kind() == "assignment_expression"
                && matches!(left.kind(), "identifier" | "element_binding_expression")
        });
        let Some((target, value)) = target.zip(field(element, "right")) else {
            out.push(expression(lower, element));
            continue;
        };
        let mut path = path;
        path.push(target);
        let nested = value.kind() == "initializer_expression";
        let members = children(value).iter().any(|one| one.kind() == "assignment_expression");
        if nested && members && path.len() < 8 {
            push(Some(path), value, &mut stack);
            continue;
        }
        let place = initialised(lower, &path);
        let value = expression(lower, value);
        // `Items = { a, b }` adds to what the property holds
        let op = if nested { SetOp::Add } else { SetOp::Plain };
        out.push(lower.push(Kind::Set { place, op, value }, element));
    }
    out
}

/// The place that an initialiser's element writes: members of the object under construction.
fn initialised<'t>(lower: &mut Lower<'_, 't>, path: &[Node<'t>]) -> NodeId {
    let at = path.last().copied();
    let mut id = match at {
        Some(at) => lower.push(Kind::SelfRef, at),
        None => return lower.push_range(Kind::SelfRef, 0..0),
    };
    for step in path {
        let kind = if step.kind() == "element_binding_expression" {
            Kind::Index { recv: id, args: arguments(lower, Some(*step)), safe: false }
        } else {
            Kind::Attr { recv: id, name: name_of(lower, *step), safe: false }
        };
        id = lower.push(kind, *step);
    }
    id
}

/// `new { A = 1, b.C }`.
pub(super) fn record<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut pairs = Vec::new();
    let mut cursor = node.walk();
    // a name and `=` stand before most values, none of them under a node of its own
    let mut label: Option<Node<'t>> = None;
    let mut waiting: Option<Node<'t>> = None;
    for part in node.children(&mut cursor) {
        match part.kind() {
            "=" => label = waiting.take(),
            "," | "}" => {
                if let Some(value) = waiting.take() {
                    pairs.push(pair(lower, label.take(), value));
                }
            }
            _ if counts(part) => {
                if let Some(value) = waiting.replace(part) {
                    pairs.push(pair(lower, label.take(), value));
                }
            }
            _ => {}
        }
    }
    if let Some(value) = waiting {
        pairs.push(pair(lower, label, value));
    }
    lower.push(Kind::Map(pairs), node)
}

fn pair<'t>(lower: &mut Lower<'_, 't>, label: Option<Node<'t>>, value: Node<'t>) -> (Option<NodeId>, NodeId) {
    let named = label.unwrap_or_else(|| field(value, "name").unwrap_or(value));
    let text = simple_name(lower, named);
    let key = lower.push(Kind::Lit(Lit::Str(text)), named);
    (Some(key), expression(lower, value))
}
