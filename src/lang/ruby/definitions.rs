//! Methods, blocks, lambdas, parameters.

use smol_str::{SmolStr, format_smolstr};
use tree_sitter::Node;

use super::Lowering;
use super::fields::{Field, part};
use super::forms::{Access, Accessors, method_name, trim_setter};
use crate::program::*;

/// What a definition gets from where it stands.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub instance: Visibility,
    pub singleton: Visibility,
    /// Methods are of the class itself.
    pub is_static: bool,
}

impl Default for Context {
    fn default() -> Self {
        Context { instance: Visibility::Public, singleton: Visibility::Public, is_static: false }
    }
}

impl Context {
    pub(super) fn follow(&mut self, access: Access) {
        match access {
            Access::Instance(visibility) => self.instance = visibility,
            Access::Singleton(visibility) => self.singleton = visibility,
            Access::ModuleFunction => self.is_static = true,
        }
    }
}

/// The parameters that a block uses without declaring them: `_1`, `_2`, `it`.
#[derive(Clone, Copy, Default)]
pub(super) struct Implicit {
    numbered: u8,
    it: bool,
}

impl Implicit {
    pub(super) fn note(&mut self, name: &str) {
        match name.as_bytes() {
            b"it" => self.it = true,
            [b'_', digit @ b'1'..=b'9'] => self.numbered = self.numbered.max(digit - b'0'),
            _ => {}
        }
    }

    fn params(self) -> Vec<Param> {
        match self {
            Implicit { numbered: 0, it: true } => vec![positional("it")],
            Implicit { numbered, .. } => {
                (1..=numbered).map(|number| positional(&format_smolstr!("_{number}"))).collect()
            }
        }
    }
}

fn positional(name: &str) -> Param {
    param(name, ParamKind::Positional, None)
}

fn param(name: &str, kind: ParamKind, default: Option<NodeId>) -> Param {
    Param { name: name.into(), kind, default, ty: None }
}

impl<'t> Lowering<'_, 't> {
    pub(super) fn definition(&mut self, node: Node<'t>) -> NodeId {
        let text = self.out.source.masked;
        let name = part(node, Field::Name).map_or_else(SmolStr::default, |name| method_name(name, text));
        let own = node.kind() == "singleton_method";
        let context = self.context;
        let visibility = match own {
            true => context.singleton,
            false => context.instance,
        };
        let outer = self.enter_method();
        let (params, unpack) = self.params(part(node, Field::Parameters));
        self.statement = false;
        let body = self.expr_or_nil(part(node, Field::Body), node);
        let body = self.with_errors(body, node);
        let body = self.after_unpacking(unpack, body, node);
        self.leave_method(outer);
        let def = self.def(name, params, body, visibility, own || context.is_static);
        self.out.push(Kind::Def(Box::new(def)), node)
    }

    /// A method body is a scope of its own: neither visibility nor the parameters of blocks reach into it.
    pub(super) fn enter_method(&mut self) -> (Context, Vec<Implicit>) {
        (std::mem::take(&mut self.context), std::mem::take(&mut self.implicit))
    }

    pub(super) fn leave_method(&mut self, outer: (Context, Vec<Implicit>)) {
        (self.context, self.implicit) = outer;
    }

    fn def(&self, name: SmolStr, params: Vec<Param>, body: NodeId, visibility: Visibility, is_static: bool) -> Def {
        let stem = trim_setter(&name);
        let form = match name.as_str() {
            "initialize" if !is_static => Form::Constructor,
            _ if stem.len() < name.len() => Form::Setter,
            "" => Form::Block,
            _ => Form::Function,
        };
        Def {
            name: stem.into(),
            form,
            params,
            body,
            decorators: Vec::new(),
            visibility,
            is_static,
            generator: false,
            is_async: false,
            implicit_return: true,
            symbols: Vec::new(),
            returns: None,
        }
    }

    /// `define_method(:x) { … }`.
    pub(super) fn generated(&mut self, name: SmolStr, is_static: bool, block: Node<'t>, node: Node<'t>) -> NodeId {
        let context = self.context;
        let outer = self.enter_method();
        let (params, body) = self.block_parts(block);
        self.leave_method(outer);
        let visibility = match is_static {
            true => context.singleton,
            false => context.instance,
        };
        let def = self.def(name, params, body, visibility, is_static || context.is_static);
        self.out.push(Kind::Def(Box::new(def)), node)
    }

    /// `attr_accessor :a`: methods that read and write `@a`.
    pub(super) fn accessors(&mut self, accessors: Accessors<'t>, node: Node<'t>) -> NodeId {
        let Context { instance: visibility, is_static, .. } = self.context;
        let mut all = Vec::new();
        for (at, name) in accessors.names {
            let field = format_smolstr!("@{name}");
            if accessors.readable {
                let body = self.out.push(Kind::Field(field.clone()), at);
                let mut def = self.def(name.clone(), Vec::new(), body, visibility, is_static);
                def.form = Form::Getter;
                all.push(self.out.push(Kind::Def(Box::new(def)), at));
            }
            if accessors.writable {
                let place = self.out.push(Kind::Field(field), at);
                let value = self.out.push(Kind::Name("value".into()), at);
                let op = SetOp::Plain;
                let body = self.out.push(Kind::Set { place, op, value }, at);
                let params = vec![positional("value")];
                let mut def = self.def(name, params, body, visibility, is_static);
                def.form = Form::Setter;
                all.push(self.out.push(Kind::Def(Box::new(def)), at));
            }
        }
        self.out.push(Kind::Seq(all), node)
    }

    pub(super) fn lambda(&mut self, node: Node<'t>) -> NodeId {
        self.implicit.push(Implicit::default());
        let (mut params, unpack) = self.params(part(node, Field::Parameters));
        let block = part(node, Field::Body);
        let body = block.and_then(|block| part(block, Field::Body));
        let body = self.expr_or_nil(body, node);
        let body = self.after_unpacking(unpack, body, node);
        let implicit = self.implicit.pop().unwrap_or_default();
        if part(node, Field::Parameters).is_none() {
            params = implicit.params();
        }
        self.push_block(Form::Lambda, params, body, node)
    }

    /// A `do … end` or `{ … }` as a value.
    pub(super) fn block(&mut self, block: Node<'t>, form: Form) -> NodeId {
        let (params, body) = self.block_parts(block);
        self.push_block(form, params, body, block)
    }

    fn block_parts(&mut self, block: Node<'t>) -> (Vec<Param>, NodeId) {
        self.implicit.push(Implicit::default());
        let (mut params, unpack) = self.params(part(block, Field::Parameters));
        let body = self.expr_or_nil(part(block, Field::Body), block);
        let body = self.with_errors(body, block);
        let body = self.after_unpacking(unpack, body, block);
        let implicit = self.implicit.pop().unwrap_or_default();
        if part(block, Field::Parameters).is_none() {
            params = implicit.params();
        }
        (params, body)
    }

    pub(super) fn push_block(&mut self, form: Form, params: Vec<Param>, body: NodeId, node: Node<'t>) -> NodeId {
        let mut def = self.def(SmolStr::default(), params, body, Visibility::Public, false);
        def.form = form;
        self.out.push(Kind::Lambda(Box::new(def)), node)
    }

    /// The parameters, and assignments that take destructured ones apart.
    fn params(&mut self, list: Option<Node<'t>>) -> (Vec<Param>, Vec<NodeId>) {
        let (mut params, mut unpack) = (Vec::new(), Vec::new());
        let Some(list) = list else {
            return (params, unpack);
        };
        let mut cursor = list.walk();
        // `|a; b|`: what follows the `;` is no parameter
        let children: Vec<_> = list
            .children(&mut cursor)
            .take_while(|child| child.kind() != ";")
            .filter(|child| child.is_named() && (child.is_error() || !child.is_extra()))
            .collect();
        for child in children {
            let name = part(child, Field::Name).map(|name| self.out.text(name));
            let default = part(child, Field::Value);
            match child.kind() {
                "identifier" => params.push(positional(self.out.text(child))),
                "optional_parameter" | "keyword_parameter" => {
                    let kind = match child.kind() {
                        "keyword_parameter" => ParamKind::Keyword,
                        _ => ParamKind::Positional,
                    };
                    let default = default.map(|value| self.expr(value));
                    params.push(param(name.unwrap_or_default(), kind, default));
                }
                "splat_parameter" => params.push(param(name.unwrap_or("*"), ParamKind::Rest, None)),
                "hash_splat_parameter" => {
                    params.push(param(name.unwrap_or("**"), ParamKind::KeywordRest, None));
                }
                "block_parameter" => {
                    params.push(param(name.unwrap_or("&"), ParamKind::Block, None));
                }
                "forward_parameter" => params.push(param("...", ParamKind::Rest, None)),
                "destructured_parameter" => {
                    let whole = format_smolstr!("({})", params.len());
                    params.push(positional(&whole));
                    let place = self.place(child);
                    let value = self.out.push(Kind::Name(whole), child);
                    let op = SetOp::Plain;
                    unpack.push(self.out.push(Kind::Set { place, op, value }, child));
                }
                "hash_splat_nil" => {}
                _ => unpack.push(self.expr(child)),
            }
        }
        (params, unpack)
    }

    fn after_unpacking(&mut self, mut unpack: Vec<NodeId>, body: NodeId, node: Node<'t>) -> NodeId {
        if unpack.is_empty() {
            return body;
        }
        unpack.push(body);
        self.out.push(Kind::Seq(unpack), node)
    }
}
