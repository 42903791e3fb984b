//! Guards around statements, and errors before them.

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Brackets, Extent, Outcome, Plan, Run, Text, Unit, has_kind, indented};
use crate::text::Edit;

use super::places::{Place, is_bare};
use super::{children, negated, plan, throw};

/// Skips the statements: one block for each run.
pub(super) fn skip(place: &Place<'_>) -> Option<Plan> {
    let mut edits = Vec::new();
    for run in place.closed()? {
        let unit = run.units.first()?;
        let parent = unit.parent();
        let bare = is_bare(parent, unit.statement());
        let statements: Vec<Node<'_>> = match bare {
            true => vec![unit.statement()],
            false => children(parent)
                .into_iter()
                .filter(|node| node.start_byte() >= run.range.start && node.end_byte() <= run.range.end)
                .collect(),
        };
        if run.units.iter().any(|unit| !can_be_skipped(place.file, unit.statement())) {
            return None;
        }
        if statements.iter().any(|statement| leaves(*statement)) {
            return None;
        }
        let around = if bare { braced(place, parent, &run) } else { block(place, &run.range) };
        edits.extend(around.or_else(|| inline(place, &statements, bare))?);
    }
    Some(plan(Outcome::Skip, Extent::Place, edits))
}

fn can_be_skipped(file: &Text<'_>, statement: Node<'_>) -> bool {
    let statement = match statement.kind() {
        "global_statement" => statement.named_child(0).unwrap_or(statement),
        _ => statement,
    };
    match statement.kind() {
        "expression_statement" | "foreach_statement" => true,
        // what is disposed of at the end of its scope must not get another one
        "local_declaration_statement" => {
            let text = file.node(statement);
            !text.starts_with("using") && !text.starts_with("await using")
        }
        _ => false,
    }
}

/// Whether control leaves a statement that a guard is to skip.
fn leaves(statement: Node<'_>) -> bool {
    const DEFINITIONS: &[&str] = &["lambda_expression", "anonymous_method_expression", "local_function_statement"];
    const LOOPS: &[&str] = &[
        "lambda_expression",
        "anonymous_method_expression",
        "local_function_statement",
        "for_statement",
        "foreach_statement",
        "while_statement",
        "do_statement",
        "switch_statement",
    ];
    has_kind(statement, &["return_statement", "yield_statement", "goto_statement", "labeled_statement"], DEFINITIONS)
        || !LOOPS.contains(&statement.kind()) && has_kind(statement, &["break_statement", "continue_statement"], LOOPS)
        || has_kind(statement, &["local_function_statement"], &[])
}

/// Whether the file opens braces at the ends of lines.
fn opens_at_end(file: &Text<'_>) -> bool {
    let (mut own, mut end) = (0, 0);
    for line in file.text.lines().map(str::trim).filter(|line| line.ends_with('{')) {
        if line == "{" {
            own += 1
        } else if line.ends_with(") {") {
            end += 1
        }
    }
    end > own
}

/// The lines that open a block under a condition.
fn opening(file: &Text<'_>, condition: &str) -> Vec<String> {
    let mut lines = match broken(&file.unit, condition) {
        Some(lines) => lines,
        None => vec![format!("if ({condition})")],
    };
    match lines.last_mut().filter(|_| opens_at_end(file)) {
        Some(last) => last.push_str(" {"),
        None => lines.push("{".to_owned()),
    }
    lines
}

/// A long comparison of two variables, a part on each line.
fn broken(step: &str, condition: &str) -> Option<Vec<String>> {
    let (call, rest) = condition.split_once("string.Equals(")?;
    let (first, rest) = rest.split_once(" ?? ")?;
    let (second, rest) = rest.split_once(", ")?;
    Some(vec![
        format!("if ({call}string.Equals("),
        format!("{step}{step}{first}"),
        format!("{step}{step}{step}?? {second},"),
        format!("{step}{step}{rest})"),
    ])
}

fn block(place: &Place<'_>, range: &Range<usize>) -> Option<Vec<Edit>> {
    let open = opening(place.file, &place.wish.predicate.text);
    indented(place.file, range, &Brackets { open: &open, close: &["}"] })
}

/// The body of an `if` or a loop gets the braces that it lacked, lest an `else` changes sides.
fn braced(place: &Place<'_>, parent: Node<'_>, run: &Run<'_>) -> Option<Vec<Edit>> {
    let file = place.file;
    let range = &run.range;
    if !file.starts_line(range.start) {
        return None;
    }
    let outer = file.indent(parent.start_byte()).to_owned();
    let nl = file.newline;
    let mut edits = vec![Edit::insert(file.line_start(range.start), format!("{outer}{{{nl}"))];
    edits.extend(block(place, range)?);
    edits.push(Edit::insert(file.line_end(range.end), format!("{nl}{outer}}}")));
    Some(edits)
}

/// On one line.
fn inline(place: &Place<'_>, statements: &[Node<'_>], bare: bool) -> Option<Vec<Edit>> {
    let [statement] = statements else {
        return None;
    };
    let range = statement.byte_range();
    if !place.file.is_one_line(&range) {
        return None;
    }
    let (open, close) = if bare { ("{ ", " }") } else { ("", "") };
    Some(vec![
        Edit::insert(range.start, format!("{open}if ({}) {{ ", place.wish.predicate.text)),
        Edit::insert(range.end, format!(" }}{close}")),
    ])
}

/// Throws before each run.
pub(super) fn raise(place: &Place<'_>) -> Option<Plan> {
    let fits = |unit: &Unit<'_>| {
        unit.parent().kind() != "declaration_list"
            && !is_bare(unit.parent(), unit.statement())
            && !unit.inner.iter().any(|node| node.kind() == "lambda_expression")
    };
    if !place.units().all(fits) {
        return None;
    }
    let action = format!("{};", throw(place.wish, place.file));
    let edit = |run: &Run<'_>| before(place.file, &place.wish.predicate.text, run.range.start, &action);
    let edits: Option<Vec<Edit>> = place.runs.iter().map(edit).collect();
    Some(plan(Outcome::Raise, Extent::Place, edits?))
}

/// `if (!…) { action }` on lines of its own.
pub(super) fn before(file: &Text<'_>, predicate: &str, at: usize, action: &str) -> Option<Edit> {
    if !file.starts_line(at) {
        return None;
    }
    let (indent, nl) = (file.indent(at), file.newline);
    let step = if indent.contains('\t') { "\t" } else { &file.unit };
    let mut lines = opening(file, &negated(predicate));
    lines.push(format!("{step}{action}"));
    lines.push("}".to_owned());
    let text: String = lines.iter().map(|line| format!("{indent}{line}{nl}")).collect();
    Some(Edit::insert(file.line_start(at), format!("{text}{nl}")))
}
