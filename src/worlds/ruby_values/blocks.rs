//! Lists, with a block that runs for each item.

use std::rc::Rc;

use super::UNROLL;
use super::map::pair_of;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn list_with_block(
        &mut self,
        at: NodeRef,
        items: &Rc<Vec<Val>>,
        name: &str,
        args: &Args,
        block: &Val,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let everywhere = items.iter().all(|item| item.lanes().covers(lanes));
        let plain = args.positional.is_empty();
        match name {
            "find" | "detect" if plain => {
                let (tests, falls) = self.over_items(at, items, block, lanes)?;
                let mut value = Val::default();
                let mut open = falls;
                for (item, test) in items.iter().zip(tests) {
                    let outcome = self.truth(&test, open & item.lanes());
                    let mut part = item.only(outcome.yes);
                    part.deps = part.deps.and(&test.deps);
                    value.join(&part);
                    open = open.without(item.lanes()) | outcome.no;
                }
                value.join(&Val::nil(open));
                Some((value, falls))
            }
            "one?" if everywhere && plain => {
                let (tests, falls) = self.over_items(at, items, block, lanes)?;
                let outcomes: Vec<Outcome> = tests.iter().map(|test| self.truth(test, falls)).collect();
                Some((is_one(&outcomes, falls), falls))
            }
            "count" if everywhere && plain => {
                let (tests, falls) = self.over_items(at, items, block, lanes)?;
                let outcomes: Vec<Outcome> = tests.iter().map(|test| self.truth(test, falls)).collect();
                Some((counted_outcomes(&outcomes, falls), falls))
            }
            "filter_map" if plain => {
                let (values, falls) = self.over_items(at, items, block, lanes)?;
                let kept =
                    values.iter().map(|value| self.truthy_part(value, falls)).filter(|value| !value.alts.is_empty());
                let kept: Vec<Val> = kept.collect();
                // what may be there and may be not
                let certain = values.iter().all(|value| {
                    let outcome = self.truth(value, falls);
                    !outcome.yes.has(outcome.no)
                });
                Some((if certain { Val::of(V::List(Rc::new(kept)), falls) } else { Val::data(falls) }, falls))
            }
            "partition" if plain => {
                let (tests, falls) = self.over_items(at, items, block, lanes)?;
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for (item, test) in items.iter().zip(&tests) {
                    let outcome = self.truth(test, falls & item.lanes());
                    if outcome.yes.has(outcome.no) {
                        return Some((Val::data(falls), falls));
                    }
                    yes.extend((!outcome.yes.is_empty()).then(|| item.only(outcome.yes)));
                    no.extend((!outcome.no.is_empty()).then(|| item.only(outcome.no)));
                }
                let halves = [yes, no].map(|half| Val::of(V::List(Rc::new(half)), falls));
                Some((Val::of(V::List(Rc::new(halves.to_vec())), falls), falls))
            }
            "to_h" if plain => {
                let (values, falls) = self.over_items(at, items, block, lanes)?;
                let pairs: Option<Vec<(Val, Val)>> = values.iter().map(pair_of).collect();
                match pairs {
                    Some(mut pairs) => {
                        pairs.reverse();
                        Some((Val::of(V::Map(Rc::new(pairs)), falls), falls))
                    }
                    None => Some((Val::data(falls), falls)),
                }
            }
            "index_with" | "index_by" if plain => {
                let (values, falls) = self.over_items(at, items, block, lanes)?;
                let pairs = items
                    .iter()
                    .cloned()
                    .zip(values)
                    .map(|(item, value)| if name == "index_by" { (value, item) } else { (item, value) });
                Some((Val::of(V::Map(Rc::new(pairs.rev().collect())), falls), falls))
            }
            "each_with_object" if args.positional.len() == 1 => {
                let memo = args.positional[0].clone();
                if items.len() > UNROLL {
                    return None;
                }
                let mut falls = lanes;
                let mut now = memo.clone();
                for item in items.iter() {
                    let own =
                        Args { positional: vec![item.clone(), now.clone()], nodes: vec![at, at], ..Args::default() };
                    let before = self.changes.len();
                    let here = falls & item.lanes();
                    let (_, rest) = self.call_value(at, block, &own, here);
                    falls = rest | falls.without(item.lanes());
                    now = self.replaced(&now, before);
                }
                Some((now.only(falls), falls))
            }
            "inject" | "reduce" if everywhere && args.positional.len() <= 1 && items.len() <= UNROLL => {
                let mut rest = items.iter();
                let mut value = match args.get(0) {
                    Some(first) => first.clone(),
                    None => rest.next()?.clone(),
                };
                let mut falls = lanes;
                for item in rest {
                    let own = Args { positional: vec![value, item.clone()], nodes: vec![at, at], ..Args::default() };
                    (value, falls) = self.call_value(at, block, &own, falls);
                }
                Some((value, falls))
            }
            "each_slice" if everywhere && args.positional.len() == 1 => {
                let size = match args.get(0)?.single()? {
                    V::Int(size) => usize::try_from(*size).ok().filter(|size| *size > 0)?,
                    _ => return None,
                };
                let slices: Vec<Val> =
                    items.chunks(size).map(|slice| Val::of(V::List(Rc::new(slice.to_vec())), lanes)).collect();
                self.each_item(at, &slices, block, lanes, None)
            }
            "each_index" if everywhere && plain => {
                let indices: Vec<Val> = (0..items.len() as i64).map(|index| Val::of(V::Int(index), lanes)).collect();
                self.each_item(at, &indices, block, lanes, None)
            }
            "reverse_each" if plain => {
                let reversed: Vec<Val> = items.iter().rev().cloned().collect();
                self.each_item(at, &reversed, block, lanes, None)
            }
            "each" | "each_entry" if plain && items.len() <= UNROLL => {
                // gives the list itself, unless the block changed it
                let mark = self.changes.len();
                let (_, falls) = self.over_items(at, items, block, lanes)?;
                let this = Val::of(V::List(items.clone()), falls);
                Some((if self.changes.len() == mark { this } else { Val::data(falls) }, falls))
            }
            _ => None,
        }
    }
}

/// How many of some tests hold, where that is decided.
pub(super) fn counted_outcomes(outcomes: &[Outcome], lanes: Lanes) -> Val {
    let mut value = Val::default();
    for lane in lanes.indices() {
        let bit = Lanes::nth(lane);
        let open = outcomes.iter().any(|outcome| outcome.yes.has(bit) && outcome.no.has(bit));
        let count = outcomes.iter().filter(|outcome| outcome.yes.has(bit)).count() as i64;
        value.join(&if open { Val::data(bit) } else { Val::of(V::Int(count), bit) });
    }
    value
}

pub(super) fn is_one(outcomes: &[Outcome], lanes: Lanes) -> Val {
    let counted = counted_outcomes(outcomes, lanes);
    let mut value = Val::default();
    for alt in counted.alts {
        let v = match alt.v {
            V::Int(count) => V::Bool(count == 1),
            v => v,
        };
        value.add(Alt { v, ..alt });
    }
    value
}
