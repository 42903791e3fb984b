//! The `#if` groups of a file: their branches, and whether these can stand side by side in one tree.

use std::ops::Range;

use smol_str::SmolStr;

use super::assigned::Assigned;
use super::scan::{Scanner, TokenKind};
use super::shape::{Edge, First, Shape, first};
use super::symbols;
use crate::lang::SymbolTest;

/// Groups nested deeper than this keep only production's branch and no conditions of their own.
const MAX_NESTING: usize = 60;

#[derive(Default)]
pub(super) struct Found {
    /// The lines of all directives, and what else the grammar cannot take.
    pub blanks: Vec<Range<usize>>,
    /// In source order: parents before what is nested in them.
    pub groups: Vec<Group>,
    pub defines: Vec<Define>,
    /// Where `extension` opens a block.
    pub extensions: Vec<Range<usize>>,
    /// The `?` of chains that are assigned to.
    pub assigned: Vec<usize>,
    /// The signs around a template's placeholders.
    pub placeholders: Vec<usize>,
    /// Doubled quotes in interpolated verbatim strings.
    pub quotes: Vec<Range<usize>>,
    /// Modifiers used as names.
    pub names: Vec<Range<usize>>,
}

pub(super) struct Define {
    pub name: SmolStr,
    pub value: bool,
    pub at: usize,
    /// Group and branch around it.
    pub parent: Option<(usize, usize)>,
}

/// `#if … #elif … #else … #endif`.
pub(super) struct Group {
    pub start: usize,
    pub parent: Option<(usize, usize)>,
    pub branches: Vec<Branch>,
    /// What stands before the group, at its level.
    before: Edge,
    /// The first token after it continues what is before: `else`, `.`, an operator.
    continued: bool,
    depth: usize,
}

pub(super) struct Branch {
    /// The text without the directive lines.
    pub range: Range<usize>,
    pub directive: Range<usize>,
    /// The branch's own condition.
    pub test: SymbolTest,
    /// Never compiled: its text need not be code.
    pub prose: bool,
    shape: Shape,
}

impl Group {
    /// Every branch is whole statements, members or attribute lists, so that all can stay in one tree.
    pub fn side_by_side(&self) -> bool {
        self.depth < MAX_NESTING
            && !self.continued
            && self.before != Edge::Open
            && self.branches.iter().all(|branch| self.stands(&branch.shape))
    }

    fn stands(&self, shape: &Shape) -> bool {
        let Some(first) = shape.first else {
            return true;
        };
        let whole = shape.depth == 0 && shape.lowest >= 0 && shape.last != Edge::Open;
        let attributes = first == First::Attribute && shape.last == Edge::Bracket;
        // after an attribute list only others can come and go: what they belong to follows in any case
        whole
            && first != First::Continues
            && if self.before == Edge::Bracket { attributes } else { shape.last != Edge::Bracket || attributes }
    }
}

/// A group that is still open.
struct Open {
    group: usize,
    /// The shape of the text around it, up to the `#if`.
    around: Shape,
}

struct Reader<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    found: Found,
    assigned: Assigned,
    open: Vec<Open>,
    /// The text of the current branch, or of the file.
    shape: Shape,
    /// Groups that have just ended and have seen no token yet.
    ended: Vec<usize>,
}

pub(super) fn read(text: &str) -> Found {
    let mut reader = Reader {
        text,
        scanner: Scanner::new(text),
        found: Found::default(),
        assigned: Assigned::default(),
        open: Vec::new(),
        shape: Shape::default(),
        ended: Vec::new(),
    };
    reader.run();
    reader.found
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut prose = false;
        loop {
            let token = if prose { self.scanner.next_directive() } else { self.scanner.next_token() };
            let Some(token) = token else { break };
            if token.kind == TokenKind::Directive {
                prose = self.directive(token.range);
                continue;
            }
            if !self.ended.is_empty() {
                let word = if token.kind == TokenKind::Word {
                    self.text.get(token.range.clone()).unwrap_or_default()
                } else {
                    ""
                };
                let continued = first(&token, word) == First::Continues
                    // these three end the block or list around the group
                    && !matches!(token.kind, TokenKind::Punct(b'}'));
                for group in self.ended.drain(..) {
                    self.found.groups[group].continued |= continued;
                }
            }
            if self.shape.last != Edge::Open
                && self.text.get(token.range.clone()) == Some("extension")
                && self.scanner.opens_extension()
            {
                self.found.extensions.push(token.range.clone());
            }
            self.assigned.token(&token, self.text.as_bytes());
            self.shape.token(&token, self.text);
        }
        // a file that ends inside a group, as it does while one is typed
        while !self.open.is_empty() {
            self.close(self.text.len());
        }
        let blanks = std::mem::take(&mut self.scanner.blanks);
        self.found.blanks.extend(blanks);
        self.found.placeholders = std::mem::take(&mut self.scanner.placeholders);
        self.found.quotes = std::mem::take(&mut self.scanner.quotes);
        self.found.assigned = std::mem::take(&mut self.assigned.found);
        self.found.names = std::mem::take(&mut self.scanner.names);
    }

    /// Whether what follows is prose.
    fn directive(&mut self, line: Range<usize>) -> bool {
        let text = self.text.get(line.clone()).unwrap_or_default();
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let text = text.strip_prefix('#').unwrap_or(text).trim_start();
        let end = text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        self.found.blanks.push(line.clone());
        match name {
            "if" => {
                self.begin(&line);
                self.branch(line, symbols::parse(rest));
            }
            "elif" | "else" if !self.open.is_empty() => {
                self.end_branch(line.start);
                let test = if name == "else" { SymbolTest::Literal(true) } else { symbols::parse(rest) };
                self.branch(line, test);
            }
            "endif" if !self.open.is_empty() => self.close(line.start),
            "define" | "undef" => {
                let parent = self.place();
                self.found.defines.push(Define {
                    name: rest.split_whitespace().next().unwrap_or_default().into(),
                    value: name == "define",
                    at: line.start,
                    parent,
                });
            }
            _ => {}
        }
        self.in_prose()
    }

    fn in_prose(&self) -> bool {
        self.place()
            .and_then(|(group, branch)| self.found.groups.get(group)?.branches.get(branch))
            .is_some_and(|branch| branch.prose)
    }

    /// The innermost open branch.
    fn place(&self) -> Option<(usize, usize)> {
        let group = self.open.last()?.group;
        Some((group, self.found.groups.get(group)?.branches.len().checked_sub(1)?))
    }

    fn begin(&mut self, line: &Range<usize>) {
        let parent = self.place();
        let around = std::mem::take(&mut self.shape);
        self.found.groups.push(Group {
            start: line.start,
            parent,
            branches: Vec::new(),
            before: match (around.first, self.open.last()) {
                (None, Some(outer)) => self.found.groups[outer.group].before,
                _ => around.last,
            },
            continued: false,
            depth: self.open.len(),
        });
        self.open.push(Open { group: self.found.groups.len() - 1, around });
    }

    fn branch(&mut self, directive: Range<usize>, test: SymbolTest) {
        let Some(open) = self.open.last() else { return };
        let outer_prose = self.open.len() > 1 && {
            let outer = self.open[self.open.len() - 2].group;
            self.found.groups[outer].branches.last().is_some_and(|branch| branch.prose)
        };
        let group = &mut self.found.groups[open.group];
        let taken = group.branches.iter().any(|branch| branch.test == SymbolTest::Literal(true));
        let mut start = directive.end;
        let bytes = self.text.as_bytes();
        if bytes.get(start) == Some(&b'\r') {
            start += 1;
        }
        if bytes.get(start) == Some(&b'\n') {
            start += 1;
        }
        group.branches.push(Branch {
            range: start..start,
            directive,
            prose: outer_prose || taken || test == SymbolTest::Literal(false),
            test,
            shape: Shape::default(),
        });
        self.shape = Shape::default();
    }

    fn end_branch(&mut self, at: usize) {
        // what ended just before the end of a branch is followed by nothing in it
        self.ended.clear();
        let shape = std::mem::take(&mut self.shape);
        if let Some(open) = self.open.last()
            && let Some(branch) = self.found.groups[open.group].branches.last_mut()
        {
            branch.range.end = at.max(branch.range.start);
            branch.shape = shape;
        }
    }

    fn close(&mut self, at: usize) {
        let nested = std::mem::take(&mut self.ended);
        self.end_branch(at);
        let Some(open) = self.open.pop() else { return };
        let group = &self.found.groups[open.group];
        self.shape = open.around;
        if group.side_by_side() {
            for branch in &group.branches {
                self.shape.append(&branch.shape);
            }
        } else {
            let kept = group.branches.iter().find(|branch| symbols::in_production(&branch.test, &[]));
            if let Some(branch) = kept {
                self.shape.append(&branch.shape);
            }
        }
        self.ended = nested;
        self.ended.push(open.group);
    }
}
