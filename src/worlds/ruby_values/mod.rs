//! Ruby's methods of known texts, numbers, lists and maps.

mod blocks;
mod list;
mod map;
mod text;

use std::rc::Rc;

use smol_str::SmolStr;

use super::calls::PLAIN;
use super::eval::text_of;
use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;
use crate::worlds::methods::MemberCall;

/// Blocks run over at most this many items, one by one.
pub(super) const UNROLL: usize = 8;

impl Machine<'_> {
    /// A method of a known value. `None`: not known here.
    pub fn ruby_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        if args.open {
            return None;
        }
        if let Some(result) = self.sent_method(at, v, name, args, lanes) {
            return Some(result);
        }
        match v {
            // `:name.to_proc` is called with what it is sent to
            V::Symbol(_) if matches!(name, "call" | "()" | "===" | "yield") => {
                Some(self.call_value(at, &Val::of(v.clone(), lanes), args, lanes))
            }
            V::Str(_) | V::Inquirer(_) | V::Symbol(_) => self.text_operation(v, name, args, lanes),
            V::Int(number) => self.number_method(at, *number, name, args, lanes),
            V::Bool(value) => match (name, args.get(0)) {
                ("&" | "|" | "^", Some(other)) => {
                    let outcome = self.truth(other, lanes);
                    let (yes, no) = match (name, value) {
                        ("&", true) | ("|", false) => (outcome.yes, outcome.no),
                        ("&", _) => (Lanes::NONE, lanes),
                        ("|", _) => (lanes, Lanes::NONE),
                        (_, true) => (outcome.no, outcome.yes),
                        _ => (outcome.yes, outcome.no),
                    };
                    Some((Val::either(yes, no), lanes))
                }
                ("presence", None) if !value => Some((Val::nil(lanes), lanes)),
                ("present?", None) => Some((Val::bool(*value, lanes), lanes)),
                ("blank?", None) => Some((Val::bool(!value, lanes), lanes)),
                _ => None,
            },
            V::List(items) => self.ruby_list_method(at, &items.clone(), name, args, lanes),
            V::Map(pairs) => self.ruby_map_method(at, &pairs.clone(), name, args, lanes),
            V::Closure(closure) => self.closure_method(at, &closure.clone(), name, args, lanes),
            _ => None,
        }
    }

    /// `send(:production?)`, `try(:production?)`, `presence_in(list)`: a method of every object, by name.
    fn sent_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let this = Val::of(v.clone(), lanes);
        match name {
            "send" | "public_send" | "__send__" | "try" | "try!" => {
                let sent = args.get(0)?.clone();
                if !sent.alts.iter().all(|alt| text_of(&alt.v).is_some()) {
                    return None;
                }
                let mut rest = args.clone();
                rest.positional.remove(0);
                if !rest.nodes.is_empty() {
                    rest.nodes.remove(0);
                }
                Some(self.each_alternative(&sent, lanes, |machine, v, lanes| {
                    let name = text_of(v).cloned().unwrap_or_default();
                    machine.call_on(at, &this.only(lanes), at, &name, &rest, lanes, &PLAIN)
                }))
            }
            "presence_in" => {
                let outcome = self.contains(at, args.get(0)?, &this, lanes);
                let mut value = this.only(outcome.yes);
                value.join(&Val::nil(outcome.no));
                Some((value, lanes))
            }
            "presence" if args.positional.is_empty() => {
                let blank = match v {
                    V::Str(text) | V::Inquirer(text) => text.trim().is_empty(),
                    V::List(items) => items.is_empty(),
                    V::Map(pairs) => pairs.is_empty(),
                    _ => return None,
                };
                Some((if blank { Val::nil(lanes) } else { this }, lanes))
            }
            "is_a?" | "kind_of?" | "instance_of?" => {
                let wanted = match args.get(0)?.single()? {
                    V::Name(name) => name.clone(),
                    _ => return None,
                };
                let outcome = kind_named(v, &wanted)?;
                Some((Val::bool(outcome, lanes), lanes))
            }
            _ => None,
        }
    }

    /// Runs a block over items, one after the other, and gives what the method gives.
    pub(super) fn each_item(
        &mut self,
        at: NodeRef,
        items: &[Val],
        block: &Val,
        lanes: Lanes,
        gives: Option<Val>,
    ) -> Option<(Val, Lanes)> {
        let results = self.over_items(at, items, block, lanes)?;
        let falls = results.1;
        Some((gives.unwrap_or_else(|| Val::data(falls)).only(falls), falls))
    }

    /// The block's value for each item, and the lanes that fall through. `None`: too many to run one by one.
    pub(super) fn over_items(
        &mut self,
        at: NodeRef,
        items: &[Val],
        block: &Val,
        lanes: Lanes,
    ) -> Option<(Vec<Val>, Lanes)> {
        if items.len() > UNROLL || block.alts.is_empty() {
            return None;
        }
        let mut falls = lanes;
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let own = Args { positional: vec![item.clone()], nodes: vec![at], ..Args::default() };
            let here = falls & item.lanes();
            self.leave_out(falls.without(item.lanes()), &item.deps);
            let (value, rest) = self.call_value(at, block, &own, here);
            falls = rest | falls.without(item.lanes());
            results.push(value);
        }
        if items.is_empty() {
            // the block is known all the same
            let open = Args { open: true, ..Args::default() };
            self.leave_out(lanes, &Why::default());
            self.call_value(at, block, &open, Lanes::NONE);
        }
        Some((results, falls))
    }

    fn closure_method(
        &mut self,
        at: NodeRef,
        closure: &Rc<Closure>,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        match name {
            // what only looks at it does not call it
            "arity" | "lambda?" | "parameters" | "source_location" | "object_id" | "hash" | "inspect" | "name"
            | "owner" | "frozen?" | "nil?" | "class" => {
                Some((if name == "nil?" { Val::bool(false, lanes) } else { Val::data(lanes) }, lanes))
            }
            "to_proc" | "freeze" | "dup" | "clone" | "itself" | "unbind" | "presence" => {
                Some((Val::of(V::Closure(closure.clone()), lanes), lanes))
            }
            "tap" | "then" | "yield_self" | "send" | "public_send" | "__send__" | "try" => None,
            _ => {
                // whoever takes it may call it
                let value = Val::of(V::Closure(closure.clone()), lanes);
                self.escape(&value, lanes, at);
                self.escape_args(args, lanes);
                Some((Val::data(lanes), lanes))
            }
        }
    }

    /// What a value has surely become through changes in place since `mark`.
    pub(super) fn replaced(&self, value: &Val, mark: usize) -> Val {
        let mut out = value.clone();
        for (old, new) in self.changes.iter().skip(mark) {
            let on = out.alts.iter().filter(|alt| same(&alt.v, old)).fold(Lanes::NONE, |all, alt| all | alt.lanes)
                & new.lanes();
            if !on.is_empty() {
                let before = out.only(on);
                out.overwrite(on, &new.only(on));
                // a change under a condition may not have happened
                let others = before.alts.iter().any(|alt| !same(&alt.v, old));
                if others {
                    out.join(&before);
                }
            }
        }
        out
    }

    /// `pattern === value` for classes and closures.
    pub fn case_of(&mut self, at: NodeRef, pattern: &Val, value: &Val, lanes: Lanes) -> Outcome {
        let open = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes };
        let own = Args { positional: vec![value.clone()], nodes: vec![at], ..Args::default() };
        match pattern.single() {
            Some(V::Closure(_)) => {
                let (result, falls) = self.call_value(at, pattern, &own, lanes);
                self.truth(&result, falls).only(falls)
            }
            Some(V::Class(class)) if self.resolve(*class, true, "===").is_some() => {
                let (class, this) = (*class, V::Class(*class));
                let name = SmolStr::new_static("===");
                match self.call_ruby_member(&MemberCall { at, this: &this, class, name: &name, args: &own, lanes }) {
                    Some((result, falls)) => self.truth(&result, falls).only(falls),
                    None => open,
                }
            }
            Some(V::Name(wanted)) => {
                let mut outcome = Outcome::default();
                for alt in value.groups(lanes) {
                    let known = kind_named(&alt.v, wanted);
                    outcome.answer(alt.lanes, known, alt.doubt);
                }
                outcome.open_in(lanes.without(value.lanes()))
            }
            _ => open,
        }
    }
}

/// Whether a value is of a class of Ruby itself. `None`: not known.
fn kind_named(v: &V, class: &str) -> Option<bool> {
    let own: &[&str] = match v {
        V::Str(_) => &["String", "Comparable"],
        V::Inquirer(_) => {
            &["String", "Comparable", "ActiveSupport.StringInquirer", "ActiveSupport.EnvironmentInquirer"]
        }
        V::AnyName { symbol: true, .. } | V::Symbol(_) => &["Symbol", "Comparable"],
        V::AnyName { .. } => &["String", "Comparable"],
        V::Int(_) => &["Integer", "Numeric", "Comparable"],
        V::Bool(true) => &["TrueClass"],
        V::Bool(false) => &["FalseClass"],
        V::Nil | V::Missing => &["NilClass"],
        V::List(_) => &["Array", "Enumerable"],
        V::Map(_) => &["Hash", "Enumerable"],
        _ => return None,
    };
    if matches!(class, "Object" | "BasicObject" | "Kernel") || own.contains(&class) {
        return Some(true);
    }
    let known = [
        "String",
        "Symbol",
        "Integer",
        "Numeric",
        "Float",
        "TrueClass",
        "FalseClass",
        "NilClass",
        "Array",
        "Hash",
        "Proc",
        "Regexp",
        "Range",
    ];
    known.contains(&class).then_some(false)
}

/// The text of a plain string; a regular expression is another matter.
pub(super) fn plain(value: &Val) -> Option<SmolStr> {
    match value.single()? {
        V::Str(text) | V::Inquirer(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}
