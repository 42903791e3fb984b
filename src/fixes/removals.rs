//! What a debug finding is about, taken away or turned off: breakpoints, arguments, assignments.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::held::Held;
use super::{Fix, FixKind};
use crate::catalog::Family;
use crate::lang::guard::{Import, Predicate, Text, guards};
use crate::program::Language;
use crate::rules::{Finding, Reach, Site, Verdict};
use crate::text::Edit;
use crate::text::edits::{Moves, normal};

/// Values that are read from the environment by hand, and what turns the default off.
const DEFAULTS: &[(&str, &str)] = &[
    ("True", "False"),
    ("\"True\"", "\"False\""),
    ("'True'", "'False'"),
    ("\"true\"", "\"false\""),
    ("'true'", "'false'"),
    ("\"1\"", "\"0\""),
    ("'1'", "'0'"),
    ("\"on\"", "\"off\""),
    ("'on'", "'off'"),
    ("1", "0"),
];

/// An edit that is tried.
struct Proposal {
    title: String,
    edits: Vec<Edit>,
    kind: FixKind,
}

/// The first removals that hold, best first.
pub(super) fn of(held: &Held<'_>, file: &Text<'_>, finding: &Finding) -> Vec<Fix> {
    if !is_removable(finding) {
        return Vec::new();
    }
    let mut found: Vec<Fix> = Vec::new();
    for Proposal { title, edits, kind } in proposals(held, file, finding) {
        if found.iter().any(|fix| fix.kind == kind) {
            continue;
        }
        let Some(edits) = normal(edits) else { continue };
        if holds(held, &[finding], &edits) {
            // who wrote a breakpoint never wants it kept
            let safe = finding.rule == "breakpoint" && kind == FixKind::Delete;
            found.push(Fix { title, kind, safe, edits, cursor: None });
        }
    }
    found
}

/// The edits that take away a breakpoint.
pub(super) fn breakpoint(held: &Held<'_>, file: &Text<'_>, finding: &Finding) -> Option<Vec<Edit>> {
    let fixes = if finding.rule == "breakpoint" { of(held, file, finding) } else { Vec::new() };
    fixes.into_iter().find(|fix| fix.safe).map(|fix| fix.edits)
}

fn is_removable(finding: &Finding) -> bool {
    finding.family == Family::Debug && finding.verdict == Verdict::Reachable && finding.rule != "only-in-production"
}

/// Whether a guard around the place would keep more from running than what is dangerous: an argument, a setting, a line
/// that nobody wants at all.
pub(super) fn speaks_against_guard(file: &Text<'_>, finding: &Finding) -> bool {
    let removed = matches!(finding.rule, "breakpoint" | "debug-mode" | "interactive-debugger" | "development-server");
    finding.family == Family::Debug
        && removed
        && (file.language == Language::Python && !file.slice(finding.range.clone()).ends_with(')')
            || finding.rule == "breakpoint"
            || is_argument(file, &finding.range))
}

/// Whether a place is an argument: `debug=True` between brackets or commas.
fn is_argument(file: &Text<'_>, range: &Range<usize>) -> bool {
    let before = file.slice(0..range.start).trim_end();
    let after = file.slice(range.end..file.text.len()).trim_start();
    before.ends_with(['(', ',']) && after.starts_with([')', ','])
}

fn proposals(held: &Held<'_>, file: &Text<'_>, finding: &Finding) -> Vec<Proposal> {
    let places: Vec<Range<usize>> =
        std::iter::once(&finding.range).chain(finding.sites.iter().map(|site| &site.range)).cloned().collect();
    let mut found = Vec::new();
    let mut add = |title: String, kind: FixKind, edit: &dyn Fn(&Range<usize>) -> Option<Vec<Edit>>| {
        let edits: Option<Vec<Vec<Edit>>> = places.iter().map(edit).collect();
        found.extend(edits.map(|edits| Proposal { title, edits: edits.concat(), kind }));
    };
    if file.language == Language::Ruby {
        let in_production = held.input.facts.path.contains("config/environments/production");
        let value = if in_production { "false" } else { "Rails.env.local?" };
        add(format!("Set it to {value}"), FixKind::Correct, &|range| {
            let literal = match file.slice(range.clone()) {
                "true" => range.clone(),
                _ => value_of(file, range).filter(|value| file.slice(value.clone()) == "true")?,
            };
            Some(vec![Edit::replace(literal, value)])
        });
    }
    let symbol = &finding.symbol;
    if is_argument(file, &finding.range) {
        if file.language == Language::Python {
            add(format!("Delete `{symbol}`"), FixKind::Delete, &|range| argument(file, range));
        }
    } else if !is_setting(file, finding) && file.language != Language::CSharp || finding.rule == "breakpoint" {
        let what = if finding.rule == "breakpoint" {
            "Delete the breakpoint".to_owned()
        } else {
            format!("Delete `{symbol}`")
        };
        add(what.clone(), FixKind::Delete, &|range| lines(file, range).map(|lines| vec![Edit::replace(lines, "")]));
        // a block is not left empty: by one of them, or by each
        let is_python = file.language == Language::Python;
        let pass = |range: &Range<usize>| {
            let lines = lines(file, range).filter(|_| is_python)?;
            let indent = file.indent(lines.start).len();
            Some(vec![Edit::replace(lines.start + indent..file.line_end(range.end), "pass")])
        };
        let first = finding.range.start;
        add(what.clone(), FixKind::Delete, &|range| match range.start == first {
            true => pass(range),
            false => lines(file, range).map(|lines| vec![Edit::replace(lines, "")]),
        });
        add(what, FixKind::Delete, &pass);
    }
    for (on, off) in DEFAULTS {
        let title = format!("Let the default be {off}");
        add(title, FixKind::Correct, &|range| {
            let value = value_of(file, range)?;
            default_within(file, &value, on).map(|at| vec![Edit::replace(at, *off)])
        });
    }
    if file.language == Language::Python && is_setting(file, finding) {
        let name = variable_within(file, &finding.range).unwrap_or_else(|| "DJANGO_DEBUG".to_owned());
        let text = format!("os.environ.get(\"{name}\", \"\").lower() in {{\"1\", \"true\", \"yes\", \"on\"}}");
        let predicate = Predicate { text, imports: vec![Import::Module("os")], test: false };
        let title = format!("Turn it on by {name} alone");
        add(title, FixKind::Correct, &|range| {
            let value = value_of(file, range)?;
            let (text, mut edits) = guards(file.language).resolved(file, &predicate, std::slice::from_ref(range))?;
            edits.push(Edit::replace(value, text));
            Some(edits)
        });
    }
    found
}

/// `DEBUG = …` of a module of settings: deleting it is no way to turn it off for good.
fn is_setting(file: &Text<'_>, finding: &Finding) -> bool {
    file.slice(finding.range.clone()).starts_with("DEBUG")
}

/// An argument with its comma.
fn argument(file: &Text<'_>, range: &Range<usize>) -> Option<Vec<Edit>> {
    let rest = file.slice(range.end..file.text.len());
    let blank = rest.len() - rest.trim_start().len();
    if let Some(after) = rest[blank..].strip_prefix(',') {
        let spaces = after.len() - after.trim_start_matches([' ', '\t']).len();
        let end = range.end + blank + 1 + spaces;
        // alone on its line: the line goes
        if file.starts_line(range.start) && file.ends_line(end) {
            return Some(vec![Edit::replace(file.line_start(range.start)..file.next_line(end), "")]);
        }
        return Some(vec![Edit::replace(range.start..end, "")]);
    }
    let before = file.slice(0..range.start);
    let trimmed = before.trim_end();
    let start = trimmed.strip_suffix(',').map_or(range.start, str::len);
    Some(vec![Edit::replace(start..range.end, "")])
}

/// The lines that a statement has to itself.
fn lines(file: &Text<'_>, range: &Range<usize>) -> Option<Range<usize>> {
    let statement = guards(file.language).statement(file, range).unwrap_or_else(|| range.clone());
    let (start, end) = (file.line_start(statement.start), file.line_end(statement.end));
    let line = file.slice(start..end).trim();
    // `import pdb; pdb.set_trace()`
    let with_import = file.language == Language::Python
        && line.strip_prefix("import ").and_then(|rest| rest.split_once(';')).is_some_and(|(module, call)| {
            call.trim().strip_prefix(module.trim()).is_some_and(|rest| rest.starts_with('.') && !rest.contains(';'))
        });
    let alone = file.starts_line(statement.start) && file.ends_line(statement.end);
    let with_end = file.language == Language::CSharp && line.ends_with(';') && file.starts_line(statement.start);
    (alone || with_import || with_end).then(|| start..file.next_line(statement.end))
}

/// What an assignment assigns, or a named argument is given.
fn value_of(file: &Text<'_>, range: &Range<usize>) -> Option<Range<usize>> {
    let text = file.slice(range.clone());
    let at = text.char_indices().find(|(at, c)| {
        *c == '=' && !text[at + 1..].starts_with('=') && !text[..*at].ends_with(['=', '!', '<', '>', '|', '&'])
    })?;
    let value = &text[at.0 + 1..];
    let start = range.end - value.trim_start().len();
    (start < range.end).then_some(start..range.end)
}

/// The last place in a range where a literal stands by itself as an argument, or after `or` and `default=`.
fn default_within(file: &Text<'_>, range: &Range<usize>, literal: &str) -> Option<Range<usize>> {
    let text = file.slice(range.clone());
    let mut found = text.match_indices(literal).filter(|(at, _)| {
        let before = text[..*at].trim_end();
        let after = text[at + literal.len()..].trim_start();
        (before.ends_with([',', '=']) || before.ends_with(" or"))
            && (after.is_empty() || after.starts_with([')', ',']))
            && !before.ends_with("==")
    });
    let (at, _) = found.next()?;
    Some(range.start + at..range.start + at + literal.len())
}

/// The first name of a variable that a value names: `"DJANGO_DEBUG"`.
fn variable_within(file: &Text<'_>, range: &Range<usize>) -> Option<String> {
    let is_name = |name: &&str| {
        name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    file.slice(range.clone()).split(['"', '\'']).skip(1).step_by(2).find(is_name).map(str::to_owned)
}

/// Whether edits take away the findings and let nothing more into production.
pub(super) fn holds(held: &Held<'_>, findings: &[&Finding], edits: &[Edit]) -> bool {
    let Some((_, after)) = held.after(edits) else { return false };
    let moves = Moves::of(edits);
    let is_target = |start: usize| {
        findings
            .iter()
            .any(|finding| finding.range.start == start || finding.sites.iter().any(|site| site.range.start == start))
    };
    let rank = |reach: Reach| match reach {
        Reach::Cut => 0,
        Reach::Unknown => 1,
        Reach::Reached => 2,
    };
    // what was there is there still and no more open; the places themselves are gone or closed
    let known: FxHashMap<(usize, Family), &Site> =
        after.sites.iter().map(|site| ((site.range.start, site.family), site)).collect();
    let others_stay = held.analysis.sites.iter().all(|was| {
        let now = moves.character(was.range.start).and_then(|at| known.get(&(at, was.family)).copied());
        match (is_target(was.range.start), now) {
            (true, None) => true,
            (true, Some(is)) => is.verdict != Verdict::Reachable,
            (false, None) => was.worlds.production == Reach::Cut,
            (false, Some(is)) => {
                rank(is.worlds.production) <= rank(was.worlds.production)
                    && rank(is.worlds.unset) <= rank(was.worlds.unset)
            }
        }
    });
    let count = |rule: &str, all: &[Finding]| all.iter().filter(|finding| finding.rule == rule).count();
    let gone = findings.iter().all(|finding| {
        count(finding.rule, &after.findings) + findings.iter().filter(|other| other.rule == finding.rule).count()
            <= count(finding.rule, &held.analysis.findings)
    });
    let stays = |_: &Finding| true;
    let excused = |_: &Finding| false;
    others_stay && gone && held.no_new_finding(&after, &moves, &stays, &excused).is_some()
}
