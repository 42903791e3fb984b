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
mod files;
mod flow;
mod guards;
mod held;
mod kin;
mod lanes;
mod loads;
mod machine;
mod methods;
mod names;
mod ops;
mod python;
mod reach;
mod replay;
mod ruby;
mod ruby_values;
mod stale;
mod switches;
mod tasks;
mod value;
mod why;
mod within;

use rustc_hash::FxHashMap;

use crate::program::{NodeRef, Program};
use crate::project::FileFacts;

pub use because::{Step, What, name_of};
pub use files::{is_telling, underscored};
pub use guards::Guard;
pub use lanes::Lanes;
pub use machine::{Condition, Event, EventKind, Force, Mismatch};
pub use reach::{Answers, SiteAnswer};
pub use replay::{Replay, replay};
pub use value::Cause;

/// Runs a file in every world.
pub fn evaluate(program: &Program, facts: &FileFacts) -> Answers {
    evaluate_forced(program, facts, &FxHashMap::default())
}

/// The same with the outcome of some conditions forced.
pub fn evaluate_forced(program: &Program, facts: &FileFacts, forced: &FxHashMap<NodeRef, Force>) -> Answers {
    // a body may write what another one, run before, has read: then everything runs again, knowing so from the start
    let nothing = machine::Seeds::default();
    let (answers, learned) = machine::Machine::new(program, facts, forced, &nothing).run();
    if learned.is_empty() {
        return answers;
    }
    let (answers, again) = machine::Machine::new(program, facts, forced, &learned).run();
    if learned.covers(&again) {
        return answers;
    }
    let again = again.forgotten();
    machine::Machine::new(program, facts, forced, &again).run().0
}
