//! `case … when`, `case … in` and patterns as tests.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::Lowering;
use super::fields::{Field, part};
use super::forms::slice;
use crate::lang::Lower;
use crate::program::*;

/// Patterns nested deeper than this may match anything.
const DEEPEST: u32 = 60;

impl<'t> Lowering<'_, 't> {
    pub(super) fn case(&mut self, node: Node<'t>) -> NodeId {
        let subject_node = part(node, Field::Value);
        let subject = subject_node.map(|value| self.expr(value));
        let mut arms = Vec::new();
        let mut otherwise = None;
        for child in Lower::children(node) {
            match child.kind() {
                "when" => arms.push(self.when(child)),
                "else" => otherwise = Some(self.expr(child)),
                _ => {}
            }
        }
        self.push_match(subject, arms, otherwise, node)
    }

    fn push_match(
        &mut self,
        subject: Option<NodeId>,
        arms: Vec<Arm>,
        otherwise: Option<NodeId>,
        node: Node<'t>,
    ) -> NodeId {
        let breaks = false;
        let kind = Kind::Match { subject, arms, otherwise, breaks };
        self.out.push(kind, node)
    }

    fn when(&mut self, when: Node<'t>) -> Arm {
        let mut values: Vec<Pattern> = Lower::children(when)
            .into_iter()
            .filter(|child| child.kind() == "pattern")
            .map(|pattern| {
                let value = pattern.named_child(0).unwrap_or(pattern);
                Pattern::Value(self.expr(value))
            })
            .collect();
        let pattern = match values.len() {
            1 => values.remove(0),
            _ => Pattern::Or(values),
        };
        let body = self.expr_or_nil(part(when, Field::Body), when);
        Arm { pattern, guard: None, body: self.with_errors(body, when) }
    }

    pub(super) fn case_in(&mut self, node: Node<'t>) -> NodeId {
        let subject = part(node, Field::Value).map(|value| self.expr(value));
        let mut arms = Vec::new();
        let mut otherwise = None;
        for child in Lower::children(node) {
            match child.kind() {
                "in_clause" => arms.push(self.in_clause(child)),
                "else" => otherwise = Some(self.expr(child)),
                _ => {}
            }
        }
        // what no arm takes raises; half-typed arms are not all there are
        if otherwise.is_none() && !node.has_error() {
            let class = self.out.push(Kind::Name("NoMatchingPatternError".into()), node);
            otherwise = Some(self.out.push(Kind::Raise(Some(class)), node));
        }
        self.push_match(subject, arms, otherwise, node)
    }

    fn in_clause(&mut self, clause: Node<'t>) -> Arm {
        let pattern = match part(clause, Field::Pattern) {
            Some(pattern) => self.pattern(pattern, 0),
            None => Pattern::Opaque(Vec::new()),
        };
        let guard = part(clause, Field::Guard).map(|guard| {
            let test = self.expr_or_nil(part(guard, Field::Condition), guard);
            match guard.kind() {
                "unless_guard" => self.out.push(Kind::Not(test), guard),
                _ => test,
            }
        });
        let body = self.expr_or_nil(part(clause, Field::Body), clause);
        Arm { pattern, guard, body: self.with_errors(body, clause) }
    }

    /// `x in pattern` is a test; `x => pattern` raises where it does not match.
    pub(super) fn pattern_test(&mut self, node: Node<'t>) -> NodeId {
        let subject = self.expr_or_nil(part(node, Field::Value), node);
        let pattern = match part(node, Field::Pattern) {
            Some(pattern) => self.pattern(pattern, 0),
            None => Pattern::Opaque(Vec::new()),
        };
        let pattern = Box::new(pattern);
        let test = self.out.push(Kind::Is { subject, pattern }, node);
        match node.kind() {
            "match_pattern" if node.has_error() => self.opaque_of(vec![test], node),
            "match_pattern" => {
                let class = self.out.push(Kind::Name("NoMatchingPatternError".into()), node);
                let raise = self.out.push(Kind::Raise(Some(class)), node);
                let nil = self.out.nil(node);
                let (arms, otherwise) = (vec![(test, nil)], Some(raise));
                self.out.push(Kind::If { arms, otherwise }, node)
            }
            _ => test,
        }
    }

    fn pattern(&mut self, node: Node<'t>, depth: u32) -> Pattern {
        if depth > DEEPEST {
            return Pattern::Opaque(vec![self.out.flat(node)]);
        }
        match node.kind() {
            "identifier" => match self.out.text(node) {
                "_" => Pattern::Any,
                name => Pattern::Capture(name.into()),
            },
            "alternative_pattern" => Pattern::Or(self.patterns(node, depth)),
            "parenthesized_pattern" => match node.named_child(0) {
                Some(inner) => self.pattern(inner, depth + 1),
                None => Pattern::Opaque(Vec::new()),
            },
            "as_pattern" => {
                let mut all: Vec<Pattern> = Vec::new();
                if let Some(value) = part(node, Field::Value) {
                    all.push(self.pattern(value, depth + 1));
                }
                let name = part(node, Field::Name).map(|name| self.out.text(name).into());
                all.extend(name.map(Pattern::Capture));
                Pattern::And(all)
            }
            "array_pattern" | "find_pattern" => self.elements_pattern(node, depth),
            "hash_pattern" => self.members_pattern(node, depth),
            "variable_reference_pattern" => {
                let name = part(node, Field::Name).unwrap_or(node);
                Pattern::Value(self.expr(name))
            }
            "expression_reference_pattern" => {
                let value = part(node, Field::Value).unwrap_or(node);
                Pattern::Value(self.expr(value))
            }
            "splat_parameter" | "hash_splat_parameter" => self.rest(node),
            _ => Pattern::Value(self.expr(node)),
        }
    }

    fn patterns(&mut self, node: Node<'t>, depth: u32) -> Vec<Pattern> {
        Lower::children(node).into_iter().map(|child| self.pattern(child, depth + 1)).collect()
    }

    /// `*rest`: may hold anything, and writes its name.
    fn rest(&mut self, node: Node<'t>) -> Pattern {
        let name = part(node, Field::Name).map(|name| SmolStr::from(self.out.text(name)));
        let kind = Kind::Opaque { children: Vec::new(), writes: name.into_iter().collect() };
        Pattern::Opaque(vec![self.out.push(kind, node)])
    }

    /// `[a, b]`, `Point(a, b)`; with a splat the length is open, so that it may match.
    fn elements_pattern(&mut self, node: Node<'t>, depth: u32) -> Pattern {
        let class = part(node, Field::Class);
        let mut all: Vec<Pattern> = Vec::new();
        if let Some(class) = class {
            all.push(Pattern::Value(self.expr(class)));
        }
        let children: Vec<_> = Lower::children(node).into_iter().filter(|child| Some(*child) != class).collect();
        let open = children.iter().any(|child| child.kind() == "splat_parameter");
        let elements: Vec<Pattern> = children.into_iter().map(|child| self.pattern(child, depth + 1)).collect();
        if open {
            let opaque = Pattern::Opaque(self.values_of(&elements, node));
            all.push(opaque);
        } else {
            all.push(Pattern::List(elements));
        }
        match all.len() {
            1 => all.remove(0),
            _ => Pattern::And(all),
        }
    }

    /// What patterns that cannot be placed compare with and write.
    fn values_of(&mut self, patterns: &[Pattern], node: Node<'t>) -> Vec<NodeId> {
        let (mut children, mut writes) = (Vec::new(), Vec::new());
        let mut queue: Vec<&Pattern> = patterns.iter().rev().collect();
        while let Some(pattern) = queue.pop() {
            match pattern {
                Pattern::Value(id) => children.push(*id),
                Pattern::Opaque(ids) => children.extend(ids),
                Pattern::Capture(name) => writes.push(name.clone()),
                Pattern::Or(all) | Pattern::And(all) | Pattern::List(all) => {
                    queue.extend(all.iter().rev());
                }
                Pattern::Not(inner) => queue.push(inner),
                Pattern::Properties { members, capture, .. } => {
                    writes.extend(capture.clone());
                    queue.extend(members.iter().rev().map(|(_, inner)| inner));
                }
                Pattern::Type(_, capture) => writes.extend(capture.clone()),
                Pattern::Any => {}
            }
        }
        vec![self.out.push(Kind::Opaque { children, writes }, node)]
    }

    /// `{name:, role: "admin"}`, `User(name:)`.
    fn members_pattern(&mut self, node: Node<'t>, depth: u32) -> Pattern {
        let class = part(node, Field::Class);
        let ty = class.map(|class| {
            let name = slice(class, self.out.source.masked);
            SmolStr::from(name.trim_start_matches("::").replace("::", "."))
        });
        let mut members = Vec::new();
        let mut rest = Vec::new();
        for child in Lower::children(node) {
            match child.kind() {
                "keyword_pattern" => {
                    let key = part(child, Field::Key);
                    let name = key.map_or("", |key| self.out.text(key)).trim_matches(['"', '\'']);
                    let value = match part(child, Field::Value) {
                        Some(value) => self.pattern(value, depth + 1),
                        None => Pattern::Capture(name.into()),
                    };
                    members.push((name.into(), value));
                }
                "hash_splat_parameter" | "hash_splat_nil" => rest.push(self.rest(child)),
                _ if Some(child) == class => {}
                _ => {
                    let id = self.expr(child);
                    rest.push(Pattern::Opaque(vec![id]));
                }
            }
        }
        // `{}` matches the empty hash alone
        if members.is_empty() && rest.is_empty() && ty.is_none() {
            return Pattern::Opaque(Vec::new());
        }
        let capture = None;
        let properties = Pattern::Properties { ty, members, capture };
        if rest.is_empty() {
            return properties;
        }
        rest.insert(0, properties);
        Pattern::And(rest)
    }
}
