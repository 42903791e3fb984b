//! Values: sets of (lanes, value). One lane may hold several values; then the program may hold either.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::why::Why;
use crate::program::NodeRef;

/// More alternatives than this are forgotten: the value becomes unknown.
const MAX_ALTERNATIVES: usize = 24;
/// More lists and maps of one lane among them than this are forgotten: each may hold as many again.
const MAX_COLLECTIONS: usize = 4;

/// Values looked at to tell whether one collection holds what another one does.
const MAX_COMPARED: u32 = 256;

/// Why a value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Parameters, records, input, collections: some input gets there, so nothing is doubted.
    Data,
    /// A switch that is not the environment.
    Flag,
    /// A predicate or setting that could be an environment test and is not in sight.
    Opaque,
    /// Too deep, too much.
    GaveUp,
}

impl Cause {
    pub fn doubts(self) -> bool {
        self != Cause::Data
    }
}

#[derive(Clone, Debug)]
pub enum V {
    Nil,
    /// Nil because an environment variable is missing: using it as an object raises.
    Missing,
    Bool(bool),
    Int(i64),
    Str(SmolStr),
    /// A string with `production?`-like predicates (Rails' inquirer).
    Inquirer(SmolStr),
    Symbol(SmolStr),
    Regex {
        pattern: SmolStr,
        ignore_case: bool,
    },
    /// The environment's name in the lane where nobody knows it; `inquirer` as above.
    AnyName {
        inquirer: bool,
        symbol: bool,
        /// Of a variable that no framework defines.
        own: bool,
    },
    List(Rc<Vec<Val>>),
    Map(Rc<Vec<(Val, Val)>>),
    Closure(Rc<Closure>),
    /// A class of the file.
    Class(u32),
    /// An object of a class of the file, its fields those of every object of the class.
    Instance(u32),
    /// An object whose own fields are known.
    Object(Rc<Object>),
    /// A name beyond the file, qualified.
    Name(SmolStr),
    /// What a call of that name gave, or an instance of that type.
    Made(SmolStr),
    /// .NET's environment object.
    Host,
    /// A comparer that ignores case (`StringComparison.OrdinalIgnoreCase`).
    IgnoreCase,
    /// A generator that has not run: the closure and its arguments.
    Generator(Rc<(Closure, Args)>),
    Unknown(Cause),
}

#[derive(Clone, Debug)]
pub struct Closure {
    /// The `Def` or `Lambda` node.
    pub def: NodeRef,
    /// The scope it was made in.
    pub scope: u32,
    pub this: Option<Box<Val>>,
    /// Where `return` goes from a block: the frame around it.
    pub frame: u32,
    /// Where `break` goes from a block: the call that it was given to.
    pub break_to: u32,
    /// Tells closures made at one place at different times apart.
    pub id: u32,
}

#[derive(Debug)]
pub struct Object {
    pub class: u32,
    pub fields: RefCell<Vec<(SmolStr, Val)>>,
    /// The branch it was made in: writes of another one may not have happened.
    pub born: u32,
    /// The body it was made in, by the slot that body starts at.
    pub body: u32,
    /// Code that is not in sight has it: no write is sure to be the last.
    pub exposed: std::cell::Cell<bool>,
}

/// Arguments of a call.
#[derive(Clone, Debug, Default)]
pub struct Args {
    pub positional: Vec<Val>,
    pub named: Vec<(SmolStr, Val)>,
    /// A spread argument: more may follow.
    pub open: bool,
    pub block: Option<Val>,
    /// The node of each positional argument, for what escapes through it.
    pub nodes: Vec<NodeRef>,
}

impl Args {
    pub fn all(&self) -> impl Iterator<Item = &Val> {
        self.positional.iter().chain(self.named.iter().map(|(_, value)| value))
    }

    pub fn get(&self, index: usize) -> Option<&Val> {
        self.positional.get(index)
    }

    pub fn named(&self, name: &str) -> Option<&Val> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// One alternative of a value.
#[derive(Clone, Debug)]
pub struct Alt {
    pub lanes: Lanes,
    pub v: V,
    /// This alternative holds only under a condition that is doubted.
    pub doubt: bool,
}

/// A value in every lane where it is computed.
#[derive(Clone, Debug, Default)]
pub struct Val {
    pub alts: SmallVec<[Alt; 1]>,
    /// The conditions that decided it.
    pub deps: Why,
    /// The place whose fake data it holds.
    pub taint: Option<NodeRef>,
}

impl Val {
    pub fn of(v: V, lanes: Lanes) -> Val {
        // in dead code, where no lane runs, the value is kept all the same: what is called there is still to be seen
        let mut alts = SmallVec::new();
        alts.push(Alt { lanes, v, doubt: false });
        Val { alts, deps: Why::default(), taint: None }
    }

    pub fn nil(lanes: Lanes) -> Val {
        Val::of(V::Nil, lanes)
    }

    pub fn bool(value: bool, lanes: Lanes) -> Val {
        Val::of(V::Bool(value), lanes)
    }

    pub fn data(lanes: Lanes) -> Val {
        Val::of(V::Unknown(Cause::Data), lanes)
    }

    pub fn unknown(cause: Cause, lanes: Lanes) -> Val {
        Val::of(V::Unknown(cause), lanes)
    }

    /// True in `yes`, false in `no`; lanes of both may be either.
    pub fn either(yes: Lanes, no: Lanes) -> Val {
        let mut value = Val::bool(true, yes);
        value.join(&Val::bool(false, no));
        value
    }

    pub fn tainted(mut self, by: Option<NodeRef>) -> Val {
        self.taint = self.taint.or(by);
        self
    }

    /// The part in `lanes`.
    pub fn only(&self, lanes: Lanes) -> Val {
        let mut out = Val { alts: SmallVec::new(), deps: self.deps.clone(), taint: self.taint };
        for alt in &self.alts {
            if alt.lanes.has(lanes) || (lanes.is_empty() && out.alts.is_empty()) {
                out.alts.push(Alt { lanes: alt.lanes & lanes, v: alt.v.clone(), doubt: alt.doubt });
            }
        }
        out
    }

    pub fn lanes(&self) -> Lanes {
        self.alts.iter().fold(Lanes::NONE, |all, alt| all | alt.lanes)
    }

    /// Whether another value holds every alternative of this one, in all its lanes. Collections are compared by what
    /// they hold, as far as that is little.
    pub fn is_within(&self, other: &Val) -> bool {
        self.compare(other, &mut MAX_COMPARED.clone())
    }

    fn compare(&self, other: &Val, left: &mut u32) -> bool {
        self.alts.iter().all(|alt| {
            let mut lanes = Lanes::NONE;
            for known in &other.alts {
                if known.lanes.has(alt.lanes.without(lanes)) && alike(&alt.v, &known.v, left) {
                    lanes |= known.lanes;
                }
            }
            lanes.covers(alt.lanes)
        })
    }

    /// Adds alternatives.
    pub fn join(&mut self, other: &Val) {
        for alt in &other.alts {
            self.add(alt.clone());
        }
        self.deps = std::mem::take(&mut self.deps).and(&other.deps);
        self.taint = self.taint.or(other.taint);
    }

    pub fn add(&mut self, alt: Alt) {
        if alt.lanes.is_empty() {
            if self.alts.is_empty() {
                self.alts.push(alt);
            }
            return;
        }
        self.alts.retain(|known| !known.lanes.is_empty());
        for known in &mut self.alts {
            if known.doubt == alt.doubt && same(&known.v, &alt.v) {
                known.lanes |= alt.lanes;
                return;
            }
        }
        let is_collection = |v: &V| matches!(v, V::List(_) | V::Map(_));
        let beside = self.alts.iter().filter(|known| is_collection(&known.v) && known.lanes.has(alt.lanes)).count();
        let crowded = is_collection(&alt.v) && beside >= MAX_COLLECTIONS;
        self.alts.push(alt);
        if crowded {
            self.forget(is_collection);
        } else if self.alts.len() > MAX_ALTERNATIVES {
            self.forget(|v| !is_callable(v));
        }
    }

    /// Takes some alternatives for anything. What may be called in them stays: it is part of the program, and runs.
    fn forget(&mut self, meant: impl Fn(&V) -> bool) {
        let mut lanes = Lanes::NONE;
        let mut callable: Vec<Val> = Vec::new();
        let mut seen = FxHashSet::default();
        self.alts.retain(|alt| {
            let kept = !meant(&alt.v);
            if !kept {
                lanes |= alt.lanes;
                callables(&alt.v, alt.lanes, &mut seen, &mut callable);
            }
            kept
        });
        let unknown = V::Unknown(Cause::Data);
        match self.alts.iter_mut().find(|alt| !alt.doubt && same(&alt.v, &unknown)) {
            Some(known) => known.lanes |= lanes,
            None => self.alts.push(Alt { lanes, v: unknown, doubt: false }),
        }
        if !callable.is_empty() {
            self.alts.push(Alt { lanes, v: V::List(Rc::new(callable)), doubt: false });
        }
    }

    /// This value, its `lanes` overwritten by `other`.
    pub fn overwrite(&mut self, lanes: Lanes, other: &Val) {
        self.alts.retain_mut(|alt| {
            alt.lanes = alt.lanes.without(lanes);
            !alt.lanes.is_empty()
        });
        for alt in &other.alts {
            self.add(Alt { lanes: alt.lanes & lanes, v: alt.v.clone(), doubt: alt.doubt });
        }
        if self.alts.is_empty() || self.lanes() == lanes {
            self.deps = other.deps.clone();
            self.taint = other.taint;
        } else {
            self.deps = std::mem::take(&mut self.deps).and(&other.deps);
            self.taint = self.taint.or(other.taint);
        }
    }

    /// The alternatives with equal values grouped.
    pub fn groups(&self, lanes: Lanes) -> Vec<Alt> {
        self.alts
            .iter()
            .filter(|alt| alt.lanes.has(lanes))
            .map(|alt| Alt { lanes: alt.lanes & lanes, v: alt.v.clone(), doubt: alt.doubt })
            .collect()
    }

    /// The value, if it is one and the same wherever it is computed.
    pub fn single(&self) -> Option<&V> {
        match self.alts.as_slice() {
            [alt] => Some(&alt.v),
            _ => None,
        }
    }

    /// The text of a constant string or symbol.
    pub fn text(&self) -> Option<&SmolStr> {
        match self.single()? {
            V::Str(text) | V::Symbol(text) | V::Inquirer(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_data(&self) -> bool {
        self.alts.iter().all(|alt| matches!(alt.v, V::Unknown(Cause::Data)))
    }
}

fn is_callable(v: &V) -> bool {
    matches!(v, V::Closure(_) | V::Class(_) | V::Instance(_) | V::Object(_) | V::Generator(_) | V::Name(_))
}

/// What code may call that has a value, each once.
fn callables(v: &V, lanes: Lanes, seen: &mut FxHashSet<*const ()>, found: &mut Vec<Val>) {
    let mut todo = vec![v.clone()];
    while let Some(v) = todo.pop() {
        let address: *const () = match &v {
            V::List(items) => Rc::as_ptr(items).cast(),
            V::Map(pairs) => Rc::as_ptr(pairs).cast(),
            _ if is_callable(&v) => {
                if !found.iter().any(|known| known.alts.iter().any(|alt| same(&alt.v, &v))) {
                    found.push(Val::of(v, lanes));
                }
                continue;
            }
            _ => continue,
        };
        if !seen.insert(address) {
            continue;
        }
        match &v {
            V::List(items) => todo.extend(items.iter().flat_map(|item| item.alts.iter().map(|alt| alt.v.clone()))),
            V::Map(pairs) => {
                todo.extend(pairs.iter().flat_map(|(_, item)| item.alts.iter().map(|alt| alt.v.clone())));
            }
            _ => {}
        }
    }
}

/// Whether one value is the same as another one or a collection that holds nothing else.
fn alike(new: &V, old: &V, left: &mut u32) -> bool {
    if same(new, old) {
        return true;
    }
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match (new, old) {
        (V::List(new), V::List(old)) => {
            new.len() == old.len() && new.iter().zip(old.iter()).all(|(new, old)| new.compare(old, left))
        }
        (V::Map(new), V::Map(old)) => {
            let mut pairs = new.iter().zip(old.iter());
            let mut is_within = |new: &(Val, Val), old: &(Val, Val)| {
                new.0.compare(&old.0, left) && old.0.compare(&new.0, left) && new.1.compare(&old.1, left)
            };
            new.len() == old.len() && pairs.all(|(new, old)| is_within(new, old))
        }
        _ => false,
    }
}

/// Whether two values are known to be the same thing.
pub fn same(a: &V, b: &V) -> bool {
    match (a, b) {
        (V::Nil, V::Nil) | (V::Missing, V::Missing) | (V::Host, V::Host) | (V::IgnoreCase, V::IgnoreCase) => true,
        (V::Bool(a), V::Bool(b)) => a == b,
        (V::Int(a), V::Int(b)) => a == b,
        (V::Str(a), V::Str(b)) | (V::Inquirer(a), V::Inquirer(b)) | (V::Symbol(a), V::Symbol(b)) => a == b,
        (V::Name(a), V::Name(b)) | (V::Made(a), V::Made(b)) => a == b,
        (V::Class(a), V::Class(b)) | (V::Instance(a), V::Instance(b)) => a == b,
        (V::Unknown(a), V::Unknown(b)) => a == b,
        (V::AnyName { inquirer: a, symbol: b, own: e }, V::AnyName { inquirer: c, symbol: d, own: f }) => {
            a == c && b == d && e == f
        }
        (V::Closure(a), V::Closure(b)) => a.id == b.id,
        (V::List(a), V::List(b)) => Rc::ptr_eq(a, b),
        (V::Map(a), V::Map(b)) => Rc::ptr_eq(a, b),
        (V::Object(a), V::Object(b)) => Rc::ptr_eq(a, b),
        (V::Generator(a), V::Generator(b)) => Rc::ptr_eq(a, b),
        (V::Regex { pattern: a, ignore_case: b }, V::Regex { pattern: c, ignore_case: d }) => a == c && b == d,
        _ => false,
    }
}
