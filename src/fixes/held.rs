//! Whether an edit holds: the edited text is analysed and compared.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::{FileAnalysis, Input, analyze};
use crate::catalog::Family;
use crate::lang::guard::count_errors;
use crate::program::Language;
use crate::rules::{Finding, Reach, Site, Verdict};
use crate::text::Edit;
use crate::text::edits::{Moves, apply, fit};

/// Bytes of text that are analysed to find the fixes of a file, at most.
const BUDGET: usize = 64 * 1024 * 1024;

/// A file, what is known of it, and what may still be spent on it.
pub(crate) struct Held<'a> {
    pub input: &'a Input<'a>,
    pub analysis: &'a FileAnalysis,
    /// Without what the configuration allows or silences.
    raw: OnceCell<FileAnalysis>,
    errors: OnceCell<usize>,
    spent: Cell<usize>,
}

/// What a guard has to close.
pub(crate) struct Target {
    /// In order.
    pub places: Vec<Range<usize>>,
    /// Places of the finding that only configure: they may stay.
    spared: FxHashSet<usize>,
    /// Nothing in it does more.
    pub configures: bool,
}

/// What changed besides.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    /// Test runs are as before.
    pub test: bool,
}

impl<'a> Held<'a> {
    pub fn new(input: &'a Input<'a>, analysis: &'a FileAnalysis) -> Held<'a> {
        Held { input, analysis, raw: OnceCell::new(), errors: OnceCell::new(), spent: Cell::new(0) }
    }

    pub fn raw(&self) -> &FileAnalysis {
        self.raw.get_or_init(|| analyze(self.input))
    }

    pub fn target(&self, finding: &Finding) -> Target {
        let all: Vec<Range<usize>> =
            finding.sites.iter().map(|site| site.range.clone()).chain([finding.range.clone()]).collect();
        let configures = |range: &Range<usize>| {
            let mut sites = self.analysis.sites.iter().filter(|site| site.range == *range);
            sites.next().is_some_and(|site| site.config)
        };
        let (spared, mut places): (Vec<_>, Vec<_>) = all.into_iter().partition(configures);
        let spared_starts = spared.iter().map(|range| range.start).collect();
        if places.is_empty() {
            places = spared;
            places.sort_by_key(|range| range.start);
            return Target { places, spared: FxHashSet::default(), configures: true };
        }
        places.sort_by_key(|range| range.start);
        Target { places, spared: spared_starts, configures: false }
    }

    /// The places that production does not reach.
    pub fn cut(&self) -> Vec<Range<usize>> {
        let cut = self.analysis.sites.iter().filter(|site| site.worlds.production == Reach::Cut);
        cut.map(|site| site.range.clone()).collect()
    }

    /// The edited text, analysed. `None` if it cannot be, or has more syntax errors than before.
    pub fn after(&self, edits: &[Edit]) -> Option<(String, FileAnalysis)> {
        let input = self.input;
        self.spent.set(self.spent.get() + input.text.len());
        if edits.is_empty() || !fit(input.text, edits) || self.spent.get() > BUDGET {
            return None;
        }
        let text = apply(input.text, edits);
        if self.count_errors(&text)? > *self.errors.get_or_init(|| self.count_errors(input.text).unwrap_or(0)) {
            return None;
        }
        let analysis = analyze(&Input { text: &text, ..*input });
        Some((text, analysis))
    }

    fn count_errors(&self, text: &str) -> Option<usize> {
        count_errors(self.input.language, text, self.input.template)
    }

    /// Whether `edits` close the targets and change nothing else.
    pub fn cuts(&self, edits: &[Edit], targets: &[Target]) -> Option<Outcome> {
        let (_, after) = self.after(edits)?;
        let moves = Moves::of(edits);
        let starts: FxHashSet<usize> = targets.iter().flat_map(|t| t.places.iter().map(|place| place.start)).collect();
        let mut outcome = Outcome { test: true };
        let mut known: FxHashMap<(usize, Family), Vec<&Site>> = FxHashMap::default();
        for site in &after.sites {
            known.entry((site.range.start, site.family)).or_default().push(site);
        }
        if after.sites.len() != self.analysis.sites.len() {
            return None;
        }
        // sites that start at the same place stay in order
        for before in self.analysis.sites.iter().rev() {
            let at = moves.character(before.range.start)?;
            let now = known.get_mut(&(at, before.family))?.pop()?;
            if starts.contains(&before.range.start) {
                self.is_cut(before, now, &mut outcome)?;
            } else if !is_same(before, now) {
                return None;
            }
        }
        let spared: FxHashSet<usize> =
            targets.iter().flat_map(|t| &t.spared).filter_map(|start| moves.character(*start)).collect();
        let closed = |finding: &Finding| {
            targets.iter().any(|target| target.places.iter().any(|place| place.start == finding.range.start))
        };
        let stays = |finding: &Finding| finding.family != Family::FakeData || !closed(finding);
        self.no_new_finding(&after, &moves, &stays, &|finding| spared.contains(&finding.range.start))?;
        Some(outcome)
    }

    /// Whether each finding of the edited text was there before, is not worse, or is excused.
    pub fn no_new_finding(
        &self,
        after: &FileAnalysis,
        moves: &Moves,
        stays: &dyn Fn(&Finding) -> bool,
        excused: &dyn Fn(&Finding) -> bool,
    ) -> Option<()> {
        let places = |analysis: &FileAnalysis| -> FxHashSet<(&'static str, usize)> {
            let stay = analysis.findings.iter().filter(|finding| stays(finding));
            stay.filter_map(|finding| Some((finding.rule, moves.character(finding.range.start)?))).collect()
        };
        let is_new = |known: &FxHashSet<(&'static str, usize)>| {
            let mut new = after.findings.iter().filter(|finding| !excused(finding));
            new.any(|finding| !known.contains(&(finding.rule, finding.range.start)))
        };
        // what the configuration silences is in no list of the caller's
        (!is_new(&places(self.analysis)) || !is_new(&places(self.raw()))).then_some(())
    }

    fn is_cut(&self, before: &Site, now: &Site, outcome: &mut Outcome) -> Option<()> {
        let (was, is) = (&before.worlds, &now.worlds);
        if is.production != Reach::Cut || is.development != was.development {
            return None;
        }
        // Rails and its like believe in development where nothing is set
        let open = self.input.language == Language::Ruby;
        if is.unset != Reach::Cut && !open {
            return None;
        }
        if now.verdict == Verdict::Reachable {
            return None;
        }
        if is.test != was.test {
            if is.test != Reach::Cut {
                return None;
            }
            outcome.test = false;
        }
        Some(())
    }
}

/// A place that is not to be closed is as open as before; where production was kept out, nobody minds more walls.
fn is_same(before: &Site, now: &Site) -> bool {
    let (was, is) = (&before.worlds, &now.worlds);
    let kept = |was: Reach, is: Reach| was == is || is == Reach::Cut && was == Reach::Unknown;
    was.production == is.production
        && was.development == is.development
        && kept(was.test, is.test)
        && (was.production == Reach::Cut || was.unset == is.unset && was.other == is.other)
}
