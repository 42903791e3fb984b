//! Literals and strings.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::expressions::expression;
use super::mask::QUOTE;
use super::syntax::{child, children};
use crate::lang::Lower;
use crate::program::*;

pub(super) fn literal<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let text = lower.text(node);
    let lit = match node.kind() {
        "boolean_literal" => Lit::Bool(text == "true"),
        "integer_literal" => integer(text).map_or_else(|| Lit::Number(text.into()), Lit::Int),
        "real_literal" => Lit::Number(text.into()),
        "character_literal" => Lit::Str(character(text)),
        "string_literal" => Lit::Str(quoted(text)),
        "verbatim_string_literal" => Lit::Str(between(text, "@\"").replace("\"\"", "\"").into()),
        "raw_string_literal" => Lit::Str(raw(lower, node)),
        _ => Lit::Nil,
    };
    lower.push(Kind::Lit(lit), node)
}

/// Decimal, hexadecimal and binary integers that fit.
pub(super) fn integer(text: &str) -> Option<i64> {
    let plain: String = text.trim_end_matches(['u', 'U', 'l', 'L']).chars().filter(|letter| *letter != '_').collect();
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    match plain.get(..2) {
        Some("0x" | "0X") => radix(&plain[2..], 16),
        Some("0b" | "0B") => radix(&plain[2..], 2),
        _ => plain.parse().ok(),
    }
}

fn character(text: &str) -> SmolStr {
    let inner = text.strip_prefix('\'').unwrap_or(text);
    unescaped(inner.strip_suffix('\'').unwrap_or(inner)).into()
}

fn between<'a>(text: &'a str, open: &str) -> &'a str {
    let inner = text.strip_prefix(open).unwrap_or(text);
    let inner = inner.strip_suffix("u8").or_else(|| inner.strip_suffix("U8")).unwrap_or(inner);
    inner.strip_suffix('"').unwrap_or(inner)
}

fn quoted(text: &str) -> SmolStr {
    let inner = between(text, "\"");
    if inner.contains('\\') { unescaped(inner).into() } else { inner.into() }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (value, used) = escape(rest);
        match value {
            Some(letter) => out.push(letter),
            None => out.push_str(&rest[..used]),
        }
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}

/// The character that the escape at the start of `text` stands for, and its length; unknown ones stay as written.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text[1..].chars().next() else {
        return (None, 1);
    };
    let plain = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' | '"' | '\'' => letter,
        'u' | 'U' | 'x' => {
            let most = match letter {
                'U' => 8,
                _ => 4,
            };
            let digits = text[2..].bytes().take(most).take_while(u8::is_ascii_hexdigit).count();
            let value = text
                .get(2..2 + digits)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32);
            return (value, 2 + digits);
        }
        _ => return (None, 1 + letter.len_utf8()),
    };
    (Some(plain), 2)
}

fn raw<'t>(lower: &Lower<'_, 't>, node: Node<'t>) -> SmolStr {
    let Some(content) = child(node, "raw_string_content") else {
        return SmolStr::default();
    };
    let text = lower.text(content);
    if !text.contains('\n') {
        return text.into();
    }
    let (first, rest) = text.split_once('\n').unwrap_or(("", text));
    if !first.trim().is_empty() {
        return text.into();
    }
    // the last line holds the indentation of the closing quotes
    let (body, indent) = rest.rsplit_once('\n').unwrap_or(("", rest));
    let lines: Vec<&str> = body.lines().map(|line| line.strip_prefix(indent).unwrap_or(line.trim_start())).collect();
    lines.join("\n").into()
}

pub(super) fn interpolation<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let verbatim = child(node, "interpolation_start").is_some_and(|start| lower.text(start).contains('@'));
    let raw = child(node, "interpolation_quote").is_some();
    let mut parts = Vec::new();
    for part in children(node) {
        match part.kind() {
            "string_content" => {
                let text = lower.text(part);
                let text = match (raw, verbatim) {
                    (true, _) => text.into(),
                    (_, true) => text.replace(QUOTE, "\"").replace("{{", "{").replace("}}", "}").into(),
                    _ => text.replace("{{", "{").replace("}}", "}").into(),
                };
                parts.push(lower.push(Kind::Lit(Lit::Str(text)), part));
            }
            "escape_sequence" => {
                let text = unescaped(lower.text(part));
                parts.push(lower.push(Kind::Lit(Lit::Str(text.into())), part));
            }
            "interpolation" => {
                for inner in children(part) {
                    match inner.kind() {
                        "interpolation_brace" | "interpolation_format_clause" => {}
                        "interpolation_alignment_clause" => {}
                        _ => parts.push(expression(lower, inner)),
                    }
                }
            }
            "interpolation_start" | "interpolation_quote" => {}
            _ => parts.push(expression(lower, part)),
        }
    }
    lower.push(Kind::Interp(parts), node)
}
