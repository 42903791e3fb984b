//! Conditions that are guards: true in development, never in production.

use std::ops::Range;

use super::lanes::Lanes;
use super::reach::Answers;
use crate::program::{NodeRef, Program};

/// A condition that keeps production out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Bytes of the file.
    pub range: Range<usize>,
    /// True under the test environment as well.
    pub test: bool,
    /// True where the variable is missing.
    pub unset: bool,
    /// All of this is said of its opposite.
    pub negated: bool,
}

impl Answers {
    /// The conditions of a file that let in development and neither production nor an environment that nobody named.
    pub fn guards(&self, program: &Program) -> Vec<Guard> {
        let kept_out = Lanes::PRODUCTION | Lanes::STAGING | Lanes::ODD | Lanes::ANY;
        let guard = |at: NodeRef, yes: Lanes, no: Lanes, negated: bool| {
            let development = yes.has(Lanes::DEVELOPMENT) && !no.has(Lanes::DEVELOPMENT);
            let holds = development && !yes.has(kept_out) && no.covers(kept_out);
            let guard =
                || Guard { range: program.span(at), test: yes.has(Lanes::TEST), unset: yes.has(Lanes::UNSET), negated };
            holds.then(guard)
        };
        let known = self.conditions.iter();
        let known = known.filter(|(at, condition)| program.is_main(at.item) && condition.cause.is_none());
        let mut guards: Vec<Guard> = known
            .filter_map(|(at, condition)| {
                let (yes, no) = (condition.yes, condition.no);
                guard(*at, yes, no, false).or_else(|| guard(*at, no, yes, true))
            })
            .collect();
        guards.sort_by_key(|guard| (guard.range.start, guard.range.end));
        guards
    }
}
