//! Reading the comments.

use std::ops::Range;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::lang::{self, Layout};
use crate::program::Language;
use crate::text::LineIndex;

pub(super) const MARK: &str = "prodguard:";

/// One comment.
pub(super) struct Allow {
    /// From `prodguard:` to the end of the reason.
    pub range: Range<usize>,
    pub names: Vec<Name>,
    pub has_reason: bool,
    /// Bytes of the file in which it holds.
    pub scope: Range<usize>,
}

pub(super) struct Name {
    pub text: SmolStr,
    pub range: Range<usize>,
    pub used: bool,
}

/// The comments of a file, in source order.
pub(super) fn read(text: &str, language: Language, template: bool) -> Vec<Allow> {
    let hits: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), MARK).collect();
    if hits.is_empty() {
        return Vec::new();
    }
    // parsed again only in files that have such a comment, a few in a thousand
    let masked = lang::adapter(language).mask(text, template);
    let Some(tree) = crate::syntax::parse(language, &masked.text, None) else {
        return Vec::new();
    };
    let mut file = File {
        text,
        masked: &masked.text,
        layout: Layout::of(language, &tree, &masked.text),
        lines: LineIndex::new(text),
        targets: FxHashMap::default(),
    };
    // from the end, so that in a stack of comments each is one step from its target
    let mut allows: Vec<Allow> = hits.into_iter().rev().filter_map(|hit| file.read(hit, template)).collect();
    allows.reverse();
    allows
}

/// The comments of a text without a grammar, in source order. One stands alone above its line, or behind what it is about.
pub(super) fn read_lines(text: &str, statements: &[Range<usize>]) -> Vec<Allow> {
    let hits: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), MARK).collect();
    if hits.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(text);
    let is_comment = |line: &str| ["#", "//", "<!--"].iter().any(|mark| line.trim_start().starts_with(mark));
    // of a stack of comments the last ones are read first: what each is about is known then
    let mut below: Option<(usize, usize)> = None;
    let mut read = |hit: &usize| {
        let own = lines.line(*hit);
        let line = lines.line_range(own);
        let before = text.get(line.start..*hit)?.trim_end();
        if !before.ends_with(['#', '/', '-']) {
            return None;
        }
        let body = text.get(*hit..line.end)?.trim_end();
        let body = body.strip_suffix("-->").unwrap_or(body).trim_end();
        let mut target = own;
        if is_comment(text.get(line.clone())?) {
            target = own + 1;
            while target <= lines.line_count() && is_comment(lines.line_text(target)) {
                target = match below {
                    Some((comment, known)) if comment == target => known,
                    _ => target + 1,
                };
            }
            below = Some((own, target));
        }
        let mut scope = lines.line_range(target.min(lines.line_count()));
        let from = statements.partition_point(|range| range.start < scope.start);
        let starting = statements[from..].iter().take_while(|range| range.start < scope.end);
        scope.end = starting.map(|range| range.end).fold(scope.end, usize::max);
        let (names, has_reason) = parse(body, *hit);
        Some(Allow { range: *hit..*hit + body.len(), names, has_reason, scope })
    };
    let mut allows: Vec<Allow> = hits.iter().rev().filter_map(&mut read).collect();
    allows.reverse();
    allows
}

struct File<'t> {
    text: &'t str,
    masked: &'t str,
    layout: Layout,
    lines: LineIndex<'t>,
    /// Lines that hold only a comment, to the line that it is about.
    targets: FxHashMap<usize, usize>,
}

impl File<'_> {
    fn read(&mut self, hit: usize, template: bool) -> Option<Allow> {
        let comment = match self.erb_comment(hit).filter(|_| template) {
            Some(comment) => comment,
            None => self.layout.comment_at(hit)?,
        };
        let before = self.text.get(comment.start..hit)?.trim_end();
        if !before.ends_with(['#', '/', '*']) {
            return None;
        }
        let line_end = self.lines.line_range(self.lines.line(hit)).end;
        let body = self.text.get(hit..comment.end.min(line_end))?;
        let body = body.trim_end();
        let body = body.strip_suffix("*/").unwrap_or(body).trim_end();
        let (names, has_reason) = parse(body, hit);
        Some(Allow { range: hit..hit + body.len(), names, has_reason, scope: self.scope(&comment) })
    }

    /// `<%# … %>`, which the mask blanks: the comment from its `#` to the closing tag.
    fn erb_comment(&self, hit: usize) -> Option<Range<usize>> {
        let open = self.text[..hit].trim_end().strip_suffix("<%#")?.len();
        let rest = &self.text[hit..];
        let close = rest.find("%>").unwrap_or(rest.len());
        let close = rest[..close].trim_end_matches('-').len();
        Some(open + 2..hit + close)
    }

    /// The line that the comment is about, with the whole statement that starts there.
    fn scope(&mut self, comment: &Range<usize>) -> Range<usize> {
        let own = self.lines.line(comment.start);
        let before = &self.text[self.lines.line_range(own).start..comment.start];
        let last = self.lines.line_range(self.lines.line(comment.end)).end;
        let after = self.text.get(comment.end..last).unwrap_or_default();
        let alone = matches!(before.trim(), "" | "<%") && matches!(after.trim(), "" | "%>" | "-%>");
        let line = if alone { self.target(comment) } else { own };
        let range = self.lines.line_range(line);
        let statement = self.first_char(line).and_then(|at| self.layout.statement_end(at));
        range.start..range.end.max(statement.unwrap_or(0))
    }

    /// The first line after a comment that is not itself only a comment.
    fn target(&mut self, comment: &Range<usize>) -> usize {
        let own = self.lines.line(comment.start);
        let mut line = self.lines.line(comment.end) + 1;
        while let Some(at) = self.first_char(line)
            && self.layout.comment_at(at).is_some()
        {
            if let Some(target) = self.targets.get(&line) {
                line = *target;
                break;
            }
            line += 1;
        }
        self.targets.insert(own, line);
        line
    }

    /// The offset of a line's first character of code.
    fn first_char(&self, line: usize) -> Option<usize> {
        let range = self.lines.line_range(line);
        let text = self.masked.get(range.clone())?;
        let indent = text.len() - text.trim_start_matches([' ', '\t', ';']).len();
        (indent < text.len()).then_some(range.start + indent)
    }
}

/// The names in `prodguard: allow(a, b) reason` and whether a reason follows; `base` is the offset of `body`.
fn parse(body: &str, base: usize) -> (Vec<Name>, bool) {
    let after = |rest: &str| body.len() - rest.len();
    let list =
        body[MARK.len()..].trim_start().strip_prefix("allow").and_then(|rest| rest.trim_start().strip_prefix('('));
    let Some((list, reason)) = list.and_then(|list| list.split_once(')')) else {
        return (Vec::new(), false);
    };
    let mut at = after(reason) - 1 - list.len();
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            let start = base + at + part.len() - part.trim_start().len();
            names.push(Name { text: SmolStr::new(name), range: start..start + name.len(), used: false });
        }
        at += part.len() + 1;
    }
    let has_reason = reason.chars().any(char::is_alphanumeric);
    (names, has_reason)
}
