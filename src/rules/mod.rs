//! Rules turn the worlds' answers into findings: one file a rule, whose doc comment is the only text about it.

pub mod configured;
mod debug;
mod deployment;
mod environment;
mod fake_data;
mod hygiene;
mod judge;
mod names;
pub mod registry;
pub mod suppress;

use std::ops::Range;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::Family;
pub use crate::project::Zone;

pub use deployment::{DeploymentCase, DeploymentJudgement, judge_deployment};
pub use judge::{Case, Judgement, judge};
pub use registry::{REGISTRY, RuleInfo};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// What the worlds say of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something reaches production.
    Reachable,
    /// The guard holds in production, but not where it matters next (variable missing, staging).
    WeaklyGuarded,
    /// Holds; only in `sites`.
    Guarded,
    /// Never runs anywhere.
    Dead,
    /// Allowed by a comment or by configuration; only in `sites`.
    Allowed,
}

/// How a place fares in one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    Reached,
    Cut,
    /// May be reached.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Worlds {
    pub production: Reach,
    pub unset: Reach,
    pub other: Reach,
    pub development: Reach,
    /// Not part of any output: fixes leave it as it is, or their title says so.
    #[serde(skip)]
    pub test: Reach,
}

/// One step of the way from an entry point to a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// In bytes of the file it stands in.
    pub range: Range<usize>,
    pub text: String,
    /// `None`: the file of the finding.
    pub file: Option<Arc<OtherFile>>,
}

/// A file that bears on another one.
#[derive(Debug, PartialEq)]
pub struct OtherFile {
    /// Relative to the root, with `/`.
    pub path: SmolStr,
    pub text: Arc<str>,
}

/// Another place that the same guard would close.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherSite {
    pub range: Range<usize>,
    pub symbol: SmolStr,
}

/// One report. Ranges are in bytes of the file's text.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static str,
    pub family: Family,
    pub severity: Severity,
    pub confidence: Confidence,
    pub verdict: Verdict,
    pub range: Range<usize>,
    /// As the source writes it: `Faker::Name.name`.
    pub symbol: SmolStr,
    pub message: String,
    /// What to do, in one sentence.
    pub help: String,
    pub because: Vec<Step>,
    pub sites: Vec<OtherSite>,
}

/// One place looked at, whatever its verdict.
#[derive(Clone, Debug)]
pub struct Site {
    pub range: Range<usize>,
    pub family: Family,
    pub symbol: SmolStr,
    pub zone: Zone,
    pub verdict: Verdict,
    pub worlds: Worlds,
    /// Configures or loads only: a guard need not close it.
    pub config: bool,
    /// World by world, in words, for `explain FILE:LINE`: (world, reach, steps).
    pub because: Vec<(&'static str, Reach, Vec<Step>)>,
}
