//! A file that is to be edited: its text, its tree, and the habits of its author.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use crate::lang::{Masked, adapter};
use crate::program::Language;

/// A file with its tree.
pub struct Text<'t> {
    pub language: Language,
    pub text: &'t str,
    /// ERB.
    pub template: bool,
    pub masked: Masked<'t>,
    pub tree: Tree,
    /// The line end that most lines have.
    pub newline: &'static str,
    /// One step of indentation.
    pub unit: String,
    /// What must not move with its lines: the insides of strings that span lines, in order.
    fixed: Vec<Range<usize>>,
}

impl<'t> Text<'t> {
    /// `None` if the grammar cannot be loaded.
    pub fn of(language: Language, text: &'t str, template: bool) -> Option<Text<'t>> {
        let masked = adapter(language).mask(text, template);
        let tree = crate::syntax::parse(language, &masked.text, None)?;
        let crlf = text.matches("\r\n").count();
        let newline = if 2 * crlf > text.matches('\n').count() { "\r\n" } else { "\n" };
        let fixed = multiline(language, &tree, &masked.text);
        let unit = unit(language, text, &fixed);
        Some(Text { language, text, template, masked, tree, newline, unit, fixed })
    }

    /// The nodes that hold a range, outermost first.
    pub fn path(&self, range: &Range<usize>) -> Vec<Node<'_>> {
        let mut path = vec![self.tree.root_node()];
        let mut cursor = self.tree.walk();
        loop {
            if cursor.goto_first_child_for_byte(range.start).is_none() {
                return path;
            }
            // zero-width nodes and heredoc bodies may stand before the one that holds it
            while cursor.node().end_byte() < range.end {
                if !cursor.goto_next_sibling() {
                    return path;
                }
            }
            let node = cursor.node();
            if node.start_byte() > range.start || node.end_byte() < range.end {
                return path;
            }
            path.push(node);
        }
    }

    pub fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    pub fn node(&self, node: Node<'_>) -> &'t str {
        self.slice(node.byte_range())
    }

    /// Whether a syntax error touches a range: nothing certain can be said of what is written there.
    pub fn is_broken(&self, range: &Range<usize>) -> bool {
        let mut broken = false;
        if self.tree.root_node().has_error() {
            walk(&self.tree, |node| {
                let apart = node.end_byte() < range.start || range.end < node.start_byte();
                broken |= !apart && (node.is_error() || node.is_missing());
                !broken && !apart && node.has_error()
            });
        }
        broken
    }

    /// Whether the line of an offset starts inside a string that spans lines.
    pub fn is_fixed(&self, line_start: usize) -> bool {
        let after = self.fixed.partition_point(|range| range.start < line_start);
        // ranges do not nest
        after.checked_sub(1).is_some_and(|last| line_start < self.fixed[last].end)
    }
}

/// The nodes of a text's tree that are errors or missing; `None` if it cannot be parsed.
pub fn count_errors(language: Language, text: &str, template: bool) -> Option<usize> {
    let masked = adapter(language).mask(text, template);
    let tree = crate::syntax::parse(language, &masked.text, None)?;
    let empty = if language == Language::Python { empty_blocks(&tree) } else { 0 };
    Some(errors(&tree) + empty)
}

/// Blocks of Python without a statement, which the grammar lets pass.
fn empty_blocks(tree: &Tree) -> usize {
    let mut count = 0;
    walk(tree, |node| {
        let heads = matches!(node.kind(), "if_statement" | "for_statement" | "while_statement" | "with_statement")
            || matches!(node.kind(), "function_definition" | "class_definition" | "try_statement")
            || matches!(node.kind(), "elif_clause" | "else_clause" | "except_clause" | "finally_clause");
        if heads {
            let mut cursor = node.walk();
            let mut blocks = node.children(&mut cursor).filter(|child| child.kind() == "block");
            count += usize::from(blocks.all(|block| block.named_children(&mut block.walk()).all(|it| it.is_extra())));
        }
        true
    });
    count
}

fn errors(tree: &Tree) -> usize {
    let mut count = 0;
    if tree.root_node().has_error() {
        walk(tree, |node| {
            count += usize::from(node.is_error() || node.is_missing());
            node.has_error()
        });
    }
    count
}

/// Visits nodes in order; below a node only if `visit` says so.
pub(super) fn walk(tree: &Tree, mut visit: impl FnMut(Node<'_>) -> bool) {
    let mut cursor = tree.walk();
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn multiline(language: Language, tree: &Tree, text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    // the bodies of heredocs follow in the order of their words
    let mut words = std::collections::VecDeque::new();
    walk(tree, |node| {
        if node.kind() == "heredoc_beginning" {
            words.push_back(text[node.byte_range()].starts_with("<<~"));
        }
        if node.kind() == "heredoc_body" {
            // what is dedented by the interpreter may be indented
            let moves = words.pop_front() == Some(true) && !text[node.byte_range()].contains('\t');
            if moves {
                return true;
            }
        }
        let string = match language {
            Language::Ruby => matches!(
                node.kind(),
                "string" | "subshell" | "regex" | "heredoc_body" | "delimited_symbol" | "string_array" | "symbol_array"
            ),
            Language::Python => node.kind() == "string",
            Language::CSharp => {
                matches!(
                    node.kind(),
                    "verbatim_string_literal"
                        | "raw_string_literal"
                        | "interpolated_string_expression"
                        | "string_literal"
                )
            }
        };
        let holds = string && text[node.byte_range()].contains('\n');
        if holds {
            found.push(node.byte_range());
        }
        !holds
    });
    found.sort_by_key(|range| range.start);
    found
}

/// The smallest step by which lines are indented deeper than the one before.
fn unit(language: Language, text: &str, fixed: &[Range<usize>]) -> String {
    let mut steps = [0usize; 9];
    let (mut tabs, mut spaces) = (0, 0);
    let mut last = 0;
    let mut at = 0;
    let mut fixed = fixed.iter().peekable();
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        while fixed.next_if(|range| range.end < start).is_some() {}
        let body = line.trim_start_matches([' ', '\t']);
        if body.trim().is_empty() || fixed.peek().is_some_and(|range| range.start < start) {
            continue;
        }
        let indent = &line[..line.len() - body.len()];
        if indent.starts_with('\t') {
            tabs += 1;
            continue;
        }
        spaces += usize::from(!indent.is_empty());
        if indent.len() > last
            && let Some(step) = steps.get_mut(indent.len() - last)
        {
            *step += 1;
        }
        last = indent.len();
    }
    if tabs > spaces {
        return "\t".to_owned();
    }
    let usual = if language == Language::Ruby { 2 } else { 4 };
    let most = (2..9).max_by_key(|step| (steps[*step], *step == usual)).filter(|step| steps[*step] > 0);
    " ".repeat(most.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_would_refuse_is_an_error() {
        let check = |text: &str, expected: usize| {
            assert_eq!(count_errors(Language::Python, text, false), Some(expected), "{text}");
        };
        check("if x:\n    y()\n", 0);
        check("if x: y()\nelse: z()\n", 0);
        check("for a in b:\n    # nothing\n    pass\n", 0);
        check("for a in b:\n    if x:\n    y()\n", 1);
        check("def f():\n    if x:\n        # nothing\n    y()\n", 1);
        check("try:\n    a()\nexcept E:\n    b()\nfinally:\n    c()\n", 0);
    }
}
