use super::check;

#[test]
fn methods() {
    check(&[
        ("def a; end; def b() 1 end", "(def a [] nil) (def b [] 1)"),
        ("def m(a, b = 1, *c, d:, e: 2, **f, &g); h; end", "(def m [a b=1 *c :d :e=2 **f &g] h)"),
        ("def a(x, (y, z)) = x", "(def a [x (1)] (seq (set (list y z) (1)) x))"),
        ("def initialize; end; def x=(v); end", "(def initialize constructor [] nil) (def x setter [v] nil)"),
        ("def ==(o) = true; def []=(k, v) = 1", "(def == [o] true) (def []= [k v] 1)"),
        ("def self.a; end; def b.c = 1", "(def a static [] nil) (def c static [] 1)"),
        ("private def a; end", "(def a private [] nil)"),
        ("memoize def a; end", "(call memoize (def a [] nil))"),
        ("define_method(:a?) { |b| return b }", "(def a? [b] (return b))"),
        ("define_method(a) { b }", "(call define_method a &(fn block [] b))"),
    ]);
}

#[test]
fn blocks_and_lambdas() {
    check(&[
        ("-> { a }; ->(x, y = 1) do z end", "(fn [] a) (fn [x y=1] z)"),
        ("lambda { |x| next x }; lambda(&b)", "(fn [x] (next x)) (call lambda &b)"),
        ("proc { return }; Proc.new { |a| a }", "(fn block [] (return)) (fn block [a] a)"),
        ("f { |a, (b, c), *d, e: 1; g| h }", "(call f &(fn block [a (1) *d :e=1] (seq (set (list b c) (1)) h)))"),
        ("f { _1 + _2 }; g { it.x }", "(call f &(fn block [_1 _2] (Add _1 _2))) (call g &(fn block [it] (call it.x)))"),
        (
            "f { |x| it }; f { g { it } }",
            "(call f &(fn block [x] it)) (call f &(fn block [] (call g &(fn block [it] it))))",
        ),
    ]);
}

#[test]
fn classes() {
    check(&[
        ("class A::B < C::D; x; end", "(class A.B <C.D (seq x))"),
        ("module ::M; end", "(module M (seq))"),
        ("Foo = Struct.new(:a) do\n def b; end\nend", "(set Foo (call Struct.new :a &(fn block [] (def b [] nil))))"),
        (
            "if a\n class B\n  private\n  def c; end\n def self.d; end\n end\nend",
            "(if a (class B (seq (def c private [] nil) (def d static [] nil))))",
        ),
        ("class << other; def z; end; end", "(class other (def z static [] nil))"),
        ("class_methods do\n def a; end\nend", "(call class_methods &(fn block [] (def a static [] nil)))"),
        (
            "included do\n private\n def a; end\nend\ndef b; end",
            "(call included &(fn block [] (def a private [] nil))) (def b [] nil)",
        ),
    ]);
}

/// The members of one class.
#[track_caller]
fn members(rows: &[(&str, &str)]) {
    for (body, expected) in rows {
        check(&[(&format!("class A\n{body}\nend"), &format!("(class A (seq {expected}))"))]);
    }
}

#[test]
fn visibility() {
    members(&[
        (
            "def a; end\nprivate\ndef b; end\ndef self.c; end\npublic\ndef d; end",
            "(def a [] nil) nil (def b private [] nil) (def c static [] nil) nil (def d [] nil)",
        ),
        ("def a; end\ndef b; end\nprivate :a, \"b\"", "(def a private [] nil) (def b private [] nil) nil"),
        ("def a; end\nprotected(*%i[a])", "(def a private [] nil) nil"),
        ("private\npublic def a; end", "nil (def a [] nil)"),
        ("def self.a; end\nprivate_class_method :a", "(def a private static [] nil) nil"),
        ("private_class_method def self.a; end", "(def a private static [] nil)"),
        ("private\ndefine_method(:a) { }", "nil (def a private [] nil)"),
    ]);
}

#[test]
fn members_of_the_class_itself() {
    members(&[
        (
            "class << self\ndef a; end\nprivate\ndef b; end\nattr_reader :c\nend",
            "(class self (seq (def a static [] nil) nil (def b private static [] nil) (seq (def c getter private static [] @c))))",
        ),
        ("module_function\ndef a; end", "nil (def a static [] nil)"),
        ("def a; end\ndef b; end\nmodule_function :a", "(def a static [] nil) (def b [] nil) nil"),
        ("def a; end\nextend self\ndef b; end", "(def a static [] nil) (call extend self) (def b static [] nil)"),
    ]);
}

#[test]
fn accessors() {
    members(&[
        ("attr_reader :a, :b", "(seq (def a getter [] @a) (def b getter [] @b))"),
        (
            "private attr_accessor :a",
            "(seq (def a getter private [] @a) (def a setter private [value] (set @a value)))",
        ),
        ("private\nattr_writer 'a'", "nil (seq (def a setter private [value] (set @a value)))"),
        ("attr_reader(*NAMES)", "(call attr_reader (splat NAMES))"),
    ]);
}
