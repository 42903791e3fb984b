//! The items of a file: what stands at the top level and in class bodies.

use memchr::memmem;
use smol_str::SmolStr;
use tree_sitter::Node as Syntax;

use super::statements::is_docstring;
use super::{bindings, undecorated};
use crate::lang::{Lower, Outline, Source};
use crate::program::*;

/// Classes nested deeper are statements: the walk over the members of each container stays linear.
const MAX_DEPTH: u32 = 40;

/// A node that becomes an item.
struct Pending<'t> {
    node: Syntax<'t>,
    parent: ItemId,
    depth: u32,
}

struct Walk<'s, 't> {
    source: &'s Source<'t>,
    outline: Outline<'t>,
    pending: Vec<Pending<'t>>,
    /// Where the word `global` stands.
    globals: Vec<usize>,
}

pub(super) fn outline<'t>(source: &Source<'t>) -> Outline<'t> {
    let root = source.tree.root_node();
    let mut walk = Walk {
        source,
        outline: Outline::default(),
        pending: Vec::new(),
        globals: memmem::find_iter(source.masked.as_bytes(), b"global").collect(),
    };
    walk.push(None, ItemKind::Container, Vec::new(), root);
    walk.outline.items[0].start = 0;
    walk.outline.items[0].end = source.masked.len() as u32;
    walk.members(root, ItemId(0), 0);
    while let Some(next) = walk.pending.pop() {
        walk.visit(next);
    }
    walk.outline
}

impl<'t> Walk<'_, 't> {
    fn push(&mut self, parent: Option<ItemId>, kind: ItemKind, names: Vec<SmolStr>, node: Syntax<'t>) -> ItemId {
        self.outline.items.push(Item {
            parent,
            kind,
            visibility: Visibility::Public,
            names,
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
            code: None,
            live: false,
        });
        self.outline.nodes.push(node);
        ItemId(self.outline.items.len() as u32 - 1)
    }

    /// Queues the children of a body, so that the first is visited next.
    fn members(&mut self, body: Syntax<'t>, parent: ItemId, depth: u32) {
        let members = Lower::children(body).into_iter().rev();
        self.pending.extend(members.filter(|node| !is_docstring(*node)).map(|node| Pending { node, parent, depth }));
    }

    fn visit(&mut self, next: Pending<'t>) {
        let Pending { node, parent, depth } = next;
        let text = self.source.masked;
        let inner = undecorated(node);
        let named = |node: Syntax<'t>| {
            node.child_by_field_name("name")
                .and_then(|name| text.get(name.byte_range()))
                .map(SmolStr::from)
                .into_iter()
                .collect::<Vec<_>>()
        };
        let (kind, names) = match inner.kind() {
            "function_definition" => {
                let mut names = named(inner);
                if self.says_global(inner) {
                    bindings::globals(text, inner, &mut names);
                }
                (ItemKind::Def, names)
            }
            "class_definition" if depth < MAX_DEPTH => (ItemKind::Container, named(inner)),
            "import_statement" | "import_from_statement" | "future_import_statement" if parent == ItemId(0) => {
                let mut names = Vec::new();
                bindings::of_import(text, inner, &mut names);
                (ItemKind::Import, names)
            }
            "ERROR" if holds_statements(inner) => {
                self.members(inner, parent, depth);
                return;
            }
            _ => (ItemKind::Statement, bindings::of_statement(text, node)),
        };
        let id = self.push(Some(parent), kind, names, node);
        if kind == ItemKind::Container
            && let Some(body) = inner.child_by_field_name("body")
        {
            self.members(body, id, depth + 1);
        }
    }

    fn says_global(&self, node: Syntax<'_>) -> bool {
        let from = self.globals.partition_point(|at| *at < node.start_byte());
        self.globals.get(from).is_some_and(|at| *at < node.end_byte())
    }
}

/// Whether a broken piece holds whole statements, which are items then.
fn holds_statements(error: Syntax<'_>) -> bool {
    error
        .named_children(&mut error.walk())
        .any(|child| child.kind().ends_with("_statement") || child.kind().ends_with("_definition"))
}
