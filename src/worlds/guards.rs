//! Conditions that are guards: true in development, never in production.

use std::ops::Range;

use super::lanes::Lanes;
use super::reach::Answers;
use crate::program::Program;

/// A condition that keeps production out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Bytes of the file.
    pub range: Range<usize>,
    /// True under the test environment as well.
    pub test: bool,
    /// True where the variable is missing.
    pub unset: bool,
}

impl Answers {
    /// The conditions of a file that let in development and neither production nor an environment that nobody named.
    pub fn guards(&self, program: &Program) -> Vec<Guard> {
        let kept_out = Lanes::PRODUCTION | Lanes::STAGING | Lanes::ODD | Lanes::ANY;
        let holds = self.conditions.iter().filter(|(_, condition)| {
            condition.cause.is_none()
                && condition.yes.has(Lanes::DEVELOPMENT)
                && !condition.no.has(Lanes::DEVELOPMENT)
                && !condition.yes.has(kept_out)
                && condition.no.covers(kept_out)
        });
        let mut guards: Vec<Guard> = holds
            .map(|(at, condition)| Guard {
                range: program.span(*at),
                test: condition.yes.has(Lanes::TEST),
                unset: condition.yes.has(Lanes::UNSET),
            })
            .collect();
        guards.sort_by_key(|guard| (guard.range.start, guard.range.end));
        guards
    }
}
