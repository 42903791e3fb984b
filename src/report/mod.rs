//! What was found, for people and for machines. Every format is a pure function from a [`Report`] to a writer.

mod diff;
mod explain;
mod github;
mod json;
mod markdown;
mod model;
mod rules;
mod sarif;
mod text;

#[cfg(test)]
pub(crate) mod testing;

pub use diff::diff;
pub use explain::{Explained, explain_places, explain_rule};
pub use github::github;
pub use json::json;
pub use markdown::render as markdown;
pub use model::{
    Excerpt, Extent, Report, Reported, ReportedEdit, ReportedFix, ReportedSite, Skipped, locate, locate_site,
};
pub use rules::{rules_json, rules_text};
pub use sarif::sarif;
pub use text::{TextOptions, text};

/// The version of the JSON formats. A field may be added under the same number; none is removed or changes its meaning.
pub const JSON_VERSION: u32 = 1;
