//! Where the places are.

use tree_sitter::Node;

use crate::lang::guard::{Names, Run, Text, Unit, Wish, close, runs};

/// Places in a file, by runs of statements.
pub(super) struct Place<'n> {
    pub file: &'n Text<'n>,
    pub wish: &'n Wish<'n>,
    pub runs: Vec<Run<'n>>,
}

/// What holds a statement in its place, or a member of a type in its.
pub(super) fn is_statement(parent: Node<'_>, node: Node<'_>) -> bool {
    match parent.kind() {
        "declaration_list" | "compilation_unit" => true,
        "block" | "switch_section" => node.kind().ends_with("_statement"),
        "global_statement" => false,
        _ => is_bare(parent, node),
    }
}

/// Whether a statement is the body of another one, without braces.
pub(super) fn is_bare(parent: Node<'_>, node: Node<'_>) -> bool {
    parent.kind().ends_with("_statement") && node.kind().ends_with("_statement") && parent.kind() != "global_statement"
}

pub(super) const NAMES: Names<'static> = Names {
    is_name: &|node| node.kind() == "identifier",
    is_assigned: &|node| {
        let Some(parent) = node.parent() else {
            return false;
        };
        match parent.kind() {
            "variable_declarator"
            | "declaration_expression"
            | "declaration_pattern"
            | "var_pattern"
            | "local_function_statement"
            | "recursive_pattern"
            | "tuple_pattern"
            | "parenthesized_variable_designation" => {
                parent.child_by_field_name("name") == Some(node) || parent.kind() == "tuple_pattern"
            }
            "foreach_statement" => parent.child_by_field_name("left") == Some(node),
            // the names in `new User { Name = … }` are members
            "assignment_expression" => {
                parent.child_by_field_name("left") == Some(node)
                    && parent.parent().is_none_or(|above| above.kind() != "initializer_expression")
            }
            _ => false,
        }
    },
};

pub(super) const FUNCTIONS: &[&str] = &[
    "method_declaration",
    "constructor_declaration",
    "local_function_statement",
    "accessor_declaration",
    "operator_declaration",
    "destructor_declaration",
    "lambda_expression",
    "anonymous_method_expression",
];

impl<'n> Place<'n> {
    pub fn of(file: &'n Text<'n>, wish: &'n Wish<'n>) -> Option<Place<'n>> {
        let runs = runs(file, wish.places, &is_statement)?;
        Some(Place { file, wish, runs })
    }

    pub fn units(&self) -> impl Iterator<Item = &Unit<'n>> {
        self.runs.iter().flat_map(|run| &run.units)
    }

    /// Whether somebody needs the value: it is returned, or initialises a member.
    pub fn is_wanted(&self) -> bool {
        self.units().any(|unit| {
            matches!(unit.statement().kind(), "return_statement" | "yield_statement")
                || unit.parent().kind() == "declaration_list"
                // the body of a lambda without braces
                || unit.inner.iter().skip(1).any(|node| node.kind() == "lambda_expression")
        })
    }

    /// Whether the value is an argument of a call that does something else.
    pub fn is_argument(&self) -> bool {
        self.units().all(|unit| {
            unit.statement().kind() == "expression_statement"
                && unit.inner.iter().any(|node| matches!(node.kind(), "argument" | "interpolation"))
        })
    }

    /// Whether there are several statements, one over several lines, or a condition that leaves no room on the line.
    pub fn is_long(&self) -> bool {
        const LONGEST: usize = 80;
        self.wish.predicate.text.len() > LONGEST
            || self.units().count() > 1
            || self.units().any(|unit| !self.file.is_one_line(&unit.statement().byte_range()))
    }

    /// EF Core's `HasData`: the rows are part of the schema's history.
    pub fn is_model(&self) -> bool {
        self.units().any(|unit| {
            let around = unit.around().find(|node| node.kind() == "method_declaration");
            around.is_some_and(|method| self.file.node(method).contains(".HasData("))
        })
    }

    /// The runs, each as long as it has to be for nothing after it to read what it assigns.
    pub fn closed(&self) -> Option<Vec<Run<'n>>> {
        let mut closed = Vec::new();
        for run in &self.runs {
            let mut run = Run { units: run.units.clone(), range: run.range.clone() };
            let scope = run.units.first()?.around().find(|node| {
                node.kind() == "compilation_unit"
                    || FUNCTIONS.contains(&node.kind()) && !node.kind().ends_with("_expression")
            })?;
            if !close(self.file, &mut run, scope, &NAMES) {
                return None;
            }
            closed.push(run);
        }
        let overlap = closed.windows(2).any(|pair| pair[1].range.start < pair[0].range.end);
        (!overlap).then_some(closed)
    }
}

/// The nearest thing with a body of its own around a statement.
pub(super) fn function_of<'n>(unit: &Unit<'n>) -> Option<Node<'n>> {
    unit.around().find(|node| FUNCTIONS.contains(&node.kind()))
}
