//! Lines: indentation, and text put around them.

use std::ops::Range;

use super::Text;
use crate::text::Edit;

impl Text<'_> {
    /// The offset at which the line of an offset starts.
    pub fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1)
    }

    /// The offset at which the line of an offset ends, before the line end.
    pub fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// The offset after the line end of the line of an offset.
    pub fn next_line(&self, at: usize) -> usize {
        let end = self.line_end(at);
        let rest = self.text.get(end..).unwrap_or_default();
        end + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
    }

    /// Where the line before the one that starts at `start` starts; `None` at the first line.
    pub fn line_before(&self, start: usize) -> Option<usize> {
        let before = self.text.get(..start)?;
        let end = before.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest));
        Some(self.line_start(end.or_else(|| before.strip_suffix('\r'))?.len()))
    }

    /// The white space at the start of the line of an offset.
    pub fn indent(&self, at: usize) -> &str {
        let start = self.line_start(at);
        let line = self.text.get(start..).unwrap_or_default();
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether only white space stands before an offset on its line.
    pub fn starts_line(&self, at: usize) -> bool {
        self.slice(self.line_start(at)..at).trim_matches([' ', '\t']).is_empty()
    }

    /// Whether only white space and a comment stand after an offset on its line.
    pub fn ends_line(&self, at: usize) -> bool {
        let rest = self.slice(at..self.line_end(at)).trim_start();
        rest.is_empty()
            || rest.starts_with('#') && self.language != crate::program::Language::CSharp
            || rest.starts_with("//")
    }

    /// Whether a range lies on one line.
    pub fn is_one_line(&self, range: &Range<usize>) -> bool {
        !self.slice(range.clone()).contains(['\n', '\r'])
    }

    /// Characters from the start of the line of an offset to its end.
    pub fn line_length(&self, at: usize) -> usize {
        self.slice(self.line_start(at)..self.line_end(at)).chars().count()
    }
}

/// What is put around lines.
pub struct Brackets<'a> {
    /// Lines before, without their indentation.
    pub open: &'a [String],
    /// Lines after.
    pub close: &'a [&'a str],
}

/// Edits that indent the lines of `range` by one step and put `brackets` around them. `None` if something else stands on the
/// first or last line.
pub fn indented(file: &Text<'_>, range: &Range<usize>, brackets: &Brackets<'_>) -> Option<Vec<Edit>> {
    if !file.starts_line(range.start) || !file.ends_line(range.end) {
        return None;
    }
    let indent = file.indent(range.start).to_owned();
    let step = if indent.contains('\t') { "\t" } else { &file.unit };
    let first = file.line_start(range.start);
    let mut edits = Vec::new();
    let open: String = brackets.open.iter().map(|line| format!("{indent}{line}{}", file.newline)).collect();
    edits.push(Edit::insert(first, open));
    let end = file.line_end(range.end);
    let mut at = first;
    loop {
        let stop = file.line_end(at);
        let line = file.slice(at..stop);
        let directive = file.language == crate::program::Language::CSharp && line.trim_start().starts_with('#');
        if directive && !file.is_fixed(at) {
            return None;
        }
        if !line.trim().is_empty() && !file.is_fixed(at) {
            edits.push(Edit::insert(at, step));
        }
        if stop >= end {
            break;
        }
        at = file.next_line(at);
    }
    let close: String = brackets.close.iter().map(|line| format!("{}{indent}{line}", file.newline)).collect();
    if !close.is_empty() {
        edits.push(Edit::insert(end, close));
    }
    Some(edits)
}
