//! What was evaluated once may be out of date: something that it looked at was written later.
//!
//! Whatever a body looks up outside itself is noted, misses too. Something new in a place that was noted begins an epoch.
//! A summary whose body looked at a place that has changed since is made anew when it is asked for; a closure that was
//! handed out and did so runs again before the body that handed it out ends. A place that keeps changing holds anything
//! from then on, so this comes to rest.
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
/// A body that looked at more places than this is out of date with any change.
const MAX_PLACES: usize = 128;
/// Bodies and closures run again this often at the end of a file; then all that was looked at holds anything.
const MAX_ROUNDS: usize = 6;

/// Something outside a body that it looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Place {
    Slot(u32),
    /// A name that a scope does not have.
    Missing(u32, SmolStr),
    /// A field of single objects of a class.
    Field(u32, SmolStr),
}

/// The places that anybody looked at, each once.
#[derive(Default)]
struct Places {
    all: Vec<Place>,
    ids: FxHashMap<Place, PlaceId>,
}

impl Places {
    fn id(&mut self, place: Place) -> PlaceId {
        if let Some(known) = self.ids.get(&place) {
            return *known;
        }
        let id = self.all.len() as PlaceId;
        self.all.push(place.clone());
        self.ids.insert(place, id);
        id
    }
}

/// Index into [`Places::all`].
type PlaceId = u32;

/// What a body that runs has looked at so far.
#[derive(Default)]
struct Looking {
    places: FxHashSet<PlaceId>,
    /// Too many to tell them apart.
    anything: bool,
    /// What others had looked at, taken over already.
    taken: FxHashMap<*const FxHashSet<PlaceId>, Rc<FxHashSet<PlaceId>>>,
}

impl Looking {
    fn give_up(&mut self) {
        self.anything = true;
        self.places = FxHashSet::default();
        self.taken = FxHashMap::default();
    }
}

/// What a body looked at, and when it began to.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    places: Rc<FxHashSet<PlaceId>>,
    anything: bool,
    seen: Epoch,
    /// Nothing of it had changed by then.
    checked: Cell<Epoch>,
}

/// A point in the order of writes to places that were looked at.
pub type Epoch = u32;

/// A closure that code beyond the file may call at any time.
struct Handed {
    closure: Rc<Closure>,
    lanes: Lanes,
    context: usize,
    state: State,
    looked: Looked,
    /// The body that handed it out was summed up anew since.
    taken_back: bool,
    /// The closure that was running when it was handed out.
    by: Option<usize>,
}

/// The books on what was looked at and what has changed since.
#[derive(Default)]
pub struct Staleness {
    /// By slot. 0: nobody outside its body has looked at it. Otherwise one more than the epochs that it began.
    slots: Vec<Cell<u8>>,
    /// What each body that runs has looked at so far, the innermost last.
    looking: RefCell<Vec<Looking>>,
    places: RefCell<Places>,
    /// When a place changed last, by its index.
    changed: Vec<Epoch>,
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
                if let Some(count) = self.staleness.slots.get(slot as usize) {
                    count.set(count.get().max(1));
                }
                self.staleness.note(|| Place::Slot(slot));
            }
            None if scope < self.foreign_scopes_below => {
                self.staleness.note(|| Place::Missing(scope, SmolStr::new(name)));
            }
            _ => {}
        }
    }

    pub fn note_field(&mut self, class: u32, name: &SmolStr) {
        if self.foreign_below > 0 {
            self.staleness.fields.entry((class, name.clone())).or_insert(1);
            self.staleness.note(|| Place::Field(class, name.clone()));
        }
    }

    /// A name gets a slot: who looked for it in vain did not see it.
    pub fn note_slot(&mut self, slot: u32, scope: u32, name: &SmolStr) {
        let missed = self.staleness.places.get_mut().ids.contains_key(&Place::Missing(scope, name.clone()));
        self.staleness.slots.resize_with(slot as usize, Cell::default);
        self.staleness.slots.push(Cell::new(u8::from(missed)));
        if missed {
            self.begin_epoch(Place::Missing(scope, name.clone()));
        }
    }

    fn begin_epoch(&mut self, by: Place) {
        let staleness = &mut self.staleness;
        staleness.epoch += 1;
        let by = staleness.places.get_mut().id(by) as usize;
        if staleness.changed.len() <= by {
            staleness.changed.resize(by + 1, 0);
        }
        staleness.changed[by] = staleness.epoch;
    }

    pub fn is_looked_at(&self, slot: u32) -> bool {
        self.staleness.slots.get(slot as usize).is_some_and(|count| count.get() > 0)
    }

    /// Called after a write: `old` is what the slot held before.
    pub fn note_write(&mut self, slot: u32, old: &Val) {
        let Some(count) = self.staleness.slots.get(slot as usize).map(Cell::get) else {
            return;
        };
        if count > MAX_REWRITES {
            self.slots[slot as usize].join(&Val::data(Lanes::ALL));
            return;
        }
        if count == 0 || self.slots[slot as usize].is_within(old) {
            return;
        }
        self.staleness.slots[slot as usize].set(count + 1);
        self.begin_epoch(Place::Slot(slot));
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
            self.begin_epoch(Place::Field(object.class, name.clone()));
            return;
        }
        if let Some((_, held)) = object.fields.borrow_mut().iter_mut().find(|(known, _)| known == name) {
            held.join(&Val::data(Lanes::ALL));
        }
        if !object.exposed.replace(true) {
            let fields = self.staleness.fields.keys().filter(|(class, _)| *class == object.class);
            let fields: Vec<Place> = fields.map(|(class, name)| Place::Field(*class, name.clone())).collect();
            fields.into_iter().for_each(|field| self.begin_epoch(field));
        }
    }

    pub fn epoch(&self) -> Epoch {
        self.staleness.epoch
    }

    /// The body that runs depends on more than is told apart.
    pub fn looks_at_anything(&self) {
        if let Some(looking) = self.staleness.looking.borrow_mut().last_mut() {
            looking.give_up();
        }
    }

    /// A body begins to look around; [`Machine::has_looked`] ends it.
    pub fn look(&mut self) -> Looked {
        self.staleness.looking.get_mut().push(Looking::default());
        let seen = self.staleness.epoch;
        Looked { places: Rc::default(), anything: false, seen, checked: Cell::new(seen) }
    }

    /// What the body looked at; whoever ran it has looked at the same, but for what is its own.
    pub fn has_looked(&mut self, mut looked: Looked) -> Looked {
        let places = self.staleness.looking.get_mut().pop().unwrap_or_default();
        looked.anything = places.anything;
        looked.places = Rc::new(places.places);
        self.looks_along(&looked);
        looked
    }

    /// The body that runs depends on what another one has looked at.
    pub fn looks_along(&self, looked: &Looked) {
        if let Some(outer) = self.staleness.looking.borrow_mut().last_mut() {
            if outer.anything || looked.anything {
                outer.give_up();
                return;
            }
            let key = Rc::as_ptr(&looked.places);
            if looked.places.is_empty() || outer.taken.insert(key, looked.places.clone()).is_some() {
                return;
            }
            let places = self.staleness.places.borrow();
            let foreign = |place: &&PlaceId| match &places.all[**place as usize] {
                Place::Slot(slot) => self.is_foreign(*slot),
                Place::Missing(scope, _) => *scope < self.foreign_scopes_below,
                Place::Field(..) => true,
            };
            outer.places.extend(looked.places.iter().filter(foreign));
            if outer.places.len() > MAX_PLACES {
                outer.give_up();
            }
        }
    }

    /// Whether something that a body looked at has changed since.
    pub fn is_outdated(&self, looked: &Looked) -> bool {
        let now = self.staleness.epoch;
        if looked.checked.get() == now {
            return false;
        }
        let changed = |place: &PlaceId| self.staleness.changed.get(*place as usize).is_some_and(|at| *at > looked.seen);
        let outdated = looked.anything && now > looked.seen || looked.places.iter().any(changed);
        if !outdated {
            looked.checked.set(now);
        }
        outdated
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
            looked: Looked::default(),
            taken_back: false,
            by: self.staleness.running,
        });
        let outer = self.staleness.running.replace(index);
        let looked = self.look();
        self.run_in_between(closure, lanes);
        self.staleness.handed[index].looked = self.has_looked(looked);
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
            while let Some(handed) = self.staleness.handed.get(index) {
                index += 1;
                let meant = of.is_none_or(|context| context == handed.context) && !handed.taken_back;
                if !meant || !self.is_outdated(&handed.looked) {
                    continue;
                }
                let (closure, lanes, context) = (handed.closure.clone(), handed.lanes, handed.context);
                let state = handed.state.clone();
                let outer = std::mem::replace(&mut self.st, state);
                let context = std::mem::replace(&mut self.context, context);
                let exits = self.exits.len();
                self.take_back_of(index - 1);
                let running = self.staleness.running.replace(index - 1);
                let looked = self.look();
                self.run_in_between(&closure, lanes);
                self.staleness.handed[index - 1].looked = self.has_looked(looked);
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
                        self.begin_epoch(Place::Slot(slot));
                    }
                }
            }
        }
    }
}

impl Staleness {
    /// The body that runs looks at a place.
    fn note(&self, place: impl FnOnce() -> Place) {
        if let Some(looking) = self.looking.borrow_mut().last_mut() {
            if looking.anything {
                return;
            }
            looking.places.insert(self.places.borrow_mut().id(place()));
            if looking.places.len() > MAX_PLACES {
                looking.give_up();
            }
        }
    }
}
