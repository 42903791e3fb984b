//! Grammars of deployment files. They have no language of the project behind them, so no query either: a reader in `lang`
//! walks the tree.

use tree_sitter::{Node, Parser, Tree, TreeCursor};

use super::memory;

/// A grammar of a deployment file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    Containerfile,
    Yaml,
    Bash,
    Xml,
    Json,
    Toml,
}

impl Grammar {
    fn language(self) -> tree_sitter::Language {
        memory::count();
        match self {
            Grammar::Containerfile => tree_sitter_containerfile::LANGUAGE.into(),
            Grammar::Yaml => tree_sitter_yaml::LANGUAGE.into(),
            Grammar::Bash => tree_sitter_bash::LANGUAGE.into(),
            Grammar::Xml => tree_sitter_xml::LANGUAGE_XML.into(),
            Grammar::Json => tree_sitter_json::LANGUAGE.into(),
            Grammar::Toml => tree_sitter_toml_ng::LANGUAGE.into(),
        }
    }
}

/// Bytes above which no deployment file is parsed: readers go line by line instead.
pub const LARGEST_PARSED: usize = 2 * 1024 * 1024;

/// Nesting from which on the grammar of YAML is not trusted: its scanner aborts the process at 254.
const DEEPEST: usize = 200;

/// Parses a deployment file. `None` for what is too large, or what the grammar could not survive.
pub fn parse_format(grammar: Grammar, text: &str) -> Option<Tree> {
    if text.len() > LARGEST_PARSED || (grammar == Grammar::Yaml && is_deep(text)) {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&grammar.language()).ok()?;
    let before = memory::held();
    let mut watch = |_: &_| match memory::held() - before > super::LARGEST as isize {
        true => std::ops::ControlFlow::Break(()),
        false => std::ops::ControlFlow::Continue(()),
    };
    let options = tree_sitter::ParseOptions::new().progress_callback(&mut watch);
    parser.parse_with_options(&mut |at, _| text.as_bytes().get(at..).unwrap_or_default(), None, Some(options))
}

/// Whether a text may open more than [`DEEPEST`] blocks of YAML in each other: every larger indentation and every `- ` or
/// `? ` at the head of a line may open one.
fn is_deep(text: &str) -> bool {
    let mut indents: Vec<usize> = Vec::new();
    for line in text.split(['\n', '\r']) {
        let inner = line.trim_start_matches(' ');
        if inner.is_empty() {
            continue;
        }
        let mut column = line.len() - inner.len();
        while indents.last().is_some_and(|last| *last > column) {
            indents.pop();
        }
        let mut rest = inner;
        loop {
            if indents.last().is_none_or(|last| *last < column) {
                indents.push(column);
            }
            let Some(after) = rest.strip_prefix(['-', '?', ':']) else { break };
            let next = after.trim_start_matches([' ', '\t']);
            if next.len() == after.len() && !after.is_empty() {
                break;
            }
            column += rest.len() - next.len();
            rest = next;
            if rest.is_empty() || indents.len() > DEEPEST {
                break;
            }
        }
        // tags and anchors may stand between indicators
        let more = rest.as_bytes().windows(2).filter(|pair| matches!(pair, [b'-' | b'?', b' ' | b'\t'])).count();
        if indents.len() + more > DEEPEST {
            return true;
        }
    }
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// Visits every node of a tree before its children, without recursion; `enter` says whether to go on into the node.
pub fn visit<'t>(tree: &'t Tree, mut enter: impl FnMut(Node<'t>) -> bool) {
    let mut cursor: TreeCursor<'t> = tree.walk();
    loop {
        if enter(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_parses_and_deep_yaml_is_refused() {
        for grammar in
            [Grammar::Containerfile, Grammar::Yaml, Grammar::Bash, Grammar::Xml, Grammar::Json, Grammar::Toml]
        {
            assert!(parse_format(grammar, "a").is_some(), "{grammar:?}");
        }
        let staircase: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        for deep in
            ["- ".repeat(300), "[".repeat(300), "? ".repeat(300), "-\t".repeat(300), "- !t ".repeat(300), staircase]
        {
            assert!(parse_format(Grammar::Yaml, &deep).is_none());
        }
        assert!(parse_format(Grammar::Yaml, &"- a: 1\n  b: [{c: d}]\n".repeat(300)).is_some());
    }
}
