//! The vocabulary in `queries/README.md` is what the queries capture.

use std::collections::{BTreeMap, BTreeSet};

use prodguard::program::Language;
use prodguard::syntax::{self, shapes};
use streaming_iterator::StreamingIterator;
use tree_sitter::QueryCursor;

const README: &str = include_str!("../queries/README.md");

/// The roles of the tables with the languages that have them.
fn documented(text: &str) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut roles = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        // what stands before the first and after the last line counts as a cell
        let [_, role, what, ruby, python, csharp, _] = cells.as_slice() else {
            panic!("a row needs five cells: {row}");
        };
        assert!(!what.is_empty(), "{row}");
        let marks = [*ruby, *python, *csharp].into_iter().zip(Language::ALL);
        let languages = marks.filter(|(mark, _)| !mark.is_empty()).map(|(_, language)| language.id());
        let known = roles.insert(role.trim_matches('`').to_owned(), languages.collect());
        assert!(known.is_none(), "listed twice: {row}");
    }
    roles
}

#[test]
fn the_vocabulary_is_documented() {
    let mut captured: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for language in Language::ALL {
        let shapes = shapes(language).expect("the query compiles");
        for role in shapes.query.capture_names() {
            captured.entry((*role).to_owned()).or_default().insert(language.id());
        }
    }
    let documented = documented(README);
    for (role, languages) in &captured {
        assert_eq!(documented.get(role), Some(languages), "the row of `{role}` in queries/README.md");
    }
    for role in documented.keys() {
        assert!(captured.contains_key(role), "no query captures `{role}`");
    }
}

/// One role a node is what makes a handler the only one asked.
#[test]
fn queries_are_flat() {
    for language in Language::ALL {
        let source = prodguard::syntax::shapes_source(language);
        let code = source.lines().filter(|line| !line.trim_start().starts_with(';'));
        let code = code.collect::<Vec<_>>().join("\n");
        let mut depth = 0i32;
        for c in code.chars() {
            depth += i32::from(c == '(') - i32::from(c == ')');
            assert!(depth <= 1, "{}: a child pattern", language.id());
        }
        assert!(!code.contains('#'), "{}: a predicate", language.id());
        let shapes = shapes(language).expect("the query compiles");
        assert_eq!(shapes.query.pattern_count(), code.matches('@').count(), "{}: one role a pattern", language.id());
    }
}

/// All nodes of a kind have one role, the one that the query gives each of them.
#[test]
fn kinds_have_one_role() {
    let samples = [
        (Language::Ruby, include_str!("worlds/ruby.toml")),
        (Language::Python, include_str!("worlds/python.toml")),
        (Language::CSharp, include_str!("worlds/csharp.toml")),
    ];
    for (language, table) in samples {
        let table: toml::Table = table.parse().expect("a table");
        let snippets = table["snippet"].as_array().expect("snippets");
        let code = snippets.iter().filter_map(|snippet| snippet["code"].as_str());
        for text in code.take(300) {
            let tree = syntax::parse(language, text, None).expect("a tree");
            let query = &shapes(language).expect("the query compiles").query;
            let mut found: BTreeMap<usize, &str> = BTreeMap::new();
            let mut cursor = QueryCursor::new();
            let mut captures = cursor.captures(query, tree.root_node(), text.as_bytes());
            while let Some((of, index)) = captures.next() {
                let capture = of.captures()[*index];
                found.insert(capture.node.id(), query.capture_names()[capture.index as usize]);
            }
            let mut todo = vec![tree.root_node()];
            while let Some(node) = todo.pop() {
                assert_eq!(syntax::role(language, node), found.get(&node.id()).copied(), "{node} in {text}");
                todo.extend((0..node.child_count()).filter_map(|index| node.child(index)));
            }
        }
    }
}
