//! What one run of a file tells the next: what bodies may have written before anything is read.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::*;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

/// What bodies may have written before anything is read: values of names of the file and of fields of classes.
#[derive(Debug, Default)]
pub struct Seeds {
    /// By the scope of the file.
    pub names: FxHashMap<(u32, SmolStr), Val>,
    pub fields: FxHashMap<(NodeRef, SmolStr), Val>,
}

impl Seeds {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.fields.is_empty()
    }

    pub fn covers(&self, other: &Seeds) -> bool {
        let within = |known: Option<&Val>, value: &Val| {
            value.alts.is_empty() || known.is_some_and(|known| value.is_within(known))
        };
        other.names.iter().all(|(name, value)| within(self.names.get(name), value))
            && other.fields.iter().all(|(name, value)| within(self.fields.get(name), value))
    }

    /// The same places, holding anything.
    pub fn forgotten(self) -> Seeds {
        let data = |_: Val| Val::data(Lanes::ALL);
        Seeds {
            names: self.names.into_iter().map(|(name, value)| (name, data(value))).collect(),
            fields: self.fields.into_iter().map(|(name, value)| (name, data(value))).collect(),
        }
    }
}

/// The part of a value that means the same in another run.
fn portable(value: &Val) -> Val {
    let mut out = Val::default();
    for alt in &value.alts {
        let v = match &alt.v {
            V::Nil
            | V::Missing
            | V::Bool(_)
            | V::Int(_)
            | V::Str(_)
            | V::Inquirer(_)
            | V::Symbol(_)
            | V::Regex { .. } => alt.v.clone(),
            V::AnyName { .. } | V::Name(_) | V::Made(_) | V::Host | V::IgnoreCase | V::Unknown(_) => alt.v.clone(),
            _ => V::Unknown(Cause::Data),
        };
        out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
    }
    out
}

impl Machine<'_> {
    /// The fields of a class that an earlier run saw written.
    pub fn seeded_fields(&self, class: NodeRef) -> Vec<(SmolStr, Val)> {
        self.seeds
            .fields
            .iter()
            .filter(|((known, _), _)| *known == class)
            .map(|((_, name), value)| (name.clone(), value.clone()))
            .collect()
    }

    /// What a next run has to know from the start.
    pub fn learned(&self) -> Seeds {
        let mut seeds = Seeds::default();
        for scope in &self.file_scopes {
            for (name, slot) in &self.scopes[*scope as usize].names {
                if let Some(value) = self.lingering.get(slot) {
                    seeds.names.insert((*scope, name.clone()), portable(value));
                }
            }
        }
        if self.stale {
            for class in &self.classes {
                for (name, field) in &class.fields {
                    seeds.fields.insert((class.node, name.clone()), portable(&field.value));
                }
            }
        }
        seeds
    }
}
