//! Gemfile, Gemfile.lock, gemspec.

use smol_str::SmolStr;

use super::{Manifest, Version, join, normal, version};
use crate::program::Language;

pub(super) fn gemfile(text: &str, manifest: &mut Manifest) {
    let mut loops = false;
    for line in code(text) {
        if let Some(rest) = call(line, "gem") {
            match string(rest) {
                Some((name, rest)) => add(manifest, name, requirement(rest)),
                // `%w[a b].each { |name| gem name }`
                None => loops = true,
            }
        }
        if let Some(rest) = call(line, "eval_gemfile") {
            match string(rest).and_then(|(path, _)| join(&manifest.folder, path)) {
                Some(path) => manifest.includes.push(path),
                None => manifest.open = true,
            }
        }
        manifest.open |= line.contains("instance_eval") || line.starts_with("eval ") || line.starts_with("eval(");
        loops |= line.contains("| gem ");
    }
    if loops {
        for line in code(text) {
            words(line, manifest);
        }
    }
}

pub(super) fn gemspec(file: &str, text: &str, manifest: &mut Manifest) {
    let stem = file.strip_suffix(".gemspec").unwrap_or(file);
    manifest.builds = Some(normal(Language::Ruby, stem));
    for line in code(text) {
        for keyword in ["add_dependency", "add_runtime_dependency", "add_development_dependency"] {
            let Some(at) = line.find(keyword) else {
                continue;
            };
            let rest = line[at + keyword.len()..].trim_start_matches(['(', ' ']);
            if let Some((name, rest)) = string(rest) {
                add(manifest, name, requirement(rest));
            }
        }
        if let Some((_, rest)) = line.split_once(".name")
            && let Some(rest) = rest.trim_start().strip_prefix('=')
            && let Some((name, _)) = string(rest.trim_start())
        {
            manifest.builds = Some(normal(Language::Ruby, name));
        }
    }
}

/// Lines of the `specs:` of each source: `    rails (7.1.3)`, and below each what it needs, deeper.
pub(super) fn lock(text: &str, manifest: &mut Manifest) {
    manifest.locked = true;
    for line in text.lines() {
        let Some(entry) = line.strip_prefix("    ") else {
            continue;
        };
        if let Some((name, rest)) = entry.trim().split_once(" (") {
            let exact = !entry.starts_with(' ');
            let version = rest.strip_suffix(')').and_then(version).filter(|_| exact);
            add(manifest, name, version);
        }
    }
}

fn add(manifest: &mut Manifest, name: &str, version: Option<Version>) {
    let name = normal(Language::Ruby, name);
    if let Some(version) = version {
        if name == "railties" {
            manifest.versions.push((SmolStr::new_static("rails"), version));
        }
        manifest.versions.push((name.clone(), version));
    }
    manifest.packages.insert(name);
}

/// Lines without indentation and comment lines.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// What follows the name of a method that is called without a receiver.
fn call<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let rest = line.strip_prefix(name)?;
    rest.starts_with([' ', '(']).then(|| rest.trim_start_matches([' ', '(']))
}

/// The string that a text begins with, and the rest.
fn string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix("%q<").map_or(text, |rest| rest);
    let quote = text.chars().next()?;
    if quote == '"' || quote == '\'' {
        return text[1..].split_once(quote);
    }
    // what `gem build` writes: `%q<name>.freeze`
    text.split_once(">.freeze")
}

/// The version that a requirement leaves only patch releases of: `, "7.1.3"`, `"= 7.1"`, `"~> 7.1.0"`.
fn requirement(rest: &str) -> Option<Version> {
    let (written, more) = string(rest.trim_start().strip_prefix(',')?.trim_start())?;
    let written = written.trim();
    if written.contains(',') {
        return None;
    }
    let pinned = match written.strip_prefix("~>") {
        Some(rest) if rest.matches('.').count() >= 2 => rest,
        Some(_) => return None,
        None => written.strip_prefix('=').unwrap_or(written),
    };
    let bounded = more.trim_start().strip_prefix(',').is_some_and(|more| more.trim_start().starts_with(['"', '\'']));
    version(pinned).filter(|_| !bounded)
}

/// The words of `%w[…]`.
fn words(line: &str, manifest: &mut Manifest) {
    let Some((_, rest)) = line.split_once("%w") else {
        return;
    };
    let end = rest.find([']', ')', '}']).unwrap_or(rest.len());
    for word in rest[..end].trim_start_matches(['[', '(', '{']).split_whitespace() {
        add(manifest, word, None);
    }
}
