//! Mistakes in `prodguard.toml`, shown where they stand.

use tower_lsp::ls_types::{Diagnostic, DiagnosticSeverity, NumberOrString};

use crate::project::Problem;
use crate::text::LineIndex;

use super::client::Traits;
use super::position;

/// The diagnostics of a configuration's mistakes.
pub fn diagnostics(text: &str, problems: &[Problem], traits: &Traits) -> Vec<Diagnostic> {
    let lines = LineIndex::new(text);
    let one = |problem: &Problem| Diagnostic {
        range: position::range(&lines, &problem.range, traits.encoding),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String("configuration".to_owned())),
        source: Some("prodguard".to_owned()),
        message: match &problem.help {
            Some(help) => format!("{} ({help})", problem.message),
            None => problem.message.clone(),
        },
        ..Diagnostic::default()
    };
    problems.iter().map(one).collect()
}
