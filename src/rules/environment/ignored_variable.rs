//! # ignored-variable
//!
//! ## What it does
//! Finds reads of a variable that this version of the framework no longer honours: Flask dropped `FLASK_ENV`, `app.env` and
//! `config["ENV"]` in 2.3.
//!
//! ## Why is this bad?
//! The code tests a value that nothing sets any more; a comparison with "production" fails in production.
//!
//! ## Example
//! ```python
//! if os.environ.get("FLASK_ENV") != "production":
//!     seed()
//! ```
//!
//! ## Use instead
//! ```python
//! if current_app.debug:
//!     seed()
//! ```
//!
//! ## References
//! - Flask 2.3 changelog

use crate::program::NodeRef;
use crate::rules::judge::Judged;
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "ignored-variable";

pub(in crate::rules) fn finding(judged: &Judged<'_>, at: NodeRef, name: &str, why: &str) -> Finding {
    judged.environment(
        ID,
        at,
        Severity::Note,
        Confidence::Medium,
        Verdict::WeaklyGuarded,
        format!("{name} says nothing here: {why}."),
        "Ask the framework (current_app.debug), or read a variable of your own that the deployment sets.".to_owned(),
    )
}
