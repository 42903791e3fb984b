//! `prodguard explain`.

use std::path::Path;

use smol_str::SmolStr;

use crate::analysis::{self, FileAnalysis};
use crate::catalog::Family;
use crate::lang::{self, Layout};
use crate::project::files::FileKind;
use crate::project::similar;
use crate::report::{self, Explained};
use crate::rules::{Finding, REGISTRY, Site, registry};
use crate::text::LineIndex;

use super::args::{CommonArgs, ExplainArgs};
use super::check::{current_folder, threads};
use super::progress::Progress;
use super::project::{self, Project};
use super::scan::{self, Analysed, Scan};
use super::{Failure, Outcome, output, paths};

pub fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    match place(&args.what) {
        Some((file, line)) => explain_place(Path::new(file), line, &args.common)?,
        None => explain_name(&args.what, &args.common)?,
    }
    Ok(Outcome::Clean)
}

/// `FILE:LINE` or `FILE:LINE:COLUMN`; the column is of no use.
fn place(what: &str) -> Option<(&str, usize)> {
    let (before, last) = what.rsplit_once(':')?;
    let last = last.parse().ok()?;
    if let Some((file, line)) = before.rsplit_once(':')
        && let Ok(line) = line.parse()
    {
        return Some((file, line));
    }
    Some((before, last))
}

fn explain_name(name: &str, common: &CommonArgs) -> Result<(), Failure> {
    let color = output::has_color(common.color);
    if let Some(rule) = registry::find(name) {
        return output::write(color, |mut out| report::explain_rule(rule, color, &mut out));
    }
    if let Some(family) = Family::from_id(name) {
        let rules: Vec<_> = REGISTRY.iter().filter(|rule| rule.family == family).copied().collect();
        return output::write(color, |mut out| report::rules_text(&rules, &mut out));
    }
    if Path::new(name).is_file() {
        return Err(Failure(format!("name a line as well: {name}:1")));
    }
    let nearest = similar::closest(name, REGISTRY.iter().map(|rule| rule.id));
    Err(Failure(match nearest {
        Some(id) => format!("there is no rule `{name}`; did you mean `{id}`?"),
        None => format!("there is no rule `{name}`; `prodguard rules` lists them"),
    }))
}

fn explain_place(file: &Path, line: usize, common: &CommonArgs) -> Result<(), Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure(format!("{}: {why}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    let absolute = paths::absolute(file).map_err(|error| failed(&error))?;
    let root = paths::root(&current_folder()?, std::slice::from_ref(&absolute));
    let path = paths::relative(&root, &absolute);
    let roots = std::slice::from_ref(&absolute);
    let project = project::open(&root, roots, common.config.as_deref(), threads(None))?;
    let kind = scan::file_kind(&project.deployment_path(&path), &absolute, true);
    let kind = kind.ok_or_else(|| failed(&"not a Ruby, Python or C# file, nor a deployment file"))?;
    let scan = Scan {
        root: &root,
        project: &project,
        analyze: analysis::explain,
        with_sites: true,
        with_reasons: true,
        threads: 1,
        progress: &Progress::new(false),
        log: |_| {},
    };
    let color = output::has_color(common.color);
    scan::with_large_stack(1, || {
        let file = scan.analyse_any(&path, kind, bytes).map_err(|why| failed(&why))?;
        let lines = LineIndex::new(&file.text);
        if line == 0 || line > lines.line_count() {
            let count = lines.line_count();
            return Err(failed(&format!("there is no line {line} of {count}")));
        }
        let (findings, sites) = at_line(&file, &lines, kind, line);
        output::write(color, |out| {
            if findings.is_empty() && sites.is_empty() {
                return out.write_all(nothing_at(&path, line, &lines, &file.answers).as_bytes());
            }
            let findings = report::locate(&path, &lines, findings);
            let places: Vec<_> = sites.into_iter().map(|site| Explained::of(&path, &lines, site)).collect();
            report::explain_places(&findings, &places, color, &mut { out })
        })
    })?
}

/// The places on a line, else those in what starts on it, with the findings that they belong to.
fn at_line(file: &Analysed, lines: &LineIndex<'_>, kind: FileKind, line: usize) -> (Vec<Finding>, Vec<Site>) {
    let text = lines.line_range(line);
    let statement = statement_range(&file.text, lines, kind, line);
    let pick = |range: &std::ops::Range<usize>| {
        let is_inside = |at: usize| range.start <= at && at <= range.end;
        let sites = file.answers.sites.iter();
        let sites: Vec<Site> = sites.filter(|site| is_inside(site.range.start)).cloned().collect();
        let findings = file.answers.findings.iter().filter(|finding| {
            let mut others = finding.sites.iter().map(|site| site.range.start);
            is_inside(finding.range.start) || others.any(is_inside)
        });
        (findings.cloned().collect::<Vec<_>>(), sites)
    };
    let on_line = pick(&text);
    match on_line.0.is_empty() && on_line.1.is_empty() {
        true => pick(&statement),
        false => on_line,
    }
}

/// What starts at the first character of a line, else the line itself.
fn statement_range(text: &str, lines: &LineIndex<'_>, kind: FileKind, line: usize) -> std::ops::Range<usize> {
    let range = lines.line_range(line);
    let Some(kind) = kind.code() else { return range };
    let masked = lang::adapter(kind.language).mask(text, kind.template);
    let Some(tree) = crate::syntax::parse(kind.language, &masked.text, None) else {
        return range;
    };
    let layout = Layout::of(kind.language, &tree, &masked.text);
    let Some(code) = masked.text.get(range.clone()) else {
        return range;
    };
    let start = range.start + code.len() - code.trim_start().len();
    let end = layout.statement_end(start).unwrap_or(range.end);
    range.start..end.max(range.end)
}

fn nothing_at(path: &SmolStr, line: usize, lines: &LineIndex<'_>, answers: &FileAnalysis) -> String {
    let mut others: Vec<usize> = answers
        .sites
        .iter()
        .map(|site| site.range.start)
        .chain(answers.findings.iter().map(|finding| finding.range.start))
        .map(|at| lines.line(at))
        .collect();
    others.sort_unstable();
    others.dedup();
    let others: Vec<String> = others.iter().map(usize::to_string).collect();
    let rest = match others.is_empty() {
        true => "The file holds none.".to_owned(),
        false => format!("Lines with such places: {}.", others.join(", ")),
    };
    format!("{path}:{line} holds nothing that prodguard looks at. {rest}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(place("a/b.rb:12"), Some(("a/b.rb", 12)));
        assert_eq!(place("a/b.rb:12:5"), Some(("a/b.rb", 12)));
        assert_eq!(place("C:\\b.rb:12"), Some(("C:\\b.rb", 12)));
        assert_eq!(place("fake-data"), None);
        assert_eq!(place("a.rb:x"), None);
    }
}
