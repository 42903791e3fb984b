//! Where comments are and how far a statement goes: what suppression comments need to know of a tree.

use std::ops::Range;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Tree};

use crate::program::Language;

/// A sequence of statements starts where its first statement does, but is not a part of it.
fn is_sequence(language: Language, node: Node<'_>) -> bool {
    match language {
        Language::Ruby => matches!(node.kind(), "body_statement" | "block_body" | "then"),
        Language::Python => node.kind() == "block",
        // these start at their brace
        Language::CSharp => false,
    }
}

/// The comments of a file and the extents of what starts its lines.
pub struct Layout {
    /// Byte ranges, in source order.
    comments: Vec<Range<usize>>,
    /// By the byte offset of a line's first character: the end of the largest node that starts there.
    statements: FxHashMap<usize, usize>,
}

impl Layout {
    /// One walk over the tree of `masked`.
    pub fn of(language: Language, tree: &Tree, masked: &str) -> Layout {
        let mut layout = Layout { comments: Vec::new(), statements: FxHashMap::default() };
        let mut cursor = tree.walk();
        let mut forward = cursor.goto_first_child();
        while forward {
            layout.add(language, cursor.node(), masked);
            forward = cursor.goto_first_child() || cursor.goto_next_sibling();
            while !forward && cursor.goto_parent() {
                forward = cursor.goto_next_sibling();
            }
        }
        layout
    }

    fn add(&mut self, language: Language, node: Node<'_>, masked: &str) {
        let range = node.byte_range();
        if node.kind() == "comment" {
            self.comments.push(range);
        } else if is_sequence(language, node) {
            // what was seen at this start holds the whole sequence; its first statement comes next
            self.statements.remove(&range.start);
        } else if starts_line(masked, range.start) {
            // parents come first
            self.statements.entry(range.start).or_insert(range.end);
        }
    }

    /// The byte range of the comment that holds a byte offset.
    pub fn comment_at(&self, offset: usize) -> Option<Range<usize>> {
        let after = self.comments.partition_point(|comment| comment.start <= offset);
        let comment = self.comments.get(after.checked_sub(1)?)?;
        comment.contains(&offset).then(|| comment.clone())
    }

    /// The end of the largest statement, definition or other piece that starts at the first character of a line.
    pub fn statement_end(&self, start: usize) -> Option<usize> {
        self.statements.get(&start).copied()
    }
}

fn starts_line(text: &str, offset: usize) -> bool {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    before
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t' | b';'))
        .is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `line` is the 1-based line whose first character is asked for; expected are the lines that the statement covers.
    fn check(language: Language, text: &str, line: usize, expected: Option<(usize, usize)>) {
        let tree = crate::syntax::parse(language, text, None);
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let start = start + text[start..].len() - text[start..].trim_start().len();
        let lines = |at: usize| 1 + text[..at].matches('\n').count();
        let found = tree
            .and_then(|tree| Layout::of(language, &tree, text).statement_end(start))
            .map(|end| (lines(start), lines(end)));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn ruby() {
        let text = "class A\n  def b\n    if c\n      d(\n        1\n      )\n    end\n    x do\n      y\n      z\n    end\n  end\nend\n";
        check(Language::Ruby, text, 1, Some((1, 13)));
        check(Language::Ruby, text, 2, Some((2, 12)));
        check(Language::Ruby, text, 3, Some((3, 7)));
        check(Language::Ruby, text, 4, Some((4, 6)));
        check(Language::Ruby, text, 8, Some((8, 11)));
        check(Language::Ruby, text, 9, Some((9, 9)));
        check(Language::Ruby, "module A\n  b\n  c\nend\n", 1, Some((1, 4)));
        check(Language::Ruby, "module A\n  b\n  c\nend\n", 2, Some((2, 2)));
        check(Language::Ruby, "a\nb = [\n  1,\n] if c\nd\n", 2, Some((2, 4)));
        check(Language::Ruby, "a\nb\n", 1, Some((1, 1)));
    }

    #[test]
    fn python() {
        let text = "@task\ndef f():\n    a(\n      b,\n    )\n    c\nfor x in y:\n    z\n    w\n";
        check(Language::Python, text, 1, Some((1, 6)));
        check(Language::Python, text, 3, Some((3, 5)));
        check(Language::Python, text, 4, Some((4, 4)));
        check(Language::Python, text, 7, Some((7, 9)));
        check(Language::Python, text, 8, Some((8, 8)));
    }

    #[test]
    fn csharp() {
        let text = "class A\n{\n  [X]\n  void B()\n  {\n    C(\n      1);\n    D();\n  }\n}\n";
        check(Language::CSharp, text, 1, Some((1, 10)));
        check(Language::CSharp, text, 3, Some((3, 9)));
        check(Language::CSharp, text, 6, Some((6, 7)));
        check(Language::CSharp, "A(\n1);\nB();\n", 1, Some((1, 2)));
    }

    #[test]
    fn comments() {
        let found = |language, text: &str| {
            let tree = crate::syntax::parse(language, text, None)?;
            Layout::of(language, &tree, text).comment_at(text.find('!')?).map(|range| text[range].to_owned())
        };
        assert_eq!(found(Language::Ruby, "a # x!\n").as_deref(), Some("# x!"));
        assert_eq!(found(Language::Ruby, "a '# x!'\n"), None);
        assert_eq!(found(Language::Ruby, "a <<~T\n  # x!\nT\n"), None);
        assert_eq!(found(Language::Python, "'''\n# x!\n'''\n"), None);
        assert_eq!(found(Language::Python, "a('#') # x!").as_deref(), Some("# x!"));
        assert_eq!(found(Language::CSharp, "a(); // x!\n").as_deref(), Some("// x!"));
        assert_eq!(found(Language::CSharp, "/* x!\n*/ a();").as_deref(), Some("/* x!\n*/"));
        assert_eq!(found(Language::CSharp, "a(@\"\n// x!\");"), None);
        // a file that does not parse keeps its comments
        assert_eq!(found(Language::Ruby, "def a(\n# x!\n)) ]\n").as_deref(), Some("# x!"));
    }
}
