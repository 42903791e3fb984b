//! Texts and numbers.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{UNROLL, plain};
use crate::program::*;
use crate::worlds::eval::text_of;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn text_operation(&mut self, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let text = text_of(v)?;
        // an argument of several values: each on its own
        if let Some(first) = args.get(0)
            && first.alts.len() > 1
            && args.positional.len() == 1
            && matches!(
                name,
                "casecmp" | "<=>" | "+" | "*" | "concat" | "delete_prefix" | "delete_suffix" | "sub" | "gsub"
            )
        {
            let mut out = Val::default();
            for alt in first.groups(lanes) {
                let own = Args { positional: vec![Val::of(alt.v.clone(), alt.lanes)], ..Args::default() };
                out.join(&self.text_operation(v, name, &own, alt.lanes)?.0);
            }
            return (out.lanes() == lanes).then_some((out, lanes));
        }
        let texts: Option<Vec<&SmolStr>> = args.positional.iter().map(|value| text_of(value.single()?)).collect();
        let number = |index: usize| match args.get(index).and_then(Val::single) {
            Some(V::Int(number)) => Some(*number),
            _ => None,
        };
        let str = |text: String| Some(V::Str(SmolStr::new(text)));
        let list = |parts: Vec<String>| {
            Some(V::List(Rc::new(parts.into_iter().map(|part| Val::of(V::Str(SmolStr::new(part)), lanes)).collect())))
        };
        let found = match (name, args.positional.len()) {
            _ if args.block.is_some() => None,
            ("casecmp", 1) => texts.map(|other| V::Int(order(&text.to_lowercase(), &other[0].to_lowercase()))),
            ("<=>", 1) => texts.map(|other| V::Int(order(text, other[0]))),
            ("swapcase", 0) => str(text
                .chars()
                .map(|c| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
                .collect()),
            ("reverse", 0) => str(text.chars().rev().collect()),
            ("delete_prefix", 1) => str(text.strip_prefix(texts?[0].as_str()).unwrap_or(text).to_owned()),
            ("delete_suffix", 1) => str(text.strip_suffix(texts?[0].as_str()).unwrap_or(text).to_owned()),
            ("sub", 2) => str(text.replacen(plain(args.get(0)?)?.as_str(), texts?[1], 1)),
            ("gsub" | "tr", 2) if name == "gsub" => str(text.replace(plain(args.get(0)?)?.as_str(), texts?[1])),
            ("remove", 1) => str(text.replace(plain(args.get(0)?)?.as_str(), "")),
            ("+", 1) => str(format!("{text}{}", texts?[0])),
            ("*", 1) => str(text.repeat(usize::try_from(number(0)?).ok().filter(|count| *count <= 100)?)),
            ("first", 0) => str(text.chars().take(1).collect()),
            ("first", 1) => str(text.chars().take(usize::try_from(number(0)?).ok()?).collect()),
            ("last", 0) => str(text.chars().last().into_iter().collect()),
            ("[]" | "slice", 2) => {
                let (from, count) = (usize::try_from(number(0)?).ok()?, usize::try_from(number(1)?).ok()?);
                (from <= text.chars().count()).then(|| str(text.chars().skip(from).take(count).collect())).flatten()
            }
            ("[]" | "slice", 1) => match args.get(0)?.single()? {
                V::Str(part) if text.contains(part.as_str()) => Some(V::Str(part.clone())),
                V::Str(_) => Some(V::Nil),
                V::Int(index) => {
                    let count = text.chars().count() as i64;
                    let index = if *index < 0 { count + index } else { *index };
                    match usize::try_from(index).ok().and_then(|index| text.chars().nth(index)) {
                        Some(c) => str(c.to_string()),
                        None => Some(V::Nil),
                    }
                }
                _ => None,
            },
            ("split", 0) => list(text.split_whitespace().map(str::to_owned).collect()),
            ("split", 1) if texts.as_ref().is_some_and(|texts| !texts[0].trim().is_empty()) => {
                let mut parts: Vec<String> = text.split(texts?[0].as_str()).map(str::to_owned).collect();
                while parts.last().is_some_and(String::is_empty) {
                    parts.pop();
                }
                list(parts)
            }
            ("split", 1) if texts.as_ref().is_some_and(|texts| texts[0] == " ") => {
                list(text.split_whitespace().map(str::to_owned).collect())
            }
            ("lines" | "each_line", 0) => list(text.split_inclusive('\n').map(str::to_owned).collect()),
            ("parameterize" | "underscore" | "dasherize" | "squish", 0) if is_simple(text) => str(text.to_lowercase()),
            ("classify" | "camelize" | "camelcase", 0) if is_simple(text) && !text.ends_with('s') => {
                let mut chars = text.chars();
                let head = chars.next()?.to_ascii_uppercase();
                str(format!("{head}{}", chars.as_str()))
            }
            ("to_i", 0) => Some(V::Int(leading_number(text))),
            ("to_proc", 0) if matches!(v, V::Symbol(_)) => Some(v.clone()),
            ("ord", 0) => text.chars().next().map(|c| V::Int(i64::from(u32::from(c)))),
            ("match", 1) => {
                let this = Val::of(v.clone(), lanes);
                let outcome = self.pattern_match(args.get(0)?, &this, lanes, false);
                // a match is an object; that there is none is nil
                let mut value = Val::bool(true, outcome.yes);
                value.join(&Val::nil(outcome.no));
                return Some((value, lanes));
            }
            _ => None,
        }?;
        Some((Val::of(found, lanes), lanes))
    }

    pub(super) fn number_method(
        &mut self,
        at: NodeRef,
        number: i64,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let other = |index: usize| match args.get(index).and_then(Val::single) {
            Some(V::Int(number)) => Some(*number),
            _ => None,
        };
        let bool = |truth: bool| Some((Val::bool(truth, lanes), lanes));
        let int = |number: i64| Some((Val::of(V::Int(number), lanes), lanes));
        match (name, args.positional.len()) {
            ("zero?", 0) => bool(number == 0),
            ("positive?", 0) => bool(number > 0),
            ("negative?", 0) => bool(number < 0),
            ("even?", 0) => bool(number % 2 == 0),
            ("odd?", 0) => bool(number % 2 != 0),
            ("nonzero?", 0) => {
                Some((if number == 0 { Val::nil(lanes) } else { Val::of(V::Int(number), lanes) }, lanes))
            }
            ("between?", 2) => bool(other(0)? <= number && number <= other(1)?),
            ("to_i" | "to_int" | "abs" | "floor" | "ceil" | "round", 0) => {
                int(if name == "abs" { number.saturating_abs() } else { number })
            }
            ("succ" | "next", 0) => int(number.saturating_add(1)),
            ("pred", 0) => int(number.saturating_sub(1)),
            ("to_s", 0) => Some((Val::of(V::Str(SmolStr::new(number.to_string())), lanes), lanes)),
            ("fdiv" | "/" | "div" | "%" | "modulo", 1) if other(0)? == 0 && name != "fdiv" => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("ZeroDivisionError")), at);
                Some((Val::default(), Lanes::NONE))
            }
            ("/" | "div", 1) => int(number
                .checked_div_euclid(other(0)?)
                .filter(|_| number >= 0 && other(0).is_some_and(|by| by > 0))?),
            ("<=>", 1) => int(i64::from(number > other(0)?) - i64::from(number < other(0)?)),
            ("times", 0) => {
                let items = counted(0, number.saturating_sub(1), lanes)?;
                self.each_item(at, &items, args.block.as_ref()?, lanes, Some(Val::of(V::Int(number), lanes)))
            }
            ("upto", 1) => {
                let items = counted(number, other(0)?, lanes)?;
                self.each_item(at, &items, args.block.as_ref()?, lanes, Some(Val::of(V::Int(number), lanes)))
            }
            ("downto", 1) => {
                let mut items = counted(other(0)?, number, lanes)?;
                items.reverse();
                self.each_item(at, &items, args.block.as_ref()?, lanes, Some(Val::of(V::Int(number), lanes)))
            }
            _ => None,
        }
    }
}

pub(super) fn order(a: &str, b: &str) -> i64 {
    match a.cmp(b) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

fn is_simple(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase())
}

fn leading_number(text: &str) -> i64 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse::<i64>().map_or(0, |number| sign * number)
}

/// The numbers of a short range.
pub(super) fn counted(from: i64, to: i64, lanes: Lanes) -> Option<Vec<Val>> {
    let count = to.checked_sub(from)?.checked_add(1)?.max(0);
    (count <= UNROLL as i64).then(|| (from..=to).map(|number| Val::of(V::Int(number), lanes)).collect())
}
