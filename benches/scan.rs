//! What a scan costs beside the least it could cost, and beside ripgrep, in one run.
//!
//!     cargo bench --bench scan [-- TREE …]
//!
//! Without a tree it makes one of its own: copies of the demo among files that hold no trigger word. Every figure is a
//! ratio of medians of the same run: machines differ, and this one may be busy. Memory is the peak of a `prodguard check`
//! process; "start to finish" is the whole process on one small file.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ignore::{WalkBuilder, WalkState};
use prodguard::catalog::{Catalog, Sieve};
use prodguard::lang;
use prodguard::program::Language;
use prodguard::syntax;

const ROUNDS: usize = 7;

fn main() {
    let trees: Vec<PathBuf> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).map(PathBuf::from).collect();
    let own = tempfile::tempdir().expect("a temporary folder");
    let trees = if trees.is_empty() {
        make_tree(own.path());
        vec![own.path().to_owned()]
    } else {
        trees
    };
    println!(
        "{:<44} {:>7} {:>9} {:>9} {:>7} {:>9} {:>7} {:>9}",
        "tree", "files", "floor", "prodguard", "ratio", "rg -l", "ratio", "peak MiB"
    );
    for tree in &trees {
        scan(tree);
    }
    println!();
    small_files();
}

fn scan(tree: &Path) {
    let words = Words::new();
    let mut files = 0;
    let mut hits = 0;
    // one warm round each, so that none pays for the disk
    floor(tree, &words);
    check(tree);
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        (files, hits) = floor(tree, &words);
        times[0].push(started.elapsed());
        let started = Instant::now();
        check(tree);
        times[1].push(started.elapsed());
        let started = Instant::now();
        if ripgrep(tree) {
            times[2].push(started.elapsed());
        }
    }
    let [floor, own, rg] = times.map(median);
    let ratio = |a: Option<Duration>, b: Option<Duration>| match (a, b) {
        (Some(a), Some(b)) => format!("{:.2}", a.as_secs_f64() / b.as_secs_f64()),
        _ => "-".to_owned(),
    };
    let show =
        |time: Option<Duration>| time.map_or("-".to_owned(), |time| format!("{:.0} ms", time.as_secs_f64() * 1000.0));
    let name = tree.file_name().unwrap_or_default().to_string_lossy();
    println!(
        "{:<44} {:>7} {:>9} {:>9} {:>7} {:>9} {:>7} {:>9}",
        format!("{name} ({hits} hit)"),
        files,
        show(floor),
        show(own),
        ratio(own, floor),
        show(rg),
        ratio(own, rg),
        peak(tree).map_or("-".to_owned(), |kib| (kib / 1024).to_string()),
    );
}

struct Words {
    sieves: [Sieve; 3],
}

impl Words {
    fn new() -> Self {
        let words = |language| Catalog::builtin().sieve_words(language);
        Words { sieves: Language::ALL.map(|language| Sieve::new(&words(language)).expect("words")) }
    }
}

/// The least a parser could do: walk, read, look for the words, parse afresh what holds one. Gives files and hits.
fn floor(tree: &Path, words: &Words) -> (usize, usize) {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let hit = std::sync::atomic::AtomicUsize::new(0);
    let order = std::sync::atomic::Ordering::Relaxed;
    WalkBuilder::new(tree).require_git(false).threads(threads()).build_parallel().run(|| {
        Box::new(|entry| {
            let Ok(entry) = entry else { return WalkState::Continue };
            let language = match entry.path().extension().and_then(|extension| extension.to_str()) {
                Some("rb" | "rake" | "erb" | "ru") => Language::Ruby,
                Some("py") => Language::Python,
                Some("cs") => Language::CSharp,
                _ => return WalkState::Continue,
            };
            let Ok(bytes) = fs::read(entry.path()) else { return WalkState::Continue };
            count.fetch_add(1, order);
            if words.sieves[language as usize].takes(&bytes, |_| true) && bytes.len() < 2 << 20 {
                hit.fetch_add(1, order);
                let text = String::from_utf8_lossy(&bytes);
                let masked = lang::adapter(language)
                    .mask(&text, entry.path().extension().is_some_and(|extension| extension == "erb"));
                black_box(syntax::parse(language, &masked.text, None));
            }
            WalkState::Continue
        })
    });
    (count.into_inner(), hit.into_inner())
}

fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_prodguard")
}

fn check(tree: &Path) {
    let status = Command::new(binary())
        .args(["check", "--no-progress", "--format", "json"])
        .arg(tree)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| matches!(status.code(), Some(0 | 1))), "prodguard check fails");
}

fn ripgrep(tree: &Path) -> bool {
    let mut command = Command::new("rg");
    command.args(["-l", "-F", "--no-require-git", "-j"]).arg(threads().to_string());
    for (language, globs) in [
        (Language::Ruby, &["*.rb", "*.rake", "*.erb", "*.ru"][..]),
        (Language::Python, &["*.py"]),
        (Language::CSharp, &["*.cs"]),
    ] {
        globs.iter().for_each(|glob| {
            command.args(["-g", glob]);
        });
        let words = Catalog::builtin().sieve_words(language);
        for word in words.enough.iter().chain(&words.readers) {
            command.args(["-e", word]);
        }
    }
    command.arg(tree).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.code() != Some(2))
}

/// The peak of resident memory of a check, in KiB; Linux only.
fn peak(tree: &Path) -> Option<u64> {
    let mut child = Command::new(binary())
        .args(["check", "--no-progress", "--format", "json"])
        .arg(tree)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().ok()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).max(peak);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// The whole process on one small file of each language, beside a process that does nothing.
fn small_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nothing = median((0..ROUNDS * 3).map(|_| timed(Command::new(binary()).arg("--version"))).collect());
    for (name, text) in [
        ("user.rb", "class User\n  def name\n    Faker::Name.name\n  end\nend\n"),
        ("user.py", "from faker import Faker\n\n\ndef name():\n    return Faker().name()\n"),
        (
            "User.cs",
            "using Bogus;\n\npublic class User\n{\n    public string Name() => new Faker().Name.FullName();\n}\n",
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        let time = median((0..ROUNDS * 3).map(|_| timed(Command::new(binary()).arg("check").arg(&path))).collect());
        let milliseconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f64() * 1000.0;
        println!(
            "{name}: {:.1} ms from start to finish; a process that only prints its version takes {:.1} ms",
            milliseconds(time),
            milliseconds(nothing)
        );
    }
}

fn timed(command: &mut Command) -> Duration {
    let started = Instant::now();
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// 6,000 files in three languages, of which one in a hundred is a file of the demo.
fn make_tree(root: &Path) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/demo");
    let sources: Vec<PathBuf> = WalkBuilder::new(demo)
        .build()
        .flatten()
        .map(|entry| entry.into_path())
        .filter(|path| {
            path.extension().is_some_and(|extension| ["rb", "py", "cs"].iter().any(|known| extension == *known))
        })
        .collect();
    for index in 0..6000usize {
        let folder = root.join(format!("part{}/app{}", index / 600, index / 60));
        fs::create_dir_all(&folder).expect("a folder");
        let source = &sources[index % sources.len()];
        let extension = source.extension().unwrap_or_default().to_string_lossy();
        let text = if index % 100 == 0 {
            fs::read_to_string(source).unwrap_or_default()
        } else {
            let comment = if extension == "cs" { "//" } else { "#" };
            (0..200)
                .map(|line| {
                    format!("{comment} line {line} of a file that is about something else entirely, number {index}\n")
                })
                .collect()
        };
        fs::write(folder.join(format!("file{index}.{extension}")), text).expect("written");
    }
}
