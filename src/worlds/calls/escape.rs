//! Closures handed to code beyond the file: they run later, from there.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn escape_args(&mut self, args: &Args, lanes: Lanes) {
        for (index, value) in args.positional.iter().enumerate() {
            let at = args.nodes.get(index).copied().unwrap_or(NodeRef { item: ItemId(0), node: NodeId(0) });
            self.escape(value, lanes, at);
        }
        for (_, value) in &args.named {
            self.escape(value, lanes, NodeRef { item: ItemId(0), node: NodeId(0) });
        }
        if let Some(block) = &args.block {
            let at = args.nodes.first().copied().unwrap_or(NodeRef { item: ItemId(0), node: NodeId(0) });
            self.run_escaped_block(block, lanes, at);
        }
    }

    /// A block given to code beyond the file may run, any number of times.
    fn run_escaped_block(&mut self, block: &Val, lanes: Lanes, at: NodeRef) {
        for alt in block.groups(lanes) {
            match &alt.v {
                V::Closure(closure) => self.run_later(closure, alt.lanes),
                // `&:name`
                V::Symbol(name) if self.ruby() => self.may_call_methods(at, name, alt.lanes),
                _ => {}
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
                    self.hand_over_class(object.class, at, on);
                    self.expose(&object);
                }
                V::Instance(class) | V::Class(class) => self.hand_over_class(*class, at, on),
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
        let own = match self.st.this.as_ref().and_then(|this| this.single()) {
            Some(V::Class(class) | V::Instance(class)) => self.methods_named(*class, name).first().copied(),
            _ => None,
        };
        match own {
            Some(def) => {
                self.called.insert(def);
                self.structure.insert((self.context, def));
                self.by_summary(at, def, lanes);
            }
            None => self.may_call_methods(at, name, lanes),
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
}

/// Whether a value is a closure or a collection of some.
pub(super) fn holds_closures(value: &Val, depth: usize) -> bool {
    value.alts.iter().any(|alt| match &alt.v {
        V::Closure(_) | V::Generator(_) => true,
        V::List(items) if depth > 0 => items.iter().any(|item| holds_closures(item, depth - 1)),
        V::Map(pairs) if depth > 0 => pairs.iter().any(|(_, item)| holds_closures(item, depth - 1)),
        _ => false,
    })
}
