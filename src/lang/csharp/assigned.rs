//! `a?.b = c`: the grammar knows no `?.` on the left of an assignment.

use super::scan::{Token, TokenKind};

/// Follows the tokens and remembers the `?` of the chain that it stands in, by bracket depth.
#[derive(Default)]
pub(super) struct Assigned {
    depth: usize,
    /// Depth and place of each `?.` that may still turn out to be assigned to.
    open: Vec<(usize, usize)>,
    /// The last token was a name: another one starts something else.
    after_name: bool,
    /// The `?` of chains that are assigned to.
    pub found: Vec<usize>,
}

impl Assigned {
    pub fn token(&mut self, token: &Token, bytes: &[u8]) {
        let next = bytes.get(token.range.end).copied().unwrap_or(0);
        let name = token.kind == TokenKind::Word;
        let ends = match token.kind {
            TokenKind::Word => self.after_name,
            TokenKind::Value | TokenKind::Directive => true,
            TokenKind::Punct(punct) => self.punct(punct, next, token.range.start, bytes),
        };
        if ends {
            self.forget();
        }
        self.after_name = name;
    }

    /// Whether the chain ends here.
    fn punct(&mut self, punct: u8, next: u8, at: usize, bytes: &[u8]) -> bool {
        match punct {
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                false
            }
            b')' | b']' | b'}' => {
                self.forget();
                self.depth = self.depth.saturating_sub(1);
                punct == b'}'
            }
            b'?' if matches!(next, b'.' | b'[') => {
                self.open.push((self.depth, at));
                false
            }
            b'.' | b'?' | b'!' if next != b'=' || punct == b'?' => false,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' => next != b'=',
            b'=' => {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                let compares = matches!(next, b'=' | b'>') || matches!(before, Some(b'=' | b'!' | b'<' | b'>'));
                if !compares {
                    let depth = self.depth;
                    let own = self.open.iter().filter(|(open, _)| *open == depth);
                    self.found.extend(own.map(|(_, at)| *at));
                }
                true
            }
            _ => true,
        }
    }

    fn forget(&mut self) {
        while self.open.last().is_some_and(|(open, _)| *open >= self.depth) {
            self.open.pop();
        }
    }
}
