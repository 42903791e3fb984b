//! Table tests: source against the dump of its program.

mod control;
mod definitions;
mod items;
mod masks;
mod robust;
mod values;

use super::ROLES;
use super::fields::Field;
use crate::lang::lower_all;
use crate::program::{Language, dump};
use crate::syntax;

/// Each row is a source and the dump of the file, without the `(seq …)` around the items.
#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (source, expected) in rows {
        assert_eq!(dumped(source, false), *expected, "\n{source}");
    }
}

fn dumped(source: &str, template: bool) -> String {
    let whole = dump(&lower_all(Language::Ruby, source, template));
    let inner = whole.strip_prefix("(seq").and_then(|rest| rest.strip_suffix(')'));
    inner.unwrap_or(&whole).trim_start().to_owned()
}

#[test]
fn the_query_names_the_roles_that_the_lowering_knows() {
    let shapes = syntax::shapes(Language::Ruby).expect("the query compiles");
    let mut captures = shapes.query.capture_names().to_vec();
    let mut roles = ROLES.to_vec();
    captures.sort_unstable();
    roles.sort_unstable();
    assert_eq!(captures, roles);
}

#[test]
fn every_role_is_handled() {
    let dispatch = include_str!("../mod.rs");
    let by_role = dispatch
        .split_once("fn by_role")
        .and_then(|(_, rest)| rest.split_once("fn opaque"))
        .map_or("", |(body, _)| body);
    for role in ROLES {
        assert!(by_role.contains(&format!("\"{role}\"")), "{role}");
    }
}

#[test]
fn the_fields_exist_in_the_grammar() {
    let grammar = syntax::grammar(Language::Ruby);
    for (field, text) in Field::ALL {
        assert!(grammar.field_id_for_name(text).is_some(), "{field:?}");
    }
}
