//! Unified diffs, made from edits: nothing has to be searched for.

use std::fmt::Write;
use std::ops::Range;

use crate::text::{Edit, apply};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// Lines of the old text, counted from 0, and the text that replaces them.
struct Change<'t> {
    old: Range<usize>,
    lines: Vec<&'t str>,
}

/// The unified diff of making `edits` (sorted, not overlapping) to `text`, the file at `path`. Empty if nothing changes.
pub fn diff(path: &str, text: &str, edits: &[Edit]) -> String {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let line_of = |at: usize| starts.partition_point(|start| *start <= at) - 1;
    let mut blocks: Vec<(Range<usize>, Vec<Edit>)> = Vec::new();
    for edit in edits {
        let first = line_of(edit.range.start);
        let whole = starts.get(first) == Some(&edit.range.start) && edit.range.is_empty() && edit.text.ends_with('\n');
        let end = if whole { first } else { (line_of(edit.range.end) + 1).min(old.len()).max(first) };
        match blocks.last_mut() {
            Some((range, edits)) if first <= range.end => {
                range.end = range.end.max(end);
                edits.push(edit.clone());
            }
            _ => blocks.push((first..end, vec![edit.clone()])),
        }
    }
    let texts: Vec<String> = blocks
        .iter()
        .map(|(range, edits)| {
            let base = starts.get(range.start).copied().unwrap_or(text.len());
            let end = starts.get(range.end).copied().unwrap_or(text.len()).max(base);
            let moved = |edit: &Edit| Edit::replace(edit.range.start - base..edit.range.end - base, edit.text.clone());
            apply(&text[base..end], &edits.iter().map(moved).collect::<Vec<_>>())
        })
        .collect();
    let changes: Vec<Change<'_>> =
        blocks.iter().zip(&texts).filter_map(|((range, _), text)| trimmed(&old, range, text)).collect();
    if changes.is_empty() {
        return String::new();
    }
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    let mut moved: isize = 0;
    let mut rest = changes.as_slice();
    while !rest.is_empty() {
        let near = rest.windows(2).take_while(|pair| pair[1].old.start <= pair[0].old.end + 2 * CONTEXT).count();
        let (hunk, later) = rest.split_at(near + 1);
        rest = later;
        moved = write_hunk(&mut out, &old, hunk, moved);
    }
    out
}

/// A change without the lines that stay as they are at its start and end.
fn trimmed<'t>(old: &[&str], range: &Range<usize>, text: &'t str) -> Option<Change<'t>> {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let was = &old[range.start..range.end.min(old.len())];
    let same = was.iter().zip(&lines).take_while(|(was, is)| was == is).count();
    let most = was.len().min(lines.len()) - same;
    let tail = was.iter().rev().zip(lines.iter().rev()).take(most).take_while(|(was, is)| was == is).count();
    lines.truncate(lines.len() - tail);
    lines.drain(..same);
    let old = range.start + same..range.start + was.len() - tail;
    (!old.is_empty() || !lines.is_empty()).then_some(Change { old, lines })
}

/// Writes a hunk; returns by how much later lines have moved.
fn write_hunk(out: &mut String, old: &[&str], changes: &[Change<'_>], moved: isize) -> isize {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
        return moved;
    };
    let start = first.old.start.saturating_sub(CONTEXT);
    let end = (last.old.end + CONTEXT).min(old.len());
    let added: usize = changes.iter().map(|change| change.lines.len()).sum();
    let removed: usize = changes.iter().map(|change| change.old.len()).sum();
    let (before, after) = (end - start, end - start + added - removed);
    // an empty side names the line before it
    let number = |start: isize, count: usize| if count == 0 { start } else { start + 1 };
    let (from, to) = (number(start as isize, before), number(start as isize + moved, after));
    let _ = writeln!(out, "@@ -{from},{before} +{to},{after} @@");
    let mut at = start;
    for change in changes {
        old[at..change.old.start].iter().for_each(|line| write_line(out, ' ', line));
        old[change.old.clone()].iter().for_each(|line| write_line(out, '-', line));
        change.lines.iter().for_each(|line| write_line(out, '+', line));
        at = change.old.end;
    }
    old[at..end].iter().for_each(|line| write_line(out, ' ', line));
    moved + added as isize - removed as isize
}

fn write_line(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, edits: &[(Range<usize>, &str)], expected: &str) {
        let edits: Vec<Edit> = edits.iter().map(|(range, new)| Edit::replace(range.clone(), *new)).collect();
        assert_eq!(diff("x.rb", text, &edits), expected);
    }

    #[test]
    fn hunks() {
        check("a\n", &[], "");
        check("a\n", &[(0..1, "a")], "");
        let head = "--- a/x.rb\n+++ b/x.rb\n";
        check("a\nb\n", &[(2..2, "x\n")], &format!("{head}@@ -1,2 +1,3 @@\n a\n+x\n b\n"));
        check(
            "a\nb",
            &[(3..3, "x")],
            &format!(
                "{head}@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+bx\n\\ No newline at end of file\n"
            ),
        );
        check("", &[(0..0, "x\n")], &format!("{head}@@ -0,0 +1,1 @@\n+x\n"));
        check("a\n", &[(0..2, "")], &format!("{head}@@ -1,1 +0,0 @@\n-a\n"));
        check("a\r\nb\r\n", &[(1..1, "!")], &format!("{head}@@ -1,2 +1,2 @@\n-a\r\n+a!\r\n b\r\n"));
        let long: String = (0..20).map(|line| format!("{line}\n")).collect();
        let expected = "@@ -1,4 +1,5 @@\n+x\n 0\n 1\n 2\n-3\n+3y\n";
        let expected = expected.replace("@@ -1,4 +1,5 @@", "@@ -1,7 +1,8 @@") + " 4\n 5\n 6\n";
        check(&long, &[(0..0, "x\n"), (7..7, "y")], &format!("{head}{expected}"));
        let far = format!("{head}@@ -1,3 +1,4 @@\n+x\n 0\n 1\n 2\n@@ -17,4 +18,4 @@\n 16\n 17\n 18\n-19\n+19y\n");
        check(&long, &[(0..0, "x\n"), (49..49, "y")], &far);
    }
}
