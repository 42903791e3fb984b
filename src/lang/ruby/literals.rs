//! Strings, symbols, regular expressions, numbers.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::Lowering;
use crate::lang::Lower;
use crate::program::*;

impl<'t> Lowering<'_, 't> {
    pub(super) fn literal(&mut self, node: Node<'t>) -> NodeId {
        let text = self.out.text(node);
        let lit = match node.kind() {
            "nil" => Lit::Nil,
            "true" => Lit::Bool(true),
            "false" => Lit::Bool(false),
            "integer" => integer(text).map_or_else(|| Lit::Number(text.into()), Lit::Int),
            "simple_symbol" => Lit::Symbol(text.strip_prefix(':').unwrap_or(text).into()),
            "hash_key_symbol" => Lit::Symbol(text.into()),
            "character" => {
                let text = text.strip_prefix('?').unwrap_or(text);
                let unescaped = text.starts_with('\\').then(|| unescape(text));
                Lit::Str(unescaped.unwrap_or_else(|| text.into()).into())
            }
            _ => Lit::Number(text.into()),
        };
        self.out.push(Kind::Lit(lit), node)
    }

    pub(super) fn string(&mut self, node: Node<'t>) -> NodeId {
        let mut parts = Vec::new();
        if node.kind() == "chained_string" {
            for string in Lower::children(node) {
                parts.extend(self.string_parts(string, self.escapes(string)));
            }
            parts = self.merged(parts, node);
        } else {
            parts = self.string_parts(node, self.escapes(node));
        }
        self.text_of(parts, node)
    }

    /// Whether a string is written with double quotes or what stands for them.
    fn escapes(&self, node: Node<'t>) -> bool {
        let open = node.child(0).map_or("", |open| match open.is_named() {
            true => "",
            false => self.out.text(open),
        });
        !(open.starts_with('\'') || open.starts_with("%q") || open.is_empty())
    }

    fn text_of(&mut self, parts: Vec<NodeId>, node: Node<'t>) -> NodeId {
        let lit = match parts[..] {
            [] => Lit::Str("".into()),
            [only] => match self.out.kind(only) {
                Kind::Lit(lit @ Lit::Str(_)) => lit.clone(),
                _ => return self.out.push(Kind::Interp(parts), node),
            },
            _ => return self.out.push(Kind::Interp(parts), node),
        };
        self.out.push(Kind::Lit(lit), node)
    }

    /// The literal pieces and the interpolations; pieces that touch are one.
    pub(super) fn string_parts(&mut self, node: Node<'t>, escapes: bool) -> Vec<NodeId> {
        let mut parts = Vec::new();
        let mut piece = String::new();
        let mut from = None;
        for child in Lower::children(node) {
            match child.kind() {
                "string_content" | "heredoc_content" if escapes => {
                    piece.push_str(self.out.text(child));
                }
                "string_content" | "heredoc_content" => {
                    let text = self.out.text(child);
                    piece.push_str(&text.replace("\\\\", "\\").replace("\\'", "'"));
                }
                "escape_sequence" if escapes => piece.push_str(&unescape(self.out.text(child))),
                "escape_sequence" => match self.out.text(child) {
                    "\\\\" => piece.push('\\'),
                    "\\'" => piece.push('\''),
                    raw => piece.push_str(raw),
                },
                "heredoc_end" => continue,
                _ => {
                    self.end_piece(&mut piece, from.take(), child, &mut parts);
                    parts.push(self.expr(child));
                    continue;
                }
            }
            from.get_or_insert(child);
        }
        self.end_piece(&mut piece, from, node, &mut parts);
        parts
    }

    fn end_piece(&mut self, piece: &mut String, from: Option<Node<'t>>, until: Node<'t>, parts: &mut Vec<NodeId>) {
        let text = SmolStr::from(std::mem::take(piece));
        if let Some(from) = from.filter(|_| !text.is_empty()) {
            let end = match until.start_byte() > from.start_byte() {
                true => until.start_byte(),
                false => until.end_byte(),
            };
            let piece = Kind::Lit(Lit::Str(text));
            parts.push(self.out.push_range(piece, from.start_byte()..end));
        }
    }

    /// Adjacent literal pieces of a chained string as one.
    fn merged(&mut self, parts: Vec<NodeId>, node: Node<'t>) -> Vec<NodeId> {
        let mut merged: Vec<NodeId> = Vec::new();
        let mut piece = String::new();
        for id in parts {
            match self.out.kind(id) {
                Kind::Lit(Lit::Str(text)) => piece.push_str(text),
                _ => {
                    self.end_piece(&mut piece, Some(node), node, &mut merged);
                    merged.push(id);
                }
            }
        }
        self.end_piece(&mut piece, Some(node), node, &mut merged);
        merged
    }

    pub(super) fn symbol(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.string_parts(node, true);
        let text = self.text_of(parts, node);
        self.symbol_of(text, node)
    }

    /// The symbol of a string's text.
    pub(super) fn symbol_of(&mut self, text: NodeId, node: Node<'t>) -> NodeId {
        if let Kind::Lit(Lit::Str(text)) = self.out.kind(text) {
            let symbol = Lit::Symbol(text.clone());
            return self.out.push(Kind::Lit(symbol), node);
        }
        let kind = Kind::Attr { recv: text, name: "to_sym".into(), safe: false };
        let callee = self.out.push(kind, node);
        self.push_call(callee, Vec::new(), None, false, node)
    }

    pub(super) fn regex(&mut self, node: Node<'t>) -> NodeId {
        let children = Lower::children(node);
        let plain = |child: &Node<'_>| matches!(child.kind(), "string_content" | "escape_sequence");
        let flags = node.child(node.child_count().saturating_sub(1)).map_or("", |end| self.out.text(end));
        // free spacing would need a parser of its own
        if !children.iter().all(plain) || flags.contains('x') {
            let values = children.into_iter().filter(|child| !plain(child));
            let values = self.exprs(values);
            return self.opaque_of(values, node);
        }
        let pattern = match (children.first(), children.last()) {
            (Some(first), Some(last)) => {
                self.out.source.masked.get(first.start_byte()..last.end_byte()).unwrap_or_default()
            }
            _ => "",
        };
        let lit = Lit::Regex { pattern: pattern.into(), ignore_case: flags.contains('i') };
        self.out.push(Kind::Lit(lit), node)
    }

    /// What a command prints is not known.
    pub(super) fn shell(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.string_parts(node, true);
        self.opaque_of(parts, node)
    }
}

fn integer(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|digit| *digit != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'd', ..] => (10, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    i64::from_str_radix(digits, radix).ok()
}

/// The character that an escape stands for, where that is simple.
fn unescape(escape: &str) -> String {
    let rest = escape.strip_prefix('\\').unwrap_or(escape);
    let code = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(String::from);
    let simple = match rest {
        "n" => "\n",
        "t" => "\t",
        "s" => " ",
        "r" => "\r",
        "0" => "\0",
        "e" => "\u{1b}",
        "a" => "\u{7}",
        "b" => "\u{8}",
        "f" => "\u{c}",
        "v" => "\u{b}",
        "\n" | "\r\n" => "",
        _ => {
            let spelled = match rest.strip_prefix('u') {
                Some(digits) => digits.trim_matches(['{', '}']).split_whitespace().map(code).collect(),
                None => rest.strip_prefix('x').map(code).unwrap_or_else(|| Some(rest.to_owned())),
            };
            return spelled.unwrap_or_else(|| escape.to_owned());
        }
    };
    simple.to_owned()
}
