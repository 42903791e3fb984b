//! Switch statements and switch expressions.

use smol_str::{SmolStr, format_smolstr};
use tree_sitter::Node;

use super::conditions;
use super::expressions::{expression as lowered, opaque};
use super::patterns;
use super::statements;
use super::syntax::{child, children, counts, field};
use crate::lang::Lower;
use crate::program::*;

/// The arms of a statement; defaults come last wherever they stand.
#[derive(Default)]
struct Arms {
    ordered: Vec<Arm>,
    /// Defaults that exist under a `#if` only.
    defaults: Vec<Arm>,
    otherwise: Option<NodeId>,
}

/// The label and statements of one section.
struct Section<'t> {
    node: Node<'t>,
    /// `None`: `default`.
    label: Option<Node<'t>>,
    guard: Option<Node<'t>>,
    body: Vec<Node<'t>>,
}

/// Where `goto default` goes.
pub(super) const DEFAULT_LABEL: &str = "default:";

/// Where `goto case x` goes: no label of a program ends in a colon.
pub(super) fn case_label(lower: &Lower<'_, '_>, value: Node<'_>) -> SmolStr {
    format_smolstr!("{}:", lower.text(value))
}

pub(super) fn statement<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let (Some(value), Some(body)) = (field(node, "value"), field(node, "body")) else {
        return opaque(lower, node, &children(node));
    };
    let subject = Some(lowered(lower, value));
    let outer = body.byte_range();
    let mut arms = Arms::default();
    // the labels that share the next body
    let mut labels: Vec<Section<'t>> = Vec::new();
    for part in children(body) {
        if part.kind() != "switch_section" {
            let body = lowered(lower, part);
            arms.ordered.push(may_run(body));
            continue;
        }
        let section = section(part);
        let waits = section.body.is_empty();
        labels.push(section);
        if !waits {
            sections(lower, &outer, &mut labels, &mut arms);
        }
    }
    if !labels.is_empty() {
        sections(lower, &outer, &mut labels, &mut arms);
    }
    let Arms { mut ordered, defaults, otherwise } = arms;
    ordered.extend(defaults);
    lower.push(Kind::Match { subject, arms: ordered, otherwise, breaks: true }, node)
}

/// Broken code among the sections.
fn may_run(body: NodeId) -> Arm {
    Arm { pattern: Pattern::Opaque(Vec::new()), guard: None, body }
}

fn section<'t>(node: Node<'t>) -> Section<'t> {
    let mut section = Section { node, label: None, guard: None, body: Vec::new() };
    let mut cursor = node.walk();
    let mut in_body = false;
    for part in node.children(&mut cursor) {
        if part.kind() == ":" {
            in_body = true;
        } else if !counts(part) {
        } else if in_body {
            section.body.push(part);
        } else if part.kind() == "when_clause" {
            section.guard = Some(part);
        } else {
            section.label = Some(part);
        }
    }
    section
}

/// Lowers sections that share the body of the last one.
fn sections<'t>(
    lower: &mut Lower<'_, 't>,
    outer: &std::ops::Range<usize>,
    labels: &mut Vec<Section<'t>>,
    arms: &mut Arms,
) {
    let labels = std::mem::take(labels);
    let Some(last) = labels.last() else { return };
    let is_default = labels.iter().any(|section| section.label.is_none());
    let mut patterns = Vec::new();
    let mut guard = None;
    for section in &labels {
        let Some(label) = section.label else { continue };
        let mut pattern = patterns::pattern(lower, label);
        let test =
            section.guard.and_then(|clause| children(clause).into_iter().next()).map(|test| lowered(lower, test));
        match test {
            Some(test) if labels.len() == 1 => guard = Some(test),
            // one guard of several labels: that label may match
            Some(test) => pattern = Pattern::And(vec![pattern, Pattern::Opaque(vec![test])]),
            None => {}
        }
        patterns.push(pattern);
    }
    let condition = conditions::tests(lower, outer, &last.node.byte_range());
    let body = labelled(lower, &labels, last);
    let pattern = match patterns.pop() {
        Some(one) if patterns.is_empty() => one,
        Some(one) => {
            patterns.push(one);
            Pattern::Or(patterns)
        }
        None => Pattern::Any,
    };
    if is_default && condition.is_none() {
        // the labels beside a default add nothing to it
        arms.otherwise = Some(body);
        return;
    }
    let guard = match (condition, guard) {
        (Some(condition), Some(guard)) => {
            let span = last.node.byte_range();
            Some(lower.push_range(Kind::And(vec![condition, guard]), span))
        }
        (condition, guard) => condition.or(guard),
    };
    if is_default {
        arms.defaults.push(Arm { pattern: Pattern::Any, guard, body });
    } else {
        arms.ordered.push(Arm { pattern, guard, body });
    }
}

/// The body, behind the labels that a `goto` names.
fn labelled<'t>(lower: &mut Lower<'_, 't>, labels: &[Section<'t>], last: &Section<'t>) -> NodeId {
    let jumped_to = last.node.parent().is_some_and(|around| lower.text(around).contains("goto"));
    if !jumped_to {
        return body(lower, last);
    }
    let mut all = Vec::new();
    for section in labels {
        let name = match section.label {
            Some(label) => case_label(lower, label),
            None => DEFAULT_LABEL.into(),
        };
        all.push(lower.push(Kind::Label(name), section.node));
    }
    all.push(body(lower, last));
    lower.push(Kind::Seq(all), last.node)
}

fn body<'t>(lower: &mut Lower<'_, 't>, section: &Section<'t>) -> NodeId {
    let from = section.node.start_byte();
    let mut siblings = statements::siblings(lower, section.body.clone());
    if let Some((range, id)) = siblings.last()
        && matches!(lower.kind(*id), Kind::Leave { how: Leave::Break, .. })
        && conditions::tests(lower, &section.node.byte_range(), &range.clone()).is_none()
    {
        siblings.pop();
    }
    let all = conditions::wrap(lower, from, siblings);
    lower.push(Kind::Seq(all), section.node)
}

/// `x switch { pattern when guard => value, … }`.
pub(super) fn expression<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let parts = children(node);
    let Some((value, rest)) = parts.split_first() else {
        return opaque(lower, node, &parts);
    };
    let subject = Some(lowered(lower, *value));
    let outer = node.byte_range();
    let mut arms = Vec::new();
    for part in rest {
        if part.kind() != "switch_expression_arm" {
            let body = lowered(lower, *part);
            arms.push(may_run(body));
            continue;
        }
        let inner = children(*part);
        let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
            continue;
        };
        let pattern = patterns::pattern(lower, *first);
        let guard = child(*part, "when_clause")
            .and_then(|clause| children(clause).into_iter().next())
            .map(|test| lowered(lower, test));
        let condition = conditions::tests(lower, &outer, &part.byte_range());
        let guard = match (condition, guard) {
            (Some(condition), Some(guard)) => Some(lower.push(Kind::And(vec![condition, guard]), *part)),
            (condition, guard) => condition.or(guard),
        };
        let body = lowered(lower, *last);
        arms.push(Arm { pattern, guard, body });
    }
    lower.push(Kind::Match { subject, arms, otherwise: None, breaks: false }, node)
}
