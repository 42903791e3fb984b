//! Declarations of locals, fields and constants.

use tree_sitter::Node;

use super::attributes;
use super::calls;
use super::expressions::{expression, opaque_of};
use super::statements::declared_type;
use super::syntax::{child, children, field, name_of};
use crate::lang::Lower;
use crate::program::*;

/// A local or field declaration: one Let for each name.
pub(super) fn declaration<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Vec<NodeId> {
    let mut all = Vec::new();
    for part in children(node) {
        match part.kind() {
            "variable_declaration" => all.extend(variables(lower, part)),
            "modifier" => {}
            "attribute_list" => {
                let calls = attributes::attribute_list(lower, part);
                if !calls.is_empty() {
                    all.push(opaque_of(lower, part, calls));
                }
            }
            _ => all.push(expression(lower, part)),
        }
    }
    all
}

/// `T a = 1, b`.
pub(super) fn variables<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Vec<NodeId> {
    let ty = field(node, "type");
    let mut all = Vec::new();
    for part in children(node) {
        if Some(part) == ty {
            continue;
        }
        if part.kind() == "variable_declarator" {
            all.push(declarator(lower, node, part));
        } else {
            all.push(expression(lower, part));
        }
    }
    all
}

fn declarator<'t>(lower: &mut Lower<'_, 't>, declaration: Node<'t>, node: Node<'t>) -> NodeId {
    let value = assigned(node).map(|value| typed_value(lower, value, field(declaration, "type")));
    if let Some(tuple) = child(node, "tuple_pattern") {
        let place = names(lower, tuple);
        let value = match value {
            Some(value) => value,
            None => opaque_of(lower, node, Vec::new()),
        };
        let op = SetOp::Plain;
        return lower.push(Kind::Set { place, op, value }, node);
    }
    let name = field(node, "name").map(|name| name_of(lower, name)).unwrap_or_default();
    let ty = declared_type(lower, declaration);
    let settable = declaration.parent().is_some_and(|field| {
        let has = |word| super::members::modifier(lower.source.masked, field, word);
        field.kind() == "field_declaration" && has("public") && !["readonly", "const"].into_iter().any(has)
    });
    let declared = Kind::Let { name, ty, value, settable };
    lower.push(declared, node)
}

/// What stands after the `=` of a declarator or parameter.
pub(super) fn assigned(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let mut after = false;
    node.children(&mut cursor).find(|part| {
        if part.kind() == "=" {
            after = true;
            return false;
        }
        after && super::syntax::counts(*part)
    })
}

/// A value in a declaration of a type: `new(…)` constructs that type.
pub(super) fn typed_value<'t>(lower: &mut Lower<'_, 't>, value: Node<'t>, ty: Option<Node<'t>>) -> NodeId {
    match ty {
        Some(ty) if value.kind() == "implicit_object_creation_expression" && ty.kind() != "implicit_type" => {
            calls::constructed(lower, value, ty)
        }
        _ => expression(lower, value),
    }
}

/// `(a, (b, _))` as a list of names.
pub(super) fn names<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    lower.deeper(node, |lower| {
        if node.kind() == "tuple_pattern" {
            let parts = children(node).into_iter().map(|part| names(lower, part)).collect();
            lower.push(Kind::List(parts), node)
        } else {
            let name = name_of(lower, node);
            lower.push(Kind::Name(name), node)
        }
    })
}
