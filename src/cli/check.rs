//! `prodguard check`.

use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::analysis::analyze;
use crate::project::files::{self, FileKind};
use crate::project::formats;
use crate::report::{self, Report, TextOptions};
use crate::rules::Severity;

use super::args::{CheckArgs, Format};
use super::progress::Progress;
use super::project::{self, Project};
use super::scan::Scan;
use super::{Failure, Outcome, complain, fix, output, paths};

pub fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let current = current_folder()?;
    let asked = match &args.stdin_filename {
        Some(name) => Asked::stdin(name)?,
        None => Asked::paths(&args.paths)?,
    };
    let root = paths::root(&current, &asked.roots);
    let threads = threads(args.threads);
    let config = args.common.config.as_deref();
    let project = project::open(&root, &asked.roots, config, threads)?;
    let scan = Scan {
        root: &root,
        project: &project,
        analyze,
        with_sites: args.sites,
        with_reasons: false,
        threads,
        progress: &Progress::new(!args.no_progress),
        log: match args.verbose {
            true => |line| complain(&line),
            false => |_| {},
        },
    };
    if args.unsafe_fixes && !args.fix && !args.diff {
        return Err(Failure("--unsafe goes with --fix or --diff".to_owned()));
    }
    let mut report = match &asked.text {
        Some((path, kind, bytes)) => scan.run_text(&paths::relative(&root, path), *kind, bytes.clone())?,
        None => scan.run(&asked.roots)?,
    };
    let given = asked.text.as_ref().and_then(|(_, kind, bytes)| Some((kind.code()?, bytes.as_slice())));
    if fix::run(args, &scan, &mut report, given)? {
        report = scan.run(&asked.roots)?;
    }
    project.report_unused(&asked.roots, &mut report);
    report.sort();
    if !args.diff {
        write(args, &report)?;
    }
    let outcome = outcome(args, &report, |path| project.fail_on(path), asked.missing);
    if outcome == Outcome::Incomplete && args.require_complete {
        let skipped = report.skipped.len();
        complain(&format!("--require-complete: {skipped} skipped"));
    }
    Ok(outcome)
}

/// `configured` is the failing severity that a file's configuration sets, if any fails; `missing` says that a path did not exist.
fn outcome(args: &CheckArgs, report: &Report, configured: impl Fn(&str) -> Option<Severity>, missing: bool) -> Outcome {
    let fail_on = |path: &str| args.fail_on.map(Severity::from).or_else(|| configured(path));
    let fails =
        report.findings.iter().any(|found| fail_on(&found.path).is_some_and(|least| found.finding.severity >= least));
    if missing || (args.require_complete && !report.skipped.is_empty()) {
        Outcome::Incomplete
    } else if fails {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}

fn write(args: &CheckArgs, report: &Report) -> Result<(), Failure> {
    let color = args.format == Format::Text && output::has_color(args.common.color);
    let verbose = args.verbose;
    output::write(color, |mut out| match args.format {
        Format::Text => report::text(report, TextOptions { color, verbose }, &mut out),
        Format::Json => report::json(report, &mut out),
        Format::Sarif => report::sarif(report, &mut out),
        Format::Github => report::github(report, &mut out),
    })
}

/// What to check, absolute.
struct Asked {
    /// Files and folders that exist; with standard input the file that it stands for, which need not.
    roots: Vec<PathBuf>,
    /// Standard input.
    text: Option<(PathBuf, FileKind, Vec<u8>)>,
    /// A path that was named does not exist; this was said.
    missing: bool,
}

impl Asked {
    fn paths(named: &[PathBuf]) -> Result<Asked, Failure> {
        let mut roots = Vec::new();
        let mut missing = false;
        for path in named {
            match std::fs::metadata(path).and_then(|_| paths::absolute(path)) {
                Ok(path) => roots.push(path),
                Err(error) => {
                    complain(&format!("{}: {error}", path.display()));
                    missing = true;
                }
            }
        }
        match roots.is_empty() {
            true => Err(Failure("there is nothing to check".to_owned())),
            false => Ok(Asked { roots, text: None, missing }),
        }
    }

    fn stdin(name: &Path) -> Result<Asked, Failure> {
        let path = paths::absolute(name).map_err(|error| Failure(error.to_string()))?;
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map_err(|error| Failure(format!("cannot read standard input: {error}")))?;
        let kind = files::kind_of_name(&path)
            .or_else(|| files::kind_of_shebang(&bytes))
            .map(FileKind::Code)
            .or_else(|| formats::format_of(&paths::slashed(name)).map(FileKind::Deployment))
            .ok_or_else(|| {
                Failure(format!("{}: not a Ruby, Python or C# file, nor a deployment file", name.display()))
            })?;
        Ok(Asked { roots: vec![path.clone()], text: Some((path, kind, bytes)), missing: false })
    }
}

pub(super) fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .and_then(|folder| paths::absolute(&folder))
        .map_err(|error| Failure(format!("the current folder: {error}")))
}

pub(super) fn threads(asked: Option<NonZeroUsize>) -> usize {
    asked.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::report::testing;

    /// `worst` is the highest severity found.
    fn check(line: &str, worst: Option<Severity>, configured: Option<Severity>, expected: Outcome) {
        let words = ["prodguard", "check"].into_iter().chain(line.split_whitespace());
        let Ok(Cli { command: Command::Check(args) }) = Cli::try_parse_from(words) else {
            panic!("{line} is no check");
        };
        let mut report = testing::report();
        report.skipped.clear();
        report.findings.truncate(usize::from(worst.is_some()));
        for reported in &mut report.findings {
            reported.finding.severity = worst.unwrap_or(Severity::Note);
        }
        let configured = |_: &str| configured;
        assert_eq!(outcome(&args, &report, configured, false), expected, "{line}");
        assert_eq!(outcome(&args, &report, configured, true), Outcome::Incomplete);
        report.skip("a.rb".into(), "binary");
        let skipped = match args.require_complete {
            true => Outcome::Incomplete,
            false => expected,
        };
        assert_eq!(outcome(&args, &report, configured, false), skipped, "{line}");
    }

    #[test]
    fn outcomes() {
        use Outcome::{Clean, Findings};
        use Severity::{Error, Note, Warning};
        let default = Some(Warning);
        check("", None, default, Clean);
        check("", Some(Note), default, Clean);
        check("", Some(Warning), default, Findings);
        check("", Some(Warning), Some(Error), Clean);
        check("", Some(Note), Some(Note), Findings);
        check("", Some(Error), None, Clean);
        check("--fail-on note", Some(Note), Some(Error), Findings);
        check("--fail-on error", Some(Warning), default, Clean);
        check("--fail-on error", Some(Error), None, Findings);
        check("--require-complete", Some(Note), default, Clean);
        check("--require-complete --fail-on note", None, None, Clean);
    }
}
