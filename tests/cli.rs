//! The command line as scripts see it: exit status, formats, standard streams.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

fn prodguard(folder: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("prodguard"));
    command.current_dir(folder).env_remove("CLICOLOR_FORCE");
    command
}

fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    root
}

/// A line of arguments, the exit status, and a part of standard output and of standard error.
fn check(folder: &Path, line: &str, code: i32, out: &str, err: &str) {
    let run = prodguard(folder).args(line.split_whitespace()).output().unwrap();
    let stdout = String::from_utf8(run.stdout).unwrap();
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(code), "{line}\n{stdout}\n{stderr}");
    assert!(stdout.contains(out), "{line}: {stdout}");
    assert!(stderr.contains(err), "{line}: {stderr}");
    assert!(err.is_empty() != stderr.contains("prodguard: "), "{line}: {stderr}");
}

/// The same for several lines in one folder.
fn check_each(folder: &Path, rows: &[(&str, i32, &str, &str)]) {
    for (line, code, out, err) in rows {
        check(folder, line, *code, out, err);
    }
}

fn json(folder: &Path, line: &str) -> Value {
    let run = prodguard(folder).args(line.split_whitespace()).output().unwrap();
    serde_json::from_slice(&run.stdout).unwrap()
}

fn sample() -> TempDir {
    tree(&[("app/a.rb", b"puts 1\n"), ("app/b.py", b"print(1)\n"), ("app/binary.rb", b"Faker\0")])
}

#[test]
fn exit_status() {
    let root = sample();
    let at = root.path();
    check_each(
        at,
        &[
            ("check app/a.rb", 0, "No findings; 1 file scanned, 0 skipped", ""),
            ("check", 0, "2 files scanned, 1 skipped", ""),
            ("check --require-complete app/a.rb", 0, "No findings", ""),
            ("check --require-complete", 2, "1 skipped", "--require-complete: 1 skipped"),
            ("check nope", 2, "", "prodguard: nope: "),
            ("check nope app", 2, "2 files scanned", "prodguard: nope: "),
            ("check --config nope.toml", 2, "", "prodguard: nope.toml: "),
            ("check --stdin --stdin-filename notes.txt", 2, "", "notes.txt: not a Ruby, Python or C# file"),
            ("explain no-such-rule", 2, "", "there is no rule `no-such-rule`"),
            ("explain app/a.rb", 2, "", "name a line as well"),
            ("explain app/a.rb:7", 2, "", "there is no line 7 of 2"),
            ("explain nope.rb:1", 2, "", "prodguard: nope.rb: "),
            ("explain app/a.rb:1", 0, "app/a.rb:1 holds nothing that prodguard looks at", ""),
            ("explain fake-data", 0, "", ""),
            ("rules", 0, "", ""),
            ("--version", 0, concat!("prodguard ", env!("CARGO_PKG_VERSION")), ""),
            ("check --help", 0, "--require-complete", ""),
        ],
    );
}

#[test]
fn wrong_usage_is_2() {
    let root = sample();
    for line in [
        "",
        "chekc",
        "check --format yaml",
        "check --fail-on never",
        "check --threads 0",
        "check --stdin",
        "check --stdin-filename a.rb",
        "check app --stdin --stdin-filename a.rb",
    ] {
        let mut command = prodguard(root.path());
        command.args(line.split_whitespace()).assert().code(2);
    }
}

#[test]
fn json_contract() {
    let root = sample();
    let folder = root.path().canonicalize().unwrap();
    let out = json(&folder, "check --format json");
    assert_eq!(out["version"], 1);
    assert_eq!(out["root"].as_str(), folder.to_str());
    assert_eq!(out["findings"], serde_json::json!([]));
    assert_eq!(out["allowed"], 0);
    assert_eq!(out["skipped"], serde_json::json!([{"path": "app/binary.rb", "why": "binary file"}]));
    assert!(out.get("sites").is_none());
    assert!(json(&folder, "check --format json --sites")["sites"].is_array());
}

#[test]
fn the_root_holds_every_path() {
    let root = sample();
    let folder = root.path().canonicalize().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let check = |current: &Path, path: &Path, expected: &Path, skipped: &str| {
        let out = json(current, &format!("check --format json {}", path.display()));
        assert_eq!(out["root"].as_str(), expected.to_str());
        assert_eq!(out["skipped"][0]["path"], skipped);
    };
    check(&folder, Path::new("app"), &folder, "app/binary.rb");
    check(&folder, &folder.join("app"), &folder, "app/binary.rb");
    check(&folder.join("app"), Path::new(".."), &folder, "app/binary.rb");
    check(elsewhere.path(), &folder, &folder, "app/binary.rb");
    let file = folder.join("app/binary.rb");
    check(elsewhere.path(), &file, &folder.join("app"), "binary.rb");
}

#[test]
fn sarif_and_github_name_skipped_files() {
    let root = sample();
    let log = json(root.path(), "check --format sarif");
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "app/binary.rb");
    check(root.path(), "check --format github", 0, "::warning file=app/binary.rb,", "");
}

#[test]
fn standard_input_stands_for_a_file() {
    let root = sample();
    let run = |input: &[u8]| {
        let mut command = prodguard(root.path());
        command.args(["check", "--stdin", "--stdin-filename", "lib/x.rb", "--format", "json"]);
        let output = command.write_stdin(input).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!(run(b"puts 1")["skipped"], serde_json::json!([]));
    assert_eq!(run(b"\0")["skipped"][0]["path"], "lib/x.rb");
    assert_eq!(run("# prodguard: allow(x) é".as_bytes())["version"], 1);
}

#[test]
fn colours_only_where_wanted() {
    let root = sample();
    let plain = prodguard(root.path()).arg("check").output().unwrap();
    assert!(!plain.stdout.contains(&0x1b));
    let mut always = prodguard(root.path());
    always.args(["check", "--color", "always", "--format", "json"]);
    assert!(!always.output().unwrap().stdout.contains(&0x1b), "JSON has no colours");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let files: Vec<String> = (0..3000).map(|n| format!("{n:0100}.rb")).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), &b"\0"[..])).collect();
    let root = tree(&files);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("prodguard"))
        .args(["check", "--format", "json"])
        .current_dir(root.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{:?}", String::from_utf8_lossy(&output.stderr));
}

/// Texts that break parsers; each holds words that make the file worth parsing.
#[test]
fn no_text_is_too_strange() {
    const DEEP: usize = 200_000;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, head, (open, close)) in [
        ("rb", "require 'faker' # prodguard: allow(fake-data) x\nFaker::Name.name\n", ("[", "]")),
        ("py", "from faker import Faker # prodguard: allow(fake-data) x\nFaker().name()\n", ("(", ")")),
        ("cs", "using Bogus; // prodguard: allow(fake-data) x\nnew Faker();\n", ("{", "}")),
    ] {
        let mut add = |kind: &str, body: &str| {
            files.push((format!("{kind}.{name}"), [head, body].concat().into_bytes()));
        };
        add("deep", &[open.repeat(DEEP), close.repeat(DEEP)].concat());
        add("open", &open.repeat(DEEP));
        add("broken", "def ( class if ]] }} end else \"\n'''");
        add("long", &format!("x = \"{}\"", "a".repeat(1_000_000)));
        add("lone-cr", "a\rb\r");
        let mut invalid = head.as_bytes().to_vec();
        invalid.extend(b"\xFF\xC3( \xE9");
        files.push((format!("invalid.{name}"), invalid));
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend(head.encode_utf16().flat_map(u16::to_le_bytes));
        files.push((format!("utf16.{name}"), utf16));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
    let root = tree(&files);
    let out = json(root.path(), "check --format json --sites");
    assert_eq!(out["skipped"], serde_json::json!([]));
    let seen = out["sites"].as_array().unwrap().iter();
    let seen: BTreeSet<_> = seen.map(|site| site["path"].as_str().unwrap()).collect();
    assert_eq!(seen, files.iter().map(|(name, _)| *name).collect());
    for (name, _) in files {
        let mut command = prodguard(root.path());
        let run = command.args(["explain", &format!("{name}:2")]).assert();
        run.success();
    }
}

#[test]
fn the_order_of_output_does_not_depend_on_threads() {
    let files: Vec<String> = (0..200).map(|n| format!("{}/{n}.rb", n % 7)).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), &b"\0"[..])).collect();
    let root = tree(&files);
    let one = json(root.path(), "check --format json --threads 1");
    assert_eq!(one["skipped"].as_array().map(Vec::len), Some(200));
    for threads in 2..5 {
        let many = json(root.path(), &format!("check --format json --threads {threads}"));
        assert_eq!(one, many);
    }
}

const SEEDED: &[(&str, &[u8])] = &[
    ("Gemfile", b"gem 'rails', '7.1.0'\ngem 'faker'\n"),
    (
        "app/models/user.rb",
        b"class User < ApplicationRecord\n  def self.demo\n    create!(name: Faker::Name.name)\n  end\nend\n",
    ),
];

fn seeded(config: &str) -> TempDir {
    let root = tree(SEEDED);
    fs::write(root.path().join("prodguard.toml"), config).unwrap();
    root
}

#[test]
fn a_finding_in_every_format() {
    let root = seeded("");
    let at = root.path();
    check_each(
        at,
        &[
            ("check", 1, "--> app/models/user.rb:3:", ""),
            ("check app/models/user.rb", 1, "--> app/models/user.rb:3:", ""),
            ("check --format github", 1, " file=app/models/user.rb,line=3,", ""),
            ("check --color always", 1, "\u{1b}[", ""),
            ("explain app/models/user.rb:3", 0, "production: runs where", ""),
            ("explain app/models/user.rb:2", 0, "production: runs where", ""),
            ("explain app/models/user.rb:1 --color always", 0, "\u{1b}[", ""),
            ("explain app/models/user.rb:5", 0, "Lines with such places: 3.", ""),
        ],
    );
    let found = json(at, "check --format json --sites");
    let (finding, site) = (&found["findings"][0], &found["sites"][0]);
    for value in [finding, site] {
        assert_eq!(value["path"], "app/models/user.rb");
        assert_eq!(value["line"], 3);
        assert_eq!(value["family"], "fake-data");
        assert_eq!(value["verdict"], "reachable");
    }
    let log = json(at, "check --format sarif");
    let result = &log["runs"][0]["results"][0];
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 3);
    assert_eq!(result["ruleId"], finding["rule"]);
}

#[test]
fn configuration() {
    let check_config = |config: &str, line: &str, code: i32, out: &str, err: &str| {
        check(seeded(config).path(), line, code, out, err);
    };
    let lenient = "fail-on = \"error\"\n[severity]\nfake-data = \"warning\"";
    check_config(lenient, "check", 0, "1 finding", "");
    check_config(lenient, "check --fail-on warning", 1, "1 finding", "");
    check_config("[severity]\nfake-data = \"note\"", "check", 0, "1 finding (1 note)", "");
    check_config("[severity]\nfake-data = \"off\"", "check", 0, "No findings", "");
    check_config("exclude = [\"app\"]", "check", 0, "No findings", "");
    check_config("exclude = [\"app\"]", "check --verbose", 0, "No findings", "the configuration excludes it");
    check_config("[[zones]]\npaths = [\"app/**\"]\nzone = \"test\"", "check", 0, "No findings", "");
    let allow = "[[allow]]\npaths = [\"app/**\"]\nrules = [\"fake-data\"]\nreason = \"demo\"";
    check_config(allow, "check", 0, "No findings; 2 files scanned, 0 skipped, 1 place allowed.", "");
    check_config("fail-on = 3", "check", 2, "", "prodguard.toml:1:11: ");
    check_config("fail-on", "check", 2, "", "prodguard.toml has mistakes");
    // a file named is read alone, wherever it is
    let root = seeded("[severity]\nfake-data = \"off\"");
    fs::write(root.path().join("other.toml"), "").unwrap();
    check(root.path(), "check --config other.toml", 1, "1 finding", "");
}

#[test]
fn a_part_is_judged_as_the_whole() {
    let root = seeded("[severity]\nfake-data = \"error\"");
    let own = root.path().join("lib/faker.rb");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let part = root.path().join("app/models");
    check(&part, "check", 1, "1 finding (1 error)", "");
    // a class of the project's own hides the library in every file
    fs::write(own, "class Faker\n  Name = Struct.new(:name)\nend\n").unwrap();
    check(root.path(), "check", 0, "No findings", "");
    check(root.path(), "check app/models/user.rb", 0, "No findings", "");
    check(&part, "check user.rb", 0, "No findings", "");
}

#[test]
fn comments_allow() {
    let root = seeded("");
    let at = root.path();
    let allowed = "Faker::Name.name # prodguard: allow(fake-data) shown on the demo page\n";
    fs::write(at.join("app/models/user.rb"), allowed).unwrap();
    check(at, "check", 0, "No findings; 2 files scanned, 0 skipped, 1 place allowed.", "");
    let unused = "puts 1 # prodguard: allow(fake-data) shown on the demo page\n";
    fs::write(at.join("app/models/user.rb"), unused).unwrap();
    check(at, "check", 0, "note[unused-allow]", "");
    let bare = "Faker::Name.name # prodguard: allow(fake-data)\n";
    fs::write(at.join("app/models/user.rb"), bare).unwrap();
    check(at, "check", 1, "warning[allow-without-reason]", "");
}

const USER: &str = "class User\r\n  def a\r\n    b if Rails.env.prodution?\r\n    User.create!(name: Faker::Name.name)\r\n  end\r\nend\r\n";
const LOCK: &[u8] = b"GEM\n  specs:\n    rails (7.1.0)\n    faker (3.0)\n";

fn to_fix() -> TempDir {
    tree(&[("app/models/user.rb", USER.as_bytes()), ("Gemfile.lock", LOCK)])
}

#[test]
fn fixes_are_shown_and_made() {
    let root = to_fix();
    let at = root.path();
    let file = at.join("app/models/user.rb");
    check(at, "check --unsafe", 2, "", "--unsafe goes with --fix or --diff");
    check(at, "check --diff", 1, "+    b if Rails.env.production?\r\n", "");
    let diff = prodguard(at).args(["check", "--diff", "--unsafe"]).output().unwrap();
    let diff = String::from_utf8(diff.stdout).unwrap();
    assert!(diff.contains("+    User.create!(name: Faker::Name.name) if Rails.env.local?\r\n"), "{diff}");
    assert_eq!(fs::read_to_string(&file).unwrap(), USER, "a diff changes nothing");
    check(at, "check --fix", 1, "fake-data-written", "fixed 1 file");
    assert_eq!(fs::read_to_string(&file).unwrap(), USER.replace("prodution", "production"));
    check(at, "check --fix", 1, "fake-data-written", "");
    check(at, "check --fix --unsafe", 0, "No findings", "fixed 1 file");
    let guarded = "Faker::Name.name) if Rails.env.local?";
    let fixed = USER.replace("prodution", "production").replace("Faker::Name.name)", guarded);
    assert_eq!(fs::read_to_string(&file).unwrap(), fixed);
}

#[test]
fn fixes_keep_what_a_file_is() {
    let root = tree(&[("Gemfile.lock", LOCK)]);
    let at = root.path();
    fs::create_dir_all(at.join("app/models")).unwrap();
    let file = at.join("app/models/user.rb");
    let with_bom = format!("\u{feff}{USER}");
    fs::write(&file, &with_bom).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    }
    check(at, "check --fix", 1, "", "fixed 1 file");
    assert_eq!(fs::read_to_string(&file).unwrap(), with_bom.replace("prodution", "production"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
    let wide: Vec<u8> = format!("\u{feff}{USER}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(&file, &wide).unwrap();
    check(at, "check --fix", 1, "unknown-environment", "app/models/user.rb: not fixed: it is written in UTF-16");
    assert_eq!(fs::read(&file).unwrap(), wide);
    let left: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left behind: {left:?}");
}

#[test]
fn fixes_are_listed() {
    let root = to_fix();
    let bare = json(root.path(), "check --format json");
    assert!(bare["findings"].as_array().unwrap().iter().all(|finding| finding["fixes"].as_array().unwrap().is_empty()));
    let found = json(root.path(), "check --format json --show-fixes");
    let of = |rule: &str| {
        let finding = found["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule).unwrap();
        finding["fixes"][0].clone()
    };
    let expected = serde_json::json!({
        "title": "Replace `prodution` with `production`", "safe": true,
        "edits": [{"line": 3, "column": 20, "end_line": 3, "end_column": 29, "text": "production"}],
    });
    assert_eq!(of("unknown-environment"), expected);
    let expected = serde_json::json!({
        "title": "Run `Faker::Name.name` only in development and test", "safe": false,
        "edits": [{"line": 4, "column": 41, "end_line": 4, "end_column": 41, "text": " if Rails.env.local?"}],
    });
    assert_eq!(of("fake-data-written"), expected);
    let sarif = json(root.path(), "check --format sarif --show-fixes");
    let fixes = &sarif["runs"][0]["results"][0]["fixes"];
    let replaced = &fixes[0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"];
    assert!(fixes[0]["description"]["text"].is_string() && replaced.is_string(), "{fixes}");
}
