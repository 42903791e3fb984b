//! Several files as one program: the first is the one that is asked about, the others bear on it.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Item, ItemId, Kind, Lit, NodeRef, Program, Span};

/// What runs the top level of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The framework, or whoever deploys it: it runs in every environment.
    Always,
    /// Its place says that it runs in development alone.
    Development,
    /// Likewise for tests.
    Test,
    /// Files that load it, if any are in sight.
    Loaders,
}

/// A file of a program that is made of several.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the folder of the project, with `/`.
    pub path: SmolStr,
    /// As reports name it.
    pub shown: SmolStr,
    pub text: Arc<str>,
    pub start: Start,
    /// The others look up what it defines, so it runs before them.
    pub is_first: bool,
    /// The file as a whole; the items up to the next file's are its own.
    pub root: ItemId,
}

/// A file of data that code loads.
#[derive(Clone, Debug, PartialEq)]
pub struct DataFile {
    /// Relative to the folder of the project, with `/`.
    pub path: SmolStr,
    /// The keys of its outermost map.
    pub keys: Vec<SmolStr>,
}

/// A file on its way into a program of several.
#[derive(Clone)]
pub struct Part {
    pub path: SmolStr,
    pub shown: SmolStr,
    pub text: Arc<str>,
    pub start: Start,
    pub is_first: bool,
    /// Names that made items of it matter.
    pub names: Vec<SmolStr>,
    pub program: Arc<Program>,
}

/// One program of several files of one language. Items of the first keep their ids. Parts without items are left out;
/// `None` if the first is one.
pub fn link(parts: &[Part], data: &[DataFile], unsearched: &[SmolStr]) -> Option<Program> {
    let (main, rest) = parts.split_first()?;
    let mut all = Program {
        files: Vec::new(),
        data: data.to_vec(),
        unsearched: unsearched.to_vec(),
        ..main.program.as_ref().clone()
    };
    if all.items.is_empty() {
        return None;
    }
    for part in std::iter::once(main).chain(rest.iter().filter(|part| !part.program.items.is_empty())) {
        let is_main = all.files.is_empty();
        let root = if is_main { 0 } else { all.items.len() as u32 };
        let Part { path, shown, text, start, is_first, .. } = part.clone();
        all.files.push(SourceFile { path, shown, text, start, is_first, root: ItemId(root) });
        if !is_main {
            all.items.extend(part.program.items.iter().map(|item| moved(item, root)));
        }
    }
    Some(all)
}

fn moved(item: &Item, by: u32) -> Item {
    let mut item = item.clone();
    item.parent = item.parent.map(|parent| ItemId(parent.0 + by));
    for node in item.code.iter_mut().flat_map(|code| &mut code.nodes) {
        if let Kind::Item(id) = &mut node.kind {
            id.0 += by;
        }
    }
    item
}

/// Python: the path of a module without its ending, as an import in the file at `importer` writes it: from the folder of
/// the project where it is relative (`.factories`, `..`), else from wherever the packages are (`app.seeds`).
pub fn module_path(importer: &str, written: &str) -> String {
    let absolute = written.trim_start_matches('.');
    let mut folder = importer;
    for _ in absolute.len()..written.len() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    let rest = absolute.replace('.', "/");
    match (absolute.len() < written.len() && !folder.is_empty(), rest.is_empty()) {
        (false, _) => rest,
        (true, true) => folder.to_owned(),
        (true, false) => format!("{folder}/{rest}"),
    }
}

impl Program {
    /// The index of the file that an item stands in; 0 for a program of one file.
    pub fn file_of(&self, id: ItemId) -> usize {
        self.files.partition_point(|file| file.root <= id).saturating_sub(1)
    }

    /// Whether an item stands in the file that is asked about.
    pub fn is_main(&self, id: ItemId) -> bool {
        self.file_of(id) == 0
    }

    /// The texts that stand in a part of an item, in order; `span` counts from its start.
    pub fn texts_in(&self, item: ItemId, span: Span) -> Vec<SmolStr> {
        let nodes = self.code(item).map(|code| code.nodes.as_slice()).unwrap_or_default();
        let within = nodes.iter().filter(|node| span.start <= node.span.start && node.span.end <= span.end);
        let mut texts: Vec<(u32, SmolStr)> = within
            .filter_map(|node| match &node.kind {
                Kind::Lit(Lit::Str(text)) => Some((node.span.start, text.clone())),
                _ => None,
            })
            .collect();
        texts.sort_unstable();
        let mut texts: Vec<SmolStr> = texts.into_iter().map(|(_, text)| text).collect();
        // what a form is lowered to may hold a text twice
        texts.dedup();
        texts
    }

    /// The whole of the file with this index.
    pub fn root(&self, file: usize) -> Option<NodeRef> {
        let item = self.files.get(file).map_or(ItemId(0), |file| file.root);
        Some(NodeRef { item, node: self.code(item)?.root })
    }
}
