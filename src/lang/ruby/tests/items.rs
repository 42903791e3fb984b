use crate::lang::lower_all;
use crate::program::*;

/// One line an item: depth, kind, visibility, names, text.
fn outlined(source: &str) -> String {
    let program = lower_all(Language::Ruby, source, false);
    let mut lines = Vec::new();
    for item in &program.items[1..] {
        let mut depth = 0;
        let mut parent = item.parent;
        while let Some(id) = parent.filter(|id| id.0 != 0) {
            depth += 1;
            parent = program.item(id).parent;
        }
        let text = &source[item.start as usize..item.end as usize];
        let private = match item.visibility {
            Visibility::Public => "",
            Visibility::Private => " private",
        };
        lines.push(format!(
            "{}{:?}{private} [{}] {}",
            "  ".repeat(depth),
            item.kind,
            item.names.join(" "),
            text.lines().next().unwrap_or_default(),
        ));
    }
    lines.join("\n")
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    assert_eq!(outlined(source), expected.join("\n"));
}

#[test]
fn containers_hold_their_members() {
    check(
        "require \"a\"\n# c\nmodule M\n  class A::B\n    X = 1\n    def y; end\n    private def z=(v); end\n  end\nend\nhit!",
        &[
            "Import [] require \"a\"",
            "Container [M] module M",
            "  Container [B] class A::B",
            "    Statement [X] X = 1",
            "    Def [y] def y; end",
            "    Def private [z] private def z=(v); end",
            "Statement [] hit!",
        ],
    );
}

#[test]
fn statements_bind_what_others_see() {
    check(
        "a = 1\nb, (c, *D) = 2\n[1].each { |x| a = 2; e = 3; @f = 4; G = 5 }\n$h ||= 1\nRails.env = \"x\"\nself.i = 1\nuser.name = 1",
        &[
            "Statement [a] a = 1",
            "Statement [b c D] b, (c, *D) = 2",
            "Statement [a @f G] [1].each { |x| a = 2; e = 3; @f = 4; G = 5 }",
            "Statement [$h] $h ||= 1",
            "Statement [env] Rails.env = \"x\"",
            "Statement [i] self.i = 1",
            "Statement [] user.name = 1",
        ],
    );
    check(
        "namespace :x do\n def y; z = 1; end\n class W; end\nend\nattr_accessor :a, :b\nalias c d\nbegin; x; rescue => e; end",
        &[
            "Statement [y W] namespace :x do",
            "Statement [a b] attr_accessor :a, :b",
            "Statement [c] alias c d",
            "Statement [e] begin; x; rescue => e; end",
        ],
    );
}

#[test]
fn a_heredoc_belongs_to_its_statement() {
    let program = lower_all(Language::Ruby, "x = <<~A\n #{y}\nA\nz", false);
    let ranges: Vec<_> = program.items.iter().map(|item| item.start..item.end).collect();
    assert_eq!(ranges, [0..18, 0..16, 17..18]);
}

#[test]
fn spans_count_from_the_item() {
    let source = "x\nfoo.bar(1).baz { 2 }";
    let program = lower_all(Language::Ruby, source, false);
    let code = program.items[2].code.as_ref().expect("hot");
    let texts: Vec<_> = (0..code.nodes.len())
        .map(|node| {
            let at = NodeRef { item: ItemId(2), node: NodeId(node as u32) };
            &source[program.span(at)]
        })
        .collect();
    assert_eq!(texts, ["foo", "foo.bar", "1", "foo.bar(1)", "foo.bar(1).baz", "2", "{ 2 }", "foo.bar(1).baz { 2 }"]);
}
