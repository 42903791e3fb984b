//! Bodies that run where they are called.

use std::rc::Rc;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    /// Whether a body says `global` or `nonlocal`: what it writes there is certain only where it is called.
    pub(super) fn rebinds(&mut self, def: NodeRef) -> bool {
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

    /// How many nodes a body has.
    pub(super) fn size(&self, def: NodeRef) -> usize {
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
        if block {
            self.st.break_to = closure.break_to;
        } else {
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
}

/// Nodes of a body that is evaluated for each call with constants.
pub(super) const MAX_SMALL: usize = 40;
