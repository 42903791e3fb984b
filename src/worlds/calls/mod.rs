//! Calls: which body runs, with what, and what comes back.

mod arguments;
mod definitions;
mod escape;
mod forget;
mod given;
mod inline;
mod invoke;
mod mention;
mod summary;

use std::rc::Rc;

use super::lanes::Lanes;
use super::machine::*;
use super::names::Found;
use super::value::*;
use crate::catalog::How;
use crate::program::*;
use crate::worlds::methods::MemberCall;
pub use arguments::is_constant;

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
                        let asked = MemberCall { at, this: &this, class, name, args: &args, lanes: falls };
                        self.call_member(&asked, call)
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
                            self.member_assigned(node, place, How::Attribute, name, &right, falls);
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
}
