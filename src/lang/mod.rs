//! The languages: syntax to program. Only this room knows a grammar's node kinds.

pub mod deployment;
pub mod guard;
mod hot;
mod live;
mod lower;
mod quiet;
mod statements;
mod triggers;

pub mod csharp;
pub mod python;
pub mod ruby;

use std::borrow::Cow;
use std::ops::Range;

use tree_sitter::{Node, Tree};

use crate::program::{Code, Item, ItemId, Language, Program};

pub use hot::{build, build_for};
pub use live::LiveTree;
pub use lower::Lower;
pub use statements::Layout;
pub use triggers::{Interest, Triggers, Words};

/// Text with what the grammar cannot take blanked at equal byte offsets.
pub struct Masked<'t> {
    pub text: Cow<'t, str>,
    /// C#: the conditions under which parts of the text exist, outermost first, in source order.
    pub conditions: Vec<Condition>,
    /// C#: `#define` (true) and `#undef` (false).
    pub symbols: Vec<(smol_str::SmolStr, bool)>,
}

impl<'t> Masked<'t> {
    pub fn plain(text: &'t str) -> Self {
        Masked { text: Cow::Borrowed(text), conditions: Vec::new(), symbols: Vec::new() }
    }
}

/// Masks a text whose lines may end with CR alone: its grammar knows LF only, and a comment would take the rest of the file.
fn with_line_ends<'t>(text: &'t str, mask: impl Fn(&str) -> Masked<'_>) -> Option<Masked<'t>> {
    let bytes = text.as_bytes();
    let is_lone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    memchr::memchr_iter(b'\r', bytes).find(is_lone)?;
    let mut mended = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        mended.push(if char == '\r' && rest.peek() != Some(&'\n') { '\n' } else { char });
    }
    let Masked { text, conditions, symbols } = mask(&mended);
    Some(Masked { text: Cow::Owned(text.into_owned()), conditions, symbols })
}

/// A branch of a `#if` that stands in the tree beside its siblings.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Byte range of the branch's text, without the directive lines.
    pub range: Range<usize>,
    /// Byte range of the directive line that opens the branch.
    pub directive: Range<usize>,
    /// The branch's own condition together with the negation of the branches before it.
    pub test: SymbolTest,
}

/// A condition over preprocessor symbols.
#[derive(Clone, Debug, PartialEq)]
pub enum SymbolTest {
    Symbol(smol_str::SmolStr),
    Literal(bool),
    Not(Box<SymbolTest>),
    And(Vec<SymbolTest>),
    Or(Vec<SymbolTest>),
}

/// What an adapter reads: the masked text and its tree.
pub struct Source<'t> {
    pub language: Language,
    pub masked: &'t str,
    pub conditions: &'t [Condition],
    pub tree: &'t Tree,
}

/// The items of a file with the syntax node of each, side by side.
#[derive(Default)]
pub struct Outline<'t> {
    pub items: Vec<Item>,
    pub nodes: Vec<Node<'t>>,
    /// What an adapter learns about an item while it walks the container and needs when it lowers it; its own bits.
    pub flags: rustc_hash::FxHashMap<u32, u8>,
}

/// A language's way from syntax to program.
pub trait Adapter: Sync {
    /// Blanks what the grammar cannot take. `template` says that the file is ERB.
    fn mask<'t>(&self, text: &'t str, template: bool) -> Masked<'t>;
    /// The items of a file: containers, definitions and statements, without code.
    fn outline<'t>(&self, source: &Source<'t>) -> Outline<'t>;
    /// The code of one item.
    fn lower(&self, source: &Source<'_>, outline: &Outline<'_>, id: ItemId) -> Code;
}

/// The adapter of a language.
pub fn adapter(language: Language) -> &'static dyn Adapter {
    match language {
        Language::Ruby => &ruby::Ruby,
        Language::Python => &python::Python,
        Language::CSharp => &csharp::CSharp,
    }
}

/// Parses and lowers a whole file: every item is hot. For tests and small texts.
pub fn lower_all(language: Language, text: &str, template: bool) -> Program {
    build(language, text, template, &Triggers::everything(), Interest::Places)
}
