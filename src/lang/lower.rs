//! What the adapters share: the arena under construction, spans, the depth cap.

use tree_sitter::Node as Syntax;

use super::{Outline, Source};
use crate::program::*;

/// Nesting beyond this is not followed: what lies below becomes a flat list of the names in it.
const MAX_DEPTH: u32 = 400;

/// The code of one item while it is built.
pub struct Lower<'s, 't> {
    pub source: &'s Source<'t>,
    pub outline: &'s Outline<'t>,
    base: usize,
    nodes: Vec<Node>,
    depth: u32,
}

impl<'s, 't> Lower<'s, 't> {
    pub fn new(source: &'s Source<'t>, outline: &'s Outline<'t>, id: ItemId) -> Self {
        let item = &outline.items[id.0 as usize];
        Lower { source, outline, base: item.start as usize, nodes: Vec::new(), depth: 0 }
    }

    pub fn finish(mut self, root: NodeId) -> Code {
        // kept as long as the file, while the tree is there too
        self.nodes.shrink_to_fit();
        Code { nodes: self.nodes, root }
    }

    /// The name of the capture that the shapes query gives this node.
    pub fn role(&self, syntax: Syntax<'_>) -> Option<&'static str> {
        crate::syntax::role(self.source.language, syntax)
    }

    pub fn text(&self, syntax: Syntax<'_>) -> &'t str {
        self.source.masked.get(syntax.byte_range()).unwrap_or_default()
    }

    pub fn push(&mut self, kind: Kind, syntax: Syntax<'_>) -> NodeId {
        self.push_range(kind, syntax.byte_range())
    }

    /// `range` is in bytes of the file.
    pub fn push_range(&mut self, kind: Kind, range: std::ops::Range<usize>) -> NodeId {
        let span = Span {
            start: range.start.saturating_sub(self.base) as u32,
            end: range.end.saturating_sub(self.base) as u32,
        };
        self.nodes.push(Node { span, kind });
        NodeId(self.nodes.len() as u32 - 1)
    }

    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.nodes[id.0 as usize].kind
    }

    pub fn kind_mut(&mut self, id: NodeId) -> &mut Kind {
        &mut self.nodes[id.0 as usize].kind
    }

    pub fn nil(&mut self, syntax: Syntax<'_>) -> NodeId {
        self.push(Kind::Lit(Lit::Nil), syntax)
    }

    /// Runs `lower` one level deeper; past the cap the subtree becomes opaque.
    pub fn deeper(&mut self, syntax: Syntax<'_>, lower: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        if !self.enter() {
            return self.flat(syntax);
        }
        let id = lower(self);
        self.leave();
        id
    }

    /// One level deeper for adapters that wrap this type; `false` past the cap, where [`Lower::flat`] is due.
    pub fn enter(&mut self) -> bool {
        let within = self.depth < MAX_DEPTH;
        self.depth += u32::from(within);
        within
    }

    /// Back from a level that [`Lower::enter`] allowed.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// The names below a node, without structure and without recursion.
    pub fn flat(&mut self, syntax: Syntax<'_>) -> NodeId {
        let mut children = Vec::new();
        let mut cursor = syntax.walk();
        'walk: loop {
            let node = cursor.node();
            if node.child_count() == 0 && matches!(node.kind(), "identifier" | "constant") {
                let name = self.text(node).into();
                children.push(self.push(Kind::Name(name), node));
            }
            if cursor.goto_first_child() || cursor.goto_next_sibling() {
                continue;
            }
            while cursor.goto_parent() {
                if cursor.goto_next_sibling() {
                    continue 'walk;
                }
            }
            break;
        }
        self.push(Kind::Opaque { children, writes: Vec::new() }, syntax)
    }

    /// The named children that are not comments; errors are extras too and stay.
    pub fn children(syntax: Syntax<'t>) -> Vec<Syntax<'t>> {
        let mut cursor = syntax.walk();
        syntax.named_children(&mut cursor).filter(|child| child.is_error() || !child.is_extra()).collect()
    }

    /// Appends an item to a sequence of operands of `&&`, `||` or `??`, flattening nested ones of the same operator.
    pub fn flatten(&self, id: NodeId, same: impl Fn(&Kind) -> Option<&Vec<NodeId>>, out: &mut Vec<NodeId>) {
        match same(self.kind(id)) {
            Some(inner) => out.extend(inner),
            None => out.push(id),
        }
    }
}
