//! Arguments: positional, keyword, spread, blocks.

use tree_sitter::Node;

use super::Lowering;
use super::fields::{Field, part};
use crate::lang::Lower;
use crate::program::*;

#[derive(Default)]
pub(super) struct Arguments {
    pub values: Vec<NodeId>,
    /// `&block`.
    pub block: Option<NodeId>,
}

impl<'t> Lowering<'_, 't> {
    /// Pairs with symbol keys become keywords, other pairs one map.
    pub(super) fn arguments(&mut self, list: Option<Node<'t>>) -> Arguments {
        match list {
            Some(list) => self.arguments_of(list, Lower::children(list)),
            None => Arguments::default(),
        }
    }

    pub(super) fn arguments_of(&mut self, list: Node<'t>, children: impl IntoIterator<Item = Node<'t>>) -> Arguments {
        let mut arguments = Arguments::default();
        let mut pairs = Vec::new();
        for child in children {
            match child.kind() {
                "pair" => {
                    let (key, value) = self.pair(child);
                    match self.out.kind(key) {
                        Kind::Lit(Lit::Symbol(name)) => {
                            let keyword = Kind::Keyword(name.clone(), value);
                            arguments.values.push(self.out.push(keyword, child));
                        }
                        _ => pairs.push((Some(key), value)),
                    }
                }
                "block_argument" => {
                    let block = match child.named_child(0) {
                        Some(value) => self.expr(value),
                        None => self.out.push(Kind::Name("&".into()), child),
                    };
                    arguments.block = Some(block);
                }
                _ => {
                    let id = self.expr(child);
                    arguments.values.push(id);
                }
            }
        }
        if !pairs.is_empty() {
            arguments.values.push(self.out.push(Kind::Map(pairs), list));
        }
        arguments
    }

    /// The elements of an array or of `return a, b`: pairs among them are one map.
    pub(super) fn elements(&mut self, list: Node<'t>) -> Vec<NodeId> {
        let mut elements = Vec::new();
        let mut pairs = Vec::new();
        for child in Lower::children(list) {
            if child.kind() == "pair" {
                let (key, value) = self.pair(child);
                pairs.push((Some(key), value));
            } else {
                elements.push(self.expr(child));
            }
        }
        if !pairs.is_empty() {
            elements.push(self.out.push(Kind::Map(pairs), list));
        }
        elements
    }

    /// `key => value`, `key: value`, `"key": value`, `key:`.
    pub(super) fn pair(&mut self, pair: Node<'t>) -> (NodeId, NodeId) {
        let key_node = part(pair, Field::Key);
        let mut key = self.expr_or_nil(key_node, pair);
        let before_colon = key_node.is_some_and(|key| {
            key.kind() == "string" && self.out.source.masked.as_bytes().get(key.end_byte()) == Some(&b':')
        });
        if before_colon && let Some(node) = key_node {
            key = self.symbol_of(key, node);
        }
        let value = match (part(pair, Field::Value), key_node) {
            (Some(value), _) => self.expr(value),
            (None, Some(name)) => {
                let text = self.out.text(name).into();
                self.out.push(Kind::Name(text), name)
            }
            (None, None) => self.out.nil(pair),
        };
        (key, value)
    }

    /// `*a`, `**a`, and `*`, `**`, `...` that pass on what the method was given.
    pub(super) fn splat(&mut self, node: Node<'t>) -> NodeId {
        let inner = match node.named_child(0) {
            Some(value) => self.expr(value),
            None => {
                let text = self.out.text(node).into();
                self.out.push(Kind::Name(text), node)
            }
        };
        self.out.push(Kind::Splat(inner), node)
    }
}
