//! Masks keep every byte in its place and forget only what the grammar cannot take.

use crate::lang::csharp::mask::mask;
use crate::lang::{Condition, SymbolTest};

fn shown(test: &SymbolTest) -> String {
    let join = |all: &[SymbolTest], sign: &str| {
        let all: Vec<String> = all.iter().map(shown).collect();
        format!("({})", all.join(sign))
    };
    match test {
        SymbolTest::Symbol(name) => name.to_string(),
        SymbolTest::Literal(value) => value.to_string(),
        SymbolTest::Not(inner) => format!("!{}", shown(inner)),
        SymbolTest::And(all) => join(all, " && "),
        SymbolTest::Or(all) => join(all, " || "),
    }
}

/// Compares the masked text, spaces at line ends left out, and the conditions with the text they hold.
fn check(source: &str, text: &str, conditions: &[(&str, &str)]) {
    let masked = mask(source);
    assert_eq!(masked.text.len(), source.len());
    let ends = |text: &str| text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(ends(&masked.text), ends(source));
    let lines: Vec<&str> = masked.text.lines().map(str::trim_end).collect();
    assert_eq!(lines.join("\n").trim_end(), text, "\n{source}");
    let held = |condition: &Condition| {
        let text = source[condition.range.clone()].trim().to_owned();
        assert!(source[condition.directive.clone()].trim_start().starts_with('#'));
        (shown(&condition.test), text)
    };
    let found: Vec<(String, String)> = masked.conditions.iter().map(held).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(test, text)| (test.as_str(), text.as_str())).collect();
    assert_eq!(found, conditions, "\n{source}");
}

#[test]
fn branches_that_stand_alone_stay() {
    check(
        "a;\n#if A // note\nb;\n#elif B\nc;\n#else\nd;\n#endif\ne;",
        "a;\n\nb;\n\nc;\n\nd;\n\ne;",
        &[("A", "b;"), ("(!A && B)", "c;"), ("(!A && !B)", "d;")],
    );
    check("#if A\n  #if !B\nx();\n  #endif\n#endif", "\n\nx();", &[("A", "#if !B\nx();\n  #endif"), ("!B", "x();")]);
    check("#if A == false\r\nx();\r\n#endif\r\n", "\nx();", &[("!A", "x();")]);
    check("[A]\n#if X\n[B]\n#endif\nclass C { }", "[A]\n\n[B]\n\nclass C { }", &[("X", "[B]")]);
}

#[test]
fn of_others_production_s_branch_stays() {
    check("f(\n#if DEBUG\n1\n#else\n2\n#endif\n);", "f(\n\n\n\n2\n\n);", &[("!DEBUG", "2")]);
    check("x = a\n#if A\n+ 1\n#endif\n;", "x = a\n\n\n\n;", &[]);
    check("#if A\nclass C {\n#else\nclass D {\n#endif\n}", "\n\n\nclass D {\n\n}", &[("!A", "class D {")]);
    check(
        "int this[int i]\n#if A\n{ get; }\n#else\n{ set; }\n#endif",
        "int this[int i]\n\n\n\n{ set; }",
        &[("!A", "{ set; }")],
    );
    // an attribute list belongs to what follows, so both signatures cannot stay
    check(
        "{ [A]\n#if X\nvoid M() { }\n#else\nvoid N() { }\n#endif\n}",
        "{ [A]\n\n\n\nvoid N() { }\n\n}",
        &[("!X", "void N() { }")],
    );
    check("if (a) { }\n#if X\nb();\n#endif\nelse { }", "if (a) { }\n\n\n\nelse { }", &[]);
    check("try { }\n#if X\ncatch { }\n#endif\nfinally { }", "try { }\n\n\n\nfinally { }", &[]);
    check(
        "#if DEBUG\nf(\n#if B\n1\n#endif\n#else\ng(\n#if NET8_0\n2\n#endif\n#endif\n);",
        "\n\n\n\n\n\ng(\n\n2\n\n\n);",
        &[("!DEBUG", "g(\n#if NET8_0\n2\n#endif"), ("NET8_0", "2")],
    );
}

#[test]
fn constants_decide() {
    check("#if false\nit's ( no { code\n#if A\n\"\n#endif\n#else\na;\n#endif", "\n\n\n\n\n\na;", &[]);
    check("#if true\na;\n#elif B\n/* no code\n#endif", "\na;", &[]);
    check("#if !true || false\na\n#endif", "", &[]);
    check("#if A\na;\n", "\na;", &[("A", "a;")]);
    check("#endif\n#else\na;\n#elif B\nb;", "\n\na;\n\nb;", &[]);
}

#[test]
fn definitions_are_reported() {
    let symbols = |source| {
        let masked = mask(source);
        masked.symbols.iter().map(|(name, on)| format!("{}{name}", if *on { "" } else { "!" })).collect::<Vec<_>>()
    };
    assert_eq!(symbols("#define A\n#undef DEBUG // b\n# define B\nx;"), ["A", "!DEBUG", "B"]);
    assert_eq!(symbols("#if DEBUG\n#define A\n#else\n#define B\n#endif"), ["B"]);
    assert_eq!(symbols("\u{feff}#define A\n#if A\n#define B\n#endif"), ["A", "B"]);
}

#[test]
fn strings_and_comments_hold_no_directives() {
    for source in [
        "a(\"#if\", '\"', '\\'', @\"\n#if A\n\"\"\n#if\n\");",
        "/*\n#if A\n*/ // #if",
        "a(\"\"\"\n#if A\n \"\" x\n\"\"\", $$\"\"\"\n#if {{ b(\"}}\") }} {c}\n\"\"\");",
        "a($\"{b(\"}\", $\"{c}\")}\", $\"{{#if\");",
        "class don_t { } // it's",
    ] {
        check(source, source, &[]);
    }
}

#[test]
fn names_that_look_like_modifiers() {
    check("f(async: async);", "f(asy\u{f1}: asy\u{f1});", &[]);
    check("async Task F() => async () => await x;", "async Task F() => async () => await x;", &[]);
    check("partial = required.x;", "parti\u{f1} = requir\u{f1}.x;", &[]);
    check("public required int X { get; }", "public required int X { get; }", &[]);
}

#[test]
fn gaps_of_the_grammar() {
    check("#! run\n#:package A@1\na;\n#pragma x", "\n\na;", &[]);
    check("f($\"{{{a}}}\");", "f($\"  {a}}}\");", &[]);
    check("namespace $safe$.B;", "namespace _safe_.B;", &[]);
    check("class A { extension(B b) { } }", "class A { class ext(B b) { } }", &[]);
    check("extension(b); { }", "extension(b); { }", &[]);
    check("f($\"\", $@\"\");", "f( \"\",   \"\");", &[]);
    check("x = [type, a[type]];", "x = [ty\u{f1}, a[ty\u{f1}]];", &[]);
    check("[field: A] [method: B] class C { }", "[field: A] [method: B] class C { }", &[]);
    check("ref partial struct S { }", "    partial struct S { }", &[]);
    check("a;\n/* no end\nb;", "a;\n\nb;", &[]);
}

#[test]
fn assignments_through_a_null_check() {
    for (source, text) in [
        ("a?.b = c;", "a->b = c;"),
        ("a.b?.c?.d(e == f, g = 1)[2].h ??= i;", "a.b->c->d(e == f, g = 1)[2].h ??= i;"),
        ("f(x => x?.e -= g);", "f(x => x->e -= g);"),
        ("a?[1] = c;", "a [1] = c;"),
    ] {
        check(source, text, &[]);
    }
    for source in [
        "if (a?.b == c) x = 1;",
        "f(a?.b, c = 1);",
        "y = a?.b; z = 1;",
        "q = from x in a?.b let z = 3 select z;",
        "q = a?.b ?? (c = 2);",
        "a?.b >= c; a?.b != c; a?.b <= c;",
        "x = a?.b > c ? d : e;",
        "f(a?.b(x => 1));",
    ] {
        check(source, source, &[]);
    }
}

#[test]
fn masking_twice_changes_nothing() {
    let source = "#if A\nf(async);\n#else\ng(\n#endif\n$\"{{{x}}}\" /* \u{e9} #if */ \u{1f600}\n#region \u{e9}\n";
    let once = mask(source).text.into_owned();
    assert_eq!(mask(&once).text, once);
}
