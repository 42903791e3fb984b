//! The language-neutral program: what a Ruby, Python or C# file does, as far as the worlds care.
//!
//! A file is a tree of [`Item`]s (definitions and statements). A hot item is lowered to [`Code`]: an arena of
//! [`Node`]s in which statements are expressions, names are unresolved, positions count from the start of the item
//! and nothing refers to a syntax tree. Cold items keep only their outline.

pub mod deployment;
mod dump;
mod link;
mod node;
mod tasks;

pub use dump::dump;
pub use link::{DataFile, Part, SourceFile, Start, link, module_path};
pub use node::*;
pub use tasks::Task;

use smol_str::SmolStr;

/// A language whose programs are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Ruby,
    Python,
    #[serde(rename = "csharp")]
    CSharp,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Ruby, Language::Python, Language::CSharp];

    /// The identifier used in configuration and in the folder names of `queries/`.
    pub fn id(self) -> &'static str {
        match self {
            Language::Ruby => "ruby",
            Language::Python => "python",
            Language::CSharp => "csharp",
        }
    }
}

/// Index of an item in [`Program::items`]. Item 0 is the file itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub u32);

/// A whole file as a tree of items.
#[derive(Clone, Debug)]
pub struct Program {
    pub language: Language,
    /// Parents stand before their children; children stand in source order.
    pub items: Vec<Item>,
    /// C#: symbols that `#define` (true) and `#undef` (false) set at the head of the file.
    pub symbols: Vec<(SmolStr, bool)>,
    /// It would take too much memory: there are no items.
    pub too_large: bool,
    /// The files that it is made of, if they are several, with the one that is asked about before the others.
    pub files: Vec<SourceFile>,
    /// Names that were not looked for everywhere: whoever uses one may not be in sight.
    pub unsearched: Vec<SmolStr>,
    /// Files of data that are in sight.
    pub data: Vec<DataFile>,
}

/// One item: a definition, or a statement of the top level or of a class body.
#[derive(Clone, Debug)]
pub struct Item {
    pub parent: Option<ItemId>,
    pub kind: ItemKind,
    /// Of a definition; public for everything else.
    pub visibility: Visibility,
    /// Names this item binds: the name of a definition, the targets of an assignment or import, in source order.
    pub names: Vec<SmolStr>,
    /// Byte range in the file.
    pub start: u32,
    pub end: u32,
    /// `None` while the item is cold: it holds no trigger word and no hot item names it.
    pub code: Option<Code>,
    /// It holds a trigger word, or names a definition that does, however far away.
    pub live: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// The file, a class, module or namespace: its code is a [`Kind::Class`] or a [`Kind::Seq`] whose members are
    /// [`Kind::Item`] references, so it is always lowered.
    Container,
    /// A method or function: its code is one [`Kind::Def`].
    Def,
    /// An import, `using`, `require`: always lowered.
    Import,
    /// Any other statement.
    Statement,
}

impl Program {
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    /// The code of an item, if it is hot.
    pub fn code(&self, id: ItemId) -> Option<&Code> {
        self.item(id).code.as_ref()
    }

    pub fn node(&self, at: NodeRef) -> Option<&Node> {
        self.code(at.item)?.nodes.get(at.node.0 as usize)
    }

    /// The byte range of a node in the file.
    pub fn span(&self, at: NodeRef) -> std::ops::Range<usize> {
        let start = self.item(at.item).start as usize;
        match self.node(at) {
            Some(node) => start + node.span.start as usize..start + node.span.end as usize,
            None => start..self.item(at.item).end as usize,
        }
    }

    /// The names of the classes and modules around an item, outermost first, as written; `class << self` is none.
    pub fn classes_around(&self, id: ItemId) -> Vec<SmolStr> {
        let mut classes = Vec::new();
        let mut parent = self.item(id).parent;
        while let Some(id) = parent {
            if let Some(code) = self.code(id)
                && let Some(Kind::Class(class)) = code.nodes.get(code.root.0 as usize).map(|node| &node.kind)
                && class.name != "self"
            {
                classes.push(class.name.clone());
            }
            parent = self.item(id).parent;
        }
        classes.reverse();
        classes
    }
}
