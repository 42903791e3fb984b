//! Which values hold a collection that is changed in place: it changes with them.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::value::*;

/// Collections nested deeper than this are taken to hold whatever is looked for.
const MAX_NESTING: usize = 24;

/// A search for one object. Values share their parts, so what was looked into once is not looked into again.
pub struct Search<'v> {
    wanted: &'v V,
    known: FxHashMap<*const (), bool>,
    visited: FxHashSet<*const ()>,
    /// Values looked at.
    pub looked: u64,
}

/// Where a value holds what is looked for.
pub struct Held {
    pub lanes: Lanes,
    /// Not the object itself but a collection with it.
    pub inside: bool,
}

impl Held {
    /// What the value may have become when the object became `new`.
    pub fn becomes(&self, new: &Val) -> Val {
        match self.inside {
            true => Val::data(self.lanes),
            false => new.only(self.lanes),
        }
    }
}

impl<'v> Search<'v> {
    pub fn of(wanted: &'v V) -> Self {
        Search { wanted, known: FxHashMap::default(), visited: FxHashSet::default(), looked: 0 }
    }

    /// A text inside a collection is hardly ever changed there.
    fn looks_inside(&self) -> bool {
        matches!(self.wanted, V::List(_) | V::Map(_))
    }

    /// The lanes of these in which a value is, or has inside, the very object.
    pub fn within(&mut self, value: &Val, lanes: Lanes) -> Option<Held> {
        let mut held = Held { lanes: Lanes::NONE, inside: false };
        for alt in value.alts.iter().filter(|alt| alt.lanes.has(lanes)) {
            self.looked += 1;
            if same(&alt.v, self.wanted) {
                held.lanes |= alt.lanes & lanes;
            } else if self.looks_inside() && self.is_inside(&alt.v, 0) {
                held.lanes |= alt.lanes & lanes;
                held.inside = true;
            }
        }
        (!held.lanes.is_empty()).then_some(held)
    }

    fn is_inside(&mut self, outer: &V, depth: usize) -> bool {
        let Some(key) = address(outer) else {
            return false;
        };
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if depth > MAX_NESTING {
            return true;
        }
        let mut any = |value: &Val| {
            self.looked += 1;
            value.alts.iter().any(|alt| same(&alt.v, self.wanted) || self.is_inside(&alt.v, depth + 1))
        };
        let found = match outer {
            V::List(items) => items.iter().any(&mut any),
            V::Map(pairs) => pairs.iter().any(|(_, value)| any(value)),
            _ => false,
        };
        self.known.insert(key, found);
        found
    }

    /// Fields of objects below a value that hold the object may hold what it became; those fields are noted.
    pub fn change_fields(&mut self, value: &Val, new: &Val, touched: &mut Vec<(Rc<Object>, SmolStr)>) {
        if self.looks_inside() {
            self.change_below(value, new, touched, 0);
        }
    }

    fn change_below(&mut self, value: &Val, new: &Val, touched: &mut Vec<(Rc<Object>, SmolStr)>, depth: usize) {
        for alt in &value.alts {
            let Some(key) = address(&alt.v) else {
                continue;
            };
            if depth > MAX_NESTING || !self.visited.insert(key) {
                continue;
            }
            self.looked += 1;
            match &alt.v {
                V::Object(object) => {
                    let Ok(mut fields) = object.fields.try_borrow_mut() else { continue };
                    for (name, field) in fields.iter_mut() {
                        match self.within(field, Lanes::ALL) {
                            Some(held) => {
                                touched.push((object.clone(), name.clone()));
                                field.join(&held.becomes(new));
                            }
                            None => self.change_below(field, new, touched, depth + 1),
                        }
                    }
                }
                V::List(items) => items.iter().for_each(|item| self.change_below(item, new, touched, depth + 1)),
                V::Map(pairs) => {
                    pairs.iter().for_each(|(_, item)| self.change_below(item, new, touched, depth + 1));
                }
                _ => {}
            }
        }
    }
}

/// The slots that ever held a collection or an object: the others need not be searched for one.
#[derive(Default)]
pub struct Holders {
    slots: Vec<u32>,
    known: Vec<bool>,
    /// Some of the slots are not known any more.
    gone: bool,
}

impl Holders {
    /// Called after a write to a slot.
    pub fn note(&mut self, slot: u32, value: &Val) {
        let index = slot as usize;
        if self.known.get(index) == Some(&true) || value.alts.iter().all(|alt| address(&alt.v).is_none()) {
            return;
        }
        if self.known.len() <= index {
            self.known.resize(index + 1, false);
        }
        self.known[index] = true;
        self.slots.push(slot);
    }

    /// The slot holds nothing any more; [`Holders::tidy`] makes it so.
    pub fn forget(&mut self, slot: u32) {
        if let Some(known) = self.known.get_mut(slot as usize) {
            self.gone |= std::mem::replace(known, false);
        }
    }

    pub fn tidy(&mut self) {
        if std::mem::take(&mut self.gone) {
            self.slots.retain(|slot| self.known[*slot as usize]);
        }
    }

    /// Those that may hold a value; `all` is how many slots there are.
    pub fn of(&self, wanted: &V, all: usize) -> Vec<u32> {
        match address(wanted) {
            Some(_) => self.slots.clone(),
            None => (0..all as u32).collect(),
        }
    }
}

/// What tells one object from another.
fn address(v: &V) -> Option<*const ()> {
    match v {
        V::List(items) => Some(Rc::as_ptr(items).cast()),
        V::Map(pairs) => Some(Rc::as_ptr(pairs).cast()),
        V::Object(object) => Some(Rc::as_ptr(object).cast()),
        _ => None,
    }
}
