//! Compose files: services, what they set and what they start.

use super::data::{Data, Entry, Id};
use super::manifest::command;
use super::words::is_name;
use super::{expand, push_commands, silent};
use crate::program::deployment::{Deployment, Scope, Ships, Variable, When, says_other};

/// Variables above which no more are read.
const MOST: usize = 100_000;

pub(super) fn read(data: &Data, text: &str) -> Deployment {
    let mut found = Deployment::default();
    for root in &data.roots {
        let services = data.get(*root, "services");
        // the first version of the format has services only
        let is_first = services.is_none() && data.get(*root, "version").is_none();
        let Some(services) = services.or(is_first.then_some(*root)) else { continue };
        let services = data.entries(services);
        // services that work on a checkout are started together with the others by a developer
        let is_of_developers = services.iter().any(|service| is_for_developers(data, service.value));
        for service in services {
            if data.is_map(service.value) {
                read_service(data, text, service, is_of_developers, &mut found);
            }
        }
    }
    found
}

/// Whether a service works on the files of a checkout: it mounts them, is rebuilt when they change, or is given a
/// developer's secrets.
fn is_for_developers(data: &Data, service: Id) -> bool {
    let watches = data.get(service, "develop").is_some();
    let volumes = data.get(service, "volumes").map(|volumes| data.list(volumes)).unwrap_or_default();
    let mut mounts = volumes.iter().filter_map(|volume| match data.text(*volume) {
        Some(short) => short.split_once(':'),
        None => Some((data.get_text(*volume, "source")?, data.get_text(*volume, "target")?)),
    });
    watches || mounts.any(|(source, target)| is_checkout(source, target))
}

/// Whether what is mounted is code: the whole checkout, or a folder of it in the place that it has in the image.
fn is_checkout(source: &str, target: &str) -> bool {
    /// Folders that production mounts as well.
    const DATA: &[&str] = &[
        "assets",
        "backup",
        "backups",
        "build",
        "cert",
        "certs",
        "conf",
        "config",
        "configs",
        "coverage",
        "data",
        "db",
        "dist",
        "files",
        "log",
        "logs",
        "media",
        "nginx",
        "out",
        "public",
        "scripts",
        "secrets",
        "shared",
        "ssl",
        "static",
        "storage",
        "templates",
        "tmp",
        "uploads",
    ];
    let folder = source.trim_end_matches('/');
    if matches!(folder, "." | ".." | "$PWD" | "${PWD}" | "$(pwd)") || folder.to_lowercase().contains("usersecrets") {
        return true;
    }
    let Some(name) = folder.strip_prefix("./").filter(|name| !name.contains(['.', '/', '$'])) else { return false };
    let target = target.split(':').next().unwrap_or(target).trim_end_matches('/');
    target.rsplit('/').next() == Some(name) && !DATA.contains(&name)
}

fn read_service(data: &Data, text: &str, service: &Entry, is_other: bool, found: &mut Deployment) {
    let map = service.value;
    let scope = found.scopes.len();
    let has = |key: &str| data.get(map, key).is_some();
    let profiles = data.get(map, "profiles").map(|profiles| data.list(profiles)).unwrap_or_default();
    let for_others = profiles.iter().filter_map(|profile| data.text(*profile)).any(says_other);
    let target = data.get(map, "build").and_then(|build| data.get_text(build, "target"));
    let is_other = is_other || says_other(&service.key) || for_others || target.is_some_and(says_other);
    found.scopes.push(Scope {
        ships: if is_other { Ships::No } else { Ships::Runs },
        images: data.get_text(map, "image").map(Into::into).into_iter().collect(),
        builds: has("build"),
        is_open: has("env_file") || has("extends"),
        ..silent(&service.key)
    });
    // anchors may say the same in every service
    if let Some(environment) = data.get(map, "environment").filter(|_| found.variables.len() < MOST) {
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
