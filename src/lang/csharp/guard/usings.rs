//! What a guard needs to import, and where.

use smol_str::SmolStr;
use tree_sitter::Node;

use crate::lang::guard::{Import, Predicate, Text};
use crate::text::Edit;

use super::children;

/// The `using` lines that a predicate needs and the file lacks. `everywhere` are the project's own.
pub(super) fn resolve(file: &Text<'_>, predicate: &Predicate, everywhere: &[SmolStr]) -> Vec<Edit> {
    let root = file.tree.root_node();
    let top = children(root);
    let usings: Vec<Node<'_>> = top.iter().copied().filter(|node| node.kind() == "using_directive").collect();
    let mut edits = Vec::new();
    for import in &predicate.imports {
        let Import::Using(name) = import else {
            continue;
        };
        let known = everywhere.iter().any(|known| known == name)
            || file.text.contains(&format!("using {name};"))
            || top.iter().any(|node| is_within(file, *node, name));
        if !known {
            edits.push(insertion(file, &usings, &top, name));
        }
    }
    edits
}

/// Whether a namespace lies within another one, whose names it sees.
fn is_within(file: &Text<'_>, node: Node<'_>, name: &str) -> bool {
    node.kind().ends_with("namespace_declaration")
        && node.child_by_field_name("name").is_some_and(|own| {
            let own = file.node(own);
            own == name || own.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        })
}

/// Sorted among the others, `System` first.
fn insertion(file: &Text<'_>, usings: &[Node<'_>], top: &[Node<'_>], name: &str) -> Edit {
    let nl = file.newline;
    let line = format!("using {name};");
    let key = |name: &str| (!(name == "System" || name.starts_with("System.")), name.to_owned());
    let named = |node: &&Node<'_>| {
        let text = file.node(**node);
        let name = text.strip_prefix("using ")?.trim_end_matches(';').trim();
        (!name.contains(['=', ' '])).then(|| name.to_owned())
    };
    let next = usings.iter().find(|node| named(node).is_some_and(|known| key(&known) > key(name)));
    if let Some(next) = next.filter(|next| file.starts_line(next.start_byte())) {
        return Edit::insert(file.line_start(next.start_byte()), format!("{line}{nl}"));
    }
    let last = usings.iter().rfind(|node| named(node).is_some()).or(usings.last());
    if let Some(last) = last {
        return Edit::insert(file.line_end(last.end_byte()), format!("{nl}{line}"));
    }
    let at = top.first().map_or(0, |first| file.line_start(first.start_byte()));
    Edit::insert(at, format!("{line}{nl}{nl}"))
}
