use super::check;

#[test]
fn assignments() {
    check("a = b", "(set a b)");
    check("a = b = c", "(set a (set b c))");
    check("a, b.c, d[0] = e", "(set (list a b.c (index d 0)) e)");
    check("(a) = (b, *c) = d", "(set a (set (list b (splat c)) d))");
    check("[a, (b, c)] = d", "(set (list a (list b c)) d)");
    check("a: Faker = b", "(set a (as:Faker b))");
    check("a: x.Y = b", "(set a (as:x.Y b))");
    check("a: list[Y] = b", "(set a b)");
    check("a: int", "(opaque)");
    check("f().a: int", "(opaque (call f).a)");
    check("a += b", "(set-Add a b)");
    check("a.b |= c", "(set-Other a.b c)");
}

#[test]
fn small_statements() {
    check("pass", "(seq)");
    check("\"\"\"doc\"\"\"", "");
    check("\"a\" 'b'", "");
    check("f'{a()}'", "(interp (call a))");
    check("a; b", "a b");
    check("del a", "(opaque!a)");
    check("del a, (b[c], d.e)", "(seq (opaque!a) (call b.pop c) (set d.e (opaque)))");
    check("global a, b", "(call global \"a\" \"b\")");
    check("nonlocal a", "(call nonlocal \"a\")");
    check("print a, b", "(call print a b)");
    check("print >>f, a", "(call print (opaque f) a)");
    check("exec a in b", "(call exec a b)");
    check("type X[T] = list[T]", "(opaque!X)");
}

#[test]
fn conditions() {
    check("if a: b", "(if a (seq b))");
    check("if a: b\nelif c: d\nelif e: f\nelse: g", "(if-else a (seq b) c (seq d) e (seq f) (seq g))");
    check("assert a", "(if (not a) (raise AssertionError))");
    check("assert a, 'no'", "(if (not a) (raise AssertionError))");
    check("assert a, f(b)", "(if (not a) (seq (call f b) (raise AssertionError)))");
}

#[test]
fn loops() {
    check("while a: b", "(while a (seq b))");
    check("while a:\n    break\nelse: c", "(while a (seq (break)) (seq c))");
    check("for a in b: continue", "(for a b (seq (next)))");
    check("for a, b in c, d: e\nelse: f", "(for (list a b) (list c d) (seq e) (seq f))");
    check("async def f():\n  async for a in b: c", "(def f generator [] (seq (for a b (seq c))))");
}

#[test]
fn context_managers() {
    check("with a: b", "(with a: (seq b))");
    check("with a() as b, c as (d, e): f", "(with (call a) as b c as (list d e): (seq f))");
    check("with (a as b, c): d", "(with a as b c: (seq d))");
    check("with (a, b): c", "(with a b: (seq c))");
    check("with a as b.c: d", "(with a as b.c: (seq d))");
    check("async def f():\n  async with a as b: c", "(def f generator [] (seq (with a as b: (seq c))))");
}

#[test]
fn handlers() {
    check("try: a\nexcept: b", "(try (seq a) [catch all => (seq b)])");
    check(
        "try: a\nexcept B: c\nexcept (D, e.F) as g: h\nelse: i\nfinally: j",
        "(try (seq a) [catch B => (seq c)] [catch D e.F $g => (seq h)] (else (seq i)) (finally (seq j)))",
    );
    check("try: a\nexcept* B as c: d", "(try (seq a) [catch B $c => (seq d)])");
    check("try: a\nexcept B, c: d", "(try (seq a) [catch B $c => (seq d)])");
    check("try: a\nexcept B, C: d", "(try (seq a) [catch B C => (seq d)])");
    check("try: a\nfinally: b", "(try (seq a) (finally (seq b)))");
}

#[test]
fn exits() {
    check("raise", "(raise)");
    check("raise A('b')", "(raise (call A \"b\"))");
    check("raise A from b", "(raise A)");
    check("raise A from b()", "(seq (call b) (raise A))");
    check("raise A, 'b'", "(raise A)");
    check("def f(): return", "(def f [] (seq (return)))");
    check("def f(): return a, *b", "(def f [] (seq (return (list a (splat b)))))");
}

#[test]
fn matches() {
    let arms = |cases: &str, expected: &str| {
        check(&format!("match a:\n{cases}"), &format!("(match a {expected})"));
    };
    arms(" case 'x' | 'y' | -1: b", "[(or \"x\" \"y\" -1) => (seq b)]");
    arms(" case None: b\n case True: c", "[nil => (seq b)] [true => (seq c)]");
    arms(" case -1.5: b", "[-1.5 => (seq b)]");
    arms(" case B.C.d: b", "[B.C.d => (seq b)]");
    arms(" case b: c\n case _: d", "[$b => (seq c)] [_ => (seq d)]");
    arms(" case b if b.c(): d", "[$b when (call b.c) => (seq d)]");
    arms(" case ('x' | 'y') as b: c", "[(and (or \"x\" \"y\") $b) => (seq c)]");
    arms(" case [1, (b, _)]: c", "[(list 1 (list $b _)) => (seq c)]");
    arms(" case 1, b: c", "[(list 1 $b) => (seq c)]");
    arms(" case (b,): c", "[(list $b) => (seq c)]");
    arms(" case [b, *c]: d", "[(opaque (opaque!b,c)) => (seq d)]");
    arms(" case B(): c", "[{B} => (seq c)]");
    arms(" case B(c=1, d=-2, e=f): g", "[{B c: 1 d: -2 e: $f} => (seq g)]");
    arms(" case B(c, d=_): e", "[(and {B d: _} (opaque (opaque!c))) => (seq e)]");
    arms(" case str(b): c", "[(and {str} $b) => (seq c)]");
    arms(" case {'k': 1, **b}: c", "[(and { k: 1} (opaque (opaque!b))) => (seq c)]");
    arms(" case {B.C: d}: e", "[(and {} (opaque (opaque!d))) => (seq e)]");
    arms(" case 1 + 2j: b", "[(opaque (opaque)) => (seq b)]");
    check("match a, b:\n case 1, 2: c", "(match (list a b) [(list 1 2) => (seq c)])");
}

#[test]
fn imports() {
    check("import a.b.c", "(Module { path: \"a.b.c\", alias: None })");
    check(
        "import a as b, c",
        "(seq (Module { path: \"a\", alias: Some(\"b\") }) (Module { path: \"c\", alias: None }))",
    );
    check("from a.b import (c as d,\n  e)", "(From { path: \"a.b\", names: [(\"c\", Some(\"d\")), (\"e\", None)] })");
    check("from . import a", "(From { path: \".\", names: [(\"a\", None)] })");
    check("from ..b import a", "(From { path: \"..b\", names: [(\"a\", None)] })");
    check("from a import *", "(Star { path: \"a\", is_static: false, global: false })");
    check("from __future__ import annotations", "(From { path: \"__future__\", names: [(\"annotations\", None)] })");
    check(
        "try:\n  import a\nexcept ImportError:\n  a = None",
        "(try (seq (Module { path: \"a\", alias: None })) [catch ImportError => (seq (set a nil))])",
    );
}
