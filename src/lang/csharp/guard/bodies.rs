//! Guards at the head of a method.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use crate::lang::guard::{Extent, Outcome, Plan, Text, below, has_kind};

use super::places::{FUNCTIONS, NAMES, Place, function_of};
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
        let mut tainted: FxHashSet<&str> = FxHashSet::default();
        self.statements.iter().all(|statement| {
            let range = statement.byte_range();
            let holds = place.wish.places.iter().any(|place| range.start <= place.start && place.end <= range.end);
            let (mut depends, mut calls, mut assigned) = (false, false, Vec::new());
            below(*statement, |node| {
                calls |= matches!(node.kind(), "invocation_expression" | "await_expression" | "return_statement");
                if (NAMES.is_name)(node) {
                    if (NAMES.is_assigned)(node) {
                        assigned.push(file.node(node));
                    } else {
                        depends |= tainted.contains(file.node(node));
                    }
                }
                true
            });
            let pure = statement.kind() == "local_declaration_statement" && !calls;
            if holds || depends {
                tainted.extend(assigned);
            }
            // saving what was added is of no use without it
            holds || depends || pure || is_save(file, *statement)
        })
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
