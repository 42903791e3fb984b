//! Which items are lowered: those that hold a trigger word and those that a hot item names.

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Interest, Outline, Source, Triggers, adapter};
use crate::program::*;

/// How far a file without any place is looked into from what holds a word: a test may stand where the value is used.
const STEPS: u8 = 2;

/// Parses `text` afresh and lowers its hot items.
pub fn build(language: Language, text: &str, template: bool, triggers: &Triggers, interest: Interest) -> Program {
    let adapter = adapter(language);
    let masked = adapter.mask(text, template);
    let mut program = Program { language, items: Vec::new(), symbols: masked.symbols.clone() };
    let Some(tree) = crate::syntax::parse(language, &masked.text, None) else {
        return program;
    };
    let source = Source { language, masked: &masked.text, conditions: &masked.conditions, tree: &tree };
    let outline = adapter.outline(&source);
    program.items = Heat::new(&source, &outline, triggers, interest).run();
    program
}

/// The spread of heat over the items of one file.
struct Heat<'s, 't> {
    source: &'s Source<'t>,
    outline: &'s Outline<'t>,
    items: Vec<Item>,
    interest: Interest,
    /// Items to lower, in the order found.
    queue: Vec<ItemId>,
    /// For each of these, how far it stands from what holds a word.
    steps: Vec<u8>,
    seen: FxHashSet<u32>,
    /// Items by the names that they bind.
    binders: FxHashMap<SmolStr, Vec<ItemId>>,
    /// Names whose binders and users are hot already.
    spread: FxHashSet<SmolStr>,
    /// Items that hold a trigger word.
    triggered: Vec<ItemId>,
    /// The hot items by the names that they mention.
    users: FxHashMap<SmolStr, Vec<ItemId>>,
}

impl<'s, 't> Heat<'s, 't> {
    fn new(source: &'s Source<'t>, outline: &'s Outline<'t>, triggers: &Triggers, interest: Interest) -> Self {
        let mut binders: FxHashMap<SmolStr, Vec<ItemId>> = FxHashMap::default();
        for (index, item) in outline.items.iter().enumerate() {
            for name in &item.names {
                binders.entry(name.clone()).or_default().push(ItemId(index as u32));
            }
        }
        let mut heat = Heat {
            source,
            outline,
            items: outline.items.clone(),
            interest,
            queue: Vec::new(),
            steps: Vec::new(),
            seen: FxHashSet::default(),
            binders,
            spread: FxHashSet::default(),
            triggered: Vec::new(),
            users: FxHashMap::default(),
        };
        let hits = triggers.hits(source.masked, interest);
        for (index, item) in outline.items.iter().enumerate() {
            let triggered = hits.as_ref().is_none_or(|hits| {
                let from = hits.partition_point(|at| *at < item.start as usize);
                hits.get(from).is_some_and(|at| *at < item.end as usize)
            });
            if triggered && item.kind == ItemKind::Def {
                heat.triggered.push(ItemId(index as u32));
            }
            let id = ItemId(index as u32);
            if triggered {
                heat.enqueue(id, 0);
            } else if matches!(item.kind, ItemKind::Container | ItemKind::Import) {
                heat.enqueue(id, STEPS);
            } else if interest == Interest::Places && item.names.iter().any(|name| is_hook(name)) {
                heat.enqueue(id, 0);
            }
        }
        heat
    }

    fn enqueue(&mut self, id: ItemId, steps: u8) {
        if self.seen.insert(id.0) {
            self.queue.push(id);
            self.steps.push(steps);
        }
    }

    fn run(mut self) -> Vec<Item> {
        let adapter = adapter(self.source.language);
        let mut next = 0;
        while next < self.queue.len() {
            let mut reverse: Vec<SmolStr> = Vec::new();
            while next < self.queue.len() {
                let (id, steps) = (self.queue[next], self.steps[next]);
                next += 1;
                let code = adapter.lower(self.source, self.outline, id);
                let narrow = self.interest == Interest::Environment;
                if !narrow || steps < STEPS {
                    let mut named: FxHashSet<SmolStr> = FxHashSet::default();
                    names_of(&code, &mut named);
                    for name in named {
                        // hot once and for all
                        if let Some(binders) = self.binders.get_mut(&name) {
                            std::mem::take(binders)
                                .into_iter()
                                .for_each(|binder| self.enqueue(binder, steps.saturating_add(1)));
                            self.users.entry(name).or_default().push(id);
                        }
                    }
                }
                match narrow {
                    false => reverse.extend(fields_of(&code)),
                    true if steps == 0 => reverse.extend(fields_set_by(&code)),
                    true => {}
                }
                let item = &mut self.items[id.0 as usize];
                if item.kind != ItemKind::Container && (!narrow || steps == 0) {
                    reverse.extend(item.names.iter().filter(|name| !self.spread.contains(*name)).cloned());
                }
                item.code = Some(code);
            }
            self.heat_users(reverse);
        }
        self.enliven();
        self.items
    }

    /// Life spreads from definitions with a trigger word to those that name them.
    fn enliven(&mut self) {
        let mut todo = std::mem::take(&mut self.triggered);
        while let Some(id) = todo.pop() {
            let item = &mut self.items[id.0 as usize];
            if std::mem::replace(&mut item.live, true) {
                continue;
            }
            for name in &self.outline.items[id.0 as usize].names {
                let users = self.users.remove(name).unwrap_or_default();
                todo.extend(users.into_iter().filter(|user| self.outline.items[user.0 as usize].kind == ItemKind::Def));
            }
        }
    }

    /// Whoever mentions a name that a hot item binds may call it: the callers decide its reach.
    fn heat_users(&mut self, names: Vec<SmolStr>) {
        let names: Vec<SmolStr> =
            names.into_iter().filter(|name| !name.is_empty() && self.spread.insert(name.clone())).collect();
        if names.is_empty() {
            return;
        }
        let Ok(words) = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(names.iter().map(|name| name.trim_end_matches('=')))
        else {
            return;
        };
        let hits: Vec<usize> = words.find_iter(self.source.masked).map(|hit| hit.start()).collect();
        for index in 0..self.items.len() {
            let item = &self.items[index];
            if item.code.is_some() {
                continue;
            }
            let from = hits.partition_point(|at| *at < item.start as usize);
            if hits.get(from).is_some_and(|at| *at < item.end as usize) {
                self.enqueue(ItemId(index as u32), STEPS);
            }
        }
    }
}

/// Python methods that nobody names: operators, `with`, `if` and lookups call them.
fn is_hook(name: &str) -> bool {
    name == "_missing_"
        || name.len() > 4
            && name.starts_with("__")
            && name.ends_with("__")
            && !matches!(name, "__init__" | "__str__" | "__repr__" | "__all__" | "__version__" | "__author__")
}

/// The fields that code reads: whoever else mentions one may have set it.
fn fields_of(code: &Code) -> Vec<SmolStr> {
    let field = |node: &Node| match &node.kind {
        Kind::Field(name) => Some(name.clone()),
        Kind::Attr { recv, name, .. } => match &code.nodes[recv.0 as usize].kind {
            Kind::SelfRef => Some(name.clone()),
            Kind::Name(this) if this == "self" => Some(name.clone()),
            _ => None,
        },
        Kind::Name(name) if name.starts_with('_') && name.len() > 1 => Some(name.clone()),
        _ => None,
    };
    code.nodes.iter().filter_map(field).collect()
}

/// The fields that code writes.
fn fields_set_by(code: &Code) -> Vec<SmolStr> {
    let written = |node: &Node| match &node.kind {
        Kind::Set { place, .. } => match &code.nodes[place.0 as usize].kind {
            Kind::Field(name) | Kind::Attr { name, .. } => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    code.nodes.iter().filter_map(written).collect()
}

/// The names that code mentions: identifiers, members, fields, and symbols (which may name a method).
fn names_of(code: &Code, out: &mut FxHashSet<SmolStr>) {
    for node in &code.nodes {
        match &node.kind {
            Kind::Name(name) | Kind::Field(name) | Kind::Attr { name, .. } | Kind::Lit(Lit::Symbol(name)) => {
                out.insert(name.clone());
            }
            Kind::Call(call) => out.extend(call.type_args.iter().cloned()),
            Kind::Typed(_, Some(name)) => {
                out.insert(name.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "hot_tests.rs"]
mod tests;
