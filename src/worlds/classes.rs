//! Classes of the file: members, fields, construction.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::calls::is_constant;
use super::lanes::Lanes;
use super::machine::*;
use super::names::looks_like_switch;
use super::value::*;
use crate::program::*;

/// Base classes are followed this far.
const MAX_BASES: usize = 8;
/// Bodies that write one field: with more, they are not asked again until something has changed.
const MANY_WRITERS: usize = 64;

#[derive(Debug)]
pub struct ClassInfo {
    pub name: SmolStr,
    pub node: NodeRef,
    pub form: ClassForm,
    pub scope: u32,
    pub methods: FxHashMap<SmolStr, Vec<NodeRef>>,
    pub fields: FxHashMap<SmolStr, FieldInfo>,
    /// Methods that assign a field.
    pub writers: FxHashMap<SmolStr, Vec<NodeRef>>,
    pub bases: Vec<Val>,
    pub body: BodyState,
    /// Lanes in which the class is defined.
    pub lanes: Lanes,
    /// What keeps it from being defined in the others.
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BodyState {
    Waiting,
    Running,
    Done,
}

#[derive(Debug, Default)]
pub struct FieldInfo {
    pub ty: Option<SmolStr>,
    /// The join of everything assigned.
    pub value: Val,
    /// Declared (C#), as opposed to assigned somewhere.
    pub declared: bool,
    /// Assigned where it is declared, or in a constructor: never seen empty.
    pub initialised: bool,
    /// Code beyond the file may set it.
    pub settable: bool,
}

impl ClassInfo {
    /// A class that a call made.
    pub fn made(at: NodeRef, scope: u32) -> ClassInfo {
        ClassInfo {
            name: SmolStr::default(),
            node: at,
            form: ClassForm::Class,
            scope,
            methods: FxHashMap::default(),
            fields: FxHashMap::default(),
            writers: FxHashMap::default(),
            bases: Vec::new(),
            body: BodyState::Done,
            lanes: Lanes::ALL,
            why: Why::default(),
        }
    }
}

/// Ruby: the fields of a class itself are not those of its objects.
fn own_field(this: &V, name: &SmolStr, ruby: bool) -> SmolStr {
    match this {
        V::Class(_) if ruby && name.starts_with('@') && !name.starts_with("@@") => SmolStr::new(format!("self.{name}")),
        _ => name.clone(),
    }
}

impl<'p> Machine<'p> {
    /// Declares the definitions and classes among the members of a container before anything runs.
    pub fn hoist(&mut self, at: NodeRef, depth: usize) {
        if depth > 60 {
            return;
        }
        match self.kind(at) {
            Some(Kind::Seq(all)) => {
                for node in all {
                    self.hoist(NodeRef { item: at.item, node: *node }, depth + 1);
                }
            }
            // members under `#if`
            Some(Kind::If { arms, otherwise }) if self.csharp() => {
                for (_, body) in arms {
                    self.hoist(NodeRef { item: at.item, node: *body }, depth + 1);
                }
                if let Some(node) = otherwise {
                    self.hoist(NodeRef { item: at.item, node: *node }, depth + 1);
                }
            }
            Some(Kind::Item(id)) => {
                if let Some(code) = self.program.code(*id) {
                    self.hoist(NodeRef { item: *id, node: code.root }, depth + 1);
                }
            }
            Some(Kind::Def(def)) => self.hoist_def(at, def),
            Some(Kind::Class(class)) => {
                self.declare_class(at, class, depth);
            }
            Some(Kind::Import(import)) if self.csharp() => self.import(at, import, Lanes::ALL),
            _ => {}
        }
    }

    fn hoist_def(&mut self, at: NodeRef, def: &'p Def) {
        let scope = self.st.scope;
        if let ScopeKind::Class(class) = self.scopes[scope as usize].kind {
            self.homes.insert(at, (scope, Some(class)));
            self.note_writers(class, at);
            let info = &mut self.classes[class as usize];
            info.methods.entry(def.name.clone()).or_default().push(at);
            // functions of a namespace or module are reachable by name from inside it as well
            return;
        }
        self.homes.insert(at, (scope, None));
        let value = self.closure(at, Lanes::ALL);
        let slot = self.declare(scope, &def.name);
        self.set_slot(slot, Lanes::ALL, &value);
    }

    fn note_writers(&mut self, class: u32, at: NodeRef) {
        let Some((code, within)) = self.within(at.item) else {
            return;
        };
        let Some(span) = code.nodes.get(at.node.0 as usize).map(|node| node.span) else {
            return;
        };
        for node in within.writes(span) {
            let Some(node) = code.nodes.get(node.0 as usize) else {
                continue;
            };
            let place = match &node.kind {
                Kind::Set { place, .. } => match code.nodes.get(place.0 as usize).map(|node| &node.kind) {
                    // `@list[0] = …` changes what the field holds
                    Some(Kind::Index { recv, .. }) if self.ruby() => *recv,
                    _ => *place,
                },
                Kind::Out(place) => *place,
                Kind::Binary { op: Op::Shift, left, .. } if self.ruby() => *left,
                Kind::Call(call) if self.ruby() => {
                    match code.nodes.get(call.callee.0 as usize).map(|node| &node.kind) {
                        Some(Kind::Attr { recv, name, .. }) if super::methods::is_mutation(name) => *recv,
                        _ => continue,
                    }
                }
                _ => continue,
            };
            let name = match code.nodes.get(place.0 as usize).map(|node| &node.kind) {
                Some(Kind::Field(name)) => name,
                Some(Kind::Attr { recv, name, .. }) => match code.nodes.get(recv.0 as usize).map(|node| &node.kind) {
                    Some(Kind::SelfRef) => name,
                    Some(Kind::Name(this)) if this == "self" || this == "cls" => name,
                    _ => continue,
                },
                Some(Kind::Name(name)) if self.csharp() => name,
                _ => continue,
            };
            let of_class = self.ruby() && self.def(at).is_some_and(|def| def.is_static);
            let name = if of_class { own_field(&V::Class(class), name, true) } else { name.clone() };
            let writers = self.classes[class as usize].writers.entry(name).or_default();
            if writers.last() != Some(&at) {
                writers.push(at);
            }
        }
    }

    pub fn declare_class(&mut self, at: NodeRef, class: &'p Class, depth: usize) -> u32 {
        if let Some(known) = self.class_of_item.get(&at) {
            return *known;
        }
        let outer = self.st.scope;
        let simple = SmolStr::new(class.name.rsplit('.').next().unwrap_or(&class.name));
        // Ruby's `class << self` and a class opened again add to the class that is there
        let existing = if class.name == "self" {
            match self.scopes[outer as usize].kind {
                ScopeKind::Class(around) => Some(around),
                _ => None,
            }
        } else if self.ruby() || (self.csharp() && class.form != ClassForm::Enum) {
            self.slot_in(outer, &simple).and_then(|slot| match self.slots[slot as usize].single() {
                Some(V::Class(known)) => Some(*known),
                _ => None,
            })
        } else {
            None
        };
        let index = match existing {
            Some(index) => index,
            None => {
                let index = self.classes.len() as u32;
                let scope = self.push_scope(ScopeKind::Class(index), outer);
                self.classes.push(ClassInfo {
                    name: class.name.clone(),
                    node: at,
                    form: class.form,
                    scope,
                    methods: FxHashMap::default(),
                    fields: FxHashMap::default(),
                    writers: FxHashMap::default(),
                    bases: Vec::new(),
                    body: BodyState::Waiting,
                    lanes: Lanes::ALL,
                    why: Why::default(),
                });
                for (name, value) in self.seeded_fields(at) {
                    let field = self.classes[index as usize].fields.entry(name).or_default();
                    field.value = value;
                }
                let slot = self.declare(outer, &simple);
                if !self.python() || self.slots[slot as usize].alts.is_empty() {
                    self.set_slot(slot, Lanes::ALL, &Val::of(V::Class(index), Lanes::ALL));
                }
                self.class_names.entry(simple).or_insert(index);
                index
            }
        };
        self.class_of_item.insert(at, index);
        let scope = self.classes[index as usize].scope;
        for param in &class.params {
            let value =
                param.ty.as_deref().and_then(|ty| self.typed(ty, Lanes::ALL)).unwrap_or_else(|| Val::data(Lanes::ALL));
            let field = FieldInfo { ty: param.ty.clone(), value, declared: true, initialised: true, settable: false };
            self.classes[index as usize].fields.insert(param.name.clone(), field);
        }
        let before = std::mem::replace(&mut self.st.scope, scope);
        self.hoist(NodeRef { item: at.item, node: class.body }, depth + 1);
        if self.csharp() {
            self.predeclare_fields(index, NodeRef { item: at.item, node: class.body }, 0);
        }
        self.st.scope = before;
        index
    }

    /// C# fields are members wherever they stand in the class.
    fn predeclare_fields(&mut self, class: u32, at: NodeRef, depth: usize) {
        if depth > 12 {
            return;
        }
        match self.kind(at) {
            Some(Kind::Seq(all)) => {
                for node in all {
                    self.predeclare_fields(class, NodeRef { item: at.item, node: *node }, depth + 1);
                }
            }
            Some(Kind::If { arms, otherwise }) => {
                for node in arms.iter().map(|(_, body)| *body).chain(*otherwise) {
                    self.predeclare_fields(class, NodeRef { item: at.item, node }, depth + 1);
                }
            }
            Some(Kind::Item(id)) => {
                if let Some(code) = self.program.code(*id) {
                    self.predeclare_fields(class, NodeRef { item: *id, node: code.root }, depth + 1);
                }
            }
            Some(Kind::Let { name, ty, settable, .. }) => {
                let field = self.classes[class as usize].fields.entry(name.clone()).or_default();
                field.declared = true;
                field.ty = ty.clone();
                field.settable |= settable;
            }
            _ => {}
        }
    }

    pub fn class_named(&self, name: &str) -> Option<u32> {
        self.class_names.get(name).copied()
    }

    pub fn has_member(&self, class: u32, name: &str) -> bool {
        let mut todo = vec![class];
        let mut steps = 0;
        while let Some(class) = todo.pop() {
            steps += 1;
            if steps > MAX_BASES {
                return false;
            }
            let info = &self.classes[class as usize];
            if info.methods.contains_key(name)
                || (self.csharp() && info.fields.get(name).is_some_and(|field| field.declared))
            {
                return true;
            }
            todo.extend(
                info.bases.iter().filter_map(
                    |base| {
                        if let Some(V::Class(base)) = base.single() { Some(*base) } else { None }
                    },
                ),
            );
        }
        false
    }

    /// The definitions of a method, from the class or its bases in the file.
    pub fn methods_named(&self, class: u32, name: &str) -> Vec<NodeRef> {
        let mut class = class;
        for _ in 0..MAX_BASES {
            let info = &self.classes[class as usize];
            if let Some(found) = info.methods.get(name) {
                return found.clone();
            }
            match info.bases.iter().find_map(
                |base| {
                    if let Some(V::Class(base)) = base.single() { Some(*base) } else { None }
                },
            ) {
                Some(base) => class = base,
                None => break,
            }
        }
        Vec::new()
    }

    /// The library class that a class of the file derives from.
    pub fn library_base(&self, class: u32) -> Option<SmolStr> {
        let mut class = class;
        for _ in 0..MAX_BASES {
            let info = &self.classes[class as usize];
            let mut next = None;
            for base in &info.bases {
                match base.single() {
                    Some(V::Name(name) | V::Made(name)) if self.symbol_of(name).is_some() => {
                        return Some(name.clone());
                    }
                    Some(V::Class(base)) => next = Some(*base),
                    _ => {}
                }
            }
            class = next?;
        }
        None
    }

    pub fn eval_class(&mut self, at: NodeRef, class: &'p Class, lanes: Lanes) -> (Val, Lanes) {
        let index = self.declare_class(at, class, 0);
        self.run_class_body(index, at, class, lanes);
        let value = Val::of(V::Class(index), lanes);
        if self.python() {
            return self.bind_class(at, class, value, lanes);
        }
        (value, lanes)
    }

    /// Runs a class body once, where the class is defined.
    fn run_class_body(&mut self, index: u32, at: NodeRef, class: &'p Class, lanes: Lanes) {
        if !self.class_bodies.insert(at) {
            return;
        }
        let mut bases = Vec::new();
        for base in &class.bases {
            let (value, _) = self.eval_quietly(NodeRef { item: at.item, node: *base }, lanes);
            bases.push(value);
        }
        // those of the file are known in C#
        bases.retain(|base| !self.csharp() || !matches!(base.single(), Some(V::Class(_))));
        self.classes[index as usize].bases.extend(bases);
        if class.form != ClassForm::Module {
            self.classes[index as usize].lanes = lanes;
            self.classes[index as usize].why = self.st.path.clone();
        }
        // Python applies them to the class, after its body
        let before_body = match self.python() {
            true => [].as_slice(),
            false => class.decorators.as_slice(),
        };
        for node in before_body {
            self.eval(NodeRef { item: at.item, node: *node }, lanes);
        }
        let before = self.st.clone();
        self.classes[index as usize].body = BodyState::Running;
        self.st.scope = self.classes[index as usize].scope;
        self.st.this = Some(Val::of(V::Class(index), Lanes::ALL));
        self.eval(NodeRef { item: at.item, node: class.body }, lanes);
        self.classes[index as usize].body = BodyState::Done;
        self.st = before;
    }

    /// C#: the initialisers of a class run before anything reads its fields.
    pub fn ensure_class_body(&mut self, class: u32) {
        if self.classes[class as usize].body != BodyState::Waiting || !self.csharp() {
            return;
        }
        let at = self.classes[class as usize].node;
        if let Some(Kind::Class(node)) = self.kind(at) {
            let before = self.st.clone();
            let context = std::mem::replace(&mut self.context, 0);
            let logging = self.pause_logging();
            if let Some(parent) = self.scopes[self.classes[class as usize].scope as usize].parent {
                self.st.scope = parent;
            }
            self.st.doubt = Lanes::NONE;
            self.st.path = Why::default();
            self.run_class_body(class, at, node, Lanes::ALL);
            self.resume_logging(logging);
            self.context = context;
            self.st = before;
        }
    }

    pub fn declare_field(&mut self, class: u32, name: &SmolStr, ty: Option<&SmolStr>, value: &Val, lanes: Lanes) {
        let field = self.classes[class as usize].fields.entry(name.clone()).or_default();
        field.declared = true;
        field.ty = ty.cloned();
        if !value.alts.is_empty() {
            field.initialised |= lanes == Lanes::ALL || !value.alts.is_empty();
            field.value.join(&self.st.under_way(value, lanes));
        }
    }

    pub fn write_class_field(&mut self, class: u32, name: &SmolStr, lanes: Lanes, value: &Val) {
        let in_constructor = self.in_constructor;
        let read = self.fields_read.contains(&(class, name.clone()));
        let field = self.classes[class as usize].fields.entry(name.clone()).or_default();
        let value = self.st.under_way(value, lanes);
        self.stale |= read && !value.is_within(&field.value);
        field.value.join(&value);
        field.initialised |= in_constructor;
    }

    /// A field that the body of its class assigns is never seen empty.
    pub fn assigned_in_body(&mut self, class: u32, name: &str) {
        if let Some(field) = self.classes[class as usize].fields.get_mut(name) {
            field.initialised = true;
        }
    }

    /// The class whose `@@` variables a class shares: the last one it derives from.
    fn root_of(&self, this: &V) -> u32 {
        let mut class = match this {
            V::Class(class) | V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => 0,
        };
        for _ in 0..MAX_BASES {
            match self.kin.get(&class).and_then(|kin| kin.bases.first().copied()) {
                Some(base) => class = base,
                None => break,
            }
        }
        class
    }

    pub fn this(&self, lanes: Lanes) -> Val {
        match &self.st.this {
            Some(this) => {
                let value = this.only(lanes);
                if value.alts.is_empty() { Val::data(lanes) } else { value }
            }
            None => Val::data(lanes),
        }
    }

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
    fn is_plain_setter(&self, at: NodeRef) -> bool {
        let Some(def) = self.def(at).filter(|def| def.form == Form::Setter) else { return false };
        let body = NodeRef { item: at.item, node: def.body };
        matches!(self.kind(body), Some(Kind::Set { value, .. }) if matches!(self.kind(NodeRef { item: at.item, node: *value }), Some(Kind::Name(name)) if Some(name) == def.params.first().map(|param| &param.name)))
    }

    /// A member that the file does not define: inherited, or made at run time.
    fn inherited(&self, class: u32, name: &str, lanes: Lanes) -> Val {
        let outside = self.classes[class as usize].bases.iter().any(|base| !matches!(base.single(), Some(V::Class(_))));
        if looks_like_switch(name) && (outside || !self.csharp()) {
            Val::unknown(Cause::Opaque, lanes)
        } else {
            Val::data(lanes)
        }
    }

    /// `v.name`, where `v` is a class of the file or an object of one.
    pub fn read_member(&mut self, at: NodeRef, v: &V, class: u32, name: &SmolStr, lanes: Lanes) -> (Val, Lanes) {
        self.on_every_kind(v, class, name, lanes, |machine, v, class| {
            machine.read_own_member(at, v, class, name, lanes)
        })
    }

    fn read_own_member(&mut self, at: NodeRef, v: &V, class: u32, name: &SmolStr, lanes: Lanes) -> (Val, Lanes) {
        if self.ruby()
            && let Some(result) = self.call_ruby_member(at, v, class, name, &Args::default(), lanes)
        {
            return result;
        }
        if self.ruby()
            && let Some(result) = self.made_member(at, v, class, name, &Args::default(), lanes)
        {
            return result;
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
        (self.inherited(class, name, lanes), lanes)
    }

    fn first_class_base(&self, class: u32) -> Option<u32> {
        // a class cannot be its own base, but broken code may say so
        self.classes[class as usize]
            .bases
            .iter()
            .find_map(|base| if let Some(V::Class(base)) = base.single() { Some(*base) } else { None })
            .filter(|base| !self.derives(*base, *base))
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
                        self.write_class_field(owner, &super::ruby::attribute_field(name), alt.lanes, value);
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
        if let super::names::Found::Slot(slot) = self.lookup(name) {
            self.slots[slot as usize].taint.get_or_insert(taint);
        }
    }
}
