//! Methods that change the value they are called on.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::held::{Held, Search};
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// A method that changes its receiver: a list takes what it is given; what is not modelled is forgotten.
    pub(super) fn mutated(&mut self, recv: NodeRef, target: &Val, name: &str, args: &Args, lanes: Lanes) {
        let taint = args.all().find_map(|value| value.taint);
        self.taint_place(recv, taint);
        let changes =
            |v: &V| matches!(v, V::List(_) | V::Map(_)) || (is_changeable(v, self.language) && changes_text(name));
        if !target.alts.iter().any(|alt| changes(&alt.v)) {
            return;
        }
        let mut value = Val { deps: target.deps.clone(), taint: target.taint.or(taint), ..Val::default() };
        for alt in target.groups(lanes) {
            let v = match &alt.v {
                V::List(items) => changed_list(items, name, args)
                    .filter(|items| items.len() <= MAX_FOLLOWED)
                    .map_or(V::Unknown(Cause::Data), |items| V::List(Rc::new(items))),
                V::Map(pairs) => changed_map(pairs, name, args, alt.lanes)
                    .map_or(V::Unknown(Cause::Data), |pairs| V::Map(Rc::new(pairs))),
                v if is_changeable(v, self.language) && changes_text(name) => V::Unknown(Cause::Data),
                v => v.clone(),
            };
            value.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
        }
        self.changed(recv, target, &value, lanes);
    }

    /// A value was changed in place: the place it was found at holds the new one, whatever else holds the same object may.
    pub fn changed(&mut self, place: NodeRef, old: &Val, new: &Val, lanes: Lanes) {
        let direct = match self.kind(place) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                crate::worlds::names::Found::Slot(slot) => {
                    self.set_slot(slot, lanes, new);
                    Some(slot)
                }
                _ => {
                    self.assign(place, lanes, new);
                    None
                }
            },
            Some(Kind::Field(_)) => {
                self.assign(place, lanes, new);
                None
            }
            _ => None,
        };
        for alt in old.groups(lanes) {
            if !is_changeable(&alt.v, self.language) {
                continue;
            }
            let becomes = self.st.under_way(new, alt.lanes);
            self.changes.push((alt.v.clone(), becomes.clone()));
            let mut search = Search::of(&alt.v);
            let mut held: Vec<(u32, Held)> = Vec::new();
            let holders = self.holders.of(&alt.v, self.slots.len());
            for slot in holders.iter().copied().filter(|slot| Some(*slot) != direct) {
                let value = &self.slots[slot as usize];
                held.extend(search.within(value, alt.lanes).map(|held| (slot, held)));
            }
            let mut fields: Vec<(u32, SmolStr, Held)> = Vec::new();
            for (class, info) in self.classes.iter().enumerate() {
                for (name, field) in &info.fields {
                    let held = search.within(&field.value, alt.lanes);
                    fields.extend(held.map(|held| (class as u32, name.clone(), held)));
                }
            }
            // a body that runs for any object of a class changes what the class says of them all
            let of_any = matches!(self.kind(place), Some(Kind::Field(_)))
                && matches!(self.st.this.as_ref().and_then(|this| this.single()), Some(V::Instance(_)));
            let mut touched = Vec::new();
            if !of_any {
                let slots = holders.iter().map(|slot| &self.slots[*slot as usize]);
                for value in slots.chain(&self.st.this) {
                    search.change_fields(value, &becomes, &mut touched);
                }
            }
            self.charge(search.looked);
            for (slot, held) in held {
                self.weaken_slot(slot, &held.becomes(&becomes));
            }
            for (object, name) in touched {
                self.note_field_write(&object, &name);
            }
            for (class, name, held) in fields {
                self.write_class_field(class, &name, held.lanes, &held.becomes(&becomes));
            }
        }
    }

    /// What a value held by an expression in progress has become by now.
    pub fn after_changes(&self, value: &Val, mark: usize) -> Val {
        let mut out = value.clone();
        for (old, new) in self.changes.iter().skip(mark) {
            if let Some(held) = Search::of(old).within(&out, Lanes::ALL) {
                out.join(&held.becomes(new));
            }
        }
        out
    }
}

/// Python methods that leave their list, set or dict as it is.
pub(super) fn leaves_alone(name: &str) -> bool {
    matches!(
        name,
        "get"
            | "items"
            | "keys"
            | "values"
            | "copy"
            | "index"
            | "count"
            | "union"
            | "intersection"
            | "difference"
            | "symmetric_difference"
            | "isdisjoint"
            | "issubset"
            | "issuperset"
            | "__contains__"
            | "__getitem__"
            | "__len__"
            | "__iter__"
    )
}

/// Whether a value can be changed in place.
fn is_changeable(v: &V, language: Language) -> bool {
    match v {
        V::List(_) | V::Map(_) => true,
        V::Str(_) | V::Inquirer(_) => language == Language::Ruby,
        _ => false,
    }
}

/// Whether a method changes a text in place.
fn changes_text(name: &str) -> bool {
    name.ends_with('!') || matches!(name, "replace" | "concat" | "prepend" | "insert" | "clear" | "<<" | "setbyte")
}

/// The items of a list after a method that is known.
fn changed_list(items: &[Val], name: &str, args: &Args) -> Option<Vec<Val>> {
    let all = args.positional.iter().cloned();
    let own = items.iter().cloned();
    match (name, args.positional.len()) {
        _ if args.open || args.block.is_some() => None,
        ("push" | "append" | "Add" | "add" | "<<", 1) | ("push" | "append", _) => Some(own.chain(all).collect()),
        ("unshift" | "prepend", _) => Some(all.chain(own).collect()),
        ("clear" | "Clear", 0) => Some(Vec::new()),
        ("shift", 0) => Some(own.skip(1).collect()),
        ("pop", 0) => Some(own.take(items.len().saturating_sub(1)).collect()),
        ("concat" | "extend" | "AddRange" | "UnionWith", 1) => match args.get(0)?.single()? {
            V::List(more) => Some(own.chain(more.iter().cloned()).collect()),
            _ => None,
        },
        _ => None,
    }
}

/// The pairs of a map after a method that is known; the first pair of a key wins.
fn changed_map(pairs: &[(Val, Val)], name: &str, args: &Args, lanes: Lanes) -> Option<Vec<(Val, Val)>> {
    let is_key = |value: &Val| matches!(value.single(), Some(V::Str(_) | V::Symbol(_)));
    match (name, args.positional.len()) {
        _ if args.open || args.block.is_some() => None,
        ("clear" | "Clear", 0) => Some(Vec::new()),
        ("store", 2) if is_key(&args.positional[0]) => {
            let pair = (args.positional[0].clone(), args.positional[1].clone());
            Some(std::iter::once(pair).chain(pairs.iter().cloned()).collect())
        }
        ("merge!" | "update", count) if count <= 1 => {
            let mut new: Vec<(Val, Val)> = args
                .named
                .iter()
                .map(|(name, value)| (Val::of(V::Symbol(name.clone()), lanes), value.clone()))
                .collect();
            match args.get(0).map(Val::single) {
                None => {}
                Some(Some(V::Map(more))) => new.extend(more.iter().cloned()),
                _ => return None,
            }
            // a key of other lanes decides only there
            new.iter().all(|(key, _)| is_key(key)).then(|| new.into_iter().chain(pairs.iter().cloned()).collect())
        }
        ("delete", 1) => {
            let key = args.get(0)?.text()?;
            let known = pairs.iter().all(|(key, _)| is_key(key));
            let wanted = |known: &Val| same_text(known, args.get(0), key);
            known.then(|| pairs.iter().filter(|(key, _)| !wanted(key)).cloned().collect())
        }
        _ => None,
    }
}

fn same_text(a: &Val, b: Option<&Val>, text: &SmolStr) -> bool {
    a.text() == Some(text)
        && matches!(
            (a.single(), b.and_then(Val::single)),
            (Some(V::Symbol(_)), Some(V::Symbol(_))) | (Some(V::Str(_)), Some(V::Str(_)))
        )
}

pub fn is_mutation(name: &str) -> bool {
    matches!(
        name,
        "append"
            | "push"
            | "concat"
            | "unshift"
            | "<<"
            | "gsub!"
            | "sub!"
            | "tr!"
            | "upcase!"
            | "downcase!"
            | "capitalize!"
            | "swapcase!"
            | "strip!"
            | "chomp!"
            | "squeeze!"
            | "slice!"
            | "reverse!"
            | "squish!"
            | "delete_prefix!"
            | "delete_suffix!"
            | "setbyte"
            | "transform_values!"
            | "transform_keys!"
            | "deep_merge!"
            | "reverse_merge!"
            | "with_defaults!"
            | "collect!"
            | "filter!"
            | "flatten!"
            | "sort!"
            | "sort_by!"
            | "shuffle!"
            | "rotate!"
            | "fill"
            | "delete_at"
            | "insert"
            | "delete"
            | "clear"
            | "replace"
            | "merge!"
            | "update"
            | "map!"
            | "select!"
            | "reject!"
            | "Add"
            | "AddRange"
            | "Remove"
            | "Clear"
            | "Insert"
            | "extend"
            | "remove"
            | "pop"
            | "add"
            | "discard"
            | "store"
            | "delete_if"
            | "keep_if"
            | "compact!"
            | "uniq!"
            | "shift"
            | "prepend"
            | "setdefault"
            | "UnionWith"
            | "TryAdd"
    )
}
