//! Names, literals of several elements, comprehensions.

use std::ops::Range;

use tree_sitter::Node as Syntax;

use super::roles::{all, beside_errors, errors, field, lower, nothing, opaque};
use crate::lang::Lower;
use crate::program::*;

pub(super) fn name<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let name = code.text(node).into();
    code.push(Kind::Name(name), node)
}

pub(super) fn true_literal<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    code.push(Kind::Lit(Lit::Bool(true)), node)
}

pub(super) fn false_literal<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    code.push(Kind::Lit(Lit::Bool(false)), node)
}

pub(super) fn none<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    code.nil(node)
}

pub(super) fn list<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let elements = all(code, node);
    code.push(Kind::List(elements), node)
}

/// `(a) = 1` binds `a`, `(a,) = 1` takes a tuple apart.
pub(super) fn target_list<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let comma = node.children(&mut node.walk()).any(|child| child.kind() == ",");
    match Lower::children(node).as_slice() {
        [inner] if !comma => lower(code, *inner),
        _ => list(code, node),
    }
}

pub(super) fn parenthesized<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    match Lower::children(node).as_slice() {
        [inner] => lower(code, *inner),
        _ => opaque(code, node),
    }
}

/// The value of a node that wraps one.
pub(super) fn only_child<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let child = Lower::children(node).into_iter().find(|child| !child.is_error());
    match child {
        Some(child) => lower(code, child),
        None => code.push(nothing(Vec::new()), node),
    }
}

pub(super) fn splat<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let inner = match all(code, node).as_slice() {
        [inner] => *inner,
        several => {
            let several = several.to_vec();
            code.push(nothing(several), node)
        }
    };
    code.push(Kind::Splat(inner), node)
}

pub(super) fn awaited<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let inner = only_child(code, node);
    code.push(Kind::Typed(inner, None), node)
}

pub(super) fn yielded<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let from = node.children(&mut node.walk()).any(|child| child.kind() == "from");
    let value = Lower::children(node).into_iter().find(|child| !child.is_error());
    let values = match value {
        Some(value) => {
            let inner = lower(code, value);
            vec![match from {
                true => code.push(Kind::Splat(inner), value),
                false => inner,
            }]
        }
        None => Vec::new(),
    };
    code.push(Kind::Yield(values), node)
}

pub(super) fn pair<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let key = field(code, node, "key");
    let value = field(code, node, "value");
    code.push(Kind::List(vec![key, value]), node)
}

pub(super) fn map<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut pairs = Vec::new();
    for child in Lower::children(node) {
        if child.kind() == "pair" {
            pairs.extend(errors(code, child).into_iter().map(|error| (None, error)));
        }
        pairs.push(match child.kind() {
            "pair" => {
                let key = field(code, child, "key");
                (Some(key), field(code, child, "value"))
            }
            "dictionary_splat" => (None, only_child(code, child)),
            _ => (None, lower(code, child)),
        });
    }
    code.push(Kind::Map(pairs), node)
}

/// Comprehensions with more loops and tests than this are not modelled.
const MAX_CLAUSES: usize = 50;

/// A `for` or `if` of a comprehension, its parts lowered.
enum Clause {
    For { bind: NodeId, iter: NodeId },
    If(NodeId),
}

/// `[element for bind in iter if test …]`: the loops nest around the tests around the element.
pub(super) fn comprehension<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    if node.named_child_count() > MAX_CLAUSES {
        return opaque(code, node);
    }
    let element = node.child_by_field_name("body");
    let mut clauses: Vec<(Clause, Range<usize>)> = Vec::new();
    let parts: Vec<_> =
        Lower::children(node).into_iter().filter(|part| Some(*part) != element && !part.is_error()).collect();
    for part in parts {
        let clause = match part.kind() {
            "for_in_clause" => for_clause(code, part),
            _ => {
                let test = only_child(code, part);
                Clause::If(beside_errors(code, part, test))
            }
        };
        clauses.push((clause, part.byte_range()));
    }
    let mut body = field(code, node, "body");
    let outermost = clauses.iter().position(|(clause, _)| matches!(clause, Clause::For { .. }));
    for (index, (clause, range)) in clauses.into_iter().enumerate().rev() {
        let whole = Some(index) == outermost;
        body = match clause {
            Clause::If(test) => {
                let arms = vec![(test, body)];
                let otherwise = None;
                code.push_range(Kind::If { arms, otherwise }, range)
            }
            Clause::For { bind, iter } => {
                let range = if whole { node.byte_range() } else { range };
                let bind = Some(bind);
                let looped = code.push_range(
                    Kind::Loop(Box::new(Loop {
                        kind: LoopKind::For { bind, iter },
                        body,
                        otherwise: None,
                        collects: true,
                    })),
                    range.clone(),
                );
                match whole {
                    // its elements come when somebody asks for them
                    true if node.kind() == "generator_expression" => {
                        code.push_range(Kind::Typed(looped, Some("generator".into())), range)
                    }
                    true => looped,
                    false => code.push_range(Kind::Splat(looped), range),
                }
            }
        };
    }
    body
}

fn for_clause<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Clause {
    let broken = errors(code, node);
    let bind = field(code, node, "left");
    let mut iters: Vec<_> =
        node.children_by_field_name("right", &mut node.walk()).filter(|part| part.is_named()).collect();
    let mut values = broken;
    let several = iters.len() > 1;
    values.extend(iters.drain(..).map(|iter| lower(code, iter)));
    let iter = match values.as_slice() {
        [only] if !several => *only,
        _ if several => code.push(Kind::List(values), node),
        _ => code.push(nothing(values), node),
    };
    Clause::For { bind, iter }
}
