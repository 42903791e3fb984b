//! What deployment files say: which variables are set, which processes are started, and whether production is meant. All
//! ranges are bytes of the file's text.

use std::ops::Range;

use smol_str::SmolStr;

/// How a deployment file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Dockerfile, Containerfile.
    Image,
    Compose,
    /// Kubernetes, Helm, Kamal and what else tells a platform in YAML what to run.
    Manifest,
    /// `fly.toml`.
    Toml,
    /// `app.json`.
    Json,
    /// `.env`, `.flaskenv`: lines of `NAME=value`.
    Variables,
    Procfile,
    /// A unit of systemd.
    Unit,
    /// Bicep and Terraform.
    Infrastructure,
    /// An entry point written for a shell.
    Shell,
    /// `web.config` of ASP.NET.
    WebConfig,
    /// What changes a `web.config` when it is published.
    WebTransform,
    /// `appsettings.json` of ASP.NET Core.
    AppSettings,
    /// GitHub Actions, GitLab CI.
    Workflow,
}

/// What one file sets and starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deployment {
    pub scopes: Vec<Scope>,
    /// In the order of the text.
    pub variables: Vec<Variable>,
    pub processes: Vec<Process>,
    pub settings: Vec<Setting>,
}

/// What runs together: the image that a Dockerfile ends in, a service, a container, a unit, a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Empty where the file is all there is.
    pub name: SmolStr,
    pub ships: Ships,
    /// The images it is made from, outermost base last; as written.
    pub images: Vec<SmolStr>,
    /// It is built from the project, not only pulled.
    pub builds: bool,
    /// More variables come from elsewhere: `env_file`, `envFrom`.
    pub is_open: bool,
}

/// Whether production runs what a scope says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ships {
    #[default]
    Runs,
    /// Only what is built there reaches production.
    Feeds,
    No,
}

/// A variable that is given a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: SmolStr,
    /// Without quotes; references to what the file itself sets are resolved.
    pub value: SmolStr,
    /// Where to report it.
    pub range: Range<usize>,
    /// From the name to the value.
    pub statement: Range<usize>,
    pub scope: usize,
    /// Holds only where nobody gives another value: `${X:-development}`, a build argument.
    pub is_default: bool,
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: SmolStr,
    pub range: Range<usize>,
}

/// One simple command: no `&&` and no leading assignments.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    pub words: Vec<Word>,
    pub range: Range<usize>,
    pub statement: Range<usize>,
    pub scope: usize,
    pub when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// While the image is built.
    Build,
    /// When the scope starts.
    Start,
}

/// A setting that is no variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub what: What,
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// `<compilation debug="true">`; in a transformation: it is taken away or set to another value.
    CompilationDebug,
    /// `<customErrors mode="Off">`.
    CustomErrorsOff,
    /// `"DetailedErrors": true`.
    DetailedErrors,
    /// `<environmentVariable>` in a transformation.
    EnvironmentVariable,
}

/// A program that production starts, as far as it tells which code of the project runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The deployment file, relative to the root, with `/`.
    pub path: SmolStr,
    /// 1-based.
    pub line: usize,
    /// As the file writes it, words separated by one space.
    pub command: SmolStr,
    pub kind: StartKind,
    /// Of a script its path as written (`app.py`, `/srv/app/run.py`); else the dotted name of the module.
    pub target: SmolStr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartKind {
    /// `python app.py`: the file is `__main__`.
    Script,
    /// `python -m shop.web`: the module is `__main__`.
    Module,
    /// `gunicorn shop.wsgi:app`, `flask run`: the module is imported by a server.
    Wsgi,
}

/// Words that say that something is not production.
const OTHER: &[&str] = &[
    "dev",
    "devel",
    "develop",
    "development",
    "developer",
    "devcontainer",
    "test",
    "tests",
    "testing",
    "e2e",
    "local",
    "localhost",
    "override",
    "example",
    "examples",
    "sample",
    "samples",
    "ci",
    "debug",
    "debugger",
    "demo",
    "demos",
    "sandbox",
    "staging",
    "qa",
    "uat",
    "benchmark",
    "benchmarks",
    "playground",
];

/// Whether the name of a file, a stage, a service or a job says that it is of development, tests or examples.
pub fn says_other(name: &str) -> bool {
    words(name).any(|word| OTHER.contains(&word.as_str()))
}

/// Whether a name says that production is meant.
pub fn says_production(name: &str) -> bool {
    words(name).any(|word| matches!(word.as_str(), "production" | "prod" | "prd" | "live" | "release"))
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_not_mean_production() {
        for name in ["docker-compose.override.yml", "web-dev", "Dockerfile.test", "e2e", "Shop.Samples"] {
            assert!(says_other(name), "{name}");
        }
        for name in ["docker-compose.yml", "devops", "latest", "contest", "web", "locale"] {
            assert!(!says_other(name), "{name}");
        }
        assert!(says_production("deploy-prod") && !says_production("product"));
    }
}
