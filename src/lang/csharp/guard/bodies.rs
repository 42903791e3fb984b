//! Guards at the head of a method.

use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Shape, Text, has_kind, is_whole};

use super::places::{FUNCTIONS, NAMES, Place, function_of, is_statement};
use super::statements::before;
use super::{children, plan, throw};

/// The method that holds all places.
pub(super) struct Body<'n> {
    function: Node<'n>,
    statements: Vec<Node<'n>>,
}

impl<'n> Body<'n> {
    pub fn around(place: &Place<'n>) -> Option<Body<'n>> {
        let first = place.units().next()?;
        let end = place.units().last()?.statement().end_byte();
        let mut function = function_of(first)?;
        if function.end_byte() < end {
            function = first.around().find(|node| FUNCTIONS.contains(&node.kind()) && node.end_byte() >= end)?;
        }
        let body = function.child_by_field_name("body").filter(|body| body.kind() == "block")?;
        Some(Body { function, statements: children(body) })
    }

    pub fn statements(&self) -> usize {
        self.statements.len()
    }

    /// Whether everything that the method does depends on the places.
    pub fn is_whole(&self, place: &Place<'n>) -> bool {
        let file = place.file;
        let shape = Shape {
            names: NAMES,
            is_statement: &is_statement,
            does: &[
                "invocation_expression",
                "await_expression",
                "return_statement",
                "throw_statement",
                "object_creation_expression",
            ],
            binds: &["tuple_pattern", "implicit_parameter"],
            // saving what was added is of no use without it
            is_idle: &|node| is_save(file, node),
            is_wrapper: &|node| {
                matches!(
                    node.kind(),
                    "if_statement" | "foreach_statement" | "for_statement" | "block" | "try_statement"
                )
            },
        };
        is_whole(file, &self.statements, place.wish.places, &shape)
    }

    /// Leaves the method quietly, if its type lets it.
    pub fn leave(&self, place: &Place<'_>) -> Option<Plan> {
        let action = self.quiet(place.file)?;
        let first = self.statements.first()?;
        let edit = before(place.file, &place.wish.predicate.text, first.start_byte(), action)?;
        Some(plan(Outcome::Skip, Extent::Method, vec![edit]))
    }

    fn quiet(&self, file: &Text<'_>) -> Option<&'static str> {
        let returns =
            self.function.child_by_field_name("returns").or_else(|| self.function.child_by_field_name("type"));
        let returns = returns.map_or("", |node| file.node(node));
        let head = file.slice(self.function.start_byte()..self.statements.first()?.start_byte());
        let is_async = head.split_whitespace().any(|word| word == "async");
        let nested = ["lambda_expression", "anonymous_method_expression", "local_function_statement"];
        let yields = self.statements.iter().any(|statement| has_kind(*statement, &["yield_statement"], &nested));
        match returns {
            _ if yields => Some("yield break;"),
            "void" => Some("return;"),
            "Task" | "ValueTask" if is_async => Some("return;"),
            "Task" => Some("return Task.CompletedTask;"),
            "ValueTask" => Some("return default;"),
            _ => None,
        }
    }

    /// Throws at the head of the method.
    pub fn raise(&self, place: &Place<'_>) -> Option<Plan> {
        let nested = ["lambda_expression", "anonymous_method_expression", "local_function_statement"];
        // it would be thrown at whoever iterates
        if self.statements.iter().any(|statement| has_kind(*statement, &["yield_statement"], &nested)) {
            return None;
        }
        let action = format!("{};", throw(place.wish, place.file));
        let first = self.statements.first()?;
        let edit = before(place.file, &place.wish.predicate.text, first.start_byte(), &action)?;
        Some(plan(Outcome::Raise, Extent::Method, vec![edit]))
    }
}

/// `db.SaveChanges();`
fn is_save(file: &Text<'_>, statement: Node<'_>) -> bool {
    statement.kind() == "expression_statement"
        && ["SaveChanges(", "SaveChangesAsync("].iter().any(|name| file.node(statement).contains(name))
}
