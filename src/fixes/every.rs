//! Guards for everything in a file at once.

use rustc_hash::FxHashSet;

use super::held::{Held, Target};
use super::removals::speaks_against_guard;
use super::{Candidate, Candidates, Text, is_guardable};
use crate::analysis::{FileAnalysis, Input, analyze};
use crate::rules::Finding;
use crate::text::Edit;
use crate::text::edits::{Moves, apply, compose, normal};

/// Candidates that are tried for one finding.
const MOST_ROUNDS: usize = 12;
const MOST_PASSES: usize = 4;

/// A finding for which no guard holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Index in the analysis' findings.
    pub finding: usize,
    pub why: &'static str,
}

/// One guard for every finding of the file that has one, as one list of edits, and the findings left without.
pub fn guard_all(input: &Input<'_>, analysis: &FileAnalysis) -> (Vec<Edit>, Vec<Left>) {
    let mut edits = pass(input, analysis);
    let mut after = None;
    // some guards hold only beside others: a generator may be missing where nothing asks it
    for _ in 1..MOST_PASSES {
        if edits.is_empty() {
            break;
        }
        let text = apply(input.text, &edits);
        let input_after = Input { text: &text, ..*input };
        let found = after.insert(analyze(&input_after));
        // what the configuration allows or silences stays as it is
        let known: FxHashSet<(&str, usize)> = {
            let moves = Moves::of(&edits);
            let findings = analysis.findings.iter();
            findings.filter_map(|found| Some((found.rule, moves.character(found.range.start)?))).collect()
        };
        found.findings.retain(|found| known.contains(&(found.rule, found.range.start)));
        let more = pass(&input_after, found);
        if more.is_empty() {
            break;
        }
        edits = compose(input.text, &edits, &more);
    }
    let still_there = |finding: &Finding| {
        let Some(after) = &after else {
            return true;
        };
        let at = Moves::of(&edits).character(finding.range.start);
        after.findings.iter().any(|found| found.rule == finding.rule && Some(found.range.start) == at)
    };
    let file = Text::of(input.language, input.text, input.template);
    let is_wanted = |finding: &Finding| {
        is_guardable(finding) && file.as_ref().is_none_or(|file| !speaks_against_guard(file, finding))
    };
    let wanted = analysis.findings.iter().enumerate().filter(|(_, finding)| is_wanted(finding));
    let left = wanted.filter(|(_, finding)| still_there(finding));
    let left = left.map(|(finding, _)| Left { finding, why: "no guard was found that holds here" }).collect();
    (edits, left)
}

/// The guards that hold as the file stands.
fn pass(input: &Input<'_>, analysis: &FileAnalysis) -> Vec<Edit> {
    let held = Held::new(input, analysis);
    let Some(file) = Text::of(input.language, input.text, input.template) else {
        return Vec::new();
    };
    let is_wanted = |finding: &&Finding| is_guardable(finding) && !speaks_against_guard(&file, finding);
    let wanted = analysis.findings.iter().filter(is_wanted);
    let mut open: Vec<Open<'_>> = wanted
        .map(|finding| {
            let target = held.target(finding);
            let candidates = Candidates::new(&held, &file, finding, &target);
            Open { target: Some(target), candidates, now: None }
        })
        .collect();
    let mut every = Every { held: &held, edits: Vec::new(), targets: Vec::new() };
    for _ in 0..MOST_ROUNDS {
        open.retain_mut(|open| {
            open.now = open.candidates.next();
            open.now.is_some()
        });
        if open.is_empty() {
            break;
        }
        every.settle(&mut open);
        open.retain(|open| open.target.is_some());
    }
    every.edits
}

/// A finding that waits for a guard.
struct Open<'a> {
    /// Taken when it is closed.
    target: Option<Target>,
    candidates: Candidates<'a>,
    now: Option<Candidate>,
}

/// What holds so far.
struct Every<'a> {
    held: &'a Held<'a>,
    edits: Vec<Edit>,
    targets: Vec<Target>,
}

impl Every<'_> {
    /// Adds the guards that hold together with what holds already: all at once, or by halves.
    fn settle(&mut self, open: &mut [Open<'_>]) {
        let mut all = self.edits.clone();
        let mut fits = true;
        for edits in open.iter().filter_map(|open| Some(&open.now.as_ref()?.edits)) {
            all = match together(&all, edits) {
                Some(more) => more,
                None => {
                    fits = false;
                    break;
                }
            };
        }
        let before = self.targets.len();
        self.targets.extend(open.iter_mut().filter_map(|open| open.target.take()));
        if fits && self.held.cuts(&all, &self.targets).is_some() {
            self.edits = all;
            return;
        }
        let back = self.targets.drain(before..).collect::<Vec<_>>();
        open.iter_mut().zip(back).for_each(|(open, target)| open.target = Some(target));
        if open.len() > 1 {
            // as deep as the logarithm of the number of findings
            let (first, second) = open.split_at_mut(open.len() / 2);
            self.settle(first);
            self.settle(second);
        }
    }
}

/// Both lists as one; an import that both add is added once. Nothing if one would indent what the other puts in front.
fn together(edits: &[Edit], more: &[Edit]) -> Option<Vec<Edit>> {
    let mut all = edits.to_vec();
    for edit in more {
        match all.iter().find(|known| known.range == edit.range) {
            Some(known) if known.text == edit.text && edit.text.contains('\n') => {}
            Some(_) => return None,
            None => all.push(edit.clone()),
        }
    }
    normal(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_that_indent_the_same_line_are_not_joined() {
        let at = |at: usize, text: &str| Edit::insert(at, text);
        let check = |a: &[Edit], b: &[Edit], expected: Option<&[Edit]>| {
            assert_eq!(together(a, b).as_deref(), expected, "{a:?} {b:?}");
        };
        check(&[at(8, "    ")], &[at(8, "    ")], None);
        check(&[at(8, "    ")], &[at(8, "if x:\n    ")], None);
        check(&[at(0, "import os\n")], &[at(0, "import os\n"), at(9, "y")], Some(&[at(0, "import os\n"), at(9, "y")]));
    }
}
