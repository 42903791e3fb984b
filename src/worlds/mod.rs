//! The worlds: an abstract interpreter that runs a file in every environment at once.
//!
//! One walk carries a mask of [`Lanes`]; values are sets of (lanes, value); a condition splits the mask. What is not
//! modelled reaches: its children run, what it may write is forgotten, closures given to it run. A lane is cut only by a
//! condition that is known in it.

mod because;
mod calls;
mod classes;
mod dotnet;
mod eval;
mod flow;
mod lanes;
mod machine;
mod methods;
mod names;
mod ops;
mod reach;
mod replay;
mod value;
mod why;
mod within;

use rustc_hash::FxHashMap;

use crate::program::{NodeRef, Program};
use crate::project::FileFacts;

pub use because::{Step, What, name_of};
pub use lanes::Lanes;
pub use machine::{Condition, Event, EventKind, Force, Mismatch};
pub use names::distance_at_most;
pub use reach::{Answers, SiteAnswer};
pub use replay::{Replay, replay};
pub use value::Cause;

/// Runs a file in every world.
pub fn evaluate(program: &Program, facts: &FileFacts) -> Answers {
    evaluate_forced(program, facts, &FxHashMap::default())
}

/// The same with the outcome of some conditions forced.
pub fn evaluate_forced(
    program: &Program,
    facts: &FileFacts,
    forced: &FxHashMap<NodeRef, Force>,
) -> Answers {
    machine::Machine::new(program, facts, forced).run()
}
