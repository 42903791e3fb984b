//! Comments and entries of the configuration that allow a finding.

use std::ops::Range;

use super::held::Held;
use super::{Fix, FixKind};
use crate::lang::guard::{Text, guards};
use crate::rules::Finding;
use crate::text::Edit;
use crate::text::edits::{Moves, apply, normal};

/// Comments written for one finding, at most; beyond this the configuration is the better place.
const MOST: usize = 5;

/// A comment that allows a finding where it is. The reason is left to whoever chooses it.
pub(super) fn here(held: &Held<'_>, file: &Text<'_>, finding: &Finding) -> Option<Fix> {
    let title = format!("Allow {} here", finding.rule);
    let places: Vec<Range<usize>> =
        [&finding.range].into_iter().chain(finding.sites.iter().map(|site| &site.range)).cloned().collect();
    let statements = || {
        let mut found: Vec<Range<usize>> = Vec::new();
        for place in &places {
            let statement = guards(file.language).statement(file, place)?;
            if !found.iter().any(|known| known.start <= statement.start && statement.end <= known.end) {
                found.push(statement);
            }
        }
        found.sort_by_key(|range| range.start);
        (found.len() <= MOST).then_some(found)
    };
    let definition = || {
        let range = guards(file.language).definition(file, places.first()?)?;
        let holds = places.iter().all(|place| range.start <= place.start && place.end <= range.end);
        holds.then(|| vec![range])
    };
    let statements = statements();
    let first = match &statements {
        Some(found) if found.len() > 1 => [definition(), statements],
        _ => [statements, definition()],
    };
    for ranges in first.into_iter().flatten() {
        let edits: Option<Vec<Edit>> = ranges.iter().map(|range| comment(file, finding.rule, range)).collect();
        if let Some(edits) = edits.and_then(normal)
            && let Some(cursor) = allows(held, finding, &edits)
        {
            return Some(Fix { title, kind: FixKind::AllowHere, safe: false, edits, cursor: Some(cursor) });
        }
    }
    None
}

/// A comment above a statement, or behind it if something else stands before it.
fn comment(file: &Text<'_>, rule: &str, range: &Range<usize>) -> Option<Edit> {
    let text = format!("prodguard: allow({rule}) ");
    let nl = file.newline;
    if file.template {
        let at = file.line_start(range.start);
        return Some(Edit::insert(at, format!("{}<%# {text}%>{nl}", file.indent(range.start))));
    }
    let comment = guards(file.language).comment(&text);
    if file.starts_line(range.start) {
        let at = file.line_start(range.start);
        return Some(Edit::insert(at, format!("{}{comment}{nl}", file.indent(range.start))));
    }
    let end = file.line_end(range.start);
    let bare = file.slice(range.end..end.max(range.end)).trim();
    (range.end <= end && !bare.contains(['#', '"', '\''])).then(|| Edit::insert(end, format!(" {comment}")))
}

/// Where the reason is typed, if the comment does what it says.
fn allows(held: &Held<'_>, finding: &Finding, edits: &[Edit]) -> Option<usize> {
    let (_, after) = held.after(edits)?;
    let moves = Moves::of(edits);
    let at = moves.character(finding.range.start)?;
    if after.findings.iter().any(|found| found.rule == finding.rule && found.range.start == at) {
        return None;
    }
    held.no_new_finding(&after, &moves, &|_| true, &|found| found.rule == "allow-without-reason")?;
    let first = edits.first()?;
    let text = apply(held.input.text, edits);
    let mark = text.get(first.range.start..)?.find("allow(")?;
    let close = text.get(first.range.start + mark..)?.find(") ")?;
    Some(first.range.start + mark + close + 2)
}

/// The entry that allows a rule in the file at `path` (relative to the configuration's folder), appended to the text of a
/// `prodguard.toml`. Its reason is empty: whoever chooses it types one.
pub fn allow_in_config(config_text: &str, rule: &str, path: &str) -> Edit {
    let newline = if config_text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut pattern = String::new();
    for c in path.chars() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => pattern.extend(['[', c, ']']),
            c => pattern.push(c),
        }
    }
    let pattern = toml::Value::String(pattern);
    let rule = toml::Value::String(rule.to_owned());
    let before = match config_text {
        "" => "",
        text if text.ends_with(['\n', '\r']) => newline,
        _ => &format!("{newline}{newline}"),
    };
    let entry = ["[[allow]]", &format!("paths = [{pattern}]"), &format!("rules = [{rule}]"), "reason = \"\"", ""];
    Edit::insert(config_text.len(), format!("{before}{}", entry.join(newline)))
}
