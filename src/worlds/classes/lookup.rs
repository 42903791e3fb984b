//! Which class, and which member of it.

use smol_str::SmolStr;

use super::MAX_BASES;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::looks_like_switch;
use crate::worlds::value::*;

/// Where code stands.
struct Place {
    /// `None` where that is not known: several files share the scope.
    file: Option<usize>,
    space: SmolStr,
}

/// A namespace within another.
pub(super) fn joined(outer: &str, inner: &str) -> SmolStr {
    if outer.is_empty() { SmolStr::new(inner) } else { SmolStr::new(format!("{outer}.{inner}")) }
}

impl Machine<'_> {
    pub fn class_named(&self, name: &str) -> Option<u32> {
        match self.is_linked() {
            true => self.class_seen_from(self.st.scope, name),
            false => self.class_names.get(name).and_then(|all| all.first().copied()),
        }
    }

    /// The class of that name which code in a scope means: that of its own file, or one that it may see.
    pub fn class_seen_from(&self, scope: u32, name: &str) -> Option<u32> {
        let all = self.class_names.get(name)?;
        let here = self.place_of(scope);
        let seen = |class: &u32| {
            let info = &self.classes[*class as usize];
            let file = self.program.file_of(info.node.item);
            if here.file.is_none_or(|own| own == file) {
                return true;
            }
            match self.language {
                Language::Python => false,
                Language::Ruby => {
                    self.scopes[info.scope as usize].parent.is_none_or(|parent| self.is_file_scope(parent))
                }
                Language::CSharp => {
                    let space = info.space.as_str();
                    let within = |outer: &str| {
                        here.space.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    };
                    let imported = here.file.and_then(|file| self.imported_spaces.get(file));
                    // what other projects import for every file is not known; whoever defines the name was found as well
                    let is_first = self.program.files[file].is_first;
                    let only =
                        all.len() == 1 && (is_first || here.file != Some(0)) && !matches!(name, "Program" | "Startup");
                    space.is_empty()
                        || only
                        || within(space)
                        || imported.is_some_and(|spaces| spaces.contains(space))
                        || self.facts.global_usings.iter().any(|using| using == space)
                }
            }
        };
        let own = |class: &&u32| here.file == Some(self.program.file_of(self.classes[**class as usize].node.item));
        all.iter().find(own).or_else(|| all.iter().find(|class| seen(class))).copied()
    }

    /// The file and the namespace of the code in a scope.
    fn place_of(&self, scope: u32) -> Place {
        let mut next = Some(scope);
        while let Some(at) = next {
            if let ScopeKind::Class(class) = self.scopes[at as usize].kind {
                let info = &self.classes[class as usize];
                let file = Some(self.program.file_of(info.node.item));
                let is_space = self.csharp() && info.form == ClassForm::Module;
                let space = if is_space { joined(&info.space, &info.name) } else { info.space.clone() };
                return Place { file, space };
            }
            if at != 0
                && let Some(file) = self.file_scopes.iter().position(|own| *own == at)
            {
                return Place { file: Some(file), space: SmolStr::default() };
            }
            next = self.scopes[at as usize].parent;
        }
        Place { file: None, space: SmolStr::default() }
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
