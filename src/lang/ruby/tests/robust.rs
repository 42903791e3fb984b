//! Text that is broken, huge or hostile.

use super::{check, dumped};
use crate::lang::lower_all;
use crate::program::*;

#[test]
fn what_does_not_parse_is_not_lost() {
    check(&[
        // a guard that is half typed cuts nothing
        (
            "if Rails.env.production?\n  abort\nFaker.x",
            "(opaque (call (call Rails.env).production?)) (opaque abort) (opaque (call Faker.x))",
        ),
        ("Foo.bar(", "(call Foo.bar)"),
        ("x = [1, y", "(set x (list 1 y))"),
    ]);
    let broken = dumped("class A\n  def x\n    foo(Faker.name\n  end\n  def y; Faker.z; end\nend", false);
    assert!(broken.contains("(def y"), "{broken}");
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(2000), close.repeat(2000));
    let sources = [
        nested("(", "x", ")"),
        nested("f(", "x", ")"),
        nested("[", "x", "]"),
        nested("{a: ", "x", "}"),
        nested("f { ", "it", " }"),
        nested("-> { ", "x", " }"),
        nested("if a\n", "b\n", "end\n"),
        nested("def a\n", "b\n", "end\n"),
        nested("class A\n", "def b; end\n", "end\n"),
        nested("\"#{", "x", "}\""),
        nested("!", "x", ""),
        nested("a = ", "1", ""),
        nested("case x\nin ", "1", "\nend"),
        format!("case x\nin {}", nested("[", "a", "]")),
        format!("{} = 1", nested("(", "a, b", ")")),
        format!("f {{ |{}| c }}", nested("(", "a, b", ")")),
        nested("foo((", "", ""),
        format!("a{}", ".b(1)".repeat(20_000)),
        format!("a{}", "::B".repeat(20_000)),
        format!("a{}", "[1]".repeat(20_000)),
        format!("a{}", " + b".repeat(20_000)),
        format!("a{}", " || b".repeat(20_000)),
        format!("if a\n{}end", "elsif b\n c\n".repeat(5000)),
        format!("{}c", "a ? b : ".repeat(2000)),
        "x = 1\n".repeat(5000),
        format!("module A\n{}end", "extend self\ndef a; end\nprivate :a\n".repeat(3000)),
        "f <<~A\n #{b}\nA\n".repeat(3000),
        format!("x = [\n{}]", "<<~A,\n #{b}\nA\n".repeat(3000)),
    ];
    for source in &sources {
        let program = lower_all(Language::Ruby, source, false);
        for item in &program.items {
            let code = item.code.as_ref().expect("hot");
            assert!(deepest(code) < 1500, "{}", &source[..40]);
        }
        dumped(source, false);
    }
}

/// How deep a reader of the program would recurse; children stand before their parents.
fn deepest(code: &Code) -> usize {
    let mut depths = vec![0usize; code.nodes.len()];
    for (index, node) in code.nodes.iter().enumerate() {
        let mut below = 0;
        let mut see = |id: &NodeId| below = below.max(depths[id.0 as usize]);
        match &node.kind {
            Kind::Call(call) => {
                see(&call.callee);
                call.args.iter().for_each(&mut see);
                call.block.iter().for_each(&mut see);
            }
            Kind::Attr { recv, .. } => see(recv),
            Kind::Index { recv, args, .. } => {
                see(recv);
                args.iter().for_each(&mut see);
            }
            Kind::Binary { left, right, .. } => {
                see(left);
                see(right);
            }
            Kind::Lambda(def) | Kind::Def(def) => see(&def.body),
            Kind::Not(inner) => see(inner),
            Kind::Set { place, value, .. } => {
                see(place);
                see(value);
            }
            Kind::If { arms, otherwise } => {
                arms.iter().for_each(|(test, body)| {
                    see(test);
                    see(body);
                });
                otherwise.iter().for_each(&mut see);
            }
            Kind::Map(pairs) => pairs.iter().for_each(|(_, value)| see(value)),
            Kind::Class(class) => see(&class.body),
            Kind::Seq(all)
            | Kind::List(all)
            | Kind::Interp(all)
            | Kind::And(all)
            | Kind::Or(all)
            | Kind::Opaque { children: all, .. } => all.iter().for_each(&mut see),
            _ => {}
        }
        depths[index] = below + 1;
    }
    depths.into_iter().max().unwrap_or(0)
}

#[test]
fn every_prefix_of_a_program_lowers() {
    let source = "class A < B\n  attr_reader :a\n  def f(x, (y, z), k: 1, &b)\n    return unless Rails.env.local?\n    \
        case x\n    in {n:, m: [1, *r]} if k then g <<~T\n      a #{n}\n    T\n    else \"é#{z}\" rescue nil\n    end\n  end\nend\n\
        A.new&.f(1, *y, **z) { |a, b = 2| a ||= b[0] } unless x\n";
    for (end, _) in source.char_indices() {
        dumped(&source[..end], false);
        dumped(&source[end..], false);
        dumped(&source[..end], true);
    }
}
