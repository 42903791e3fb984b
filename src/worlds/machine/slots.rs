//! Slots: writes, strong or weak, and the log that undoes them.

use super::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

impl Machine<'_> {
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

    /// Another body is evaluated in between: its writes are not this branch's to undo.
    pub fn pause_logging(&mut self) -> u32 {
        std::mem::take(&mut self.logging)
    }

    pub fn resume_logging(&mut self, logging: u32) {
        self.logging = logging;
    }
}
