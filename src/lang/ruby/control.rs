//! Sequences, conditions, loops, exceptions, jumps.

use tree_sitter::Node;

use super::Lowering;
use super::fields::{Field, part};
use super::forms::bare_access;
use crate::lang::Lower;
use crate::program::*;

impl<'t> Lowering<'_, 't> {
    /// Statements in a row, with their `rescue`, `else` and `ensure` clauses.
    pub(super) fn sequence(&mut self, node: Node<'t>, statement: bool) -> NodeId {
        let mut body = Vec::new();
        let mut tried = Clauses::default();
        let children = Lower::children(node);
        let last = children.len().saturating_sub(1);
        let is_value = node.kind() == "parenthesized_statements" && !statement;
        for (index, child) in children.into_iter().enumerate() {
            match child.kind() {
                "empty_statement" => {}
                "rescue" => tried.handlers.push(self.handler(child)),
                "else" => tried.otherwise = Some(self.expr(child)),
                "ensure" => tried.finally = Some(self.expr(child)),
                _ => {
                    // the last statement is a value: there `public` is somebody's method
                    if index != last
                        && let Some(access) = bare_access(child, self.out.source.masked)
                    {
                        self.context.follow(access);
                        continue;
                    }
                    self.statement = !(is_value && index == last);
                    let id = self.expr(child);
                    body.push(id);
                }
            }
        }
        let body = self.joined(body, node);
        tried.around(body, node, self)
    }

    /// One statement stands for itself; none is nil.
    pub(super) fn joined(&mut self, mut all: Vec<NodeId>, node: Node<'t>) -> NodeId {
        match all.len() {
            0 => self.out.nil(node),
            1 => all.remove(0),
            _ => self.out.push(Kind::Seq(all), node),
        }
    }

    pub(super) fn expr_or_nil(&mut self, part: Option<Node<'t>>, whole: Node<'t>) -> NodeId {
        match part {
            Some(node) => self.expr(node),
            None => self.out.nil(whole),
        }
    }

    fn handler(&mut self, rescue: Node<'t>) -> Handler {
        let catches = match part(rescue, Field::Exceptions) {
            Some(classes) => Catches::Classes(self.exprs(Lower::children(classes))),
            None => Catches::Standard,
        };
        let place = part(rescue, Field::Variable).and_then(|variable| variable.named_child(0));
        let (bind, elsewhere) = match place {
            Some(place) if place.kind() == "identifier" => (Some(self.out.text(place).into()), None),
            other => (None, other),
        };
        let mut body = self.expr_or_nil(part(rescue, Field::Body), rescue);
        body = self.with_errors(body, rescue);
        if let Some(place) = elsewhere {
            let value = self.opaque_of(Vec::new(), place);
            let set = self.set(place, SetOp::Plain, value);
            body = self.out.push(Kind::Seq(vec![set, body]), rescue);
        }
        Handler { catches, bind, guard: None, body }
    }

    pub(super) fn rescue_modifier(&mut self, node: Node<'t>, statement: bool) -> NodeId {
        self.statement = statement;
        let body = self.expr_or_nil(part(node, Field::Body), node);
        let mut tried = Clauses::default();
        self.statement = statement;
        let handler = self.expr_or_nil(part(node, Field::Handler), node);
        tried.handlers.push(Handler { catches: Catches::Standard, bind: None, guard: None, body: handler });
        tried.around(body, node, self)
    }

    /// `if`, `unless`, ladders, ternaries and modifiers.
    pub(super) fn condition(&mut self, node: Node<'t>, statement: bool) -> NodeId {
        let is_modifier = matches!(node.kind(), "if_modifier" | "unless_modifier");
        let mut arms = Vec::new();
        let mut current = node;
        let rest = loop {
            let mut test = self.expr_or_nil(part(current, Field::Condition), current);
            if matches!(current.kind(), "unless" | "unless_modifier") {
                let span = part(current, Field::Condition).unwrap_or(current);
                test = self.out.push(Kind::Not(test), span);
            }
            let body = match is_modifier {
                true => part(current, Field::Body),
                false => part(current, Field::Consequence),
            };
            self.statement = statement && is_modifier;
            let mut body = self.expr_or_nil(body, current);
            if current != node {
                body = self.with_errors(body, current);
            }
            arms.push((test, body));
            match part(current, Field::Alternative) {
                Some(next) if matches!(next.kind(), "elsif" | "conditional") => current = next,
                rest => break rest,
            }
        };
        let otherwise = rest.map(|rest| self.expr(rest));
        self.out.push(Kind::If { arms, otherwise }, node)
    }

    pub(super) fn looped(&mut self, node: Node<'t>) -> NodeId {
        let body_node = part(node, Field::Body);
        let after = node.kind().ends_with("_modifier") && body_node.is_some_and(|body| body.kind() == "begin");
        let mut test = self.expr_or_nil(part(node, Field::Condition), node);
        if node.kind().starts_with("until") {
            let span = part(node, Field::Condition).unwrap_or(node);
            test = self.out.push(Kind::Not(test), span);
        }
        self.statement = true;
        let body = self.expr_or_nil(body_node, node);
        let kind = match after {
            true => LoopKind::DoWhile { test },
            false => LoopKind::While { test },
        };
        self.push_loop(kind, body, node)
    }

    pub(super) fn for_each(&mut self, node: Node<'t>) -> NodeId {
        let source = part(node, Field::Value).and_then(|value| value.named_child(0));
        let iter = self.expr_or_nil(source, node);
        let bind = part(node, Field::Pattern).map(|place| self.place(place));
        let body = self.expr_or_nil(part(node, Field::Body), node);
        self.push_loop(LoopKind::For { bind, iter }, body, node)
    }

    pub(super) fn push_loop(&mut self, kind: LoopKind, body: NodeId, node: Node<'t>) -> NodeId {
        let inner = Loop { kind, body, otherwise: None, collects: false };
        self.out.push(Kind::Loop(Box::new(inner)), node)
    }

    pub(super) fn leave(&mut self, node: Node<'t>) -> NodeId {
        let how = match node.kind() {
            "break" => Leave::Break,
            "next" => Leave::Next,
            _ => Leave::Return,
        };
        let value = self.value_of_arguments(node);
        self.out.push(Kind::Leave { how, value }, node)
    }

    /// `return a` gives `a`, `return a, b` a list.
    fn value_of_arguments(&mut self, node: Node<'t>) -> Option<NodeId> {
        let list = Lower::children(node).into_iter().find(|child| child.kind() == "argument_list")?;
        let mut values = self.elements(list);
        let spread = values.first().is_some_and(|id| matches!(self.out.kind(*id), Kind::Splat(_)));
        match values.len() {
            0 => None,
            1 if !spread => Some(values.remove(0)),
            _ => Some(self.out.push(Kind::List(values), list)),
        }
    }

    pub(super) fn yielded(&mut self, node: Node<'t>) -> NodeId {
        let list = Lower::children(node).into_iter().find(|child| child.kind() == "argument_list");
        let arguments = self.arguments(list);
        self.out.push(Kind::Yield(arguments.values), node)
    }

    /// `END { … }`.
    pub(super) fn at_exit(&mut self, node: Node<'t>) -> NodeId {
        let body = self.sequence(node, true);
        let block = self.push_block(Form::Block, Vec::new(), body, node);
        let callee = self.out.push(Kind::Name("at_exit".into()), node);
        self.push_call(callee, Vec::new(), Some(block), false, node)
    }
}

/// The clauses of a `begin`.
#[derive(Default)]
struct Clauses {
    handlers: Vec<Handler>,
    otherwise: Option<NodeId>,
    finally: Option<NodeId>,
}

impl Clauses {
    fn around<'t>(self, body: NodeId, node: Node<'t>, lowering: &mut Lowering<'_, 't>) -> NodeId {
        if self.handlers.is_empty() && self.otherwise.is_none() && self.finally.is_none() {
            return body;
        }
        let tried = Try { body, handlers: self.handlers, otherwise: self.otherwise, finally: self.finally };
        lowering.out.push(Kind::Try(Box::new(tried)), node)
    }
}
