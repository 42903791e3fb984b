//! `try`: the body, its handlers, `finally`.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
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
}

fn is_retry(target: &Target) -> bool {
    matches!(target, Target::Goto(label) if label == RETRY)
}
