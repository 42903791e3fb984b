//! From the worlds' answers to findings: verdicts, one finding for each missing guard, advice on guards that hold.

use std::cell::RefCell;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{
    Confidence, Finding, OtherSite, Reach, Severity, Site, Step, Verdict, Worlds, Zone, environment, fake_data,
};
use crate::catalog::{Effect, Family};
use crate::program::{Code, ItemId, ItemKind, Kind, Language, NodeId, NodeRef, Program, Span};
use crate::project::FileFacts;
use crate::text::LineIndex;
use crate::worlds::{self, Answers, EventKind, Lanes, What};

/// A because is put to the test by evaluating the file again: this often at most, whatever the number of findings, …
const REPLAYS: u64 = 2;
/// … and as often as a small file takes for this many nodes.
const REPLAYED_NODES: u64 = 100_000;
/// The same where somebody asked why.
const REPLAYS_ASKED: u64 = 200;
const REPLAYED_NODES_ASKED: u64 = 5_000_000;

/// A file and what the worlds say of it.
pub struct Case<'a> {
    pub program: &'a Program,
    pub answers: &'a Answers,
    pub text: &'a str,
    pub zone: Zone,
    pub facts: &'a FileFacts,
    /// Somebody asked why: the places tell it, world by world.
    pub asked: bool,
}

/// A place with its verdict.
pub(super) struct JudgedSite {
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
    /// The lane that stands for production.
    pub lane: usize,
    /// The way in production.
    pub steps: Vec<worlds::Step>,
}

/// Places that one guard would close.
pub(super) struct Group {
    /// Index of the place that carries the finding.
    pub primary: usize,
    pub others: Vec<usize>,
}

pub(super) struct Judged<'a> {
    pub case: &'a Case<'a>,
    pub sites: Vec<JudgedSite>,
    lines: LineIndex<'a>,
    replay: worlds::Replay<'a>,
    bodies: RefCell<FxHashMap<ItemId, Bodies>>,
}

/// Where the bodies in one item are.
struct Bodies {
    definitions: Vec<Span>,
    tasks: Vec<Span>,
}

impl Bodies {
    fn of(code: &Code) -> Bodies {
        let name = |node: NodeId| match code.nodes.get(node.0 as usize).map(|node| &node.kind) {
            Some(Kind::Name(name)) => Some(name.as_str()),
            _ => None,
        };
        let spans = |fits: &dyn Fn(&Kind) -> bool| {
            let nodes = code.nodes.iter().filter(|node| fits(&node.kind));
            nodes.map(|node| node.span).collect()
        };
        Bodies {
            definitions: spans(&|kind| matches!(kind, Kind::Def(_))),
            tasks: spans(&|kind| {
                matches!(kind, Kind::Call(call) if call.block.is_some()
                    && matches!(name(call.callee), Some("task" | "multitask")))
            }),
        }
    }
}

/// Findings and sites of a file, before comments are heard.
pub struct Judgement {
    pub findings: Vec<Finding>,
    pub sites: Vec<Site>,
}

/// Judges one file.
pub fn judge(case: &Case<'_>) -> Judgement {
    let (replays, nodes) = if case.asked { (REPLAYS_ASKED, REPLAYED_NODES_ASKED) } else { (REPLAYS, REPLAYED_NODES) };
    let mut judged = Judged {
        case,
        sites: Vec::new(),
        lines: LineIndex::new(case.text),
        replay: worlds::Replay::new(case.program, case.facts, case.answers, replays * case.answers.steps + nodes),
        bodies: RefCell::default(),
    };
    judged.sites = case.answers.sites.iter().map(|site| judged.site(site)).collect();
    let mut findings = Vec::new();
    if !case.zone.is_silent() && case.zone != Zone::Library {
        findings.extend(judged.reports());
        findings.extend(judged.advices());
        findings.extend(judged.events());
    }
    findings.sort_by_key(|finding| (finding.range.start, finding.range.end, finding.rule));
    let sites =
        judged.sites.iter().zip(&case.answers.sites).map(|(site, answer)| judged.listed(site, answer)).collect();
    Judgement { findings, sites }
}

impl Judged<'_> {
    fn site(&self, answer: &worlds::SiteAnswer) -> JudgedSite {
        let case = self.case;
        let range = case.program.span(answer.at);
        let production = Lanes::PRODUCTION;
        // in .NET a machine without the variable is a production machine
        let unset_is_production = case.program.language == Language::CSharp && answer.reached.has(Lanes::UNSET);
        let reached = answer.reached.has(production) || unset_is_production;
        let lane = if answer.reached.has(production) || !unset_is_production { 0 } else { 1 };
        let doubted = answer.doubted.has(Lanes::nth(lane));
        let steps = case.answers.because(case.program, answer, lane);
        let fail_open = !reached && answer.reached.has(Lanes::UNSET) && self.home_made_decides(answer);
        let raw_variable = !reached && answer.reached.has(Lanes::UNSET) && self.raw_variable_decides(answer);
        let verdict = if reached || fail_open {
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
            steps,
        }
    }

    /// The way to a place, with the conditions that matter.
    fn proven(&self, index: usize) -> Vec<worlds::Step> {
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
                if call.construct { range.start..callee.end } else { callee }
            }
            _ => range.clone(),
        };
        let text = self.case.text.get(callee).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() { answer.symbol.clone() } else { shorten(&text, 60).into() }
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
            .any(|step| events.iter().any(|event| step.range.start <= event.start && event.end <= step.range.end))
            || conditions.iter().all(|step| {
                let text = self.case.text.get(step.range.clone()).unwrap_or_default();
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
        self.decided_by(answer, |kind| matches!(kind, EventKind::HomeMadeVariable { name } if !pinned.contains(name)))
    }

    fn raw_variable_decides(&self, answer: &worlds::SiteAnswer) -> bool {
        self.decided_by(answer, |kind| {
            matches!(kind, EventKind::RawVariable { .. } | EventKind::HomeMadeVariable { .. })
        })
    }

    /// One finding for each missing guard.
    fn reports(&mut self) -> Vec<Finding> {
        // an inverted guard is mended by itself
        let mut order: Vec<((ItemId, u32), Option<NodeRef>)> = Vec::new();
        let mut bodies: FxHashMap<_, Vec<usize>> = FxHashMap::default();
        for (index, site) in self.sites.iter().enumerate() {
            if site.verdict == Verdict::Reachable {
                let body = (self.body(site), self.inverted(site).map(|(condition, _)| condition));
                bodies.entry(body).or_insert_with(|| {
                    order.push(body);
                    Vec::new()
                });
                if let Some(members) = bodies.get_mut(&body) {
                    members.push(index);
                }
            }
        }
        let mut groups = Vec::new();
        for body in order {
            let Some(members) = bodies.get(&body) else {
                continue;
            };
            let Some(primary) = members
                .iter()
                .copied()
                .max_by_key(|index| (self.severity(&self.sites[*index]), std::cmp::Reverse(*index)))
            else {
                continue;
            };
            let others = members.iter().copied().filter(|index| *index != primary).collect();
            groups.push(Group { primary, others });
        }
        for group in &groups {
            self.sites[group.primary].steps = self.proven(group.primary);
        }
        groups.iter().map(|group| self.report(group)).collect()
    }

    fn report(&self, group: &Group) -> Finding {
        let site = &self.sites[group.primary];
        let written = self.is_written(site);
        let inverted = self.inverted(site);
        let (rule, (message, help)) = if let Some((at, truth)) = inverted {
            (fake_data::only_in_production::ID, fake_data::only_in_production::message(self, at, truth))
        } else if written {
            (fake_data::written::ID, fake_data::written::message(self, group))
        } else {
            (fake_data::reachable::ID, fake_data::reachable::message(self, group))
        };
        let confidence = if site.doubted || site.effect == Effect::Config {
            Confidence::Low
        } else if site.fail_open {
            Confidence::Medium
        } else {
            Confidence::High
        };
        let mut because = self.steps(&site.steps, &site.range);
        if let Some(sink) = site.sink {
            because
                .push(Step { range: self.case.program.span(sink), text: format!("{} writes it", self.callee(sink)) });
        }
        Finding {
            rule,
            family: site.family,
            severity: if inverted.is_some() { Severity::Error } else { self.severity(site) },
            confidence,
            verdict: Verdict::Reachable,
            range: site.range.clone(),
            symbol: site.symbol.clone(),
            message,
            help,
            because,
            sites: group
                .others
                .iter()
                .map(|index| OtherSite {
                    range: self.sites[*index].range.clone(),
                    symbol: self.sites[*index].symbol.clone(),
                })
                .collect(),
        }
    }

    /// The condition that lets production in and development not, and its value in production.
    fn inverted(&self, site: &JudgedSite) -> Option<(NodeRef, bool)> {
        let only = site.reached.has(Lanes::PRODUCTION) && !site.reached.has(Lanes::DEVELOPMENT);
        if !only || site.doubted || site.effect == Effect::Config {
            return None;
        }
        site.steps.iter().rev().find_map(|step| match step.what {
            What::Condition { truth: Some(truth), .. } => Some((step.at, truth)),
            _ => None,
        })
    }

    fn is_written(&self, site: &JudgedSite) -> bool {
        site.effect == Effect::Write || (site.sink.is_some() && site.effect != Effect::Config)
    }

    fn severity(&self, site: &JudgedSite) -> Severity {
        if site.effect == Effect::Config || site.doubted {
            return Severity::Note;
        }
        match (self.is_written(site), self.case.zone) {
            (true, _) if !site.fail_open => Severity::Error,
            (true, _) => Severity::Warning,
            (false, Zone::OnDemand) if site.fail_open => Severity::Note,
            (false, Zone::OnDemand) => Severity::Note,
            (false, _) => Severity::Warning,
        }
    }

    /// The body whose guard would close a place: a method, a task, or the whole of a script.
    fn body(&self, site: &JudgedSite) -> (ItemId, u32) {
        let program = self.case.program;
        let item = program.item(site.at.item);
        if self.case.zone == Zone::OnDemand {
            // tasks of one file are run one by one; a script or a command is run as a whole
            if let Some(task) = self.enclosing_task(site) {
                return (site.at.item, task);
            }
            let mut at = item.parent;
            while let Some(parent) = at {
                if program.item(parent).parent.is_some() && program.item(parent).kind == ItemKind::Container {
                    return (parent, 0);
                }
                at = program.item(parent).parent;
            }
            return (ItemId(0), 0);
        }
        if item.kind == ItemKind::Def {
            return (site.at.item, 0);
        }
        let nested = self.enclosing(site, |bodies| &bodies.definitions);
        match nested.or_else(|| self.enclosing_task(site)) {
            Some(start) => (site.at.item, start + 1),
            None => (item.parent.unwrap_or(ItemId(0)), 0),
        }
    }

    /// The start of the innermost definition or task around a place.
    fn enclosing(&self, site: &JudgedSite, bodies: impl Fn(&Bodies) -> &[Span]) -> Option<u32> {
        let code = self.case.program.code(site.at.item)?;
        let span = code.nodes.get(site.at.node.0 as usize)?.span;
        let mut known = self.bodies.borrow_mut();
        let of_item = known.entry(site.at.item).or_insert_with(|| Bodies::of(code));
        let around = bodies(of_item).iter();
        around
            .filter(|body| body.start <= span.start && body.end >= span.end)
            .map(|body| (body.end - body.start, body.start))
            .min()
            .map(|(_, start)| start)
    }

    /// How the innermost rake task around a place is written: `task :users`.
    pub fn task(&self, site: &JudgedSite) -> Option<String> {
        let start = self.enclosing_task(site)? - 1;
        let item = self.case.program.item(site.at.item).start as usize;
        let line = self.case.text.get(item + start as usize..)?.lines().next()?;
        let name = line.split(" do").next().unwrap_or(line);
        Some(shorten(name.split("=>").next().unwrap_or(name).trim(), 50))
    }

    fn enclosing_task(&self, site: &JudgedSite) -> Option<u32> {
        self.enclosing(site, |bodies| &bodies.tasks).map(|start| start + 1)
    }

    /// Advice on guards that hold in production.
    fn advices(&self) -> Vec<Finding> {
        let mut seen: FxHashSet<(ItemId, u32, u8)> = FxHashSet::default();
        let mut findings = Vec::new();
        for site in &self.sites {
            if site.effect == Effect::Config {
                continue;
            }
            let (kind, finding) = match site.verdict {
                Verdict::Dead if !self.is_wrong_test(site) => continue,
                Verdict::Dead => (0, environment::dead_guard::finding(self, site)),
                // a missing variable is the likelier accident
                Verdict::WeaklyGuarded if site.raw_variable => (2, environment::fail_open_guard::finding(self, site)),
                Verdict::WeaklyGuarded => (1, environment::deny_list_guard::finding(self, site)),
                _ => continue,
            };
            let (item, start) = self.body(site);
            if seen.insert((item, start, kind)) {
                findings.push(finding);
            }
        }
        findings
    }

    /// Whether a test of the environment that cannot hold is among what cuts a place off.
    fn is_wrong_test(&self, site: &JudgedSite) -> bool {
        let wrong = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Constant { .. } | EventKind::UnknownName { .. } | EventKind::MisspeltVariable { .. }
            )
        };
        let events = self.case.answers.events.iter().filter(|event| wrong(&event.kind));
        let mut ranges = events.map(|event| self.case.program.span(event.at));
        ranges.any(|event| site.steps.iter().any(|step| step.range.start <= event.start && event.end <= step.range.end))
    }

    /// What is wrong with tests of the environment, whatever they guard.
    fn events(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for event in &self.case.answers.events {
            let at = event.at;
            let finding = match &event.kind {
                EventKind::UnknownName { name, own } => environment::unknown_environment::name(self, at, name, *own),
                EventKind::MisspeltVariable { name, known } => {
                    Some(environment::unknown_environment::variable(self, at, name, known))
                }
                EventKind::Constant { literal, why } => {
                    Some(environment::constant_comparison::finding(self, at, literal, *why))
                }
                EventKind::TruthyVariable { .. } => Some(environment::truthy_flag::finding(self, at)),
                EventKind::DevelopmentDefault { name, default } => {
                    let framework = self
                        .case
                        .facts
                        .catalog
                        .variable(self.case.program.language, name)
                        .is_some_and(|variable| variable.framework);
                    (!framework && !self.case.facts.pinned.contains(name))
                        .then(|| environment::default_development::finding(self, at, name, default))
                }
                EventKind::IgnoredVariable { name, why } => {
                    Some(environment::ignored_variable::finding(self, at, name, why))
                }
                EventKind::HomeMadeVariable { .. } | EventKind::RawVariable { .. } => None,
            };
            findings.extend(finding);
        }
        let mut seen = FxHashSet::default();
        findings.retain(|finding| seen.insert((finding.rule, finding.range.clone())));
        findings
    }

    fn listed(&self, site: &JudgedSite, answer: &worlds::SiteAnswer) -> Site {
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
            },
            because,
        }
    }

    /// The steps to a place; what runs when the file is loaded is the place itself, or the first call on the way.
    fn steps(&self, steps: &[worlds::Step], place: &Range<usize>) -> Vec<Step> {
        let mut shown: Vec<Step> = steps.iter().map(|step| self.step(step)).collect();
        if let [worlds::Step { what: What::TopLevel, .. }, rest @ ..] = steps {
            let call = rest.first().filter(|step| matches!(step.what, What::Call { .. }));
            shown[0].range = call.map_or(place, |call| &call.range).clone();
        }
        shown
    }

    fn step(&self, step: &worlds::Step) -> Step {
        let text = match &step.what {
            What::TopLevel => "runs when the file is loaded".to_owned(),
            What::Entry { name } => {
                format!("{name}: nothing in this file calls it, so anybody may")
            }
            What::Call { name } => format!("calls {name}"),
            What::Exit => format!("`{}` leaves first", self.quote(&step.range)),
            What::Condition { truth, cause } => {
                let text = self.quote(&step.range);
                match (truth, cause) {
                    (Some(truth), _) => format!("`{text}` is {truth}"),
                    (None, Some(_)) => format!("`{text}` may be true: it cannot be resolved here"),
                    (None, None) => format!("`{text}` may be either"),
                }
            }
        };
        Step { range: step.range.clone(), text }
    }

    // ---- texts ----

    /// Source on one line, shortened.
    pub fn quote(&self, range: &Range<usize>) -> String {
        let text = self.case.text.get(range.clone()).unwrap_or_default();
        shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), 70)
    }

    pub fn quote_node(&self, at: NodeRef) -> String {
        self.quote(&self.case.program.span(at))
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

    /// Names of environments that exist without a file of their own in many projects.
    pub fn is_sandbox_name(&self, name: &str) -> bool {
        matches!(
            name.to_lowercase().as_str(),
            "local"
                | "dev"
                | "prod"
                | "demo"
                | "sandbox"
                | "review"
                | "qa"
                | "uat"
                | "preview"
                | "ci"
                | "cucumber"
                | "profile"
        )
    }

    #[allow(clippy::too_many_arguments)]
    pub fn environment(
        &self,
        rule: &'static str,
        at: NodeRef,
        severity: Severity,
        confidence: Confidence,
        verdict: Verdict,
        message: String,
        help: String,
    ) -> Finding {
        let range = self.case.program.span(at);
        let symbol = self.quote(&range).into();
        Finding {
            rule,
            family: Family::Environment,
            severity,
            confidence,
            verdict,
            range,
            symbol,
            message,
            help,
            because: Vec::new(),
            sites: Vec::new(),
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub fn advice(
        &self,
        rule: &'static str,
        site: &JudgedSite,
        severity: Severity,
        confidence: Confidence,
        verdict: Verdict,
        message: String,
        help: String,
    ) -> Finding {
        let because = self.steps(&site.steps, &site.range);
        Finding {
            rule,
            family: Family::Environment,
            severity,
            confidence,
            verdict,
            range: site.range.clone(),
            symbol: site.symbol.clone(),
            message,
            help,
            because,
            sites: Vec::new(),
        }
    }
}

/// At most `limit` characters.
fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}
