//! Fixes: guards to insert, comments that allow, corrections. The language server and the command line share them.
//!
//! Every edit is made to the text and the result analysed before it is offered; one that does not hold is not.

mod allow;
mod corrections;
mod every;
mod held;
mod predicates;
mod removals;
mod titles;

use crate::analysis::{FileAnalysis, Input};
use crate::catalog::Family;
use crate::lang::guard::{Outcome, Plan, Predicate, Runs, Text, Wish, guards};
use crate::project::Zone;
use crate::rules::{Finding, Verdict};
use crate::text::Edit;
use crate::text::edits::normal;

pub use allow::allow_in_config;
pub use corrections::corrections;
pub use every::{Left, guard_all};

use held::{Held, Target};

/// Guards and errors offered for one finding, at most.
const MOST_GUARDS: usize = 3;
const MOST_RAISES: usize = 1;
/// Edits tried for one finding, at most: each costs an analysis.
const MOST_TRIES: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    /// Runs only in development and test.
    Guard,
    /// Raises elsewhere.
    Raise,
    Delete,
    /// A comment that allows it.
    AllowHere,
    /// Says what was meant; part of fix-all if safe.
    Correct,
}

/// An edit that mends a finding.
#[derive(Clone, Debug)]
pub struct Fix {
    pub title: String,
    pub kind: FixKind,
    /// Changes nothing that anybody can have wanted.
    pub safe: bool,
    /// In bytes of the text, sorted, never overlapping.
    pub edits: Vec<Edit>,
    /// Where the caret should stand: a byte offset in the edited text.
    pub cursor: Option<usize>,
}

/// The fixes that hold for one finding of `analysis`, which is the result of analysing `input`, best first.
pub fn fixes(input: &Input<'_>, analysis: &FileAnalysis, finding: &Finding) -> Vec<Fix> {
    let held = Held::new(input, analysis);
    let mut found = corrections::of(&held, finding);
    let Some(file) = Text::of(input.language, input.text, input.template) else {
        return found;
    };
    found.extend(removals::of(&held, &file, finding));
    if is_guardable(finding) && !removals::speaks_against_guard(&file, finding) {
        let target = held.target(finding);
        let mut raises = 0;
        let mut condition = None;
        for candidate in Candidates::new(&held, &file, finding, &target).take(MOST_TRIES) {
            // one condition is offered, the first with which a guard holds
            if condition.is_some_and(|condition| condition != candidate.condition) {
                break;
            }
            let kind = candidate.kind();
            let guards = found.iter().filter(|fix| fix.kind == FixKind::Guard).count();
            let enough = match kind {
                FixKind::Raise => raises >= MOST_RAISES,
                _ => guards >= MOST_GUARDS,
            };
            if enough {
                continue;
            }
            let Some(outcome) = held.cuts(&candidate.edits, std::slice::from_ref(&target)) else {
                continue;
            };
            let title = titles::guard(finding, &candidate.plan, input.language, outcome.test);
            if found.iter().any(|fix| fix.title == title || fix.edits == candidate.edits) {
                continue;
            }
            condition = Some(candidate.condition);
            raises += usize::from(kind == FixKind::Raise);
            found.push(Fix { title, kind, safe: false, edits: candidate.edits, cursor: None });
        }
    }
    found.extend(allow::here(&held, &file, finding));
    found
}

/// Whether a guard is what a finding asks for.
fn is_guardable(finding: &Finding) -> bool {
    finding.verdict == Verdict::Reachable
        && matches!(finding.family, Family::FakeData | Family::Recorder | Family::Debug)
}

/// How a file runs.
fn runs(input: &Input<'_>) -> Runs {
    let path = input.facts.path.as_str();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let within = |wanted: &str| folder.split('/').any(|part| part == wanted);
    let seeds = name == "seeds.rb" || within("seeds");
    match () {
        () if within("migrate") || within("migrations") => Runs::Migration,
        () if seeds => Runs::Loaded,
        () if input.zone == Zone::OnDemand || input.text.starts_with("#!") => Runs::Script,
        () => Runs::Application,
    }
}

/// A guard to try.
pub(crate) struct Candidate {
    pub plan: Plan,
    pub edits: Vec<Edit>,
    /// Which of the predicates it is written with.
    condition: usize,
}

impl Candidate {
    fn kind(&self) -> FixKind {
        match self.plan.outcome {
            Outcome::Skip | Outcome::Nothing => FixKind::Guard,
            Outcome::Raise | Outcome::Abort => FixKind::Raise,
        }
    }
}

/// The guards that could close a finding, predicate by predicate, best first.
pub(crate) struct Candidates<'a> {
    file: &'a Text<'a>,
    held: &'a Held<'a>,
    places: Vec<std::ops::Range<usize>>,
    writes: bool,
    cut: Vec<std::ops::Range<usize>>,
    predicates: std::vec::IntoIter<Predicate>,
    plans: std::vec::IntoIter<Plan>,
    tried: Vec<Vec<Edit>>,
    condition: usize,
}

impl<'a> Candidates<'a> {
    pub fn new(held: &'a Held<'a>, file: &'a Text<'a>, finding: &Finding, target: &Target) -> Candidates<'a> {
        let places = target.places.clone();
        let broken = places.iter().any(|place| {
            let room = guards(file.language);
            let around = room.definition(file, place).or_else(|| room.statement(file, place));
            file.is_broken(&around.unwrap_or_else(|| place.clone()))
        });
        let predicates = match places.first() {
            Some(place) if !broken && !target.configures => predicates::of(held, file, place.start),
            _ => Vec::new(),
        };
        Candidates {
            file,
            held,
            places,
            writes: finding.rule == "fake-data-written",
            cut: held.cut(),
            predicates: predicates.into_iter(),
            plans: Vec::new().into_iter(),
            tried: Vec::new(),
            condition: 0,
        }
    }
}

impl Iterator for Candidates<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        loop {
            for plan in self.plans.by_ref() {
                if let Some(edits) = normal(plan.edits.clone()).filter(|edits| !self.tried.contains(edits)) {
                    self.tried.push(edits.clone());
                    return Some(Candidate { plan, edits, condition: self.condition });
                }
            }
            let predicate = self.predicates.next()?;
            self.condition += 1;
            let input = self.held.input;
            let wish = Wish {
                places: &self.places,
                writes: self.writes,
                predicate: &predicate,
                runs: runs(input),
                cut: &self.cut,
                usings: &input.facts.global_usings,
            };
            self.plans = guards(input.language).plans(self.file, &wish).into_iter();
        }
    }
}
