//! Grammars, trees and the one query a language has.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, Parser, Query, QueryCursor, Tree};

use crate::program::Language;

/// The tree-sitter grammar of a language.
pub fn grammar(language: Language) -> tree_sitter::Language {
    match language {
        Language::Ruby => tree_sitter_ruby::LANGUAGE.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::CSharp => tree_sitter_c_sharp::LANGUAGE.into(),
    }
}

thread_local! {
    static PARSERS: RefCell<[Option<Parser>; 3]> = const { RefCell::new([None, None, None]) };
    static CURSOR: RefCell<QueryCursor> = RefCell::new(QueryCursor::new());
}

/// Parses masked text; `old` must have seen every edit through `Tree::edit`. `None` only if the grammar cannot be loaded.
pub fn parse(language: Language, masked: &str, old: Option<&Tree>) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let slot = &mut parsers[language as usize];
        if slot.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&grammar(language)).ok()?;
            *slot = Some(parser);
        }
        slot.as_mut()?.parse(masked, old)
    })
}

/// The shapes of a language: a flat query of single nodes, `queries/<language>/shapes.scm`.
pub struct Shapes {
    pub query: Query,
}

/// The text of a language's shapes query.
pub fn shapes_source(language: Language) -> &'static str {
    match language {
        Language::Ruby => include_str!("../../queries/ruby/shapes.scm"),
        Language::Python => include_str!("../../queries/python/shapes.scm"),
        Language::CSharp => include_str!("../../queries/csharp/shapes.scm"),
    }
}

/// The compiled query, built on first use. `None` if it does not compile, which a test rules out.
pub fn shapes(language: Language) -> Option<&'static Shapes> {
    static SHAPES: [OnceLock<Option<Shapes>>; 3] = [const { OnceLock::new() }; 3];
    SHAPES[language as usize]
        .get_or_init(|| Some(Shapes { query: Query::new(&grammar(language), shapes_source(language)).ok()? }))
        .as_ref()
}

/// Levels of the tree below an item whose nodes get a role: a query takes time for every ancestor of every node, hours
/// for what machines write and nobody nests.
const DEEPEST: u32 = 20_000;

/// The role of each node below one item, by node id: an index into the query's capture names.
#[derive(Default)]
pub struct Roles(FxHashMap<usize, u32>);

impl Roles {
    /// Runs the shapes query over one item, as far as `range`, in bytes of the file, reaches.
    pub fn of(language: Language, item: Node<'_>, masked: &str, range: Range<usize>) -> Roles {
        let mut roles = FxHashMap::default();
        if let Some(shapes) = shapes(language) {
            CURSOR.with_borrow_mut(|cursor| {
                cursor.set_byte_range(range);
                cursor.set_max_start_depth(Some(DEEPEST));
                let mut captures = cursor.captures(&shapes.query, item, masked.as_bytes());
                while let Some((found, index)) = captures.next() {
                    if let Some(capture) = found.captures().get(*index) {
                        roles.insert(capture.node.id(), capture.index);
                    }
                }
            });
        }
        Roles(roles)
    }

    pub fn extend(&mut self, more: Roles) {
        self.0.extend(more.0);
    }

    pub fn get(&self, node: Node<'_>) -> Option<u32> {
        self.0.get(&node.id()).copied()
    }
}
