//! Operators, assignments, collections.

use tree_sitter::Node;

use super::Lowering;
use super::fields::{Field, part};
use crate::lang::Lower;
use crate::program::*;

/// A logical operator.
#[derive(Clone, Copy, PartialEq)]
enum Logic {
    And,
    Or,
}

fn logic(operator: &str) -> Option<Logic> {
    match operator {
        "&&" | "and" => Some(Logic::And),
        "||" | "or" => Some(Logic::Or),
        _ => None,
    }
}

fn op(operator: &str) -> Op {
    match operator {
        "==" => Op::Eq,
        "!=" => Op::Ne,
        "===" => Op::CaseEq,
        "=~" => Op::Matches,
        "!~" => Op::NotMatches,
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

impl<'t> Lowering<'_, 't> {
    fn operator(&self, node: Node<'t>) -> &'t str {
        part(node, Field::Operator).map_or("", |operator| self.out.text(operator))
    }

    /// The left spine of `a op b op c` bottom up, so that a long chain costs no stack; a level for each operation
    /// that is a node of its own.
    pub(super) fn operation(&mut self, node: Node<'t>, statement: bool) -> NodeId {
        let mut spine = vec![node];
        let mut levels = 0;
        let mut current = node;
        let mut value = loop {
            let left = match part(current, Field::Left) {
                Some(left) if left.kind() == "binary" => left,
                leftmost => break self.expr_or_nil(leftmost, node),
            };
            let run = logic(self.operator(left));
            if run.is_none() || run != logic(self.operator(current)) {
                if !self.out.enter() {
                    break self.out.flat(left);
                }
                levels += 1;
            }
            spine.push(left);
            current = left;
        };
        while let Some(current) = spine.pop() {
            let operator = self.operator(current);
            let Some(logic_of) = logic(operator) else {
                let right = self.expr_or_nil(part(current, Field::Right), current);
                let (op, left) = (op(operator), value);
                let binary = Kind::Binary { op, left, right };
                value = self.out.push(binary, current);
                continue;
            };
            let mut whole = current;
            let mut operands = vec![value];
            self.operand(current, logic_of, statement, &mut operands);
            while let Some(&next) = spine.last()
                && logic(self.operator(next)) == Some(logic_of)
            {
                self.operand(next, logic_of, statement, &mut operands);
                whole = next;
                spine.pop();
            }
            let kind = match logic_of {
                Logic::And => Kind::And(operands),
                Logic::Or => Kind::Or(operands),
            };
            value = self.out.push(kind, whole);
        }
        for _ in 0..levels {
            self.out.leave();
        }
        value
    }

    /// The right operand; one that is the same operation, in parentheses or not, joins the list.
    fn operand(&mut self, node: Node<'t>, logic: Logic, statement: bool, all: &mut Vec<NodeId>) {
        // `x and require "y"`, `x or raise`
        self.statement = statement;
        let right = self.expr_or_nil(part(node, Field::Right), node);
        let right = self.with_errors(right, node);
        let same = |kind: &Kind| match (kind, logic) {
            (Kind::And(inner), Logic::And) | (Kind::Or(inner), Logic::Or) => Some(inner.clone()),
            _ => None,
        };
        match same(self.out.kind(right)) {
            Some(inner) => all.extend(inner),
            None => all.push(right),
        }
    }

    pub(super) fn unary(&mut self, node: Node<'t>) -> NodeId {
        let operand = self.expr_or_nil(part(node, Field::Operand), node);
        match (self.operator(node), self.out.kind(operand)) {
            ("!" | "not", _) => self.out.push(Kind::Not(operand), node),
            ("defined?", _) => {
                let callee = self.out.push(Kind::Name("defined?".into()), node);
                self.push_call(callee, vec![operand], None, false, node)
            }
            ("-", Kind::Lit(Lit::Int(value))) => {
                let value = Lit::Int(value.saturating_neg());
                self.out.push(Kind::Lit(value), node)
            }
            ("-", Kind::Lit(Lit::Number(_))) => {
                let text = self.out.text(node).into();
                self.out.push(Kind::Lit(Lit::Number(text)), node)
            }
            ("+", Kind::Lit(Lit::Int(_) | Lit::Number(_))) => operand,
            _ => self.opaque_of(vec![operand], node),
        }
    }

    pub(super) fn assignment(&mut self, node: Node<'t>) -> NodeId {
        let right = part(node, Field::Right);
        let Some(left) = part(node, Field::Left) else {
            return self.opaque(node);
        };
        let place = self.place(left);
        let value = match right {
            Some(list) if list.kind() == "right_assignment_list" => self.list(list),
            Some(splat) if splat.kind() == "splat_argument" => {
                let spread = self.expr(splat);
                self.out.push(Kind::List(vec![spread]), splat)
            }
            other => self.expr_or_nil(other, node),
        };
        let op = SetOp::Plain;
        self.out.push(Kind::Set { place, op, value }, node)
    }

    pub(super) fn operator_assignment(&mut self, node: Node<'t>) -> NodeId {
        let Some(left) = part(node, Field::Left) else {
            return self.opaque(node);
        };
        let op = match self.operator(node) {
            "||=" => SetOp::Or,
            "&&=" => SetOp::And,
            "+=" => SetOp::Add,
            _ => SetOp::Other,
        };
        let place = self.place(left);
        let value = self.expr_or_nil(part(node, Field::Right), node);
        self.out.push(Kind::Set { place, op, value }, node)
    }

    pub(super) fn set(&mut self, place: Node<'t>, op: SetOp, value: NodeId) -> NodeId {
        let node = place;
        let place = self.place(place);
        self.out.push(Kind::Set { place, op, value }, node)
    }

    /// What is assigned to: a name, field, attribute, subscript or a list of these.
    pub(super) fn place(&mut self, node: Node<'t>) -> NodeId {
        if !self.out.enter() {
            return self.out.flat(node);
        }
        let id = match node.kind() {
            "identifier" | "constant" => {
                let name = self.out.text(node).into();
                self.out.push(Kind::Name(name), node)
            }
            "call" => self.attribute(node),
            "left_assignment_list" | "destructured_left_assignment" | "destructured_parameter" => {
                let places = Lower::children(node).into_iter().map(|place| self.place(place)).collect();
                self.out.push(Kind::List(places), node)
            }
            "rest_assignment" | "splat_parameter" => {
                let inner = match node.named_child(0) {
                    Some(inner) => self.place(inner),
                    None => self.out.push(Kind::Name("*".into()), node),
                };
                self.out.push(Kind::Splat(inner), node)
            }
            "optional_parameter" | "block_parameter" | "keyword_parameter" | "hash_splat_parameter" => {
                match part(node, Field::Name) {
                    Some(name) => self.place(name),
                    None => self.opaque(node),
                }
            }
            _ => self.expr(node),
        };
        self.out.leave();
        id
    }

    /// `a.b` as a place is no call.
    fn attribute(&mut self, node: Node<'t>) -> NodeId {
        let (Some(receiver), Some(method)) = (part(node, Field::Receiver), part(node, Field::Method)) else {
            return self.expr(node);
        };
        let recv = self.expr(receiver);
        let name = self.out.text(method).into();
        let safe = self.operator(node) == "&.";
        self.out.push(Kind::Attr { recv, name, safe }, node)
    }

    pub(super) fn list(&mut self, node: Node<'t>) -> NodeId {
        let elements = self.elements(node);
        self.out.push(Kind::List(elements), node)
    }

    pub(super) fn map(&mut self, node: Node<'t>) -> NodeId {
        let mut pairs = Vec::new();
        for child in Lower::children(node) {
            match child.kind() {
                "pair" => {
                    let (key, value) = self.pair(child);
                    pairs.push((Some(key), value));
                }
                "hash_splat_argument" => {
                    let value = match child.named_child(0) {
                        Some(value) => self.expr(value),
                        None => self.out.push(Kind::Name("**".into()), child),
                    };
                    pairs.push((None, value));
                }
                _ => {}
            }
        }
        self.out.push(Kind::Map(pairs), node)
    }
}
