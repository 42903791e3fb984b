//! Where the places are.

use tree_sitter::Node;

use crate::lang::guard::{Names, Run, Runs, Text, Unit, Wish, below, close, runs};

/// Places in a file, by runs of statements.
pub(super) struct Place<'n> {
    pub file: &'n Text<'n>,
    pub wish: &'n Wish<'n>,
    pub runs: Vec<Run<'n>>,
}

pub(super) fn is_statement(parent: Node<'_>, node: Node<'_>) -> bool {
    matches!(parent.kind(), "module" | "block") && node.kind() != "comment"
}

pub(super) const NAMES: Names<'static> = Names {
    // `x.name` and `f(name=…)` name no local
    is_name: &|node| {
        node.kind() == "identifier"
            && node.parent().is_none_or(|parent| match parent.kind() {
                "attribute" => parent.child_by_field_name("attribute") != Some(node),
                "keyword_argument" => parent.child_by_field_name("name") != Some(node),
                _ => true,
            })
    },
    is_assigned: &|node| {
        let Some(parent) = node.parent() else {
            return false;
        };
        match parent.kind() {
            "assignment" | "augmented_assignment" | "for_statement" => parent.child_by_field_name("left") == Some(node),
            "pattern_list" | "tuple_pattern" | "list_pattern" | "list_splat_pattern" | "as_pattern_target" => true,
            "named_expression" | "function_definition" | "class_definition" => {
                parent.child_by_field_name("name") == Some(node)
            }
            _ => false,
        }
    },
};

impl<'n> Place<'n> {
    pub fn of(file: &'n Text<'n>, wish: &'n Wish<'n>) -> Option<Place<'n>> {
        let runs = runs(file, wish.places, &is_statement)?;
        Some(Place { file, wish, runs })
    }

    pub fn units(&self) -> impl Iterator<Item = &Unit<'n>> {
        self.runs.iter().flat_map(|run| &run.units)
    }

    /// Whether a value is given back to a caller.
    pub fn is_returned(&self) -> bool {
        self.units().any(|unit| {
            let statement = unit.statement();
            let yields = statement.named_child(0).is_some_and(|node| node.kind() == "yield");
            statement.kind() == "return_statement" || yields
        })
    }

    /// Whether what is to be guarded is a value in every statement, not the statement's own call.
    pub fn is_value(&self) -> bool {
        self.units().all(|unit| {
            let whole = unit.inner.get(1).is_some_and(|node| unit.inner.len() == 2 && node.kind() == "call");
            // `x.name = …` is skipped as it stands
            let assigns = unit.inner.get(1).filter(|node| node.kind() == "assignment");
            let member = assigns
                .and_then(|node| node.child_by_field_name("left"))
                // what reads its own members expects them to be there
                .is_some_and(|left| {
                    matches!(left.kind(), "attribute" | "subscript") && !self.file.node(left).starts_with("self.")
                });
            !whole && !member
        })
    }

    /// The runs, each as long as it has to be for nothing after it to read what it assigns.
    pub fn closed(&self) -> Option<Vec<Run<'n>>> {
        let mut closed = Vec::new();
        for run in &self.runs {
            let mut run = Run { units: run.units.clone(), range: run.range.clone() };
            let scope = run
                .units
                .first()?
                .around()
                .find(|node| matches!(node.kind(), "function_definition" | "class_definition" | "module"))?;
            if !close(self.file, &mut run, scope, &NAMES) {
                return None;
            }
            // another file may import what a module defines
            let exported = scope.kind() == "module" && self.wish.runs != Runs::Script;
            if exported && run.units.iter().any(|unit| assigns(unit.statement())) {
                return None;
            }
            closed.push(run);
        }
        let overlap = closed.windows(2).any(|pair| pair[1].range.start < pair[0].range.end);
        (!overlap).then_some(closed)
    }
}

/// Whether a statement gives names to values.
fn assigns(statement: Node<'_>) -> bool {
    let mut found = false;
    below(statement, |node| {
        found |= (NAMES.is_name)(node) && (NAMES.is_assigned)(node);
        !found
    });
    found
}

/// Whether a statement stands in the body of a class.
pub(super) fn is_member(unit: &Unit<'_>) -> bool {
    let holder = unit.around().find(|node| matches!(node.kind(), "function_definition" | "class_definition"));
    holder.is_some_and(|node| node.kind() == "class_definition")
}
