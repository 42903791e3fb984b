//! Findings with lines and columns, free of the texts that they come from.

use std::ops::Range;

use smol_str::SmolStr;

use crate::rules::{Finding, Site, Step};
use crate::text::{Edit, LineIndex, Position};

/// Bytes of a line that reports show; longer lines are machine-made and shown as a place without text.
const LONGEST_LINE: usize = 400;

/// The answers for everything that was looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// The absolute folder that every path is relative to, with `/`.
    pub root: String,
    pub findings: Vec<Reported>,
    /// Every place looked at; `None` unless asked for.
    pub sites: Option<Vec<ReportedSite>>,
    pub skipped: Vec<Skipped>,
    /// Places that a comment or the configuration allows.
    pub allowed: usize,
    /// Files of a known language that were read.
    pub scanned: usize,
    /// Generated files that were left out.
    pub generated: usize,
}

impl Report {
    /// Puts everything into the order in which all formats show it.
    pub fn sort(&mut self) {
        let place = |path: &SmolStr, at: &Extent| (path.clone(), at.start, at.end);
        self.findings.sort_by_cached_key(|f| (place(&f.path, &f.at), f.finding.rule));
        if let Some(sites) = &mut self.sites {
            sites.sort_by_cached_key(|s| (place(&s.path, &s.at), s.site.family));
        }
        self.skipped.sort();
    }

    /// Notes a file that could not be checked.
    pub fn skip(&mut self, path: SmolStr, why: impl Into<String>) {
        let why = why.into();
        self.skipped.push(Skipped { path, why });
    }

    /// Takes back what was found in a file, `allowed` of it allowed there, to be found again.
    pub fn forget(&mut self, path: &str, allowed: usize) {
        self.allowed = self.allowed.saturating_sub(allowed);
        self.scanned = self.scanned.saturating_sub(1);
        self.findings.retain(|found| found.path != path);
        if let Some(sites) = &mut self.sites {
            sites.retain(|site| site.path != path);
        }
    }

    /// Adds what another part of the check has found.
    pub fn merge(&mut self, other: Report) {
        self.findings.extend(other.findings);
        if let Some(sites) = other.sites {
            self.sites.get_or_insert_default().extend(sites);
        }
        self.skipped.extend(other.skipped);
        self.allowed += other.allowed;
        self.scanned += other.scanned;
        self.generated += other.generated;
    }
}

/// A file that could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Skipped {
    pub path: SmolStr,
    pub why: String,
}

/// A range of a text; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extent {
    pub start: Position,
    pub end: Position,
}

impl Extent {
    pub fn of(lines: &LineIndex<'_>, range: &Range<usize>) -> Extent {
        Extent { start: lines.position(range.start), end: lines.position(range.end.max(range.start)) }
    }
}

/// A finding and where it is.
#[derive(Debug)]
pub struct Reported {
    /// Relative to the root, with `/`.
    pub path: SmolStr,
    pub finding: Finding,
    pub at: Extent,
    /// Side by side with `finding.because`, each in its own file.
    pub because: Vec<Extent>,
    /// Side by side with `finding.sites`.
    pub sites: Vec<Extent>,
    pub excerpt: Excerpt,
    /// Empty unless asked for.
    pub fixes: Vec<ReportedFix>,
    /// Of the words of the finding's first line: stays the same while the code around it moves.
    pub line_hash: u64,
}

/// A fix and where its edits are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFix {
    pub title: String,
    pub safe: bool,
    /// Sorted; they do not overlap.
    pub edits: Vec<ReportedEdit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedEdit {
    pub at: Extent,
    pub text: String,
}

impl ReportedFix {
    pub fn of(lines: &LineIndex<'_>, title: &str, safe: bool, edits: &[Edit]) -> ReportedFix {
        let edits = edits.iter();
        let edits = edits.map(|edit| ReportedEdit { at: Extent::of(lines, &edit.range), text: edit.text.clone() });
        ReportedFix { title: title.to_owned(), safe, edits: edits.collect() }
    }
}

/// A place looked at and where it is.
#[derive(Debug)]
pub struct ReportedSite {
    pub path: SmolStr,
    pub site: Site,
    pub at: Extent,
}

/// The few lines of a file that a report shows.
#[derive(Clone, Debug, Default)]
pub struct Excerpt {
    /// 1-based line and its text, in order.
    lines: Vec<(usize, String)>,
}

impl Excerpt {
    /// The lines named and those next to them.
    pub(super) fn of(lines: &LineIndex<'_>, wanted: impl Iterator<Item = usize>) -> Excerpt {
        let mut numbers: Vec<usize> = wanted
            .flat_map(|line| line.saturating_sub(1)..=line + 1)
            .filter(|line| (1..=lines.line_count()).contains(line))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let lines = numbers
            .into_iter()
            .map(|line| (line, lines.line_text(line)))
            .filter(|(_, text)| text.len() <= LONGEST_LINE)
            .map(|(line, text)| (line, text.to_owned()))
            .collect();
        Excerpt { lines }
    }

    /// The text of a 1-based line, if it is shown.
    pub fn line(&self, line: usize) -> Option<&str> {
        let at = self.lines.binary_search_by_key(&line, |(number, _)| *number).ok()?;
        Some(&self.lines[at].1)
    }
}

/// Gives a file's findings their lines and columns.
pub fn locate(path: &SmolStr, lines: &LineIndex<'_>, findings: Vec<Finding>) -> Vec<Reported> {
    findings
        .into_iter()
        .map(|finding| {
            let at = Extent::of(lines, &finding.range);
            let extents = |ranges: &mut dyn Iterator<Item = &Range<usize>>| {
                ranges.map(|range| Extent::of(lines, range)).collect()
            };
            let because: Vec<Extent> = extents_of(lines, &finding.because);
            let sites = extents(&mut finding.sites.iter().map(|s| &s.range));
            let own = finding.because.iter().zip(&because).filter(|(step, _)| step.file.is_none());
            let shown = own.map(|(_, extent)| extent).chain([&at]).map(|extent| extent.start.line);
            Reported {
                path: path.clone(),
                at,
                excerpt: Excerpt::of(lines, shown),
                fixes: Vec::new(),
                line_hash: hash_words(lines.line_text(at.start.line)),
                because,
                sites,
                finding,
            }
        })
        .collect()
}

/// Where steps are, each in its own file.
pub(super) fn extents_of(lines: &LineIndex<'_>, steps: &[Step]) -> Vec<Extent> {
    let extent = |step: &Step| match &step.file {
        Some(file) => Extent::of(&LineIndex::new(&file.text), &step.range),
        None => Extent::of(lines, &step.range),
    };
    steps.iter().map(extent).collect()
}

/// One step on the way to a finding and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Way<'r> {
    /// Relative to the root, with `/`.
    pub path: &'r str,
    pub at: Extent,
    pub text: &'r str,
}

impl Way<'_> {
    /// As a reader of the file at `path` is told: `line 3`, or `app/seeds.rb:3` for another file.
    pub fn place(&self, path: &str) -> String {
        match self.path == path {
            true => format!("line {}", self.at.start.line),
            false => format!("{}:{}", self.path, self.at.start.line),
        }
    }
}

/// Steps with where they are; `path` is that of the file they are told of.
pub(super) fn way<'r>(path: &'r str, steps: &'r [Step], extents: &'r [Extent]) -> impl Iterator<Item = Way<'r>> {
    steps.iter().zip(extents).map(move |(step, at)| Way {
        path: step.file.as_ref().map_or(path, |file| &file.path),
        at: *at,
        text: &step.text,
    })
}

impl Reported {
    /// The way to the finding.
    pub fn way(&self) -> impl Iterator<Item = Way<'_>> {
        way(&self.path, &self.finding.because, &self.because)
    }
}

/// Gives a place its line and column.
pub fn locate_site(path: &SmolStr, lines: &LineIndex<'_>, site: Site) -> ReportedSite {
    ReportedSite { path: path.clone(), at: Extent::of(lines, &site.range), site }
}

/// FNV-1a over the words of a line: the same on every machine and in every version.
fn hash_words(line: &str) -> u64 {
    let bytes = line.split_whitespace().flat_map(|word| word.bytes().chain([b' ']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
