//! requirements.txt, pyproject.toml, setup.py, setup.cfg, Pipfile, lock files, environment.yml.

use smol_str::SmolStr;
use toml::{Table, Value};

use super::{Manifest, Version, join, normal, version};
use crate::program::Language;

pub(super) fn requirements(text: &str, manifest: &mut Manifest) {
    for line in text.lines() {
        let line = line.trim();
        let included = ["-r", "--requirement", "-c", "--constraint"]
            .iter()
            .find_map(|option| line.strip_prefix(option)?.strip_prefix([' ', '=']));
        match included {
            Some(path) => manifest.includes.extend(join(&manifest.folder, path.trim())),
            None => add(manifest, line),
        }
    }
}

pub(super) fn pyproject(text: &str, manifest: &mut Manifest) {
    let Ok(document) = text.parse::<Table>() else {
        manifest.open = true;
        return;
    };
    let tool = |name: &str| document.get("tool").and_then(|tool| tool.get(name));
    if let Some(project) = document.get("project") {
        builds(project, manifest);
        list(project.get("dependencies"), manifest);
        lists(project.get("optional-dependencies"), manifest);
        let dynamic = project.get("dynamic").and_then(Value::as_array);
        manifest.open |= dynamic.is_some_and(|names| names.iter().any(|name| name.as_str() == Some("dependencies")));
    }
    lists(document.get("dependency-groups"), manifest);
    if let Some(poetry) = tool("poetry") {
        builds(poetry, manifest);
        keys(poetry.get("dependencies"), manifest);
        keys(poetry.get("dev-dependencies"), manifest);
        for group in tables(poetry.get("group")) {
            keys(group.get("dependencies"), manifest);
        }
    }
    lists(tool("pdm").and_then(|pdm| pdm.get("dev-dependencies")), manifest);
    list(tool("uv").and_then(|uv| uv.get("dev-dependencies")), manifest);
    let environments = tool("hatch").and_then(|hatch| hatch.get("envs"));
    for environment in tables(environments) {
        list(environment.get("dependencies"), manifest);
        list(environment.get("extra-dependencies"), manifest);
    }
}

pub(super) fn pipfile(text: &str, manifest: &mut Manifest) {
    match text.parse::<Table>() {
        Ok(document) => {
            keys(document.get("packages"), manifest);
            keys(document.get("dev-packages"), manifest);
        }
        Err(_) => manifest.open = true,
    }
}

pub(super) fn pipfile_lock(text: &str, manifest: &mut Manifest) {
    manifest.locked = true;
    let Ok(document) = serde_json::from_str::<serde_json::Value>(text) else {
        return;
    };
    for section in ["default", "develop"] {
        let entries = document.get(section).and_then(|section| section.as_object());
        for (name, entry) in entries.into_iter().flatten() {
            let pinned = entry.get("version").and_then(|version| version.as_str());
            insert(manifest, name, pinned.and_then(pin));
        }
    }
}

/// poetry.lock, uv.lock, pdm.lock: `name` and `version` of each `[[package]]`.
pub(super) fn toml_lock(text: &str, manifest: &mut Manifest) {
    manifest.locked = true;
    let value = |line: &str, key: &str| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches('"').to_string())
    };
    let mut name: Option<String> = None;
    for line in text.lines() {
        if line.starts_with('[') {
            name = None;
        } else if let Some(found) = value(line, "name") {
            insert(manifest, &found, None);
            name = Some(found);
        } else if let (Some(name), Some(found)) = (&name, value(line, "version")) {
            insert(manifest, name, version(&found));
        }
    }
}

/// Every string of the program that reads like a requirement: which list it ends up in cannot be told from the text.
pub(super) fn setup_py(text: &str, manifest: &mut Manifest) {
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        let keyword = line.split(['=', '(', ' ']).next().unwrap_or_default();
        if keyword == "name" {
            let quoted = line.split(['"', '\'']).nth(1);
            manifest.builds = quoted.map(|name| normal(Language::Python, name));
            continue;
        }
        let prose = ["description", "long_description", "author", "url", "license", "keywords", "classifiers"];
        if prose.contains(&keyword) || line.contains(" :: ") {
            continue;
        }
        for (index, quoted) in line.split(['"', '\'']).enumerate() {
            if index % 2 == 1 {
                add(manifest, quoted);
            }
        }
    }
}

pub(super) fn setup_cfg(text: &str, manifest: &mut Manifest) {
    let mut section = "";
    let mut requirements = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            section = trimmed.trim_matches(['[', ']']);
            requirements = false;
            continue;
        }
        if !line.starts_with([' ', '\t'])
            && let Some((key, value)) = trimmed.split_once('=')
        {
            let key = key.trim();
            if section == "metadata" && key == "name" {
                manifest.builds = Some(normal(Language::Python, value));
            }
            requirements = match section {
                "options" => matches!(key, "install_requires" | "tests_require"),
                "options.extras_require" => true,
                _ => false,
            };
            if requirements {
                value.split([';', ',']).for_each(|value| add(manifest, value));
            }
        } else if requirements {
            add(manifest, trimmed);
        }
    }
}

/// `- faker=19.0` and, below `pip:`, requirements.
pub(super) fn conda(text: &str, manifest: &mut Manifest) {
    for line in text.lines() {
        if let Some(entry) = line.trim().strip_prefix("- ") {
            let entry = entry.rsplit("::").next().unwrap_or(entry).trim_matches(['"', '\'']);
            match entry.split_once('=') {
                Some((name, pinned)) if !pinned.starts_with('=') && !name.ends_with(['<', '>', '~', '!']) => {
                    insert(manifest, name, version(pinned));
                }
                _ => add(manifest, entry),
            }
        }
    }
}

fn builds(table: &Value, manifest: &mut Manifest) {
    if let Some(name) = table.get("name").and_then(Value::as_str) {
        manifest.builds = Some(normal(Language::Python, name));
    }
}

fn tables(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let table = value.and_then(Value::as_table);
    table.into_iter().flat_map(|table| table.values())
}

fn list(value: Option<&Value>, manifest: &mut Manifest) {
    let entries = value.and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(Value::as_str).for_each(|entry| add(manifest, entry));
}

fn lists(value: Option<&Value>, manifest: &mut Manifest) {
    for entry in tables(value) {
        list(Some(entry), manifest);
    }
}

/// `name = "^1.2"` and `name = { version = "^1.2" }`.
fn keys(value: Option<&Value>, manifest: &mut Manifest) {
    for (name, entry) in value.and_then(Value::as_table).into_iter().flatten() {
        let written = entry.as_str().or_else(|| entry.get("version").and_then(Value::as_str));
        let exact =
            |written: &str| version(written).filter(|_| written.starts_with(|first: char| first.is_ascii_digit()));
        insert(manifest, name, written.and_then(|written| pin(written).or_else(|| exact(written))));
    }
}

/// Adds a requirement (`Flask[async]==2.3.1; python_version > "3"`); anything else is passed over.
fn add(manifest: &mut Manifest, written: &str) {
    let written = written.split(" #").next().unwrap_or_default().trim();
    if written.starts_with(['#', '-', '.', '/']) {
        return;
    }
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let end = written.find(|letter| !is_name(letter)).unwrap_or(written.len());
    let (name, rest) = written.split_at(end);
    let rest = rest.trim_start();
    let extras = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let rest = extras.map_or(rest, |(_, rest)| rest).trim_start();
    let requirement = rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', ';', '@', '(', '\\']);
    if !name.is_empty() && requirement && name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        insert(manifest, name, pin(rest));
    }
}

fn insert(manifest: &mut Manifest, name: &str, version: Option<Version>) {
    let name: SmolStr = normal(Language::Python, name);
    if let Some(version) = version {
        manifest.versions.push((name.clone(), version));
    }
    manifest.packages.insert(name);
}

/// The version that a specifier leaves only patch releases of: `==2.3.1`, `==2.3.*`, `~=2.3.0`.
fn pin(specifier: &str) -> Option<Version> {
    let specifier = specifier.split(';').next().unwrap_or_default().trim().trim_matches(['(', ')']);
    if specifier.contains(',') {
        return None;
    }
    if let Some(rest) = specifier.strip_prefix("~=") {
        return version(rest).filter(|_| rest.matches('.').count() >= 2);
    }
    version(specifier.strip_prefix("==")?.trim_start_matches('='))
}
