//! Calls that are forms of the language.

use super::is_known_name;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    /// Calls whose arguments are not simply evaluated.
    pub fn special_form(&mut self, at: NodeRef, call: &'p Call, callee: NodeRef, lanes: Lanes) -> Option<(Val, Lanes)> {
        let first = call.args.first().map(|node| NodeRef { item: at.item, node: *node });
        match (self.language, self.kind(callee)?) {
            (Language::Ruby, Kind::Name(name)) if name == "defined?" => {
                let (value, _) = self.eval_quietly(first?, lanes);
                let library = matches!(value.single(), Some(V::Name(name)) if self.symbol_of(name).is_some());
                // where the environment is asked of a framework, the framework is there
                let framework = matches!(value.single(), Some(V::Name(name)) if matches!(name.as_str(), "Rails" | "ENV" | "Rails.env" | "Hanami" | "Padrino"));
                if framework {
                    return Some((Val::bool(true, lanes), lanes));
                }
                // whether a library is loaded in production is the manifest's business
                Some((if library { Val::unknown(Cause::Opaque, lanes) } else { Val::data(lanes) }, lanes))
            }
            (Language::Ruby, Kind::Name(name)) if name == "alias_method" && call.args.len() == 2 => {
                let named = |node: &NodeId| match self.kind(NodeRef { item: at.item, node: *node }) {
                    Some(Kind::Lit(Lit::Symbol(name) | Lit::Str(name))) => Some(name.clone()),
                    _ => None,
                };
                let (new, old) = (named(&call.args[0])?, named(&call.args[1])?);
                self.alias_method(at, &new, &old);
                Some((Val::of(V::Symbol(new), lanes), lanes))
            }
            (Language::Ruby, Kind::Name(name))
                if matches!(name.as_str(), "lambda" | "proc") && call.args.is_empty() =>
            {
                let block = NodeRef { item: at.item, node: call.block? };
                Some(self.eval(block, lanes))
            }
            (Language::Ruby, Kind::Name(name))
                if matches!(name.as_str(), "configure" | "environment")
                    && call.block.is_some()
                    && !call.args.is_empty() =>
            {
                self.configure(at, call, lanes)
            }
            (Language::Python, Kind::Name(name)) if name == "global" => {
                Some((Val::nil(lanes), self.global_names(at, call, lanes)))
            }
            (Language::Python, Kind::Name(name)) if name == "nonlocal" => {
                Some((Val::nil(lanes), self.outer_names(at, call, lanes)))
            }
            (Language::CSharp, Kind::Attr { recv, .. }) => {
                let recv = NodeRef { item: at.item, node: *recv };
                let debug = match self.kind(recv)? {
                    Kind::Name(name) => name == "Debug" && self.class_named(name).is_none(),
                    Kind::Attr { name, .. } => name == "Debug",
                    _ => false,
                };
                if !debug {
                    return None;
                }
                // System.Diagnostics.Debug: the call and its arguments vanish without DEBUG
                let on = self.truth(&self.symbol("DEBUG", lanes), lanes).yes;
                let branches = [
                    Branch { cond: Some(at), decided: lanes, ..Branch::open(on, Lanes::NONE) },
                    Branch { cond: Some(at), decided: lanes, ..Branch::open(lanes.without(on), Lanes::NONE) },
                ];
                Some(self.fork(&branches, |machine, index| {
                    let mut falls = branches[index].lanes;
                    if index == 0 {
                        for arg in &call.args {
                            let (value, rest) = machine.eval(NodeRef { item: at.item, node: *arg }, falls);
                            machine.escape(&value, rest, at);
                            falls = rest;
                        }
                    }
                    (Val::nil(falls), falls)
                }))
            }
            _ => None,
        }
    }

    /// `configure :development do … end` (Sinatra, Padrino), `environment(:test) { }` (Hanami): symbols only.
    fn configure(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) -> Option<(Val, Lanes)> {
        let mut names = Vec::new();
        for node in &call.args {
            let (value, _) = self.eval(NodeRef { item: at.item, node: *node }, lanes);
            names.push(value.single().cloned());
        }
        let block = call.block.map(|node| NodeRef { item: at.item, node })?;
        let environment = self.accessor_value("Sinatra.Base.environment", lanes)?;
        let mut on = Lanes::NONE;
        for alt in environment.groups(lanes) {
            let matched = names.iter().any(|name| match (name, &alt.v) {
                (Some(V::Symbol(name)), V::Symbol(environment)) => name == environment,
                (Some(V::Symbol(name)), V::AnyName { .. }) => !is_known_name(name),
                (Some(V::Str(_)), _) => false,
                (Some(V::Symbol(_)), _) => false,
                _ => true,
            });
            if matched {
                on |= alt.lanes;
            }
        }
        let condition = self.conditions.entry(at).or_default();
        condition.yes |= on;
        condition.no |= lanes.without(on);
        condition.decided |= lanes;
        let mut outcome = Outcome { yes: on, no: lanes.without(on), yes_sure: on, no_sure: lanes.without(on) };
        match self.forced.get(&at) {
            Some(Force::Flip) => outcome = outcome.negate(),
            Some(Force::Unknown) => outcome = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes },
            None => {}
        }
        let branches = [
            Branch { cond: Some(at), decided: outcome.decided(), ..Branch::open(outcome.yes, Lanes::NONE) },
            Branch { cond: Some(at), decided: outcome.decided(), ..Branch::open(outcome.no, Lanes::NONE) },
        ];
        Some(self.fork(&branches, |machine, index| {
            let on = branches[index].lanes;
            if index == 0 {
                let (block, falls) = machine.eval(block, on);
                return machine.call_value(at, &block, &Args { open: true, ..Args::default() }, falls);
            }
            (Val::nil(on), on)
        }))
    }

    fn global_names(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) -> Lanes {
        for node in &call.args {
            if let Some(Kind::Lit(Lit::Str(name))) = self.kind(NodeRef { item: at.item, node: *node }) {
                let slot = self.declare(self.module_scope(), name);
                let scope = self.declaring();
                self.scopes[scope as usize].names.insert(name.clone(), slot);
            }
        }
        lanes
    }
}
