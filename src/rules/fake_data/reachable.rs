//! # fake-data-reachable
//!
//! ## What it does
//! Finds calls of fake-data libraries (Ruby `Faker`, `FactoryBot`; Python `Faker`, `factory_boy`; C# `Bogus` and their kin)
//! that can run when the environment is production. The guard may stand anywhere on the way: a condition around the call, an
//! early return, a `raise`, a flag variable, a helper method, a caller.
//!
//! ## Why is this bad?
//! Made-up names, addresses and e-mails appear among real ones. Nobody can tell them apart afterwards, and mail to a made-up
//! address reaches a real stranger.
//!
//! ## Example
//! ```ruby
//! class User < ApplicationRecord
//!   before_create { self.name ||= Faker::Name.name }
//! end
//! ```
//!
//! ## Use instead
//! ```ruby
//! class User < ApplicationRecord
//!   before_create { self.name ||= Faker::Name.name if Rails.env.local? }
//! end
//! ```
//!
//! List the environments that may run it; a list of those that may not forgets the next one.
//!
//! ## References
//! - `fake-data-written`, for data that reaches the database
//! - Rails: `ActiveSupport::EnvironmentInquirer`
//! - ASP.NET Core: use multiple environments

use crate::rules::judge::{Group, Judged};
use crate::worlds::What;

pub const ID: &str = "fake-data-reachable";

/// The sentence about a group of places, the first of which is named.
pub(in crate::rules) fn message(judged: &Judged<'_>, group: &Group) -> (String, String) {
    let first = &judged.sites[group.primary];
    let symbol = &first.symbol;
    let steps = &first.steps;
    let from = steps.iter().rev().find_map(|step| match &step.what {
        What::Entry { name } => Some(name.to_string()),
        _ => None,
    });
    let condition = steps.iter().rev().find_map(|step| match &step.what {
        What::Condition { truth, cause } => Some((judged.quote_node(step.at), *truth, cause.is_some())),
        _ => None,
    });
    let guard = judged.guard();
    let help = format!("Run it in development and test only: {guard}");
    if first.fail_open {
        let message =
            format!("{symbol} runs in production when the environment variable is missing: the check lets it through.");
        return (
            message,
            format!("Name the environments that may run it, so that a missing variable stays closed: {guard}"),
        );
    }
    let message = match condition {
        Some((text, _, true)) if first.doubted => {
            format!("{symbol} may run in production: it depends on `{text}`, which is not the environment.")
        }
        Some((text, Some(truth), _)) => {
            format!("{symbol} can run in production: `{text}` is {truth} there.")
        }
        _ => {
            let from = judged
                .task(first)
                .map(|task| format!("`{task}`"))
                .or(from)
                .unwrap_or_else(|| "the top of the file".to_owned());
            format!("{symbol} can run in production: nothing on the way from {from} checks the environment.")
        }
    };
    (message, help)
}
