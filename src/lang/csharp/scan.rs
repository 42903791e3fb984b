//! A small lexer that knows just enough C# to find directives: strings of every kind, comments, words, punctuation.

use std::ops::Range;

/// How far the head of an extension block is read.
const MAX_HEAD: usize = 400;

/// Modifiers that may be names as well.
pub(super) const MODIFIERS: [&str; 3] = ["async", "partial", "required"];

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

/// An interpolated string that the scanner stands in a hole of.
struct Interpolated {
    verbatim: bool,
    /// Quotes that end a raw string; 0 for the other kinds.
    quotes: usize,
    /// Braces that open a hole.
    dollars: usize,
    /// Braces open inside the hole.
    depth: usize,
}

pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Nothing but blanks stand between the start of the line and `at`.
    line_start: bool,
    holes: Vec<Interpolated>,
    /// A string or comment over several lines had no end: later ones end with their line, so that scanning stays linear.
    no_end: bool,
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

    fn peek(&self, ahead: usize) -> u8 {
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
                return Some(Token {
                    kind: TokenKind::Directive,
                    range: start..end,
                });
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
                    return Some(Token {
                        kind: TokenKind::Directive,
                        range: first..self.at,
                    });
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
                    if MODIFIERS.contains(&word) && self.is_name(start) {
                        self.names.push(start..self.at);
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
                return Some(Token {
                    kind,
                    range: start..self.at,
                });
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
        let word = rest
            .iter()
            .skip(1)
            .take_while(|byte| byte.is_ascii_alphanumeric());
        let end = word.count() + 1;
        if rest.first() == Some(&b'$') && end > 1 && rest.get(end) == Some(&b'$') {
            self.placeholders.extend([self.at, self.at + end]);
            self.at += end;
        }
    }

    /// The number of `$` and whether `@` stands before a quote, if this is a string.
    fn prefix(&mut self) -> Option<(usize, bool)> {
        let mut ahead = 0;
        let (mut dollars, mut verbatim) = (0, false);
        loop {
            match self.peek(ahead) {
                b'$' => dollars += 1,
                b'@' if !verbatim => verbatim = true,
                b'"' => {
                    self.at += ahead;
                    return Some((dollars, verbatim));
                }
                _ => {
                    // `@name`, or stray signs: none of them is looked at again
                    self.at += ahead.saturating_sub(1);
                    return None;
                }
            }
            ahead += 1;
        }
    }

    /// Moves past `end`, or to the end of the line if there is none.
    fn until(&mut self, end: &[u8]) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !self.no_end {
            if let Some(found) = memchr::memmem::find(rest, end) {
                self.at += found + end.len();
                return true;
            }
            self.no_end = true;
        }
        self.at = self.line_end(self.at);
        false
    }

    fn quote_run(&self) -> usize {
        self.bytes[self.at..]
            .iter()
            .take_while(|byte| **byte == b'"')
            .count()
    }

    fn character(&mut self) {
        // a character is at most `'\U0010FFFF'`; an apostrophe in prose is none
        let end = (self.at + 14).min(self.bytes.len());
        let mut at = self.at + 1;
        while at < end && !matches!(self.bytes[at], b'\n' | b'\r') {
            match self.bytes[at] {
                b'\\' => at += 2,
                b'\'' => {
                    self.at = at + 1;
                    return;
                }
                _ => at += 1,
            }
        }
        self.at += 1;
    }

    /// A string whose opening quote is at the cursor.
    fn string(&mut self, dollars: usize, verbatim: bool) {
        let quotes = self.quote_run();
        if quotes >= 3 && !verbatim {
            self.at += quotes;
            if dollars == 0 {
                self.raw_end(quotes);
            } else {
                self.interpolated(Interpolated {
                    verbatim,
                    quotes,
                    dollars,
                    depth: 0,
                });
            }
        } else {
            self.at += 1;
            if dollars > 0 {
                self.interpolated(Interpolated {
                    verbatim,
                    quotes: 0,
                    dollars: 1,
                    depth: 0,
                });
            } else if verbatim {
                self.until(b"\"");
                while self.peek(0) == b'"' {
                    self.at += 1;
                    self.until(b"\"");
                }
            } else {
                self.regular();
            }
        }
    }

    fn regular(&mut self) {
        loop {
            match self.peek(0) {
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\n' | b'\r' => return,
                _ if self.at >= self.bytes.len() => return,
                _ => self.at += 1,
            }
        }
    }

    fn raw_end(&mut self, quotes: usize) {
        let start = self.at;
        while !self.no_end {
            match memchr::memchr(b'"', &self.bytes[self.at..]) {
                Some(found) => {
                    self.at += found;
                    let run = self.quote_run();
                    self.at += run;
                    if run >= quotes {
                        return;
                    }
                }
                None => self.no_end = true,
            }
        }
        self.at = self.line_end(start);
    }

    /// The text of an interpolated string, up to its end or the start of a hole.
    fn interpolated(&mut self, string: Interpolated) {
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'"' if string.quotes > 0 => {
                    let run = self.quote_run();
                    self.at += run;
                    if run >= string.quotes {
                        return;
                    }
                }
                b'"' if string.verbatim && self.peek(1) == b'"' => {
                    self.quotes.push(self.at..self.at + 2);
                    self.at += 2;
                }
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if !string.verbatim && string.quotes == 0 => self.at += 2,
                b'\n' | b'\r' if !string.verbatim && string.quotes == 0 => return,
                b'{' => {
                    let run = self.bytes[self.at..]
                        .iter()
                        .take_while(|byte| **byte == b'{')
                        .count();
                    self.at += run;
                    let opens = if string.quotes > 0 {
                        run >= string.dollars
                    } else {
                        run % 2 == 1
                    };
                    if opens {
                        if string.quotes == 0 && run > 1 {
                            self.blanks.push(self.at - run..self.at - 1);
                        }
                        self.holes.push(string);
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
    }

    /// Braces inside a hole; the last one leads back into the text of the string.
    fn hole_punctuation(&mut self, punct: u8) {
        let Some(hole) = self.holes.last_mut() else {
            return;
        };
        match punct {
            b'{' => hole.depth += 1,
            b'}' if hole.depth > 0 => hole.depth -= 1,
            b'}' => {
                if let Some(string) = self.holes.pop() {
                    if string.quotes > 0 {
                        self.at = (self.at + string.dollars - 1).min(self.bytes.len());
                    }
                    self.interpolated(string);
                }
            }
            _ => {}
        }
    }
}
