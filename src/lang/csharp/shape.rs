//! What decides whether a piece of code can stand alone: how it starts, how it ends, whether its brackets balance.

use super::scan::{Token, TokenKind};

/// How a piece of text ends.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Edge {
    /// Nothing stands there.
    #[default]
    Start,
    /// `;`, `{`, `}` or the colon of a label: a statement or member may follow.
    Complete,
    /// `]`, which may end an attribute list.
    Bracket,
    Open,
}

/// What decides whether a piece of code can stand alone.
#[derive(Clone, Default)]
pub(super) struct Shape {
    pub first: Option<First>,
    pub last: Edge,
    pub depth: i32,
    pub lowest: i32,
    /// A `case` or `default` waits for its colon.
    pub label: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum First {
    /// Continues what stands before.
    Continues,
    Attribute,
    Brace,
    Other,
}

impl Shape {
    pub fn token(&mut self, token: &Token, text: &str) {
        let word = if token.kind == TokenKind::Word { text.get(token.range.clone()).unwrap_or_default() } else { "" };
        if self.first.is_none() {
            self.first = Some(first(token, word));
        }
        self.last = match token.kind {
            TokenKind::Punct(b'(') => {
                self.depth += 1;
                Edge::Open
            }
            TokenKind::Punct(b'[') => {
                self.depth += 1;
                Edge::Open
            }
            TokenKind::Punct(b'{') => {
                self.depth += 1;
                Edge::Complete
            }
            TokenKind::Punct(close @ (b')' | b']' | b'}')) => {
                self.depth -= 1;
                self.lowest = self.lowest.min(self.depth);
                match close {
                    b'}' => Edge::Complete,
                    b']' => Edge::Bracket,
                    _ => Edge::Open,
                }
            }
            TokenKind::Punct(b';') => Edge::Complete,
            TokenKind::Punct(b':') if self.label => {
                self.label = false;
                Edge::Complete
            }
            TokenKind::Word if matches!(word, "case" | "default") => {
                self.label = true;
                Edge::Open
            }
            _ => Edge::Open,
        };
    }

    /// Appends what a nested group leaves in the text.
    pub fn append(&mut self, inner: &Shape) {
        if inner.first.is_none() {
            return;
        }
        self.first = self.first.or(inner.first);
        self.lowest = self.lowest.min(self.depth + inner.lowest);
        self.depth += inner.depth;
        self.last = inner.last;
        self.label = inner.label;
    }
}

pub(super) fn first(token: &Token, word: &str) -> First {
    match token.kind {
        TokenKind::Punct(b'[') => First::Attribute,
        TokenKind::Punct(b'{') => First::Brace,
        TokenKind::Punct(b'(' | b'~') => First::Other,
        TokenKind::Punct(b'+' | b'-') => First::Other,
        TokenKind::Punct(_) => First::Continues,
        TokenKind::Word
            if matches!(word, "else" | "catch" | "finally" | "where" | "is" | "as" | "and" | "or" | "when") =>
        {
            First::Continues
        }
        _ => First::Other,
    }
}
