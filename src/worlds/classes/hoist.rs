//! What stands in a file before it runs: classes, definitions, writers of fields.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{BodyState, ClassInfo, FieldInfo, own_field};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

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
            Some(Kind::Import(import)) if self.csharp() => {
                self.import(at, import, Lanes::ALL);
            }
            _ => {}
        }
    }

    fn hoist_def(&mut self, at: NodeRef, def: &'p Def) {
        let scope = self.st.scope;
        if let ScopeKind::Class(class) = self.scopes[scope as usize].kind {
            self.homes.insert(at, (scope, Some(class)));
            self.note_writers(class, at);
            self.add_method(class, &def.name, at);
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
                        Some(Kind::Attr { recv, name, .. }) if crate::worlds::methods::is_mutation(name) => *recv,
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
                let space = match self.scopes[outer as usize].kind {
                    ScopeKind::Class(around) => {
                        let around = &self.classes[around as usize];
                        super::lookup::joined(&around.space, &around.name)
                    }
                    _ => SmolStr::default(),
                };
                self.classes.push(ClassInfo {
                    name: class.name.clone(),
                    space,
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
                self.class_names.entry(simple).or_default().push(index);
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
}
