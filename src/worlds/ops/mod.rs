//! Operations on known values: operators, comparisons, methods of texts, lists and maps.

mod binary;
mod contains;
mod equal;
mod list;
mod map;
mod text;

use std::rc::Rc;

use smol_str::SmolStr;

use self::list::count_in_lanes;
use super::eval::text_of;
use super::lanes::Lanes;
use super::machine::*;
use super::names::looks_like_switch;
use super::value::*;
use crate::program::*;
pub use binary::symbol_of;
pub use map::is_set;

/// What is not known of a value that is not known.
pub fn cause_of(v: &V) -> Cause {
    match v {
        V::Unknown(cause) => *cause,
        V::Name(name) | V::Made(name) if looks_like_switch(name.rsplit('.').next().unwrap_or(name)) => Cause::Opaque,
        _ => Cause::Data,
    }
}

impl Machine<'_> {
    /// A condition on the mere presence of an environment variable's text.
    pub fn truthy_variable(&mut self, at: NodeRef, value: &Val) {
        let text = value.alts.iter().any(|alt| matches!(&alt.v, V::Str(text) if text == "False" || text == "off"));
        let missing = value.alts.iter().any(|alt| matches!(alt.v, V::Missing));
        if text
            && missing
            && value.alts.iter().any(|alt| alt.lanes.has(Lanes::PRODUCTION) && matches!(alt.v, V::Str(_)))
        {
            self.emit(at, EventKind::TruthyVariable { name: SmolStr::default() });
        }
    }

    /// A property of a known value (C#, Python).
    pub fn property(&mut self, v: &V, name: &str, lanes: Lanes) -> Val {
        match (v, name) {
            (V::List(items), "Length" | "Count") => count_in_lanes(items, lanes),
            (V::Str(text) | V::Inquirer(text), "Length") => Val::of(V::Int(text.chars().count() as i64), lanes),
            // an enumeration's member as its value
            (V::Str(_) | V::Inquirer(_), "value" | "Value") => Val::of(v.clone(), lanes),
            (V::Symbol(text), "value") if self.python() => Val::of(V::Str(text.clone()), lanes),
            // of a task that is known by what it gives
            (V::Bool(_) | V::Str(_) | V::Int(_), "Result") if self.csharp() => Val::of(v.clone(), lanes),
            (V::Bool(_), "Value") => Val::of(v.clone(), lanes),
            (V::Missing | V::Nil, "HasValue") => Val::bool(false, lanes),
            (_, "HasValue") if !matches!(v, V::Unknown(_)) => Val::bool(true, lanes),
            _ => Val::data(lanes),
        }
    }

    /// A method of a known value. `None`: not known.
    pub fn value_method(&mut self, at: NodeRef, v: &V, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let this = Val::of(v.clone(), lanes);
        if self.ruby()
            && let Some(result) = self.ruby_method(at, v, name, args, lanes)
        {
            return Some(result);
        }
        if let Some(result) = self.any_method(at, v, &this, name, args, lanes) {
            return Some(result);
        }
        match v {
            V::Str(_) | V::Inquirer(_) | V::Symbol(_) | V::AnyName { .. } => {
                self.text_method(at, v, &this, name, args, lanes)
            }
            V::List(items) => self.list_method(at, items.clone(), &this, name, args, lanes),
            V::Map(pairs) => self.map_method(at, pairs.clone(), name, args, lanes),
            V::Regex { .. } if matches!(name, "match?" | "match" | "===" | "=~") => {
                let outcome = self.pattern_match(&this, args.get(0)?, lanes, false);
                Some((Val::either(outcome.yes, outcome.no), lanes))
            }
            V::Bool(_) => match name {
                "to_s" | "ToString" => Some((
                    Val::of(V::Str(SmolStr::new(if matches!(v, V::Bool(true)) { "true" } else { "false" })), lanes),
                    lanes,
                )),
                "GetValueOrDefault" => Some((this, lanes)),
                _ => None,
            },
            V::Generator(generator) => {
                let generator = generator.clone();
                let falls = self.iterate_generator(&generator, lanes);
                Some((Val::data(falls), falls))
            }
            _ => None,
        }
    }

    /// Methods of every object.
    fn any_method(
        &mut self,
        at: NodeRef,
        v: &V,
        this: &Val,
        name: &str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let bool = |outcome: Outcome| Some((Val::either(outcome.yes, outcome.no), lanes));
        match (self.language, name) {
            // texts that read alike are different objects, or the same one
            (Language::Ruby, "equal?") if text_of(v).is_some() && !matches!(v, V::Symbol(_)) => {
                Some((Val::data(lanes), lanes))
            }
            (Language::Ruby, "==" | "eql?" | "===" | "equal?") => {
                let outcome = self.equal(at, this, args.get(0)?, lanes, false);
                bool(outcome)
            }
            (Language::Ruby, "!=") => {
                let outcome = self.equal(at, this, args.get(0)?, lanes, false);
                bool(outcome.negate())
            }
            (Language::Ruby, "in?") => {
                let outcome = self.contains(at, args.get(0)?, this, lanes);
                bool(outcome)
            }
            (Language::Ruby, "nil?") => Some((Val::bool(matches!(v, V::Nil | V::Missing), lanes), lanes)),
            (Language::Ruby, "!") => bool(self.truth(this, lanes).negate()),
            (Language::Ruby, "then" | "yield_self" | "tap") => {
                let block = args.block.clone()?;
                let own = Args { positional: vec![this.clone()], nodes: vec![at], ..Args::default() };
                let mark = self.changes.len();
                let (value, falls) = self.call_value(at, &block, &own, lanes);
                Some((if name == "tap" { self.after_changes(this, mark).only(falls) } else { value }, falls))
            }
            (Language::Ruby, "dup" | "clone" | "deep_dup" | "to_h" | "to_a")
                if args.positional.is_empty() && args.block.is_none() && matches!(v, V::List(_) | V::Map(_)) =>
            {
                match v {
                    V::List(items) => Some((Val::of(V::List(Rc::new(items.to_vec())), lanes), lanes)),
                    V::Map(pairs) if name != "to_a" => Some((Val::of(V::Map(Rc::new(pairs.to_vec())), lanes), lanes)),
                    _ => None,
                }
            }
            (Language::Ruby, "freeze" | "dup" | "clone" | "itself" | "presence" | "try" | "html_safe" | "to_str")
                if args.positional.is_empty() =>
            {
                Some((this.clone(), lanes))
            }
            (Language::Ruby, "is_a?" | "kind_of?" | "respond_to?" | "instance_of?") => Some((Val::data(lanes), lanes)),
            (Language::CSharp, "Equals") => {
                let ignore_case = args.get(1).is_some_and(|value| matches!(value.single(), Some(V::IgnoreCase)));
                let outcome = self.equal(at, this, args.get(0)?, lanes, ignore_case);
                bool(outcome)
            }
            (Language::CSharp, "GetAwaiter" | "GetResult" | "ConfigureAwait" | "AsTask" | "WaitAsync") => {
                Some((this.clone(), lanes))
            }
            // a number may be a member of an enumeration
            (Language::CSharp, "ToString") if matches!(v, V::Int(_)) => Some((Val::data(lanes), lanes)),
            (Language::CSharp, "ToString") if matches!(v, V::Str(_) | V::Inquirer(_) | V::AnyName { .. }) => {
                Some((this.clone(), lanes))
            }
            _ => None,
        }
    }
}
