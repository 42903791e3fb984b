//! The versioned JSON of `prodguard check`.

use std::io::{self, Write};

use serde::Serialize;

use crate::catalog::Family;
use crate::rules::{Confidence, Severity, Verdict, Worlds, Zone};

use super::{JSON_VERSION, Report, Reported, ReportedFix, ReportedSite, Skipped};

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    root: &'r str,
    findings: Vec<FindingJson<'r>>,
    skipped: &'r [Skipped],
    allowed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<SiteJson<'r>>>,
}

#[derive(Serialize)]
struct FindingJson<'r> {
    rule: &'r str,
    family: Family,
    severity: Severity,
    confidence: Confidence,
    verdict: Verdict,
    path: &'r str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    symbol: &'r str,
    message: &'r str,
    help: &'r str,
    because: Vec<StepJson<'r>>,
    sites: Vec<OtherSiteJson<'r>>,
    fixes: Vec<FixJson<'r>>,
}

#[derive(Serialize)]
struct StepJson<'r> {
    path: &'r str,
    line: usize,
    text: &'r str,
}

#[derive(Serialize)]
struct OtherSiteJson<'r> {
    line: usize,
    column: usize,
    symbol: &'r str,
}

#[derive(Serialize)]
struct SiteJson<'r> {
    path: &'r str,
    line: usize,
    column: usize,
    family: Family,
    symbol: &'r str,
    zone: Zone,
    verdict: Verdict,
    worlds: Worlds,
}

#[derive(Serialize)]
struct FixJson<'r> {
    title: &'r str,
    safe: bool,
    edits: Vec<EditJson<'r>>,
}

#[derive(Serialize)]
struct EditJson<'r> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'r str,
}

impl<'r> From<&'r ReportedFix> for FixJson<'r> {
    fn from(fix: &'r ReportedFix) -> Self {
        let edits = fix.edits.iter().map(|edit| EditJson {
            line: edit.at.start.line,
            column: edit.at.start.column,
            end_line: edit.at.end.line,
            end_column: edit.at.end.column,
            text: &edit.text,
        });
        FixJson { title: &fix.title, safe: fix.safe, edits: edits.collect() }
    }
}

impl<'r> From<&'r Reported> for FindingJson<'r> {
    fn from(reported: &'r Reported) -> Self {
        let finding = &reported.finding;
        FindingJson {
            rule: finding.rule,
            family: finding.family,
            severity: finding.severity,
            confidence: finding.confidence,
            verdict: finding.verdict,
            path: &reported.path,
            line: reported.at.start.line,
            column: reported.at.start.column,
            end_line: reported.at.end.line,
            end_column: reported.at.end.column,
            symbol: &finding.symbol,
            message: &finding.message,
            help: &finding.help,
            because: reported
                .way()
                .map(|step| StepJson { path: step.path, line: step.at.start.line, text: step.text })
                .collect(),
            sites: finding
                .sites
                .iter()
                .zip(&reported.sites)
                .map(|(site, at)| OtherSiteJson { line: at.start.line, column: at.start.column, symbol: &site.symbol })
                .collect(),
            fixes: reported.fixes.iter().map(FixJson::from).collect(),
        }
    }
}

impl<'r> From<&'r ReportedSite> for SiteJson<'r> {
    fn from(reported: &'r ReportedSite) -> Self {
        SiteJson {
            path: &reported.path,
            line: reported.at.start.line,
            column: reported.at.start.column,
            family: reported.site.family,
            symbol: &reported.site.symbol,
            zone: reported.site.zone,
            verdict: reported.site.verdict,
            worlds: reported.site.worlds,
        }
    }
}

/// Writes one JSON object and a line end.
///
/// # Errors
/// Those of the writer.
pub fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let document = Document {
        version: JSON_VERSION,
        root: &report.root,
        findings: report.findings.iter().map(FindingJson::from).collect(),
        skipped: &report.skipped,
        allowed: report.allowed,
        sites: report.sites.as_ref().map(|sites| sites.iter().map(SiteJson::from).collect()),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn the_contract() {
        let mut out = Vec::new();
        super::json(&testing::report(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn nothing_found() {
        let mut out = Vec::new();
        super::json(&testing::empty(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
