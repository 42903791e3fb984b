//! How a condition turns out, what is seen in passing, and the branches it opens.

use smol_str::SmolStr;

use super::*;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

/// How a condition turned out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub yes: Lanes,
    pub no: Lanes,
    /// Lanes in which the outcome rests on nothing doubted.
    pub yes_sure: Lanes,
    pub no_sure: Lanes,
}

impl Outcome {
    pub fn decided(&self) -> Lanes {
        Lanes((self.yes.0 ^ self.no.0) & Lanes::ALL.0)
    }

    pub fn negate(self) -> Outcome {
        Outcome { yes: self.no, no: self.yes, yes_sure: self.no_sure, no_sure: self.yes_sure }
    }

    /// Takes in what one value answers in its lanes. `None`: either way.
    pub fn answer(&mut self, lanes: Lanes, answer: Option<bool>, doubted: bool) {
        let sure = if doubted { Lanes::NONE } else { lanes };
        if answer != Some(false) {
            self.yes |= lanes;
            self.yes_sure |= sure;
        }
        if answer != Some(true) {
            self.no |= lanes;
            self.no_sure |= sure;
        }
    }

    /// The same, and either way in lanes of which nothing is known.
    pub fn open_in(self, rest: Lanes) -> Outcome {
        Outcome {
            yes: self.yes | rest,
            no: self.no | rest,
            yes_sure: self.yes_sure | rest,
            no_sure: self.no_sure | rest,
        }
    }

    /// The part of it in some lanes.
    pub fn only(self, lanes: Lanes) -> Outcome {
        Outcome {
            yes: self.yes & lanes,
            no: self.no & lanes,
            yes_sure: self.yes_sure & lanes,
            no_sure: self.no_sure & lanes,
        }
    }
}

/// What the because knows of a condition.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    pub yes: Lanes,
    pub no: Lanes,
    /// Lanes in which it was known at least once.
    pub decided: Lanes,
    pub deps: Why,
    /// The doubt's reason.
    pub cause: Option<Cause>,
}

/// Forced outcomes, for replaying a because.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    Unknown,
    Flip,
}

/// Something wrong about a test of the environment, seen while evaluating it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub at: NodeRef,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A comparison of the environment with a name no environment has.
    UnknownName { name: SmolStr, own: bool },
    /// A comparison that cannot hold (string with symbol, wrong case, `is True`).
    Constant { literal: SmolStr, why: Mismatch },
    /// The truth of an environment variable's string decides.
    TruthyVariable { name: SmolStr },
    /// A variable read with a development default.
    DevelopmentDefault { name: SmolStr, default: SmolStr },
    /// A variable that names the settings to run with, read with those of development as default.
    DevelopmentSettings { name: SmolStr, default: SmolStr },
    /// A variable nobody sets: another one is a letter or two away, or differs in case.
    MisspeltVariable { name: SmolStr, known: SmolStr },
    /// A variable the framework's version no longer reads.
    IgnoredVariable { name: SmolStr, why: SmolStr },
    /// A variable of no framework is read.
    HomeMadeVariable { name: SmolStr },
    /// A framework's variable is read raw.
    RawVariable { name: SmolStr },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    Symbol,
    Text,
    Case,
    Bool,
    Identity,
}

/// One branch of a fork.
#[derive(Clone, Debug)]
pub struct Branch {
    pub lanes: Lanes,
    /// Lanes of the branch that enter it only if something doubted holds.
    pub doubt: Lanes,
    pub cond: Option<NodeRef>,
    pub decided: Lanes,
    /// The tests before this branch's own that let it through.
    pub prior: Prior,
    /// What decided beside the condition.
    pub why: Why,
}

impl Branch {
    /// A branch that no condition guards.
    pub fn open(lanes: Lanes, doubt: Lanes) -> Branch {
        Branch { lanes, doubt, cond: None, decided: Lanes::NONE, prior: Prior::default(), why: Why::default() }
    }

    /// The same, because of what a value was.
    pub fn because(self, why: &Why) -> Branch {
        Branch { why: why.clone(), ..self }
    }
}
