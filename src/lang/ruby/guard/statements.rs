//! Guards around statements: the modifier, the block, and an error before them.

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Brackets, Extent, Outcome, Plan, Run, Text, below, indented};
use crate::text::Edit;

use super::places::{Place, is_endless, is_wanted, leaves};
use super::{message, plan};

/// Longer lines get a block.
const LINE: usize = 120;

/// Skips the statements: one modifier or block for each run.
pub(super) fn skip(place: &Place<'_>) -> Option<Plan> {
    let mut edits = Vec::new();
    for run in place.closed()? {
        let parent = run.units.first()?.parent();
        for unit in &run.units {
            let statement = unit.statement();
            if !can_be_skipped(statement) || is_endless(parent, statement) {
                return None;
            }
            if is_wanted(place.file, unit, place.wish.writes) {
                return None;
            }
        }
        let mut cursor = parent.walk();
        let statements: Vec<Node<'_>> = parent
            .named_children(&mut cursor)
            .filter(|node| node.start_byte() >= run.range.start && node.end_byte() <= run.range.end && !node.is_extra())
            .collect();
        if statements.iter().any(|statement| leaves(*statement)) {
            return None;
        }
        let modifier = match statements.as_slice() {
            [statement] => modifier(place, *statement),
            _ => None,
        };
        match modifier {
            Some(edit) => edits.push(edit),
            None => edits.extend(block(place, &run.range)?),
        }
    }
    Some(plan(Outcome::Skip, Extent::Place, edits))
}

fn can_be_skipped(statement: Node<'_>) -> bool {
    match statement.kind() {
        "call" | "identifier" | "if_modifier" | "unless_modifier" | "if" | "unless" | "case" | "while" | "until"
        | "for" | "binary" | "while_modifier" | "until_modifier" | "rescue_modifier" | "super" | "yield" | "string" => {
            true
        }
        "assignment" | "operator_assignment" => statement
            .child_by_field_name("left")
            .is_some_and(|left| !matches!(left.kind(), "constant" | "scope_resolution")),
        _ => false,
    }
}

fn modifier(place: &Place<'_>, statement: Node<'_>) -> Option<Edit> {
    let file = place.file;
    let fits = match statement.kind() {
        "call" | "identifier" | "assignment" | "operator_assignment" | "super" | "yield" => true,
        "binary" => statement
            .child_by_field_name("operator")
            .is_some_and(|operator| matches!(file.node(operator), "<<" | "+" | "*")),
        _ => false,
    };
    let range = statement.byte_range();
    let text = format!(" if {}", place.wish.predicate.text);
    let fits = fits
        && file.is_one_line(&range)
        && heredocs(file, &range).is_empty()
        && !ends_in_block(statement)
        // `f(x:)` without its parentheses would take what follows
        && !file.node(statement).ends_with(':')
        && file.line_length(range.start) + text.chars().count() <= LINE;
    fits.then(|| Edit::insert(range.end, text))
}

/// `… do … end` on one line reads badly with a modifier.
fn ends_in_block(statement: Node<'_>) -> bool {
    let mut found = false;
    below(statement, |node| {
        found |= node.kind() == "do_block";
        !found
    });
    found
}

fn block(place: &Place<'_>, range: &Range<usize>) -> Option<Vec<Edit>> {
    let file = place.file;
    let end = heredocs(file, range).into_iter().map(|body| body.end).fold(range.end, usize::max);
    let open = [format!("if {}", place.wish.predicate.text)];
    indented(file, &(range.start..end), &Brackets { open: &open, close: &["end"] })
}

/// The heredoc bodies that belong to a range.
pub(super) fn heredocs(file: &Text<'_>, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut beginnings = 0;
    let mut before = 0;
    let mut bodies = Vec::new();
    if !file.slice(range.clone()).contains("<<") {
        return bodies;
    }
    below(file.tree.root_node(), |node| {
        match node.kind() {
            "heredoc_beginning" if node.end_byte() <= range.start => before += 1,
            "heredoc_beginning" if node.end_byte() <= range.end => beginnings += 1,
            "heredoc_body" => bodies.push(node.byte_range()),
            _ => {}
        }
        true
    });
    bodies.sort_by_key(|body| body.start);
    bodies.into_iter().skip(before).take(beginnings).collect()
}

/// Raises before each run.
pub(super) fn raise(place: &Place<'_>) -> Option<Plan> {
    let file = place.file;
    let before = |run: &Run<'_>| {
        let at = run.range.start;
        let unit = run.units.first()?;
        if !file.starts_line(at) || is_endless(unit.parent(), unit.statement()) {
            return None;
        }
        let (text, predicate, nl) = (message(place.wish), &place.wish.predicate.text, file.newline);
        let line = format!("{}raise \"{text}\" unless {predicate}{nl}{nl}", file.indent(at));
        Some(Edit::insert(file.line_start(at), line))
    };
    let edits: Option<Vec<Edit>> = place.runs.iter().map(before).collect();
    Some(plan(Outcome::Raise, Extent::Place, edits?))
}
