//! Classes: names bound to them, enumerations, members written over.

use smol_str::SmolStr;

use super::MAX_SUBCLASSES;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    /// A class is bound where its statement runs; its decorators make of it what they like.
    pub fn bind_class(&mut self, at: NodeRef, class: &'p Class, value: Val, lanes: Lanes) -> (Val, Lanes) {
        let mut value = value;
        let mut falls = lanes;
        for node in class.decorators.iter().rev() {
            let node = NodeRef { item: at.item, node: *node };
            let (decorator, rest) = self.eval_quietly(node, falls);
            falls = rest;
            if decorator.alts.iter().any(|alt| matches!(alt.v, V::Closure(_))) {
                let args = Args { positional: vec![value.clone()], nodes: vec![at], ..Args::default() };
                let (made, rest) = self.call_value(node, &decorator, &args, falls);
                falls = rest;
                value.join(&made);
            }
        }
        let scope = self.declaring();
        let slot = self.declare(scope, &class.name);
        self.set_slot(slot, falls, &value);
        (value, falls)
    }

    /// Something written over a method: what a call of that name may run besides the method itself.
    pub fn written_over(&mut self, this: &V, class: u32, name: &SmolStr, lanes: Lanes) -> Val {
        if !self.python() {
            return Val::default();
        }
        let mut found = Val::default();
        if let V::Object(object) = this {
            let own = object.fields.borrow();
            if let Some((_, value)) = own.iter().find(|(known, _)| known == name) {
                found.join(&value.only(lanes));
            }
        }
        // an attribute of a class between the object's and the one that defines the method
        let mut at = Some(class);
        let mut steps = 0;
        while let Some(class) = at {
            let info = &self.classes[class as usize];
            if let Some(field) = info.fields.get(name) {
                found.join(&field.value.only(lanes));
            }
            steps += 1;
            if info.methods.contains_key(name) || steps > MAX_SUBCLASSES {
                break;
            }
            at = info.bases.iter().find_map(|base| match base.single() {
                Some(V::Class(base)) if *base != class => Some(*base),
                _ => None,
            });
        }
        self.fields_read.insert((class, name.clone()));
        found
    }

    /// An enumeration that is nothing but one: its members equal no text.
    fn is_plain_enum(&self, class: u32) -> bool {
        let info = &self.classes[class as usize];
        info.form == ClassForm::Enum
            && info
                .bases
                .iter()
                .all(|base| matches!(base.single(), Some(V::Name(name)) if name.rsplit('.').next() == Some("Enum")))
    }

    /// A member of an enumeration, from the text of its value.
    pub fn as_member(&self, class: u32, value: Val) -> Val {
        if !self.python() || !self.is_plain_enum(class) {
            return value;
        }
        let mut out = Val { alts: Default::default(), ..value.clone() };
        for alt in value.alts {
            let v = match alt.v {
                V::Str(text) => V::Symbol(text),
                V::AnyName { own, .. } => V::AnyName { inquirer: false, symbol: true, own },
                v => v,
            };
            out.add(Alt { v, ..alt });
        }
        out
    }

    /// The type written at a class attribute decides how a settings class reads it.
    pub fn note_type(&mut self, place: NodeRef, value: NodeRef) {
        if let (Some(Kind::Name(name)), Some(Kind::Typed(_, Some(ty)))) = (self.kind(place), self.kind(value))
            && let ScopeKind::Class(class) = self.scopes[self.st.scope as usize].kind
        {
            let field = self.classes[class as usize].fields.entry(name.clone()).or_default();
            field.ty = Some(ty.clone());
        }
    }
}
