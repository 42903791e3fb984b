//! What changes from statement to statement: scopes, the state, the exits that wait for their label.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A frame: a function, lambda or file.
    Return(u32),
    /// A loop, switch or the call of a block.
    Break(u32),
    /// A loop body or block.
    Next(u32),
    Raise,
    Throw(SmolStr),
    Goto(SmolStr),
}

/// Lanes that left and wait for their label.
#[derive(Clone, Debug)]
pub struct Exit {
    pub target: Target,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub value: Val,
    /// The exception's class, when raised and known.
    pub class: Option<SmolStr>,
    /// The way to it.
    pub why: Why,
}

#[derive(Debug)]
pub struct Scope {
    pub parent: Option<u32>,
    pub kind: ScopeKind,
    pub names: FxHashMap<SmolStr, u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    File,
    Class(u32),
    Function,
    /// Shares the locals around it.
    Block,
}

/// What changes from statement to statement.
#[derive(Clone, Debug)]
pub struct State {
    pub scope: u32,
    /// Lanes that run only if something doubted holds.
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
    pub this: Option<Val>,
    /// The block passed to the method that runs.
    pub block: Option<Val>,
    pub return_to: u32,
    pub break_to: u32,
    pub next_to: u32,
    /// Inside a loop or a `try` of this body: what a branch wrote before it left may be seen again.
    pub may_resume: bool,
    /// The value of the exception being handled.
    pub handling: Option<SmolStr>,
}

impl State {
    /// Where the top level of a file begins.
    pub fn outermost(scope: u32) -> State {
        State {
            scope,
            doubt: Lanes::NONE,
            path: Why::default(),
            cuts: Default::default(),
            this: None,
            block: None,
            return_to: 0,
            break_to: 0,
            next_to: 0,
            may_resume: false,
            handling: None,
        }
    }

    /// A value as it is written here: what leads here decides it, too.
    pub fn under_way(&self, value: &Val, lanes: Lanes) -> Val {
        let mut value = value.only(lanes);
        value.deps = value.deps.and(&self.path);
        value
    }
}
