//! Statements.

use tree_sitter::Node;

use super::conditions::{self, Siblings};
use super::expressions::{expression, opaque, opaque_of};
use super::locals;
use super::operators::place;
use super::syntax::{child, children, field, has, name_of, type_text};
use super::{access, attributes, classes, members, properties, switches};
use crate::lang::Lower;
use crate::program::*;

/// The code of a statement item: top-level code, fields, properties, events.
pub(super) fn item<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, interface: bool) -> NodeId {
    if interface && matches!(node.kind(), "property_declaration" | "indexer_declaration") {
        return properties::of_interface(lower, node);
    }
    let mut all = siblings(lower, vec![node]);
    match all.pop() {
        Some((_, id)) if all.is_empty() => id,
        Some(last) => {
            all.push(last);
            let all = all.into_iter().map(|(_, id)| id).collect();
            lower.push(Kind::Seq(all), node)
        }
        None => lower.push(Kind::Seq(Vec::new()), node),
    }
}

/// Lowers statements in order; a declaration of several names is several siblings.
pub(super) fn siblings<'t>(lower: &mut Lower<'_, 't>, nodes: Vec<Node<'t>>) -> Siblings {
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes {
        match lower.role(node) {
            Some("local" | "field") => {
                for id in locals::declaration(lower, node) {
                    out.push((node.byte_range(), id));
                }
            }
            Some("property") => {
                for id in properties::property(lower, node) {
                    out.push((node.byte_range(), id));
                }
            }
            _ => {
                let id = expression(lower, node);
                out.push((node.byte_range(), id));
            }
        }
    }
    out
}

/// A sequence of statements: local functions first, since they may be called before they stand.
pub(super) fn sequence<'t>(
    lower: &mut Lower<'_, 't>,
    node: Node<'t>,
    statements: Vec<Node<'t>>,
    first: Option<NodeId>,
) -> NodeId {
    let from = node.start_byte();
    let (functions, others): (Vec<_>, Vec<_>) =
        statements.into_iter().partition(|statement| statement.kind() == "local_function_statement");
    let mut all: Vec<NodeId> = first.into_iter().collect();
    for part in [functions, others] {
        let part = siblings(lower, part);
        all.extend(conditions::wrap(lower, from, part));
    }
    lower.push(Kind::Seq(all), node)
}

pub(super) fn statement<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, role: &'static str) -> NodeId {
    match role {
        "block" => sequence(lower, node, children(node), None),
        "evaluation" => evaluation(lower, node),
        "empty" => lower.push(Kind::Seq(Vec::new()), node),
        "local" | "field" | "variables" | "property" => several(lower, node, role),
        "condition" => condition(lower, node),
        "while" | "do" => looped(lower, node, role),
        "for" => counted(lower, node),
        "foreach" => each(lower, node),
        // the frames of a switch are large: it counts as two levels
        "match" => lower.deeper(node, |lower| switches::statement(lower, node)),
        "try" => attempt(lower, node),
        "leave" => leave(lower, node),
        "goto" => goto(lower, node),
        "label" => label(lower, node),
        "yield" => produce(lower, node),
        "scope" => scope(lower, node),
        "definition" => {
            let visibility = members::visibility(lower.source.masked, node, false);
            members::definition(lower, node, visibility)
        }
        "event" => properties::event(lower, node),
        "class" => classes::opaque_class(lower, node),
        "attributes" => attributes(lower, node),
        _ => opaque(lower, node, &children(node)),
    }
}

fn evaluation<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    match children(node).as_slice() {
        [inner] => expression(lower, *inner),
        parts => opaque(lower, node, parts),
    }
}

/// Declarations where they cannot be siblings of other statements.
fn several<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, role: &str) -> NodeId {
    let all = match role {
        "variables" => locals::variables(lower, node),
        "property" => properties::property(lower, node),
        _ => locals::declaration(lower, node),
    };
    lower.push(Kind::Seq(all), node)
}

/// `yield return x` and `yield break`.
fn produce<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let kind = match children(node).first() {
        Some(value) => Kind::Yield(vec![expression(lower, *value)]),
        None => Kind::Leave { how: Leave::Return, value: None },
    };
    lower.push(kind, node)
}

fn attributes<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let all = attributes::attribute_list(lower, node);
    opaque_of(lower, node, all)
}

/// A body that may be missing in broken code.
fn body<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, name: &str) -> NodeId {
    match field(node, name) {
        Some(body) => expression(lower, body),
        None => opaque_of(lower, node, Vec::new()),
    }
}

/// `if … else if … else` as one ladder.
fn condition<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut arms = Vec::new();
    let mut rest = node;
    let otherwise = loop {
        let test = body(lower, rest, "condition");
        let consequence = body(lower, rest, "consequence");
        arms.push((test, consequence));
        match field(rest, "alternative") {
            Some(next) if lower.role(next) == Some("condition") => rest = next,
            Some(last) => break Some(expression(lower, last)),
            None => break None,
        }
    };
    lower.push(Kind::If { arms, otherwise }, node)
}

fn push_loop(lower: &mut Lower<'_, '_>, node: Node<'_>, kind: LoopKind, body: NodeId) -> NodeId {
    let inner = Loop { kind, body, otherwise: None, collects: false };
    lower.push(Kind::Loop(Box::new(inner)), node)
}

fn looped<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, role: &str) -> NodeId {
    if role == "while" {
        let test = body(lower, node, "condition");
        let body = body(lower, node, "body");
        push_loop(lower, node, LoopKind::While { test }, body)
    } else {
        let body = self::body(lower, node, "body");
        let test = self::body(lower, node, "condition");
        push_loop(lower, node, LoopKind::DoWhile { test }, body)
    }
}

/// `for (a; b; c) body`.
fn counted<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut all = Vec::new();
    let fields = |name: &str| {
        let mut cursor = node.walk();
        node.children_by_field_name(name, &mut cursor).filter(|part| super::syntax::counts(*part)).collect::<Vec<_>>()
    };
    for part in fields("initializer") {
        if lower.role(part) == Some("variables") {
            all.extend(locals::variables(lower, part));
        } else {
            all.push(expression(lower, part));
        }
    }
    let test = field(node, "condition").map(|test| expression(lower, test));
    let mut round = vec![body(lower, node, "body")];
    for part in fields("update") {
        round.push(expression(lower, part));
    }
    let round = lower.push(Kind::Seq(round), node);
    let kind = match test {
        Some(test) => LoopKind::While { test },
        None => LoopKind::Forever,
    };
    all.push(push_loop(lower, node, kind, round));
    lower.push(Kind::Seq(all), node)
}

fn each<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let iter = body(lower, node, "right");
    let bind = field(node, "left").map(|left| match left.kind() {
        "tuple_pattern" => locals::names(lower, left),
        _ => place(lower, left),
    });
    let body = body(lower, node, "body");
    push_loop(lower, node, LoopKind::For { bind, iter }, body)
}

fn attempt<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let body = body(lower, node, "body");
    let mut handlers = Vec::new();
    let mut finally = None;
    let mut broken = Vec::new();
    for part in children(node) {
        match part.kind() {
            "catch_clause" => handlers.push(handler(lower, part)),
            "finally_clause" => {
                finally = child(part, "block").map(|block| expression(lower, block));
            }
            "block" => {}
            _ => broken.push(expression(lower, part)),
        }
    }
    let inner = Try { body, handlers, otherwise: None, finally };
    let tried = lower.push(Kind::Try(Box::new(inner)), node);
    if broken.is_empty() {
        return tried;
    }
    broken.push(tried);
    opaque_of(lower, node, broken)
}

fn handler<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Handler {
    let declared = child(node, "catch_declaration");
    let ty = declared.and_then(|declared| field(declared, "type"));
    let catches = match ty {
        Some(ty) => Catches::Classes(vec![access::path(lower, ty)]),
        None => Catches::All,
    };
    let bind = declared.and_then(|declared| field(declared, "name")).map(|name| name_of(lower, name));
    let guard = child(node, "catch_filter_clause")
        .and_then(|clause| children(clause).into_iter().next())
        .map(|guard| expression(lower, guard));
    Handler { catches, bind, guard, body: body(lower, node, "body") }
}

fn leave<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let how = match node.kind() {
        "break_statement" => Leave::Break,
        "continue_statement" => Leave::Next,
        _ => Leave::Return,
    };
    let value = children(node).first().map(|value| expression(lower, *value));
    lower.push(Kind::Leave { how, value }, node)
}

fn goto<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let parts = children(node);
    match parts.as_slice() {
        [target] if !has(node, "case") && target.kind() == "identifier" => {
            let how = Leave::Goto(name_of(lower, *target));
            lower.push(Kind::Leave { how, value: None }, node)
        }
        // a section of the switch around it; the label is the text of the case
        [] if has(node, "default") => {
            let how = Leave::Goto(switches::DEFAULT_LABEL.into());
            lower.push(Kind::Leave { how, value: None }, node)
        }
        [target] => {
            let how = Leave::Goto(switches::case_label(lower, *target));
            lower.push(Kind::Leave { how, value: None }, node)
        }
        _ => opaque(lower, node, &parts),
    }
}

fn label<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let parts = children(node);
    let Some((name, rest)) = parts.split_first() else {
        return opaque(lower, node, &parts);
    };
    let text = name_of(lower, *name);
    let mut all = vec![lower.push(Kind::Label(text), *name)];
    all.extend(siblings(lower, rest.to_vec()).into_iter().map(|(_, id)| id));
    lower.push(Kind::Seq(all), node)
}

/// `using`, `lock`, `fixed`, `checked`, `unsafe`: what they hold, then their body.
fn scope<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut all = Vec::new();
    for part in children(node) {
        if lower.role(part) == Some("variables") {
            all.extend(locals::variables(lower, part));
        } else {
            all.push(expression(lower, part));
        }
    }
    lower.push(Kind::Seq(all), node)
}

/// A parameter's or local's declared type, for those who need it beside the name.
pub(super) fn declared_type<'t>(lower: &Lower<'_, 't>, node: Node<'t>) -> Option<smol_str::SmolStr> {
    field(node, "type").and_then(|ty| type_text(lower, ty))
}
