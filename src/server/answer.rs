//! What is known about one text: the analysis, and the diagnostics made from it once.

use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Uri,
};

use crate::analysis::FileAnalysis;
use crate::program::Language;
use crate::project::{FileFacts, Zone};
use crate::rules::{Finding, Severity, Step, registry};
use crate::text::LineIndex;

use super::client::Traits;
use super::position;

/// What the analysis of a text was made with, so that it can be asked further.
#[derive(Clone)]
pub struct Context {
    pub language: Language,
    pub template: bool,
    pub zone: Zone,
    pub facts: Arc<FileFacts>,
    /// Relative to the folder of the project.
    pub path: smol_str::SmolStr,
    /// Of the project that knows the file.
    pub project: Arc<crate::cli::project::Workspace>,
}

/// The answer to one text.
pub struct Answer {
    /// Of the document when it was asked.
    pub generation: u64,
    pub text: Arc<str>,
    pub analysis: FileAnalysis,
    /// `None` where nothing was analysed: no code, too large, left out by the configuration.
    pub context: Option<Context>,
    pub diagnostics: Vec<Diagnostic>,
    /// The diagnostics as JSON.
    pub json: Vec<u8>,
}

impl Answer {
    pub fn new(
        generation: u64,
        text: Arc<str>,
        analysis: FileAnalysis,
        context: Option<Context>,
        diagnostics: Vec<Diagnostic>,
    ) -> Answer {
        // they are made of strings and numbers, which always serialise
        let json = serde_json::to_vec(&diagnostics).unwrap_or_else(|_| b"[]".to_vec());
        Answer { generation, text, analysis, context, diagnostics, json }
    }

    /// Names the content: the same diagnostics have the same name.
    pub fn result_id(&self) -> String {
        result_id(&self.json)
    }
}

pub fn result_id(json: &[u8]) -> String {
    let mut hasher = rustc_hash::FxHasher::default();
    json.hash(&mut hasher);
    format!("{:x}-{:x}", json.len(), hasher.finish())
}

/// The diagnostics of a file's findings, in their order: one at the first place of each, hints at the others.
/// `root` is what paths of other files are relative to.
pub fn diagnostics(root: &Path, uri: &Uri, text: &str, findings: &[Finding], traits: &Traits) -> Vec<Diagnostic> {
    let lines = LineIndex::new(text);
    let mut all = Vec::new();
    for finding in findings {
        let first = diagnostic(root, uri, &lines, finding, traits);
        let (message, range) = (first.message.clone(), first.range);
        let base = Diagnostic { severity: Some(DiagnosticSeverity::HINT), related_information: None, ..first.clone() };
        all.push(first);
        for other in &finding.sites {
            let line = lines.line(finding.range.start);
            all.push(Diagnostic {
                range: position::range(&lines, &other.range, traits.encoding),
                message: format!("{}: one guard around this and line {line} closes both.", other.symbol),
                related_information: traits.related_information.then(|| {
                    let location = Location { uri: uri.clone(), range };
                    vec![DiagnosticRelatedInformation { location, message: message.clone() }]
                }),
                ..base.clone()
            });
        }
    }
    all
}

fn diagnostic(root: &Path, uri: &Uri, lines: &LineIndex<'_>, finding: &Finding, traits: &Traits) -> Diagnostic {
    let related = finding.because.iter().map(|step| DiagnosticRelatedInformation {
        location: location(root, uri, lines, step, traits),
        message: step.text.clone(),
    });
    Diagnostic {
        range: position::range(lines, &finding.range, traits.encoding),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        code_description: traits.code_description.then(|| docs(finding.rule)).flatten(),
        source: Some("prodguard".to_owned()),
        message: finding.message.clone(),
        related_information: (traits.related_information && !finding.because.is_empty()).then(|| related.collect()),
        tags: None,
        data: None,
    }
}

fn location(root: &Path, uri: &Uri, lines: &LineIndex<'_>, step: &Step, traits: &Traits) -> Location {
    match &step.file {
        Some(file) => Location {
            uri: Uri::from_file_path(root.join(file.path.as_str())).unwrap_or_else(|| uri.clone()),
            range: position::range(&LineIndex::new(&file.text), &step.range, traits.encoding),
        },
        None => Location { uri: uri.clone(), range: position::range(lines, &step.range, traits.encoding) },
    }
}

fn docs(rule: &str) -> Option<CodeDescription> {
    let href = registry::docs_url(rule).parse().ok()?;
    Some(CodeDescription { href })
}

pub fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    }
}
