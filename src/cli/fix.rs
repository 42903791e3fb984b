//! `check --fix`, `--diff` and `--show-fixes`: edits of the files in which something was found.

use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use smol_str::SmolStr;

use crate::analysis::{FileAnalysis, Input};
use crate::fixes;
use crate::project::files::Kind;
use crate::report::{self, Report, ReportedFix};
use crate::text::edits::compose;
use crate::text::{self, Edit, Encoding, LineIndex, apply};

use super::args::CheckArgs;
use super::scan::{self, Scan, with_large_stack};
use super::{Failure, complain, output, panics};

/// Corrections that make others possible are few.
const ROUNDS: usize = 4;

/// Shows or makes the fixes of what a scan has found; with neither asked for does nothing. `given` is the text of standard
/// input. Returns whether files were changed.
pub fn run(
    args: &CheckArgs,
    scan: &Scan<'_>,
    report: &mut Report,
    given: Option<(Kind, &[u8])>,
) -> Result<bool, Failure> {
    if args.show_fixes {
        show(scan, report, given)?;
    }
    if !args.fix && !args.diff {
        return Ok(false);
    }
    let edited = edited(args, scan, report, given)?;
    if args.diff {
        let text: String = edited.iter().map(|file| report::diff(&file.path, &file.text, &file.edits)).collect();
        output::write(false, |out| out.write_all(text.as_bytes()))?;
        if !args.fix {
            return Ok(false);
        }
    }
    for file in &edited {
        write(&scan.root.join(file.path.as_str()), file)?;
    }
    if !edited.is_empty() {
        complain(&format!("fixed {}", count(edited.len(), "file")));
    }
    Ok(!edited.is_empty())
}

fn count(number: usize, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {what}{end}")
}

/// A file and what is to be done to it.
struct Edited {
    path: SmolStr,
    text: String,
    encoding: Encoding,
    edits: Vec<Edit>,
    /// Findings for which no guard was found.
    left: usize,
}

/// The files of code in which something was found: nothing is offered for others.
fn paths(scan: &Scan<'_>, report: &Report, given: Option<(Kind, &[u8])>) -> Vec<SmolStr> {
    let mut paths: Vec<SmolStr> = report.findings.iter().map(|found| found.path.clone()).collect();
    paths.dedup();
    paths.retain(|path| given.is_some() || scan::kind(&scan.root.join(path.as_str()), true).is_some());
    paths
}

fn edited(
    args: &CheckArgs,
    scan: &Scan<'_>,
    report: &Report,
    given: Option<(Kind, &[u8])>,
) -> Result<Vec<Edited>, Failure> {
    let one = |path: &SmolStr| {
        let (kind, bytes) = read(scan, path, given)?;
        panics::guard(|| scan.edit(path, kind, bytes, args.unsafe_fixes))?
    };
    let all: Vec<_> = with_large_stack(scan.threads, || {
        paths(scan, report, given).par_iter().map(|path| (path.clone(), one(path))).collect()
    })?;
    let mut edited = Vec::new();
    let mut left = 0;
    for (path, file) in all {
        match file {
            Ok(file) => {
                left += file.left;
                if !file.edits.is_empty() {
                    edited.push(file);
                }
            }
            Err(why) => complain(&format!("{path}: not fixed: {why}")),
        }
    }
    if left > 0 {
        complain(&format!("no guard was inserted for {}", count(left, "finding")));
    }
    Ok(edited)
}

fn read(scan: &Scan<'_>, path: &SmolStr, given: Option<(Kind, &[u8])>) -> Result<(Kind, Vec<u8>), String> {
    if let Some((kind, bytes)) = given {
        return Ok((kind, bytes.to_vec()));
    }
    let file = scan.root.join(path.as_str());
    let kind = scan::kind(&file, true).ok_or("not a Ruby, Python or C# file")?;
    Ok((kind, std::fs::read(&file).map_err(|error| error.to_string())?))
}

impl Scan<'_> {
    fn with_input<T>(
        &self,
        path: &SmolStr,
        kind: Kind,
        text: &str,
        work: impl FnOnce(&Input<'_>, FileAnalysis) -> T,
    ) -> T {
        let facts = self.project.facts(path, kind.language);
        let input = Input {
            text,
            language: kind.language,
            template: kind.template,
            zone: self.project.zone(path, kind.language, text),
            facts: &facts,
            triggers: self.project.item_triggers(path, kind.language),
        };
        let mut analysis = (self.analyze)(&input);
        self.project.configure(path, &mut analysis);
        work(&input, analysis)
    }

    fn edit(&self, path: &SmolStr, kind: Kind, bytes: Vec<u8>, unsafe_fixes: bool) -> Result<Edited, String> {
        let decoded = text::decode(bytes).map_err(|why| why.to_string())?;
        if matches!(decoded.encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            return Err("it is written in UTF-16".to_owned());
        }
        if decoded.lossy {
            return Err("it is not valid UTF-8".to_owned());
        }
        let text = decoded.text;
        let mut edits: Vec<Edit> = Vec::new();
        for _ in 0..ROUNDS {
            let now = apply(&text, &edits);
            let more = self.with_input(path, kind, &now, |input, analysis| fixes::corrections(input, &analysis));
            if more.is_empty() {
                break;
            }
            edits = compose(&text, &edits, &more);
        }
        let mut left = 0;
        if unsafe_fixes {
            let now = apply(&text, &edits);
            let (more, without) =
                self.with_input(path, kind, &now, |input, analysis| fixes::guard_all(input, &analysis));
            edits = compose(&text, &edits, &more);
            left = without.len();
        }
        Ok(Edited { path: path.clone(), text, encoding: decoded.encoding, edits, left })
    }
}

/// Gives the findings of a report their fixes.
fn show(scan: &Scan<'_>, report: &mut Report, given: Option<(Kind, &[u8])>) -> Result<(), Failure> {
    let of_file = |path: &SmolStr| -> Option<Vec<(usize, &'static str, Vec<ReportedFix>)>> {
        let (kind, bytes) = read(scan, path, given).ok()?;
        let text = text::decode(bytes).ok()?.text;
        let found = panics::guard(|| {
            scan.with_input(path, kind, &text, |input, analysis| {
                let lines = LineIndex::new(&text);
                let of = |finding| fixes::fixes(input, &analysis, finding);
                let findings = analysis.findings.iter();
                let located = |fix: &fixes::Fix| ReportedFix::of(&lines, &fix.title, fix.safe, &fix.edits);
                findings
                    .map(|finding| (finding.range.start, finding.rule, of(finding).iter().map(located).collect()))
                    .collect()
            })
        });
        found.ok()
    };
    let paths = paths(scan, report, given);
    let all: Vec<_> = with_large_stack(scan.threads, || paths.par_iter().map(of_file).collect())?;
    for (path, found) in paths.iter().zip(all) {
        for (at, rule, fixes) in found.into_iter().flatten() {
            let mut same = report.findings.iter_mut();
            let same = same.find(|reported| {
                reported.path == *path && reported.finding.range.start == at && reported.finding.rule == rule
            });
            if let Some(reported) = same {
                reported.fixes = fixes;
            }
        }
    }
    Ok(())
}

/// Replaces a file by a new one with the same permissions, so that nobody ever reads half of it.
fn write(path: &Path, file: &Edited) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure(format!("{}: cannot be written: {error}", path.display()));
    // what a link points to is replaced, not the link
    let path: PathBuf = std::fs::canonicalize(path).map_err(failed)?;
    let permissions = std::fs::metadata(&path).map_err(failed)?.permissions();
    if permissions.readonly() {
        return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.prodguard-{}", std::process::id()));
    let bom: &[u8] = if file.encoding == Encoding::Utf8Bom { b"\xEF\xBB\xBF" } else { b"" };
    let result = std::fs::File::create_new(&beside).and_then(|mut out| {
        out.write_all(bom)?;
        out.write_all(apply(&file.text, &file.edits).as_bytes())?;
        out.set_permissions(permissions)?;
        out.sync_all()?;
        std::fs::rename(&beside, &path)
    });
    result.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        failed(error)
    })
}
