//! The names that statements bind, read off the tree without lowering.

use memchr::memmem;
use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use super::statements::alias_name;

fn text<'t>(source: &'t str, node: Syntax<'_>) -> &'t str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The names that a module or class level statement binds, at any depth but inside functions.
pub(super) fn of_statement(source: &str, statement: Syntax<'_>) -> Vec<SmolStr> {
    let mut names = Vec::new();
    let walrus = memmem::find(text(source, statement).as_bytes(), b":=").is_some();
    walk(statement, &mut |node| {
        match node.kind() {
            "expression_statement" if !walrus => {
                let mut next = node.named_child(0);
                while let Some(inner) = next.filter(|inner| inner.kind().ends_with("assignment")) {
                    next = inner.child_by_field_name("right");
                    if let (Some(left), Some(_)) = (inner.child_by_field_name("left"), next) {
                        of_target(source, left, &mut names);
                    }
                }
                return false;
            }
            "assignment" | "augmented_assignment" | "for_statement" => {
                if let Some(left) = node.child_by_field_name("left") {
                    of_target(source, left, &mut names);
                }
            }
            "named_expression" => push_field(source, node, "name", &mut names),
            "as_pattern_target" => of_target(source, node, &mut names),
            "except_clause" => push_field(source, node, "alias", &mut names),
            "function_definition" => {
                push_field(source, node, "name", &mut names);
                return false;
            }
            "class_definition" => push_field(source, node, "name", &mut names),
            "type_alias_statement" => {
                if let Some(left) = node.child_by_field_name("left") {
                    names.push(alias_name(text(source, left)).into());
                }
            }
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                of_import(source, node, &mut names);
                return false;
            }
            "case_clause" => {
                for part in node.named_children(&mut node.walk()) {
                    if part.kind() == "case_pattern" {
                        of_pattern(source, part, &mut names);
                    }
                }
            }
            "lambda" | "case_pattern" => return false,
            _ => {}
        }
        true
    });
    names
}

/// Names that a function binds outside itself with `global`.
pub(super) fn globals(source: &str, function: Syntax<'_>, names: &mut Vec<SmolStr>) {
    walk(function, &mut |node| {
        if node.kind() == "global_statement" {
            for name in node.named_children(&mut node.walk()) {
                names.push(text(source, name).into());
            }
        }
        true
    });
}

/// Visits nodes from the top; a visit that says no leaves out the children.
fn walk<'t>(top: Syntax<'t>, visit: &mut dyn FnMut(Syntax<'t>) -> bool) {
    let mut cursor = top.walk();
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn push_field(source: &str, node: Syntax<'_>, field: &str, names: &mut Vec<SmolStr>) {
    if let Some(name) = node.child_by_field_name(field) {
        names.push(text(source, name).into());
    }
}

/// The names of a target; members and elements of other things bind none.
pub(super) fn of_target(source: &str, target: Syntax<'_>, names: &mut Vec<SmolStr>) {
    walk(target, &mut |node| match node.kind() {
        "identifier" => {
            names.push(text(source, node).into());
            false
        }
        "attribute" | "subscript" | "call" => false,
        _ => true,
    });
}

/// The names that a pattern captures.
pub(super) fn of_pattern(source: &str, pattern: Syntax<'_>, names: &mut Vec<SmolStr>) {
    let mut pending = vec![pattern];
    while let Some(node) = pending.pop() {
        let name = match node.kind() {
            "identifier" => true,
            "dotted_name" => node.named_child_count() == 1,
            _ => false,
        };
        if name {
            let name = text(source, node);
            if name != "_" {
                names.push(name.into());
            }
            continue;
        }
        if node.kind() == "dotted_name" {
            continue;
        }
        // the name of a class and the keyword of a member capture nothing
        let skip = matches!(node.kind(), "class_pattern" | "keyword_pattern") as usize;
        let from = pending.len();
        pending.extend(node.named_children(&mut node.walk()).skip(skip));
        pending[from..].reverse();
    }
}

/// The names that an import binds; `import a.b` binds `a`.
pub(super) fn of_import(source: &str, import: Syntax<'_>, names: &mut Vec<SmolStr>) {
    let from = import.kind() != "import_statement";
    for name in import.children_by_field_name("name", &mut import.walk()) {
        if !name.is_named() {
            continue;
        }
        let bound = name.child_by_field_name("alias").unwrap_or(name);
        let written = text(source, bound);
        let bound = match from {
            true => written,
            false => written.split('.').next().unwrap_or(written),
        };
        names.push(bound.trim().into());
    }
}
