//! Members that calls in class bodies make: attributes, delegates, structs.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::methods::MemberCall;
use crate::worlds::value::*;

impl Machine<'_> {
    /// `mattr_accessor :enabled, default: false`, `class_attribute :enabled`.
    pub fn make_attributes(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let class = self.body_class()?;
        let default = match (args.named("default").cloned(), args.block.clone()) {
            (Some(value), _) => value,
            (None, Some(block)) => self.call_value(at, &block, &Args::default(), lanes).0,
            (None, None) => Val::nil(lanes),
        };
        for name in args.positional.iter().filter_map(|name| name.text().cloned()) {
            self.class_attributes.insert((class, name.clone()));
            let before = std::mem::replace(&mut self.in_constructor, true);
            self.write_class_field(class, &attribute_field(&name), lanes, &default);
            self.in_constructor = before;
        }
        Some((Val::nil(lanes), lanes))
    }

    /// The class, of those that answer for one, that has such an attribute.
    pub fn attribute_owner(&self, class: u32, name: &str) -> Option<u32> {
        if self.class_attributes.is_empty() {
            return None;
        }
        let stem = name.trim_end_matches('?');
        let owners = self.ancestors(class, false).into_iter().chain(self.ancestors(class, true));
        owners.map(|(owner, _)| owner).find(|owner| self.class_attributes.contains(&(*owner, SmolStr::new(stem))))
    }

    /// `delegate :a, to: :b`, `def_delegators :@b, :a`.
    pub fn make_delegates(&mut self, how: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let class = self.body_class()?;
        let mut names: Vec<SmolStr> = args.positional.iter().filter_map(|name| name.text().cloned()).collect();
        let target = match how {
            "delegate" if args.named("prefix").is_none() => args.named("to")?.text()?.clone(),
            "delegate" => return None,
            _ if names.is_empty() => return None,
            _ => names.remove(0),
        };
        if how == "def_delegator" && names.len() != 1 {
            return None;
        }
        for name in names {
            self.delegates.insert((class, name), target.clone());
        }
        Some((Val::nil(lanes), lanes))
    }

    /// `Struct.new(:a, :b)` makes a class, `OpenStruct.new(a: 1)` an object.
    pub fn make_struct(&mut self, at: NodeRef, how: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        if args.block.is_some() || args.open {
            return None;
        }
        let class = self.classes.len() as u32;
        let scope = self.push_scope(ScopeKind::Class(class), 0);
        self.classes.push(crate::worlds::classes::ClassInfo::made(at, scope));
        if how == "OpenStruct" {
            let mut fields: Vec<(SmolStr, Val)> =
                args.named.iter().map(|(name, value)| (field_of(name), value.clone())).collect();
            if let Some(V::Map(pairs)) = args.get(0).and_then(Val::single) {
                fields.extend(pairs.iter().filter_map(|(key, value)| Some((field_of(key.text()?), value.clone()))));
            }
            self.structs
                .insert(class, fields.iter().map(|(name, _)| SmolStr::new(name.trim_start_matches('@'))).collect());
            return Some((
                Val::of(
                    V::Object(std::rc::Rc::new(Object {
                        class,
                        fields: std::cell::RefCell::new(fields),
                        born: self.branch(),
                        body: self.foreign_below,
                        exposed: Default::default(),
                    })),
                    lanes,
                ),
                lanes,
            ));
        }
        let names: Option<Vec<SmolStr>> = args
            .positional
            .iter()
            .map(|name| match name.single()? {
                V::Symbol(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        self.structs.insert(class, names?);
        Some((Val::of(V::Class(class), lanes), lanes))
    }

    /// `new` of a class that `Struct.new` made.
    pub fn construct_struct(&mut self, class: u32, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let names = self.structs.get(&class)?.clone();
        let fields = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let given = args.get(index).or_else(|| args.named(name)).cloned();
                let value = given.unwrap_or_else(|| {
                    if args.open || !args.named.is_empty() { Val::data(lanes) } else { Val::nil(lanes) }
                });
                (field_of(name), value)
            })
            .collect();
        let object = Object {
            class,
            fields: std::cell::RefCell::new(fields),
            born: self.branch(),
            body: self.foreign_below,
            exposed: Default::default(),
        };
        Some((Val::of(V::Object(std::rc::Rc::new(object)), lanes), lanes))
    }

    /// `struct[:field] = value`, `struct[0] = value`.
    pub fn write_struct(&mut self, v: &V, keys: &[Val], value: &Val, lanes: Lanes) {
        let V::Object(object) = v else { return };
        let object = object.clone();
        match keys.first().and_then(Val::text) {
            Some(name) => self.write_object_field(&object, &field_of(name), lanes, value),
            None => {
                for (_, field) in object.fields.borrow_mut().iter_mut() {
                    field.join(&value.only(lanes));
                }
            }
        }
    }

    /// Members that something in a class body made: attributes of the class, delegates, fields of structs; and members by name.
    pub fn made_member(&mut self, asked: &MemberCall<'_>) -> Option<(Val, Lanes)> {
        let MemberCall { at, this, class, name, args, lanes } = *asked;
        let own = match this {
            V::Class(class) | V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => class,
        };
        if args.positional.is_empty()
            && let Some(owner) = self.attribute_owner(own, name)
        {
            let field = attribute_field(name.trim_end_matches('?'));
            return Some((self.class_field(owner, &field, lanes, false), lanes));
        }
        if let Some(target) = self.delegates.get(&(own, name.clone())).cloned() {
            let (value, falls) = match target.starts_with('@') {
                true => match this {
                    V::Object(object) => (self.object_field(&object.clone(), &target, lanes), lanes),
                    _ => (self.class_field(own, &target, lanes, false), lanes),
                },
                false => {
                    self.call_ruby_member(&MemberCall { class: own, name: &target, args: &Args::default(), ..*asked })?
                }
            };
            return Some(self.call_on(at, &value, at, name, args, falls, &crate::worlds::calls::PLAIN));
        }
        if let V::Object(object) = this
            && args.positional.is_empty()
            && self.structs.get(&own).is_some_and(|names| names.contains(name))
        {
            return Some((self.object_field(&object.clone(), &field_of(name), lanes), lanes));
        }
        if let (V::Class(own), "const_get") = (this, name.as_str()) {
            let own = *own;
            let wanted = args.get(0)?.clone();
            return Some(self.each_alternative(
                &wanted,
                lanes,
                |machine, v, lanes| match crate::worlds::eval::text_of(v) {
                    Some(name) => machine.read_member(at, &V::Class(own), own, &name.clone(), lanes),
                    None => (Val::data(lanes), lanes),
                },
            ));
        }
        None
    }

    /// A set: a map from its items to nothing in particular.
    pub fn set_of(&self, items: &[Val], lanes: Lanes) -> Val {
        let marker = Val::of(V::Name(SmolStr::new_static("Set")), lanes);
        Val::of(V::Map(std::rc::Rc::new(items.iter().map(|item| (item.clone(), marker.clone())).collect())), lanes)
    }
}

fn field_of(name: &str) -> SmolStr {
    SmolStr::new(format!("@{name}"))
}

/// Where an attribute of a class is kept.
pub fn attribute_field(name: &str) -> SmolStr {
    SmolStr::new(format!("@@{name}"))
}
