//! Where a call runs, held against snippets that were executed in every world (`tests/worlds/*.toml`).
//!
//! A call that runs in production must never be called cut. What disagrees otherwise stands by name in
//! `tests/worlds/known_*.txt`: calls that do not run and are called reached, and, followed by the world, calls that are
//! called cut where they run. A name that no longer belongs there fails the test like one that is missing.
//! `PRODGUARD_KNOWN=write` writes the lists anew.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use prodguard::analysis::{Input, analyze, triggers};
use prodguard::catalog::{Catalog, Effect, Family, Symbol};
use prodguard::program::Language;
use prodguard::project::FileFacts;
use prodguard::rules::{Reach, Worlds, Zone};

/// Debug builds take long frames down deep programs.
const STACK: usize = 256 * 1024 * 1024;

#[derive(serde::Deserialize)]
struct Table {
    snippet: Vec<Snippet>,
}

#[derive(serde::Deserialize)]
struct Snippet {
    name: String,
    code: String,
    production: Truth,
    unset: Option<Truth>,
    staging: Option<Truth>,
    development: Option<Truth>,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Truth {
    Reached,
    Cut,
}

/// How one language's table is read.
struct Case {
    language: Language,
    id: &'static str,
    /// The file that the snippet stands in.
    path: &'static str,
    /// The call that was executed, as the catalogue spells it.
    call: &'static str,
    /// What the script puts before every snippet.
    before: &'static str,
}

const RUBY: Case = Case { language: Language::Ruby, id: "ruby", path: "app/models/x.rb", call: "hit!", before: "" };
const PYTHON: Case =
    Case { language: Language::Python, id: "python", path: "app/x.py", call: "hit", before: "import os\nimport sys\n" };
const CSHARP: Case = Case { language: Language::CSharp, id: "csharp", path: "App/X.cs", call: "Fake.Hit", before: "" };

fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/worlds").join(name)
}

fn facts(case: &Case) -> FileFacts {
    let mut catalog = Catalog::builtin().clone();
    catalog.add_symbol(Symbol {
        language: case.language,
        family: Family::FakeData,
        name: case.call.into(),
        effect: Effect::Data,
        library: Default::default(),
    });
    FileFacts { path: case.path.into(), catalog: Arc::new(catalog), ..FileFacts::default() }
}

fn hold(case: &Case) {
    let table = std::fs::read_to_string(place(&format!("{}.toml", case.id))).expect("the table is there");
    let table: Table = toml::from_str(&table).expect("the table can be read");
    let facts = facts(case);
    let triggers = triggers(&facts.catalog, case.language);
    let mut false_cuts = Vec::new();
    let mut disagreeing: BTreeSet<String> = BTreeSet::new();
    for snippet in &table.snippet {
        let text = format!("{}{}\n", case.before, snippet.code);
        let analysis = analyze(&Input {
            text: &text,
            language: case.language,
            template: false,
            zone: Zone::Production,
            facts: &facts,
            triggers: &triggers,
        });
        let sites: Vec<&Worlds> =
            analysis.sites.iter().filter(|site| site.family == Family::FakeData).map(|site| &site.worlds).collect();
        let reached = |world: fn(&Worlds) -> Reach| sites.iter().any(|worlds| world(worlds) != Reach::Cut);
        let worlds: [(&str, Option<Truth>, bool); 4] = [
            ("production", Some(snippet.production), reached(|worlds| worlds.production)),
            ("unset", snippet.unset, reached(|worlds| worlds.unset)),
            ("staging", snippet.staging, reached(|worlds| worlds.other)),
            ("development", snippet.development, reached(|worlds| worlds.development)),
        ];
        for (world, truth, reached) in worlds {
            match (world, truth) {
                ("production", Some(Truth::Reached)) if !reached => false_cuts.push(&snippet.name),
                ("production", Some(Truth::Cut)) if reached || sites.is_empty() => {
                    disagreeing.insert(snippet.name.clone());
                }
                (_, Some(Truth::Reached)) if !reached => {
                    disagreeing.insert(format!("{}: {world}", snippet.name));
                }
                _ => {}
            }
        }
    }
    assert!(false_cuts.is_empty(), "{}: called cut, but it runs: {false_cuts:#?}", case.id);
    let list = place(&format!("known_{}.txt", case.id));
    if std::env::var("PRODGUARD_KNOWN").is_ok_and(|value| value == "write") {
        let names: String = disagreeing.iter().map(|name| format!("{name}\n")).collect();
        std::fs::write(&list, names).expect("the list can be written");
    }
    let list = std::fs::read_to_string(list).expect("the list is there");
    let known: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let new: Vec<_> = disagreeing.difference(&known).collect();
    let gone: Vec<_> = known.difference(&disagreeing).collect();
    assert!(new.is_empty(), "{}: disagree with what was executed: {new:#?}", case.id);
    assert!(gone.is_empty(), "{}: agree by now and leave the list: {gone:#?}", case.id);
}

fn on_a_large_stack(case: &'static Case) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || hold(case));
    if let Err(panic) = thread.expect("a thread starts").join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn ruby_is_as_executed() {
    on_a_large_stack(&RUBY);
}

#[test]
fn python_is_as_executed() {
    on_a_large_stack(&PYTHON);
}

#[test]
fn csharp_is_as_executed() {
    on_a_large_stack(&CSHARP);
}

#[derive(serde::Deserialize)]
struct Later {
    snippet: Vec<LaterSnippet>,
}

#[derive(serde::Deserialize)]
struct LaterSnippet {
    language: String,
    name: String,
    code: String,
    /// Names of production beside its own, as the configuration gives them.
    #[serde(default)]
    production: Vec<smol_str::SmolStr>,
}

/// What runs only since something was written, or derived, after it was looked at: `tests/worlds/later.toml`.
#[test]
fn what_comes_later_is_not_cut() {
    let table = std::fs::read_to_string(place("later.toml")).expect("the table is there");
    let table: Later = toml::from_str(&table).expect("the table can be read");
    for snippet in table.snippet {
        let case = [&RUBY, &PYTHON, &CSHARP].into_iter().find(|case| case.id == snippet.language).expect("a language");
        let facts = FileFacts { production_names: Arc::new(snippet.production.clone()), ..facts(case) };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
            let analysis = analyze(&Input {
                text: &snippet.code,
                language: case.language,
                template: false,
                zone: Zone::Production,
                facts: &facts,
                triggers: &triggers(&facts.catalog, case.language),
            });
            let mut sites = analysis.sites.iter().filter(|site| site.family == Family::FakeData);
            assert!(sites.any(|site| site.worlds.production != Reach::Cut), "called cut: {}", snippet.name);
        });
        if let Err(panic) = thread.expect("a thread starts").join() {
            std::panic::resume_unwind(panic);
        }
    }
}
