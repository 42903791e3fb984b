//! Conditions, loops, `with`, `try` and the exits.

use tree_sitter::Node as Syntax;

use super::roles::{all, beside_errors, errors, field, lower};
use super::statements::operand;
use crate::lang::Lower;
use crate::program::*;

/// The body of an `elif`, `else` or other clause, with what is broken in the clause.
fn clause<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, name: &str) -> NodeId {
    let body = field(code, node, name);
    beside_errors(code, node, body)
}

/// The first block among the children: `except` and `finally` have no field for theirs.
fn block<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let block = Lower::children(node).into_iter().find(|child| child.kind() == "block");
    let body = match block {
        Some(block) => lower(code, block),
        None => code.push(Kind::Seq(Vec::new()), node),
    };
    beside_errors(code, node, body)
}

fn alternative<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Option<NodeId> {
    node.child_by_field_name("alternative").map(|otherwise| clause(code, otherwise, "body"))
}

/// The ladder is flat in the tree.
pub(super) fn condition<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let test = field(code, node, "condition");
    let mut arms = vec![(test, field(code, node, "consequence"))];
    let mut otherwise = None;
    let alternatives: Vec<_> = node.children_by_field_name("alternative", &mut node.walk()).collect();
    for part in alternatives {
        if part.kind() == "elif_clause" {
            let test = field(code, part, "condition");
            arms.push((test, clause(code, part, "consequence")));
        } else {
            otherwise = Some(clause(code, part, "body"));
        }
    }
    code.push(Kind::If { arms, otherwise }, node)
}

pub(super) fn while_loop<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let test = field(code, node, "condition");
    let kind = LoopKind::While { test };
    finish_loop(code, node, kind)
}

pub(super) fn for_loop<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let iter = field(code, node, "right");
    let bind = Some(field(code, node, "left"));
    let kind = LoopKind::For { bind, iter };
    finish_loop(code, node, kind)
}

fn finish_loop<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, kind: LoopKind) -> NodeId {
    let body = field(code, node, "body");
    let otherwise = alternative(code, node);
    let looped = Loop { kind, body, otherwise, collects: false };
    code.push(Kind::Loop(Box::new(looped)), node)
}

pub(super) fn with<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut items = Vec::new();
    let heads: Vec<_> = Lower::children(node)
        .into_iter()
        .filter(|child| child.kind() == "with_clause")
        .flat_map(Lower::children)
        .collect();
    for head in heads {
        if head.kind() == "with_item" {
            let broken = errors(code, head);
            items.extend(broken.into_iter().map(|error| (error, None)));
        }
        let value = head.child_by_field_name("value").unwrap_or(head);
        match value.kind() {
            // `with (a, b):` enters both
            "tuple" => {
                for element in Lower::children(value) {
                    items.push(manager(code, element));
                }
            }
            _ => items.push(manager(code, value)),
        }
    }
    let body = field(code, node, "body");
    code.push(Kind::With { items, body }, node)
}

/// `value as place`.
fn manager<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> (NodeId, Option<NodeId>) {
    let (value, target) = bound(node);
    let value = match value {
        Some(value) if value == node => return (lower(code, value), None),
        Some(value) => lower(code, value),
        None => field(code, node, "value"),
    };
    let value = beside_errors(code, node, value);
    (value, target.map(|target| lower(code, target)))
}

/// The parts of `value as target`, or the node itself.
fn bound<'t>(node: Syntax<'t>) -> (Option<Syntax<'t>>, Option<Syntax<'t>>) {
    if node.kind() != "as_pattern" {
        return (Some(node), None);
    }
    let target = node.child_by_field_name("alias").map(|alias| alias.named_child(0).unwrap_or(alias));
    (node.named_child(0), target)
}

pub(super) fn tried<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let body = field(code, node, "body");
    let mut tried = Try { body, handlers: Vec::new(), otherwise: None, finally: None };
    for part in Lower::children(node) {
        match part.kind() {
            "except_clause" => {
                let handler = handler(code, part);
                tried.handlers.push(handler);
            }
            "else_clause" => tried.otherwise = Some(clause(code, part, "body")),
            "finally_clause" => tried.finally = Some(block(code, part)),
            _ => {}
        }
    }
    code.push(Kind::Try(Box::new(tried)), node)
}

fn handler<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Handler {
    let mut values: Vec<_> =
        node.children_by_field_name("value", &mut node.walk()).filter(|value| value.is_named()).collect();
    let mut alias = node.child_by_field_name("alias");
    if values.len() > 1 && alias.is_none() {
        // Python 2: `except A, name`; the newest Python: `except A, B`
        alias = match values.as_slice() {
            [_, name] if name.kind() == "identifier" && is_variable(code.text(*name)) => values.pop(),
            _ => None,
        };
    }
    let mut classes = Vec::new();
    for value in values {
        let (value, target) = bound(value);
        alias = alias.or(target);
        let Some(value) = value else { continue };
        match value.kind() {
            "tuple" => classes.extend(all(code, value)),
            _ => classes.push(lower(code, value)),
        }
    }
    let catches = match node.child_by_field_name("value") {
        Some(_) => Catches::Classes(classes),
        None => Catches::All,
    };
    Handler { catches, bind: alias.map(|name| code.text(name).into()), guard: None, body: block(code, node) }
}

/// Classes begin with a capital letter.
fn is_variable(name: &str) -> bool {
    name.chars().next().is_some_and(|first| first.is_lowercase() || first == '_')
}

/// The cause is evaluated first where that may matter.
pub(super) fn raise<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let cause = node.child_by_field_name("cause");
    let raised = Lower::children(node).into_iter().find(|child| Some(*child) != cause && !child.is_error());
    // Python 2: `raise Class, message, traceback`
    let mut values = match raised {
        Some(list) if list.kind() == "expression_list" => Lower::children(list),
        other => other.into_iter().collect(),
    }
    .into_iter();
    let exception = values.next().map(|value| lower(code, value));
    let mut parts = Vec::new();
    for part in values.chain(cause) {
        let part = lower(code, part);
        if matters(code, part) {
            parts.push(part);
        }
    }
    let raise = code.push(Kind::Raise(exception), node);
    sequence(code, parts, raise, node)
}

/// Whether evaluating a node may do something.
fn matters(code: &Lower<'_, '_>, id: NodeId) -> bool {
    !matches!(code.kind(id), Kind::Lit(_) | Kind::Name(_) | Kind::Attr { .. })
}

fn sequence<'t>(code: &mut Lower<'_, 't>, mut parts: Vec<NodeId>, last: NodeId, node: Syntax<'t>) -> NodeId {
    if parts.is_empty() {
        return last;
    }
    parts.push(last);
    code.push(Kind::Seq(parts), node)
}

/// `assert test, message`: raises where the test fails.
pub(super) fn assertion<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut values: Vec<_> = Lower::children(node);
    values.retain(|value| !value.is_error());
    let mut values = values.into_iter();
    let Some(test) = values.next() else {
        return code.push(Kind::Seq(Vec::new()), node);
    };
    let tested = lower(code, test);
    let failed = code.push(Kind::Not(tested), test);
    let mut parts = Vec::new();
    for message in values {
        let message = lower(code, message);
        if matters(code, message) {
            parts.push(message);
        }
    }
    let class = code.push(Kind::Name("AssertionError".into()), node);
    let raise = code.push(Kind::Raise(Some(class)), node);
    let body = sequence(code, parts, raise, node);
    let arms = vec![(failed, body)];
    let otherwise = None;
    code.push(Kind::If { arms, otherwise }, node)
}

pub(super) fn returned<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let value = operand(code, node);
    let how = Leave::Return;
    code.push(Kind::Leave { how, value }, node)
}

/// `break`, `continue`.
pub(super) fn leave_loop<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let how = match node.kind() {
        "break_statement" => Leave::Break,
        _ => Leave::Next,
    };
    let mut parts = errors(code, node);
    let value = None;
    let leave = code.push(Kind::Leave { how, value }, node);
    if parts.is_empty() {
        return leave;
    }
    parts.push(leave);
    code.push(Kind::Seq(parts), node)
}
