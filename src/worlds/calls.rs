//! Calls: which body runs, with what, and what comes back.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::names::{Found, looks_like_switch};
use super::value::*;
use crate::program::*;

impl<'p> Machine<'p> {
    pub fn eval_call(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) -> (Val, Lanes) {
        let child = |node: NodeId| NodeRef {
            item: at.item,
            node,
        };
        let callee = child(call.callee);
        if let Some(result) = self.special_form(at, call, callee, lanes) {
            return result;
        }
        let break_to = self.fresh();
        let mark = self.exits.len();
        let (mut value, falls) = match self.kind(callee) {
            Some(Kind::Name(name))
                if !matches!(self.lookup(name), Found::Slot(_) | Found::Member(_))
                    && self.class_named(name).is_none() =>
            {
                let (args, falls) = self.eval_args(at, call, lanes, break_to);
                let name = if call.construct {
                    self.resolve_type(name)
                } else {
                    self.qualify(name)
                };
                self.call_named_with(at, &name, &args, falls, call)
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
                        let (mut value, mut rest) = self.call_value_with(
                            at,
                            &callee,
                            &args,
                            falls.without(uncovered),
                            Some(call),
                        );
                        if !uncovered.is_empty() {
                            self.escape_args(&args, uncovered);
                            value.join(&Val::data(uncovered));
                            rest |= uncovered;
                        }
                        (value, rest)
                    }
                    Found::Nothing => match self.class_named(name) {
                        Some(class) if call.construct || !self.ruby() => {
                            self.construct(at, class, &args, falls)
                        }
                        _ => self.call_unknown_function(at, name, &args, falls),
                    },
                }
            }
            Some(Kind::Attr { recv, name, .. }) => {
                let recv = child(*recv);
                let (target, falls) = self.eval_quietly(recv, lanes);
                let present = if call.safe {
                    self.nilness(&target, falls).no
                } else {
                    falls
                };
                for lane in falls.without(present).indices() {
                    self.st.cuts[lane] = target.deps.clone();
                }
                let (args, through) = self.eval_args(at, call, present, break_to);
                let missing = falls.without(through) & falls.without(present);
                let (mut value, mut rest) =
                    self.call_on(at, &target, recv, name, &args, through, call);
                if call.safe {
                    let nil = self.nilness(&target, falls).yes;
                    value.join(&Val::nil(nil));
                    rest |= nil | missing;
                }
                (value, rest)
            }
            Some(Kind::Super | Kind::SelfRef) => {
                let (args, falls) = self.eval_args(at, call, lanes, break_to);
                self.escape_args(&args, falls);
                (Val::data(falls), falls)
            }
            _ => {
                let (callee, falls) = self.eval(callee, lanes);
                let (args, falls) = self.eval_args(at, call, falls, break_to);
                self.call_value_with(at, &callee, &args, falls, Some(call))
            }
        };
        let mut falls = falls;
        let broken = self.arrive(mark, |exit| exit.target == Target::Break(break_to));
        if !broken.is_empty() {
            falls = self.land(&broken, falls, &mut value);
        }
        falls = self.initialise(at, call, &mut value, falls);
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
            let node = NodeRef {
                item: at.item,
                node: *node,
            };
            match self.kind(node) {
                Some(Kind::Set {
                    place,
                    value: right,
                    ..
                }) => {
                    let outer = std::mem::replace(&mut self.st.this, before.clone());
                    let (right, rest) = self.eval(
                        NodeRef {
                            item: at.item,
                            node: *right,
                        },
                        falls,
                    );
                    falls = rest;
                    value.taint = value.taint.or(right.taint);
                    let place = NodeRef {
                        item: at.item,
                        node: *place,
                    };
                    match self.kind(place) {
                        Some(Kind::Index { args, .. }) => {
                            let key = args.first().map(|key| {
                                self.eval(
                                    NodeRef {
                                        item: at.item,
                                        node: *key,
                                    },
                                    falls,
                                )
                                .0
                            });
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
                        Some(V::List(parts)) if parts.len() == 2 => {
                            pairs.push((parts[0].clone(), parts[1].clone()))
                        }
                        _ => elements.push(element),
                    }
                }
            }
        }
        self.st.this = before;
        self.in_constructor = constructing;
        let ignores_case = call.args.iter().any(|arg| {
            let (value, _) = self.eval_quietly(
                NodeRef {
                    item: at.item,
                    node: *arg,
                },
                falls,
            );
            matches!(value.single(), Some(V::IgnoreCase))
        });
        if !elements.is_empty() && pairs.is_empty() {
            if ignores_case {
                elements.insert(0, Val::of(V::IgnoreCase, falls));
            }
            *value = Val::of(V::List(Rc::new(elements)), falls).tainted(value.taint);
        } else if !pairs.is_empty() && elements.is_empty() {
            *value = Val::of(V::Map(Rc::new(pairs)), falls).tainted(value.taint);
        }
        falls
    }

    pub fn eval_args(
        &mut self,
        at: NodeRef,
        call: &'p Call,
        lanes: Lanes,
        break_to: u32,
    ) -> (Args, Lanes) {
        let mut args = Args::default();
        let mut falls = lanes;
        for node in &call.args {
            let node = NodeRef {
                item: at.item,
                node: *node,
            };
            match self.kind(node) {
                Some(Kind::Keyword(name, value)) => {
                    let value_at = NodeRef {
                        item: at.item,
                        node: *value,
                    };
                    let (value, rest) = self.eval_argument(value_at, falls);
                    falls = rest;
                    if name == "**" {
                        args.open = true;
                    } else {
                        args.named.push((name.clone(), value));
                    }
                }
                Some(Kind::Splat(inner)) => {
                    let (value, rest) = self.eval(
                        NodeRef {
                            item: at.item,
                            node: *inner,
                        },
                        falls,
                    );
                    falls = rest;
                    match value.single() {
                        Some(V::List(items)) => {
                            args.nodes.extend(std::iter::repeat_n(node, items.len()));
                            args.positional.extend(items.iter().cloned());
                        }
                        _ => args.open = true,
                    }
                }
                _ => {
                    let (value, rest) = self.eval_argument(node, falls);
                    falls = rest;
                    args.positional.push(value);
                    args.nodes.push(node);
                }
            }
        }
        if let Some(block) = call.block {
            let before = std::mem::replace(&mut self.st.break_to, break_to);
            let (value, rest) = self.eval(
                NodeRef {
                    item: at.item,
                    node: block,
                },
                falls,
            );
            self.st.break_to = before;
            falls = rest;
            args.block = Some(value);
        }
        (args, falls)
    }

    fn eval_argument(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        self.eval(at, lanes)
    }

    // ---- calling values ----

    pub fn call_value(
        &mut self,
        at: NodeRef,
        callee: &Val,
        args: &Args,
        lanes: Lanes,
    ) -> (Val, Lanes) {
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
        let (mut value, falls) =
            self.each_alternative(callee, lanes, |machine, v, lanes| match v {
                V::Closure(closure) => machine.invoke(at, closure, args, lanes),
                V::Class(class) => machine.construct(at, *class, args, lanes),
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
        self.escape_args(args, lanes);
        let cause = if let V::Unknown(cause) = v {
            *cause
        } else {
            Cause::Data
        };
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
            return self.fork(&branches, |machine, index| {
                run(machine, &groups[index].v, groups[index].lanes)
            });
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

    pub fn invoke(
        &mut self,
        at: NodeRef,
        closure: &Rc<Closure>,
        args: &Args,
        lanes: Lanes,
    ) -> (Val, Lanes) {
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
        self.run_body(at, closure, def, args, lanes)
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
            // it runs already; what it is given this time may run as well
            self.escape_args(args, lanes);
            return (Val::data(lanes), lanes);
        }
        let home = self.homes.get(&closure.def).copied();
        let nested = home.is_none();
        let on_object = matches!(
            closure.this.as_ref().and_then(|this| this.single()),
            Some(V::Object(_))
        );
        let defaults = def.params.iter().skip(args.positional.len()).any(|param| {
            param.default.is_some() && !args.named.iter().any(|(name, _)| *name == param.name)
        });
        let wanted = nested
            || on_object
            || defaults
            || args.block.is_some()
            || args.all().any(|value| self.interesting(value));
        if wanted && self.may_inline() {
            return self.inline(closure, def, args, lanes);
        }
        self.escape_args(args, lanes);
        self.by_summary(at, closure.def, lanes)
    }

    /// Whether an argument can decide a condition in the callee.
    pub fn interesting(&self, value: &Val) -> bool {
        value.alts.len() > 1
            || value.alts.iter().any(|alt| match &alt.v {
                V::Closure(_)
                | V::Bool(_)
                | V::Str(_)
                | V::Symbol(_)
                | V::Inquirer(_)
                | V::AnyName { .. }
                | V::Host
                | V::Object(_)
                | V::Generator(_)
                | V::Missing => true,
                V::List(items) => !items.is_empty() && items.len() <= 16,
                V::Map(items) => !items.is_empty() && items.len() <= 16,
                V::Name(name) | V::Made(name) => self.symbol_of(name).is_some(),
                _ => false,
            })
    }

    pub fn inline(
        &mut self,
        closure: &Rc<Closure>,
        def: &'p Def,
        args: &Args,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let before = self.st.clone();
        let block = def.form == Form::Block;
        let kind = if block {
            ScopeKind::Block
        } else {
            ScopeKind::Function
        };
        self.inlining.push(closure.def);
        let scope = self.push_scope(kind, closure.scope);
        self.st.scope = scope;
        if let Some(this) = &closure.this {
            self.st.this = Some((**this).clone());
        }
        let frame = self.fresh();
        self.st.next_to = frame;
        self.st.return_to = if block { closure.frame } else { frame };
        if !block {
            self.st.break_to = frame;
            self.st.block = args.block.clone();
            self.st.may_resume = false;
        }
        let constructing =
            std::mem::replace(&mut self.in_constructor, def.form == Form::Constructor);
        let mark = self.exits.len();
        let bound = self.bind(closure.def, def, args, lanes);
        let (value, falls) = self.eval(
            NodeRef {
                item: closure.def.item,
                node: def.body,
            },
            bound,
        );
        self.in_constructor = constructing;
        let mut value = if def.implicit_return || block {
            value
        } else {
            Val::nil(falls)
        };
        let arrived = self.arrive(mark, |exit| {
            (exit.target == Target::Return(frame) && !block) || exit.target == Target::Next(frame)
        });
        let falls = self.land(&arrived, falls, &mut value);
        self.inlining.pop();
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
        let wanted = def
            .params
            .iter()
            .filter(|param| param.kind == ParamKind::Positional)
            .count();
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
        let mut given = positional.into_iter();
        for param in def.params.iter().skip(next) {
            let named = args.named(&param.name).cloned();
            let hint = param.ty.as_deref().and_then(|ty| self.typed(ty, lanes));
            let value = match param.kind {
                ParamKind::Positional => named.or_else(|| given.next()),
                ParamKind::Keyword => named,
                ParamKind::Rest => {
                    let rest: Vec<Val> = given.by_ref().collect();
                    Some(if args.open {
                        Val::data(lanes)
                    } else {
                        Val::of(V::List(Rc::new(rest)), lanes)
                    })
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
                    let default = NodeRef {
                        item: at.item,
                        node: default,
                    };
                    if self.python() {
                        self.defaults
                            .get(&default)
                            .map_or_else(|| Val::data(lanes), |value| value.only(lanes))
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
            self.scopes[scope as usize]
                .names
                .insert(param.name.clone(), slot);
            self.set_slot(slot, lanes, &value);
        }
        falls
    }

    fn by_summary(&mut self, at: NodeRef, def: NodeRef, lanes: Lanes) -> (Val, Lanes) {
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

    pub fn is_running(&self, def: NodeRef) -> bool {
        matches!(self.summaries.get(&def), Some(Summary::Running)) || self.inlining.contains(&def)
    }

    /// The effect of a body entered in every lane with unknown arguments. `None` while it is being computed.
    pub fn summary(&mut self, at: NodeRef) -> Option<Rc<Effect>> {
        match self.summaries.get(&at) {
            Some(Summary::Running) => return None,
            Some(Summary::Done(effect)) => return Some(effect.clone()),
            None => {}
        }
        let def = self.def(at)?;
        if self.summary_depth > 200 {
            return None;
        }
        self.summary_depth += 1;
        self.summaries.insert(at, Summary::Running);
        let (home, class) = self
            .homes
            .get(&at)
            .copied()
            .unwrap_or((self.st.scope, None));
        let before = self.st.clone();
        let logging = self.pause_logging();
        let exits = std::mem::take(&mut self.exits);
        let inlining = std::mem::take(&mut self.inlining);
        self.contexts.push(Context {
            def: Some(at),
            ..Context::default()
        });
        let context = std::mem::replace(&mut self.context, self.contexts.len() - 1);
        let frame = self.fresh();
        let scope = self.push_scope(ScopeKind::Function, home);
        let this = class.map(|class| {
            Val::of(
                if self.ruby() && def.is_static {
                    V::Class(class)
                } else {
                    V::Instance(class)
                },
                Lanes::ALL,
            )
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
        let constructing =
            std::mem::replace(&mut self.in_constructor, def.form == Form::Constructor);
        let lanes = Lanes::ALL;
        let mut args = Args {
            open: true,
            ..Args::default()
        };
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
                    self.eval(
                        NodeRef {
                            item: at.item,
                            node: default,
                        },
                        bound,
                    );
                }
            }
        }
        let (value, falls) = self.eval(
            NodeRef {
                item: at.item,
                node: def.body,
            },
            bound,
        );
        self.in_constructor = constructing;
        let mut value = if def.implicit_return {
            value
        } else {
            Val::nil(falls)
        };
        let arrived = self.arrive(0, |exit| {
            matches!(
                exit.target,
                Target::Return(_) | Target::Next(_) | Target::Break(_) | Target::Goto(_)
            )
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
        self.inlining = inlining;
        self.context = context;
        self.resume_logging(logging);
        self.st = before;
        self.summaries.insert(at, Summary::Done(effect.clone()));
        self.summary_depth -= 1;
        Some(effect)
    }

    /// Closures that a body returns run later, in somebody else's hands.
    fn escape_returned(&mut self, value: &Val, lanes: Lanes, at: NodeRef) {
        if value
            .alts
            .iter()
            .any(|alt| matches!(alt.v, V::Closure(_) | V::Generator(_)))
        {
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
        let this = if self.homes.contains_key(&def) {
            None
        } else {
            self.st.this.clone().map(Box::new)
        };
        let closure = Closure {
            def,
            scope,
            this,
            frame: self.st.return_to,
            id,
        };
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
                    let default = NodeRef {
                        item: at.item,
                        node: default,
                    };
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
                self.classes[class as usize]
                    .methods
                    .entry(def.name.clone())
                    .or_default()
                    .push(at);
            }
        }
        let mut value = self.closure(at, falls);
        for node in def.decorators.iter().rev() {
            let node = NodeRef {
                item: at.item,
                node: *node,
            };
            if self.csharp() {
                let (_, rest) = self.eval(node, falls);
                falls = rest;
                self.decorated.insert(at);
                continue;
            }
            let (decorator, rest) = self.eval_quietly(node, falls);
            falls = rest;
            let known = decorator
                .alts
                .iter()
                .any(|alt| matches!(alt.v, V::Closure(_)));
            if known {
                let args = Args {
                    positional: vec![value.clone()],
                    nodes: vec![at],
                    ..Args::default()
                };
                let (wrapped, rest) = self.call_value(node, &decorator, &args, falls);
                falls = rest;
                self.called.insert(at);
                self.wrapped.push((at, wrapped.clone()));
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
                && let Some(Kind::Field(name)) =
                    code.nodes.get(place.0 as usize).map(|node| &node.kind)
            {
                writers.entry(name.clone()).or_default().push(at);
            }
        }
    }

    // ---- escapes ----

    pub fn escape_args(&mut self, args: &Args, lanes: Lanes) {
        for (index, value) in args.positional.iter().enumerate() {
            let at = args.nodes.get(index).copied().unwrap_or(NodeRef {
                item: ItemId(0),
                node: NodeId(0),
            });
            self.escape(value, lanes, at);
        }
        for (_, value) in &args.named {
            self.escape(
                value,
                lanes,
                NodeRef {
                    item: ItemId(0),
                    node: NodeId(0),
                },
            );
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
        self.escape_to(value, lanes, at, 3);
    }

    fn escape_to(&mut self, value: &Val, lanes: Lanes, at: NodeRef, depth: usize) {
        if depth == 0 {
            return;
        }
        for alt in &value.alts {
            let on = alt.lanes & lanes;
            match &alt.v {
                V::Closure(closure) => {
                    let closure = closure.clone();
                    self.run_later(&closure, on);
                }
                V::Generator(generator) => {
                    let generator = generator.clone();
                    self.iterate_generator(&generator, on);
                }
                V::List(items) => {
                    for item in items.clone().iter() {
                        self.escape_to(item, on, at, depth - 1);
                    }
                }
                V::Map(pairs) => {
                    for (_, item) in pairs.clone().iter() {
                        self.escape_to(item, on, at, depth - 1);
                    }
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
        if !self.escaped.insert((closure.id, lanes.0)) {
            return;
        }
        self.called.insert(closure.def);
        self.invoked.insert(closure.id);
        self.structure.insert((self.context, closure.def));
        let Some(def) = self.def(closure.def) else {
            return;
        };
        let closure = closure.clone();
        let args = Args {
            open: true,
            ..Args::default()
        };
        let mark = self.exits.len();
        let before = self.st.clone();
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
        // what the closure raises, its caller's caller sees; what it returns from, in a block, may have happened
        if def.form != Form::Block {
            self.exits.truncate(mark);
        }
        self.st = before;
    }

    /// Variables that a body writes may hold anything by the time it runs again.
    pub fn forget_written(&mut self, def: NodeRef, lanes: Lanes) {
        let Some((code, within)) = self.within(def.item) else {
            return;
        };
        let Some(span) = code.nodes.get(def.node.0 as usize).map(|node| node.span) else {
            return;
        };
        let mut names: FxHashSet<&SmolStr> = FxHashSet::default();
        for node in within.sets(span) {
            if let Some(Kind::Set { place, .. }) = code.nodes.get(node.0 as usize).map(|node| &node.kind)
                && let Some(Kind::Name(name)) =
                    code.nodes.get(place.0 as usize).map(|node| &node.kind)
            {
                names.insert(name);
            }
        }
        for name in names {
            if let Found::Slot(slot) = self.lookup(name)
                && !self.slots[slot as usize].alts.is_empty()
            {
                self.weaken_slot(slot, &Val::data(lanes));
            }
        }
    }

    pub fn iterate_generator(&mut self, generator: &Rc<(Closure, Args)>, lanes: Lanes) -> Lanes {
        let (closure, args) = (&generator.0, &generator.1);
        let Some(def) = self.def(closure.def) else {
            return lanes;
        };
        let closure = Rc::new(closure.clone());
        let args = args.clone();
        self.maybe(lanes, |machine| {
            machine.run_body(closure.def, &closure, def, &args, lanes)
        })
        .1
    }

    /// The result of calling a function that nothing in sight defines.
    pub fn call_unknown_function(
        &mut self,
        at: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        if let Some(result) = self.builtin_function(at, name, args, lanes) {
            return result;
        }
        self.note_sink(at, None, name, args, lanes);
        self.escape_args(args, lanes);
        let taint = args.all().find_map(|value| value.taint);
        // a helper that is not in sight could be the guard itself
        let cause =
            if looks_like_switch(name) && (args.positional.is_empty() || name.ends_with('?')) {
                Cause::Opaque
            } else {
                Cause::Data
            };
        (Val::unknown(cause, lanes).tainted(taint), lanes)
    }
}
