//! What only Ruby has: `throw` and `catch`, mixins, `super`, methods made in passing.

mod errors;
mod kin;
mod made;
mod members;
mod resolve;
mod sinatra;

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;
pub use made::attribute_field;

impl<'p> Machine<'p> {
    pub fn throw(&mut self, at: NodeRef, label: Option<&Val>, value: Option<&Val>, lanes: Lanes) -> (Val, Lanes) {
        let given = value.cloned().unwrap_or_else(|| Val::nil(lanes));
        let label = label.and_then(|value| value.text().cloned());
        let caught = self.catching.iter().any(|known| known.is_none() || *known == label);
        let sent = Val::of(V::Symbol(label.clone().unwrap_or_default()), lanes);
        self.leave(Target::Throw(label.clone().unwrap_or_default()), lanes, given, None, at);
        if !caught {
            // no `catch` in sight: one of a caller takes it, or it raises
            self.leave(Target::Raise, lanes, sent, Some(SmolStr::new_static("UncaughtThrowError")), at);
        }
        (Val::default(), Lanes::NONE)
    }

    pub fn catch(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let label = args.get(0).and_then(|value| value.text().cloned());
        let block = args.block.clone()?;
        let mark = self.exits.len();
        let open = Args { open: true, ..Args::default() };
        self.catching.push(label.clone());
        let (mut value, falls) = self.call_value(at, &block, &open, lanes);
        self.catching.pop();
        let exact = label.is_some();
        let arrived = match &label {
            Some(label) => self.arrive(mark, |exit| match &exit.target {
                Target::Throw(thrown) => thrown == label,
                Target::Raise => {
                    exit.class.as_deref() == Some("UncaughtThrowError") && exit.value.text() == Some(label)
                }
                _ => false,
            }),
            None => Vec::new(),
        };
        // a label that is not known may be this one
        let mut landing: Vec<Exit> = arrived.into_iter().filter(|exit| exit.target != Target::Raise).collect();
        let perhaps = self.exits[mark..].iter().filter(|exit| match &exit.target {
            Target::Throw(thrown) => !exact || thrown.is_empty(),
            _ => false,
        });
        landing.extend(perhaps.cloned());
        let falls = self.land(&landing, falls, &mut value);
        Some((value, falls))
    }

    /// Lanes in which `loop` ends because an iterator has no more.
    pub fn iteration_ended(&mut self, body: NodeRef, lanes: Lanes, mark: usize) -> Lanes {
        let mut ended = Lanes::NONE;
        let certain =
            self.arrive(mark, |exit| exit.target == Target::Raise && exit.class.as_deref() == Some("StopIteration"));
        let mut value = Val::default();
        ended |= self.land(&certain, Lanes::NONE, &mut value);
        for exit in &self.exits[mark..] {
            if exit.target == Target::Raise && exit.class.is_none() {
                ended |= exit.lanes;
            }
        }
        if self.may_raise(body, 0) {
            ended |= lanes;
        }
        ended
    }

    /// What stands behind `rescue` and is no plain name runs when something was raised.
    pub fn eval_rescued(&mut self, item: ItemId, inner: &'p Try, lanes: Lanes) {
        for handler in &inner.handlers {
            let Catches::Classes(nodes) = &handler.catches else { continue };
            for node in nodes {
                let at = NodeRef { item, node: *node };
                if !matches!(self.kind(at), Some(Kind::Name(_) | Kind::Attr { .. })) {
                    self.maybe(lanes, |machine| machine.eval(at, lanes));
                }
            }
        }
    }

    /// The scope of the method around.
    pub(super) fn frame_scope(&self) -> u32 {
        let mut scope = self.st.scope;
        while self.scopes[scope as usize].kind == ScopeKind::Block {
            match self.scopes[scope as usize].parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        scope
    }

    /// `object.instance_variable_set(:@x, value)`.
    pub fn set_instance_variable(&mut self, this: &V, class: u32, args: &Args, lanes: Lanes) {
        let value = args.get(1).cloned().unwrap_or_else(|| Val::data(lanes));
        let names = match args.get(0).and_then(|name| name.text().cloned()) {
            Some(name) => vec![(name, value)],
            None => self.classes[class as usize].fields.keys().map(|name| (name.clone(), Val::data(lanes))).collect(),
        };
        for (name, value) in names {
            if let V::Object(object) = this {
                self.write_object_field(&object.clone(), &name, lanes, &value);
            }
            self.write_class_field(class, &name, lanes, &value);
        }
    }

    /// Any local around may hold anything from here on.
    pub fn forget_locals(&mut self, lanes: Lanes) {
        let mut scope = Some(self.st.scope);
        while let Some(at) = scope {
            let slots: Vec<u32> = self.scopes[at as usize].names.values().copied().collect();
            for slot in slots {
                let held = &self.slots[slot as usize];
                let fixed = held.alts.is_empty()
                    || held.alts.iter().all(|alt| matches!(alt.v, V::Class(_)) || self.is_method(&alt.v));
                if !fixed {
                    self.weaken_slot(slot, &Val::data(lanes));
                }
            }
            scope = self.scopes[at as usize].parent;
        }
    }

    /// ActiveSupport's `suppress(A, B) { }`.
    pub fn suppress(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let block = args.block.clone()?;
        let mark = self.exits.len();
        let resume = std::mem::replace(&mut self.st.may_resume, true);
        let open = Args { open: true, ..Args::default() };
        let (mut value, falls) = self.call_value(at, &block, &open, lanes);
        self.st.may_resume = resume;
        let classes: Vec<V> =
            args.positional.iter().map(|class| class.single().cloned().unwrap_or(V::Unknown(Cause::Data))).collect();
        let mut landing = Vec::new();
        let mut index = mark;
        while index < self.exits.len() {
            let exit = &self.exits[index];
            let verdicts: Vec<Option<bool>> = match exit.target {
                Target::Raise => {
                    classes.iter().map(|wanted| self.rescue_takes(wanted, exit.class.as_deref(), 2)).collect()
                }
                _ => vec![Some(false)],
            };
            if verdicts.contains(&Some(true)) {
                landing.push(self.exits.remove(index));
                continue;
            }
            if verdicts.contains(&None) {
                landing.push(exit.clone());
            }
            index += 1;
        }
        // what the block calls may have raised as well
        if let Some(V::Closure(closure)) = block.single()
            && self.may_raise(closure.def, 0)
        {
            let rest = lanes.without(falls);
            value.join(&Val::nil(rest));
            return Some((value, lanes));
        }
        let falls = self.land(&landing, falls, &mut value);
        Some((value, falls))
    }
}
