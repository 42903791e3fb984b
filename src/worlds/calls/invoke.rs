//! A value is called.

use std::rc::Rc;

use smol_str::SmolStr;

use super::PLAIN;
use super::arguments::is_constant;
use super::inline::MAX_SMALL;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::looks_like_switch;
use crate::worlds::python::is_settings_reader;
use crate::worlds::switches::Called;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    pub fn call_value(&mut self, at: NodeRef, callee: &Val, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        self.call_value_with(at, callee, args, lanes, None)
    }

    pub fn call_value_with(
        &mut self,
        at: NodeRef,
        callee: &Val,
        args: &Args,
        lanes: Lanes,
        call: Option<&'p Call>,
    ) -> (Val, Lanes) {
        let deps = callee.deps.clone();
        let (mut value, falls) = self.each_alternative(callee, lanes, |machine, v, lanes| match v {
            V::Closure(closure) => machine.invoke(at, closure, args, lanes),
            V::Class(class) => machine.construct(at, *class, args, lanes),
            V::Made(name) if is_settings_reader(name) => machine.read_setting(at, name, "", args, lanes),
            V::Name(name) | V::Made(name) => match call {
                Some(call) => machine.call_named_with(at, name, args, lanes, call),
                None => machine.call_named(at, name, args, lanes),
            },
            // a C# multicast delegate
            V::List(items) if machine.csharp() => {
                let mut falls = lanes;
                for item in items.iter() {
                    let (_, rest) = machine.call_value(at, item, args, falls & item.lanes());
                    falls = rest | falls.without(item.lanes());
                }
                (Val::nil(falls), falls)
            }
            V::Instance(class) => match machine.methods_named(*class, "__call__").first() {
                Some(def) => {
                    let closure = machine.bound(*def, v, lanes);
                    machine.call_value(at, &closure, args, lanes)
                }
                None => machine.unknown_result(v, args, lanes),
            },
            // `&:name`: the method of that name of what it is given
            V::Symbol(name) if machine.ruby() => {
                let mut own = args.clone();
                if own.positional.is_empty() {
                    return machine.unknown_result(v, args, lanes);
                }
                let target = own.positional.remove(0);
                let recv = if own.nodes.is_empty() { at } else { own.nodes.remove(0) };
                machine.call_on(at, &target, recv, name, &own, lanes, &PLAIN)
            }
            // calling nil raises
            V::Nil | V::Missing => {
                let class = SmolStr::new_static(machine.nil_error());
                machine.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
                (Val::default(), Lanes::NONE)
            }
            _ => machine.unknown_result(v, args, lanes),
        });
        value.deps = value.deps.and(&deps);
        (value, falls)
    }

    fn unknown_result(&mut self, v: &V, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        if let V::Object(object) = v {
            self.expose(&object.clone());
        }
        self.escape_args(args, lanes);
        self.forget_given("", args, lanes);
        let cause = if let V::Unknown(cause) = v { *cause } else { Cause::Data };
        let taint = args.all().find_map(|value| value.taint);
        (Val::unknown(cause, lanes).tainted(taint), lanes)
    }

    /// Runs something for every alternative of a value. Alternatives that share a lane are branches.
    pub fn each_alternative(
        &mut self,
        value: &Val,
        lanes: Lanes,
        mut run: impl FnMut(&mut Self, &V, Lanes) -> (Val, Lanes),
    ) -> (Val, Lanes) {
        let groups = value.groups(lanes);
        if groups.is_empty() {
            // dead code: walk it once, in no lane
            return match value.alts.first() {
                Some(alt) => run(self, &alt.v.clone(), Lanes::NONE),
                None => run(self, &V::Unknown(Cause::Data), lanes),
            };
        }
        let mut seen = Lanes::NONE;
        let overlap = groups.iter().any(|alt| {
            let shared = seen.has(alt.lanes);
            seen |= alt.lanes;
            shared
        });
        if overlap || groups.iter().any(|alt| alt.doubt) {
            let branches: Vec<Branch> = groups
                .iter()
                .map(|alt| {
                    let doubt = if alt.doubt { alt.lanes } else { Lanes::NONE };
                    Branch::open(alt.lanes, doubt).because(&value.deps)
                })
                .collect();
            return self.fork(&branches, |machine, index| run(machine, &groups[index].v, groups[index].lanes));
        }
        let mut out = Val::default();
        let mut falls = Lanes::NONE;
        let path = self.st.path.clone();
        let mut lost: Vec<(usize, Why)> = Vec::new();
        let mut paths = vec![path.clone()];
        for alt in &groups {
            // other lanes have other values: what the value depends on keeps them from this one
            if value.deps.is_some() {
                self.st.path = value.deps.clone().and(&path);
                for lane in lanes.without(alt.lanes).indices() {
                    self.st.cuts[lane] = value.deps.clone();
                }
            }
            let (result, rest) = run(self, &alt.v, alt.lanes);
            out.join(&result);
            falls |= rest;
            let left = alt.lanes.without(rest);
            if !left.is_empty() {
                lost.extend(left.indices().map(|lane| (lane, self.st.cuts[lane].clone())));
                paths.push(self.st.path.clone());
            }
        }
        self.st.path = Why::all(paths);
        for (lane, why) in lost {
            self.st.cuts[lane] = why;
        }
        out.deps = std::mem::take(&mut out.deps).and(&value.deps);
        (out, falls)
    }

    pub fn invoke(&mut self, at: NodeRef, closure: &Rc<Closure>, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let Some(def) = self.def(closure.def) else {
            return (Val::data(lanes), lanes);
        };
        self.called.insert(closure.def);
        self.invoked.insert(closure.id);
        self.structure.insert((self.context, closure.def));
        if !def.symbols.is_empty() {
            let mut lanes_on = Lanes::NONE;
            for symbol in &def.symbols {
                lanes_on |= self.truth(&self.symbol(symbol, lanes), lanes).yes;
            }
            let (value, falls) = self.invoke_plain(at, closure, def, args, lanes & lanes_on);
            return (value, falls | lanes.without(lanes_on));
        }
        self.invoke_plain(at, closure, def, args, lanes)
    }

    fn invoke_plain(
        &mut self,
        at: NodeRef,
        closure: &Rc<Closure>,
        def: &'p Def,
        args: &Args,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        if def.generator {
            let generator = V::Generator(Rc::new(((**closure).clone(), args.clone())));
            return (Val::of(generator, lanes), lanes);
        }
        let mark = self.exits.len();
        let cuts = self.st.cuts.clone();
        let (mut value, falls) = self.run_body(at, closure, def, args, lanes);
        if !def.is_async || self.awaited.contains(&at) {
            return (value, falls);
        }
        // nobody waits for the task here: what it throws does not stop the caller
        let kept = self.exits[mark.min(self.exits.len())..]
            .iter()
            .filter(|exit| exit.target == Target::Raise && exit.class.as_deref() != Some("!exit"))
            .fold(Lanes::NONE, |all, exit| all | exit.lanes)
            .without(falls)
            & lanes;
        for lane in kept.indices() {
            self.st.cuts[lane] = cuts[lane].clone();
        }
        if !kept.is_empty() {
            value.join(&Val::data(kept));
        }
        (value, falls | kept)
    }

    /// Runs a body: inlined where its arguments matter, by its summary otherwise.
    pub fn run_body(
        &mut self,
        at: NodeRef,
        closure: &Rc<Closure>,
        def: &'p Def,
        args: &Args,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        if self.inlining.contains(&closure.def) {
            // with other arguments it may go another way: what it does with any is in its summary
            self.escape_args(args, lanes);
            return self.by_summary(at, closure.def, lanes);
        }
        let home = self.homes.get(&closure.def).copied();
        let nested = home.is_none();
        let this = closure.this.as_ref().and_then(|this| this.single());
        let on_object = matches!(this, Some(V::Object(_) | V::Inquirer(_) | V::AnyName { .. }));
        // constants decide something in a body that has to do with the environment, or in a small one, a predicate
        let minds_constants = self.program.item(closure.def.item).live || self.size(closure.def) <= MAX_SMALL;
        let defaults = def
            .params
            .iter()
            .skip(args.positional.len())
            .any(|param| param.default.is_some() && !args.named.iter().any(|(name, _)| *name == param.name));
        let wanted = nested
            || on_object
            || self.rebinds(closure.def)
            || self.is_of_kin(closure)
            || args.block.is_some()
            || args.all().any(|value| self.interesting(value))
            || (defaults || args.all().any(is_constant)) && minds_constants;
        if wanted && self.may_inline() {
            return self.inline(closure, def, args, lanes);
        }
        self.escape_args(args, lanes);
        self.forget_shared(args, lanes);
        let result = self.by_summary(at, closure.def, lanes);
        if let Some(V::Object(object)) = closure.this.as_ref().and_then(|this| this.single()) {
            // the body ran for any object of the class
            let object = object.clone();
            self.expose(&object);
        }
        result
    }

    /// An operator that a C# class of the file defines, applied to one of its objects.
    pub fn declared_operator(
        &mut self,
        at: NodeRef,
        symbol: &str,
        operands: &[&Val],
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        if !self.csharp() {
            return None;
        }
        let name = SmolStr::new(format!("operator {symbol}"));
        let class_of = |v: &V| match v {
            V::Instance(class) => Some(*class),
            V::Object(object) => Some(object.class),
            _ => None,
        };
        let def = operands
            .iter()
            .flat_map(|value| value.alts.iter())
            .filter_map(|alt| class_of(&alt.v))
            .find_map(|class| self.methods_named(class, &name).first().copied())?;
        let args = Args {
            positional: operands.iter().map(|value| (*value).clone()).collect(),
            nodes: vec![at; operands.len()],
            ..Args::default()
        };
        let closure = self.closure(def, lanes);
        Some(self.call_value(at, &closure, &args, lanes))
    }

    pub fn iterate_generator(&mut self, generator: &Rc<(Closure, Args)>, lanes: Lanes) -> Lanes {
        let (closure, args) = (&generator.0, &generator.1);
        let Some(def) = self.def(closure.def) else {
            return lanes;
        };
        let closure = Rc::new(closure.clone());
        let args = args.clone();
        self.maybe(lanes, |machine| machine.run_body(closure.def, &closure, def, &args, lanes)).1
    }

    /// The result of calling a function that nothing in sight defines.
    pub fn call_unknown_function(&mut self, at: NodeRef, name: &SmolStr, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        // in a method of the class itself
        if let Some(V::Class(class)) = self.st.this.as_ref().and_then(|this| this.single())
            && self.ruby()
            && name == "new"
        {
            return self.construct(at, *class, args, lanes);
        }
        // inside a predicate that the project adds to the environment, the others are called by their names alone
        if let Some(this @ (V::Inquirer(_) | V::AnyName { .. })) = self.st.this.as_ref().and_then(|this| this.single())
            && self.ruby()
        {
            let this = this.clone();
            return match self.added_predicate(&this, name) {
                Some(def) => {
                    let method = self.bound(def, &this, lanes);
                    self.call_value(at, &method, args, lanes)
                }
                None => self.value_method(at, &this, name, args, lanes).unwrap_or_else(|| (Val::data(lanes), lanes)),
            };
        }
        self.switch_called(at, Called::Function(name), args, lanes);
        if let Some(falls) = self.load_call(at, name, args, lanes) {
            return (Val::data(falls), falls);
        }
        if let Some(result) = self.builtin_function(at, name, args, lanes) {
            self.mention_args(at, name, args, lanes);
            return result;
        }
        // a module's methods run on objects of classes that are not in sight there
        if self.ruby()
            && let Some(V::Class(class) | V::Instance(class)) = self.st.this.as_ref().and_then(|this| this.single())
            && self.classes[*class as usize].form == ClassForm::Module
        {
            self.may_call_methods(at, name, lanes);
        }
        self.note_sink(at, None, name, args, lanes);
        self.escape_args(args, lanes);
        self.forget_given(name, args, lanes);
        let taint = args.all().find_map(|value| value.taint);
        // a helper that is not in sight could be the guard itself
        let cause = if looks_like_switch(name) && (args.positional.is_empty() || name.ends_with('?')) {
            Cause::Opaque
        } else {
            Cause::Data
        };
        (Val::unknown(cause, lanes).tainted(taint), lanes)
    }
}
