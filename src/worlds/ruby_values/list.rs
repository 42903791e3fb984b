//! Lists.

use std::rc::Rc;

use smol_str::SmolStr;

use super::blocks::{counted_outcomes, is_one};
use super::map::pair_of;
use crate::program::*;
use crate::worlds::calls::PLAIN;
use crate::worlds::eval::text_of;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn ruby_list_method(
        &mut self,
        at: NodeRef,
        items: &Rc<Vec<Val>>,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let this = || Val::of(V::List(items.clone()), lanes);
        let list = |items: Vec<Val>| Some((Val::of(V::List(Rc::new(items)), lanes), lanes));
        let everywhere = items.iter().all(|item| item.lanes().covers(lanes));
        if let Some(block) = args.block.clone() {
            return self.list_with_block(at, items, name, args, &block, lanes);
        }
        match (name, args.positional.len()) {
            ("count", 1) if everywhere => {
                let outcomes: Vec<Outcome> =
                    items.iter().map(|item| self.equal(at, item, &args.positional[0], lanes, false)).collect();
                Some((counted_outcomes(&outcomes, lanes), lanes))
            }
            ("index" | "find_index", 1) if everywhere => {
                let outcomes: Vec<Outcome> =
                    items.iter().map(|item| self.equal(at, item, &args.positional[0], lanes, false)).collect();
                Some((first_place(&outcomes, lanes), lanes))
            }
            ("&" | "intersection", 1) => {
                let other = args.get(0)?.clone();
                let mut kept = Vec::new();
                for item in items.iter() {
                    let outcome = self.contains(at, &other, item, item.lanes() & lanes);
                    if !outcome.yes.is_empty() {
                        let mut part = item.only(outcome.yes);
                        if outcome.yes.has(outcome.no) {
                            return None;
                        }
                        part.deps = part.deps.and(&other.deps);
                        kept.push(part);
                    }
                }
                list(kept)
            }
            ("-" | "difference" | "excluding" | "without", 1)
                if args.get(0).is_some_and(|other| matches!(other.single(), Some(V::List(_)))) =>
            {
                let other = args.get(0)?.clone();
                let mut kept = Vec::new();
                for item in items.iter() {
                    let outcome = self.contains(at, &other, item, item.lanes() & lanes);
                    if outcome.yes.has(outcome.no) {
                        return None;
                    }
                    if !outcome.no.is_empty() {
                        kept.push(item.only(outcome.no));
                    }
                }
                list(kept)
            }
            ("|" | "union" | "+", 1) => match args.get(0)?.single()? {
                V::List(more) => list(items.iter().chain(more.iter()).cloned().collect()),
                _ => None,
            },
            ("compact", 0) => list(
                items
                    .iter()
                    .map(|item| without(item, |v| matches!(v, V::Nil | V::Missing)))
                    .filter(|item| !item.alts.is_empty())
                    .collect(),
            ),
            ("compact_blank", 0) => list(
                items
                    .iter()
                    .map(|item| {
                        without(item, |v| {
                            matches!(v, V::Nil | V::Missing | V::Bool(false))
                                || text_of(v).is_some_and(|text| text.trim().is_empty())
                        })
                    })
                    .filter(|item| !item.alts.is_empty())
                    .collect(),
            ),
            ("first" | "last" | "shift" | "pop", 0) if !everywhere => {
                // the first that is there, lane by lane
                let mut value = Val::default();
                let mut open = lanes;
                let mut order: Vec<&Val> = items.iter().collect();
                if matches!(name, "last" | "pop") {
                    order.reverse();
                }
                for item in order {
                    value.join(&item.only(open));
                    open = open.without(item.lanes());
                }
                value.join(&Val::nil(open));
                Some((value, lanes))
            }
            ("empty?" | "blank?" | "any?" | "present?" | "none?", 0) if !everywhere => {
                let some = items.iter().fold(Lanes::NONE, |all, item| all | (item.lanes() & lanes));
                let truthy = if matches!(name, "any?" | "none?") {
                    self.truth(&self.quantify(&this(), true, lanes), lanes)
                } else {
                    Outcome { yes: some, no: lanes.without(some), ..Outcome::default() }
                };
                Some((
                    if matches!(name, "empty?" | "blank?" | "none?") {
                        Val::either(truthy.no, truthy.yes)
                    } else {
                        Val::either(truthy.yes, truthy.no)
                    },
                    lanes,
                ))
            }
            ("size" | "length" | "count", 0) if !everywhere => Some((Val::data(lanes), lanes)),
            ("all?", 0) => {
                let value = self.quantify(&this(), false, lanes);
                Some((value, lanes))
            }
            ("one?", 0) if everywhere => {
                let outcomes: Vec<Outcome> = items.iter().map(|item| self.truth(item, lanes)).collect();
                Some((is_one(&outcomes, lanes), lanes))
            }
            ("reduce" | "inject", 1) if everywhere => {
                let operator = args.get(0)?.text()?.clone();
                let (first, rest) = items.split_first()?;
                let mut value = first.clone();
                let mut falls = lanes;
                for item in rest {
                    let own = Args { positional: vec![item.clone()], nodes: vec![at], ..Args::default() };
                    (value, falls) = self.call_on(at, &value, at, &operator, &own, falls, &PLAIN);
                }
                Some((value, falls))
            }
            ("zip", 1) => match args.get(0)?.single()? {
                V::List(other) => list(
                    items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| {
                            let partner = other.get(index).cloned().unwrap_or_else(|| Val::nil(lanes));
                            Val::of(V::List(Rc::new(vec![item.clone(), partner])), item.lanes())
                        })
                        .collect(),
                ),
                _ => None,
            },
            ("to_h", 0) => {
                let pairs: Option<Vec<(Val, Val)>> = items.iter().map(pair_of).collect();
                let mut pairs = pairs?;
                // of two pairs with one key the later wins
                pairs.reverse();
                Some((Val::of(V::Map(Rc::new(pairs)), lanes), lanes))
            }
            ("join", count) if count <= 1 && everywhere => {
                let between = match args.get(0) {
                    Some(text) => text.text()?.clone(),
                    None => SmolStr::default(),
                };
                let parts: Option<Vec<&SmolStr>> = items.iter().map(|item| text_of(item.single()?)).collect();
                let parts: Vec<&str> = parts?.into_iter().map(SmolStr::as_str).collect();
                Some((Val::of(V::Str(SmolStr::new(parts.join(&between))), lanes), lanes))
            }
            ("reverse", 0) => list(items.iter().rev().cloned().collect()),
            ("first" | "take", 1) => match args.get(0)?.single()? {
                V::Int(count) if everywhere => {
                    list(items.iter().take(usize::try_from(*count).ok()?).cloned().collect())
                }
                _ => None,
            },
            ("drop", 1) => match args.get(0)?.single()? {
                V::Int(count) if everywhere => {
                    list(items.iter().skip(usize::try_from(*count).ok()?).cloned().collect())
                }
                _ => None,
            },
            ("lazy" | "each_entry" | "each" | "to_enum", 0) => None,
            _ => None,
        }
    }
}

/// The place of the first test that holds, nil where none does.
fn first_place(outcomes: &[Outcome], lanes: Lanes) -> Val {
    let mut value = Val::default();
    for lane in lanes.indices() {
        let bit = Lanes::nth(lane);
        let open = outcomes.iter().any(|outcome| outcome.yes.has(bit) && outcome.no.has(bit));
        let place = outcomes.iter().position(|outcome| outcome.yes.has(bit));
        let v = match place {
            _ if open => V::Unknown(Cause::Data),
            Some(place) => V::Int(place as i64),
            None => V::Nil,
        };
        value.join(&Val::of(v, bit));
    }
    value
}

fn without(item: &Val, gone: impl Fn(&V) -> bool) -> Val {
    let mut out = item.clone();
    out.alts.retain(|alt| !gone(&alt.v));
    out
}
