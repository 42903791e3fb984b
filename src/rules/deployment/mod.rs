//! What deployment files pin and start.

mod commands;
pub mod debug_build;
pub mod debug_variable;
pub mod development_environment;
pub mod development_server;
pub mod unpinned_environment;

use std::ops::Range;

use smol_str::SmolStr;

use super::{Confidence, Finding, Reach, Severity, Site, Step, Verdict, Worlds, Zone};
use crate::catalog::Family;
use crate::program::deployment::{Deployment, Format, Process, Ships, Variable, When};
use crate::project::DeploymentFacts;
use crate::project::{formats, started};

/// Findings of one file that are told: a file with more was made by a tool, and whoever mends these mends that.
const MOST: usize = 500;

/// A deployment file to be judged.
pub struct DeploymentCase<'a> {
    pub deployment: &'a Deployment,
    pub format: Format,
    /// Relative to the root, with `/`.
    pub path: &'a str,
    pub zone: Zone,
    pub facts: &'a DeploymentFacts,
}

/// The findings of a file and every place looked at.
#[derive(Default)]
pub struct DeploymentJudgement {
    pub findings: Vec<Finding>,
    pub sites: Vec<Site>,
}

/// One place, before it is decided whether production comes there.
struct Place {
    rule: &'static str,
    scope: usize,
    range: Range<usize>,
    symbol: SmolStr,
    severity: Severity,
    message: String,
    help: String,
    because: Vec<Step>,
}

/// Looks at everything that a file says.
pub fn judge_deployment(case: &DeploymentCase<'_>) -> DeploymentJudgement {
    let mut judged = Judged { case, scopes: scopes(case.deployment), judgement: DeploymentJudgement::default() };
    development_environment::look(&mut judged);
    debug_variable::look(&mut judged);
    development_server::look(&mut judged);
    debug_build::look(&mut judged);
    unpinned_environment::look(&mut judged);
    let mut judgement = judged.judgement;
    // anchors of YAML say the same in several services
    judgement.findings.sort_by_key(|finding| (finding.range.start, finding.rule));
    judgement.findings.dedup_by_key(|finding| (finding.range.clone(), finding.rule));
    judgement.findings.truncate(MOST);
    judgement.sites.sort_by_key(|site| site.range.start);
    judgement.sites.dedup_by_key(|site| (site.range.clone(), site.verdict == Verdict::Guarded));
    judgement.sites.truncate(MOST);
    judgement
}

/// A file while it is judged.
struct Judged<'c> {
    case: &'c DeploymentCase<'c>,
    /// Side by side with the scopes of the deployment.
    scopes: Vec<ScopeIndex<'c>>,
    judgement: DeploymentJudgement,
}

/// What a scope holds.
#[derive(Default)]
struct ScopeIndex<'c> {
    /// The last of each name, which is the one that holds.
    variables: rustc_hash::FxHashMap<&'c str, &'c Variable>,
    processes: Vec<&'c Process>,
    /// Asked for often, found once.
    is_python: std::cell::OnceCell<bool>,
    runs_flask: std::cell::OnceCell<bool>,
}

fn scopes(deployment: &Deployment) -> Vec<ScopeIndex<'_>> {
    let mut scopes: Vec<ScopeIndex<'_>> = deployment.scopes.iter().map(|_| ScopeIndex::default()).collect();
    for variable in &deployment.variables {
        if let Some(scope) = scopes.get_mut(variable.scope) {
            scope.variables.insert(&variable.name, variable);
        }
    }
    for process in &deployment.processes {
        if let Some(scope) = scopes.get_mut(process.scope) {
            scope.processes.push(process);
        }
    }
    scopes
}

impl<'c> Judged<'c> {
    /// The value of a variable in a scope.
    fn value(&self, scope: usize, name: &str) -> Option<&'c Variable> {
        self.scopes.get(scope)?.variables.get(name).copied()
    }

    fn deployment(&self) -> &'c Deployment {
        self.case.deployment
    }

    fn facts(&self) -> &'c DeploymentFacts {
        self.case.facts
    }

    /// The variables that hold in the end: where a file is carried out from top to bottom, a later value replaces an
    /// earlier one.
    fn variables(&self) -> impl Iterator<Item = &'c Variable> + use<'c> {
        let is_ordered = matches!(self.case.format, Format::Image | Format::Variables | Format::Shell);
        let mut seen = rustc_hash::FxHashSet::default();
        let variables = &self.case.deployment.variables;
        let mut held: Vec<&Variable> = variables
            .iter()
            .rev()
            .filter(|variable| !is_ordered || seen.insert((variable.scope, &variable.name)))
            .collect();
        held.reverse();
        held.into_iter()
    }

    fn starts(&self) -> impl Iterator<Item = &'c Process> + use<'c> {
        self.case.deployment.processes.iter().filter(|process| process.when == When::Start)
    }

    /// The step that starts what a variable is set for.
    fn started(&self, variable: &Variable) -> Vec<Step> {
        let scope = self.scopes.get(variable.scope);
        let mut starts = scope.into_iter().flat_map(|scope| &scope.processes);
        let Some(process) = starts.find(|process| process.when == When::Start) else { return Vec::new() };
        let command = started::command(&process.words);
        // elsewhere the line below says the same
        if self.case.format != Format::Image || process.range.start < variable.range.end {
            return Vec::new();
        }
        vec![Step {
            range: process.range.clone(),
            text: format!("the image starts `{}`", shorten(&command)),
            file: None,
        }]
    }

    /// How production runs the file, in words.
    fn runner(&self, scope: usize) -> String {
        let name = self.deployment().scopes.get(scope).map_or("", |scope| scope.name.as_str());
        let named = |what: &str| match name {
            "" => format!("this {what}"),
            name => format!("the {what} {name}"),
        };
        match self.case.format {
            Format::Image => "the image".to_owned(),
            Format::Compose => named("service"),
            Format::Manifest | Format::Toml | Format::Json => "this manifest".to_owned(),
            Format::Variables => "this file".to_owned(),
            Format::Procfile => named("process"),
            Format::Unit => "this unit".to_owned(),
            Format::Infrastructure => "this template".to_owned(),
            Format::Shell => "this script".to_owned(),
            Format::Workflow => named("job"),
            Format::WebConfig | Format::WebTransform | Format::AppSettings => "this configuration".to_owned(),
        }
    }

    /// Whether it is not certain that production reads the file, or that nobody gives another value.
    fn is_doubtful(&self, variable: Option<&Variable>) -> bool {
        let file = self.case.path.rsplit('/').next().unwrap_or_default();
        let starts = || self.facts().scripts.contains(file);
        formats::is_doubtful(self.case.path, self.case.format)
            || (self.case.format == Format::Shell && !starts())
            || self.facts().has_production_sibling
            || variable.is_some_and(|variable| variable.is_default)
    }

    /// A severity, or a note where it is doubtful.
    fn severity(&self, severity: Severity, variable: Option<&Variable>) -> Severity {
        if self.is_doubtful(variable) { Severity::Note } else { severity }
    }

    /// Whether a variable or option of the scope, or of the project, says what the environment is.
    fn pins_rails(&self, scope: usize) -> bool {
        let names = ["RAILS_ENV", "RACK_ENV", "APP_ENV"];
        let deployment = self.deployment();
        let is_open = deployment.scopes.get(scope).is_some_and(|scope| scope.is_open);
        is_open || names.iter().any(|name| self.value(scope, name).is_some() || self.facts().pinned.contains_key(*name))
    }

    fn add(&mut self, place: Place) {
        let scope = self.deployment().scopes.get(place.scope);
        let ships = scope.is_none_or(|scope| match place.rule {
            debug_build::ID => scope.ships != Ships::No,
            _ => scope.ships == Ships::Runs,
        });
        let verdict = match (ships, place.rule) {
            (false, _) => Verdict::Guarded,
            (true, unpinned_environment::ID) => Verdict::WeaklyGuarded,
            (true, _) => Verdict::Reachable,
        };
        let production = if ships { Reach::Reached } else { Reach::Cut };
        self.judgement.sites.push(Site {
            range: place.range.clone(),
            family: Family::Deployment,
            symbol: place.symbol.clone(),
            zone: self.case.zone,
            verdict,
            worlds: Worlds {
                production,
                unset: production,
                other: production,
                development: Reach::Reached,
                test: Reach::Reached,
            },
            config: false,
            because: Vec::new(),
        });
        if !ships || self.case.zone.is_silent() {
            return;
        }
        self.judgement.findings.push(Finding {
            rule: place.rule,
            family: Family::Deployment,
            severity: place.severity,
            confidence: if place.severity == Severity::Note { Confidence::Low } else { Confidence::High },
            verdict,
            range: place.range,
            symbol: place.symbol,
            message: place.message,
            help: place.help,
            because: place.because,
            sites: Vec::new(),
        });
    }
}

/// As much of a command as a sentence takes.
fn shorten(command: &str) -> &str {
    match command.char_indices().nth(60) {
        Some((at, _)) => command[..at].rsplit_once(' ').map_or(&command[..at], |(words, _)| words),
        None => command,
    }
}

/// The first letter of a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
