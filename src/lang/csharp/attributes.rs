//! Attributes: calls that decorate a declaration, and `[Conditional]`.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::expressions::opaque;
use super::syntax::{child, children, field, type_arguments};
use super::{access, calls, conditions, literals};
use crate::lang::Lower;
use crate::program::*;

/// The attributes of a declaration: calls, and the symbols of `[Conditional("X")]`.
pub(super) fn attributes_of<'t>(
    lower: &mut Lower<'_, 't>,
    node: Node<'t>,
    decorators: &mut Vec<NodeId>,
    symbols: &mut Vec<SmolStr>,
) {
    let outer = node.byte_range();
    for list in children(node) {
        if list.kind() != "attribute_list" {
            continue;
        }
        let condition = conditions::tests(lower, &outer, &list.byte_range());
        for attribute in children(list) {
            if condition.is_none()
                && let Some(symbol) = conditional(lower, attribute)
            {
                symbols.push(symbol);
                continue;
            }
            let call = self::attribute(lower, attribute);
            decorators.push(match condition {
                Some(test) => lower.push(Kind::If { arms: vec![(test, call)], otherwise: None }, list),
                None => call,
            });
        }
    }
}

/// The calls of one attribute list.
pub(super) fn attribute_list<'t>(lower: &mut Lower<'_, 't>, list: Node<'t>) -> Vec<NodeId> {
    children(list)
        .into_iter()
        .filter(|part| part.kind() != "attribute_target_specifier")
        .map(|part| attribute(lower, part))
        .collect()
}

fn attribute<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let Some(named) = field(node, "name") else {
        return opaque(lower, node, &children(node));
    };
    let type_args = type_arguments(lower, access::last_part(named));
    let callee = access::path(lower, named);
    let args = calls::arguments(lower, child(node, "attribute_argument_list"));
    let call = Call { callee, args, block: None, safe: false, construct: false, type_args, initialiser: Vec::new() };
    lower.push(Kind::Call(Box::new(call)), node)
}

/// The symbol of `[Conditional("X")]`.
fn conditional<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Option<SmolStr> {
    let named = access::last_part(field(node, "name")?);
    if !matches!(lower.text(named), "Conditional" | "ConditionalAttribute") {
        return None;
    }
    let list = child(node, "attribute_argument_list")?;
    let argument = children(list).into_iter().next()?;
    let value = children(argument).into_iter().next()?;
    if !value.kind().ends_with("string_literal") {
        return None;
    }
    let id = literals::literal(lower, value);
    match lower.kind(id) {
        Kind::Lit(Lit::Str(text)) => Some(text.clone()),
        _ => None,
    }
}
