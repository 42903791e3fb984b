//! Definitions and closures as they are made.

use std::rc::Rc;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    pub fn closure(&mut self, def: NodeRef, lanes: Lanes) -> Val {
        let id = self.fresh();
        let scope = match self.homes.get(&def) {
            Some((scope, _)) => *scope,
            None => self.st.scope,
        };
        let this = if self.homes.contains_key(&def) { None } else { self.st.this.clone().map(Box::new) };
        let closure = Closure { def, scope, this, frame: self.st.return_to, break_to: self.st.break_to, id };
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
                self.add_method(class, &def.name, at);
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
}
