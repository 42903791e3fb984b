//! Members read and written on objects.

use std::rc::Rc;

use smol_str::SmolStr;

use super::own_field;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::methods::MemberCall;
use crate::worlds::value::*;

impl Machine<'_> {
    /// `v.name`, where `v` is a class of the file or an object of one.
    pub fn read_member(&mut self, at: NodeRef, v: &V, class: u32, name: &SmolStr, lanes: Lanes) -> (Val, Lanes) {
        self.on_every_kind(v, class, name, lanes, |machine, v, class| {
            machine.read_own_member(at, v, class, name, lanes)
        })
    }

    fn read_own_member(&mut self, at: NodeRef, v: &V, class: u32, name: &SmolStr, lanes: Lanes) -> (Val, Lanes) {
        if self.ruby() {
            let asked = MemberCall { at, this: v, class, name, args: &Args::default(), lanes };
            if let Some(result) = self.call_ruby_member(&asked).or_else(|| self.made_member(&asked)) {
                return result;
            }
        }
        let found = self.methods_named(class, name);
        if let Some(def) = found.iter().find(|at| self.def(**at).is_some_and(|def| def.form != Form::Setter)) {
            let written = self.written_over(v, class, name, lanes);
            let closure = match self.made_of.get(def) {
                Some(made) => made.only(lanes),
                None => self.bound(*def, v, lanes),
            };
            let form = self.def(*def).map(|def| def.form);
            let (mut value, falls) = if form == Some(Form::Getter) || self.ruby() {
                self.call_value(at, &closure, &Args::default(), lanes)
            } else {
                (closure, lanes)
            };
            if !written.alts.is_empty() {
                value.join(&written);
                return (value, lanes);
            }
            return (value, falls);
        }
        if let V::Object(object) = v {
            let own = object.fields.borrow().iter().any(|(known, _)| known == name);
            if own || self.classes[class as usize].fields.contains_key(name) {
                return (self.object_field(object, name, lanes), lanes);
            }
        }
        let info = &self.classes[class as usize];
        if info.fields.contains_key(name) {
            let value = self.class_field(class, name, lanes, false);
            let value = self.setting(at, class, name, value, lanes);
            return (self.as_member(class, value), lanes);
        }
        if let Some(slot) = self.slot_in(info.scope, name) {
            let mut value = self.slots[slot as usize].only(lanes);
            let rest = lanes.without(value.lanes());
            value.join(&Val::data(rest));
            return (value, lanes);
        }
        if let Some(base) = self.first_class_base(class) {
            return self.read_own_member(at, v, base, name, lanes);
        }
        if let Some(base) = self.library_base(class) {
            return (Val::of(V::Name(SmolStr::new(format!("{base}.{name}"))), lanes), lanes);
        }
        if self.csharp() && matches!(name.as_str(), "Environment" | "HostingEnvironment" | "HostEnvironment") {
            return (Val::of(V::Host, lanes), lanes);
        }
        if let (V::Class(_), Some(full)) = (v, self.of_reopened(class, name)) {
            return (Val::of(V::Name(full), lanes), lanes);
        }
        (self.inherited(class, name, lanes), lanes)
    }

    /// Ruby: the library's name for a member of a class of the library's that the program only opens again.
    pub fn of_reopened(&self, class: u32, name: &str) -> Option<SmolStr> {
        if !self.ruby() {
            return None;
        }
        let info = &self.classes[class as usize];
        let mut parts = vec![info.name.clone()];
        let mut scope = self.scopes[info.scope as usize].parent;
        while let Some(at) = scope {
            if let ScopeKind::Class(outer) = self.scopes[at as usize].kind {
                parts.push(self.classes[outer as usize].name.clone());
            }
            scope = self.scopes[at as usize].parent;
        }
        parts.reverse();
        let full = SmolStr::new(format!("{}.{name}", parts.join(".")));
        self.symbol_of(&full).map(|_| full)
    }

    /// A method as a value, bound to its object.
    pub fn bound(&mut self, def: NodeRef, this: &V, lanes: Lanes) -> Val {
        let mut value = self.closure(def, lanes);
        let this = Box::new(Val::of(this.clone(), Lanes::ALL));
        for alt in &mut value.alts {
            if let V::Closure(closure) = &alt.v {
                let mut own = (**closure).clone();
                own.this = Some(this.clone());
                alt.v = V::Closure(Rc::new(own));
            }
        }
        value
    }

    pub fn write_attr(&mut self, target: &Val, recv: NodeRef, name: &SmolStr, lanes: Lanes, value: &Val, at: NodeRef) {
        for alt in target.groups(lanes) {
            match &alt.v {
                V::Object(object) if !self.ruby() => {
                    let object = object.clone();
                    self.write_object_field(&object, name, alt.lanes, value);
                }
                V::Instance(_) | V::Class(_) | V::Object(_) => {
                    let class = match &alt.v {
                        V::Instance(class) | V::Class(class) => *class,
                        V::Object(object) => object.class,
                        _ => continue,
                    };
                    if self.ruby()
                        && let Some(owner) = self.attribute_owner(class, name)
                    {
                        self.write_class_field(owner, &crate::worlds::ruby::attribute_field(name), alt.lanes, value);
                        continue;
                    }
                    let setter = self.methods_named(class, &format!("{name}=")).first().copied().or_else(|| {
                        self.methods_named(class, name)
                            .into_iter()
                            .find(|at| self.def(*at).is_some_and(|def| def.form == Form::Setter))
                    });
                    let found = setter.is_some();
                    if self.ruby() && setter.is_some_and(|setter| self.is_plain_setter(setter)) {
                        let field = own_field(&alt.v, &SmolStr::new(format!("@{name}")), true);
                        self.set_outside.insert((class, field));
                    }
                    if let Some(setter) = setter {
                        let closure = self.bound(setter, &alt.v, alt.lanes);
                        let args = Args { positional: vec![value.clone()], nodes: vec![at], ..Args::default() };
                        self.call_value(at, &closure, &args, alt.lanes);
                    }
                    let field = if self.ruby() {
                        own_field(&alt.v, &SmolStr::new(format!("@{name}")), true)
                    } else {
                        name.clone()
                    };
                    if let V::Object(object) = &alt.v
                        && !found
                    {
                        self.write_object_field(&object.clone(), &field, alt.lanes, value);
                    }
                    self.write_class_field(class, &field, alt.lanes, value);
                    if matches!(alt.v, V::Instance(_)) {
                        // the object may be of a class below, which has a field of that name of its own
                        for below in self.redefining(class, &field) {
                            self.write_class_field(below, &field, alt.lanes, value);
                        }
                    }
                }
                V::Name(head) | V::Made(head) if self.python() => {
                    let head = head.clone();
                    self.escape(&value.only(alt.lanes), alt.lanes, at);
                    self.write_member_of_name(&head, name, alt.lanes, value);
                }
                V::Name(head) | V::Made(head) if self.write_setting(&head.clone(), name, alt.lanes, value) => {}
                _ => self.escape(&value.only(alt.lanes), alt.lanes, at),
            }
        }
        self.taint_place(recv, value.taint);
    }

    /// An object that took fake data holds fake data.
    pub fn taint_place(&mut self, place: NodeRef, taint: Option<NodeRef>) {
        let (Some(taint), Some(Kind::Name(name))) = (taint, self.kind(place)) else {
            return;
        };
        if let crate::worlds::names::Found::Slot(slot) = self.lookup(name) {
            self.slots[slot as usize].taint.get_or_insert(taint);
        }
    }
}
