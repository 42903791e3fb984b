//! Names that are assigned.

use smol_str::SmolStr;

use super::Found;
use super::members::member_name;
use crate::catalog::Effect as SymbolEffect;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// The slot that an assignment to a bare name writes.
    pub fn assignable(&mut self, name: &SmolStr) -> Found {
        let mut scope = self.st.scope;
        loop {
            let here = &self.scopes[scope as usize];
            if let ScopeKind::Class(class) = here.kind
                && self.csharp()
                && self.has_member(class, name)
            {
                return Found::Member(class);
            }
            if let Some(slot) = self.slot_in(scope, name) {
                return Found::Slot(slot);
            }
            let outward = here.kind == ScopeKind::Block || self.csharp();
            match here.parent {
                Some(parent) if outward => scope = parent,
                _ => return Found::Nothing,
            }
        }
    }

    pub fn assign_name(&mut self, name: &SmolStr, lanes: Lanes, value: &Val) {
        match self.assignable(name) {
            Found::Slot(slot) => self.set_slot(slot, lanes, value),
            Found::Member(class) => self.write_class_field(class, name, lanes, value),
            Found::Nothing => {
                // what a Ruby block assigns first is its own
                let scope = if self.ruby() { self.st.scope } else { self.declaring() };
                if let ScopeKind::Class(class) = self.scopes[scope as usize].kind
                    && !self.ruby()
                {
                    self.write_class_field(class, name, lanes, value);
                    self.assigned_in_body(class, name);
                }
                let slot = self.declare(scope, name);
                self.set_slot(slot, lanes, value);
            }
        }
    }

    /// Writes a place of an assignment. Gives the lanes that fall through.
    pub fn assign(&mut self, place: NodeRef, lanes: Lanes, value: &Val) -> Lanes {
        let child = |node: NodeId| NodeRef { item: place.item, node };
        match self.kind(place) {
            Some(Kind::Name(name)) => {
                self.assign_name(name, lanes, value);
                lanes
            }
            Some(Kind::Let { name, .. }) => {
                let slot = self.declare(self.st.scope, name);
                self.set_slot(slot, lanes, value);
                lanes
            }
            Some(Kind::Field(name)) => {
                self.write_field_of_this(name, lanes, value);
                lanes
            }
            Some(Kind::Attr { recv, name, .. }) => {
                let (target, falls) = self.eval_quietly(child(*recv), lanes);
                self.note_configuration(place, &target, name, falls);
                self.write_attr(&target, child(*recv), name, falls, value, place);
                falls
            }
            Some(Kind::Index { recv, args, .. }) => {
                let (target, mut falls) = self.eval_quietly(child(*recv), lanes);
                let mut keys = Vec::new();
                for arg in args {
                    let (key, rest) = self.eval(child(*arg), falls);
                    falls = rest;
                    keys.push(key);
                }
                self.write_index(&target, child(*recv), &keys, falls, value, place);
                falls
            }
            Some(Kind::List(places)) => {
                let items = match value.single() {
                    Some(V::List(items)) if items.len() == places.len() => Some(items.clone()),
                    _ => None,
                };
                let items = match self.python() {
                    true => self.gathered(place, places, value, lanes),
                    false => items,
                };
                let mut falls = lanes;
                for (index, node) in places.iter().enumerate() {
                    let part = items
                        .as_ref()
                        .and_then(|items| items.get(index).cloned())
                        .unwrap_or_else(|| Val::data(falls).tainted(value.taint));
                    falls = self.assign(child(*node), falls, &part);
                }
                falls
            }
            Some(Kind::Splat(inner)) if matches!(value.single(), Some(V::List(_))) => {
                self.assign(child(*inner), lanes, value)
            }
            Some(Kind::Splat(inner)) => self.assign(child(*inner), lanes, &Val::data(lanes).tainted(value.taint)),
            Some(Kind::Typed(inner, _)) => self.assign(child(*inner), lanes, value),
            _ => self.eval(place, lanes).1,
        }
    }

    /// `Faker::Config.locale = …`: a setting of a library.
    fn note_configuration(&mut self, place: NodeRef, target: &Val, name: &SmolStr, lanes: Lanes) {
        for alt in target.groups(lanes) {
            if let V::Name(head) = &alt.v {
                let full = member_name(head, name);
                if let Some((_, family)) = self.symbol_of(&full) {
                    self.record(place, full, SymbolEffect::Config, family, alt.lanes);
                }
            }
        }
    }

    /// The present value of a place, for `||=` and the like.
    pub fn peek(&mut self, place: NodeRef, lanes: Lanes) -> Val {
        match self.kind(place) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                Found::Slot(slot) => self.slots[slot as usize].only(lanes),
                Found::Member(_) if self.csharp() => self.read_name(place, name, lanes).0,
                _ => Val::nil(lanes),
            },
            Some(Kind::Field(name)) => self.peek_field_of_this(name, lanes),
            _ => self.eval_quietly(place, lanes).0,
        }
    }

    /// Evaluates without recording a reference to a library as a place of its own.
    pub fn eval_quietly(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        match self.kind(at) {
            Some(Kind::Name(name)) => self.name_value(at, name, lanes, true),
            Some(Kind::Attr { recv, name, safe }) => {
                self.attr_value(at, NodeRef { item: at.item, node: *recv }, name, *safe, lanes, true)
            }
            _ => self.eval(at, lanes),
        }
    }
}
