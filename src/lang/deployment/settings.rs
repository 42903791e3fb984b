//! Settings of ASP.NET in XML and JSON.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::{tables, whole};
use crate::program::deployment::{Deployment, Setting, Variable, What};
use crate::syntax::formats::{Grammar, parse_format, visit};

/// An element with its attributes: name to value and the place of both.
struct Element<'t> {
    name: &'t str,
    attributes: FxHashMap<&'t str, (&'t str, std::ops::Range<usize>)>,
}

/// Hands every element of a text to `each`.
fn elements<'t>(text: &'t str, mut each: impl FnMut(Element<'t>)) {
    let Some(tree) = parse_format(Grammar::Xml, text) else { return };
    let slice = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    visit(&tree, |node| {
        if !matches!(node.kind(), "STag" | "EmptyElemTag") {
            return true;
        }
        let mut cursor = node.walk();
        let mut element = Element { name: "", attributes: FxHashMap::default() };
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "Name" => element.name = slice(child),
                "Attribute" => {
                    let (Some(name), Some(value)) = (child.named_child(0), child.named_child(1)) else { continue };
                    let place = child.byte_range();
                    element.attributes.insert(slice(name), (slice(value).trim_matches(['"', '\'']), place));
                }
                _ => {}
            }
        }
        each(element);
        false
    });
}

pub(super) fn web_config(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    elements(text, |element| {
        let attribute = |name: &str| element.attributes.get(name);
        match element.name {
            "compilation" => {
                let on = attribute("debug").filter(|(value, _)| value.eq_ignore_ascii_case("true"));
                if let Some((_, range)) = on {
                    found.settings.push(Setting { what: What::CompilationDebug, range: range.clone() });
                }
            }
            "customErrors" => {
                if let Some((_, range)) = attribute("mode").filter(|(value, _)| *value == "Off") {
                    found.settings.push(Setting { what: What::CustomErrorsOff, range: range.clone() });
                }
            }
            "environmentVariable" => {
                if let (Some((name, from)), Some((value, to))) = (attribute("name"), attribute("value")) {
                    let range = from.start.min(to.start)..from.end.max(to.end);
                    let statement = range.clone();
                    let (name, value) = ((*name).into(), (*value).into());
                    found.variables.push(Variable { name, value, range, statement, scope: 0, is_default: false });
                }
            }
            _ => {}
        }
    });
    found
}

/// What a transformation takes away or sets to what is safe.
pub(super) fn transform(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    elements(text, |element| {
        let Some((transform, range)) = element.attributes.get("xdt:Transform") else { return };
        let is = |name: &str, value: &str| element.attributes.get(name).is_some_and(|(text, _)| *text == value);
        let removes = |name: &str| {
            *transform == "Remove" || (transform.starts_with("RemoveAttributes") && transform.contains(name))
        };
        let what = match element.name {
            "compilation"
                if removes("debug") || is("debug", "false") || *transform == "Replace" && !is("debug", "true") =>
            {
                What::CompilationDebug
            }
            "customErrors" if removes("mode") || is("mode", "RemoteOnly") || is("mode", "On") => What::CustomErrorsOff,
            "environmentVariable" | "environmentVariables" => What::EnvironmentVariable,
            _ => return,
        };
        found.settings.push(Setting { what, range: range.clone() });
    });
    found
}

pub(super) fn app_settings(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    let data = tables::json(text);
    for root in &data.roots {
        let circuit = data.entries(*root).into_iter().filter(|entry| entry.key == "CircuitOptions");
        let maps: Vec<usize> = circuit.map(|entry| entry.value).chain([*root]).collect();
        for entry in maps.into_iter().flat_map(|map| data.entries(map)) {
            let is_on = data.text(entry.value).is_some_and(|value| value.eq_ignore_ascii_case("true"));
            if entry.key.eq_ignore_ascii_case("DetailedErrors") && is_on {
                let range = entry.key_range.start..data.range(entry.value).end;
                found.settings.push(Setting { what: What::DetailedErrors, range });
            }
        }
    }
    found
}
