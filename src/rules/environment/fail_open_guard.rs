//! # fail-open-guard
//!
//! ## What it does
//! Finds guards that hold in production but open when the environment variable is missing, where a spelling exists that stays
//! closed. The framework's own accessor (`Rails.env`) is not reported: nothing more idiomatic can be offered.
//!
//! ## Why is this bad?
//! Cron jobs, shells and one-off containers start without the variable. Then the guarded code runs against the production
//! database.
//!
//! ## Example
//! ```ruby
//! seed! unless ENV["RAILS_ENV"] == "production"
//! ```
//!
//! ## Use instead
//! ```ruby
//! seed! if %w[development test].include?(ENV["RAILS_ENV"])
//! ```
//!
//! ## References
//! - `deny-list-guard`

use crate::rules::judge::{Judged, JudgedSite};
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "fail-open-guard";

pub(in crate::rules) fn finding(judged: &Judged<'_>, site: &JudgedSite) -> Finding {
    judged.advice(
        ID,
        site,
        Severity::Note,
        Confidence::Medium,
        Verdict::WeaklyGuarded,
        format!(
            "{} runs where the environment variable is missing: cron jobs and shells start without it.",
            site.symbol
        ),
        format!("Name the environments that may run it: {}", judged.guard()),
    )
}
