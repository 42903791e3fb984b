//! The machine: everything the walk over the program keeps.

mod conditions;
mod effects;
mod exits;
mod fork;
mod scopes;
mod seeds;
mod slots;
mod start;
mod state;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::classes::ClassInfo;
use super::held::Holders;
use super::lanes::Lanes;
use super::stale::{Epoch, Staleness};
use super::value::*;
pub use super::why::{Cuts, Prior, Why};
use super::within::Within;
use crate::catalog::Catalog;
use crate::program::*;
use crate::project::FileFacts;
pub use conditions::{Branch, Condition, Event, EventKind, Force, Mismatch, Outcome};
pub use effects::{Context, Edge, Effect, Record, Registered, Summary, Write};
pub use seeds::Seeds;
pub use state::{Exit, Scope, ScopeKind, State, Target};

/// Inlined calls nest at most this deep.
pub const MAX_INLINE: usize = 8;
/// Bodies inlined in one file before calls fall back to summaries.
const INLINE_BUDGET: u32 = 800;
/// Nodes evaluated in one file before calls fall back to summaries and loops are no longer unrolled: from there on each
/// body is walked once.
pub const NODE_BUDGET: u64 = 2_000_000;
/// Lists, maps (entries) and texts (bytes) that the file builds are followed up to this size.
pub const MAX_FOLLOWED: usize = 64;

/// A `with` statement: its node, the place bound, the managers and the body left to run, the state it stands in.
pub type Around<'p> = (NodeRef, Option<NodeRef>, &'p [(NodeId, Option<NodeId>)], NodeRef, State);

pub struct Machine<'p> {
    pub program: &'p Program,
    pub facts: &'p FileFacts,
    pub catalog: &'p Catalog,
    pub language: Language,
    pub forced: &'p FxHashMap<NodeRef, Force>,
    pub st: State,
    pub scopes: Vec<Scope>,
    pub slots: Vec<Val>,
    log: Vec<(u32, Val)>,
    logging: u32,
    pub exits: Vec<Exit>,
    pub classes: Vec<ClassInfo>,
    pub class_of_item: FxHashMap<NodeRef, u32>,
    /// In the order of the text.
    pub class_names: FxHashMap<SmolStr, Vec<u32>>,
    /// C#: by file, the namespaces that it imports.
    pub imported_spaces: Vec<FxHashSet<SmolStr>>,
    /// Names of so many methods that whatever goes by them counts as called from anywhere.
    pub open_names: FxHashSet<SmolStr>,
    /// Calls on something unknown that are known: context, name, lanes, doubted ones.
    pub may_called: FxHashSet<(usize, SmolStr, u8, u8)>,
    /// Methods and functions found in the values that are handed out are called from there.
    pub keep_methods: bool,
    /// The methods of all classes of the file.
    pub methods_by_name: FxHashMap<SmolStr, Vec<NodeRef>>,
    pub class_bodies: FxHashSet<NodeRef>,
    /// Classes handed to code beyond the file by type, with the context and lanes it happened in.
    pub registered: Vec<Registered>,
    pub in_constructor: bool,
    /// Spellings of "production" in the file's texts, once they were asked for.
    pub spellings: Option<Vec<SmolStr>>,
    /// A list of names is compared, one after the other.
    pub several: bool,
    pub summary_depth: usize,
    /// Evaluations that run within each other.
    pub depth: u32,
    /// What has changed since somebody looked at it.
    pub staleness: Staleness,
    /// Definitions that say `global` or `nonlocal`.
    pub rebinding: FxHashMap<NodeRef, bool>,
    /// Bodies of `with` waiting for their context manager to yield.
    pub around: Vec<Around<'p>>,
    /// Closures that were called or handed out.
    pub invoked: FxHashSet<u32>,
    /// Lambdas and nested definitions, with the lanes they were made in.
    pub made: Vec<(Rc<Closure>, Lanes)>,
    /// Who calls whom, whatever the lanes.
    pub structure: FxHashSet<(usize, NodeRef)>,
    /// Closures that a body returned, with the body.
    pub returned: Vec<(NodeRef, Val)>,
    /// Definitions under a decorator or attribute that is not in sight: something registers them.
    pub decorated: FxHashSet<NodeRef>,
    /// Definitions replaced by what a decorator of the file made of them.
    pub wrapped: Vec<(NodeRef, Val)>,
    /// What the decorators of the file made of a method.
    pub made_of: FxHashMap<NodeRef, Val>,
    pub context_managers: FxHashSet<NodeRef>,
    /// Lanes in which a definition is made.
    pub declared: FxHashMap<NodeRef, (Lanes, Why)>,
    /// Values of Python default arguments, computed where the function is defined.
    pub defaults: FxHashMap<NodeRef, Val>,
    pub contexts: Vec<Context>,
    pub context: usize,
    pub summaries: FxHashMap<NodeRef, Summary>,
    /// Where each definition was made: scope and class.
    pub homes: FxHashMap<NodeRef, (u32, Option<u32>)>,
    /// Definitions that something in the file calls.
    pub called: FxHashSet<NodeRef>,
    /// Methods named by a symbol or passed as a value.
    pub inlining: Vec<NodeRef>,
    pub conditions: FxHashMap<NodeRef, Condition>,
    pub events: Vec<Event>,
    pub escaped: FxHashSet<(u32, u8)>,
    pub usings: Vec<SmolStr>,
    pub static_usings: Vec<SmolStr>,
    pub required: FxHashSet<SmolStr>,
    /// What decided the answers of the blocks that ran for the method being called.
    pub block_why: Why,
    /// See [`Machine::within`].
    pub within: RefCell<FxHashMap<ItemId, Rc<Within>>>,
    /// Calls whose task is awaited where it is made.
    pub awaited: FxHashSet<NodeRef>,
    /// C#: the definitions that assign a member of that name of some object or class.
    pub member_writers: FxHashMap<SmolStr, Vec<NodeRef>>,
    /// C#: names that something in the file assigns.
    pub assigned_names: FxHashSet<SmolStr>,
    /// The predicate of the branch of a pipeline that is being built.
    pub later: Option<(NodeRef, Outcome)>,
    /// Names that the file gives .NET's environment itself (`None`: one that is not known).
    pub renamed: Vec<Option<SmolStr>>,
    /// Ruby: the environments that predicates of `Rails.env` name, beside those that every framework knows.
    pub inquiries: FxHashSet<SmolStr>,
    /// Python: how `environ.Env` reads variables, type and default; `None` where that is not known.
    pub schemes: FxHashMap<SmolStr, Option<(SmolStr, Option<Val>)>>,
    /// Python: the files of modules, by the importing file and the name as written.
    pub modules: RefCell<FxHashMap<(usize, SmolStr), Option<usize>>>,
    /// Classes that a text names: they may be made from it.
    pub may_be_made: FxHashSet<u32>,
    /// Rails: controllers that routes in sight name.
    pub routed: FxHashSet<u32>,
    /// Ruby: the tasks of rake, by name, once they were asked for.
    pub tasks: Option<Rc<FxHashMap<SmolStr, Vec<Task>>>>,
    /// By file: the scope of its top level.
    pub file_scopes: Vec<u32>,
    /// By file: what loading it does.
    pub loads: Vec<super::files::Load>,
    pub next_id: u32,
    inlined: u32,
    pub steps: u64,
    /// Slots below this one outlive the body that runs: what it writes there may be there at any later time.
    pub foreign_below: u32,
    /// Scopes that outlive the body that runs.
    pub foreign_scopes_below: u32,
    /// Slots of the file that a body made.
    file_slots: FxHashSet<u32>,
    /// What bodies wrote to slots that outlive them: no later write is sure to have come last.
    pub lingering: FxHashMap<u32, Val>,
    /// What an earlier run of the file found out.
    seeds: &'p Seeds,
    /// Lists, maps and strings changed in place: what they were and what they became.
    pub changes: Vec<(V, Val)>,
    pub holders: Holders,
    /// Fields that were read, with what they held then.
    pub fields_read: FxHashSet<(u32, SmolStr)>,
    /// Fields whose many writers are being run.
    pub asking: FxHashSet<(u32, SmolStr)>,
    /// Fields whose many writers had all run at an epoch; whether one of them is a constructor.
    pub settled: FxHashMap<(u32, SmolStr), (Epoch, bool)>,
    /// The labels that a `catch` around the running code takes; `None` where it is not known.
    pub catching: Vec<Option<SmolStr>>,
    /// Slots of the file that hold a method under another name.
    pub alias_slots: FxHashSet<u32>,
    /// Ruby: methods defined where it cannot be seen on what: an object, a block that reopens a class, a module mixed in later.
    pub loose: FxHashMap<SmolStr, Vec<NodeRef>>,
    /// Ruby: modules mixed into classes and classes derived.
    pub kin: FxHashMap<u32, super::kin::Kin>,
    /// The undecided branches around the running code.
    branches: Vec<u32>,
    /// The node whose truth alone is asked for, until it is evaluated.
    pub testing: Option<NodeRef>,
    /// Ruby: attributes that `mattr_accessor` and `class_attribute` make, with the class.
    pub class_attributes: FxHashSet<(u32, SmolStr)>,
    /// Ruby: methods that `delegate` makes: class, name, to whom.
    pub delegates: FxHashMap<(u32, SmolStr), SmolStr>,
    /// Ruby: the fields of classes that `Struct.new` makes.
    pub structs: FxHashMap<u32, Vec<SmolStr>>,
    /// Fields that somebody outside the class assigns.
    pub set_outside: FxHashSet<(u32, SmolStr)>,
    /// A field took a new value after it was read: who read it must run again.
    pub stale: bool,
}

impl<'p> Machine<'p> {
    pub fn fresh(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    /// Work beside the evaluation of nodes, in values looked at.
    pub fn charge(&mut self, looked: u64) {
        self.steps += looked / 16;
    }

    /// Whether the budget of the file is used up.
    pub fn is_spent(&self) -> bool {
        self.steps > NODE_BUDGET
    }

    pub fn may_inline(&mut self) -> bool {
        self.inlined += 1;
        self.inlined <= INLINE_BUDGET && self.inlining.len() < MAX_INLINE && !self.is_spent()
    }

    pub fn ruby(&self) -> bool {
        self.language == Language::Ruby
    }

    pub fn python(&self) -> bool {
        self.language == Language::Python
    }

    pub fn csharp(&self) -> bool {
        self.language == Language::CSharp
    }

    pub fn kind(&self, at: NodeRef) -> Option<&'p Kind> {
        self.program.node(at).map(|node| &node.kind)
    }

    pub fn def(&self, at: NodeRef) -> Option<&'p Def> {
        match self.kind(at)? {
            Kind::Def(def) | Kind::Lambda(def) => Some(def),
            _ => None,
        }
    }

    pub fn emit(&mut self, at: NodeRef, kind: EventKind) {
        let event = Event { at, kind };
        if self.forced.is_empty() && !self.events.contains(&event) {
            self.events.push(event);
        }
    }
}
