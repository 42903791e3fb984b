//! Loops: short literal lists unroll, everything else runs once.

use std::rc::Rc;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// Literal lists up to this long are unrolled.
const UNROLL: usize = 8;

impl<'p> Machine<'p> {
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
