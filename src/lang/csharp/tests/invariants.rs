//! The query and the lowering agree; no input is too deep; the items of a file are well ordered.

use std::collections::BTreeSet;

use regex::Regex;

use crate::lang::lower_all;
use crate::program::{ItemKind, Kind, Language, Program};
use crate::syntax;

const EXPRESSIONS: &str = include_str!("../expressions.rs");
const STATEMENTS: &str = include_str!("../statements.rs");
const ADAPTER: [&str; 16] = [
    EXPRESSIONS,
    STATEMENTS,
    include_str!("../access.rs"),
    include_str!("../attributes.rs"),
    include_str!("../calls.rs"),
    include_str!("../lambdas.rs"),
    include_str!("../operators.rs"),
    include_str!("../properties.rs"),
    include_str!("../classes.rs"),
    include_str!("../imports.rs"),
    include_str!("../literals.rs"),
    include_str!("../locals.rs"),
    include_str!("../members.rs"),
    include_str!("../outline.rs"),
    include_str!("../patterns.rs"),
    include_str!("../switches.rs"),
];

/// The roles that a dispatching function matches on: the strings before `=>` in its arms.
fn dispatched(source: &str, function: &str) -> BTreeSet<String> {
    let body = source.split(function).nth(1).unwrap();
    let body = body.split("\n}\n").next().unwrap();
    let arm = Regex::new(r#"(?m)^        ("[a-z_" |]+") =>"#).unwrap();
    let role = Regex::new(r#""([a-z_]+)""#).unwrap();
    arm.captures_iter(body)
        .flat_map(|arm| {
            role.captures_iter(arm.get(1).unwrap().as_str()).map(|role| role[1].to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_role_is_lowered_and_no_other() {
    let shapes = syntax::shapes(Language::CSharp).expect("the query compiles");
    let captured: BTreeSet<String> = shapes.query.capture_names().iter().map(|name| name.to_string()).collect();
    let mut lowered = dispatched(EXPRESSIONS, "fn by_role");
    lowered.extend(dispatched(STATEMENTS, "pub(super) fn statement"));
    assert_eq!(captured, lowered);
}

#[test]
fn every_field_and_kind_exists_in_the_grammar() {
    let grammar = syntax::grammar(Language::CSharp);
    let field = Regex::new(r#"(?:field\(\*?\w+, |body\(lower, \w+, |by_field_name\(|fields\()"([a-z_]+)""#).unwrap();
    let kind = Regex::new(r#"child\(\*?\w+, "([a-z_]+)"\)|kind\(\) [!=]= "([a-z_]+)""#).unwrap();
    for source in ADAPTER {
        for found in field.captures_iter(source) {
            assert!(grammar.field_id_for_name(&found[1]).is_some(), "field {}", &found[1]);
        }
        for found in kind.captures_iter(source) {
            let name = found.get(1).or(found.get(2)).unwrap().as_str();
            let known = [true, false].map(|named| grammar.id_for_node_kind(name, named));
            assert!(known.iter().any(|id| *id != 0), "kind {name}");
        }
    }
}

fn lowered(source: &str) -> Program {
    let program = lower_all(Language::CSharp, source, false);
    for (index, item) in program.items.iter().enumerate() {
        let parent = item.parent.map(|id| program.item(id));
        assert_eq!(parent.is_none(), index == 0);
        if let Some(parent) = parent {
            assert!(item.parent.unwrap().0 < index as u32);
            assert!(parent.kind == ItemKind::Container);
            assert!(parent.start <= item.start && item.end <= parent.end, "{source:.80}");
        }
        let code = item.code.as_ref().expect("everything is hot");
        for node in &code.nodes {
            assert!(node.span.start <= node.span.end);
            assert!(item.start + node.span.end <= program.items[0].end);
        }
    }
    program
}

#[test]
fn nothing_is_too_deep() {
    let many = 3000;
    let nested = [
        ("F(", "(", "1", ")", ");"),
        ("", "{ ", "F();", " }", ""),
        ("", "if (a) ", "F();", "", ""),
        ("F(", "x => ", "1", "", ");"),
        ("", "class C { ", "", " }", ""),
        ("F(x is ", "(", "1", ")", ");"),
        ("F(x is ", "{ P: ", "1", " }", ");"),
        ("", "switch (x) { case 1: ", "F();", "}", ""),
        ("F(", "x switch { 1 => ", "1", "}", ");"),
        ("", "try { ", "F();", " } finally { }", ""),
        ("", "#if A\n", "F();\n", "#endif\n", ""),
        ("#if ", "(", "A", ")", "\nF();\n#endif"),
        ("F(", "new A(new { B = new[] { ", "1", " } }) ", ");"),
        ("F(new A ", "{ B = ", "1", " }", ");"),
        ("", "F(() => { if (a) { ", "G();", " } });", ""),
        ("", "a: ", "F();", "", ""),
        ("foreach (var ", "(", "a", ")", " in x) F();"),
    ];
    for (start, open, inner, close, end) in nested {
        let (open, close) = (open.repeat(many), close.repeat(many));
        lowered(&format!("{start}{open}{inner}{close}{end}"));
        lowered(&format!("{start}{open}"));
    }
}

#[test]
fn long_chains_and_ladders_are_flat() {
    let many = 5000;
    for (start, link, end) in [
        ("F(a", ".b", ");"),
        ("F(a", ".b(c)", ");"),
        ("F(a", " || b", ");"),
        ("F(a", " + b", ");"),
        ("F(a", " ?? b", ");"),
        ("if (a) F();", " else if (b) G();", ""),
        ("F(", "a ? b : ", "c);"),
        ("F(x is 1", " or 2", ");"),
        ("F(x is ", "not ", "1);"),
        ("switch (x) { ", "case 1: ", "F(); break; }"),
        ("A x", ", y", ";"),
        ("A", ".B", " x;"),
        ("", "#if A\nF();\n#endif\n", ""),
        ("#if A\n", "#elif B\nG();\n", "#endif"),
    ] {
        let program = lowered(&format!("{start}{}{end}", link.repeat(many)));
        let opaque = program
            .items
            .iter()
            .filter_map(|item| item.code.as_ref())
            .flat_map(|code| &code.nodes)
            .any(|node| matches!(node.kind, Kind::Opaque { .. }));
        assert!(!opaque, "{link}");
    }
}

#[test]
fn broken_pieces_of_code_are_lowered() {
    let source = "namespace N; class C(int a) : B(a) { int x = new(1) { A = b?.c }; void M<T>(T p) { switch (p) { \
                  case { A: 1 } when x is not null and \"a\": foreach (var (k, v) in F($\"a{b:x}\", out var y)) { \
                  try { G(async z => z switch { 1 => 2, _ => throw new E() }); } catch (E e) when (e) { } } break; } } }";
    for at in 0..source.len() {
        lowered(&source[..at]);
        lowered(&source[at..]);
        lowered(&format!("{}{}", &source[..at], &source[(at + 7).min(source.len())..]));
    }
}

#[test]
fn items_bind_their_names() {
    let names = |source: &str| -> Vec<String> {
        let program = lowered(source);
        program.items[1..].iter().map(|item| item.names.join(",")).collect()
    };
    assert_eq!(names("if (a) { x = 1; } F(out y, out var z); var (p, q) = F();"), ["x", "y,z", "p,q"]);
    assert_eq!(
        names("using F = A.B; class C { int a, b; C() { } int P => 1; string Q { get; set; } event A E; }"),
        ["F", "C", "a,b", "C", "P", "Q", "E"]
    );
    assert_eq!(
        names("namespace A.B { enum E { X } delegate void D(); } (i, s.t) = u; n++; this.w = 1;"),
        ["A.B", "E", "D", "i", "n", "w"]
    );
}
