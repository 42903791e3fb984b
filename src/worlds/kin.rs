//! Which classes of the file derive from which, and what that means for a member that is asked of an object.

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// Classes are followed this far, up and down.
const MAX_KIN: usize = 64;

/// What a class or module of the file is mixed with, by index of the classes.
#[derive(Debug, Default)]
pub struct Kin {
    pub bases: Vec<u32>,
    /// Those that name this one as a base or take it in.
    pub derived: Vec<u32>,
    pub included: Vec<u32>,
    pub prepended: Vec<u32>,
    pub extended: Vec<u32>,
}

impl<'p> Machine<'p> {
    /// The bases of every class are known before any body runs, as far as they are classes of the file.
    pub fn link_bases(&mut self) {
        let mut nodes: Vec<(NodeRef, u32)> = self.class_of_item.iter().map(|(at, class)| (*at, *class)).collect();
        nodes.sort_unstable();
        for (at, class) in nodes {
            let Some(Kind::Class(node)) = self.kind(at) else { continue };
            for base in &node.bases {
                // seen from where the class stands
                let around = self.scopes[self.classes[class as usize].scope as usize].parent.unwrap_or(0);
                let outer = std::mem::replace(&mut self.st.scope, around);
                let found = self.class_at(NodeRef { item: at.item, node: *base }).filter(|base| *base != class);
                self.st.scope = outer;
                let Some(base) = found else {
                    continue;
                };
                self.kin.entry(class).or_default().bases.push(base);
                self.kin.entry(base).or_default().derived.push(class);
                if self.csharp() {
                    // types are no values there: nothing evaluates the base
                    self.classes[class as usize].bases.push(Val::of(V::Class(base), Lanes::ALL));
                }
            }
        }
    }

    /// The class of the file that a path ends with, or that a base's constructor is called of.
    pub fn class_at(&self, at: NodeRef) -> Option<u32> {
        let named = match self.kind(at)? {
            Kind::Call(call) if self.csharp() => self.kind(NodeRef { item: at.item, node: call.callee })?,
            kind => kind,
        };
        match named {
            Kind::Name(name) | Kind::Attr { name, .. } => match self.csharp() {
                true => self.class_named(name),
                // before anything runs, imports are not bound and constants not looked up
                false => self.class_named(name).or_else(|| self.class_names.get(name)?.first().copied()),
            },
            _ => None,
        }
    }

    /// Everything that derives from a class, however far.
    pub fn below(&self, class: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut todo = vec![class];
        while let Some(next) = todo.pop() {
            for derived in self.kin.get(&next).into_iter().flat_map(|kin| kin.derived.iter().copied()) {
                if derived != class && !found.contains(&derived) && found.len() < MAX_KIN {
                    found.push(derived);
                    todo.push(derived);
                }
            }
        }
        found
    }

    /// Whether a class derives from another, however far; a class derives from itself where its bases run in a circle.
    pub fn derives(&self, class: u32, ancestor: u32) -> bool {
        let mut todo = vec![class];
        let mut seen = Vec::new();
        while let Some(class) = todo.pop() {
            if seen.contains(&class) || seen.len() > MAX_KIN {
                continue;
            }
            seen.push(class);
            let bases = self.kin.get(&class).map(|kin| kin.bases.as_slice()).unwrap_or_default();
            if bases.contains(&ancestor) {
                return true;
            }
            todo.extend(bases);
        }
        false
    }

    fn has_several_bases(&self, class: u32) -> bool {
        let mut next = Some(class);
        for _ in 0..MAX_KIN {
            let Some(kin) = next.and_then(|class| self.kin.get(&class)) else {
                return false;
            };
            if kin.bases.len() > 1 {
                return true;
            }
            next = kin.bases.first().copied();
        }
        true
    }

    /// The classes below one that have a member of that name of their own. Ruby looks along mixins: see `overriding`.
    pub fn redefining(&mut self, class: u32, name: &str) -> Vec<u32> {
        if self.ruby() {
            return Vec::new();
        }
        let mut below = self.below(class);
        if self.python() {
            // what a body assigns is a member
            below.iter().for_each(|class| self.ensure_class_body(*class));
        }
        let several: Vec<u32> =
            below.iter().copied().filter(|class| self.python() && self.has_several_bases(*class)).collect();
        below.retain(|class| {
            let info = &self.classes[*class as usize];
            let field = info.fields.get(name).is_some_and(|field| field.declared || self.python());
            let own = info.methods.contains_key(name) || field || (self.python() && info.writers.contains_key(name));
            // another base may come first
            own || several.contains(class)
        });
        below
    }

    /// The class whose members are looked up first: that of the object, where code of a base runs on it.
    pub fn runtime_class(&self, this: &V, class: u32) -> u32 {
        let own = match this {
            V::Instance(own) => *own,
            V::Class(own) if !self.csharp() => *own,
            V::Object(object) => object.class,
            _ => return class,
        };
        let is_kin = if self.ruby() { self.answers_for(own, class) } else { self.derives(own, class) };
        if own != class && is_kin { own } else { class }
    }

    /// Looks a member up in the class of an object. Where that is only known to be a class or one below it, also in each
    /// class below that has a member of that name of its own.
    pub fn on_every_kind(
        &mut self,
        this: &V,
        class: u32,
        name: &str,
        lanes: Lanes,
        mut look: impl FnMut(&mut Self, &V, u32) -> (Val, Lanes),
    ) -> (Val, Lanes) {
        let class = self.runtime_class(this, class);
        let mut classes = match this {
            V::Instance(declared) if *declared == class => self.redefining(class, name),
            _ => Vec::new(),
        };
        if classes.is_empty() {
            return look(self, this, class);
        }
        let own = self.methods_named(class, name);
        if own.is_empty() || own.iter().any(|def| !self.is_abstract(*def)) {
            classes.push(class);
        }
        let branches: Vec<Branch> = classes.iter().map(|_| Branch::open(lanes, Lanes::NONE)).collect();
        self.fork(&branches, |machine, index| look(machine, &V::Instance(classes[index]), classes[index]))
    }

    /// Whether a method runs on an object of another class than the one that defines it: what it calls is looked up there.
    pub fn is_of_kin(&self, closure: &Closure) -> bool {
        let home = self.homes.get(&closure.def).and_then(|(_, class)| *class);
        match (home, closure.this.as_ref().and_then(|this| this.single())) {
            (Some(home), Some(V::Instance(class) | V::Class(class))) => *class != home,
            _ => false,
        }
    }

    /// The method that `super().name()` or `base.name()` finds from the method that runs. `None` where it is not known:
    /// several bases in play, overloads.
    pub fn method_above(&self, name: &str) -> Option<NodeRef> {
        if self.ruby() || self.st.this.is_none() {
            return None;
        }
        let mut scope = Some(self.st.scope);
        let class = loop {
            let here = &self.scopes[scope? as usize];
            if let ScopeKind::Class(class) = here.kind {
                break class;
            }
            scope = here.parent;
        };
        if self.python() && self.classes.iter().any(|class| class.bases.len() > 1) {
            return None;
        }
        let found = self.classes[class as usize].bases.iter().find_map(|base| match base.single() {
            Some(V::Class(base)) if *base != class => {
                let found = self.methods_named(*base, name);
                (!found.is_empty()).then_some(found)
            }
            _ => None,
        })?;
        match found.as_slice() {
            [one] => Some(*one),
            [.., last] if self.python() => Some(*last),
            _ => None,
        }
        .filter(|def| self.python() || self.def(*def).is_some_and(|def| def.form == Form::Function))
    }

    /// Abstract, or of an interface: there is nothing to run.
    pub fn is_abstract(&self, def: NodeRef) -> bool {
        self.def(def).is_some_and(|node| {
            matches!(
                self.kind(NodeRef {
                    item: def.item,
                    node: node.body
                }),
                Some(Kind::Opaque { children, writes }) if children.is_empty() && writes.is_empty()
            )
        })
    }
}
