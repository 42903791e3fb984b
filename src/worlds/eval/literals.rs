//! Literals, lists and texts with parts.

use std::rc::Rc;

use smol_str::SmolStr;

use super::truth::worst;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn literal(&self, lit: &Lit, lanes: Lanes) -> Val {
        let v = match lit {
            Lit::Nil => V::Nil,
            Lit::Bool(value) => V::Bool(*value),
            Lit::Int(value) => V::Int(*value),
            Lit::Number(_) => V::Unknown(Cause::Data),
            Lit::Str(text) => V::Str(text.clone()),
            Lit::Symbol(text) => V::Symbol(text.clone()),
            Lit::Regex { pattern, ignore_case } => V::Regex { pattern: pattern.clone(), ignore_case: *ignore_case },
        };
        Val::of(v, lanes)
    }

    pub(super) fn list(&mut self, at: NodeRef, items: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut out = Vec::new();
        let mut taint = None;
        let mut open = false;
        for node in items {
            let node = NodeRef { item: at.item, node: *node };
            let (value, rest) = self.eval(node, falls);
            falls = rest;
            taint = taint.or(value.taint);
            if matches!(self.kind(node), Some(Kind::Splat(_))) {
                match value.single() {
                    Some(V::List(inner)) => out.extend(inner.iter().cloned()),
                    _ => open = true,
                }
            } else {
                out.push(value);
            }
        }
        if open {
            for value in &out {
                self.escape(value, falls, at);
            }
            return (Val::data(falls).tainted(taint), falls);
        }
        (Val::of(V::List(Rc::new(out)), falls).tainted(taint), falls)
    }

    pub(super) fn interpolate(&mut self, at: NodeRef, parts: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut out = Val::of(V::Str(SmolStr::default()), lanes);
        for node in parts {
            let (value, rest) = self.eval(NodeRef { item: at.item, node: *node }, falls);
            falls = rest;
            let mut value = value;
            if self.ruby() && value.alts.iter().any(|alt| matches!(alt.v, V::Object(_) | V::Instance(_) | V::Class(_)))
            {
                (value, falls) = self.each_alternative(&value, falls, |machine, v, lanes| {
                    let text = machine.implicit_call(at, v, "to_s", &Args::default(), lanes);
                    text.unwrap_or_else(|| (Val::of(v.clone(), lanes), lanes))
                });
            }
            out = self.concat(&out.only(falls), &value, falls);
        }
        (out, falls)
    }

    /// `a + b` on strings; unknown parts make the whole unknown in their lanes.
    pub fn concat(&mut self, left: &Val, right: &Val, lanes: Lanes) -> Val {
        let mut out =
            Val { deps: left.deps.clone().and(&right.deps), taint: left.taint.or(right.taint), ..Val::default() };
        for a in left.groups(lanes) {
            for b in right.groups(a.lanes) {
                // the text of an enumeration's member is not its value
                let member = self.python() && matches!(b.v, V::Symbol(_));
                let v = match (text_of(&a.v), text_of(&b.v)) {
                    (Some(a), Some(b)) if !member => joined(a, b),
                    _ => V::Unknown(worst(&a.v, &b.v)),
                };
                out.add(Alt { lanes: b.lanes, v, doubt: a.doubt || b.doubt });
            }
        }
        out
    }
}

/// `{**a, "k": b}`: the pairs of the dicts that are spread, the last one first because it wins.
pub(super) fn merged(
    pairs: &[(Option<NodeId>, NodeId)],
    values: &[(Val, Val)],
    lanes: Lanes,
) -> Option<Vec<(Val, Val)>> {
    let mut all: Vec<(Val, Val)> = Vec::new();
    for ((key, _), (known, value)) in pairs.iter().zip(values) {
        if key.is_some() {
            all.push((known.clone(), value.clone()));
            continue;
        }
        let mut seen = Lanes::NONE;
        for alt in value.groups(lanes) {
            let V::Map(inner) = &alt.v else { return None };
            if seen.has(alt.lanes) || alt.doubt {
                return None;
            }
            seen |= alt.lanes;
            // inside a dict the first pair wins already
            for (key, item) in inner.iter().rev() {
                let mut item = item.only(alt.lanes);
                item.deps = item.deps.and(&value.deps);
                all.push((key.only(alt.lanes), item));
            }
        }
        if seen != lanes {
            return None;
        }
    }
    all.reverse();
    Some(all)
}

/// Bytes of a text that is put together.
const MAX_TEXT: usize = 4096;

/// Two texts in a row; what grows without end is not followed.
pub(super) fn joined(a: &str, b: &str) -> V {
    if a.len() + b.len() > MAX_TEXT {
        return V::Unknown(Cause::GaveUp);
    }
    V::Str(SmolStr::new(format!("{a}{b}")))
}

/// The text of a known string.
pub fn text_of(v: &V) -> Option<&SmolStr> {
    match v {
        V::Str(text) | V::Inquirer(text) | V::Symbol(text) => Some(text),
        _ => None,
    }
}
