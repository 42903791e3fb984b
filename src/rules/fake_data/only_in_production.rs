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

pub const ID: &str = "only-in-production";

/// `at` is the condition that lets production in, and `truth` what it comes out as there.
pub(in crate::rules) fn message(judged: &Judged<'_>, at: NodeRef, truth: bool) -> (String, String) {
    let text = judged.quote_node(at);
    (
        format!("Runs only in production: this branch is taken when `{text}` is {truth}. The guard is inverted."),
        "Turn the condition round.".to_owned(),
    )
}
