//! Operators, assignments, conditional expressions, tests and casts.

use tree_sitter::Node;

use super::expressions::{expression, opaque, opaque_of};
use super::syntax::{children, field, has, name_of, type_text};
use super::{access, patterns};
use crate::lang::Lower;
use crate::program::*;

/// `a + b + c` and `a || b || c` nest to the left, `a ?? b ?? c` to the right: both are walked without recursion.
pub(super) fn binary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    if let Some(id) = bound_again(lower, node) {
        return id;
    }
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
            let kind = Kind::Binary { op: op(symbol), left: acc, right };
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
        let kind = if symbol == "&&" { Kind::And(all) } else { Kind::Or(all) };
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

/// `x++`, `--x`. The value is the new one; the old one behind an operator that stands after.
fn step<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, inner: Node<'t>) -> NodeId {
    let up = has(node, "++");
    let by = lower.push(Kind::Lit(Lit::Int(1)), node);
    let set = if up {
        let place = place(lower, inner);
        Kind::Set { place, op: SetOp::Add, value: by }
    } else {
        compound(lower, node, inner, by, Op::Sub)
    };
    let set = lower.push(set, node);
    if node.kind() != "postfix_unary_expression" {
        return set;
    }
    let one = lower.push(Kind::Lit(Lit::Int(1)), node);
    let before = Kind::Binary { op: if up { Op::Sub } else { Op::Add }, left: set, right: one };
    lower.push(before, node)
}

/// `a op= b` as `a = a op b`, where reading `a` twice does nothing; else a write of something.
fn compound<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, left: Node<'t>, right: NodeId, op: Op) -> Kind {
    let target = place(lower, left);
    if op == Op::Other || !is_path(left) {
        return Kind::Set { place: target, op: SetOp::Other, value: right };
    }
    let old = expression(lower, left);
    let value = Kind::Binary { op, left: old, right };
    Kind::Set { place: target, op: SetOp::Plain, value: lower.push(value, node) }
}

/// `a`, `this.a`, `a.b.c`.
fn is_path(node: Node<'_>) -> bool {
    let mut node = node;
    while node.kind() == "member_access_expression" {
        match field(node, "expression") {
            Some(inner) => node = inner,
            None => return false,
        }
    }
    matches!(node.kind(), "identifier" | "this" | "this_expression")
}

pub(super) fn assignment<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
        return opaque(lower, node, &children(node));
    };
    let op = match operator(lower, node) {
        "=" => SetOp::Plain,
        "??=" => SetOp::Coalesce,
        "+=" => SetOp::Add,
        symbol => {
            let value = expression(lower, right);
            let kind = compound(lower, node, left, value, op(symbol.trim_end_matches('=')));
            return lower.push(kind, node);
        }
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
            let parts: Vec<NodeId> =
                children(node).into_iter().filter(|part| Some(*part) != label).map(|part| place(lower, part)).collect();
            match parts.as_slice() {
                [one] if node.kind() == "argument" => *one,
                _ => lower.push(Kind::List(parts), node),
            }
        }
        "declaration_expression" => {
            let name = field(node, "name").map(|name| name_of(lower, name)).unwrap_or_default();
            lower.push(Kind::Name(name), node)
        }
        // `var (a, b) = …` reads as a call of `var`
        "invocation_expression" if field(node, "function").is_some_and(|callee| lower.text(callee) == "var") => {
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

/// A part of an expression in the order in which it stands.
enum Token<'t> {
    Operand(Node<'t>),
    Operator(&'t str),
    Is,
    Link(patterns::Link<'t>),
}

/// How weakly an operator binds; none for those that bind at least as tightly as `is`.
fn weakness(symbol: &str) -> Option<u8> {
    Some(match symbol {
        "==" | "!=" => 1,
        "&" => 2,
        "^" => 3,
        "|" => 4,
        "&&" => 5,
        "||" => 6,
        "??" => 7,
        _ => return None,
    })
}

/// The grammar takes `a is null || b` for `a is (null || b)`: a constant in a pattern takes all operators that follow.
/// Such an expression is read in the order in which it stands and bound again. `None`: it is as it should be.
fn bound_again<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Option<NodeId> {
    let mut tokens = Vec::new();
    let mut broken = false;
    let mut stack = vec![Token::Operand(node)];
    let mut in_pattern = false;
    while let Some(token) = stack.pop() {
        let part = match token {
            Token::Operand(part) => part,
            Token::Is => {
                in_pattern = true;
                tokens.push(token);
                continue;
            }
            // what follows an operator is an operand, unless a link of a pattern stands between
            Token::Operator(_) => {
                in_pattern = false;
                tokens.push(token);
                continue;
            }
            Token::Link(_) => {
                in_pattern = true;
                tokens.push(token);
                continue;
            }
        };
        match part.kind() {
            "binary_expression" if weakness(operator(lower, part)).is_some() => {
                let (Some(left), Some(right)) = (field(part, "left"), field(part, "right")) else {
                    return None;
                };
                broken |= in_pattern;
                stack.push(Token::Operand(right));
                stack.push(Token::Operator(operator(lower, part)));
                stack.push(Token::Operand(left));
            }
            "is_pattern_expression" => {
                let subject = field(part, "expression")?;
                let pattern = field(part, "pattern")?;
                stack.push(Token::Operand(pattern));
                stack.push(Token::Is);
                stack.push(Token::Operand(subject));
            }
            "negated_pattern" => {
                stack.push(Token::Operand(children(part).first().copied()?));
                stack.push(Token::Link(patterns::Link::Not));
            }
            kind @ ("or_pattern" | "and_pattern") => {
                stack.push(Token::Operand(field(part, "right")?));
                stack.push(Token::Link(if kind == "or_pattern" { patterns::Link::Or } else { patterns::Link::And }));
                stack.push(Token::Operand(field(part, "left")?));
            }
            "constant_pattern" => stack.push(Token::Operand(children(part).first().copied()?)),
            _ => tokens.push(Token::Operand(part)),
        }
    }
    broken.then(|| bind(lower, node, tokens))
}

/// Binds the operators of an expression by their strength.
fn bind<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, tokens: Vec<Token<'t>>) -> NodeId {
    let mut operands: Vec<NodeId> = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Operand(part) => operands.push(expression(lower, part)),
            Token::Is => {
                let mut links = Vec::new();
                while let Some(next) = tokens.next_if(|next| !matches!(next, Token::Operator(_) | Token::Is)) {
                    links.push(match next {
                        Token::Link(link) => link,
                        Token::Operand(part) => patterns::Link::Operand(part),
                        Token::Operator(_) | Token::Is => break,
                    });
                }
                let pattern = Box::new(patterns::of_links(lower, links));
                let subject = match operands.pop() {
                    Some(subject) => subject,
                    None => opaque_of(lower, node, Vec::new()),
                };
                operands.push(lower.push(Kind::Is { subject, pattern }, node));
            }
            Token::Operator(symbol) => {
                let weak = weakness(symbol).unwrap_or(0);
                while let Some(top) = waiting.last() {
                    let tighter =
                        weakness(top).unwrap_or(0) < weak || (weakness(top) == weakness(symbol) && symbol != "??");
                    if !tighter {
                        break;
                    }
                    let top = *top;
                    waiting.pop();
                    apply(lower, node, top, &mut operands);
                }
                waiting.push(symbol);
            }
            Token::Link(_) => {}
        }
    }
    while let Some(top) = waiting.pop() {
        apply(lower, node, top, &mut operands);
    }
    match operands.as_slice() {
        [one] => *one,
        _ => opaque_of(lower, node, operands),
    }
}

fn apply(lower: &mut Lower<'_, '_>, node: Node<'_>, symbol: &str, operands: &mut Vec<NodeId>) {
    let (Some(right), Some(left)) = (operands.pop(), operands.pop()) else {
        return;
    };
    let kind = match symbol {
        "&&" | "||" => {
            let mut all = Vec::new();
            join(lower, symbol, left, &mut all);
            join(lower, symbol, right, &mut all);
            if symbol == "&&" { Kind::And(all) } else { Kind::Or(all) }
        }
        "??" => Kind::Coalesce(vec![left, right]),
        _ => Kind::Binary { op: op(symbol), left, right },
    };
    operands.push(lower.push(kind, node));
}

/// `a is T`, `a is pattern`.
pub(super) fn test<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    if let Some(id) = bound_again(lower, node) {
        return id;
    }
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
