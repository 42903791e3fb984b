//! A small lexer that knows just enough C# to find directives: strings of every kind, comments, words, punctuation.

use std::ops::Range;

use super::strings::Interpolated;

/// How far the head of an extension block is read.
const MAX_HEAD: usize = 400;

/// Modifiers that may be names as well.
pub(super) const MODIFIERS: [&str; 3] = ["async", "partial", "required"];

/// Targets of attributes that may be names as well: `[type]` is a list of one element.
pub(super) const TARGETS: [&str; 5] = ["field", "method", "param", "property", "type"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A `#` that is the first thing on its line; the token is the whole line without its end.
    Directive,
    /// An identifier or keyword.
    Word,
    /// One byte of punctuation.
    Punct(u8),
    /// A string, character or number.
    Value,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

pub(super) struct Scanner<'t> {
    text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    /// Nothing but blanks stand between the start of the line and `at`.
    line_start: bool,
    pub(super) holes: Vec<Interpolated>,
    /// A string or comment over several lines had no end: later ones end with their line, so that scanning stays linear.
    pub(super) no_end: bool,
    /// Where `async`, `partial` or `required` is a name and not a modifier, which the grammar cannot read.
    pub names: Vec<Range<usize>>,
    /// Escaped braces right before a hole (`$"{{{x}}}"`), which the grammar cannot read, and comments without an end.
    pub blanks: Vec<Range<usize>>,
    /// Doubled quotes in interpolated verbatim strings, which the grammar takes for raw strings.
    pub quotes: Vec<Range<usize>>,
    /// The signs around the placeholders of a project template.
    pub placeholders: Vec<usize>,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Scanner {
            text,
            bytes: text.as_bytes(),
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            line_start: true,
            holes: Vec::new(),
            no_end: false,
            names: Vec::new(),
            blanks: Vec::new(),
            quotes: Vec::new(),
            placeholders: Vec::new(),
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
    }

    /// The next directive, reading lines only: what stands between is prose.
    pub fn next_directive(&mut self) -> Option<Token> {
        while self.at < self.bytes.len() {
            let end = self.line_end(self.at);
            let line = self.text.get(self.at..end).unwrap_or_default();
            let start = self.at;
            self.at = end + 1;
            self.line_start = true;
            if line.trim_start().starts_with('#') {
                self.at = end;
                return Some(Token { kind: TokenKind::Directive, range: start..end });
            }
        }
        None
    }

    /// The next token; an interpolated string with all its holes is one.
    pub fn next_token(&mut self) -> Option<Token> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            let start = self.at;
            match byte {
                b'\n' | b'\r' => {
                    self.line_start = true;
                    self.at += 1;
                    continue;
                }
                b' ' | b'\t' | 0x0b | 0x0c => {
                    self.at += 1;
                    continue;
                }
                b'#' if self.line_start => {
                    // no hole of a string holds a directive: the string was never closed
                    self.holes.clear();
                    self.at = self.line_end(start);
                    let line = self.bytes.get(..start).unwrap_or_default();
                    let first = memchr::memrchr2(b'\n', b'\r', line).map_or(0, |end| end + 1);
                    return Some(Token { kind: TokenKind::Directive, range: first..self.at });
                }
                _ => {}
            }
            self.line_start = false;
            let kind = match byte {
                b'/' if self.peek(1) == b'/' => {
                    self.at = self.line_end(start);
                    continue;
                }
                b'/' if self.peek(1) == b'*' => {
                    self.at += 2;
                    if !self.until(b"*/") {
                        // the grammar would search the rest of the file for its end, each time anew
                        self.blanks.push(start..self.at);
                    }
                    continue;
                }
                b'"' => {
                    self.string(0, false);
                    TokenKind::Value
                }
                b'$' | b'@' => match self.prefix() {
                    Some((dollars, verbatim)) => {
                        self.string(dollars, verbatim);
                        TokenKind::Value
                    }
                    None => {
                        self.placeholder();
                        self.at += 1;
                        continue;
                    }
                },
                b'\'' => {
                    self.character();
                    TokenKind::Value
                }
                b'0'..=b'9' => {
                    self.word();
                    TokenKind::Value
                }
                b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                    self.word();
                    let word = self.text.get(start..self.at).unwrap_or_default();
                    if MODIFIERS.contains(&word) && self.is_name(start)
                        || TARGETS.contains(&word) && self.is_element(start)
                    {
                        self.names.push(start..self.at);
                    } else if word == "ref" && self.follows("partial") {
                        // `ref partial struct` has its modifiers in an order that the grammar does not know
                        self.blanks.push(start..self.at);
                    }
                    TokenKind::Word
                }
                punct => {
                    self.at += 1;
                    self.hole_punctuation(punct);
                    TokenKind::Punct(punct)
                }
            };
            if self.holes.is_empty() {
                return Some(Token { kind, range: start..self.at });
            }
        }
    }

    fn word(&mut self) {
        while matches!(self.peek(0), b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..) {
            self.at += 1;
        }
    }

    /// The modifier is followed by a type, a parameter or `(`; what follows here can only follow a name.
    fn is_name(&self, start: usize) -> bool {
        if start > 0 && self.bytes[start - 1] == b'@' {
            return false;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(next) => b")],;.=?:!&|+-*%^<>}".contains(next),
            None => false,
        }
    }

    /// A whole element of a collection, where an attribute's target would be followed by a colon.
    fn is_element(&self, start: usize) -> bool {
        let before = self.bytes.get(..start).unwrap_or_default();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let solid = |byte: &&u8| !byte.is_ascii_whitespace();
        before.iter().rev().find(solid) == Some(&b'[') && matches!(rest.iter().find(solid), Some(b']' | b','))
    }

    fn follows(&self, word: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.trim_ascii_start().starts_with(word.as_bytes())
    }

    /// Whether the word `extension` just read opens a block of extension members: `extension<T>(T x) where … {`.
    pub fn opens_extension(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let rest = rest.get(..MAX_HEAD.min(rest.len())).unwrap_or_default();
        let mut depth = 0usize;
        let mut closed = false;
        for (at, byte) in rest.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'(' | b'<' | b'[' => depth += 1,
                b')' | b'>' | b']' => {
                    depth = depth.saturating_sub(1);
                    closed |= depth == 0 && *byte == b')';
                }
                _ if depth > 0 => {}
                b'{' => return closed,
                _ => return closed && rest[at..].starts_with(b"where"),
            }
        }
        false
    }

    /// `$safeprojectname$` in a project template.
    fn placeholder(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let word = rest.iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
        let end = word.count() + 1;
        if rest.first() == Some(&b'$') && end > 1 && rest.get(end) == Some(&b'$') {
            self.placeholders.extend([self.at, self.at + end]);
            self.at += end;
        }
    }
}
