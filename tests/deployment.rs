//! Deployment files in projects, checked as a user would: what is reported where, and in which words.

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
    /// `path:line severity rule`, in the order of places.
    #[serde(default)]
    reports: Vec<String>,
    /// The message of the first one.
    says: Option<String>,
    files: BTreeMap<String, String>,
}

/// What is reported, and the message of the first.
fn check(root: &Path) -> (Vec<String>, Option<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_prodguard"))
        .args(["check", "--format", "json", "--no-progress"])
        .arg(root)
        .output()
        .expect("a check");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or("?").to_owned();
    let places = findings.iter().map(|finding| {
        let (path, severity, rule) = (word(finding, "path"), word(finding, "severity"), word(finding, "rule"));
        format!("{path}:{} {severity} {rule}", finding["line"])
    });
    (places.collect(), findings.first().map(|finding| word(finding, "message")))
}

fn project(files: &BTreeMap<String, String>) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    root
}

#[test]
fn what_is_reported() {
    let path = format!("{}/tests/deployment.toml", env!("CARGO_MANIFEST_DIR"));
    let cases: Cases = toml::from_str(&fs::read_to_string(path).expect("cases")).expect("cases");
    let mut wrong = Vec::new();
    for case in cases.case {
        let root = project(&case.files);
        let (reports, message) = check(root.path());
        if reports != case.reports || case.says.as_ref().is_some_and(|says| Some(says) != message.as_ref()) {
            wrong.push(format!(
                "{}\n  expected {:?}\n  found    {reports:?}\n  says {message:?}",
                case.name, case.reports
            ));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
