//! Expressions, and the dispatch by role.

use tree_sitter::Node;

use super::syntax::{child, children, field, has, name_of, simple_name, type_text};
use super::{access, calls, literals, members, patterns, statements, switches};
use crate::lang::Lower;
use crate::program::*;

/// Lowers any node by its role; one without a role becomes opaque over its children.
pub(super) fn expression<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    lower.deeper(node, |lower| dispatch(lower, node))
}

fn dispatch<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let Some(role) = lower.role(node) else {
        return opaque(lower, node, &children(node));
    };
    let id = by_role(lower, node, role);
    if node.has_error() && READS_FIELDS.contains(&role) {
        return with_skipped(lower, node, id);
    }
    id
}

/// Roles whose lowering reads the fields of a node: what the parser skipped stands beside them.
const READS_FIELDS: [&str; 17] = [
    "binary",
    "unary",
    "postfix",
    "assignment",
    "ternary",
    "test",
    "cast",
    "construct",
    "construct_implicit",
    "condition",
    "while",
    "do",
    "for",
    "foreach",
    "leave",
    "yield",
    "lambda",
];

/// Puts what the parser skipped inside a node before it, so that nothing in broken code is lost.
pub(super) fn with_skipped<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, id: NodeId) -> NodeId {
    let skipped: Vec<Node<'t>> = children(node)
        .into_iter()
        .filter(|part| part.is_error())
        .collect();
    if skipped.is_empty() {
        return id;
    }
    let mut all: Vec<NodeId> = skipped
        .into_iter()
        .map(|part| expression(lower, part))
        .collect();
    all.push(id);
    opaque_of(lower, node, all)
}

fn by_role<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, role: &'static str) -> NodeId {
    match role {
        "name" | "generic" => name(lower, node),
        "path" => access::path(lower, node),
        "self" => lower.push(Kind::SelfRef, node),
        "parent" => lower.push(Kind::Super, node),
        "call" | "member" | "index" | "safe" => access::chain(lower, node),
        "construct" => calls::construct(lower, node),
        "construct_implicit" => calls::untyped(lower, node),
        "record" => calls::record(lower, node),
        "list" => list(lower, node),
        "spread" => wrapped(lower, node, Kind::Splat),
        "literal" => literals::literal(lower, node),
        "interpolation" => literals::interpolation(lower, node),
        "binary" => binary(lower, node),
        "unary" => unary(lower, node),
        "postfix" => postfix(lower, node),
        "assignment" => assignment(lower, node),
        "ternary" => ternary(lower, node),
        "test" => test(lower, node),
        "cast" => cast(lower, node),
        "await" => wrapped(lower, node, |inner| Kind::Typed(inner, None)),
        "inner" => only(lower, node),
        "default" => lower.nil(node),
        "type_of" => type_of(lower, node),
        "declared" => calls::declared(lower, node),
        "lambda" => members::lambda(lower, node),
        "choice" => switches::expression(lower, node),
        "raise" => raise(lower, node),
        "type" | "nothing" => opaque_of(lower, node, Vec::new()),
        _ => statements::statement(lower, node, role),
    }
}

fn name(lower: &mut Lower<'_, '_>, node: Node<'_>) -> NodeId {
    let name = simple_name(lower, node);
    lower.push(Kind::Name(name), node)
}

fn wrapped<'t>(
    lower: &mut Lower<'_, 't>,
    node: Node<'t>,
    wrap: impl FnOnce(NodeId) -> Kind,
) -> NodeId {
    let inner = only(lower, node);
    lower.push(wrap(inner), node)
}

fn type_of<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let ty = field(node, "type").map(|ty| access::path(lower, ty));
    opaque_of(lower, node, ty.into_iter().collect())
}

fn raise<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let value = children(node)
        .first()
        .map(|value| expression(lower, *value));
    lower.push(Kind::Raise(value), node)
}

pub(super) fn opaque_of(
    lower: &mut Lower<'_, '_>,
    node: Node<'_>,
    children: Vec<NodeId>,
) -> NodeId {
    let kind = Kind::Opaque {
        children,
        writes: Vec::new(),
    };
    lower.push(kind, node)
}

/// What is not modelled: its parts run in order.
pub(super) fn opaque<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, parts: &[Node<'t>]) -> NodeId {
    let children = parts.iter().map(|part| expression(lower, *part)).collect();
    opaque_of(lower, node, children)
}

/// The one child of a wrapper.
fn only<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let parts = children(node);
    match parts.as_slice() {
        [inner] => expression(lower, *inner),
        _ => opaque(lower, node, &parts),
    }
}

fn list<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let ty = field(node, "type");
    let mut elements = Vec::new();
    for part in children(node) {
        if Some(part) == ty {
            elements.extend(sizes(lower, part));
        } else if matches!(node.kind(), "tuple_expression") {
            elements.push(calls::argument(lower, part));
        } else if part.kind() == "initializer_expression" && node.kind() != "initializer_expression"
        {
            elements.extend(children(part).into_iter().map(|one| expression(lower, one)));
        } else {
            elements.push(expression(lower, part));
        }
    }
    for id in &mut elements {
        // the names of a tuple's elements do not matter
        if let Kind::Keyword(_, value) = lower.kind(*id) {
            *id = *value;
        }
    }
    // `new T[n]` holds elements that nobody wrote
    if ty.is_some() && child(node, "initializer_expression").is_none() {
        return opaque_of(lower, node, elements);
    }
    lower.push(Kind::List(elements), node)
}

/// The sizes in `new T[a, b]`.
fn sizes<'t>(lower: &mut Lower<'_, 't>, ty: Node<'t>) -> Vec<NodeId> {
    let Some(rank) = field(ty, "rank") else {
        return Vec::new();
    };
    let sizes: Vec<NodeId> = children(rank)
        .into_iter()
        .filter(|size| size.kind() != "integer_literal")
        .map(|size| expression(lower, size))
        .collect();
    sizes
}

/// `a + b + c` and `a || b || c` nest to the left, `a ?? b ?? c` to the right: both are walked without recursion.
fn binary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
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

fn unary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
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

fn postfix<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
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

fn assignment<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
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
fn ternary<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
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
fn test<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
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
fn cast<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let value = field(node, "left").or_else(|| field(node, "value"));
    let ty = field(node, "right").or_else(|| field(node, "type"));
    let Some(value) = value else {
        return opaque(lower, node, &children(node));
    };
    let value = expression(lower, value);
    let ty = ty.and_then(|ty| type_text(lower, ty));
    lower.push(Kind::Typed(value, ty), node)
}
