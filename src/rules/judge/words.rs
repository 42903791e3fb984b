//! What is said: the code as it is written, steps, the listed place.

use std::ops::Range;

use super::Judged;
use super::site::JudgedSite;
use crate::catalog::Effect;
use crate::program::{Kind, Language, NodeRef};
use crate::rules::{Reach, Site, Step, Worlds};
use crate::worlds::{self, Lanes, What};

impl Judged<'_> {
    pub(super) fn listed(&self, site: &JudgedSite, answer: &worlds::SiteAnswer) -> Site {
        let reach = |lane: Lanes| {
            if !answer.reached.has(lane) {
                Reach::Cut
            } else if answer.doubted.has(lane) {
                Reach::Unknown
            } else {
                Reach::Reached
            }
        };
        let because = [("production", 0), ("unset", 1), ("other", 2), ("development", 4)]
            .into_iter()
            .filter(|_| self.case.asked)
            .map(|(name, lane)| {
                let steps = self.replay.because(answer, lane);
                (name, reach(Lanes::nth(lane)), self.steps(&steps, &site.range))
            })
            .collect();
        Site {
            range: site.range.clone(),
            family: site.family,
            symbol: site.symbol.clone(),
            zone: self.case.zone,
            verdict: site.verdict,
            worlds: Worlds {
                production: reach(Lanes::PRODUCTION),
                unset: reach(Lanes::UNSET),
                other: reach(Lanes::STAGING),
                development: reach(Lanes::DEVELOPMENT),
                test: reach(Lanes::TEST),
            },
            config: site.effect == Effect::Config,
            because,
        }
    }

    /// The steps to a place; what runs when the file is loaded is the place itself, or the first call on the way.
    pub(super) fn steps(&self, steps: &[worlds::Step], place: &Range<usize>) -> Vec<Step> {
        let mut shown: Vec<Step> = steps.iter().map(|step| self.step(step)).collect();
        if let ([first, ..], [worlds::Step { what: What::TopLevel, .. }, rest @ ..]) = (shown.as_mut_slice(), steps) {
            let call = rest.first().filter(|step| matches!(step.what, What::Call { .. } | What::Load { .. }));
            match call {
                Some(call) => *first = self.step_at(call.at, std::mem::take(&mut first.text)),
                None if first.file.is_none() => first.range = place.clone(),
                None => {}
            }
        }
        shown
    }

    fn step(&self, step: &worlds::Step) -> Step {
        let text = match &step.what {
            What::TopLevel => "runs when the file is loaded".to_owned(),
            What::Entry { name } => {
                let place = if self.others.len() > 1 { "the project" } else { "this file" };
                format!("{name}: nothing in {place} calls it, so anybody may")
            }
            What::Call { name } => format!("calls {name}"),
            What::Load { path } => format!("loads {path}"),
            What::Exit => format!("`{}` leaves first", self.quote_node(step.at)),
            What::Condition { truth, cause } => {
                let text = self.quote_node(step.at);
                match (truth, cause) {
                    (Some(truth), _) => format!("`{text}` is {truth}"),
                    (None, Some(_)) => format!("`{text}` may be true: it cannot be resolved here"),
                    (None, None) => format!("`{text}` may be either"),
                }
            }
        };
        self.step_at(step.at, text)
    }

    /// A step at a node, with the file that it stands in.
    pub(super) fn step_at(&self, at: NodeRef, text: String) -> Step {
        let program = self.case.program;
        let file = self.others.get(program.file_of(at.item)).cloned().flatten();
        let is_whole = program.root(program.file_of(at.item)) == Some(at);
        let range = if is_whole { 0..0 } else { program.span(at) };
        Step { range, text, file }
    }

    /// Source on one line, shortened.
    pub fn quote(&self, range: &Range<usize>) -> String {
        self.quote_in(self.case.text, range)
    }

    fn quote_in(&self, text: &str, range: &Range<usize>) -> String {
        let text = text.get(range.clone()).unwrap_or_default();
        shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), 70)
    }

    pub fn quote_node(&self, at: NodeRef) -> String {
        let file = self.case.program.file_of(at.item);
        let other = self.others.get(file).and_then(Option::as_ref);
        let text = other.map_or(self.case.text, |file| &file.text);
        self.quote_in(text, &self.case.program.span(at))
    }

    /// Whether what turns a switch on is no literal.
    pub fn is_worked_out(&self, site: &JudgedSite) -> bool {
        let child = |node| NodeRef { item: site.at.item, node };
        let kind = |at: NodeRef| self.case.program.node(at).map(|node| &node.kind);
        match kind(site.at) {
            Some(Kind::Keyword(_, value) | Kind::Set { value, .. }) => {
                !matches!(kind(child(*value)), Some(Kind::Lit(_)))
            }
            _ => false,
        }
    }

    /// The callee of a call, as the source writes it.
    pub fn callee(&self, at: NodeRef) -> String {
        match self.case.program.node(at).map(|node| &node.kind) {
            Some(Kind::Call(call)) => self.quote_node(NodeRef { item: at.item, node: call.callee }),
            _ => self.quote_node(at),
        }
    }

    /// 1-based.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.line(offset)
    }

    /// The guard to write, as this project's framework spells it.
    pub fn guard(&self) -> &'static str {
        let rails = self.case.facts.versions.get("rails").copied();
        match self.case.program.language {
            Language::Ruby if rails.is_some_and(|version| version >= (7, 1)) => "if Rails.env.local?",
            Language::Ruby => "if Rails.env.development? || Rails.env.test?",
            Language::Python if self.case.text.contains("django") => "if settings.DEBUG:",
            Language::Python if self.case.text.contains("flask") => "if current_app.debug:",
            Language::Python => "if os.environ.get(\"APP_ENV\") in {\"development\", \"test\"}:",
            Language::CSharp => "if (env.IsDevelopment())",
        }
    }
}

/// At most `limit` characters.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}
