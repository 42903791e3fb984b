//! # constant-comparison
//!
//! ## What it does
//! Finds comparisons of the environment that come out the same everywhere: a string with a symbol, another case, `is` with a
//! literal, a string with a bool.
//!
//! ## Why is this bad?
//! `Rails.env == :production` is false in production: a guard that is written so lets everything through.
//!
//! ## Example
//! ```ruby
//! return if Rails.env == :production
//! ```
//!
//! ## Use instead
//! ```ruby
//! return if Rails.env.production?
//! ```
//!
//! ## References
//! - RuboCop: `Rails/EnvironmentComparison`

use crate::program::NodeRef;
use crate::rules::judge::Judged;
use crate::rules::{Confidence, Finding, Severity, Verdict};
use crate::worlds::Mismatch;

pub const ID: &str = "constant-comparison";

pub(in crate::rules) fn finding(judged: &Judged<'_>, at: NodeRef, literal: &str, why: Mismatch) -> Finding {
    let text = judged.quote_node(at);
    let (why, help) = match why {
        Mismatch::Symbol => {
            (format!("the environment is a string, :{literal} is a symbol"), format!("Compare with \"{literal}\"."))
        }
        Mismatch::Text => (
            format!("the environment is a symbol, \"{literal}\" is a string"),
            format!("Compare with :{literal} instead."),
        ),
        Mismatch::Case => (
            format!("case counts, and no environment is spelt \"{literal}\""),
            "Write the name as the framework spells it, or compare without regard to case.".to_owned(),
        ),
        Mismatch::Bool => (
            format!("an environment variable holds text, never {literal}"),
            "Compare with the text that the variable holds.".to_owned(),
        ),
        Mismatch::Identity => (
            "`is` asks for the same object, and a literal is another one".to_owned(),
            "Compare with == or != instead.".to_owned(),
        ),
    };
    judged.environment(
        ID,
        at,
        Severity::Warning,
        Confidence::High,
        Verdict::Reachable,
        format!("`{text}` comes out the same in every environment: {why}."),
        help,
    )
}
