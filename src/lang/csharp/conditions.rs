//! `#if` branches that stand in the tree become If nodes around the runs of siblings that they hold.

use std::ops::Range;

use crate::lang::{Condition, Lower, SymbolTest};
use crate::program::*;

/// How many conditions before a switch section or attribute are looked at: one that is missed leaves it unconditional.
const LOOK_BACK: usize = 64;

/// Siblings with their byte ranges in the file, in source order.
pub(super) type Siblings = Vec<(Range<usize>, NodeId)>;

/// Wraps each maximal run of siblings in one condition. Conditions that start at `from` or before lie around all of them.
pub(super) fn wrap(lower: &mut Lower<'_, '_>, from: usize, siblings: Siblings) -> Vec<NodeId> {
    let conditions = lower.source.conditions;
    let first = conditions.partition_point(|condition| condition.range.start <= from);
    let inside = conditions.get(first..).unwrap_or_default();
    match siblings.last() {
        Some((last, _)) if inside.first().is_some_and(|condition| condition.range.start < last.end) => {
            run(lower, inside, siblings)
        }
        _ => siblings.into_iter().map(|(_, id)| id).collect(),
    }
}

fn run(lower: &mut Lower<'_, '_>, mut inside: &[Condition], siblings: Siblings) -> Vec<NodeId> {
    let mut out = Vec::with_capacity(siblings.len());
    let mut rest = siblings.into_iter().peekable();
    while let Some((range, id)) = rest.next() {
        // conditions that end before the sibling does hold none of it
        while inside
            .first()
            .is_some_and(|condition| condition.range.start <= range.start && condition.range.end < range.end)
        {
            inside = &inside[1..];
        }
        let around = inside.first().filter(|condition| condition.range.start <= range.start);
        let Some(condition) = around else {
            // those inside the sibling belong to what it holds
            let next = inside.partition_point(|condition| condition.range.start < range.end);
            inside = inside.get(next..).unwrap_or_default();
            out.push(id);
            continue;
        };
        let mut held = vec![(range, id)];
        while let Some(sibling) = rest.next_if(|(range, _)| range.end <= condition.range.end) {
            held.push(sibling);
        }
        let nested = inside.get(1..).unwrap_or_default();
        let body = run(lower, nested, held);
        out.push(branch(lower, condition, body));
        let next = inside.partition_point(|inner| inner.range.start < condition.range.end);
        inside = inside.get(next..).unwrap_or_default();
    }
    out
}

fn branch(lower: &mut Lower<'_, '_>, condition: &Condition, held: Vec<NodeId>) -> NodeId {
    let test = test(lower, &condition.test, &condition.directive);
    let body = lower.push_range(Kind::Seq(held), condition.range.clone());
    lower.push_range(
        Kind::If { arms: vec![(test, body)], otherwise: None },
        condition.directive.start..condition.range.end,
    )
}

/// The conditions that hold `range` but not all of `outer`, as one test.
pub(super) fn tests(lower: &mut Lower<'_, '_>, outer: &Range<usize>, range: &Range<usize>) -> Option<NodeId> {
    let conditions = lower.source.conditions;
    let end = conditions.partition_point(|condition| condition.range.start <= range.start);
    let around: Vec<&Condition> = conditions
        .get(end.saturating_sub(LOOK_BACK)..end)
        .unwrap_or_default()
        .iter()
        .filter(|condition| {
            let part = condition.range.start > outer.start || condition.range.end < outer.end;
            part && condition.range.end >= range.end
        })
        .collect();
    let directive = around.last()?.directive.clone();
    let all: Vec<NodeId> =
        around.into_iter().map(|condition| test(lower, &condition.test, &condition.directive)).collect();
    Some(match all.as_slice() {
        [one] => *one,
        _ => lower.push_range(Kind::And(all), directive),
    })
}

fn test(lower: &mut Lower<'_, '_>, test: &SymbolTest, line: &Range<usize>) -> NodeId {
    let kind = match test {
        SymbolTest::Symbol(name) => Kind::Symbol(name.clone()),
        SymbolTest::Literal(value) => Kind::Lit(Lit::Bool(*value)),
        SymbolTest::Not(inner) => Kind::Not(self::test(lower, inner, line)),
        SymbolTest::And(all) => Kind::And(all.iter().map(|one| self::test(lower, one, line)).collect()),
        SymbolTest::Or(all) => Kind::Or(all.iter().map(|one| self::test(lower, one, line)).collect()),
    };
    lower.push_range(kind, line.clone())
}
