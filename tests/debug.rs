//! Debug modes, debuggers and error pages, checked as a user would. A line that must be reported ends with a mark that
//! names the rule: `# ! debug-mode`. The severity follows it where it matters: `# ! debug-mode note`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    files: BTreeMap<String, String>,
}

/// `path:line rule severity` of every report, in order.
fn check(root: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_prodguard"))
        .args(["check", "--format", "json", "--no-progress"])
        .arg(root)
        .output()
        .expect("a check");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    let mut found = Vec::new();
    for finding in findings.filter(|finding| finding["verdict"] == "reachable") {
        let (path, rule, severity) = (text(&finding["path"]), text(&finding["rule"]), text(&finding["severity"]));
        let others = finding["sites"].as_array().expect("sites").iter().map(|site| &site["line"]);
        for line in std::iter::once(&finding["line"]).chain(others) {
            found.push(format!("{path}:{line} {rule} {severity}"));
        }
    }
    found.sort();
    found
}

/// What the marks ask for; without a severity any will do.
fn marked(path: &str, text: &str) -> Vec<String> {
    let marks = text.lines().enumerate().filter_map(|(index, line)| {
        let (_, mark) = line.rsplit_once("# ! ").or_else(|| line.rsplit_once("// ! "))?;
        Some(format!("{path}:{} {mark}", index + 1))
    });
    marks.collect()
}

fn holds(language: &str) {
    let path = format!("{}/tests/debug/{language}.toml", env!("CARGO_MANIFEST_DIR"));
    let cases: Cases = toml::from_str(&fs::read_to_string(path).expect("cases")).expect("cases");
    let mut wrong = Vec::new();
    for case in cases.case {
        let root = tempfile::tempdir().expect("a folder");
        let mut expected = Vec::new();
        for (path, text) in &case.files {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
            expected.extend(marked(path, text));
        }
        expected.sort();
        let found = check(root.path());
        let fits = |(found, expected): (&String, &String)| {
            found == expected || found.rsplit_once(' ').is_some_and(|(bare, _)| bare == expected)
        };
        if found.len() != expected.len() || !found.iter().zip(&expected).all(fits) {
            wrong.push(format!("{}\n  expected {expected:#?}\n  found    {found:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{language}: {}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn ruby() {
    holds("ruby");
}

#[test]
fn python() {
    holds("python");
}

#[test]
fn csharp() {
    holds("csharp");
}
