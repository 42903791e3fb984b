//! Reading the grammar's trees: children, names, types.

use std::ops::Range;

use smol_str::{SmolStr, StrExt, format_smolstr};
use tree_sitter::Node;

use super::mask;
use crate::lang::Lower;

/// The children that mean something: named ones, and `this` and `base`, which the grammar leaves without a name.
/// Skipped tokens stand in ERROR nodes that are marked as extra: only comments are left out.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| counts(*child)).collect()
}

pub(super) fn counts(node: Node<'_>) -> bool {
    if node.is_named() { node.kind() != "comment" } else { matches!(node.kind(), "this" | "base") }
}

pub(super) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// The first child of a kind.
pub(super) fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

/// Whether a token of this text is a direct child.
pub(super) fn has(node: Node<'_>, token: &str) -> bool {
    child(node, token).is_some()
}

/// An identifier as the program names it: without `@`, and with the name that the mask took out.
pub(super) fn name(text: &str) -> SmolStr {
    let plain = text.strip_prefix('@').unwrap_or(text);
    mask::unmarked(plain).unwrap_or(plain).into()
}

pub(super) fn name_of(lower: &Lower<'_, '_>, node: Node<'_>) -> SmolStr {
    name(lower.text(node))
}

/// A type as written, without the mark of nullability; `None` for `var`.
pub(super) fn type_text(lower: &Lower<'_, '_>, node: Node<'_>) -> Option<SmolStr> {
    type_of(lower.text(bare_type(node)))
}

fn type_of(text: &str) -> Option<SmolStr> {
    if text == "var" || text.is_empty() {
        return None;
    }
    if !text.contains(char::is_whitespace) {
        return Some(text.into());
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").into())
}

/// Without `?`, `ref`, `scoped`.
pub(super) fn bare_type(mut node: Node<'_>) -> Node<'_> {
    while matches!(node.kind(), "nullable_type" | "ref_type" | "scoped_type") {
        match field(node, "type") {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

/// The type that a method returns, without `Task<>`; `None` for `void` and `Task`.
pub(super) fn returned(lower: &Lower<'_, '_>, node: Node<'_>) -> Option<SmolStr> {
    let bare = bare_type(node);
    let last = match bare.kind() {
        "qualified_name" | "alias_qualified_name" => field(bare, "name").unwrap_or(bare),
        _ => bare,
    };
    let head = if last.kind() == "generic_name" { child(last, "identifier").unwrap_or(last) } else { last };
    match lower.text(head) {
        "void" => None,
        "Task" | "ValueTask" => {
            let arguments = child(last, "type_argument_list")?;
            type_text(lower, *children(arguments).first()?)
        }
        _ => type_text(lower, node),
    }
}

/// A dotted name without spaces, type arguments and `global::`.
pub(super) fn dotted(text: &str) -> SmolStr {
    let plain = match text.find('<') {
        Some(generic) => &text[..generic],
        None => text,
    };
    let plain = plain.trim().strip_prefix("global::").unwrap_or(plain.trim());
    if plain.contains(char::is_whitespace) {
        plain.split_whitespace().collect::<String>().into()
    } else {
        plain.replace_smolstr("::", ".")
    }
}

/// Type arguments as written: of a `generic_name`.
pub(super) fn type_arguments(lower: &Lower<'_, '_>, generic: Node<'_>) -> Vec<SmolStr> {
    let Some(list) = child(generic, "type_argument_list") else {
        return Vec::new();
    };
    children(list).into_iter().filter_map(|argument| type_text(lower, argument)).collect()
}

/// The name of a node that may be generic.
pub(super) fn simple_name(lower: &Lower<'_, '_>, node: Node<'_>) -> SmolStr {
    if node.kind() == "generic_name" {
        match child(node, "identifier") {
            Some(identifier) => name_of(lower, identifier),
            None => dotted(lower.text(node)),
        }
    } else {
        name_of(lower, node)
    }
}

pub(super) fn span(from: Node<'_>, to: Node<'_>) -> Range<usize> {
    from.start_byte()..to.end_byte()
}

/// The name under which an operator is defined.
pub(super) fn operator_name(symbol: &str) -> SmolStr {
    format_smolstr!("operator {symbol}")
}
