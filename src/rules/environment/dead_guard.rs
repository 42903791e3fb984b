//! # dead-guard
//!
//! ## What it does
//! Finds guarded code that runs in no environment at all, development included.
//!
//! ## Why is this bad?
//! The guard is wrong; somebody will find out and remove it instead of mending it.
//!
//! ## Example
//! ```ruby
//! seed! if Rails.env == :development
//! ```
//!
//! ## Use instead
//! ```ruby
//! seed! if Rails.env.development?
//! ```
//!
//! ## References
//! - `constant-comparison`
//! - `unknown-environment`

use crate::rules::judge::{Judged, JudgedSite};
use crate::rules::{Confidence, Finding, Severity, Verdict};
use crate::worlds::What;

pub const ID: &str = "dead-guard";

pub(in crate::rules) fn finding(judged: &Judged<'_>, site: &JudgedSite) -> Finding {
    let deciding = site.steps.iter().find(|step| matches!(step.what, What::Condition { .. } | What::Exit));
    let condition = deciding.map(|step| judged.quote_node(step.at));
    let why = condition.map(|text| format!(": `{text}` lets it through nowhere")).unwrap_or_default();
    judged.advice(
        ID,
        site,
        Severity::Note,
        Confidence::Medium,
        Verdict::Dead,
        format!("{} runs in no environment, development included{why}.", site.symbol),
        "Mend the condition, or delete the call.".to_owned(),
    )
}
