//! The command line.
//!
//! Exit status: 0 nothing found at or above the failing severity, 1 something found, 2 the check could not be done as
//! asked: wrong usage, a path that does not exist, output that cannot be written, or `--require-complete` with files
//! that were skipped. With a missing path among others the others are still checked and reported.

mod args;
mod check;
mod explain;
mod fix;
mod list;
mod output;
pub(crate) mod panics;
pub(crate) mod paths;
mod progress;
pub(crate) mod project;
pub(crate) mod scan;

use std::fmt;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// How a run ended, if it could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Clean,
    Findings,
    /// Done in part; what is missing was said.
    Incomplete,
}

/// Why a run could not be done.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs the program with the process's arguments, streams and working folder; `serve` is the language server, which this
/// room does not know.
pub fn main(serve: fn() -> ExitCode) -> ExitCode {
    crate::syntax::memory::settle();
    panics::install();
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Command::Lsp(_) => return serve(),
        Command::Check(args) => check::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Rules(args) => list::run(args),
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Incomplete) => ExitCode::from(2),
        Err(failure) => {
            complain(&failure);
            ExitCode::from(2)
        }
    }
}

/// Says on standard error what is wrong.
fn complain(what: &dyn fmt::Display) {
    use std::io::Write;
    let text = annotate_snippets::normalize_untrusted_str(&what.to_string());
    // with standard error gone there is nobody to tell
    let _ = writeln!(std::io::stderr(), "prodguard: {text}");
}
