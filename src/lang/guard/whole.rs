//! Whether everything that some statements do depends on places: then nothing else is lost with them.

use std::ops::Range;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::{Names, Text};

/// What a language's statements look like.
pub struct Shape<'a> {
    pub names: Names<'a>,
    /// Of (parent, node).
    pub is_statement: &'a dyn Fn(Node<'_>, Node<'_>) -> bool,
    /// Nodes that may do something beside giving a value.
    pub does: &'a [&'a str],
    /// Nodes whose names are bound for the statements below: parameters of blocks, targets of loops.
    pub binds: &'a [&'a str],
    /// Whether a statement is of no use by itself.
    pub is_idle: &'a dyn Fn(Node<'_>) -> bool,
    /// Whether a statement only says when or how often those within it run.
    pub is_wrapper: &'a dyn Fn(Node<'_>) -> bool,
}

/// Whether all of `statements` hold a place, depend on one that does, or do nothing.
pub fn is_whole(file: &Text<'_>, statements: &[Node<'_>], places: &[Range<usize>], shape: &Shape<'_>) -> bool {
    let mut tainted: FxHashSet<&str> = FxHashSet::default();
    let mut todo: Vec<Node<'_>> = statements.iter().rev().copied().collect();
    while let Some(statement) = todo.pop() {
        if statement.is_extra() || (shape.is_idle)(statement) {
            continue;
        }
        let Head { within, does, depends, assigned, bound } = head(file, statement, &tainted, shape);
        let mut own = places.iter().filter(|place| holds(statement, place)).peekable();
        let is_held = own.peek().is_some();
        let in_head = own.any(|place| !within.iter().any(|node| holds(*node, place)));
        // what a loop binds comes from its head
        let loops = statement.kind().starts_with("for");
        if in_head || depends || is_held && !loops {
            tainted.extend(assigned);
        }
        if in_head || depends {
            tainted.extend(bound);
        }
        if within.is_empty() {
            if !(in_head || depends || !does) {
                return false;
            }
        } else if !(in_head || depends || (shape.is_wrapper)(statement)) {
            return false;
        }
        todo.extend(within.into_iter().rev());
    }
    true
}

fn holds(node: Node<'_>, place: &Range<usize>) -> bool {
    let range = node.byte_range();
    range.start <= place.start && place.end <= range.end
}

/// A statement without those within it.
struct Head<'n, 't> {
    within: Vec<Node<'n>>,
    does: bool,
    depends: bool,
    assigned: Vec<&'t str>,
    bound: Vec<&'t str>,
}

fn head<'n, 't>(file: &Text<'t>, statement: Node<'n>, tainted: &FxHashSet<&str>, shape: &Shape<'_>) -> Head<'n, 't> {
    let mut head = Head { within: Vec::new(), does: false, depends: false, assigned: Vec::new(), bound: Vec::new() };
    let mut cursor = statement.walk();
    // the ancestors below the statement
    let mut path = vec![statement];
    let mut binding = 0;
    let mut forward = cursor.goto_first_child();
    while forward {
        let node = cursor.node();
        let parent = path[path.len() - 1];
        let is_within = node.is_named() && !node.is_extra() && (shape.is_statement)(parent, node);
        if is_within {
            head.within.push(node);
        } else if (shape.names.is_name)(node) {
            let name = file.node(node);
            if binding > 0 {
                head.bound.push(name);
            } else if (shape.names.is_assigned)(node) {
                head.assigned.push(name);
            } else {
                head.depends |= tainted.contains(name);
            }
        } else {
            head.does |= shape.does.contains(&node.kind());
        }
        if !is_within && cursor.goto_first_child() {
            binding += usize::from(shape.binds.contains(&node.kind()));
            path.push(node);
            continue;
        }
        forward = cursor.goto_next_sibling();
        while !forward && path.len() > 1 {
            cursor.goto_parent();
            binding -= usize::from(path.pop().is_some_and(|node| shape.binds.contains(&node.kind())));
            forward = cursor.goto_next_sibling();
        }
    }
    head.does |= shape.does.contains(&statement.kind());
    head
}
