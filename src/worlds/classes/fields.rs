//! Fields: what an object or its class may hold in them.

use std::rc::Rc;

use smol_str::SmolStr;

use super::own_field;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// Bodies that write one field: with more, they are not asked again until something has changed.
const MANY_WRITERS: usize = 64;

impl Machine<'_> {
    /// What stands before a bare member name inside a class.
    pub fn member_receiver(&self, class: u32, lanes: Lanes) -> V {
        match self.st.this.as_ref().and_then(|this| this.only(lanes).single().cloned()) {
            Some(this @ (V::Object(_) | V::Instance(_) | V::Class(_))) => this,
            _ => V::Instance(class),
        }
    }

    pub fn read_field_of_this(&mut self, name: &SmolStr, lanes: Lanes) -> Val {
        if name.starts_with('$') {
            return match self.slot_in(0, name) {
                Some(slot) => {
                    let mut value = self.slots[slot as usize].only(lanes);
                    let rest = lanes.without(value.lanes());
                    value.join(&Val::data(rest));
                    value
                }
                None => Val::data(lanes),
            };
        }
        let this = self.st.this.as_ref().and_then(|this| this.single().cloned());
        match this {
            Some(ref this @ (V::Object(_) | V::Class(_) | V::Instance(_))) if name.starts_with("@@") => {
                let class = self.root_of(this);
                self.class_field(class, name, lanes, false)
            }
            Some(V::Object(object)) => self.object_field(&object, name, lanes),
            Some(ref this @ (V::Class(class) | V::Instance(class))) => {
                let name = own_field(this, name, self.ruby());
                self.class_field(class, &name, lanes, false)
            }
            _ => match self.slot_in(0, name) {
                Some(slot) => self.slots[slot as usize].only(lanes),
                None => Val::data(lanes),
            },
        }
    }

    /// A field about to be set by `||=`: while its writers are still being evaluated it counts as empty.
    pub fn peek_field_of_this(&mut self, name: &SmolStr, lanes: Lanes) -> Val {
        match self.st.this.as_ref().and_then(|this| this.single().cloned()) {
            Some(ref this @ (V::Object(_) | V::Class(_) | V::Instance(_))) if name.starts_with("@@") => {
                let class = self.root_of(this);
                self.class_field(class, name, lanes, true)
            }
            Some(ref this @ (V::Class(class) | V::Instance(class))) => {
                let name = own_field(this, name, self.ruby());
                self.class_field(class, &name, lanes, true)
            }
            None => match self.slot_in(0, name) {
                Some(slot) => self.slots[slot as usize].only(lanes),
                None => Val::nil(lanes),
            },
            Some(V::Object(object)) => {
                let own =
                    object.fields.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.only(lanes));
                let mut value = own.unwrap_or_default();
                let rest = lanes.without(value.lanes());
                if !rest.is_empty() {
                    value.join(&self.class_field(object.class, name, rest, true));
                }
                value
            }
            _ => self.read_field_of_this(name, lanes),
        }
    }

    pub fn write_field_of_this(&mut self, name: &SmolStr, lanes: Lanes, value: &Val) {
        if name.starts_with('$') || self.st.this.is_none() {
            let slot = self.declare(0, name);
            self.set_slot(slot, lanes, value);
            return;
        }
        let this = self.st.this.as_ref().and_then(|this| this.single().cloned());
        match this {
            Some(ref this @ (V::Object(_) | V::Instance(_))) if name.starts_with("@@") => {
                let class = self.root_of(this);
                self.write_class_field(class, name, lanes, value);
            }
            Some(V::Object(object)) => {
                self.write_object_field(&object, name, lanes, value);
                self.write_class_field(object.class, name, lanes, value);
            }
            Some(ref this @ (V::Class(class) | V::Instance(class))) => {
                let name = own_field(this, name, self.ruby());
                // what a class body assigns is there before anything of the class runs
                let in_body = self.ruby()
                    && matches!(self.scopes[self.st.scope as usize].kind, ScopeKind::Class(_))
                    && lanes == Lanes::ALL
                    && self.branch() == 0;
                let before = self.in_constructor;
                self.in_constructor |= in_body;
                let class = if name.starts_with("@@") { self.root_of(this) } else { class };
                self.write_class_field(class, &name, lanes, value);
                self.in_constructor = before;
            }
            _ => {}
        }
    }

    pub fn write_object_field(&mut self, object: &Rc<Object>, name: &SmolStr, lanes: Lanes, value: &Val) {
        if object.body != self.foreign_below {
            // a body that may run at any time writes it
            object.exposed.set(true);
        }
        let certain = object.born == self.branch() && object.body == self.foreign_below;
        let strong = certain && !object.exposed.get() && (self.in_constructor || self.ruby());
        let value = self.st.under_way(value, lanes);
        let mut fields = object.fields.borrow_mut();
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) if strong => old.overwrite(lanes, &value),
            Some((_, old)) => old.join(&value),
            None => {
                let mut value = value;
                if !certain {
                    // the branch that writes it need not run
                    value.join(&Val::nil(lanes));
                }
                fields.push((name.clone(), value));
            }
        }
        drop(fields);
        self.note_field_write(object, name);
    }

    /// An object gets into code that is not in sight: its methods may run, so its fields hold what these write.
    pub fn expose(&mut self, object: &Rc<Object>) {
        if !object.exposed.replace(true) && self.ruby() {
            let held: Vec<Val> = object.fields.borrow().iter().map(|(_, value)| value.clone()).collect();
            let at = NodeRef { item: ItemId(0), node: NodeId(0) };
            for value in held {
                self.escape(&value, Lanes::ALL, at);
            }
        }
        let names: Vec<SmolStr> = object.fields.borrow().iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            let writers = self.classes[object.class as usize].writers.get(&name).cloned().unwrap_or_default();
            let changes =
                writers.iter().any(|writer| self.def(*writer).is_some_and(|def| def.form != Form::Constructor));
            if changes {
                let value = self.class_field(object.class, &name, Lanes::ALL, false);
                let mut fields = object.fields.borrow_mut();
                if let Some((_, held)) = fields.iter_mut().find(|(known, _)| *known == name) {
                    held.join(&value);
                }
            }
        }
    }

    pub fn object_field(&mut self, object: &Rc<Object>, name: &SmolStr, lanes: Lanes) -> Val {
        self.note_field(object.class, name);
        let own = object.fields.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.only(lanes));
        match own {
            // what other bodies write to it, the class knows
            Some(mut value) if self.ruby() && object.body != self.foreign_below => {
                value.join(&self.class_field(object.class, name, lanes, false));
                value
            }
            Some(mut value) => {
                let rest = lanes.without(value.lanes());
                if !rest.is_empty() {
                    value.join(&self.class_field(object.class, name, rest, false));
                }
                value
            }
            None => self.class_field(object.class, name, lanes, false),
        }
    }

    /// A field as every object of the class may hold it: the join of all assignments.
    pub fn class_field(&mut self, class: u32, name: &SmolStr, lanes: Lanes, memo: bool) -> Val {
        self.ensure_class_body(class);
        self.fields_read.insert((class, name.clone()));
        let mut running = false;
        let mut constructed = false;
        let key = (class, name.clone());
        let settled = self.settled.get(&key).filter(|(at, _)| *at == self.epoch()).map(|(_, constructed)| *constructed);
        // whoever asks the many already will see what they write
        let asked = settled.is_none() && self.asking.contains(&key);
        running |= asked;
        let mut writers = match settled {
            _ if asked => {
                self.looks_at_anything();
                Vec::new()
            }
            Some(known) => {
                constructed = known;
                self.looks_at_anything();
                Vec::new()
            }
            None => self.classes[class as usize].writers.get(name).cloned().unwrap_or_default(),
        };
        if self.ruby() && settled.is_none() && !asked {
            writers.extend(self.derived_writers(class, name));
        }
        // a plain setter that somebody in sight uses writes what these give it
        let used = self.ruby() && self.set_outside.contains(&(class, name.clone()));
        let many = writers.len() > MANY_WRITERS;
        if many {
            self.asking.insert(key.clone());
        }
        for writer in &writers {
            if used && self.is_plain_setter(*writer) {
                continue;
            }
            constructed |= self.def(*writer).is_some_and(|def| def.form == Form::Constructor);
            if self.is_running(*writer) {
                running = true;
            } else {
                self.summary(*writer);
            }
        }
        if many {
            self.asking.remove(&key);
        }
        if many && !running {
            self.settled.insert(key, (self.epoch(), constructed));
        }
        for writer in self.member_writers.get(name).cloned().unwrap_or_default() {
            if !self.is_running(writer) {
                self.summary(writer);
            }
        }
        let Some(field) = self.classes[class as usize].fields.get(name) else {
            if let Some(slot) = self.slot_in(self.classes[class as usize].scope, name) {
                let mut value = self.slots[slot as usize].only(lanes);
                let rest = lanes.without(value.lanes());
                value.join(&Val::data(rest));
                return value;
            }
            return if memo { Val::nil(lanes) } else { self.inherited(class, name, lanes) };
        };
        let mut value = field.value.only(lanes);
        let initialised = field.initialised || constructed;
        let ty = field.ty.clone();
        let declared = field.declared;
        let rest = lanes.without(value.lanes());
        // nothing here sets it, so something else does, or it would not be settable
        let set_elsewhere = field.settable && !self.assigned_names.contains(name);
        if let Some(hint) = ty.as_deref().and_then(|ty| self.typed(ty, lanes))
            && (value.alts.is_empty() || value.is_data())
        {
            return hint;
        }
        if set_elsewhere {
            value.join(&Val::unknown(Cause::Flag, lanes));
        }
        if running && !memo {
            value.join(&Val::data(lanes));
        } else if !initialised {
            // nobody need have assigned it yet
            let empty = match ty.as_deref() {
                Some("bool") => V::Bool(false),
                _ if declared
                    && writers.is_empty()
                    && value.alts.is_empty()
                    && ty
                        .as_deref()
                        .is_none_or(|ty| !ty.contains("Action") && !ty.contains("Func") && !ty.contains("Event")) =>
                {
                    V::Unknown(Cause::Data)
                }
                _ => V::Nil,
            };
            value.join(&Val::of(empty, lanes));
        } else if !rest.is_empty() {
            value.join(&if memo { Val::nil(rest) } else { Val::data(rest) });
        }
        value
    }

    /// `attr_writer`: assigns what it is given and does nothing else.
    pub(super) fn is_plain_setter(&self, at: NodeRef) -> bool {
        let Some(def) = self.def(at).filter(|def| def.form == Form::Setter) else { return false };
        let body = NodeRef { item: at.item, node: def.body };
        matches!(self.kind(body), Some(Kind::Set { value, .. }) if matches!(self.kind(NodeRef { item: at.item, node: *value }), Some(Kind::Name(name)) if Some(name) == def.params.first().map(|param| &param.name)))
    }
}
