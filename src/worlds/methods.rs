//! Methods: what calls on known values give, and which names beyond the file are known.

use std::rc::Rc;

use smol_str::SmolStr;

use super::eval::text_of;
use super::held::{Held, Search};
use super::lanes::Lanes;
use super::machine::*;
use super::names::looks_like_switch;
use super::names::member_name;
use super::python::is_settings_reader;
use super::value::*;
use crate::catalog::Effect as SymbolEffect;
use crate::program::*;

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
                let slot = self.declare(0, name);
                let scope = self.declaring();
                self.scopes[scope as usize].names.insert(name.clone(), slot);
            }
        }
        lanes
    }

    /// A call on a receiver, alternative by alternative.
    #[allow(clippy::too_many_arguments)]
    pub fn call_on(
        &mut self,
        at: NodeRef,
        target: &Val,
        recv: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        let taint = target.taint.or_else(|| args.all().find_map(|value| value.taint));
        let deps = target.deps.clone();
        self.note_sink(at, Some((target, recv)), name, args, lanes);
        let outer = std::mem::take(&mut self.block_why);
        let (mut value, falls) = self.each_alternative(target, lanes, |machine, v, lanes| {
            if call.safe && matches!(v, V::Nil | V::Missing) {
                return (Val::default(), Lanes::NONE);
            }
            machine.call_method(at, v, recv, name, args, lanes, call)
        });
        value.deps = value.deps.and(&deps).and(&std::mem::replace(&mut self.block_why, outer));
        value.deps = args.all().fold(value.deps, |all, arg| all.and(&arg.deps));
        value.taint = value.taint.or(taint);
        if self.python() && !leaves_alone(name) {
            self.changed_by_method(recv, target, name, args, falls);
            let taint = args.all().find_map(|value| value.taint);
            if is_mutation(name) {
                self.taint_place(recv, taint);
            }
        } else if is_mutation(name) {
            self.mutated(recv, target, name, args, falls);
        }
        (value, falls)
    }

    /// A method that changes its receiver: a list takes what it is given; what is not modelled is forgotten.
    fn mutated(&mut self, recv: NodeRef, target: &Val, name: &str, args: &Args, lanes: Lanes) {
        let taint = args.all().find_map(|value| value.taint);
        self.taint_place(recv, taint);
        let changes =
            |v: &V| matches!(v, V::List(_) | V::Map(_)) || (is_changeable(v, self.language) && changes_text(name));
        if !target.alts.iter().any(|alt| changes(&alt.v)) {
            return;
        }
        let mut value = Val { deps: target.deps.clone(), taint: target.taint.or(taint), ..Val::default() };
        for alt in target.groups(lanes) {
            let v = match &alt.v {
                V::List(items) => changed_list(items, name, args)
                    .filter(|items| items.len() <= MAX_FOLLOWED)
                    .map_or(V::Unknown(Cause::Data), |items| V::List(Rc::new(items))),
                V::Map(pairs) => changed_map(pairs, name, args, alt.lanes)
                    .map_or(V::Unknown(Cause::Data), |pairs| V::Map(Rc::new(pairs))),
                v if is_changeable(v, self.language) && changes_text(name) => V::Unknown(Cause::Data),
                v => v.clone(),
            };
            value.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
        }
        self.changed(recv, target, &value, lanes);
    }

    /// A value was changed in place: the place it was found at holds the new one, whatever else holds the same object may.
    pub fn changed(&mut self, place: NodeRef, old: &Val, new: &Val, lanes: Lanes) {
        let direct = match self.kind(place) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                super::names::Found::Slot(slot) => {
                    self.set_slot(slot, lanes, new);
                    Some(slot)
                }
                _ => {
                    self.assign(place, lanes, new);
                    None
                }
            },
            Some(Kind::Field(_)) => {
                self.assign(place, lanes, new);
                None
            }
            _ => None,
        };
        for alt in old.groups(lanes) {
            if !is_changeable(&alt.v, self.language) {
                continue;
            }
            let becomes = self.st.under_way(new, alt.lanes);
            self.changes.push((alt.v.clone(), becomes.clone()));
            let mut search = Search::of(&alt.v);
            let mut held: Vec<(u32, Held)> = Vec::new();
            let holders = self.holders.of(&alt.v, self.slots.len());
            for slot in holders.iter().copied().filter(|slot| Some(*slot) != direct) {
                let value = &self.slots[slot as usize];
                held.extend(search.within(value, alt.lanes).map(|held| (slot, held)));
            }
            let mut fields: Vec<(u32, SmolStr, Held)> = Vec::new();
            for (class, info) in self.classes.iter().enumerate() {
                for (name, field) in &info.fields {
                    let held = search.within(&field.value, alt.lanes);
                    fields.extend(held.map(|held| (class as u32, name.clone(), held)));
                }
            }
            // a body that runs for any object of a class changes what the class says of them all
            let of_any = matches!(self.kind(place), Some(Kind::Field(_)))
                && matches!(self.st.this.as_ref().and_then(|this| this.single()), Some(V::Instance(_)));
            let mut touched = Vec::new();
            if !of_any {
                let slots = holders.iter().map(|slot| &self.slots[*slot as usize]);
                for value in slots.chain(&self.st.this) {
                    search.change_fields(value, &becomes, &mut touched);
                }
            }
            self.charge(search.looked);
            for (slot, held) in held {
                self.weaken_slot(slot, &held.becomes(&becomes));
            }
            for (object, name) in touched {
                self.note_field_write(&object, &name);
            }
            for (class, name, held) in fields {
                self.write_class_field(class, &name, held.lanes, &held.becomes(&becomes));
            }
        }
    }

    /// What a value held by an expression in progress has become by now.
    pub fn after_changes(&self, value: &Val, mark: usize) -> Val {
        let mut out = value.clone();
        for (old, new) in self.changes.iter().skip(mark) {
            if let Some(held) = Search::of(old).within(&out, Lanes::ALL) {
                out.join(&held.becomes(new));
            }
        }
        out
    }

    #[allow(clippy::too_many_arguments)]
    fn call_method(
        &mut self,
        at: NodeRef,
        v: &V,
        recv: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        match v {
            V::Class(_) | V::Instance(_) | V::Object(_) => {
                let class = match v {
                    V::Class(class) | V::Instance(class) => *class,
                    V::Object(object) => object.class,
                    _ => 0,
                };
                if let V::Class(class) = v
                    && self.ruby()
                    && name == "new"
                {
                    return self.construct(at, *class, args, lanes);
                }
                self.call_member(at, v, class, name, args, lanes, call)
            }
            V::Closure(closure) if self.python() && name == "__wrapped__" => {
                let behind = self.behind(closure, lanes);
                self.call_value(at, &behind, args, lanes)
            }
            V::Closure(closure)
                if matches!(
                    name.as_str(),
                    "call" | "()" | "yield" | "===" | "Invoke" | "DynamicInvoke" | "__call__"
                ) || (name == "curry" && !self.ruby()) =>
            {
                let closure = closure.clone();
                self.invoke(at, &closure, args, lanes)
            }
            V::List(_) if matches!(name.as_str(), "Invoke" | "DynamicInvoke") => {
                let value = Val::of(v.clone(), lanes);
                self.call_value(at, &value, args, lanes)
            }
            V::Name(head) | V::Made(head) if !self.rewritten(&format!("{head}.{name}"), lanes).alts.is_empty() => {
                let written = self.rewritten(&format!("{head}.{name}"), lanes);
                let on = written.lanes();
                let rest = match self.hides(v) {
                    true => lanes.without(on),
                    false => lanes,
                };
                let branches = [Branch::open(on, Lanes::NONE), Branch::open(rest, Lanes::NONE)];
                let full = SmolStr::new(format!("{head}.{name}"));
                self.fork(&branches, |machine, index| match index {
                    0 => machine.call_value_with(at, &written, args, on, Some(call)),
                    _ if rest.is_empty() => (Val::default(), rest),
                    _ => machine.call_named_with(at, &full, args, rest, call),
                })
            }
            V::Name(head) | V::Made(head) => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                let constructed = matches!(v, V::Made(_)) || name == "new";
                let full = if self.ruby() && name == "new" { head.clone() } else { member_name(head, name) };
                if self.csharp()
                    && is_host_predicate(name)
                    && (looks_like_environment(head) || constructed && looks_like_environment(&full))
                {
                    return (self.host_predicate(at, name, args, lanes), lanes);
                }
                if let Some(result) = self.environment_method(at, head, name, args, lanes) {
                    return result;
                }
                // what a function that is not in sight gave: it may be an object of the file
                if self.python() && matches!(v, V::Made(_)) && !head.contains('.') {
                    self.may_call_methods(at, name, lanes);
                }
                self.call_named_with(at, &full, args, lanes, call)
            }
            V::Host => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                (self.host_predicate(at, name, args, lanes), lanes)
            }
            V::Nil | V::Missing => self.nil_method(at, v, name, args, lanes),
            V::Unknown(cause) => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                if self.csharp() && is_host_predicate(name) && self.names_environment(recv) {
                    return (self.host_predicate(at, name, args, lanes), lanes);
                }
                if self.csharp()
                    && let Some(value) = self.service(name, call, lanes)
                {
                    return (value, lanes);
                }
                if let Some(result) = self.branch_of_pipeline(at, name, args, lanes) {
                    return result;
                }
                self.register_types(at, call, lanes);
                if self.python() {
                    self.may_call_methods(at, name, lanes);
                }
                self.block_on_unknown(at, name, args, lanes, *cause)
            }
            _ => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                if let Some(result) = self.value_method(at, v, name, args, lanes) {
                    return result;
                }
                self.escape_args(args, lanes);
                (Val::data(lanes), lanes)
            }
        }
    }

    /// Whether the text before `.IsDevelopment()` names an environment (`env`, `_hostEnvironment`).
    fn names_environment(&self, recv: NodeRef) -> bool {
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
    fn service(&self, name: &str, call: &'p Call, lanes: Lanes) -> Option<Val> {
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
                self.registered.push(Registered {
                    class,
                    at,
                    context: self.context,
                    lanes,
                    doubt: self.st.doubt & lanes,
                    path: self.st.path.clone(),
                    cuts: self.st.cuts.clone(),
                });
            }
        }
    }

    /// A C# extension method of the file.
    fn extension_method(
        &mut self,
        at: NodeRef,
        v: &V,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        if !self.csharp() {
            return None;
        }
        let count = args.positional.len() + 1;
        let mut found = None;
        for class in &self.classes {
            if class.form != ClassForm::Module {
                continue;
            }
            for def in class.methods.get(name).into_iter().flatten() {
                if self.def(*def).is_some_and(|def| def.is_static && def.params.len() >= count) {
                    found = Some(*def);
                }
            }
        }
        let def = found?;
        let closure = self.closure(def, lanes);
        let mut own = args.clone();
        own.positional.insert(0, Val::of(v.clone(), lanes));
        own.nodes.insert(0, at);
        Some(self.call_value(at, &closure, &own, lanes))
    }

    #[allow(clippy::too_many_arguments)]
    pub fn call_member(
        &mut self,
        at: NodeRef,
        this: &V,
        class: u32,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        if self.ruby() {
            return match self.call_ruby_member(at, this, class, name, args, lanes) {
                Some(result) => result,
                None => self.call_absent_member(at, this, class, name, args, lanes, call),
            };
        }
        self.on_every_kind(this, class, name, lanes, |machine, this, class| {
            machine.call_own_member(at, this, class, name, args, lanes, call)
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn call_own_member(
        &mut self,
        at: NodeRef,
        this: &V,
        class: u32,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        let found = self.methods_named(class, name);
        let count = args.positional.len() + args.named.len();
        let fits = |machine: &Self, at: &NodeRef| {
            machine.def(*at).is_some_and(|def| {
                def.params.len() >= count
                    && def
                        .params
                        .iter()
                        .filter(|param| param.default.is_none() && param.kind == ParamKind::Positional)
                        .count()
                        <= count + usize::from(machine.python())
            })
        };
        let chosen: Vec<NodeRef> = if self.csharp() && found.len() > 1 {
            let fitting: Vec<NodeRef> = found.iter().copied().filter(|at| fits(self, at)).collect();
            if fitting.is_empty() { found.clone() } else { fitting }
        } else {
            found.last().copied().into_iter().collect()
        };
        if chosen.is_empty() {
            return self.call_absent_member(at, this, class, name, args, lanes, call);
        }
        if let Some(made) = chosen.last().and_then(|def| self.made_of.get(def)) {
            let made = made.clone();
            let mut own = args.clone();
            if !matches!(this, V::Class(_)) {
                own.positional.insert(0, Val::of(this.clone(), lanes));
                own.nodes.insert(0, at);
            }
            return self.call_value(at, &made, &own, lanes);
        }
        let written = self.written_over(this, class, name, lanes);
        if !written.alts.is_empty()
            && let Some(method) = chosen.last()
        {
            let mut callee = self.bound(*method, this, lanes);
            callee.join(&written);
            return self.call_value(at, &callee, args, lanes);
        }
        if let [one] = chosen.as_slice() {
            if self.def(*one).is_some_and(|def| def.form == Form::Getter) {
                let getter = self.bound(*one, this, lanes);
                let (value, falls) = self.call_value(at, &getter, &Args::default(), lanes);
                return if self.ruby() { (value, falls) } else { self.call_value(at, &value, args, falls) };
            }
            let closure = self.bound(*one, this, lanes);
            return self.call_value(at, &closure, args, lanes);
        }
        // overloads that fit alike: any of them
        let branches: Vec<Branch> = chosen.iter().map(|_| Branch::open(lanes, Lanes::NONE)).collect();
        self.fork(&branches, |machine, index| {
            let getter = machine.def(chosen[index]).is_some_and(|def| def.form == Form::Getter);
            let closure = machine.bound(chosen[index], this, lanes);
            if getter {
                let (value, falls) = machine.call_value(at, &closure, &Args::default(), lanes);
                return machine.call_value(at, &value, args, falls);
            }
            machine.call_value(at, &closure, args, lanes)
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn call_absent_member(
        &mut self,
        at: NodeRef,
        this: &V,
        class: u32,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        if matches!(name.as_str(), "send" | "public_send" | "__send__" | "try" | "try!")
            && self.ruby()
            && let Some(sent) = args.get(0).cloned()
        {
            let mut rest = args.clone();
            rest.positional.remove(0);
            if !rest.nodes.is_empty() {
                rest.nodes.remove(0);
            }
            return self.each_alternative(&sent, lanes, |machine, v, lanes| match super::eval::text_of(v) {
                Some(name) => machine.call_member(at, this, class, &name.clone(), &rest, lanes, call),
                None => machine.call_any_member(at, this, class, &rest, lanes),
            });
        }
        if self.ruby()
            && let Some(result) = self.made_member(at, this, class, name, args, lanes)
        {
            return result;
        }
        if self.ruby()
            && matches!(name.as_str(), "instance_eval" | "instance_exec" | "class_eval" | "class_exec" | "module_eval")
            && let Some(result) = self.evaluate_for(at, this, args, lanes)
        {
            return result;
        }
        if self.ruby() && name == "instance_variable_set" {
            self.set_instance_variable(this, class, args, lanes);
            return (args.get(1).cloned().unwrap_or_else(|| Val::data(lanes)), lanes);
        }
        // a field that holds something callable
        if self.classes[class as usize].fields.contains_key(name)
            || self.slot_in(self.classes[class as usize].scope, name).is_some()
        {
            let (value, falls) = self.read_member(at, this, class, name, lanes);
            if self.ruby() {
                return (value, falls);
            }
            return self.call_value(at, &value, args, falls);
        }
        if let Some(result) = self.extension_method(at, this, name, args, lanes) {
            return result;
        }
        if let Some(base) = self.library_base(class) {
            let full = SmolStr::new(format!("{base}.{name}"));
            return self.call_named_with(at, &full, args, lanes, call);
        }
        if self.csharp() && is_host_predicate(name) && looks_like_environment(&self.classes[class as usize].name) {
            self.escape_args(args, lanes);
            return (Val::unknown(Cause::Opaque, lanes), lanes);
        }
        self.register_types(at, call, lanes);
        self.call_unknown_function(at, name, args, lanes)
    }

    /// ASP.NET's `UseWhen(predicate, configure)` and `MapWhen`: the branch runs where the predicate holds.
    fn branch_of_pipeline(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
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

    pub fn call_named_with(
        &mut self,
        at: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        if self.csharp() {
            if let Some(ty) = call.type_args.first()
                && !call.construct
                && name.rsplit('.').next().is_some_and(|last| last.starts_with("Get") || last.starts_with("Resolve"))
                && let Some(value) = self.typed(ty, lanes)
            {
                return (value, lanes);
            }
            if let Some(result) = self.csharp_static(at, name, args, lanes, call) {
                return result;
            }
            if let Some(result) = self.branch_of_pipeline(at, name, args, lanes) {
                return result;
            }
            self.register_types(at, call, lanes);
        }
        self.call_named(at, name, args, lanes)
    }

    /// What a library's call gives: the library's object again, or data.
    fn made_by(&self, name: &SmolStr, lanes: Lanes) -> Val {
        if self.catalog.has_symbol(self.language, name) {
            return Val::of(V::Made(name.clone()), lanes);
        }
        match name.rsplit_once('.') {
            Some((head, method)) if self.catalog.chains(self.language, method) => {
                Val::of(V::Made(SmolStr::new(head)), lanes)
            }
            _ => Val::data(lanes),
        }
    }

    /// A call of a name beyond the file.
    pub fn call_named(&mut self, at: NodeRef, name: &SmolStr, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let taint = args.all().find_map(|value| value.taint);
        if let Some((effect, family)) = self.symbol_of(name) {
            self.record(at, name.clone(), effect, family, lanes);
            self.escape_args(args, lanes);
            let source = if effect == SymbolEffect::Config { taint } else { Some(at) };
            return (self.made_by(name, lanes).tainted(source), lanes);
        }
        if let Some(value) = self.accessor_value(name, lanes) {
            self.escape_args(args, lanes);
            return (value, lanes);
        }
        if let Some(result) = self.builtin_function(at, name, args, lanes) {
            return result;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let cause = if looks_like_switch(last) { Cause::Opaque } else { Cause::Data };
        if self.python() {
            self.hand_out_names(name, args, lanes);
        }
        let block = args.block.is_some();
        let (_, falls) = self.block_on_unknown(at, last, args, lanes, cause);
        if block {
            return (Val::unknown(Cause::Data, falls).tainted(taint), falls);
        }
        (Val::of(V::Made(name.clone()), lanes).tainted(taint), lanes)
    }

    /// C# reflection: the methods that a text names may be called, all of them where it is not known.
    fn named_by_reflection(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) {
        if !self.csharp()
            || !matches!(
                name,
                "GetMethod"
                    | "GetMethods"
                    | "GetRuntimeMethod"
                    | "InvokeMember"
                    | "CreateDelegate"
                    | "GetDeclaredMethod"
            )
        {
            return;
        }
        let wanted = args.all().find_map(|value| value.text().cloned());
        let mut defs: Vec<NodeRef> = self
            .homes
            .keys()
            .copied()
            .filter(|def| {
                self.def(*def).is_some_and(|node| {
                    node.form == Form::Function && wanted.as_ref().is_none_or(|wanted| *wanted == node.name)
                })
            })
            .collect();
        defs.sort_unstable();
        for def in defs {
            self.called.insert(def);
            self.structure.insert((self.context, def));
            self.maybe(lanes, |machine| machine.by_summary(at, def, lanes));
        }
    }

    /// An unknown method: its arguments escape, its block may run.
    fn block_on_unknown(&mut self, _at: NodeRef, name: &str, args: &Args, lanes: Lanes, cause: Cause) -> (Val, Lanes) {
        let taint = args.all().find_map(|value| value.taint);
        self.named_by_reflection(_at, name, args, lanes);
        if let Some(block) = &args.block
            && runs_its_block(name)
        {
            let mut own = args.clone();
            own.block = None;
            self.escape_args(&own, lanes);
            let block = block.clone();
            let (value, falls) = self.call_value(_at, &block, &Args { open: true, ..Args::default() }, lanes);
            return (value, falls);
        }
        let before = self.exits.len();
        self.escape_args(args, lanes);
        let _ = before;
        let cause = if cause == Cause::Data
            && looks_like_switch(name)
            && args.positional.is_empty()
            && args.block.is_none()
            && (name.ends_with('?') || name.starts_with("is") || name.starts_with("Is"))
        {
            Cause::Opaque
        } else {
            cause
        };
        (Val::unknown(cause, lanes).tainted(taint), lanes)
    }

    fn nil_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let known = match (self.language, name) {
            (Language::Ruby, "nil?" | "blank?") => Some(V::Bool(true)),
            (Language::Ruby, "present?" | "!") => Some(V::Bool(false)),
            (Language::Ruby, "to_s" | "inspect") => Some(V::Str(SmolStr::default())),
            (Language::Ruby, "to_a") => Some(V::List(Rc::new(Vec::new()))),
            (Language::Ruby, "to_i") => Some(V::Int(0)),
            (Language::Ruby, "presence" | "try" | "dup" | "freeze" | "itself") => Some(V::Nil),
            (Language::Ruby, "in?") => {
                let outcome = args.get(0).map(|list| self.contains(at, list, &Val::of(v.clone(), lanes), lanes));
                return match outcome {
                    Some(outcome) => (Val::either(outcome.yes, outcome.no), lanes),
                    None => (Val::data(lanes), lanes),
                };
            }
            (Language::Ruby, "then" | "yield_self" | "tap") => {
                let block = args.block.clone().unwrap_or_default();
                let own = Args { positional: vec![Val::of(v.clone(), lanes)], nodes: vec![at], ..Args::default() };
                return self.call_value(at, &block, &own, lanes);
            }
            (Language::Ruby, "==" | "eql?" | "equal?") => Some(V::Bool(false)),
            _ => None,
        };
        if let Some(v) = known {
            return (Val::of(v, lanes), lanes);
        }
        self.escape_args(args, lanes);
        if matches!(v, V::Missing) {
            let class = SmolStr::new_static(self.nil_error());
            self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
            return (Val::default(), Lanes::NONE);
        }
        (Val::data(lanes), lanes)
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

    /// Methods of `ENV`, `os.environ` and .NET's environment.
    fn environment_method(
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
    fn or_default(
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

    fn note_default(&mut self, at: NodeRef, name: &Val, default: Option<&Val>) {
        let (Some(name), Some(default)) = (name.text().cloned(), default.and_then(|value| value.text().cloned()))
        else {
            return;
        };
        if matches!(default.to_lowercase().as_str(), "development" | "dev" | "local")
            && match self.catalog.variable(self.language, &name) {
                Some(variable) => !variable.flag,
                None => super::names::is_selector_name(&name),
            }
        {
            self.emit(at, EventKind::DevelopmentDefault { name, default });
        }
    }

    /// The class named in a `raise`.
    pub fn exception_class(&mut self, at: NodeRef) -> Option<SmolStr> {
        let child = |node: NodeId| NodeRef { item: at.item, node };
        match self.kind(at)? {
            Kind::Lit(_) | Kind::Interp(_) => Some(SmolStr::new_static("RuntimeError")),
            Kind::Name(name) => Some(name.clone()),
            Kind::Attr { name, .. } => Some(name.clone()),
            Kind::Call(call) => {
                let callee = child(call.callee);
                match self.kind(callee)? {
                    Kind::Attr { recv, name, .. } if name == "new" || name == "exception" => {
                        self.exception_class(child(*recv))
                    }
                    Kind::Attr { name, .. } | Kind::Name(name) => Some(name.clone()),
                    _ => None,
                }
            }
            Kind::Seq(all) => self.exception_class(child(*all.last()?)),
            Kind::Typed(inner, _) => self.exception_class(child(*inner)),
            _ => None,
        }
    }

    /// Functions of the languages themselves, by their qualified name.
    pub fn builtin_function(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let first = args.get(0);
        if self.python()
            && let Some(result) = self.reflection(at, name, args, lanes)
        {
            return Some(result);
        }
        match (self.language, name) {
            (Language::Ruby, "exit" | "abort" | "Kernel.exit" | "Kernel.abort" | "Process.exit" | "Process.abort")
            | (Language::Python, "sys.exit" | "exit" | "quit") => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("SystemExit")), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Ruby, "exit!" | "Process.exit!" | "Kernel.exit!")
            | (Language::Python, "os._exit" | "os.abort") => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("!exit")), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Ruby, "throw" | "Kernel.throw") => Some(self.throw(at, first, args.get(1), lanes)),
            (Language::Ruby, "ActiveSupport.StringInquirer" | "ActiveSupport.EnvironmentInquirer") => {
                let mut value = first?.clone();
                for alt in &mut value.alts {
                    alt.v = match &alt.v {
                        V::Str(text) | V::Inquirer(text) => V::Inquirer(text.clone()),
                        V::AnyName { symbol: false, own, .. } => {
                            V::AnyName { inquirer: true, symbol: false, own: *own }
                        }
                        _ => V::Unknown(Cause::Data),
                    };
                }
                Some((value, lanes))
            }
            (Language::Ruby, "Set" | "Set.[]") => {
                let items = match (name, first) {
                    ("Set.[]", _) => args.positional.clone(),
                    (_, None) => Vec::new(),
                    (_, Some(list)) => match list.single()? {
                        V::List(items) => items.to_vec(),
                        _ => return None,
                    },
                };
                Some((self.set_of(&items, lanes), lanes))
            }
            (Language::Ruby, "Struct" | "Data.define" | "OpenStruct") => self.make_struct(at, name, args, lanes),
            (
                Language::Ruby,
                "mattr_accessor"
                | "mattr_reader"
                | "mattr_writer"
                | "cattr_accessor"
                | "cattr_reader"
                | "cattr_writer"
                | "thread_mattr_accessor"
                | "class_attribute",
            ) => self.make_attributes(at, args, lanes),
            (Language::Ruby, "delegate" | "def_delegators" | "def_delegator" | "def_instance_delegators") => {
                self.make_delegates(name, args, lanes)
            }
            (Language::Ruby, _)
                if self.uses_sinatra()
                    && let Some(result) = self.sinatra_function(at, name, args, lanes) =>
            {
                Some(result)
            }
            // text run as code may write any local
            (Language::Ruby, "eval" | "Kernel.eval" | "binding" | "Kernel.binding") => {
                self.forget_locals(lanes);
                Some((Val::data(lanes), lanes))
            }
            (Language::Ruby, "catch" | "Kernel.catch") => self.catch(at, args, lanes),
            (Language::Ruby, "send" | "public_send" | "__send__") => {
                let target = first?;
                let mut rest = args.clone();
                rest.positional.remove(0);
                if !rest.nodes.is_empty() {
                    rest.nodes.remove(0);
                }
                let target = target.clone();
                Some(self.each_alternative(&target, lanes, |machine, v, lanes| match text_of(v) {
                    Some(name) => match machine.lookup(name) {
                        super::names::Found::Slot(slot) => {
                            let value = machine.slots[slot as usize].only(lanes);
                            machine.call_value(at, &value, &rest, lanes)
                        }
                        super::names::Found::Member(class) => {
                            let this = machine.member_receiver(class, lanes);
                            let (value, falls) = machine.read_member(at, &this, class, name, lanes);
                            (value, falls)
                        }
                        super::names::Found::Nothing => {
                            machine.leave(
                                Target::Raise,
                                lanes,
                                Val::data(lanes),
                                Some(SmolStr::new_static("NoMethodError")),
                                at,
                            );
                            (Val::default(), Lanes::NONE)
                        }
                    },
                    None => machine.call_any_function(at, &rest, lanes),
                }))
            }
            (Language::Ruby, "method") => {
                let name = first?.text().cloned()?;
                match self.lookup(&name) {
                    super::names::Found::Slot(slot) if self.holds_method(slot) => {
                        Some((self.slots[slot as usize].only(lanes), lanes))
                    }
                    super::names::Found::Slot(_) => None,
                    super::names::Found::Member(class) => {
                        let def = self.methods_named(class, &name).first().copied()?;
                        let this = self.member_receiver(class, lanes);
                        Some((self.bound(def, &this, lanes), lanes))
                    }
                    super::names::Found::Nothing => None,
                }
            }
            (Language::Ruby, "development?" | "production?" | "test?") => {
                if !self.required.iter().any(|path| path.starts_with("sinatra") || path.starts_with("padrino")) {
                    return None;
                }
                let environment = self.accessor_value("Sinatra.Base.environment", lanes)?;
                let wanted = Val::of(V::Symbol(SmolStr::new(name.trim_end_matches('?'))), lanes);
                let outcome = self.equal(at, &environment, &wanted, lanes, false);
                Some((Val::either(outcome.yes, outcome.no), lanes))
            }
            (Language::Ruby, "p" | "pp") if args.positional.len() == 1 => Some((first?.clone(), lanes)),
            (Language::Ruby, "format" | "sprintf") if first?.text().is_some_and(|text| text == "%s") => {
                let text = args.get(1)?.clone();
                let known = text
                    .alts
                    .iter()
                    .all(|alt| super::eval::text_of(&alt.v).is_some() || matches!(alt.v, V::AnyName { .. }));
                Some((if known { text } else { Val::data(lanes) }, lanes))
            }
            (Language::Ruby, "format" | "sprintf" | "sleep" | "srand" | "rand" | "p" | "pp") => {
                Some((Val::data(lanes), lanes))
            }
            (Language::Ruby, "Kernel.raise" | "Kernel.fail") => {
                let class = first.and_then(|value| self.raised_class(value, args.nodes.first().copied().unwrap_or(at)));
                self.leave(Target::Raise, lanes, Val::data(lanes), class, at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Ruby, "suppress") => self.suppress(at, args, lanes),
            (Language::Ruby, "instance_eval" | "instance_exec" | "class_eval" | "class_exec" | "module_eval") => {
                let this = self.st.this.as_ref()?.single()?.clone();
                self.evaluate_for(at, &this, args, lanes)
            }
            (Language::Ruby, "block_given?") => {
                Some((if self.st.block.is_some() { Val::bool(true, lanes) } else { Val::data(lanes) }, lanes))
            }
            (Language::Ruby, "Hanami.env?") => {
                let environment = self.accessor_value("Hanami.env", lanes)?;
                let mut yes = Lanes::NONE;
                for wanted in &args.positional {
                    let wanted = Val::of(V::Symbol(wanted.text().cloned().unwrap_or_default()), lanes);
                    yes |= self.equal(at, &environment, &wanted, lanes, false).yes;
                }
                Some((Val::either(yes, lanes.without(yes)), lanes))
            }
            (Language::Ruby, "puts" | "print" | "warn")
            | (Language::Python, "print" | "logging.info" | "time.sleep") => {
                if self.ruby() {
                    self.expose_all(&args.all().collect::<Vec<_>>());
                }
                Some((Val::nil(lanes), lanes))
            }
            (Language::Python, "os.getenv" | "getenv") => {
                let value = self.environment_variable(at, first?, lanes);
                let default = args.get(1).or_else(|| args.named("default"));
                self.note_default(at, first?, default);
                let nil = Val::of(V::Missing, lanes);
                Some((self.replace_missing(value, Some(default.unwrap_or(&nil)), lanes), lanes))
            }
            // a bound that depends on the lane
            (Language::Python, "range")
                if args.positional.len() == 1 && first.is_some_and(|bound| bound.single().is_none()) =>
            {
                let mut out = Val { deps: first?.deps.clone(), ..Val::default() };
                for alt in first?.groups(lanes) {
                    let v = match &alt.v {
                        V::Int(count) if *count <= 0 => V::List(Rc::new(Vec::new())),
                        _ => V::Unknown(Cause::Data),
                    };
                    out.add(Alt { v, ..alt });
                }
                Some((out, lanes))
            }
            (Language::Python, "len") => Some((self.count(first?, lanes), lanes)),
            (Language::Python, "bool") => {
                let value = first?;
                Some((self.bool_of(&self.truth(value, lanes), value), lanes))
            }
            (Language::Python, "str") => Some((as_text(first?, lanes), lanes)),
            (
                Language::Python,
                "flask.abort" | "quart.abort" | "werkzeug.exceptions.abort" | "werkzeug.abort" | "bottle.abort",
            ) => {
                let class = SmolStr::new_static("HTTPException");
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Python, "argparse.ArgumentParser.error" | "argparse.ArgumentParser.exit") => {
                let class = SmolStr::new_static("SystemExit");
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Python, "decouple.config" | "decouple.AutoConfig") => {
                Some(self.read_setting(at, "decouple", "", args, lanes))
            }
            (Language::Python, name) if name.rsplit_once('.').is_some_and(|(head, _)| is_settings_reader(head)) => {
                let (head, how) = name.rsplit_once('.')?;
                Some(self.read_setting(at, head, how, args, lanes))
            }
            (Language::Python, "asyncio.run") => {
                let coroutine = first?.clone();
                Some(self.awaited(at, coroutine, lanes))
            }
            (Language::Python, name) if name.ends_with(".run_until_complete") => {
                let coroutine = first?.clone();
                Some(self.awaited(at, coroutine, lanes))
            }
            (Language::Python, "any" | "all") => Some((self.quantify(first?, name == "any", lanes), lanes)),
            (Language::Python, "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed") => {
                let value = first.cloned().unwrap_or_else(|| Val::of(V::List(Rc::new(Vec::new())), lanes));
                if let Some(V::Generator(generator)) = value.single() {
                    let generator = generator.clone();
                    let falls = self.iterate_generator(&generator, lanes);
                    return Some((Val::data(falls), falls));
                }
                Some((value, lanes))
            }
            (Language::Python, "range") => {
                // short ranges are lists like any other
                let bounds: Option<Vec<i64>> = args
                    .positional
                    .iter()
                    .map(|value| if let Some(V::Int(bound)) = value.single() { Some(*bound) } else { None })
                    .collect();
                let (from, to) = match bounds.as_deref()? {
                    [to] => (0, *to),
                    [from, to] => (*from, *to),
                    _ => return None,
                };
                if !(0..=8).contains(&to.checked_sub(from)?) {
                    return None;
                }
                let items = (from..to).map(|index| Val::of(V::Int(index), lanes)).collect();
                Some((Val::of(V::List(Rc::new(items)), lanes), lanes))
            }
            // these keep a function as it is, or give back one that calls it
            (Language::Python, "functools.wraps" | "wraps" | "functools.update_wrapper") => {
                Some((Val::data(lanes), lanes))
            }
            (Language::Python, "functools.partial" | "partial")
                if args.positional.len() == 1 && args.named.is_empty() && !args.open =>
            {
                Some((first?.clone(), lanes))
            }
            // with arguments of its own: what is called later is not followed
            (Language::Python, "functools.partial" | "partial") => {
                self.escape_args(args, lanes);
                Some((Val::data(lanes), lanes))
            }
            (Language::Python, "next") => {
                if let Some(V::Generator(generator)) = first?.single() {
                    let generator = generator.clone();
                    let falls = self.iterate_generator(&generator, lanes);
                    return Some((Val::data(falls), falls));
                }
                Some((Val::data(lanes), lanes))
            }
            (
                Language::Python,
                "int" | "float" | "eval" | "json.loads" | "ast.literal_eval" | "strtobool" | "distutils.util.strtobool",
            ) => self.convert(at, name, first?, lanes),
            (Language::Python, "getattr") => {
                let attr = args.get(1)?.text().cloned()?;
                let target = first?.clone();
                Some(self.each_alternative(&target, lanes, |machine, v, lanes| {
                    let (value, falls) = machine.member_of(at, v, &attr, false, lanes);
                    // a default stands in for a member that is not known to exist
                    match (args.get(2), value.single()) {
                        (Some(default), Some(V::Name(_) | V::Unknown(_))) => {
                            let mut either = default.only(falls);
                            either.join(&Val::unknown(Cause::Flag, falls));
                            (either, falls)
                        }
                        _ => (value, falls),
                    }
                }))
            }
            (Language::Python, "map" | "filter") => {
                let items = args.get(1)?.clone();
                let function = first?.clone();
                if matches!(function.single(), Some(V::Nil)) {
                    return None;
                }
                let mut out = Vec::new();
                let mut falls = lanes;
                match items.single() {
                    Some(V::List(list)) if list.len() <= 8 => {
                        for item in list.iter() {
                            let own = Args { positional: vec![item.clone()], nodes: vec![at], ..Args::default() };
                            let (value, rest) = self.call_value(at, &function, &own, falls);
                            falls = rest;
                            out.push(value);
                        }
                        let value =
                            if name == "map" { Val::of(V::List(Rc::new(out)), falls) } else { Val::data(falls) };
                        Some((value, falls))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `int("0")`, `eval("False")`, `json.loads("false")`.
    fn convert(&mut self, at: NodeRef, name: &str, value: &Val, lanes: Lanes) -> Option<(Val, Lanes)> {
        let mut out = Val { deps: value.deps.clone(), ..Val::default() };
        let mut raised = Lanes::NONE;
        for alt in value.groups(lanes) {
            let v = match &alt.v {
                V::Str(text) => {
                    let text = text.trim();
                    let parsed = match name {
                        "int" => text.parse::<i64>().ok().map(V::Int),
                        "float" => match (text.parse::<i64>(), text.parse::<f64>()) {
                            (Ok(whole), _) => Some(V::Int(whole)),
                            (_, Ok(_)) => Some(V::Unknown(Cause::Data)),
                            _ => None,
                        },
                        "json.loads" => serde_json::from_str(text).ok().map(|value| from_json(&value, alt.lanes)),
                        // any other expression: not followed
                        "eval" | "ast.literal_eval" => Some(match text {
                            "True" => V::Bool(true),
                            "False" => V::Bool(false),
                            "None" => V::Nil,
                            _ => match text.parse::<i64>() {
                                Ok(whole) => V::Int(whole),
                                Err(_) => V::Unknown(Cause::Data),
                            },
                        }),
                        _ => match text.to_lowercase().as_str() {
                            "y" | "yes" | "t" | "true" | "on" | "1" => Some(V::Int(1)),
                            "n" | "no" | "f" | "false" | "off" | "0" => Some(V::Int(0)),
                            _ => None,
                        },
                    };
                    match parsed {
                        Some(v) => v,
                        None => {
                            raised |= alt.lanes;
                            continue;
                        }
                    }
                }
                V::Int(_) | V::Bool(_) if matches!(name, "int" | "float" | "eval") => alt.v.clone(),
                V::Missing => {
                    raised |= alt.lanes;
                    continue;
                }
                V::Unknown(cause) => V::Unknown(*cause),
                _ => V::Unknown(Cause::Data),
            };
            out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
        }
        let falls = out.lanes();
        let cuts = self.st.cuts.clone();
        self.leave(Target::Raise, raised, Val::data(lanes), Some(SmolStr::new_static("ValueError")), at);
        for lane in falls.indices() {
            self.st.cuts[lane] = cuts[lane].clone();
        }
        Some((out, falls))
    }

    /// `any(list)`, `all(list)`.
    pub fn quantify(&self, list: &Val, any: bool, lanes: Lanes) -> Val {
        let mut out = Val { deps: list.deps.clone(), ..Val::default() };
        for alt in list.groups(lanes) {
            match &alt.v {
                V::List(items) => {
                    let mut yes = Lanes::NONE;
                    let mut open = Lanes::NONE;
                    let mut no = Lanes::NONE;
                    for item in items.iter() {
                        let outcome = self.truth(item, alt.lanes & item.lanes());
                        yes |= outcome.yes.without(outcome.no);
                        no |= outcome.no.without(outcome.yes);
                        open |= outcome.yes & outcome.no;
                    }
                    let (hit, miss) =
                        if any { (yes, alt.lanes.without(yes | open)) } else { (alt.lanes.without(no | open), no) };
                    out.join(&Val::bool(true, hit));
                    out.join(&Val::bool(false, miss.without(hit)));
                    let rest = alt.lanes.without(hit | miss);
                    out.join(&Val::data(rest));
                }
                V::Unknown(cause) => out.join(&Val::unknown(*cause, alt.lanes)),
                _ => out.join(&Val::data(alt.lanes)),
            }
        }
        out
    }

    /// A persistence sink that takes fake data.
    pub fn note_sink(&mut self, at: NodeRef, recv: Option<(&Val, NodeRef)>, name: &str, args: &Args, lanes: Lanes) {
        let Some(sink) = self.catalog.sink(self.language, name) else {
            return;
        };
        if !sink.on.is_empty() {
            let named = recv.and_then(|(_, at)| match self.kind(at) {
                Some(Kind::Name(name) | Kind::Field(name) | Kind::Attr { name, .. }) => Some(name.clone()),
                Some(Kind::Call(call)) => match self.kind(NodeRef { item: at.item, node: call.callee }) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            });
            if !named.is_some_and(|named| sink.on.iter().any(|on| named.trim_start_matches(['@', '_']) == on.as_str()))
            {
                return;
            }
        }
        let from_args = args.all().find_map(deep_taint);
        let from_receiver = if sink.receiver { recv.and_then(|(value, _)| value.taint) } else { None };
        if let Some(source) = from_args.or(from_receiver) {
            self.contexts[self.context].writes.push(Write { source, sink: at, lanes });
        }
    }
}

/// `str(x)`.
fn as_text(value: &Val, lanes: Lanes) -> Val {
    let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
    for alt in value.groups(lanes) {
        let v = match alt.v {
            V::Nil | V::Missing => V::Str(SmolStr::new_static("None")),
            V::Bool(true) => V::Str(SmolStr::new_static("True")),
            V::Bool(false) => V::Str(SmolStr::new_static("False")),
            V::Int(number) => V::Str(SmolStr::new(number.to_string())),
            V::Str(_) | V::AnyName { .. } | V::Unknown(_) => alt.v,
            V::Inquirer(text) => V::Str(text),
            _ => V::Unknown(Cause::Data),
        };
        out.add(Alt { v, ..alt });
    }
    out
}

/// A JSON value as the language holds it. Its nesting is bounded by the reader.
fn from_json(value: &serde_json::Value, lanes: Lanes) -> V {
    match value {
        serde_json::Value::Null => V::Nil,
        serde_json::Value::Bool(truth) => V::Bool(*truth),
        serde_json::Value::Number(number) => number.as_i64().map_or(V::Unknown(Cause::Data), V::Int),
        serde_json::Value::String(text) => V::Str(SmolStr::new(text)),
        serde_json::Value::Array(items) => {
            V::List(Rc::new(items.iter().map(|item| Val::of(from_json(item, lanes), lanes)).collect()))
        }
        serde_json::Value::Object(pairs) => V::Map(Rc::new(
            pairs
                .iter()
                .map(|(key, item)| {
                    let key = Val::of(V::Str(SmolStr::new(key)), lanes);
                    (key, Val::of(from_json(item, lanes), lanes))
                })
                .collect(),
        )),
    }
}

/// Python methods that leave their list, set or dict as it is.
fn leaves_alone(name: &str) -> bool {
    matches!(
        name,
        "get"
            | "items"
            | "keys"
            | "values"
            | "copy"
            | "index"
            | "count"
            | "union"
            | "intersection"
            | "difference"
            | "symmetric_difference"
            | "isdisjoint"
            | "issubset"
            | "issuperset"
            | "__contains__"
            | "__getitem__"
            | "__len__"
            | "__iter__"
    )
}

/// Whether a value can be changed in place.
fn is_changeable(v: &V, language: Language) -> bool {
    match v {
        V::List(_) | V::Map(_) => true,
        V::Str(_) | V::Inquirer(_) => language == Language::Ruby,
        _ => false,
    }
}

/// Whether a method changes a text in place.
fn changes_text(name: &str) -> bool {
    name.ends_with('!') || matches!(name, "replace" | "concat" | "prepend" | "insert" | "clear" | "<<" | "setbyte")
}

/// The items of a list after a method that is known.
fn changed_list(items: &[Val], name: &str, args: &Args) -> Option<Vec<Val>> {
    let all = args.positional.iter().cloned();
    let own = items.iter().cloned();
    match (name, args.positional.len()) {
        _ if args.open || args.block.is_some() => None,
        ("push" | "append" | "Add" | "add" | "<<", 1) | ("push" | "append", _) => Some(own.chain(all).collect()),
        ("unshift" | "prepend", _) => Some(all.chain(own).collect()),
        ("clear" | "Clear", 0) => Some(Vec::new()),
        ("shift", 0) => Some(own.skip(1).collect()),
        ("pop", 0) => Some(own.take(items.len().saturating_sub(1)).collect()),
        ("concat" | "extend" | "AddRange" | "UnionWith", 1) => match args.get(0)?.single()? {
            V::List(more) => Some(own.chain(more.iter().cloned()).collect()),
            _ => None,
        },
        _ => None,
    }
}

/// The pairs of a map after a method that is known; the first pair of a key wins.
fn changed_map(pairs: &[(Val, Val)], name: &str, args: &Args, lanes: Lanes) -> Option<Vec<(Val, Val)>> {
    let is_key = |value: &Val| matches!(value.single(), Some(V::Str(_) | V::Symbol(_)));
    match (name, args.positional.len()) {
        _ if args.open || args.block.is_some() => None,
        ("clear" | "Clear", 0) => Some(Vec::new()),
        ("store", 2) if is_key(&args.positional[0]) => {
            let pair = (args.positional[0].clone(), args.positional[1].clone());
            Some(std::iter::once(pair).chain(pairs.iter().cloned()).collect())
        }
        ("merge!" | "update", count) if count <= 1 => {
            let mut new: Vec<(Val, Val)> = args
                .named
                .iter()
                .map(|(name, value)| (Val::of(V::Symbol(name.clone()), lanes), value.clone()))
                .collect();
            match args.get(0).map(Val::single) {
                None => {}
                Some(Some(V::Map(more))) => new.extend(more.iter().cloned()),
                _ => return None,
            }
            // a key of other lanes decides only there
            new.iter().all(|(key, _)| is_key(key)).then(|| new.into_iter().chain(pairs.iter().cloned()).collect())
        }
        ("delete", 1) => {
            let key = args.get(0)?.text()?;
            let known = pairs.iter().all(|(key, _)| is_key(key));
            let wanted = |known: &Val| same_text(known, args.get(0), key);
            known.then(|| pairs.iter().filter(|(key, _)| !wanted(key)).cloned().collect())
        }
        _ => None,
    }
}

fn same_text(a: &Val, b: Option<&Val>, text: &SmolStr) -> bool {
    a.text() == Some(text)
        && matches!(
            (a.single(), b.and_then(Val::single)),
            (Some(V::Symbol(_)), Some(V::Symbol(_))) | (Some(V::Str(_)), Some(V::Str(_)))
        )
}

fn deep_taint(value: &Val) -> Option<NodeRef> {
    value.taint.or_else(|| {
        value.alts.iter().find_map(|alt| match &alt.v {
            V::List(items) => items.iter().find_map(|item| item.taint),
            V::Map(pairs) => pairs.iter().find_map(|(_, item)| item.taint),
            _ => None,
        })
    })
}

fn is_host_predicate(name: &str) -> bool {
    matches!(name, "IsDevelopment" | "IsProduction" | "IsStaging" | "IsEnvironment")
}

/// Whether a name says that it holds an environment object.
pub fn looks_like_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let lower = last.trim_start_matches('_').to_lowercase();
    lower == "env" || lower.ends_with("env") || lower.ends_with("environment") || lower.ends_with("environment()")
}

/// The names of environments that every framework knows, in any case.
pub fn is_known_name(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "production" | "development" | "test" | "staging")
}

pub fn is_mutation(name: &str) -> bool {
    matches!(
        name,
        "append"
            | "push"
            | "concat"
            | "unshift"
            | "<<"
            | "gsub!"
            | "sub!"
            | "tr!"
            | "upcase!"
            | "downcase!"
            | "capitalize!"
            | "swapcase!"
            | "strip!"
            | "chomp!"
            | "squeeze!"
            | "slice!"
            | "reverse!"
            | "squish!"
            | "delete_prefix!"
            | "delete_suffix!"
            | "setbyte"
            | "transform_values!"
            | "transform_keys!"
            | "deep_merge!"
            | "reverse_merge!"
            | "with_defaults!"
            | "collect!"
            | "filter!"
            | "flatten!"
            | "sort!"
            | "sort_by!"
            | "shuffle!"
            | "rotate!"
            | "fill"
            | "delete_at"
            | "insert"
            | "delete"
            | "clear"
            | "replace"
            | "merge!"
            | "update"
            | "map!"
            | "select!"
            | "reject!"
            | "Add"
            | "AddRange"
            | "Remove"
            | "Clear"
            | "Insert"
            | "extend"
            | "remove"
            | "pop"
            | "add"
            | "discard"
            | "store"
            | "delete_if"
            | "keep_if"
            | "compact!"
            | "uniq!"
            | "shift"
            | "prepend"
            | "setdefault"
            | "UnionWith"
            | "TryAdd"
    )
}

/// Methods that run their block exactly once, here and now.
fn runs_its_block(name: &str) -> bool {
    matches!(
        name,
        "tap"
            | "then"
            | "yield_self"
            | "transaction"
            | "synchronize"
            | "instance_eval"
            | "instance_exec"
            | "class_eval"
            | "silence"
            | "suppress_messages"
            | "say_with_time"
            | "benchmark"
            | "measure"
            | "chdir"
            | "unscoped"
            | "timeout"
            | "silence_warnings"
            | "uncached"
            | "with_lock"
            | "no_touching"
    )
}
