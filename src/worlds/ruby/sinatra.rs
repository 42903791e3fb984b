//! Sinatra: settings, `configure`, routes.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn uses_sinatra(&self) -> bool {
        self.required.iter().any(|path| path == "sinatra" || path.starts_with("sinatra/"))
            || matches!(self.body_class().map(|class| self.classes[class as usize].bases.first().and_then(Val::single)), Some(Some(V::Name(base))) if base.starts_with("Sinatra."))
    }

    /// Functions of a Sinatra application.
    pub fn sinatra_function(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        match (name, args.positional.len()) {
            ("settings", 0) => Some((Val::of(V::Name(SmolStr::new_static("settings")), lanes), lanes)),
            ("environment", 0) if self.body_class().is_some() => {
                Some((self.accessor_value("settings.environment", lanes)?, lanes))
            }
            // these leave the route
            ("halt" | "redirect" | "pass" | "not_found", _) if args.block.is_none() => {
                self.escape_args(args, lanes);
                self.leave(Target::Throw(SmolStr::new_static("halt")), lanes, Val::nil(lanes), None, at);
                Some((Val::default(), Lanes::NONE))
            }
            ("enable" | "disable", _) => {
                for setting in args.positional.iter().filter_map(|value| value.text().cloned()) {
                    self.write_setting("settings", &setting, lanes, &Val::bool(name == "enable", lanes));
                }
                Some((Val::nil(lanes), lanes))
            }
            ("set", count) => {
                let setting = args.get(0)?.text()?.clone();
                let value = match (args.get(1), args.block.clone()) {
                    (Some(value), _) if count == 2 => value.clone(),
                    (None, Some(block)) => self.call_value(at, &block, &Args::default(), lanes).0,
                    _ => return None,
                };
                // a closure is called whenever the setting is read
                let value = match value.single() {
                    Some(V::Closure(_)) => self.call_value(at, &value, &Args::default(), lanes).0,
                    _ => value,
                };
                if setting == "environment" {
                    self.name_environment(&value, lanes);
                } else {
                    self.write_setting("settings", &setting, lanes, &value);
                }
                Some((Val::nil(lanes), lanes))
            }
            _ => None,
        }
    }

    /// `set :environment, :development`, of one of the applications in the file: the others keep what they have.
    fn name_environment(&mut self, value: &Val, lanes: Lanes) {
        let mut named = value.only(lanes);
        for alt in &mut named.alts {
            alt.v = match &alt.v {
                V::Str(text) | V::Symbol(text) | V::Inquirer(text) => V::Symbol(text.clone()),
                _ => V::Unknown(Cause::Data),
            };
        }
        for head in ["settings", "Sinatra.Base", "Sinatra.Application"] {
            let mut either = self.accessor_value(&format!("{head}.environment"), lanes).unwrap_or_default();
            either.join(&named);
            self.write_setting(head, "environment", lanes, &either);
        }
    }

    /// `settings.production?`, `settings.planting?`.
    pub fn sinatra_setting(&mut self, at: NodeRef, name: &str, lanes: Lanes) -> Option<(Val, Lanes)> {
        let stem = name.strip_suffix('?')?;
        if matches!(stem, "production" | "development" | "test") {
            let environment = self.accessor_value("settings.environment", lanes)?;
            let wanted = Val::of(V::Symbol(SmolStr::new(stem)), lanes);
            let outcome = self.equal(at, &environment, &wanted, lanes, false);
            return Some((Val::either(outcome.yes, outcome.no), lanes));
        }
        let value = self.accessor_value(&format!("settings.{stem}"), lanes)?;
        let outcome = self.truth(&value, lanes);
        Some((self.bool_of(&outcome, &value), lanes))
    }
}
