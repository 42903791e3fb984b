//! The machine: scopes, slots, exits, branches. Everything the walk over the program keeps.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::classes::ClassInfo;
use super::held::Holders;
use super::lanes::Lanes;
use super::stale::{Epoch, Looked, Staleness};
use super::value::*;
pub use super::why::{Cuts, Prior, Why};
use super::within::Within;
use crate::catalog::Catalog;
use crate::program::*;
use crate::project::FileFacts;

/// Inlined calls nest at most this deep.
pub const MAX_INLINE: usize = 8;
/// Bodies inlined in one file before calls fall back to summaries.
const INLINE_BUDGET: u32 = 800;
/// Nodes evaluated in one file before calls fall back to summaries and loops are no longer unrolled: from there on each
/// body is walked once.
pub const NODE_BUDGET: u64 = 2_000_000;
/// Lists, maps (entries) and texts (bytes) that the file builds are followed up to this size.
pub const MAX_FOLLOWED: usize = 64;

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
    /// A value as it is written here: what leads here decides it, too.
    pub fn under_way(&self, value: &Val, lanes: Lanes) -> Val {
        let mut value = value.only(lanes);
        value.deps = value.deps.and(&self.path);
        value
    }
}

/// A place of interest as it was reached in one body.
#[derive(Clone, Debug)]
pub struct Record {
    pub at: NodeRef,
    pub symbol: SmolStr,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
    pub effect: crate::catalog::Effect,
    pub family: crate::catalog::Family,
}

/// A class handed by type to code beyond the file.
#[derive(Clone, Debug)]
pub struct Registered {
    pub class: u32,
    pub at: NodeRef,
    pub context: usize,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
}

/// A call from one body to another.
#[derive(Clone, Debug)]
pub struct Edge {
    pub at: NodeRef,
    pub callee: NodeRef,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
}

/// A value that reaches a sink.
#[derive(Clone, Debug)]
pub struct Write {
    /// The place that made the data.
    pub source: NodeRef,
    pub sink: NodeRef,
    pub lanes: Lanes,
}

/// What one body does when it is entered in every lane.
#[derive(Debug, Default)]
pub struct Context {
    /// `None`: the file's top level.
    pub def: Option<NodeRef>,
    pub records: Vec<Record>,
    pub edges: Vec<Edge>,
    pub writes: Vec<Write>,
}

/// A body's effect on its callers.
#[derive(Clone, Debug)]
pub struct Effect {
    pub value: Val,
    pub falls: Lanes,
    pub exits: Vec<Exit>,
    pub cuts: Cuts,
    pub doubt: Lanes,
}

pub enum Summary {
    Running,
    /// With what had been written by then.
    Done(Rc<Effect>, Looked),
}

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
    pub class_names: FxHashMap<SmolStr, u32>,
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
    /// Closures within closures whose writes are being forgotten.
    pub forgetting: u32,
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

/// What a body around the one that runs calls foreign.
pub struct Outer {
    foreign_below: u32,
    foreign_scopes_below: u32,
    start: Start,
}

/// How much there was when a body began.
pub struct Start {
    slots: u32,
    scopes: u32,
    made: usize,
}

/// What bodies may have written before anything is read: values of names of the file and of fields of classes.
#[derive(Debug, Default)]
pub struct Seeds {
    pub names: FxHashMap<SmolStr, Val>,
    pub fields: FxHashMap<(NodeRef, SmolStr), Val>,
}

impl Seeds {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.fields.is_empty()
    }

    pub fn covers(&self, other: &Seeds) -> bool {
        let within = |known: Option<&Val>, value: &Val| {
            value.alts.is_empty() || known.is_some_and(|known| value.is_within(known))
        };
        other.names.iter().all(|(name, value)| within(self.names.get(name), value))
            && other.fields.iter().all(|(name, value)| within(self.fields.get(name), value))
    }

    /// The same places, holding anything.
    pub fn forgotten(self) -> Seeds {
        let data = |_: Val| Val::data(Lanes::ALL);
        Seeds {
            names: self.names.into_iter().map(|(name, value)| (name, data(value))).collect(),
            fields: self.fields.into_iter().map(|(name, value)| (name, data(value))).collect(),
        }
    }
}

/// The part of a value that means the same in another run.
fn portable(value: &Val) -> Val {
    let mut out = Val::default();
    for alt in &value.alts {
        let v = match &alt.v {
            V::Nil
            | V::Missing
            | V::Bool(_)
            | V::Int(_)
            | V::Str(_)
            | V::Inquirer(_)
            | V::Symbol(_)
            | V::Regex { .. } => alt.v.clone(),
            V::AnyName { .. } | V::Name(_) | V::Made(_) | V::Host | V::IgnoreCase | V::Unknown(_) => alt.v.clone(),
            _ => V::Unknown(Cause::Data),
        };
        out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
    }
    out
}

impl<'p> Machine<'p> {
    pub fn new(
        program: &'p Program,
        facts: &'p FileFacts,
        forced: &'p FxHashMap<NodeRef, Force>,
        seeds: &'p Seeds,
    ) -> Self {
        let st = State {
            scope: 0,
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
        };
        let mut machine = Machine {
            program,
            facts,
            catalog: &facts.catalog,
            language: program.language,
            forced,
            st,
            scopes: vec![Scope { parent: None, kind: ScopeKind::File, names: FxHashMap::default() }],
            slots: Vec::new(),
            log: Vec::new(),
            logging: 0,
            exits: Vec::new(),
            classes: Vec::new(),
            class_of_item: FxHashMap::default(),
            class_names: FxHashMap::default(),
            class_bodies: FxHashSet::default(),
            registered: Vec::new(),
            in_constructor: false,
            spellings: None,
            several: false,
            summary_depth: 0,
            depth: 0,
            staleness: Staleness::default(),
            rebinding: FxHashMap::default(),
            around: Vec::new(),
            invoked: FxHashSet::default(),
            made: Vec::new(),
            structure: FxHashSet::default(),
            returned: Vec::new(),
            decorated: FxHashSet::default(),
            wrapped: Vec::new(),
            made_of: FxHashMap::default(),
            context_managers: FxHashSet::default(),
            declared: FxHashMap::default(),
            defaults: FxHashMap::default(),
            contexts: vec![Context::default()],
            context: 0,
            summaries: FxHashMap::default(),
            homes: FxHashMap::default(),
            called: FxHashSet::default(),
            inlining: Vec::new(),
            conditions: FxHashMap::default(),
            events: Vec::new(),
            escaped: FxHashSet::default(),
            usings: Vec::new(),
            static_usings: Vec::new(),
            required: FxHashSet::default(),
            block_why: Why::default(),
            within: RefCell::default(),
            awaited: FxHashSet::default(),
            member_writers: FxHashMap::default(),
            assigned_names: FxHashSet::default(),
            later: None,
            renamed: Vec::new(),
            next_id: 1,
            inlined: 0,
            steps: 0,
            foreign_below: 0,
            foreign_scopes_below: 0,
            file_slots: FxHashSet::default(),
            lingering: FxHashMap::default(),
            seeds,
            changes: Vec::new(),
            holders: Holders::default(),
            fields_read: FxHashSet::default(),
            asking: FxHashSet::default(),
            settled: FxHashMap::default(),
            stale: false,
            catching: Vec::new(),
            alias_slots: FxHashSet::default(),
            loose: FxHashMap::default(),
            kin: FxHashMap::default(),
            forgetting: 0,
            branches: Vec::new(),
            testing: None,
            class_attributes: FxHashSet::default(),
            delegates: FxHashMap::default(),
            structs: FxHashMap::default(),
            set_outside: FxHashSet::default(),
        };
        for (name, value) in &seeds.names {
            let slot = machine.declare(0, name);
            machine.lingering.insert(slot, value.clone());
            machine.slots[slot as usize] = value.clone();
            // fields of the file are nil until somebody writes them
            if name.starts_with(['$', '@']) {
                machine.slots[slot as usize].join(&Val::nil(Lanes::ALL));
            }
        }
        machine
    }

    /// The fields of a class that an earlier run saw written.
    pub fn seeded_fields(&self, class: NodeRef) -> Vec<(SmolStr, Val)> {
        self.seeds
            .fields
            .iter()
            .filter(|((known, _), _)| *known == class)
            .map(|((_, name), value)| (name.clone(), value.clone()))
            .collect()
    }

    /// What a next run has to know from the start.
    pub fn learned(&self) -> Seeds {
        let mut seeds = Seeds::default();
        for (name, slot) in &self.scopes[0].names {
            if let Some(value) = self.lingering.get(slot) {
                seeds.names.insert(name.clone(), portable(value));
            }
        }
        if self.stale {
            for class in &self.classes {
                for (name, field) in &class.fields {
                    seeds.fields.insert((class.node, name.clone()), portable(&field.value));
                }
            }
        }
        seeds
    }

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

    // ---- scopes and slots ----

    pub fn push_scope(&mut self, kind: ScopeKind, parent: u32) -> u32 {
        self.scopes.push(Scope { parent: Some(parent), kind, names: FxHashMap::default() });
        self.scopes.len() as u32 - 1
    }

    pub fn slot_in(&self, scope: u32, name: &str) -> Option<u32> {
        let found = self.scopes[scope as usize].names.get(name).copied();
        self.note_look(scope, name, found);
        found
    }

    /// The innermost scope in which an assignment declares a name.
    pub fn declaring(&self) -> u32 {
        let mut scope = self.st.scope;
        while self.scopes[scope as usize].kind == ScopeKind::Block {
            match self.scopes[scope as usize].parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        scope
    }

    pub fn declare(&mut self, scope: u32, name: &SmolStr) -> u32 {
        if let Some(slot) = self.scopes[scope as usize].names.get(name) {
            return *slot;
        }
        self.slots.push(Val::default());
        let slot = self.slots.len() as u32 - 1;
        self.note_slot(slot, scope, name);
        self.scopes[scope as usize].names.insert(name.clone(), slot);
        if scope == 0 {
            self.file_slots.insert(slot);
        }
        slot
    }

    /// A body starts: what was there before outlives it. Gives what to set back when it ends.
    pub fn enter_body(&mut self) -> Outer {
        // a slot for nothing: no two bodies start at the same one, and none at the top level's
        self.slots.push(Val::default());
        let outer = Outer {
            foreign_below: self.foreign_below,
            foreign_scopes_below: self.foreign_scopes_below,
            start: self.start(),
        };
        self.foreign_below = self.slots.len() as u32;
        self.foreign_scopes_below = self.scopes.len() as u32;
        outer
    }

    pub fn leave_body(&mut self, outer: Outer) {
        self.foreign_below = outer.foreign_below;
        self.foreign_scopes_below = outer.foreign_scopes_below;
        self.drop_locals(&outer.start);
    }

    /// A point in the evaluation that [`Machine::drop_locals`] may come back to.
    pub fn start(&self) -> Start {
        Start { slots: self.slots.len() as u32, scopes: self.scopes.len() as u32, made: self.made.len() }
    }

    /// The locals of a body that has ended hold nothing any more, unless a closure or a class of it still sees them.
    pub fn drop_locals(&mut self, start: &Start) {
        let seen =
            self.made[start.made.min(self.made.len())..].iter().any(|(closure, _)| closure.scope >= start.scopes)
                || self.classes.last().is_some_and(|class| class.scope >= start.scopes);
        if seen {
            return;
        }
        for scope in &mut self.scopes[start.scopes as usize..] {
            for slot in std::mem::take(&mut scope.names).into_values() {
                // `global x` has the name of another scope's slot
                if slot >= start.slots && !self.file_slots.contains(&slot) {
                    self.slots[slot as usize] = Val::default();
                    self.holders.forget(slot);
                }
            }
        }
        self.holders.tidy();
    }

    /// Whether a slot outlives the body that runs.
    pub fn is_foreign(&self, slot: u32) -> bool {
        slot < self.foreign_below || (self.foreign_below > 0 && self.file_slots.contains(&slot))
    }

    pub fn set_slot(&mut self, slot: u32, lanes: Lanes, value: &Val) {
        if lanes.is_empty() {
            // what keeps a write away decides what is read afterwards
            let deps = &mut self.slots[slot as usize].deps;
            *deps = std::mem::take(deps).and(&self.st.path);
            return;
        }
        if self.is_foreign(slot) {
            let value = self.st.under_way(value, lanes);
            self.weaken_slot(slot, &value);
            return;
        }
        let old = self.before_write(slot);
        let target = &mut self.slots[slot as usize];
        target.overwrite(lanes, value);
        target.deps = std::mem::take(&mut target.deps).and(&self.st.path);
        if let Some(other) = self.lingering.get(&slot) {
            let other = other.only(lanes);
            self.slots[slot as usize].join(&other);
        }
        self.holders.note(slot, &self.slots[slot as usize]);
        self.after_write(slot, old);
    }

    /// What a slot holds, where somebody asks for it after a write: a branch to undo, a look to outdate.
    fn before_write(&self, slot: u32) -> Option<Val> {
        (self.logging > 0 || self.is_looked_at(slot)).then(|| self.slots[slot as usize].clone())
    }

    fn after_write(&mut self, slot: u32, old: Option<Val>) {
        let Some(old) = old else { return };
        self.note_write(slot, &old);
        if self.logging > 0 {
            self.log.push((slot, old));
        }
    }

    /// The undecided branch that runs, 0 outside of any.
    pub fn branch(&self) -> u32 {
        self.branches.last().copied().unwrap_or_default()
    }

    /// The slot may also hold `value`.
    pub fn weaken_slot(&mut self, slot: u32, value: &Val) {
        let old = self.before_write(slot);
        self.slots[slot as usize].join(value);
        if self.is_foreign(slot) {
            self.lingering.entry(slot).or_default().join(value);
        }
        self.holders.note(slot, &self.slots[slot as usize]);
        self.after_write(slot, old);
    }

    // ---- branches ----

    /// Runs branches side by side: what several lanes may take is joined after. Gives the value and the lanes that fall through.
    pub fn fork(&mut self, branches: &[Branch], mut run: impl FnMut(&mut Self, usize) -> (Val, Lanes)) -> (Val, Lanes) {
        // what a branch declares is its own
        let born = self.slots.len() as u32;
        let before = self.st.clone();
        let active = branches.iter().fold(Lanes::NONE, |all, branch| all | branch.lanes);
        let mut once = Lanes::NONE;
        let mut shared = Lanes::NONE;
        for branch in branches {
            shared |= once & branch.lanes;
            once |= branch.lanes;
        }
        struct Done {
            value: Val,
            falls: Lanes,
            doubt: Lanes,
            cuts: Cuts,
            path: Why,
            writes: FxHashMap<u32, Val>,
        }
        // what decides between the branches, if anything does
        let reason = Why::all(branches.iter().flat_map(|branch| {
            let decided = !branch.decided.is_empty();
            let cond = branch.cond.filter(|_| decided).map(Why::by);
            cond.into_iter().chain([branch.why.clone()])
        }));
        let mut done: Vec<Done> = Vec::with_capacity(branches.len());
        for (index, branch) in branches.iter().enumerate() {
            self.st = before.clone();
            self.st.doubt = before.doubt | branch.doubt;
            let way = Why::all([branch.cond.map_or_else(Why::default, Why::by), branch.why.clone()]);
            for lane in active.without(branch.lanes).indices() {
                if branch.prior.taken.has(Lanes::nth(lane)) {
                    self.st.cuts[lane] = branch.prior.cuts[lane].clone();
                } else if way.is_some() {
                    self.st.cuts[lane] = way.clone();
                }
            }
            self.st.path = way.and(&branch.prior.path).and(&before.path);
            let mark = self.log.len();
            if !shared.is_empty() {
                self.logging += 1;
                let branch = self.fresh();
                self.branches.push(branch);
            }
            let (value, falls) = run(self, index);
            let mut writes: FxHashMap<u32, Val> = FxHashMap::default();
            if !shared.is_empty() {
                self.branches.pop();
                self.logging -= 1;
                let mine = branch.lanes & shared;
                let mut seen: FxHashSet<u32> = FxHashSet::default();
                let entries: Vec<(u32, Val)> = self.log[mark..].to_vec();
                for (slot, old) in entries {
                    if !seen.insert(slot) {
                        continue;
                    }
                    let now = self.slots[slot as usize].only(mine);
                    let mut restored = self.slots[slot as usize].clone();
                    restored.overwrite(mine, &old.only(mine));
                    restored.deps = old.deps.clone().and(&now.deps);
                    restored.taint = old.taint;
                    let written = std::mem::replace(&mut self.slots[slot as usize], restored);
                    if slot < born {
                        self.note_write(slot, &written);
                    }
                    writes.insert(slot, now);
                }
                if self.logging == 0 {
                    self.log.truncate(mark);
                }
            }
            done.push(Done {
                value,
                falls,
                doubt: self.st.doubt,
                cuts: self.st.cuts.clone(),
                path: self.st.path.clone(),
                writes,
            });
        }
        // writes of shared lanes become alternatives of what was there before
        let resume = before.may_resume;
        let mut written: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (index, result) in done.iter().enumerate() {
            for slot in result.writes.keys() {
                written.entry(*slot).or_default().push(index);
            }
        }
        for (slot, writers) in written {
            let old = self.slots[slot as usize].clone();
            let mut kept = Lanes::NONE;
            for (index, branch) in branches.iter().enumerate() {
                if !writers.contains(&index) {
                    kept |= branch.lanes & shared & done[index].falls;
                }
            }
            let mut joined = Val::default();
            for index in writers {
                let seen = if resume { branches[index].lanes } else { done[index].falls };
                if let Some(value) = done[index].writes.get(&slot) {
                    let mut part = value.only(seen & shared);
                    let doubted = branches[index].doubt;
                    for alt in &mut part.alts {
                        alt.doubt |= !alt.lanes.is_empty() && doubted.covers(alt.lanes);
                    }
                    joined.join(&part);
                }
            }
            let touched = joined.lanes();
            joined.join(&old.only(touched & kept));
            joined.deps = std::mem::take(&mut joined.deps).and(&reason);
            let taint = old.taint.or(joined.taint);
            let target = &mut self.slots[slot as usize];
            target.overwrite(touched, &joined);
            target.taint = taint;
            if slot < born {
                self.note_write(slot, &old);
            }
            if self.logging > 0 {
                self.log.push((slot, old));
            }
        }
        // what falls through, and how sure
        let mut falls = Lanes::NONE;
        let mut value = Val::default();
        for result in &done {
            falls |= result.falls;
            value.join(&result.value.only(result.falls));
        }
        if branches.len() > 1 {
            value.deps = reason.clone().and(&value.deps);
        }
        for (index, branch) in branches.iter().enumerate() {
            if branch.doubt.is_empty() {
                continue;
            }
            // an alternative that only a doubted branch gives is doubted itself
            for alt in &mut value.alts {
                let others = done.iter().enumerate().any(|(other, result)| {
                    other != index
                        && result.falls.has(alt.lanes)
                        && branches[other].lanes.has(alt.lanes)
                        && result.value.alts.iter().any(|known| same(&known.v, &alt.v))
                });
                if !others
                    && done[index].value.alts.iter().any(|known| same(&known.v, &alt.v))
                    && branch.doubt.covers(alt.lanes)
                {
                    alt.doubt = true;
                }
            }
        }
        self.st = before;
        let base = self.st.doubt;
        let mut doubt = Lanes::NONE;
        for lane in falls.indices() {
            let bit = Lanes::nth(lane);
            let mut all_fall = true;
            let mut all_doubted = true;
            let mut entered = 0;
            for (index, branch) in branches.iter().enumerate() {
                if branch.lanes.has(bit) {
                    entered += 1;
                    if done[index].falls.has(bit) {
                        all_doubted &= done[index].doubt.has(bit);
                    } else {
                        all_fall = false;
                    }
                }
            }
            let doubted = if entered > 1 && all_fall { base.has(bit) } else { all_doubted };
            if doubted {
                doubt |= bit;
            }
        }
        self.st.doubt = doubt | base.without(active);
        let lost = active.without(falls);
        for lane in lost.indices() {
            let bit = Lanes::nth(lane);
            let mut inner = Vec::new();
            let mut cond = None;
            for (index, branch) in branches.iter().enumerate() {
                if branch.lanes.has(bit) {
                    inner.push(done[index].cuts[lane].clone());
                    if branch.decided.has(bit) {
                        cond = cond.or(branch.cond);
                    }
                }
            }
            let cond = cond.map(Why::by);
            self.st.cuts[lane] = Why::all(cond.into_iter().chain(inner));
        }
        if !lost.is_empty() {
            // those that stay have passed the condition of the branch they stayed in
            let survivor = done.iter().enumerate().filter(|(_, result)| !result.falls.is_empty()).collect::<Vec<_>>();
            if let [(_, result)] = survivor.as_slice() {
                self.st.path = result.path.clone();
            } else {
                let reasons = survivor.iter().map(|(_, result)| result.path.clone());
                self.st.path = Why::all([reason].into_iter().chain(reasons));
            }
        }
        (value, falls)
    }

    /// Runs something that may also not run.
    pub fn maybe(&mut self, lanes: Lanes, run: impl FnOnce(&mut Self) -> (Val, Lanes)) -> (Val, Lanes) {
        let branch = Branch::open(lanes, Lanes::NONE);
        let mut run = Some(run);
        self.fork(&[branch.clone(), branch], |machine, index| match (index, run.take()) {
            (0, Some(run)) => run(machine),
            _ => (Val::nil(lanes), lanes),
        })
    }

    /// Another body is evaluated in between: its writes are not this branch's to undo.
    pub fn pause_logging(&mut self) -> u32 {
        std::mem::take(&mut self.logging)
    }

    pub fn resume_logging(&mut self, logging: u32) {
        self.logging = logging;
    }

    // ---- exits ----

    pub fn leave(&mut self, target: Target, lanes: Lanes, value: Val, class: Option<SmolStr>, at: NodeRef) {
        if lanes.is_empty() {
            return;
        }
        let doubt = self.st.doubt & lanes;
        let reason = self.st.path.clone().with(at);
        let mut value = value.only(lanes);
        value.deps = value.deps.and(&self.st.path);
        self.exits.push(Exit { target, lanes, doubt, value, class, why: self.st.path.clone() });
        for lane in lanes.indices() {
            self.st.cuts[lane] = reason.clone();
        }
    }

    /// Takes the exits since `mark` that wait for a label.
    pub fn arrive(&mut self, mark: usize, wanted: impl Fn(&Exit) -> bool) -> Vec<Exit> {
        let mut taken = Vec::new();
        let mut index = mark;
        while index < self.exits.len() {
            if wanted(&self.exits[index]) {
                taken.push(self.exits.remove(index));
            } else {
                index += 1;
            }
        }
        taken
    }

    /// Lanes that arrive at a label join those that fell through.
    pub fn land(&mut self, exits: &[Exit], falls: Lanes, value: &mut Val) -> Lanes {
        let mut all = falls;
        for exit in exits {
            for lane in exit.lanes.indices() {
                let bit = Lanes::nth(lane);
                let sure = (all.has(bit) && !self.st.doubt.has(bit)) || !exit.doubt.has(bit);
                self.st.doubt = if sure { self.st.doubt.without(bit) } else { self.st.doubt | bit };
            }
            all |= exit.lanes;
            value.join(&exit.value);
        }
        all
    }

    pub fn emit(&mut self, at: NodeRef, kind: EventKind) {
        let event = Event { at, kind };
        if self.forced.is_empty() && !self.events.contains(&event) {
            self.events.push(event);
        }
    }
}
