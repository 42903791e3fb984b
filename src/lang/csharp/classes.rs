//! Containers: the file, namespaces, classes, enums. Their members are items of their own.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::conditions::{self, Siblings};
use super::expressions::{expression, opaque_of};
use super::syntax::{child, children, dotted, field, type_arguments, type_text};
use super::{access, attributes, calls, lambdas, members};
use crate::lang::Lower;
use crate::program::*;

pub(super) fn container<'t>(lower: &mut Lower<'_, 't>, id: ItemId, node: Node<'t>) -> NodeId {
    if node.kind() == "enum_declaration" {
        return enumeration(lower, node);
    }
    let range = lower.outline.items.get(id.0 as usize).map_or(0..0, |item| item.start as usize..item.end as usize);
    let items = held(lower, id);
    // the conditions around a class lie around all of its members
    let from = field(node, "body").map_or(range.start, |body| body.start_byte());
    if id.0 == 0 {
        let all = conditions::wrap(lower, 0, items);
        return lower.push_range(Kind::Seq(all), range);
    }
    let head = head(lower, node);
    let mut all: Vec<NodeId> = head.base_call.into_iter().collect();
    all.extend(conditions::wrap(lower, from, items));
    let body = lower.push_range(Kind::Seq(all), from..range.end);
    let class = Class {
        name: head.name,
        form: head.form,
        bases: head.bases,
        decorators: head.decorators,
        params: head.params,
        body,
    };
    lower.push_range(Kind::Class(Box::new(class)), range)
}

/// References to the items that a container holds directly.
fn held(lower: &mut Lower<'_, '_>, id: ItemId) -> Siblings {
    let items = &lower.outline.items;
    let mut out = Vec::new();
    let Some(container) = items.get(id.0 as usize) else {
        return out;
    };
    let mut next = id.0 as usize + 1;
    while let Some(item) = items.get(next) {
        if item.parent != Some(id) {
            // what follows the last member belongs to an outer container
            break;
        }
        let range = item.start as usize..item.end as usize;
        if range.start >= container.end as usize && id.0 != 0 {
            break;
        }
        let reference = Kind::Item(ItemId(next as u32));
        out.push((range.clone(), lower.push_range(reference, range)));
        // past the items inside this one: they start before it ends
        let from = next + 1;
        let rest = items.get(from..).unwrap_or_default();
        next = from + rest.partition_point(|inner| inner.start < item.end);
    }
    out
}

struct Head {
    name: SmolStr,
    form: ClassForm,
    bases: Vec<NodeId>,
    decorators: Vec<NodeId>,
    params: Vec<Param>,
    /// The arguments that a primary constructor hands to its base.
    base_call: Option<NodeId>,
}

fn head<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> Head {
    let name = field(node, "name").map(|name| dotted(lower.text(name))).unwrap_or_default();
    let is_static = || children(node).into_iter().any(|part| part.kind() == "modifier" && lower.text(part) == "static");
    let form = match node.kind() {
        "namespace_declaration" | "file_scoped_namespace_declaration" => ClassForm::Module,
        "interface_declaration" => ClassForm::Interface,
        _ if is_static() => ClassForm::Module,
        _ => ClassForm::Class,
    };
    let mut decorators = Vec::new();
    attributes::attributes_of(lower, node, &mut decorators, &mut Vec::new());
    let params = child(node, "parameter_list").map_or_else(Vec::new, |list| lambdas::parameters(lower, list));
    let mut bases = Vec::new();
    let mut base_call = None;
    if let Some(list) = child(node, "base_list") {
        for part in children(list) {
            let (ty, arguments) = match part.kind() {
                "argument_list" => (None, Some(part)),
                "primary_constructor_base_type" => (field(part, "type"), child(part, "argument_list")),
                _ => (Some(part), None),
            };
            if let Some(ty) = ty {
                bases.push(base(lower, ty));
            }
            if let Some(arguments) = arguments {
                base_call = Some(super_call(lower, arguments));
            }
        }
    }
    Head { name, form, bases, decorators, params, base_call }
}

/// `Faker<User>` is `Faker`, marked with the type as written.
fn base<'t>(lower: &mut Lower<'_, 't>, ty: Node<'t>) -> NodeId {
    let id = access::path(lower, ty);
    if type_arguments(lower, access::last_part(ty)).is_empty() {
        return id;
    }
    let text = type_text(lower, ty);
    lower.push(Kind::Typed(id, text), ty)
}

fn super_call<'t>(lower: &mut Lower<'_, 't>, arguments: Node<'t>) -> NodeId {
    let callee = lower.push(Kind::Super, arguments);
    let args = calls::arguments(lower, Some(arguments));
    let call = Call {
        callee,
        args,
        block: None,
        safe: false,
        construct: false,
        type_args: Vec::new(),
        initialiser: Vec::new(),
    };
    lower.push(Kind::Call(Box::new(call)), arguments)
}

/// Members count on from the value before; after one that is not a number they are not known.
fn enumeration<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let head = head(lower, node);
    let mut all = Vec::new();
    let mut next = Some(0i64);
    let body = field(node, "body");
    let from = body.map_or(node.start_byte(), |body| body.start_byte());
    for member in body.map(children).unwrap_or_default() {
        if member.kind() != "enum_member_declaration" {
            all.push((member.byte_range(), expression(lower, member)));
            continue;
        }
        let value = match field(member, "value") {
            Some(value) => {
                let id = expression(lower, value);
                next = match lower.kind(id) {
                    Kind::Lit(Lit::Int(value)) => value.checked_add(1),
                    _ => None,
                };
                id
            }
            None => match next {
                Some(value) => {
                    next = value.checked_add(1);
                    lower.push(Kind::Lit(Lit::Int(value)), member)
                }
                None => opaque_of(lower, member, Vec::new()),
            },
        };
        let name = members::defined_name(lower.source.masked, member);
        let bound = Kind::Let { name, ty: None, value: Some(value), settable: false };
        all.push((member.byte_range(), lower.push(bound, member)));
    }
    let all = conditions::wrap(lower, from, all);
    let body = lower.push_range(Kind::Seq(all), from..node.end_byte());
    let class = Class {
        name: head.name,
        form: ClassForm::Enum,
        bases: head.bases,
        decorators: head.decorators,
        params: Vec::new(),
        body,
    };
    lower.push(Kind::Class(Box::new(class)), node)
}

/// A class where none can stand, in broken code: its members in order.
pub(super) fn opaque_class<'t>(lower: &mut Lower<'_, 't>, node: Node<'t>) -> NodeId {
    let members = field(node, "body").map(children).unwrap_or_default();
    let members = members.into_iter().map(|member| expression(lower, member)).collect();
    opaque_of(lower, node, members)
}
