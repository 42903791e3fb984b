//! From the worlds' answers to findings: verdicts, one finding for each missing guard, advice on guards that hold.

mod advice;
mod bodies;
mod report;
mod site;
mod words;

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::bodies::Bodies;
use super::{Finding, OtherFile, Site, Zone};
use crate::program::{ItemId, Program, SourceFile};
use crate::project::FileFacts;
use crate::text::LineIndex;
use crate::worlds::{self, Answers};
pub(super) use site::JudgedSite;

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
    /// By file of the program: those that are not the one judged.
    others: Vec<Option<Arc<OtherFile>>>,
    replay: worlds::Replay<'a>,
    bodies: RefCell<FxHashMap<ItemId, Bodies>>,
}

/// Findings and sites of a file, before comments are heard.
pub struct Judgement {
    pub findings: Vec<Finding>,
    pub sites: Vec<Site>,
}

fn others(program: &Program) -> Vec<Option<Arc<OtherFile>>> {
    let other = |file: &SourceFile| OtherFile { path: file.shown.clone(), text: file.text.clone() };
    let files = program.files.iter().enumerate();
    files.map(|(index, file)| (index > 0).then(|| Arc::new(other(file)))).collect()
}

/// Judges one file.
pub fn judge(case: &Case<'_>) -> Judgement {
    let (replays, nodes) = if case.asked { (REPLAYS_ASKED, REPLAYED_NODES_ASKED) } else { (REPLAYS, REPLAYED_NODES) };
    let mut judged = Judged {
        case,
        sites: Vec::new(),
        lines: LineIndex::new(case.text),
        others: others(case.program),
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
