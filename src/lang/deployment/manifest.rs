//! Manifests of platforms, whatever their schema: `name:` beside `value:`, keys written like variables, and what is named as
//! a command. A document is one scope.

use super::data::{Data, Entry, Id, Value};
use super::words::{self, Simple};
use super::{expand, is_variable, push_commands};
use crate::program::deployment::{Deployment, Scope, Ships, Variable, When, Word, says_other};

/// Keys whose value is what is started.
const COMMANDS: &[&str] = &["command", "args", "startCommand", "dockerCommand", "entrypoint", "cmd", "web", "run"];

pub(super) fn read(data: &Data, text: &str) -> Deployment {
    let mut found = Deployment::default();
    for root in &data.roots {
        let scope = found.scopes.len();
        found.scopes.push(scope_of(data, *root));
        walk(data, text, *root, scope, &mut found);
    }
    // commands and their arguments come in the order of keys, not of the text
    found.variables.sort_by_key(|variable| variable.range.start);
    found
}

fn scope_of(data: &Data, root: Id) -> Scope {
    let metadata = data.get(root, "metadata");
    let name = metadata.and_then(|it| data.get_text(it, "name")).unwrap_or_default();
    let namespace = metadata.and_then(|it| data.get_text(it, "namespace")).unwrap_or_default();
    let is_other = says_other(namespace) || says_other(name) || data.get_text(root, "kind") == Some("Kustomization");
    let ships = if is_other { Ships::No } else { Ships::Runs };
    Scope { name: name.into(), ships, builds: true, ..Scope::default() }
}

fn walk(data: &Data, text: &str, root: Id, scope: usize, found: &mut Deployment) {
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        match &data.nodes[id].value {
            Value::List(items) => open.extend(items.iter().rev()),
            Value::Map(entries) => {
                read_map(data, text, entries, scope, found);
                // of environments beside each other only that of production counts; probes start nothing
                let inner = entries.iter().filter(|entry| !is_left_out(&entry.key)).map(|entry| entry.value);
                open.extend(inner.collect::<Vec<_>>().into_iter().rev());
            }
            _ => {}
        }
    }
}

fn is_left_out(key: &str) -> bool {
    says_other(key) || matches!(key, "environments" | "livenessProbe" | "readinessProbe" | "startupProbe" | "lifecycle")
}

fn read_map(data: &Data, text: &str, entries: &[Entry], scope: usize, found: &mut Deployment) {
    let of = |wanted: &[&str]| entries.iter().find(|entry| wanted.contains(&entry.key.as_str()));
    if let Some(name) = of(&["name", "key"])
        && let Some(value) = of(&["value"])
        && let (Some(variable), Some(text)) = (data.text(name.value), data.text(value.value))
        && words::is_name(variable)
    {
        let place = data.range(value.value);
        let statement = name.key_range.start.min(place.start)..place.end.max(data.range(name.value).end);
        push(found, variable, text, place, statement, scope);
    }
    if of(&["envFrom", "env_file", "fromGroup"]).is_some() {
        found.scopes[scope].is_open = true;
    }
    if let Some(image) = of(&["image"]).and_then(|image| data.text(image.value)) {
        found.scopes[scope].images.push(image.into());
    }
    for entry in entries.iter().filter(|entry| is_variable(&entry.key)) {
        // `app.json` describes a variable in a map
        let value = if data.is_map(entry.value) { data.get(entry.value, "value") } else { Some(entry.value) };
        if let Some((value, text)) = value.and_then(|value| Some((value, data.text(value)?))) {
            let place = data.range(value);
            let statement = entry.key_range.start..place.end.max(entry.key_range.end);
            let range = if data.is_map(entry.value) { place } else { statement.clone() };
            push(found, &entry.key, text, range, statement, scope);
        }
    }
    let mut simple = Vec::new();
    let mut place: Option<std::ops::Range<usize>> = None;
    let mut list = Vec::new();
    for key in COMMANDS {
        let Some(entry) = of(&[*key]) else { continue };
        let range = data.range(entry.value);
        place = Some(place.map_or(range.clone(), |known| known.start.min(range.start)..known.end.max(range.end)));
        match texts(data, entry.value) {
            // a command and its arguments are one
            Some(texts) => list.extend(texts),
            None => simple.extend(command(data, text, entry.value)),
        }
    }
    if !list.is_empty() {
        simple.extend(words::of_list(list));
    }
    if let Some(place) = place {
        push_commands(found, simple, place, scope, When::Start);
    }
}

fn push(
    found: &mut Deployment,
    name: &str,
    value: &str,
    range: std::ops::Range<usize>,
    statement: std::ops::Range<usize>,
    scope: usize,
) {
    let (value, is_default) = expand(value, &|_| None);
    found.variables.push(Variable { name: name.into(), value, range, statement, scope, is_default });
}

/// The words of a list; `None` where it is none.
fn texts(data: &Data, id: Id) -> Option<Vec<Word>> {
    let items = data.list(id);
    let word = |item: &Id| Some(Word { text: data.text(*item)?.into(), range: data.range(*item) });
    (!items.is_empty()).then(|| items.iter().filter_map(word).collect())
}

/// What a list of words or a line for a shell starts.
pub(super) fn command(data: &Data, text: &str, id: Id) -> Vec<Simple> {
    if let Some(words) = texts(data, id) {
        return words::of_list(words);
    }
    let Some(line) = data.text(id) else { return Vec::new() };
    let place = data.range(id);
    let written = text.get(place.clone()).unwrap_or_default();
    // a quoted line or a block: where it stands in the text is looked for
    let start = match written.find(line) {
        Some(offset) if !line.is_empty() => place.start + offset,
        _ => {
            return words::of_list(vec![
                Word { text: "sh".into(), range: place.clone() },
                Word { text: "-c".into(), range: place.clone() },
                Word { text: line.into(), range: place },
            ]);
        }
    };
    let all = words::split(text, start..start + line.len());
    // `sh -c "…"` in a line
    let again = |simple: Simple| {
        let assignments = simple.assignments;
        let mut inner = words::of_list(simple.words);
        if let Some(first) = inner.first_mut() {
            first.assignments.splice(0..0, assignments);
        }
        inner
    };
    all.into_iter().flat_map(again).collect()
}
