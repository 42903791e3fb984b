//! One list under several names.

use std::rc::Rc;

use smol_str::SmolStr;

use super::namespaces::THIS_MODULE;
use crate::program::*;
use crate::worlds::held::Search;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// The fields of an object may hold anything from now on.
    pub fn forget_fields(&mut self, target: &Val, lanes: Lanes) {
        for alt in target.groups(lanes) {
            let class = match &alt.v {
                V::Class(class) | V::Instance(class) => *class,
                V::Object(object) => {
                    let names: Vec<SmolStr> = object.fields.borrow().iter().map(|(name, _)| name.clone()).collect();
                    for (_, value) in object.fields.borrow_mut().iter_mut() {
                        value.join(&Val::data(alt.lanes));
                    }
                    for name in names {
                        self.note_field_write(object, &name);
                    }
                    object.class
                }
                V::Name(name) if name == THIS_MODULE => {
                    self.write_global(None, alt.lanes, &Val::data(alt.lanes));
                    continue;
                }
                _ => continue,
            };
            let mut names: Vec<SmolStr> = self.classes[class as usize].fields.keys().cloned().collect();
            names.extend(self.classes[class as usize].methods.keys().cloned());
            for name in names {
                self.write_class_field(class, &name, alt.lanes, &Val::data(alt.lanes));
            }
        }
    }

    /// A list or dict changed in place: everything that holds it sees the change.
    pub fn changed_in_place(&mut self, old: &V, lanes: Lanes, now: &Val) {
        let holders = match old {
            V::List(items) => Rc::strong_count(items),
            V::Map(pairs) => Rc::strong_count(pairs),
            _ => return,
        };
        if holders <= 1 {
            return;
        }
        // slots change on the way: what is looked for stays, and so does what holds it
        let mut search = Search::of(old);
        for slot in self.holders.of(old, self.slots.len()) {
            let replaced = replace(&self.slots[slot as usize], &mut search, lanes, now);
            if let Some(value) = replaced {
                let on = self.slots[slot as usize].lanes();
                self.set_slot(slot, on, &value);
            }
        }
        for class in 0..self.classes.len() {
            let fields = &mut self.classes[class].fields;
            let mut touched = Vec::new();
            for (name, field) in fields.iter_mut() {
                // what every object of the class may hold only grows
                if let Some(value) = replace(&field.value, &mut search, lanes, now) {
                    field.value.join(&value);
                    touched.push(name.clone());
                }
            }
            self.stale |= touched.into_iter().any(|name| self.fields_read.contains(&(class as u32, name)));
        }
        for value in self.defaults.values_mut() {
            if let Some(next) = replace(value, &mut search, lanes, now) {
                value.join(&next);
            }
        }
        let objects: Vec<Rc<Object>> = self
            .holders
            .of(old, self.slots.len())
            .into_iter()
            .flat_map(|slot| &self.slots[slot as usize].alts)
            .filter_map(|alt| match &alt.v {
                V::Object(object) => Some(object.clone()),
                _ => None,
            })
            .collect();
        for object in objects {
            let mut touched = Vec::new();
            for (name, value) in object.fields.borrow_mut().iter_mut() {
                if let Some(next) = replace(value, &mut search, lanes, now) {
                    *value = next;
                    touched.push(name.clone());
                }
            }
            for name in touched {
                self.note_field_write(&object, &name);
            }
        }
        self.charge(search.looked);
    }

    /// A method or an operator that may change its receiver.
    pub fn changed_by_method(&mut self, at: NodeRef, target: &Val, name: &str, args: &Args, lanes: Lanes) {
        for alt in target.groups(lanes) {
            let now = match &alt.v {
                V::List(_) | V::Map(_) => {
                    let now = changed_by(&alt.v, name, args);
                    // what is too long to follow may be called from elsewhere
                    if matches!(now, V::Unknown(_)) {
                        self.escape(&Val::of(alt.v.clone(), alt.lanes), alt.lanes, at);
                        args.all().for_each(|value| self.escape(value, alt.lanes, at));
                    }
                    now
                }
                V::Name(module) if module == THIS_MODULE && name == "update" => {
                    self.write_globals(args, alt.lanes);
                    continue;
                }
                V::Name(module) if module == THIS_MODULE => {
                    if !matches!(name, "get" | "items" | "keys" | "values" | "copy") {
                        self.write_global(None, alt.lanes, &Val::data(alt.lanes));
                    }
                    continue;
                }
                V::Name(head) | V::Made(head) => {
                    self.configured(head, name, alt.lanes);
                    continue;
                }
                _ => continue,
            };
            let now = Val::of(now, alt.lanes);
            self.changed_in_place(&alt.v, alt.lanes, &now);
        }
    }

    /// `a[k] = v`.
    pub fn write_element(&mut self, target: &Val, key: &Val, lanes: Lanes, value: &Val, at: NodeRef) {
        for alt in target.groups(lanes) {
            let now = match (&alt.v, key.single()) {
                (V::Map(pairs), Some(V::Str(_) | V::Int(_) | V::Bool(_))) if pairs.len() < MAX_FOLLOWED => {
                    let mut pairs = pairs.to_vec();
                    // the newest pair wins
                    pairs.insert(0, (key.clone(), value.only(alt.lanes)));
                    V::Map(Rc::new(pairs))
                }
                (V::List(_) | V::Map(_), _) => {
                    self.escape(&Val::of(alt.v.clone(), alt.lanes), alt.lanes, at);
                    self.escape(value, alt.lanes, at);
                    V::Unknown(Cause::Data)
                }
                (V::Name(module), _) if module == THIS_MODULE => {
                    self.write_global(key.text(), alt.lanes, value);
                    continue;
                }
                (V::Name(head) | V::Made(head), _) => {
                    let head = head.clone();
                    self.escape(value, alt.lanes, at);
                    match (head.strip_suffix(".config"), key.text()) {
                        (Some(app), Some(name)) => {
                            let flag = name.to_lowercase();
                            self.rewrite(&format!("{app}.{flag}"), alt.lanes, value);
                        }
                        _ => self.configured(&head, "update", alt.lanes),
                    }
                    continue;
                }
                _ => {
                    self.escape(value, alt.lanes, at);
                    continue;
                }
            };
            let now = Val::of(now, alt.lanes);
            self.changed_in_place(&alt.v, alt.lanes, &now);
        }
    }

    /// `a += b`, `a |= b`: a list, set or dict keeps its identity; a tuple does not, and which it is is not known.
    pub fn grown_in_place(&mut self, old: &Val, added: &Val, sum: bool, lanes: Lanes) {
        for alt in old.groups(lanes) {
            let now = match (&alt.v, added.single()) {
                (V::List(items), Some(V::List(more))) if sum && items.len() + more.len() <= MAX_FOLLOWED => {
                    let all = items.iter().chain(more.iter()).cloned().collect();
                    V::List(Rc::new(all))
                }
                (V::List(_) | V::Map(_), _) => V::Unknown(Cause::Data),
                _ => continue,
            };
            let mut either = Val::of(alt.v.clone(), alt.lanes);
            either.join(&Val::of(now, alt.lanes));
            self.changed_in_place(&alt.v, alt.lanes, &either);
        }
    }

    /// Lists and dicts handed to a body that is not followed with them: it may change them.
    pub fn forget_shared(&mut self, args: &Args, lanes: Lanes) {
        args.all().for_each(|value| self.forget_collections(value, lanes));
        if !self.python() {
            return;
        }
        for value in args.all() {
            self.forget_fields(value, lanes);
        }
    }
}

/// A list, set or dict after a method that changes it.
fn changed_by(v: &V, name: &str, args: &Args) -> V {
    let length = match v {
        V::List(items) => items.len(),
        V::Map(pairs) => pairs.len(),
        _ => 0,
    };
    if length >= MAX_FOLLOWED {
        return V::Unknown(Cause::Data);
    }
    let only = match args.positional.as_slice() {
        [only] if !args.open && args.named.is_empty() => Some(only),
        _ => None,
    };
    match (v, name, only) {
        (V::List(_), "clear", None) => V::List(Rc::new(Vec::new())),
        (V::Map(_), "clear", None) => V::Map(Rc::new(Vec::new())),
        (V::List(items), "append" | "add", Some(item)) => {
            let mut items = items.to_vec();
            items.push(item.clone());
            V::List(Rc::new(items))
        }
        (V::List(items), "extend" | "update", Some(more)) => match more.single() {
            Some(V::List(more)) => V::List(Rc::new(items.iter().chain(more.iter()).cloned().collect())),
            _ => V::Unknown(Cause::Data),
        },
        (V::List(items), "remove" | "discard", Some(gone)) => {
            let texts = |value: &Val| match value.single() {
                Some(V::Str(text)) => Some(text.clone()),
                _ => None,
            };
            let Some(gone) = texts(gone) else {
                return V::Unknown(Cause::Data);
            };
            if items.iter().any(|item| texts(item).is_none()) {
                return V::Unknown(Cause::Data);
            }
            let mut items = items.to_vec();
            if let Some(at) = items.iter().position(|item| texts(item) == Some(gone.clone())) {
                items.remove(at);
            }
            V::List(Rc::new(items))
        }
        (V::Map(pairs), "update", _) if args.positional.len() <= 1 && !args.open => {
            let mut all: Vec<(Val, Val)> = Vec::new();
            for (name, value) in &args.named {
                all.push((Val::of(V::Str(name.clone()), value.lanes()), value.clone()));
            }
            match args.positional.first().map(Val::single) {
                None => {}
                Some(Some(V::Map(more))) => all.extend(more.iter().cloned()),
                Some(_) => return V::Unknown(Cause::Data),
            }
            all.extend(pairs.iter().cloned());
            V::Map(Rc::new(all))
        }
        _ => V::Unknown(Cause::Data),
    }
}

/// A value with one list or dict in it replaced, where it holds it.
pub(super) fn replace(value: &Val, search: &mut Search<'_>, lanes: Lanes, now: &Val) -> Option<Val> {
    search.within(value, lanes)?;
    let mut out = Val { deps: value.deps.clone().and(&now.deps), taint: value.taint.or(now.taint), ..Val::default() };
    for alt in &value.alts {
        let on = alt.lanes & lanes;
        let alone = Val { alts: smallvec::smallvec![alt.clone()], ..Val::default() };
        let Some(held) = search.within(&alone, lanes).filter(|_| !on.is_empty()) else {
            out.add(alt.clone());
            continue;
        };
        out.add(Alt { lanes: alt.lanes.without(lanes), ..alt.clone() });
        out.join(&held.becomes(now));
    }
    Some(out)
}
