//! Values made of values: numbers, texts, truth over a list.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// `int("0")`, `eval("False")`, `json.loads("false")`.
    pub(super) fn convert(&mut self, at: NodeRef, name: &str, value: &Val, lanes: Lanes) -> Option<(Val, Lanes)> {
        let mut out = Val { deps: value.deps.clone(), ..Val::default() };
        let mut raised = Lanes::NONE;
        for alt in value.groups(lanes) {
            let v = match &alt.v {
                V::Str(text) => {
                    let text = text.trim();
                    let parsed = match name {
                        // a flag that is off and read as a number may as well be 0
                        "int" if matches!(text, "False" | "off") => {
                            raised |= alt.lanes;
                            Some(V::Int(0))
                        }
                        "int" => text.parse::<i64>().ok().map(V::Int),
                        "float" => match (text.parse::<i64>(), text.parse::<f64>()) {
                            (Ok(whole), _) => Some(V::Int(whole)),
                            (_, Ok(_)) => Some(V::Unknown(Cause::Data)),
                            _ => None,
                        },
                        "json.loads" => serde_json::from_str(text).ok().map(|value| from_json(&value, alt.lanes)),
                        // any other expression: not followed
                        "eval" | "ast.literal_eval" => Some(match text {
                            "True" => V::Bool(true),
                            "False" => V::Bool(false),
                            "None" => V::Nil,
                            _ => match text.parse::<i64>() {
                                Ok(whole) => V::Int(whole),
                                Err(_) => V::Unknown(Cause::Data),
                            },
                        }),
                        _ => match text.to_lowercase().as_str() {
                            "y" | "yes" | "t" | "true" | "on" | "1" => Some(V::Int(1)),
                            "n" | "no" | "f" | "false" | "off" | "0" => Some(V::Int(0)),
                            _ => None,
                        },
                    };
                    match parsed {
                        Some(v) => v,
                        None => {
                            raised |= alt.lanes;
                            continue;
                        }
                    }
                }
                V::Int(_) | V::Bool(_) if matches!(name, "int" | "float" | "eval") => alt.v.clone(),
                V::Missing => {
                    raised |= alt.lanes;
                    continue;
                }
                V::Unknown(cause) => V::Unknown(*cause),
                _ => V::Unknown(Cause::Data),
            };
            out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
        }
        let falls = out.lanes();
        let cuts = self.st.cuts.clone();
        self.leave(Target::Raise, raised, Val::data(lanes), Some(SmolStr::new_static("ValueError")), at);
        for lane in falls.indices() {
            self.st.cuts[lane] = cuts[lane].clone();
        }
        Some((out, falls))
    }

    /// `any(list)`, `all(list)`.
    pub fn quantify(&self, list: &Val, any: bool, lanes: Lanes) -> Val {
        let mut out = Val { deps: list.deps.clone(), ..Val::default() };
        for alt in list.groups(lanes) {
            match &alt.v {
                V::List(items) => {
                    let mut yes = Lanes::NONE;
                    let mut open = Lanes::NONE;
                    let mut no = Lanes::NONE;
                    for item in items.iter() {
                        let outcome = self.truth(item, alt.lanes & item.lanes());
                        yes |= outcome.yes.without(outcome.no);
                        no |= outcome.no.without(outcome.yes);
                        open |= outcome.yes & outcome.no;
                    }
                    let (hit, miss) =
                        if any { (yes, alt.lanes.without(yes | open)) } else { (alt.lanes.without(no | open), no) };
                    out.join(&Val::bool(true, hit));
                    out.join(&Val::bool(false, miss.without(hit)));
                    let rest = alt.lanes.without(hit | miss);
                    out.join(&Val::data(rest));
                }
                V::Unknown(cause) => out.join(&Val::unknown(*cause, alt.lanes)),
                _ => out.join(&Val::data(alt.lanes)),
            }
        }
        out
    }
}

/// `str(x)`.
pub(super) fn as_text(value: &Val, lanes: Lanes) -> Val {
    let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
    for alt in value.groups(lanes) {
        let v = match alt.v {
            V::Nil | V::Missing => V::Str(SmolStr::new_static("None")),
            V::Bool(true) => V::Str(SmolStr::new_static("True")),
            V::Bool(false) => V::Str(SmolStr::new_static("False")),
            V::Int(number) => V::Str(SmolStr::new(number.to_string())),
            V::Str(_) | V::AnyName { .. } | V::Unknown(_) => alt.v,
            V::Inquirer(text) => V::Str(text),
            _ => V::Unknown(Cause::Data),
        };
        out.add(Alt { v, ..alt });
    }
    out
}

/// A JSON value as the language holds it. Its nesting is bounded by the reader.
fn from_json(value: &serde_json::Value, lanes: Lanes) -> V {
    match value {
        serde_json::Value::Null => V::Nil,
        serde_json::Value::Bool(truth) => V::Bool(*truth),
        serde_json::Value::Number(number) => number.as_i64().map_or(V::Unknown(Cause::Data), V::Int),
        serde_json::Value::String(text) => V::Str(SmolStr::new(text)),
        serde_json::Value::Array(items) => {
            V::List(Rc::new(items.iter().map(|item| Val::of(from_json(item, lanes), lanes)).collect()))
        }
        serde_json::Value::Object(pairs) => V::Map(Rc::new(
            pairs
                .iter()
                .map(|(key, item)| {
                    let key = Val::of(V::Str(SmolStr::new(key)), lanes);
                    (key, Val::of(from_json(item, lanes), lanes))
                })
                .collect(),
        )),
    }
}
