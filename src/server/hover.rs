//! Hover: the rule and the because in every world; on a guarded call what guards it, and what it does when the variable
//! is missing.

use std::fmt::Write as _;
use std::ops::Range;

use tower_lsp::ls_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use crate::analysis;
use crate::cli::project::Project as _;
use crate::report::{verdict_in_words, world_in_words};
use crate::rules::{Finding, Reach, Site, Verdict, registry};
use crate::text::LineIndex;

use super::answer::{Answer, Context};
use super::client::Traits;
use super::position;

/// What is known of the place at an offset; `None` if nothing of interest is there. Evaluates the file many times.
pub fn hover(answer: &Answer, offset: usize, traits: &Traits) -> Option<Hover> {
    let inside = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    let findings = answer.analysis.findings.iter();
    let findings: Vec<&Finding> = findings
        .filter(|finding| inside(&finding.range) || finding.sites.iter().any(|other| inside(&other.range)))
        .collect();
    let sites = answer.analysis.sites.iter().filter(|site| inside(&site.range));
    let site = sites.min_by_key(|site| site.range.len());
    if findings.is_empty() && site.is_none() {
        return None;
    }
    let lines = LineIndex::new(&answer.text);
    let explain = |site: &Site| match &answer.context {
        Some(context) => explained(context, &answer.text, site),
        // of a deployment file all is told already
        None => site.clone(),
    };
    let site = site.map(explain);
    let range = match (&site, findings.first()) {
        (Some(site), _) => site.range.clone(),
        (None, Some(finding)) => finding.range.clone(),
        (None, None) => return None,
    };
    let mut out = String::new();
    findings.iter().for_each(|finding| about_finding(&mut out, finding));
    if let Some(site) = &site {
        about_site(&mut out, &lines, site);
    }
    let value = match traits.markdown {
        true => out,
        false => plain(&out),
    };
    let kind = if traits.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value }),
        range: Some(position::range(&lines, &range, traits.encoding)),
    })
}

/// The place with its because; without one if the text is not the one that was analysed any more.
fn explained(context: &Context, text: &str, site: &Site) -> Site {
    let mut told = analysis::explain(&context.input(text));
    context.project.configure(&context.path, &mut told);
    let same = told.sites.into_iter().find(|other| other.range == site.range && other.symbol == site.symbol);
    same.unwrap_or_else(|| site.clone())
}

fn about_finding(out: &mut String, finding: &Finding) {
    let summary = registry::find(finding.rule).map_or("", |rule| rule.summary);
    let url = registry::docs_url(finding.rule);
    let _ = writeln!(out, "**[{}]({url})** ({}): {summary}\n", finding.rule, finding.severity);
    let _ = writeln!(out, "{}\n", finding.message);
    if !finding.help.is_empty() {
        let _ = writeln!(out, "{}\n", finding.help);
    }
}

fn about_site(out: &mut String, lines: &LineIndex<'_>, site: &Site) {
    let _ = writeln!(out, "`{}` is {}\n", site.symbol, verdict_in_words(site.verdict));
    for (name, reach, steps) in &site.because {
        let _ = writeln!(out, "- {}", world_in_words(name, *reach));
        for step in steps {
            let place = match &step.file {
                Some(file) => format!("{}:{}", file.path, LineIndex::new(&file.text).line(step.range.start)),
                None => format!("line {}", lines.line(step.range.start)),
            };
            let _ = writeln!(out, "  - {place}: {}", step.text);
        }
    }
    let told = |world: &str| site.because.iter().any(|(name, ..)| *name == world);
    let worlds = site.worlds;
    let rest = [
        ("production", worlds.production),
        ("unset", worlds.unset),
        ("other", worlds.other),
        ("development", worlds.development),
    ];
    for (name, reach) in rest.into_iter().filter(|(name, _)| !told(name)) {
        let _ = writeln!(out, "- {}", world_in_words(name, reach));
    }
    if matches!(site.verdict, Verdict::Guarded | Verdict::WeaklyGuarded) {
        let missing = match worlds.unset {
            Reach::Cut => "If the variable is missing, the guard holds all the same.",
            Reach::Reached => "If the variable is missing, the guard is open: this runs.",
            Reach::Unknown => "If the variable is missing, this may run.",
        };
        let _ = writeln!(out, "\n{missing}");
    }
}

/// Markdown for a client that shows text as it is.
fn plain(markdown: &str) -> String {
    crate::report::markdown(markdown, false)
}
