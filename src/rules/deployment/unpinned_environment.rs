//! # unpinned-environment
//!
//! ## What it does
//! Finds images of Rails applications that start a server or worker and set neither `RAILS_ENV` nor `RACK_ENV`.
//!
//! ## Why is this bad?
//! Whoever runs such an image without the variable gets the development environment: Puma, Sidekiq and Rails choose it when
//! nothing else is said. With a `DATABASE_URL` it works on the production database.
//!
//! ## Example
//! ```dockerfile
//! FROM ruby:3.3
//! CMD ["bundle", "exec", "puma"]
//! ```
//!
//! ## Use instead
//! ```dockerfile
//! FROM ruby:3.3
//! ENV RAILS_ENV=production
//! CMD ["bundle", "exec", "puma"]
//! ```
//!
//! ## References
//! - Rails: the Dockerfile of a new application sets `RAILS_ENV="production"`

use super::commands::{after, value};
use super::development_server::is_official;
use super::{Judged, Place};
use crate::program::deployment::Format;
use crate::rules::Severity;

pub const ID: &str = "unpinned-environment";

pub(super) fn look(judged: &mut Judged<'_>) {
    let is_rails = judged.facts().packages.as_ref().is_none_or(|packages| packages.contains("rails"));
    if judged.case.format != Format::Image || !is_rails {
        return;
    }
    for process in judged.starts() {
        let Some(scope) = judged.deployment().scopes.get(process.scope) else { continue };
        let server = ["puma", "unicorn", "sidekiq", "unicorn_rails", "thin"]
            .into_iter()
            .find_map(|name| Some((name, after(process, name)?)));
        let Some((name, rest)) = server else { continue };
        let is_told = value(rest, &["-e", "-E", "--environment", "--env"]).is_some();
        if is_told || !is_official(scope) || judged.pins_rails(process.scope) {
            continue;
        }
        judged.add(Place {
            rule: ID,
            scope: process.scope,
            range: process.range.clone(),
            symbol: name.into(),
            severity: Severity::Note,
            message: format!(
                "The image starts {name} and sets no RAILS_ENV: run without the variable, it is a development machine."
            ),
            help: "Add `ENV RAILS_ENV=production` to the stage that ships.".to_owned(),
            because: Vec::new(),
        });
    }
}
