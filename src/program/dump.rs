//! A compact text form of code for tests: one S-expression, nested by depth.

use std::fmt::Write;

use super::*;

/// Prints a program's hot items, children in place of their references.
pub fn dump(program: &Program) -> String {
    let mut out = String::new();
    if !program.items.is_empty() {
        item(program, ItemId(0), &mut out, 0);
    }
    out
}

fn item(program: &Program, id: ItemId, out: &mut String, depth: usize) {
    match program.code(id) {
        Some(code) if depth < 200 => Dump { program, code, depth }.node(code.root, out),
        Some(_) => out.push('…'),
        None => out.push_str("cold"),
    }
}

struct Dump<'a> {
    program: &'a Program,
    code: &'a Code,
    depth: usize,
}

impl Dump<'_> {
    fn list(&self, head: &str, children: impl IntoIterator<Item = NodeId>, out: &mut String) {
        out.push('(');
        out.push_str(head);
        for child in children {
            out.push(' ');
            self.node(child, out);
        }
        out.push(')');
    }

    fn node(&self, id: NodeId, out: &mut String) {
        match &self.code.nodes[id.0 as usize].kind {
            Kind::Lit(lit) => self.lit(lit, out),
            Kind::Name(name) | Kind::Field(name) => out.push_str(name),
            Kind::SelfRef => out.push_str("self"),
            Kind::Super => out.push_str("super"),
            Kind::Attr { recv, name, safe } => {
                self.node(*recv, out);
                let _ = write!(out, "{}{name}", if *safe { "?." } else { "." });
            }
            Kind::Index { recv, args, safe } => {
                let mut all = vec![*recv];
                all.extend(args);
                self.list(if *safe { "index?" } else { "index" }, all, out);
            }
            Kind::List(items) => self.list("list", items.iter().copied(), out),
            Kind::Map(pairs) => {
                out.push_str("(map");
                for (key, value) in pairs {
                    out.push(' ');
                    match key {
                        Some(key) => self.node(*key, out),
                        None => out.push_str("**"),
                    }
                    out.push(':');
                    self.node(*value, out);
                }
                out.push(')');
            }
            Kind::Interp(parts) => self.list("interp", parts.iter().copied(), out),
            Kind::Call(call) => self.call(call, out),
            Kind::And(all) => self.list("and", all.iter().copied(), out),
            Kind::Or(all) => self.list("or", all.iter().copied(), out),
            Kind::Coalesce(all) => self.list("coalesce", all.iter().copied(), out),
            Kind::Not(inner) => self.list("not", [*inner], out),
            Kind::Binary { op, left, right } => self.list(&format!("{op:?}"), [*left, *right], out),
            Kind::If { arms, otherwise } => {
                let children = arms.iter().flat_map(|(test, body)| [*test, *body]).chain(*otherwise);
                self.list(if otherwise.is_some() { "if-else" } else { "if" }, children, out);
            }
            Kind::Match { subject, arms, otherwise, .. } => {
                out.push_str("(match ");
                match subject {
                    Some(subject) => self.node(*subject, out),
                    None => out.push('-'),
                }
                for arm in arms {
                    out.push_str(" [");
                    self.pattern(&arm.pattern, out);
                    if let Some(guard) = arm.guard {
                        out.push_str(" when ");
                        self.node(guard, out);
                    }
                    out.push_str(" => ");
                    self.node(arm.body, out);
                    out.push(']');
                }
                if let Some(body) = otherwise {
                    out.push_str(" else ");
                    self.node(*body, out);
                }
                out.push(')');
            }
            Kind::Is { subject, pattern } => {
                out.push_str("(is ");
                self.node(*subject, out);
                out.push(' ');
                self.pattern(pattern, out);
                out.push(')');
            }
            Kind::Seq(all) => self.list("seq", all.iter().copied(), out),
            Kind::Set { place, op, value } => {
                let head = if *op == SetOp::Plain { "set".to_owned() } else { format!("set-{op:?}") };
                self.list(&head, [*place, *value], out);
            }
            Kind::Let { name, ty, value, .. } => {
                let _ = write!(out, "(let {name}{}", ty.as_ref().map(|ty| format!("<{ty}>")).unwrap_or_default());
                if let Some(value) = value {
                    out.push(' ');
                    self.node(*value, out);
                }
                out.push(')');
            }
            Kind::Out(place) => self.list("out", [*place], out),
            Kind::With { items, body } => {
                out.push_str("(with");
                for (manager, place) in items {
                    out.push(' ');
                    self.node(*manager, out);
                    if let Some(place) = place {
                        out.push_str(" as ");
                        self.node(*place, out);
                    }
                }
                out.push_str(": ");
                self.node(*body, out);
                out.push(')');
            }
            Kind::Loop(inner) => self.looped(inner, out),
            Kind::Try(inner) => self.tried(inner, out),
            Kind::Leave { how, value } => {
                let head = match how {
                    Leave::Goto(label) => format!("goto {label}"),
                    how => format!("{how:?}").to_lowercase(),
                };
                self.list(&head, *value, out);
            }
            Kind::Label(name) => {
                let _ = write!(out, "(label {name})");
            }
            Kind::Raise(value) => self.list("raise", *value, out),
            Kind::Yield(args) => self.list("yield", args.iter().copied(), out),
            Kind::Def(def) => self.def("def", def, out),
            Kind::Lambda(def) => self.def("fn", def, out),
            Kind::Class(class) => self.class(class, out),
            Kind::Import(import) => {
                let _ = write!(out, "({import:?})");
            }
            Kind::Item(id) => item(self.program, *id, out, self.depth + 1),
            Kind::Symbol(name) => {
                let _ = write!(out, "#{name}");
            }
            Kind::Splat(inner) => self.list("splat", [*inner], out),
            Kind::Keyword(name, value) => {
                let _ = write!(out, "{name}=");
                self.node(*value, out);
            }
            Kind::Typed(inner, ty) => self.list(&format!("as:{}", ty.as_deref().unwrap_or("_")), [*inner], out),
            Kind::Opaque { children, writes } => {
                self.list(
                    &format!(
                        "opaque{}",
                        if writes.is_empty() { String::new() } else { format!("!{}", writes.join(",")) }
                    ),
                    children.iter().copied(),
                    out,
                );
            }
        }
    }

    fn lit(&self, lit: &Lit, out: &mut String) {
        let _ = match lit {
            Lit::Nil => write!(out, "nil"),
            Lit::Bool(value) => write!(out, "{value}"),
            Lit::Int(value) => write!(out, "{value}"),
            Lit::Number(text) => write!(out, "{text}"),
            Lit::Str(text) => write!(out, "{text:?}"),
            Lit::Symbol(text) => write!(out, ":{text}"),
            Lit::Regex { pattern, ignore_case } => write!(out, "/{pattern}/{}", if *ignore_case { "i" } else { "" }),
        };
    }

    fn call(&self, call: &Call, out: &mut String) {
        out.push_str(if call.construct {
            "(new "
        } else if call.safe {
            "(call? "
        } else {
            "(call "
        });
        self.node(call.callee, out);
        if !call.type_args.is_empty() {
            let _ = write!(out, "<{}>", call.type_args.join(","));
        }
        for arg in &call.args {
            out.push(' ');
            self.node(*arg, out);
        }
        if let Some(block) = call.block {
            out.push_str(" &");
            self.node(block, out);
        }
        if !call.initialiser.is_empty() {
            self.list(" init", call.initialiser.iter().copied(), out);
        }
        out.push(')');
    }

    fn pattern(&self, pattern: &Pattern, out: &mut String) {
        let group = |head: &str, all: &[Pattern], out: &mut String| {
            let _ = write!(out, "({head}");
            for one in all {
                out.push(' ');
                self.pattern(one, out);
            }
            out.push(')');
        };
        match pattern {
            Pattern::Value(node) => self.node(*node, out),
            Pattern::Capture(name) => {
                let _ = write!(out, "${name}");
            }
            Pattern::Any => out.push('_'),
            Pattern::Or(all) => group("or", all, out),
            Pattern::And(all) => group("and", all, out),
            Pattern::Not(inner) => group("not", std::slice::from_ref(inner), out),
            Pattern::Properties { ty, members, capture } => {
                let _ = write!(out, "{{{}", ty.as_deref().unwrap_or(""));
                for (name, inner) in members {
                    let _ = write!(out, " {name}: ");
                    self.pattern(inner, out);
                }
                let _ = write!(out, "}}{}", capture.as_ref().map(|name| format!("${name}")).unwrap_or_default());
            }
            Pattern::List(all) => group("list", all, out),
            Pattern::Type(name, capture) => {
                let _ = write!(out, "<{name}>{}", capture.as_ref().map(|name| format!("${name}")).unwrap_or_default());
            }
            Pattern::Opaque(children) => self.list("opaque", children.iter().copied(), out),
        }
    }

    fn looped(&self, inner: &Loop, out: &mut String) {
        let (head, mut children) = match &inner.kind {
            LoopKind::For { bind, iter } => ("for", bind.iter().copied().chain([*iter]).collect::<Vec<_>>()),
            LoopKind::While { test } => ("while", vec![*test]),
            LoopKind::DoWhile { test } => ("do-while", vec![*test]),
            LoopKind::Forever => ("forever", vec![]),
        };
        children.push(inner.body);
        children.extend(inner.otherwise);
        self.list(&format!("{head}{}", if inner.collects { "-collect" } else { "" }), children, out);
    }

    fn tried(&self, inner: &Try, out: &mut String) {
        out.push_str("(try ");
        self.node(inner.body, out);
        for handler in &inner.handlers {
            out.push_str(" [catch");
            match &handler.catches {
                Catches::All => out.push_str(" all"),
                Catches::Standard => out.push_str(" standard"),
                Catches::Classes(classes) => {
                    for class in classes {
                        out.push(' ');
                        self.node(*class, out);
                    }
                }
            }
            if let Some(name) = &handler.bind {
                let _ = write!(out, " ${name}");
            }
            if let Some(guard) = handler.guard {
                out.push_str(" when ");
                self.node(guard, out);
            }
            out.push_str(" => ");
            self.node(handler.body, out);
            out.push(']');
        }
        for (head, part) in [("else", inner.otherwise), ("finally", inner.finally)] {
            if let Some(part) = part {
                out.push(' ');
                self.list(head, [part], out);
            }
        }
        out.push(')');
    }

    fn params(&self, params: &[Param], out: &mut String) {
        out.push('[');
        for (index, param) in params.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            out.push_str(match param.kind {
                ParamKind::Positional => "",
                ParamKind::Keyword => ":",
                ParamKind::Rest => "*",
                ParamKind::KeywordRest => "**",
                ParamKind::Block => "&",
            });
            out.push_str(&param.name);
            if let Some(ty) = &param.ty {
                let _ = write!(out, "<{ty}>");
            }
            if let Some(default) = param.default {
                out.push('=');
                self.node(default, out);
            }
        }
        out.push(']');
    }

    fn def(&self, head: &str, def: &Def, out: &mut String) {
        let _ = write!(out, "({head}");
        if !def.name.is_empty() {
            let _ = write!(out, " {}", def.name);
        }
        for (on, mark) in [
            (def.form != Form::Function && def.form != Form::Lambda, format!(" {:?}", def.form).to_lowercase()),
            (def.visibility == Visibility::Private, " private".to_owned()),
            (def.is_static, " static".to_owned()),
            (def.generator, " generator".to_owned()),
            (!def.symbols.is_empty(), format!(" if#{}", def.symbols.join(","))),
        ] {
            if on {
                out.push_str(&mark);
            }
        }
        out.push(' ');
        self.params(&def.params, out);
        for decorator in &def.decorators {
            out.push_str(" @");
            self.node(*decorator, out);
        }
        out.push(' ');
        self.node(def.body, out);
        out.push(')');
    }

    fn class(&self, class: &Class, out: &mut String) {
        let _ = write!(out, "({} {}", format!("{:?}", class.form).to_lowercase(), class.name);
        if !class.params.is_empty() {
            out.push(' ');
            self.params(&class.params, out);
        }
        for base in &class.bases {
            out.push_str(" <");
            self.node(*base, out);
        }
        out.push(' ');
        self.node(class.body, out);
        out.push(')');
    }
}
