//! Calls, members, indexing and operators that nest on their left: one chain, lowered without recursion.

use tree_sitter::Node as Syntax;

use super::roles::{all, beside_errors, lower, nothing};
use super::{expressions, operators};
use crate::lang::Lower;
use crate::program::*;

/// After so many links the next ones hang on an unknown value: the depth of a program is not for its text to decide.
const MAX_LINKS: usize = 100;

/// What a link of a chain hangs on.
fn head<'t>(node: Syntax<'t>) -> Option<Syntax<'t>> {
    node.child_by_field_name(match node.kind() {
        "call" => "function",
        "attribute" => "object",
        "subscript" => "value",
        "binary_operator" => "left",
        _ => return None,
    })
}

/// `a.b().c[d] + e`: the innermost head, then link by link outwards.
pub(super) fn chain<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let mut links = vec![node];
    let mut base = None;
    let mut next = head(node);
    while let Some(inner) = next {
        next = head(inner);
        match next {
            Some(_) => links.push(inner),
            None => base = Some(inner),
        }
    }
    let mut value = match base {
        Some(base) => lower(code, base),
        None => unknown(code, node),
    };
    let mut done = Vec::new();
    let mut count = 0;
    while let Some(link) = links.pop() {
        count += 1;
        if count % MAX_LINKS == 0 {
            done.push(value);
            value = unknown(code, node);
        }
        value = match link.kind() {
            "call" => call(code, link, value),
            "attribute" => member(code, link, value),
            "subscript" => index(code, link, value),
            _ => operators::binary(code, link, value),
        };
        value = beside_errors(code, link, value);
    }
    if done.is_empty() {
        return value;
    }
    done.push(value);
    code.push(Kind::Seq(done), node)
}

fn unknown<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let start = node.start_byte();
    code.push_range(nothing(Vec::new()), start..start)
}

fn member<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, recv: NodeId) -> NodeId {
    let name = node.child_by_field_name("attribute").map(|name| code.text(name).into()).unwrap_or_default();
    let safe = false;
    code.push(Kind::Attr { recv, name, safe }, node)
}

fn index<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, recv: NodeId) -> NodeId {
    let subscripts: Vec<_> = node.children_by_field_name("subscript", &mut node.walk()).collect();
    let args = subscripts.into_iter().filter(|arg| arg.is_named()).map(|arg| lower(code, arg)).collect();
    let safe = false;
    code.push(Kind::Index { recv, args, safe }, node)
}

fn call<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, callee: NodeId) -> NodeId {
    let args = match node.child_by_field_name("arguments") {
        Some(list) if list.kind() == "argument_list" => all(code, list),
        Some(generator) => vec![lower(code, generator)],
        None => Vec::new(),
    };
    let is_super = matches!(code.kind(callee), Kind::Name(name) if name == "super");
    // with arguments it may start elsewhere than at the class around
    if is_super && args.is_empty() {
        return code.push(Kind::Super, node);
    }
    let call = plain_call(callee, args);
    code.push(call, node)
}

pub(super) fn plain_call(callee: NodeId, args: Vec<NodeId>) -> Kind {
    Kind::Call(Box::new(Call {
        callee,
        args,
        block: None,
        safe: false,
        construct: false,
        type_args: Vec::new(),
        initialiser: Vec::new(),
    }))
}

/// Python 2 `print a, b`, `exec a in b`: a call of the keyword.
pub(super) fn statement<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let word = match node.kind() {
        "exec_statement" => "exec",
        _ => "print",
    };
    let start = node.start_byte();
    let callee = code.push_range(Kind::Name(word.into()), start..start + word.len());
    let args = all(code, node);
    code.push(plain_call(callee, args), node)
}

pub(super) fn keyword<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let name = node.child_by_field_name("name").map(|name| code.text(name).into()).unwrap_or_default();
    let value = super::roles::field(code, node, "value");
    code.push(Kind::Keyword(name, value), node)
}

pub(super) fn spread<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let value = expressions::only_child(code, node);
    code.push(Kind::Keyword("**".into(), value), node)
}
