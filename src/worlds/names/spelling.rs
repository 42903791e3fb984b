//! How names are spelt: environments in a framework's own way, switches, letters apart.

use smol_str::SmolStr;

use crate::catalog::Lanes as Spelt;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    Text,
    Inquirer,
    Symbol,
}

/// A value spelt out lane by lane.
pub(super) fn spell(all: &Spelt, lanes: Lanes, form: Form, own: bool) -> Val {
    let mut value = Val::default();
    for (lane, spellings) in [
        (Lanes::PRODUCTION, &all.production),
        (Lanes::UNSET, &all.unset),
        (Lanes::STAGING, &all.staging),
        (Lanes::ODD, &all.odd),
        (Lanes::DEVELOPMENT, &all.development),
        (Lanes::TEST, &all.test),
    ] {
        if !lanes.has(lane) {
            continue;
        }
        if spellings.is_empty() {
            value.join(&Val::of(V::Missing, lane));
            value.join(&Val::unknown(Cause::Flag, lane));
        }
        for spelling in spellings {
            let v = match (spelling, form) {
                (None, _) => V::Missing,
                (Some(text), Form::Text) => V::Str(text.clone()),
                (Some(text), Form::Inquirer) => V::Inquirer(text.clone()),
                (Some(text), Form::Symbol) => V::Symbol(text.clone()),
            };
            value.add(Alt { lanes: lane, v, doubt: false });
        }
    }
    if lanes.has(Lanes::ANY) {
        value.join(&Val::of(
            V::AnyName { own, inquirer: form == Form::Inquirer, symbol: form == Form::Symbol },
            Lanes::ANY,
        ));
    }
    value
}

/// A bool, true where the accessor's lanes say "true".
pub(super) fn flag(all: &Spelt, lanes: Lanes) -> Val {
    let mut value = Val::default();
    let mut any = false;
    for (lane, spellings) in [
        (Lanes::PRODUCTION, &all.production),
        (Lanes::UNSET, &all.unset),
        (Lanes::STAGING, &all.staging),
        (Lanes::ODD, &all.odd),
        (Lanes::DEVELOPMENT, &all.development),
        (Lanes::TEST, &all.test),
    ] {
        for spelling in spellings {
            let truth = spelling.as_deref() == Some("true");
            any |= truth && lane.has(Lanes::DEVELOPMENT | Lanes::TEST);
            value.join(&Val::bool(truth, lane & lanes));
        }
        if spellings.is_empty() {
            value.join(&Val::data(lane & lanes));
        }
    }
    // a flag that can be true somewhere may be so in an environment nobody knows
    value.join(&if any {
        Val::data(Lanes::ANY & lanes)
    } else {
        Val::bool(value.alts.iter().any(|alt| matches!(alt.v, V::Bool(true))), Lanes::ANY & lanes)
    });
    value
}

pub(super) fn text_of_alt(alt: &Alt) -> Option<SmolStr> {
    match &alt.v {
        V::Str(text) | V::Symbol(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether an unknown predicate or setting could be a test of the environment or of a switch.
pub fn looks_like_switch(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "env",
        "environment",
        "prod",
        "production",
        "dev",
        "development",
        "staging",
        "local",
        "localhost",
        "debug",
        "demo",
        "sandbox",
        "test",
        "testing",
        "seed",
        "seeding",
        "enabled",
        "enable",
        "disabled",
        "feature",
        "flag",
        "flags",
        "allow",
        "allowed",
        "allows",
        "config",
        "configuration",
        "setting",
        "settings",
        "mode",
        "safe",
        "deployed",
        "deployment",
        "docker",
        "plantable",
        "ci",
        "live",
        "fake",
        "mock",
        "review",
        "switch",
        "toggle",
    ];
    words(name).any(|word| PARTS.contains(&word.as_str()))
}

/// The lower-case words of a snake or camel case name.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len();
        let mut previous: Option<char> = None;
        for (at, c) in rest.char_indices() {
            let next_lower = rest[at + c.len_utf8()..].chars().next().is_some_and(char::is_lowercase);
            let boundary = !c.is_alphanumeric()
                || previous.is_some_and(|before| {
                    c.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_lower))
                });
            if at > 0 && boundary {
                end = at;
                break;
            }
            previous = Some(c);
        }
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word.to_lowercase())
    })
}

/// Longer names than this belong to nothing: their tail is left out.
pub(super) const MAX_NAME: usize = 160;
