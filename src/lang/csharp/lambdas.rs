//! Functions without a name, and parameters.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::attributes::attributes_of;
use super::expressions::{expression, opaque_of};
use super::locals::assigned;
use super::statements::declared_type;
use super::syntax::{child, field, name_of, type_text};
use crate::lang::Lower;
use crate::program::*;

/// `x => …`, `(T x) => { … }`, `delegate (T x) { … }`.
pub(super) fn lambda<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let params = match field(node, "parameters") {
        Some(list) if list.kind() == "parameter_list" => parameters(lower, list),
        Some(one) => vec![Param { name: name_of(lower, one), kind: ParamKind::Positional, default: None, ty: None }],
        None => Vec::new(),
    };
    let mut decorators = Vec::new();
    attributes_of(lower, node, &mut decorators, &mut Vec::new());
    let block = field(node, "body").or_else(|| child(node, "block"));
    let body = match block {
        Some(block) => expression(lower, block),
        None => opaque_of(lower, node, Vec::new()),
    };
    let def = Def {
        name: SmolStr::default(),
        form: Form::Lambda,
        params,
        body,
        decorators,
        visibility: Visibility::Public,
        is_static: false,
        generator: false,
        is_async: super::members::modifier(lower.source.masked, node, "async"),
        implicit_return: block.is_some_and(|block| block.kind() != "block"),
        symbols: Vec::new(),
        returns: None,
    };
    lower.push(Kind::Lambda(Box::new(def)), node)
}

pub(super) fn parameters<'t>(lower: &mut Lower<'_, 't>, list: Node<'t>) -> Vec<Param> {
    let mut params = Vec::new();
    let mut rest_type = None;
    let mut cursor = list.walk();
    if !cursor.goto_first_child() {
        return params;
    }
    loop {
        let part = cursor.node();
        match (part.kind(), cursor.field_name()) {
            ("parameter", _) => params.push(parameter(lower, part)),
            // `params T[] x` has no node of its own
            (_, Some("type")) => rest_type = type_text(lower, part),
            (_, Some("name")) => params.push(Param {
                name: name_of(lower, part),
                kind: ParamKind::Rest,
                default: None,
                ty: rest_type.take(),
            }),
            _ => {}
        }
        if !cursor.goto_next_sibling() {
            return params;
        }
    }
}

fn parameter<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Param {
    Param {
        name: field(node, "name").map(|name| name_of(lower, name)).unwrap_or_default(),
        kind: ParamKind::Positional,
        default: assigned(node).map(|value| expression(lower, value)),
        ty: declared_type(lower, node),
    }
}
