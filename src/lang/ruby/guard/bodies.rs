//! Guards at the head of a method, a block, a task or a file.

use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Runs, Shape, Text, is_whole};
use crate::text::Edit;

use super::places::{IGNORING, NAMES, Place, body_of, called, is_statement, is_wanted};
use super::{message, plan};

/// The body that holds all places.
pub(super) struct Body<'n> {
    node: Node<'n>,
    /// The call that a block belongs to.
    call: Option<Node<'n>>,
    statements: Vec<Node<'n>>,
}

impl<'n> Body<'n> {
    /// The nearest body that holds every place.
    pub fn around(place: &Place<'n>) -> Option<Body<'n>> {
        let first = place.units().next()?;
        let mut node = body_of(first)?;
        let last = place.units().last()?.statement().end_byte();
        if node.end_byte() < last {
            node = first.around().find(|node| {
                node.end_byte() >= last
                    && matches!(
                        node.kind(),
                        "method" | "singleton_method" | "do_block" | "block" | "lambda" | "program"
                    )
            })?;
        }
        // a block of `each` in a task is not what has to be left
        let inner = first.around().take_while(|above| above.id() != node.id()).count();
        let call = first.around().nth(inner + 1).filter(|above| above.kind() == "call");
        let holder = match node.kind() {
            "program" => node,
            "class" | "module" => return None,
            _ => node
                .child_by_field_name("body")
                .filter(|body| matches!(body.kind(), "body_statement" | "block_body"))?,
        };
        let mut cursor = holder.walk();
        let statements = holder
            .named_children(&mut cursor)
            .filter(|node| !node.is_extra() && !matches!(node.kind(), "rescue" | "ensure" | "else"));
        Some(Body { node, call, statements: statements.collect() })
    }

    pub fn statements(&self) -> usize {
        self.statements.len()
    }

    pub fn is_named(&self, file: &Text<'_>, name: &str) -> bool {
        self.node.child_by_field_name("name").is_some_and(|node| file.node(node) == name)
    }

    pub fn is_task(&self, file: &Text<'_>) -> bool {
        self.call.is_some_and(|call| matches!(called(file, call), "task" | "multitask"))
    }

    /// Whether everything that the body does depends on the places.
    pub fn is_whole(&self, place: &Place<'n>) -> bool {
        let file = place.file;
        let shape = Shape {
            names: NAMES,
            is_statement: &is_statement,
            does: &["call", "yield", "super", "return", "subshell"],
            binds: &["block_parameters", "lambda_parameters"],
            is_idle: &|node| is_preamble(file, node) || node.kind() == "comment",
            is_wrapper: &|node| match node.kind() {
                "if" | "unless" | "case" | "for" | "begin" | "if_modifier" | "unless_modifier" => true,
                "call" => IGNORING.contains(&called(file, node)) || called(file, node) == "transaction",
                _ => false,
            },
        };
        is_whole(file, &self.statements, place.wish.places, &shape)
    }

    /// Leaves the body quietly.
    pub fn leave(&self, place: &Place<'_>) -> Option<Plan> {
        let predicate = &place.wish.predicate.text;
        let wanted = |unit| is_wanted(place.file, unit, place.wish.writes);
        let (line, extent) = match self.node.kind() {
            "method" | "singleton_method" if !place.units().any(wanted) => ("return", Extent::Method),
            "do_block" | "block" if self.call.is_some() && !self.is_task(place.file) && !place.units().any(wanted) => {
                ("next", Extent::Block)
            }
            "program" if place.wish.runs == Runs::Loaded => ("return", Extent::File),
            "program" if place.wish.runs == Runs::Script => return self.abort(place),
            _ => return None,
        };
        let edit = self.first_line(place.file, &format!("{line} unless {predicate}"))?;
        Some(plan(Outcome::Skip, extent, vec![edit]))
    }

    /// Raises at the head of a method.
    pub fn raise(&self, place: &Place<'_>) -> Option<Plan> {
        let name = self.node.child_by_field_name("name").map(|name| place.file.node(name))?;
        let text = message(place.wish).replacen("fake data", name, 1);
        let line = format!("raise \"{text}\" unless {}", place.wish.predicate.text);
        Some(plan(Outcome::Raise, Extent::Method, vec![self.first_line(place.file, &line)?]))
    }

    /// Ends a task or a script with an error.
    pub fn abort(&self, place: &Place<'_>) -> Option<Plan> {
        let extent = if self.node.kind() == "program" { Extent::File } else { Extent::Block };
        let line = format!("abort \"{}\" unless {}", message(place.wish), place.wish.predicate.text);
        Some(plan(Outcome::Abort, extent, vec![self.first_line(place.file, &line)?]))
    }

    /// A line before everything that is not an import, and an empty one after it.
    fn first_line(&self, file: &Text<'_>, line: &str) -> Option<Edit> {
        let first = self.statements.iter().find(|node| !is_preamble(file, **node))?;
        let at = first.start_byte();
        if !file.starts_line(at) {
            return None;
        }
        let indent = file.indent(at);
        let mut start = file.line_start(at);
        // a comment on the statement stays with it; those at the head of the file speak to the interpreter
        let floor = if self.node.kind() == "program" { 0 } else { file.next_line(self.node.start_byte()) };
        let mut above = start;
        while let Some(line) = file.line_before(above).filter(|line| *line >= floor) {
            if !file.slice(line..above).trim_start().starts_with('#') {
                break;
            }
            above = line;
        }
        if above > 0 && above >= floor {
            start = above;
        }
        let nl = file.newline;
        Some(Edit::insert(start, format!("{indent}{line}{nl}{nl}")))
    }
}

/// `require "x"`.
fn is_preamble(file: &Text<'_>, node: Node<'_>) -> bool {
    node.kind() == "call"
        && matches!(called(file, node), "require" | "require_relative" | "load")
        && node.child_by_field_name("receiver").is_none()
}
