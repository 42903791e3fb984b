//! Parameters and the types written beside them.

use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use super::roles::{errors, lower};
use crate::lang::Lower;
use crate::program::*;

/// The parameters of a function or lambda.
pub(super) fn of<'t>(code: &mut Lower<'_, 't>, list: Syntax<'t>) -> Vec<Param> {
    let mut params = Vec::new();
    let mut kind = ParamKind::Positional;
    for child in Lower::children(list) {
        if child.kind() == "keyword_separator" {
            kind = ParamKind::Keyword;
            continue;
        }
        if child.kind() == "positional_separator" {
            continue;
        }
        let param = parameter(code, child, kind);
        if param.kind == ParamKind::Rest {
            kind = ParamKind::Keyword;
        }
        params.push(param);
    }
    params
}

fn parameter<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, kind: ParamKind) -> Param {
    let named = match node.kind() {
        "default_parameter" | "typed_default_parameter" => node.child_by_field_name("name"),
        "typed_parameter" => node.named_child(0),
        _ => Some(node),
    }
    .unwrap_or(node);
    let kind = match named.kind() {
        "list_splat_pattern" => ParamKind::Rest,
        "dictionary_splat_pattern" => ParamKind::KeywordRest,
        _ => kind,
    };
    let mut default = node.child_by_field_name("value").map(|value| lower(code, value));
    let annotation = node.child_by_field_name("type");
    if default.is_none() {
        default = annotation.and_then(|ty| provider(code.text(ty), ty)).map(|call| lower(code, call));
    }
    let broken = match node.is_error() {
        true => vec![lower(code, node)],
        false => errors(code, node),
    };
    if !broken.is_empty() {
        let parts = broken.into_iter().chain(default).collect();
        default = Some(code.push(Kind::Seq(parts), node));
    }
    let name = match named.is_error() {
        true => "",
        false => code.text(named).trim_start_matches('*').trim(),
    };
    Param { name: name.into(), kind, default, ty: annotation.map(|ty| essential(code.text(ty))) }
}

/// `Annotated[T, Depends(f)]`: who provides the argument, as good as a default.
fn provider<'t>(text: &str, ty: Syntax<'t>) -> Option<Syntax<'t>> {
    if !text.contains("Annotated") || !text.contains('(') {
        return None;
    }
    let mut cursor = ty.walk();
    loop {
        if cursor.node().kind() == "call" {
            return Some(cursor.node());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

/// The type itself: `T` of `Optional[T]`, `T | None`, `Annotated[T, …]` and `"T"`.
pub(super) fn essential(written: &str) -> SmolStr {
    let mut ty = written.trim();
    for _ in 0..8 {
        let inner = quoted(ty).or_else(|| without_none(ty)).or_else(|| {
            let (head, rest) = ty.split_once('[')?;
            let arguments = rest.strip_suffix(']')?;
            let mut parts = split(arguments, ',');
            let first = parts.next()?.trim();
            match head.rsplit('.').next()?.trim() {
                "Annotated" => Some(first),
                "Optional" | "Final" | "ClassVar" | "Required" | "NotRequired" => Some(arguments),
                "Union" => only_type(std::iter::once(first).chain(parts)),
                _ => None,
            }
        });
        match inner {
            Some(inner) => ty = inner.trim().trim_end_matches(',').trim_end(),
            None => break,
        }
    }
    ty.into()
}

fn quoted(ty: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| {
        let inner = ty.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    })
}

fn without_none(ty: &str) -> Option<&str> {
    let parts: Vec<_> = split(ty, '|').collect();
    (parts.len() > 1).then(|| only_type(parts.into_iter()))?
}

/// The only part that is not `None`.
fn only_type<'a>(parts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut types = parts.map(str::trim).filter(|part| *part != "None");
    let first = types.next()?;
    types.next().is_none().then_some(first)
}

/// Splits at separators outside brackets.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    text.split(move |next: char| {
        match next {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ => {}
        }
        next == separator && depth == 0
    })
}
