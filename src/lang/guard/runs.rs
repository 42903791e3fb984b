//! Statements that hold places, and runs of them that one guard can close.

use std::ops::Range;

use tree_sitter::Node;

use super::{Extent, Outcome, Plan, Text};

/// A statement that holds places.
#[derive(Clone)]
pub struct Unit<'n> {
    /// From the root to the statement.
    pub path: Vec<Node<'n>>,
    /// From the statement down to the smallest node that holds all of its places.
    pub inner: Vec<Node<'n>>,
    pub places: Vec<Range<usize>>,
}

impl<'n> Unit<'n> {
    pub fn statement(&self) -> Node<'n> {
        self.path[self.path.len() - 1]
    }

    /// What holds the statement and its siblings.
    pub fn parent(&self) -> Node<'n> {
        self.path[self.path.len().saturating_sub(2)]
    }

    /// The nodes around the statement, innermost first.
    pub fn around(&self) -> impl Iterator<Item = Node<'n>> {
        self.path[..self.path.len() - 1].iter().rev().copied()
    }
}

/// Consecutive statements that hold places.
#[derive(Clone)]
pub struct Run<'n> {
    pub units: Vec<Unit<'n>>,
    /// From the first to the last statement, with those between them that depend on them.
    pub range: Range<usize>,
}

/// The statements that hold `places`, innermost first where they nest, and consecutive ones together. `is_statement` is asked
/// of (parent, node).
pub fn runs<'n>(
    file: &'n Text<'_>,
    places: &[Range<usize>],
    is_statement: &dyn Fn(Node<'_>, Node<'_>) -> bool,
) -> Option<Vec<Run<'n>>> {
    let mut found = Vec::new();
    for place in places {
        let path = file.path(place);
        let at = (1..path.len()).rev().find(|at| is_statement(path[at - 1], path[*at]))?;
        found.push((path[..=at].to_vec(), place.clone()));
    }
    let key = |path: &[Node<'_>]| path.last().map(|node| (node.start_byte(), std::cmp::Reverse(node.end_byte())));
    found.sort_by_key(|(path, _)| key(path));
    let mut units: Vec<Unit<'n>> = Vec::new();
    for (path, place) in found {
        match units.last_mut() {
            // a place in the head of a statement whose body holds others: one statement for all of them
            Some(last) if place.start < last.statement().end_byte() => last.places.push(place),
            _ => units.push(Unit { path, inner: Vec::new(), places: vec![place] }),
        }
    }
    for unit in &mut units {
        let start = unit.places.iter().map(|place| place.start).min()?;
        let end = unit.places.iter().map(|place| place.end).max()?;
        let path = file.path(&(start..end));
        let at = path.iter().position(|node| node.id() == unit.statement().id())?;
        unit.inner = path[at..].to_vec();
    }
    let mut runs: Vec<Run<'n>> = Vec::new();
    for unit in units {
        let range = unit.statement().byte_range();
        match runs.last_mut() {
            Some(run) if run.units.last().is_some_and(|last| is_next(last, &unit)) => {
                run.range.end = range.end;
                run.units.push(unit);
            }
            _ => runs.push(Run { units: vec![unit], range }),
        }
    }
    Some(runs)
}

/// Whether a statement follows another one directly; comments may stand between.
fn is_next(before: &Unit<'_>, after: &Unit<'_>) -> bool {
    if before.parent().id() != after.parent().id() {
        return false;
    }
    let mut next = before.statement().next_named_sibling();
    while next.is_some_and(|node| node.is_extra()) {
        next = next.and_then(|node| node.next_named_sibling());
    }
    next.is_some_and(|node| node.id() == after.statement().id())
}

/// A guard for each run by itself, or for each statement where one for the run is refused.
pub fn each<'n>(runs: &[Run<'n>], guard: &dyn Fn(Vec<Run<'n>>) -> Option<Plan>) -> Option<Plan> {
    let mut all = Plan { outcome: Outcome::Skip, extent: Extent::Place, edits: Vec::new() };
    let mut done = 0;
    for run in runs {
        let parts = match guard(vec![run.clone()]) {
            Some(plan) => vec![plan],
            None => {
                let single = |unit: &Unit<'n>| Run { units: vec![unit.clone()], range: unit.statement().byte_range() };
                run.units.iter().map(|unit| guard(vec![single(unit)])).collect::<Option<Vec<Plan>>>()?
            }
        };
        for part in parts {
            let start = part.edits.iter().map(|edit| edit.range.start).min()?;
            // a guard that grew takes in what the next one is for
            if start < done {
                return None;
            }
            done = part.edits.iter().map(|edit| edit.range.end).max()?;
            if part.outcome != Outcome::Skip {
                all.outcome = Outcome::Nothing;
            }
            all.edits.extend(part.edits);
        }
    }
    Some(all)
}
