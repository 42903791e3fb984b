//! Findings: one for each missing guard.

use super::Judged;

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Group;
use super::site::JudgedSite;
use crate::catalog::{Effect, Switch, SwitchId, Weight};
use crate::program::deployment::{StartKind, Started};
use crate::program::{ItemId, Language, NodeRef};
use crate::project::started;
use crate::rules::{Confidence, Finding, OtherSite, Severity, Verdict, Zone, debug, fake_data, registry};
use crate::worlds::{Lanes, What};

/// What one guard would close: a body, the inverted condition in it, the switch.
type Body = ((ItemId, u32), Option<NodeRef>, Option<SwitchId>);

impl Judged<'_> {
    /// One finding for each missing guard.
    pub(super) fn reports(&mut self) -> Vec<Finding> {
        // an inverted guard is mended by itself
        let mut order: Vec<Body> = Vec::new();
        let mut bodies: FxHashMap<_, Vec<usize>> = FxHashMap::default();
        for (index, site) in self.sites.iter().enumerate() {
            if site.verdict == Verdict::Reachable {
                let body = (self.body(site), self.inverted(site).map(|(condition, _)| condition), site.switch);
                bodies.entry(body).or_insert_with(|| {
                    order.push(body);
                    Vec::new()
                });
                if let Some(members) = bodies.get_mut(&body) {
                    members.push(index);
                }
            }
        }
        let mut groups = Vec::new();
        for body in order {
            let Some(members) = bodies.get(&body) else {
                continue;
            };
            let Some(primary) = members
                .iter()
                .copied()
                .max_by_key(|index| (self.severity(&self.sites[*index]), std::cmp::Reverse(*index)))
            else {
                continue;
            };
            let others = members.iter().copied().filter(|index| *index != primary).collect();
            groups.push(Group { primary, others });
        }
        for group in &groups {
            self.sites[group.primary].steps = self.proven(group.primary);
        }
        groups.iter().map(|group| self.report(group)).collect()
    }

    fn report(&self, group: &Group) -> Finding {
        let site = &self.sites[group.primary];
        let written = self.is_written(site);
        let inverted = self.inverted(site);
        let (rule, (message, help)) = if let Some((at, truth)) = inverted {
            (fake_data::only_in_production::ID, fake_data::only_in_production::message(self, at, truth))
        } else if let Some(switch) = self.switch(site) {
            (debug::rule(&switch.rule), debug::message(self, group, switch))
        } else if written {
            (fake_data::written::ID, fake_data::written::message(self, group))
        } else {
            (fake_data::reachable::ID, fake_data::reachable::message(self, group))
        };
        let confidence = if site.doubted || site.effect == Effect::Config {
            Confidence::Low
        } else if site.fail_open {
            Confidence::Medium
        } else {
            Confidence::High
        };
        let mut because = self.steps(&site.steps, &site.range);
        if let Some(sink) = site.sink {
            because.push(self.step_at(sink, format!("{} writes it", self.callee(sink))));
        }
        Finding {
            rule,
            family: registry::find(rule).filter(|_| inverted.is_none()).map_or(site.family, |rule| rule.family),
            severity: if inverted.is_some() { Severity::Error } else { self.severity(site) },
            confidence,
            verdict: Verdict::Reachable,
            range: site.range.clone(),
            symbol: site.symbol.clone(),
            message,
            help,
            because,
            sites: group
                .others
                .iter()
                .map(|index| OtherSite {
                    range: self.sites[*index].range.clone(),
                    symbol: self.sites[*index].symbol.clone(),
                })
                .collect(),
        }
    }

    /// The condition that lets production in and development not, and its value in production.
    fn inverted(&self, site: &JudgedSite) -> Option<(NodeRef, bool)> {
        let only = site.reached.has(Lanes::PRODUCTION) && !site.reached.has(Lanes::DEVELOPMENT);
        if !only || site.doubted || site.effect == Effect::Config {
            return None;
        }
        site.steps.iter().rev().find_map(|step| match step.what {
            What::Condition { truth: Some(truth), .. } => Some((step.at, truth)),
            _ => None,
        })
    }

    fn is_written(&self, site: &JudgedSite) -> bool {
        site.effect == Effect::Write || (site.sink.is_some() && site.effect != Effect::Config)
    }

    /// What starts this file as a program, where deployment files say so.
    pub fn starts(&self) -> Option<&Started> {
        let facts = self.case.facts;
        facts.started.iter().find(|one| one.kind != StartKind::Wsgi && started::means(one, &facts.path))
    }

    /// Whether deployment files have this module imported by a server, and nothing starts it as a program.
    pub(super) fn is_only_served(&self) -> bool {
        let facts = self.case.facts;
        let is_served = facts.started.iter().any(|one| one.kind == StartKind::Wsgi && started::means(one, &facts.path));
        is_served && self.starts().is_none()
    }

    fn switch(&self, site: &JudgedSite) -> Option<&Switch> {
        self.case.facts.catalog.switch(site.switch?)
    }

    /// Code that only whoever starts the file itself runs.
    pub fn is_started_by_hand(&self, place: &Range<usize>) -> bool {
        let before = self.case.text.get(..place.start).unwrap_or_default();
        let is_outermost = |line: &&str| line.starts_with(|c: char| !c.is_whitespace() && c != '#' && c != ')');
        self.case.program.language == Language::Python
            && before.lines().rev().find(is_outermost).is_some_and(|line| line.starts_with("if __name__"))
    }

    fn weight(&self, site: &JudgedSite, switch: &Switch) -> Severity {
        let severity = match switch.weight {
            Weight::Error => Severity::Error,
            Weight::Warning => Severity::Warning,
            Weight::Note => Severity::Note,
        };
        let is_rare = self.case.zone == Zone::OnDemand
            || site.fail_open
            || self.is_started_by_hand(&site.range) && self.starts().is_none();
        match severity {
            _ if site.doubted => Severity::Note,
            Severity::Error if is_rare => Severity::Warning,
            Severity::Warning if self.case.zone == Zone::OnDemand => Severity::Note,
            severity => severity,
        }
    }

    fn severity(&self, site: &JudgedSite) -> Severity {
        if let Some(switch) = self.switch(site) {
            return self.weight(site, switch);
        }
        if site.effect == Effect::Config || site.doubted {
            return Severity::Note;
        }
        match (self.is_written(site), self.case.zone) {
            (true, _) if !site.fail_open => Severity::Error,
            (true, _) => Severity::Warning,
            (false, Zone::OnDemand) if site.fail_open => Severity::Note,
            (false, Zone::OnDemand) => Severity::Note,
            (false, _) => Severity::Warning,
        }
    }
}
