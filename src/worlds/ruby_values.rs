//! Ruby's methods of known texts, numbers, lists and maps.

use std::rc::Rc;

use smol_str::SmolStr;

use super::calls::PLAIN;
use super::eval::text_of;
use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// Blocks run over at most this many items, one by one.
const UNROLL: usize = 8;

impl<'p> Machine<'p> {
    /// A method of a known value. `None`: not known here.
    pub fn ruby_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        if args.open {
            return None;
        }
        if let Some(result) = self.sent_method(at, v, name, args, lanes) {
            return Some(result);
        }
        match v {
            // `:name.to_proc` is called with what it is sent to
            V::Symbol(_) if matches!(name, "call" | "()" | "===" | "yield") => {
                Some(self.call_value(at, &Val::of(v.clone(), lanes), args, lanes))
            }
            V::Str(_) | V::Inquirer(_) | V::Symbol(_) => self.text_operation(v, name, args, lanes),
            V::Int(number) => self.number_method(at, *number, name, args, lanes),
            V::Bool(value) => match (name, args.get(0)) {
                ("&" | "|" | "^", Some(other)) => {
                    let outcome = self.truth(other, lanes);
                    let (yes, no) = match (name, value) {
                        ("&", true) | ("|", false) => (outcome.yes, outcome.no),
                        ("&", _) => (Lanes::NONE, lanes),
                        ("|", _) => (lanes, Lanes::NONE),
                        (_, true) => (outcome.no, outcome.yes),
                        _ => (outcome.yes, outcome.no),
                    };
                    Some((Val::either(yes, no), lanes))
                }
                ("presence", None) if !value => Some((Val::nil(lanes), lanes)),
                ("present?", None) => Some((Val::bool(*value, lanes), lanes)),
                ("blank?", None) => Some((Val::bool(!value, lanes), lanes)),
                _ => None,
            },
            V::List(items) => self.ruby_list_method(at, &items.clone(), name, args, lanes),
            V::Map(pairs) => self.ruby_map_method(at, &pairs.clone(), name, args, lanes),
            V::Closure(closure) => self.closure_method(at, &closure.clone(), name, args, lanes),
            _ => None,
        }
    }

    /// `send(:production?)`, `try(:production?)`, `presence_in(list)`: a method of every object, by name.
    fn sent_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let this = Val::of(v.clone(), lanes);
        match name {
            "send" | "public_send" | "__send__" | "try" | "try!" => {
                let sent = args.get(0)?.clone();
                if !sent.alts.iter().all(|alt| text_of(&alt.v).is_some()) {
                    return None;
                }
                let mut rest = args.clone();
                rest.positional.remove(0);
                if !rest.nodes.is_empty() {
                    rest.nodes.remove(0);
                }
                Some(self.each_alternative(&sent, lanes, |machine, v, lanes| {
                    let name = text_of(v).cloned().unwrap_or_default();
                    machine.call_on(at, &this.only(lanes), at, &name, &rest, lanes, &PLAIN)
                }))
            }
            "presence_in" => {
                let outcome = self.contains(at, args.get(0)?, &this, lanes);
                let mut value = this.only(outcome.yes);
                value.join(&Val::nil(outcome.no));
                Some((value, lanes))
            }
            "presence" if args.positional.is_empty() => {
                let blank = match v {
                    V::Str(text) | V::Inquirer(text) => text.trim().is_empty(),
                    V::List(items) => items.is_empty(),
                    V::Map(pairs) => pairs.is_empty(),
                    _ => return None,
                };
                Some((if blank { Val::nil(lanes) } else { this }, lanes))
            }
            "is_a?" | "kind_of?" | "instance_of?" => {
                let wanted = match args.get(0)?.single()? {
                    V::Name(name) => name.clone(),
                    _ => return None,
                };
                let outcome = kind_named(v, &wanted)?;
                Some((Val::bool(outcome, lanes), lanes))
            }
            _ => None,
        }
    }

    fn text_operation(&mut self, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
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

    fn number_method(
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

    /// Runs a block over items, one after the other, and gives what the method gives.
    fn each_item(
        &mut self,
        at: NodeRef,
        items: &[Val],
        block: &Val,
        lanes: Lanes,
        gives: Option<Val>,
    ) -> Option<(Val, Lanes)> {
        let results = self.over_items(at, items, block, lanes)?;
        let falls = results.1;
        Some((gives.unwrap_or_else(|| Val::data(falls)).only(falls), falls))
    }

    /// The block's value for each item, and the lanes that fall through. `None`: too many to run one by one.
    fn over_items(&mut self, at: NodeRef, items: &[Val], block: &Val, lanes: Lanes) -> Option<(Vec<Val>, Lanes)> {
        if items.len() > UNROLL || block.alts.is_empty() {
            return None;
        }
        let mut falls = lanes;
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let own = Args { positional: vec![item.clone()], nodes: vec![at], ..Args::default() };
            let here = falls & item.lanes();
            self.leave_out(falls.without(item.lanes()), &item.deps);
            let (value, rest) = self.call_value(at, block, &own, here);
            falls = rest | falls.without(item.lanes());
            results.push(value);
        }
        if items.is_empty() {
            // the block is known all the same
            let open = Args { open: true, ..Args::default() };
            self.leave_out(lanes, &Why::default());
            self.call_value(at, block, &open, Lanes::NONE);
        }
        Some((results, falls))
    }

    fn closure_method(
        &mut self,
        at: NodeRef,
        closure: &Rc<Closure>,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        match name {
            // what only looks at it does not call it
            "arity" | "lambda?" | "parameters" | "source_location" | "object_id" | "hash" | "inspect" | "name"
            | "owner" | "frozen?" | "nil?" | "class" => {
                Some((if name == "nil?" { Val::bool(false, lanes) } else { Val::data(lanes) }, lanes))
            }
            "to_proc" | "freeze" | "dup" | "clone" | "itself" | "unbind" | "presence" => {
                Some((Val::of(V::Closure(closure.clone()), lanes), lanes))
            }
            "tap" | "then" | "yield_self" | "send" | "public_send" | "__send__" | "try" => None,
            _ => {
                // whoever takes it may call it
                let value = Val::of(V::Closure(closure.clone()), lanes);
                self.escape(&value, lanes, at);
                self.escape_args(args, lanes);
                Some((Val::data(lanes), lanes))
            }
        }
    }

    fn ruby_list_method(
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

    fn list_with_block(
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

    /// What a value has surely become through changes in place since `mark`.
    fn replaced(&self, value: &Val, mark: usize) -> Val {
        let mut out = value.clone();
        for (old, new) in self.changes.iter().skip(mark) {
            let on = out.alts.iter().filter(|alt| same(&alt.v, old)).fold(Lanes::NONE, |all, alt| all | alt.lanes)
                & new.lanes();
            if !on.is_empty() {
                let before = out.only(on);
                out.overwrite(on, &new.only(on));
                // a change under a condition may not have happened
                let others = before.alts.iter().any(|alt| !same(&alt.v, old));
                if others {
                    out.join(&before);
                }
            }
        }
        out
    }

    fn ruby_map_method(
        &mut self,
        at: NodeRef,
        pairs: &Rc<Vec<(Val, Val)>>,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        if super::ops::is_set(pairs) && name != "freeze" {
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

    /// `pattern === value` for classes and closures.
    pub fn case_of(&mut self, at: NodeRef, pattern: &Val, value: &Val, lanes: Lanes) -> Outcome {
        let open = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes };
        let own = Args { positional: vec![value.clone()], nodes: vec![at], ..Args::default() };
        match pattern.single() {
            Some(V::Closure(_)) => {
                let (result, falls) = self.call_value(at, pattern, &own, lanes);
                let outcome = self.truth(&result, falls);
                Outcome {
                    yes: outcome.yes & falls,
                    no: outcome.no & falls,
                    yes_sure: outcome.yes_sure & falls,
                    no_sure: outcome.no_sure & falls,
                }
            }
            Some(V::Class(class)) if self.resolve(*class, true, "===").is_some() => {
                let (class, this) = (*class, V::Class(*class));
                match self.call_ruby_member(at, &this, class, &SmolStr::new_static("==="), &own, lanes) {
                    Some((result, falls)) => {
                        let outcome = self.truth(&result, falls);
                        Outcome {
                            yes: outcome.yes & falls,
                            no: outcome.no & falls,
                            yes_sure: outcome.yes_sure & falls,
                            no_sure: outcome.no_sure & falls,
                        }
                    }
                    None => open,
                }
            }
            Some(V::Name(wanted)) => {
                let mut outcome = Outcome::default();
                for alt in value.groups(lanes) {
                    let known = kind_named(&alt.v, wanted);
                    let sure = if alt.doubt { Lanes::NONE } else { alt.lanes };
                    if known != Some(false) {
                        outcome.yes |= alt.lanes;
                        outcome.yes_sure |= sure;
                    }
                    if known != Some(true) {
                        outcome.no |= alt.lanes;
                        outcome.no_sure |= sure;
                    }
                }
                let rest = lanes.without(value.lanes());
                Outcome {
                    yes: outcome.yes | rest,
                    no: outcome.no | rest,
                    yes_sure: outcome.yes_sure | rest,
                    no_sure: outcome.no_sure | rest,
                }
            }
            _ => open,
        }
    }
}

/// Whether a value is of a class of Ruby itself. `None`: not known.
fn kind_named(v: &V, class: &str) -> Option<bool> {
    let own: &[&str] = match v {
        V::Str(_) => &["String", "Comparable"],
        V::Inquirer(_) => {
            &["String", "Comparable", "ActiveSupport.StringInquirer", "ActiveSupport.EnvironmentInquirer"]
        }
        V::AnyName { symbol: true, .. } | V::Symbol(_) => &["Symbol", "Comparable"],
        V::AnyName { .. } => &["String", "Comparable"],
        V::Int(_) => &["Integer", "Numeric", "Comparable"],
        V::Bool(true) => &["TrueClass"],
        V::Bool(false) => &["FalseClass"],
        V::Nil | V::Missing => &["NilClass"],
        V::List(_) => &["Array", "Enumerable"],
        V::Map(_) => &["Hash", "Enumerable"],
        _ => return None,
    };
    if matches!(class, "Object" | "BasicObject" | "Kernel") || own.contains(&class) {
        return Some(true);
    }
    let known = [
        "String",
        "Symbol",
        "Integer",
        "Numeric",
        "Float",
        "TrueClass",
        "FalseClass",
        "NilClass",
        "Array",
        "Hash",
        "Proc",
        "Regexp",
        "Range",
    ];
    known.contains(&class).then_some(false)
}

fn order(a: &str, b: &str) -> i64 {
    match a.cmp(b) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

/// The text of a plain string; a regular expression is another matter.
fn plain(value: &Val) -> Option<SmolStr> {
    match value.single()? {
        V::Str(text) | V::Inquirer(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
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
fn counted(from: i64, to: i64, lanes: Lanes) -> Option<Vec<Val>> {
    let count = to.checked_sub(from)?.checked_add(1)?.max(0);
    (count <= UNROLL as i64).then(|| (from..=to).map(|number| Val::of(V::Int(number), lanes)).collect())
}

/// How many of some tests hold, where that is decided.
fn counted_outcomes(outcomes: &[Outcome], lanes: Lanes) -> Val {
    let mut value = Val::default();
    for lane in lanes.indices() {
        let bit = Lanes::nth(lane);
        let open = outcomes.iter().any(|outcome| outcome.yes.has(bit) && outcome.no.has(bit));
        let count = outcomes.iter().filter(|outcome| outcome.yes.has(bit)).count() as i64;
        value.join(&if open { Val::data(bit) } else { Val::of(V::Int(count), bit) });
    }
    value
}

fn is_one(outcomes: &[Outcome], lanes: Lanes) -> Val {
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

fn pair_of(item: &Val) -> Option<(Val, Val)> {
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
