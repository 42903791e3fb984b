//! Methods, constructors, accessors, operators, local functions, lambdas.

use smol_str::{SmolStr, format_smolstr};
use tree_sitter::Node;

use super::attributes::attributes_of;
use super::calls;
use super::expressions::{expression, opaque, opaque_of};
use super::lambdas::parameters;
use super::locals::typed_value;
use super::properties::accessors_of;
use super::statements::sequence;
use super::syntax::{child, children, field, has, name, operator_name, returned};
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
                matches!(accessors.as_slice(), [one] if field(*one, "body").is_some()) && field(node, "value").is_none()
            }
            None => field(node, "value").is_some_and(|value| value.kind() == "arrow_expression_clause"),
        },
        _ => false,
    }
}

pub(super) fn accessors(list: Node<'_>) -> Vec<Node<'_>> {
    children(list).into_iter().filter(|part| part.kind() == "accessor_declaration").collect()
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
            let kind = if has(node, "implicit") { "implicit" } else { "explicit" };
            let ty = field(node, "type").map_or("", text_of);
            operator_name(&format!("{kind} {ty}"))
        }
        "indexer_declaration" => "this[]".into(),
        _ => field(node, "name").map_or_else(SmolStr::default, |found| name(text_of(found))),
    }
}

pub(super) fn modifier(text: &str, node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|part| part.kind() == "modifier" && text.get(part.byte_range()) == Some(word))
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
    if public && node.kind() != "local_function_statement" { Visibility::Public } else { Visibility::Private }
}

/// A member or local function as one definition.
pub(super) fn definition<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>, visibility: Visibility) -> NodeId {
    lower.deeper(node, |lower| match node.kind() {
        "property_declaration" | "indexer_declaration" => {
            let all = accessors_of(lower, node, visibility);
            match all.as_slice() {
                [one] => *one,
                _ => lower.push(Kind::Seq(all), node),
            }
        }
        kind => {
            let form = if kind == "constructor_declaration" { Form::Constructor } else { Form::Function };
            let params = field(node, "parameters").map_or_else(Vec::new, |list| parameters(lower, list));
            let def = define(lower, node, node, form, params, visibility);
            lower.push(Kind::Def(Box::new(def)), node)
        }
    })
}

/// `head` holds attributes, modifiers and the type, `owner` the body.
pub(super) fn define<'t>(
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
    let returns = field(head, "returns").or_else(|| field(head, "type")).and_then(|ty| returned(lower, ty));
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
        is_async: modifier(text, head, "async"),
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
        Some(block) if block.kind() == "block" => (sequence(lower, block, children(block), first), false),
        Some(arrow) => {
            let value = match children(arrow).as_slice() {
                [value] if arrow.kind() == "arrow_expression_clause" => typed_value(lower, *value, ty),
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
            (unknown, true)
        }
    }
}

/// `: base(…)`, `: this(…)`.
fn delegated<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let target = children(node).into_iter().find(|part| matches!(part.kind(), "base" | "this"));
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
        let own =
            !matches!(node.kind(), "local_function_statement" | "lambda_expression" | "anonymous_method_expression");
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
