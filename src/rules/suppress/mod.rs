//! `prodguard: allow(rule-or-family, …) reason` in a comment.
//!
//! The comment stands on the line it allows or, alone, on the line above, and holds for the whole statement or definition
//! that starts there. In ERB it may be a tag: `<%# prodguard: allow(fake-data) demo page %>`.

mod comments;
#[cfg(test)]
mod tests;

use std::ops::Range;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::catalog::Family;
use crate::program::Language;

use super::{Confidence, Finding, REGISTRY, Severity, Site, Verdict};
use comments::{Allow, MARK, read, read_lines};

/// What remains of a file's answers.
#[derive(Debug, Default)]
pub struct Suppressed {
    /// In source order; includes what is wrong with the comments themselves.
    pub findings: Vec<Finding>,
    pub sites: Vec<Site>,
    /// Places that a comment allows.
    pub allowed: usize,
}

/// Takes away what comments allow and reports comments that allow nothing or give no reason.
///
/// A finding whose first place is allowed moves on to its next one. Ranges of `findings` and `sites` are bytes of `text`.
pub fn suppress(
    text: &str,
    language: Language,
    template: bool,
    findings: Vec<Finding>,
    sites: Vec<Site>,
) -> Suppressed {
    hear(read(text, language, template), findings, sites)
}

/// The same for a text whose comments are told by their lines: `#`, `//` or `<!--`. `statements` are ranges for which a
/// comment at their first line holds, in the order of their starts.
pub fn suppress_lines(text: &str, statements: &[Range<usize>], findings: Vec<Finding>, sites: Vec<Site>) -> Suppressed {
    hear(read_lines(text, statements), findings, sites)
}

fn hear(mut allows: Vec<Allow>, findings: Vec<Finding>, mut sites: Vec<Site>) -> Suppressed {
    if allows.is_empty() {
        return Suppressed { findings, sites, allowed: 0 };
    }
    let mut allowed = FxHashSet::default();
    let mut remaining: Vec<Finding> = findings
        .into_iter()
        .filter_map(|finding| {
            without_allowed(finding, |rule, family, at| {
                let hit = allow(&mut allows, Some(rule), family, at);
                if hit {
                    allowed.insert((at, family));
                }
                hit
            })
        })
        .collect();
    for site in &mut sites {
        let place = (site.range.start, site.family);
        let speaks = matches!(site.verdict, Verdict::Reachable | Verdict::WeaklyGuarded);
        if (speaks && allow(&mut allows, None, site.family, site.range.start))
            || (site.verdict != Verdict::Guarded && allowed.contains(&place))
        {
            allowed.insert(place);
            site.verdict = Verdict::Allowed;
        }
    }
    remaining.extend(allows.iter().flat_map(complaints));
    remaining.sort_by_key(|finding| finding.range.start);
    Suppressed { findings: remaining, sites, allowed: allowed.len() }
}

/// Whether a comment allows the rule or family at an offset.
fn allow(allows: &mut [Allow], rule: Option<&str>, family: Family, at: usize) -> bool {
    let mut hit = false;
    for allow in allows.iter_mut().filter(|allow| allow.scope.contains(&at)) {
        for name in &mut allow.names {
            if name.text == family.id() || rule.is_some_and(|rule| name.text == rule) {
                name.used = true;
                hit = true;
            }
        }
    }
    hit
}

/// The finding without the places that are allowed, or nothing if all are.
fn without_allowed(mut finding: Finding, mut is_allowed: impl FnMut(&str, Family, usize) -> bool) -> Option<Finding> {
    let (rule, family) = (finding.rule, finding.family);
    finding.sites.retain(|site| !is_allowed(rule, family, site.range.start));
    if !is_allowed(rule, family, finding.range.start) {
        return Some(finding);
    }
    if finding.sites.is_empty() {
        return None;
    }
    let next = finding.sites.remove(0);
    finding.message = finding.message.replacen(finding.symbol.as_str(), &next.symbol, 1);
    finding.symbol = next.symbol;
    finding.range = next.range;
    Some(finding)
}

/// What is wrong with a comment.
fn complaints(allow: &Allow) -> Vec<Finding> {
    let mut found = Vec::new();
    if allow.names.is_empty() {
        found.push(hygiene(
            "unused-allow",
            allow.range.clone(),
            MARK,
            "This comment allows nothing: it names no rule.".to_owned(),
            "Write `prodguard: allow(RULE) REASON`; `prodguard rules` lists the rules.",
        ));
    }
    for name in allow.names.iter().filter(|name| !name.used) {
        let known =
            REGISTRY.is_empty() || Family::from_id(&name.text).is_some() || super::registry::find(&name.text).is_some();
        let message = match known {
            true => format!("`allow({})` suppresses nothing here.", name.text),
            false => format!("`{}` is neither a rule nor a family.", name.text),
        };
        let help = match known {
            true => "Remove it, or move it to the line it is about or the one above.",
            false => "Correct the name; `prodguard rules` lists the rules.",
        };
        found.push(hygiene("unused-allow", name.range.clone(), &name.text, message, help));
    }
    if !allow.has_reason && allow.names.iter().any(|name| name.used) {
        found.push(hygiene(
            "allow-without-reason",
            allow.range.clone(),
            MARK,
            "This comment allows a finding without a reason.".to_owned(),
            "Write after the closing parenthesis why this may run in production.",
        ));
    }
    found
}

pub(super) fn hygiene(rule: &'static str, range: Range<usize>, symbol: &str, message: String, help: &str) -> Finding {
    let unused = rule == "unused-allow";
    Finding {
        rule,
        family: Family::Hygiene,
        severity: if unused { Severity::Note } else { Severity::Warning },
        confidence: Confidence::High,
        verdict: if unused { Verdict::Dead } else { Verdict::WeaklyGuarded },
        range,
        symbol: SmolStr::new(symbol),
        message,
        help: help.to_owned(),
        because: Vec::new(),
        sites: Vec::new(),
    }
}
