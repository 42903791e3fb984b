//! # debug-variable
//!
//! ## What it does
//! Finds deployment files that turn a debug mode on for what production runs: `FLASK_DEBUG`, `DJANGO_DEBUG`, `DEBUG`,
//! `ASPNETCORE_DETAILEDERRORS`, `<compilation debug="true">` and `<customErrors mode="Off">` in a `web.config` that no
//! transformation mends, `"DetailedErrors": true` in `appsettings.json`.
//!
//! ## Why is this bad?
//! Flask's debug mode serves a console in which a visitor runs code; the others show source code, variables and queries to
//! whoever causes an error. `FLASK_DEBUG` is off for an empty text, `0`, `false` and `no` only: `off` turns it on.
//!
//! ## Example
//! ```yaml
//! env:
//!   - name: FLASK_DEBUG
//!     value: "1"
//! ```
//!
//! ## Use instead
//! ```yaml
//! env:
//!   - name: FLASK_DEBUG
//!     value: "0"
//! ```
//!
//! ## References
//! - Flask: debug mode
//! - Django: settings, DEBUG
//! - ASP.NET: compilation element, customErrors element

use super::{Judged, Place, ScopeIndex, capital};
use crate::program::deployment::{Format, Process, Setting, Variable, What, When};
use crate::project::started::base_name;
use crate::rules::Severity;

pub const ID: &str = "debug-variable";

pub(super) fn look(judged: &mut Judged<'_>) {
    for variable in judged.variables() {
        look_at(judged, variable);
    }
    for setting in &judged.deployment().settings {
        look_at_setting(judged, setting);
    }
}

fn look_at(judged: &mut Judged<'_>, variable: &Variable) {
    let Variable { name, value, .. } = variable;
    let is_on = ["1", "true", "yes", "on", "t", "y"].iter().any(|on| value.eq_ignore_ascii_case(on));
    let runs_flask = name == "FLASK_DEBUG" && runs_development_server(judged, variable.scope);
    let what = match name.as_str() {
        "FLASK_DEBUG" => {
            let is_off = ["", "0", "false", "no"].iter().any(|off| value.eq_ignore_ascii_case(off));
            // what the file does not tell may be anything
            let meant = match !runs_flask && starts_something(judged, variable.scope) {
                // a server of its own has no debugger of Flask's
                true => "the application runs in debug mode",
                false => "Flask serves its debugger, in which a visitor can run code",
            };
            (!is_off && !value.contains(['$', '{'])).then_some(meant)
        }
        "DJANGO_DEBUG" => is_on.then_some("Django shows code, variables and settings in its error pages"),
        "DEBUG" => {
            (is_on && is_python(judged, variable)).then_some("whoever causes an error is shown code and variables")
        }
        "ASPNETCORE_DETAILEDERRORS" | "DETAILED_ERRORS" | "DetailedErrors" => {
            is_on.then_some("the details of errors are shown to whoever causes one")
        }
        _ => None,
    };
    let Some(what) = what else { return };
    let severity = if runs_flask { Severity::Error } else { Severity::Warning };
    let odd = name == "FLASK_DEBUG"
        && ["off", "n", "f", "none", "disabled"].iter().any(|off| value.eq_ignore_ascii_case(off));
    let runner = capital(&judged.runner(variable.scope));
    let message = match odd {
        true => format!("FLASK_DEBUG={value} turns the debugger on: only an empty text, 0, false and no turn it off."),
        false => format!("{runner} sets {name} to \"{value}\": {what}."),
    };
    judged.add(Place {
        rule: ID,
        scope: variable.scope,
        range: variable.range.clone(),
        symbol: smol_str::format_smolstr!("{name}={value}"),
        severity: judged.severity(severity, Some(variable)),
        message,
        help: match name.as_str() {
            "FLASK_DEBUG" => "Set it to 0, or leave it out and start the program with a production server.".to_owned(),
            _ => format!("Leave {name} out here, and set it in a file for developers only."),
        },
        because: judged.started(variable),
    });
}

/// Whether `DEBUG` in a scope is a variable of a program in Python: many others read one.
fn is_python(judged: &Judged<'_>, variable: &Variable) -> bool {
    let scope = judged.scopes.get(variable.scope);
    scope.is_some_and(|inside| *inside.is_python.get_or_init(|| find_python(judged, variable.scope, inside)))
}

fn find_python(judged: &Judged<'_>, scope: usize, inside: &ScopeIndex<'_>) -> bool {
    let Some(scope) = judged.deployment().scopes.get(scope) else { return false };
    let names = ["python", "gunicorn", "uvicorn", "flask", "celery", "manage.py", "daphne", "uwsgi"];
    let mut words = inside.processes.iter().flat_map(|process| &process.words);
    let speaks = words.any(|word| names.contains(&base_name(&word.text)));
    let has_image = |wanted: &str| scope.images.iter().any(|image| image.contains(wanted));
    let is_django = || inside.variables.keys().any(|name| name.starts_with("DJANGO_"));
    let is_foreign = !scope.images.is_empty() && !has_image("python") && !has_image("django");
    let is_other = judged.case.format == Format::Image && is_foreign;
    speaks
        || has_image("python")
        || is_django()
        || (scope.builds && !is_other && judged.facts().has_python && !judged.facts().has_ruby)
}

/// Whether the same file starts what serves Flask's debugger: a server for production ignores the variable.
fn runs_development_server(judged: &Judged<'_>, scope: usize) -> bool {
    let Some(scope) = judged.scopes.get(scope) else { return false };
    let serves = |process: &&Process| {
        let first = process.words.iter().position(|word| matches!(base_name(&word.text), "flask" | "python"));
        first.is_some_and(|at| base_name(&process.words[at].text) == "flask" || process.words.len() > at + 1)
    };
    *scope.runs_flask.get_or_init(|| scope.processes.iter().any(serves))
}

/// Whether the file tells what is started in a scope.
fn starts_something(judged: &Judged<'_>, scope: usize) -> bool {
    let scope = judged.scopes.get(scope);
    scope.is_some_and(|scope| scope.processes.last().is_some_and(|process| process.when == When::Start))
}

fn look_at_setting(judged: &mut Judged<'_>, setting: &Setting) {
    if judged.facts().settled.contains(&setting.what) {
        return;
    }
    let (symbol, message, help) = match setting.what {
        What::CompilationDebug => (
            "compilation debug",
            "<compilation debug=\"true\"> compiles pages without optimisation and lets requests run for ever: no transformation beside this file turns it off for production.",
            "Remove the attribute in Web.Release.config: <compilation xdt:Transform=\"RemoveAttributes(debug)\" />",
        ),
        What::CustomErrorsOff => (
            "customErrors Off",
            "<customErrors mode=\"Off\"> shows code and stack traces to every visitor: no transformation beside this file changes it for production.",
            "Use RemoteOnly, or set it in Web.Release.config.",
        ),
        What::DetailedErrors => (
            "DetailedErrors",
            "\"DetailedErrors\": true holds in production too: the details of errors are sent to whoever causes one.",
            "Move it to appsettings.Development.json.",
        ),
        What::EnvironmentVariable => return,
    };
    judged.add(Place {
        rule: ID,
        scope: 0,
        range: setting.range.clone(),
        symbol: symbol.into(),
        severity: judged.severity(Severity::Warning, None),
        message: message.to_owned(),
        help: help.to_owned(),
        because: Vec::new(),
    });
}
