//! Which items are lowered: those that hold a trigger word and those that a hot item names.

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use tree_sitter::Tree;

use super::{Interest, Masked, Outline, Source, Triggers, adapter};
use crate::program::*;
use crate::syntax::{self, memory};

/// How far a file without any place is looked into from what holds a word: a test may stand where the value is used.
const STEPS: u8 = 2;

/// Bytes that a node of a program takes on average, with its share of lists, calls and names.
const NODE: usize = 120;

/// Parses `text` afresh and lowers its hot items.
pub fn build(language: Language, text: &str, template: bool, triggers: &Triggers, interest: Interest) -> Program {
    build_for(language, text, template, triggers, interest, &[])
}

/// The same for who asks for some names: what mentions one is hot as well.
pub fn build_for(
    language: Language,
    text: &str,
    template: bool,
    triggers: &Triggers,
    interest: Interest,
    asked: &[SmolStr],
) -> Program {
    let masked = adapter(language).mask(text, template);
    let before = memory::held();
    let Some(tree) = syntax::parse(language, &masked.text, None) else {
        return empty(language, &masked);
    };
    let (program, _) = build_tree(language, &masked, &tree, before, triggers, interest, asked);
    memory::release(tree);
    program
}

/// The program of a text that cannot be parsed.
pub(super) fn empty(language: Language, masked: &Masked<'_>) -> Program {
    Program {
        language,
        items: Vec::new(),
        symbols: masked.symbols.clone(),
        too_large: true,
        files: Vec::new(),
        data: Vec::new(),
        unsearched: Vec::new(),
    }
}

/// Lowers the hot items of a tree of masked text. Also the names that hot items bind or read: whoever mentions one is hot.
/// `before` is what was held before the tree was made, in bytes: tree and program share one bound.
pub(super) fn build_tree(
    language: Language,
    masked: &Masked<'_>,
    tree: &Tree,
    before: isize,
    triggers: &Triggers,
    interest: Interest,
    asked: &[SmolStr],
) -> (Program, Spread) {
    let source = Source { language, masked: &masked.text, conditions: &masked.conditions, tree };
    let outline = adapter(language).outline(&source);
    let taken = usize::try_from(memory::held() - before).unwrap_or(0);
    let room = syntax::LARGEST.saturating_sub(taken) / NODE;
    match Heat::new(&source, &outline, triggers, interest, asked).run(room) {
        Some((items, spread)) => (
            Program {
                language,
                items,
                symbols: masked.symbols.clone(),
                too_large: false,
                files: Vec::new(),
                data: Vec::new(),
                unsearched: Vec::new(),
            },
            spread,
        ),
        None => (empty(language, masked), Spread::default()),
    }
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
    /// Names whose users are hot already.
    spread: Spread,
    /// Items that hold a trigger word.
    triggered: Vec<ItemId>,
    /// The hot items by the names that they mention.
    users: FxHashMap<SmolStr, Vec<ItemId>>,
    /// Where trigger words are, in bytes; `None`: everywhere.
    hits: Option<Vec<usize>>,
    kin: Kin,
}

/// Classes named like nothing of a library that derive from something of one.
#[derive(Default)]
struct Kin {
    /// Names that items with a trigger word bind, and those of classes that derive from one.
    names: FxHashSet<SmolStr>,
    /// Classes by the names in their lists of bases, as long as these say nothing.
    waiting: FxHashMap<SmolStr, Vec<ItemId>>,
}

impl<'s, 't> Heat<'s, 't> {
    fn new(
        source: &'s Source<'t>,
        outline: &'s Outline<'t>,
        triggers: &Triggers,
        interest: Interest,
        asked: &[SmolStr],
    ) -> Self {
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
            spread: Spread::default(),
            triggered: Vec::new(),
            users: FxHashMap::default(),
            hits: None,
            kin: Kin::default(),
        };
        let mut hits = triggers.hits(source.masked, interest);
        let names: Spread = asked.iter().map(|name| (name.clone(), Mention::Any)).collect();
        if let (false, Some(hits), Some(names)) = (names.is_empty(), &mut hits, Names::new(&names)) {
            hits.extend(names.mentions(source.masked));
            hits.sort_unstable();
        }
        heat.hits = hits;
        let opens = |item: &Item| {
            let text = source.masked.get(item.start as usize..item.end as usize).unwrap_or_default();
            brings_any_name(source.language, item) && triggers.may_hold_places(text)
        };
        let all = interest == Interest::Places && outline.items.iter().any(opens);
        for (index, item) in outline.items.iter().enumerate() {
            let triggered = heat.is_hit(item.start, item.end);
            if triggered && item.kind == ItemKind::Def {
                heat.triggered.push(ItemId(index as u32));
            }
            let id = ItemId(index as u32);
            if triggered && item.kind != ItemKind::Container {
                heat.kin.names.extend(item.names.iter().cloned());
            }
            if triggered || all {
                heat.enqueue(id, 0);
            } else if matches!(item.kind, ItemKind::Container | ItemKind::Import) {
                heat.enqueue(id, STEPS);
            } else if interest == Interest::Places && item.names.iter().any(|name| is_hook(name)) {
                heat.enqueue(id, 0);
            }
        }
        heat
    }

    /// Whether a trigger word stands between two offsets, in bytes.
    fn is_hit(&self, start: u32, end: u32) -> bool {
        self.hits.as_ref().is_none_or(|hits| {
            let from = hits.partition_point(|at| *at < start as usize);
            hits.get(from).is_some_and(|at| *at < end as usize)
        })
    }

    /// The names of a class, and of those that derive from it, if it derives from something of a library: who names one
    /// names the library.
    fn find_kin(&mut self, id: ItemId, code: &Code) -> Vec<SmolStr> {
        let Some(Kind::Class(class)) = code.nodes.get(code.root.0 as usize).map(|node| &node.kind) else {
            return Vec::new();
        };
        let spans = class.bases.iter().filter_map(|base| code.nodes.get(base.0 as usize)).map(|node| node.span);
        let Some((first, last)) = spans.clone().map(|span| span.start).min().zip(spans.map(|span| span.end).max())
        else {
            return Vec::new();
        };
        let start = self.items[id.0 as usize].start;
        let is_kin = self.is_hit(start + first, start + last);
        let mut names = FxHashSet::default();
        let within = |node: &&Node| first <= node.span.start && node.span.end <= last;
        code.nodes.iter().filter(within).for_each(|node| names_in(node, &mut names));
        let mut found = Vec::new();
        if !is_kin && !names.iter().any(|name| self.kin.names.contains(name)) {
            names.into_iter().for_each(|name| self.kin.waiting.entry(name).or_default().push(id));
            return found;
        }
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            for name in &self.outline.items[id.0 as usize].names {
                if self.kin.names.insert(name.clone()) {
                    todo.extend(self.kin.waiting.remove(name).into_iter().flatten());
                }
                found.push(name.clone());
            }
        }
        found
    }

    fn enqueue(&mut self, id: ItemId, steps: u8) {
        if self.seen.insert(id.0) {
            self.queue.push(id);
            self.steps.push(steps);
        }
    }

    /// The items with the code of the hot ones, and the names that spread heat; nothing if that would be more than `room`
    /// nodes.
    fn run(mut self, mut room: usize) -> Option<(Vec<Item>, Spread)> {
        let adapter = adapter(self.source.language);
        let mut next = 0;
        while next < self.queue.len() {
            let mut reverse: Vec<(SmolStr, Mention)> = Vec::new();
            while next < self.queue.len() {
                let (id, steps) = (self.queue[next], self.steps[next]);
                next += 1;
                let code = adapter.lower(self.source, self.outline, id);
                room = room.checked_sub(code.nodes.len())?;
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
                    false => reverse.extend(fields_of(&code).into_iter().map(|name| (name, Mention::Use))),
                    true if steps == 0 => {
                        reverse.extend(fields_set_by(&code).into_iter().map(|name| (name, Mention::Any)));
                    }
                    true => {}
                }
                if !narrow && self.items[id.0 as usize].kind == ItemKind::Container {
                    reverse.extend(self.find_kin(id, &code).into_iter().map(|name| (name, Mention::Any)));
                }
                let item = &mut self.items[id.0 as usize];
                if item.kind != ItemKind::Container && (!narrow || steps == 0) {
                    reverse.extend(item.names.iter().map(|name| (name.clone(), Mention::Any)));
                }
                item.code = Some(code);
            }
            self.heat_users(reverse);
        }
        self.enliven();
        Some((self.items, self.spread))
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
    fn heat_users(&mut self, names: Vec<(SmolStr, Mention)>) {
        let mut news = Spread::default();
        for (name, mention) in names.into_iter().filter(|(name, _)| !name.is_empty()) {
            if self.spread.get(&name).is_none_or(|known| *known < mention) {
                self.spread.insert(name.clone(), mention);
                news.insert(name, mention);
            }
        }
        if news.is_empty() {
            return;
        }
        let Some(words) = Names::new(&news) else {
            return;
        };
        let hits: Vec<usize> = words.mentions(self.source.masked).collect();
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

/// Which mentions of a name count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mention {
    /// All but calls with parentheses: somebody may set a field, and no call does that.
    Use,
    Any,
}

/// Names of hot code, and which mentions of them make an item hot.
pub(super) type Spread = FxHashMap<SmolStr, Mention>;

/// Names that are looked for in a text as whole words: `name` is not mentioned in `names`.
pub(super) struct Names {
    words: AhoCorasick,
    /// By the number of the word.
    mentions: Vec<Mention>,
}

impl Names {
    /// `None` if the names cannot be compiled.
    pub fn new(names: &Spread) -> Option<Names> {
        let mut all: FxHashMap<&str, Mention> = FxHashMap::default();
        for (name, mention) in names {
            // `x.name = 1` calls `name=`
            let bare = match name.trim_end_matches('=') {
                "" => name.as_str(),
                bare => bare,
            };
            let known = all.entry(bare).or_insert(*mention);
            *known = (*known).max(*mention);
        }
        let (words, mentions): (Vec<&str>, Vec<Mention>) = all.into_iter().unzip();
        // the longest match at a place, so that a rejected one hides no other that starts there
        let words = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()?;
        Some(Names { words, mentions })
    }

    /// The byte offsets at which one is mentioned.
    pub fn mentions<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = text.as_bytes();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        let joins = move |before: Option<&u8>, after: Option<&u8>| {
            before.is_some_and(|byte| is_word(*byte)) && after.is_some_and(|byte| is_word(*byte))
        };
        let is_whole = move |start: usize, end: usize| {
            let before = start.checked_sub(1).and_then(|at| bytes.get(at));
            !joins(before, bytes.get(start)) && !joins(bytes.get(end.wrapping_sub(1)), bytes.get(end))
        };
        let counts = move |hit: &aho_corasick::Match| {
            let mention = self.mentions.get(hit.pattern().as_usize());
            mention != Some(&Mention::Use) || bytes.get(hit.end()) != Some(&b'(')
        };
        let hits = self.words.find_iter(text).filter(move |hit| is_whole(hit.start(), hit.end()) && counts(hit));
        hits.map(|hit| hit.start())
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
    code.nodes.iter().for_each(|node| names_in(node, out));
}

fn names_in(node: &Node, out: &mut FxHashSet<SmolStr>) {
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

/// Whether an import brings names without telling them: `using N;`, `from m import *`.
fn brings_any_name(language: Language, item: &Item) -> bool {
    item.kind == ItemKind::Import && item.names.is_empty() && language != Language::Ruby
}

#[cfg(test)]
#[path = "hot_tests.rs"]
mod tests;
