//! Advice on guards that hold, and on tests of the environment that are wrong.

use super::Judged;

use rustc_hash::FxHashSet;

use super::site::JudgedSite;
use crate::catalog::{Effect, Family};
use crate::program::{ItemId, NodeRef};
use crate::rules::{Confidence, Finding, Severity, Verdict, environment};
use crate::worlds::EventKind;

impl Judged<'_> {
    /// Advice on guards that hold in production.
    pub(super) fn advices(&self) -> Vec<Finding> {
        let mut seen: FxHashSet<(ItemId, u32, u8)> = FxHashSet::default();
        let mut findings = Vec::new();
        for site in &self.sites {
            if site.effect == Effect::Config {
                continue;
            }
            let (kind, finding) = match site.verdict {
                Verdict::Dead if !self.is_wrong_test(site) => continue,
                Verdict::Dead => (0, environment::dead_guard::finding(self, site)),
                // a missing variable is the likelier accident
                Verdict::WeaklyGuarded if site.raw_variable => (2, environment::fail_open_guard::finding(self, site)),
                Verdict::WeaklyGuarded => (1, environment::deny_list_guard::finding(self, site)),
                _ => continue,
            };
            let (item, start) = self.body(site);
            if seen.insert((item, start, kind)) {
                findings.push(finding);
            }
        }
        findings
    }

    /// Whether a test of the environment that cannot hold is among what cuts a place off.
    fn is_wrong_test(&self, site: &JudgedSite) -> bool {
        let wrong = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Constant { .. } | EventKind::UnknownName { .. } | EventKind::MisspeltVariable { .. }
            )
        };
        let events = self.case.answers.events.iter().filter(|event| wrong(&event.kind));
        let mut ranges = events.map(|event| self.case.program.span(event.at));
        ranges.any(|event| site.steps.iter().any(|step| step.range.start <= event.start && event.end <= step.range.end))
    }

    /// What is wrong with tests of the environment, whatever they guard.
    pub(super) fn events(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for event in &self.case.answers.events {
            let at = event.at;
            let finding = match &event.kind {
                EventKind::UnknownName { name, own } => environment::unknown_environment::name(self, at, name, *own),
                EventKind::MisspeltVariable { name, known } => {
                    Some(environment::unknown_environment::variable(self, at, name, known))
                }
                EventKind::Constant { literal, why } => {
                    Some(environment::constant_comparison::finding(self, at, literal, *why))
                }
                EventKind::TruthyVariable { .. } => Some(environment::truthy_flag::finding(self, at)),
                EventKind::DevelopmentDefault { name, default } => {
                    let framework = self
                        .case
                        .facts
                        .catalog
                        .variable(self.case.program.language, name)
                        .is_some_and(|variable| variable.framework);
                    (!framework && !self.case.facts.pinned.contains_key(name))
                        .then(|| environment::default_development::finding(self, at, name, default))
                }
                EventKind::DevelopmentSettings { name, default } => (!self.case.facts.pinned.contains_key(name))
                    .then(|| environment::default_development::settings(self, at, name, default)),
                EventKind::IgnoredVariable { name, why } => {
                    Some(environment::ignored_variable::finding(self, at, name, why))
                }
                EventKind::HomeMadeVariable { .. } | EventKind::RawVariable { .. } => None,
            };
            findings.extend(finding);
        }
        let mut seen = FxHashSet::default();
        findings.retain(|finding| seen.insert((finding.rule, finding.range.clone())));
        findings
    }

    /// Names of environments that exist without a file of their own in many projects.
    pub fn is_sandbox_name(&self, name: &str) -> bool {
        matches!(
            name.to_lowercase().as_str(),
            "local"
                | "dev"
                | "prod"
                | "demo"
                | "sandbox"
                | "review"
                | "qa"
                | "uat"
                | "preview"
                | "ci"
                | "cucumber"
                | "profile"
        )
    }

    #[allow(clippy::too_many_arguments)]
    pub fn environment(
        &self,
        rule: &'static str,
        at: NodeRef,
        severity: Severity,
        confidence: Confidence,
        verdict: Verdict,
        message: String,
        help: String,
    ) -> Finding {
        let range = self.case.program.span(at);
        let symbol = self.quote(&range).into();
        Finding {
            rule,
            family: Family::Environment,
            severity,
            confidence,
            verdict,
            range,
            symbol,
            message,
            help,
            because: Vec::new(),
            sites: Vec::new(),
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub fn advice(
        &self,
        rule: &'static str,
        site: &JudgedSite,
        severity: Severity,
        confidence: Confidence,
        verdict: Verdict,
        message: String,
        help: String,
    ) -> Finding {
        let because = self.steps(&site.steps, &site.range);
        Finding {
            rule,
            family: Family::Environment,
            severity,
            confidence,
            verdict,
            range: site.range.clone(),
            symbol: site.symbol.clone(),
            message,
            help,
            because,
            sites: Vec::new(),
        }
    }
}
