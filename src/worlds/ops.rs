//! Operations on known values: comparisons, strings, lists.

use std::rc::Rc;

use smol_str::SmolStr;

use super::eval::{text_of, worst};
use super::lanes::Lanes;
use super::machine::*;
use super::methods::is_known_name;
use super::names::looks_like_switch;
use super::value::*;
use crate::program::*;

/// Three-valued equality.
#[derive(Clone, Copy, PartialEq)]
enum Eq3 {
    Yes,
    No,
    /// Either; doubted for this cause.
    Maybe(Cause),
}

/// What is not known of a value that is not known.
pub fn cause_of(v: &V) -> Cause {
    match v {
        V::Unknown(cause) => *cause,
        V::Name(name) | V::Made(name) if looks_like_switch(name.rsplit('.').next().unwrap_or(name)) => Cause::Opaque,
        _ => Cause::Data,
    }
}

impl<'p> Machine<'p> {
    pub fn binary(&mut self, at: NodeRef, op: Op, left: &Val, right: &Val, lanes: Lanes, _left_at: NodeRef) -> Val {
        if self.ruby() {
            self.expose_all(&[left, right]);
        }
        let outcome = match op {
            Op::Eq => self.equal(at, left, right, lanes, false),
            Op::Ne => self.equal(at, left, right, lanes, false).negate(),
            Op::Same | Op::NotSame => {
                let outcome = self.same_object(at, left, right, lanes);
                if op == Op::Same { outcome } else { outcome.negate() }
            }
            Op::In => self.contains(at, right, left, lanes),
            Op::NotIn => self.contains(at, right, left, lanes).negate(),
            Op::CaseEq => self.case_equal(at, left, right, lanes),
            Op::Matches => self.pattern_match(right, left, lanes, false),
            Op::NotMatches => self.pattern_match(right, left, lanes, false).negate(),
            Op::BitAnd | Op::BitOr | Op::Xor
                if self.csharp() && left.alts.iter().chain(&right.alts).any(|alt| matches!(alt.v, V::Int(_))) =>
            {
                return numbers(left, right, lanes, |a, b| match op {
                    Op::BitAnd => Some(a & b),
                    Op::BitOr => Some(a | b),
                    _ => Some(a ^ b),
                });
            }
            Op::BitAnd | Op::BitOr | Op::Xor
                if self.csharp() || self.python() && are_bools(left) && are_bools(right) =>
            {
                let (a, b) = (self.truth(left, lanes), self.truth(right, lanes));
                match op {
                    Op::Xor if self.python() => Outcome {
                        yes: (a.yes & b.no) | (a.no & b.yes),
                        no: (a.yes & b.yes) | (a.no & b.no),
                        yes_sure: (a.yes_sure & b.no_sure) | (a.no_sure & b.yes_sure),
                        no_sure: (a.yes_sure & b.yes_sure) | (a.no_sure & b.no_sure),
                    },
                    Op::BitAnd => Outcome {
                        yes: a.yes & b.yes,
                        no: a.no | b.no,
                        yes_sure: a.yes_sure & b.yes_sure,
                        no_sure: a.no_sure | b.no_sure,
                    },
                    Op::BitOr => Outcome {
                        yes: a.yes | b.yes,
                        no: a.no & b.no,
                        yes_sure: a.yes_sure | b.yes_sure,
                        no_sure: a.no_sure & b.no_sure,
                    },
                    _ => Outcome {
                        yes: (a.yes & b.no) | (a.no & b.yes),
                        no: (a.yes & b.yes) | (a.no & b.no),
                        yes_sure: (a.yes_sure & b.no_sure) | (a.no_sure & b.yes_sure),
                        no_sure: (a.yes_sure & b.yes_sure) | (a.no_sure & b.no_sure),
                    },
                }
            }
            Op::Sub if self.csharp() => return numbers(left, right, lanes, i64::checked_sub),
            Op::Add => return self.add(left, right, lanes, at),
            Op::Shift => {
                let added = Val::of(V::List(Rc::new(vec![right.clone()])), lanes);
                let list = left.alts.iter().any(|alt| matches!(alt.v, V::List(_)));
                self.note_sink(
                    at,
                    Some((left, self.left_of(at))),
                    "<<",
                    &Args { positional: vec![right.clone()], nodes: vec![at], ..Args::default() },
                    lanes,
                );
                if list {
                    // `list << item` changes the list itself
                    let sum = self.add(left, &added, lanes, at);
                    self.changed(self.left_of(at), left, &sum, lanes);
                    return sum;
                }
                if self.ruby() && left.alts.iter().any(|alt| text_of(&alt.v).is_some()) {
                    // `text << more` changes the text itself
                    let sum = self.add(left, right, lanes, at);
                    self.changed(self.left_of(at), left, &sum, lanes);
                    return sum;
                }
                if self.ruby() && left.alts.iter().any(|alt| matches!(alt.v, V::Map(_))) {
                    // a set that grows
                    self.changed(self.left_of(at), left, &Val::data(lanes), lanes);
                }
                self.escape(right, lanes, at);
                self.taint_place(self.left_of(at), right.taint);
                return Val::data(lanes).tainted(left.taint.or(right.taint));
            }
            Op::Lt | Op::Le | Op::Gt | Op::Ge => return self.compare(op, left, right, lanes),
            Op::Sub | Op::Mul | Op::Mod | Op::BitAnd | Op::BitOr | Op::Xor if self.ruby() => {
                let name = match op {
                    Op::Sub => "-",
                    Op::Mul => "*",
                    Op::Mod => "%",
                    Op::BitAnd => "&",
                    Op::BitOr => "|",
                    _ => "^",
                };
                let args = Args { positional: vec![right.clone()], nodes: vec![at], ..Args::default() };
                let (mut value, _) = self.each_alternative(left, lanes, |machine, v, lanes| {
                    machine
                        .value_method(at, v, name, &args, lanes)
                        .unwrap_or_else(|| (Val::unknown(cause_of(v), lanes), lanes))
                });
                value.deps = value.deps.and(&left.deps).and(&right.deps);
                value.taint = value.taint.or(left.taint).or(right.taint);
                return value;
            }
            _ => {
                // what composes closures may call them
                self.escape(left, lanes, at);
                self.escape(right, lanes, at);
                let cause =
                    left.alts.iter().chain(&right.alts).map(|alt| cause_of(&alt.v)).max().unwrap_or(Cause::Data);
                return Val::unknown(cause, lanes).tainted(left.taint.or(right.taint));
            }
        };
        let mut value = self.bool_of(&outcome, left);
        value.deps = left.deps.clone().and(&right.deps);
        // a comparison with something doubted is doubted
        let cause = left.alts.iter().chain(&right.alts).map(|alt| cause_of(&alt.v)).max().unwrap_or(Cause::Data);
        let open = (outcome.yes & outcome.no).without(outcome.yes_sure | outcome.no_sure);
        if cause.doubts() && !open.is_empty() {
            value.overwrite(open, &Val::unknown(cause, open));
        }
        value
    }

    fn left_of(&self, at: NodeRef) -> NodeRef {
        match self.kind(at) {
            Some(Kind::Binary { left, .. }) => NodeRef { item: at.item, node: *left },
            _ => at,
        }
    }

    fn compare(&self, op: Op, left: &Val, right: &Val, lanes: Lanes) -> Val {
        let mut out = Val { deps: left.deps.clone().and(&right.deps), ..Val::default() };
        for a in left.groups(lanes) {
            for b in right.groups(a.lanes) {
                let v = match (&a.v, &b.v) {
                    (V::Int(a), V::Int(b)) => V::Bool(match op {
                        Op::Lt => a < b,
                        Op::Le => a <= b,
                        Op::Gt => a > b,
                        _ => a >= b,
                    }),
                    (V::Str(a), V::Str(b)) if self.python() => V::Bool(match op {
                        Op::Lt => a < b,
                        Op::Le => a <= b,
                        Op::Gt => a > b,
                        _ => a >= b,
                    }),
                    (a, b) => V::Unknown(cause_of(a).max(cause_of(b))),
                };
                out.add(Alt { lanes: b.lanes, v, doubt: a.doubt || b.doubt });
            }
        }
        let rest = lanes.without(out.lanes());
        out.join(&Val::data(rest));
        out
    }

    fn outcome_over(&self, left: &Val, right: &Val, lanes: Lanes, test: impl Fn(&V, &V) -> Eq3) -> Outcome {
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for a in left.groups(lanes) {
            for b in right.groups(a.lanes) {
                seen |= b.lanes;
                let result = test(&a.v, &b.v);
                let doubt = a.doubt || b.doubt || matches!(result, Eq3::Maybe(cause) if cause.doubts());
                let sure = if doubt { Lanes::NONE } else { b.lanes };
                if result != Eq3::No {
                    outcome.yes |= b.lanes;
                    outcome.yes_sure |= sure;
                }
                if result != Eq3::Yes {
                    outcome.no |= b.lanes;
                    outcome.no_sure |= sure;
                }
            }
        }
        let rest = lanes.without(seen);
        Outcome {
            yes: outcome.yes | rest,
            no: outcome.no | rest,
            yes_sure: outcome.yes_sure | rest,
            no_sure: outcome.no_sure | rest,
        }
    }

    pub fn equal(&mut self, at: NodeRef, left: &Val, right: &Val, lanes: Lanes, ignore_case: bool) -> Outcome {
        self.note_comparison(at, left, right, ignore_case);
        self.note_comparison(at, right, left, ignore_case);
        let (python, csharp) = (self.python(), self.csharp());
        self.outcome_over(left, right, lanes, |a, b| match (a, b) {
            (V::Instance(_), V::Nil | V::Missing) | (V::Nil | V::Missing, V::Instance(_)) if csharp => {
                Eq3::Maybe(Cause::Data)
            }
            _ => eq(a, b, ignore_case, python),
        })
    }

    /// Python `is`.
    fn same_object(&mut self, at: NodeRef, left: &Val, right: &Val, lanes: Lanes) -> Outcome {
        let literal = match self.kind(at) {
            Some(Kind::Binary { left, right, .. }) => {
                let is_text = |node: &NodeId| {
                    matches!(
                        self.kind(NodeRef { item: at.item, node: *node }),
                        Some(Kind::Lit(Lit::Str(_) | Lit::Int(_)))
                    )
                };
                is_text(left) || is_text(right)
            }
            _ => false,
        };
        if literal {
            let environment = left.alts.iter().chain(&right.alts).any(|alt| matches!(alt.v, V::AnyName { .. }));
            if environment && let Some(text) = right.text().or_else(|| left.text()).cloned() {
                self.emit(at, EventKind::Constant { literal: text, why: Mismatch::Identity });
            }
            return Outcome { yes: Lanes::NONE, no: lanes, yes_sure: Lanes::NONE, no_sure: lanes };
        }
        self.note_comparison(at, left, right, false);
        let python = self.python();
        self.outcome_over(left, right, lanes, |a, b| match (a, b) {
            // True is 1, but not the same object
            (V::Int(_), V::Bool(_)) | (V::Bool(_), V::Int(_)) => Eq3::No,
            (V::Instance(_) | V::Object(_), V::Nil | V::Missing)
            | (V::Nil | V::Missing, V::Instance(_) | V::Object(_)) => Eq3::No,
            _ => eq(a, b, false, python),
        })
    }

    /// Ruby `pattern === value`.
    pub fn case_equal(&mut self, at: NodeRef, pattern: &Val, value: &Val, lanes: Lanes) -> Outcome {
        if pattern.alts.iter().any(|alt| matches!(alt.v, V::Regex { .. })) {
            return self.pattern_match(pattern, value, lanes, true);
        }
        if pattern.alts.iter().any(|alt| matches!(alt.v, V::Closure(_) | V::Class(_) | V::Name(_))) {
            return self.case_of(at, pattern, value, lanes);
        }
        if let Some(V::Map(pairs)) = pattern.single()
            && is_set(pairs)
        {
            return self.contains(at, pattern, value, lanes);
        }
        self.equal(at, value, pattern, lanes, false)
    }

    /// A regular expression against a value.
    pub fn pattern_match(&self, pattern: &Val, value: &Val, lanes: Lanes, _whole: bool) -> Outcome {
        let (pattern, value) = if pattern.alts.iter().any(|alt| matches!(alt.v, V::Regex { .. })) {
            (pattern, value)
        } else {
            (value, pattern)
        };
        self.outcome_over(pattern, value, lanes, |pattern, value| {
            let (V::Regex { pattern, ignore_case }, Some(text)) = (pattern, text_of(value)) else {
                return match value {
                    V::Nil | V::Missing => Eq3::No,
                    v => Eq3::Maybe(cause_of(v)),
                };
            };
            match regex::RegexBuilder::new(&translate(pattern))
                .case_insensitive(*ignore_case)
                .multi_line(true)
                .size_limit(1 << 20)
                .build()
            {
                Ok(regex) if regex.is_match(text) => Eq3::Yes,
                Ok(_) => Eq3::No,
                Err(_) => Eq3::Maybe(Cause::GaveUp),
            }
        })
    }

    /// Whether a collection (or string) holds a value.
    pub fn contains(&mut self, at: NodeRef, list: &Val, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for alt in list.groups(lanes) {
            seen |= alt.lanes;
            let part = match &alt.v {
                V::List(items) => {
                    let several = std::mem::replace(&mut self.several, items.len() > 1);
                    let ignore_case = items.iter().any(|item| matches!(item.single(), Some(V::IgnoreCase)));
                    let mut any =
                        Outcome { yes: Lanes::NONE, no: alt.lanes, yes_sure: Lanes::NONE, no_sure: alt.lanes };
                    for item in items.iter().filter(|item| !matches!(item.single(), Some(V::IgnoreCase))) {
                        let one = self.equal(at, value, item, alt.lanes, ignore_case);
                        any = Outcome {
                            yes: any.yes | one.yes,
                            no: any.no & one.no,
                            yes_sure: any.yes_sure | one.yes_sure,
                            no_sure: any.no_sure & one.no_sure,
                        };
                    }
                    // either way is open where no item decides
                    self.several = several;
                    any.yes_sure &= any.yes;
                    any.no_sure &= any.no;
                    any
                }
                V::Map(pairs) => {
                    let keys = Val::of(V::List(Rc::new(pairs.iter().map(|(key, _)| key.clone()).collect())), alt.lanes);
                    self.contains(at, &keys, value, alt.lanes)
                }
                V::Str(_) | V::Inquirer(_) => {
                    let haystack = Val::of(alt.v.clone(), alt.lanes);
                    self.outcome_over(&haystack, value, alt.lanes, |list, value| {
                        match (text_of(list), text_of(value)) {
                            (Some(list), Some(value)) if list.contains(value.as_str()) => Eq3::Yes,
                            (Some(_), Some(_)) => Eq3::No,
                            _ => Eq3::Maybe(worst(list, value)),
                        }
                    })
                }
                V::Name(name) if matches!(name.as_str(), "os.environ" | "environ" | "ENV") => {
                    let variable = self.environment_variable(at, value, alt.lanes);
                    self.nilness(&variable, alt.lanes).negate()
                }
                // a test runner's module is loaded in tests only
                V::Name(name) if name == "sys.modules" => match value.text().map(SmolStr::as_str) {
                    Some("pytest" | "unittest" | "_pytest") => Outcome {
                        yes: alt.lanes & (Lanes::TEST | Lanes::ANY),
                        no: alt.lanes.without(Lanes::TEST),
                        yes_sure: alt.lanes & Lanes::TEST,
                        no_sure: alt.lanes.without(Lanes::TEST),
                    },
                    _ => Outcome { yes: alt.lanes, no: alt.lanes, yes_sure: alt.lanes, no_sure: alt.lanes },
                },
                v => {
                    let sure = if cause_of(v).doubts() { Lanes::NONE } else { alt.lanes };
                    Outcome { yes: alt.lanes, no: alt.lanes, yes_sure: sure, no_sure: sure }
                }
            };
            outcome = Outcome {
                yes: outcome.yes | part.yes,
                no: outcome.no | part.no,
                yes_sure: outcome.yes_sure | part.yes_sure,
                no_sure: outcome.no_sure | part.no_sure,
            };
        }
        let rest = lanes.without(seen);
        Outcome {
            yes: outcome.yes | rest,
            no: outcome.no | rest,
            yes_sure: outcome.yes_sure | rest,
            no_sure: outcome.no_sure | rest,
        }
    }

    /// Notes a comparison of the environment's name with something no environment is called.
    fn note_comparison(&mut self, at: NodeRef, environment: &Val, literal: &Val, ignore_case: bool) {
        let any = environment
            .alts
            .iter()
            .find_map(|alt| if let V::AnyName { symbol, own, .. } = alt.v { Some((symbol, own)) } else { None });
        let Some((symbol, own)) = any else { return };
        let (name, why) = match literal.single() {
            Some(V::Symbol(name)) if !symbol => (name.clone(), Mismatch::Symbol),
            Some(V::Str(name)) if symbol => (name.clone(), Mismatch::Text),
            Some(V::Bool(value)) => (SmolStr::new(value.to_string()), Mismatch::Bool),
            Some(V::Str(name) | V::Symbol(name)) => {
                // in a branch some spellings are already ruled out; they are names all the same
                let canonical: &[&str] = if self.csharp() && !own {
                    &["Production", "Staging", "Development"]
                } else {
                    &["production", "staging", "development", "test"]
                };
                let here = environment.alts.iter().filter_map(|alt| text_of(&alt.v)).map(SmolStr::as_str);
                let known: Vec<&str> = canonical.iter().copied().chain(here).collect();
                if name.is_empty()
                    || known
                        .iter()
                        .any(|known| if ignore_case { known.eq_ignore_ascii_case(name) } else { known == name })
                {
                    return;
                }
                if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                    self.emit(at, EventKind::UnknownName { name: name.clone(), own });
                    return;
                }
                // the project spells its own variable as it likes; a list may name several spellings
                if own || self.several {
                    return;
                }
                (name.clone(), Mismatch::Case)
            }
            _ => return,
        };
        self.emit(at, EventKind::Constant { literal: name, why });
    }

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

    fn text_method(
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

    fn map_method(
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

    fn list_method(
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

/// Whether a map stands for a Ruby set.
pub fn is_set(pairs: &[(Val, Val)]) -> bool {
    !pairs.is_empty() && pairs.iter().all(|(_, value)| matches!(value.single(), Some(V::Name(name)) if name == "Set"))
}

fn are_bools(value: &Val) -> bool {
    !value.alts.is_empty() && value.alts.iter().all(|alt| matches!(alt.v, V::Bool(_)))
}

/// Arithmetic on numbers that are known.
fn numbers(left: &Val, right: &Val, lanes: Lanes, apply: impl Fn(i64, i64) -> Option<i64>) -> Val {
    let mut out = Val { deps: left.deps.clone().and(&right.deps), taint: left.taint.or(right.taint), ..Val::default() };
    for a in left.groups(lanes) {
        for b in right.groups(a.lanes) {
            let result = match (&a.v, &b.v) {
                (V::Int(a), V::Int(b)) => apply(*a, *b),
                _ => None,
            };
            out.add(Alt {
                lanes: b.lanes,
                v: result.map_or_else(|| V::Unknown(cause_of(&a.v).max(cause_of(&b.v))), V::Int),
                doubt: a.doubt || b.doubt,
            });
        }
    }
    let rest = lanes.without(out.lanes());
    if !rest.is_empty() {
        out.join(&Val::data(rest));
    }
    out
}

/// How many of the items there are, lane by lane.
fn count_in_lanes(items: &[Val], lanes: Lanes) -> Val {
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

fn eq(a: &V, b: &V, ignore_case: bool, python: bool) -> Eq3 {
    use V::*;
    let of = |yes: bool| if yes { Eq3::Yes } else { Eq3::No };
    match (a, b) {
        (Nil | Missing, Nil | Missing) => Eq3::Yes,
        (Unknown(a), Unknown(b)) => Eq3::Maybe((*a).max(*b)),
        (Unknown(cause), _) | (_, Unknown(cause)) => Eq3::Maybe(*cause),
        (Made(_) | Name(_), Made(_) | Name(_)) if same(a, b) && matches!(a, Name(_)) => Eq3::Yes,
        (Made(_) | Name(_), _) => Eq3::Maybe(cause_of(a)),
        (_, Made(_) | Name(_)) => Eq3::Maybe(cause_of(b)),
        (Symbol(a), Symbol(b)) => of(a == b),
        (Str(a) | Inquirer(a), Str(b) | Inquirer(b)) => {
            of(if ignore_case { a.to_lowercase() == b.to_lowercase() } else { a == b })
        }
        (AnyName { symbol: false, .. }, Str(text) | Inquirer(text))
        | (Str(text) | Inquirer(text), AnyName { symbol: false, .. })
        | (AnyName { symbol: true, .. }, Symbol(text))
        | (Symbol(text), AnyName { symbol: true, .. }) => {
            if is_known_name(text) || text.is_empty() {
                Eq3::No
            } else {
                Eq3::Maybe(Cause::Data)
            }
        }
        (AnyName { .. }, AnyName { .. }) => Eq3::Maybe(Cause::Data),
        (Bool(a), Bool(b)) => of(a == b),
        (Int(a), Int(b)) => of(a == b),
        (Bool(a), Int(b)) | (Int(b), Bool(a)) if python => of(i64::from(*a) == *b),
        (List(a), List(b)) => {
            if a.len() != b.len() {
                return Eq3::No;
            }
            let mut all = Eq3::Yes;
            for (a, b) in a.iter().zip(b.iter()) {
                match (a.single(), b.single()) {
                    (Some(List(_)), _) | (_, Some(List(_))) => all = Eq3::Maybe(Cause::Data),
                    (Some(a), Some(b)) => match eq(a, b, ignore_case, python) {
                        Eq3::No => return Eq3::No,
                        Eq3::Yes => {}
                        maybe => all = maybe,
                    },
                    _ => all = Eq3::Maybe(Cause::Data),
                }
            }
            all
        }
        (Class(a), Class(b)) => of(a == b),
        // an object of the file may define what it equals
        (Instance(_) | Object(_), other) | (other, Instance(_) | Object(_))
            if python && !matches!(other, Unknown(_)) =>
        {
            Eq3::Maybe(Cause::Data)
        }
        (Instance(_) | Object(_) | Map(_) | Closure(_), Instance(_) | Object(_) | Map(_) | Closure(_)) => {
            Eq3::Maybe(Cause::Data)
        }
        _ => Eq3::No,
    }
}

/// Ruby's regular expressions in the syntax of the regex crate, where they differ in what matters.
fn translate(pattern: &str) -> String {
    pattern
        .replace("\\Z", "\\z")
        .replace("\\h", "[0-9a-fA-F]")
        .replace("(?<", "(?P<")
        .replace("(?P<=", "(?<=")
        .replace("(?P<!", "(?<!")
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
