//! `prodguard.toml` as the command line reads it: which one decides, and what is said of it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const FAKE: &str = "class A\n  def b\n    Faker::Name.name\n  end\nend\n";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

/// The exit status of a line of arguments, `path:line rule` of each finding, and standard error.
fn run(folder: &Path, line: &str) -> (Option<i32>, Vec<String>, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("prodguard"));
    let run = command.current_dir(folder).args(line.split_whitespace()).args(["--format", "json"]).output().unwrap();
    let output: Value = serde_json::from_slice(&run.stdout).unwrap_or_default();
    let none = Vec::new();
    let found = output["findings"].as_array().unwrap_or(&none).iter();
    let found = found.map(|f| format!("{}:{} {}", f["path"].as_str().unwrap(), f["line"], f["rule"].as_str().unwrap()));
    (run.status.code(), found.collect(), String::from_utf8(run.stderr).unwrap())
}

/// A line of arguments, the exit status and `path:line rule` of each finding.
fn check(folder: &Path, line: &str, code: i32, expected: &[&str]) {
    let (status, found, stderr) = run(folder, line);
    assert_eq!(found, expected, "{line}\n{stderr}");
    assert_eq!(status, Some(code), "{line}\n{stderr}");
}

fn allow(paths: &str) -> String {
    format!("[[allow]]\npaths = [\"{paths}\"]\nrules = [\"fake-data\"]\nreason = \"a demo\"\n")
}

#[test]
fn the_nearest_configuration_decides() {
    let root = tree(&[
        ("prodguard.toml", &format!("exclude = [\"out\"]\n{}", allow("lib/**"))),
        ("lib/a.rb", FAKE),
        ("shop/prodguard.toml", &allow("app/**")),
        ("shop/app/a.rb", FAKE),
        // allowed by the outer configuration, if that were asked
        ("shop/lib/a.rb", FAKE),
        ("shop/inner/prodguard.toml", "fail-on = \"error\"\n"),
        ("shop/inner/app/a.rb", FAKE),
        // left out with all that is in it
        ("out/prodguard.toml", "this is no configuration"),
        ("out/a.rb", FAKE),
    ]);
    let at = root.path();
    let rule = "fake-data-reachable";
    let both = [format!("shop/inner/app/a.rb:3 {rule}"), format!("shop/lib/a.rb:3 {rule}")];
    let both = [both[0].as_str(), both[1].as_str()];
    check(at, "check", 1, &both);
    check(at, "check shop", 1, &both);
    check(at, "check shop/lib/a.rb", 1, &both[1..]);
    check(at, "check shop/app lib", 0, &[]);
    // the severity that fails is the nearest one's as well
    check(at, "check shop/inner", 0, &both[..1]);
    check(&at.join("shop"), "check", 1, &[&both[0][5..], &both[1][5..]]);
    check(&at.join("shop/lib"), "check", 1, &[&both[1][9..]]);
    // from elsewhere the path is what is asked for
    let elsewhere = tempfile::tempdir().unwrap();
    check(elsewhere.path(), &format!("check {}", at.join("shop/app").display()), 0, &[]);
}

#[test]
fn a_configuration_that_is_named_is_alone() {
    let root = tree(&[
        ("shop/prodguard.toml", &allow("app/**")),
        ("shop/app/a.rb", FAKE),
        ("alone.toml", &allow("shop/lib/**")),
        ("shop/lib/a.rb", FAKE),
    ]);
    check(root.path(), "check --config alone.toml", 1, &["shop/app/a.rb:3 fake-data-reachable"]);
}

#[test]
fn a_mistake_counts_where_it_is_asked_for() {
    let root = tree(&[("a/prodguard.toml", "exlude = []\n"), ("a/a.rb", FAKE), ("b/b.rb", "puts 1\n")]);
    let (status, _, stderr) = run(root.path(), "check");
    assert_eq!(status, Some(2));
    assert!(stderr.contains("prodguard.toml:1:1: unknown key `exlude`"), "{stderr}");
    check(root.path(), "check b", 0, &[]);
}

#[test]
fn entries_that_allow_nothing() {
    let two = format!("{}\n{}", allow("lib/**"), allow("app/**"));
    let root = tree(&[
        ("prodguard.toml", &two),
        ("app/a.rb", FAKE),
        ("lib/a.rb", "puts 1\n"),
        ("shop/prodguard.toml", &allow("lib/**")),
        ("shop/lib/a.rb", "puts 1\n"),
    ]);
    let at = root.path();
    let unused = ["prodguard.toml:1 unused-allow", "shop/prodguard.toml:1 unused-allow"];
    check(at, "check", 0, &unused);
    check(at, "check --fail-on note", 1, &unused);
    check(at, "check --sites", 0, &unused);
    // only what was checked in full
    check(at, "check lib", 0, &[]);
    check(at, "check app/a.rb", 0, &[]);
    check(at, "check shop", 0, &unused[1..]);
    // what was skipped may have been meant
    fs::write(at.join("lib/b.rb"), "Faker\0").unwrap();
    check(at, "check", 0, &unused[1..]);
    fs::write(at.join("lib/b.rb"), "puts 1").unwrap();
    fs::write(at.join("app/b.rb"), "Faker\0").unwrap();
    check(at, "check", 0, &unused);
    fs::write(at.join("prodguard.toml"), format!("severity.hygiene = \"off\"\n{two}")).unwrap();
    check(at, "check", 0, &unused[1..]);
}

#[test]
fn allowing_takes_a_reason() {
    for reason in ["", "reason = \"\"\n", "reason = \" \"\n"] {
        let entry = format!("[[allow]]\npaths = [\"a.rb\"]\nrules = [\"fake-data\"]\n{reason}");
        let root = tree(&[("prodguard.toml", &entry), ("a.rb", FAKE)]);
        let (status, _, stderr) = run(root.path(), "check");
        assert_eq!(status, Some(2), "{stderr}");
        assert!(stderr.contains("`reason`"), "{stderr}");
    }
}

#[test]
fn comments_where_nothing_is_reported() {
    let text = "# prodguard: allow(fake-data) as everywhere\nputs 1\n# prodguard: allow(fake-data)\nFaker::Name.name\n";
    let root = tree(&[("spec/a_spec.rb", text), ("lib/a.rb", text)]);
    let rules = ["lib/a.rb:1 unused-allow", "lib/a.rb:3 allow-without-reason"];
    check(root.path(), "check", 1, &rules);
    check(root.path(), "check --sites", 1, &rules);
    check(root.path(), "check --sites spec/a_spec.rb", 0, &[]);
}
