//! What unknown code may have written.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::Found;
use crate::worlds::value::*;

/// How far closures that closures call are followed.
const DEEPEST: usize = 4;

impl Machine<'_> {
    /// What a body writes may hold anything by the time it runs again: variables, what they hold, the process environment.
    ///
    /// So may what the closures that it calls write, and those that they call: each body once, nearest first.
    pub fn forget_written(&mut self, def: NodeRef, lanes: Lanes) {
        let mut bodies = vec![(def, 0)];
        let mut next = 0;
        while let Some((body, depth)) = bodies.get(next).copied() {
            next += 1;
            let called = self.forget_body(body, lanes);
            if depth < DEEPEST {
                for def in called {
                    if !bodies.iter().any(|(known, _)| *known == def) {
                        bodies.push((def, depth + 1));
                    }
                }
            }
        }
    }

    /// Forgets what one body writes. The bodies of the closures that it may call.
    fn forget_body(&mut self, def: NodeRef, lanes: Lanes) -> Vec<NodeRef> {
        let mut called = Vec::new();
        let Some((code, within)) = self.within(def.item) else {
            return called;
        };
        let Some(span) = code.nodes.get(def.node.0 as usize).map(|node| node.span) else {
            return called;
        };
        let mut places: Vec<NodeId> = Vec::new();
        let mut used: Vec<NodeId> = Vec::new();
        for node in within.writes(span) {
            let Some(node) = code.nodes.get(node.0 as usize) else {
                continue;
            };
            match &node.kind {
                Kind::Set { place, .. } | Kind::Out(place) => places.push(*place),
                Kind::Binary { op: Op::Shift, left, .. } => places.push(*left),
                Kind::Call(call) => {
                    if let Some(Kind::Attr { recv, name, .. }) =
                        code.nodes.get(call.callee.0 as usize).map(|node| &node.kind)
                    {
                        if crate::worlds::methods::is_mutation(name) {
                            places.push(*recv);
                        } else {
                            used.push(*recv);
                        }
                    }
                    used.push(call.callee);
                    used.extend(call.args.iter().copied());
                }
                _ => {}
            }
        }
        if self.ruby()
            && let Some(V::Object(object)) = self.st.this.as_ref().and_then(|this| this.single()).cloned()
        {
            self.expose(&object);
        }
        for node in used {
            self.steps += 1;
            self.forget_through(NodeRef { item: def.item, node }, lanes, &mut called);
        }
        let mut seen: Vec<&SmolStr> = Vec::new();
        while let Some(place) = places.pop() {
            let at = NodeRef { item: def.item, node: place };
            match self.kind(at) {
                Some(Kind::Name(name)) if self.is_process_environment(name) => self.forget_variables(lanes),
                Some(Kind::Name(name) | Kind::Field(name)) if !seen.contains(&name) => {
                    seen.push(name);
                    self.forget_name(name, lanes);
                }
                Some(Kind::Index { recv, .. }) => places.push(*recv),
                Some(Kind::Attr { recv, .. }) => places.push(*recv),
                Some(Kind::List(all)) => places.extend(all.iter().copied()),
                Some(Kind::Splat(inner) | Kind::Typed(inner, _)) => places.push(*inner),
                _ => {}
            }
        }
        called
    }

    /// What runs again through a name: the methods of an object, the body of a closure.
    fn forget_through(&mut self, at: NodeRef, lanes: Lanes, called: &mut Vec<NodeRef>) {
        let slot = match self.kind(at) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                Found::Slot(slot) => Some(slot),
                _ => None,
            },
            Some(Kind::Field(name)) => self.slot_in(0, name),
            _ => None,
        };
        let Some(slot) = slot else { return };
        for alt in self.slots[slot as usize].groups(lanes) {
            match &alt.v {
                V::Object(object) => self.expose(object),
                V::Closure(closure) if !self.homes.contains_key(&closure.def) => called.push(closure.def),
                _ => {}
            }
        }
    }

    fn is_process_environment(&self, name: &str) -> bool {
        (self.ruby() && name == "ENV") || (self.python() && matches!(name, "environ" | "os"))
    }

    /// A name may hold anything from here on.
    fn forget_name(&mut self, name: &SmolStr, lanes: Lanes) {
        let slot = match self.lookup(name) {
            Found::Slot(slot) => Some(slot),
            _ => self.slot_in(0, name).filter(|_| name.starts_with(['$', '@'])),
        };
        let Some(slot) = slot else { return };
        let held = &self.slots[slot as usize];
        // a name that stands for a function or class still does
        if held.alts.is_empty() || held.alts.iter().all(|alt| matches!(alt.v, V::Class(_)) || self.is_method(&alt.v)) {
            return;
        }
        self.weaken_slot(slot, &Val::data(lanes));
    }
}
