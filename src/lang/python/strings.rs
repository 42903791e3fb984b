//! Strings and numbers.

use tree_sitter::Node as Syntax;

use super::roles::{errors, field, lower, nothing};
use crate::lang::Lower;
use crate::program::*;

/// The prefix of a string.
#[derive(Clone, Copy)]
struct Prefix {
    raw: bool,
    formatted: bool,
    template: bool,
    bytes: bool,
}

impl Prefix {
    fn of(start: &str) -> Prefix {
        let has = |letter: char| start.chars().any(|other| other.eq_ignore_ascii_case(&letter));
        Prefix { raw: has('r'), formatted: has('f') || has('t'), template: has('t'), bytes: has('b') }
    }
}

/// A string under construction: parts that are done, and text that may grow.
#[derive(Default)]
struct Parts {
    done: Vec<NodeId>,
    text: String,
    /// Holds a template string or bytes, which are no string.
    foreign: bool,
}

impl Parts {
    fn flush<'t>(&mut self, code: &mut Lower<'_, 't>, node: Syntax<'t>) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.done.push(code.push(Kind::Lit(Lit::Str(text.into())), node));
        }
    }

    fn add<'t>(&mut self, code: &mut Lower<'_, 't>, string: Syntax<'t>) {
        let mut prefix = Prefix::of("");
        let children: Vec<_> = string.children(&mut string.walk()).collect();
        for child in children {
            match child.kind() {
                "string_start" => {
                    prefix = Prefix::of(code.text(child));
                    self.foreign |= prefix.template || prefix.bytes;
                }
                "string_content" => unescape(code.text(child), prefix, &mut self.text),
                "interpolation" => {
                    self.flush(code, string);
                    let value = interpolation(code, child);
                    self.done.push(value);
                }
                _ if child.is_error() => {
                    let value = lower(code, child);
                    self.done.push(value);
                }
                _ => {}
            }
        }
    }

    fn finish<'t>(mut self, code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
        let kind = match (self.foreign, self.done.is_empty()) {
            (true, _) => nothing(self.done),
            (false, true) => Kind::Lit(Lit::Str(self.text.into())),
            (false, false) => {
                self.flush(code, node);
                Kind::Interp(self.done)
            }
        };
        code.push(kind, node)
    }
}

pub(super) fn string<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut parts = Parts::default();
    parts.add(code, node);
    parts.finish(code, node)
}

/// `"a" f"b"`: one string.
pub(super) fn joined<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut parts = Parts::default();
    for child in Lower::children(node) {
        match child.kind() {
            "string" => parts.add(code, child),
            _ => {
                let value = lower(code, child);
                parts.done.push(value);
            }
        }
    }
    parts.finish(code, node)
}

/// A part of an f-string: the value itself if nothing formats it.
fn interpolation<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let broken = errors(code, node);
    let value = field(code, node, "expression");
    let shown = node.children(&mut node.walk()).any(|child| child.kind() == "=");
    let converted = node.child_by_field_name("type_conversion").is_some_and(|conversion| code.text(conversion) != "!s");
    let format = node.child_by_field_name("format_specifier");
    if broken.is_empty() && !shown && !converted && format.is_none() {
        return value;
    }
    let mut children = broken;
    children.push(value);
    if let Some(format) = format {
        for child in Lower::children(format) {
            let part = match child.kind() {
                "format_expression" => field(code, child, "expression"),
                _ => lower(code, child),
            };
            children.push(part);
        }
    }
    code.push(nothing(children), node)
}

/// Appends text with its simple escapes resolved; others stay as written.
fn unescape(text: &str, prefix: Prefix, out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '{' | '}' if prefix.formatted => {
                chars.next_if_eq(&next);
                out.push(next);
            }
            '\\' if !prefix.raw => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('a') => out.push('\u{7}'),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some('v') => out.push('\u{b}'),
                Some('\n') => {}
                Some('\r') => {
                    chars.next_if_eq(&'\n');
                }
                Some(quote @ ('\\' | '\'' | '"')) => out.push(quote),
                Some(digit @ '0'..='7') => {
                    let mut value = digit.to_digit(8).unwrap_or_default();
                    for _ in 0..2 {
                        let Some(digit) = chars.peek().and_then(|next| next.to_digit(8)) else {
                            break;
                        };
                        value = value * 8 + digit;
                        chars.next();
                    }
                    out.extend(char::from_u32(value));
                }
                Some(width @ ('x' | 'u' | 'U')) => {
                    let count = match width {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let mut digits = String::new();
                    while digits.len() < count {
                        match chars.next_if(char::is_ascii_hexdigit) {
                            Some(digit) => digits.push(digit),
                            None => break,
                        }
                    }
                    let value = u32::from_str_radix(&digits, 16).ok();
                    match value.and_then(char::from_u32) {
                        Some(value) if digits.len() == count => out.push(value),
                        _ => {
                            out.push('\\');
                            out.push(width);
                            out.push_str(&digits);
                        }
                    }
                }
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            _ => out.push(next),
        }
    }
}

pub(super) fn integer<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let text = code.text(node);
    let digits = text.replace('_', "").to_ascii_lowercase();
    let digits = digits.trim_end_matches('l');
    let value = match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16),
        Some("0o") => i64::from_str_radix(&digits[2..], 8),
        Some("0b") => i64::from_str_radix(&digits[2..], 2),
        _ => digits.parse(),
    };
    let literal = match value {
        Ok(value) => Lit::Int(value),
        Err(_) => Lit::Number(text.into()),
    };
    code.push(Kind::Lit(literal), node)
}

pub(super) fn number<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let text = code.text(node).into();
    code.push(Kind::Lit(Lit::Number(text)), node)
}
