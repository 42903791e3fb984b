//! Methods of the environment and of its variables.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::catalog::is_selector_name;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// Methods of `ENV`, `os.environ` and .NET's environment.
    pub(super) fn environment_method(
        &mut self,
        at: NodeRef,
        head: &str,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let first = args.get(0);
        match (self.language, head, name) {
            (Language::Ruby, "ENV", "fetch") => {
                let value = self.environment_variable(at, first?, lanes);
                self.note_default(at, first?, args.get(1));
                Some(self.or_default(at, value, args, 1, lanes, "KeyError"))
            }
            (Language::Ruby, "ENV", "[]" | "dig") => Some((self.environment_variable(at, first?, lanes), lanes)),
            (Language::Ruby, "ENV", "key?" | "has_key?" | "include?" | "member?") => {
                let value = self.environment_variable(at, first?, lanes);
                Some((self.bool_of(&self.nilness(&value, lanes).negate(), &value), lanes))
            }
            (Language::Ruby, "ENV", "values_at") => {
                let values = args.positional.iter().map(|name| self.environment_variable(at, name, lanes)).collect();
                Some((Val::of(V::List(Rc::new(values)), lanes), lanes))
            }
            (Language::Ruby, "ENV", "slice") => {
                let pairs = args
                    .positional
                    .iter()
                    .map(|name| (name.clone(), self.environment_variable(at, name, lanes)))
                    .collect();
                Some((Val::of(V::Map(Rc::new(pairs)), lanes), lanes))
            }
            (Language::Ruby, "ENV.to_h", "fetch") if matches!(first?.single(), Some(V::Str(_))) => {
                let value = self.environment_variable(at, first?, lanes);
                Some(self.or_default(at, value, args, 1, lanes, "KeyError"))
            }
            (Language::Ruby, "ENV.to_h", "dig" | "[]")
                if matches!(first?.single(), Some(V::Str(_))) && args.positional.len() == 1 =>
            {
                Some((self.environment_variable(at, first?, lanes), lanes))
            }
            (Language::Ruby, "settings" | "Sinatra.Base" | "Sinatra.Application", _) => {
                self.sinatra_setting(at, name, lanes)
            }
            (Language::Ruby, "ENV", "to_h" | "to_hash") => {
                Some((Val::of(V::Name(SmolStr::new_static("ENV.to_h")), lanes), lanes))
            }
            (Language::Ruby, "ENV", "delete") => {
                let value = self.environment_variable(at, first?, lanes);
                self.set_variable(first?, lanes, &Val::of(V::Missing, lanes));
                Some((value, lanes))
            }
            (Language::Ruby, "ENV", "update" | "merge!") => {
                for map in &args.positional {
                    match map.single() {
                        Some(V::Map(pairs)) => {
                            for (name, value) in pairs.clone().iter() {
                                self.set_variable(name, lanes, value);
                            }
                        }
                        _ => self.forget_variables(lanes),
                    }
                }
                if args.open || args.block.is_some() {
                    self.forget_variables(lanes);
                }
                Some((Val::data(lanes), lanes))
            }
            (
                Language::Ruby,
                "ENV",
                "replace" | "clear" | "delete_if" | "keep_if" | "reject!" | "select!" | "filter!",
            ) => {
                self.escape_args(args, lanes);
                self.forget_variables(lanes);
                Some((Val::data(lanes), lanes))
            }
            (Language::Ruby, "ENV", "[]=" | "store") => {
                let value = args.get(1).cloned().unwrap_or_else(|| Val::data(lanes));
                self.set_variable(first?, lanes, &value);
                Some((value, lanes))
            }
            (Language::Python, "os.environ" | "environ", "get") => {
                let value = self.environment_variable(at, first?, lanes);
                self.note_default(at, first?, args.get(1).or_else(|| args.named("default")));
                Some((self.replace_missing(value, args.get(1).or_else(|| args.named("default")), lanes), lanes))
            }
            (Language::Python, "os.environ" | "environ", "setdefault") => {
                let value = self.environment_variable(at, first?, lanes);
                self.note_default(at, first?, args.get(1));
                let value = self.replace_missing(value, args.get(1), lanes);
                self.set_variable(first?, lanes, &value);
                Some((value, lanes))
            }
            (Language::Python, "os.environ" | "environ", "__getitem__") => {
                Some(self.read_variable_or_raise(at, first?, lanes))
            }
            (Language::Python, "os.environ" | "environ", "update") => {
                for value in &args.positional {
                    self.set_variables(value, lanes);
                }
                for (name, value) in &args.named {
                    let name = Val::of(V::Str(name.clone()), lanes);
                    self.set_variable(&name, lanes, value);
                }
                Some((Val::nil(lanes), lanes))
            }
            (Language::Python, "os.environ" | "environ", "__setitem__") => {
                self.set_variable(first?, lanes, args.get(1)?);
                Some((Val::nil(lanes), lanes))
            }
            (Language::Python, "os.environ" | "environ", "pop" | "__delitem__") => {
                let (value, falls) = match args.get(1) {
                    Some(default) => {
                        let value = self.environment_variable(at, first?, lanes);
                        (self.replace_missing(value, Some(default), lanes), lanes)
                    }
                    None => self.read_variable_or_raise(at, first?, lanes),
                };
                match first?.text() {
                    Some(_) => self.set_variable(first?, falls, &Val::of(V::Missing, falls)),
                    None => self.forget_variables(falls),
                }
                Some((value, falls))
            }
            (Language::Python, "os.environ" | "environ", "clear" | "popitem") => {
                self.forget_variables(lanes);
                Some((Val::data(lanes), lanes))
            }
            _ => None,
        }
    }

    pub fn read_variable_or_raise(&mut self, at: NodeRef, name: &Val, lanes: Lanes) -> (Val, Lanes) {
        let value = self.environment_variable(at, name, lanes);
        let missing = self.nilness(&value, lanes);
        self.raise_part(at, missing, lanes, "KeyError");
        let falls = missing.no & lanes;
        let mut out = Val { deps: value.deps.clone(), ..Val::default() };
        value
            .groups(falls)
            .into_iter()
            .filter(|alt| !matches!(alt.v, V::Nil | V::Missing))
            .for_each(|alt| out.add(alt));
        (out, falls)
    }

    fn raise_part(&mut self, at: NodeRef, outcome: Outcome, lanes: Lanes, class: &'static str) {
        let cuts = self.st.cuts.clone();
        self.leave(Target::Raise, outcome.yes & lanes, Val::data(lanes), Some(SmolStr::new_static(class)), at);
        for lane in outcome.no.indices() {
            self.st.cuts[lane] = cuts[lane].clone();
        }
    }

    /// `fetch`: a missing value is replaced by the default or the block's value, or raises.
    pub(super) fn or_default(
        &mut self,
        at: NodeRef,
        value: Val,
        args: &Args,
        index: usize,
        lanes: Lanes,
        class: &'static str,
    ) -> (Val, Lanes) {
        if let Some(block) = args.block.clone() {
            let missing = self.nilness(&value, lanes).yes;
            // the block of `ENV.fetch` is given the name
            let own = Args {
                positional: args.positional.iter().take(1).cloned().collect(),
                nodes: vec![at],
                ..Args::default()
            };
            let (default, falls) = self.call_value(at, &block, &own, missing);
            let out = self.replace_missing(value, Some(&default), lanes);
            return (out, lanes.without(missing) | falls | (lanes & missing & falls));
        }
        match args.get(index) {
            Some(default) => {
                let default = default.clone();
                (self.replace_missing(value, Some(&default), lanes), lanes)
            }
            None => {
                let missing = self.nilness(&value, lanes);
                // an unknown variable may be missing; that it is set is as likely
                let surely = missing.yes.without(missing.no);
                self.raise_part(
                    at,
                    Outcome { yes: surely, no: lanes.without(surely), ..Outcome::default() },
                    lanes,
                    class,
                );
                let falls = lanes.without(surely);
                let mut out = Val { deps: value.deps.clone(), ..Val::default() };
                value
                    .groups(falls)
                    .into_iter()
                    .filter(|alt| !matches!(alt.v, V::Nil | V::Missing))
                    .for_each(|alt| out.add(alt));
                (out, falls)
            }
        }
    }

    pub fn replace_missing(&self, value: Val, default: Option<&Val>, lanes: Lanes) -> Val {
        let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
        for alt in value.groups(lanes) {
            match (&alt.v, default) {
                (V::Nil | V::Missing, Some(default)) => {
                    for other in default.groups(alt.lanes) {
                        out.add(Alt { lanes: other.lanes, v: other.v, doubt: other.doubt || alt.doubt });
                    }
                }
                _ => out.add(alt),
            }
        }
        out
    }

    pub(super) fn note_default(&mut self, at: NodeRef, name: &Val, default: Option<&Val>) {
        let (Some(name), Some(default)) = (name.text().cloned(), default.and_then(|value| value.text().cloned()))
        else {
            return;
        };
        let means_development = matches!(default.to_lowercase().as_str(), "development" | "dev" | "local");
        if self.python() && selects_settings(&name) {
            // `config.DevelopmentConfig`
            let class = default.rsplit(['.', ':']).next().unwrap_or_default().to_lowercase();
            if means_development
                || matches!(class.as_str(), "developmentconfig" | "devconfig" | "localconfig" | "debugconfig")
            {
                self.emit(at, EventKind::DevelopmentSettings { name, default });
            }
            return;
        }
        if means_development
            && match self.catalog.variable(self.language, &name) {
                Some(variable) => !variable.flag,
                None => is_selector_name(&name),
            }
        {
            self.emit(at, EventKind::DevelopmentDefault { name, default });
        }
    }
}

/// `FLASK_CONFIG`, `APP_SETTINGS`: a variable that names the settings to run with.
fn selects_settings(name: &str) -> bool {
    let is_upper = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    is_upper
        && ["FLASK_CONFIG", "APP_SETTINGS", "CONFIG_NAME", "CONFIG_MODE", "APP_CONFIG", "CONFIG_CLASS"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Whether a name says that it holds an environment object.
pub fn looks_like_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let lower = last.trim_start_matches('_').to_lowercase();
    lower == "env" || lower.ends_with("env") || lower.ends_with("environment") || lower.ends_with("environment()")
}
