//! What holds: the truth of values.

use super::assign::names_constant;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::ops::cause_of;
use crate::worlds::value::*;

impl Machine<'_> {
    /// A bool from an outcome, with the deps of what decided it.
    pub fn bool_of(&self, outcome: &Outcome, by: &Val) -> Val {
        let mut value = Val::default();
        for (lanes, sure, truth) in [(outcome.yes, outcome.yes_sure, true), (outcome.no, outcome.no_sure, false)] {
            value.add(Alt { lanes: sure & lanes, v: V::Bool(truth), doubt: false });
            value.add(Alt { lanes: lanes.without(sure), v: V::Bool(truth), doubt: true });
        }
        // undecided lanes stay unknown with their cause, so that a condition on them names it
        let cause =
            by.alts.iter().filter_map(|alt| if let V::Unknown(cause) = alt.v { Some(cause) } else { None }).max();
        if let Some(cause) = cause {
            let open = outcome.yes & outcome.no;
            if !open.is_empty() && !outcome.yes_sure.has(open) && !outcome.no_sure.has(open) {
                value.overwrite(open, &Val::unknown(cause, open));
            }
        }
        value.deps = by.deps.clone();
        value
    }

    /// The truth of a value, the language's way.
    pub fn truth(&self, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for alt in &value.alts {
            let mut at = alt.lanes & lanes;
            seen |= at;
            let (truth, doubt) = match &alt.v {
                V::Nil | V::Missing | V::Bool(false) => (Some(false), false),
                V::Unknown(cause) => (None, cause.doubts()),
                V::AnyName { .. } => (Some(true), false),
                // an object in a condition of C# is converted by an operator of its own
                V::Instance(_) | V::Object(_) if self.csharp() => (None, false),
                V::Int(0) if !self.ruby() => (Some(false), false),
                V::Str(text) if self.python() && text.is_empty() => (Some(false), false),
                V::List(items) if self.python() => {
                    // elements that a test kept in some lanes only
                    let some = items.iter().fold(Lanes::NONE, |all, item| all | item.lanes());
                    let none = at.without(some);
                    outcome.no |= none;
                    outcome.no_sure |= if alt.doubt { Lanes::NONE } else { none };
                    at &= some;
                    (Some(true), false)
                }
                // a member of a module or of an object that is not in sight; a class or function that a file imports is true
                V::Name(name) if self.python() && !self.is_surely_true(name) => {
                    (None, name.rsplit('.').next().is_some_and(crate::worlds::names::looks_like_switch))
                }
                V::Instance(class) if self.answers_itself(*class, &["__bool__", "__len__"]) => (None, false),
                V::Object(object) if self.answers_itself(object.class, &["__bool__", "__len__"]) => (None, false),
                V::Map(pairs) if self.python() => {
                    let some = pairs.iter().fold(Lanes::NONE, |all, (key, _)| all | key.lanes());
                    let none = at.without(some);
                    outcome.no |= none;
                    outcome.no_sure |= if alt.doubt { Lanes::NONE } else { none };
                    at &= some;
                    (Some(true), false)
                }
                // a constant in capitals may hold a flag
                V::Name(name) if !self.csharp() && is_flag_constant(name) => (None, cause_of(&alt.v).doubts()),
                // a constant of Ruby is a class or module; anything else beyond the file may be anything
                V::Name(name) if self.ruby() && names_constant(name) => (Some(true), false),
                V::Name(_) | V::Made(_) => (None, cause_of(&alt.v).doubts()),
                _ => (Some(true), false),
            };
            outcome.answer(at, truth, doubt || alt.doubt);
        }
        outcome.open_in(lanes.without(seen))
    }

    /// The alternatives that may be true.
    pub fn truthy_part(&self, value: &Val, lanes: Lanes) -> Val {
        let mut part = self.part(value, lanes, |outcome, at| outcome.yes.has(at));
        if self.csharp() {
            // the operands of C# are bools: what is not known and turned out true is true
            part.alts
                .iter_mut()
                .filter(|alt| matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_)))
                .for_each(|alt| alt.v = V::Bool(true));
        }
        part
    }

    pub fn falsy_part(&self, value: &Val, lanes: Lanes) -> Val {
        let mut part = self.part(value, lanes, |outcome, at| outcome.no.has(at));
        for alt in &mut part.alts {
            // an unknown that turned out false is false, whatever else it might have been
            if matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_)) {
                alt.v = V::Bool(false);
            }
        }
        part
    }

    fn part(&self, value: &Val, lanes: Lanes, keep: impl Fn(&Outcome, Lanes) -> bool) -> Val {
        let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
        for alt in value.groups(lanes) {
            let one = Val::of(alt.v.clone(), alt.lanes);
            if keep(&self.truth(&one, alt.lanes), alt.lanes) {
                out.add(alt);
            }
        }
        out
    }

    pub(super) fn present_part(&self, value: &Val, lanes: Lanes) -> Val {
        let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
        for alt in value.groups(lanes) {
            if !matches!(alt.v, V::Nil | V::Missing) {
                out.add(alt);
            }
        }
        out
    }

    /// Whether a value is nil.
    pub fn nilness(&self, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = Outcome::default();
        for alt in value.groups(lanes) {
            let doubt = alt.doubt || matches!(alt.v, V::Unknown(cause) if cause.doubts());
            let is_nil = match alt.v {
                V::Nil | V::Missing => Some(true),
                V::Unknown(_) | V::Made(_) => None,
                // known by its declared type alone: it may be null
                V::Instance(_) if self.csharp() => None,
                _ => Some(false),
            };
            outcome.answer(alt.lanes, is_nil, doubt);
        }
        outcome
    }
}

/// `FEATURES`, `settings.READ_ONLY`: no class is called so.
fn is_flag_constant(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.len() > 1
        && !matches!(last, "ENV" | "ARGV")
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && last.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The stronger cause of two values, of which at least one is unknown.
pub fn worst(a: &V, b: &V) -> Cause {
    let cause = |v: &V| {
        if let V::Unknown(cause) = v { *cause } else { Cause::Data }
    };
    cause(a).max(cause(b))
}
