use super::check;

#[test]
fn conditions() {
    check(&[
        ("a if b; c unless d", "(if b a) (if (not d) c)"),
        ("if a then b elsif c then d elsif e; else f end", "(if-else a b c d e nil f)"),
        ("unless a; b; else c; end", "(if-else (not a) b c)"),
        ("a ? b : c ? d : e", "(if-else a b c d e)"),
        ("x = if a then b end", "(set x (if a b))"),
        ("(a if b) unless c", "(if (not c) (if b a))"),
        ("if a\n b\n c\nend", "(if a (seq b c))"),
    ]);
}

#[test]
fn loops() {
    check(&[
        ("while a; b; end; until c; d; end", "(while a b) (while (not c) d)"),
        ("a while b; c until d", "(while b a) (while (not d) c)"),
        ("begin; a; end while b", "(do-while b a)"),
        ("begin; a; end until b", "(do-while (not b) a)"),
        ("for a, b in c do d end", "(for (list a b) c d)"),
        ("loop do a; break; end; loop { b }", "(forever (seq a (break))) (forever b)"),
        ("x.loop { a }", "(call x.loop &(fn block [] a))"),
    ]);
}

#[test]
fn jumps() {
    check(&[
        (
            "return; return 1; return 1, 2; return *a",
            "(return) (return 1) (return (list 1 2)) (return (list (splat a)))",
        ),
        ("next if a; break b: 1", "(if a (next)) (break (map :b:1))"),
        ("yield; yield 1, a: 2", "(yield) (yield 1 a=2)"),
        ("redo; retry", "(opaque) (goto retry!)"),
        ("a and return", "(and a (return))"),
        ("exit; abort(\"x\"); throw :a", "exit (call abort \"x\") (call throw :a)"),
        (
            // BEGIN runs before anything else
            "END { a }; BEGIN { b }",
            "b (call at_exit &(fn block [] a))",
        ),
    ]);
}

#[test]
fn raises() {
    check(&[
        ("raise; raise \"a\"; fail A", "(raise) (raise \"a\") (raise A)"),
        ("raise A, \"b\", caller", "(seq caller (raise A))"),
        ("raise A, \"b #{c}\", cause: d", "(seq (interp \"b \" c) d (raise A))"),
        ("raise *a", "(raise (opaque a))"),
        ("raise(A.new(1)) if b", "(if b (raise (call A.new 1)))"),
        ("a or raise; fail = 1; x if fail", "(or a (raise)) (set fail 1) (if fail x)"),
        ("a.raise B", "(call a.raise B)"),
    ]);
}

#[test]
fn exceptions() {
    check(&[
        (
            "begin; a; rescue A, *B => e; b; rescue; c; else; d; ensure; f; end",
            "(try a [catch A (splat B) $e => b] [catch standard => c] (else d) (finally f))",
        ),
        ("begin; a; ensure; b; end", "(try a (finally b))"),
        ("begin; a; rescue => @e; b; end", "(try a [catch standard => (seq (set @e (opaque)) b)])"),
        ("x = a rescue b", "(set x (try a [catch standard => b]))"),
        ("def f; a; rescue B; c; end", "(def f [] (try a [catch B => c]))"),
        ("f do a; rescue; b; end", "(call f &(fn block [] (try a [catch standard => b])))"),
        ("class A; a; rescue; b; end", "(class A (try a [catch standard => b]))"),
    ]);
}

#[test]
fn case_when() {
    check(&[
        (
            "case a when \"b\", *C then 1 when /d/ then 2 else 3 end",
            "(match a [(or \"b\" (splat C)) => 1] [/d/ => 2] else 3)",
        ),
        ("case\nwhen a then b\nend", "(match - [a => b])"),
        ("case a\nwhen 1..2\nend", "(match a [(opaque 1 2) => nil])"),
    ]);
}

#[test]
fn case_in() {
    let otherwise = " else (raise NoMatchingPatternError))";
    for (patterns, expected) in [
        ("in \"a\" | :b then 1", "[(or \"a\" :b) => 1]"),
        ("in x if y then 1", "[$x when y => 1]"),
        ("in _ unless y then 1", "[_ when (not y) => 1]"),
        ("in {name: String => n, age:} then 1", "[{ name: (and String $n) age: $age} => 1]"),
        ("in {} then 1", "[(opaque) => 1]"),
        ("in {a:, **nil} then 1", "[(and { a: $a} (opaque (opaque))) => 1]"),
        ("in P(x:, y: 0) | nil then 1", "[(or {P x: $x y: 0} nil) => 1]"),
        ("in [A, [b, 1]] then 1", "[(list A (list $b 1)) => 1]"),
        ("in A, B then 1", "[(list A B) => 1]"),
        ("in [1, *rest] then 1", "[(opaque (opaque 1 (opaque!rest))) => 1]"),
        ("in [*, x, *post] then 1", "[(opaque (opaque!x (opaque) (opaque!post))) => 1]"),
        ("in P[a] then 1", "[(and P (list $a)) => 1]"),
        ("in ^z | ^(1 + 2) then 1", "[(or z (Add 1 2)) => 1]"),
        ("in 18.. then 1", "[(opaque 18) => 1]"),
    ] {
        let source = format!("case q\n{patterns}\nend");
        check(&[(&source, &format!("(match q {expected}{otherwise}"))]);
    }
    check(&[
        ("case q\nin 1 then 2\nelse 3\nend", "(match q [1 => 2] else 3)"),
        ("a in [b]; c => {d:}", "(is a (list $b)) (if-else (is c { d: $d}) nil (raise NoMatchingPatternError))"),
    ]);
}
