//! Bicep and Terraform: `name` and `value` beside each other, and keys written like variables. There is no grammar for
//! either; what is a variable is told by pairs alone.

use std::ops::Range;

use super::words::is_name;
use super::{is_variable, whole};
use crate::program::deployment::{Deployment, Variable};

/// Bytes of a line above which a tool made it.
const LONGEST: usize = 16 * 1024;

/// `key: 'value'` or `key = "value"`.
struct Pair<'t> {
    key: &'t str,
    value: &'t str,
    /// From the key to the closing quote.
    range: Range<usize>,
}

pub(super) fn read(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    // a name waits for its value on the same line or one of the next ones
    let mut named: Option<(&str, usize, usize)> = None;
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        // nobody writes longer ones
        let written = if line.len() > LONGEST { "" } else { line };
        for pair in pairs(written) {
            let range = start + pair.range.start..start + pair.range.end;
            let mut push = |name: &str, statement: Range<usize>, range: Range<usize>| {
                let (name, value) = (name.into(), pair.value.into());
                found.variables.push(Variable { name, value, range, statement, scope: 0, is_default: false });
            };
            match pair.key {
                "name" => named = is_name(pair.value).then_some((pair.value, range.start, number)),
                "value" => {
                    if let Some((name, at, _)) = named.take().filter(|(_, _, line)| number <= line + 2) {
                        let is_here = text[at..range.start].contains('\n');
                        let place = if is_here { range.clone() } else { at..range.end };
                        push(name, at..range.end, place);
                    }
                }
                key if is_variable(key) => push(key, range.clone(), range),
                _ => {}
            }
        }
        start += line.len();
    }
    found
}

/// The pairs of a line; what follows a comment is none.
fn pairs(line: &str) -> Vec<Pair<'_>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    // the last quoted text may be a key
    let mut quoted: Option<Range<usize>> = None;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => break,
            b'/' if bytes.get(at + 1) == Some(&b'/') => break,
            quote @ (b'"' | b'\'') => {
                let Some(length) = memchr::memchr(quote, &bytes[at + 1..]) else { break };
                let inner = at + 1..at + 1 + length;
                if let Some(key) = key_before(line, at, quoted.as_ref()) {
                    let range = key.start..inner.end + 1;
                    found.push(Pair { key: line[key].trim_matches(['"', '\'']), value: &line[inner.clone()], range });
                }
                quoted = Some(at..inner.end + 1);
                at = inner.end + 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// The key of a value whose quote stands at an offset.
fn key_before(line: &str, at: usize, quoted: Option<&Range<usize>>) -> Option<Range<usize>> {
    let before = line[..at].trim_end();
    let before = before.strip_suffix([':', '='])?.trim_end();
    if let Some(key) = quoted.filter(|key| key.end == before.len()) {
        return Some(key.clone());
    }
    let start = before
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
    (start < before.len()).then_some(start..before.len())
}
