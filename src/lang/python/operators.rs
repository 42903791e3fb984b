//! Operators and conditional expressions.

use tree_sitter::Node as Syntax;

use super::roles::{errors, field, lower, nothing, opaque};
use crate::lang::Lower;
use crate::program::*;

/// The token in the operator field, such as `and` or `+`.
fn operator<'t>(node: Syntax<'t>) -> Option<&'t str> {
    Some(node.child_by_field_name("operator")?.kind())
}

/// `a or b or c`, which nests on its left.
pub(super) fn boolean<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let word = operator(node);
    let mut rights = Vec::new();
    let mut left = node;
    while left.kind() == "boolean_operator" && operator(left) == word {
        let Some(next) = left.child_by_field_name("left") else {
            break;
        };
        rights.push(left);
        left = next;
    }
    if rights.is_empty() {
        return opaque(code, node);
    }
    let mut operands = Vec::new();
    let mut values = vec![lower(code, left)];
    while let Some(link) = rights.pop() {
        if link != node {
            values.extend(errors(code, link));
        }
        values.push(field(code, link, "right"));
    }
    let conjunction = word == Some("and");
    for value in values {
        code.flatten(
            value,
            |kind| match kind {
                Kind::And(inner) if conjunction => Some(inner),
                Kind::Or(inner) if !conjunction => Some(inner),
                _ => None,
            },
            &mut operands,
        );
    }
    code.push(
        match conjunction {
            true => Kind::And(operands),
            false => Kind::Or(operands),
        },
        node,
    )
}

pub(super) fn not<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let inner = field(code, node, "argument");
    code.push(Kind::Not(inner), node)
}

/// `a < b < c` compares each neighbour; the operand between two is evaluated once.
pub(super) fn comparison<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut operands: Vec<(NodeId, Syntax<'t>)> = Vec::new();
    let mut operators = Vec::new();
    let parts: Vec<_> = node.children(&mut node.walk()).filter(|part| !part.is_extra()).collect();
    for part in parts {
        match comparator(part.kind()) {
            Some(op) if !part.is_named() => operators.push(op),
            _ => operands.push((lower(code, part), part)),
        }
    }
    let mut tests = Vec::new();
    for (pair, op) in operands.windows(2).zip(operators) {
        let [(left, from), (right, to)] = pair else {
            continue;
        };
        let (left, right) = (*left, *right);
        let range = from.start_byte()..to.end_byte();
        tests.push(code.push_range(Kind::Binary { op, left, right }, range));
    }
    match (tests.as_slice(), operands.as_slice()) {
        ([test], [_, _]) => *test,
        ([], _) => {
            let children = operands.iter().map(|(id, _)| *id).collect();
            code.push(nothing(children), node)
        }
        _ => code.push(Kind::And(tests), node),
    }
}

fn comparator(kind: &str) -> Option<Op> {
    Some(match kind {
        "==" => Op::Eq,
        "!=" | "<>" => Op::Ne,
        "<" => Op::Lt,
        "<=" => Op::Le,
        ">" => Op::Gt,
        ">=" => Op::Ge,
        "in" => Op::In,
        "not in" => Op::NotIn,
        "is" => Op::Same,
        "is not" => Op::NotSame,
        _ => return None,
    })
}

/// The operator of a link of a chain, its left side lowered already.
pub(super) fn binary<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, left: NodeId) -> NodeId {
    let right = field(code, node, "right");
    let op = match operator(node) {
        Some("+") => Op::Add,
        Some("-") => Op::Sub,
        Some("*") => Op::Mul,
        Some("%") => Op::Mod,
        Some("<<") => Op::Shift,
        Some("&") => Op::BitAnd,
        Some("|") => Op::BitOr,
        Some("^") => Op::Xor,
        _ => Op::Other,
    };
    code.push(Kind::Binary { op, left, right }, node)
}

/// `-1` is a literal; other signs are not modelled.
pub(super) fn unary<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let minus = operator(node) == Some("-");
    let inner = field(code, node, "argument");
    let negated = match code.kind(inner) {
        Kind::Lit(Lit::Int(value)) if minus => value.checked_neg().map(Lit::Int),
        Kind::Lit(Lit::Number(text)) if minus => Some(Lit::Number(format!("-{text}").into())),
        _ => None,
    };
    let kind = match negated {
        Some(literal) => Kind::Lit(literal),
        None => nothing(vec![inner]),
    };
    code.push(kind, node)
}

/// `a if b else c if d else e`, flat.
pub(super) fn choice<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut arms = Vec::new();
    let mut rest = node;
    let otherwise = loop {
        let parts: Vec<_> = Lower::children(rest).into_iter().filter(|part| !part.is_error()).collect();
        let &[then, test, otherwise] = parts.as_slice() else {
            break opaque(code, rest);
        };
        let test = lower(code, test);
        arms.push((test, lower(code, then)));
        if otherwise.kind() != "conditional_expression" || otherwise.has_error() {
            break lower(code, otherwise);
        }
        rest = otherwise;
    };
    if arms.is_empty() {
        return otherwise;
    }
    let otherwise = Some(otherwise);
    code.push(Kind::If { arms, otherwise }, node)
}
