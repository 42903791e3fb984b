//! Entry points written for a shell: what runs whatever the script was told. Branches and functions are left out.

use tree_sitter::Node;

use super::words::{self, is_name};
use super::yaml::unquote;
use super::{expand, push_commands, whole};
use crate::program::deployment::{Deployment, Variable, When};
use crate::syntax::formats::{Grammar, parse_format, visit};

pub(super) fn read(text: &str) -> Deployment {
    let mut found = Deployment { scopes: vec![whole()], ..Deployment::default() };
    let Some(tree) = parse_format(Grammar::Bash, text) else { return found };
    visit(&tree, |node| {
        match node.kind() {
            "program" | "redirected_statement" | "pipeline" | "ERROR" => return true,
            "list" => return !is_test(node, text),
            "declaration_command" => export(node, text, &mut found),
            "command" => {
                let place = node.byte_range();
                push_commands(&mut found, words::split(text, place.clone()), place, 0, When::Start);
            }
            _ => {}
        }
        false
    });
    found
}

/// Whether what a list does hangs on a condition: `[ … ] && x`, `x || y`.
fn is_test(list: Node<'_>, text: &str) -> bool {
    let slice = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    let mut cursor = list.walk();
    list.children(&mut cursor).any(|child| match child.kind() {
        "||" | "test_command" => true,
        "command" => slice(child).starts_with("test ") || slice(child).starts_with("[ "),
        _ => false,
    })
}

fn export(node: Node<'_>, text: &str, found: &mut Deployment) {
    let slice = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    if !slice(node).starts_with("export") {
        return;
    }
    let mut cursor = node.walk();
    for assignment in node.named_children(&mut cursor).filter(|child| child.kind() == "variable_assignment") {
        let Some((name, value)) = slice(assignment).split_once('=') else { continue };
        if is_name(name) {
            let (value, is_default) = expand(&unquote(value), &|_| None);
            let (range, statement) = (assignment.byte_range(), node.byte_range());
            found.variables.push(Variable { name: name.into(), value, range, statement, scope: 0, is_default });
        }
    }
}
