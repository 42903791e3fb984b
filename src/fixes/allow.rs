//! Comments and entries of the configuration that allow a finding.

use std::ops::Range;

use super::held::Held;
use super::{Fix, FixKind};
use crate::analysis::Input;
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

/// The comment without a name that allows nothing, or no comment if there is no other name.
pub(super) fn without(input: &Input<'_>, finding: &Finding) -> Option<(String, Vec<Edit>)> {
    let text = input.text;
    let at = finding.range.start;
    // the finding is the name, or the whole comment if it names nothing
    let mark = text.get(..text.len().min(at + MARK.len()))?.rfind(MARK)?;
    let line_end = at + text.get(at..)?.find(['\n', '\r']).unwrap_or(text.len() - at);
    let body = text.get(mark..line_end)?;
    let names = body.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(names, _)| names);
    if names.contains(',') {
        // the comma before it, or after it where it is the first
        let before = text.get(mark..at)?.trim_end();
        let (start, end) = if before.ends_with(',') {
            (mark + before.len() - 1, finding.range.end)
        } else {
            let rest = text.get(finding.range.end..line_end)?;
            let comma = rest.find(',')? + 1;
            let space = rest[comma..].len() - rest[comma..].trim_start().len();
            (at, finding.range.end + comma + space)
        };
        return Some((format!("Allow `{}` no longer", finding.symbol), vec![Edit::replace(start..end, "")]));
    }
    let head = text.get(..mark)?.trim_end();
    let (open, close) = ["<%#", "/*", "//", "#"].iter().find_map(|open| {
        let start = head.strip_suffix(open)?.len();
        let close = match *open {
            "<%#" => mark + text.get(mark..)?.find("%>")? + 2,
            "/*" => mark + text.get(mark..)?.find("*/")? + 2,
            _ => line_end,
        };
        Some((start, close))
    })?;
    let line_start = text[..open].rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let rest = text.get(close..)?;
    let rest_of_line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
    let range = if !text[line_start..open].trim().is_empty() {
        let code = text[..open].trim_end_matches([' ', '\t']).len();
        if rest_of_line.trim().is_empty() { code..close } else { open..close }
    } else if rest_of_line.trim().is_empty() {
        let end = close + rest_of_line.len();
        let newline = if text[end..].starts_with("\r\n") { 2 } else { usize::from(end < text.len()) };
        line_start..end + newline
    } else {
        open..close
    };
    Some(("Remove the comment".to_owned(), vec![Edit::replace(range, "")]))
}

const MARK: &str = "prodguard:";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Config;
    use crate::rules::REGISTRY;

    #[test]
    fn an_entry_is_appended() {
        let rules: Vec<&str> = REGISTRY.iter().map(|rule| rule.id).collect();
        let check = |config: &str, path: &str| {
            let edit = allow_in_config(config, "fake-data-reachable", path);
            let text = apply(config, &[edit]);
            let (_, problems) = Config::parse(&text, &rules);
            let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            // an empty reason is no reason
            assert!(messages.len() == 1 && messages[0].contains("reason"), "{messages:?}\n{text}");
            let text = text.replace("reason = \"\"", "reason = \"demo\"");
            let (config, problems) = Config::parse(&text, &rules);
            assert_eq!(problems, []);
            assert!(config.allowed(path, "fake-data-reachable", crate::catalog::Family::FakeData).is_some(), "{text}");
            assert!(config.allowed("other.rb", "fake-data-reachable", crate::catalog::Family::FakeData).is_none());
        };
        check("", "app/models/user.rb");
        check("fail-on = \"error\"", "app/models/user.rb");
        check("fail-on = \"error\"\n", "app/[id]/{x}*.rb");
        check("exclude = [\"x\"]\r\n", "app/a\"b.rb");
    }
}
