//! `analyze()`: the one door. The command line, the language server and the tests go through it and nothing else.

mod deployment;
mod linked;
mod searches;

use ropey::Rope;
use smol_str::SmolStr;

use crate::lang::{Interest, LiveTree, Triggers, Words, build};
use crate::program::{Language, Program};
use crate::project::FileFacts;
use crate::rules::{self, Finding, Site, Verdict, Zone};
use crate::syntax;
use crate::worlds::{self, Answers, Guard};

pub use deployment::{DeploymentInput, analyze_deployment};
pub use linked::{Found, Linked, Main, OtherSource, Sources, analyze_linked};
pub use searches::Search;

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub struct FileAnalysis {
    pub findings: Vec<Finding>,
    /// Every place looked at.
    pub sites: Vec<Site>,
    /// Conditions that keep production out: how this file asks for the environment.
    pub guards: Vec<Guard>,
    /// Places that a comment or the configuration allows.
    pub allowed: usize,
    /// Other files may say otherwise: production seems to reach a place, or a test that they may define keeps it out.
    pub is_open: bool,
    /// Names under which other files may use a library that they do not name themselves.
    pub exports: Vec<SmolStr>,
    /// Why nothing is known of the file, if so; there are no findings then.
    pub skipped: Option<String>,
}

/// The text of a file and what the project knows of it.
pub struct Input<'a> {
    /// UTF-8; see [`crate::text::decode`].
    pub text: &'a str,
    pub language: Language,
    /// ERB.
    pub template: bool,
    pub zone: Zone,
    pub facts: &'a FileFacts,
    /// The words that make an item hot; see [`triggers`].
    pub triggers: &'a Triggers,
}

/// The words that make an item of a language hot, compiled once for a scan.
pub fn triggers(catalog: &crate::catalog::Catalog, language: Language) -> Triggers {
    let places = catalog.words(language);
    let environment = catalog.item_words(language);
    Triggers::new(&Words {
        whole: places.iter().chain(environment).chain(catalog.way_words(language)).map(|word| &**word).collect(),
        places: places.iter().chain(catalog.perhaps_words(language)).map(|word| &**word).collect(),
        environment: environment.iter().map(|word| &**word).collect(),
        unlike: catalog.unlike_words(language).iter().map(|word| &**word).collect(),
    })
}

/// Answers for one file. Never fails: what cannot be understood is treated as reachable.
pub fn analyze(input: &Input<'_>) -> FileAnalysis {
    run(input, fresh(input), false)
}

/// The same for a text that changes, from the tree of its last version. Answers may differ from [`analyze`]'s while the
/// text is broken; with a new or forgetful tree they never do. `rope` holds the same text as the input.
pub fn analyze_live(input: &Input<'_>, rope: &Rope, tree: &mut LiveTree) -> FileAnalysis {
    let program = tree.build(input.language, input.text, rope, input.template, input.triggers, interest(input));
    run(input, program, false)
}

/// As [`analyze_live`], together with the files that were found to bear on it. `path` and `shown` name the file as
/// [`Sources`] and as reports do.
pub fn analyze_live_linked(
    input: &Input<'_>,
    rope: &Rope,
    tree: &mut LiveTree,
    (path, shown): (&SmolStr, &SmolStr),
    found: &Found,
) -> FileAnalysis {
    let program = tree.build(input.language, input.text, rope, input.template, input.triggers, interest(input));
    if program.too_large {
        return run(input, program, false);
    }
    found.conclude(input, path, shown, program).unwrap_or_default()
}

/// The same, and each place tells why, world by world: the file is evaluated many times for it.
pub fn explain(input: &Input<'_>) -> FileAnalysis {
    run(input, fresh(input), true)
}

fn fresh(input: &Input<'_>) -> Program {
    build(input.language, input.text, input.template, input.triggers, interest(input))
}

/// What a file is worth looking for in.
pub(crate) fn interest(input: &Input<'_>) -> Interest {
    let catalog = &input.facts.catalog;
    let imports = |using: &SmolStr| {
        let path = using.rsplit('=').next().unwrap_or(using);
        catalog.is_namespace(input.language, path.strip_prefix("static ").unwrap_or(path))
    };
    // what the project imports for every file may be used under any name
    let everywhere = input.facts.global_usings.iter().any(imports);
    match everywhere || input.triggers.may_hold_places(input.text) {
        true => Interest::Places,
        false => Interest::Environment,
    }
}

fn run(input: &Input<'_>, program: Program, asked: bool) -> FileAnalysis {
    if program.too_large {
        let limit = syntax::LARGEST / (1024 * 1024);
        let skipped = Some(format!("so dense that it takes more than {limit} MB to analyse"));
        return FileAnalysis { skipped, ..FileAnalysis::default() };
    }
    let answers = worlds::evaluate(&program, input.facts);
    conclude(input, program, answers, asked)
}

fn conclude(input: &Input<'_>, program: Program, answers: Answers, asked: bool) -> FileAnalysis {
    let judged = rules::judge(&rules::Case {
        program: &program,
        answers: &answers,
        text: input.text,
        zone: input.zone,
        facts: input.facts,
        asked,
    });
    let guards = answers.guards(&program);
    let exports = answers.exports.clone();
    let is_cut = answers.sites.iter().any(|site| !site.reached.has(worlds::Lanes::PRODUCTION));
    let asks_others = is_cut && !answers.inquiries.is_empty();
    // comments are looked for in a tree, which may take as much again
    drop((answers, program));
    if input.zone.is_silent() {
        // a comment there allows nothing, and need not
        return FileAnalysis { sites: judged.sites, guards, ..FileAnalysis::default() };
    }
    let heard = rules::suppress::suppress(input.text, input.language, input.template, judged.findings, judged.sites);
    let is_open = asks_others || heard.findings.iter().any(|finding| finding.verdict == Verdict::Reachable);
    FileAnalysis {
        is_open,
        findings: heard.findings,
        sites: heard.sites,
        guards,
        allowed: heard.allowed,
        exports,
        skipped: None,
    }
}
