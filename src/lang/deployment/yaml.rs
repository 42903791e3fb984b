//! YAML, by its grammar where the text is whole and by its lines where it is not: one mistake swallows a document.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use tree_sitter::{Node, Tree};

use super::data::{Data, Entry, Id, Value};
use super::lines;
use crate::syntax::formats::{Grammar, parse_format};

/// Reads every document of a text.
pub(super) fn read(text: &str) -> Data {
    // the placeholders of a template are no YAML
    let is_template = memchr::memmem::find(text.as_bytes(), b"{{").is_some();
    let tree = (!is_template).then(|| parse_format(Grammar::Yaml, text)).flatten();
    match tree.filter(|tree| !tree.root_node().has_error()) {
        Some(tree) => of_tree(&tree, text),
        None => lines::read(text),
    }
}

/// A step of the walk: nodes are made after their children.
enum Step<'t> {
    Enter(Node<'t>),
    Map(Node<'t>),
    List(Node<'t>, usize),
    /// The value of a pair is made.
    Pair(Option<Node<'t>>),
    Anchor(Node<'t>),
    Nothing(Node<'t>),
}

fn of_tree(tree: &Tree, text: &str) -> Data {
    let mut data = Data::default();
    let mut cursor = tree.walk();
    let documents: Vec<Node<'_>> =
        tree.root_node().children(&mut cursor).filter(|node| node.kind() == "document").collect();
    for document in documents {
        let mut cursor = document.walk();
        let content = document.children(&mut cursor).find(|node| matches!(node.kind(), "block_node" | "flow_node"));
        if let Some(content) = content {
            let root = walk(content, text, &mut data);
            data.roots.extend(root);
        }
    }
    data
}

fn walk(root: Node<'_>, text: &str, data: &mut Data) -> Option<Id> {
    let mut anchors: FxHashMap<&str, Id> = FxHashMap::default();
    let mut steps = vec![Step::Enter(root)];
    let mut done: Vec<Id> = Vec::new();
    // pairs of the maps that are open
    let mut open: Vec<Vec<Entry>> = Vec::new();
    let slice = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    while let Some(step) = steps.pop() {
        match step {
            Step::Enter(node) => match node.kind() {
                "block_node" | "flow_node" => {
                    let mut cursor = node.walk();
                    let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
                    if let Some(anchor) = children.iter().find(|child| child.kind() == "anchor") {
                        steps.push(Step::Anchor(*anchor));
                    }
                    let content =
                        children.into_iter().find(|child| !matches!(child.kind(), "anchor" | "tag" | "comment"));
                    steps.push(content.map_or(Step::Nothing(node), Step::Enter));
                }
                "block_mapping" | "flow_mapping" => {
                    open.push(Vec::new());
                    steps.push(Step::Map(node));
                    let mut cursor = node.walk();
                    let pairs = node.named_children(&mut cursor);
                    let pairs = pairs.filter(|pair| matches!(pair.kind(), "block_mapping_pair" | "flow_pair"));
                    let pairs: Vec<Node<'_>> = pairs.collect();
                    for pair in pairs.into_iter().rev() {
                        steps.push(Step::Pair(pair.child_by_field_name("key")));
                        let value = pair.child_by_field_name("value");
                        steps.push(value.map_or(Step::Nothing(pair), Step::Enter));
                    }
                }
                "block_sequence" | "flow_sequence" => {
                    let mut cursor = node.walk();
                    let items: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
                    let items: Vec<Node<'_>> = items.into_iter().filter(|item| item.kind() != "comment").collect();
                    steps.push(Step::List(node, items.len()));
                    for item in items.into_iter().rev() {
                        let mut cursor = item.walk();
                        let content = match item.kind() {
                            "block_sequence_item" => item.named_children(&mut cursor).find(|it| it.kind() != "comment"),
                            _ => Some(item),
                        };
                        steps.push(content.map_or(Step::Nothing(item), Step::Enter));
                    }
                }
                "alias" => {
                    let name = slice(node).trim_start_matches('*');
                    let value = anchors.get(name).map_or(Value::Nothing, |id| Value::Alias(*id));
                    done.push(data.push(value, node.byte_range()));
                }
                _ => done.push(data.push(Value::Text(scalar(node, slice(node))), node.byte_range())),
            },
            Step::Nothing(node) => done.push(data.push(Value::Nothing, node.byte_range())),
            Step::Pair(key) => {
                let value = done.pop()?;
                if let (Some(key), Some(entries)) = (key, open.last_mut()) {
                    let text = scalar(key, slice(key));
                    entries.push(Entry { key: text, key_range: key.byte_range(), value });
                }
            }
            Step::Map(node) => {
                let entries = open.pop()?;
                done.push(data.push(Value::Map(entries), node.byte_range()));
            }
            Step::List(node, count) => {
                let items = done.split_off(done.len().saturating_sub(count));
                done.push(data.push(Value::List(items), node.byte_range()));
            }
            Step::Anchor(node) => {
                let id = *done.last()?;
                anchors.insert(slice(node).trim_start_matches('&'), id);
            }
        }
    }
    done.pop()
}

fn scalar(node: Node<'_>, text: &str) -> SmolStr {
    match node.kind() {
        "block_scalar" => {
            // without its head, `|-`
            let body = text.split_once('\n').map_or("", |(_, body)| body);
            body.into()
        }
        _ => unquote(text),
    }
}

/// The text of a scalar in one line; escapes are rare and stay.
pub(super) fn unquote(text: &str) -> SmolStr {
    let text = text.trim();
    match text.as_bytes() {
        [b'"', .., b'"'] | [b'\'', .., b'\''] if text.len() > 1 => text[1..text.len() - 1].into(),
        _ => text.into(),
    }
}
