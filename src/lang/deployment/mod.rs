//! Deployment files to what they set and start. Each format has a reader; none of them fails: what cannot be understood
//! says nothing.

mod compose;
mod data;
mod image;
mod infrastructure;
mod lines;
mod manifest;
mod plain;
mod settings;
mod shell;
mod tables;
#[cfg(test)]
mod tests;
mod words;
mod workflow;
mod yaml;

use std::ops::Range;

use smol_str::SmolStr;

use crate::program::deployment::{Deployment, Format, Process, Scope, Ships, Variable, When};

use words::Simple;

/// Reads a file of a format.
pub fn read(format: Format, text: &str) -> Deployment {
    match format {
        Format::Image => image::read(text),
        Format::Compose => compose::read(&yaml::read(text), text),
        Format::Manifest => manifest::read(&yaml::read(text), text),
        Format::Toml => manifest::read(&tables::toml(text), text),
        Format::Json => manifest::read(&tables::json(text), text),
        Format::Workflow => workflow::read(&yaml::read(text), text),
        Format::Variables => plain::variables(text),
        Format::Procfile => plain::procfile(text),
        Format::Unit => plain::unit(text),
        Format::Infrastructure => infrastructure::read(text),
        Format::Shell => shell::read(text),
        Format::WebConfig => settings::web_config(text),
        Format::WebTransform => settings::transform(text),
        Format::AppSettings => settings::app_settings(text),
    }
}

/// A scope that is all of its file.
fn whole() -> Scope {
    Scope { builds: true, ..Scope::default() }
}

/// A scope that is there, but not for production.
fn silent(name: &str) -> Scope {
    Scope { name: name.into(), ships: Ships::No, ..Scope::default() }
}

/// Adds the simple commands of what is started, with the variables that stand before them.
fn push_commands(found: &mut Deployment, all: Vec<Simple>, statement: Range<usize>, scope: usize, when: When) {
    for simple in all {
        if when == When::Start {
            for assignment in simple.assignments {
                found.variables.push(Variable {
                    name: assignment.name,
                    value: assignment.value,
                    range: assignment.range,
                    statement: statement.clone(),
                    scope,
                    is_default: false,
                });
            }
        }
        if let (Some(first), Some(last)) = (simple.words.first(), simple.words.last()) {
            let range = first.range.start.min(last.range.start)..first.range.end.max(last.range.end);
            found.processes.push(Process { words: simple.words, range, statement: statement.clone(), scope, when });
        }
    }
}

/// Puts what is known in the place of `$NAME`, `${NAME}` and `${NAME:-default}`, and says whether somebody may have given
/// another value. What is not known stays as it is.
fn expand(text: &str, known: &dyn Fn(&str) -> Option<(SmolStr, bool)>) -> (SmolStr, bool) {
    let mut is_default = false;
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (inner, length) = match after.strip_prefix('{') {
            Some(braced) => match braced.find('}') {
                Some(end) => (&braced[..end], end + 2),
                None => break,
            },
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        let (name, form) = inner.split_at(end);
        let default = form.strip_prefix(":-").or_else(|| form.strip_prefix('-'));
        match (known(name).filter(|_| !name.is_empty()), default) {
            (Some((value, given)), _) => {
                is_default |= given;
                out.push_str(&value);
            }
            (None, Some(default)) => {
                is_default = true;
                out.push_str(default);
            }
            (None, None) => out.push_str(&rest[at..at + 1 + length]),
        }
        rest = &after[length..];
    }
    out.push_str(rest);
    (out.into(), is_default)
}

/// Whether a name is one of an environment variable by the way that it is written, also `Key__Part`.
fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
