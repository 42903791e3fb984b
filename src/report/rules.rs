//! The list of rules.

use std::io::{self, Write};

use serde::Serialize;

use crate::catalog::Family;
use crate::rules::{RuleInfo, Severity};

use super::JSON_VERSION;

/// Writes the rules by family, one a line.
///
/// # Errors
/// Those of the writer.
pub fn rules_text(rules: &[RuleInfo], out: &mut impl Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for family in Family::NAMED {
        let mut members = rules.iter().filter(|rule| rule.family == *family).peekable();
        if members.peek().is_some() {
            writeln!(out, "{family}")?;
        }
        for rule in members {
            let (id, severity) = (rule.id, rule.severity);
            writeln!(out, "  {id:width$}  {severity:7}  {}", rule.summary)?;
        }
    }
    writeln!(out, "{}.", super::text::count(rules.len(), "rule"))
}

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    rules: Vec<RuleJson<'r>>,
}

#[derive(Serialize)]
struct RuleJson<'r> {
    id: &'r str,
    family: Family,
    severity: Severity,
    summary: &'r str,
    docs: &'r str,
}

/// Writes `{"version": 1, "rules": [{id, family, severity, summary, docs}]}` and a line end.
///
/// # Errors
/// Those of the writer.
pub fn rules_json(rules: &[RuleInfo], out: &mut impl Write) -> io::Result<()> {
    let rules = rules.iter().map(|rule| RuleJson {
        id: rule.id,
        family: rule.family,
        severity: rule.severity,
        summary: rule.summary,
        docs: rule.docs,
    });
    let document = Document { version: JSON_VERSION, rules: rules.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &[RuleInfo] = &[
        RuleInfo {
            id: "unused-allow",
            family: Family::Hygiene,
            severity: Severity::Note,
            summary: "an allow comment that suppresses nothing",
            docs: "## What it does\nReports it.",
        },
        RuleInfo {
            id: "breakpoint",
            family: Family::Debug,
            severity: Severity::Error,
            summary: "a breakpoint that production reaches",
            docs: "",
        },
    ];

    #[test]
    fn by_family() {
        let mut out = Vec::new();
        rules_text(RULES, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn as_json() {
        let mut out = Vec::new();
        rules_json(&RULES[..1], &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
