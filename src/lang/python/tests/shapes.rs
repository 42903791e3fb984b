//! The query, the roles and the grammar agree.

use std::collections::BTreeSet;

use crate::lang::python::roles::{FIELDS, WHOLE};
use crate::program::Language;
use crate::syntax::{grammar, shapes};

#[test]
fn every_capture_has_a_handler_and_every_handler_a_capture() {
    let shapes = shapes(Language::Python).expect("queries/python/shapes.scm compiles");
    let captured: BTreeSet<&str> = shapes.query.capture_names().iter().copied().collect();
    let handled: Vec<&str> = WHOLE.iter().chain(FIELDS).map(|(role, _)| *role).collect();
    assert_eq!(captured, handled.iter().copied().collect());
    assert_eq!(captured.len(), handled.len(), "a role has two handlers");
}

#[test]
fn fields_exist_in_the_grammar() {
    let grammar = grammar(Language::Python);
    let sources = [
        include_str!("../bindings.rs"),
        include_str!("../calls.rs"),
        include_str!("../control.rs"),
        include_str!("../definitions.rs"),
        include_str!("../expressions.rs"),
        include_str!("../imports.rs"),
        include_str!("../mod.rs"),
        include_str!("../operators.rs"),
        include_str!("../outline.rs"),
        include_str!("../parameters.rs"),
        include_str!("../patterns.rs"),
        include_str!("../statements.rs"),
        include_str!("../strings.rs"),
    ];
    let mut seen = 0;
    for source in sources {
        for call in ["by_field_name(\"", "field(code, node, \"", "field(code, part, \""] {
            for use_of in source.split(call).skip(1) {
                let field = use_of.split('"').next().unwrap_or_default();
                assert!(grammar.field_id_for_name(field).is_some(), "{field}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen} uses of a field found");
}
