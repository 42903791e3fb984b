use super::program;
use crate::program::{ItemKind, Kind};

/// Compares the items below the file: depth, kind, names, first line of the text.
#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let program = program(source);
    let found: Vec<String> = program.items[1..]
        .iter()
        .map(|item| {
            let mut depth = 0;
            let mut parent = item.parent;
            while let Some(id) = parent.filter(|id| id.0 > 0) {
                depth += 1;
                parent = program.item(id).parent;
            }
            let text = &source[item.start as usize..item.end as usize];
            format!(
                "{}{:?} [{}] {}",
                "  ".repeat(depth),
                item.kind,
                item.names.join(" "),
                text.lines().next().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(found, expected, "\n{source}");
}

#[test]
fn members_of_files_and_classes() {
    check(
        "# comment\n'doc'\nimport a.b, c as d\nfrom e import f as g, h\n\n@i\nclass J(K):\n  'doc'\n  x, y = 1, 2\n  @property\n  def l(self): pass\n  class M: pass\n\ndef n(): pass\nn()",
        &[
            "Import [a d] import a.b, c as d",
            "Import [g h] from e import f as g, h",
            "Container [J] @i",
            "  Statement [x y] x, y = 1, 2",
            "  Def [l] @property",
            "  Container [M] class M: pass",
            "    Statement [] pass",
            "Def [n] def n(): pass",
            "Statement [] n()",
        ],
    );
}

#[test]
fn names_bound_inside_statements() {
    let names = |source: &str, expected: &str| {
        let program = program(source);
        assert_eq!(program.items.len(), 2, "{source}");
        assert_eq!(program.items[1].kind, ItemKind::Statement);
        assert_eq!(program.items[1].names.join(" "), expected, "{source}");
    };
    names("a = b = c", "a b");
    names("a.b = c[d] = e", "");
    names("a, (b, *c) = d", "a b c");
    names("a += 1", "a");
    names("a: int = 1", "a");
    names("a: int", "");
    names("a = (b := c)", "a b");
    names("f([x for x in y])", "");
    names("if TYPE_CHECKING:\n  import a\n  from b import c", "a c");
    names("if a:\n  def f():\n    b = 1\nelse:\n  class C:\n    def m(self): pass", "f C m");
    names("try:\n  import a\nexcept E as e:\n  a = None", "a e a");
    names("with a as b, c as (d, e): f = 1", "b d e f");
    names("for a, b in c: d = 1", "a b d");
    names("match a:\n  case B(c, d=e) | [f, *g]: pass\n  case h.I as j: pass", "c e f g j");
    names("type A[T] = B", "A");
}

#[test]
fn functions_bind_their_globals() {
    check("def f():\n  global a, b\n  a = 1\ndef g(): pass", &["Def [f a b] def f():", "Def [g] def g(): pass"]);
}

#[test]
fn broken_pieces_keep_their_statements() {
    check(
        "class A:\n    x = 1\n    def f(self):\n        a()\n    y = (\n",
        &["Statement [] A", "Statement [x] x = 1", "Def [f] def f(self):", "Statement [] y"],
    );
    check("import a\n)\ndef f(): pass", &["Import [a] import a", "Statement [] )", "Def [f] def f(): pass"]);
}

#[test]
fn spans_count_from_the_item() {
    let source = "x = 1\nfoo.bar(y).baz(z)";
    let program = program(source);
    let item = &program.items[2];
    let code = item.code.as_ref().expect("lowered");
    let text = |node: &crate::program::Node| {
        let from = (item.start + node.span.start) as usize;
        source[from..(item.start + node.span.end) as usize].to_owned()
    };
    let shown: Vec<_> =
        code.nodes.iter().filter(|node| matches!(node.kind, Kind::Call(_) | Kind::Attr { .. })).map(text).collect();
    assert_eq!(shown, ["foo.bar", "foo.bar(y)", "foo.bar(y).baz", "foo.bar(y).baz(z)"]);
}
