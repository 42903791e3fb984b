//! Imports.

use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use crate::lang::Lower;
use crate::program::*;

/// A name with its alias, as `a.b as c` or `a.b`.
fn renamed<'t>(code: &Lower<'_, 't>, node: Syntax<'t>) -> (SmolStr, Option<SmolStr>) {
    if node.kind() != "aliased_import" {
        return (dotted(code.text(node)), None);
    }
    let part = |field| node.child_by_field_name(field).map(|part| dotted(code.text(part)));
    (part("name").unwrap_or_default(), part("alias"))
}

/// A dotted name without what may stand between its parts.
fn dotted(text: &str) -> SmolStr {
    if !text.contains(|part: char| part.is_whitespace() || part == '\\') {
        return text.into();
    }
    text.chars().filter(|part| !part.is_whitespace() && *part != '\\').collect()
}

fn names<'t>(node: Syntax<'t>) -> Vec<Syntax<'t>> {
    node.children_by_field_name("name", &mut node.walk()).filter(|name| name.is_named()).collect()
}

/// `import a, b as c`: one import each.
pub(super) fn modules<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let names = names(node);
    let single = names.len() == 1;
    let mut imports = Vec::new();
    for name in names {
        let (path, alias) = renamed(code, name);
        let import = Kind::Import(Box::new(Import::Module { path, alias }));
        imports.push(code.push(import, if single { node } else { name }));
    }
    match imports.as_slice() {
        [only] => *only,
        _ => code.push(Kind::Seq(imports), node),
    }
}

/// `from a import b as c`, `from . import d`, `from e import *`, `from __future__ import f`.
pub(super) fn from<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let path = match node.child_by_field_name("module_name") {
        Some(module) => dotted(code.text(module)),
        None => SmolStr::new_static("__future__"),
    };
    let star = Lower::children(node).iter().any(|child| child.kind() == "wildcard_import");
    let import = match star {
        true => Import::Star { path, is_static: false, global: false },
        false => Import::From { path, names: names(node).into_iter().map(|name| renamed(code, name)).collect() },
    };
    code.push(Kind::Import(Box::new(import)), node)
}
