//! Methods: what calls on known values give, and which names beyond the file are known.

mod builtins;
mod convert;
mod environment;
mod forms;
mod host;
mod members;
mod mutation;
mod named;
mod sinks;

use std::rc::Rc;

use smol_str::SmolStr;

use self::environment::looks_like_environment;
use self::host::is_host_predicate;
use self::mutation::leaves_alone;
use super::lanes::Lanes;
use super::machine::*;
use super::names::member_name;
use super::switches::Called;
use super::value::*;
use crate::program::*;
pub use members::MemberCall;
pub use mutation::is_mutation;

impl<'p> Machine<'p> {
    /// A call on a receiver, alternative by alternative.
    #[allow(clippy::too_many_arguments)]
    pub fn call_on(
        &mut self,
        at: NodeRef,
        target: &Val,
        recv: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        let taint = target.taint.or_else(|| args.all().find_map(|value| value.taint));
        let deps = target.deps.clone();
        self.note_sink(at, Some((target, recv)), name, args, lanes);
        let outer = std::mem::take(&mut self.block_why);
        let (mut value, falls) = self.each_alternative(target, lanes, |machine, v, lanes| {
            if call.safe && matches!(v, V::Nil | V::Missing) {
                return (Val::default(), Lanes::NONE);
            }
            machine.call_method(at, v, recv, name, args, lanes, call)
        });
        value.deps = value.deps.and(&deps).and(&std::mem::replace(&mut self.block_why, outer));
        value.deps = args.all().fold(value.deps, |all, arg| all.and(&arg.deps));
        value.taint = value.taint.or(taint);
        if self.python() && !leaves_alone(name) {
            self.changed_by_method(recv, target, name, args, falls);
            let taint = args.all().find_map(|value| value.taint);
            if is_mutation(name) {
                self.taint_place(recv, taint);
            }
        } else if is_mutation(name) {
            self.mutated(recv, target, name, args, falls);
        }
        (value, falls)
    }

    #[allow(clippy::too_many_arguments)]
    fn call_method(
        &mut self,
        at: NodeRef,
        v: &V,
        recv: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        match v {
            V::Class(_) | V::Instance(_) | V::Object(_) => {
                let class = match v {
                    V::Class(class) | V::Instance(class) => *class,
                    V::Object(object) => object.class,
                    _ => 0,
                };
                if let V::Class(class) = v
                    && self.ruby()
                    && name == "new"
                {
                    return self.construct(at, *class, args, lanes);
                }
                self.call_member(&MemberCall { at, this: v, class, name, args, lanes }, call)
            }
            V::Closure(closure) if self.python() && name == "__wrapped__" => {
                let behind = self.behind(closure, lanes);
                self.call_value(at, &behind, args, lanes)
            }
            V::Closure(closure)
                if matches!(
                    name.as_str(),
                    "call" | "()" | "yield" | "===" | "Invoke" | "DynamicInvoke" | "__call__"
                ) || (name == "curry" && !self.ruby()) =>
            {
                let closure = closure.clone();
                self.invoke(at, &closure, args, lanes)
            }
            V::List(_) if matches!(name.as_str(), "Invoke" | "DynamicInvoke") => {
                let value = Val::of(v.clone(), lanes);
                self.call_value(at, &value, args, lanes)
            }
            V::Name(head) if self.module_of(at, head).is_some() => {
                let callee = self.member_of_file(at, head, name, lanes);
                let callee = callee.unwrap_or_else(|| Val::data(lanes));
                self.call_value_with(at, &callee, args, lanes, Some(call))
            }
            V::Name(head) | V::Made(head) if !self.rewritten(&format!("{head}.{name}"), lanes).alts.is_empty() => {
                let written = self.rewritten(&format!("{head}.{name}"), lanes);
                let on = written.lanes();
                let rest = match self.hides(v) {
                    true => lanes.without(on),
                    false => lanes,
                };
                let branches = [Branch::open(on, Lanes::NONE), Branch::open(rest, Lanes::NONE)];
                let full = SmolStr::new(format!("{head}.{name}"));
                self.fork(&branches, |machine, index| match index {
                    0 => machine.call_value_with(at, &written, args, on, Some(call)),
                    _ if rest.is_empty() => (Val::default(), rest),
                    _ => machine.call_named_with(at, &full, args, rest, call),
                })
            }
            V::Name(head) | V::Made(head) => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                let constructed = matches!(v, V::Made(_)) || name == "new";
                let full = if self.ruby() && name == "new" { head.clone() } else { member_name(head, name) };
                if self.csharp()
                    && is_host_predicate(name)
                    && (looks_like_environment(head) || constructed && looks_like_environment(&full))
                {
                    return (self.host_predicate(at, name, args, lanes), lanes);
                }
                if let Some(result) = self.environment_method(at, head, name, args, lanes) {
                    return result;
                }
                // what a function that is not in sight gave: it may be an object of the file
                if matches!(v, V::Made(_)) && self.symbol_of(head).is_none() {
                    self.may_call_methods(at, name, lanes);
                }
                self.call_named_with(at, &full, args, lanes, call)
            }
            V::Host => {
                self.switch_called(at, Called::Method(name), args, lanes);
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                (self.host_predicate(at, name, args, lanes), lanes)
            }
            V::Nil | V::Missing => self.nil_method(at, v, name, args, lanes),
            V::Unknown(cause) => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                if self.csharp() && is_host_predicate(name) && self.names_environment(recv) {
                    return (self.host_predicate(at, name, args, lanes), lanes);
                }
                if self.csharp()
                    && let Some(value) = self.service(name, call, lanes)
                {
                    return (value, lanes);
                }
                if let Some(result) = self.branch_of_pipeline(at, name, args, lanes) {
                    return result;
                }
                self.switch_called(at, Called::Method(name), args, lanes);
                self.register_types(at, call, lanes);
                self.may_call_methods(at, name, lanes);
                self.may_send(at, name, args, lanes);
                self.block_on_unknown(at, name, args, lanes, *cause)
            }
            _ => {
                if let Some(result) = self.extension_method(at, v, name, args, lanes) {
                    return result;
                }
                if let Some(def) = self.added_predicate(v, name) {
                    let method = self.bound(def, v, lanes);
                    return self.call_value(at, &method, args, lanes);
                }
                if let Some(result) = self.value_method(at, v, name, args, lanes) {
                    return result;
                }
                self.switch_called(at, Called::Method(name), args, lanes);
                self.escape_args(args, lanes);
                (Val::data(lanes), lanes)
            }
        }
    }

    fn nil_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let known = match (self.language, name) {
            (Language::Ruby, "nil?" | "blank?") => Some(V::Bool(true)),
            (Language::Ruby, "present?" | "!") => Some(V::Bool(false)),
            (Language::Ruby, "to_s" | "inspect") => Some(V::Str(SmolStr::default())),
            (Language::Ruby, "to_a") => Some(V::List(Rc::new(Vec::new()))),
            (Language::Ruby, "to_i") => Some(V::Int(0)),
            (Language::Ruby, "presence" | "try" | "dup" | "freeze" | "itself") => Some(V::Nil),
            (Language::Ruby, "in?") => {
                let outcome = args.get(0).map(|list| self.contains(at, list, &Val::of(v.clone(), lanes), lanes));
                return match outcome {
                    Some(outcome) => (Val::either(outcome.yes, outcome.no), lanes),
                    None => (Val::data(lanes), lanes),
                };
            }
            (Language::Ruby, "then" | "yield_self" | "tap") => {
                let block = args.block.clone().unwrap_or_default();
                let own = Args { positional: vec![Val::of(v.clone(), lanes)], nodes: vec![at], ..Args::default() };
                return self.call_value(at, &block, &own, lanes);
            }
            (Language::Ruby, "==" | "eql?" | "equal?") => Some(V::Bool(false)),
            _ => None,
        };
        if let Some(v) = known {
            return (Val::of(v, lanes), lanes);
        }
        self.escape_args(args, lanes);
        if matches!(v, V::Missing) {
            let class = SmolStr::new_static(self.nil_error());
            self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
            return (Val::default(), Lanes::NONE);
        }
        (Val::data(lanes), lanes)
    }
}

/// The names of environments that every framework knows, in any case.
pub fn is_known_name(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "production" | "development" | "test" | "staging")
}
