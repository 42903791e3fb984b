//! Answers in words: what a rule is about, and what every world says of a place.

use std::io::{self, Write};

use annotate_snippets::Level;
use smol_str::SmolStr;

use crate::rules::{Reach, RuleInfo, Site, Verdict};
use crate::text::LineIndex;

use super::model::{Excerpt, Extent, extents_of, way};
use super::{Reported, markdown, text};

/// A place with everything that is known of it.
#[derive(Debug)]
pub struct Explained {
    path: SmolStr,
    site: Site,
    at: Extent,
    /// Side by side with the steps of `site.because`.
    because: Vec<Vec<Extent>>,
    excerpt: Excerpt,
}

impl Explained {
    pub fn of(path: &SmolStr, lines: &LineIndex<'_>, site: Site) -> Explained {
        let at = Extent::of(lines, &site.range);
        Explained {
            path: path.clone(),
            at,
            because: site.because.iter().map(|(_, _, steps)| extents_of(lines, steps)).collect(),
            excerpt: Excerpt::of(lines, [at.start.line].into_iter()),
            site,
        }
    }
}

/// Writes what a rule is about.
///
/// # Errors
/// Those of the writer.
pub fn explain_rule(rule: &RuleInfo, color: bool, out: &mut impl Write) -> io::Result<()> {
    let title = format!("# {} ({}, {})", rule.id, rule.family, rule.severity);
    write!(out, "{}", markdown(&title, color))?;
    writeln!(out, "{}\n", rule.summary)?;
    write!(out, "{}", markdown(rule.docs, color))
}

/// Writes the findings of a line as the check does, then each of its places world by world.
///
/// # Errors
/// Those of the writer.
pub fn explain_places(
    findings: &[Reported],
    places: &[Explained],
    color: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let renderer = text::renderer(color);
    for reported in findings {
        writeln!(out, "{}\n", text::finding(&renderer, reported))?;
    }
    for place in places {
        let title = format!("{} is {}", place.site.symbol, in_words(place.site.verdict));
        let group = Level::INFO.no_name().primary_title(title).elements(text::source(
            &place.path,
            &place.excerpt,
            place.at,
            &[],
        ));
        writeln!(out, "{}", renderer.render(&[group]))?;
        worlds(place, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn worlds(place: &Explained, out: &mut impl Write) -> io::Result<()> {
    let told = &place.site.because;
    let worlds = place.site.worlds;
    for ((name, reach, steps), extents) in told.iter().zip(&place.because) {
        world(name, *reach, out)?;
        for step in way(&place.path, steps, extents) {
            let text = annotate_snippets::normalize_untrusted_str(step.text);
            writeln!(out, "      {}: {text}", step.place(&place.path))?;
        }
    }
    // worlds that no steps are told of
    for (name, reach) in [
        ("production", worlds.production),
        ("unset", worlds.unset),
        ("other", worlds.other),
        ("development", worlds.development),
    ] {
        if !told.iter().any(|(world, ..)| *world == name) {
            world(name, reach, out)?;
        }
    }
    Ok(())
}

fn world(name: &str, reach: Reach, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {}", world_in_words(name, reach))
}

/// What a world says of a place: `unset: may run where nothing sets the environment`.
pub fn world_in_words(name: &str, reach: Reach) -> String {
    let meaning = match name {
        "production" => "the environment is production",
        "unset" => "nothing sets the environment",
        "other" => "the environment has another name, such as staging",
        "development" => "the environment is development",
        "test" => "the environment is test",
        other => other,
    };
    let answer = match reach {
        Reach::Reached => "runs",
        Reach::Cut => "does not run",
        Reach::Unknown => "may run",
    };
    format!("{name}: {answer} where {meaning}")
}

/// A verdict and what it means.
pub fn in_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "reachable: it can run in production",
        Verdict::WeaklyGuarded => "weakly guarded: the guard holds in production, but not everywhere it should",
        Verdict::Guarded => "guarded: it cannot run in production",
        Verdict::Dead => "dead: it runs in no environment",
        Verdict::Allowed => "allowed by a comment or by the configuration",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{locate, testing};
    use super::*;
    use crate::catalog::Family;
    use crate::rules::Severity;

    #[test]
    fn a_place_world_by_world() {
        let lines = LineIndex::new(testing::USER);
        let path = SmolStr::new("user.rb");
        let findings = locate(&path, &lines, vec![testing::written()]);
        let place = Explained::of(&path, &lines, testing::site());
        let mut out = Vec::new();
        explain_places(&findings, &[place], false, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn a_rule() {
        let rule = RuleInfo {
            id: "breakpoint",
            family: Family::Debug,
            severity: Severity::Error,
            summary: "A breakpoint that production reaches.",
            docs: "## What it does\nFinds `debugger`.\n",
        };
        let mut out = Vec::new();
        explain_rule(&rule, false, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "breakpoint (debug, error)\nA breakpoint that production reaches.\n\nWhat it does\nFinds `debugger`.\n"
        );
    }
}
