//! Control flow: matches, loops, handlers, context managers, yields, indexing.

use std::rc::Rc;

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::names::member_name;
use super::value::*;
use crate::program::*;

/// Literal lists up to this long are unrolled.
const UNROLL: usize = 8;
/// Code with more calls than this may raise.
const MAX_CALM: usize = 32;

impl<'p> Machine<'p> {
    pub fn eval_match(
        &mut self,
        at: NodeRef,
        subject: Option<NodeId>,
        arms: &'p [Arm],
        otherwise: Option<NodeId>,
        breaks: bool,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let (subject, falls) = match subject {
            Some(node) => {
                let (value, falls) = self.eval(NodeRef { item: at.item, node }, lanes);
                (Some(value), falls)
            }
            None => (None, lanes),
        };
        let cuts = self.st.cuts.clone();
        let mut open = falls;
        let mut doubt = Lanes::NONE;
        let mut branches: Vec<Branch> = Vec::with_capacity(arms.len() + 1);
        let mut prior = Prior::default();
        let mut passed = Prior::default();
        let mut last = None;
        for arm in arms {
            let body = NodeRef { item: at.item, node: arm.body };
            let cond = self.arm_condition(at, arm);
            let mut outcome = match &subject {
                Some(subject) => self.matches(at.item, &arm.pattern, subject, open, cond),
                None => self.bare_arm(at.item, &arm.pattern, open),
            };
            if let Some(guard) = arm.guard {
                let guard = NodeRef { item: at.item, node: guard };
                let on = outcome.yes;
                let (value, through) = self.eval(guard, on);
                let tested = self.condition(guard, &value, through);
                let no = outcome.no | (on & tested.no);
                outcome = Outcome {
                    yes: on & tested.yes,
                    no,
                    yes_sure: outcome.yes_sure & tested.yes_sure,
                    no_sure: outcome.no_sure | (on & tested.no_sure),
                };
            }
            match self.forced.get(&cond) {
                Some(Force::Flip) => outcome = outcome.negate(),
                Some(Force::Unknown) => outcome = Outcome { yes: open, no: open, yes_sure: open, no_sure: open },
                None => {}
            }
            outcome.yes &= open;
            outcome.no &= open;
            let entry = self.conditions.entry(cond).or_default();
            entry.yes |= outcome.yes;
            entry.no |= outcome.no;
            entry.decided |= outcome.decided() & open;
            if let Some(subject) = &subject {
                entry.deps = std::mem::take(&mut entry.deps).and(&subject.deps);
            }
            let mut deps = std::mem::take(&mut entry.deps);
            for also in self.tests_of(at, arm, subject.is_some()) {
                deps = deps.and(&Why::by(also));
            }
            self.conditions.entry(cond).or_default().deps = deps;
            branches.push(Branch {
                lanes: outcome.yes,
                doubt: outcome.yes.without(outcome.yes_sure) | (doubt & outcome.yes),
                cond: Some(cond),
                decided: outcome.decided() & open,
                prior: passed.clone(),
                why: Why::default(),
            });
            doubt |= outcome.no.without(outcome.no_sure);
            prior = passed.clone();
            passed.pass(cond, open.without(outcome.no));
            for lane in open.without(outcome.no).indices() {
                self.st.cuts[lane] = Why::by(cond);
            }
            last = Some((cond, outcome.decided() & open));
            open = outcome.no;
            let _ = body;
        }
        branches.push(Branch {
            lanes: open,
            doubt: doubt & open,
            cond: last.map(|(cond, _)| cond),
            decided: last.map_or(Lanes::NONE, |(_, lanes)| lanes),
            prior,
            why: Why::default(),
        });
        self.st.cuts = cuts;
        let break_to = self.st.break_to;
        let resume = self.st.may_resume;
        let mark = self.exits.len();
        if breaks {
            self.st.break_to = self.fresh();
            self.st.may_resume = true;
        }
        let label = self.st.break_to;
        let self_is_expression = self.csharp() && !breaks && subject.is_some();
        let (mut value, mut falls) = self.fork(&branches, |machine, index| {
            let on = branches[index].lanes;
            match arms.get(index).map(|arm| arm.body).or(otherwise) {
                Some(body) => machine.eval(NodeRef { item: at.item, node: body }, on),
                // a switch expression that nothing matches throws
                None if self_is_expression && !on.is_empty() => {
                    let class = SmolStr::new_static("SwitchExpressionException");
                    machine.leave(Target::Raise, on, Val::data(on), Some(class), at);
                    (Val::default(), Lanes::NONE)
                }
                None => (Val::nil(on), on),
            }
        });
        if breaks {
            falls = self.jump_between_sections(at, arms, otherwise, mark, falls);
            let arrived = self.arrive(mark, |exit| exit.target == Target::Break(label));
            falls = self.land(&arrived, falls, &mut value);
            self.st.break_to = break_to;
            self.st.may_resume = resume;
        }
        (value, falls)
    }

    /// C#'s `goto case` and `goto default`: a section runs in the lanes that jump to it, wherever it stands.
    fn jump_between_sections(
        &mut self,
        at: NodeRef,
        arms: &'p [Arm],
        otherwise: Option<NodeId>,
        mark: usize,
        falls: Lanes,
    ) -> Lanes {
        let mut falls = falls;
        for body in arms.iter().map(|arm| arm.body).chain(otherwise).collect::<Vec<_>>() {
            let body = NodeRef { item: at.item, node: body };
            let mut jumped = Lanes::NONE;
            let mut why = Why::default();
            for label in self.section_labels(body) {
                for exit in self.arrive(mark, |exit| exit.target == Target::Goto(label.clone())) {
                    jumped |= exit.lanes;
                    why = why.and(&exit.why);
                }
            }
            falls = self.enter_section(body, jumped, &why, falls);
        }
        // a jump back, or to a case that is written in another way: any section may be meant
        let far = self.arrive(mark, |exit| matches!(&exit.target, Target::Goto(label) if label.ends_with(':')));
        let open = far.iter().fold(Lanes::NONE, |all, exit| all | exit.lanes);
        if !open.is_empty() {
            let why = Why::all(far.iter().map(|exit| exit.why.clone()));
            for body in arms.iter().map(|arm| arm.body).chain(otherwise).collect::<Vec<_>>() {
                let body = NodeRef { item: at.item, node: body };
                falls = self.enter_section(body, open, &why, falls);
            }
            self.arrive(mark, |exit| matches!(&exit.target, Target::Goto(label) if label.ends_with(':')));
            falls |= open;
        }
        falls
    }

    fn enter_section(&mut self, body: NodeRef, jumped: Lanes, why: &Why, falls: Lanes) -> Lanes {
        if jumped.is_empty() {
            return falls;
        }
        let branches = [Branch::open(falls, Lanes::NONE), Branch::open(jumped, Lanes::NONE).because(why)];
        self.fork(&branches, |machine, index| match index {
            0 => (Val::nil(falls), falls),
            _ => {
                for lane in jumped.indices() {
                    machine.st.cuts[lane] = Why::default();
                }
                machine.eval(body, jumped)
            }
        })
        .1
    }

    /// The labels at the head of a section of a switch.
    fn section_labels(&self, body: NodeRef) -> Vec<SmolStr> {
        let Some(Kind::Seq(all)) = self.kind(body) else {
            return Vec::new();
        };
        all.iter()
            .map_while(|node| match self.kind(NodeRef { item: body.item, node: *node }) {
                Some(Kind::Label(label)) => Some(label.clone()),
                _ => None,
            })
            .collect()
    }

    /// The node that stands for an arm's test in a because: its pattern's value, or the arm's body.
    fn arm_condition(&self, at: NodeRef, arm: &Arm) -> NodeRef {
        let mut pattern = &arm.pattern;
        loop {
            match pattern {
                Pattern::Value(node) => {
                    return NodeRef { item: at.item, node: *node };
                }
                Pattern::Or(all) | Pattern::And(all) if !all.is_empty() => pattern = &all[0],
                Pattern::Not(inner) => pattern = inner,
                _ => {
                    return NodeRef { item: at.item, node: arm.guard.unwrap_or(arm.body) };
                }
            }
        }
    }

    /// The conditions of an arm beside the one that stands for it.
    fn tests_of(&self, at: NodeRef, arm: &Arm, has_subject: bool) -> Vec<NodeRef> {
        let mut nodes: Vec<NodeId> = arm.guard.into_iter().collect();
        if !has_subject && let Pattern::Or(all) = &arm.pattern {
            nodes.extend(all.iter().filter_map(|pattern| match pattern {
                Pattern::Value(node) => Some(*node),
                _ => None,
            }));
        }
        let nodes = nodes.into_iter();
        nodes.map(|node| NodeRef { item: at.item, node }).collect()
    }

    /// An arm of a `case` without a subject: its values are conditions.
    fn bare_arm(&mut self, item: ItemId, pattern: &Pattern, lanes: Lanes) -> Outcome {
        match pattern {
            Pattern::Value(node) => {
                let at = NodeRef { item, node: *node };
                let (value, falls) = self.eval(at, lanes);
                self.condition(at, &value, falls)
            }
            Pattern::Or(all) => {
                let mut any = Outcome { no: lanes, no_sure: lanes, ..Outcome::default() };
                for one in all {
                    let next = self.bare_arm(item, one, lanes);
                    any = either(any, next);
                }
                any
            }
            Pattern::Any => Outcome { yes: lanes, yes_sure: lanes, ..Outcome::default() },
            _ => Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes },
        }
    }

    /// Whether a value matches a pattern; captures are bound.
    pub fn matches(&mut self, item: ItemId, pattern: &'p Pattern, value: &Val, lanes: Lanes, at: NodeRef) -> Outcome {
        let always = Outcome { yes: lanes, yes_sure: lanes, ..Outcome::default() };
        let open = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes };
        match pattern {
            Pattern::Any => always,
            Pattern::Capture(name) => {
                let slot = self.declare(self.st.scope, name);
                self.set_slot(slot, lanes, &value.only(lanes));
                always
            }
            Pattern::Value(node) => {
                let node = NodeRef { item, node: *node };
                if let Some(Kind::Splat(inner)) = self.kind(node) {
                    let (list, _) = self.eval(NodeRef { item, node: *inner }, lanes);
                    return self.contains(node, &list, value, lanes);
                }
                if self.csharp()
                    && let Some(Kind::List(places)) = self.kind(node)
                {
                    return self.matches_tuple(node, places, value, lanes, always, open);
                }
                let (expected, _) = self.eval_quietly(node, lanes);
                // a class of the file as a constant is a test of the type
                if self.csharp()
                    && let Some(V::Class(class)) = expected.single()
                    && let name = self.classes[*class as usize].name.clone()
                {
                    return self.is_of_type(value, &name, lanes);
                }
                if self.ruby() {
                    self.case_equal(node, &expected, value, lanes)
                } else {
                    self.equal(node, value, &expected, lanes, false)
                }
            }
            Pattern::Or(all) => {
                let mut any = Outcome { no: lanes, no_sure: lanes, ..Outcome::default() };
                for one in all {
                    let next = self.matches(item, one, value, lanes, at);
                    any = either(any, next);
                }
                any
            }
            Pattern::And(all) => {
                let mut every = always;
                for one in all {
                    let next = self.matches(item, one, value, lanes, at);
                    every = either(every.negate(), next.negate()).negate();
                }
                every
            }
            Pattern::Not(inner) => self.matches(item, inner, value, lanes, at).negate(),
            Pattern::Properties { ty, members, capture } => {
                let missing = self.nilness(value, lanes);
                let mut every = missing.negate();
                if ty.is_some() && !matches!(value.single(), Some(V::Host)) {
                    every = either(every.negate(), open.negate()).negate();
                }
                for (name, inner) in members {
                    // a Ruby pattern asks a map for its symbols
                    if self.ruby()
                        && let Some(V::Map(pairs)) = value.single()
                    {
                        let key = Val::of(V::Symbol(name.clone()), lanes);
                        let (member, missing) = self.lookup_in_map(at, &pairs.clone(), &key, lanes);
                        let found = member.lanes();
                        let mut next = self.matches(item, inner, &member, lanes & found, at);
                        next.no |= missing;
                        next.no_sure |= missing;
                        every = either(every.negate(), next.negate()).negate();
                        continue;
                    }
                    let (member, _) = self.each_alternative(value, lanes, |machine, v, lanes| {
                        machine.member_of(at, v, name, true, lanes)
                    });
                    let next = self.matches(item, inner, &member, lanes, at);
                    every = either(every.negate(), next.negate()).negate();
                }
                if let Some(name) = capture {
                    let slot = self.declare(self.st.scope, name);
                    self.set_slot(slot, lanes, &value.only(lanes));
                }
                every
            }
            Pattern::List(all) => match value.single() {
                Some(V::List(items)) if items.len() == all.len() => {
                    let items = items.clone();
                    let mut every = always;
                    for (one, item_value) in all.iter().zip(items.iter()) {
                        let next = self.matches(item, one, item_value, lanes, at);
                        every = either(every.negate(), next.negate()).negate();
                    }
                    every
                }
                _ => {
                    for one in all {
                        self.matches(item, one, &Val::data(lanes), lanes, at);
                    }
                    open
                }
            },
            Pattern::Type(ty, capture) => {
                if let Some(name) = capture {
                    let slot = self.declare(self.st.scope, name);
                    self.set_slot(slot, lanes, &value.only(lanes));
                }
                if self.csharp() {
                    return self.is_of_type(value, ty, lanes);
                }
                let missing = self.nilness(value, lanes).yes.without(self.nilness(value, lanes).no);
                Outcome { yes: lanes.without(missing), no: lanes, yes_sure: lanes.without(missing), no_sure: lanes }
            }
            Pattern::Opaque(children) => {
                for node in children {
                    self.eval(NodeRef { item, node: *node }, lanes);
                }
                open
            }
        }
    }

    /// C# `value is T`.
    fn is_of_type(&self, value: &Val, ty: &str, lanes: Lanes) -> Outcome {
        let simple = ty.split('<').next().unwrap_or(ty);
        let simple = simple.rsplit('.').next().unwrap_or(simple);
        let class = self.class_named(simple);
        let form = |class: u32| self.classes[class as usize].form;
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for alt in value.groups(lanes) {
            seen |= alt.lanes;
            let answer = match (&alt.v, class) {
                (V::Nil | V::Missing, _) => Some(false),
                (_, None) if matches!(simple, "object" | "Object") => Some(true),
                (V::Str(_) | V::Inquirer(_) | V::AnyName { .. }, None) => match simple {
                    "string" | "String" => Some(true),
                    "int" | "Int32" | "bool" | "Boolean" | "long" | "double" => Some(false),
                    _ => None,
                },
                (V::Bool(_), None) => match simple {
                    "bool" | "Boolean" => Some(true),
                    "int" | "Int32" | "string" | "String" | "long" | "double" => Some(false),
                    _ => None,
                },
                (V::Int(_), None) => match simple {
                    "bool" | "Boolean" | "string" | "String" => Some(false),
                    _ => None,
                },
                (V::Object(object), Some(class)) => Some(object.class == class || self.derives(object.class, class)),
                // of that type, if it is not null
                (V::Instance(own), Some(class)) if *own == class || self.derives(*own, class) => None,
                // an object made of a class is of that class alone, one of a declared type may be of a derived one
                (V::Instance(own), Some(class))
                    if !self.derives(class, *own)
                        && form(class) != ClassForm::Interface
                        && form(*own) != ClassForm::Interface =>
                {
                    Some(false)
                }
                _ => None,
            };
            let doubt = alt.doubt || matches!(alt.v, V::Unknown(cause) if cause.doubts());
            let sure = if doubt { Lanes::NONE } else { alt.lanes };
            if answer != Some(false) {
                outcome.yes |= alt.lanes;
                outcome.yes_sure |= sure;
            }
            if answer != Some(true) {
                outcome.no |= alt.lanes;
                outcome.no_sure |= sure;
            }
        }
        let rest = lanes.without(seen);
        Outcome {
            yes: outcome.yes | rest,
            no: outcome.no | rest,
            yes_sure: outcome.yes_sure | rest,
            no_sure: outcome.no_sure | rest,
        }
    }

    /// A tuple of constants and discards that the grammar reads as an expression.
    fn matches_tuple(
        &mut self,
        at: NodeRef,
        places: &[NodeId],
        value: &Val,
        lanes: Lanes,
        always: Outcome,
        open: Outcome,
    ) -> Outcome {
        let Some(V::List(items)) =
            value.single().filter(|v| matches!(v, V::List(items) if items.len() == places.len())).cloned()
        else {
            return open;
        };
        let mut every = always;
        for (place, item) in places.iter().zip(items.iter()) {
            let place = NodeRef { item: at.item, node: *place };
            if matches!(self.kind(place), Some(Kind::Name(name)) if name == "_") {
                continue;
            }
            let (expected, _) = self.eval_quietly(place, lanes);
            let next = self.equal(place, item, &expected, lanes, false);
            every = either(every.negate(), next.negate()).negate();
        }
        every
    }

    pub fn eval_loop(&mut self, at: NodeRef, inner: &'p Loop, lanes: Lanes) -> (Val, Lanes) {
        let before = self.st.clone();
        if inner.collects {
            // a comprehension's names are its own
            self.st.scope = self.push_scope(ScopeKind::Block, before.scope);
            if let LoopKind::For { bind: Some(bind), .. } = &inner.kind {
                self.declare_places(NodeRef { item: at.item, node: *bind });
            }
        }
        let (break_to, next_to) = (self.fresh(), self.fresh());
        let mark = self.exits.len();
        let body = NodeRef { item: at.item, node: inner.body };
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let enter = |machine: &mut Self| {
            machine.st.break_to = break_to;
            machine.st.next_to = next_to;
            machine.st.may_resume = true;
        };
        // one pass over the body; lanes that go on to the next one come back
        let mut collected: Vec<Val> = Vec::new();
        let mut collected_why: Vec<Why> = Vec::new();
        let mut open_ended = true;
        let mut falls = match &inner.kind {
            LoopKind::For { bind, iter } => {
                let (items, falls) = self.eval(child(*iter), lanes);
                let known = match items.single() {
                    Some(V::List(list)) if list.len() <= UNROLL && !self.is_spent() => Some(list.clone()),
                    _ if self.python() => one_list(&items, falls).map(Rc::new),
                    _ => None,
                };
                // nothing to run over
                let nothing = match (&known, self.python()) {
                    (None, true) => empty_in(&items, falls),
                    _ => Lanes::NONE,
                };
                let falls = falls.without(nothing);
                for lane in nothing.indices() {
                    self.st.cuts[lane] = items.deps.clone();
                }
                enter(self);
                match known {
                    Some(list) => {
                        open_ended = false;
                        let mut on = falls;
                        for item in list.iter() {
                            let here = on & item.lanes();
                            if let Some(place) = bind {
                                self.assign_fresh(child(*place), here, item);
                            }
                            // an item that is there only in some lanes was kept by a test
                            for lane in on.without(item.lanes()).indices() {
                                self.st.cuts[lane] = item.deps.clone().and(&items.deps);
                            }
                            let (value, rest) = self.eval(body, here);
                            let mut value = value;
                            let again = self.arrive(mark, |exit| exit.target == Target::Next(next_to));
                            on = self.land(&again, rest, &mut value) | on.without(item.lanes());
                            collected_why.push(value.deps.clone());
                            match self.kind(body) {
                                // an inner loop's elements join the outer list
                                Some(Kind::Splat(_)) => match value.single() {
                                    Some(V::List(inner)) => collected.extend(inner.iter().cloned()),
                                    _ => open_ended = true,
                                },
                                // a filter that fails gives no element
                                Some(Kind::If { otherwise: None, .. }) => {
                                    let dropped = value
                                        .alts
                                        .iter()
                                        .filter(|alt| matches!(alt.v, V::Nil))
                                        .fold(Lanes::NONE, |all, alt| all | alt.lanes);
                                    value.alts.retain(|alt| !matches!(alt.v, V::Nil));
                                    // kept or not, in one and the same lane
                                    open_ended |= value.lanes().has(dropped);
                                    if !value.alts.is_empty() {
                                        collected.push(value);
                                    }
                                }
                                _ => collected.push(value),
                            }
                        }
                        if list.is_empty() {
                            for lane in falls.indices() {
                                self.st.cuts[lane] = items.deps.clone();
                            }
                            self.eval(body, Lanes::NONE);
                        }
                        on
                    }
                    None => {
                        let mut item = Val::data(falls).tainted(items.taint);
                        if let Some(V::Generator(generator)) = items.single() {
                            let generator = generator.clone();
                            let through = self.iterate_generator(&generator, falls);
                            item = Val::data(through);
                        }
                        if let Some(V::List(list)) = items.single() {
                            item = Val::default();
                            for one in list.iter().take(64) {
                                item.join(one);
                            }
                        }
                        self.escape(&items, Lanes::NONE, at);
                        let collects = inner.collects;
                        nothing
                            | self.loop_once(at, body, falls, mark, (next_to, collects), |machine, on| {
                                if let Some(place) = bind {
                                    machine.assign_fresh(child(*place), on, &item);
                                }
                                on
                            })
                    }
                }
            }
            LoopKind::While { test } => {
                enter(self);
                let test = child(*test);
                // where the very first test fails the body never runs, whatever it would write
                let never = if self.only_reads(test) {
                    let (first, falls) = self.eval(test, lanes);
                    let first = self.truth(&first, falls);
                    first.no.without(first.yes)
                } else {
                    Lanes::NONE
                };
                self.forget_written(at, lanes.without(never));
                let (value, falls) = self.eval(test, lanes);
                let mut outcome = self.condition(test, &value, falls);
                if !self.forced.contains_key(&test) {
                    let never = never & falls;
                    outcome.yes = outcome.yes.without(never);
                    outcome.no |= never;
                    outcome.no_sure |= never;
                }
                let branches = [
                    Branch {
                        cond: Some(test),
                        decided: outcome.decided() & falls,
                        ..Branch::open(outcome.yes, outcome.yes.without(outcome.yes_sure))
                    },
                    Branch {
                        cond: Some(test),
                        decided: outcome.decided() & falls,
                        ..Branch::open(outcome.no, outcome.no.without(outcome.no_sure))
                    },
                ];
                let literally = matches!(self.kind(test), Some(Kind::Lit(_)));
                let (_, on) = self.fork(&branches, |machine, index| {
                    if index == 1 {
                        return (Val::nil(branches[1].lanes), branches[1].lanes);
                    }
                    let (mut value, rest) = machine.eval(body, branches[0].lanes);
                    let again = machine.arrive(mark, |exit| exit.target == Target::Next(next_to));
                    let rest = machine.land(&again, rest, &mut value);
                    // `while true` is left by a break alone
                    (value, if literally { Lanes::NONE } else { rest })
                });
                on
            }
            LoopKind::DoWhile { test } => {
                enter(self);
                self.forget_written(at, lanes);
                let (mut value, rest) = self.eval(body, lanes);
                let again = self.arrive(mark, |exit| exit.target == Target::Next(next_to));
                let rest = self.land(&again, rest, &mut value);
                let test = child(*test);
                let (_, falls) = self.eval(test, rest);
                falls
            }
            LoopKind::Forever => {
                enter(self);
                self.forget_written(at, lanes);
                let (mut value, rest) = self.eval(body, lanes);
                let again = self.arrive(mark, |exit| exit.target == Target::Next(next_to));
                self.land(&again, rest, &mut value);
                // only a break leaves it; in Ruby an iterator that has no more leaves it as well
                if self.ruby() { self.iteration_ended(body, lanes, mark) } else { Lanes::NONE }
            }
        };
        let broken = self.arrive(mark, |exit| exit.target == Target::Break(break_to));
        self.st.break_to = before.break_to;
        self.st.next_to = before.next_to;
        self.st.may_resume = before.may_resume;
        let mut value = Val::nil(falls);
        if let Some(otherwise) = inner.otherwise {
            falls = self.eval(child(otherwise), falls).1;
        }
        falls = self.land(&broken, falls, &mut value);
        self.st.path = before.path.clone();
        self.st.scope = before.scope;
        if inner.collects {
            let taint = collected.iter().find_map(|value| value.taint);
            let deps = Why::all(collected_why);
            let list = if open_ended {
                for value in &collected {
                    self.escape(value, falls, at);
                }
                V::Unknown(Cause::Data)
            } else {
                V::List(Rc::new(collected))
            };
            return (Val { deps, ..Val::of(list, falls).tainted(taint) }, falls);
        }
        (value, falls)
    }

    /// Whether evaluating an expression does nothing but read.
    fn only_reads(&self, at: NodeRef) -> bool {
        let Some(code) = self.program.code(at.item) else {
            return false;
        };
        let Some(span) = code.nodes.get(at.node.0 as usize).map(|node| node.span) else {
            return false;
        };
        code.nodes.iter().all(|node| {
            node.span.start < span.start
                || node.span.end > span.end
                || !matches!(
                    node.kind,
                    Kind::Call(_)
                        | Kind::Set { .. }
                        | Kind::Out(_)
                        | Kind::Opaque { .. }
                        | Kind::Yield(_)
                        | Kind::Raise(_)
                )
        })
    }

    /// A body that runs any number of times: what it writes may have been written before.
    fn loop_once(
        &mut self,
        at: NodeRef,
        body: NodeRef,
        lanes: Lanes,
        mark: usize,
        (next_to, collects): (u32, bool),
        prepare: impl FnOnce(&mut Self, Lanes) -> Lanes,
    ) -> Lanes {
        self.forget_written(at, lanes);
        self.maybe(lanes, |machine| {
            let on = prepare(machine, lanes);
            let (mut value, rest) = machine.eval(body, on);
            let again = machine.arrive(mark, |exit| exit.target == Target::Next(next_to));
            let rest = machine.land(&again, rest, &mut value);
            // nobody keeps the elements: what they hold may run from here on
            if collects {
                machine.escape(&value, rest, body);
            }
            (value, rest)
        })
        .1
    }

    fn declare_places(&mut self, place: NodeRef) {
        match self.kind(place) {
            Some(Kind::Name(name)) => {
                self.declare(self.st.scope, name);
            }
            Some(Kind::List(places)) => {
                for node in places {
                    if let Some(Kind::Name(name)) = self.kind(NodeRef { item: place.item, node: *node }) {
                        self.declare(self.st.scope, name);
                    }
                }
            }
            _ => {}
        }
    }

    fn assign_fresh(&mut self, place: NodeRef, lanes: Lanes, value: &Val) {
        if let Some(Kind::Name(name)) = self.kind(place)
            && self.csharp()
        {
            let slot = self.declare(self.st.scope, name);
            self.set_slot(slot, lanes, value);
            return;
        }
        self.assign(place, lanes, value);
    }

    pub fn eval_try(&mut self, at: NodeRef, inner: &'p Try, lanes: Lanes) -> (Val, Lanes) {
        let mark = self.exits.len();
        let (mut value, falls) = self.eval_try_once(at, inner, lanes);
        let again = self.arrive(mark, |exit| is_retry(&exit.target));
        if again.is_empty() {
            return (value, falls);
        }
        let lanes = again.iter().fold(Lanes::NONE, |all, exit| all | exit.lanes);
        // what was written before holds anything now, so one more pass stands for all that follow
        self.forget_written(at, lanes);
        let doubt = self.st.doubt;
        let (next, rest) = self.eval_try_once(at, inner, lanes);
        self.arrive(mark, |exit| is_retry(&exit.target));
        self.st.doubt |= doubt & falls;
        value.join(&next);
        (value, falls | rest)
    }

    fn eval_try_once(&mut self, at: NodeRef, inner: &'p Try, lanes: Lanes) -> (Val, Lanes) {
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let before = self.st.clone();
        let mark = self.exits.len();
        self.st.may_resume = true;
        let (value, body_falls) = self.eval(child(inner.body), lanes);
        let after_body = self.st.clone();
        let risky = self.may_raise(child(inner.body), 0) || self.reads_settings(at.item, child(inner.body), inner);
        let mut raised = self.arrive(mark, |exit| exit.target == Target::Raise);
        // handlers take what their classes catch, one after the other
        struct Entry {
            lanes: Lanes,
            doubt: Lanes,
            classes: Vec<Option<SmolStr>>,
            why: Why,
        }
        let mut entries: Vec<Entry> = Vec::new();
        for handler in &inner.handlers {
            let mut entry = Entry { lanes: Lanes::NONE, doubt: Lanes::NONE, classes: Vec::new(), why: Why::default() };
            let mut rest = Vec::new();
            for exit in raised.drain(..) {
                entry.why = std::mem::take(&mut entry.why).and(&exit.why);
                match self.catches(at.item, handler, exit.class.as_deref()) {
                    Some(true) => {
                        entry.lanes |= exit.lanes;
                        entry.doubt |= exit.doubt;
                        entry.classes.push(exit.class.clone());
                    }
                    Some(false) => rest.push(exit),
                    None => {
                        entry.lanes |= exit.lanes;
                        entry.classes.push(exit.class.clone());
                        rest.push(exit);
                    }
                }
            }
            raised = rest;
            if risky {
                entry.lanes |= lanes;
            }
            entries.push(entry);
        }
        self.exits.extend(raised);
        if self.ruby() {
            self.eval_rescued(at.item, inner, lanes);
        }
        // the body's fall-through and the handlers are branches: variables may be as before or after
        let raises = Why::all(entries.iter().map(|entry| entry.why.clone()));
        let mut branches = vec![Branch::open(body_falls, Lanes::NONE).because(&raises)];
        branches.extend(
            entries.iter().map(|entry| Branch::open(entry.lanes, entry.doubt & entry.lanes).because(&entry.why)),
        );
        self.st.path = before.path.clone();
        self.st.may_resume = before.may_resume;
        let resumed = before.cuts.clone();
        let (mut result, mut falls) = self.fork(&branches, |machine, index| {
            let on = branches[index].lanes;
            if index == 0 {
                machine.st.cuts = after_body.cuts.clone();
                machine.st.doubt = after_body.doubt;
                return match inner.otherwise {
                    Some(node) => machine.eval(child(node), on),
                    None => (value.clone(), on),
                };
            }
            for lane in on.indices() {
                machine.st.cuts[lane] = resumed[lane].clone();
            }
            let handler = &inner.handlers[index - 1];
            let outer = machine.st.handling.clone();
            machine.st.handling = match entries[index - 1].classes.as_slice() {
                [one] if !risky => one.clone(),
                _ => None,
            };
            if let Some(name) = &handler.bind {
                let slot = machine.declare(machine.declaring(), name);
                machine.set_slot(slot, on, &Val::data(on));
            }
            let mut through = on;
            if let Some(guard) = handler.guard {
                // a filter that asks for a class that was not raised does not take the exception
                let refused = machine.refuses(child(guard), &entries[index - 1].classes);
                let (value, rest) = machine.eval(child(guard), on);
                let outcome = machine.condition(child(guard), &value, rest);
                let taken = if refused { Lanes::NONE } else { outcome.yes };
                machine.leave(
                    Target::Raise,
                    on.without(taken),
                    Val::data(on),
                    machine.st.handling.clone(),
                    child(guard),
                );
                through = taken;
            }
            let (value, falls) = machine.eval(child(handler.body), through);
            machine.st.handling = outer;
            (value, falls)
        });
        if let Some(finally) = inner.finally {
            // it runs whatever happened; leaving from it takes everything with it
            let pending = self.exits.split_off(mark);
            let entered = pending.iter().fold(falls, |all, exit| all | exit.lanes) | lanes;
            let state = self.st.clone();
            self.st.cuts = before.cuts.clone();
            let (_, through) = self.eval(child(finally), entered);
            let doubt = self.st.doubt;
            self.st = state;
            self.st.doubt |= doubt & falls & !before.doubt;
            falls &= through;
            result = result.only(falls);
            for mut exit in pending {
                exit.lanes &= through;
                if !exit.lanes.is_empty() {
                    self.exits.push(exit);
                }
            }
        }
        (result, falls)
    }

    /// Whether code may raise by itself: it calls something that is not in sight.
    pub fn may_raise(&self, at: NodeRef, depth: usize) -> bool {
        let Some((code, within)) = self.within(at.item) else {
            return true;
        };
        let Some(span) = code.nodes.get(at.node.0 as usize).map(|node| node.span) else {
            return true;
        };
        for (count, node) in within.risks(span).enumerate() {
            let at = NodeRef { item: at.item, node };
            // so many calls are not worth the search
            let harmless = count < MAX_CALM
                && match self.kind(at) {
                    Some(Kind::Call(call)) => self.is_harmless(at, call, depth),
                    // whoever drives a generator may throw into it
                    Some(Kind::Yield(_)) => !self.python() || !self.around.is_empty(),
                    _ => false,
                };
            if !harmless {
                return true;
            }
        }
        false
    }

    /// Python: a handler that waits for a missing attribute or setting takes what reads one.
    fn reads_settings(&self, item: ItemId, body: NodeRef, inner: &Try) -> bool {
        let waits = inner.handlers.iter().any(|handler| match &handler.catches {
            Catches::Classes(classes) => classes.iter().any(|node| {
                let names = |node: NodeId| match self.kind(NodeRef { item, node }) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => matches!(
                        name.as_str(),
                        "AttributeError" | "NameError" | "ImproperlyConfigured" | "IndexError" | "TypeError"
                    ),
                    _ => false,
                };
                match self.kind(NodeRef { item, node: *node }) {
                    Some(Kind::List(all)) => all.iter().any(|node| names(*node)),
                    _ => names(*node),
                }
            }),
            _ => false,
        });
        let Some((code, within)) = self.within(item).filter(|_| waits && !self.csharp()) else { return false };
        let Some(span) = code.nodes.get(body.node.0 as usize).map(|node| node.span) else { return true };
        within.reads(span).next().is_some()
    }

    /// Calls that are known not to raise, or whose exits are modelled.
    fn is_harmless(&self, at: NodeRef, call: &Call, depth: usize) -> bool {
        let callee = NodeRef { item: at.item, node: call.callee };
        match self.kind(callee) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                super::names::Found::Slot(slot) => self.slots[slot as usize].alts.iter().all(|alt| match &alt.v {
                    V::Closure(closure) => self.is_calm(closure.def, depth),
                    V::Class(class) if self.python() => {
                        self.methods_named(*class, "__init__").iter().all(|def| self.is_calm(*def, depth))
                    }
                    _ => false,
                }),
                super::names::Found::Member(class) => {
                    let found = self.methods_named(class, name);
                    !found.is_empty() && found.iter().all(|def| self.is_calm(*def, depth))
                }
                super::names::Found::Nothing => {
                    matches!(
                        name.as_str(),
                        "exit"
                            | "quit"
                            | "abort"
                            | "exit!"
                            | "puts"
                            | "print"
                            | "p"
                            | "warn"
                            | "raise"
                            | "throw"
                            | "bool"
                            | "str"
                            | "len"
                    ) || is_exception_name(name)
                }
            },
            Some(Kind::Attr { recv, name, .. }) => {
                let recv = NodeRef { item: at.item, node: *recv };
                let of = |names: &[&str]| match self.kind(recv) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => names.contains(&name.as_str()),
                    _ => false,
                };
                match name.as_str() {
                    // reading the environment, and leaving
                    "getenv" | "_exit" | "GetEnvironmentVariable" | "SetEnvironmentVariable" | "FailFast" => true,
                    "IsDevelopment" | "IsProduction" | "IsStaging" | "IsEnvironment" => true,
                    "exit" | "exit!" | "abort" | "Exit" => of(&["sys", "Kernel", "Process", "Environment"]),
                    "get" | "setdefault" => of(&["environ"]),
                    "fetch" | "key?" | "values_at" => of(&["ENV"]),
                    "env" => of(&["Rails", "Hanami", "Padrino"]),
                    // predicates and strings
                    _ if self.ruby() && name.ends_with('?') => true,
                    "lower" | "upper" | "strip" | "casefold" | "startswith" | "endswith" | "downcase" | "upcase"
                    | "to_s" | "to_sym" | "ToLower" | "ToUpper" | "ToLowerInvariant" | "ToUpperInvariant"
                    | "Equals" | "StartsWith" | "EndsWith" => true,
                    // logs
                    "WriteLine" | "Write" | "LogError" | "LogInformation" | "LogWarning" | "LogDebug" => true,
                    "info" | "warn" | "warning" | "error" | "debug" => {
                        of(&["logger", "log", "logging", "_logger", "_log", "LOGGER"])
                    }
                    "new" => match self.kind(recv) {
                        Some(Kind::Name(class) | Kind::Attr { name: class, .. }) => is_exception_name(class),
                        _ => false,
                    },
                    _ => is_exception_name(name),
                }
            }
            _ => false,
        }
    }

    /// Whether a definition of the file raises nothing but what its summary says.
    fn is_calm(&self, def: NodeRef, depth: usize) -> bool {
        let Some(node) = self.def(def) else {
            return false;
        };
        depth < 3 && !self.may_raise(NodeRef { item: def.item, node: node.body }, depth + 1)
    }

    /// Whether a handler catches an exception of this class. `None`: perhaps.
    fn catches(&mut self, item: ItemId, handler: &Handler, class: Option<&str>) -> Option<bool> {
        if class == Some("!exit") {
            return Some(false);
        }
        let exits = class.is_some_and(|class| {
            matches!(
                class,
                "SystemExit"
                    | "KeyboardInterrupt"
                    | "Interrupt"
                    | "SignalException"
                    | "GeneratorExit"
                    | "NoMemoryError"
                    | "ScriptError"
                    | "LoadError"
                    | "NotImplementedError"
                    | "SyntaxError"
                    | "BaseException"
            )
        });
        if self.ruby() {
            return match &handler.catches {
                Catches::All => Some(true),
                Catches::Standard => match class {
                    Some(class) => self.is_ruby_error(class.rsplit('.').next().unwrap_or(class), "StandardError"),
                    None => Some(true),
                },
                Catches::Classes(nodes) => {
                    let mut result = Some(false);
                    for node in nodes {
                        match self.rescues(NodeRef { item, node: *node }, class) {
                            Some(true) => return Some(true),
                            None => result = None,
                            Some(false) => {}
                        }
                    }
                    result
                }
            };
        }
        match &handler.catches {
            Catches::All => Some(true),
            Catches::Standard => Some(!matches!(
                class,
                Some(
                    "SystemExit"
                        | "Interrupt"
                        | "SignalException"
                        | "NoMemoryError"
                        | "LoadError"
                        | "NotImplementedError"
                        | "SyntaxError"
                        | "ScriptError"
                        | "Exception"
                        | "SecurityError"
                )
            )),
            Catches::Classes(nodes) => {
                let mut result = Some(false);
                for node in nodes {
                    match self.catches_class(NodeRef { item, node: *node }, class, exits) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                result
            }
        }
    }

    fn catches_class(&self, at: NodeRef, class: Option<&str>, exits: bool) -> Option<bool> {
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let name = match self.kind(at)? {
            Kind::Name(name) => name.clone(),
            Kind::Attr { name, .. } => name.clone(),
            Kind::List(all) => {
                let mut result = Some(false);
                for node in all {
                    match self.catches_class(child(*node), class, exits) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                return result;
            }
            _ => return None,
        };
        let name = name.rsplit('.').next().unwrap_or_default();
        let Some(class) = class else {
            return if matches!(name, "Exception" | "BaseException" | "StandardError") { Some(true) } else { None };
        };
        let class = class.rsplit('.').next().unwrap_or(class);
        if name == class {
            return Some(true);
        }
        match (self.language, name) {
            (Language::Python, "BaseException") | (Language::Ruby | Language::CSharp, "Exception") => Some(true),
            (Language::Python, "Exception") | (Language::Ruby, "StandardError") => {
                Some(!exits || (self.python() && matches!(class, "NotImplementedError" | "SyntaxError" | "LoadError")))
            }
            _ => self.is_subclass(class, name),
        }
    }

    /// Whether one exception class is known to be a kind of another.
    fn is_subclass(&self, class: &str, ancestor: &str) -> Option<bool> {
        const KINDS: &[(&str, &[&str])] = &[
            ("KeyError", &["LookupError", "IndexError"]),
            ("IndexError", &["LookupError", "StandardError"]),
            ("NoMethodError", &["NameError"]),
            ("ValueError", &[]),
            ("AttributeError", &[]),
            ("RuntimeError", &[]),
            ("AssertionError", &[]),
            ("NotImplementedError", &["RuntimeError"]),
            ("SystemExit", &[]),
            ("ArgumentError", &[]),
            ("TypeError", &[]),
            ("InvalidOperationException", &["SystemException"]),
            ("ArgumentNullException", &["ArgumentException", "SystemException"]),
            ("ArgumentOutOfRangeException", &["ArgumentException", "SystemException"]),
            ("ArgumentException", &["SystemException"]),
            ("NotSupportedException", &["SystemException"]),
            ("NullReferenceException", &["SystemException"]),
            ("TimeoutException", &["SystemException"]),
            ("FormatException", &["SystemException"]),
            ("UnauthorizedAccessException", &["SystemException"]),
            ("NotImplementedException", &["SystemException"]),
            ("KeyNotFoundException", &["SystemException"]),
            ("ObjectDisposedException", &["InvalidOperationException", "SystemException"]),
            ("CommandError", &[]),
            ("ImproperlyConfigured", &[]),
        ];
        match KINDS.iter().find(|(known, _)| *known == class) {
            Some((_, ancestors)) if ancestors.contains(&ancestor) => Some(true),
            Some(_)
                if KINDS.iter().any(|(known, _)| *known == ancestor)
                    || matches!(
                        ancestor,
                        "OSError"
                            | "IOError"
                            | "ImportError"
                            | "ZeroDivisionError"
                            | "FormatException"
                            | "IOException"
                            | "OperationCanceledException"
                    ) =>
            {
                Some(false)
            }
            Some(_) if self.class_named(ancestor).is_some() => Some(false),
            // a class of the file: look at its bases
            _ => {
                let mut at = self.class_named(class)?;
                for _ in 0..8 {
                    let base = self.classes[at as usize].bases.first()?.single()?.clone();
                    match base {
                        V::Class(base) => {
                            if self.classes[base as usize].name == ancestor {
                                return Some(true);
                            }
                            at = base;
                        }
                        V::Name(name) => {
                            let last = name.rsplit('.').next().unwrap_or(&name);
                            // between the root and the class there is nothing else
                            return match last {
                                _ if last == ancestor => Some(true),
                                "Exception" if self.csharp() => Some(false),
                                _ => None,
                            };
                        }
                        _ => return None,
                    }
                }
                None
            }
        }
    }

    /// A filter `when e is T` where T was not raised.
    fn refuses(&self, guard: NodeRef, classes: &[Option<SmolStr>]) -> bool {
        let Some(Kind::Is { pattern, .. }) = self.kind(guard) else {
            return false;
        };
        let wanted = match pattern.as_ref() {
            Pattern::Type(name, _) => name.clone(),
            Pattern::Value(node) => match self.kind(NodeRef { item: guard.item, node: *node }) {
                Some(Kind::Name(name)) => name.clone(),
                _ => return false,
            },
            _ => return false,
        };
        !classes.is_empty()
            && classes.iter().all(|class| {
                class.as_ref().is_some_and(|class| *class != wanted && self.is_subclass(class, &wanted) == Some(false))
            })
    }

    pub fn eval_with(
        &mut self,
        at: NodeRef,
        items: &'p [(NodeId, Option<NodeId>)],
        body: NodeRef,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let Some(((manager, place), rest)) = items.split_first() else {
            return self.eval(body, lanes);
        };
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let (value, falls) = self.eval(child(*manager), lanes);
        // contextlib.suppress(E): the body's E ends the body, nothing else
        if let Some(classes) = self.suppressed(child(*manager)) {
            let mark = self.exits.len();
            let resume = std::mem::replace(&mut self.st.may_resume, true);
            let path = self.st.path.clone();
            let (mut value, falls) = self.eval_with(at, rest, body, falls);
            let caught = self.arrive(mark, |exit| {
                exit.target == Target::Raise
                    && exit.class.as_ref().is_some_and(|class| {
                        classes.iter().any(|known| {
                            known == class
                                || known == "BaseException"
                                || (known == "Exception" && class != "SystemExit" && class != "!exit")
                        })
                    })
            });
            let falls = self.land(&caught, falls, &mut value);
            // anything the body calls may have raised one, too
            self.st.may_resume = resume;
            self.st.path = path;
            return (value, falls);
        }
        // a generator under @contextmanager: its body runs around ours
        if let Some(V::Generator(generator)) = value.single()
            && self.context_managers.contains(&generator.0.def)
        {
            let generator = generator.clone();
            if let Some(def) = self.def(generator.0.def)
                && self.may_inline()
                && !self.inlining.contains(&generator.0.def)
            {
                self.around.push((at, place.map(child), rest, body, self.st.clone()));
                let closure = Rc::new(generator.0.clone());
                let depth = self.around.len();
                let (_, falls) = self.run_generator_body(&closure, def, &generator.1, falls);
                if self.around.len() == depth {
                    self.around.pop();
                }
                return (Val::nil(falls), falls);
            }
        }
        if let Some(manager) = value.single().cloned()
            && let Some(result) = self.with_object(at, &manager, place.map(child), falls, |machine, falls| {
                machine.eval_with(at, rest, body, falls)
            })
        {
            return result;
        }
        self.escape(&value, falls, child(*manager));
        if let Some(place) = place {
            // the manager itself, in most cases
            let bound = value.only(falls);
            self.assign(child(*place), falls, &bound);
        }
        if !self.may_swallow(&value) {
            return self.eval_with(at, rest, body, falls);
        }
        let mark = self.exits.len();
        let resume = std::mem::replace(&mut self.st.may_resume, true);
        let path = self.st.path.clone();
        let (mut value, falls) = self.eval_with(at, rest, body, falls);
        self.st.may_resume = resume;
        self.st.path = path;
        let swallowed: Vec<Exit> = self.exits[mark.min(self.exits.len())..]
            .iter()
            .filter(|exit| exit.target == Target::Raise && exit.class.as_deref() != Some("!exit"))
            .cloned()
            .collect();
        let falls = self.land(&swallowed, falls, &mut value);
        (value, falls)
    }

    fn run_generator_body(&mut self, closure: &Rc<Closure>, def: &'p Def, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        self.called.insert(closure.def);
        self.inline(closure, def, args, lanes)
    }

    fn suppressed(&self, at: NodeRef) -> Option<Vec<SmolStr>> {
        let Some(Kind::Call(call)) = self.kind(at) else {
            return None;
        };
        let name = match self.kind(NodeRef { item: at.item, node: call.callee })? {
            Kind::Attr { name, .. } | Kind::Name(name) => name,
            _ => return None,
        };
        if name != "suppress" {
            return None;
        }
        Some(
            call.args
                .iter()
                .filter_map(|node| match self.kind(NodeRef { item: at.item, node: *node }) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => Some(name.clone()),
                    _ => None,
                })
                .collect(),
        )
    }

    pub fn eval_yield(&mut self, at: NodeRef, args: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut values = Args::default();
        for node in args {
            let node = NodeRef { item: at.item, node: *node };
            let (value, rest) = self.eval(node, falls);
            falls = rest;
            values.positional.push(value);
            values.nodes.push(node);
        }
        if self.ruby() {
            return match self.st.block.clone() {
                Some(block) => self.call_value(at, &block, &values, falls),
                None => {
                    self.escape_args(&values, falls);
                    (Val::data(falls), falls)
                }
            };
        }
        // the body of a `with` runs where its context manager yields
        if let Some((with, place, rest, body, state)) = self.around.pop() {
            let inner = self.st.clone();
            let mut outer = state.clone();
            outer.doubt = inner.doubt;
            outer.path = inner.path.clone();
            outer.cuts = inner.cuts.clone();
            outer.may_resume = true;
            self.st = outer;
            if let Some(place) = place {
                let value = values.positional.first().cloned().unwrap_or_else(|| Val::nil(falls));
                self.assign(place, falls, &value);
            }
            let (value, through) = self.eval_with(with, rest, body, falls);
            let after = self.st.clone();
            self.st = inner;
            self.st.doubt = after.doubt;
            self.st.cuts = after.cuts;
            self.around.push((with, place, rest, body, state));
            return (value, through);
        }
        self.escape_args(&values, falls);
        (Val::data(falls), falls)
    }

    pub fn read_index(
        &mut self,
        at: NodeRef,
        recv: NodeRef,
        args: &[NodeId],
        safe: bool,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let (target, mut falls) = self.eval_quietly(recv, lanes);
        let mut keys = Vec::new();
        for node in args {
            let node = NodeRef { item: at.item, node: *node };
            let (key, rest) = self.eval(node, falls);
            falls = rest;
            keys.push(key);
        }
        let key = keys.first().cloned().unwrap_or_else(|| Val::data(falls));
        let deps = target.deps.clone().and(&key.deps);
        let (mut value, falls) =
            self.each_alternative(&target, falls, |machine, v, lanes| match v {
                V::Name(name) if name == "ENV" && machine.ruby() => {
                    (machine.environment_variable(at, &key, lanes), lanes)
                }
                V::Name(name) if name == "sys.modules" && args.first().is_some_and(|key| {
                    matches!(machine.kind(NodeRef { item: at.item, node: *key }), Some(Kind::Name(name)) if name == "__name__")
                }) => (
                    Val::of(V::Name(SmolStr::new_static(super::python::THIS_MODULE)), lanes),
                    lanes,
                ),
                V::Name(name) if name == super::python::THIS_MODULE => {
                    let value = key.text().cloned().and_then(|name| machine.read_global(&name, lanes));
                    (value.unwrap_or_else(|| Val::data(lanes)), lanes)
                }
                V::Name(name)
                    if machine.python() && matches!(name.as_str(), "os.environ" | "environ") =>
                {
                    machine.read_variable_or_raise(at, &key, lanes)
                }
                // a Hash made of ENV has string keys only
                V::Name(name) if name == "ENV.to_h" => match key.single() {
                    Some(V::Symbol(_)) => (Val::nil(lanes), lanes),
                    _ => (machine.environment_variable(at, &key, lanes), lanes),
                },
                V::Map(pairs) => {
                    let pairs = pairs.clone();
                    let (mut found, missing) = machine.lookup_in_map(at, &pairs, &key, lanes);
                    if missing.is_empty() {
                        return (found, lanes);
                    }
                    if machine.ruby() {
                        found.join(&Val::of(V::Missing, missing));
                        return (found, lanes);
                    }
                    let surely = missing.without(found.lanes());
                    let cuts = machine.st.cuts.clone();
                    machine.leave(
                        Target::Raise,
                        surely,
                        Val::data(surely),
                        Some(SmolStr::new_static("KeyError")),
                        at,
                    );
                    let falls = lanes.without(surely);
                    for lane in falls.indices() {
                        machine.st.cuts[lane] = cuts[lane].clone();
                    }
                    (found, falls)
                }
                V::Str(_) | V::Inquirer(_) if machine.ruby() => {
                    let own = Args {
                        positional: keys.clone(),
                        nodes: vec![at; keys.len()],
                        ..Args::default()
                    };
                    machine.value_method(at, v, "[]", &own, lanes).unwrap_or_else(|| (Val::data(lanes), lanes))
                }
                V::Object(_) | V::Instance(_) | V::Class(_) if machine.ruby() => {
                    let own = Args {
                        positional: keys.clone(),
                        nodes: vec![at; keys.len()],
                        ..Args::default()
                    };
                    machine.implicit_call(at, v, "[]", &own, lanes).unwrap_or_else(|| {
                        machine.escape_args(&own, lanes);
                        (Val::data(lanes), lanes)
                    })
                }
                V::Name(name) if name == "Set" && machine.ruby() => (machine.set_of(&keys, lanes), lanes),
                // an index of several values: each in its lanes
                V::List(items) if key.alts.len() > 1 && key.alts.iter().all(|alt| matches!(alt.v, V::Int(_))) => {
                    let mut value = Val::default();
                    for alt in key.groups(lanes) {
                        let V::Int(index) = alt.v else { continue };
                        let count = items.len() as i64;
                        let index = if index < 0 { count + index } else { index };
                        let item = usize::try_from(index).ok().and_then(|index| items.get(index));
                        value.join(&item.cloned().unwrap_or_else(|| Val::data(alt.lanes)).only(alt.lanes));
                    }
                    (value, lanes)
                }
                V::Str(text) if machine.python() => (super::python::letter(text, &key, lanes), lanes),
                // a dict comprehension is a list of pairs
                V::List(_) if machine.python() && !matches!(key.single(), Some(V::Int(_))) => (Val::data(lanes), lanes),
                V::List(items) => match key.single() {
                    Some(V::Int(index)) => {
                        let count = items.len() as i64;
                        let index = if *index < 0 { count + index } else { *index };
                        let item = usize::try_from(index)
                            .ok()
                            .and_then(|index| items.get(index))
                            .cloned();
                        (item.unwrap_or_else(|| Val::data(lanes)).only(lanes), lanes)
                    }
                    _ => {
                        let mut any = Val::default();
                        items
                            .iter()
                            .take(16)
                            .for_each(|item| any.join(&item.only(lanes)));
                        if any.alts.is_empty() {
                            any = Val::data(lanes);
                        }
                        (any, lanes)
                    }
                },
                V::Closure(closure) if machine.ruby() => {
                    let closure = closure.clone();
                    let own = Args {
                        positional: keys.clone(),
                        nodes: vec![at; keys.len()],
                        ..Args::default()
                    };
                    machine.invoke(at, &closure, &own, lanes)
                }
                V::Class(class) if machine.classes[*class as usize].form == ClassForm::Enum => {
                    let class = *class;
                    match key.text().cloned() {
                        Some(name) => machine.read_member(at, v, class, &name, lanes),
                        None => (Val::data(lanes), lanes),
                    }
                }
                V::Name(name) | V::Made(name) => {
                    // a library object by key (`fake["de_DE"]`) is that library's still; a setting by key may be a switch
                    let text = key.text().cloned();
                    if machine.symbol_of(name).is_some() {
                        return (Val::of(V::Made(name.clone()), lanes), lanes);
                    }
                    match text {
                        Some(text) => {
                            let full = member_name(name, &text);
                            match machine.accessor_value(&full, lanes) {
                                Some(value) => (value, lanes),
                                None => (Val::of(V::Made(full), lanes), lanes),
                            }
                        }
                        None => (Val::data(lanes), lanes),
                    }
                }
                V::Nil | V::Missing if safe => (Val::nil(lanes), lanes),
                V::Unknown(cause) => {
                    let switch = key
                        .text()
                        .is_some_and(|text| super::names::looks_like_switch(text));
                    (
                        Val::unknown(
                            if switch && *cause == Cause::Data {
                                Cause::Opaque
                            } else {
                                *cause
                            },
                            lanes,
                        ),
                        lanes,
                    )
                }
                _ => (Val::data(lanes), lanes),
            });
        value.deps = value.deps.and(&deps);
        value.taint = value.taint.or(target.taint);
        (value, falls)
    }

    pub fn write_index(&mut self, target: &Val, recv: NodeRef, keys: &[Val], lanes: Lanes, value: &Val, at: NodeRef) {
        let key = keys.first().cloned().unwrap_or_else(|| Val::data(lanes));
        let environment = target
            .alts
            .iter()
            .any(|alt| matches!(&alt.v, V::Name(name) if matches!(name.as_str(), "ENV" | "os.environ" | "environ")));
        if environment {
            self.set_variable(&key, lanes, value);
            return;
        }
        if self.ruby() && target.alts.iter().any(|alt| matches!(alt.v, V::Object(_) | V::Instance(_) | V::Class(_))) {
            let mut own = Args { positional: keys.to_vec(), nodes: vec![at; keys.len() + 1], ..Args::default() };
            own.positional.push(value.clone());
            self.each_alternative(target, lanes, |machine, v, lanes| {
                let done = machine.implicit_call(at, v, "[]=", &own, lanes);
                done.unwrap_or_else(|| {
                    machine.write_struct(v, keys, value, lanes);
                    machine.escape_args(&own, lanes);
                    (Val::nil(lanes), lanes)
                })
            });
        }
        if self.python() {
            self.taint_place(recv, value.taint);
            self.write_element(target, &key, lanes, value, at);
            return;
        }
        self.taint_place(recv, value.taint);
        let known = target.alts.iter().any(|alt| matches!(alt.v, V::Map(_) | V::List(_)));
        if known {
            let mut next = Val { deps: target.deps.clone(), taint: target.taint.or(value.taint), ..Val::default() };
            for alt in target.groups(lanes) {
                let v = match (&alt.v, key.single()) {
                    (V::Map(pairs), Some(V::Str(_) | V::Symbol(_))) if pairs.len() < MAX_FOLLOWED => {
                        let mut pairs = pairs.to_vec();
                        // the newest pair wins
                        pairs.insert(0, (key.clone(), value.only(alt.lanes)));
                        V::Map(Rc::new(pairs))
                    }
                    _ => {
                        self.escape(&Val::of(alt.v.clone(), alt.lanes), alt.lanes, at);
                        self.escape(value, alt.lanes, at);
                        V::Unknown(Cause::Data)
                    }
                };
                next.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
            }
            self.changed(recv, target, &next, lanes);
        } else {
            self.escape(value, lanes, at);
        }
    }
}

/// Lists that stand in different lanes as one: each element runs in its own.
fn one_list(value: &Val, lanes: Lanes) -> Option<Vec<Val>> {
    let mut all = Vec::new();
    let mut seen = Lanes::NONE;
    for alt in value.groups(lanes) {
        let V::List(items) = &alt.v else { return None };
        if seen.has(alt.lanes) || alt.doubt || all.len() + items.len() > UNROLL {
            return None;
        }
        seen |= alt.lanes;
        all.extend(items.iter().map(|item| {
            let mut item = item.only(alt.lanes);
            item.deps = item.deps.and(&value.deps);
            item
        }));
    }
    (seen == lanes).then_some(all)
}

/// The lanes in which a collection is surely empty.
fn empty_in(value: &Val, lanes: Lanes) -> Lanes {
    let mut empty = lanes & value.lanes();
    for alt in value.groups(lanes) {
        if alt.doubt || !matches!(&alt.v, V::List(items) if items.is_empty()) {
            empty = empty.without(alt.lanes);
        }
    }
    empty
}

fn is_retry(target: &Target) -> bool {
    matches!(target, Target::Goto(label) if label == RETRY)
}

fn either(a: Outcome, b: Outcome) -> Outcome {
    Outcome { yes: a.yes | b.yes, no: a.no & b.no, yes_sure: a.yes_sure | b.yes_sure, no_sure: a.no_sure & b.no_sure }
}

/// `KeyError`, `InvalidOperationException`: making one raises nothing.
fn is_exception_name(name: &str) -> bool {
    name.ends_with("Error") || name.ends_with("Exception") || name == "SystemExit"
}
