//! SARIF 2.1.0, for code scanning.

mod schema;

use std::collections::BTreeMap;
use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::rules::{REGISTRY, RuleInfo, Severity};

use super::model::Extent;
use super::{Report, Reported, ReportedFix, Skipped, markdown};
use schema::*;

/// The name under which GitHub and others know the root of the checkout.
const ROOT: &str = "%SRCROOT%";

/// Writes one SARIF log with one run.
///
/// # Errors
/// Those of the writer.
pub fn sarif(report: &Report, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report, &REGISTRY))?;
    writeln!(out)
}

fn log<'r>(report: &'r Report, registry: &'r [RuleInfo]) -> Log<'r> {
    let mut rules = Rules::new(registry);
    let mut fingerprints = Fingerprints::default();
    let results = report.findings.iter().map(|reported| result(reported, &mut rules, &mut fingerprints)).collect();
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: rules.list,
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: report.skipped.iter().map(notification).collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(ROOT, BaseUri { uri: root_uri(&report.root) })]),
            column_kind: "unicodeCodePoints",
            results,
        }],
    }
}

fn result<'r>(reported: &'r Reported, rules: &mut Rules<'r>, fingerprints: &mut Fingerprints<'r>) -> ResultObject<'r> {
    let finding = &reported.finding;
    let uri = || encode(&reported.path);
    let mut steps: Vec<FlowLocation> = reported
        .way()
        .map(|step| FlowLocation { location: location(encode(step.path), Some(&step.at), Some(step.text.to_owned())) })
        .collect();
    if !steps.is_empty() {
        steps.push(FlowLocation { location: location(uri(), Some(&reported.at), Some(finding.symbol.to_string())) });
    }
    let others = finding.sites.iter().zip(&reported.sites);
    ResultObject {
        rule_id: finding.rule,
        rule_index: rules.index(reported),
        level: finding.severity.id(),
        message: Text {
            text: match finding.help.is_empty() {
                true => finding.message.clone(),
                false => format!("{}\n{}", finding.message, finding.help),
            },
        },
        locations: [location(uri(), Some(&reported.at), None)],
        code_flows: match steps.is_empty() {
            true => Vec::new(),
            false => vec![CodeFlow { thread_flows: [ThreadFlow { locations: steps }] }],
        },
        related_locations: others
            .enumerate()
            .map(|(index, (site, at))| Related {
                id: index + 1,
                location: location(uri(), Some(at), Some(site.symbol.to_string())),
            })
            .collect(),
        fixes: reported.fixes.iter().map(|fix| fix_object(fix, uri())).collect(),
        partial_fingerprints: BTreeMap::from([("prodguardLine/v1", fingerprints.next(reported))]),
        properties: ResultProperties {
            family: finding.family,
            verdict: finding.verdict,
            confidence: finding.confidence,
            symbol: &finding.symbol,
        },
    }
}

fn location(uri: String, at: Option<&Extent>, message: Option<String>) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri, uri_base_id: ROOT },
            region: at.map(region),
        },
        message: message.map(|text| Text { text }),
    }
}

fn region(at: &Extent) -> Region {
    Region {
        start_line: at.start.line,
        start_column: at.start.column,
        end_line: at.end.line,
        end_column: at.end.column,
    }
}

fn fix_object(fix: &ReportedFix, uri: String) -> FixObject {
    let replacements = fix.edits.iter().map(|edit| Replacement {
        deleted_region: region(&edit.at),
        inserted_content: Text { text: edit.text.clone() },
    });
    FixObject {
        description: Text { text: fix.title.clone() },
        artifact_changes: [ArtifactChange {
            artifact_location: ArtifactLocation { uri, uri_base_id: ROOT },
            replacements: replacements.collect(),
        }],
    }
}

fn notification(skipped: &Skipped) -> Notification {
    Notification {
        level: "warning",
        message: Text { text: format!("{} was not checked: {}", skipped.path, skipped.why) },
        locations: [location(encode(&skipped.path), None, None)],
    }
}

/// The rules of the log: all that are known, and any that a finding names besides.
struct Rules<'r> {
    list: Vec<Rule<'r>>,
    index: FxHashMap<&'r str, usize>,
}

impl<'r> Rules<'r> {
    fn new(registry: &'r [RuleInfo]) -> Self {
        let mut rules = Rules { list: Vec::new(), index: FxHashMap::default() };
        for info in registry {
            rules.add(info);
        }
        rules
    }

    fn index(&mut self, reported: &'r Reported) -> usize {
        let finding = &reported.finding;
        if let Some(index) = self.index.get(finding.rule) {
            return *index;
        }
        self.add(&RuleInfo {
            id: finding.rule,
            family: finding.family,
            severity: finding.severity,
            summary: finding.rule,
            docs: "",
        })
    }

    fn add(&mut self, info: &RuleInfo) -> usize {
        let index = self.list.len();
        self.index.insert(info.id, index);
        self.list.push(Rule {
            id: info.id,
            short_description: Text { text: info.summary.to_owned() },
            help: (!info.docs.is_empty())
                .then(|| Help { text: markdown(info.docs, false), markdown: info.docs.to_owned() }),
            default_configuration: Configuration { level: info.severity.id() },
            properties: RuleProperties {
                tags: ["production", info.family.id()],
                problem_severity: match info.severity {
                    Severity::Note => "recommendation",
                    other => other.id(),
                },
            },
        });
        index
    }
}

/// Tells findings apart that share rule, file and line text.
#[derive(Default)]
struct Fingerprints<'r>(FxHashMap<(&'r str, &'r str, u64), usize>);

impl<'r> Fingerprints<'r> {
    fn next(&mut self, reported: &'r Reported) -> String {
        let key = (reported.finding.rule, reported.path.as_str(), reported.line_hash);
        let seen = self.0.entry(key).or_default();
        *seen += 1;
        format!("{:016x}:{seen}", reported.line_hash)
    }
}

/// A path as a relative reference: everything but unreserved characters and `/` percent-encoded.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// An absolute folder as a URI with a slash at its end.
fn root_uri(root: &str) -> String {
    let path = encode(root).replacen("%3A", ":", 1);
    let path = path.trim_matches('/');
    match path.is_empty() {
        true => "file:///".to_owned(),
        false => format!("file:///{path}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::catalog::Family;

    #[test]
    fn a_log() {
        let registry = [RuleInfo {
            id: "fake-data-written",
            family: Family::FakeData,
            severity: Severity::Error,
            summary: "Fake data is written to the database in production.",
            docs: "## What it does\nFinds it.\n",
        }];
        let report = testing::report();
        insta::assert_json_snapshot!(log(&report, &registry), {
            ".runs[].tool.driver.version" => "",
            ".runs[].tool.driver.semanticVersion" => "",
        });
    }

    #[test]
    fn the_same_line_twice_has_two_fingerprints() {
        let mut report = testing::report();
        report.findings = testing::report().findings.into_iter().chain(report.findings).collect();
        let log = log(&report, &[]);
        let prints: Vec<_> = log.runs[0].results.iter().map(|r| &r.partial_fingerprints).collect();
        assert!(prints.iter().enumerate().all(|(i, a)| prints[..i].iter().all(|b| a != b)));
    }

    #[test]
    fn uris() {
        assert_eq!(encode("a b/ü:%.rb"), "a%20b/%C3%BC%3A%25.rb");
        assert_eq!(root_uri("/srv/a b"), "file:///srv/a%20b/");
        assert_eq!(root_uri("/"), "file:///");
        assert_eq!(root_uri("C:/x"), "file:///C:/x/");
    }
}
