//! Methods, constructors, accessors, operators, local functions, lambdas.

use smol_str::{SmolStr, format_smolstr};
use tree_sitter::Node;

use super::conditions;
use super::expressions::{expression, opaque, opaque_of};
use super::literals;
use super::locals::{assigned, typed_value};
use super::statements::{declared_type, sequence};
use super::syntax::{
    child, children, field, has, name, name_of, operator_name, returned, type_arguments, type_text,
};
use super::{access, calls};
use crate::lang::Lower;
use crate::program::*;

/// Whether a member is an item whose code is one definition.
pub(super) fn is_definition(node: Node<'_>) -> bool {
    match node.kind() {
        "method_declaration"
        | "constructor_declaration"
        | "destructor_declaration"
        | "operator_declaration"
        | "conversion_operator_declaration"
        | "local_function_statement" => true,
        // with one accessor alone that has a body
        "property_declaration" | "indexer_declaration" => match field(node, "accessors") {
            Some(list) => {
                let accessors = accessors(list);
                matches!(accessors.as_slice(), [one] if field(*one, "body").is_some())
                    && field(node, "value").is_none()
            }
            None => {
                field(node, "value").is_some_and(|value| value.kind() == "arrow_expression_clause")
            }
        },
        _ => false,
    }
}

fn accessors(list: Node<'_>) -> Vec<Node<'_>> {
    children(list)
        .into_iter()
        .filter(|part| part.kind() == "accessor_declaration")
        .collect()
}

/// The name of a definition.
pub(super) fn defined_name(text: &str, node: Node<'_>) -> SmolStr {
    let text_of = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    match node.kind() {
        "destructor_declaration" => {
            format_smolstr!("~{}", field(node, "name").map_or("", text_of))
        }
        "operator_declaration" => operator_name(field(node, "operator").map_or("", text_of)),
        "conversion_operator_declaration" => {
            let kind = if has(node, "implicit") {
                "implicit"
            } else {
                "explicit"
            };
            let ty = field(node, "type").map_or("", text_of);
            operator_name(&format!("{kind} {ty}"))
        }
        "indexer_declaration" => "this[]".into(),
        _ => field(node, "name").map_or_else(SmolStr::default, |found| name(text_of(found))),
    }
}

fn modifier(text: &str, node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|part| part.kind() == "modifier" && text.get(part.byte_range()) == Some(word))
}

/// Who may call a member from outside its class.
pub(super) fn visibility(text: &str, node: Node<'_>, interface: bool) -> Visibility {
    let has = |word| modifier(text, node, word);
    let public = ["public", "internal", "protected", "override"].into_iter().any(has)
        || child(node, "explicit_interface_specifier").is_some()
        || (interface && !has("private"))
        // the runtime calls these
        || node.kind() == "destructor_declaration"
        || (node.kind() == "constructor_declaration" && has("static"));
    if public && node.kind() != "local_function_statement" {
        Visibility::Public
    } else {
        Visibility::Private
    }
}

/// A member or local function as one definition.
pub(super) fn definition<'t>(
    lower: &mut Lower<'_, 't>,
    node: Node<'t>,
    visibility: Visibility,
) -> NodeId {
    lower.deeper(node, |lower| match node.kind() {
        "property_declaration" | "indexer_declaration" => {
            let all = accessors_of(lower, node, visibility);
            match all.as_slice() {
                [one] => *one,
                _ => lower.push(Kind::Seq(all), node),
            }
        }
        kind => {
            let form = if kind == "constructor_declaration" {
                Form::Constructor
            } else {
                Form::Function
            };
            let params =
                field(node, "parameters").map_or_else(Vec::new, |list| parameters(lower, list));
            let def = define(lower, node, node, form, params, visibility);
            lower.push(Kind::Def(Box::new(def)), node)
        }
    })
}

/// `head` holds attributes, modifiers and the type, `owner` the body.
fn define<'t>(
    lower: &mut Lower<'_, 't>,
    head: Node<'t>,
    owner: Node<'t>,
    form: Form,
    params: Vec<Param>,
    visibility: Visibility,
) -> Def {
    let text = lower.source.masked;
    let mut decorators = Vec::new();
    let mut symbols = Vec::new();
    attributes_of(lower, head, &mut decorators, &mut symbols);
    if head != owner {
        attributes_of(lower, owner, &mut decorators, &mut symbols);
    }
    let initialiser = child(owner, "constructor_initializer").map(|call| delegated(lower, call));
    let block = field(owner, "body").or_else(|| field(owner, "value"));
    let returns = field(head, "returns")
        .or_else(|| field(head, "type"))
        .and_then(|ty| returned(lower, ty));
    let ty = field(head, "returns").or_else(|| field(head, "type"));
    let (body, implicit_return) = body(lower, owner, block, ty, initialiser);
    Def {
        name: defined_name(text, head),
        form,
        params,
        body,
        decorators,
        visibility,
        is_static: modifier(text, head, "static"),
        generator: block.is_some_and(yields),
        implicit_return,
        symbols,
        returns,
    }
}

fn body<'t>(
    lower: &mut Lower<'_, 't>,
    owner: Node<'t>,
    block: Option<Node<'t>>,
    ty: Option<Node<'t>>,
    first: Option<NodeId>,
) -> (NodeId, bool) {
    match block {
        Some(block) if block.kind() == "block" => {
            (sequence(lower, block, children(block), first), false)
        }
        Some(arrow) => {
            let value = match children(arrow).as_slice() {
                [value] if arrow.kind() == "arrow_expression_clause" => {
                    typed_value(lower, *value, ty)
                }
                parts if arrow.kind() == "arrow_expression_clause" => opaque(lower, arrow, parts),
                _ => expression(lower, arrow),
            };
            match first {
                Some(first) => (lower.push(Kind::Seq(vec![first, value]), arrow), false),
                None => (value, true),
            }
        }
        // abstract, extern, partial, of an interface: whatever is behind it may do anything
        None => {
            let unknown = opaque_of(lower, owner, Vec::new());
            (unknown, false)
        }
    }
}

/// `: base(…)`, `: this(…)`.
fn delegated<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let target = children(node)
        .into_iter()
        .find(|part| matches!(part.kind(), "base" | "this"));
    let kind = match target {
        Some(target) if target.kind() == "this" => Kind::SelfRef,
        _ => Kind::Super,
    };
    let callee = lower.push(kind, target.unwrap_or(node));
    let args = calls::arguments(lower, child(node, "argument_list"));
    let call = Call {
        callee,
        args,
        block: None,
        safe: false,
        construct: false,
        type_args: Vec::new(),
        initialiser: Vec::new(),
    };
    lower.push(Kind::Call(Box::new(call)), node)
}

/// Whether a body holds a `yield` of its own, not one of a function inside it.
fn yields(block: Node<'_>) -> bool {
    let mut cursor = block.walk();
    'walk: loop {
        let node = cursor.node();
        let own = !matches!(
            node.kind(),
            "local_function_statement" | "lambda_expression" | "anonymous_method_expression"
        );
        if node.kind() == "yield_statement" {
            return true;
        }
        if own && cursor.goto_first_child() {
            continue;
        }
        loop {
            if cursor.goto_next_sibling() {
                continue 'walk;
            }
            if !cursor.goto_parent() {
                return false;
            }
        }
    }
}

/// A property: a Let if its accessors are automatic, else a Getter and a Setter.
pub(super) fn property<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Vec<NodeId> {
    let text = lower.source.masked;
    let list = field(node, "accessors").map(accessors).unwrap_or_default();
    let automatic = list
        .iter()
        .any(|accessor| field(*accessor, "body").is_none());
    let value = field(node, "value").filter(|value| value.kind() != "arrow_expression_clause");
    let mut all = Vec::new();
    if modifier(text, node, "abstract") {
        return vec![unknown(lower, node)];
    }
    if automatic || value.is_some() {
        let value = value.map(|value| typed_value(lower, value, field(node, "type")));
        let name = defined_name(text, node);
        let ty = declared_type(lower, node);
        all.push(lower.push(Kind::Let { name, ty, value }, node));
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
fn accessors_of<'t>(
    lower: &mut Lower<'_, 't>,
    node: Node<'t>,
    visibility: Visibility,
) -> Vec<NodeId> {
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
        let form = if which == "get" {
            Form::Getter
        } else {
            Form::Setter
        };
        if form == Form::Setter {
            params.push(Param {
                name: "value".into(),
                kind: ParamKind::Positional,
                default: None,
                ty: declared_type(lower, node),
            });
        }
        let visibility = if modifier(text, accessor, "private") {
            Visibility::Private
        } else {
            visibility
        };
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
    let mut all = vec![lower.push(Kind::Let { name, ty, value }, node)];
    if field(node, "accessors").is_some() {
        let visibility = visibility(text, node, false);
        all.extend(accessors_of(lower, node, visibility));
    }
    lower.push(Kind::Seq(all), node)
}

/// `x => …`, `(T x) => { … }`, `delegate (T x) { … }`.
pub(super) fn lambda<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let params = match field(node, "parameters") {
        Some(list) if list.kind() == "parameter_list" => parameters(lower, list),
        Some(one) => vec![Param {
            name: name_of(lower, one),
            kind: ParamKind::Positional,
            default: None,
            ty: None,
        }],
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
        name: field(node, "name")
            .map(|name| name_of(lower, name))
            .unwrap_or_default(),
        kind: ParamKind::Positional,
        default: assigned(node).map(|value| expression(lower, value)),
        ty: declared_type(lower, node),
    }
}

/// The attributes of a declaration: calls, and the symbols of `[Conditional("X")]`.
pub(super) fn attributes_of<'t>(
    lower: &mut Lower<'_, 't>,
    node: Node<'t>,
    decorators: &mut Vec<NodeId>,
    symbols: &mut Vec<SmolStr>,
) {
    let outer = node.byte_range();
    for list in children(node) {
        if list.kind() != "attribute_list" {
            continue;
        }
        let condition = conditions::tests(lower, &outer, &list.byte_range());
        for attribute in children(list) {
            if condition.is_none()
                && let Some(symbol) = conditional(lower, attribute)
            {
                symbols.push(symbol);
                continue;
            }
            let call = self::attribute(lower, attribute);
            decorators.push(match condition {
                Some(test) => lower.push(
                    Kind::If {
                        arms: vec![(test, call)],
                        otherwise: None,
                    },
                    list,
                ),
                None => call,
            });
        }
    }
}

/// The calls of one attribute list.
pub(super) fn attribute_list<'t>(lower: &mut Lower<'_, 't>, list: Node<'t>) -> Vec<NodeId> {
    children(list)
        .into_iter()
        .filter(|part| part.kind() != "attribute_target_specifier")
        .map(|part| attribute(lower, part))
        .collect()
}

fn attribute<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let Some(named) = field(node, "name") else {
        return opaque(lower, node, &children(node));
    };
    let type_args = type_arguments(lower, access::last_part(named));
    let callee = access::path(lower, named);
    let args = calls::arguments(lower, child(node, "attribute_argument_list"));
    let call = Call {
        callee,
        args,
        block: None,
        safe: false,
        construct: false,
        type_args,
        initialiser: Vec::new(),
    };
    lower.push(Kind::Call(Box::new(call)), node)
}

/// The symbol of `[Conditional("X")]`.
fn conditional<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Option<SmolStr> {
    let named = access::last_part(field(node, "name")?);
    if !matches!(lower.text(named), "Conditional" | "ConditionalAttribute") {
        return None;
    }
    let list = child(node, "attribute_argument_list")?;
    let argument = children(list).into_iter().next()?;
    let value = children(argument).into_iter().next()?;
    if !value.kind().ends_with("string_literal") {
        return None;
    }
    let id = literals::literal(lower, value);
    match lower.kind(id) {
        Kind::Lit(Lit::Str(text)) => Some(text.clone()),
        _ => None,
    }
}
