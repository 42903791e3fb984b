//! Guards within statements: around the smallest value that can be missing.

use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Unit, below};
use crate::text::Edit;

use super::places::{NAMES, Place};
use super::plan;

/// None instead of the values.
pub(super) fn nothing(place: &Place<'_>) -> Option<Plan> {
    let predicate = &place.wish.predicate.text;
    let mut edits = Vec::new();
    for unit in place.units() {
        let value = Value::of(place, unit)?;
        if value.local.is_some_and(|name| is_asked(place, unit, name)) {
            return None;
        }
        let range = value.node.byte_range();
        let inner = matches!(value.node.kind(), "lambda" | "conditional_expression" | "named_expression" | "yield");
        let bare = matches!(value.node.kind(), "tuple") && !place.file.node(value.node).starts_with('(');
        let (mut open, mut close) = match inner || bare {
            true => ("(".to_owned(), format!(") if {predicate} else None")),
            false => (String::new(), format!(" if {predicate} else None")),
        };
        if value.parentheses {
            open.insert(0, '(');
            close.push(')');
        }
        if !open.is_empty() {
            edits.push(Edit::insert(range.start, open));
        }
        edits.push(Edit::insert(range.end, close));
    }
    Some(plan(Outcome::Nothing, Extent::Place, edits))
}

struct Value<'n> {
    node: Node<'n>,
    parentheses: bool,
    /// The name it is assigned to.
    local: Option<Node<'n>>,
}

impl<'n> Value<'n> {
    fn of(place: &Place<'n>, unit: &Unit<'n>) -> Option<Value<'n>> {
        let quoted = place.wish.predicate.text.contains(['"', '\'']);
        for at in (1..unit.inner.len()).rev() {
            let (node, parent) = (unit.inner[at], unit.inner[at - 1]);
            if !is_value(node) {
                continue;
            }
            let Some(parentheses) = accepted(&unit.inner, at, quoted) else {
                continue;
            };
            let local = (parent.kind() == "assignment")
                .then(|| parent.child_by_field_name("left"))
                .flatten()
                .filter(|left| !matches!(left.kind(), "attribute" | "subscript"));
            return Some(Value { node, parentheses, local });
        }
        None
    }
}

/// Whether what stands around a value can do without it, and whether it needs parentheses there.
fn accepted(path: &[Node<'_>], at: usize, quoted: bool) -> Option<bool> {
    for at in (1..=at).rev() {
        let (node, parent) = (path[at], path[at - 1]);
        let field = |name| parent.child_by_field_name(name) == Some(node);
        match parent.kind() {
            // gives on what it holds
            "conditional_expression" | "boolean_operator" | "parenthesized_expression" => continue,
            "argument_list" | "list" | "set" | "tuple" => return Some(true),
            "keyword_argument" | "pair" | "default_parameter" | "typed_default_parameter" if field("value") => {
                return Some(true);
            }
            // quotes within an f-string are an error before Python 3.12
            "interpolation" if !quoted => return Some(true),
            "assignment" if field("right") => return Some(gives_on(node)),
            "return_statement" => return Some(gives_on(node)),
            "lambda" if field("body") => return Some(gives_on(node)),
            "if_statement" | "while_statement" | "elif_clause" if field("condition") => return Some(true),
            _ => return None,
        }
    }
    None
}

/// Whether a value within this one needs parentheses of its own.
fn gives_on(node: Node<'_>) -> bool {
    matches!(node.kind(), "conditional_expression" | "boolean_operator")
}

fn is_value(node: Node<'_>) -> bool {
    !matches!(
        node.kind(),
        "argument_list"
            | "keyword_argument"
            | "pair"
            | "list_splat"
            | "dictionary_splat"
            | "interpolation"
            | "for_in_clause"
            | "if_clause"
            | "pattern_list"
            | "expression_list"
            | "parameters"
            | "default_parameter"
            | "typed_default_parameter"
            | "await"
            | "yield"
            | "assignment"
            | "augmented_assignment"
            | "expression_statement"
            | "block"
    ) && node.is_named()
}

/// Whether something asks a local for more than its value, which None would not answer.
fn is_asked(place: &Place<'_>, unit: &Unit<'_>, left: Node<'_>) -> bool {
    let file = place.file;
    let name = file.node(left);
    if left.kind() != "identifier" {
        return true;
    }
    let Some(scope) = unit.around().find(|node| matches!(node.kind(), "function_definition" | "module")) else {
        return true;
    };
    let mut asked = false;
    below(scope, |node| {
        if node.id() != left.id() && file.node(node) == name && (NAMES.is_name)(node) {
            // what is guarded as well, or was so before, asks nothing in production
            let cut = place
                .wish
                .cut
                .iter()
                .chain(place.wish.places)
                .any(|cut| cut.start <= node.start_byte() && node.end_byte() <= cut.end);
            let plain = [
                "argument_list",
                "keyword_argument",
                "pair",
                "list",
                "tuple",
                "return_statement",
                "assignment",
                "if_statement",
                "elif_clause",
                "while_statement",
                "not_operator",
                "boolean_operator",
                "interpolation",
                "conditional_expression",
                "expression_statement",
            ];
            asked |= !cut && node.parent().is_none_or(|parent| !plain.contains(&parent.kind()));
        }
        !asked
    });
    asked
}
