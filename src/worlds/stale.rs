//! What was evaluated once may be out of date: something that it looked at was written later.
//!
//! Whatever a body looks up outside itself is noted, misses too. Something new in a place that was noted begins an epoch;
//! a summary of an older epoch is made anew when it is asked for, a closure handed out in an older one runs again before
//! the body that handed it out ends. A place that keeps changing holds anything from then on, so this comes to rest.
//! Names of the file and fields of classes that bodies write are besides known from the start of a next run: see
//! [`Seeds`](super::machine::Seeds).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// A place that took something new this often after somebody looked at it holds anything from then on.
const MAX_REWRITES: u8 = 6;
/// Bodies and closures run again this often at the end of a file; then all that was looked at holds anything.
const MAX_ROUNDS: usize = 6;

/// What is known of a slot besides its value.
#[derive(Debug, Default)]
struct Looks {
    /// 0: nobody outside its body has looked at it. Otherwise one more than the epochs that it began.
    count: Cell<u8>,
    /// A name of the file or of a class body: summaries look at no other.
    shared: bool,
}

/// A closure that code beyond the file may call at any time.
struct Handed {
    closure: Rc<Closure>,
    lanes: Lanes,
    context: usize,
    state: State,
    seen: Epoch,
    /// The body that handed it out was summed up anew since.
    taken_back: bool,
    /// The closure that was running when it was handed out.
    by: Option<usize>,
}

/// A point in the order of writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    /// Of the places that every body sees.
    shared: u32,
    /// Of the locals that closures see.
    local: u32,
}

/// The books on what was looked at and what has changed since.
#[derive(Default)]
pub struct Staleness {
    slots: Vec<Looks>,
    /// Names that were looked for and not found, by the scope.
    missed: RefCell<FxHashMap<u32, FxHashSet<SmolStr>>>,
    /// Fields of single objects that bodies looked at, counted like slots.
    fields: FxHashMap<(u32, SmolStr), u8>,
    epoch: Epoch,
    handed: Vec<Handed>,
    /// The closure of these that runs.
    running: Option<usize>,
    /// Somebody further out runs until there is nothing new.
    repeats: bool,
}

impl<'p> Machine<'p> {
    /// Notes the look-up of a name in a scope.
    pub fn note_look(&self, scope: u32, name: &str, found: Option<u32>) {
        if self.foreign_below == 0 {
            return;
        }
        match found {
            Some(slot) if self.is_foreign(slot) => {
                if let Some(looks) = self.staleness.slots.get(slot as usize) {
                    looks.count.set(looks.count.get().max(1));
                }
            }
            None if scope < self.foreign_scopes_below => {
                let mut missed = self.staleness.missed.borrow_mut();
                let missed = missed.entry(scope).or_default();
                if !missed.contains(name) {
                    missed.insert(SmolStr::new(name));
                }
            }
            _ => {}
        }
    }

    pub fn note_field(&mut self, class: u32, name: &SmolStr) {
        if self.foreign_below > 0 {
            self.staleness.fields.entry((class, name.clone())).or_insert(1);
        }
    }

    /// A name gets a slot: who looked for it in vain did not see it.
    pub fn note_slot(&mut self, slot: u32, scope: u32, name: &SmolStr) {
        let shared = matches!(self.scopes[scope as usize].kind, ScopeKind::File | ScopeKind::Class(_));
        let missed = self.staleness.missed.borrow_mut().get_mut(&scope).is_some_and(|missed| missed.remove(name));
        self.staleness.slots.resize_with(slot as usize, Looks::default);
        self.staleness.slots.push(Looks { count: Cell::new(u8::from(missed)), shared });
        if missed {
            self.begin_epoch(shared);
        }
    }

    fn begin_epoch(&mut self, shared: bool) {
        match shared {
            true => self.staleness.epoch.shared += 1,
            false => self.staleness.epoch.local += 1,
        }
    }

    pub fn is_looked_at(&self, slot: u32) -> bool {
        self.staleness.slots.get(slot as usize).is_some_and(|looks| looks.count.get() > 0)
    }

    /// Called after a write: `old` is what the slot held before.
    pub fn note_write(&mut self, slot: u32, old: &Val) {
        let Some(looks) = self.staleness.slots.get(slot as usize) else {
            return;
        };
        let (count, shared) = (looks.count.get(), looks.shared);
        if count > MAX_REWRITES {
            self.slots[slot as usize].join(&Val::data(Lanes::ALL));
            return;
        }
        if count == 0 || self.slots[slot as usize].is_within(old) {
            return;
        }
        looks.count.set(count + 1);
        self.begin_epoch(shared);
        if count == MAX_REWRITES {
            self.unsettle(slot);
        }
    }

    /// The slot holds anything from here on, whatever is written.
    fn unsettle(&mut self, slot: u32) {
        let anything = Val::data(Lanes::ALL);
        self.slots[slot as usize].join(&anything);
        self.lingering.entry(slot).or_default().join(&anything);
    }

    /// Called after a field of one object took a value.
    pub fn note_field_write(&mut self, object: &Object, name: &SmolStr) {
        let Some(count) = self.staleness.fields.get_mut(&(object.class, name.clone())) else {
            return;
        };
        if *count <= MAX_REWRITES {
            *count += 1;
            self.begin_epoch(true);
            return;
        }
        if let Some((_, held)) = object.fields.borrow_mut().iter_mut().find(|(known, _)| known == name) {
            held.join(&Val::data(Lanes::ALL));
        }
        if !object.exposed.replace(true) {
            self.begin_epoch(true);
        }
    }

    pub fn epoch(&self) -> Epoch {
        self.staleness.epoch
    }

    /// Whether a body that was summed up has to be summed up again.
    pub fn is_outdated(&self, def: NodeRef, seen: Epoch) -> bool {
        let now = self.staleness.epoch;
        match self.homes.contains_key(&def) {
            true => seen.shared != now.shared,
            false => seen != now,
        }
    }

    // ---- closures that were handed out ----

    /// Runs a closure for the first time that code beyond the file may call at any time after.
    pub fn hand_out(&mut self, closure: &Rc<Closure>, lanes: Lanes) {
        if self.homes.contains_key(&closure.def) && self.foreign_below > 0 {
            // its summary is asked for again with the body that hands it out
            self.run_in_between(closure, lanes);
            return;
        }
        let index = self.staleness.handed.len();
        self.staleness.handed.push(Handed {
            closure: closure.clone(),
            lanes,
            context: self.context,
            state: self.st.clone(),
            seen: self.staleness.epoch,
            taken_back: false,
            by: self.staleness.running,
        });
        let outer = self.staleness.running.replace(index);
        self.run_in_between(closure, lanes);
        self.staleness.running = outer;
    }

    /// A body of its own begins or, given what this gave, ends.
    pub fn hand_over(&mut self, running: Option<usize>) -> Option<usize> {
        std::mem::replace(&mut self.staleness.running, running)
    }

    /// A body is summed up anew: it hands out its closures again.
    pub fn take_back(&mut self, context: usize) {
        for handed in self.staleness.handed.iter_mut().filter(|handed| handed.context == context) {
            handed.taken_back = true;
        }
    }

    /// A closure runs again: it hands out its own again.
    fn take_back_of(&mut self, index: usize) {
        let all = &mut self.staleness.handed;
        let mut gone: FxHashSet<usize> = FxHashSet::from_iter([index]);
        for (next, handed) in all.iter_mut().enumerate().skip(index + 1) {
            if handed.by.is_some_and(|by| gone.contains(&by)) {
                handed.taken_back = true;
                gone.insert(next);
            }
        }
    }

    /// Runs again what a body handed out, or any, and has not seen the latest writes, until there is nothing new.
    pub fn run_outdated(&mut self, of: Option<usize>) {
        // within such a run once is enough: what is new then is seen by the one further out, which runs all of it again
        let outer = std::mem::replace(&mut self.staleness.repeats, true);
        for _ in 0..if outer { 1 } else { MAX_ROUNDS } {
            if self.is_spent() {
                break;
            }
            let epoch = self.staleness.epoch;
            let mut index = 0;
            while let Some(handed) = self.staleness.handed.get_mut(index) {
                index += 1;
                let meant = of.is_none_or(|context| context == handed.context) && !handed.taken_back;
                if !meant || handed.seen == self.staleness.epoch {
                    continue;
                }
                handed.seen = self.staleness.epoch;
                let (closure, lanes, context) = (handed.closure.clone(), handed.lanes, handed.context);
                let state = handed.state.clone();
                let outer = std::mem::replace(&mut self.st, state);
                let context = std::mem::replace(&mut self.context, context);
                let exits = self.exits.len();
                self.take_back_of(index - 1);
                let running = self.staleness.running.replace(index - 1);
                self.run_in_between(&closure, lanes);
                self.staleness.running = running;
                self.exits.truncate(exits);
                self.context = context;
                self.st = outer;
            }
            if epoch == self.staleness.epoch {
                break;
            }
        }
        self.staleness.repeats = outer;
    }

    /// After the top level: every body is summed up, those entered from outside with all that the others write.
    pub fn come_to_rest(&mut self, homes: &[NodeRef]) {
        let now = self.staleness.epoch;
        for handed in &mut self.staleness.handed {
            handed.seen.local = now.local;
        }
        for round in 0..=MAX_ROUNDS {
            if round > 0 && self.is_spent() {
                return;
            }
            let epoch = self.staleness.epoch;
            for def in homes {
                if !self.called.contains(def) || !self.summaries.contains_key(def) {
                    self.summary(*def);
                }
            }
            self.run_handed_out();
            self.context = 0;
            self.run_outdated(None);
            self.exits.clear();
            if epoch == self.staleness.epoch {
                return;
            }
            if round + 1 == MAX_ROUNDS {
                for slot in 0..self.slots.len() as u32 {
                    let fixed =
                        self.slots[slot as usize].alts.iter().all(|alt| matches!(alt.v, V::Class(_) | V::Closure(_)));
                    if self.is_looked_at(slot) && !fixed {
                        self.unsettle(slot);
                    }
                }
            }
        }
    }
}
