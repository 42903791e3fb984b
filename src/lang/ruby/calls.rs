//! Chains of calls, constants and subscripts, and calls with a meaning of their own.

use tree_sitter::Node;

use super::Lowering;
use super::arguments::Arguments;
use super::definitions::Context;
use super::fields::{Field, part};
use super::forms::{Access, access, accessors, aliases, definition_in, generated_method, literal_names, required};
use crate::lang::Lower;
use crate::program::*;

fn receiver(link: Node<'_>) -> Option<Node<'_>> {
    match link.kind() {
        "scope_resolution" => part(link, Field::Scope),
        "element_reference" => part(link, Field::Object),
        _ => part(link, Field::Receiver),
    }
}

impl<'t> Lowering<'_, 't> {
    /// `a.b(c)::D[e].f { }`: links from the innermost on, so that a long chain costs no stack.
    /// Each link counts as a level all the same: whoever reads the program recurses into it.
    pub(super) fn chain(&mut self, node: Node<'t>, statement: bool) -> NodeId {
        let mut links = Vec::new();
        let mut current = node;
        let mut value = loop {
            links.push(current);
            let inner = receiver(current);
            current = match inner {
                Some(inner) if matches!(self.out.role(inner), Some("call" | "member" | "index")) => inner,
                base => break base.map(|base| self.expr(base)),
            };
            if !self.out.enter() {
                break Some(self.out.flat(current));
            }
        };
        while let Some(link) = links.pop() {
            let id = match link.kind() {
                "scope_resolution" => self.member(link, value),
                "element_reference" => self.index(link, value),
                _ => self.call(link, value, statement && links.is_empty()),
            };
            value = Some(match links.is_empty() {
                true => id,
                false => {
                    self.out.leave();
                    self.with_errors(id, link)
                }
            });
        }
        value.unwrap_or_else(|| self.out.nil(node))
    }

    fn member(&mut self, link: Node<'t>, scope: Option<NodeId>) -> NodeId {
        let name = part(link, Field::Name).map_or("", |name| self.out.text(name));
        let kind = match scope {
            Some(recv) => Kind::Attr { recv, name: name.into(), safe: false },
            None => Kind::Name(name.into()),
        };
        self.out.push(kind, link)
    }

    fn index(&mut self, link: Node<'t>, object: Option<NodeId>) -> NodeId {
        let recv = object.unwrap_or_else(|| self.out.nil(link));
        let (object, block) = (part(link, Field::Object), part(link, Field::Block));
        let subscripts: Vec<_> =
            Lower::children(link).into_iter().filter(|child| Some(*child) != object && Some(*child) != block).collect();
        let arguments = self.arguments_of(link, subscripts);
        let mut args = arguments.values;
        args.extend(arguments.block);
        if let Some(block) = block {
            args.push(self.block(block, Form::Block));
        }
        let safe = false;
        self.out.push(Kind::Index { recv, args, safe }, link)
    }

    fn call(&mut self, link: Node<'t>, recv: Option<NodeId>, statement: bool) -> NodeId {
        if recv.is_none()
            && let Some(id) = self.keyword_like(link, statement)
        {
            return id;
        }
        let method = part(link, Field::Method);
        let safe = part(link, Field::Operator).is_some_and(|dot| self.out.text(dot) == "&.");
        if let (Some(recv), Some(method), Some(block)) = (recv, method, part(link, Field::Block))
            && self.out.text(method) == "new"
            && matches!(self.out.kind(recv), Kind::Name(name) if name == "Proc")
        {
            return self.block(block, Form::Block);
        }
        let callee = match (recv, method) {
            (Some(recv), method) => {
                let name = method.map_or("call", |method| self.out.text(method)).into();
                let start = link.start_byte();
                let end =
                    method.or_else(|| part(link, Field::Operator)).map_or(link.end_byte(), |node| node.end_byte());
                self.out.push_range(Kind::Attr { recv, name, safe }, start..end)
            }
            (None, Some(method)) if method.kind() == "super" => self.out.push(Kind::Super, method),
            (None, Some(method)) if matches!(method.kind(), "identifier" | "constant") => {
                let name = self.out.text(method).into();
                self.out.push(Kind::Name(name), method)
            }
            (None, Some(method)) => self.expr(method),
            (None, None) => self.out.nil(link),
        };
        let Arguments { values, block } = self.arguments(part(link, Field::Arguments));
        let block = match part(link, Field::Block) {
            Some(own) => {
                let of_class = recv.is_none() && method.is_some_and(|method| self.out.text(method) == "class_methods");
                Some(self.block_of_call(own, of_class))
            }
            None => block,
        };
        self.push_call(callee, values, block, safe, link)
    }

    /// `class_methods do` of a concern defines methods of the class.
    fn block_of_call(&mut self, block: Node<'t>, of_class: bool) -> NodeId {
        let outer = self.context;
        self.context = Context { is_static: of_class, ..Default::default() };
        let id = self.block(block, Form::Block);
        self.context = outer;
        id
    }

    pub(super) fn push_call(
        &mut self,
        callee: NodeId,
        args: Vec<NodeId>,
        block: Option<NodeId>,
        safe: bool,
        node: Node<'t>,
    ) -> NodeId {
        let call = Call { callee, args, block, safe, construct: false, type_args: Vec::new(), initialiser: Vec::new() };
        self.out.push(Kind::Call(Box::new(call)), node)
    }

    /// `super` passes on the arguments of the method.
    pub(super) fn bare_super(&mut self, node: Node<'t>) -> NodeId {
        let callee = self.out.push(Kind::Super, node);
        self.push_call(callee, Vec::new(), None, false, node)
    }

    /// A name that may be a local or a call without arguments.
    pub(super) fn name(&mut self, node: Node<'t>, statement: bool) -> NodeId {
        let name = self.out.text(node);
        if node.is_missing() || name.is_empty() {
            return self.opaque_of(Vec::new(), node);
        }
        // `fail` is a fine name for a local
        if name == "raise" || (name == "fail" && statement) {
            return self.out.push(Kind::Raise(None), node);
        }
        if let Some(implicit) = self.implicit.last_mut() {
            implicit.note(name);
        }
        self.out.push(Kind::Name(name.into()), node)
    }

    /// Calls without a receiver that are keywords in all but the grammar.
    fn keyword_like(&mut self, link: Node<'t>, statement: bool) -> Option<NodeId> {
        let text = self.out.source.masked;
        let method = part(link, Field::Method)?;
        if !matches!(method.kind(), "identifier" | "constant") {
            return None;
        }
        let arguments = part(link, Field::Arguments);
        let block = part(link, Field::Block);
        match (self.out.text(method), arguments, block) {
            (name, None, None) => Some(self.out.push(Kind::Name(name.into()), link)),
            ("raise" | "fail", list, None) => Some(self.raise(list, link)),
            ("loop", None, Some(block)) => {
                let outer = self.context;
                let body = self.expr_or_nil(part(block, Field::Body), block);
                self.context = outer;
                Some(self.push_loop(LoopKind::Forever, body, link))
            }
            ("lambda", None, Some(block)) => Some(self.block(block, Form::Lambda)),
            ("proc", None, Some(block)) => Some(self.block(block, Form::Block)),
            ("require" | "require_relative" | "load", ..) if statement => {
                let (how, path) = required(link, text)?;
                let import = Import::Require { how: how.into(), path: Some(path) };
                Some(self.out.push(Kind::Import(Box::new(import)), link))
            }
            ("attr" | "attr_reader" | "attr_writer" | "attr_accessor", ..) => {
                Some(self.accessors(accessors(link, text)?, link))
            }
            ("define_method" | "define_singleton_method", _, Some(block)) => {
                let (name, is_static) = generated_method(link, text)?;
                Some(self.generated(name, is_static, block, link))
            }
            ("alias_method", ..) => {
                let (new, old) = aliases(link, text)?;
                Some(self.renamed(new, old, link))
            }
            (name, Some(list), None) => self.with_access(access(name)?, list, link),
            _ => None,
        }
    }

    /// `private def x`, `private attr_reader :x`; `private :x` was heeded by the outline.
    fn with_access(&mut self, access: Access, list: Node<'t>, link: Node<'t>) -> Option<NodeId> {
        let text = self.out.source.masked;
        if literal_names(list, text).is_some() {
            return Some(self.out.nil(link));
        }
        let children = Lower::children(list);
        let defines = |child: &Node<'t>| definition_in(*child, text).is_some() || accessors(*child, text).is_some();
        if children.is_empty() || !children.iter().all(defines) {
            return None;
        }
        let outer = self.context;
        self.context.follow(access);
        let all = self.exprs(children);
        self.context = outer;
        Some(self.joined(all, link))
    }

    fn raise(&mut self, list: Option<Node<'t>>, link: Node<'t>) -> NodeId {
        let values = self.arguments(list).values;
        // a class, a message, a backtrace, `cause: e`
        let mut before = Vec::new();
        let mut raised = None;
        for (index, id) in values.into_iter().enumerate() {
            match self.out.kind(id) {
                Kind::Keyword(_, value) => before.push(*value),
                Kind::Splat(inner) => {
                    let opaque = self.opaque_of(vec![*inner], link);
                    raised.get_or_insert(opaque);
                }
                _ if index == 0 => raised = Some(id),
                Kind::Lit(_) => {}
                _ => before.push(id),
            }
        }
        if raised.is_none() && !before.is_empty() {
            raised = Some(self.opaque_of(Vec::new(), link));
        }
        let raise = self.out.push(Kind::Raise(raised), link);
        if before.is_empty() {
            return raise;
        }
        before.push(raise);
        self.out.push(Kind::Seq(before), link)
    }
}
