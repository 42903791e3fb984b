//! Which modules are mixed into which classes, and where that cannot be seen.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// Ancestors are followed this far.
pub(super) const MAX_ANCESTORS: usize = 24;
/// Members of a class body are looked at this deep.
const MAX_BODY: usize = 12;

impl<'p> Machine<'p> {
    /// `alias new old`.
    pub fn alias_method(&mut self, at: NodeRef, new: &SmolStr, old: &SmolStr) {
        let start = self.program.span(at).start;
        let class = match self.scopes[self.declaring() as usize].kind {
            ScopeKind::Class(class) => class,
            _ => {
                if let Some(slot) = self.slot_in(0, old)
                    && self.holds_method(slot)
                {
                    let value = self.slots[slot as usize].clone();
                    let slot = self.declare(0, new);
                    self.alias_slots.insert(slot);
                    self.set_slot(slot, Lanes::ALL, &value);
                }
                return;
            }
        };
        let found = self.methods_named(class, old);
        let before = found.iter().rev().find(|def| self.program.span(**def).start < start);
        match before.or(found.last()).copied() {
            Some(def) => self.add_method(class, new, def),
            // an inherited method that is not in sight takes the place of what was there
            None => {
                self.classes[class as usize].methods.remove(new);
            }
        }
    }

    /// The class whose descendants define a method that the class around does not know.
    pub fn lookup_of_kin(&self, name: &str) -> Option<u32> {
        let class = match self.st.this.as_ref()?.single()? {
            V::Class(class) | V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => return None,
        };
        let exact = matches!(self.st.this.as_ref()?.single()?, V::Class(_));
        let own = self.has_member(class, name)
            || self.resolve(class, exact, name).is_some()
            || self.attribute_owner(class, name).is_some()
            || self.delegates.contains_key(&(class, SmolStr::new(name)));
        (own || !self.overriding(class, exact, name).is_empty()).then_some(class)
    }

    /// Learns which classes derive from which, which modules they take in, and which methods are defined in passing.
    pub fn link_classes(&mut self) {
        if !self.ruby() {
            return;
        }
        let known: Vec<(NodeRef, u32)> = self.class_of_item.iter().map(|(at, class)| (*at, *class)).collect();
        let mut body_calls: rustc_hash::FxHashSet<NodeRef> = Default::default();
        for (at, class) in known {
            let Some(Kind::Class(node)) = self.kind(at) else { continue };
            let of_itself = node.name == "self";
            self.mixins(NodeRef { item: at.item, node: node.body }, class, of_itself, &mut body_calls, 0);
        }
        for item in 0..self.program.items.len() as u32 {
            let id = ItemId(item);
            let Some(code) = self.program.code(id) else { continue };
            let lambdas: Vec<Span> = code
                .nodes
                .iter()
                .filter(|node| matches!(node.kind, Kind::Lambda(_) | Kind::Def(_)))
                .map(|node| node.span)
                .collect();
            for (index, node) in code.nodes.iter().enumerate() {
                let at = NodeRef { item: id, node: NodeId(index as u32) };
                match &node.kind {
                    Kind::Def(def) => {
                        let inside = lambdas.iter().any(|span| {
                            *span != node.span && span.start <= node.span.start && span.end >= node.span.end
                        });
                        let on_object = def.is_static && !matches!(self.homes.get(&at), Some((_, Some(_))));
                        if inside || on_object {
                            self.loose.entry(def.name.clone()).or_default().push(at);
                        }
                    }
                    Kind::Call(call) if !body_calls.contains(&at) => self.note_loose(id, call),
                    _ => {}
                }
            }
        }
    }

    /// `object.extend(M)`, `C.send(:include, M)`, `object.define_singleton_method(:x)`.
    fn note_loose(&mut self, item: ItemId, call: &'p Call) {
        let child = |node: NodeId| NodeRef { item, node };
        let mut args: Vec<NodeRef> = call.args.iter().map(|node| child(*node)).collect();
        let mut name = match self.kind(child(call.callee)) {
            Some(Kind::Name(name) | Kind::Attr { name, .. }) => name.clone(),
            _ => return,
        };
        if matches!(name.as_str(), "send" | "__send__" | "public_send")
            && let Some(Kind::Lit(Lit::Symbol(sent) | Lit::Str(sent))) = args.first().and_then(|at| self.kind(*at))
        {
            name = sent.clone();
            args.remove(0);
        }
        match name.as_str() {
            "extend" | "include" | "prepend" => {
                for at in args {
                    if let Some(module) = self.class_at(at) {
                        self.loosen(module);
                    }
                }
            }
            "define_singleton_method" | "define_method" => {
                if let Some(Kind::Lit(Lit::Symbol(made) | Lit::Str(made))) = args.first().and_then(|at| self.kind(*at))
                {
                    self.loose.entry(made.clone()).or_default();
                }
            }
            "remove_method" | "undef_method" => {
                for at in args {
                    if let Some(Kind::Lit(Lit::Symbol(gone) | Lit::Str(gone))) = self.kind(at) {
                        self.loose.entry(gone.clone()).or_default();
                    }
                }
            }
            _ => {}
        }
    }

    fn loosen(&mut self, module: u32) {
        let methods: Vec<(SmolStr, Vec<NodeRef>)> =
            self.classes[module as usize].methods.iter().map(|(name, defs)| (name.clone(), defs.clone())).collect();
        for (name, defs) in methods {
            self.loose.entry(name).or_default().extend(defs);
        }
    }

    fn mixins(
        &mut self,
        at: NodeRef,
        class: u32,
        of_itself: bool,
        seen: &mut rustc_hash::FxHashSet<NodeRef>,
        depth: usize,
    ) {
        if depth > MAX_BODY {
            return;
        }
        match self.kind(at) {
            Some(Kind::Seq(all)) => {
                for node in all {
                    self.mixins(NodeRef { item: at.item, node: *node }, class, of_itself, seen, depth + 1);
                }
            }
            Some(Kind::Item(id)) => {
                if let Some(code) = self.program.code(*id) {
                    self.mixins(NodeRef { item: *id, node: code.root }, class, of_itself, seen, depth + 1);
                }
            }
            Some(Kind::Call(call)) => {
                let Some(Kind::Name(name)) = self.kind(NodeRef { item: at.item, node: call.callee }) else {
                    return;
                };
                if !matches!(name.as_str(), "include" | "prepend" | "extend") {
                    return;
                }
                let modules: Vec<u32> = call
                    .args
                    .iter()
                    .filter_map(|node| self.class_at(NodeRef { item: at.item, node: *node }))
                    .filter(|module| *module != class)
                    .collect();
                seen.insert(at);
                let kin = self.kin.entry(class).or_default();
                match name.as_str() {
                    "prepend" => kin.prepended.extend(modules.iter().rev()),
                    "include" if !of_itself => kin.included.extend(modules.iter().rev()),
                    _ => kin.extended.extend(modules.iter().rev()),
                }
                if name != "extend" {
                    for module in modules {
                        self.kin.entry(module).or_default().derived.push(class);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn body_class(&self) -> Option<u32> {
        match self.st.this.as_ref()?.single()? {
            V::Class(class) => Some(*class),
            _ => None,
        }
    }

    /// Objects in an operation that nothing in sight defines: their conversions and comparisons may run.
    pub fn expose_all(&mut self, values: &[&Val]) {
        for value in values {
            for alt in &value.alts {
                if let V::Object(object) = &alt.v {
                    self.expose(&object.clone());
                }
            }
        }
    }
}
