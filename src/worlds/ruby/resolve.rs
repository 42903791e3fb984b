//! Which method answers.

use smol_str::SmolStr;

use super::kin::MAX_ANCESTORS;
use crate::program::*;
use crate::worlds::kin::Kin;
use crate::worlds::machine::*;

/// A class whose methods answer, and whether they are those of the class itself.
type Owner = (u32, bool);

impl Machine<'_> {
    /// The classes and modules that answer for a class, the first to ask first.
    pub(super) fn ancestors(&self, class: u32, of_class: bool) -> Vec<Owner> {
        let mut out: Vec<Owner> = Vec::new();
        self.collect_ancestors(class, of_class, &mut out);
        out
    }

    fn collect_ancestors(&self, class: u32, of_class: bool, out: &mut Vec<Owner>) {
        let mut next = Some(class);
        while let Some(class) = next {
            if out.len() >= MAX_ANCESTORS || out.contains(&(class, of_class)) {
                return;
            }
            let kin = self.kin.get(&class);
            let mixed = |kin: &Kin| if of_class { Vec::new() } else { kin.prepended.clone() };
            for module in kin.map(mixed).unwrap_or_default().into_iter().rev() {
                self.collect_ancestors(module, false, out);
            }
            if out.len() >= MAX_ANCESTORS || out.contains(&(class, of_class)) {
                return;
            }
            out.push((class, of_class));
            let after =
                kin.map(|kin| if of_class { kin.extended.clone() } else { kin.included.clone() }).unwrap_or_default();
            for module in after.into_iter().rev() {
                // modules that take each other in are no Ruby, but text may say so
                if !out.contains(&(module, false)) {
                    self.collect_ancestors(module, false, out);
                }
            }
            next = kin.and_then(|kin| kin.bases.first().copied());
        }
    }

    pub(super) fn answers(&self, owner: Owner, name: &str) -> Option<NodeRef> {
        let (class, of_class) = owner;
        let info = &self.classes[class as usize];
        let fits = |at: &&NodeRef| {
            self.def(**at).is_some_and(|def| {
                let module = info.form == ClassForm::Module;
                def.form != Form::Setter && (def.is_static == of_class || module)
            })
        };
        info.methods.get(name)?.iter().rev().find(fits).copied()
    }

    /// The method that answers to a name, and its owner.
    pub fn resolve(&self, class: u32, of_class: bool, name: &str) -> Option<(Owner, NodeRef)> {
        self.ancestors(class, of_class).into_iter().find_map(|owner| Some((owner, self.answers(owner, name)?)))
    }

    /// Methods of derived classes and mixins that write a field.
    pub fn derived_writers(&self, class: u32, name: &SmolStr) -> Vec<NodeRef> {
        let mut kin = self.below(class);
        for (owner, _) in self.ancestors(class, false) {
            kin.push(owner);
            kin.extend(self.below(owner));
        }
        kin.sort_unstable();
        kin.dedup();
        let others = kin.into_iter().filter(|other| *other != class);
        others.flat_map(|other| self.classes[other as usize].writers.get(name).into_iter().flatten().copied()).collect()
    }

    /// Definitions in classes derived from one: an object of the class may be one of theirs.
    pub fn overriding(&self, class: u32, of_class: bool, name: &str) -> Vec<NodeRef> {
        let mut out = Vec::new();
        for below in self.below(class) {
            if let Some((_, def)) = self.resolve(below, of_class, name)
                && !out.contains(&def)
            {
                out.push(def);
            }
        }
        out
    }

    /// Whether a class is among those that answer for another or for its objects.
    pub fn answers_for(&self, class: u32, owner: u32) -> bool {
        self.ancestors(class, false).iter().chain(&self.ancestors(class, true)).any(|(known, _)| *known == owner)
    }
}
