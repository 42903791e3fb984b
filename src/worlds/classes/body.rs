//! Class bodies, run once.

use smol_str::SmolStr;

use super::BodyState;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
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
            let top = self.top_of(at.item);
            let context = std::mem::replace(&mut self.context, top);
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
}
