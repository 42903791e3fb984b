//! What can be asked.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::rules::Severity;

/// Finds fake data, HTTP recorders and debug modes that can run in production, and says why.
#[derive(Debug, Parser)]
#[command(name = "prodguard", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Check(CheckArgs),
    Explain(ExplainArgs),
    Rules(RulesArgs),
    Lsp(LspArgs),
}

/// Run the language server on standard input and output, for editors.
#[derive(Debug, Args)]
pub struct LspArgs {
    /// Accepted because many editors pass it; standard input and output are the only way to talk.
    #[arg(long)]
    pub stdio: bool,
}

/// Check files and folders.
///
/// Exit status: 0 if nothing was found, 1 if something was found at or above the failing severity, 2 if the check could
/// not be done as asked (wrong usage, a path that does not exist, or skipped files with --require-complete).
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What to check. Folders are searched for Ruby, Python and C# as .gitignore allows, without vendored and generated
    /// code; a file named here is checked even if it is ignored, vendored or generated.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// How to write the result: for people, for scripts (versioned JSON), for code scanning (SARIF 2.1.0), or as
    /// annotations on a pull request in GitHub Actions.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Also list every place that was looked at, guarded ones included, and how it fares in each environment (JSON
    /// only). Use it to see what prodguard knows of, not only what it objects to.
    #[arg(long)]
    pub sites: bool,

    /// Make the fixes that are safe: misspelt names, comparisons that cannot hold, comments that allow nothing. What is left
    /// is reported.
    #[arg(long, conflicts_with = "stdin")]
    pub fix: bool,

    /// Make guards as well: what was found then runs only in development and test. Read the result before it is committed.
    #[arg(long = "unsafe")]
    pub unsafe_fixes: bool,

    /// Print what would be changed, as a unified diff, instead of a report, and change nothing.
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,

    /// Also list the fixes of each finding (JSON and SARIF). Each is tried out, so this takes longer.
    #[arg(long)]
    pub show_fixes: bool,

    /// Check standard input instead of files. Editors and hooks use it for text that is not saved.
    #[arg(long, requires = "stdin_filename", conflicts_with = "paths")]
    pub stdin: bool,

    /// The name of the file that standard input stands for: it tells the language and where the code runs.
    #[arg(long, value_name = "FILE", requires = "stdin")]
    pub stdin_filename: Option<PathBuf>,

    /// Exit with 2 if any file had to be skipped, so that a gate never passes on code it has not read.
    #[arg(long)]
    pub require_complete: bool,

    /// The least severity that makes the exit status 1. Without it the configuration decides, and by default warnings
    /// do.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// How many files are worked on at once; by default as many as there are processors.
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Show no progress bar. Without it there is one only on a terminal, and only if the check takes a while.
    #[arg(long)]
    pub no_progress: bool,

    /// Name every skipped file and tell on standard error what was left out and why.
    #[arg(long, short)]
    pub verbose: bool,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// Explain a rule, or a place: `prodguard explain fake-data-written`, `prodguard explain app/models/user.rb:12`.
///
/// For a place it tells of each environment whether the code runs there and which conditions decide, also where a guard
/// holds.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The name of a rule or family, or a file and a 1-based line.
    #[arg(value_name = "RULE|FILE:LINE")]
    pub what: String,

    #[command(flatten)]
    pub common: CommonArgs,
}

/// List the rules with their families and severities.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// How to write the list: for people, or for scripts (versioned JSON with the documentation of every rule).
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

#[derive(Debug, Args)]
pub struct CommonArgs {
    /// Read this configuration and no other. Without it the nearest prodguard.toml at or above a file decides for it, and
    /// patterns in it are relative to its folder.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// When to use colours: automatically on a terminal (NO_COLOR and CLICOLOR_FORCE are heeded), always, or never.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
    Sarif,
    Github,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Note,
}

impl From<FailOn> for Severity {
    fn from(value: FailOn) -> Self {
        match value {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Note => Severity::Note,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
