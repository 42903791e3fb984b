//! Assignments.

use std::rc::Rc;

use smol_str::SmolStr;

use super::literals::{joined, text_of};
use super::truth::worst;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn eval_set(
        &mut self,
        at: NodeRef,
        place: NodeRef,
        op: SetOp,
        value: NodeRef,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        match op {
            SetOp::Plain => {
                if self.python() {
                    self.note_type(place, value);
                }
                let (value, falls) = self.eval(value, lanes);
                self.switch_assigned(at, place, &value, falls);
                let falls = self.assign(place, falls, &value);
                (value, falls)
            }
            SetOp::Or | SetOp::And | SetOp::Coalesce => {
                let old = self.peek(place, lanes);
                let outcome = if op == SetOp::Coalesce { self.nilness(&old, lanes) } else { self.truth(&old, lanes) };
                let go = if op == SetOp::Or { outcome.negate() } else { outcome };
                let stay = go.negate();
                let branches = [
                    Branch::open(go.yes, go.yes.without(go.yes_sure)).because(&old.deps),
                    Branch::open(stay.yes, stay.yes.without(stay.yes_sure)).because(&old.deps),
                ];
                let kept = match op {
                    SetOp::Or => self.truthy_part(&old, stay.yes),
                    SetOp::Coalesce => self.present_part(&old, stay.yes),
                    _ => self.falsy_part(&old, stay.yes),
                };
                self.fork(&branches, |machine, index| {
                    if index == 0 {
                        let (value, falls) = machine.eval(value, go.yes);
                        let falls = machine.assign(place, falls, &value);
                        (value, falls)
                    } else {
                        (kept.clone(), stay.yes)
                    }
                })
            }
            SetOp::Add | SetOp::Other => {
                let (added, falls) = self.eval(value, lanes);
                let old = self.peek(place, falls);
                if self.python() {
                    let environment =
                        old.alts.iter().any(|alt| matches!(&alt.v, V::Name(name) if name == "os.environ"));
                    if environment {
                        self.set_variables(&added, falls);
                        return (old, falls);
                    }
                    self.grown_in_place(&old, &added, op == SetOp::Add, falls);
                }
                let combined = if op == SetOp::Add {
                    self.add(&old, &added, falls, at)
                } else {
                    Val::data(falls).tainted(old.taint.or(added.taint))
                };
                let falls = self.assign(place, falls, &combined);
                (combined, falls)
            }
        }
    }

    /// `a += b`: strings and lists add up, closures subscribe, the rest is data.
    pub fn add(&mut self, old: &Val, added: &Val, lanes: Lanes, at: NodeRef) -> Val {
        let mut out =
            Val { deps: old.deps.clone().and(&added.deps), taint: old.taint.or(added.taint), ..Val::default() };
        for a in old.groups(lanes) {
            for b in added.groups(a.lanes) {
                let v = match (&a.v, &b.v) {
                    (V::Str(_) | V::Inquirer(_), V::Str(_) | V::Inquirer(_)) => match (text_of(&a.v), text_of(&b.v)) {
                        (Some(a), Some(b)) => joined(a, b),
                        _ => V::Unknown(Cause::Data),
                    },
                    (V::List(items), V::List(more)) if items.len() + more.len() <= MAX_FOLLOWED => {
                        V::List(Rc::new(items.iter().chain(more.iter()).cloned().collect()))
                    }
                    // an event: nil until somebody subscribes
                    (V::Nil, V::Closure(_)) => b.v.clone(),
                    (V::List(items), V::Closure(_)) if self.csharp() && items.len() < MAX_FOLLOWED => {
                        let mut all = items.to_vec();
                        all.push(Val::of(b.v.clone(), b.lanes));
                        V::List(Rc::new(all))
                    }
                    (V::Closure(_), V::Closure(_)) => {
                        V::List(Rc::new(vec![Val::of(a.v.clone(), a.lanes), Val::of(b.v.clone(), b.lanes)]))
                    }
                    (_, V::Closure(_)) => {
                        self.escape(&Val::of(b.v.clone(), b.lanes), b.lanes, at);
                        V::Unknown(Cause::Data)
                    }
                    (V::Int(a), V::Int(b)) => V::Int(a.wrapping_add(*b)),
                    _ => {
                        // what is too long to follow may be called from elsewhere
                        for one in [&a, &b] {
                            if matches!(one.v, V::List(_)) {
                                self.escape(&Val::of(one.v.clone(), b.lanes), b.lanes, at);
                            }
                        }
                        V::Unknown(worst(&a.v, &b.v))
                    }
                };
                out.add(Alt { lanes: b.lanes, v, doubt: a.doubt || b.doubt });
            }
        }
        out
    }

    pub(super) fn eval_let(
        &mut self,
        at: NodeRef,
        name: &SmolStr,
        ty: Option<&SmolStr>,
        value: Option<NodeId>,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let (value, falls) = match value {
            Some(value) => self.eval(NodeRef { item: at.item, node: value }, lanes),
            None => (Val::default(), lanes),
        };
        let hint = ty.and_then(|ty| self.typed(ty, falls));
        let value = match hint {
            Some(hint) if value.alts.is_empty() || value.is_data() => hint,
            _ => value,
        };
        if let ScopeKind::Class(class) = self.scopes[self.st.scope as usize].kind {
            self.declare_field(class, name, ty, &value, falls);
            return (value, falls);
        }
        let value = if value.alts.is_empty() {
            // C# gives value types a default; reading anything else before an assignment does not compile
            let v = if ty.is_some_and(|ty| ty == "bool") { V::Bool(false) } else { V::Unknown(Cause::Data) };
            Val::of(v, falls)
        } else {
            value
        };
        let slot = self.declare(self.st.scope, name);
        self.set_slot(slot, falls, &value);
        (value, falls)
    }

    /// Writes something unknown to a place.
    pub fn write_unknown(&mut self, place: NodeRef, lanes: Lanes) -> Lanes {
        if let Some(Kind::Let { .. }) = self.kind(place) {
            self.eval(place, lanes);
            return lanes;
        }
        self.assign(place, lanes, &Val::data(lanes))
    }
}

/// `Faker::Name`, as opposed to `Faker::Name.name`.
pub(super) fn names_constant(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase))
}
