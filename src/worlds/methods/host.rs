//! .NET's host: services, branches of a pipeline, predicates of the environment.

use smol_str::SmolStr;

use super::environment::looks_like_environment;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::looks_like_switch;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    /// Whether the text before `.IsDevelopment()` names an environment (`env`, `_hostEnvironment`).
    pub(super) fn names_environment(&self, recv: NodeRef) -> bool {
        match self.kind(recv) {
            Some(Kind::Name(name) | Kind::Field(name)) => looks_like_environment(name),
            Some(Kind::Attr { name, .. }) => looks_like_environment(name),
            Some(Kind::Call(call)) => match self.kind(NodeRef { item: recv.item, node: call.callee }) {
                Some(Kind::Name(name) | Kind::Attr { name, .. }) => looks_like_environment(name),
                _ => false,
            },
            _ => false,
        }
    }

    /// `GetRequiredService<IHostEnvironment>()`.
    pub(super) fn service(&self, name: &str, call: &'p Call, lanes: Lanes) -> Option<Val> {
        let ty = call.type_args.first()?;
        (name.starts_with("Get") || name.starts_with("Resolve")).then(|| self.typed(ty, lanes)).flatten()
    }

    /// Classes handed over by type: whatever registers them decides when they run.
    pub fn register_types(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) {
        if !self.csharp() {
            return;
        }
        for ty in &call.type_args {
            let bare = ty.split('<').next().unwrap_or(ty);
            let simple = bare.rsplit('.').next().unwrap_or(bare);
            if let Some(class) = self.class_named(simple) {
                self.register(class, at, lanes);
            }
        }
    }

    /// ASP.NET's `UseWhen(predicate, configure)` and `MapWhen`: the branch runs where the predicate holds.
    pub(super) fn branch_of_pipeline(
        &mut self,
        at: NodeRef,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        if !self.csharp() || !matches!(name.rsplit('.').next(), Some("UseWhen" | "MapWhen")) {
            return None;
        }
        let (predicate, configure) = (args.get(0)?.clone(), args.get(1)?.clone());
        let cond = args.nodes.first().copied()?;
        let open = Args { open: true, ..Args::default() };
        let (value, falls) = self.call_value(at, &predicate, &open, lanes);
        let outcome = self.condition(cond, &value, falls);
        // the branch is built at the start, wherever; what it registers runs where the predicate holds
        let outer = self.later.replace((cond, outcome));
        let (_, falls) = self.call_value(at, &configure, &open, falls);
        self.later = outer;
        Some((Val::data(falls), falls))
    }

    /// `env.IsDevelopment()` and its like: case is ignored.
    pub fn host_predicate(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Val {
        let wanted = match name {
            "IsDevelopment" => SmolStr::new_static("Development"),
            "IsProduction" => SmolStr::new_static("Production"),
            "IsStaging" => SmolStr::new_static("Staging"),
            "IsEnvironment" => match args.get(0).and_then(|value| value.text().cloned()) {
                Some(text) => text,
                None => return Val::data(lanes),
            },
            "EnvironmentName" | "get_EnvironmentName" => return self.host_name(lanes),
            _ => {
                return if looks_like_switch(name) { Val::unknown(Cause::Opaque, lanes) } else { Val::data(lanes) };
            }
        };
        let environment = self.host_name(lanes);
        let wanted_value = Val::of(V::Str(wanted), lanes);
        let outcome = self.equal(at, &environment, &wanted_value, lanes, true);
        Val::either(outcome.yes, outcome.no)
    }
}

pub(super) fn is_host_predicate(name: &str) -> bool {
    matches!(name, "IsDevelopment" | "IsProduction" | "IsStaging" | "IsEnvironment")
}
