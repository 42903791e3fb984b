use super::check;

#[test]
fn names_members_and_indexes() {
    check("a", "a");
    check("a.b.c", "a.b.c");
    check("a[b]", "(index a b)");
    check("a[1, 'x']", "(index a 1 \"x\")");
    check("a[1:n()]", "(index a (opaque 1 (call n)))");
    check("a[...]", "(index a (opaque))");
}

#[test]
fn calls() {
    check("f()", "(call f)");
    check("a.b(1).c()", "(call (call a.b 1).c)");
    check("f(a, *b, k=c, **d)", "(call f a (splat b) k=c **=d)");
    check("f(x for x in y)", "(call f (as:generator (for-collect x y x)))");
    check("f(# why\n  a)", "(call f a)");
    check("User(name=fake.name())", "(call User name=(call fake.name))");
    check("super().save(a)", "(call super.save a)");
    check("super(A, self).save()", "(call (call super A self).save)");
    check("super(f()).save()", "(call (call super (call f)).save)");
}

#[test]
fn logic() {
    check("a and b and c", "(and a b c)");
    check("a or b or (c or d)", "(or a b c d)");
    check("a or b and c or d", "(or a (and b c) d)");
    check("not a", "(not a)");
    check("not (a and b)", "(not (and a b))");
}

#[test]
fn comparisons() {
    check("a == b", "(Eq a b)");
    check("a != b", "(Ne a b)");
    check("a <> b", "(Ne a b)");
    check("a is None", "(Same a nil)");
    check("a is not None", "(NotSame a nil)");
    check("a in b", "(In a b)");
    check("a not in (b, 'c')", "(NotIn a (list b \"c\"))");
    check("a < b <= c", "(and (Lt a b) (Le b c))");
    check("a > b >= c", "(and (Gt a b) (Ge b c))");
}

#[test]
fn arithmetic() {
    check("a + b - c", "(Sub (Add a b) c)");
    check("a * b % c", "(Mod (Mul a b) c)");
    check("a << b & c | d ^ e", "(BitOr (BitAnd (Shift a b) c) (Xor d e))");
    check("a / b", "(Other a b)");
    check("-1", "-1");
    check("-1.5", "-1.5");
    check("-a", "(opaque a)");
    check("~f()", "(opaque (call f))");
}

#[test]
fn choices() {
    check("a if b else c", "(if-else b a c)");
    check("a if b else c if d else (e if f else g)", "(if-else b a d c (if-else f e g))");
}

#[test]
fn literals() {
    check("f(True, False, None)", "(call f true false nil)");
    check("f(1_000, 0x1F, 0o17, 0b11)", "(call f 1000 31 15 3)");
    check("f(1.5, 2j, 99999999999999999999)", "(call f 1.5 2j 99999999999999999999)");
    check("f(1), 2", "(list (call f 1) 2)");
    check("x = (a), (a,), [a, *b], {a}", "(set x (list a (list a) (list a (splat b)) (list a)))");
    check("{'a': 1, **b, c: d}", "(map \"a\":1 **:b c:d)");
}

#[test]
fn strings() {
    check(r#"f('a"\n\x41\u00e9\'\101')"#, r#"(call f "a\"\nAé'A")"#);
    check(r"f(r'\n', b'\d', u'x')", r#"(call f "\\n" (opaque) "x")"#);
    check("f('a' \"b\"\n  'c')", "(call f \"abc\")");
    check("f('''a\\\nb''')", "(call f \"ab\")");
    check("f('', f'')", "(call f \"\" \"\")");
}

#[test]
fn formatted_strings() {
    check("f'a{b}c{{d}}'", "(interp \"a\" b \"c{d}\")");
    check("'a' f'b{c()}' 'd'", "(interp \"ab\" (call c) \"d\")");
    check("f'{a!s}{b!r}{c=}'", "(interp a (opaque b) (opaque c))");
    check("f'{a:>{w()}}'", "(interp (opaque a (call w)))");
    check("f'{f\"{a}\"}'", "(interp (interp a))");
    check("f'{a, b}'", "(interp (list a b))");
    check("x = t'{a}'", "(set x (opaque a))");
}

#[test]
fn comprehensions() {
    check("[f(a) for a in b]", "(for-collect a b (call f a))");
    check("{a for a in b if c if d}", "(for-collect a b (if c (if d a)))");
    check("x = (a for a in b)", "(set x (as:generator (for-collect a b a)))");
    check("{k: v for k, v in d.items()}", "(for-collect (list k v) (call d.items) (list k v))");
    check("[x for a in b if a for x in a]", "(for-collect a b (if a (splat (for-collect x a x))))");
    check("async def f(): return [a async for a in b]", "(def f generator [] (seq (return (for-collect a b a))))");
}

#[test]
fn lambdas_and_wrappers() {
    check("lambda: f()", "(fn [] (call f))");
    check("lambda a, *b, c=f(), **d: a", "(fn [a *b :c=(call f) **d] a)");
    check("lambda: (yield)", "(fn generator [] (yield))");
    check("await f()", "(as:_ (call f))");
    check("(yield a)", "(yield a)");
    check("x = yield a, b", "(set x (yield (list a b)))");
    check("yield from a", "(yield (splat a))");
    check("f(b := c)", "(call f (set b c))");
}
