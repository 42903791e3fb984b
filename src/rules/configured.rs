//! What the configuration says of findings: severities by rule or family, and places that it allows by path.

use rustc_hash::FxHashSet;

use crate::project::config::{Allow, Config, Level};

use super::{Finding, Severity, Site, Verdict};

/// What to say of an entry that allows nothing, unless `[severity]` turns that off.
pub fn unused(config: &Config, allow: &Allow) -> Option<Finding> {
    let mut finding = super::suppress::hygiene(
        "unused-allow",
        allow.range.clone(),
        "[[allow]]",
        "This entry allows nothing: no place in these paths would be reported.".to_owned(),
        "Remove it, or correct its paths and rules.",
    );
    finding.severity = match config.level(finding.rule, finding.family) {
        None => finding.severity,
        Some(level) => severity(level)?,
    };
    Some(finding)
}

fn severity(level: Level) -> Option<Severity> {
    match level {
        Level::Off => None,
        Level::Note => Some(Severity::Note),
        Level::Warning => Some(Severity::Warning),
        Level::Error => Some(Severity::Error),
    }
}

/// Applies `[severity]` and `[[allow]]` to the answers for the file at `path`, relative to the configuration's folder.
/// Returns how many places are allowed.
pub fn apply(config: &Config, path: &str, findings: &mut Vec<Finding>, sites: &mut [Site]) -> usize {
    apply_noting(config, path, findings, sites, |_| ())
}

/// The same; `note` is told the index of each entry of [`Config::allow`] that allows something.
pub fn apply_noting(
    config: &Config,
    path: &str,
    findings: &mut Vec<Finding>,
    sites: &mut [Site],
    mut note: impl FnMut(usize),
) -> usize {
    let mut allowed = FxHashSet::default();
    findings.retain_mut(|finding| {
        if let Some(entry) = config.allowed(path, finding.rule, finding.family) {
            note(entry);
            let places = finding.sites.iter().map(|site| site.range.start);
            let places = places.chain([finding.range.start]);
            allowed.extend(places.map(|at| (at, finding.family)));
            return false;
        }
        let Some(level) = config.level(finding.rule, finding.family) else {
            return true;
        };
        severity(level).is_some_and(|severity| {
            finding.severity = severity;
            true
        })
    });
    for site in sites {
        if site.verdict != Verdict::Guarded && allowed.contains(&(site.range.start, site.family)) {
            site.verdict = Verdict::Allowed;
        }
    }
    allowed.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Family;
    use crate::rules::{Confidence, OtherSite};

    fn finding() -> Finding {
        Finding {
            rule: "fake-data-reachable",
            family: Family::FakeData,
            severity: Severity::Warning,
            confidence: Confidence::High,
            verdict: Verdict::Reachable,
            range: 0..1,
            symbol: "x".into(),
            message: String::new(),
            help: String::new(),
            because: Vec::new(),
            sites: vec![OtherSite { range: 2..3, symbol: "y".into() }],
        }
    }

    /// The severity that remains, if any, and the number of places allowed.
    fn check(config: &str, expected: (Option<Severity>, usize)) {
        let (config, problems) = Config::parse(config, &["fake-data-reachable"]);
        assert_eq!(problems, []);
        let mut findings = vec![finding()];
        let allowed = apply(&config, "db/seeds.rb", &mut findings, &mut []);
        let severity = findings.first().map(|finding| finding.severity);
        assert_eq!((severity, allowed), expected);
    }

    #[test]
    fn severities_and_paths() {
        check("", (Some(Severity::Warning), 0));
        check("[severity]\nfake-data = \"error\"", (Some(Severity::Error), 0));
        check("[severity]\nfake-data = \"error\"\nfake-data-reachable = \"note\"", (Some(Severity::Note), 0));
        check("[severity]\nfake-data = \"off\"", (None, 0));
        check("[[allow]]\npaths = [\"db/**\"]\nrules = [\"fake-data\"]\nreason = \"demo\"", (None, 2));
        check(
            "[[allow]]\npaths = [\"lib/**\"]\nrules = [\"fake-data\"]\nreason = \"demo\"",
            (Some(Severity::Warning), 0),
        );
    }
}
