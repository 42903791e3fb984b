//! Guards within statements: around the smallest value that can be missing.

use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Unit};
use crate::text::Edit;

use super::places::{Place, is_endless, is_wanted};
use super::statements::heredocs;
use super::{message, plan};

/// nil instead of the values.
pub(super) fn nothing(place: &Place<'_>) -> Option<Plan> {
    let predicate = &place.wish.predicate.text;
    let mut edits = Vec::new();
    for unit in place.units() {
        let value = Value::of(place, unit)?;
        // nil where a local is read later raises there
        if value.is_local {
            return None;
        }
        let range = value.node.byte_range();
        let (open, close) = match value.context {
            Context::Interpolation => (String::new(), format!(" if {predicate}")),
            Context::Element => ("(".to_owned(), format!(" if {predicate})")),
            Context::Whole if value.is_simple => (format!("{predicate} ? "), " : nil".to_owned()),
            Context::Whole => return None,
        };
        edits.push(Edit::insert(range.start, open));
        edits.push(Edit::insert(range.end, close));
    }
    edits.retain(|edit| !edit.text.is_empty());
    Some(plan(Outcome::Nothing, Extent::Place, edits))
}

/// An error instead of the values.
pub(super) fn raise(place: &Place<'_>) -> Option<Plan> {
    let predicate = &place.wish.predicate.text;
    let raise = format!("raise(\"{}\")", message(place.wish));
    let mut edits = Vec::new();
    for unit in place.units() {
        let value = Value::of(place, unit)?;
        let is_tail = value.node.id() != unit.statement().id() || is_wanted(place.file, unit, false);
        if !value.is_simple || !is_tail {
            return None;
        }
        let range = value.node.byte_range();
        // quotes within an interpolation need no care since Ruby reads them as code
        edits.push(Edit::insert(range.start, format!("{predicate} ? ")));
        edits.push(Edit::insert(range.end, format!(" : {raise}")));
    }
    Some(plan(Outcome::Raise, Extent::Place, edits))
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    /// An argument, an element, a default.
    Element,
    Interpolation,
    /// The right side of an assignment, a statement, the body of an endless method.
    Whole,
}

struct Value<'n> {
    node: Node<'n>,
    context: Context,
    /// Fits between `?` and `:`.
    is_simple: bool,
    /// Assigned to a local.
    is_local: bool,
}

impl<'n> Value<'n> {
    fn of(place: &Place<'n>, unit: &Unit<'n>) -> Option<Value<'n>> {
        let file = place.file;
        let mut at = unit.inner.len() - 1;
        let mut context = Context::Whole;
        while at > 0 {
            let (node, parent) = (unit.inner[at], unit.inner[at - 1]);
            // a branch or parentheses give on what they hold: what stands around them has to do without it as well
            let mut above = at - 1;
            while above > 0 && matches!(unit.inner[above].kind(), "conditional" | "parenthesized_statements") {
                above -= 1;
            }
            let does = above + 1 == at || above == 0 || context_in(unit.inner[above], unit.inner[above + 1]).is_some();
            if let Some(found) = context_in(parent, node).filter(|_| does && is_value(node)) {
                context = found;
                break;
            }
            at -= 1;
        }
        let node = unit.inner[at];
        if !is_value(node) {
            return None;
        }
        let parent = if at > 0 { unit.inner[at - 1] } else { unit.parent() };
        if at == 0 && !is_wanted(file, unit, false) && !is_endless(parent, node) {
            return None;
        }
        if !heredocs(file, &node.byte_range()).is_empty() {
            return None;
        }
        let text = file.node(node);
        let command = node.kind() == "call"
            && node.child_by_field_name("arguments").is_some_and(|list| !file.node(list).starts_with('('));
        let is_local = parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_none_or(|left| left.kind() != "instance_variable");
        Some(Value { node, context, is_simple: !command && !text.ends_with(':'), is_local })
    }
}

/// Whether a value in this place can be another one without more ado; `None`: what holds it has to go with it.
fn context_in(parent: Node<'_>, node: Node<'_>) -> Option<Context> {
    let field = |name| parent.child_by_field_name(name) == Some(node);
    match parent.kind() {
        "argument_list" | "array" | "splat_argument" | "parenthesized_statements" => Some(Context::Element),
        "pair" | "optional_parameter" | "keyword_parameter" if field("value") => Some(Context::Element),
        "conditional" if !field("condition") => Some(Context::Element),
        "interpolation" => Some(Context::Interpolation),
        "assignment" if field("right") => Some(Context::Whole),
        _ => None,
    }
}

fn is_value(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "call"
            | "identifier"
            | "string"
            | "array"
            | "hash"
            | "binary"
            | "element_reference"
            | "scope_resolution"
            | "constant"
            | "parenthesized_statements"
            | "conditional"
            | "unary"
            | "range"
    )
}
