//! # development-server
//!
//! ## What it does
//! Finds deployment files that start a server for development: `flask run`, `manage.py runserver`, `rails server` where
//! nothing says that the environment is production, `dotnet run`, `dotnet watch`, `uvicorn --reload`, `gunicorn --reload`;
//! and code that starts one where production can run it: `uvicorn.run(…, reload=True)`, `call_command("runserver")`.
//!
//! ## Why is this bad?
//! Servers for development serve one request after another, reload code, and show errors with all details; with its debugger
//! on, that of Flask lets a visitor run code.
//!
//! ## Example
//! ```dockerfile
//! CMD ["flask", "run", "--host=0.0.0.0", "--debug"]
//! ```
//!
//! ## Use instead
//! ```dockerfile
//! CMD ["gunicorn", "--bind=0.0.0.0:8000", "app:app"]
//! ```
//!
//! ## References
//! - Flask: deploying to production
//! - Django: django-admin runserver, "do not use this server in a production setting"

use super::commands::{after, has, subcommand, value};
use super::{Judged, Place, capital, shorten};
use crate::program::deployment::{Format, Process, Scope, Word};
use crate::project::started;
use crate::rules::Severity;

pub const ID: &str = "development-server";

pub(super) fn look(judged: &mut Judged<'_>) {
    for process in judged.starts() {
        let Some((severity, why, help)) = reason(judged, process) else { continue };
        let command = started::command(&process.words[wrappers(process)..]);
        let shown = shorten(&command);
        let runner = capital(&judged.runner(process.scope));
        judged.add(Place {
            rule: ID,
            scope: process.scope,
            range: process.range.clone(),
            symbol: shown.into(),
            severity: judged.severity(severity, None),
            message: format!("{runner} starts `{shown}` in production: {why}."),
            help: help.to_owned(),
            because: Vec::new(),
        });
    }
}

/// The words before the program that matters: `bundle exec`, `tini --`, an entry point of the image.
fn wrappers(process: &Process) -> usize {
    let programs =
        ["flask", "manage.py", "django-admin", "uvicorn", "gunicorn", "hypercorn", "granian", "dotnet", "rails"];
    let named = |word: &Word| programs.contains(&started::base_name(&word.text));
    let at = process.words.iter().position(named).unwrap_or(0);
    let is_python = |index: usize| started::base_name(&process.words[index].text) == "python";
    match at.checked_sub(1) {
        Some(before) if is_python(before) => before,
        _ => at,
    }
}

type Reason = (Severity, &'static str, &'static str);

fn reason(judged: &Judged<'_>, process: &Process) -> Option<Reason> {
    flask(judged, process)
        .or_else(|| django(process))
        .or_else(|| reloading(process))
        .or_else(|| dotnet(process))
        .or_else(|| rails(judged, process))
}

fn flask(judged: &Judged<'_>, process: &Process) -> Option<Reason> {
    let rest = after(process, "flask")?;
    if subcommand(rest, &["--app", "-A", "-e", "--env-file"]) != Some("run") {
        return None;
    }
    const HELP: &str = "Start the program with gunicorn, waitress or another production server.";
    let is_on = has(rest, "--debug") || has(rest, "--debugger");
    // the variable is reported by itself
    let is_pinned = judged.value(process.scope, "FLASK_DEBUG").is_some();
    match is_on && !has(rest, "--no-debugger") {
        true => Some((Severity::Error, "its debugger lets a visitor run code", HELP)),
        false if is_pinned && has(rest, "--no-debug") => None,
        false => Some((Severity::Warning, "it is Flask's server for development", HELP)),
    }
}

fn django(process: &Process) -> Option<Reason> {
    let rest =
        ["manage.py", "django-admin", "django-admin.py", "django"].iter().find_map(|name| after(process, name))?;
    const HELP: &str = "Start the program with gunicorn, uvicorn or another production server.";
    match subcommand(rest, &["--settings", "--pythonpath"])? {
        "runserver" | "runsslserver" | "devserver" => {
            Some((Severity::Warning, "it is Django's server for development, not meant for production", HELP))
        }
        "runserver_plus" => Some((Severity::Error, "its debugger lets a visitor run code", HELP)),
        _ => None,
    }
}

fn reloading(process: &Process) -> Option<Reason> {
    const HELP: &str = "Leave --reload to a file for developers only.";
    let reloads = ["uvicorn", "gunicorn", "hypercorn", "granian"].iter().find_map(|name| after(process, name))?;
    has(reloads, "--reload").then_some((
        Severity::Warning,
        "--reload watches the files and restarts when one changes",
        HELP,
    ))
}

fn dotnet(process: &Process) -> Option<Reason> {
    const HELP: &str = "Publish the program with `dotnet publish -c Release` and start what that made.";
    let rest = after(process, "dotnet")?;
    match subcommand(rest, &["--project"])? {
        "watch" => Some((Severity::Warning, "it watches the files and builds again when one changes", HELP)),
        "run" if !has(rest, "--no-launch-profile") => Some((
            Severity::Warning,
            "it takes the environment from launchSettings.json, where it is Development as a rule",
            HELP,
        )),
        _ => None,
    }
}

fn rails(judged: &Judged<'_>, process: &Process) -> Option<Reason> {
    const HELP: &str = "Set RAILS_ENV to production here.";
    let rest = after(process, "rails")?;
    if !matches!(subcommand(rest, &["-e", "--environment"])?, "server" | "s") {
        return None;
    }
    match value(rest, &["-e", "--environment"]) {
        Some("development" | "test") => {
            return Some((Severity::Warning, "it is told to run in development", "Set the environment to production."));
        }
        Some(_) => return None,
        None => {}
    }
    // platforms that take these set it themselves
    let sets_itself = matches!(judged.case.format, Format::Procfile | Format::Toml | Format::Json | Format::Unit);
    if sets_itself || judged.pins_rails(process.scope) {
        return None;
    }
    // whoever runs it may still set the variable
    Some((Severity::Note, "nothing here sets RAILS_ENV, and without it this is the development environment", HELP))
}

/// Whether the image comes from one that sets no environment of an application.
pub(super) fn is_official(scope: &Scope) -> bool {
    let Some(image) = scope.images.last() else { return false };
    let name = image.split([':', '@']).next().unwrap_or(image);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    matches!(name, "ruby" | "debian" | "ubuntu" | "alpine" | "jruby" | "fedora" | "centos")
}
