//! # deny-list-guard
//!
//! ## What it does
//! Finds guards that name the environments in which code must not run, instead of those in which it may.
//!
//! ## Why is this bad?
//! The code runs in staging, in a sandbox and in every environment that is added later, and often those hold copies of real data.
//!
//! ## Example
//! ```ruby
//! seed! unless Rails.env.production?
//! ```
//!
//! ## Use instead
//! ```ruby
//! seed! if Rails.env.local?
//! ```
//!
//! ## References
//! - `fail-open-guard`

use crate::rules::judge::{Judged, JudgedSite};
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "deny-list-guard";

pub(in crate::rules) fn finding(judged: &Judged<'_>, site: &JudgedSite) -> Finding {
    judged.advice(
        ID,
        site,
        Severity::Note,
        Confidence::Medium,
        Verdict::WeaklyGuarded,
        format!(
            "{} is kept out of production by name, and runs in staging and in every environment added later.",
            site.symbol
        ),
        format!("Name the environments that may run it: {}", judged.guard()),
    )
}
