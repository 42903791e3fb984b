//! What a newcomer sees: the demo project and the outputs that README.md shows.
//!
//! `UPDATE_README=1 INSTA_UPDATE=always cargo test --test demo` writes the present outputs into README.md and the snapshot.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use prodguard::project::Config;
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn demo() -> PathBuf {
    Path::new(ROOT).join("docs/demo")
}

/// Standard output of `prodguard` in the demo project.
fn prodguard(arguments: &str) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("prodguard"));
    let run =
        command.current_dir(demo()).env_remove("CLICOLOR_FORCE").args(arguments.split_whitespace()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stderr), "", "{arguments}");
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn output() {
    insta::assert_snapshot!(prodguard("check"));
}

/// A comment of the demo that says what the code below it is.
#[derive(Debug)]
struct Claim {
    path: String,
    is_bad: bool,
    /// 1-based lines: the comment and everything up to the next one.
    lines: std::ops::Range<u64>,
}

fn claims(path: &Path) -> Vec<Claim> {
    let text = fs::read_to_string(path).unwrap();
    let shown = path.strip_prefix(demo()).unwrap().to_str().unwrap();
    let mut claims: Vec<Claim> = Vec::new();
    let mut last = 0;
    for (line, text) in (1..).zip(text.lines()) {
        let comment = text.trim_start().trim_start_matches(['#', '/', ' ']);
        let is_bad = comment.starts_with("bad: ");
        if is_bad || comment.starts_with("good: ") {
            if let Some(previous) = claims.last_mut() {
                previous.lines.end = line;
            }
            claims.push(Claim { path: shown.to_owned(), is_bad, lines: line..line });
        }
        last = line;
    }
    if let Some(previous) = claims.last_mut() {
        previous.lines.end = last + 1;
    }
    claims
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

fn is_within(claim: &Claim, place: &Value) -> bool {
    place["path"] == claim.path.as_str() && place["line"].as_u64().is_some_and(|line| claim.lines.contains(&line))
}

#[test]
fn bad_places_are_found_and_good_ones_are_silent() {
    let report: Value = serde_json::from_str(&prodguard("check --sites --format json")).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let sites = report["sites"].as_array().unwrap();
    let claims: Vec<Claim> = files(&demo()).iter().flat_map(|path| claims(path)).collect();
    for claim in &claims {
        let found = findings.iter().any(|finding| is_within(claim, finding));
        assert_eq!(found, claim.is_bad, "{claim:?}");
        let seen = sites.iter().any(|site| is_within(claim, site));
        assert!(claim.is_bad || seen, "nothing is looked at: {claim:?}");
    }
    let unclaimed = findings.iter().find(|finding| !claims.iter().any(|claim| is_within(claim, finding)));
    assert_eq!(unclaimed, None);
    assert!(claims.iter().any(|claim| !claim.is_bad));
}

#[test]
fn every_family_has_a_finding_in_every_language() {
    // of no language
    const DEPLOYMENT: &str = "deployment";
    let report: Value = serde_json::from_str(&prodguard("check --format json")).unwrap();
    let rules: Value = serde_json::from_str(&prodguard("rules --format json")).unwrap();
    let families: BTreeSet<&str> =
        rules["rules"].as_array().unwrap().iter().filter_map(|rule| rule["family"].as_str()).collect();
    let of_code: BTreeSet<&str> = families.iter().copied().filter(|family| *family != DEPLOYMENT).collect();
    assert!(of_code.len() >= 3, "{families:?}");
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["family"] == DEPLOYMENT));
    for end in [".rb", ".py", ".cs"] {
        let of_language =
            findings.iter().filter(|finding| finding["path"].as_str().is_some_and(|path| path.ends_with(end)));
        let found: BTreeSet<&str> = of_language.filter_map(|finding| finding["family"].as_str()).collect();
        assert_eq!(found, of_code, "*{end}");
    }
}

/// Writes the outputs of the commands into a text: each block that opens with "```console" holds one command after `$ ` and
/// what it prints in the demo project.
fn with_outputs(text: &str, run: impl Fn(&str) -> String) -> (String, usize) {
    const OPEN: &str = "```console\n$ prodguard ";
    const CLOSE: &str = "\n```\n";
    let mut out = String::new();
    let mut rest = text;
    let mut count = 0;
    while let Some(at) = rest.find(OPEN) {
        let (before, block) = rest.split_at(at + OPEN.len());
        let (command, _) = block.split_once('\n').expect("a command has a line of its own");
        let close = block.find(CLOSE).expect("a block is closed");
        out.push_str(before);
        out.push_str(command);
        out.push('\n');
        out.push_str(run(command).trim_end());
        rest = &block[close..];
        count += 1;
    }
    out.push_str(rest);
    (out, count)
}

#[test]
fn the_readme_shows_real_output() {
    let path = Path::new(ROOT).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (real, count) = with_outputs(&text, prodguard);
    assert_eq!(count, text.matches("```console\n").count(), "a console block without a command");
    assert!(count >= 3);
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &real).unwrap();
        return;
    }
    for (shown, real) in text.lines().zip(real.lines()) {
        assert_eq!(shown, real, "UPDATE_README=1 INSTA_UPDATE=always cargo test --test demo writes what is real");
    }
    assert_eq!(text.lines().count(), real.lines().count());
}

#[test]
fn blocks_are_filled() {
    let check = |text: &str, expected: &str| {
        let run = |command: &str| format!("<{command}>\n\n");
        assert_eq!(with_outputs(text, run).0, expected);
    };
    check("a\n", "a\n");
    check(
        "a\n```console\n$ prodguard x y\nold\n\nold\n```\nb\n```sh\n$ prodguard\n```\n",
        "a\n```console\n$ prodguard x y\n<x y>\n```\nb\n```sh\n$ prodguard\n```\n",
    );
    check("```console\n$ prodguard x\n```\n", "```console\n$ prodguard x\n<x>\n```\n");
}

/// The first block of a language in a text.
fn block<'t>(text: &'t str, open: &str) -> &'t str {
    let (_, rest) = text.split_once(open).expect("there is such a block");
    rest.split_once("\n```").expect("a block is closed").0
}

#[test]
fn the_configuration_of_the_readme_is_valid_and_names_every_key() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let shown = block(&readme, "\n```toml\n");
    let rules: Value = serde_json::from_str(&prodguard("rules --format json")).unwrap();
    let ids: Vec<&str> = rules["rules"].as_array().unwrap().iter().filter_map(|rule| rule["id"].as_str()).collect();
    let (_, problems) = Config::parse(shown, &ids);
    assert_eq!(problems, []);
    // a key that nobody knows is answered with those that there are
    let tables =
        ["", "[[symbols]]\n", "[[predicates]]\n", "[environments]\n", "[[zones]]\n", "[fixes]\n", "[[allow]]\n"];
    for table in tables {
        let (_, problems) = Config::parse(&format!("{table}zzzzzzzzzzzz = 1"), &ids);
        let help = problems.iter().find_map(|problem| problem.help.as_deref()).expect("help names the keys");
        let keys: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
        assert!(!keys.is_empty(), "{help}");
        for key in keys {
            let spellings = [format!("{key} = "), format!("[{key}]"), format!("`{key}`")];
            let named = spellings.iter().any(|spelling| shown.contains(spelling));
            assert!(named, "README.md says nothing of `{key}` in prodguard.toml {table}");
        }
    }
}

#[test]
fn the_documents_name_files_that_exist() {
    for document in ["README.md", "docs/architecture.md", "queries/README.md"] {
        let path = Path::new(ROOT).join(document);
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            assert!(path.parent().unwrap().join(link.0).exists(), "{document}: {}", link.0);
        }
    }
}
