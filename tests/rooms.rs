//! The rooms import each other as the table at the head of `src/lib.rs` says: never a room below, and no room that its row
//! does not name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// A row of the table.
#[derive(Debug)]
struct Room {
    name: String,
    /// `None`: all rooms above it.
    imports: Option<Vec<String>>,
}

/// The rows of the table in the documentation of the crate.
fn table(lib: &str) -> Vec<Room> {
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    rows.map(|row| {
        let mut cells = row.split('|');
        let name = cells.next().unwrap_or_default().trim_end_matches("`] ");
        let imports = cells.nth(1).expect("a row says what its room imports").trim();
        Room {
            name: name.to_owned(),
            imports: match imports {
                "all above" => None,
                list => Some(quoted(list)),
            },
        }
    })
    .collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rooms that a source file names, with the line of each: through `crate::`, or through as many `super::` as lead out of
/// its own room. `depth` is 1 for the file of a room and one more for each module inside.
fn named_rooms(source: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut level = depth;
    for (number, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        // only inline modules of tests stand deeper than their file
        if line.starts_with("mod ") && line.ends_with('{') {
            level = depth + 1;
        } else if line == "}" {
            level = depth;
        }
        let outward = "super::".repeat(level);
        for prefix in ["crate::", "prodguard::", outward.as_str()] {
            for (at, _) in code.match_indices(prefix) {
                let before = code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
                    continue;
                }
                let rest = &code[at + prefix.len()..];
                let group = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let names = match group {
                    Some((inside, _)) => inside.split(',').map(first_name).collect(),
                    None => vec![first_name(rest)],
                };
                found.extend(names.into_iter().map(|name| (number + 1, name.to_owned())));
            }
        }
    }
    found
}

fn first_name(path: &str) -> &str {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    &path[..end]
}

/// The sources of a room with their depth as modules.
fn sources(room: &str) -> Vec<(PathBuf, usize)> {
    let file = Path::new(SOURCE).join(format!("{room}.rs"));
    let mut found = Vec::new();
    if file.is_file() {
        found.push((file, 1));
    }
    let mut folders = vec![(Path::new(SOURCE).join(room), 1)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push((path, depth + 1));
            } else if path.file_name().is_some_and(|name| name == "mod.rs") {
                found.push((path, depth));
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push((path, depth + 1));
            }
        }
    }
    found
}

fn rooms() -> Vec<Room> {
    table(&fs::read_to_string(Path::new(SOURCE).join("lib.rs")).unwrap())
}

#[test]
fn rooms_import_what_the_table_says() {
    let rooms = rooms();
    let names: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
    let mut wrong = Vec::new();
    for (index, room) in rooms.iter().enumerate() {
        let mut used: BTreeMap<String, String> = BTreeMap::new();
        let sources = sources(&room.name);
        assert!(!sources.is_empty(), "src/lib.rs lists the room {}, which is not there", room.name);
        for (path, depth) in sources {
            let text = fs::read_to_string(&path).unwrap();
            for (line, name) in named_rooms(&text, depth) {
                if name != room.name && names.contains(&name.as_str()) {
                    let path = path.strip_prefix(SOURCE).unwrap().display();
                    used.entry(name).or_insert_with(|| format!("src/{path}:{line}"));
                }
            }
        }
        let above = &names[..index];
        let allowed: BTreeSet<&str> = match &room.imports {
            Some(listed) => listed.iter().map(String::as_str).collect(),
            None => above.iter().copied().collect(),
        };
        for (name, at) in &used {
            if !allowed.contains(name.as_str()) {
                wrong.push(format!("{at}: `{}` may not import `{name}`", room.name));
            }
        }
        for name in &allowed {
            if !above.contains(name) {
                wrong.push(format!("src/lib.rs: `{name}` does not stand above `{}`", room.name));
            } else if room.imports.is_some() && !used.contains_key(*name) {
                wrong.push(format!("src/lib.rs: `{}` imports nothing of `{name}`", room.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_crate_is_a_room() {
    let lib = fs::read_to_string(Path::new(SOURCE).join("lib.rs")).unwrap();
    let modules = lib.lines().filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'));
    let modules: BTreeSet<&str> = modules.collect();
    let rooms = rooms();
    assert_eq!(modules, rooms.iter().map(|room| room.name.as_str()).collect());
}

#[test]
fn imports_are_seen_in_every_spelling() {
    let check = |source: &str, depth: usize, expected: &[&str]| {
        let found = named_rooms(source, depth);
        let found: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(found, expected, "{source}");
    };
    check("use crate::text::LineIndex;", 1, &["text"]);
    check("pub use crate::{text, rules::Zone};", 1, &["text", "rules"]);
    check("let zone: crate::rules::Zone = x;", 1, &["rules"]);
    check("pub(in crate::rules) fn f() {}", 1, &["rules"]);
    check("use super::rules::Zone;", 1, &["rules"]);
    check("use super::rules::Zone;", 2, &[]);
    check("use super::super::rules::Zone;", 2, &["rules"]);
    check("mod tests {\n    use super::super::rules;", 1, &["rules"]);
    check("mod tests {\n    use super::super::rules;\n}\nuse super::text;", 1, &["rules", "text"]);
    check("// crate::rules", 1, &[]);
    check("prodguard::cli::main()", 1, &["cli"]);
    check("use my_crate::rules;", 1, &[]);
}

#[test]
fn the_table_is_read() {
    let check = |row: &str, name: &str, imports: Option<&[&str]>| {
        let rooms = table(row);
        let [room] = rooms.as_slice() else {
            panic!("{row}: {rooms:?}");
        };
        assert_eq!(room.name, name);
        let read: Option<Vec<&str>> = room.imports.as_ref().map(|all| all.iter().map(String::as_str).collect());
        assert_eq!(read.as_deref(), imports);
    };
    check("//! | [`text`] | buffers | |", "text", Some(&[]));
    check("//! | [`lang`] | `analyze()` | `program`, `syntax` |", "lang", Some(&["program", "syntax"]));
    check("//! | [`text`] | the `door` | |", "text", Some(&[]));
    check("//! | [`cli`] | the command line | all above |", "cli", None);
}
