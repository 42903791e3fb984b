//! `match` and its patterns.

use tree_sitter::Node as Syntax;

use super::roles::{beside_errors, errors, field, lower, nothing};
use super::{bindings, expressions};
use crate::lang::Lower;
use crate::program::*;

/// Patterns nested deeper may match anything.
const MAX_DEPTH: u32 = 50;

pub(super) fn matched<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let subjects: Vec<_> =
        node.children_by_field_name("subject", &mut node.walk()).filter(|subject| subject.is_named()).collect();
    let comma = node.children(&mut node.walk()).any(|child| child.kind() == ",");
    let values: Vec<_> = subjects.iter().map(|subject| lower(code, *subject)).collect();
    let subject = match values.as_slice() {
        [] => None,
        [only] if !comma => Some(*only),
        _ => {
            let first = subjects.first().map_or(node.start_byte(), Syntax::start_byte);
            let last = subjects.last().map_or(first, Syntax::end_byte);
            Some(code.push_range(Kind::List(values), first..last))
        }
    };
    let cases = node.child_by_field_name("body").map(Lower::children).unwrap_or_default();
    let mut arms = Vec::new();
    for case in cases {
        if case.kind() == "case_clause" {
            let arm = arm(code, case);
            arms.push(arm);
        } else {
            // broken: may run or not
            let body = lower(code, case);
            arms.push(Arm { pattern: Pattern::Opaque(Vec::new()), guard: None, body });
        }
    }
    let kind = Kind::Match { subject, arms, otherwise: None, breaks: false };
    code.push(kind, node)
}

fn arm<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Arm {
    let parts: Vec<_> = Lower::children(node).into_iter().filter(|child| child.kind() == "case_pattern").collect();
    let comma = node.children(&mut node.walk()).any(|child| child.kind() == ",");
    let pattern = match parts.as_slice() {
        [only] if !comma => pattern(code, *only, 0),
        _ => sequence(code, &parts, node, 0),
    };
    let guard = node.child_by_field_name("guard").map(|guard| {
        let test = expressions::only_child(code, guard);
        beside_errors(code, guard, test)
    });
    let body = field(code, node, "consequence");
    let body = beside_errors(code, node, body);
    Arm { pattern, guard, body }
}

/// A pattern that is not modelled: may match, may bind its names, may evaluate what it holds.
fn unknown<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Pattern {
    let mut names = Vec::new();
    bindings::of_pattern(code.source.masked, node, &mut names);
    let kind = Kind::Opaque { children: errors(code, node), writes: names };
    Pattern::Opaque(vec![code.push(kind, node)])
}

fn pattern<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, depth: u32) -> Pattern {
    if depth > MAX_DEPTH || node.is_missing() {
        return unknown(code, node);
    }
    match node.kind() {
        "case_pattern" => match tokens(node).as_slice() {
            [only] => pattern(code, *only, depth + 1),
            [sign, number] if sign.kind() == "-" => Pattern::Value(negative(code, *sign, *number)),
            _ => unknown(code, node),
        },
        "_" => Pattern::Any,
        "dotted_name" | "identifier" => name(code, node),
        "union_pattern" => {
            let mut parts = Vec::new();
            let mut sign = None;
            for token in tokens(node) {
                match (token.kind(), sign.take()) {
                    ("|", _) => {}
                    ("-", _) => sign = Some(token),
                    (_, Some(sign)) => parts.push(Pattern::Value(negative(code, sign, token))),
                    _ => parts.push(pattern(code, token, depth + 1)),
                }
            }
            Pattern::Or(parts)
        }
        "as_pattern" => match Lower::children(node).as_slice() {
            [inner, name] if name.kind() == "identifier" => {
                let inner = pattern(code, *inner, depth + 1);
                Pattern::And(vec![inner, Pattern::Capture(code.text(*name).into())])
            }
            _ => unknown(code, node),
        },
        "list_pattern" => sequence(code, &Lower::children(node), node, depth),
        "tuple_pattern" => {
            let comma = tokens(node).iter().any(|token| token.kind() == ",");
            match Lower::children(node).as_slice() {
                [only] if !comma => pattern(code, *only, depth + 1),
                parts => sequence(code, parts, node, depth),
            }
        }
        "class_pattern" => class(code, node, depth),
        "dict_pattern" => mapping(code, node, depth),
        "string" | "concatenated_string" | "integer" | "float" | "true" | "false" | "none" => {
            Pattern::Value(lower(code, node))
        }
        _ => unknown(code, node),
    }
}

/// All children but comments and brackets.
fn tokens<'t>(node: Syntax<'t>) -> Vec<Syntax<'t>> {
    node.children(&mut node.walk()).filter(|child| !child.is_extra() || child.is_error()).collect()
}

/// A bare name binds, a dotted one is a value.
fn name<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Pattern {
    let parts = match node.kind() {
        "identifier" => vec![node],
        _ => Lower::children(node),
    };
    if parts.len() > MAX_DEPTH as usize {
        return unknown(code, node);
    }
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Pattern::Any;
    };
    let mut value = None;
    for part in parts {
        let recv = value.unwrap_or_else(|| expressions::name(code, first));
        let name = code.text(part).into();
        let safe = false;
        let range = first.start_byte()..part.end_byte();
        value = Some(code.push_range(Kind::Attr { recv, name, safe }, range));
    }
    match value {
        Some(value) => Pattern::Value(value),
        None if code.text(first) == "_" => Pattern::Any,
        None => Pattern::Capture(code.text(first).into()),
    }
}

/// `-1`: the sign and the number are siblings.
fn negative<'t>(code: &mut Lower<'_, 't>, sign: Syntax<'t>, number: Syntax<'t>) -> NodeId {
    let range = sign.start_byte()..number.end_byte();
    let value = lower(code, number);
    let kind = match code.kind(value) {
        Kind::Lit(Lit::Int(value)) => Kind::Lit(Lit::Int(value.wrapping_neg())),
        Kind::Lit(Lit::Number(text)) => Kind::Lit(Lit::Number(format!("-{text}").into())),
        _ => nothing(vec![value]),
    };
    code.push_range(kind, range)
}

/// Elements in order; with a star among them any number may match.
fn sequence<'t>(code: &mut Lower<'_, 't>, parts: &[Syntax<'t>], node: Syntax<'t>, depth: u32) -> Pattern {
    let starred = |part: &Syntax<'t>| {
        part.kind() == "splat_pattern" || part.named_child(0).is_some_and(|inner| inner.kind() == "splat_pattern")
    };
    if parts.iter().any(starred) {
        let mut names = Vec::new();
        for part in parts {
            bindings::of_pattern(code.source.masked, *part, &mut names);
        }
        let children = Vec::new();
        let writes = names;
        let kind = Kind::Opaque { children, writes };
        return Pattern::Opaque(vec![code.push(kind, node)]);
    }
    let elements = parts.iter().map(|part| pattern(code, *part, depth + 1)).collect();
    Pattern::List(elements)
}

/// Types whose pattern takes the whole subject as its one positional part.
const WHOLE: &[&str] =
    &["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];

/// `C(x=p)`: the type and its members. Positional parts belong to members that the class names elsewhere.
fn class<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, depth: u32) -> Pattern {
    let mut parts = Lower::children(node).into_iter();
    let ty = parts.next().map(|name| code.text(name));
    let mut members = Vec::new();
    let mut others = Vec::new();
    for part in parts {
        let inner = part.named_child(0).unwrap_or(part);
        if inner.kind() == "keyword_pattern" {
            let tokens = tokens(inner);
            let [key, _, value @ ..] = tokens.as_slice() else {
                others.push(unknown(code, inner));
                continue;
            };
            let value = match value {
                [only] => pattern(code, *only, depth + 1),
                [sign, number] if sign.kind() == "-" => Pattern::Value(negative(code, *sign, *number)),
                _ => unknown(code, inner),
            };
            members.push((code.text(*key).into(), value));
        } else if ty.is_some_and(|ty| WHOLE.contains(&ty)) {
            others.push(pattern(code, part, depth + 1));
        } else {
            others.push(unknown(code, part));
        }
    }
    let properties = Pattern::Properties { ty: ty.map(Into::into), members, capture: None };
    with_others(properties, others)
}

fn with_others(properties: Pattern, mut others: Vec<Pattern>) -> Pattern {
    if others.is_empty() {
        return properties;
    }
    others.insert(0, properties);
    Pattern::And(others)
}

/// `{"key": p, **rest}`: members by key. Other keys and the rest are not modelled.
fn mapping<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, depth: u32) -> Pattern {
    let mut members = Vec::new();
    let mut others = Vec::new();
    let mut key = None;
    let parts: Vec<_> = Lower::children(node);
    for part in parts {
        match part.kind() {
            "case_pattern" => {
                let name = key.take().and_then(|key| literal_key(code, key));
                match name {
                    Some(name) => {
                        let value = pattern(code, part, depth + 1);
                        members.push((name, value));
                    }
                    None => others.push(unknown(code, part)),
                }
            }
            "splat_pattern" => others.push(unknown(code, part)),
            _ if part.is_error() => {
                let broken = lower(code, part);
                others.push(Pattern::Opaque(vec![broken]));
            }
            _ => key = Some(part),
        }
    }
    let properties = Pattern::Properties { ty: None, members, capture: None };
    with_others(properties, others)
}

fn literal_key<'t>(code: &mut Lower<'_, 't>, key: Syntax<'t>) -> Option<smol_str::SmolStr> {
    if !matches!(key.kind(), "string" | "concatenated_string") {
        return None;
    }
    let key = lower(code, key);
    match code.kind(key) {
        Kind::Lit(Lit::Str(text)) => Some(text.clone()),
        _ => None,
    }
}
