//! Classes, modules and what renames or removes their methods.

use tree_sitter::Node;

use super::Lowering;
use super::fields::{Field, part};
use super::forms::{aliases, method_name, slice};
use crate::lang::Lower;
use crate::program::*;

impl<'t> Lowering<'_, 't> {
    /// A container's head; its members are items.
    pub(super) fn container(&mut self, id: ItemId, node: Node<'t>) -> NodeId {
        let members = self.members(id);
        let mut members = members;
        // `BEGIN { }` runs before anything else
        let nodes = &self.out.outline.nodes;
        members.sort_by_key(|(child, _)| nodes.get(child.0 as usize).is_none_or(|node| node.kind() != "begin_block"));
        let children =
            members.into_iter().map(|(child, range)| self.out.push_range(Kind::Item(child), range)).collect();
        let body = self.out.push(Kind::Seq(children), node);
        match node.kind() {
            "class" | "module" | "singleton_class" => self.push_class(node, body),
            _ => body,
        }
    }

    /// The children of a container, each with its byte range: items stand in preorder, so whatever starts
    /// before a child's end is below that child.
    fn members(&self, id: ItemId) -> Vec<(ItemId, std::ops::Range<usize>)> {
        let items = &self.out.outline.items;
        let mut members = Vec::new();
        let mut next = id.0 as usize + 1;
        let end = items.get(id.0 as usize).map_or(0, |item| item.end);
        while let Some(item) = items.get(next).filter(|item| item.start < end) {
            if item.parent == Some(id) {
                members.push((ItemId(next as u32), item.start as usize..item.end as usize));
            }
            let below = items.get(next + 1..).unwrap_or_default();
            next += 1 + match item.kind {
                ItemKind::Container => below.partition_point(|inner| inner.start < item.end),
                _ => 0,
            };
        }
        members
    }

    /// A class inside a statement, with its members.
    pub(super) fn class(&mut self, node: Node<'t>) -> NodeId {
        let outer = self.enter_method();
        self.context.is_static = node.kind() == "singleton_class";
        let body = self.expr_or_nil(part(node, Field::Body), node);
        self.leave_method(outer);
        self.push_class(node, body)
    }

    /// `class << x` is named after `x`: its methods are marked as those of `x` itself.
    fn push_class(&mut self, node: Node<'t>, body: NodeId) -> NodeId {
        let text = self.out.source.masked;
        let name = part(node, Field::Name).or_else(|| part(node, Field::Value));
        let name = name.map_or("", |name| slice(name, text));
        let bases = match part(node, Field::Superclass) {
            Some(superclass) => self.exprs(Lower::children(superclass)),
            None => Vec::new(),
        };
        let class = Class {
            name: name.trim_start_matches("::").replace("::", ".").into(),
            form: match node.kind() {
                "module" => ClassForm::Module,
                _ => ClassForm::Class,
            },
            bases,
            decorators: Vec::new(),
            params: Vec::new(),
            body,
        };
        self.out.push(Kind::Class(Box::new(class)), node)
    }

    pub(super) fn alias(&mut self, node: Node<'t>) -> NodeId {
        match aliases(node, self.out.source.masked) {
            Some((new, old)) => self.renamed(new, old, node),
            None => self.opaque_of(Vec::new(), node),
        }
    }

    /// `alias new old`, `alias_method :new, :old`.
    pub(super) fn renamed(&mut self, new: Node<'t>, old: Node<'t>, node: Node<'t>) -> NodeId {
        let text = self.out.source.masked;
        if method_name(new, text).starts_with('$') {
            let place = self.out.push(Kind::Field(method_name(new, text)), new);
            let value = self.out.push(Kind::Field(method_name(old, text)), old);
            let op = SetOp::Plain;
            return self.out.push(Kind::Set { place, op, value }, node);
        }
        let mut name = |at: Node<'t>| {
            let symbol = Lit::Symbol(method_name(at, text));
            self.out.push(Kind::Lit(symbol), at)
        };
        let names = vec![name(new), name(old)];
        let callee = self.out.push(Kind::Name("alias_method".into()), node);
        self.push_call(callee, names, None, false, node)
    }

    pub(super) fn undefinition(&mut self, node: Node<'t>) -> NodeId {
        let writes = Lower::children(node).into_iter().map(|name| method_name(name, self.out.source.masked)).collect();
        let children = Vec::new();
        self.out.push(Kind::Opaque { children, writes }, node)
    }
}
