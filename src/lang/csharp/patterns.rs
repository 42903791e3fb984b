//! Patterns of `is`, `case` and switch expressions.

use tree_sitter::Node;

use super::expressions::expression;
use super::syntax::{child, children, counts, field, has, name_of, type_text};
use crate::lang::Lower;
use crate::program::*;

/// Patterns nested deeper than this may match.
const MAX_DEPTH: u32 = 100;

/// The right side of `x is …`: a plain name there is a type.
pub(super) fn of_test<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Pattern {
    nested(lower, node, 0, true)
}

pub(super) fn pattern<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Pattern {
    nested(lower, node, 0, false)
}

/// `types`: a plain name is a type, not a constant.
fn nested<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, depth: u32, types: bool) -> Pattern {
    if depth > MAX_DEPTH {
        return Pattern::Opaque(vec![lower.flat(node)]);
    }
    let inner = || children(node).into_iter().next();
    match node.kind() {
        "constant_pattern" => match inner() {
            Some(value) => value_of(lower, value, types),
            None => Pattern::Any,
        },
        "discard" => Pattern::Any,
        "parenthesized_pattern" => match inner() {
            Some(inner) => nested(lower, inner, depth + 1, types),
            None => Pattern::Any,
        },
        "negated_pattern" | "or_pattern" | "and_pattern" => combined(lower, node, depth, types),
        "declaration_pattern" => declaration(lower, node),
        "var_pattern" => designation(lower, node),
        "type_pattern" => field(node, "type").map_or(Pattern::Any, |ty| type_test(lower, ty)),
        "recursive_pattern" => recursive(lower, node, depth),
        "list_pattern" => list(lower, node, depth),
        "relational_pattern" => {
            Pattern::Opaque(children(node).into_iter().map(|part| expression(lower, part)).collect())
        }
        "predefined_type" | "nullable_type" | "array_type" | "tuple_type" | "pointer_type" => type_test(lower, node),
        _ => value_of(lower, node, types),
    }
}

fn value_of<'t>(lower: &mut Lower<'_, 't>, value: Node<'t>, types: bool) -> Pattern {
    match value.kind() {
        "identifier" if lower.text(value) == "_" => return Pattern::Any,
        "identifier" | "generic_name" if types => return type_test(lower, value),
        _ => {}
    }
    Pattern::Value(expression(lower, value))
}

fn type_test(lower: &Lower<'_, '_>, ty: Node<'_>) -> Pattern {
    match type_text(lower, ty) {
        Some(text) => Pattern::Type(text, None),
        None => Pattern::Any,
    }
}

/// A part of a pattern in the order in which it stands.
pub(super) enum Link<'t> {
    Not,
    And,
    Or,
    Operand(Node<'t>),
}

/// The pattern behind `is`, its parts already in order.
pub(super) fn of_links<'t>(lower: &mut Lower<'_, 't>, links: Vec<Link<'t>>) -> Pattern {
    bound(lower, links, 0, true)
}

/// `not`, `and`, `or`. The grammar takes `not a and b` for `not (a and b)`: the links are read in the order in which
/// they stand and bound again, `not` first, `or` last.
fn combined<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, depth: u32, types: bool) -> Pattern {
    let mut links = Vec::new();
    let mut stack = vec![Link::Operand(node)];
    while let Some(link) = stack.pop() {
        let Link::Operand(part) = link else {
            links.push(link);
            continue;
        };
        match part.kind() {
            "negated_pattern" => {
                stack.extend(children(part).first().map(|inner| Link::Operand(*inner)));
                stack.push(Link::Not);
            }
            kind @ ("or_pattern" | "and_pattern") => {
                stack.extend(field(part, "right").map(Link::Operand));
                stack.push(if kind == "or_pattern" { Link::Or } else { Link::And });
                stack.extend(field(part, "left").map(Link::Operand));
            }
            _ => links.push(Link::Operand(part)),
        }
    }
    bound(lower, links, depth, types)
}

fn bound<'t>(lower: &mut Lower<'_, 't>, links: Vec<Link<'t>>, depth: u32, types: bool) -> Pattern {
    let mut either = Vec::new();
    let mut both = Vec::new();
    let mut negated = false;
    for link in links {
        match link {
            Link::Not => negated = !negated,
            Link::And => negated = false,
            Link::Or => {
                negated = false;
                either.extend(one_or(std::mem::take(&mut both), Pattern::And));
            }
            Link::Operand(part) => {
                let pattern = nested(lower, part, depth + 1, types);
                both.push(if std::mem::take(&mut negated) { Pattern::Not(Box::new(pattern)) } else { pattern });
            }
        }
    }
    either.extend(one_or(both, Pattern::And));
    one_or(either, Pattern::Or).unwrap_or(Pattern::Opaque(Vec::new()))
}

fn one_or(mut all: Vec<Pattern>, join: impl FnOnce(Vec<Pattern>) -> Pattern) -> Option<Pattern> {
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(join(all)),
    }
}

fn declaration<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Pattern {
    let bound = designation(lower, node);
    let Some(text) = field(node, "type").and_then(|ty| type_text(lower, ty)) else {
        return bound;
    };
    match bound {
        Pattern::Capture(name) => Pattern::Type(text, Some(name)),
        Pattern::Any => Pattern::Type(text, None),
        other => Pattern::And(vec![Pattern::Type(text, None), other]),
    }
}

/// The name, discard or list of names that a pattern binds.
fn designation<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Pattern {
    if let Some(list) = child(node, "parenthesized_variable_designation") {
        return designations(lower, list, 0);
    }
    match field(node, "name") {
        Some(name) if lower.text(name) != "_" => Pattern::Capture(name_of(lower, name)),
        _ => Pattern::Any,
    }
}

fn designations<'t>(lower: &mut Lower<'_, 't>, list: Node<'t>, depth: u32) -> Pattern {
    if depth > MAX_DEPTH {
        return Pattern::Any;
    }
    let mut all = Vec::new();
    for part in children(list) {
        all.push(match part.kind() {
            "identifier" if lower.text(part) != "_" => Pattern::Capture(name_of(lower, part)),
            "parenthesized_variable_designation" => designations(lower, part, depth + 1),
            _ => Pattern::Any,
        });
    }
    Pattern::List(all)
}

/// `T (a, b) { P: c } name`, each part optional.
fn recursive<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, depth: u32) -> Pattern {
    let ty = field(node, "type").and_then(|ty| type_text(lower, ty));
    let bound = match designation(lower, node) {
        Pattern::Capture(name) => Some(name),
        _ => None,
    };
    let properties = child(node, "property_pattern_clause").map(|clause| {
        let mut members = Vec::new();
        for part in children(clause) {
            members.extend(member(lower, part, depth));
        }
        members
    });
    let positions = child(node, "positional_pattern_clause").map(|clause| {
        let parts = children(clause);
        let parts = parts.into_iter().map(|part| subpattern(lower, part, depth).1);
        Pattern::List(parts.collect())
    });
    match (positions, properties) {
        (None, members) => {
            // `(p) name` has neither
            if let (None, Some(inner)) = (&members, unclaimed(node)) {
                let inner = nested(lower, inner, depth + 1, false);
                return match bound {
                    Some(name) => Pattern::And(vec![inner, Pattern::Capture(name)]),
                    None => inner,
                };
            }
            Pattern::Properties { ty, members: members.unwrap_or_default(), capture: bound }
        }
        (Some(positions), None) => {
            let mut all = Vec::new();
            match (ty, bound) {
                (Some(ty), bound) => all.push(Pattern::Type(ty, bound)),
                (None, Some(name)) => all.push(Pattern::Capture(name)),
                (None, None) => return positions,
            }
            all.push(positions);
            Pattern::And(all)
        }
        (Some(positions), Some(members)) => {
            Pattern::And(vec![positions, Pattern::Properties { ty, members, capture: bound }])
        }
    }
}

/// The pattern in `(pattern) name`.
fn unclaimed(node: Node<'_>) -> Option<Node<'_>> {
    let ty = field(node, "type");
    let name = field(node, "name");
    children(node)
        .into_iter()
        .find(|part| Some(*part) != ty && Some(*part) != name && part.kind().ends_with("_pattern"))
}

/// `A: p` and `A.B: p`, the latter as a property of a property.
fn member<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, depth: u32) -> Option<(smol_str::SmolStr, Pattern)> {
    let (label, mut inner) = subpattern(lower, node, depth);
    let mut label = label?;
    let mut steps = 0;
    while label.kind() == "member_access_expression" && steps < MAX_DEPTH {
        let (Some(recv), Some(name)) = (field(label, "expression"), field(label, "name")) else {
            break;
        };
        inner = Pattern::Properties { ty: None, members: vec![(name_of(lower, name), inner)], capture: None };
        label = recv;
        steps += 1;
    }
    Some((name_of(lower, label), inner))
}

/// The label of a subpattern, if it has one, and its pattern.
fn subpattern<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, depth: u32) -> (Option<Node<'t>>, Pattern) {
    let parts = children(node);
    let labelled = has(node, ":") && parts.len() > 1;
    let label = parts.first().copied().filter(|_| labelled);
    let pattern = match parts.last() {
        Some(last) => nested(lower, *last, depth + 1, false),
        None => Pattern::Opaque(Vec::new()),
    };
    (label, pattern)
}

/// `[a, _, ..]`: with a slice the positions are not known.
fn list<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, depth: u32) -> Pattern {
    let name = field(node, "name");
    let mut cursor = node.walk();
    let parts: Vec<Node<'t>> = node.children(&mut cursor).collect();
    let slice = parts.iter().any(|part| part.kind() == "..");
    let mut all = Vec::new();
    for part in parts {
        if counts(part) && Some(part) != name {
            all.push(nested(lower, part, depth + 1, false));
        }
    }
    let list = if slice {
        let mut values = Vec::new();
        all.iter().for_each(|one| collect(one, &mut values));
        Pattern::Opaque(values)
    } else {
        Pattern::List(all)
    };
    match name {
        Some(name) => Pattern::And(vec![list, Pattern::Capture(name_of(lower, name))]),
        None => list,
    }
}

/// The expressions in a pattern.
fn collect(pattern: &Pattern, out: &mut Vec<NodeId>) {
    match pattern {
        Pattern::Value(id) => out.push(*id),
        Pattern::Opaque(all) => out.extend(all),
        Pattern::Or(all) | Pattern::And(all) | Pattern::List(all) => {
            all.iter().for_each(|one| collect(one, out));
        }
        Pattern::Not(inner) => collect(inner, out),
        Pattern::Properties { members, .. } => {
            members.iter().for_each(|(_, one)| collect(one, out));
        }
        Pattern::Capture(_) | Pattern::Any | Pattern::Type(..) => {}
    }
}
