//! Corrections: what was meant is certain.

use std::ops::Range;

use super::held::Held;
use super::{Fix, FixKind, allow, removals};
use crate::analysis::{FileAnalysis, Input, analyze};
use crate::lang::guard::Text;
use crate::rules::{Finding, Reach, Severity};
use crate::text::Edit;
use crate::text::edits::{Moves, apply, compose, normal};

/// Corrections that make others possible are few.
const MOST_PASSES: usize = 4;

/// All safe corrections of the file as one list of edits; empty if there are none.
pub fn corrections(input: &Input<'_>, analysis: &FileAnalysis) -> Vec<Edit> {
    let mut edits = pass(input, analysis);
    for _ in 1..MOST_PASSES {
        if edits.is_empty() {
            break;
        }
        let text = apply(input.text, &edits);
        let after = Input { text: &text, ..*input };
        let more = pass(&after, &analyze(&after));
        if more.is_empty() {
            break;
        }
        edits = compose(input.text, &edits, &more);
    }
    edits
}

fn pass(input: &Input<'_>, analysis: &FileAnalysis) -> Vec<Edit> {
    let held = Held::new(input, analysis);
    let all: Vec<(&Finding, Vec<Edit>)> =
        analysis.findings.iter().filter_map(|finding| Some((finding, edits(&held, finding)?))).collect();
    let mut edits = Vec::new();
    settle(&held, &all, &mut edits);
    edits
}

/// Adds the corrections that are safe together with those that are there: all at once, or by halves.
fn settle(held: &Held<'_>, some: &[(&Finding, Vec<Edit>)], edits: &mut Vec<Edit>) {
    let mut all = edits.clone();
    all.extend(some.iter().flat_map(|(_, edits)| edits.iter().cloned()));
    let findings: Vec<&Finding> = some.iter().map(|(finding, _)| *finding).collect();
    if findings.is_empty() {
        return;
    }
    if let Some(all) = normal(all)
        && (is_safe(held, &findings, &all) == Some(true) || removals::holds(held, &findings, &all))
    {
        *edits = all;
    } else if some.len() > 1 {
        let (first, second) = some.split_at(some.len() / 2);
        settle(held, first, edits);
        settle(held, second, edits);
    }
}

/// What mends a finding for certain: the correction, or the breakpoint taken away.
fn edits(held: &Held<'_>, finding: &Finding) -> Option<Vec<Edit>> {
    if let Some((_, edits)) = meant(held.input, finding) {
        return Some(edits);
    }
    if finding.rule != "breakpoint" {
        return None;
    }
    let input = held.input;
    let file = Text::of(input.language, input.text, input.template)?;
    removals::breakpoint(held, &file, finding)
}

/// The correction of one finding.
pub(super) fn of(held: &Held<'_>, finding: &Finding) -> Vec<Fix> {
    let correction = || {
        let (title, edits) = meant(held.input, finding)?;
        let edits = normal(edits)?;
        let safe = is_safe(held, &[finding], &edits)?;
        Some(Fix { title, kind: FixKind::Correct, safe, edits, cursor: None })
    };
    correction().into_iter().collect()
}

/// Whether edits mend the findings and let nothing more into production. `None` if they do not mend them.
fn is_safe(held: &Held<'_>, findings: &[&Finding], edits: &[Edit]) -> Option<bool> {
    let (_, after) = held.after(edits)?;
    let moves = Moves::of(edits);
    let there = |finding: &Finding| {
        let mut same = after.findings.iter().filter(|found| found.rule == finding.rule);
        // what is replaced at its very start has no new place of its own
        let at = moves.character(finding.range.start);
        same.any(|found| Some(found.range.start) == at)
    };
    if findings.iter().any(|finding| there(finding)) {
        return None;
    }
    let rank = |reach: Reach| match reach {
        Reach::Cut => 0,
        Reach::Unknown => 1,
        Reach::Reached => 2,
    };
    let no_worse = held.analysis.sites.len() == after.sites.len()
        && held.analysis.sites.iter().zip(&after.sites).all(|(was, is)| {
            rank(is.worlds.production) <= rank(was.worlds.production) && rank(is.worlds.unset) <= rank(was.worlds.unset)
        });
    let serious = |analysis: &FileAnalysis| {
        analysis.findings.iter().filter(|finding| finding.severity >= Severity::Warning).count()
    };
    Some(no_worse && serious(&after) <= serious(held.raw()))
}

/// What to do about a finding whose author certainly meant something else: a title and edits.
fn meant(input: &Input<'_>, finding: &Finding) -> Option<(String, Vec<Edit>)> {
    let between = |text: &str, open: &str, close: &str| {
        let rest = text.split_once(open)?.1;
        Some(rest.split_once(close)?.0.to_owned())
    };
    let (wrong, right) = match finding.rule {
        "unused-allow" => return allow::without(input, finding),
        "unknown-environment" => match between(&finding.help, "Write \"", "\"") {
            Some(right) => (between(&finding.message, "no environment \"", "\"")?, right),
            None => (between(&finding.message, "Nothing sets ", ":")?, between(&finding.help, "Read ", " instead.")?),
        },
        "constant-comparison" => {
            if finding.help.starts_with("Compare with ==") {
                return equality(input, &finding.range);
            }
            if let Some(name) = between(&finding.help, "Compare with \"", "\"") {
                (format!(":{name}"), format!("\"{name}\""))
            } else {
                let name = between(&finding.help, "Compare with :", " instead.")?;
                let single = word(input.text, &finding.range, &format!("'{name}'")).is_some();
                let quote = if single { '\'' } else { '"' };
                (format!("{quote}{name}{quote}"), format!(":{name}"))
            }
        }
        _ => return None,
    };
    let range = word(input.text, &finding.range, &wrong)?;
    Some((format!("Replace `{wrong}` with `{right}`"), vec![Edit::replace(range, right)]))
}

/// The one place in a range where something stands by itself.
fn word(text: &str, within: &Range<usize>, wanted: &str) -> Option<Range<usize>> {
    let inside = text.get(within.clone())?;
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
    let mut found = inside.match_indices(wanted).filter(|(at, _)| {
        let after = inside[at + wanted.len()..].chars().next();
        !part(inside[..*at].chars().next_back()) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    });
    let start = within.start + found.next()?.0;
    found.next().is_none().then(|| start..start + wanted.len())
}

/// `is` and `is not` ask for the same object.
fn equality(input: &Input<'_>, range: &Range<usize>) -> Option<(String, Vec<Edit>)> {
    let text = input.text.get(range.clone())?;
    let (wrong, right) = if text.contains(" is not ") { (" is not ", " != ") } else { (" is ", " == ") };
    let mut found = text.match_indices(wrong);
    let at = range.start + found.next()?.0;
    let edit = Edit::replace(at..at + wrong.len(), right);
    found.next().is_none().then(|| (format!("Replace `{}` with `{}`", wrong.trim(), right.trim()), vec![edit]))
}
