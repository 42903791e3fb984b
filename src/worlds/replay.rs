//! A because, put to the test: evaluate again with conditions forced, and keep the steps that hold.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::because::{Step, What, shorten};
use super::lanes::Lanes;
use super::machine::Force;
use super::reach::{Answers, SiteAnswer};
use crate::program::*;
use crate::project::FileFacts;

/// The lanes that reach each place, by the place's first byte.
type Reached = Rc<FxHashMap<usize, Lanes>>;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Change {
    /// One condition turned round.
    Flip(NodeRef),
    /// Every condition unknown but these, in order.
    Only(Vec<NodeRef>),
}

/// Replays of one file. They share what they find, and end when the budget is spent.
pub struct Replay<'a> {
    program: &'a Program,
    facts: &'a FileFacts,
    answers: &'a Answers,
    /// Nodes that may still be evaluated.
    left: Cell<u64>,
    known: RefCell<FxHashMap<Change, Reached>>,
}

impl<'a> Replay<'a> {
    /// `budget`: how many nodes may be evaluated for it.
    pub fn new(program: &'a Program, facts: &'a FileFacts, answers: &'a Answers, budget: u64) -> Self {
        Replay { program, facts, answers, left: Cell::new(budget), known: RefCell::default() }
    }

    /// The steps that lead to a site in one lane, each known condition of which matters; or conditions that keep the lane
    /// from it whatever the others are, none to spare. What the budget does not cover is left as evaluated.
    pub fn because(&self, site: &SiteAnswer, lane: usize) -> Vec<Step> {
        let mut steps = self.because_in_full(site, lane);
        shorten(&mut steps);
        steps
    }

    /// The same with every condition.
    pub fn because_in_full(&self, site: &SiteAnswer, lane: usize) -> Vec<Step> {
        let steps = self.answers.because_in_full(self.program, site, lane);
        let bit = Lanes::nth(lane);
        if site.reached.has(bit) {
            return self.that_matter(steps, site, bit);
        }
        let (conditions, others): (Vec<Step>, Vec<Step>) =
            steps.into_iter().partition(|step| matches!(step.what, What::Condition { .. }));
        let named: Vec<NodeRef> = conditions.iter().map(|step| step.at).collect();
        let Some(kept) = self.that_suffice(named, site, bit) else {
            return others.into_iter().chain(conditions).collect();
        };
        let kept = kept.into_iter().map(|at| self.answers.condition_step(self.program, at, bit));
        others.into_iter().chain(kept).collect()
    }

    /// Turned round alone, a condition that matters closes the way.
    fn that_matter(&self, mut steps: Vec<Step>, site: &SiteAnswer, bit: Lanes) -> Vec<Step> {
        steps.retain(|step| {
            let known = matches!(step.what, What::Condition { truth: Some(_), .. });
            !known || self.reached(site, Change::Flip(step.at)).is_none_or(|reached| !reached.has(bit))
        });
        steps
    }

    /// The fewest conditions that keep the lane away when all others are unknown. `None`: cannot be told.
    fn that_suffice(&self, mut named: Vec<NodeRef>, site: &SiteAnswer, bit: Lanes) -> Option<Vec<NodeRef>> {
        let suffices = |kept: &[NodeRef]| {
            let mut kept = kept.to_vec();
            kept.sort_unstable();
            let reached = self.reached(site, Change::Only(kept))?;
            Some(!reached.has(bit))
        };
        if !suffices(&named)? {
            let known: FxHashSet<NodeRef> = named.iter().copied().collect();
            let others = self.answers.conditions.iter();
            let mut others: Vec<NodeRef> = others
                .filter(|(at, condition)| condition.decided.has(bit) && !known.contains(at))
                .map(|(at, _)| *at)
                .collect();
            others.sort_unstable();
            named.extend(others);
            if !suffices(&named)? {
                return None;
            }
        }
        fewest(&[], false, &named, &suffices)
    }

    fn reached(&self, site: &SiteAnswer, change: Change) -> Option<Lanes> {
        let start = self.program.span(site.at).start;
        if let Some(reached) = self.known.borrow().get(&change) {
            return Some(reached.get(&start).copied().unwrap_or_default());
        }
        let left = self.left.get().checked_sub(self.answers.steps.max(1))?;
        self.left.set(left);
        let forced: FxHashMap<NodeRef, Force> = match &change {
            Change::Flip(at) => FxHashMap::from_iter([(*at, Force::Flip)]),
            Change::Only(kept) => {
                let all = self.answers.conditions.keys();
                all.filter(|at| kept.binary_search(at).is_err()).map(|at| (*at, Force::Unknown)).collect()
            }
        };
        let reached = Rc::new(replay(self.program, self.facts, &forced));
        let here = reached.get(&start).copied().unwrap_or_default();
        self.known.borrow_mut().insert(change, reached);
        Some(here)
    }
}

/// Evaluates again with some conditions forced, and gives the lanes that reach each place, by its first byte.
pub fn replay(program: &Program, facts: &FileFacts, forced: &FxHashMap<NodeRef, Force>) -> FxHashMap<usize, Lanes> {
    let mut reached: FxHashMap<usize, Lanes> = FxHashMap::default();
    for site in super::evaluate_forced(program, facts, forced).sites {
        *reached.entry(program.span(site.at).start).or_default() |= site.reached;
    }
    reached
}

/// The fewest of `from` that, together with `given`, are enough; the first ones are preferred. Divides and conquers, so
/// that a few out of many cost a few tests each.
fn fewest(
    given: &[NodeRef],
    is_new: bool,
    from: &[NodeRef],
    enough: &impl Fn(&[NodeRef]) -> Option<bool>,
) -> Option<Vec<NodeRef>> {
    if (is_new || given.is_empty()) && enough(given)? {
        return Some(Vec::new());
    }
    if from.len() <= 1 {
        return Some(from.to_vec());
    }
    let (first, second) = from.split_at(from.len() / 2);
    let with_first = [given, first].concat();
    let of_second = fewest(&with_first, true, second, enough)?;
    let with_second = [given, &of_second].concat();
    let mut kept = fewest(&with_second, !of_second.is_empty(), first, enough)?;
    kept.extend(of_second);
    Some(kept)
}
