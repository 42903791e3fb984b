//! Heredocs: the text stands after the statement, or anywhere inside it, as an extra.

use std::collections::VecDeque;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::Lowering;
use crate::program::*;

/// Which text belongs to which `<<WORD` of the item.
#[derive(Default)]
pub(super) struct Heredocs<'t> {
    texts: FxHashMap<usize, Node<'t>>,
    unclaimed: Vec<Node<'t>>,
}

impl<'t> Lowering<'_, 't> {
    /// Pairs the openings and texts of an item. The text of a statement's last line may stand outside its node.
    pub(super) fn find_heredocs(&mut self, node: Node<'t>, item: Range<usize>) {
        let text = self.out.source.masked.get(node.byte_range()).unwrap_or_default();
        if item.end <= node.end_byte() && memchr::memmem::find(text.as_bytes(), b"<<").is_none() {
            return;
        }
        let mut openings = Vec::new();
        let mut bodies = Vec::new();
        collect(node, node.byte_range(), &mut openings, &mut bodies);
        if item.end > node.end_byte() {
            let mut outside = Vec::new();
            let root = self.out.source.tree.root_node();
            collect(root, node.end_byte()..item.end, &mut Vec::new(), &mut outside);
            for body in &outside {
                // a text may hold openings of its own
                collect(*body, body.byte_range(), &mut openings, &mut Vec::new());
            }
            bodies.extend(outside);
        }
        let mut waiting: FxHashMap<&str, VecDeque<Node<'t>>> = FxHashMap::default();
        for body in &bodies {
            waiting.entry(self.end_word(*body)).or_default().push_back(*body);
        }
        let mut claimed = FxHashSet::default();
        for opening in openings {
            let word = self.out.text(opening);
            let word = word.trim_start_matches(['<', '-', '~']);
            let word = word.trim_matches(['"', '\'', '`']);
            if let Some(body) = waiting.get_mut(word).and_then(VecDeque::pop_front) {
                claimed.insert(body.id());
                self.heredocs.texts.insert(opening.id(), body);
            }
        }
        bodies.retain(|body| !claimed.contains(&body.id()));
        self.heredocs.unclaimed = bodies;
    }

    fn end_word(&self, body: Node<'t>) -> &'t str {
        let last = body.child(body.child_count().saturating_sub(1));
        last.map_or("", |end| self.out.text(end).trim())
    }

    /// Texts whose opening is not in the item may still hold code.
    pub(super) fn with_unclaimed_heredocs(&mut self, id: NodeId, node: Node<'t>) -> NodeId {
        let unclaimed = std::mem::take(&mut self.heredocs.unclaimed);
        if unclaimed.is_empty() {
            return id;
        }
        let mut all = vec![id];
        all.extend(self.exprs(unclaimed));
        self.opaque_of(all, node)
    }

    pub(super) fn heredoc(&mut self, opening: Node<'t>) -> NodeId {
        let dedents = self.out.text(opening).starts_with("<<~");
        let command = self.out.text(opening).ends_with('`');
        match self.heredocs.texts.get(&opening.id()).copied() {
            Some(body) => {
                let text = self.heredoc_text(body, opening, dedents);
                match command {
                    true => self.opaque_of(vec![text], opening),
                    false => text,
                }
            }
            None => self.opaque_of(Vec::new(), opening),
        }
    }

    pub(super) fn heredoc_text(&mut self, body: Node<'t>, place: Node<'t>, dedents: bool) -> NodeId {
        let parts = self.string_parts(body, true);
        // the text starts on the line after the opening
        if let Some(first) = parts.first()
            && let Kind::Lit(Lit::Str(text)) = self.out.kind_mut(*first)
        {
            let start = text.strip_prefix("\r\n").or(text.strip_prefix('\n'));
            *text = start.unwrap_or(text).into();
        }
        match parts[..] {
            [] => self.out.push(Kind::Lit(Lit::Str("".into())), place),
            [only] if let Kind::Lit(Lit::Str(text)) = self.out.kind(only) => {
                let text = match dedents {
                    true => dedented(text).into(),
                    false => text.clone(),
                };
                self.out.push(Kind::Lit(Lit::Str(text)), place)
            }
            _ => self.out.push(Kind::Interp(parts), place),
        }
    }
}

/// Openings and texts of heredocs within a range, in source order.
fn collect<'t>(top: Node<'t>, range: Range<usize>, openings: &mut Vec<Node<'t>>, bodies: &mut Vec<Node<'t>>) {
    let mut cursor = top.walk();
    loop {
        let node = cursor.node();
        match node.kind() {
            "heredoc_beginning" => openings.push(node),
            "heredoc_body" if node.start_byte() >= range.start => bodies.push(node),
            _ => {}
        }
        if node.end_byte() > range.start
            && node.start_byte() < range.end
            && cursor.goto_first_child_for_byte(range.start).is_some()
        {
            continue;
        }
        while !(cursor.node().start_byte() < range.end && cursor.goto_next_sibling()) {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Without the indentation that all lines share.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = text.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    text.split_inclusive('\n').map(|line| line.get(shared.min(indent(line))..).unwrap_or_default()).collect()
}
