//! Context managers and `yield`.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
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
}
