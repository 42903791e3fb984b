//! Environment variables: what they hold, who sets them, and what is odd about their names.

use smol_str::SmolStr;

use super::spelling::{Form, spell, text_of_alt};
use crate::catalog::{Lanes as Spelt, Variable, is_debug_flag, is_selector_name};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// Stands for every variable of the process: no variable has this name.
pub(super) const ANY_VARIABLE: &str = "";

/// The name under which a write to the process environment is kept.
pub(super) fn variable_slot(name: &str) -> SmolStr {
    SmolStr::new(format!("\u{1}env {name}"))
}

impl Machine<'_> {
    /// What an environment variable holds. `None` for a name that is not known.
    pub fn environment_variable(&mut self, at: NodeRef, name: &Val, lanes: Lanes) -> Val {
        let mut out = Val::default();
        for alt in name.groups(lanes) {
            let part = match text_of_alt(&alt) {
                Some(text) => self.one_variable(at, &text, alt.lanes),
                None => {
                    let mut value = Val::of(V::Missing, alt.lanes);
                    value.join(&Val::unknown(Cause::Flag, alt.lanes));
                    value
                }
            };
            out.join(&part);
        }
        out
    }

    fn one_variable(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) -> Val {
        let file = 0;
        let mut written = Val::default();
        let mut maybe = false;
        if let Some(slot) = self.slot_in(file, &variable_slot(name)) {
            written = self.slots[slot as usize].only(lanes);
            maybe = self.lingering.contains_key(&slot);
        }
        if let Some(slot) = self.slot_in(file, &variable_slot(ANY_VARIABLE)) {
            written.join(&self.slots[slot as usize].only(lanes));
            maybe = true;
        }
        let open = if maybe { lanes } else { lanes.without(written.lanes()) };
        if open.is_empty() {
            return written;
        }
        let mut value = self.plain_variable(at, name, open);
        value.join(&written);
        value
    }

    /// Why a framework in use does not honour a variable.
    fn ignored(&self, name: &str) -> Option<SmolStr> {
        let version = |package: &str| self.facts.versions.get(package).copied();
        match (self.language, name) {
            (Language::Python, "FLASK_ENV") if version("flask").is_some_and(|flask| flask >= (2, 3)) => {
                Some(SmolStr::new_static("Flask stopped reading it in 2.3"))
            }
            (Language::Ruby, "RAILS_ENV")
                if version("rails").is_none() && self.required.iter().any(|path| path.starts_with("sinatra")) =>
            {
                Some(SmolStr::new_static("Sinatra reads APP_ENV and RACK_ENV"))
            }
            (Language::CSharp, "ASPNETCORE_ENVIRONMENT") if self.is_generic_host() => {
                Some(SmolStr::new_static("the generic host reads DOTNET_ENVIRONMENT alone"))
            }
            _ => None,
        }
    }

    fn plain_variable(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) -> Val {
        if let Some(why) = self.ignored(name) {
            self.emit(at, EventKind::IgnoredVariable { name: name.clone(), why });
        }
        let known = self.catalog.variable(self.language, name).cloned();
        // a predicate that the project adds to the environment tells machines apart that the framework calls the same
        let is_added = matches!(self.st.this.as_ref().and_then(Val::single), Some(V::Inquirer(_) | V::AnyName { .. }));
        if is_added && known.as_ref().is_none_or(|variable| !variable.framework) {
            let mut value = Val::of(V::Missing, lanes);
            value.join(&Val::unknown(Cause::Flag, lanes));
            return value;
        }
        if let Some(variable) = known {
            self.note_variable(at, &variable);
            let mut value = spell(&variable.lanes, lanes, Form::Text, !variable.framework);
            if !variable.flag {
                value = self.with_own_production(value);
            }
            return if variable.framework || variable.flag { value } else { self.with_project_spelling(name, value) };
        }
        if let Some(known) = self.misspelt(name) {
            self.emit(at, EventKind::MisspeltVariable { name: name.clone(), known });
            return Val::of(V::Missing, lanes);
        }
        if is_selector_name(name) {
            self.emit(at, EventKind::HomeMadeVariable { name: name.clone() });
            let one = |text: &'static str| vec![Some(SmolStr::new_static(text))];
            let spelt = Spelt {
                production: one("production"),
                unset: vec![None],
                staging: one("staging"),
                odd: one("Production"),
                development: one("development"),
                test: one("test"),
            };
            let value = self.with_own_production(spell(&spelt, lanes, Form::Text, true));
            return self.with_project_spelling(name, value);
        }
        if self.python() && is_debug_flag(name) {
            self.emit(at, EventKind::HomeMadeVariable { name: name.clone() });
            let one = |text: &'static str| vec![Some(SmolStr::new_static(text))];
            let spelt = Spelt {
                production: one("False"),
                unset: vec![None],
                staging: one("False"),
                odd: one("off"),
                development: one("True"),
                test: one("False"),
            };
            return spell(&spelt, lanes, Form::Text, true);
        }
        let mut value = Val::of(V::Missing, lanes);
        value.join(&Val::unknown(Cause::Flag, lanes));
        value
    }

    /// A variable of the project's own holds production as the project spells it: where this file writes it in another
    /// case, either may be meant.
    fn with_project_spelling(&mut self, name: &str, mut value: Val) -> Val {
        // what a deployment sets is what production has
        if let Some(spelt) = self.facts.pinned.get(name).filter(|text| text.eq_ignore_ascii_case("production")) {
            let on = value.lanes() & Lanes::PRODUCTION;
            value.overwrite(on, &Val::of(V::Str(spelt.clone()), on));
            return value;
        }
        if self.spellings.is_none() {
            let nodes = self.program.items.iter().filter_map(|item| item.code.as_ref()).flat_map(|code| &code.nodes);
            let mut found: Vec<SmolStr> = nodes
                .filter_map(|node| match &node.kind {
                    Kind::Lit(Lit::Str(text)) if text != "production" && text.eq_ignore_ascii_case("production") => {
                        Some(text.clone())
                    }
                    _ => None,
                })
                .collect();
            found.sort_unstable();
            found.dedup();
            self.spellings = Some(found);
        }
        if value.lanes().has(Lanes::PRODUCTION) {
            for text in self.spellings.iter().flatten() {
                value.add(Alt { lanes: Lanes::PRODUCTION, v: V::Str(text.clone()), doubt: false });
            }
        }
        value
    }

    fn note_variable(&mut self, at: NodeRef, variable: &Variable) {
        let kind = if variable.framework {
            EventKind::RawVariable { name: variable.name.clone() }
        } else {
            EventKind::HomeMadeVariable { name: variable.name.clone() }
        };
        self.emit(at, kind);
    }

    /// The known variable that a name nobody sets is a slip of: another case, or a letter or two away.
    fn misspelt(&self, name: &str) -> Option<SmolStr> {
        self.catalog.slip_of(self.language, name).map(|known| known.name.clone())
    }

    /// A write to the process environment.
    pub fn set_variable(&mut self, name: &Val, lanes: Lanes, value: &Val) {
        match name.text().cloned() {
            Some(text) => {
                let place = variable_slot(&text);
                if self.slot_in(0, &place).is_none() {
                    // what it holds until then is known before any branch writes it; a write is no reading to tell of
                    let told = self.events.len();
                    let before = self.plain_variable(NodeRef { item: ItemId(0), node: NodeId(0) }, &text, Lanes::ALL);
                    self.events.truncate(told);
                    let slot = self.declare(0, &place);
                    self.slots[slot as usize] = before;
                }
                let slot = self.declare(0, &place);
                self.set_slot(slot, lanes, value);
            }
            None => self.forget_variables(lanes),
        }
    }

    /// Any variable of the process may hold anything.
    pub fn forget_variables(&mut self, lanes: Lanes) {
        let slot = self.declare(0, &variable_slot(ANY_VARIABLE));
        self.weaken_slot(slot, &Val::data(lanes));
    }
}
