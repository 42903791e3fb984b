//! Blocks, assignments and the small statements.

use tree_sitter::Node as Syntax;

use super::calls::plain_call;
use super::expressions::only_child;
use super::roles::{all, errors, field, lower, nothing, opaque};
use crate::lang::Lower;
use crate::program::*;

pub(super) fn sequence<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let statements = Lower::children(node)
        .into_iter()
        .filter(|child| !is_docstring(*child))
        .map(|child| lower(code, child))
        .collect();
    code.push(Kind::Seq(statements), node)
}

/// A statement that is only a string: documentation, or code that is switched off.
pub(super) fn is_docstring(node: Syntax<'_>) -> bool {
    if node.kind() != "expression_statement" || node.named_child_count() != 1 {
        return false;
    }
    let plain = |string: Syntax<'_>| {
        string.kind() == "string"
            && !string.named_children(&mut string.walk()).any(|part| part.kind() == "interpolation" || part.is_error())
    };
    node.named_child(0).is_some_and(|child| {
        plain(child)
            || child.kind() == "concatenated_string"
                && child.named_children(&mut child.walk()).all(|part| part.kind() == "comment" || plain(part))
    })
}

/// An expression as a statement; `a, b` is a tuple.
pub(super) fn statement<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let comma = node.children(&mut node.walk()).any(|child| child.kind() == ",");
    let parts = all(code, node);
    match parts.as_slice() {
        _ if comma => code.push(Kind::List(parts), node),
        [only] => *only,
        _ => code.push(Kind::Seq(parts), node),
    }
}

/// `a = b = c` is an assignment of an assignment; `a: T` alone does nothing.
pub(super) fn assignment<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let annotation = node.child_by_field_name("type");
    let Some(right) = node.child_by_field_name("right") else {
        let name = node.child_by_field_name("left");
        return match (annotation, name.map(|name| name.kind())) {
            (Some(_), Some("identifier")) => code.push(nothing(Vec::new()), node),
            (Some(_), _) => {
                let place = field(code, node, "left");
                code.push(nothing(vec![place]), node)
            }
            _ => opaque(code, node),
        };
    };
    let mut value = lower(code, right);
    if let Some(ty) = annotation.and_then(plain_type) {
        let ty = code.text(ty).into();
        value = code.push(Kind::Typed(value, Some(ty)), right);
    }
    let place = field(code, node, "left");
    let op = SetOp::Plain;
    code.push(Kind::Set { place, op, value }, node)
}

/// An annotation that is a plain name or attribute.
fn plain_type(ty: Syntax<'_>) -> Option<Syntax<'_>> {
    ty.named_child(0).filter(|name| matches!(name.kind(), "identifier" | "attribute"))
}

pub(super) fn augmented<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let operator = node.child_by_field_name("operator").map(|op| op.kind());
    let value = field(code, node, "right");
    let place = field(code, node, "left");
    let op = match operator {
        Some("+=") => SetOp::Add,
        _ => SetOp::Other,
    };
    code.push(Kind::Set { place, op, value }, node)
}

pub(super) fn walrus<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let value = field(code, node, "value");
    let place = field(code, node, "name");
    let op = SetOp::Plain;
    code.push(Kind::Set { place, op, value }, node)
}

pub(super) fn pass<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let parts = errors(code, node);
    code.push(Kind::Seq(parts), node)
}

/// `del x` may leave `x` unbound, `del a[b]` pops the element, `del a.b` leaves the member unknown.
pub(super) fn delete<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut pending = Lower::children(node);
    pending.reverse();
    let mut done = Vec::new();
    while let Some(target) = pending.pop() {
        match target.kind() {
            "expression_list" | "tuple" | "list" | "parenthesized_expression" => {
                pending.extend(Lower::children(target).into_iter().rev());
            }
            _ if target.is_error() => {}
            _ => {
                let place = lower(code, target);
                done.push(deleted(code, target, place));
            }
        }
    }
    match done.as_slice() {
        [only] => *only,
        _ => code.push(Kind::Seq(done), node),
    }
}

fn deleted<'t>(code: &mut Lower<'_, 't>, target: Syntax<'t>, place: NodeId) -> NodeId {
    let kind = match code.kind(place).clone() {
        Kind::Name(name) => Kind::Opaque { children: Vec::new(), writes: vec![name] },
        Kind::Index { recv, args, .. } => {
            let name = "pop".into();
            let safe = false;
            let callee = code.push(Kind::Attr { recv, name, safe }, target);
            plain_call(callee, args)
        }
        Kind::Attr { .. } => {
            let op = SetOp::Plain;
            let value = code.push(nothing(Vec::new()), target);
            Kind::Set { place, op, value }
        }
        _ => nothing(vec![place]),
    };
    code.push(kind, target)
}

/// `global x` as a call of `global` with the names as strings; it decides where assignments go.
pub(super) fn scope<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let word = match node.kind() {
        "nonlocal_statement" => "nonlocal",
        _ => "global",
    };
    let start = node.start_byte();
    let callee = code.push_range(Kind::Name(word.into()), start..start + word.len());
    let names: Vec<_> = Lower::children(node).into_iter().filter(|name| name.kind() == "identifier").collect();
    let args = names
        .into_iter()
        .map(|name| {
            let text = code.text(name).into();
            code.push(Kind::Lit(Lit::Str(text)), name)
        })
        .collect();
    code.push(plain_call(callee, args), node)
}

/// `type X = Y`: `Y` is evaluated when someone asks for it.
pub(super) fn alias<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let writes = node.child_by_field_name("left").map(|left| alias_name(code.text(left)).into()).into_iter().collect();
    let children = Vec::new();
    code.push(Kind::Opaque { children, writes }, node)
}

/// `X` of `X[T]`.
pub(super) fn alias_name(left: &str) -> &str {
    left.split('[').next().unwrap_or(left).trim()
}

/// The value of a statement's only operand, if it has one.
pub(super) fn operand<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Option<NodeId> {
    let has_value = Lower::children(node).iter().any(|child| !child.is_error());
    has_value.then(|| only_child(code, node))
}
