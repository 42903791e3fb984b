//! Broken, deep and long texts.

use super::{check, program};
use crate::program::{Code, Kind, NodeId, Program};

#[test]
fn broken_code_keeps_its_calls() {
    for source in [
        "f(1 2, hit())",
        "if x == : hit()",
        "def f(:\n    hit()",
        "class A(:\n    def g(self):\n        hit()",
        "x = [hit(), ",
        "for x in hit() y:\n    pass",
        "with hit() as:\n    pass",
        "lambda x y: hit()",
        "match x:\n  case 1 if hit() x:\n    pass",
        "f'{hit() x}'",
        "assert x y, hit()",
        "try:\n    hit()\n",
        "@hit(\ndef f(): pass",
        "while\n    hit()",
        "return hit( or",
    ] {
        let program = program(source);
        assert!(names(&program).any(|name| name == "hit"), "{source}");
    }
}

fn names(program: &Program) -> impl Iterator<Item = &str> {
    let codes = program.items.iter().filter_map(|item| item.code.as_ref());
    codes.flat_map(|code| &code.nodes).filter_map(|node| match &node.kind {
        Kind::Name(name) => Some(name.as_str()),
        _ => None,
    })
}

#[test]
fn broken_pieces_stand_before_what_they_break() {
    check("f(a b)", "(call f a (opaque b))");
}

#[test]
fn empty_texts() {
    check("", "");
    check("# nothing\n", "");
    check("\u{feff}a", "a");
    check("\0", "(opaque (opaque))");
}

#[test]
fn deep_texts_do_not_overflow() {
    let nest = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(3000), close.repeat(3000));
    let blocks = |head: &str| {
        let mut text = String::new();
        for depth in 0..600 {
            text += &" ".repeat(depth);
            text += head;
            text.push('\n');
        }
        text + &" ".repeat(600) + "pass\n"
    };
    for source in [
        nest("(", "a", ")"),
        nest("[", "a", "]"),
        nest("{1: ", "a", "}"),
        nest("f(", "a", ")"),
        nest("f(k=", "a", ")"),
        nest("a[", "b", "]"),
        nest("not ", "a", ""),
        nest("-", "a", ""),
        nest("await ", "a", ""),
        nest("lambda: ", "a", ""),
        nest("lambda a=", "b", ": c"),
        nest("a ** ", "b", ""),
        nest("a = ", "b", ""),
        nest("(a := ", "b", ")"),
        nest("a if b else ", "c", ""),
        nest("a if (", "b", ") else c"),
        nest("[a for a in ", "b", "]"),
        nest("(a, ", "b", ")") + " = c",
        nest("*", "a", ""),
        format!("match a:\n case {}: b", nest("[", "c", "]")),
        format!("match a:\n case {}: b", nest("C(d=", "c", ")")),
        format!("def f(a={}): b", nest("(", "c", ")")),
        format!("class C({}): b", nest("(", "c", ")")),
        format!("a: {} = b", nest("x[", "c", "]")),
        format!("del {}", nest("(", "c", ")")),
        blocks("if a:"),
        blocks("while a:"),
        blocks("for a in b:"),
        blocks("with a:"),
        blocks("def f():"),
        blocks("class C:"),
        blocks("@d\nclass C:"),
        blocks("match a:"),
        blocks("try:"),
    ] {
        program(&source);
    }
}

#[test]
fn long_texts_stay_flat() {
    const LONG: usize = 5000;
    for source in [
        format!("a{}", ".b(c)".repeat(LONG)),
        format!("a{}", "[b]".repeat(LONG)),
        format!("a{}", " + b()".repeat(LONG)),
        format!("a{}", " or b".repeat(LONG)),
        format!("a{}", " and b or c".repeat(LONG)),
        format!("a{}", " < b".repeat(LONG)),
        format!("if a: b\n{}", "elif c: d\n".repeat(LONG)),
        format!("[a{}]", " for b in c".repeat(LONG)),
        format!("x = [{}]", "a, ".repeat(LONG)),
        format!("x = ({})", "'a' ".repeat(LONG)),
        "@d\n".repeat(LONG) + "def f(): pass",
        "a = b\n".repeat(LONG),
        format!("match a:\n case {}: c", "b | ".repeat(LONG) + "b"),
        format!("match a:\n case {}: c", "b.".repeat(LONG) + "b"),
    ] {
        let program = program(&source);
        let depth = depth(&program);
        assert!(depth < 700, "{depth}: {}", &source[..40]);
    }
}

/// The depth of the deepest node, without recursion: children stand before their parents.
fn depth(program: &Program) -> usize {
    let codes = program.items.iter().filter_map(|item| item.code.as_ref());
    codes.map(code_depth).max().unwrap_or_default()
}

fn code_depth(code: &Code) -> usize {
    let mut depths: Vec<usize> = Vec::with_capacity(code.nodes.len());
    for node in &code.nodes {
        let of = |id: &NodeId| depths.get(id.0 as usize).copied().unwrap_or(0);
        let below = match &node.kind {
            Kind::Attr { recv, .. } => of(recv),
            Kind::Index { recv, args, .. } => args.iter().map(of).fold(of(recv), usize::max),
            Kind::Call(call) => call.args.iter().map(of).fold(of(&call.callee), usize::max),
            Kind::Binary { left, right, .. } => of(left).max(of(right)),
            Kind::And(all) | Kind::Or(all) | Kind::Seq(all) | Kind::List(all) => all.iter().map(of).max().unwrap_or(0),
            Kind::Opaque { children, .. } => children.iter().map(of).max().unwrap_or(0),
            Kind::If { arms, .. } => arms.iter().map(|(test, body)| of(test).max(of(body))).max().unwrap_or(0),
            Kind::Set { place, value, .. } => of(place).max(of(value)),
            Kind::Splat(inner) => of(inner),
            Kind::Loop(inner) => of(&inner.body),
            _ => 0,
        };
        depths.push(below + 1);
    }
    depths.into_iter().max().unwrap_or_default()
}
