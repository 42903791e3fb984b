use super::check;
use crate::lang::python::parameters::essential;

#[test]
fn functions() {
    check("def f(): a", "(def f [] (seq a))");
    check("def f():\n  'doc'\n  a", "(def f [] (seq a))");
    check("def f(a, b: int = 1, /, c=d(), *, e, **g): pass", "(def f [a b<int>=1 c=(call d) :e **g] (seq (seq)))");
    check("def f(*a: int, b: 'X' = None, **c: Y) -> Z: pass", "(def f [*a<int> :b<X>=nil **c<Y>] (seq (seq)))");
    check("async def f(): await a", "(def f generator [] (seq (as:_ a)))");
    check("def f(s: Annotated[Session, Depends(get)]): pass", "(def f [s<Session>=(call Depends get)] (seq (seq)))");
}

#[test]
fn types_are_reduced_to_what_matters() {
    for (written, expected) in [
        ("Faker", "Faker"),
        ("faker.Faker", "faker.Faker"),
        ("Optional[Faker]", "Faker"),
        ("typing.Optional['Faker']", "Faker"),
        ("Faker | None", "Faker"),
        ("None | Faker", "Faker"),
        ("Union[Faker, None]", "Faker"),
        ("Union[A, B]", "Union[A, B]"),
        ("A | B", "A | B"),
        ("list[A | None]", "list[A | None]"),
        ("Annotated[A[B, C], D]", "A[B, C]"),
        ("ClassVar[Optional[A]]", "A"),
        ("[", "["),
        ("", ""),
    ] {
        assert_eq!(essential(written), expected);
    }
}

#[test]
fn generators() {
    check("def f(): yield", "(def f generator [] (seq (yield)))");
    check(
        "def f():\n  x = lambda: (yield)\n  def g(): yield\n  class C:\n    def h(self): yield",
        "(def f [] (seq (set x (fn generator [] (yield))) (def g generator [] (seq (yield))) \
         (class C (seq (def h generator [self] (seq (yield)))))))",
    );
}

#[test]
fn decorators() {
    check("@a\n@b.c(d)\ndef f(): pass", "(def f [] @a @(call b.c d) (seq (seq)))");
    check("class C:\n  @property\n  def a(self): b", "(class C (seq (def a getter [self] (seq b))))");
    check("class C:\n  @functools.cached_property\n  def a(self): b", "(class C (seq (def a getter [self] (seq b))))");
    check("class C:\n  @a.setter\n  def a(self, v): b", "(class C (seq (def a setter [self v] (seq b))))");
    check("class C:\n  @staticmethod\n  @d\n  def a(b): c", "(class C (seq (def a static [b] @d (seq c))))");
    check("class C:\n  @classmethod\n  def a(cls, b): c", "(class C (seq (def a static [cls<type[Self]> b] (seq c))))");
    check("class C:\n  def __init__(self): a", "(class C (seq (def __init__ constructor [self] (seq a))))");
}

#[test]
fn classes() {
    check("class A: pass", "(class A (seq (seq)))");
    check("class A:\n  'doc'", "(class A (seq))");
    check(
        "class A(B, c.D[E], f=g, metaclass=M):\n  x = 1\n  y: int",
        "(class A <B <(index c.D E) <f=g (seq (set x 1) (opaque)))",
    );
    check("class A(metaclass=m()): pass", "(class A <metaclass=(call m) (seq (seq)))");
    check("class A(str, enum.Enum):\n  B = 'b'", "(enum A <str <enum.Enum (seq (set B \"b\")))");
    check("class A(IntFlag): pass", "(enum A <IntFlag (seq (seq)))");
    check("class A:\n  class B:\n    def c(self): d", "(class A (seq (class B (seq (def c [self] (seq d))))))");
    check(
        "def f():\n  class A(B):\n    x = 1\n    def g(self): h",
        "(def f [] (seq (class A <B (seq (set x 1) (def g [self] (seq h))))))",
    );
}
