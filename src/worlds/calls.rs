//! Calls: which body runs, with what, and what comes back.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::names::{Found, looks_like_switch};
use super::python::is_settings_reader;
use super::value::*;
use crate::program::*;

/// `**{"a": b}`.
fn keywords(value: &Val) -> Option<Vec<(SmolStr, Val)>> {
    let Some(V::Map(pairs)) = value.single() else {
        return None;
    };
    pairs.iter().map(|(key, value)| Some((key.text()?.clone(), value.clone()))).collect()
}
/// A call with nothing but its name.
pub static PLAIN: Call = Call {
    callee: NodeId(0),
    args: Vec::new(),
    block: None,
    safe: false,
    construct: false,
    type_args: Vec::new(),
    initialiser: Vec::new(),
};

impl<'p> Machine<'p> {
    pub fn eval_call(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) -> (Val, Lanes) {
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let callee = child(call.callee);
        if let Some(Kind::Attr { recv, name, .. }) = self.kind(callee)
            && self.csharp()
            && (matches!(name.as_str(), "Wait" | "GetAwaiter")
                || name == "ConfigureAwait" && self.awaited.contains(&at))
        {
            self.awaited.insert(child(*recv));
        }
        if let Some(result) = self.special_form(at, call, callee, lanes) {
            return result;
        }
        let break_to = self.fresh();
        let mark = self.exits.len();
        let (mut value, mut falls) = match self.kind(callee) {
            Some(Kind::Name(name))
                if !matches!(self.lookup(name), Found::Slot(_) | Found::Member(_))
                    && self.class_named(name).is_none() =>
            {
                let (args, falls) = self.eval_args(at, call, lanes, break_to);
                let name = if call.construct { self.resolve_type(name) } else { self.qualify(name) };
                let (mut value, falls) = self.call_named_with(at, &name, &args, falls, call);
                value.deps = args.all().fold(value.deps, |all, arg| all.and(&arg.deps));
                (value, falls)
            }
            Some(Kind::Name(name)) => {
                let found = self.lookup(name);
                let (args, falls) = self.eval_args(at, call, lanes, break_to);
                match found {
                    Found::Member(class) => {
                        let this = self.member_receiver(class, falls);
                        self.call_member(at, &this, class, name, &args, falls, call)
                    }
                    Found::Slot(slot) => {
                        let callee = self.slots[slot as usize].only(falls);
                        let uncovered = falls.without(callee.lanes());
                        for lane in uncovered.indices() {
                            self.st.cuts[lane] = callee.deps.clone();
                        }
                        let (mut value, mut rest) =
                            self.call_value_with(at, &callee, &args, falls.without(uncovered), Some(call));
                        if !uncovered.is_empty() {
                            self.escape_args(&args, uncovered);
                            value.join(&Val::data(uncovered));
                            rest |= uncovered;
                        }
                        (value, rest)
                    }
                    Found::Nothing => match self.class_named(name) {
                        Some(class) if call.construct || !self.ruby() => self.construct(at, class, &args, falls),
                        _ => self.call_unknown_function(at, name, &args, falls),
                    },
                }
            }
            Some(Kind::Attr { recv, name, .. })
                if matches!(self.kind(child(*recv)), Some(Kind::Super)) && self.method_above(name).is_some() =>
            {
                let above = self.method_above(name);
                let (args, falls) = self.eval_args(at, call, lanes, break_to);
                let this = self.this(falls);
                self.each_alternative(&this, falls, |machine, v, lanes| match above {
                    Some(def) => {
                        let method = machine.bound(def, v, lanes);
                        machine.call_value(at, &method, &args, lanes)
                    }
                    None => (Val::data(lanes), lanes),
                })
            }
            Some(Kind::Attr { recv, name, .. }) => {
                let recv = child(*recv);
                let (target, falls) = self.eval_quietly(recv, lanes);
                let present = if call.safe { self.nilness(&target, falls).no } else { falls };
                for lane in falls.without(present).indices() {
                    self.st.cuts[lane] = target.deps.clone();
                }
                let (args, through) = self.eval_args(at, call, present, break_to);
                let missing = falls.without(through) & falls.without(present);
                let (mut value, mut rest) = self.call_on(at, &target, recv, name, &args, through, call);
                if call.safe {
                    let nil = self.nilness(&target, falls).yes;
                    value.join(&Val::nil(nil));
                    rest |= nil | missing;
                }
                (value, rest)
            }
            Some(Kind::Super | Kind::SelfRef) => {
                let (args, falls) = self.eval_args(at, call, lanes, break_to);
                let bare = self.program.span(at) == self.program.span(callee);
                if self.ruby()
                    && let Some(result) = self.call_super(at, &args, bare, falls)
                {
                    return self.after_call(result, break_to, mark);
                }
                self.escape_args(&args, falls);
                (Val::data(falls), falls)
            }
            _ => {
                let (callee, falls) = self.eval(callee, lanes);
                let (args, falls) = self.eval_args(at, call, falls, break_to);
                self.call_value_with(at, &callee, &args, falls, Some(call))
            }
        };
        (value, falls) = self.after_call((value, falls), break_to, mark);
        let falls = self.initialise(at, call, &mut value, falls);
        (value, falls)
    }

    /// A `break` in the block of a call ends the call.
    fn after_call(&mut self, (mut value, mut falls): (Val, Lanes), break_to: u32, mark: usize) -> (Val, Lanes) {
        let broken = self.arrive(mark, |exit| exit.target == Target::Break(break_to));
        if !broken.is_empty() {
            falls = self.land(&broken, falls, &mut value);
        }
        (value, falls)
    }

    /// C# object and collection initialisers.
    fn initialise(&mut self, at: NodeRef, call: &'p Call, value: &mut Val, lanes: Lanes) -> Lanes {
        if call.initialiser.is_empty() {
            return lanes;
        }
        let before = self.st.this.clone();
        let mut falls = lanes;
        let mut elements = Vec::new();
        let mut pairs = Vec::new();
        let constructing = std::mem::replace(&mut self.in_constructor, true);
        self.st.this = Some(value.clone());
        for node in &call.initialiser {
            let node = NodeRef { item: at.item, node: *node };
            match self.kind(node) {
                Some(Kind::Set { place, value: right, .. }) => {
                    let outer = std::mem::replace(&mut self.st.this, before.clone());
                    let (right, rest) = self.eval(NodeRef { item: at.item, node: *right }, falls);
                    falls = rest;
                    value.taint = value.taint.or(right.taint);
                    let place = NodeRef { item: at.item, node: *place };
                    match self.kind(place) {
                        Some(Kind::Index { args, .. }) => {
                            let key = args.first().map(|key| self.eval(NodeRef { item: at.item, node: *key }, falls).0);
                            pairs.push((key.unwrap_or_else(|| Val::data(falls)), right));
                        }
                        Some(Kind::Attr { name, .. }) => {
                            let target = value.clone();
                            self.write_attr(&target, place, name, falls, &right, node);
                        }
                        _ => {}
                    }
                    self.st.this = outer;
                }
                _ => {
                    let outer = std::mem::replace(&mut self.st.this, before.clone());
                    let (element, rest) = self.eval(node, falls);
                    self.st.this = outer;
                    falls = rest;
                    value.taint = value.taint.or(element.taint);
                    match element.single() {
                        Some(V::List(parts)) if parts.len() == 2 => pairs.push((parts[0].clone(), parts[1].clone())),
                        _ => elements.push(element),
                    }
                }
            }
        }
        self.st.this = before;
        self.in_constructor = constructing;
        let ignores_case = call.args.iter().any(|arg| {
            let (value, _) = self.eval_quietly(NodeRef { item: at.item, node: *arg }, falls);
            matches!(value.single(), Some(V::IgnoreCase))
        });
        if !elements.is_empty() && pairs.is_empty() {
            if ignores_case {
                elements.insert(0, Val::of(V::IgnoreCase, falls));
            }
            *value = Val::of(V::List(Rc::new(elements)), falls).tainted(value.taint);
        } else if !pairs.is_empty() && elements.is_empty() {
            if ignores_case {
                pairs.push((Val::of(V::IgnoreCase, falls), Val::nil(falls)));
            }
            *value = Val::of(V::Map(Rc::new(pairs)), falls).tainted(value.taint);
        }
        falls
    }

    pub fn eval_args(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes, break_to: u32) -> (Args, Lanes) {
        let mut args = Args::default();
        let mut falls = lanes;
        for node in &call.args {
            let node = NodeRef { item: at.item, node: *node };
            match self.kind(node) {
                Some(Kind::Keyword(name, value)) => {
                    let value_at = NodeRef { item: at.item, node: *value };
                    let (value, rest) = self.eval(value_at, falls);
                    falls = rest;
                    if name == "**" {
                        match keywords(&value) {
                            Some(named) => args.named.extend(named),
                            None => args.open = true,
                        }
                    } else {
                        args.named.push((name.clone(), value));
                    }
                }
                Some(Kind::Splat(inner)) => {
                    let (value, rest) = self.eval(NodeRef { item: at.item, node: *inner }, falls);
                    falls = rest;
                    match value.single() {
                        // `...` passes on keywords as well
                        _ if self.ruby()
                            && matches!(self.kind(NodeRef { item: at.item, node: *inner }), Some(Kind::Name(name)) if name == "...") =>
                        {
                            args.open = true
                        }
                        Some(V::Map(pairs))
                            if self.ruby()
                                && pairs.iter().all(|(key, _)| matches!(key.single(), Some(V::Symbol(_)))) =>
                        {
                            for (key, value) in pairs.iter().rev() {
                                let name = key.text().cloned().unwrap_or_default();
                                args.named.retain(|(known, _)| *known != name);
                                args.named.push((name, value.clone()));
                            }
                        }
                        Some(V::List(items)) => {
                            args.nodes.extend(std::iter::repeat_n(node, items.len()));
                            args.positional.extend(items.iter().cloned());
                        }
                        _ => args.open = true,
                    }
                }
                _ => {
                    let (value, rest) = self.eval_argument(call, node, falls);
                    falls = rest;
                    args.positional.push(value);
                    args.nodes.push(node);
                }
            }
        }
        if let Some(block) = call.block {
            let before = std::mem::replace(&mut self.st.break_to, break_to);
            let (value, rest) = self.eval(NodeRef { item: at.item, node: block }, falls);
            self.st.break_to = before;
            falls = rest;
            args.block = Some(value);
        }
        (args, falls)
    }

    fn eval_argument(&mut self, call: &'p Call, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        // what takes every element of a generator runs it here
        if let Some(Kind::Typed(inner, Some(_))) = self.kind(at)
            && self.python()
            && let Some(Kind::Name(name) | Kind::Attr { name, .. }) =
                self.kind(NodeRef { item: at.item, node: call.callee })
            && matches!(
                name.as_str(),
                "any"
                    | "all"
                    | "sum"
                    | "list"
                    | "tuple"
                    | "set"
                    | "frozenset"
                    | "dict"
                    | "sorted"
                    | "max"
                    | "min"
                    | "join"
            )
        {
            return self.eval(NodeRef { item: at.item, node: *inner }, lanes);
        }
        self.eval(at, lanes)
    }

    // ---- calling values ----

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
        let on_object = matches!(closure.this.as_ref().and_then(|this| this.single()), Some(V::Object(_)));
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

    /// Whether a body says `global` or `nonlocal`: what it writes there is certain only where it is called.
    fn rebinds(&mut self, def: NodeRef) -> bool {
        if !self.python() {
            return false;
        }
        if let Some(known) = self.rebinding.get(&def) {
            return *known;
        }
        let found = self.calls_within(def).any(|callee| {
            matches!(self.kind(callee), Some(Kind::Name(name)) if matches!(name.as_str(), "global" | "nonlocal"))
        });
        self.rebinding.insert(def, found);
        found
    }

    /// What is called inside a node, by the text.
    pub fn calls_within(&self, at: NodeRef) -> impl Iterator<Item = NodeRef> {
        let code = self.program.code(at.item);
        let span = code.and_then(|code| code.nodes.get(at.node.0 as usize)).map(|node| node.span).unwrap_or_default();
        let nodes = code.map(|code| code.nodes.as_slice()).unwrap_or_default();
        nodes.iter().filter_map(move |node| match &node.kind {
            Kind::Call(call) if node.span.start >= span.start && node.span.end <= span.end => {
                Some(NodeRef { item: at.item, node: call.callee })
            }
            _ => None,
        })
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

    /// How many nodes a body has.
    fn size(&self, def: NodeRef) -> usize {
        let code = self.program.code(def.item);
        let whole = code.filter(|code| code.root == def.node);
        whole.map_or(usize::MAX, |code| code.nodes.len())
    }

    /// Whether an argument can decide a condition in the callee.
    pub fn interesting(&self, value: &Val) -> bool {
        value.alts.len() > 1
            || value.alts.iter().any(|alt| match &alt.v {
                V::Closure(_)
                | V::Inquirer(_)
                | V::AnyName { .. }
                | V::Host
                | V::Object(_)
                | V::Generator(_)
                | V::Missing => true,
                V::List(items) => items.len() <= MAX_FOLLOWED && items.iter().any(|item| self.interesting(item)),
                V::Map(items) => items.len() <= MAX_FOLLOWED && items.iter().any(|(_, item)| self.interesting(item)),
                V::Name(name) | V::Made(name) => self.symbol_of(name).is_some(),
                // the callee may write its fields
                V::Class(_) | V::Instance(_) => self.python(),
                _ => false,
            })
    }

    pub fn inline(&mut self, closure: &Rc<Closure>, def: &'p Def, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let before = self.st.clone();
        let block = def.form == Form::Block;
        // a Ruby lambda shares the locals around it as well
        let kind =
            if block || (self.ruby() && def.form == Form::Lambda) { ScopeKind::Block } else { ScopeKind::Function };
        self.inlining.push(closure.def);
        let start = self.start();
        let scope = self.push_scope(kind, closure.scope);
        self.st.scope = scope;
        if let Some(this) = &closure.this {
            self.st.this = Some((**this).clone());
        } else if self.python() && self.homes.contains_key(&closure.def) {
            // a plain function: its first argument is given like any other
            self.st.this = None;
        }
        let frame = self.fresh();
        self.st.next_to = frame;
        self.st.return_to = if block { closure.frame } else { frame };
        if !block {
            self.st.break_to = frame;
            self.st.block = args.block.clone();
            self.st.may_resume = false;
        }
        let constructing = std::mem::replace(&mut self.in_constructor, def.form == Form::Constructor);
        let mark = self.exits.len();
        let bound = self.bind(closure.def, def, args, lanes);
        let (value, falls) = self.eval(NodeRef { item: closure.def.item, node: def.body }, bound);
        self.in_constructor = constructing;
        let mut value = if def.implicit_return || block { value } else { Val::nil(falls) };
        let arrived = self.arrive(mark, |exit| {
            (exit.target == Target::Return(frame) && !block) || exit.target == Target::Next(frame)
        });
        let falls = self.land(&arrived, falls, &mut value);
        if def.form != Form::Function {
            self.block_why = std::mem::take(&mut self.block_why).and(&value.deps);
        }
        self.inlining.pop();
        self.drop_locals(&start);
        let doubt = self.st.doubt;
        let cuts = self.st.cuts.clone();
        let path = self.st.path.clone();
        self.st = before;
        self.st.doubt = doubt;
        let lost = lanes.without(falls);
        if !lost.is_empty() {
            self.st.path = path;
            for lane in lost.indices() {
                self.st.cuts[lane] = cuts[lane].clone();
            }
        }
        (value, falls)
    }

    /// Binds arguments to parameters in the current scope.
    fn bind(&mut self, at: NodeRef, def: &'p Def, args: &Args, lanes: Lanes) -> Lanes {
        let mut falls = lanes;
        let scope = self.st.scope;
        let mut positional = args.positional.clone();
        let wanted = def.params.iter().filter(|param| param.kind == ParamKind::Positional).count();
        // a Ruby block spreads one array over several parameters
        if def.form == Form::Block && wanted > 1 && positional.len() == 1 {
            match positional[0].single() {
                Some(V::List(items)) => positional = items.to_vec(),
                _ => positional = vec![Val::data(lanes).tainted(positional[0].taint); wanted],
            }
        }
        let mut next = 0;
        // the receiver of a Python method, the first parameter of a C# extension method, is bound like any other
        if self.python()
            && let Some(this) = self.st.this.clone()
            && let Some((_, Some(_))) = self.homes.get(&at)
            && let Some(first) = def.params.first()
            && (!def.is_static || first.name == "cls")
        {
            let slot = self.declare(scope, &first.name);
            self.set_slot(slot, lanes, &this);
            next = 1;
        }
        // Ruby: keywords that no parameter takes are the last positional argument, a map
        let leftover: Vec<(Val, Val)> = if self.ruby() {
            let taken =
                |name: &SmolStr| def.params.iter().any(|param| param.kind == ParamKind::Keyword && param.name == *name);
            args.named
                .iter()
                .filter(|(name, _)| !taken(name))
                .map(|(name, value)| (Val::of(V::Symbol(name.clone()), lanes), value.clone()))
                .collect()
        } else {
            Vec::new()
        };
        let takes_rest = def.params.iter().any(|param| param.kind == ParamKind::KeywordRest);
        if !leftover.is_empty() && !takes_rest {
            positional.push(Val::of(V::Map(Rc::new(leftover.clone())), lanes));
        }
        let mut given = self.by_parameter(def, positional, next, lanes).into_iter();
        for param in def.params.iter().skip(next) {
            let named = args.named(&param.name).cloned();
            let hint = param.ty.as_deref().and_then(|ty| self.typed(ty, lanes));
            let value = match param.kind {
                ParamKind::Positional if self.ruby() => given.next().flatten(),
                ParamKind::Positional => named.or_else(|| given.next().flatten()),
                ParamKind::Keyword => named,
                ParamKind::Rest if args.open => {
                    given.by_ref().take(1).for_each(drop);
                    Some(Val::data(lanes))
                }
                ParamKind::Rest if self.ruby() => given.next().flatten(),
                ParamKind::Rest => {
                    let rest: Vec<Val> = given.by_ref().flatten().collect();
                    Some(Val::of(V::List(Rc::new(rest)), lanes))
                }
                ParamKind::KeywordRest if self.ruby() && !args.open => {
                    Some(Val::of(V::Map(Rc::new(leftover.clone())), lanes))
                }
                ParamKind::KeywordRest => Some(Val::data(lanes)),
                ParamKind::Block => Some(args.block.clone().unwrap_or_else(|| Val::nil(lanes))),
            };
            let value = match (value, param.default) {
                (Some(value), _) => match hint {
                    Some(hint) if value.is_data() => hint,
                    _ => value.only(lanes),
                },
                (None, Some(default)) if !args.open => {
                    let default = NodeRef { item: at.item, node: default };
                    if self.python() {
                        self.defaults.get(&default).map_or_else(|| Val::data(lanes), |value| value.only(lanes))
                    } else {
                        let (value, rest) = self.eval(default, falls);
                        falls = rest;
                        value
                    }
                }
                _ => hint.unwrap_or_else(|| Val::data(lanes)),
            };
            self.slots.push(Val::default());
            let slot = self.slots.len() as u32 - 1;
            self.scopes[scope as usize].names.insert(param.name.clone(), slot);
            self.set_slot(slot, lanes, &value);
        }
        falls
    }

    pub fn by_summary(&mut self, at: NodeRef, def: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        let edge = Edge {
            at,
            callee: def,
            lanes,
            doubt: self.st.doubt & lanes,
            path: self.st.path.clone(),
            cuts: self.st.cuts.clone(),
        };
        self.contexts[self.context].edges.push(edge);
        let Some(effect) = self.summary(def) else {
            return (Val::data(lanes), lanes);
        };
        let falls = effect.falls & lanes;
        for exit in &effect.exits {
            if exit.lanes.has(lanes) {
                let mut exit = exit.clone();
                exit.lanes &= lanes;
                exit.doubt = (exit.doubt | self.st.doubt) & exit.lanes;
                self.exits.push(exit);
            }
        }
        for lane in lanes.without(falls).indices() {
            self.st.cuts[lane] = effect.cuts[lane].clone();
        }
        self.st.doubt |= effect.doubt & falls;
        (effect.value.only(falls), falls)
    }

    /// A method called on something unknown: the file's methods of that name may run.
    pub fn may_call_methods(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) {
        let found: Vec<NodeRef> =
            self.classes.iter().filter_map(|class| class.methods.get(name)).flatten().copied().collect();
        for callee in found {
            self.contexts[self.context].edges.push(Edge {
                at,
                callee,
                lanes,
                doubt: self.st.doubt & lanes,
                path: self.st.path.clone(),
                cuts: self.st.cuts.clone(),
            });
        }
    }

    pub fn is_running(&self, def: NodeRef) -> bool {
        matches!(self.summaries.get(&def), Some(Summary::Running)) || self.inlining.contains(&def)
    }

    /// The effect of a body entered in every lane with unknown arguments. `None` while it is being computed.
    /// What it looked at may have changed since: then it is computed once more, and its places count with both.
    pub fn summary(&mut self, at: NodeRef) -> Option<Rc<Effect>> {
        match self.summaries.get(&at) {
            Some(Summary::Running) => return None,
            Some(Summary::Done(effect, looked)) if self.is_spent() || !self.is_outdated(looked) => {
                self.looks_along(looked);
                return Some(effect.clone());
            }
            _ => {}
        }
        let def = self.def(at)?;
        if self.summary_depth > 200 {
            return None;
        }
        self.summary_depth += 1;
        self.summaries.insert(at, Summary::Running);
        let (home, class) = self.homes.get(&at).copied().unwrap_or((self.st.scope, None));
        let before = self.st.clone();
        let logging = self.pause_logging();
        let exits = std::mem::take(&mut self.exits);
        let inlining = std::mem::take(&mut self.inlining);
        let catching = std::mem::take(&mut self.catching);
        let known = self.contexts.iter().position(|context| context.def == Some(at));
        let own = known.unwrap_or(self.contexts.len());
        match known {
            Some(own) => self.take_back(own),
            None => self.contexts.push(Context { def: Some(at), ..Context::default() }),
        }
        let looked = self.look();
        let context = std::mem::replace(&mut self.context, own);
        let running = self.hand_over(None);
        let foreign = self.enter_body();
        let frame = self.fresh();
        let scope = self.push_scope(ScopeKind::Function, home);
        let this = class.map(|class| match self.ruby() && def.is_static {
            true => Val::of(V::Class(class), Lanes::ALL),
            false => Val::of(V::Instance(class), Lanes::ALL),
        });
        self.st = State {
            scope,
            doubt: Lanes::NONE,
            path: Why::default(),
            cuts: Default::default(),
            this,
            block: None,
            return_to: frame,
            break_to: frame,
            next_to: frame,
            may_resume: false,
            handling: None,
        };
        let constructing = std::mem::replace(&mut self.in_constructor, def.form == Form::Constructor);
        let lanes = Lanes::ALL;
        let mut args = Args { open: true, ..Args::default() };
        // keyword parameters may or may not be given; positional ones are anything
        args.block = None;
        let bound = self.bind(at, def, &args, lanes);
        for param in &def.params {
            if param.kind == ParamKind::Block {
                let slot = self.declare(scope, &param.name);
                self.set_slot(slot, lanes, &Val::data(lanes));
            }
        }
        if !self.python() {
            // a default's own calls happen when the argument is missing
            for param in &def.params {
                if let Some(default) = param.default {
                    self.eval(NodeRef { item: at.item, node: default }, bound);
                }
            }
        }
        let (value, falls) = self.eval(NodeRef { item: at.item, node: def.body }, bound);
        self.in_constructor = constructing;
        let mut value = if def.implicit_return { value } else { Val::nil(falls) };
        let arrived = self.arrive(0, |exit| {
            matches!(exit.target, Target::Return(_) | Target::Next(_) | Target::Break(_) | Target::Goto(_))
        });
        let falls = self.land(&arrived, falls, &mut value);
        let escaping = value.clone();
        self.escape_returned(&escaping, falls, at);
        let effect = Rc::new(Effect {
            value,
            falls,
            exits: std::mem::replace(&mut self.exits, exits),
            cuts: self.st.cuts.clone(),
            doubt: self.st.doubt & falls,
        });
        self.run_outdated(Some(own));
        self.hand_over(running);
        self.inlining = inlining;
        self.catching = catching;
        self.context = context;
        self.leave_body(foreign);
        let looked = self.has_looked(looked);
        self.resume_logging(logging);
        self.st = before;
        self.summary_depth -= 1;
        self.summaries.insert(at, Summary::Done(effect.clone(), looked));
        Some(effect)
    }

    /// Closures that a body returns run later, in somebody else's hands.
    fn escape_returned(&mut self, value: &Val, lanes: Lanes, at: NodeRef) {
        if holds_closures(value, 3) {
            self.returned.push((at, value.only(lanes)));
        }
    }

    // ---- closures ----

    pub fn closure(&mut self, def: NodeRef, lanes: Lanes) -> Val {
        let id = self.fresh();
        let scope = match self.homes.get(&def) {
            Some((scope, _)) => *scope,
            None => self.st.scope,
        };
        let this = if self.homes.contains_key(&def) { None } else { self.st.this.clone().map(Box::new) };
        let closure = Closure { def, scope, this, frame: self.st.return_to, id };
        let closure = Rc::new(closure);
        if !self.homes.contains_key(&def) {
            self.made.push((closure.clone(), lanes));
        }
        Val::of(V::Closure(closure), lanes)
    }

    pub fn eval_def(&mut self, at: NodeRef, def: &'p Def, lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        if self.python() {
            for param in &def.params {
                if let Some(default) = param.default {
                    let default = NodeRef { item: at.item, node: default };
                    let (value, rest) = self.eval(default, falls);
                    falls = rest;
                    self.defaults.entry(default).or_default().join(&value);
                }
            }
        }
        let (known, why) = self.declared.entry(at).or_default();
        *known |= lanes;
        *why = std::mem::take(why).and(&self.st.path);
        let scope = self.declaring();
        let class = match self.scopes[scope as usize].kind {
            ScopeKind::Class(class) => Some(class),
            _ => None,
        };
        let hoisted = self.homes.contains_key(&at);
        if !hoisted {
            // a definition inside a statement: its home is where it stands
            if class.is_some() || self.scopes[scope as usize].kind == ScopeKind::File {
                self.homes.insert(at, (scope, class));
            }
            if let Some(class) = class {
                self.note_writers_of(class, at);
                self.classes[class as usize].methods.entry(def.name.clone()).or_default().push(at);
            }
        }
        let mut value = self.closure(at, falls);
        for node in def.decorators.iter().rev() {
            let node = NodeRef { item: at.item, node: *node };
            if self.csharp() {
                let (_, rest) = self.eval(node, falls);
                falls = rest;
                self.decorated.insert(at);
                continue;
            }
            let (decorator, rest) = self.eval_quietly(node, falls);
            falls = rest;
            let known = decorator.alts.iter().any(|alt| matches!(alt.v, V::Closure(_)));
            if known {
                let args = Args { positional: vec![value.clone()], nodes: vec![at], ..Args::default() };
                let (wrapped, rest) = self.call_value(node, &decorator, &args, falls);
                falls = rest;
                self.called.insert(at);
                self.wrapped.push((at, wrapped.clone()));
                if class.is_some() && self.python() {
                    self.made_of.insert(at, wrapped.clone());
                }
                value = wrapped;
            } else {
                if let Some(V::Name(name)) = decorator.single()
                    && name.ends_with("contextmanager")
                {
                    self.context_managers.insert(at);
                }
                self.decorated.insert(at);
                if !self.homes.contains_key(&at) {
                    // whoever decorates a nested function keeps it
                    self.escape(&value, falls, at);
                }
            }
        }
        let value_in_place = class.is_none() || !def.decorators.is_empty();
        if value_in_place {
            let slot = self.declare(scope, &def.name);
            self.set_slot(slot, falls, &value);
        }
        (Val::of(V::Symbol(def.name.clone()), falls), falls)
    }

    fn note_writers_of(&mut self, class: u32, at: NodeRef) {
        let Some((code, within)) = self.within(at.item) else {
            return;
        };
        let Some(span) = code.nodes.get(at.node.0 as usize).map(|node| node.span) else {
            return;
        };
        let writers = &mut self.classes[class as usize].writers;
        for node in within.sets(span) {
            if let Some(Kind::Set { place, .. }) = code.nodes.get(node.0 as usize).map(|node| &node.kind)
                && let Some(Kind::Field(name)) = code.nodes.get(place.0 as usize).map(|node| &node.kind)
            {
                writers.entry(name.clone()).or_default().push(at);
            }
        }
    }

    // ---- escapes ----

    pub fn escape_args(&mut self, args: &Args, lanes: Lanes) {
        for (index, value) in args.positional.iter().enumerate() {
            let at = args.nodes.get(index).copied().unwrap_or(NodeRef { item: ItemId(0), node: NodeId(0) });
            self.escape(value, lanes, at);
        }
        for (_, value) in &args.named {
            self.escape(value, lanes, NodeRef { item: ItemId(0), node: NodeId(0) });
        }
        if let Some(block) = &args.block {
            self.run_escaped_block(block, lanes);
        }
    }

    /// A block given to code beyond the file may run, any number of times.
    fn run_escaped_block(&mut self, block: &Val, lanes: Lanes) {
        for alt in block.groups(lanes) {
            if let V::Closure(closure) = &alt.v {
                self.run_later(closure, alt.lanes);
            }
        }
        if block.groups(lanes).is_empty()
            && let Some(V::Closure(closure)) = block.alts.first().map(|alt| &alt.v)
        {
            let closure = closure.clone();
            self.run_later(&closure, Lanes::NONE);
        }
    }

    /// A value passes into code that is not in sight: its closures may run from here on.
    pub fn escape(&mut self, value: &Val, lanes: Lanes, at: NodeRef) {
        // collections share their parts: each is gone through once for the same lanes
        let mut seen: FxHashSet<(*const (), Lanes)> = FxHashSet::default();
        let mut todo: Vec<(Alt, Lanes)> = value.alts.iter().rev().map(|alt| (alt.clone(), lanes)).collect();
        while let Some((alt, lanes)) = todo.pop() {
            let on = alt.lanes & lanes;
            let alts = |item: &Val| item.alts.iter().rev().map(|alt| (alt.clone(), on)).collect::<Vec<_>>();
            match &alt.v {
                V::Closure(closure) => {
                    let closure = closure.clone();
                    self.run_later(&closure, on);
                }
                V::Generator(generator) => {
                    let generator = generator.clone();
                    self.iterate_generator(&generator, on);
                }
                V::Object(object) => {
                    let object = object.clone();
                    self.expose(&object);
                }
                V::List(items) if seen.insert((Rc::as_ptr(items).cast(), on)) => {
                    todo.extend(items.iter().rev().flat_map(alts));
                }
                V::Map(pairs) if seen.insert((Rc::as_ptr(pairs).cast(), on)) => {
                    todo.extend(pairs.iter().rev().flat_map(|(_, item)| alts(item)));
                }
                V::Symbol(name) if self.ruby() => self.named_method(name, on, at),
                V::Name(name) => {
                    // a library function passed on will be called there
                    if !self.ruby()
                        && let Some((effect, family)) = self.symbol_of(name)
                        && at.item.0 + at.node.0 > 0
                    {
                        let name = name.clone();
                        self.record(at, name, effect, family, on);
                    }
                }
                _ => {}
            }
        }
    }

    /// Ruby: a symbol that names a method of the surrounding class (`before_create :fill_name`).
    fn named_method(&mut self, name: &SmolStr, lanes: Lanes, at: NodeRef) {
        let class = match self.st.this.as_ref().and_then(|this| this.single()) {
            Some(V::Class(class) | V::Instance(class)) => *class,
            _ => return,
        };
        if let Some(def) = self.methods_named(class, name).first().copied() {
            self.called.insert(def);
            self.structure.insert((self.context, def));
            self.by_summary(at, def, lanes);
        }
    }

    /// Runs an escaped closure once for each set of lanes; whether it runs at all is open.
    pub fn run_later(&mut self, closure: &Rc<Closure>, lanes: Lanes) {
        if let Some((cond, outcome)) = self.later.take() {
            let (yes, no) = (outcome.yes & lanes, outcome.no & lanes);
            let branches = [
                Branch {
                    cond: Some(cond),
                    decided: outcome.decided(),
                    ..Branch::open(yes, yes.without(outcome.yes_sure))
                },
                Branch {
                    cond: Some(cond),
                    decided: outcome.decided(),
                    ..Branch::open(no, no.without(outcome.no_sure))
                },
            ];
            self.fork(&branches, |machine, index| {
                if index == 0 {
                    machine.run_later(closure, yes);
                }
                (Val::data(branches[index].lanes), branches[index].lanes)
            });
            self.later = Some((cond, outcome));
            return;
        }
        if !self.escaped.insert((closure.id, lanes.0)) {
            return;
        }
        self.called.insert(closure.def);
        self.invoked.insert(closure.id);
        self.structure.insert((self.context, closure.def));
        self.hand_out(closure, lanes);
    }

    /// Runs a closure as code beyond the file may, with what its names hold now.
    pub fn run_in_between(&mut self, closure: &Rc<Closure>, lanes: Lanes) {
        let Some(def) = self.def(closure.def) else {
            return;
        };
        let closure = closure.clone();
        let args = Args { open: true, ..Args::default() };
        let mark = self.exits.len();
        let before = self.st.clone();
        let foreign = self.enter_body();
        self.maybe(lanes, |machine| {
            machine.forget_written(closure.def, lanes);
            let (value, falls) = if machine.homes.contains_key(&closure.def) {
                machine.by_summary(closure.def, closure.def, lanes)
            } else if machine.may_inline() && !machine.inlining.contains(&closure.def) {
                machine.inline(&closure, def, &args, lanes)
            } else {
                machine.by_summary(closure.def, closure.def, lanes)
            };
            if def.form != Form::Block {
                let escaping = value.clone();
                machine.escape(&escaping, falls, closure.def);
            }
            (value, falls)
        });
        self.leave_body(foreign);
        // what the closure raises, its caller's caller sees; what it returns from, in a block, may have happened
        if def.form != Form::Block {
            self.exits.truncate(mark);
        }
        self.st = before;
    }

    /// What a body writes may hold anything by the time it runs again: variables, what they hold, the process environment.
    pub fn forget_written(&mut self, def: NodeRef, lanes: Lanes) {
        let Some((code, within)) = self.within(def.item) else {
            return;
        };
        let Some(span) = code.nodes.get(def.node.0 as usize).map(|node| node.span) else {
            return;
        };
        let mut places: Vec<NodeId> = Vec::new();
        let mut used: Vec<NodeId> = Vec::new();
        for node in within.writes(span) {
            let Some(node) = code.nodes.get(node.0 as usize) else {
                continue;
            };
            match &node.kind {
                Kind::Set { place, .. } | Kind::Out(place) => places.push(*place),
                Kind::Binary { op: Op::Shift, left, .. } => places.push(*left),
                Kind::Call(call) => {
                    if let Some(Kind::Attr { recv, name, .. }) =
                        code.nodes.get(call.callee.0 as usize).map(|node| &node.kind)
                    {
                        if super::methods::is_mutation(name) {
                            places.push(*recv);
                        } else {
                            used.push(*recv);
                        }
                    }
                    used.push(call.callee);
                    used.extend(call.args.iter().copied());
                }
                _ => {}
            }
        }
        if self.ruby()
            && let Some(V::Object(object)) = self.st.this.as_ref().and_then(|this| this.single()).cloned()
        {
            self.expose(&object);
        }
        for node in used {
            self.forget_through(NodeRef { item: def.item, node }, lanes);
        }
        let mut seen: Vec<&SmolStr> = Vec::new();
        while let Some(place) = places.pop() {
            let at = NodeRef { item: def.item, node: place };
            match self.kind(at) {
                Some(Kind::Name(name)) if self.is_process_environment(name) => self.forget_variables(lanes),
                Some(Kind::Name(name) | Kind::Field(name)) if !seen.contains(&name) => {
                    seen.push(name);
                    self.forget_name(name, lanes);
                }
                Some(Kind::Index { recv, .. }) => places.push(*recv),
                Some(Kind::Attr { recv, .. }) => places.push(*recv),
                Some(Kind::List(all)) => places.extend(all.iter().copied()),
                Some(Kind::Splat(inner) | Kind::Typed(inner, _)) => places.push(*inner),
                _ => {}
            }
        }
    }

    /// What runs again through a name: the methods of an object, the body of a closure.
    fn forget_through(&mut self, at: NodeRef, lanes: Lanes) {
        let slot = match self.kind(at) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                Found::Slot(slot) => Some(slot),
                _ => None,
            },
            Some(Kind::Field(name)) => self.slot_in(0, name),
            _ => None,
        };
        let Some(slot) = slot else { return };
        for alt in self.slots[slot as usize].groups(lanes) {
            match &alt.v {
                V::Object(object) => self.expose(object),
                V::Closure(closure) if !self.homes.contains_key(&closure.def) && self.forgetting < 4 => {
                    self.forgetting += 1;
                    self.forget_written(closure.def, lanes);
                    self.forgetting -= 1;
                }
                _ => {}
            }
        }
    }

    fn is_process_environment(&self, name: &str) -> bool {
        (self.ruby() && name == "ENV") || (self.python() && matches!(name, "environ" | "os"))
    }

    /// A name may hold anything from here on.
    fn forget_name(&mut self, name: &SmolStr, lanes: Lanes) {
        let slot = match self.lookup(name) {
            Found::Slot(slot) => Some(slot),
            _ => self.slot_in(0, name).filter(|_| name.starts_with(['$', '@'])),
        };
        let Some(slot) = slot else { return };
        let held = &self.slots[slot as usize];
        // a name that stands for a function or class still does
        if held.alts.is_empty() || held.alts.iter().all(|alt| matches!(alt.v, V::Class(_)) || self.is_method(&alt.v)) {
            return;
        }
        self.weaken_slot(slot, &Val::data(lanes));
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
        if let Some(result) = self.builtin_function(at, name, args, lanes) {
            return result;
        }
        self.note_sink(at, None, name, args, lanes);
        self.escape_args(args, lanes);
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

/// Whether a value is a closure or a collection of some.
fn holds_closures(value: &Val, depth: usize) -> bool {
    value.alts.iter().any(|alt| match &alt.v {
        V::Closure(_) | V::Generator(_) => true,
        V::List(items) if depth > 0 => items.iter().any(|item| holds_closures(item, depth - 1)),
        V::Map(pairs) if depth > 0 => pairs.iter().any(|(_, item)| holds_closures(item, depth - 1)),
        _ => false,
    })
}

/// Nodes of a body that is evaluated for each call with constants.
const MAX_SMALL: usize = 40;

/// Whether an argument is written out.
pub fn is_constant(value: &Val) -> bool {
    value.alts.iter().any(|alt| match &alt.v {
        V::Bool(_) | V::Str(_) | V::Symbol(_) => true,
        V::List(items) => !items.is_empty() && items.len() <= 16,
        V::Map(items) => !items.is_empty() && items.len() <= 16,
        _ => false,
    })
}
