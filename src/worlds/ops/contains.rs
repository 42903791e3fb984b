//! Whether a list, a map or a text holds a value.

use std::rc::Rc;

use smol_str::SmolStr;

use super::cause_of;
use super::equal::Eq3;
use crate::program::*;
use crate::worlds::eval::{text_of, worst};
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// Whether a collection (or string) holds a value.
    pub fn contains(&mut self, at: NodeRef, list: &Val, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = Outcome::default();
        // production under several names: each is in the list or not, whatever the others are
        if !self.facts.production_names.is_empty() && value.alts.len() > 1 && value.lanes().covers(lanes) {
            for alt in value.groups(lanes) {
                let on = alt.lanes;
                let one = Val { alts: smallvec::smallvec![alt], deps: value.deps.clone(), taint: value.taint };
                let part = self.contains(at, list, &one, on);
                outcome.yes |= part.yes;
                outcome.no |= part.no;
                outcome.yes_sure |= part.yes_sure;
                outcome.no_sure |= part.no_sure;
            }
            return outcome;
        }
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
        outcome.open_in(lanes.without(seen))
    }
}

pub(super) fn are_bools(value: &Val) -> bool {
    !value.alts.is_empty() && value.alts.iter().all(|alt| matches!(alt.v, V::Bool(_)))
}
