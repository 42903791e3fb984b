//! Methods of known texts.

use smol_str::SmolStr;

use super::cause_of;
use super::equal::{Eq3, translate};
use crate::program::*;
use crate::worlds::eval::text_of;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::methods::is_known_name;
use crate::worlds::value::*;

impl Machine<'_> {
    pub(super) fn text_method(
        &mut self,
        at: NodeRef,
        v: &V,
        this: &Val,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let bool = |outcome: Outcome| Some((Val::either(outcome.yes, outcome.no), lanes));
        let ignore_case = args.all().any(|value| matches!(value.single(), Some(V::IgnoreCase)));
        if let V::AnyName { inquirer, symbol, own } = v {
            // the unknown name: any text, but none of the known ones
            return match name {
                "to_s" | "to_str" | "downcase" | "upcase" | "strip" | "lower" | "upper" | "casefold" | "Trim"
                | "ToLower" | "ToUpper" | "ToLowerInvariant" | "ToUpperInvariant" | "capitalize" | "name" | "chomp"
                | "title" => Some((
                    Val::of(V::AnyName { own: *own, inquirer: false, symbol: *symbol && name != "to_s" }, lanes),
                    lanes,
                )),
                "inquiry" => Some((Val::of(V::AnyName { own: *own, inquirer: true, symbol: false }, lanes), lanes)),
                "to_sym" => Some((Val::of(V::AnyName { own: *own, inquirer: false, symbol: true }, lanes), lanes)),
                "empty?" | "blank?" => Some((Val::bool(false, lanes), lanes)),
                "present?" => Some((Val::bool(true, lanes), lanes)),
                "casecmp?" => {
                    let outcome = self.equal(at, this, args.get(0)?, lanes, true);
                    bool(outcome)
                }
                "local?" if *inquirer => Some((Val::bool(false, lanes), lanes)),
                _ if *inquirer && name.ends_with('?') && args.positional.is_empty() && !is_string_method(name) => {
                    let wanted = SmolStr::new(name.trim_end_matches('?'));
                    let known = is_known_name(&wanted);
                    if !is_known_name(&wanted) {
                        self.inquiries.insert(wanted.clone());
                    }
                    self.note_inquiry(at, &wanted);
                    Some((if known { Val::bool(false, lanes) } else { Val::data(lanes) }, lanes))
                }
                _ => None,
            };
        }
        let text = text_of(v)?.clone();
        if self.python()
            && let Some(value) = self.python_text(&text, name, args, lanes)
        {
            return Some((value, lanes));
        }
        let same = |text: String| {
            let text = SmolStr::new(text);
            Some((Val::of(if matches!(v, V::Symbol(_)) { V::Symbol(text) } else { V::Str(text) }, lanes), lanes))
        };
        match name {
            "to_s" | "name" | "id2name" => Some((Val::of(V::Str(text), lanes), lanes)),
            "to_sym" | "intern" => Some((Val::of(V::Symbol(text), lanes), lanes)),
            "inquiry" => Some((Val::of(V::Inquirer(text), lanes), lanes)),
            "downcase" | "lower" | "casefold" | "ToLower" | "ToLowerInvariant" => same(text.to_lowercase()),
            "upcase" | "upper" | "ToUpper" | "ToUpperInvariant" => same(text.to_uppercase()),
            "capitalize" | "title" | "titleize" | "humanize" => {
                let mut chars = text.chars();
                let head: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
                same(head + &chars.as_str().to_lowercase())
            }
            "strip" | "Trim" | "squish" | "chomp" | "rstrip" | "lstrip" | "TrimEnd" | "TrimStart"
                if args.positional.is_empty() =>
            {
                same(text.trim().to_owned())
            }
            "empty?" => Some((Val::bool(text.is_empty(), lanes), lanes)),
            "blank?" => Some((Val::bool(text.trim().is_empty(), lanes), lanes)),
            "present?" => Some((Val::bool(!text.trim().is_empty(), lanes), lanes)),
            "length" | "size" => Some((Val::of(V::Int(text.chars().count() as i64), lanes), lanes)),
            "start_with?" | "starts_with?" | "startswith" | "StartsWith" => {
                bool(self.any_text(args, &text, lanes, ignore_case, |text, part| text.starts_with(part)))
            }
            "end_with?" | "ends_with?" | "endswith" | "EndsWith" => {
                bool(self.any_text(args, &text, lanes, ignore_case, |text, part| text.ends_with(part)))
            }
            "include?" | "Contains" | "__contains__" => {
                bool(self.any_text(args, &text, lanes, ignore_case, |text, part| text.contains(part)))
            }
            "exclude?" => {
                bool(self.any_text(args, &text, lanes, ignore_case, |text, part| text.contains(part)).negate())
            }
            "casecmp?" => {
                let outcome = self.equal(at, this, args.get(0)?, lanes, true);
                bool(outcome)
            }
            "match?" | "match" | "=~" => {
                let outcome = self.pattern_match(args.get(0)?, this, lanes, false);
                bool(outcome)
            }
            "IndexOf" | "CompareTo" if self.csharp() && args.positional.len() <= 2 => {
                self.text_position(args, &text, name, ignore_case, lanes)
            }
            "Substring" if self.csharp() => {
                let number = |index: usize| match args.get(index).and_then(Val::single) {
                    Some(V::Int(number)) => usize::try_from(*number).ok(),
                    _ => None,
                };
                let count = text.chars().count();
                let from = number(0)?;
                let length = match args.positional.len() {
                    1 => count.checked_sub(from)?,
                    2 => number(1)?,
                    _ => return None,
                };
                if from.checked_add(length)? > count {
                    let class = SmolStr::new_static("ArgumentOutOfRangeException");
                    self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
                    return Some((Val::default(), Lanes::NONE));
                }
                same(text.chars().skip(from).take(length).collect())
            }
            "split" | "Split" | "lines" | "chars" => None,
            "local?" if matches!(v, V::Inquirer(_)) => {
                // Rails before 7.1 has no such predicate: it compares with the name "local"
                let old = self.facts.versions.get("rails").is_some_and(|version| *version < (7, 1));
                Some((Val::bool(!old && matches!(text.as_str(), "development" | "test"), lanes), lanes))
            }
            _ if matches!(v, V::Inquirer(_))
                && name.ends_with('?')
                && args.positional.is_empty()
                && !is_string_method(name) =>
            {
                let wanted = SmolStr::new(name.trim_end_matches('?'));
                if self.loose.contains_key(name) {
                    // somebody gives an object a predicate of this name
                    return Some((Val::data(lanes), lanes));
                }
                self.note_inquiry(at, &wanted);
                Some((Val::bool(text == wanted, lanes), lanes))
            }
            // `Rails.env.test` without its question mark raises
            _ if matches!(v, V::Inquirer(_)) && args.positional.is_empty() && (is_known_name(name)) => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("NoMethodError")), at);
                Some((Val::default(), Lanes::NONE))
            }
            _ => None,
        }
    }

    /// C# `IndexOf`, `CompareTo` with one known text: the position, the order.
    fn text_position(
        &self,
        args: &Args,
        text: &str,
        name: &str,
        ignore_case: bool,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let part = args.get(0)?.text()?;
        let (text, part) =
            if ignore_case { (text.to_lowercase(), part.to_lowercase()) } else { (text.to_owned(), part.to_string()) };
        let value = match name {
            "CompareTo" if text == part => V::Int(0),
            // the order of different texts is the culture's
            "CompareTo" => return None,
            _ => match text.find(&part) {
                Some(at) => V::Int(text[..at].chars().count() as i64),
                None => V::Int(-1),
            },
        };
        Some((Val::of(value, lanes), lanes))
    }

    fn note_inquiry(&mut self, at: NodeRef, wanted: &SmolStr) {
        if wanted == "local" || matches!(wanted.as_str(), "production" | "development" | "test" | "staging") {
            return;
        }
        if is_known_name(wanted) {
            self.emit(at, EventKind::Constant { literal: wanted.clone(), why: Mismatch::Case });
        } else {
            self.emit(at, EventKind::UnknownName { name: wanted.clone(), own: false });
        }
    }

    fn any_text(
        &self,
        args: &Args,
        text: &SmolStr,
        lanes: Lanes,
        ignore_case: bool,
        test: impl Fn(&str, &str) -> bool,
    ) -> Outcome {
        let mut any = Outcome { yes: Lanes::NONE, no: lanes, yes_sure: Lanes::NONE, no_sure: lanes };
        let this = Val::of(V::Str(text.clone()), lanes);
        for part in args.positional.iter().filter(|part| !matches!(part.single(), Some(V::IgnoreCase))) {
            let parts: Vec<Val> = match part.single() {
                Some(V::List(items)) => items.to_vec(),
                _ => vec![part.clone()],
            };
            for part in parts {
                let one = self.outcome_over(&this, &part, lanes, |_, part| match part {
                    V::Regex { pattern, .. } => match regex::Regex::new(&format!("^(?:{})", translate(pattern))) {
                        Ok(regex) if regex.is_match(text) => Eq3::Yes,
                        Ok(_) => Eq3::No,
                        Err(_) => Eq3::Maybe(Cause::GaveUp),
                    },
                    part => match text_of(part) {
                        Some(part) if ignore_case && test(&text.to_lowercase(), &part.to_lowercase()) => Eq3::Yes,
                        Some(part) if !ignore_case && test(text, part) => Eq3::Yes,
                        Some(_) => Eq3::No,
                        None => Eq3::Maybe(cause_of(part)),
                    },
                });
                any = Outcome {
                    yes: any.yes | one.yes,
                    no: any.no & one.no,
                    yes_sure: any.yes_sure | one.yes_sure,
                    no_sure: any.no_sure & one.no_sure,
                };
            }
        }
        any
    }
}

/// Predicates of String itself win over the inquirer's.
fn is_string_method(name: &str) -> bool {
    matches!(
        name,
        "present?"
            | "blank?"
            | "empty?"
            | "nil?"
            | "frozen?"
            | "include?"
            | "match?"
            | "start_with?"
            | "end_with?"
            | "in?"
            | "is_a?"
            | "eql?"
            | "equal?"
            | "casecmp?"
            | "respond_to?"
            | "ascii_only?"
            | "between?"
            | "instance_of?"
            | "kind_of?"
            | "tainted?"
            | "unicode_normalized?"
            | "valid_encoding?"
            | "html_safe?"
            | "acts_like?"
            | "duplicable?"
            | "exclude?"
            | "starts_with?"
            | "ends_with?"
    )
}
