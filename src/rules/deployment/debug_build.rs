//! # debug-build
//!
//! ## What it does
//! Finds images that ship a Debug build of .NET: `dotnet publish -c Debug`, `dotnet publish` without a configuration where
//! the SDK is older than 8, and stages that only `dotnet build` without `-c Release`.
//!
//! ## Why is this bad?
//! A Debug build is not optimised, and everything inside `#if DEBUG` and `[Conditional("DEBUG")]` runs in it.
//!
//! ## Example
//! ```dockerfile
//! RUN dotnet publish -c Debug -o /app
//! ```
//!
//! ## Use instead
//! ```dockerfile
//! RUN dotnet publish -c Release -o /app
//! ```
//!
//! ## References
//! - .NET: dotnet publish, "starting with .NET 8 the default configuration is Release"

use super::commands::{after, subcommand, value};
use super::{Judged, Place};
use crate::program::deployment::{Format, Process, Scope, Word};
use crate::rules::Severity;

pub const ID: &str = "debug-build";

/// The first SDK that publishes a Release build by itself.
const RELEASES: u32 = 8;

pub(super) fn look(judged: &mut Judged<'_>) {
    let deployment = judged.deployment();
    if judged.case.format != Format::Image {
        return;
    }
    let publishes =
        deployment.processes.iter().any(|process| dotnet(process).is_some_and(|(what, _)| what == "publish"));
    for process in &deployment.processes {
        let Some((what, rest)) = dotnet(process) else { continue };
        let Some(scope) = deployment.scopes.get(process.scope) else { continue };
        let given = configuration(rest);
        let is_debug = given.is_some_and(|name| name.eq_ignore_ascii_case("debug"));
        let message = match what {
            "publish" if is_debug => "The image ships a Debug build: `dotnet publish` is told to make one.".to_owned(),
            "publish" => match sdk(scope).filter(|version| given.is_none() && *version < RELEASES && !is_set(rest)) {
                Some(version) => {
                    format!(
                        "The image ships a Debug build: without `-c Release`, `dotnet publish` of the SDK {version} makes one."
                    )
                }
                None => continue,
            },
            "build" if !publishes && (is_debug || given.is_none()) && keeps(rest) => {
                "The image ships a Debug build: `dotnet build` makes one unless told `-c Release`.".to_owned()
            }
            _ => continue,
        };
        judged.add(Place {
            rule: ID,
            scope: process.scope,
            range: process.range.clone(),
            symbol: smol_str::format_smolstr!("dotnet {what}"),
            severity: judged.severity(Severity::Warning, None),
            message,
            help: "Publish with `dotnet publish -c Release`.".to_owned(),
            because: Vec::new(),
        });
    }
}

/// What `dotnet` is told to do, and the words after that.
fn dotnet(process: &Process) -> Option<(&str, &[Word])> {
    let rest = after(process, "dotnet")?;
    Some((subcommand(rest, &[])?, rest))
}

fn configuration(words: &[Word]) -> Option<&str> {
    value(words, &["-c", "--configuration", "-p:Configuration", "/p:Configuration", "--property:Configuration"])
}

/// The configuration is set in a way that does not tell its value.
fn is_set(words: &[Word]) -> bool {
    words.iter().any(|word| word.text.contains("Configuration") || word.text.contains("PublishProfile"))
}

/// What is built goes to a folder of its own, to be taken from there.
fn keeps(words: &[Word]) -> bool {
    value(words, &["-o", "--output"]).is_some()
}

/// The version of the SDK that an image is made from.
fn sdk(scope: &Scope) -> Option<u32> {
    scope.images.iter().find_map(|image| {
        let (name, tag) = image.rsplit_once(':')?;
        let is_sdk = name.ends_with("/sdk") || (name.ends_with("dotnet") && tag.contains("sdk"));
        let major = tag.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
        is_sdk.then(|| major.parse().ok()).flatten()
    })
}
