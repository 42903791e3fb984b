//! # only-in-production
//!
//! ## What it does
//! Finds fake data that runs in production and not in development: the guard is inverted, or the call stands in the wrong branch.
//!
//! ## Why is this bad?
//! It is the opposite of what was meant, and development never shows it.
//!
//! ## Example
//! ```csharp
//! if (!env.IsDevelopment())
//! {
//!     db.Users.AddRange(new Faker<User>().Generate(10));
//! }
//! ```
//!
//! ## Use instead
//! ```csharp
//! if (env.IsDevelopment())
//! {
//!     db.Users.AddRange(new Faker<User>().Generate(10));
//! }
//! ```
//!
//! ## References
//! - `fake-data-reachable`

use crate::program::NodeRef;
use crate::rules::judge::Judged;
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "only-in-production";

pub(in crate::rules) fn finding(judged: &Judged<'_>, at: NodeRef, truth: bool) -> Finding {
    let text = judged.quote_node(at);
    judged.environment(
        ID,
        at,
        Severity::Error,
        Confidence::High,
        Verdict::Reachable,
        format!("Runs only in production: this branch is taken when `{text}` is {truth}. The guard is inverted."),
        "Turn the condition round.".to_owned(),
    )
}
