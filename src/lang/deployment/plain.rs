//! Formats of lines: variables, Procfiles, units of systemd.

use std::ops::Range;

use super::words::{self, is_name};
use super::{expand, push_commands, whole};
use crate::program::deployment::{Deployment, Scope, Ships, Variable, When, says_other};

/// The lines of a text with their places, without what surrounds them; comments are left out.
fn lines(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut start = 0;
    text.split_inclusive(['\n', '\r']).filter_map(move |line| {
        let at = start;
        start += line.len();
        let inner = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let content = inner.trim_end();
        (!content.is_empty() && !content.starts_with(['#', ';'])).then_some((content, at + line.len() - inner.len()))
    })
}

/// `NAME=value`, `export NAME="value" # comment`.
pub(super) fn variables(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    for (line, at) in lines(text) {
        let content = line.strip_prefix("export ").map_or(line, str::trim_start);
        push(&mut found, content, at + line.len() - content.len(), 0);
    }
    found
}

fn push(found: &mut Deployment, content: &str, at: usize, scope: usize) {
    let Some((name, rest)) = content.split_once('=') else { return };
    let name = name.trim();
    let lead = rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, length) = match quote.and_then(|quote| rest[1..].find(quote)) {
        Some(close) => (&rest[1..=close], close + 2),
        None => {
            let end = rest.find(" #").unwrap_or(rest.len());
            let value = rest[..end].trim_end();
            (value, value.len())
        }
    };
    if is_name(name) {
        let from = content.len() - rest.len() - lead;
        let range: Range<usize> = at..at + from + lead + length;
        let (value, is_default) = expand(value, &|_| None);
        let statement = range.clone();
        found.variables.push(Variable { name: name.into(), value, range, statement, scope, is_default });
    }
}

/// `web: command`: each process is a scope.
pub(super) fn procfile(text: &str) -> Deployment {
    let mut found = Deployment::default();
    for (line, at) in lines(text) {
        let Some((name, command)) = line.split_once(':') else { continue };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            continue;
        }
        let scope = found.scopes.len();
        let ships = if says_other(name) { Ships::No } else { Ships::Runs };
        found.scopes.push(Scope { name: name.into(), ships, builds: true, ..Scope::default() });
        let start = at + line.len() - command.len();
        // the platform runs one line a process
        push_commands(&mut found, words::split(text, start..at + line.len()), at..at + line.len(), scope, When::Start);
    }
    found
}

/// `Environment=` and `ExecStart=`.
pub(super) fn unit(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    for (line, at) in lines(text) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let start = at + line.len() - value.len();
        let place = start..at + line.len();
        match key.trim() {
            "EnvironmentFile" => found.scopes[0].is_open = true,
            "Environment" => {
                for simple in words::split(text, place.clone()) {
                    for assignment in simple.assignments {
                        let (range, statement) = (assignment.range, place.clone());
                        let (name, value) = (assignment.name, assignment.value);
                        found.variables.push(Variable { name, value, range, statement, scope: 0, is_default: false });
                    }
                }
            }
            "ExecStart" => {
                let prefix = value.len() - value.trim_start_matches(['-', '@', '+', '!', ':', ' ']).len();
                let place = start + prefix..at + line.len();
                push_commands(&mut found, words::split(text, place.clone()), place, 0, When::Start);
            }
            _ => {}
        }
    }
    found
}
