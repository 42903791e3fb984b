//! Texts and lists.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// Methods of strings whose arguments are known.
    pub fn python_text(&self, text: &str, name: &str, args: &Args, lanes: Lanes) -> Option<Val> {
        if args.open || !args.named.is_empty() {
            return None;
        }
        let words: Vec<&str> =
            args.positional.iter().map(|arg| arg.text().map(SmolStr::as_str)).collect::<Option<_>>()?;
        let of = |text: &str| V::Str(SmolStr::new(text));
        let list = |parts: Vec<&str>| {
            let parts = parts.into_iter().map(|part| Val::of(of(part), lanes));
            V::List(Rc::new(parts.collect()))
        };
        let characters = |at: usize| text[..at].chars().count() as i64;
        let v = match (name, words.as_slice()) {
            ("find", [part]) => V::Int(text.find(part).map_or(-1, characters)),
            ("rfind", [part]) => V::Int(text.rfind(part).map_or(-1, characters)),
            ("count", [part]) if !part.is_empty() => V::Int(text.matches(part).count() as i64),
            ("replace", [old, new]) if !old.is_empty() => of(&text.replace(old, new)),
            ("removeprefix", [part]) => of(text.strip_prefix(part).unwrap_or(text)),
            ("removesuffix", [part]) => of(text.strip_suffix(part).unwrap_or(text)),
            ("strip", [letters]) => of(text.trim_matches(|c| letters.contains(c))),
            ("lstrip", [letters]) => of(text.trim_start_matches(|c| letters.contains(c))),
            ("rstrip", [letters]) => of(text.trim_end_matches(|c| letters.contains(c))),
            ("lstrip", []) => of(text.trim_start()),
            ("rstrip", []) => of(text.trim_end()),
            ("split", []) => list(text.split_whitespace().collect()),
            ("split", [by]) if !by.is_empty() => list(text.split(by).collect()),
            ("partition", [by]) if !by.is_empty() => match text.split_once(by) {
                Some((head, tail)) => list(vec![head, by, tail]),
                None => list(vec![text, "", ""]),
            },
            ("rpartition", [by]) if !by.is_empty() => match text.rsplit_once(by) {
                Some((head, tail)) => list(vec![head, by, tail]),
                None => list(vec!["", "", text]),
            },
            _ => return None,
        };
        Some(Val::of(v, lanes))
    }

    /// `len(x)`.
    pub fn count(&self, value: &Val, lanes: Lanes) -> Val {
        let mut out = Val { deps: value.deps.clone(), ..Val::default() };
        for alt in value.groups(lanes) {
            let whole = |items: &[Val]| items.iter().all(|item| item.lanes().covers(alt.lanes));
            let v = match &alt.v {
                V::Str(text) => V::Int(text.chars().count() as i64),
                // a set literal may say one thing twice
                V::List(items) if items.len() <= 1 && whole(items) => V::Int(items.len() as i64),
                V::Unknown(cause) => V::Unknown(*cause),
                _ => V::Unknown(Cause::Data),
            };
            out.add(Alt { v, ..alt });
        }
        let rest = lanes.without(out.lanes());
        out.join(&Val::data(rest));
        out
    }

    /// The elements for the places of `a, *b = …`, lane by lane.
    pub fn gathered(&self, at: NodeRef, places: &[NodeId], value: &Val, lanes: Lanes) -> Option<Rc<Vec<Val>>> {
        if !self.python() || value.alts.is_empty() {
            return None;
        }
        let is_star = |node: &NodeId| {
            let node = NodeRef { item: at.item, node: *node };
            matches!(self.kind(node), Some(Kind::Splat(_)))
        };
        let star = places.iter().position(is_star);
        let fixed = places.len() - usize::from(star.is_some());
        let mut parts = vec![Val::default(); places.len()];
        for alt in value.groups(lanes) {
            let V::List(items) = &alt.v else { return None };
            let fits = match star {
                Some(_) => items.len() >= fixed,
                None => items.len() == fixed,
            };
            if !fits || alt.doubt {
                return None;
            }
            let extra = items.len() - fixed;
            let mut next = items.iter();
            for (index, part) in parts.iter_mut().enumerate() {
                if Some(index) == star {
                    let rest = next.by_ref().take(extra).cloned().collect();
                    part.join(&Val::of(V::List(Rc::new(rest)), alt.lanes));
                } else if let Some(item) = next.next() {
                    part.join(&item.only(alt.lanes));
                }
            }
        }
        for part in &mut parts {
            part.deps = std::mem::take(&mut part.deps).and(&value.deps);
            part.taint = part.taint.or(value.taint);
        }
        Some(Rc::new(parts))
    }
}

/// `"text"[0]`.
pub fn letter(text: &str, key: &Val, lanes: Lanes) -> Val {
    let mut out = Val { deps: key.deps.clone(), ..Val::default() };
    for alt in key.groups(lanes) {
        let index = match alt.v {
            V::Int(index) if index < 0 => index + text.chars().count() as i64,
            V::Int(index) => index,
            _ => -1,
        };
        let found = usize::try_from(index).ok().and_then(|index| text.chars().nth(index));
        let v = match found {
            Some(letter) => V::Str(SmolStr::new(letter.to_string())),
            None => V::Unknown(Cause::Data),
        };
        out.add(Alt { v, ..alt });
    }
    let rest = lanes.without(out.lanes());
    out.join(&Val::data(rest));
    out
}
