//! `docs/fixes.md`, made from the tables: one row for each situation that was executed.

use std::fmt::Write;
use std::path::PathBuf;

use super::{CSHARP, Case, PYTHON, RUBY, Recipe, recipes};

const HEAD: &str = include_str!("head.md");

pub fn hold() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/fixes.md");
    let expected = text();
    if std::env::var_os("UPDATE_FIXES").is_some() {
        std::fs::write(&path, &expected).expect("the documentation can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/fixes.md is not what the tables say: UPDATE_FIXES=1 cargo test --test fixes writes it"
    );
    let count: usize = [RUBY, PYTHON, CSHARP].iter().map(|case| executed(case).len()).sum();
    assert!(count >= 60, "{count} recipes are executed");
}

fn executed(case: &Case) -> Vec<Recipe> {
    recipes(case).into_iter().filter(|recipe| recipe.after.is_some()).collect()
}

fn text() -> String {
    let mut out = HEAD.to_owned();
    for (case, name) in [(RUBY, "Ruby"), (PYTHON, "Python"), (CSHARP, "C#")] {
        let _ = write!(out, "\n## {name}\n\n| situation | before | after | the fix is called |\n|---|---|---|---|\n");
        for recipe in executed(&case) {
            let (before, after) = changed(&recipe.before, recipe.after.as_deref().unwrap_or_default());
            let title = recipe.title.as_deref().unwrap_or_default();
            let _ = writeln!(out, "| {} | {before} | {after} | {} |", cell(&recipe.name), cell(title));
        }
        let _ = write!(out, "\n### Refused\n\n| situation | why |\n|---|---|\n");
        for recipe in recipes(&case) {
            if let Some(why) = &recipe.refused {
                let _ = writeln!(out, "| {} | {} |", cell(&recipe.name), cell(why));
            }
        }
    }
    out
}

/// The lines that differ, of both.
fn changed(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(was, is)| was == is).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(was, is)| was == is).count();
    // a guard put before a line is shown with it
    let (mut from, mut to) = (old.len() - tail, new.len() - tail);
    if from == head {
        (from, to) = ((from + 1).min(old.len()), (to + 1).min(new.len()));
    }
    (code(&old[head..from]), code(&new[head..to]))
}

fn code(lines: &[&str]) -> String {
    let indent = lines.iter().filter(|line| !line.trim().is_empty());
    let indent = indent.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<String> = lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or_default())
        .map(|line| {
            let body = line.trim_start();
            let spaces = "&nbsp;".repeat(line.len() - body.len());
            let ticks = if body.contains('`') { "``" } else { "`" };
            if body.is_empty() { String::new() } else { format!("{spaces}{ticks}{}{ticks}", body.replace('|', "\\|")) }
        })
        .collect();
    lines.join("<br>")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
