//! # development-environment
//!
//! ## What it does
//! Finds deployment files that set the environment of what production runs to development or test: `RAILS_ENV`, `RACK_ENV`,
//! `FLASK_ENV`, `ASPNETCORE_ENVIRONMENT`, `DOTNET_ENVIRONMENT`, `DJANGO_SETTINGS_MODULE`, `DJANGO_ENV`, `NODE_ENV`. Stages of
//! an image that do not end in it, and files and services of development or tests, are left out.
//!
//! ## Why is this bad?
//! Every guard in the code that asks for the environment opens: error pages show source code and variables, seed data is
//! made, recorders record. The guards are right and do not help.
//!
//! ## Example
//! ```dockerfile
//! FROM ruby:3.3
//! ENV RAILS_ENV=development
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
//! - Rails: configuring Rails applications, "Rails environment settings"
//! - ASP.NET Core: use multiple environments

use super::{Judged, Place, capital};
use crate::program::deployment::{Format, Ships, Variable, What};
use crate::rules::Severity;

pub const ID: &str = "development-environment";

pub(super) fn look(judged: &mut Judged<'_>) {
    for variable in judged.variables() {
        let Some(meant) = meaning(variable) else { continue };
        let transformed =
            judged.case.format == Format::WebConfig && judged.facts().settled.contains(&What::EnvironmentVariable);
        if transformed || (variable.name == "NODE_ENV" && !is_own(judged, variable)) {
            continue;
        }
        let Variable { name, value, .. } = variable;
        let is_test = value.eq_ignore_ascii_case("test");
        // before it deploys, a job tests
        if is_test && judged.case.format == Format::Workflow {
            continue;
        }
        // tests in CI are started from the same files
        let is_test = is_test && judged.case.format == Format::Compose;
        let is_weak = is_test || name == "NODE_ENV" || (name == "FLASK_ENV" && judged.facts().ignores_flask_env);
        let severity = if is_weak { Severity::Note } else { Severity::Warning };
        let runner = capital(&judged.runner(variable.scope));
        let unless = if variable.is_default { " unless told otherwise" } else { "" };
        judged.add(Place {
            rule: ID,
            scope: variable.scope,
            range: variable.range.clone(),
            symbol: smol_str::format_smolstr!("{name}={value}"),
            severity: judged.severity(severity, Some(variable)),
            message: format!("{runner} sets {name} to \"{value}\"{unless}: {meant}, in production as well."),
            help: help(variable),
            because: judged.started(variable),
        });
    }
}

/// A service of somebody else's image has an environment of its own.
fn is_own(judged: &Judged<'_>, variable: &Variable) -> bool {
    let scope = judged.deployment().scopes.get(variable.scope);
    scope.is_some_and(|scope| scope.builds && scope.ships == Ships::Runs)
}

/// What a value that means development does; `None` for every other value.
fn meaning(variable: &Variable) -> Option<&'static str> {
    let value = variable.value.as_str();
    let is_one = |names: &[&str]| names.contains(&value);
    let is_any = |names: &[&str]| names.iter().any(|name| value.eq_ignore_ascii_case(name));
    match variable.name.as_str() {
        "RAILS_ENV" => is_one(&["development", "test"])
            .then_some("Rails shows its error pages and loads what is meant for developers"),
        "RACK_ENV" => is_one(&["development", "test"])
            .then_some("Rack shows its error pages and loads what is meant for developers"),
        "HANAMI_ENV" => is_one(&["development", "test"]).then_some("Hanami loads what is meant for developers"),
        "APP_ENV" => {
            is_one(&["development", "test", "dev"]).then_some("what asks for it takes the machine for a developer's")
        }
        "FLASK_ENV" => is_one(&["development"]).then_some("Flask before 2.3 turns its debugger on"),
        // .NET compares without regard to case
        "ASPNETCORE_ENVIRONMENT" | "DOTNET_ENVIRONMENT" | "AZURE_FUNCTIONS_ENVIRONMENT" => {
            is_any(&["development"]).then_some("IsDevelopment() is true, and what it guards is open")
        }
        "DJANGO_SETTINGS_MODULE" => {
            let last = value.rsplit('.').next().unwrap_or(value);
            let mut words = last.split('_');
            let is_settings = words.any(|word| {
                matches!(word, "dev" | "development" | "local" | "test" | "tests" | "testing" | "debug" | "devel")
            });
            is_settings.then_some("Django runs with the settings of development")
        }
        "DJANGO_CONFIGURATION" => is_any(&["dev", "development", "local", "test", "testing"])
            .then_some("Django runs with the settings of development"),
        "DJANGO_ENV" | "ENV_FOR_DYNACONF" => is_any(&["dev", "development", "local", "test", "testing"])
            .then_some("what asks for it takes the machine for a developer's"),
        "NODE_ENV" => is_one(&["development", "test"]).then_some("packages of Node load what is meant for developers"),
        _ => None,
    }
}

fn help(variable: &Variable) -> String {
    let name = &variable.name;
    match name.as_str() {
        "ASPNETCORE_ENVIRONMENT" | "DOTNET_ENVIRONMENT" | "AZURE_FUNCTIONS_ENVIRONMENT" => {
            format!("Set {name} to Production, or leave it out: without it .NET takes Production.")
        }
        "FLASK_ENV" => "Leave it out.".to_owned(),
        "DJANGO_SETTINGS_MODULE" => "Name the settings of production.".to_owned(),
        _ => format!("Set {name} to production here, and to \"{}\" in a file for developers only.", variable.value),
    }
}
