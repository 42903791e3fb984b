//! Tables of snippets and the programs they lower to.

use crate::lang::lower_all;
use crate::program::{Language, dump};

/// Lowers each source and compares its dump.
fn check(table: &[(&str, &str)]) {
    for (source, expected) in table {
        let found = dump(&lower_all(Language::CSharp, source, false));
        assert_eq!(&found, expected, "\n{source}");
    }
}

#[test]
fn literals_are_read() {
    check(&[
        ("F(null, true, 12, 0x1F, 1_000L, 1.5m);", "(seq (call F nil true 12 31 1000 1.5m))"),
        (r#"F('a', '\'', "a\tb\u0041\"", @"a""b", "x"u8);"#, r#"(seq (call F "a" "'" "a\tbA\"" "a\"b" "x"))"#),
        (
            r#"F("""
    raw
      text
    """);"#,
            r#"(seq (call F "raw\n  text"))"#,
        ),
        ("F(default, default(int), typeof(Foo), nameof(A.B));", r#"(seq (call F nil nil (opaque Foo) "B"))"#),
        ("F(-1, +2, ~x);", "(seq (call F -1 2 (opaque x)))"),
    ]);
}

#[test]
fn strings_with_holes() {
    check(&[
        (r#"F($"a{b}c{{d}} {x,5:N2}\n");"#, r#"(seq (call F (interp "a" b "c" "{d} " x "\n")))"#),
        (r#"F($@"for=""{v}""");"#, r#"(seq (call F (interp "for=\"" v "\"")))"#),
        (r#"F(@$"""{v}""");"#, r#"(seq (call F (interp "\"" v "\"")))"#),
        (r#"F($$"""x{{y}}""");"#, r#"(seq (call F (interp "x" y)))"#),
        (r#"F($"{{{a}}}");"#, r#"(seq (call F (interp "  " a "}")))"#),
        (r#"F($"", $@"");"#, r#"(seq (call F "" ""))"#),
        (r#"F($"{(a ? "x" : $"{b}")}");"#, r#"(seq (call F (interp (if-else a "x" (interp b)))))"#),
    ]);
}

#[test]
fn names_members_and_chains() {
    check(&[
        ("a.b;", "(seq (opaque a.b))"),
        ("this.x = base.y;", "(seq (set self.x super.y))"),
        ("F(this);", "(seq (call F self))"),
        ("a?.b();", "(seq (call? a?.b))"),
        ("a?.b.c(1)?[2].d!.e();", "(seq (call? (index? (call? a?.b?.c 1) 2)?.d?.e))"),
        ("(a?.b).c();", "(seq (call a?.b.c))"),
        ("a[1, 2].b<int>();", "(seq (call (index a 1 2).b<int>))"),
        ("string.Join(a);", "(seq (call string.Join a))"),
        ("global::System.Console.Write();", "(seq (call System.Console.Write))"),
        ("f()();", "(seq (call (call f)))"),
        ("F(@class);", "(seq (call F class))"),
    ]);
}

#[test]
fn calls_and_arguments() {
    check(&[
        ("F(x, name: 3);", "(seq (call F x name=3))"),
        ("F(out x, out var y, out int z, out _);", "(seq (call F (out x) (out (let y)) (out (let z<int>)) (out _)))"),
        ("F(ref x, in y);", "(seq (call F (opaque!x x) y))"),
        ("A.B<int, C.D>(x);", "(seq (call A.B<int,C.D> x))"),
        ("F<int?>();", "(seq (call F<int>))"),
    ]);
}

#[test]
fn construction() {
    check(&[
        (
            "F(new Foo<Bar>(1) { A = 2, B = { C = 3 }, D = { 1, x } });",
            "(seq (call F (new Foo<Bar> 1( init (set self.A 2) (set self.B.C 3) (set-Add self.D (list 1 x))))))",
        ),
        ("F(new A.B.C());", "(seq (call F (new A.B.C)))"),
        (
            r#"F(new Dictionary<string, int> { { "a", 1 }, ["b"] = 2 });"#,
            r#"(seq (call F (new Dictionary<string,int>( init (list "a" 1) (set (index self "b") 2)))))"#,
        ),
        ("Foo? x = new(1) { A = 1 };", "(seq (let x<Foo> (new Foo 1( init (set self.A 1)))))"),
        ("return new(1) { A = f() };", "(seq (return (opaque 1 (call f))))"),
        ("F(new { A = 1, b.C, d });", r#"(seq (call F (map "A":1 "C":b.C "d":d)))"#),
        (
            "F(new[] { 1 }, new string[] { x }, new int[n], new int[2]);",
            "(seq (call F (list 1) (list x) (opaque n) (opaque)))",
        ),
        (
            "int[] a = { 1, 2 }; int[] b = [1, ..a];",
            "(seq (let a<int[]> (list 1 2)) (let b<int[]> (list 1 (splat a))))",
        ),
        ("F((1, name: 2));", "(seq (call F (list 1 2)))"),
        ("F(r with { A = x() });", "(seq (call F (opaque r (opaque A (call x)))))"),
    ]);
}

#[test]
fn declarations() {
    check(&[
        ("var x = 1;", "(seq (let x 1))"),
        ("List<int>? x = F();", "(seq (let x<List<int>> (call F)))"),
        ("int a = 1, b;", "(seq (seq (let a<int> 1) (let b<int>)))"),
        (r#"const string K = "a";"#, r#"(seq (let K<string> "a"))"#),
        ("var (a, (b, _)) = F();", "(seq (set (list a (list b _)) (call F)))"),
        ("(var a, string b) = F();", "(seq (set (list a b) (call F)))"),
        ("(x, y) = (y, x);", "(seq (set (list x y) (list y x)))"),
        ("using var x = F();", "(seq (let x (call F)))"),
        (
            "int async = 1, partial; F(async: async, partial.Foo);",
            "(seq (seq (let async<int> 1) (let partial<int>)) (call F async=async partial.Foo))",
        ),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("x = y = 1;", "(seq (set x (set y 1)))"),
        ("x ??= 1;", "(seq (set-Coalesce x 1))"),
        ("x += 1; x -= 1; x++; --x;", "(seq (set-Add x 1) (set x (Sub x 1)) (Sub (set-Add x 1) 1) (set x (Sub x 1)))"),
        ("a.b = 1; a[0] = 2;", "(seq (set a.b 1) (set (index a 0) 2))"),
        ("a?.b.c = F(); a?.E += x => 1;", "(seq (set a?.b?.c (call F)) (set-Add a?.E (fn [x] 1)))"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("F(a + b + c * d);", "(seq (call F (Add (Add a b) (Mul c d))))"),
        ("F(a && b && c || d || e && f);", "(seq (call F (or (and a b c) d (and e f))))"),
        ("F((a && b) && c);", "(seq (call F (and a b c)))"),
        ("F(a ?? b ?? throw new E());", "(seq (call F (coalesce a b (raise (new E)))))"),
        (
            "F(!a, a == b, a != b, a < b, a & b, a | b, a ^ b);",
            "(seq (call F (not a) (Eq a b) (Ne a b) (Lt a b) (BitAnd a b) (BitOr a b) (Xor a b)))",
        ),
        ("F(a ? b : c ? d : e);", "(seq (call F (if-else a b c d e)))"),
        ("F((string)o, o as string, (a), checked(a + b));", "(seq (call F (as:string o) (as:string o) a (Add a b)))"),
        ("F(x as List<int>);", "(seq (call F (as:List<int> x)))"),
        ("F(a!.b, p->c);", "(seq (call F a.b p?.c))"),
    ]);
}

#[test]
fn tests_and_patterns() {
    check(&[
        (r#"F(x is null, x is "a", x is true);"#, r#"(seq (call F (is x nil) (is x "a") (is x true)))"#),
        (
            "F(x is Foo, x is Foo f, x is A.B, x is string);",
            "(seq (call F (is x <Foo>) (is x <Foo>$f) (is x A.B) (is x <string>)))",
        ),
        (r#"F(x is not null and not "a" or "b");"#, r#"(seq (call F (is x (or (and (not nil) (not "a")) "b"))))"#),
        (r#"F(x is not ("a" or null));"#, r#"(seq (call F (is x (not (or "a" nil)))))"#),
        ("F(x is not Foo f);", "(seq (call F (is x (not <Foo>$f))))"),
        (r#"F(x is { P: 1, Q.R: not "b" } t);"#, r#"(seq (call F (is x { P: 1 Q: { R: (not "b")}}$t)))"#),
        ("F(x is Foo { P: _ });", "(seq (call F (is x {Foo P: _})))"),
        (
            "F(x is (1, _), x is Point(1, var q) p);",
            "(seq (call F (is x (list 1 _)) (is x (and <Point>$p (list 1 $q)))))",
        ),
        ("F(x is [1, _], x is [1, ..]);", "(seq (call F (is x (list 1 _)) (is x (opaque 1))))"),
        ("F(x is > 3 and < 5);", "(seq (call F (is x (and (opaque 3) (opaque 5)))))"),
        ("F(x is var y);", "(seq (call F (is x $y)))"),
        ("F(x is { });", "(seq (call F (is x {})))"),
    ]);
}

#[test]
fn conditions() {
    check(&[
        ("if (a) b(); else if (c) { d(); } else e();", "(seq (if-else a (call b) c (seq (call d)) (call e)))"),
        ("if (a) ;", "(seq (if a (seq)))"),
        ("if (a) { }", "(seq (if a (seq)))"),
    ]);
}

#[test]
fn switch_statements() {
    check(&[
        (
            "switch (e) { case 1: case 2: A(); break; default: B(); break; }",
            "(seq (match e [(or 1 2) => (seq (call A))] else (seq (call B))))",
        ),
        (
            r#"switch (e) { default: B(); break; case "a": return; }"#,
            r#"(seq (match e ["a" => (seq (return))] else (seq (call B))))"#,
        ),
        (
            "switch (e) { case Foo f when f.x: { B(); break; } case string: C(); goto case 1; }",
            "(seq (match e [<Foo>$f when f.x => (seq (label Foo f:) (seq (seq (call B) (break))))] [<string> => (seq (label string:) (seq (call C) (goto 1:)))]))",
        ),
        (
            "switch (e) { case 1: case 2 when k: A(); break; }",
            "(seq (match e [(or 1 (and 2 (opaque k))) => (seq (call A))]))",
        ),
        ("switch (e) { case > 3: case null: return; }", "(seq (match e [(or (opaque 3) nil) => (seq (return))]))"),
        ("switch (a, b) { case (1, _): A(); break; }", "(seq (match (list a b) [(list 1 _) => (seq (call A))]))"),
    ]);
}

#[test]
fn switch_expressions() {
    check(&[
        (
            r#"F(x switch { "a" or "b" => 1, Foo { P: 1 } f when f.y => g(), null => throw new E(), _ => 2 });"#,
            r#"(seq (call F (match x [(or "a" "b") => 1] [{Foo P: 1}$f when f.y => (call g)] [nil => (raise (new E))] [_ => 2])))"#,
        ),
        ("F(x switch { A.B => 1, C => this });", "(seq (call F (match x [A.B => 1] [C => self])))"),
    ]);
}

#[test]
fn loops() {
    check(&[
        (
            "for (int i = 0, j = 1; i < 3; i++, j++) F(i);",
            "(seq (seq (let i<int> 0) (let j<int> 1) (while (Lt i 3) (seq (call F i) (Sub (set-Add i 1) 1) (Sub (set-Add j 1) 1)))))",
        ),
        ("for (;;) { break; }", "(seq (seq (forever (seq (seq (break))))))"),
        ("while (a) continue;", "(seq (while a (next)))"),
        ("do { F(); } while (a);", "(seq (do-while a (seq (call F))))"),
        ("foreach (var x in y) F(x);", "(seq (for x y (call F x)))"),
        ("foreach (var (a, b) in y) F(a);", "(seq (for (list a b) y (call F a)))"),
        ("foreach ((string a, var b) in y) F(a);", "(seq (for (list a b) y (call F a)))"),
        ("await foreach (var x in y()) F(x);", "(seq (for x (call y) (call F x)))"),
    ]);
}

#[test]
fn scopes_and_exits() {
    check(&[
        ("using (var u = Open()) using (Other()) F();", "(seq (seq (let u (call Open)) (seq (call Other) (call F))))"),
        ("lock (a) { b(); }", "(seq (seq a (seq (call b))))"),
        ("unsafe { fixed (char* p = s) { F(); } }", "(seq (seq (seq (seq (let p<char*> s) (seq (call F))))))"),
        ("checked { F(); }", "(seq (seq (seq (call F))))"),
        (r#"throw new E("x");"#, r#"(seq (raise (new E "x")))"#),
        ("return;", "(seq (return))"),
        ("goto end; end: F();", r#"(seq (goto end) (seq (label end) (call F)))"#),
    ]);
}

#[test]
fn exceptions() {
    check(&[
        (
            "try { a(); } catch (A.B e) when (e.x) { b(); } catch (C) { } catch { throw; } finally { c(); }",
            "(seq (try (seq (call a)) [catch A.B $e when e.x => (seq (call b))] [catch C => (seq)] [catch all => (seq (raise))] (finally (seq (call c)))))",
        ),
        ("try { a(); } catch when (x) { }", "(seq (try (seq (call a)) [catch all when x => (seq)]))"),
    ]);
}

#[test]
fn functions_without_a_name() {
    check(&[
        ("F(x => x.y);", "(seq (call F (fn [x] x.y)))"),
        ("F((int a, string? b) => { return a; });", "(seq (call F (fn [a<int> b<string>] (seq (return a)))))"),
        ("F(async () => await x);", "(seq (call F (fn [] (as:_ x))))"),
        ("F(delegate(int p) { return p; });", "(seq (call F (fn [p<int>] (seq (return p)))))"),
        ("F(delegate { });", "(seq (call F (fn [] (seq))))"),
        ("F(static (_, _) => 1);", "(seq (call F (fn [_ _] 1)))"),
    ]);
}

#[test]
fn local_functions_stand_first() {
    check(&[(
        "{ F(); int G(int a) => a; G(1); static void H() { } }",
        "(seq (seq (def G private [a<int>] a) (def H private static [] (seq)) (call F) (call G 1)))",
    )]);
}

#[test]
fn queries_are_opaque() {
    check(&[(
        "F(from x in xs where G(x) select x.y);",
        "(seq (call F (opaque (opaque x xs) (opaque (call G x)) (opaque x.y))))",
    )]);
}

#[test]
fn methods() {
    check(&[
        (
            r#"class C { public void A() { } void B(int a, string? b = "x", params int[] c) => F(); }"#,
            r#"(seq (class C (seq (def A [] (seq)) (def B private [a<int> b<string>="x" *c<int[]>] (call F)))))"#,
        ),
        (
            "class C { internal static async Task<List<int>> A<T>(this T t) where T : class { await F(); return null; } }",
            "(seq (class C (seq (def A static [t<T>] (seq (as:_ (call F)) (return nil))))))",
        ),
        (
            "class C { C(int a) : base(a, 1) { x = a; } C() : this(1) => F(); static C() { } ~C() { } }",
            "(seq (class C (seq (def C constructor private [a<int>] (seq (call super a 1) (set x a))) (def C constructor private [] (seq (call self 1) (call F))) (def C constructor static [] (seq)) (def ~C [] (seq)))))",
        ),
        (
            "class C { void I.A(in int a, ref int b, out int c) { c = 1; } protected abstract void B(); extern void D(); }",
            "(seq (class C (seq (def A [a<int> b<int> c<int>] (seq (set c 1))) (def B [] (opaque)) (def D private [] (opaque)))))",
        ),
        (
            r#"class C { [Conditional("DEBUG"), Conditional("SEED"), Obsolete("x", Foo = 1)] void A() { } [A.B<int>] public override void D() { } }"#,
            r#"(seq (class C (seq (def A private if#DEBUG,SEED [] @(call Obsolete "x" Foo=1) (seq)) (def D [] @(call A.B<int>) (seq)))))"#,
        ),
        (
            "class C { IEnumerable<int> A() { yield return F(); yield break; } void B() { IEnumerable<int> D() { yield return 1; } } }",
            "(seq (class C (seq (def A private generator [] (seq (yield (call F)) (return))) (def B private [] (seq (def D private generator [] (seq (yield 1))))))))",
        ),
        (
            "class C { public static C operator +(C a, C b) => a; public static implicit operator int(C a) { return 1; } }",
            "(seq (class C (seq (def operator + static [a<C> b<C>] a) (def operator implicit int static [a<C>] (seq (return 1))))))",
        ),
    ]);
}

#[test]
fn properties() {
    check(&[
        (
            "class C { public string? A { get; set; } = F(); int B => G(); public int D { get { return x; } private set { x = value; } } }",
            "(seq (class C (seq (let A<string> (call F)) (def B getter private [] (call G)) (seq (def D getter [] (seq (return x))) (def D setter private [value<int>] (seq (set x value)))))))",
        ),
        (
            "class C { int A { get => x; } int B { get; set { y = value; } } public Foo E { get; } = new(1); public Foo G => new(); }",
            "(seq (class C (seq (def A getter private [] x) (seq (let B<int>) (def B setter private [value<int>] (seq (set y value)))) (let E<Foo> (new Foo 1)) (def G getter [] (new Foo)))))",
        ),
        (
            "class C { public int this[int i] { get => a[i]; set => a[i] = value; } abstract bool P { get; } }",
            "(seq (class C (seq (seq (def this[] getter [i<int>] (index a i)) (def this[] setter [i<int> value<int>] (set (index a i) value))) (def P getter [] (opaque)))))",
        ),
        (
            "class C { event Action A, B; event Action D { add { x += value; } remove { } } }",
            "(seq (class C (seq (seq (let A<Action>) (let B<Action>)) (seq (let D<Action>) (def D setter private [value<Action>] (seq (set-Add x value))) (def D setter private [value<Action>] (seq))))))",
        ),
        (
            "interface I { bool P { get; } int Q => 1; void M(); void N() { F(); } int this[int i] { get; } }",
            "(seq (interface I (seq (def P getter [] (opaque)) (def Q getter [] 1) (def M [] (opaque)) (def N [] (seq (call F))) (def this[] getter [i<int>] (opaque)))))",
        ),
    ]);
}

#[test]
fn classes() {
    check(&[
        ("static class C { }", "(seq (module C (seq)))"),
        (
            "public sealed class C<T>(IEnv env, int a = 1) : Base<User>(env), IFoo where T : new() { int x = 1, y; }",
            "(seq (class C [env<IEnv> a<int>=1] <(as:Base<User> Base) <IFoo (seq (call super env) (seq (let x<int> 1) (let y<int>)))))",
        ),
        (
            "record R(int A, string? B = null) : Base(A), IFoo; record struct S { }",
            "(seq (class R [A<int> B<string>=nil] <Base <IFoo (seq (call super A))) (class S (seq)))",
        ),
        ("struct S { int x; }", "(seq (class S (seq (let x<int>))))"),
        (
            "enum E : byte { A, B = 5, C, D = 1 << 2, F }",
            "(seq (enum E <byte (seq (let A 0) (let B 5) (let C 6) (let D (Shift 1 2)) (let F (opaque)))))",
        ),
        (
            "namespace A.B { namespace C { class D { } } class G { } }",
            "(seq (module A.B (seq (module C (seq (class D (seq)))) (class G (seq)))))",
        ),
        (
            "using X; namespace A.B; class C { class D { } void M() { } } class G { }",
            r#"(seq (Star { path: "X", is_static: false, global: false }) (module A.B (seq (class C (seq (class D (seq)) (def M private [] (seq)))) (class G (seq)))))"#,
        ),
        ("delegate int D(int a); class C { delegate void F(); }", "(seq (opaque) (class C (seq (opaque))))"),
        ("[A(1)] class C { [B] int x; }", "(seq (class C (seq (seq (opaque (call B)) (let x<int>)))))"),
    ]);
}

#[test]
fn imports() {
    check(&[
        (
            "using A.B; using static A.B; global using A; global using static A.B;",
            r#"(seq (Star { path: "A.B", is_static: false, global: false }) (Star { path: "A.B", is_static: true, global: false }) (Star { path: "A", is_static: false, global: true }) (Star { path: "A.B", is_static: true, global: true }))"#,
        ),
        (
            "using F = A.B.C<D>; using global::A.B;",
            r#"(seq (Module { path: "A.B.C", alias: Some("F") }) (Star { path: "A.B", is_static: false, global: false }))"#,
        ),
        ("extern alias X;", "(seq (opaque))"),
        (r#"[assembly: A("x", B = 1)] class C { }"#, r#"(seq (opaque (call A "x" B=1)) (class C (seq)))"#),
    ]);
}

#[test]
fn top_level() {
    check(&[
        (
            "#!/usr/bin/env dotnet\n#:package Foo@1.0\nvar a = F();\nvoid L(int x) { }\nif (a) L(1);",
            "(seq (let a (call F)) (def L private [x<int>] (seq)) (if a (call L 1)))",
        ),
        ("{ int a; } ;", "(seq (seq (let a<int>)))"),
    ]);
}

#[test]
fn directives_side_by_side() {
    check(&[
        ("#if DEBUG\nF();\n#endif", "(seq (if #DEBUG (seq (call F))))"),
        (
            "#if DEBUG\nF();\n#elif A && (B || !C)\nG();\n#else\nH();\n#endif",
            "(seq (if #DEBUG (seq (call F))) (if (and (not #DEBUG) (and #A (or #B (not #C)))) (seq (call G))) (if (and (not #DEBUG) (not (and #A (or #B (not #C))))) (seq (call H))))",
        ),
        (
            "{\n#if A\nF();\n#if B\nG();\n#endif\nH();\n#endif\nI();\n}",
            "(seq (seq (if #A (seq (call F) (if #B (seq (call G))) (call H))) (call I)))",
        ),
        (
            "class C {\n#if DEBUG\nconst bool A = true;\n#else\nconst bool A = false;\n#endif\n#if DEBUG\nvoid M() { }\nvoid N() { }\n#endif\n}",
            "(seq (class C (seq (if #DEBUG (seq (let A<bool> true))) (if (not #DEBUG) (seq (let A<bool> false))) (if #DEBUG (seq (def M private [] (seq)) (def N private [] (seq)))))))",
        ),
        (
            "#if NET6_0\nusing A;\n#else\nusing B;\n#endif\nclass C { }",
            r#"(seq (if #NET6_0 (seq (Star { path: "A", is_static: false, global: false }))) (if (not #NET6_0) (seq (Star { path: "B", is_static: false, global: false }))) (class C (seq)))"#,
        ),
        ("#if DEBUG\nnamespace A { class C { } }\n#endif", "(seq (if #DEBUG (seq (module A (seq (class C (seq)))))))"),
        (
            r#"class C {
#if DEBUG
[Test]
[Conditional("X")]
#endif
void M() { }
}"#,
            r#"(seq (class C (seq (def M private [] @(if #DEBUG (call Test)) @(if #DEBUG (call Conditional "X")) (seq)))))"#,
        ),
        (
            "switch (e) {\ncase 1:\n#if DEBUG\nF();\n#endif\nbreak;\n#if DEBUG\ncase 2: G(); break;\n#endif\n#if A\ndefault: break;\n#endif\n}",
            "(seq (match e [1 => (seq (if #DEBUG (seq (call F))))] [2 when #DEBUG => (seq (call G))] [_ when #A => (seq)]))",
        ),
        (
            "class C { int P {\n#if DEBUG\nget { return 1; }\n#else\nget { return 2; }\n#endif\n} }",
            "(seq (class C (seq (seq (if #DEBUG (seq (def P getter private [] (seq (return 1))))) (if (not #DEBUG) (seq (def P getter private [] (seq (return 2)))))))))",
        ),
        ("enum E {\nA\n#if DEBUG\n, B\n#endif\n}", "(seq (enum E (seq (let A 0))))"),
    ]);
}

#[test]
fn directives_that_choose() {
    check(&[
        ("F(1\n#if DEBUG\n, 2\n#else\n, 3\n#endif\n);", "(seq (call F 1 3))"),
        ("if (a)\n#if DEBUG\nF();\n#else\nG();\n#endif", "(seq (if a (call G)))"),
        ("#if DEBUG\nif (a) {\n#else\nif (b) {\n#endif\nF();\n}", "(seq (if b (seq (call F))))"),
        ("if (a) { F(); }\n#if DEBUG\nelse { G(); }\n#endif", "(seq (if a (seq (call F))))"),
        ("x\n#if DEBUG\n.A()\n#endif\n.B();", "(seq (call x.B))"),
        ("#if RELEASE && !NETFRAMEWORK && NET8_0_OR_GREATER\nF(\n#else\nG(\n#endif\n1);", "(seq (call F 1))"),
        ("#define DEMO\n#if DEMO\nF(\n#else\nG(\n#endif\n1);", "(seq (call F 1))"),
        ("class C\n#if DEBUG\n: A\n#endif\n{ }", "(seq (class C (seq)))"),
        ("F(new X {\n#if DEBUG\nA = 1,\n#endif\nB = 2 });", "(seq (call F (new X( init (set self.B 2)))))"),
    ]);
}

#[test]
fn directives_around_prose() {
    check(&[
        ("#if false\nThis isn't code: ( {\n#endif\nF();", "(seq (call F))"),
        (
            r#"#if true
F();
#else
This " neither )
#endif"#,
            "(seq (call F))",
        ),
        ("#if DEBUG\nF();\n", "(seq (if #DEBUG (seq (call F))))"),
        ("F();\n#endif\n#else\nG();", "(seq (call F) (call G))"),
        (
            "#region A\nF();\n#endregion\n#pragma warning disable\n#nullable enable\nG();\n#pragma warning restore",
            "(seq (call F) (call G))",
        ),
        (
            r##"F("#if A");
/*
#if B
*/ // #if C
G(@"
#if D
", """
#if E
""", $@"{x}
#if F
");"##,
            r##"(seq (call F "#if A") (call G "\n#if D\n" "#if E" (interp x "\n#if F\n")))"##,
        ),
    ]);
}

#[test]
fn templates_and_extension_blocks() {
    check(&[
        (
            "namespace $safeprojectname$.Mock { class C { } }",
            "(seq (module _safeprojectname_.Mock (seq (class C (seq)))))",
        ),
        (
            "static class X { extension<T>(IEnumerable<T> source) where T : class { public bool None() => !source.Any(); } }",
            "(seq (module X (seq (class ext [source<IEnumerable<T>>] (seq (def None [] (not (call source.Any))))))))",
        ),
        ("extension(a); F();", "(seq (call extension a) (call F))"),
        ("int[] x = [type];", "(seq (let x<int[]> (list type)))"),
        ("ref partial struct S { }", "(seq (class S (seq)))"),
    ]);
}

#[test]
fn broken_code() {
    check(&[
        ("class C { void M() { F(; G(); } }", "(seq (class C (seq (def M private [] (seq (call F) (call G))))))"),
        ("class C { void M() { if (", "(seq (opaque C void M (opaque)))"),
        ("F(); } G();", "(seq (call F) (opaque) (call G))"),
        ("var x = ;", "(seq (seq (let x) (opaque)))"),
        ("class C { void M() { a. } }", "(seq (class C (seq (def M private [] (seq (opaque a))))))"),
        ("F(a = , b);", "(seq (call F a (opaque) b))"),
    ]);
}
