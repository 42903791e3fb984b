//! The walk: every kind of node, in every lane at once.

mod assign;
mod conditions;
mod literals;
mod truth;

use std::rc::Rc;

use smol_str::SmolStr;

use self::conditions::Shortcut;
use self::literals::merged;
use super::lanes::Lanes;
use super::machine::*;
use super::ops::symbol_of;
use super::value::*;
use crate::program::*;
pub use literals::text_of;
pub use truth::worst;

impl Machine<'_> {
    /// A binary operation whose left operand has been evaluated.
    fn eval_operation(&mut self, at: NodeRef, left_value: &Val, lanes: Lanes) -> (Val, Lanes) {
        let Some(Kind::Binary { op, left, right }) = self.kind(at) else {
            return (Val::data(lanes), lanes);
        };
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let (right_value, falls) = self.eval(child(*right), lanes);
        if self.ruby()
            && let Some(result) = self.own_operator(at, *op, left_value, &right_value, falls)
        {
            return result;
        }
        if let Some(symbol) = symbol_of(*op, self.language)
            && let Some(result) = self.declared_operator(at, symbol, &[left_value, &right_value], falls)
        {
            return result;
        }
        if let (Op::Matches, Some(Kind::Lit(Lit::Regex { pattern, .. })), true) =
            (*op, self.kind(child(*left)), self.ruby())
        {
            self.write_captures(pattern, falls);
        }
        (self.binary(at, *op, left_value, &right_value, falls, child(*left)), falls)
    }

    /// Ruby: `/(?<name>…)/ =~ text` writes a local for each group that has a name.
    fn write_captures(&mut self, pattern: &str, lanes: Lanes) {
        for part in pattern.split("(?<").skip(1) {
            let Some((name, _)) = part.split_once('>') else { continue };
            let is_name = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
            if is_name && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                self.assign_name(&SmolStr::new(name), lanes, &Val::data(lanes));
            }
        }
    }

    /// Evaluates a node in `lanes`. Gives its value and the lanes that fall through. With no lanes it still walks, so
    /// that the places in dead code are known.
    pub fn eval(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        if self.depth >= MAX_DEPTH {
            return self.eval_flat(at, lanes);
        }
        self.depth += 1;
        let result = self.eval_nested(at, lanes);
        self.depth -= 1;
        result
    }

    /// What is nested too deep is not followed: its names are looked up, the places among them run, its value is anything.
    fn eval_flat(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        let Some((code, within)) = self.within(at.item) else {
            return (Val::unknown(Cause::GaveUp, lanes), lanes);
        };
        let Some(node) = code.nodes.get(at.node.0 as usize) else {
            return (Val::unknown(Cause::GaveUp, lanes), lanes);
        };
        for read in within.reads(node.span) {
            let read = NodeRef { item: at.item, node: read };
            if let Some(Kind::Name(name)) = self.kind(read) {
                let (value, falls) = self.read_name(read, name, lanes);
                self.escape(&value, falls, read);
            }
        }
        // whatever it writes, and wherever it leaves to, is not known: nothing that the file decides is sure
        self.steps = self.steps.max(NODE_BUDGET + 1);
        (Val::unknown(Cause::GaveUp, lanes), lanes)
    }

    fn eval_nested(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        self.steps += 1;
        let Some(kind) = self.kind(at) else {
            return (Val::data(lanes), lanes);
        };
        let child = |node: NodeId| NodeRef { item: at.item, node };
        match kind {
            Kind::Lit(lit) => {
                self.note_text(at, lit, lanes);
                (self.literal(lit, lanes), lanes)
            }
            Kind::Name(name) => self.read_name(at, name, lanes),
            Kind::SelfRef => (self.this(lanes), lanes),
            Kind::Super => (Val::data(lanes), lanes),
            Kind::Field(name) => (self.read_field_of_this(name, lanes), lanes),
            Kind::Attr { recv, name, safe } => self.read_attr(at, child(*recv), name, *safe, lanes),
            Kind::Index { recv, args, safe } => self.read_index(at, child(*recv), args, *safe, lanes),
            Kind::List(items) => self.list(at, items, lanes),
            Kind::Map(pairs) => {
                let mut falls = lanes;
                let mut out = Vec::new();
                let mut taint = None;
                let (mut open, mut spread) = (false, false);
                for (key, value) in pairs {
                    let key = match key {
                        Some(key) => {
                            let (key, rest) = self.eval(child(*key), falls);
                            falls = rest;
                            key
                        }
                        None => {
                            // a map spread into this one: its pairs, where it is known
                            let (value, rest) = self.eval(child(*value), falls);
                            falls = rest;
                            taint = taint.or(value.taint);
                            spread = true;
                            match value.single() {
                                Some(V::Map(pairs)) => out.extend(pairs.iter().rev().cloned()),
                                _ => {
                                    open = true;
                                    self.escape(&value, falls, at);
                                }
                            }
                            continue;
                        }
                    };
                    let (value, rest) = self.eval(child(*value), falls);
                    falls = rest;
                    taint = taint.or(value.taint);
                    out.push((key, value));
                }
                if open
                    && self.python()
                    && let Some(merged) = merged(pairs, &out, falls)
                {
                    return (Val::of(V::Map(Rc::new(merged)), falls).tainted(taint), falls);
                }
                if open {
                    for (_, value) in &out {
                        self.escape(value, falls, at);
                    }
                    return (Val::data(falls).tainted(taint), falls);
                }
                if spread {
                    // of two pairs with one key the later wins, and the first found counts
                    out.reverse();
                }
                (Val::of(V::Map(Rc::new(out)), falls).tainted(taint), falls)
            }
            Kind::Interp(parts) => self.interpolate(at, parts, lanes),
            Kind::Call(call) => self.eval_call(at, call, lanes),
            Kind::And(all) => self.shortcut(at, all, Shortcut::And, lanes),
            Kind::Or(all) => self.shortcut(at, all, Shortcut::Or, lanes),
            Kind::Coalesce(all) => self.shortcut(at, all, Shortcut::Coalesce, lanes),
            Kind::Not(inner) => {
                self.testing = Some(child(*inner));
                let (value, falls) = self.eval(child(*inner), lanes);
                if let Some(result) = self.declared_operator(at, "!", &[&value], falls) {
                    return result;
                }
                let outcome = self.truth(&value, falls).negate();
                (self.bool_of(&outcome, &value), falls)
            }
            Kind::Binary { left, .. } => {
                // `a + b + c` nests to the left, as deep as it is long
                let mut spine = vec![at];
                let mut first = child(*left);
                while let Some(Kind::Binary { left, .. }) = self.kind(first) {
                    spine.push(first);
                    first = child(*left);
                }
                let (mut value, mut falls) = self.eval(first, lanes);
                while let Some(link) = spine.pop() {
                    (value, falls) = self.eval_operation(link, &value, falls);
                }
                (value, falls)
            }
            Kind::If { arms, otherwise } => self.eval_if(at, arms, *otherwise, lanes),
            Kind::Match { subject, arms, otherwise, breaks } => {
                self.eval_match(at, *subject, arms, *otherwise, *breaks, lanes)
            }
            Kind::Is { subject, pattern } => {
                let (value, falls) = self.eval(child(*subject), lanes);
                let outcome = self.matches(at.item, pattern, &value, falls, at);
                (self.bool_of(&outcome, &value), falls)
            }
            Kind::Seq(all) => self.seq(at, all, lanes),
            Kind::Set { place, op, value } => self.eval_set(at, child(*place), *op, child(*value), lanes),
            Kind::Let { name, ty, value, .. } => self.eval_let(at, name, ty.as_ref(), *value, lanes),
            Kind::Out(place) => (Val::data(lanes), self.write_unknown(child(*place), lanes)),
            Kind::With { items, body } => self.eval_with(at, items, child(*body), lanes),
            Kind::Loop(inner) => self.eval_loop(at, inner, lanes),
            Kind::Try(inner) => self.eval_try(at, inner, lanes),
            Kind::Leave { how, value } => {
                let (value, falls) = match value {
                    Some(value) => self.eval(child(*value), lanes),
                    None => (Val::nil(lanes), lanes),
                };
                let target = match how {
                    Leave::Return => Target::Return(self.st.return_to),
                    Leave::Break => Target::Break(self.st.break_to),
                    Leave::Next => Target::Next(self.st.next_to),
                    Leave::Goto(label) => Target::Goto(label.clone()),
                };
                self.leave(target, falls, value, None, at);
                (Val::default(), Lanes::NONE)
            }
            // a switch delivers the jumps to its sections
            Kind::Label(name) if self.csharp() && name.ends_with(':') => (Val::nil(lanes), lanes),
            Kind::Label(name) => {
                let arrived = self.arrive(0, |exit| exit.target == Target::Goto(name.clone()));
                let mut value = Val::nil(lanes);
                let falls = self.land(&arrived, lanes, &mut value);
                (value, falls)
            }
            Kind::Raise(value) => {
                let mut class = self.st.handling.clone();
                let mut falls = lanes;
                if let Some(value) = value {
                    class = self.exception_class(child(*value));
                    let (raised, rest) = self.eval(child(*value), lanes);
                    falls = rest;
                    if self.ruby() {
                        class = self.raised_class(&raised, child(*value));
                    }
                }
                self.leave(Target::Raise, falls, Val::data(falls), class, at);
                (Val::default(), Lanes::NONE)
            }
            Kind::Yield(args) => self.eval_yield(at, args, lanes),
            Kind::Def(def) => self.eval_def(at, def, lanes),
            Kind::Lambda(_) => (self.closure(at, lanes), lanes),
            Kind::Class(class) => self.eval_class(at, class, lanes),
            Kind::Import(import) => {
                let falls = self.import(at, import, lanes);
                (Val::nil(falls), falls)
            }
            Kind::Item(id) => match self.program.code(*id) {
                Some(code) => self.eval(NodeRef { item: *id, node: code.root }, lanes),
                None => (Val::nil(lanes), lanes),
            },
            Kind::Symbol(name) => (self.symbol(name, lanes), lanes),
            Kind::Splat(inner) | Kind::Keyword(_, inner) => self.eval(child(*inner), lanes),
            Kind::Typed(inner, Some(ty)) if self.python() && ty == "generator" => {
                self.maybe(lanes, |machine| {
                    let (value, falls) = machine.eval(child(*inner), lanes);
                    machine.escape(&value, falls, at);
                    (Val::default(), falls)
                });
                (Val::data(lanes), lanes)
            }
            Kind::Typed(inner, ty) => {
                if ty.is_none() && self.csharp() {
                    self.awaited.insert(child(*inner));
                }
                let (value, falls) = self.eval(child(*inner), lanes);
                let (value, falls) = match ty {
                    None => self.awaited(at, value, falls),
                    Some(_) => (value, falls),
                };
                let value = match ty {
                    Some(ty) if value.is_data() => self.typed(ty, falls).unwrap_or(value),
                    _ => value,
                };
                (value, falls)
            }
            Kind::Opaque { children, writes } => {
                let mut falls = lanes;
                let mut taint = None;
                let mut cause = Cause::Data;
                for node in children {
                    let (value, rest) = self.eval(child(*node), falls);
                    taint = taint.or(value.taint);
                    for alt in &value.alts {
                        if let V::Unknown(known) = alt.v {
                            cause = cause.max(known);
                        }
                    }
                    self.escape(&value, rest, child(*node));
                    falls = rest;
                }
                for name in writes {
                    self.assign_name(name, falls, &Val::data(falls));
                }
                (Val::unknown(cause, falls).tainted(taint), falls)
            }
        }
    }

    fn seq(&mut self, at: NodeRef, all: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut value = Val::nil(lanes);
        let mark = self.exits.len();
        let child = |node: NodeId| NodeRef { item: at.item, node };
        for node in all {
            let (result, rest) = self.eval(child(*node), falls);
            value = result;
            falls = rest;
        }
        // a jump back: what stands between runs again, with whatever it wrote
        if self.csharp() && self.exits.len() > mark {
            for (index, node) in all.iter().enumerate() {
                let Some(label) = self.label_of(child(*node)) else {
                    continue;
                };
                let back = |exit: &Exit| exit.target == Target::Goto(label.clone());
                let jumped = self.arrive(mark, back).iter().fold(Lanes::NONE, |all, exit| all | exit.lanes);
                if jumped.is_empty() {
                    continue;
                }
                self.forget_written(at, jumped);
                let branches = [Branch::open(falls, Lanes::NONE), Branch::open(jumped, Lanes::NONE)];
                let (again, rest) = self.fork(&branches, |machine, branch| {
                    if branch == 0 {
                        return (value.clone(), falls);
                    }
                    for lane in jumped.indices() {
                        machine.st.cuts[lane] = Why::default();
                    }
                    let mut on = jumped;
                    let mut last = Val::nil(on);
                    for node in &all[index..] {
                        (last, on) = machine.eval(child(*node), on);
                    }
                    (last, on)
                });
                self.arrive(mark, back);
                (value, falls) = (again, rest);
            }
        }
        (value, falls)
    }

    /// The label at the head of a statement, other than a section of a switch.
    fn label_of(&self, at: NodeRef) -> Option<SmolStr> {
        let mut at = at;
        loop {
            match self.kind(at)? {
                Kind::Label(name) => return (!name.ends_with(':')).then(|| name.clone()),
                Kind::Seq(all) => at = NodeRef { item: at.item, node: *all.first()? },
                _ => return None,
            }
        }
    }
}

/// Evaluations within each other; a thread for this work has the stack for it.
const MAX_DEPTH: u32 = 6_000;
/// Operands of one `&&`, `||` or `??` that are taken one after the other.
pub(super) const MAX_OPERANDS: usize = 500;
