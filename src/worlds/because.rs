//! The because: the steps from an entry point to a place, or to what cuts it off, in one world.

use std::ops::Range;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::reach::{Answers, SiteAnswer};
use super::value::Cause;
use super::why::Why;
use crate::program::*;

/// Conditions shown at most, after the entry and the calls.
pub(super) const MAX_CONDITIONS: usize = 4;
/// Reasons looked at for one because while scanning; whoever asks gets them all.
const MAX_REASONS: usize = 128;
/// Bodies on the way to one place, likewise.
const MAX_BODIES: usize = 64;
/// Calls shown at most.
const MAX_CALLS: usize = 6;

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub at: NodeRef,
    /// In bytes of the file.
    pub range: Range<usize>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The file's top level.
    TopLevel,
    /// A definition that nothing in the file calls.
    Entry { name: SmolStr },
    /// A call on the way.
    Call { name: SmolStr },
    /// A condition and its value in this world; `None`: it may be either.
    Condition { truth: Option<bool>, cause: Option<Cause> },
    /// Something that leaves before the place.
    Exit,
}

impl Answers {
    /// The steps that lead to a site in one lane, or that keep the lane from it.
    pub fn because(&self, program: &Program, site: &SiteAnswer, lane: usize) -> Vec<Step> {
        self.steps(program, site, lane, MAX_CONDITIONS)
    }

    /// The same with every condition.
    pub fn because_in_full(&self, program: &Program, site: &SiteAnswer, lane: usize) -> Vec<Step> {
        self.steps(program, site, lane, usize::MAX)
    }

    fn steps(&self, program: &Program, site: &SiteAnswer, lane: usize, limit: usize) -> Vec<Step> {
        let bit = Lanes::nth(lane);
        if site.reached.has(bit) {
            self.way_in(program, site, bit, limit)
        } else {
            self.way_cut(program, site, lane, limit)
        }
    }

    /// The record that reaches a site in a lane, surest first.
    fn reaching(&self, site: &SiteAnswer, bit: Lanes) -> Option<(usize, usize)> {
        let reaches = |&&(context, number): &&(usize, usize)| {
            let record = &self.contexts[context].records[number];
            self.reach[context].lanes.has(bit) && record.lanes.has(bit)
        };
        let sure = |&&(context, number): &&(usize, usize)| {
            let record = &self.contexts[context].records[number];
            self.reach[context].sure.has(bit) && record.lanes.has(bit) && !record.doubt.has(bit)
        };
        site.records.iter().find(sure).or_else(|| site.records.iter().find(reaches)).copied()
    }

    fn way_in(&self, program: &Program, site: &SiteAnswer, bit: Lanes, limit: usize) -> Vec<Step> {
        let Some((context, number)) = self.reaching(site, bit) else {
            return Vec::new();
        };
        let record = &self.contexts[context].records[number];
        let reasons = most_reasons(limit);
        let mut conditions: Vec<NodeRef> = self.telling(&record.path, bit, reasons);
        let mut calls = Vec::new();
        let mut at = context;
        let mut seen = vec![at];
        while let Some((from, index)) = self.reach[at].by {
            let edge = &self.contexts[from].edges[index];
            if !self.reach[at].entry {
                calls.push((edge.at, edge.callee));
                conditions.extend(self.telling(&edge.path, bit, reasons));
            }
            if seen.contains(&from) || self.reach[at].entry || calls.len() >= MAX_CALLS {
                break;
            }
            at = from;
            seen.push(at);
        }
        let mut steps = vec![self.entry(program, at)];
        for (call, callee) in calls.iter().rev() {
            steps.push(Step {
                at: *call,
                range: program.span(*call),
                what: What::Call { name: name_of(program, *callee) },
            });
        }
        conditions.dedup();
        conditions.reverse();
        steps.extend(conditions.into_iter().map(|cond| self.condition_step(program, cond, bit)));
        steps
    }

    /// Conditions on a path that say something in this lane: known ones and doubted ones.
    fn telling(&self, path: &Why, bit: Lanes, reasons: usize) -> Vec<NodeRef> {
        let tells = |at: &NodeRef| {
            self.conditions.get(at).is_some_and(|condition| {
                let decided = Lanes(condition.yes.0 ^ condition.no.0);
                let varies = condition.yes != Lanes::NONE && condition.no != Lanes::NONE;
                condition.cause.is_some() || decided.has(bit) && varies
            })
        };
        path.list(reasons).into_iter().filter(tells).collect()
    }

    fn way_cut(&self, program: &Program, site: &SiteAnswer, lane: usize, limit: usize) -> Vec<Step> {
        let bit = Lanes::nth(lane);
        let mut steps = Vec::new();
        let mut reasons: Vec<Why> = Vec::new();
        let mut todo: Vec<usize> = Vec::new();
        for (context, number) in &site.records {
            let record = &self.contexts[*context].records[*number];
            if !record.lanes.has(bit) {
                reasons.push(record.cuts[lane].clone());
            }
            if !self.reach[*context].lanes.has(bit) {
                todo.push(*context);
            }
        }
        // a body that is not entered: what keeps its callers from calling it
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        while let Some(to) = todo.pop() {
            if !seen.insert(to) || limit == MAX_CONDITIONS && seen.len() > MAX_BODIES {
                continue;
            }
            reasons.push(self.reach[to].why.clone());
            let callers = self.contexts[to].def.and_then(|def| self.callers.get(&def));
            for (from, index) in callers.into_iter().flatten() {
                let edge = &self.contexts[*from].edges[*index];
                if edge.lanes.has(bit) {
                    todo.push(*from);
                } else {
                    reasons.push(edge.cuts[lane].clone());
                    if steps.len() < MAX_CALLS {
                        steps.push(Step {
                            at: edge.at,
                            range: program.span(edge.at),
                            what: What::Call { name: name_of(program, edge.callee) },
                        });
                    }
                }
            }
        }
        steps.dedup();
        let (conditions, exits) = self.deciding(&reasons, bit, limit);
        if conditions.is_empty() {
            let exits = exits.into_iter().take(limit.min(MAX_CALLS));
            steps.extend(exits.map(|at| Step { at, range: program.span(at), what: What::Exit }));
        }
        steps.extend(conditions.into_iter().map(|cond| self.condition_step(program, cond, bit)));
        steps
    }

    /// The conditions known in a lane behind `reasons`, what decided their values included, and the exits among them.
    fn deciding(&self, reasons: &[Why], bit: Lanes, limit: usize) -> (Vec<NodeRef>, Vec<NodeRef>) {
        let mut conditions: Vec<NodeRef> = Vec::new();
        let mut exits = Vec::new();
        let mut known: FxHashSet<NodeRef> = FxHashSet::default();
        let mut left = most_reasons(limit);
        let mut todo: std::collections::VecDeque<&Why> = reasons.iter().collect();
        while let Some(why) = todo.pop_front() {
            for at in why.list(left) {
                left = left.saturating_sub(1);
                if conditions.len() >= limit {
                    return (conditions, exits);
                }
                if !known.insert(at) {
                    continue;
                }
                match self.conditions.get(&at) {
                    Some(condition) if condition.decided.has(bit) => {
                        conditions.push(at);
                        todo.push_back(&condition.deps);
                    }
                    Some(_) => {}
                    None => exits.push(at),
                }
            }
        }
        (conditions, exits)
    }

    pub(super) fn condition_step(&self, program: &Program, cond: NodeRef, bit: Lanes) -> Step {
        let (truth, cause) = match self.conditions.get(&cond) {
            Some(condition) => match (condition.yes.has(bit), condition.no.has(bit)) {
                (true, false) => (Some(true), None),
                (false, true) => (Some(false), None),
                _ => (None, condition.cause),
            },
            None => (None, None),
        };
        // the condition of an `unless` is the negation of what is written
        let negated = match program.node(cond).map(|node| &node.kind) {
            Some(Kind::Not(inner)) => program.span(NodeRef { item: cond.item, node: *inner }) == program.span(cond),
            _ => false,
        };
        let truth = if negated { truth.map(|truth| !truth) } else { truth };
        Step { at: cond, range: program.span(cond), what: What::Condition { truth, cause } }
    }

    fn entry(&self, program: &Program, context: usize) -> Step {
        match self.contexts[context].def {
            Some(def) if program.file_of(def.item) == context => Step { at: def, range: 0..0, what: What::TopLevel },
            Some(def) => {
                let span = program.span(def);
                Step { at: def, range: span, what: What::Entry { name: name_of(program, def) } }
            }
            None => Step { at: NodeRef { item: ItemId(0), node: NodeId(0) }, range: 0..0, what: What::TopLevel },
        }
    }
}

fn most_reasons(limit: usize) -> usize {
    match limit {
        MAX_CONDITIONS => MAX_REASONS,
        _ => usize::MAX,
    }
}

/// The name of a definition, with its class: `User#display_name`, `Seeder.Seed`.
pub fn name_of(program: &Program, def: NodeRef) -> SmolStr {
    let own = match program.node(def).map(|node| &node.kind) {
        Some(Kind::Def(def)) => def.name.clone(),
        _ => SmolStr::new_static("a block"),
    };
    let mut classes = program.classes_around(def.item);
    if program.language == Language::CSharp {
        classes.drain(..classes.len().saturating_sub(1));
    }
    if classes.is_empty() {
        return own;
    }
    match program.language {
        Language::Ruby => SmolStr::new(format!("{}#{own}", classes.join("::").replace('.', "::"))),
        _ => SmolStr::new(format!("{}.{own}", classes.join("."))),
    }
}

/// Leaves the first conditions, as many as are shown.
pub(super) fn shorten(steps: &mut Vec<Step>) {
    let mut count = 0;
    steps.retain(|step| {
        let is_condition = matches!(step.what, What::Condition { .. });
        count += usize::from(is_condition);
        !is_condition || count <= MAX_CONDITIONS
    });
}
