//! Grammars, trees and the one query a language has.

pub mod formats;
pub mod memory;

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use ropey::Rope;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, ParseOptions, Parser, Point, Query, QueryCursor, Tree};

use crate::program::Language;

/// The tree-sitter grammar of a language.
pub fn grammar(language: Language) -> tree_sitter::Language {
    memory::count();
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

/// Bytes that a tree and the program lowered from it may take together. Code of two megabytes takes about as much; a list of
/// as many numbers would take a gigabyte.
pub const LARGEST: usize = 117 * 1024 * 1024;

/// Parses masked text; `old` must have seen every edit through `Tree::edit`. `None` if the tree would be larger than
/// [`LARGEST`], or if the grammar cannot be loaded, which a test rules out.
pub fn parse(language: Language, masked: &str, old: Option<&Tree>) -> Option<Tree> {
    let rest = |at: usize, _: Point| masked.as_bytes().get(at..).unwrap_or_default();
    parse_bounded(language, &rest, old)
}

/// Parses what `read` gives from a byte offset on.
fn parse_bounded<T: AsRef<[u8]>>(
    language: Language,
    read: &dyn Fn(usize, Point) -> T,
    old: Option<&Tree>,
) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let parser = parser(parsers, language)?;
        let before = memory::held();
        let mut watch = |_: &_| match memory::held() - before > LARGEST as isize {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let options = ParseOptions::new().progress_callback(&mut watch);
        let tree = parser.parse_with_options(&mut |at, point| read(at, point), old, Some(options));
        if tree.is_none() || memory::held() - before > memory::LARGE as isize {
            // it would go on with this text when it is given the next one; and it keeps what it needed for a large one
            parsers[language as usize] = None;
        }
        tree
    })
}

/// The parser of a language, made on first use.
fn parser(parsers: &mut [Option<Parser>; 3], language: Language) -> Option<&mut Parser> {
    let slot = &mut parsers[language as usize];
    if slot.is_none() {
        let mut parser = Parser::new();
        parser.set_language(&grammar(language)).ok()?;
        *slot = Some(parser);
    }
    slot.as_mut()
}

/// Parses text in which nothing is masked; `old` has seen every edit.
pub fn parse_rope(language: Language, text: &Rope, old: &Tree) -> Option<Tree> {
    let read = |byte: usize, _: Point| {
        if byte >= text.len_bytes() {
            return "";
        }
        let (chunk, start, _, _) = text.chunk_at_byte(byte);
        chunk.get(byte - start..).unwrap_or_default()
    };
    parse_bounded(language, &read, Some(old))
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

/// The role that the shapes query gives a node: the name of its capture.
///
/// The query is flat, so all nodes of a kind have the same role: it is run over the first node of each kind and never
/// again. Run over whole items it would take time for every ancestor and, in broken code, for every later sibling of
/// every node.
pub fn role(language: Language, node: Node<'_>) -> Option<&'static str> {
    static ROLES: [OnceLock<Vec<AtomicU16>>; 3] = [const { OnceLock::new() }; 3];
    let shapes = shapes(language)?;
    let names = shapes.query.capture_names();
    let kinds = ROLES[language as usize].get_or_init(|| {
        let count = grammar(language).node_kind_count();
        (0..count).map(|_| AtomicU16::new(UNASKED)).collect()
    });
    // an error has a kind beyond all others, and no role
    let known = kinds.get(usize::from(node.kind_id()))?;
    let index = match known.load(Ordering::Relaxed) {
        UNASKED => {
            let found = ask(&shapes.query, node).and_then(|index| u16::try_from(index).ok()).unwrap_or(NO_ROLE);
            known.store(found, Ordering::Relaxed);
            found
        }
        index => index,
    };
    names.get(usize::from(index)).copied()
}

const UNASKED: u16 = u16::MAX;
const NO_ROLE: u16 = u16::MAX - 1;

/// What the query captures a node as.
fn ask(query: &Query, node: Node<'_>) -> Option<u32> {
    CURSOR.with_borrow_mut(|cursor| {
        cursor.set_max_start_depth(Some(0));
        // no pattern asks for text
        let mut captures = cursor.captures(query, node, &[][..]);
        let (found, index) = captures.next()?;
        Some(found.captures().get(*index)?.index)
    })
}
