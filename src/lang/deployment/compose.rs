//! Compose files: services, what they set and what they start.

use super::data::{Data, Entry, Id};
use super::manifest::command;
use super::words::is_name;
use super::{expand, push_commands, silent};
use crate::program::deployment::{Deployment, Scope, Ships, Variable, When, says_other};

pub(super) fn read(data: &Data, text: &str) -> Deployment {
    let mut found = Deployment::default();
    for root in &data.roots {
        let services = data.get(*root, "services");
        // the first version of the format has services only
        let is_first = services.is_none() && data.get(*root, "version").is_none();
        let Some(services) = services.or(is_first.then_some(*root)) else { continue };
        for service in data.entries(services) {
            if data.is_map(service.value) {
                read_service(data, text, service, &mut found);
            }
        }
    }
    found
}

fn read_service(data: &Data, text: &str, service: &Entry, found: &mut Deployment) {
    let map = service.value;
    let scope = found.scopes.len();
    let has = |key: &str| data.get(map, key).is_some();
    let profiles = data.get(map, "profiles").map(|profiles| data.list(profiles)).unwrap_or_default();
    let for_others = profiles.iter().filter_map(|profile| data.text(*profile)).any(says_other);
    let target = data.get(map, "build").and_then(|build| data.get_text(build, "target"));
    let is_other = says_other(&service.key) || for_others || target.is_some_and(says_other);
    found.scopes.push(Scope {
        ships: if is_other { Ships::No } else { Ships::Runs },
        images: data.get_text(map, "image").map(Into::into).into_iter().collect(),
        builds: has("build"),
        is_open: has("env_file") || has("extends"),
        ..silent(&service.key)
    });
    if let Some(environment) = data.get(map, "environment") {
        read_environment(data, environment, scope, found);
    }
    for key in ["entrypoint", "command"] {
        if let Some(id) = data.get(map, key) {
            let place = data.range(id);
            push_commands(found, command(data, text, id), place, scope, When::Start);
        }
    }
}

/// A map of variables or a list of `NAME=value`.
fn read_environment(data: &Data, environment: Id, scope: usize, found: &mut Deployment) {
    let mut push = |name: &str, value: &str, statement: std::ops::Range<usize>| {
        if is_name(name) {
            let (value, is_default) = expand(value, &|_| None);
            let range = statement.clone();
            found.variables.push(Variable { name: name.into(), value, range, statement, scope, is_default });
        }
    };
    for entry in data.entries(environment) {
        if let Some(value) = data.text(entry.value) {
            push(&entry.key, value, entry.key_range.start..data.range(entry.value).end.max(entry.key_range.end));
        }
    }
    for item in data.list(environment) {
        if let Some((name, value)) = data.text(*item).and_then(|text| text.split_once('=')) {
            push(name.trim(), value.trim(), data.range(*item));
        }
    }
}
