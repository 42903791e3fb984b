//! Maps, lists and texts with their places: what YAML, JSON and TOML have in common.

use std::ops::Range;

use smol_str::SmolStr;

/// Merges that are followed from one map to the next.
const MERGES: usize = 8;

pub type Id = usize;

#[derive(Debug, Default)]
pub struct Data {
    pub nodes: Vec<Node>,
    /// One a document.
    pub roots: Vec<Id>,
}

#[derive(Debug)]
pub struct Node {
    pub value: Value,
    pub range: Range<usize>,
}

#[derive(Debug)]
pub enum Value {
    Map(Vec<Entry>),
    List(Vec<Id>),
    Text(SmolStr),
    /// Another place of the text says it. Walks over everything do not follow it.
    Alias(Id),
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: SmolStr,
    pub key_range: Range<usize>,
    pub value: Id,
}

impl Data {
    pub fn push(&mut self, value: Value, range: Range<usize>) -> Id {
        self.nodes.push(Node { value, range });
        self.nodes.len() - 1
    }

    /// The node that is meant; an alias never means a later one.
    pub fn target(&self, mut id: Id) -> Id {
        for _ in 0..MERGES {
            match self.nodes[id].value {
                Value::Alias(other) => id = other,
                _ => break,
            }
        }
        id
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes[self.target(id)].value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn range(&self, id: Id) -> Range<usize> {
        self.nodes[self.target(id)].range.clone()
    }

    pub fn list(&self, id: Id) -> &[Id] {
        match &self.nodes[self.target(id)].value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn is_map(&self, id: Id) -> bool {
        matches!(self.nodes[self.target(id)].value, Value::Map(_))
    }

    /// The entries of a map, first its own, then those that `<<` brings in under other keys.
    pub fn entries(&self, id: Id) -> Vec<&Entry> {
        let mut found: Vec<&Entry> = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        let mut maps = vec![self.target(id)];
        let mut followed = 0;
        while let Some(map) = maps.pop() {
            let Value::Map(entries) = &self.nodes[map].value else { continue };
            for entry in entries {
                if entry.key == "<<" && followed < MERGES {
                    followed += 1;
                    let target = self.target(entry.value);
                    maps.extend(self.list(target).iter().map(|item| self.target(*item)));
                    maps.push(target);
                } else if seen.insert(entry.key.as_str()) {
                    found.push(entry);
                }
            }
        }
        found
    }

    pub fn get(&self, id: Id, key: &str) -> Option<Id> {
        let Value::Map(entries) = &self.nodes[self.target(id)].value else { return None };
        let own = entries.iter().find(|entry| entry.key == key);
        match own {
            Some(entry) => Some(entry.value),
            None if entries.iter().any(|entry| entry.key == "<<") => {
                self.entries(id).into_iter().find(|entry| entry.key == key).map(|entry| entry.value)
            }
            None => None,
        }
    }

    pub fn get_text(&self, id: Id, key: &str) -> Option<&str> {
        self.get(id, key).and_then(|value| self.text(value))
    }
}
