//! What a guard needs to import, and where.

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Import, Predicate, Text};
use crate::text::Edit;

use super::{children, is_string_statement};

pub(super) enum Wanted {
    Module(&'static str),
    From(&'static str, &'static str),
}

/// How a name is known in a file.
enum Known {
    No,
    /// As what is wanted, under this name.
    As(String),
    /// As something else.
    Taken,
}

/// A predicate as this file has to write it, and the imports to add. `None` if its name means something else here.
pub(super) fn resolve(file: &Text<'_>, predicate: &Predicate, places: &[Range<usize>]) -> Option<(String, Vec<Edit>)> {
    let mut text = predicate.text.clone();
    let mut edits = Vec::new();
    for import in &predicate.imports {
        let wanted = match import {
            Import::Module(name) => Wanted::Module(name),
            Import::From(module, name) => Wanted::From(module, name),
            Import::Using(_) => return None,
        };
        match known(file, &wanted) {
            Known::As(name) => {
                let own = wanted.name();
                text = text.replacen(&format!("{own}."), &format!("{name}."), 1);
            }
            Known::Taken => return None,
            Known::No => {
                edits.push(extended(file, &wanted, places).unwrap_or_else(|| insertion(file, &wanted, places)));
            }
        }
    }
    Some((text, edits))
}

/// The edits that import something that may be known already. `None` if its name means something else here.
pub(super) fn import(file: &Text<'_>, wanted: &Wanted, places: &[Range<usize>]) -> Option<Vec<Edit>> {
    match known(file, wanted) {
        Known::As(name) if name == wanted.name() => Some(Vec::new()),
        Known::No => Some(vec![extended(file, wanted, places).unwrap_or_else(|| insertion(file, wanted, places))]),
        _ => None,
    }
}

impl Wanted {
    fn name(&self) -> &'static str {
        match self {
            Wanted::Module(name) | Wanted::From(_, name) => name,
        }
    }

    fn line(&self) -> String {
        match self {
            Wanted::Module(name) => format!("import {name}"),
            Wanted::From(module, name) => format!("from {module} import {name}"),
        }
    }

    fn root(&self) -> &'static str {
        let (Wanted::Module(module) | Wanted::From(module, _)) = self;
        module.split('.').next().unwrap_or(module)
    }
}

fn known(file: &Text<'_>, wanted: &Wanted) -> Known {
    let mut found = Known::No;
    for statement in children(file.tree.root_node()) {
        let mut cursor = statement.walk();
        match statement.kind() {
            "import_statement" => {
                for name in statement.children_by_field_name("name", &mut cursor) {
                    let (module, alias) = parts(file, name);
                    let binds = alias.unwrap_or(module);
                    if matches!(wanted, Wanted::Module(wanted) if *wanted == module) {
                        return Known::As(binds.to_owned());
                    }
                    if binds.split('.').next() == Some(wanted.name()) {
                        found = Known::Taken;
                    }
                }
            }
            "import_from_statement" => {
                let from = statement.child_by_field_name("module_name").map_or("", |module| file.node(module));
                for name in statement.children_by_field_name("name", &mut cursor) {
                    let (name, alias) = parts(file, name);
                    let binds = alias.unwrap_or(name);
                    if matches!(wanted, Wanted::From(module, wanted) if *module == from && *wanted == name) {
                        return Known::As(binds.to_owned());
                    }
                    if binds == wanted.name() {
                        found = Known::Taken;
                    }
                }
            }
            "expression_statement" => {
                let target = statement.named_child(0).and_then(|node| node.child_by_field_name("left"));
                if target.is_some_and(|target| file.node(target) == wanted.name()) {
                    found = Known::Taken;
                }
            }
            "function_definition" | "class_definition"
                if statement.child_by_field_name("name").is_some_and(|name| file.node(name) == wanted.name()) =>
            {
                found = Known::Taken;
            }
            _ => {}
        }
    }
    found
}

/// What is imported, and its alias.
fn parts<'t>(file: &Text<'t>, node: Node<'_>) -> (&'t str, Option<&'t str>) {
    match node.kind() {
        "aliased_import" => {
            let part = |field| node.child_by_field_name(field).map_or("", |node| file.node(node));
            (part("name"), Some(part("alias")))
        }
        _ => (file.node(node), None),
    }
}

/// A name added to an import of the same module that stands on one line.
fn extended(file: &Text<'_>, wanted: &Wanted, places: &[Range<usize>]) -> Option<Edit> {
    let Wanted::From(module, name) = wanted else {
        return None;
    };
    let same = children(file.tree.root_node()).into_iter().find(|node| {
        node.kind() == "import_from_statement"
            && node.child_by_field_name("module_name").is_some_and(|from| file.node(from) == *module)
            && !file.node(*node).contains(['(', '\n', '*', '\\'])
            && places.first().is_none_or(|place| node.end_byte() <= place.start)
    })?;
    Some(Edit::insert(same.end_byte(), format!(", {name}")))
}

/// Modules of the standard library that often stand beside `os`.
const STANDARD: &[&str] = &[
    "__future__",
    "abc",
    "argparse",
    "asyncio",
    "base64",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "glob",
    "hashlib",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "pathlib",
    "random",
    "re",
    "secrets",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "string",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "traceback",
    "typing",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "zoneinfo",
];

/// The import on a line of its own, among its like.
fn insertion(file: &Text<'_>, wanted: &Wanted, places: &[Range<usize>]) -> Edit {
    let nl = file.newline;
    let line = wanted.line();
    let limit = places.first().map_or(usize::MAX, |place| place.start);
    // the docstring and the imports from the future come first
    let mut head = None;
    let mut imports: Vec<Node<'_>> = Vec::new();
    for statement in children(file.tree.root_node()) {
        match statement.kind() {
            _ if statement.end_byte() > limit => break,
            "future_import_statement" => head = Some(statement),
            "expression_statement" if is_string_statement(statement) && imports.is_empty() => head = Some(statement),
            "import_statement" | "import_from_statement" if file.starts_line(statement.start_byte()) => {
                imports.push(statement);
            }
            _ => break,
        }
    }
    let before =
        |node: Node<'_>, gap: &str| Edit::insert(file.line_start(node.start_byte()), format!("{line}{nl}{gap}"));
    let after = |node: Node<'_>| Edit::insert(file.line_end(node.end_byte()), format!("{nl}{line}"));
    let root = |node: &Node<'_>| {
        let name = node.child_by_field_name("module_name").or_else(|| node.child_by_field_name("name"));
        name.map_or("", |name| file.node(name)).split(['.', ' ']).next().unwrap_or_default()
    };
    let is_standard = |node: &Node<'_>| STANDARD.contains(&root(node));
    let standard = STANDARD.contains(&wanted.root());
    let same: Vec<Node<'_>> = match standard {
        true => imports.iter().copied().filter(is_standard).collect(),
        false => imports.iter().copied().filter(|node| root(node) == wanted.root()).collect(),
    };
    let own_kind = |node: &&Node<'_>| (node.kind() == "import_statement") == line.starts_with("import ");
    let sorted = same.iter().filter(own_kind).find(|node| file.node(**node) > line.as_str());
    if let Some(next) = sorted {
        return before(*next, "");
    }
    if let Some(last) = same.iter().rfind(own_kind) {
        return after(*last);
    }
    if let Some(first) = same.first() {
        return if line.starts_with("import ") { before(*first, "") } else { after(same[same.len() - 1]) };
    }
    if let Some(first) = imports.first().filter(|_| standard) {
        return before(*first, nl);
    }
    let local = imports.iter().position(|node| root(node).is_empty());
    let third = imports.iter().find(|node| !is_standard(node) && !root(node).is_empty());
    if let Some(first) = third.filter(|_| line.starts_with("import ") && !standard) {
        return before(*first, "");
    }
    match (local, imports.last(), head) {
        (Some(0), ..) => before(imports[0], nl),
        (Some(at), ..) => after(imports[at - 1]),
        (None, Some(last), _) => after(*last),
        (None, None, Some(head)) => {
            let end = file.line_end(head.end_byte());
            let rest = file.slice(end..file.text.len());
            let tail = if rest.trim().is_empty() || rest.starts_with(&format!("{nl}{nl}")) { "" } else { nl };
            Edit::insert(end, format!("{nl}{nl}{line}{tail}"))
        }
        (None, None, None) => {
            let at = after_comments(file);
            Edit::insert(at, format!("{line}{nl}{nl}"))
        }
    }
}

/// After `#!` and the comments at the head of the file.
fn after_comments(file: &Text<'_>) -> usize {
    let mut at = 0;
    while file.slice(at..file.line_end(at)).starts_with('#') && file.next_line(at) > at {
        at = file.next_line(at);
    }
    at
}
