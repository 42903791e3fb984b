//! Properties, indexers and events.

use tree_sitter::Node;

use super::conditions;
use super::lambdas::parameters;
use super::locals::typed_value;
use super::members::{accessors, define, defined_name, modifier, visibility};
use super::statements::declared_type;
use super::syntax::field;
use crate::lang::Lower;
use crate::program::*;

/// A property: a Let if its accessors are automatic, else a Getter and a Setter.
pub(super) fn property<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Vec<NodeId> {
    let text = lower.source.masked;
    let list = field(node, "accessors").map(accessors).unwrap_or_default();
    let automatic = list.iter().any(|accessor| field(*accessor, "body").is_none());
    let value = field(node, "value").filter(|value| value.kind() != "arrow_expression_clause");
    let mut all = Vec::new();
    if modifier(text, node, "abstract") {
        return vec![unknown(lower, node)];
    }
    if automatic || value.is_some() {
        let value = value.map(|value| typed_value(lower, value, field(node, "type")));
        let name = defined_name(text, node);
        let ty = declared_type(lower, node);
        let settable = modifier(text, node, "public")
            && list.iter().any(|accessor| {
                field(*accessor, "name").is_some_and(|name| matches!(lower.text(name), "set" | "init"))
                    && !["private", "protected"].iter().any(|word| modifier(text, *accessor, word))
            });
        let declared = Kind::Let { name, ty, value, settable };
        all.push(lower.push(declared, node));
    }
    let visibility = visibility(text, node, false);
    all.extend(accessors_of(lower, node, visibility));
    all
}

/// A property or indexer of an interface: unknown where it has no body.
pub(super) fn of_interface<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let mut all = accessors_of(lower, node, Visibility::Public);
    if all.is_empty() {
        return unknown(lower, node);
    }
    match all.as_slice() {
        [one] => *one,
        _ => lower.push(Kind::Seq(std::mem::take(&mut all)), node),
    }
}

/// A property that somebody else implements: reading it may give anything.
fn unknown<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let params = indexes(lower, node);
    let def = define(lower, node, node, Form::Getter, params, Visibility::Public);
    lower.push(Kind::Def(Box::new(def)), node)
}

/// The accessors that have bodies.
pub(super) fn accessors_of<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, visibility: Visibility) -> Vec<NodeId> {
    let text = lower.source.masked;
    let Some(list) = field(node, "accessors") else {
        let params = indexes(lower, node);
        let def = define(lower, node, node, Form::Getter, params, visibility);
        return vec![lower.push(Kind::Def(Box::new(def)), node)];
    };
    let mut all = Vec::new();
    for accessor in accessors(list) {
        if field(accessor, "body").is_none() {
            continue;
        }
        let which = field(accessor, "name").map_or("", |name| lower.text(name));
        let mut params = indexes(lower, node);
        let form = if which == "get" { Form::Getter } else { Form::Setter };
        if form == Form::Setter {
            params.push(Param {
                name: "value".into(),
                kind: ParamKind::Positional,
                default: None,
                ty: declared_type(lower, node),
            });
        }
        let visibility = if modifier(text, accessor, "private") { Visibility::Private } else { visibility };
        let def = define(lower, node, accessor, form, params, visibility);
        let def = lower.push(Kind::Def(Box::new(def)), accessor);
        all.push((accessor.byte_range(), def));
    }
    conditions::wrap(lower, list.start_byte(), all)
}

/// The parameters of an indexer.
fn indexes<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Vec<Param> {
    field(node, "parameters").map_or_else(Vec::new, |list| parameters(lower, list))
}

/// `event T E;`, `event T E { add { … } remove { … } }`.
pub(super) fn event<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let text = lower.source.masked;
    let name = defined_name(text, node);
    let ty = declared_type(lower, node);
    let value = None;
    let declared = Kind::Let { name, ty, value, settable: false };
    let mut all = vec![lower.push(declared, node)];
    if field(node, "accessors").is_some() {
        let visibility = visibility(text, node, false);
        all.extend(accessors_of(lower, node, visibility));
    }
    lower.push(Kind::Seq(all), node)
}
