//! Guards around statements, and errors before them.

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Brackets, Extent, Outcome, Plan, Run, Runs, Unit, has_kind, indented};
use crate::text::Edit;

use super::places::{Place, is_member};
use super::{children, message, negated, plan};

/// Skips the statements: one block for each run.
pub(super) fn skip(place: &Place<'_>) -> Option<Plan> {
    let mut edits = Vec::new();
    for run in place.closed()? {
        if run.units.iter().any(|unit| is_member(unit) || !can_be_skipped(unit.statement())) {
            return None;
        }
        let parent = run.units.first()?.parent();
        let statements: Vec<Node<'_>> = children(parent)
            .into_iter()
            .filter(|node| node.start_byte() >= run.range.start && node.end_byte() <= run.range.end)
            .collect();
        if statements.iter().any(|statement| leaves(*statement)) {
            return None;
        }
        edits.extend(block(place, &run).or_else(|| split(place, &run, &statements))?);
    }
    Some(plan(Outcome::Skip, Extent::Place, edits))
}

fn can_be_skipped(statement: Node<'_>) -> bool {
    match statement.kind() {
        "expression_statement" => !has_kind(statement, &["yield"], &["lambda"]),
        "for_statement" | "delete_statement" | "assert_statement" => true,
        _ => false,
    }
}

/// Whether control leaves a statement that a guard is to skip.
fn leaves(statement: Node<'_>) -> bool {
    let definitions = ["function_definition", "class_definition", "lambda"];
    let loops = ["function_definition", "class_definition", "for_statement", "while_statement"];
    has_kind(statement, &["return_statement", "yield"], &definitions)
        || !loops.contains(&statement.kind()) && has_kind(statement, &["break_statement", "continue_statement"], &loops)
}

fn block(place: &Place<'_>, run: &Run<'_>) -> Option<Vec<Edit>> {
    let open = [format!("if {}:", place.wish.predicate.text)];
    // a suite on the line of its header has no line of its own
    indented(place.file, &run.range, &Brackets { open: &open, close: &[] })
}

/// A statement that shares its line gets lines of its own.
fn split(place: &Place<'_>, run: &Run<'_>, statements: &[Node<'_>]) -> Option<Vec<Edit>> {
    let file = place.file;
    let [statement] = statements else {
        return None;
    };
    let (range, nl) = (&run.range, file.newline);
    if !file.is_one_line(range) {
        return None;
    }
    let line = file.line_start(range.start);
    let siblings = children(run.units.first()?.parent());
    let at = siblings.iter().position(|node| node.id() == statement.id())?;
    let parent = run.units.first()?.parent();
    let header = parent.kind() == "block" && file.slice(line..parent.start_byte()).trim() != "";
    let predicate = &place.wish.predicate.text;
    let step = if file.indent(range.start).contains('\t') { "\t" } else { &file.unit };
    let indent = match header {
        true => format!("{}{step}", file.indent(range.start)),
        false => file.indent(range.start).to_owned(),
    };
    let before = match at.checked_sub(1).map(|before| siblings[before].end_byte()).filter(|end| *end > line) {
        Some(end) => end,
        None if header => file.slice(0..range.start).trim_end().len(),
        None => range.start,
    };
    let lead = if before == range.start { String::new() } else { format!("{nl}{indent}") };
    let mut edits = vec![Edit::replace(before..range.start, format!("{lead}if {predicate}:{nl}{indent}{step}"))];
    if let Some(next) = siblings.get(at + 1).filter(|next| next.start_byte() < file.line_end(range.end)) {
        edits.push(Edit::replace(range.end..next.start_byte(), format!("{nl}{indent}")));
    }
    // the statements before it on the header's line would be its siblings no more
    (!header || at == 0).then_some(edits)
}

/// Raises before each run.
pub(super) fn raise(place: &Place<'_>) -> Option<Plan> {
    let in_function = |unit: &Unit<'_>| unit.around().any(|node| node.kind() == "function_definition");
    let deferred = |node: &Node<'_>| matches!(node.kind(), "lambda" | "default_parameter" | "typed_default_parameter");
    let fits = |unit: &Unit<'_>| {
        // an error while a module is imported stops whoever imports it
        (place.wish.runs == Runs::Script || in_function(unit))
            && !is_member(unit)
            && !is_generator(unit)
            && !unit.inner.iter().any(deferred)
            && matches!(unit.statement().kind(), "expression_statement" | "return_statement" | "for_statement")
    };
    if !place.units().all(fits) {
        return None;
    }
    let action = format!("raise RuntimeError(\"{}\")", message(place.wish, "fake data"));
    let edits: Option<Vec<Edit>> = place.runs.iter().map(|run| raising(place, &run.range, &action)).collect();
    Some(plan(Outcome::Raise, Extent::Place, edits?))
}

/// Whether the function around a statement yields: an error would be raised by whoever iterates.
fn is_generator(unit: &Unit<'_>) -> bool {
    let function = unit.around().find(|node| node.kind() == "function_definition");
    let nested = ["function_definition", "class_definition", "lambda"];
    function.is_some_and(|function| has_kind(function, &["yield"], &nested))
}

/// A guard on lines of its own before a range.
pub(super) fn raising(place: &Place<'_>, range: &Range<usize>, action: &str) -> Option<Edit> {
    let file = place.file;
    if !file.starts_line(range.start) {
        return None;
    }
    let (indent, nl) = (file.indent(range.start), file.newline);
    let step = if indent.contains('\t') { "\t" } else { &file.unit };
    let condition = negated(&place.wish.predicate.text);
    let text = format!("{indent}if {condition}:{nl}{indent}{step}{action}{nl}");
    Some(Edit::insert(file.line_start(range.start), text))
}
