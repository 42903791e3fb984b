//! Accessors of the environment and settings: what they hold in each lane.

use smol_str::SmolStr;

use super::spelling::{Form, flag, spell};
use super::variables::{ANY_VARIABLE, variable_slot};
use crate::catalog::{Gives, Lanes as Spelt};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// The name under which a setting written by the file is kept.
fn setting_slot(full: &str) -> SmolStr {
    SmolStr::new(format!("\u{1}set {full}"))
}

impl Machine<'_> {
    /// The value of an accessor of the catalogue.
    pub fn accessor_value(&mut self, full: &str, lanes: Lanes) -> Option<Val> {
        if let Some(closed) = self.facts.predicates.get(full) {
            let development = Lanes::DEVELOPMENT | Lanes::TEST;
            let value = Val::either(development, !development).only(lanes);
            return Some(if *closed { value } else { Val::either(!development, development).only(lanes) });
        }
        if let Some(slot) = self.slot_in(0, &setting_slot(full)) {
            return Some(self.slots[slot as usize].only(lanes));
        }
        let accessor = self.catalog.accessor(self.language, full)?;
        let mut value = match accessor.gives {
            Gives::Host => Val::of(V::Host, lanes),
            Gives::Name => self.with_own_production(spell(&accessor.lanes, lanes, Form::Inquirer, !accessor.framework)),
            Gives::Symbol => self.with_own_production(spell(&accessor.lanes, lanes, Form::Symbol, !accessor.framework)),
            Gives::Flag => flag(&accessor.lanes, lanes),
        };
        if self.ruby() && accessor.gives == Gives::Name {
            value.join(&self.written_names(lanes));
        }
        Some(value)
    }

    /// What the file itself wrote to the variables that Rails reads: whether before Rails read them is not known.
    fn written_names(&self, lanes: Lanes) -> Val {
        let mut out = Val::default();
        for name in ["RAILS_ENV", "RACK_ENV", ANY_VARIABLE] {
            let Some(slot) = self.slot_in(0, &variable_slot(name)) else { continue };
            for alt in self.slots[slot as usize].groups(lanes) {
                let v = match alt.v {
                    V::Str(text) => V::Inquirer(text),
                    V::Nil | V::Missing => continue,
                    V::AnyName { symbol, own, .. } => V::AnyName { inquirer: true, symbol, own },
                    _ => V::Unknown(Cause::Data),
                };
                out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
            }
        }
        out
    }

    /// Ruby: `Rails.env = …`, `Rails.configuration.x.fake = …`: the settings of one object that the whole process shares.
    pub fn write_setting(&mut self, head: &str, name: &str, lanes: Lanes, value: &Val) -> bool {
        let shared = head.starts_with("Rails.configuration")
            || head.starts_with("Rails.application.config")
            || head == "settings";
        let constant = head.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_uppercase()));
        if !self.ruby() || !(shared || constant) {
            return false;
        }
        let full = SmolStr::new(format!("{head}.{name}"));
        let place = setting_slot(&full);
        if self.slot_in(0, &place).is_none() {
            let before = self.accessor_value(&full, Lanes::ALL).unwrap_or_else(|| Val::of(V::Made(full), Lanes::ALL));
            let slot = self.declare(0, &place);
            self.slots[slot as usize] = before;
        }
        let slot = self.declare(0, &place);
        let mut value = value.only(lanes);
        if head == "Rails" && name == "env" {
            // Rails makes a text an inquirer
            for alt in &mut value.alts {
                if let V::Str(text) = &alt.v {
                    alt.v = V::Inquirer(text.clone());
                }
            }
        }
        self.set_slot(slot, lanes, &value);
        true
    }

    /// A member of .NET's environment object.
    pub(super) fn host_member(&mut self, name: &str, lanes: Lanes) -> Val {
        match name {
            "EnvironmentName" | "Environment" => self.host_name(lanes),
            "HostingEnvironment" => Val::of(V::Host, lanes),
            _ => Val::data(lanes),
        }
    }

    pub fn host_name(&self, lanes: Lanes) -> Val {
        let spelt = |text: &'static str| vec![Some(SmolStr::new_static(text))];
        let all = Spelt {
            production: spelt("Production"),
            unset: spelt("Production"),
            staging: spelt("Staging"),
            odd: spelt("production"),
            development: spelt("Development"),
            test: spelt("Testing"),
        };
        self.with_renames(self.with_own_production(spell(&all, lanes, Form::Text, false)), lanes)
    }

    /// The configuration may name production otherwise: where the environment is production, it is one of these names.
    pub(super) fn with_own_production(&self, mut value: Val) -> Val {
        let is_production = |alt: &&Alt| {
            alt.lanes.has(Lanes::PRODUCTION)
                && matches!(&alt.v, V::Str(text) | V::Symbol(text) | V::Inquirer(text) if text.eq_ignore_ascii_case("production"))
        };
        let Some(like) = value.alts.iter().find(is_production).map(|alt| alt.v.clone()) else {
            return value;
        };
        for name in self.facts.production_names.iter().cloned() {
            let v = match like {
                V::Symbol(_) => V::Symbol(name),
                V::Inquirer(_) => V::Inquirer(name),
                _ => V::Str(name),
            };
            value.add(Alt { lanes: Lanes::PRODUCTION, v, doubt: false });
        }
        value
    }

    /// A worker or console host, which knows nothing of ASP.NET's variables.
    pub(super) fn is_generic_host(&self) -> bool {
        let mut generic = false;
        let nodes = self
            .program
            .items
            .iter()
            .filter_map(|item| item.code.as_ref())
            .flat_map(|code| code.nodes.iter().map(move |node| (code, node)));
        for (code, node) in nodes {
            let Kind::Attr { recv, name, .. } = &node.kind else { continue };
            let head = match code.nodes.get(recv.0 as usize).map(|node| &node.kind) {
                Some(Kind::Name(head) | Kind::Attr { name: head, .. }) => head.as_str(),
                _ => "",
            };
            match (head, name.as_str()) {
                ("WebApplication" | "WebHost", _) | (_, "ConfigureWebHostDefaults" | "ConfigureWebHost") => {
                    return false;
                }
                ("Host", "CreateDefaultBuilder" | "CreateApplicationBuilder") => generic = true,
                _ => {}
            }
        }
        generic
    }
}

/// Properties of builders, hosts and contexts that hold .NET's environment object.
pub(super) fn is_host_member(name: &str) -> bool {
    matches!(name, "Environment" | "HostingEnvironment" | "HostEnvironment" | "WebHostEnvironment")
}
