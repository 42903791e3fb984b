//! Bodies that are run once, for all lanes, into an effect.

use std::rc::Rc;

use super::escape::holds_closures;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn by_summary(&mut self, at: NodeRef, def: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        self.edge_to(at, def, lanes);
        let Some(effect) = self.summary(def) else {
            return (Val::data(lanes), lanes);
        };
        let falls = self.undergo(&effect, lanes);
        (effect.value.only(falls), falls)
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
            exits: Effect::merge_exits(std::mem::replace(&mut self.exits, exits)),
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
}
