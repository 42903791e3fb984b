//! JSON and TOML.

use smol_str::SmolStr;
use tree_sitter::{Node, Tree};

use super::data::{Data, Entry, Id, Value};
use crate::syntax::formats::{Grammar, parse_format};

pub(super) fn json(text: &str) -> Data {
    let mut data = Data::default();
    if let Some(tree) = parse_format(Grammar::Json, text) {
        let mut cursor = tree.walk();
        let roots: Vec<Node<'_>> = tree.root_node().named_children(&mut cursor).collect();
        for root in roots.into_iter().filter(|root| matches!(root.kind(), "object" | "array")) {
            let id = convert(root, text, &mut data);
            data.roots.extend(id);
        }
    }
    data
}

/// A document is a map; its tables are entries under their names.
pub(super) fn toml(text: &str) -> Data {
    let mut data = Data::default();
    let Some(tree) = parse_format(Grammar::Toml, text) else { return data };
    let entries = toml_entries(&tree, text, &mut data);
    let root = data.push(Value::Map(entries), 0..text.len());
    data.roots.push(root);
    data
}

fn toml_entries(tree: &Tree, text: &str, data: &mut Data) -> Vec<Entry> {
    let mut cursor = tree.walk();
    let top: Vec<Node<'_>> = tree.root_node().named_children(&mut cursor).collect();
    let mut entries = Vec::new();
    for node in top {
        match node.kind() {
            "pair" => entries.extend(pair(node, text, data)),
            "table" | "table_array_element" => {
                let mut cursor = node.walk();
                let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
                let Some(name) = children.first() else { continue };
                let pairs = children.iter().filter(|child| child.kind() == "pair");
                let inner: Vec<Entry> = pairs.filter_map(|child| pair(*child, text, data)).collect();
                let value = data.push(Value::Map(inner), node.byte_range());
                entries.push(Entry { key: scalar(*name, text), key_range: name.byte_range(), value });
            }
            _ => {}
        }
    }
    entries
}

/// The two sides of a pair, whatever the grammar calls them.
fn sides<'t>(pair: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let mut cursor = pair.walk();
    let mut children = pair.named_children(&mut cursor).filter(|child| !matches!(child.kind(), "comment" | "ERROR"));
    Some((children.next()?, children.next()?))
}

fn pair(node: Node<'_>, text: &str, data: &mut Data) -> Option<Entry> {
    let (key, value) = sides(node)?;
    let value = convert(value, text, data)?;
    Some(Entry { key: scalar(key, text), key_range: key.byte_range(), value })
}

enum Step<'t> {
    Enter(Node<'t>),
    Map(Node<'t>, Vec<Node<'t>>),
    List(Node<'t>, usize),
}

fn convert(root: Node<'_>, text: &str, data: &mut Data) -> Option<Id> {
    let mut steps = vec![Step::Enter(root)];
    let mut done: Vec<Id> = Vec::new();
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(node) => {
                let mut cursor = node.walk();
                match node.kind() {
                    "object" | "inline_table" => {
                        let pairs = node.named_children(&mut cursor).filter(|child| child.kind() == "pair");
                        let (keys, values): (Vec<_>, Vec<_>) = pairs.filter_map(sides).unzip();
                        steps.push(Step::Map(node, keys));
                        steps.extend(values.into_iter().rev().map(Step::Enter));
                    }
                    "array" => {
                        let items = node.named_children(&mut cursor);
                        let items: Vec<_> = items.filter(|it| !matches!(it.kind(), "comment" | "ERROR")).collect();
                        steps.push(Step::List(node, items.len()));
                        steps.extend(items.into_iter().rev().map(Step::Enter));
                    }
                    _ => done.push(data.push(Value::Text(scalar(node, text)), node.byte_range())),
                }
            }
            Step::Map(node, keys) => {
                let values = done.split_off(done.len().saturating_sub(keys.len()));
                let entry =
                    |(key, value): (Node<'_>, Id)| Entry { key: scalar(key, text), key_range: key.byte_range(), value };
                let entries = keys.into_iter().zip(values).map(entry).collect();
                done.push(data.push(Value::Map(entries), node.byte_range()));
            }
            Step::List(node, count) => {
                let items = done.split_off(done.len().saturating_sub(count));
                done.push(data.push(Value::List(items), node.byte_range()));
            }
        }
    }
    done.pop()
}

fn scalar(node: Node<'_>, text: &str) -> SmolStr {
    let text = text.get(node.byte_range()).unwrap_or_default();
    for quotes in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = text.strip_prefix(quotes).and_then(|rest| rest.strip_suffix(quotes)) {
            return inner.into();
        }
    }
    text.into()
}
