//! The door for deployment files.

use crate::lang::deployment::read;
use crate::program::deployment::Format;
use crate::project::{DeploymentFacts, Zone};
use crate::rules::{self, suppress};

use super::FileAnalysis;

/// The text of a deployment file and what the project knows of it.
pub struct DeploymentInput<'a> {
    /// UTF-8; see [`crate::text::decode`].
    pub text: &'a str,
    pub format: Format,
    /// Relative to the root, with `/`.
    pub path: &'a str,
    pub zone: Zone,
    pub facts: &'a DeploymentFacts,
}

/// Answers for one deployment file. Never fails: what cannot be understood says nothing.
pub fn analyze_deployment(input: &DeploymentInput<'_>) -> FileAnalysis {
    let deployment = read(input.format, input.text);
    let judged = rules::judge_deployment(&rules::DeploymentCase {
        deployment: &deployment,
        format: input.format,
        path: input.path,
        zone: input.zone,
        facts: input.facts,
    });
    if input.zone.is_silent() {
        return FileAnalysis { sites: judged.sites, ..FileAnalysis::default() };
    }
    let statements = deployment.variables.iter().map(|variable| variable.statement.clone());
    let mut statements: Vec<_> =
        statements.chain(deployment.processes.iter().map(|process| process.statement.clone())).collect();
    statements.sort_unstable_by_key(|range| range.start);
    let heard = suppress::suppress_lines(input.text, &statements, judged.findings, judged.sites);
    FileAnalysis { findings: heard.findings, sites: heard.sites, allowed: heard.allowed, ..FileAnalysis::default() }
}
