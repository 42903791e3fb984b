//! A place with its verdict, and what decided it.

use std::ops::Range;

use smol_str::SmolStr;

use super::Judged;
use super::words::shorten;
use crate::catalog::{Effect, Family, SwitchId};
use crate::program::{Kind, Language, NodeRef};
use crate::rules::Verdict;
use crate::worlds::{self, EventKind, Lanes, What};

/// Conditions of a way that are looked at.
const MOST_ASKED: usize = 64;

/// A place with its verdict.
pub(in crate::rules) struct JudgedSite {
    pub at: NodeRef,
    pub range: Range<usize>,
    pub symbol: SmolStr,
    pub family: Family,
    pub effect: Effect,
    pub reached: Lanes,
    /// Production is reached only under something that could not be resolved.
    pub doubted: bool,
    pub verdict: Verdict,
    /// Reported although production is cut: a variable that nobody sets decides.
    pub fail_open: bool,
    /// A variable read raw decides, and the place is reached where it is missing.
    pub raw_variable: bool,
    /// The call that writes what it makes.
    pub sink: Option<NodeRef>,
    /// What it turns on, if it does.
    pub switch: Option<SwitchId>,
    /// The lane that stands for production.
    pub lane: usize,
    /// The way in production.
    pub steps: Vec<worlds::Step>,
}

impl Judged<'_> {
    pub(super) fn site(&self, answer: &worlds::SiteAnswer) -> JudgedSite {
        let case = self.case;
        let range = answer.place.clone();
        let production = Lanes::PRODUCTION;
        // in .NET a machine without the variable is a production machine
        let unset_is_production = case.program.language == Language::CSharp && answer.reached.has(Lanes::UNSET);
        let reached = answer.reached.has(production) || unset_is_production;
        let lane = if answer.reached.has(production) || !unset_is_production { 0 } else { 1 };
        let doubted = answer.doubted.has(Lanes::nth(lane));
        let steps = case.answers.because(case.program, answer, lane);
        let fail_open = !reached && answer.reached.has(Lanes::UNSET) && self.home_made_decides(answer);
        let raw_variable = !reached && answer.reached.has(Lanes::UNSET) && self.raw_variable_decides(answer);
        let verdict = if answer.switch.is_some()
            && (self.asks_for_debug(answer, lane) || self.is_started_by_hand(&range) && self.is_only_served())
        {
            Verdict::Guarded
        } else if reached || fail_open {
            Verdict::Reachable
        } else if answer.reached.is_empty() {
            if steps.iter().any(|step| matches!(step.what, What::Condition { .. } | What::Exit)) {
                Verdict::Dead
            } else {
                Verdict::Guarded
            }
        } else if raw_variable
            || answer.reached.has(Lanes::STAGING)
            || answer.reached.has(Lanes::ODD) && answer.reached.has(Lanes::ANY)
        {
            Verdict::WeaklyGuarded
        } else {
            Verdict::Guarded
        };
        let symbol = self.symbol_text(answer, &range);
        let sink = answer.sink;
        JudgedSite {
            lane,
            at: answer.at,
            range,
            symbol,
            family: answer.family,
            effect: answer.effect,
            reached: answer.reached,
            doubted,
            verdict,
            fail_open,
            raw_variable,
            sink,
            switch: answer.switch,
            steps,
        }
    }

    /// The way to a place, with the conditions that matter.
    pub(super) fn proven(&self, index: usize) -> Vec<worlds::Step> {
        let site = &self.sites[index];
        match self.case.answers.sites.get(index) {
            Some(answer) if answer.reached.has(Lanes::nth(site.lane)) => self.replay.because(answer, site.lane),
            _ => site.steps.clone(),
        }
    }

    /// The place as the source writes it, without its arguments.
    fn symbol_text(&self, answer: &worlds::SiteAnswer, range: &Range<usize>) -> SmolStr {
        let callee = match self.case.program.node(answer.at).map(|node| &node.kind) {
            Some(Kind::Call(call)) => {
                let callee = self.case.program.span(NodeRef { item: answer.at.item, node: call.callee });
                if call.construct || answer.switch.is_some() { range.start..callee.end } else { callee }
            }
            _ => range.clone(),
        };
        let text = self.case.text.get(callee).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() { answer.symbol.clone() } else { shorten(&text, 60).into() }
    }

    /// Whether a feature of debug mode is run only where debug mode is on, by a test that is not known to hold: what turns
    /// that on is told where it is turned on.
    fn asks_for_debug(&self, answer: &worlds::SiteAnswer, lane: usize) -> bool {
        let bit = Lanes::nth(lane);
        let answers = self.case.answers;
        let mut reaching = answer.records.iter().filter(|(context, number)| {
            answers.reach[*context].lanes.has(bit) && answers.contexts[*context].records[*number].lanes.has(bit)
        });
        let asks = |(context, number): &(usize, usize)| {
            let path = &answers.contexts[*context].records[*number].path;
            path.list(MOST_ASKED).into_iter().any(|at| {
                let is_open = answers
                    .conditions
                    .get(&at)
                    .is_some_and(|condition| condition.yes.has(bit) && condition.no.has(bit));
                is_open && self.quote_node(at).to_ascii_lowercase().contains("debug")
            })
        };
        answer.reached.has(bit) && reaching.all(asks)
    }

    fn decided_by(&self, answer: &worlds::SiteAnswer, wanted: impl Fn(&EventKind) -> bool) -> bool {
        let program = self.case.program;
        let events: Vec<Range<usize>> = self
            .case
            .answers
            .events
            .iter()
            .filter(|event| wanted(&event.kind))
            .map(|event| program.span(event.at))
            .collect();
        if events.is_empty() {
            return false;
        }
        let steps = self.case.answers.because(program, answer, 0);
        let conditions: Vec<&worlds::Step> =
            steps.iter().filter(|step| matches!(step.what, What::Condition { .. })).collect();
        // the variable is read in the condition itself, or the condition reads no accessor of a framework
        conditions
            .iter()
            .filter(|step| program.is_main(step.at.item))
            .any(|step| events.iter().any(|event| step.range.start <= event.start && event.end <= step.range.end))
            || conditions.iter().all(|step| {
                let text = self.quote_node(step.at);
                ![
                    "Rails.env",
                    "Hanami.env",
                    "Padrino.env",
                    "settings.",
                    "IsDevelopment",
                    "IsProduction",
                    "IsStaging",
                    "IsEnvironment",
                    "EnvironmentName",
                ]
                .iter()
                .any(|known| text.contains(known))
            })
    }

    fn home_made_decides(&self, answer: &worlds::SiteAnswer) -> bool {
        let pinned = &self.case.facts.pinned;
        self.decided_by(
            answer,
            |kind| matches!(kind, EventKind::HomeMadeVariable { name } if !pinned.contains_key(name)),
        )
    }

    fn raw_variable_decides(&self, answer: &worlds::SiteAnswer) -> bool {
        self.decided_by(answer, |kind| {
            matches!(kind, EventKind::RawVariable { .. } | EventKind::HomeMadeVariable { .. })
        })
    }
}
