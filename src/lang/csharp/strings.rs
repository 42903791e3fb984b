//! The scanner's strings and comments.

use super::scan::Scanner;

/// An interpolated string that the scanner stands in a hole of.
pub(super) struct Interpolated {
    verbatim: bool,
    /// Quotes that end a raw string; 0 for the other kinds.
    quotes: usize,
    /// Braces that open a hole.
    dollars: usize,
    /// Braces open inside the hole.
    depth: usize,
}

impl Scanner<'_> {
    /// The number of `$` and whether `@` stands before a quote, if this is a string.
    pub(super) fn prefix(&mut self) -> Option<(usize, bool)> {
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
    pub(super) fn until(&mut self, end: &[u8]) -> bool {
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
        self.bytes[self.at..].iter().take_while(|byte| **byte == b'"').count()
    }

    pub(super) fn character(&mut self) {
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
    pub(super) fn string(&mut self, dollars: usize, verbatim: bool) {
        let quotes = self.quote_run();
        if quotes == 2 && dollars > 0 {
            // the grammar knows no empty interpolated strings: this is one without holes in any case
            let signs = dollars + usize::from(verbatim);
            self.blanks.push(self.at - signs..self.at);
        }
        if quotes >= 3 && !verbatim {
            self.at += quotes;
            if dollars == 0 {
                self.raw_end(quotes);
            } else {
                self.interpolated(Interpolated { verbatim, quotes, dollars, depth: 0 });
            }
        } else {
            self.at += 1;
            if dollars > 0 {
                self.interpolated(Interpolated { verbatim, quotes: 0, dollars: 1, depth: 0 });
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
                    let run = self.bytes[self.at..].iter().take_while(|byte| **byte == b'{').count();
                    self.at += run;
                    let opens = if string.quotes > 0 { run >= string.dollars } else { run % 2 == 1 };
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
    pub(super) fn hole_punctuation(&mut self, punct: u8) {
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
