//! Operators, assignments, conditional expressions, tests and casts.

use tree_sitter::Node;

use super::expressions::{expression, opaque, opaque_of};
use super::syntax::{children, field, has, name_of, type_text};
use super::{access, patterns};
use crate::lang::Lower;
use crate::program::*;

/// `a + b + c` and `a || b || c` nest to the left, `a ?? b ?? c` to the right: both are walked without recursion.
pub(super) fn binary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut spine = vec![];
    let mut base = node;
    while lower.role(base) == Some("binary") {
        if operator(lower, base) == "??" {
            break;
        }
        let Some(left) = field(base, "left") else {
            break;
        };
        spine.push(base);
        base = left;
    }
    let mut acc = if lower.role(base) == Some("binary") && operator(lower, base) == "??" {
        coalesce(lower, base)
    } else {
        expression(lower, base)
    };
    let mut spine = spine.into_iter().rev().peekable();
    while let Some(link) = spine.next() {
        let symbol = operator(lower, link);
        let right = operand(lower, link);
        if symbol != "&&" && symbol != "||" {
            let kind = Kind::Binary {
                op: op(symbol),
                left: acc,
                right,
            };
            acc = lower.push(kind, link);
            continue;
        }
        let mut all = Vec::new();
        let mut last = link;
        join(lower, symbol, acc, &mut all);
        join(lower, symbol, right, &mut all);
        while let Some(next) = spine.next_if(|next| operator(lower, *next) == symbol) {
            let right = operand(lower, next);
            join(lower, symbol, right, &mut all);
            last = next;
        }
        let kind = if symbol == "&&" {
            Kind::And(all)
        } else {
            Kind::Or(all)
        };
        acc = lower.push(kind, last);
    }
    acc
}

fn join(lower: &Lower<'_, '_>, symbol: &str, id: NodeId, all: &mut Vec<NodeId>) {
    lower.flatten(
        id,
        |kind| match kind {
            Kind::And(inner) if symbol == "&&" => Some(inner),
            Kind::Or(inner) if symbol == "||" => Some(inner),
            _ => None,
        },
        all,
    );
}

fn operand<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    match field(node, "right") {
        Some(right) => expression(lower, right),
        None => opaque_of(lower, node, Vec::new()),
    }
}

fn coalesce<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut all = Vec::new();
    let mut rest = node;
    loop {
        let is_link = lower.role(rest) == Some("binary") && operator(lower, rest) == "??";
        if !is_link {
            all.push(expression(lower, rest));
            break;
        }
        let (Some(left), Some(right)) = (field(rest, "left"), field(rest, "right")) else {
            all.push(opaque(lower, rest, &children(rest)));
            break;
        };
        all.push(expression(lower, left));
        rest = right;
    }
    lower.push(Kind::Coalesce(all), node)
}

fn operator<'t>(lower: &Lower<'_, 't>, node: Node<'t>) -> &'t str {
    field(node, "operator").map_or("", |operator| lower.text(operator))
}

fn op(symbol: &str) -> Op {
    match symbol {
        "==" => Op::Eq,
        "!=" => Op::Ne,
        "<" => Op::Lt,
        "<=" => Op::Le,
        ">" => Op::Gt,
        ">=" => Op::Ge,
        "+" => Op::Add,
        "-" => Op::Sub,
        "*" => Op::Mul,
        "%" => Op::Mod,
        "<<" => Op::Shift,
        "&" => Op::BitAnd,
        "|" => Op::BitOr,
        "^" => Op::Xor,
        _ => Op::Other,
    }
}

pub(super) fn unary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let symbol = node.child(0).map_or("", |token| token.kind());
    let Some(inner) = children(node).into_iter().next() else {
        return opaque_of(lower, node, Vec::new());
    };
    match symbol {
        "!" => {
            let inner = expression(lower, inner);
            lower.push(Kind::Not(inner), node)
        }
        "++" | "--" => step(lower, node, inner),
        "-" => {
            let inner = expression(lower, inner);
            let negative = match lower.kind(inner) {
                Kind::Lit(Lit::Int(value)) => value.checked_neg().map(Lit::Int),
                _ => None,
            };
            match negative {
                Some(lit) => lower.push(Kind::Lit(lit), node),
                None => opaque_of(lower, node, vec![inner]),
            }
        }
        "+" => expression(lower, inner),
        _ => opaque(lower, node, &[inner]),
    }
}

pub(super) fn postfix<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    if has(node, "!") {
        return access::chain(lower, node);
    }
    match children(node).into_iter().next() {
        Some(inner) => step(lower, node, inner),
        None => opaque_of(lower, node, Vec::new()),
    }
}

/// `x++`, `--x`.
fn step<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, inner: Node<'t>) -> NodeId {
    let place = place(lower, inner);
    let value = lower.push(Kind::Lit(Lit::Int(1)), node);
    let op = if has(node, "++") {
        SetOp::Add
    } else {
        SetOp::Other
    };
    lower.push(Kind::Set { place, op, value }, node)
}

pub(super) fn assignment<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
        return opaque(lower, node, &children(node));
    };
    let op = match operator(lower, node) {
        "=" => SetOp::Plain,
        "??=" => SetOp::Coalesce,
        "+=" => SetOp::Add,
        _ => SetOp::Other,
    };
    let place = place(lower, left);
    let value = expression(lower, right);
    lower.push(Kind::Set { place, op, value }, node)
}

/// The target of an assignment; tuples are lists of places, declarations in them names.
pub(super) fn place<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    lower.deeper(node, |lower| match node.kind() {
        "tuple_expression" | "tuple_pattern" | "argument" => {
            let label = field(node, "name").filter(|_| node.kind() == "argument");
            let parts: Vec<NodeId> = children(node)
                .into_iter()
                .filter(|part| Some(*part) != label)
                .map(|part| place(lower, part))
                .collect();
            match parts.as_slice() {
                [one] if node.kind() == "argument" => *one,
                _ => lower.push(Kind::List(parts), node),
            }
        }
        "declaration_expression" => {
            let name = field(node, "name")
                .map(|name| name_of(lower, name))
                .unwrap_or_default();
            lower.push(Kind::Name(name), node)
        }
        // `var (a, b) = …` reads as a call of `var`
        "invocation_expression"
            if field(node, "function").is_some_and(|callee| lower.text(callee) == "var") =>
        {
            let parts = field(node, "arguments").map(children).unwrap_or_default();
            let parts = parts.into_iter().map(|part| place(lower, part)).collect();
            lower.push(Kind::List(parts), node)
        }
        "discard" => lower.push(Kind::Name("_".into()), node),
        _ => expression(lower, node),
    })
}

/// `a ? b : c ? d : e` is one ladder.
pub(super) fn ternary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut arms = Vec::new();
    let mut rest = node;
    loop {
        let parts = ["condition", "consequence", "alternative"].map(|name| field(rest, name));
        let [Some(condition), Some(consequence), Some(alternative)] = parts else {
            break;
        };
        if lower.role(rest) != Some("ternary") {
            break;
        }
        let condition = expression(lower, condition);
        let consequence = expression(lower, consequence);
        arms.push((condition, consequence));
        rest = alternative;
    }
    if arms.is_empty() {
        return opaque(lower, node, &children(node));
    }
    let otherwise = Some(expression(lower, rest));
    lower.push(Kind::If { arms, otherwise }, node)
}

/// `a is T`, `a is pattern`.
pub(super) fn test<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let subject = field(node, "left").or_else(|| field(node, "expression"));
    let pattern = field(node, "right").or_else(|| field(node, "pattern"));
    let (Some(subject), Some(pattern)) = (subject, pattern) else {
        return opaque(lower, node, &children(node));
    };
    let subject = expression(lower, subject);
    let pattern = Box::new(patterns::of_test(lower, pattern));
    lower.push(Kind::Is { subject, pattern }, node)
}

/// `x as T`, `(T)x`.
pub(super) fn cast<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let value = field(node, "left").or_else(|| field(node, "value"));
    let ty = field(node, "right").or_else(|| field(node, "type"));
    let Some(value) = value else {
        return opaque(lower, node, &children(node));
    };
    let value = expression(lower, value);
    let ty = ty.and_then(|ty| type_text(lower, ty));
    lower.push(Kind::Typed(value, ty), node)
}
