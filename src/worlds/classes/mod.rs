//! Classes: their members, fields and bodies.

mod body;
mod construct;
mod fields;
mod hoist;
mod lookup;
mod members;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// Base classes are followed this far.
pub(super) const MAX_BASES: usize = 8;

#[derive(Debug)]
pub struct ClassInfo {
    pub name: SmolStr,
    /// The names of what stands around it, joined by dots: in C# its namespace.
    pub space: SmolStr,
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
            space: SmolStr::default(),
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
pub(super) fn own_field(this: &V, name: &SmolStr, ruby: bool) -> SmolStr {
    match this {
        V::Class(_) if ruby && name.starts_with('@') && !name.starts_with("@@") => SmolStr::new(format!("self.{name}")),
        _ => name.clone(),
    }
}

impl Machine<'_> {
    /// The class whose `@@` variables a class shares: the last one it derives from.
    pub(super) fn root_of(&self, this: &V) -> u32 {
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
}
