//! A scan takes bounded memory, whatever the files: the highest resident set of the binary, as Linux counts it.
#![cfg(target_os = "linux")]

#[path = "support/large.rs"]
mod large;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use prodguard::program::Language;

/// MiB.
const LIMIT: u64 = 150;

/// The highest resident set of a check of a folder, in MiB, and what it said.
fn check(folder: &Path) -> (u64, String) {
    let output = folder.with_extension("json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_prodguard"))
        .args(["check", "--format", "json", "--threads", "2"])
        .arg(folder)
        .stdout(fs::File::create(&output).expect("a file for the output"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let status = format!("/proc/{}/status", child.id());
    let mut highest = 0;
    while child.try_wait().expect("a child").is_none() {
        // the kernel keeps the mark, so that only what happens in the last moments can be missed
        let status = fs::read_to_string(&status).unwrap_or_default();
        let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse().ok());
        highest = highest.max(mark.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    (highest / 1024, fs::read_to_string(&output).expect("an output"))
}

#[test]
fn large_files_of_each_language() {
    let root = tempfile::tempdir().expect("a folder");
    for language in Language::ALL {
        let folder = root.path().join(language.id());
        fs::create_dir(&folder).expect("a folder");
        for index in 0..3 {
            let text = large::code(language, 1_950_000);
            fs::write(folder.join(format!("code{index}.{}", large::extension(language))), text).expect("a file");
        }
        for (name, text) in large::dense(language, 1_950_000) {
            fs::write(folder.join(format!("{name}.{}", large::extension(language))), text).expect("a file");
        }
    }
    let (highest, output) = check(root.path());
    assert!(highest > 20 && highest < LIMIT, "a check takes {highest} MiB");
    let output: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    // code is checked in full; what is too dense is named
    for language in Language::ALL {
        let paths = |list: &str, path: &str| {
            let entries = output[list].as_array().expect("a list").iter();
            entries.filter(|entry| entry["path"].as_str().is_some_and(|found| found.starts_with(path))).count()
        };
        assert!(paths("findings", &format!("{}/code", language.id())) >= 3, "{language:?}: {}", output["skipped"]);
        assert_eq!(paths("skipped", &format!("{}/code", language.id())), 0, "{language:?}");
        assert_eq!(paths("skipped", &format!("{}/dense", language.id())), 1, "{language:?}");
    }
}
