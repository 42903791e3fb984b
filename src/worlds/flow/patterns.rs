//! Patterns against values.

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    /// Whether a value matches a pattern; captures are bound.
    pub fn matches(&mut self, item: ItemId, pattern: &'p Pattern, value: &Val, lanes: Lanes, at: NodeRef) -> Outcome {
        let always = Outcome { yes: lanes, yes_sure: lanes, ..Outcome::default() };
        let open = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes };
        match pattern {
            Pattern::Any => always,
            Pattern::Capture(name) => {
                let slot = self.declare(self.st.scope, name);
                self.set_slot(slot, lanes, &value.only(lanes));
                always
            }
            Pattern::Value(node) => {
                let node = NodeRef { item, node: *node };
                if let Some(Kind::Splat(inner)) = self.kind(node) {
                    let (list, _) = self.eval(NodeRef { item, node: *inner }, lanes);
                    return self.contains(node, &list, value, lanes);
                }
                if self.csharp()
                    && let Some(Kind::List(places)) = self.kind(node)
                {
                    return self.matches_tuple(node, places, value, lanes, always, open);
                }
                let (expected, _) = self.eval_quietly(node, lanes);
                // a class of the file as a constant is a test of the type
                if self.csharp()
                    && let Some(V::Class(class)) = expected.single()
                    && let name = self.classes[*class as usize].name.clone()
                {
                    return self.is_of_type(value, &name, lanes);
                }
                if self.ruby() {
                    self.case_equal(node, &expected, value, lanes)
                } else {
                    self.equal(node, value, &expected, lanes, false)
                }
            }
            Pattern::Or(all) => {
                let mut any = Outcome { no: lanes, no_sure: lanes, ..Outcome::default() };
                for one in all {
                    let next = self.matches(item, one, value, lanes, at);
                    any = either(any, next);
                }
                any
            }
            Pattern::And(all) => {
                let mut every = always;
                for one in all {
                    let next = self.matches(item, one, value, lanes, at);
                    every = either(every.negate(), next.negate()).negate();
                }
                every
            }
            Pattern::Not(inner) => self.matches(item, inner, value, lanes, at).negate(),
            Pattern::Properties { ty, members, capture } => {
                let missing = self.nilness(value, lanes);
                let mut every = missing.negate();
                if ty.is_some() && !matches!(value.single(), Some(V::Host)) {
                    every = either(every.negate(), open.negate()).negate();
                }
                for (name, inner) in members {
                    // a Ruby pattern asks a map for its symbols
                    if self.ruby()
                        && let Some(V::Map(pairs)) = value.single()
                    {
                        let key = Val::of(V::Symbol(name.clone()), lanes);
                        let (member, missing) = self.lookup_in_map(at, &pairs.clone(), &key, lanes);
                        let found = member.lanes();
                        let mut next = self.matches(item, inner, &member, lanes & found, at);
                        next.no |= missing;
                        next.no_sure |= missing;
                        every = either(every.negate(), next.negate()).negate();
                        continue;
                    }
                    let (member, _) = self.each_alternative(value, lanes, |machine, v, lanes| {
                        machine.member_of(at, v, name, true, lanes)
                    });
                    let next = self.matches(item, inner, &member, lanes, at);
                    every = either(every.negate(), next.negate()).negate();
                }
                if let Some(name) = capture {
                    let slot = self.declare(self.st.scope, name);
                    self.set_slot(slot, lanes, &value.only(lanes));
                }
                every
            }
            Pattern::List(all) => match value.single() {
                Some(V::List(items)) if items.len() == all.len() => {
                    let items = items.clone();
                    let mut every = always;
                    for (one, item_value) in all.iter().zip(items.iter()) {
                        let next = self.matches(item, one, item_value, lanes, at);
                        every = either(every.negate(), next.negate()).negate();
                    }
                    every
                }
                _ => {
                    for one in all {
                        self.matches(item, one, &Val::data(lanes), lanes, at);
                    }
                    open
                }
            },
            Pattern::Type(ty, capture) => {
                if let Some(name) = capture {
                    let slot = self.declare(self.st.scope, name);
                    self.set_slot(slot, lanes, &value.only(lanes));
                }
                if self.csharp() {
                    return self.is_of_type(value, ty, lanes);
                }
                let missing = self.nilness(value, lanes).yes.without(self.nilness(value, lanes).no);
                Outcome { yes: lanes.without(missing), no: lanes, yes_sure: lanes.without(missing), no_sure: lanes }
            }
            Pattern::Opaque(children) => {
                for node in children {
                    self.eval(NodeRef { item, node: *node }, lanes);
                }
                open
            }
        }
    }

    /// C# `value is T`.
    fn is_of_type(&self, value: &Val, ty: &str, lanes: Lanes) -> Outcome {
        let simple = ty.split('<').next().unwrap_or(ty);
        let simple = simple.rsplit('.').next().unwrap_or(simple);
        let class = self.class_named(simple);
        let form = |class: u32| self.classes[class as usize].form;
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for alt in value.groups(lanes) {
            seen |= alt.lanes;
            let answer = match (&alt.v, class) {
                (V::Nil | V::Missing, _) => Some(false),
                (_, None) if matches!(simple, "object" | "Object") => Some(true),
                (V::Str(_) | V::Inquirer(_) | V::AnyName { .. }, None) => match simple {
                    "string" | "String" => Some(true),
                    "int" | "Int32" | "bool" | "Boolean" | "long" | "double" => Some(false),
                    _ => None,
                },
                (V::Bool(_), None) => match simple {
                    "bool" | "Boolean" => Some(true),
                    "int" | "Int32" | "string" | "String" | "long" | "double" => Some(false),
                    _ => None,
                },
                (V::Int(_), None) => match simple {
                    "bool" | "Boolean" | "string" | "String" => Some(false),
                    _ => None,
                },
                (V::Object(object), Some(class)) => Some(object.class == class || self.derives(object.class, class)),
                // of that type, if it is not null
                (V::Instance(own), Some(class)) if *own == class || self.derives(*own, class) => None,
                // an object made of a class is of that class alone, one of a declared type may be of a derived one
                (V::Instance(own), Some(class))
                    if !self.derives(class, *own)
                        && form(class) != ClassForm::Interface
                        && form(*own) != ClassForm::Interface =>
                {
                    Some(false)
                }
                _ => None,
            };
            let doubt = alt.doubt || matches!(alt.v, V::Unknown(cause) if cause.doubts());
            outcome.answer(alt.lanes, answer, doubt);
        }
        outcome.open_in(lanes.without(seen))
    }

    /// A tuple of constants and discards that the grammar reads as an expression.
    fn matches_tuple(
        &mut self,
        at: NodeRef,
        places: &[NodeId],
        value: &Val,
        lanes: Lanes,
        always: Outcome,
        open: Outcome,
    ) -> Outcome {
        let Some(V::List(items)) =
            value.single().filter(|v| matches!(v, V::List(items) if items.len() == places.len())).cloned()
        else {
            return open;
        };
        let mut every = always;
        for (place, item) in places.iter().zip(items.iter()) {
            let place = NodeRef { item: at.item, node: *place };
            if matches!(self.kind(place), Some(Kind::Name(name)) if name == "_") {
                continue;
            }
            let (expected, _) = self.eval_quietly(place, lanes);
            let next = self.equal(place, item, &expected, lanes, false);
            every = either(every.negate(), next.negate()).negate();
        }
        every
    }
}

pub(super) fn either(a: Outcome, b: Outcome) -> Outcome {
    Outcome { yes: a.yes | b.yes, no: a.no & b.no, yes_sure: a.yes_sure | b.yes_sure, no_sure: a.no_sure & b.no_sure }
}
