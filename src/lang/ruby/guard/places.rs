//! Where the places are: their statements, and whether somebody needs the values.

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Names, Run, Text, Unit, Wish, below, close, has_kind, runs};

/// Places in a file, by runs of statements.
pub(super) struct Place<'n> {
    pub file: &'n Text<'n>,
    pub wish: &'n Wish<'n>,
    pub runs: Vec<Run<'n>>,
}

/// Calls whose blocks give back nothing that anybody reads.
pub(super) const IGNORING: &[&str] = &[
    "each",
    "each_with_index",
    "each_with_object",
    "each_slice",
    "each_cons",
    "each_pair",
    "each_key",
    "each_value",
    "each_entry",
    "reverse_each",
    "times",
    "upto",
    "downto",
    "step",
    "loop",
    "find_each",
    "find_in_batches",
    "in_batches",
    "task",
    "multitask",
    "namespace",
    "tap",
    "after_initialize",
    "to_prepare",
    "initializer",
    "on_load",
    "configure",
    "before",
    "after",
    "helpers",
    "before_action",
    "after_action",
    "at_exit",
    "silence",
    "no_touching",
    "each_char",
    "each_line",
    "cycle",
];

const BODIES: &[&str] = &["method", "singleton_method", "do_block", "block", "lambda", "class", "module", "program"];

fn is_sequence(kind: &str) -> bool {
    matches!(
        kind,
        "program" | "body_statement" | "block_body" | "then" | "else" | "do" | "begin" | "ensure" | "begin_block"
    )
}

pub(super) fn is_statement(parent: Node<'_>, node: Node<'_>) -> bool {
    is_sequence(parent.kind())
        && !matches!(node.kind(), "rescue" | "ensure" | "else" | "comment" | "heredoc_body")
        // a ternary's branch is no branch of an `if`
        && parent.parent().is_none_or(|above| above.kind() != "conditional")
}

/// The statement that holds a place.
pub(super) fn statement(file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
    let path = file.path(place);
    let at = (1..path.len()).rev().find(|at| is_statement(path[at - 1], path[*at]))?;
    Some(path[at].byte_range())
}

impl<'n> Place<'n> {
    pub fn of(file: &'n Text<'n>, wish: &'n Wish<'n>) -> Option<Place<'n>> {
        // an endless method is a statement of its class, but its body is what has to be guarded
        let runs = runs(file, wish.places, &|parent, node| {
            is_statement(parent, node) || parent.kind() == "method" && is_endless(parent, node)
        })?;
        Some(Place { file, wish, runs })
    }

    pub fn units(&self) -> impl Iterator<Item = &Unit<'n>> {
        self.runs.iter().flat_map(|run| &run.units)
    }

    /// Whether somebody needs the value of one of the statements.
    pub fn is_wanted(&self) -> bool {
        self.units().any(|unit| is_wanted(self.file, unit, self.wish.writes))
    }

    /// Whether what is to be guarded is a value in every statement, not the statement's own call.
    pub fn is_value(&self) -> bool {
        self.units().all(|unit| {
            let statement = unit.statement();
            let assigns = statement.kind() == "assignment"
                && statement.child_by_field_name("left").is_some_and(|left| left.kind() != "identifier");
            unit.inner.len() > 1 && !assigns
        })
    }

    /// Whether there are several statements, or one over several lines.
    pub fn is_long(&self) -> bool {
        self.units().count() > 1 || self.units().any(|unit| !self.file.is_one_line(&unit.statement().byte_range()))
    }

    /// The runs, each as long as it has to be for nothing after it to read what it assigns.
    pub fn closed(&self) -> Option<Vec<Run<'n>>> {
        let mut closed = Vec::new();
        for run in &self.runs {
            let mut run = Run { units: run.units.clone(), range: run.range.clone() };
            let scope = run.units.first()?.around().find(|node| is_scope(*node))?;
            if !close(self.file, &mut run, scope, &NAMES) {
                return None;
            }
            closed.push(run);
        }
        let overlap = closed.windows(2).any(|pair| pair[1].range.start < pair[0].range.end);
        (!overlap).then_some(closed)
    }
}

pub(super) const NAMES: Names<'static> = Names {
    is_name: &|node| match node.kind() {
        "identifier" => true,
        // `f(user:)` reads `user`
        "hash_key_symbol" => node.parent().is_some_and(|pair| pair.child_by_field_name("value").is_none()),
        _ => false,
    },
    is_assigned: &|node| {
        let Some(parent) = node.parent() else {
            return false;
        };
        match parent.kind() {
            "assignment" | "operator_assignment" => parent.child_by_field_name("left") == Some(node),
            "left_assignment_list" | "destructured_left_assignment" | "rest_assignment" => true,
            _ => false,
        }
    },
};

fn is_scope(node: Node<'_>) -> bool {
    matches!(node.kind(), "method" | "singleton_method" | "program" | "class" | "module")
}

/// Whether `body` is the body of a method without `end`.
pub(super) fn is_endless(method: Node<'_>, body: Node<'_>) -> bool {
    method.child_by_field_name("body") == Some(body) && body.kind() != "body_statement"
}

/// The nearest thing with a body around a statement.
pub(super) fn body_of<'n>(unit: &Unit<'n>) -> Option<Node<'n>> {
    unit.around().find(|node| BODIES.contains(&node.kind()))
}

/// The name of the method that a call calls.
pub(super) fn called<'t>(file: &Text<'t>, call: Node<'_>) -> &'t str {
    call.child_by_field_name("method").map_or("", |name| file.node(name))
}

/// Whether the value of a statement is read: it is the last one of a method, a lambda or a block.
pub(super) fn is_wanted(file: &Text<'_>, unit: &Unit<'_>, writes: bool) -> bool {
    let mut child = unit.statement();
    let path: Vec<Node<'_>> = unit.around().collect();
    let mut at = 0;
    while let Some(parent) = path.get(at) {
        match parent.kind() {
            "program" | "class" | "module" | "singleton_class" | "ensure" | "do" | "begin_block" | "while"
            | "until" | "for" => return false,
            kind if is_sequence(kind) => {
                let mut cursor = parent.walk();
                let last = parent
                    .named_children(&mut cursor)
                    .filter(|node| !node.is_extra() && !matches!(node.kind(), "rescue" | "ensure" | "else"))
                    .last();
                if last.is_some_and(|last| last.id() != child.id()) && !matches!(child.kind(), "rescue" | "else") {
                    return false;
                }
            }
            "if" | "unless" | "elsif" | "case" | "case_match" | "when" | "in_clause" | "rescue" | "program_block" => {}
            "method" | "singleton_method" => {
                let name = parent.child_by_field_name("name").map_or("", |name| file.node(name));
                return name != "initialize"
                    && !name.ends_with('=')
                    && (!writes || gives(file, name, unit.statement()));
            }
            "do_block" | "block" => match path.get(at + 1) {
                Some(call) if call.kind() == "call" => {
                    if IGNORING.contains(&called(file, *call)) {
                        return false;
                    }
                    if !writes {
                        return true;
                    }
                    at += 1;
                }
                _ => return true,
            },
            "lambda" => return true,
            _ => return true,
        }
        child = path[at];
        at += 1;
    }
    false
}

/// Whether what a method gives back is read, as far as the file tells: a call of it is no statement, or nothing calls it and
/// its name or last statement says that it makes something.
fn gives(file: &Text<'_>, name: &str, last: Node<'_>) -> bool {
    let (mut ignored, mut read) = (false, false);
    below(file.tree.root_node(), |node| {
        let is_call = match node.kind() {
            "call" => called(file, node) == name,
            "identifier" => file.node(node) == name,
            _ => false,
        };
        if is_call && let Some(parent) = node.parent() {
            let defines = matches!(parent.kind(), "method" | "singleton_method");
            let part = parent.kind() == "call" && parent.child_by_field_name("method") == Some(node);
            match is_statement(parent, node) {
                _ if defines || part => {}
                true => ignored = true,
                false => read = true,
            }
        }
        !read
    });
    let makes = ["create_", "build_", "make_", "generate_", "new_", "find_", "get_"];
    read || !ignored && (last.kind() == "identifier" || makes.iter().any(|prefix| name.starts_with(prefix)))
}

/// Whether control leaves a range of statements that a guard is to skip.
pub(super) fn leaves(statement: Node<'_>) -> bool {
    let definitions = ["method", "singleton_method", "lambda", "class", "module"];
    let blocks =
        ["method", "singleton_method", "lambda", "class", "module", "do_block", "block", "while", "until", "for"];
    has_kind(statement, &["return", "retry", "redo"], &definitions) || has_kind(statement, &["break", "next"], &blocks)
}
