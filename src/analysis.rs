//! `analyze()`: the one door. The command line, the language server and the tests go through it and nothing else.

use smol_str::SmolStr;

use crate::lang::{Interest, Triggers, Words, build};
use crate::program::Language;
use crate::project::FileFacts;
use crate::rules::{self, Finding, Site, Zone};
use crate::worlds;

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub struct FileAnalysis {
    pub findings: Vec<Finding>,
    /// Every place looked at.
    pub sites: Vec<Site>,
    /// Places that a comment or the configuration allows.
    pub allowed: usize,
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
    run(input, false)
}

/// The same, and each place tells why, world by world: the file is evaluated many times for it.
pub fn explain(input: &Input<'_>) -> FileAnalysis {
    run(input, true)
}

fn run(input: &Input<'_>, asked: bool) -> FileAnalysis {
    let catalog = &input.facts.catalog;
    let imports = |using: &SmolStr| {
        let path = using.rsplit('=').next().unwrap_or(using);
        catalog.is_namespace(input.language, path.strip_prefix("static ").unwrap_or(path))
    };
    // what the project imports for every file may be used under any name
    let everywhere = input.facts.global_usings.iter().any(imports);
    let interest = match everywhere || input.triggers.may_hold_places(input.text) {
        true => Interest::Places,
        false => Interest::Environment,
    };
    let program = build(input.language, input.text, input.template, input.triggers, interest);
    let answers = worlds::evaluate(&program, input.facts);
    let judged = rules::judge(&rules::Case {
        program: &program,
        answers: &answers,
        text: input.text,
        zone: input.zone,
        facts: input.facts,
        asked,
    });
    let heard = rules::suppress::suppress(input.text, input.language, input.template, judged.findings, judged.sites);
    FileAnalysis { findings: heard.findings, sites: heard.sites, allowed: heard.allowed }
}
