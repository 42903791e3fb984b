//! Methods of the file's own objects.

use smol_str::SmolStr;

use super::environment::looks_like_environment;
use super::host::is_host_predicate;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// A call of what may be a member of an object or class of the file.
#[derive(Clone, Copy)]
pub struct MemberCall<'a> {
    pub at: NodeRef,
    pub this: &'a V,
    pub class: u32,
    pub name: &'a SmolStr,
    pub args: &'a Args,
    pub lanes: Lanes,
}

impl<'p> Machine<'p> {
    /// A C# extension method of the file.
    pub(super) fn extension_method(
        &mut self,
        at: NodeRef,
        v: &V,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        if !self.csharp() {
            return None;
        }
        let count = args.positional.len() + 1;
        let mut found = None;
        for class in &self.classes {
            if class.form != ClassForm::Module {
                continue;
            }
            for def in class.methods.get(name).into_iter().flatten() {
                if self.def(*def).is_some_and(|def| def.is_static && def.params.len() >= count) {
                    found = Some(*def);
                }
            }
        }
        let def = found?;
        let closure = self.closure(def, lanes);
        let mut own = args.clone();
        own.positional.insert(0, Val::of(v.clone(), lanes));
        own.nodes.insert(0, at);
        Some(self.call_value(at, &closure, &own, lanes))
    }

    pub fn call_member(&mut self, asked: &MemberCall<'_>, call: &'p Call) -> (Val, Lanes) {
        let MemberCall { this, class, name, lanes, .. } = *asked;
        if self.ruby() {
            return match self.call_ruby_member(asked) {
                Some(result) => result,
                None => self.call_absent_member(asked, call),
            };
        }
        self.on_every_kind(this, class, name, lanes, |machine, this, class| {
            machine.call_own_member(&MemberCall { this, class, ..*asked }, call)
        })
    }

    fn call_own_member(&mut self, asked: &MemberCall<'_>, call: &'p Call) -> (Val, Lanes) {
        let MemberCall { at, this, class, name, args, lanes } = *asked;
        let found = self.methods_named(class, name);
        let count = args.positional.len() + args.named.len();
        let fits = |machine: &Self, at: &NodeRef| {
            machine.def(*at).is_some_and(|def| {
                def.params.len() >= count
                    && def
                        .params
                        .iter()
                        .filter(|param| param.default.is_none() && param.kind == ParamKind::Positional)
                        .count()
                        <= count + usize::from(machine.python())
            })
        };
        let chosen: Vec<NodeRef> = if self.csharp() && found.len() > 1 {
            let fitting: Vec<NodeRef> = found.iter().copied().filter(|at| fits(self, at)).collect();
            if fitting.is_empty() { found.clone() } else { fitting }
        } else {
            found.last().copied().into_iter().collect()
        };
        if chosen.is_empty() {
            return self.call_absent_member(asked, call);
        }
        if let Some(made) = chosen.last().and_then(|def| self.made_of.get(def)) {
            let made = made.clone();
            let mut own = args.clone();
            if !matches!(this, V::Class(_)) {
                own.positional.insert(0, Val::of(this.clone(), lanes));
                own.nodes.insert(0, at);
            }
            return self.call_value(at, &made, &own, lanes);
        }
        let written = self.written_over(this, class, name, lanes);
        if !written.alts.is_empty()
            && let Some(method) = chosen.last()
        {
            let mut callee = self.bound(*method, this, lanes);
            callee.join(&written);
            return self.call_value(at, &callee, args, lanes);
        }
        if let [one] = chosen.as_slice() {
            if self.def(*one).is_some_and(|def| def.form == Form::Getter) {
                let getter = self.bound(*one, this, lanes);
                let (value, falls) = self.call_value(at, &getter, &Args::default(), lanes);
                return if self.ruby() { (value, falls) } else { self.call_value(at, &value, args, falls) };
            }
            let closure = self.bound(*one, this, lanes);
            return self.call_value(at, &closure, args, lanes);
        }
        // overloads that fit alike: any of them
        let branches: Vec<Branch> = chosen.iter().map(|_| Branch::open(lanes, Lanes::NONE)).collect();
        self.fork(&branches, |machine, index| {
            let getter = machine.def(chosen[index]).is_some_and(|def| def.form == Form::Getter);
            let closure = machine.bound(chosen[index], this, lanes);
            if getter {
                let (value, falls) = machine.call_value(at, &closure, &Args::default(), lanes);
                return machine.call_value(at, &value, args, falls);
            }
            machine.call_value(at, &closure, args, lanes)
        })
    }

    fn call_absent_member(&mut self, asked: &MemberCall<'_>, call: &'p Call) -> (Val, Lanes) {
        let MemberCall { at, this, class, name, args, lanes } = *asked;
        if matches!(name.as_str(), "send" | "public_send" | "__send__" | "try" | "try!")
            && self.ruby()
            && let Some(sent) = args.get(0).cloned()
        {
            let mut rest = args.clone();
            rest.positional.remove(0);
            if !rest.nodes.is_empty() {
                rest.nodes.remove(0);
            }
            return self.each_alternative(&sent, lanes, |machine, v, lanes| match crate::worlds::eval::text_of(v) {
                Some(name) => machine.call_member(&MemberCall { at, this, class, name, args: &rest, lanes }, call),
                None => machine.call_any_member(at, this, class, &rest, lanes),
            });
        }
        if self.ruby()
            && let Some(result) = self.made_member(asked)
        {
            return result;
        }
        if self.ruby() {
            match (this, name.as_str()) {
                // a question about a method calls none
                (_, "respond_to?" | "method_defined?" | "instance_methods") => return (Val::data(lanes), lanes),
                // in a method of the class itself
                (V::Class(class), "new") => return self.construct(at, *class, args, lanes),
                (V::Instance(class), "class") => return (Val::of(V::Class(*class), lanes), lanes),
                (V::Object(object), "class") => return (Val::of(V::Class(object.class), lanes), lanes),
                _ => {}
            }
        }
        if self.ruby()
            && matches!(name.as_str(), "instance_eval" | "instance_exec" | "class_eval" | "class_exec" | "module_eval")
            && let Some(result) = self.evaluate_for(at, this, args, lanes)
        {
            return result;
        }
        if self.ruby() && name == "instance_variable_set" {
            self.set_instance_variable(this, class, args, lanes);
            return (args.get(1).cloned().unwrap_or_else(|| Val::data(lanes)), lanes);
        }
        // a field that holds something callable
        if self.classes[class as usize].fields.contains_key(name)
            || self.slot_in(self.classes[class as usize].scope, name).is_some()
        {
            let (value, falls) = self.read_member(at, this, class, name, lanes);
            if self.ruby() {
                return (value, falls);
            }
            return self.call_value(at, &value, args, falls);
        }
        if let Some(result) = self.extension_method(at, this, name, args, lanes) {
            return result;
        }
        if let (V::Class(_), Some(full)) = (this, self.of_reopened(class, name)) {
            return self.call_named_with(at, &full, args, lanes, call);
        }
        if let Some(base) = self.library_base(class) {
            let full = SmolStr::new(format!("{base}.{name}"));
            return self.call_named_with(at, &full, args, lanes, call);
        }
        if self.csharp() && is_host_predicate(name) && looks_like_environment(&self.classes[class as usize].name) {
            self.escape_args(args, lanes);
            return (Val::unknown(Cause::Opaque, lanes), lanes);
        }
        self.register_types(at, call, lanes);
        self.hand_over_class(class, at, lanes);
        self.call_unknown_function(at, name, args, lanes)
    }
}
