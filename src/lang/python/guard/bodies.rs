//! Guards at the head of a function, a command or a script.

use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Run, Shape, Text, Unit, below, has_kind, is_whole};
use crate::text::Edit;

use super::places::{NAMES, Place, is_statement};
use super::statements::raising;
use super::{children, imports, is_string_statement, message, negated, plan, values};

/// The function that holds all places.
pub(super) struct Body<'n> {
    function: Node<'n>,
    /// The class or decorators around it.
    around: Vec<Node<'n>>,
    statements: Vec<Node<'n>>,
}

impl<'n> Body<'n> {
    pub fn around(place: &Place<'n>) -> Option<Body<'n>> {
        let first = place.units().next()?;
        let end = place.units().last()?.statement().end_byte();
        let mut around =
            first.around().skip_while(|node| node.kind() != "function_definition" || node.end_byte() < end);
        let function = around.next()?;
        let body = function.child_by_field_name("body")?;
        Some(Body { function, around: around.take(3).collect(), statements: children(body) })
    }

    pub fn statements(&self) -> usize {
        self.statements.iter().filter(|node| !is_string_statement(**node)).count()
    }

    fn name<'t>(&self, file: &Text<'t>) -> &'t str {
        self.function.child_by_field_name("name").map_or("", |name| file.node(name))
    }

    /// Whether everything that the function does depends on the places.
    pub fn is_whole(&self, place: &Place<'n>) -> bool {
        let shape = Shape {
            names: NAMES,
            is_statement: &is_statement,
            does: &["call", "yield", "await", "return_statement", "raise_statement"],
            binds: &["pattern_list"],
            is_idle: &is_string_statement,
            is_wrapper: &|node| matches!(node.kind(), "if_statement" | "for_statement" | "try_statement"),
        };
        is_whole(place.file, &self.statements, place.wish.places, &shape)
    }

    /// A management command of Django or a command of Flask: whoever typed it is told.
    pub fn is_command(&self, file: &Text<'_>) -> bool {
        self.error(file).is_some()
    }

    /// The error that a command ends with, and what is to be imported for it.
    fn error(&self, file: &Text<'_>) -> Option<(&'static str, imports::Wanted)> {
        let class = self.around.iter().find(|node| node.kind() == "class_definition");
        let bases =
            class.and_then(|class| class.child_by_field_name("superclasses")).map_or("", |node| file.node(node));
        if self.name(file) == "handle" && bases.contains("Command") {
            return Some(("CommandError", imports::Wanted::From("django.core.management.base", "CommandError")));
        }
        let decorated = self.around.first().filter(|node| node.kind() == "decorated_definition")?;
        let head = file.slice(decorated.start_byte()..self.function.start_byte());
        head.contains(".cli.command").then_some(("click.ClickException", imports::Wanted::Module("click")))
    }

    fn is_generator(&self) -> bool {
        let nested = ["function_definition", "class_definition", "lambda"];
        self.statements.iter().any(|statement| has_kind(*statement, &["yield"], &nested))
    }

    /// Leaves the function quietly.
    pub fn leave(&self, place: &Place<'_>) -> Option<Plan> {
        let nested = ["function_definition", "class_definition", "lambda"];
        let mut gives = false;
        for statement in &self.statements {
            below(*statement, |node| {
                gives |= node.kind() == "return_statement" && node.named_child_count() > 0;
                !nested.contains(&node.kind())
            });
        }
        if gives || self.name(place.file) == "__init__" {
            return None;
        }
        let edit = self.first_line(place, "return")?;
        Some(plan(Outcome::Skip, Extent::Method, vec![edit]))
    }

    /// Raises at the head of the function.
    pub fn raise(&self, place: &Place<'_>) -> Option<Plan> {
        // it would be raised by whoever iterates
        if self.is_generator() {
            return None;
        }
        let text = message(place.wish, self.name(place.file));
        let edit = self.first_line(place, &format!("raise RuntimeError(\"{text}\")"))?;
        Some(plan(Outcome::Raise, Extent::Method, vec![edit]))
    }

    /// Ends a command with an error.
    pub fn abort(&self, place: &Place<'_>) -> Option<Plan> {
        let (error, import) = self.error(place.file)?;
        let text = message(place.wish, "fake data");
        let mut edits = imports::import(place.file, &import, place.wish.places)?;
        edits.push(self.first_line(place, &format!("raise {error}(\"{text}\")"))?);
        Some(plan(Outcome::Abort, Extent::Method, edits))
    }

    /// After the docstring, which would be none behind it.
    fn first_line(&self, place: &Place<'_>, action: &str) -> Option<Edit> {
        let first = self.statements.iter().find(|node| !is_string_statement(**node))?;
        raising(place, &first.byte_range(), action)
    }
}

/// Ends a script: in the block that runs only when it is the program, or after the imports.
pub(super) fn main(place: &Place<'_>) -> Option<Plan> {
    let file = place.file;
    let text = message(place.wish, "fake data");
    let action = format!("raise SystemExit(\"{text}\")");
    let root = file.tree.root_node();
    let statements = children(root);
    let is_main = |node: &&Node<'_>| {
        node.kind() == "if_statement"
            && node.child_by_field_name("condition").is_some_and(|condition| file.node(condition).contains("__name__"))
    };
    if let Some(block) = statements.iter().find(is_main).and_then(|node| node.child_by_field_name("consequence")) {
        let first = children(block).first()?.byte_range();
        let edit = match raising(place, &first, &action) {
            Some(edit) => edit,
            None => {
                let nl = file.newline;
                let step = format!("{}{}", file.indent(first.start), file.unit);
                let condition = negated(&place.wish.predicate.text);
                let text = format!("{nl}{step}if {condition}:{nl}{step}{}{action}{nl}{step}", file.unit);
                Edit::replace(file.slice(0..first.start).trim_end().len()..first.start, text)
            }
        };
        let mut edits = vec![edit];
        // a generator made while the module is loaded
        let units: Vec<Unit<'_>> = place.units().filter(|unit| unit.parent().kind() == "module").cloned().collect();
        if !units.is_empty() {
            let single = units.into_iter().map(|unit| Run { range: unit.statement().byte_range(), units: vec![unit] });
            let part = Place { runs: single.collect(), ..*place };
            edits.extend(values::nothing(&part)?.edits);
        }
        return Some(plan(Outcome::Abort, Extent::File, edits));
    }
    let at_top = place.units().all(|unit| unit.around().all(|node| node.kind() != "function_definition"));
    let is_head = |node: &&Node<'_>| {
        is_string_statement(**node)
            || matches!(node.kind(), "import_statement" | "import_from_statement" | "future_import_statement")
    };
    let first = statements.iter().find(|node| !is_head(node))?;
    let range = first.byte_range();
    let is_whole = statements.iter().filter(|node| !is_head(node)).all(|node| {
        let range = node.byte_range();
        place.wish.places.iter().any(|place| range.start <= place.start && place.end <= range.end)
            || node.named_child(0).is_some_and(|node| node.kind() == "assignment")
    });
    // a module that only defines is imported, and would stop whoever imports it
    let acts = |node: &Node<'_>| node.named_child(0).is_some_and(|node| node.kind() == "call");
    if !at_top || !is_whole || !statements.iter().any(acts) {
        return None;
    }
    let mut edit = raising(place, &range, &action)?;
    edit.text.push_str(file.newline);
    Some(plan(Outcome::Abort, Extent::File, vec![edit]))
}
