//! Local variables that a run of statements assigns and that are read after it.

use std::ops::Range;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::{Run, Text};

/// What a language's names look like.
pub struct Names<'a> {
    /// Whether a node is an identifier that may name a local.
    pub is_name: &'a dyn Fn(Node<'_>) -> bool,
    /// Whether such a node is assigned where it stands.
    pub is_assigned: &'a dyn Fn(Node<'_>) -> bool,
}

/// The nodes below one, in order; below a node only if `visit` says so.
pub fn below<'n>(node: Node<'n>, mut visit: impl FnMut(Node<'n>) -> bool) {
    let mut cursor = node.walk();
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Whether a kind occurs in a node, but not below one of `closed`.
pub fn has_kind(node: Node<'_>, kinds: &[&str], closed: &[&str]) -> bool {
    let mut found = false;
    below(node, |at| {
        found |= kinds.contains(&at.kind());
        !found && (at.id() == node.id() || !closed.contains(&at.kind()))
    });
    found
}

/// Lengthens a run until nothing after it in `scope` reads what it assigns. What it takes in must depend on the run.
/// Returns false if that cannot be.
pub fn close<'n>(file: &'n Text<'_>, run: &mut Run<'n>, scope: Node<'n>, names: &Names<'_>) -> bool {
    let Some(unit) = run.units.first() else {
        return false;
    };
    let parent = unit.parent();
    let mut cursor = parent.walk();
    let siblings: Vec<Node<'n>> = parent.named_children(&mut cursor).filter(|node| !node.is_extra()).collect();
    let after = siblings.partition_point(|node| node.start_byte() < run.range.end);
    let mut next = siblings[after..].iter();
    let mut all: Vec<Node<'n>> =
        siblings[..after].iter().filter(|node| node.start_byte() >= run.range.start).copied().collect();
    loop {
        let mut assigned: FxHashSet<&str> = FxHashSet::default();
        for node in &all {
            below(*node, |node| {
                if (names.is_name)(node) && (names.is_assigned)(node) {
                    assigned.insert(file.node(node));
                }
                true
            });
        }
        if assigned.is_empty() {
            return true;
        }
        let is_use = |node: Node<'_>| assigned.contains(file.node(node)) && (names.is_name)(node);
        let mut last = None;
        below(scope, |node| {
            if node.end_byte() <= run.range.end {
                return false;
            }
            if node.start_byte() >= run.range.end && is_use(node) {
                last = Some(node.byte_range());
            }
            true
        });
        let Some(Range { start: last, .. }) = last else {
            return true;
        };
        while run.range.end <= last {
            let Some(sibling) = next.next() else {
                return false;
            };
            let mut depends = false;
            below(*sibling, |node| {
                depends |= is_use(node);
                !depends
            });
            if !depends {
                return false;
            }
            run.range.end = sibling.end_byte();
            all.push(*sibling);
        }
    }
}
