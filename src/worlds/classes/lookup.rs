//! Which class, and which member of it.

use smol_str::SmolStr;

use super::MAX_BASES;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::looks_like_switch;
use crate::worlds::value::*;

impl Machine<'_> {
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
            // a constructor has the name of its class, which means the class
            let is_method = |def: &NodeRef| self.def(*def).is_none_or(|def| def.form != Form::Constructor);
            if info.methods.get(name).is_some_and(|defs| !self.csharp() || defs.iter().any(is_method))
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

    /// A member that the file does not define: inherited, or made at run time.
    pub(super) fn inherited(&self, class: u32, name: &str, lanes: Lanes) -> Val {
        let outside = self.classes[class as usize].bases.iter().any(|base| !matches!(base.single(), Some(V::Class(_))));
        if looks_like_switch(name) && (outside || !self.csharp()) {
            Val::unknown(Cause::Opaque, lanes)
        } else {
            Val::data(lanes)
        }
    }

    pub(super) fn first_class_base(&self, class: u32) -> Option<u32> {
        // a class cannot be its own base, but broken code may say so
        self.classes[class as usize]
            .bases
            .iter()
            .find_map(|base| if let Some(V::Class(base)) = base.single() { Some(*base) } else { None })
            .filter(|base| !self.derives(*base, *base))
    }
}
