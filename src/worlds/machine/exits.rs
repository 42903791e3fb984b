//! Exits: lanes that leave, and the labels that take them.

use smol_str::SmolStr;

use super::*;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn leave(&mut self, target: Target, lanes: Lanes, value: Val, class: Option<SmolStr>, at: NodeRef) {
        if lanes.is_empty() {
            return;
        }
        let doubt = self.st.doubt & lanes;
        let reason = self.st.path.clone().with(at);
        let mut value = value.only(lanes);
        value.deps = value.deps.and(&self.st.path);
        self.exits.push(Exit { target, lanes, doubt, value, class, why: self.st.path.clone() });
        for lane in lanes.indices() {
            self.st.cuts[lane] = reason.clone();
        }
    }

    /// Takes the exits since `mark` that wait for a label.
    pub fn arrive(&mut self, mark: usize, wanted: impl Fn(&Exit) -> bool) -> Vec<Exit> {
        let mut taken = Vec::new();
        let mut index = mark;
        while index < self.exits.len() {
            if wanted(&self.exits[index]) {
                taken.push(self.exits.remove(index));
            } else {
                index += 1;
            }
        }
        taken
    }

    /// Lanes that arrive at a label join those that fell through.
    pub fn land(&mut self, exits: &[Exit], falls: Lanes, value: &mut Val) -> Lanes {
        let mut all = falls;
        for exit in exits {
            for lane in exit.lanes.indices() {
                let bit = Lanes::nth(lane);
                let sure = (all.has(bit) && !self.st.doubt.has(bit)) || !exit.doubt.has(bit);
                self.st.doubt = if sure { self.st.doubt.without(bit) } else { self.st.doubt | bit };
            }
            all |= exit.lanes;
            value.join(&exit.value);
        }
        all
    }
}
