//! The because, replayed: what it names suffices to cut a lane, and matters where the lane is reached.
//!
//! The snippets are data: `tests/because/*.toml` and `tests/worlds/*.toml`, each file's name beginning with its
//! language, or each snippet naming it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use prodguard::catalog::{Catalog, Effect, Family, Symbol};
use prodguard::lang;
use prodguard::program::{Language, NodeRef, Program};
use prodguard::project::FileFacts;
use prodguard::worlds::{self, Answers, Force, Lanes, Replay, SiteAnswer, Step, What};
use rustc_hash::FxHashMap;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    snippet: Vec<Snippet>,
}

#[derive(Deserialize)]
struct Snippet {
    name: String,
    code: String,
    /// Where the file's name does not say it.
    language: Option<String>,
}

/// Index of a lane and its name.
const LANES: [(usize, &str); 4] = [(0, "production"), (1, "unset"), (2, "staging"), (4, "development")];

fn tables() -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut found: Vec<PathBuf> = ["because", "worlds"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(tests.join(folder)).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    found.sort();
    found
}

fn language_of(path: &Path, snippet: &Snippet) -> Option<Language> {
    let name = snippet.language.as_deref().or(path.file_stem()?.to_str())?;
    Language::ALL.into_iter().find(|language| name.starts_with(language.id()))
}

/// The project of a snippet: the call it asks about is fake data.
fn facts(language: Language) -> FileFacts {
    let mut catalog = Catalog::builtin().clone();
    let name = match language {
        Language::Ruby => "hit!",
        Language::Python => "hit",
        Language::CSharp => "Fake.Hit",
    };
    catalog.add_symbol(Symbol {
        language,
        name: name.into(),
        family: Family::FakeData,
        effect: Effect::Data,
        library: Default::default(),
    });
    FileFacts { catalog: Arc::new(catalog), ..FileFacts::default() }
}

struct Case {
    language: Language,
    facts: FileFacts,
    text: String,
    program: Program,
    answers: Answers,
}

impl Case {
    fn new(language: Language, code: &str) -> Case {
        let head = match language {
            Language::Python => "import os\nimport sys\n",
            _ => "",
        };
        Case::of(language, format!("{head}{code}"))
    }

    fn of(language: Language, text: String) -> Case {
        let facts = facts(language);
        let program = lang::lower_all(language, &text, false);
        let answers = worlds::evaluate(&program, &facts);
        Case { language, facts, text, program, answers }
    }

    fn quote(&self, at: NodeRef) -> &str {
        self.text.get(self.program.span(at)).unwrap_or_default()
    }

    fn replay(&self) -> Replay<'_> {
        Replay::new(&self.program, &self.facts, &self.answers, u64::MAX)
    }

    fn reached(&self, site: &SiteAnswer, forced: &FxHashMap<NodeRef, Force>) -> Lanes {
        let start = self.program.span(site.at).start;
        let reached = worlds::replay(&self.program, &self.facts, forced);
        reached.get(&start).copied().unwrap_or_default()
    }

    /// Cut: with every other condition unknown, the lane stays cut.
    fn suffices(&self, site: &SiteAnswer, lane: usize, steps: &[Step]) -> Result<(), String> {
        let named: Vec<NodeRef> = steps.iter().map(|step| step.at).collect();
        let others = self.answers.conditions.keys().filter(|at| !named.contains(at));
        let forced: FxHashMap<NodeRef, Force> = others.map(|at| (*at, Force::Unknown)).collect();
        if !self.reached(site, &forced).has(Lanes::nth(lane)) {
            return Ok(());
        }
        let others = forced.keys().map(|at| self.quote(*at));
        Err(format!(
            "not enough: named {:?}; also {:?}",
            named.iter().map(|at| self.quote(*at)).collect::<Vec<_>>(),
            others.collect::<Vec<_>>()
        ))
    }

    /// Cut: what is noted while evaluating suffices, before anything is replayed.
    fn noted_suffices(&self, site: &SiteAnswer, lane: usize) -> Result<(), String> {
        let steps = self.answers.because_in_full(&self.program, site, lane);
        self.suffices(site, lane, &steps).map_err(|why| format!("noted {why}"))
    }

    /// Cut: what is told suffices as well, and none of it can be spared.
    fn told_suffices(&self, site: &SiteAnswer, lane: usize) -> Result<(), String> {
        let steps = self.replay().because_in_full(site, lane);
        self.suffices(site, lane, &steps)?;
        for (index, spared) in steps.iter().enumerate() {
            let mut fewer = steps.clone();
            fewer.remove(index);
            if matches!(spared.what, What::Condition { .. }) && self.suffices(site, lane, &fewer).is_ok() {
                return Err(format!("can be spared: {:?}", self.quote(spared.at)));
            }
        }
        Ok(())
    }

    /// Reached: each known condition that is named, turned round alone, cuts the lane.
    fn matters(&self, site: &SiteAnswer, lane: usize) -> Result<(), String> {
        for step in self.conditions(site, lane) {
            if !matches!(step.what, What::Condition { truth: Some(_), .. }) {
                continue;
            }
            let forced = FxHashMap::from_iter([(step.at, Force::Flip)]);
            if self.reached(site, &forced).has(Lanes::nth(lane)) {
                return Err(format!("does not matter: {:?}", self.quote(step.at)));
            }
        }
        Ok(())
    }

    fn conditions(&self, site: &SiteAnswer, lane: usize) -> Vec<Step> {
        let steps = self.replay().because_in_full(site, lane);
        steps.into_iter().filter(|step| matches!(step.what, What::Condition { .. })).collect()
    }

    /// What the because says, without positions.
    fn told(&self, site: &SiteAnswer, lane: usize) -> (bool, Vec<String>) {
        let steps = self.replay().because_in_full(site, lane);
        let lines = steps
            .iter()
            .map(|step| match &step.what {
                What::Condition { truth, cause } => {
                    // two conditions may be written alike
                    let line = self.text[..step.range.start].lines().count();
                    format!("{line}: {} {truth:?} {cause:?}", self.quote(step.at))
                }
                other => format!("{other:?}"),
            })
            .collect();
        (site.reached.has(Lanes::nth(lane)), lines)
    }

    /// Without a condition that it names, the because is another one.
    fn changes(&self, index: usize, lane: usize) -> Result<(), String> {
        let site = &self.answers.sites[index];
        let before = self.told(site, lane);
        for step in self.conditions(site, lane) {
            let mut text = self.text.clone();
            text.replace_range(step.range.clone(), "unknown_input()");
            let changed = Case::of(self.language, text);
            // the place is the same one, counted from the top
            let same = changed.answers.sites.len() == self.answers.sites.len();
            let after = changed.answers.sites.get(index).filter(|_| same);
            if after.is_some_and(|site| changed.told(site, lane) == before) {
                return Err(format!("says the same without {:?}", self.quote(step.at)));
            }
        }
        Ok(())
    }
}

fn check(language: Language, code: &str) -> Vec<String> {
    let case = Case::new(language, code);
    let mut failures = Vec::new();
    for (index, site) in case.answers.sites.iter().enumerate() {
        for (lane, name) in LANES {
            let mut results = vec![case.changes(index, lane)];
            if site.reached.has(Lanes::nth(lane)) {
                results.push(case.matters(site, lane));
            } else {
                results.push(case.noted_suffices(site, lane));
                results.push(case.told_suffices(site, lane));
            }
            failures.extend(
                results
                    .into_iter()
                    .filter_map(Result::err)
                    .map(|why| format!("{name}, `{}`: {why}", case.quote(site.at))),
            );
        }
    }
    failures
}

#[test]
fn replayed() {
    let mut count = 0;
    let mut failed = Vec::new();
    for path in tables() {
        let text = std::fs::read_to_string(&path).expect("a readable table");
        let Ok(table) = toml::from_str::<Table>(&text) else {
            continue;
        };
        for snippet in table.snippet {
            count += 1;
            let language = language_of(&path, &snippet).unwrap_or_else(|| panic!("{}: no language", path.display()));
            if path.parent().is_some_and(|folder| folder.ends_with("because")) {
                let case = Case::new(language, &snippet.code);
                assert!(!case.answers.sites.is_empty(), "{}: no place", snippet.name);
            }
            for why in check(language, &snippet.code) {
                failed.push(format!("{} ({}): {why}", snippet.name, language.id()));
            }
        }
    }
    assert!(count >= 60, "only {count} snippets");
    assert!(failed.is_empty(), "{} of {count} snippets' claims fail:\n{}", failed.len(), failed.join("\n"));
}
