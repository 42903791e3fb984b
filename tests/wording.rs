//! What findings say and where they point.

use prodguard::analysis::{self, FileAnalysis, Input};
use prodguard::catalog::Catalog;
use prodguard::program::Language;
use prodguard::project::FileFacts;
use prodguard::rules::Zone;

fn analyze(language: Language, text: &str) -> FileAnalysis {
    let triggers = analysis::triggers(Catalog::builtin(), language);
    let facts = FileFacts::default();
    let zone = Zone::Production;
    analysis::analyze(&Input { text, language, template: false, zone, facts: &facts, triggers: &triggers })
}

/// The sources of the demo, good and bad.
fn demo() -> Vec<(Language, String)> {
    let files = ignore::WalkBuilder::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/demo")).build().flatten();
    let found: Vec<_> = files
        .filter_map(|entry| {
            let language = match entry.path().extension()?.to_str()? {
                "rb" => Language::Ruby,
                "py" => Language::Python,
                "cs" => Language::CSharp,
                _ => return None,
            };
            Some((language, std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect();
    assert!(found.len() >= 6, "the demo has sources of each language");
    found
}

#[test]
fn no_full_stop_is_glued_to_code() {
    let mut helps = 0;
    for (language, text) in demo() {
        for finding in analyze(language, &text).findings {
            helps += 1;
            let sentence = finding.help.strip_suffix('.').unwrap_or("words");
            let last = sentence.split(' ').next_back().unwrap_or_default();
            assert!(last.chars().all(|c| c.is_alphabetic() || c == '-'), "{}: {}", finding.rule, finding.help);
        }
    }
    assert!(helps > 10);
}

/// Rule, the text of the place, and the text of each step of its because.
fn check(language: Language, text: &str, expected: &[(&str, &str, &[&str])]) {
    let findings = analyze(language, text).findings;
    let said: Vec<_> = findings
        .iter()
        .map(|f| (f.rule, &text[f.range.clone()], f.because.iter().map(|step| &text[step.range.clone()]).collect()))
        .collect::<Vec<(_, _, Vec<_>)>>();
    let expected: Vec<_> = expected.iter().map(|(rule, place, steps)| (*rule, *place, steps.to_vec())).collect();
    assert_eq!(said, expected, "{text}");
}

#[test]
fn what_runs_when_the_file_is_loaded_points_at_the_place() {
    let name = "Faker::Name.name";
    check(Language::Ruby, "require 'faker'\n\nFaker::Name.name\n", &[("fake-data-reachable", name, &[name])]);
    check(
        Language::Ruby,
        "# a comment\ndef self.b\n  Faker::Name.name\nend\nb\n",
        &[("fake-data-reachable", name, &["b", "b"])],
    );
    let create = "User.create!(name: Faker::Name.name)";
    check(Language::Ruby, &format!("# a comment\n{create}\n"), &[("fake-data-written", name, &[name, create])]);
}

#[test]
fn an_inverted_guard_is_one_finding() {
    let name = "Faker::Name.name";
    let guard = "Rails.env.production?";
    check(
        Language::Ruby,
        "if Rails.env.production?\n  Faker::Name.name\n  Faker::Name.name\nend\n",
        &[("only-in-production", name, &[name, guard])],
    );
    // the other place misses a guard of its own
    check(
        Language::Ruby,
        "if Rails.env.production?\n  Faker::Name.name\nend\nFaker::Internet.email\n",
        &[
            ("only-in-production", name, &[name, guard]),
            ("fake-data-reachable", "Faker::Internet.email", &["Faker::Internet.email"]),
        ],
    );
    check(
        Language::CSharp,
        "using Bogus;\nclass A { public void F(IHostEnvironment env) { if (env.IsProduction()) new Faker(); } }\n",
        &[(
            "only-in-production",
            "new Faker()",
            &["public void F(IHostEnvironment env) { if (env.IsProduction()) new Faker(); }", "env.IsProduction()"],
        )],
    );
}

#[test]
fn a_list_of_every_spelling_of_true_is_no_constant() {
    let with = |list: &str| format!("import os\nDEBUG = os.getenv(\"DJANGO_DEBUG\", False) in {list}\n");
    for list in [r#"[True, "True", "true", "1"]"#, r#"("True", True)"#, r#"["True", "true"]"#] {
        check(Language::Python, &with(list), &[]);
    }
}
