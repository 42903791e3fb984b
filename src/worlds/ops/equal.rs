//! Whether values are equal, and comparisons that cannot hold.

use smol_str::SmolStr;

use super::cause_of;
use super::map::is_set;
use crate::program::*;
use crate::worlds::eval::text_of;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::methods::is_known_name;
use crate::worlds::value::*;

/// Three-valued equality.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Eq3 {
    Yes,
    No,
    /// Either; doubted for this cause.
    Maybe(Cause),
}

impl Machine<'_> {
    pub(super) fn outcome_over(&self, left: &Val, right: &Val, lanes: Lanes, test: impl Fn(&V, &V) -> Eq3) -> Outcome {
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for a in left.groups(lanes) {
            for b in right.groups(a.lanes) {
                seen |= b.lanes;
                let result = test(&a.v, &b.v);
                let doubt = a.doubt || b.doubt || matches!(result, Eq3::Maybe(cause) if cause.doubts());
                let answer = match result {
                    Eq3::Yes => Some(true),
                    Eq3::No => Some(false),
                    Eq3::Maybe(_) => None,
                };
                outcome.answer(b.lanes, answer, doubt);
            }
        }
        outcome.open_in(lanes.without(seen))
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
    pub(super) fn same_object(&mut self, at: NodeRef, left: &Val, right: &Val, lanes: Lanes) -> Outcome {
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
            // a list may hold texts beside it, for a setting that is one or the other
            Some(V::Bool(_)) if self.several => return,
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
}

pub(super) fn eq(a: &V, b: &V, ignore_case: bool, python: bool) -> Eq3 {
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
pub(super) fn translate(pattern: &str) -> String {
    pattern
        .replace("\\Z", "\\z")
        .replace("\\h", "[0-9a-fA-F]")
        .replace("(?<", "(?P<")
        .replace("(?P<=", "(?<=")
        .replace("(?P<!", "(?<!")
}
