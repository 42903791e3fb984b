//! Names: what is in scope, and what a name holds.

mod accessors;
mod assign;
mod imports;
mod members;
mod qualify;
mod spelling;
mod variables;

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;
pub use members::member_name;
pub use spelling::looks_like_switch;

/// What a bare name stands for.
pub enum Found {
    Slot(u32),
    /// A member of a class of the file, seen from inside it.
    Member(u32),
    Nothing,
}

impl Machine<'_> {
    pub fn lookup(&self, name: &str) -> Found {
        let mut scope = Some(self.st.scope);
        let constant = name.chars().next().is_some_and(char::is_uppercase);
        let mut crossed = false;

        while let Some(at) = scope {
            let here = &self.scopes[at as usize];
            if let ScopeKind::Class(class) = here.kind
                && (self.csharp() || self.ruby())
                && self.has_member(class, name)
            {
                return Found::Member(class);
            }
            if let Some(slot) = self.slot_in(at, name) {
                // a Ruby method does not see the locals around its definition; a Python method not those of its class
                let hidden = crossed
                    && match self.language {
                        Language::Ruby => !constant && !self.holds_method(slot),
                        Language::Python => matches!(here.kind, ScopeKind::Class(_)),
                        Language::CSharp => false,
                    };
                if !hidden {
                    return Found::Slot(slot);
                }
            }
            crossed |= here.kind == ScopeKind::Function;
            scope = here.parent;
        }
        match self.lookup_of_kin(name) {
            Some(class) if self.ruby() && !constant => Found::Member(class),
            _ => Found::Nothing,
        }
    }

    pub fn holds_method(&self, slot: u32) -> bool {
        self.slots[slot as usize]
            .alts
            .iter()
            .any(|alt| matches!(&alt.v, V::Closure(closure) if matches!(self.kind(closure.def), Some(Kind::Def(_)))))
    }

    pub fn read_name(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) -> (Val, Lanes) {
        let (value, falls) = self.name_value(at, name, lanes, false);
        self.hand_over_named(&value, at, falls);
        (value, falls)
    }

    pub(super) fn name_value(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes, quiet: bool) -> (Val, Lanes) {
        match self.lookup(name) {
            Found::Slot(slot) => {
                let value = self.slots[slot as usize].only(lanes);
                if self.ruby() && self.is_call(slot, name, &value) {
                    return self.call_value(at, &value, &Args::default(), lanes);
                }
                let missing = lanes.without(value.lanes());
                let mut value = value;
                if !missing.is_empty() {
                    value.join(&Val::data(missing));
                }
                return (value, lanes);
            }
            Found::Member(class) => {
                let this = self.member_receiver(class, lanes);
                return self.read_member(at, &this, class, name, lanes);
            }
            Found::Nothing => {}
        }
        // a class body sees its functions, which only its objects have as members
        if self.python()
            && let ScopeKind::Class(class) = self.scopes[self.st.scope as usize].kind
            && let Some(def) = self.classes[class as usize].methods.get(name).and_then(|defs| defs.last()).copied()
        {
            return (self.closure(def, lanes), lanes);
        }
        if let Some(class) = self.class_named(name) {
            return (Val::of(V::Class(class), lanes), lanes);
        }
        let known = self.global(name, lanes);
        if let Some(value) = known {
            return (value, lanes);
        }
        if self.ruby() && !name.starts_with(|c: char| c.is_uppercase()) {
            if self.symbol_of(name).is_none() {
                return self.call_unknown_function(at, name, &Args::default(), lanes);
            }
            return self.call_named(at, name, &Args::default(), lanes);
        }
        let qualified = self.qualify(name);
        if !quiet {
            self.reference(at, &qualified, lanes);
        }
        (Val::of(V::Name(qualified), lanes), lanes)
    }

    /// Ruby: whether a name calls the method it stands for; a local that holds a method object does not.
    fn is_call(&self, slot: u32, name: &SmolStr, value: &Val) -> bool {
        value.alts.iter().any(|alt| match &alt.v {
            V::Closure(closure) => match self.kind(closure.def) {
                Some(Kind::Def(def)) => def.name == *name || self.alias_slots.contains(&slot),
                _ => false,
            },
            _ => false,
        })
    }

    pub fn is_method(&self, v: &V) -> bool {
        matches!(v, V::Closure(closure) if matches!(self.kind(closure.def), Some(Kind::Def(_))))
    }

    /// A bare name that the language itself defines.
    fn global(&mut self, name: &str, lanes: Lanes) -> Option<Val> {
        match (self.language, name) {
            (Language::Python, "__debug__") => Some(Val::bool(true, lanes)),
            (Language::Python, "__name__" | "__file__") => Some(Val::data(lanes)),
            (Language::Ruby, "__FILE__" | "__dir__" | "__method__") => Some(Val::data(lanes)),
            (_, _) => self.accessor_value(name, lanes),
        }
    }
}
