//! Guards within statements: around the smallest value that can be missing.

use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Unit};
use crate::text::Edit;

use super::places::{NAMES, Place};
use super::{plan, throw};

/// The default of its type instead of the values.
pub(super) fn nothing(place: &Place<'_>) -> Option<Plan> {
    let units: Vec<&Unit<'_>> = place.units().collect();
    // null where a local is read later throws there
    if units.iter().any(|unit| is_declaration(unit)) {
        return None;
    }
    Some(plan(Outcome::Nothing, Extent::Place, conditional(place, "default")?))
}

/// An error instead of the values.
pub(super) fn raise(place: &Place<'_>) -> Option<Plan> {
    let throw = throw(place.wish, place.file);
    Some(plan(Outcome::Raise, Extent::Place, conditional(place, &throw)?))
}

fn conditional(place: &Place<'_>, otherwise: &str) -> Option<Vec<Edit>> {
    let predicate = &place.wish.predicate.text;
    let mut edits = Vec::new();
    for unit in place.units() {
        let (node, parentheses) = value(place, unit)?;
        let range = node.byte_range();
        let (mut open, mut close) = (format!("{predicate} ? "), format!(" : {otherwise}"));
        if matches!(node.kind(), "lambda_expression" | "assignment_expression" | "conditional_expression") {
            open.push('(');
            close.insert(0, ')');
        }
        if parentheses {
            open.insert(0, '(');
            close.push(')');
        }
        edits.push(Edit::insert(range.start, open));
        edits.push(Edit::insert(range.end, close));
    }
    Some(edits)
}

fn is_declaration(unit: &Unit<'_>) -> bool {
    unit.inner.iter().any(|node| {
        node.kind() == "variable_declarator"
            && node.child_by_field_name("name").is_some_and(NAMES.is_assigned)
            && unit.statement().kind() != "field_declaration"
    })
}

/// The value to guard, and whether it needs parentheses.
fn value<'n>(place: &Place<'n>, unit: &Unit<'n>) -> Option<(Node<'n>, bool)> {
    for at in (1..unit.inner.len()).rev() {
        let (node, parent) = (unit.inner[at], unit.inner[at - 1]);
        if !is_value(node) {
            continue;
        }
        let field = |name| parent.child_by_field_name(name) == Some(node);
        match parent.kind() {
            "argument" => {
                let text = place.file.node(parent);
                if ["ref ", "out ", "in "].iter().any(|word| text.starts_with(word)) {
                    return None;
                }
                return Some((node, false));
            }
            "assignment_expression" if field("right") => {
                let simple = place.file.slice(parent.start_byte()..node.start_byte()).trim_end();
                let plain = simple.ends_with('=') && !simple.ends_with(['+', '-', '*', '?', '|', '&']);
                let compound = simple.len() >= 2 && "+-*/%&|^?<>".contains(&simple[simple.len() - 2..simple.len() - 1]);
                if plain && !compound {
                    return Some((node, false));
                }
            }
            "variable_declarator" if !field("name") => return Some((node, false)),
            "property_declaration" if field("value") => return Some((node, false)),
            "return_statement" | "yield_statement" | "arrow_expression_clause" => return Some((node, false)),
            "lambda_expression" if field("body") && node.kind() != "block" => return Some((node, false)),
            // the elements of a list, not the members of an object
            "initializer_expression" if node.kind() != "assignment_expression" => return Some((node, false)),
            "expression_element" => return Some((node, false)),
            "conditional_expression" | "parenthesized_expression" | "interpolation" => return Some((node, true)),
            _ => {}
        }
    }
    None
}

fn is_value(node: Node<'_>) -> bool {
    node.is_named()
        && !matches!(
            node.kind(),
            "argument_list"
                | "argument"
                | "bracketed_argument_list"
                | "initializer_expression"
                | "variable_declarator"
                | "variable_declaration"
                | "arrow_expression_clause"
                | "interpolation"
                | "block"
                | "collection_element"
                | "expression_element"
                | "switch_expression_arm"
                | "accessor_list"
        )
        && !node.kind().ends_with("_statement")
        && !node.kind().ends_with("_declaration")
}
