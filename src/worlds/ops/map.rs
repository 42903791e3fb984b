//! Methods of known maps.

use std::rc::Rc;

use smol_str::SmolStr;

use super::equal::eq;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn map_method(
        &mut self,
        at: NodeRef,
        pairs: Rc<Vec<(Val, Val)>>,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let map = Val::of(V::Map(pairs.clone()), lanes);
        let bool = |outcome: Outcome| Some((Val::either(outcome.yes, outcome.no), lanes));
        match name {
            "key?" | "has_key?" | "include?" | "member?" | "ContainsKey" | "__contains__" => {
                let outcome = self.contains(at, &map, args.get(0)?, lanes);
                bool(outcome)
            }
            "value?" | "has_value?" | "ContainsValue" => {
                let values = Val::of(V::List(Rc::new(pairs.iter().map(|(_, value)| value.clone()).collect())), lanes);
                let outcome = self.contains(at, &values, args.get(0)?, lanes);
                bool(outcome)
            }
            "get" | "fetch" | "dig" | "[]" | "GetValueOrDefault" => {
                let (found, missing) = self.lookup_in_map(at, &pairs, args.get(0)?, lanes);
                if missing.is_empty() {
                    return Some((found, lanes));
                }
                if let Some(block) = &args.block {
                    let block = block.clone();
                    let (default, falls) = self.call_value(at, &block, &Args::default(), missing);
                    let mut value = found;
                    value.join(&default);
                    return Some((value, falls | lanes.without(missing)));
                }
                let mut value = found;
                let mut falls = lanes;
                match args.get(1) {
                    Some(default) => value.join(&default.only(missing)),
                    None if name == "fetch" => {
                        let surely = missing.without(value.lanes());
                        let cuts = self.st.cuts.clone();
                        self.leave(Target::Raise, surely, Val::data(surely), Some(SmolStr::new_static("KeyError")), at);
                        falls = lanes.without(surely);
                        for lane in falls.indices() {
                            self.st.cuts[lane] = cuts[lane].clone();
                        }
                    }
                    None => value.join(&Val::nil(missing)),
                }
                Some((value, falls))
            }
            "values" | "Values" => {
                Some((Val::of(V::List(Rc::new(pairs.iter().map(|(_, value)| value.clone()).collect())), lanes), lanes))
            }
            "keys" | "Keys" => {
                Some((Val::of(V::List(Rc::new(pairs.iter().map(|(key, _)| key.clone()).collect())), lanes), lanes))
            }
            "TryGetValue" => {
                // the found value is written to the place of the `out` argument
                let (found, missing) = self.lookup_in_map(at, &pairs, args.get(0)?, lanes);
                let surely = found.lanes().without(missing);
                let out = args.nodes.get(1).copied();
                if let Some(Kind::Out(place)) = out.and_then(|node| self.kind(node)) {
                    let place = NodeRef { item: at.item, node: *place };
                    let mut value = found.clone();
                    value.join(&Val::nil(missing));
                    self.assign(place, lanes, &value);
                }
                let mut result = Val::bool(true, found.lanes());
                result.join(&Val::bool(false, missing.without(surely)));
                Some((result, lanes))
            }
            "each" | "each_pair" | "items" | "map" | "Select" => None,
            _ => None,
        }
    }

    /// The values under a key, and the lanes in which the key may be absent.
    pub fn lookup_in_map(&mut self, at: NodeRef, pairs: &[(Val, Val)], key: &Val, lanes: Lanes) -> (Val, Lanes) {
        let mut found = Val { deps: key.deps.clone(), ..Val::default() };
        let mut open = lanes;
        let marks = |key: &Val| matches!(key.single(), Some(V::IgnoreCase));
        let ignore_case = pairs.iter().any(|(key, _)| marks(key));
        for (known, value) in pairs.iter().filter(|(key, _)| !marks(key)) {
            let python = self.python();
            let outcome = self.outcome_over(known, key, open, |a, b| eq(a, b, ignore_case, python));
            found.join(&value.only(outcome.yes));
            open &= outcome.no;
        }
        let _ = at;
        (found, open)
    }
}

/// Whether a map stands for a Ruby set.
pub fn is_set(pairs: &[(Val, Val)]) -> bool {
    !pairs.is_empty() && pairs.iter().all(|(_, value)| matches!(value.single(), Some(V::Name(name)) if name == "Set"))
}
