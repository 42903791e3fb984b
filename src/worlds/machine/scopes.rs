//! Scopes: names to slots, and what a body's locals leave behind.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::*;
use crate::worlds::value::*;

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

impl Machine<'_> {
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
        if self.is_file_scope(scope) {
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
}
