use super::check;

#[test]
fn names_and_fields() {
    check(&[
        ("hit!", "hit!"),
        ("a; B; foo?", "a B foo?"),
        ("self; @x; @@y; $z", "self @x @@y $z"),
        ("__FILE__ == $0", "(Eq __FILE__ $0)"),
        ("super; super(1); super.x", "(call super) (call super 1) (call (call super).x)"),
    ]);
}

#[test]
fn numbers_and_words() {
    check(&[
        ("nil; true; false", "nil true false"),
        ("0x1f; 1_000; 0b11; 017", "31 1000 3 15"),
        ("-3; +1; 1.5; -1.5; 2r", "-3 1 1.5 -1.5 2r"),
        ("99999999999999999999", "99999999999999999999"),
        (":a; :\"a b\"; %s(c)", ":a :a b :c"),
        (":\"a#{b}\"", "(call (interp \"a\" b).to_sym)"),
        ("?a; ?\\n", "\"a\" \"\\n\""),
    ]);
}

#[test]
fn strings() {
    check(&[
        (r#""a\n\u00e9\t""#, r#""a\né\t""#),
        (r"'a\'b\n'", r#""a'b\\n""#),
        ("%q(it's); %(x); %Q[y]", r#""it's" "x" "y""#),
        ("\"\"; ''", r#""" """#),
        ("\"a\" \"b#{c}d\" 'e'", r#"(interp "ab" c "de")"#),
        ("\"a\" 'b'", r#""ab""#),
        ("\"db/#{Rails.env}.rb\"", r#"(interp "db/" (call Rails.env) ".rb")"#),
        ("\"a#@b\"", r#"(interp "a" @b)"#),
        ("\"#{a; b}\"", "(interp (seq a b))"),
        ("`ls #{x}`", r#"(opaque "ls " x)"#),
        ("%w[a b]; %i[c d]; %W[e#{f} g]", r#"(list "a" "b") (list :c :d) (list (interp "e" f) "g")"#),
        (r"/a\/b/i; %r{x}; //", r"/a\/b/i /x/ //"),
        ("/a#{b}c/; /a b/x", "(opaque b) (opaque)"),
    ]);
}

#[test]
fn heredocs() {
    check(&[
        ("x = <<~A\n    a\n      b\n  A\ny", "(set x \"a\\n  b\\n\") y"),
        ("x = <<A\n a\nA\n", "(set x \" a\\n\")"),
        (
            "f(<<~A, <<~'B').g\n one #{Faker.name}\nA\n b\nB\n",
            r#"(call (call f (interp " one " (call Faker.name) "\n") "b\n").g)"#,
        ),
        ("f(<<~A,\n a\nA\n 2)", r#"(call f "a\n" 2)"#),
        ("f <<~A do |x|\n #{y}\nA\n z\nend", r#"(call f (interp " " y "\n") &(fn block [x] z))"#),
        ("def a = <<~A\n  #{y}\nA\nb", "(def a [] (interp \"  \" y \"\\n\")) b"),
        ("class A\n  X = <<~A\n    #{y}\n  A\nend", r#"(class A (seq (set X (interp "    " y "\n  "))))"#),
        // the text belongs to another statement of the line
        ("a(<<~A); b\n #{c}\nA\nd", r#"(call a (opaque)) (opaque b (interp " " c "\n")) d"#),
        ("x = <<~`A`\n ls\nA\n", "(set x (opaque \"ls\\n\"))"),
    ]);
}

#[test]
fn collections() {
    check(&[
        ("[1, *a, b: 2]", "(list 1 (splat a) (map :b:2))"),
        ("x = {a: 1, :b => 2, \"c\" => 3, \"d\": 4, e:, **f}", "(set x (map :a:1 :b:2 \"c\":3 :d:4 :e:e **:f))"),
        ("a[1]; a[*b, &c]; ENV[\"X\"]", "(index a 1) (index a (splat b) c) (index ENV \"X\")"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("a && b && (c && d) || e", "(or (and a b c d) e)"),
        ("a or b and not c", "(and (or a b) (not c))"),
        ("!a; not(b); a != b", "(not a) (not b) (Ne a b)"),
        ("a =~ b; a !~ b; a === b; a <=> b", "(Matches a b) (NotMatches a b) (CaseEq a b) (Other a b)"),
        ("1 + 2 - 3 << 4", "(Shift (Sub (Add 1 2) 3) 4)"),
        ("a * b % c; a / b; a & b | c", "(Mod (Mul a b) c) (Other a b) (BitOr (BitAnd a b) c)"),
        ("a..b; 1..; -x", "(opaque a b) (opaque 1) (opaque x)"),
        ("defined?(X); defined? @y", "(call defined? X) (call defined? @y)"),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("a = b = 1", "(set a (set b 1))"),
        ("A = 1; ::B = 2; C::D = 3; @e = 4", "(set A 1) (set B 2) (set C.D 3) (set @e 4)"),
        ("a ||= 1; b &&= 2; c += 3; d <<= 4", "(set-Or a 1) (set-And b 2) (set-Add c 3) (set-Other d 4)"),
        ("a.b = 1; a&.b = 2; self.c = 3; a[1] = 4", "(set a.b 1) (set a?.b 2) (set self.c 3) (set (index a 1) 4)"),
        ("a, (b, *c), d.e = 1, *f", "(set (list a (list b (splat c)) d.e) (list 1 (splat f)))"),
        ("a, * = b; c = *d", "(set (list a (splat *)) b) (set c (list (splat d)))"),
        (
            "alias a b; alias_method :c, :d; alias $e $f",
            "(call alias_method :a :b) (call alias_method :c :d) (set $e $f)",
        ),
        ("undef a, :b", "(opaque!a,b)"),
    ]);
}

#[test]
fn calls() {
    check(&[
        ("a.b; a&.b; a::b; A::B; ::C; A::B()", "(call a.b) (call? a?.b) (call a.b) A.B C (call A.B)"),
        ("f(); f 1; F(2); x.(3); x.call(4)", "(call f) (call f 1) (call F 2) (call x.call 3) (call x.call 4)"),
        ("a.b(1).c[2]&.d { e }", "(call? (index (call (call a.b 1).c) 2)?.d &(fn block [] e))"),
        ("f a: 1, \"b\": 2, :c => 3, \"d\" => 4, e:, **g", "(call f a=1 b=2 c=3 e=e (splat g) (map \"d\":4))"),
        ("f(*a, &b); f(&:c); f(&method(:d))", "(call f (splat a) &b) (call f &:c) (call f &(call method :d))"),
        ("def f(*, **, &) = g(*, **, &)", "(def f [** **** &&] (call g (splat *) (splat **) &&))"),
        ("def f(...) = g(...)", "(def f [*...] (call g (splat ...)))"),
        ("f a do |x| y end", "(call f a &(fn block [x] y))"),
        ("a.b c { d }", "(call a.b (call c &(fn block [] d)))"),
        ("x.!; a.+(b)", "(call x.!) (call a.+ b)"),
        ("task x: [:y] do z end", "(call task x=(list :y) &(fn block [] z))"),
    ]);
}

#[test]
fn requires() {
    check(&[
        ("require \"faker\"", "(Require { how: \"require\", path: Some(\"faker\") })"),
        ("require_relative \"a\" if b", "(if b (Require { how: \"require_relative\", path: Some(\"a\") }))"),
        (
            "begin; require 'a'; rescue LoadError; end",
            "(try (Require { how: \"require\", path: Some(\"a\") }) [catch LoadError => nil])",
        ),
        ("require 'a' rescue nil", "(try (Require { how: \"require\", path: Some(\"a\") }) [catch standard => nil])"),
        // the value counts
        ("x = require \"y\"", "(set x (call require \"y\"))"),
        ("load Rails.root.join(\"a\")", "(call load (call (call Rails.root).join \"a\"))"),
    ]);
}
