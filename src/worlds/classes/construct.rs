//! Objects made of classes.

use std::cell::RefCell;
use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::calls::is_constant;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// `new C(args)`.
    pub fn construct(&mut self, at: NodeRef, class: u32, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        self.ensure_class_body(class);
        if let Some(base) = self.library_base(class)
            && let Some((effect, family)) = self.symbol_of(&base)
        {
            self.record(at, base.clone(), effect, family, lanes);
            self.escape_args(args, lanes);
            return (Val::of(V::Made(base), lanes).tainted(Some(at)), lanes);
        }
        if self.classes[class as usize].form == ClassForm::Enum {
            if self.answers_itself(class, &["_missing_", "__new__"]) {
                self.escape_args(args, lanes);
                return (Val::data(lanes), lanes);
            }
            let value = args.get(0).cloned().unwrap_or_else(|| Val::data(lanes));
            return (self.as_member(class, value), lanes);
        }
        let taint = args.all().find_map(|value| value.taint);
        if self.ruby()
            && let Some(result) = self.construct_struct(class, args, lanes)
        {
            return result;
        }
        let Some(Kind::Class(node)) = self.kind(self.classes[class as usize].node) else {
            return (Val::data(lanes), lanes);
        };
        let constructors: Vec<NodeRef> = ["initialize", "__init__", node.name.rsplit('.').next().unwrap_or_default()]
            .iter()
            .flat_map(|name| self.methods_named(class, name))
            .filter(|at| self.def(*at).is_some_and(|def| def.form == Form::Constructor && !def.is_static))
            .collect();
        let count = args.positional.len() + args.named.len();
        let constructor = constructors
            .iter()
            .copied()
            .find(|at| self.def(*at).is_some_and(|def| def.params.len() == count))
            .or_else(|| constructors.first().copied());
        // a Ruby object's own fields are worth knowing whatever it is given
        let known = self.ruby() || args.all().any(|value| is_constant(value) || self.interesting(value));
        if !known {
            self.escape_args(args, lanes);
            let mut falls = lanes;
            if let Some(constructor) = constructor {
                let closure = self.bound(constructor, &V::Instance(class), lanes);
                falls = self.call_value(at, &closure, args, lanes).1;
            }
            return (Val::of(V::Instance(class), falls).tainted(taint), falls);
        }
        let object = Rc::new(Object {
            class,
            fields: RefCell::new(Vec::new()),
            born: self.branch(),
            body: self.foreign_below,
            exposed: Default::default(),
        });
        for (index, param) in node.params.iter().enumerate() {
            let value = args.get(index).or_else(|| args.named(&param.name)).cloned();
            if let Some(value) = value {
                object.fields.borrow_mut().push((param.name.clone(), value));
            }
        }
        // dataclasses and the like take their fields by name, or by their order, which is not followed
        if self.python() && constructor.is_none() {
            object.fields.borrow_mut().extend(args.named.iter().cloned());
            if args.open || !args.positional.is_empty() {
                let names: Vec<SmolStr> = self.classes[class as usize].fields.keys().cloned().collect();
                for name in names {
                    let mut value = self.class_field(class, &name, lanes, false);
                    match args.open {
                        true => value.join(&Val::data(lanes)),
                        false => args.positional.iter().for_each(|arg| value.join(arg)),
                    }
                    let mut fields = object.fields.borrow_mut();
                    if !fields.iter().any(|(known, _)| *known == name) {
                        fields.push((name, value));
                    }
                }
            }
        }
        let mut falls = lanes;
        if let Some(constructor) = constructor {
            let closure = self.bound(constructor, &V::Object(object.clone()), lanes);
            falls = self.call_value(at, &closure, args, lanes).1;
        }
        (Val::of(V::Object(object), falls).tainted(taint), falls)
    }
}
