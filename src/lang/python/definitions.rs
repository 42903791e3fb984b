//! Functions, classes and their decorators.

use tree_sitter::Node as Syntax;

use super::parameters;
use super::roles::{errors, field, lower};
use super::undecorated;
use crate::lang::Lower;
use crate::program::*;

pub(super) fn function<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    define(code, node, node)
}

pub(super) fn class<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    declare(code, node, node, None)
}

pub(super) fn decorated<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let inner = undecorated(node);
    match inner.kind() {
        "function_definition" => define(code, node, inner),
        "class_definition" => declare(code, node, inner, None),
        _ => super::roles::opaque(code, node),
    }
}

/// The head of a class whose members are items of their own.
pub(super) fn container<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, members: Vec<NodeId>) -> NodeId {
    declare(code, node, undecorated(node), Some(members))
}

/// The expressions of the decorators, outermost first.
fn decorators<'t>(whole: Syntax<'t>, inner: Syntax<'t>) -> Vec<Syntax<'t>> {
    if whole == inner {
        return Vec::new();
    }
    Lower::children(whole).into_iter().filter(|child| child.kind() == "decorator").flat_map(Lower::children).collect()
}

/// What decorators of the language itself make of a function.
enum Family {
    Getter,
    Setter,
    Static,
    Class,
}

fn family(decorator: &str) -> Option<Family> {
    let last = decorator.rsplit('.').next().unwrap_or(decorator);
    Some(match last {
        "property" | "cached_property" | "abstractproperty" => Family::Getter,
        "getter" if last.len() < decorator.len() => Family::Getter,
        "setter" | "deleter" if last.len() < decorator.len() => Family::Setter,
        "staticmethod" | "abstractstaticmethod" => Family::Static,
        "classmethod" | "abstractclassmethod" => Family::Class,
        _ => return None,
    })
}

/// `whole` is the definition with its decorators.
fn define<'t>(code: &mut Lower<'_, 't>, whole: Syntax<'t>, node: Syntax<'t>) -> NodeId {
    let name = node.child_by_field_name("name").map(|name| code.text(name)).unwrap_or_default();
    let mut form = match name {
        "__init__" => Form::Constructor,
        _ => Form::Function,
    };
    let (mut is_static, mut of_class) = (false, false);
    let mut kept = Vec::new();
    for decorator in decorators(whole, node) {
        match family(code.text(decorator)) {
            Some(Family::Getter) => form = Form::Getter,
            Some(Family::Setter) => form = Form::Setter,
            Some(Family::Static) => is_static = true,
            Some(Family::Class) => (is_static, of_class) = (true, true),
            None => kept.push(lower(code, decorator)),
        }
    }
    let mut params = match node.child_by_field_name("parameters") {
        Some(list) => parameters::of(code, list),
        None => Vec::new(),
    };
    if let (true, Some(first)) = (of_class, params.first_mut()) {
        first.ty = Some("type[Self]".into());
    }
    let mut broken = errors(code, node);
    if whole != node {
        broken.extend(errors(code, whole));
    }
    let mut body = field(code, node, "body");
    if !broken.is_empty() {
        broken.push(body);
        body = code.push(Kind::Seq(broken), node);
    }
    let def = Def {
        name: name.into(),
        form,
        params,
        body,
        decorators: kept,
        visibility: Visibility::Public,
        is_static,
        // a coroutine runs when it is awaited
        generator: node.child(0).is_some_and(|first| first.kind() == "async")
            || node.child_by_field_name("body").is_some_and(|body| holds_yield(code.text(body), body)),
        is_async: false,
        implicit_return: false,
        symbols: Vec::new(),
        returns: None,
    };
    code.push(Kind::Def(Box::new(def)), whole)
}

pub(super) fn lambda<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let params = match node.child_by_field_name("parameters") {
        Some(list) => parameters::of(code, list),
        None => Vec::new(),
    };
    let body = field(code, node, "body");
    let def = Def {
        name: Default::default(),
        form: Form::Lambda,
        params,
        body,
        decorators: Vec::new(),
        visibility: Visibility::Public,
        is_static: false,
        generator: node.child_by_field_name("body").is_some_and(|body| holds_yield(code.text(body), body)),
        is_async: false,
        implicit_return: true,
        symbols: Vec::new(),
        returns: None,
    };
    code.push(Kind::Lambda(Box::new(def)), node)
}

/// Whether a body yields, functions inside it aside. `text` is the text of the body.
fn holds_yield(text: &str, body: Syntax<'_>) -> bool {
    if memchr::memmem::find(text.as_bytes(), b"yield").is_none() {
        return false;
    }
    let mut cursor = body.walk();
    loop {
        let node = cursor.node();
        if node.is_named() && node.kind() == "yield" {
            return true;
        }
        let nested = matches!(node.kind(), "function_definition" | "lambda");
        if !nested && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
        }
    }
}

/// A class; without `members` its body is lowered in place.
fn declare<'t>(code: &mut Lower<'_, 't>, whole: Syntax<'t>, node: Syntax<'t>, members: Option<Vec<NodeId>>) -> NodeId {
    let name = node.child_by_field_name("name").map(|name| code.text(name).into()).unwrap_or_default();
    let decorators = decorators(whole, node).into_iter().map(|decorator| lower(code, decorator)).collect();
    let mut form = ClassForm::Class;
    let mut bases = Vec::new();
    let heads = node.child_by_field_name("superclasses").map(Lower::children);
    for base in heads.unwrap_or_default() {
        if base.kind() == "keyword_argument" {
            let keyword = base.child_by_field_name("name").map(|name| code.text(name));
            let plain = base
                .child_by_field_name("value")
                .is_some_and(|value| matches!(value.kind(), "identifier" | "attribute"));
            if keyword == Some("metaclass") && plain {
                continue;
            }
        } else if is_enum(code.text(base)) {
            form = ClassForm::Enum;
        }
        bases.push(lower(code, base));
    }
    let mut broken = errors(code, node);
    if whole != node {
        broken.extend(errors(code, whole));
    }
    let mut body = match members {
        Some(members) => {
            let inner = node.child_by_field_name("body").unwrap_or(node);
            code.push(Kind::Seq(members), inner)
        }
        None => field(code, node, "body"),
    };
    if !broken.is_empty() {
        broken.push(body);
        body = code.push(Kind::Seq(broken), node);
    }
    let class = Class { name, form, bases, decorators, params: Vec::new(), body };
    code.push(Kind::Class(Box::new(class)), whole)
}

fn is_enum(base: &str) -> bool {
    let last = base.rsplit('.').next().unwrap_or(base).trim();
    matches!(last, "Enum" | "IntEnum" | "StrEnum" | "ReprEnum" | "Flag" | "IntFlag")
}
