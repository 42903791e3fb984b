//! Maps.

use std::rc::Rc;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn ruby_map_method(
        &mut self,
        at: NodeRef,
        pairs: &Rc<Vec<(Val, Val)>>,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        if crate::worlds::ops::is_set(pairs) && name != "freeze" {
            // a set is asked like a list
            if !matches!(
                name,
                "include?"
                    | "member?"
                    | "==="
                    | "contain?"
                    | "each"
                    | "any?"
                    | "all?"
                    | "none?"
                    | "empty?"
                    | "size"
                    | "length"
                    | "count"
                    | "to_a"
                    | "map"
                    | "find"
                    | "select"
                    | "reject"
                    | "exclude?"
            ) {
                self.escape_args(args, lanes);
                return Some((Val::data(lanes), lanes));
            }
            let items = pairs.iter().map(|(item, _)| item.clone()).collect();
            let name = if name == "===" { "include?" } else { name };
            return self.value_method(at, &V::List(Rc::new(items)), name, args, lanes);
        }
        let map = |pairs: Vec<(Val, Val)>| Some((Val::of(V::Map(Rc::new(pairs)), lanes), lanes));
        let known_keys = pairs
            .iter()
            .all(|(key, _)| matches!(key.single(), Some(V::Str(_) | V::Symbol(_) | V::Bool(_) | V::Int(_))));
        match (name, args.positional.len(), args.block.clone()) {
            ("merge" | "reverse_merge" | "with_defaults" | "deep_merge", count, None) if count <= 1 => {
                let named: Vec<(Val, Val)> = args
                    .named
                    .iter()
                    .map(|(name, value)| (Val::of(V::Symbol(name.clone()), lanes), value.clone()))
                    .collect();
                let others = match args.get(0) {
                    Some(other) => other.groups(lanes),
                    None => vec![Alt { lanes, v: V::Map(Rc::new(Vec::new())), doubt: false }],
                };
                let mut out = Val::default();
                for other in others {
                    let V::Map(more) = &other.v else {
                        out.join(&Val::data(other.lanes));
                        continue;
                    };
                    let (first, second): (Vec<_>, Vec<_>) = match name {
                        "merge" | "deep_merge" => (named.iter().chain(more.iter()).cloned().collect(), pairs.to_vec()),
                        _ => (pairs.to_vec(), named.iter().chain(more.iter()).cloned().collect()),
                    };
                    let nested = name == "deep_merge"
                        && first.iter().any(|(_, value)| value.alts.iter().any(|alt| matches!(alt.v, V::Map(_))));
                    if nested {
                        out.join(&Val::data(other.lanes));
                        continue;
                    }
                    out.add(Alt {
                        lanes: other.lanes,
                        v: V::Map(Rc::new(first.into_iter().chain(second).collect())),
                        doubt: other.doubt,
                    });
                }
                Some((out, lanes))
            }
            ("dig", count, None) if count > 1 => {
                let mut value = Val::of(V::Map(pairs.clone()), lanes);
                for key in &args.positional {
                    let own = Args { positional: vec![key.clone()], nodes: vec![at], ..Args::default() };
                    (value, _) = self.each_alternative(&value.only(lanes), lanes, |machine, v, lanes| match v {
                        V::Nil | V::Missing => (Val::nil(lanes), lanes),
                        V::Map(_) => {
                            machine.value_method(at, v, "dig", &own, lanes).unwrap_or_else(|| (Val::data(lanes), lanes))
                        }
                        _ => (Val::data(lanes), lanes),
                    });
                }
                Some((value, lanes))
            }
            ("except" | "without", _, None) if known_keys => {
                let gone: Option<Vec<&V>> = args.positional.iter().map(Val::single).collect();
                let gone = gone?;
                map(pairs
                    .iter()
                    .filter(|(key, _)| !gone.iter().any(|gone| key.single().is_some_and(|key| same(key, gone))))
                    .cloned()
                    .collect())
            }
            ("slice", _, None) if known_keys => {
                let kept: Option<Vec<&V>> = args.positional.iter().map(Val::single).collect();
                let kept = kept?;
                map(pairs
                    .iter()
                    .filter(|(key, _)| kept.iter().any(|kept| key.single().is_some_and(|key| same(key, kept))))
                    .cloned()
                    .collect())
            }
            ("symbolize_keys" | "deep_symbolize_keys" | "stringify_keys", 0, None) if known_keys => map(pairs
                .iter()
                .map(|(key, value)| {
                    let text = key.text().cloned().unwrap_or_default();
                    let key = if name == "stringify_keys" { V::Str(text) } else { V::Symbol(text) };
                    (Val::of(key, lanes), value.clone())
                })
                .collect()),
            ("invert", 0, None) => {
                let mut turned: Vec<(Val, Val)> =
                    pairs.iter().map(|(key, value)| (value.clone(), key.clone())).collect();
                turned.reverse();
                map(turned)
            }
            ("empty?" | "blank?", 0, None) => Some((Val::bool(pairs.is_empty(), lanes), lanes)),
            ("any?" | "present?", 0, None) => Some((Val::bool(!pairs.is_empty(), lanes), lanes)),
            ("size" | "length" | "count", 0, None) if known_keys && distinct(pairs) => {
                Some((Val::of(V::Int(pairs.len() as i64), lanes), lanes))
            }
            ("freeze" | "to_h" | "to_hash" | "compact", 0, None) if name != "compact" => {
                Some((Val::of(V::Map(pairs.clone()), lanes), lanes))
            }
            ("values_at", _, None) => {
                let values = args
                    .positional
                    .iter()
                    .map(|key| {
                        let (mut found, missing) = self.lookup_in_map(at, pairs, key, lanes);
                        found.join(&Val::nil(missing));
                        found
                    })
                    .collect();
                Some((Val::of(V::List(Rc::new(values)), lanes), lanes))
            }
            ("fetch", 1, Some(block)) => {
                let key = args.get(0)?.clone();
                let (found, missing) = self.lookup_in_map(at, pairs, &key, lanes);
                let own = Args { positional: vec![key.only(missing)], nodes: vec![at], ..Args::default() };
                let (default, falls) = self.call_value(at, &block, &own, missing);
                let mut value = found;
                value.join(&default);
                Some((value, falls | lanes.without(missing)))
            }
            ("transform_values", 0, Some(block)) => {
                let values: Vec<Val> = pairs.iter().map(|(_, value)| value.clone()).collect();
                let (values, falls) = self.over_items(at, &values, &block, lanes)?;
                let pairs = pairs.iter().map(|(key, _)| key.clone()).zip(values).collect();
                Some((Val::of(V::Map(Rc::new(pairs)), falls), falls))
            }
            ("each_key", 0, Some(block)) if distinct(pairs) => {
                let keys: Vec<Val> = pairs.iter().map(|(key, _)| key.clone()).collect();
                self.each_item(at, &keys, &block, lanes, None)
            }
            ("each_value", 0, Some(block)) if distinct(pairs) => {
                let values: Vec<Val> = pairs.iter().map(|(_, value)| value.clone()).collect();
                self.each_item(at, &values, &block, lanes, None)
            }
            (
                "each" | "each_pair" | "map" | "collect" | "flat_map" | "any?" | "all?" | "none?" | "find" | "detect"
                | "filter_map" | "to_h" | "count" | "sum",
                0,
                Some(block),
            ) if distinct(pairs) => {
                let items: Vec<Val> = pairs
                    .iter()
                    .map(|(key, value)| Val::of(V::List(Rc::new(vec![key.clone(), value.clone()])), lanes))
                    .collect();
                let own = Args { block: Some(block.clone()), ..Args::default() };
                let name = if name == "each_pair" { "each" } else { name };
                let list = V::List(Rc::new(items));
                self.value_method(at, &list, name, &own, lanes)
            }
            ("select" | "filter" | "reject", 0, Some(block)) if distinct(pairs) => {
                let items: Vec<Val> = pairs
                    .iter()
                    .map(|(key, value)| Val::of(V::List(Rc::new(vec![key.clone(), value.clone()])), lanes))
                    .collect();
                let (tests, falls) = self.over_items(at, &items, &block, lanes)?;
                let mut kept = Vec::new();
                for ((key, value), test) in pairs.iter().zip(tests) {
                    let outcome = self.truth(&test, falls);
                    let (stays, goes) =
                        if name == "reject" { (outcome.no, outcome.yes) } else { (outcome.yes, outcome.no) };
                    if stays == falls && goes.is_empty() {
                        kept.push((key.clone(), value.clone()));
                    } else if !stays.is_empty() {
                        return Some((Val::data(falls), falls));
                    }
                }
                Some((Val::of(V::Map(Rc::new(kept)), falls), falls))
            }
            _ => None,
        }
    }
}

pub(super) fn pair_of(item: &Val) -> Option<(Val, Val)> {
    match item.single()? {
        V::List(parts) if parts.len() == 2 => Some((parts[0].clone(), parts[1].clone())),
        _ => None,
    }
}

/// Whether no key hides another one.
fn distinct(pairs: &[(Val, Val)]) -> bool {
    pairs.len() <= 32
        && pairs.iter().enumerate().all(|(index, (key, _))| {
            key.single().is_some_and(|key| {
                matches!(key, V::Str(_) | V::Symbol(_) | V::Int(_) | V::Bool(_))
                    && !pairs[..index].iter().any(|(other, _)| other.single().is_some_and(|other| same(other, key)))
            })
        })
}
