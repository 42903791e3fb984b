//! The tasks of rake, by the text.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{ItemId, Kind, Language, Lit, NodeId, NodeRef, Program};

/// A task with a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub block: NodeRef,
    /// The last part of the names of what runs before it, in order.
    pub prerequisites: Vec<SmolStr>,
}

impl Program {
    /// The tasks by the last part of their names. Names that are worked out are left out.
    pub fn tasks(&self) -> FxHashMap<SmolStr, Vec<Task>> {
        let mut tasks: FxHashMap<SmolStr, Vec<Task>> = FxHashMap::default();
        if self.language != Language::Ruby {
            return tasks;
        }
        for (index, item) in self.items.iter().enumerate() {
            let id = ItemId(index as u32);
            for node in item.code.iter().flat_map(|code| &code.nodes) {
                let Kind::Call(call) = &node.kind else { continue };
                let callee = self.node(NodeRef { item: id, node: call.callee }).map(|node| &node.kind);
                if !matches!(callee, Some(Kind::Name(name)) if name == "task" || name == "multitask") {
                    continue;
                }
                let (Some(block), Some((name, prerequisites))) = (call.block, self.task_named(id, &call.args)) else {
                    continue;
                };
                let task = Task { block: NodeRef { item: id, node: block }, prerequisites };
                tasks.entry(name).or_default().push(task);
            }
        }
        tasks
    }

    /// `:name`, `name: :other`, `:name => [:one, :other]`, `:name, [:argument] => :other`.
    fn task_named(&self, item: ItemId, args: &[NodeId]) -> Option<(SmolStr, Vec<SmolStr>)> {
        let kind = |node: NodeId| self.node(NodeRef { item, node }).map(|node| &node.kind);
        let mut name = None;
        let mut prerequisites = Vec::new();
        for arg in args {
            match kind(*arg)? {
                Kind::Lit(Lit::Symbol(text) | Lit::Str(text)) if name.is_none() => name = Some(last(text)),
                Kind::Keyword(text, value) => {
                    name.get_or_insert_with(|| last(text));
                    self.names_in(item, *value, &mut prerequisites);
                }
                Kind::Map(pairs) => {
                    for (key, value) in pairs {
                        if let Some(Kind::Lit(Lit::Symbol(text) | Lit::Str(text))) = key.and_then(kind) {
                            name.get_or_insert_with(|| last(text));
                        }
                        self.names_in(item, *value, &mut prerequisites);
                    }
                }
                _ => {}
            }
        }
        Some((name?, prerequisites))
    }

    fn names_in(&self, item: ItemId, node: NodeId, out: &mut Vec<SmolStr>) {
        match self.node(NodeRef { item, node }).map(|node| &node.kind) {
            Some(Kind::Lit(Lit::Symbol(text) | Lit::Str(text))) => out.push(last(text)),
            Some(Kind::List(items)) => {
                for node in items {
                    if let Some(Kind::Lit(Lit::Symbol(text) | Lit::Str(text))) =
                        self.node(NodeRef { item, node: *node }).map(|node| &node.kind)
                    {
                        out.push(last(text));
                    }
                }
            }
            _ => {}
        }
    }
}

/// `db:seed` → `seed`.
fn last(name: &str) -> SmolStr {
    SmolStr::new(name.rsplit(':').next().unwrap_or(name))
}
