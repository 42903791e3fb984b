//! Blanks what the grammar cannot take: directives, and the branches of a `#if` that cannot stand side by side.

use std::borrow::Cow;
use std::ops::Range;

use smol_str::SmolStr;

use super::groups::{self, Branch, Group};
use super::scan::{MODIFIERS, TARGETS};
use super::symbols;
use crate::lang::{Condition, Masked, SymbolTest};

/// Takes the place of the last two letters of a keyword used as a name: as long, and written by nobody.
const MARK: &str = "\u{f1}";

/// Takes the place of a doubled quote in an interpolated verbatim string.
pub(super) const QUOTE: &str = "\u{1}\u{1}";

/// Takes the place of `extension`: the grammar knows no extension blocks, but a class with a parameter has their shape.
const EXTENSION: &str = "class ext";

/// Branches of one `#if` beyond this number do not carry the negation of those before: the tests would grow quadratically.
const MAX_NEGATED: usize = 40;

pub(super) fn mask(text: &str) -> Masked<'_> {
    let found = groups::read(text);
    let mut plan = Plan { text, blanks: found.blanks, conditions: Vec::new(), defined: Vec::new() };
    plan.run(&found.groups, found.defines);
    plan.conditions.sort_by_key(|condition| condition.range.start);
    let rewrites = found.names.len()
        + found.extensions.len()
        + found.placeholders.len()
        + found.quotes.len()
        + found.assigned.len();
    if plan.blanks.is_empty() && rewrites == 0 {
        return Masked::plain(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in plan.blanks {
        for byte in bytes.get_mut(range).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    for range in found.extensions {
        if let Some(word) = bytes.get_mut(range).filter(|word| word.len() == EXTENSION.len()) {
            word.copy_from_slice(EXTENSION.as_bytes());
        }
    }
    for range in found.quotes {
        if let Some(pair) = bytes.get_mut(range) {
            pair.copy_from_slice(QUOTE.as_bytes());
        }
    }
    for at in found.assigned {
        if let Some(pair) = bytes.get_mut(at..at + 2) {
            // an arrow can be assigned to, and nobody writes one outside of pointers
            let arrow = pair == b"?.";
            pair.copy_from_slice(if arrow { b"->" } else { b" [" });
        }
    }
    for at in found.placeholders {
        if let Some(sign) = bytes.get_mut(at) {
            *sign = b'_';
        }
    }
    for range in found.names {
        let end = range.end;
        if let Some(letters) = bytes.get_mut(end.saturating_sub(MARK.len())..end) {
            letters.copy_from_slice(MARK.as_bytes());
        }
    }
    Masked {
        // only whole characters are blanked, so the text stays valid
        text: String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned),
        conditions: plan.conditions,
        symbols: plan.defined,
    }
}

/// The name that the mask has marked, if it is one.
pub(super) fn unmarked(name: &str) -> Option<&'static str> {
    let stem = name.strip_suffix(MARK)?;
    MODIFIERS.into_iter().chain(TARGETS).find(|modifier| modifier.len() == name.len() && modifier.starts_with(stem))
}

struct Plan<'t> {
    text: &'t str,
    blanks: Vec<Range<usize>>,
    conditions: Vec<Condition>,
    defined: Vec<(SmolStr, bool)>,
}

impl Plan<'_> {
    fn run(&mut self, groups: &[Group], defines: Vec<groups::Define>) {
        // `live[group]`: the branches that stay in the text
        let mut live: Vec<Vec<bool>> = Vec::with_capacity(groups.len());
        let mut defines = defines.into_iter().peekable();
        for group in groups {
            while let Some(define) = defines.next_if(|define| define.at < group.start) {
                self.define(define, groups, &live);
            }
            let parent_lives = group.parent.is_none_or(|(parent, branch)| {
                live.get(parent).and_then(|branches| branches.get(branch)).copied().unwrap_or(true)
            });
            let kept = if parent_lives { self.group(group) } else { vec![false; group.branches.len()] };
            live.push(kept);
        }
        for define in defines {
            self.define(define, groups, &live);
        }
    }

    /// A `#define` counts where every branch around it is taken in production.
    fn define(&mut self, define: groups::Define, groups: &[Group], live: &[Vec<bool>]) {
        let mut around = define.parent;
        // no file nests directives deeply before its first line of code
        for _ in 0..16 {
            let Some((group, branch)) = around else {
                self.defined.push((define.name, define.value));
                return;
            };
            let taken = live.get(group).is_some_and(|kept| kept.get(branch) == Some(&true));
            let Some(group) = groups.get(group) else {
                return;
            };
            if !taken || self.production(group) != Some(branch) {
                return;
            }
            around = group.parent;
        }
    }

    /// Decides which branches of a live group stay, blanks the others, records the conditions.
    fn group(&mut self, group: &Group) -> Vec<bool> {
        let side_by_side = group.side_by_side();
        let chosen = self.production(group);
        let mut kept = Vec::with_capacity(group.branches.len());
        let mut before: Vec<SymbolTest> = Vec::new();
        for (index, branch) in group.branches.iter().enumerate() {
            let test = full_test(branch, &before);
            let stays =
                if side_by_side { test != SymbolTest::Literal(false) && !branch.prose } else { chosen == Some(index) };
            if before.len() < MAX_NEGATED {
                before.push(branch.test.clone());
            }
            if !stays {
                self.blanks.push(branch.range.clone());
            } else if test != SymbolTest::Literal(true) && !self.is_blank(&branch.range) {
                self.conditions.push(Condition {
                    range: branch.range.clone(),
                    directive: branch.directive.clone(),
                    test,
                });
            }
            kept.push(stays);
        }
        kept
    }

    fn is_blank(&self, range: &Range<usize>) -> bool {
        self.text.get(range.clone()).is_none_or(|text| text.trim_start().is_empty())
    }

    /// The branch that a release build compiles.
    fn production(&self, group: &Group) -> Option<usize> {
        group.branches.iter().position(|branch| symbols::in_production(&branch.test, &self.defined))
    }
}

/// A branch's own condition and the negation of those before it.
fn full_test(branch: &Branch, before: &[SymbolTest]) -> SymbolTest {
    let mut all: Vec<SymbolTest> = before.iter().cloned().map(symbols::not).collect();
    all.push(branch.test.clone());
    symbols::simplify(SymbolTest::And(all))
}
