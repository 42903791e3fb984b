//! # default-development
//!
//! ## What it does
//! Finds a variable of no framework that is read with a development default: `os.getenv("APP_ENV", "development")`.
//!
//! ## Why is this bad?
//! A production machine on which the variable is missing believes that it is a developer's.
//!
//! ## Example
//! ```python
//! env = os.getenv("APP_ENV", "development")
//! ```
//!
//! ## Use instead
//! ```python
//! env = os.environ["APP_ENV"]
//! ```
//!
//! ## References
//! - `fail-open-guard`

use crate::program::NodeRef;
use crate::rules::judge::Judged;
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "default-development";

pub(in crate::rules) fn finding(judged: &Judged<'_>, at: NodeRef, name: &str, default: &str) -> Finding {
    judged.environment(
        ID,
        at,
        Severity::Note,
        Confidence::Medium,
        Verdict::WeaklyGuarded,
        format!(
            "Where {name} is missing, this program believes that it runs in {default}, on a production machine as well."
        ),
        format!("Require {name}, or let \"production\" be the default."),
    )
}

/// The variable selects the settings that the program runs with.
pub(in crate::rules) fn settings(judged: &Judged<'_>, at: NodeRef, name: &str, default: &str) -> Finding {
    judged.environment(
        ID,
        at,
        Severity::Warning,
        Confidence::Medium,
        Verdict::Reachable,
        format!("Where {name} is missing, production runs with the settings `{default}`, debug mode among them."),
        format!("Require {name}, or let production's settings be the default."),
    )
}
