//! The report that people read.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use crate::rules::{Confidence, Severity};

use super::model::Way;
use super::{Excerpt, Extent, Report, Reported};

/// Lines between a place and a step that is shown beside it; farther ones are told in words.
const REACH: usize = 500;

/// Skipped files that are named unless all are asked for.
const SKIPPED_SHOWN: usize = 10;

#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    /// Write terminal colours.
    pub color: bool,
    /// Name every skipped file.
    pub verbose: bool,
}

/// Writes each finding with its source line, its because and its help; then what was skipped, and a summary line.
///
/// # Errors
/// Those of the writer.
pub fn text(report: &Report, options: TextOptions, out: &mut impl Write) -> io::Result<()> {
    let renderer = renderer(options.color);
    for reported in &report.findings {
        writeln!(out, "{}\n", finding(&renderer, reported))?;
    }
    let shown = match options.verbose {
        true => report.skipped.len(),
        false => SKIPPED_SHOWN,
    };
    for skipped in report.skipped.iter().take(shown) {
        let line = format!("skipped {}: {}", skipped.path, skipped.why);
        writeln!(out, "{}", annotate_snippets::normalize_untrusted_str(&line))?;
    }
    if report.skipped.len() > shown {
        let more = report.skipped.len() - shown;
        writeln!(out, "skipped {more} more; --verbose names them all")?;
    }
    if !report.skipped.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(report))
}

pub(super) fn renderer(color: bool) -> Renderer {
    match color {
        true => Renderer::styled(),
        false => Renderer::plain(),
    }
}

pub(super) fn finding(renderer: &Renderer, reported: &Reported) -> String {
    let finding = &reported.finding;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let steps: Vec<Way<'_>> = reported.way().collect();
    let mut group = level.primary_title(&finding.message).id(finding.rule).elements(source(
        &reported.path,
        &reported.excerpt,
        reported.at,
        &steps,
    ));
    let others = &reported.sites;
    if !others.is_empty() {
        group = group.element(Level::NOTE.message(others_text(others)));
    }
    if finding.confidence != Confidence::High {
        group = group.element(Level::NOTE.message(format!("confidence is {}", finding.confidence)));
    }
    if !finding.help.is_empty() {
        group = group.element(Level::HELP.message(&finding.help));
    }
    renderer.render(&[group])
}

/// The place with its line underlined and the steps that lead to it, each at its own line where that can be shown.
pub(super) fn source<'a>(path: &'a str, excerpt: &'a Excerpt, at: Extent, steps: &[Way<'a>]) -> Vec<Element<'a>> {
    let number = |index: usize, text: &str| match steps.len() {
        1 => text.to_owned(),
        _ => format!("{}. {text}", index + 1),
    };
    let steps = steps.iter().enumerate();
    if excerpt.line(at.start.line).is_none() {
        let origin = Origin::path(path).line(at.start.line).char_column(at.start.column);
        let notes = steps.map(|(index, step)| note(path, step, &number(index, step.text)));
        return [origin.into()].into_iter().chain(notes).collect();
    }
    let (shown, hidden): (Vec<_>, Vec<_>) = steps.partition(|(_, step)| {
        let line = step.at.start.line;
        step.path == path && excerpt.line(line).is_some() && line.abs_diff(at.start.line) <= REACH
    });
    let extents = shown.iter().map(|(_, step)| step.at.start.line);
    let first = extents.clone().fold(at.start.line, usize::min);
    let last = extents.fold(at.start.line, usize::max);
    let mut text = String::new();
    let mut starts = Vec::new();
    for line in first..=last {
        starts.push(text.len());
        // lines in between that are not part of the excerpt are folded away
        text.push_str(excerpt.line(line).unwrap_or_default());
        text.push('\n');
    }
    let span = |at: &Extent| {
        let line = excerpt.line(at.start.line).unwrap_or_default();
        let start = starts.get(at.start.line - first).copied().unwrap_or(0);
        let byte = |column: usize| {
            let mut chars = line.char_indices().map(|(byte, _)| byte);
            start + chars.nth(column - 1).unwrap_or(line.len())
        };
        // of a range of several lines the first is underlined
        let end = match at.end.line == at.start.line {
            true => byte(at.end.column),
            false => start + line.trim_end().len(),
        };
        byte(at.start.column)..end.max(byte(at.start.column))
    };
    let primary = AnnotationKind::Primary.span(span(&at));
    let context =
        shown.iter().map(|(index, step)| AnnotationKind::Context.span(span(&step.at)).label(number(*index, step.text)));
    let annotations: Vec<_> = [primary].into_iter().chain(context).collect();
    let snippet = Snippet::source(text).path(path).line_start(first).annotations(annotations);
    let notes = hidden.iter().map(|(index, step)| note(path, step, &number(*index, step.text)));
    [Element::from(snippet)].into_iter().chain(notes).collect()
}

fn note<'a>(path: &str, step: &Way<'_>, text: &str) -> Element<'a> {
    Level::NOTE.message(format!("{}: {text}", step.place(path))).into()
}

fn others_text(others: &[Extent]) -> String {
    const SHOWN: usize = 8;
    let mut lines: Vec<usize> = others.iter().map(|at| at.start.line).collect();
    lines.dedup();
    let listed: Vec<String> = lines.iter().take(SHOWN).map(usize::to_string).collect();
    let more = match lines.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "the same guard closes {} ({} {}{more})",
        count(others.len(), "more place"),
        if lines.len() == 1 { "line" } else { "lines" },
        listed.join(", "),
    )
}

/// What was found and how much was looked at, in one line; never silent about what was left out.
pub(super) fn summary(report: &Report) -> String {
    let of = |severity| {
        let findings = report.findings.iter();
        findings.filter(|f| f.finding.severity == severity).count()
    };
    let kinds: Vec<String> =
        [(of(Severity::Error), "error"), (of(Severity::Warning), "warning"), (of(Severity::Note), "note")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| count(number, word))
            .collect();
    let mut files: Vec<&str> = report.findings.iter().map(|f| f.path.as_str()).collect();
    files.dedup();
    let found = match report.findings.len() {
        0 => "No findings".to_owned(),
        number => format!("{} ({}) in {}", count(number, "finding"), kinds.join(", "), count(files.len(), "file")),
    };
    let generated = match report.generated {
        0 => String::new(),
        number => format!(", {number} generated left out"),
    };
    format!(
        "{found}; {} scanned, {} skipped{generated}, {} allowed.",
        count(report.scanned, "file"),
        report.skipped.len(),
        count(report.allowed, "place"),
    )
}

pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::super::testing;
    use super::*;

    fn render(report: &Report, options: TextOptions) -> String {
        let mut out = Vec::new();
        text(report, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn findings() {
        insta::assert_snapshot!(render(&testing::report(), TextOptions::default()));
    }

    #[test]
    fn nothing_found() {
        let text = render(&testing::empty(), TextOptions::default());
        assert_eq!(text, "No findings; 0 files scanned, 0 skipped, 0 places allowed.\n");
    }

    #[test]
    fn colours_only_when_asked() {
        let colored = TextOptions { color: true, ..TextOptions::default() };
        assert!(!render(&testing::report(), TextOptions::default()).contains('\u{1b}'));
        assert!(render(&testing::report(), colored).contains('\u{1b}'));
    }

    #[test]
    fn skipped_files_are_counted_even_when_not_named() {
        let mut report = testing::empty();
        report.skipped =
            (0..12).map(|n| super::super::Skipped { path: format!("{n}.rb").into(), why: "no".into() }).collect();
        let brief = render(&report, TextOptions::default());
        assert!(brief.contains("skipped 2 more") && brief.contains("12 skipped"), "{brief}");
        let verbose = TextOptions { verbose: true, ..TextOptions::default() };
        assert!(render(&report, verbose).contains("skipped 11.rb: no\n"));
    }

    #[test]
    fn far_steps_and_long_lines_are_told_in_words() {
        let far = format!("guard\n{}{}Faker\n", "\n".repeat(REACH), " ".repeat(500));
        let render =
            |text: &str| render(&one(text, 0..5, text.find("Faker").unwrap_or(0)..text.len()), TextOptions::default());
        let shown = render(&far);
        assert!(shown.contains("--> a.rb:502:501\n") && shown.contains("= note: line 1: why"), "{shown}");
        let shown = render("guard\n  Faker\n");
        assert!(shown.contains("1 | guard\n  | ----- why\n2 |   Faker\n  |   ^^^^^\n"), "{shown}");
    }

    fn one(text: &str, step: Range<usize>, place: Range<usize>) -> Report {
        let because = vec![crate::rules::Step { range: step, text: "why".to_owned(), file: None }];
        let finding = crate::rules::Finding { range: place, because, sites: Vec::new(), ..testing::written() };
        let lines = crate::text::LineIndex::new(text);
        Report { findings: crate::report::locate(&"a.rb".into(), &lines, vec![finding]), ..testing::empty() }
    }

    proptest::proptest! {
        #[test]
        fn every_range_can_be_shown(
            text in "[ab\\t\\r\\né😀\u{200d}\u{301}\u{1b}\u{0}]{0,40}",
            ranges in (0..60usize, 0..60usize, 0..60usize, 0..60usize),
        ) {
            let (a, b, c, d) = ranges;
            let report = one(&text, a.min(b)..a.max(b), c.min(d)..c.max(d));
            let shown = render(&report, TextOptions { color: false, verbose: false });
            let raw = shown.contains('\x1b') || shown.contains('\0');
            proptest::prop_assert!(!raw);
        }
    }
}
