//! Projects of several files, checked as a user would: what production reaches, and the way there across files.

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
    /// `path:line`, in the order of paths.
    reports: Vec<String>,
    #[serde(default)]
    way: Vec<String>,
    /// Why the answer is another one as yet. A case that is right by now must leave this out.
    #[serde(default)]
    known: Option<String>,
    files: BTreeMap<String, String>,
}

/// The places that are reported, and the steps of the first finding; both as `path:line`.
fn check(root: &Path) -> (Vec<String>, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_prodguard"))
        .args(["check", "--format", "json", "--no-progress"])
        .arg(root)
        .output()
        .expect("a check");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let reported =
        findings.iter().filter(|finding| finding["verdict"] == "reachable" && finding["family"] == "fake-data");
    let place = |path: &serde_json::Value, line: &serde_json::Value| format!("{}:{line}", path.as_str().unwrap_or("?"));
    let mut places = Vec::new();
    let mut way = Vec::new();
    for finding in reported {
        places.push(place(&finding["path"], &finding["line"]));
        let sites = finding["sites"].as_array().expect("sites");
        places.extend(sites.iter().map(|site| place(&finding["path"], &site["line"])));
        let steps = finding["because"].as_array().expect("steps");
        way.extend(steps.iter().map(|step| place(&step["path"], &step["line"])));
    }
    places.sort();
    places.dedup();
    (places, way)
}

fn holds(language: &str, manifest: (&str, &str)) {
    let path = format!("{}/tests/projects/{language}.toml", env!("CARGO_MANIFEST_DIR"));
    let cases: Cases = toml::from_str(&fs::read_to_string(path).expect("cases")).expect("cases");
    let mut wrong = Vec::new();
    for case in cases.case {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join(manifest.0), manifest.1).expect("a manifest");
        for (path, text) in &case.files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let (places, way) = check(root.path());
        let mut expected = case.reports.clone();
        expected.sort();
        let missing: Vec<&String> = case.way.iter().filter(|step| !way.contains(step)).collect();
        if (places != expected || !missing.is_empty()) != case.known.is_some() {
            wrong.push(format!("{}\n  expected {expected:?}\n  found    {places:?}\n  way {way:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{language}: {}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn ruby() {
    holds("ruby", ("Gemfile", "gem \"rails\", \"~> 7.1\"\ngem \"faker\"\ngem \"factory_bot_rails\"\n"));
}

#[test]
fn python() {
    holds("python", ("requirements.txt", "django>=4\nflask>=2.3\nfaker\n"));
}

#[test]
fn csharp() {
    let project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup><PackageReference Include=\"Bogus\" Version=\"35.0.0\" /></ItemGroup></Project>";
    holds("csharp", ("Shop.csproj", project));
}
