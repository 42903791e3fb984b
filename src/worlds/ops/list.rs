//! Methods of known lists, and the blocks that run over them.

use std::rc::Rc;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn list_method(
        &mut self,
        at: NodeRef,
        items: Rc<Vec<Val>>,
        this: &Val,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let bool = |outcome: Outcome| Some((Val::either(outcome.yes, outcome.no), lanes));
        let block = args.block.clone().or_else(|| {
            args.get(0).filter(|value| value.alts.iter().any(|alt| matches!(alt.v, V::Closure(_)))).cloned()
        });
        match (name, block) {
            ("include?" | "member?" | "Contains" | "__contains__", None) => {
                let outcome = self.contains(at, this, args.get(0)?, lanes);
                let ignore_case = args.get(1).is_some_and(|value| matches!(value.single(), Some(V::IgnoreCase)));
                if ignore_case {
                    let mut with = vec![Val::of(V::IgnoreCase, lanes)];
                    with.extend(items.iter().cloned());
                    let list = Val::of(V::List(Rc::new(with)), lanes);
                    let outcome = self.contains(at, &list, args.get(0)?, lanes);
                    return bool(outcome);
                }
                bool(outcome)
            }
            ("exclude?", None) => {
                let outcome = self.contains(at, this, args.get(0)?, lanes);
                bool(outcome.negate())
            }
            ("first" | "First" | "FirstOrDefault", None) if args.positional.is_empty() => {
                Some((items.first().cloned().unwrap_or_else(|| Val::nil(lanes)), lanes))
            }
            ("last" | "Last", None) if args.positional.is_empty() => {
                Some((items.last().cloned().unwrap_or_else(|| Val::nil(lanes)), lanes))
            }
            (
                "freeze" | "to_a" | "to_set" | "dup" | "flatten" | "uniq" | "ToList" | "ToArray" | "AsEnumerable"
                | "ToHashSet" | "compact" | "sort",
                None,
            ) => {
                if name == "compact" {
                    let kept = items
                        .iter()
                        .filter(|item| !matches!(item.single(), Some(V::Nil | V::Missing)))
                        .cloned()
                        .collect();
                    return Some((Val::of(V::List(Rc::new(kept)), lanes), lanes));
                }
                if name == "freeze" {
                    return Some((this.clone(), lanes));
                }
                if name == "to_set" && self.ruby() {
                    return Some((self.set_of(&items, lanes), lanes));
                }
                // a list of its own
                Some((Val::of(V::List(Rc::new(items.to_vec())), lanes), lanes))
            }
            ("map" | "Select", None) if matches!(args.get(0).and_then(Val::single), Some(V::Symbol(_))) => None,
            ("any?" | "Any" | "all?" | "All" | "none?", None) if args.positional.is_empty() && name != "all?" => {
                let any = if self.csharp() {
                    let count = count_in_lanes(&items, lanes);
                    let none = Val::of(V::Int(0), lanes);
                    let empty = self.equal(at, &count, &none, lanes, false);
                    self.bool_of(&empty.negate(), &count)
                } else {
                    self.quantify(this, true, lanes)
                };
                let outcome = self.truth(&any, lanes);
                bool(if name == "none?" { outcome.negate() } else { outcome })
            }
            ("empty?" | "blank?", None) => Some((Val::bool(items.is_empty(), lanes), lanes)),
            ("present?", None) => Some((Val::bool(!items.is_empty(), lanes), lanes)),
            ("size" | "length" | "count" | "Count", None) => Some((count_in_lanes(&items, lanes), lanes)),
            (
                "each" | "each_with_index" | "map" | "collect" | "flat_map" | "filter_map" | "select" | "filter"
                | "reject" | "find" | "detect" | "any?" | "all?" | "none?" | "Any" | "All" | "Where" | "Select"
                | "ForEach" | "SelectMany" | "each_with_object" | "First" | "FirstOrDefault" | "Exists" | "First?",
                Some(block),
            ) if items.len() <= 8 && !self.is_spent() => Some(self.iterate(at, name, &items, &block, lanes)),
            _ => None,
        }
    }

    /// Lanes in which a list does not hold an item: its test and what decided the list keep them from the block.
    pub fn leave_out(&mut self, lanes: Lanes, item: &Why) {
        for lane in lanes.indices() {
            self.st.cuts[lane] = item.clone().and(&self.st.path);
        }
    }

    /// A block over the items of a known list.
    fn iterate(&mut self, at: NodeRef, name: &str, items: &[Val], block: &Val, lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut results: Vec<(Val, Val)> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let on = falls & item.lanes();
            let mut args = Args { positional: vec![item.clone()], nodes: vec![at], ..Args::default() };
            if name == "each_with_index" {
                args.positional.push(Val::of(V::Int(index as i64), lanes));
                args.nodes.push(at);
            }
            let missing = falls.without(item.lanes());
            self.leave_out(missing, &item.deps);
            let (value, rest) = self.call_value(at, block, &args, on);
            falls = rest | missing;
            results.push((item.clone(), value));
        }
        if items.is_empty() {
            // the block is known all the same
            self.leave_out(lanes, &Why::default());
            self.call_value(at, block, &Args { open: true, ..Args::default() }, Lanes::NONE);
        }
        let value = match name {
            "any?" | "Any" | "Exists" => {
                let tests = results.into_iter().map(|(_, value)| value).collect();
                self.quantify(&Val::of(V::List(Rc::new(tests)), falls), true, falls)
            }
            "all?" | "All" | "none?" => {
                let tests = results.into_iter().map(|(_, value)| value).collect();
                let list = Val::of(V::List(Rc::new(tests)), falls);
                if name == "none?" {
                    let any = self.quantify(&list, true, falls);
                    let outcome = self.truth(&any, falls).negate();
                    self.bool_of(&outcome, &any)
                } else {
                    self.quantify(&list, false, falls)
                }
            }
            "map" | "collect" | "Select" => {
                Val::of(V::List(Rc::new(results.into_iter().map(|(_, value)| value).collect())), falls)
            }
            "select" | "filter" | "Where" | "reject" => {
                // an item stays in the lanes in which its test holds; where one is open, so is the list
                let mut kept = Vec::new();
                let why = Why::all(results.iter().map(|(_, test)| test.deps.clone()));
                let mut undecided = Lanes::NONE;
                for (item, test) in results {
                    let outcome = self.truth(&test, falls);
                    if outcome.yes.has(outcome.no & item.lanes()) {
                        undecided |= outcome.yes & outcome.no & item.lanes();
                        self.escape(&item, falls, at);
                    }
                    let on = if name == "reject" { outcome.no } else { outcome.yes };
                    if !on.is_empty() {
                        let mut item = item.only(on);
                        item.deps = item.deps.and(&test.deps);
                        kept.push(item);
                    }
                }
                // which items are there is not known
                let mut value = Val::of(V::List(Rc::new(kept)), falls.without(undecided));
                if !undecided.is_empty() {
                    value.join(&Val::data(undecided));
                }
                value.deps = std::mem::take(&mut value.deps).and(&why);
                value
            }
            "each" | "ForEach" => Val::data(falls),
            _ => Val::data(falls),
        };
        (value, falls)
    }
}

/// How many of the items there are, lane by lane.
pub(super) fn count_in_lanes(items: &[Val], lanes: Lanes) -> Val {
    let mut count = Val::default();
    for item in items {
        count.deps = std::mem::take(&mut count.deps).and(&item.deps);
    }
    for lane in lanes.indices() {
        let bit = Lanes::nth(lane);
        let there = items.iter().filter(|item| item.lanes().has(bit)).count();
        count.add(Alt { lanes: bit, v: V::Int(there as i64), doubt: false });
    }
    count
}
