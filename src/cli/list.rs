//! `prodguard rules`.

use crate::report;
use crate::rules::REGISTRY;

use super::args::{ListFormat, RulesArgs};
use super::{Failure, Outcome, output};

pub fn run(args: &RulesArgs) -> Result<Outcome, Failure> {
    output::write(false, |mut out| match args.format {
        ListFormat::Text => report::rules_text(&REGISTRY, &mut out),
        ListFormat::Json => report::rules_json(&REGISTRY, &mut out),
    })?;
    Ok(Outcome::Clean)
}
