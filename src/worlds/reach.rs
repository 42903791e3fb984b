//! From bodies to answers: entry points, masks over call edges, one answer a place.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::catalog::{Effect as SymbolEffect, Family, SwitchId};
use crate::program::*;

/// A place of interest and the lanes that get there.
#[derive(Clone, Debug)]
pub struct SiteAnswer {
    pub at: NodeRef,
    pub symbol: SmolStr,
    pub family: Family,
    pub effect: SymbolEffect,
    /// What it turns on, if it does.
    pub switch: Option<SwitchId>,
    /// Where it is shown, in bytes of the text.
    pub place: Range<usize>,
    /// Lanes that reach it, doubted ones included.
    pub reached: Lanes,
    /// Lanes that reach it only if something doubted holds.
    pub doubted: Lanes,
    /// The strongest doubt on the way in production.
    pub cause: Option<Cause>,
    /// Where what it makes is written.
    pub sink: Option<NodeRef>,
    /// How it is reached, or why not: an index into the contexts, the record in it.
    pub records: Vec<(usize, usize)>,
}

/// The answers for one file.
#[derive(Debug, Default)]
pub struct Answers {
    pub sites: Vec<SiteAnswer>,
    pub events: Vec<Event>,
    pub conditions: FxHashMap<NodeRef, Condition>,
    /// Ruby: what `Rails.env` was asked about by a predicate of its own, beside what every framework knows; in order.
    pub inquiries: Vec<SmolStr>,
    /// Names of the file that stand for a library's: classes that derive from its own, objects that it made; in order.
    pub exports: Vec<SmolStr>,
    pub contexts: Vec<Context>,
    pub reach: Vec<Reached>,
    /// The calls of each definition: context and edge.
    pub callers: FxHashMap<NodeRef, Vec<(usize, usize)>>,
    /// Nodes evaluated: what evaluating again costs.
    pub steps: u64,
}

/// How a body is entered.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    pub lanes: Lanes,
    pub sure: Lanes,
    /// Entered from outside the file.
    pub entry: bool,
    /// The call that first reached it in production: context and edge.
    pub by: Option<(usize, usize)>,
    /// What keeps an entry from being there in the other lanes.
    pub why: Why,
}

/// `(object sender, EventArgs e)`: designers and markup wire these by name.
fn is_event_handler(def: &Def) -> bool {
    matches!(def.params.as_slice(), [sender, event]
        if sender.ty.as_deref().is_some_and(|ty| matches!(ty.trim_end_matches('?'), "object" | "Object"))
            && event.ty.as_deref().is_some_and(|ty| ty.trim_end_matches('?').ends_with("Args")))
}

/// Methods that Unity and Godot call by name on their objects, whatever their visibility.
fn is_message(name: &str) -> bool {
    matches!(name, "Awake" | "Start" | "Update" | "FixedUpdate" | "LateUpdate" | "Reset")
        || name.strip_prefix("On").is_some_and(|rest| rest.starts_with(char::is_uppercase))
        || name.starts_with("_")
}

impl<'p> Machine<'p> {
    pub fn run(mut self) -> (Answers, Seeds) {
        if self.program.code(ItemId(0)).is_none() {
            return Default::default();
        }
        for using in self.facts.global_usings.iter() {
            // `Alias=N.T`, `static N.T` and `N`, as project files write them
            match (using.split_once('='), using.strip_prefix("static ")) {
                (Some((alias, path)), _) => {
                    let slot = self.declare(0, &SmolStr::new(alias.trim()));
                    self.set_slot(slot, Lanes::ALL, &Val::of(V::Name(SmolStr::new(path.trim())), Lanes::ALL));
                }
                (None, Some(path)) => self.static_usings.push(SmolStr::new(path.trim())),
                (None, None) => self.usings.push(using.clone()),
            }
        }
        self.hoist_files();
        self.link_bases();
        self.find_renames();
        self.find_member_writers();
        self.link_classes();
        self.run_files();
        // what the top level raised ends it; nothing else waits for it
        self.exits.clear();
        self.st.cuts = Default::default();
        self.st.doubt = Lanes::NONE;
        self.st.path = Why::default();
        let mut homes: Vec<NodeRef> = self.homes.keys().copied().collect();
        homes.sort_unstable();
        self.come_to_rest(&homes);
        self.switches_answered(&homes);
        let reach = self.propagate(&homes);
        let sites = self.sites(&reach);
        let mut callers: FxHashMap<NodeRef, Vec<(usize, usize)>> = FxHashMap::default();
        for (from, context) in self.contexts.iter().enumerate() {
            for (index, edge) in context.edges.iter().enumerate() {
                callers.entry(edge.callee).or_default().push((from, index));
            }
        }
        let learned = self.learned();
        let program = self.program;
        let mut inquiries: Vec<SmolStr> = self.inquiries.iter().cloned().collect();
        inquiries.sort_unstable();
        let exports = self.exports();
        let answers = Answers {
            inquiries,
            exports,
            steps: self.steps,
            sites,
            events: self.events.into_iter().filter(|event| program.is_main(event.at.item)).collect(),
            conditions: self.conditions,
            contexts: self.contexts,
            reach,
            callers,
        };
        (answers, learned)
    }

    /// Closures that code beyond the file may call: decorated functions, returned ones, those in fields and globals.
    pub fn run_handed_out(&mut self) {
        for (at, value) in std::mem::take(&mut self.wrapped) {
            self.context = self.top_of(at.item);
            self.run_unless_invoked(&value, Lanes::ALL, 3);
        }
        for (def, value) in std::mem::take(&mut self.returned) {
            let context = self.contexts.iter().position(|context| context.def == Some(def));
            let context = context.unwrap_or_else(|| self.top_of(def.item));
            self.context = context;
            // who calls the body has the value
            self.keep_methods = !self.called.contains(&def);
            self.run_unless_invoked(&value, Lanes::ALL, 3);
        }
        self.keep_methods = true;
        let mut kept: Vec<Val> = self.defaults.values().cloned().collect();
        for class in &self.classes {
            kept.extend(class.fields.values().map(|field| field.value.clone()));
        }
        for scope in &self.scopes {
            if !matches!(scope.kind, ScopeKind::Function | ScopeKind::Block) {
                kept.extend(
                    scope
                        .names
                        .iter()
                        // a Ruby local of the top level is seen by nobody else
                        .filter(|(name, _)| !self.ruby() || !name.starts_with(|c: char| c.is_lowercase() || c == '_'))
                        .map(|(name, slot)| self.but_itself(name, &self.slots[*slot as usize])),
                );
            }
        }
        for value in kept {
            // C# statements of the top level have locals, not globals
            if self.csharp() && !value.alts.iter().all(|alt| !matches!(alt.v, V::Closure(_))) && !self.is_field(&value)
            {
                continue;
            }
            self.context = self.origin_of(&value);
            self.run_unless_invoked(&value, Lanes::ALL, 3);
        }
        // what nobody calls is dead, but its places are known; a Ruby method defined in passing may be called from anywhere
        let mut next = 0;
        while next < self.made.len() {
            let (closure, lanes) = self.made[next].clone();
            next += 1;
            if self.called.contains(&closure.def) {
                continue;
            }
            let open = self.ruby() && matches!(self.kind(closure.def), Some(Kind::Def(_)));
            self.context = self.top_of(closure.def.item);
            self.run_later(&closure, if open { lanes } else { Lanes::NONE });
            self.exits.clear();
        }
    }

    /// What a name holds beside the function that is called so.
    fn but_itself(&self, name: &str, value: &Val) -> Val {
        let is_itself = |alt: &Alt| match &alt.v {
            V::Closure(closure) => self.def(closure.def).is_some_and(|def| def.name == name),
            _ => false,
        };
        let mut value = value.clone();
        value.alts.retain(|alt| !is_itself(alt));
        value
    }

    /// The top level of the file that a value's first closure stands in.
    fn origin_of(&self, value: &Val) -> usize {
        let closure = value.alts.iter().find_map(|alt| match &alt.v {
            V::Closure(closure) => Some(closure.def.item),
            _ => None,
        });
        closure.map_or(0, |item| self.top_of(item))
    }

    fn is_field(&self, value: &Val) -> bool {
        self.classes.iter().any(|class| {
            class
                .fields
                .values()
                .any(|field| field.value.alts.iter().any(|alt| value.alts.iter().any(|other| same(&alt.v, &other.v))))
        })
    }

    fn run_unless_invoked(&mut self, value: &Val, lanes: Lanes, depth: usize) {
        if depth == 0 {
            return;
        }
        let cuts = self.st.cuts.clone();
        for alt in value.groups(lanes) {
            for lane in lanes.without(alt.lanes).indices() {
                self.st.cuts[lane] = value.deps.clone();
            }
            match &alt.v {
                V::Closure(closure)
                    if !self.invoked.contains(&closure.id) && !self.homes.contains_key(&closure.def) =>
                {
                    let closure = closure.clone();
                    self.run_later(&closure, alt.lanes);
                }
                V::Closure(closure) if self.keep_methods && self.homes.contains_key(&closure.def) => {
                    self.edge_to(closure.def, closure.def, alt.lanes);
                }
                V::Generator(generator) => {
                    let generator = generator.clone();
                    self.iterate_generator(&generator, alt.lanes);
                }
                V::List(items) => {
                    for item in items.clone().iter() {
                        self.run_unless_invoked(item, alt.lanes, depth - 1);
                    }
                }
                V::Map(pairs) => {
                    for (_, item) in pairs.clone().iter() {
                        self.run_unless_invoked(item, alt.lanes, depth - 1);
                    }
                }
                _ => {}
            }
        }
        self.st.cuts = cuts;
        self.exits.clear();
    }

    /// Whether nothing outside the file can call a definition.
    fn is_closed(&self, def: NodeRef) -> bool {
        self.csharp()
            && !self.decorated.contains(&def)
            && self.def(def).is_some_and(|node| {
                // accessors and overrides are called by name in ways the file does not show
                node.visibility == Visibility::Private
                    && node.form == Form::Function
                    && !matches!(node.name.as_str(), "Main" | "Finalize")
                    && !is_event_handler(node)
                    && !(is_message(&node.name) && self.is_of_derived(def))
            })
    }

    /// Whether a method's class derives from anything: a framework's class may be behind it.
    fn is_of_derived(&self, def: NodeRef) -> bool {
        let class = self.homes.get(&def).and_then(|(_, class)| *class);
        class.is_some_and(|class| !self.classes[class as usize].bases.is_empty())
    }

    fn propagate(&mut self, homes: &[NodeRef]) -> Vec<Reached> {
        let count = self.contexts.len();
        let mut by_def: FxHashMap<NodeRef, usize> =
            self.contexts.iter().enumerate().filter_map(|(index, context)| Some((context.def?, index))).collect();
        by_def.extend(self.program.root(0).map(|root| (root, 0)));
        let mut reach: Vec<Reached> = vec![Reached::default(); count];
        let started = self.started();
        for (file, lanes) in started.iter().enumerate() {
            if let Some(lanes) = *lanes {
                reach[file] = Reached { lanes, sure: lanes, entry: true, ..Reached::default() };
            }
        }
        let mut registered: FxHashMap<u32, Vec<Registered>> = FxHashMap::default();
        for one in std::mem::take(&mut self.registered) {
            registered.entry(one.class).or_default().push(one);
        }
        let mut queue: Vec<usize> = (0..started.len()).collect();
        let mut entries: Vec<NodeRef> = Vec::new();
        let mixing = self.mixing_unknown();
        let unseen = self.called_unseen(homes, &mixing);
        for def in homes {
            let starts = self.csharp() && self.def(*def).is_some_and(|node| node.is_static && node.name == "Main");
            let is_open =
                !self.open_names.is_empty() && self.def(*def).is_some_and(|node| self.open_names.contains(&node.name));
            if is_open || (!self.called.contains(def) || unseen.contains(def) || starts) && !self.is_closed(*def) {
                entries.push(*def);
            }
        }
        // bodies that only call each other are entered from outside as well
        let mut structure: FxHashMap<usize, Vec<NodeRef>> = FxHashMap::default();
        for (context, def) in &self.structure {
            structure.entry(*context).or_default().push(*def);
        }
        let mut live: FxHashSet<NodeRef> = entries.iter().copied().collect();
        let mut todo: Vec<usize> = queue.clone();
        todo.extend(entries.iter().filter_map(|def| by_def.get(def).copied()));
        let spread = |todo: &mut Vec<usize>, live: &mut FxHashSet<NodeRef>| {
            while let Some(context) = todo.pop() {
                for def in structure.get(&context).into_iter().flatten() {
                    if live.insert(*def)
                        && let Some(next) = by_def.get(def)
                    {
                        todo.push(*next);
                    }
                }
            }
        };
        spread(&mut todo, &mut live);
        for def in homes {
            if !live.contains(def) && !self.is_closed(*def) {
                live.insert(*def);
                entries.push(*def);
                todo.extend(by_def.get(def).copied());
                spread(&mut todo, &mut live);
            }
        }
        let mut handed_over: Vec<(NodeRef, usize, u32)> = Vec::new();
        for def in entries {
            let Some(context) = by_def.get(&def).copied() else {
                continue;
            };
            let class = self.homes.get(&def).and_then(|(_, class)| *class);
            // the methods of a class that is handed over are called from there
            let registered = class.and_then(|class| {
                registered.get(&class).filter(|_| self.speaks_for(class, &mixing) || self.routed.contains(&class))
            });
            if let (Some(class), Some(registered)) = (class, registered) {
                for one in registered {
                    self.contexts[one.context].edges.push(one.edge(def));
                }
                handed_over.push((def, context, class));
                continue;
            }
            self.enter(def, context, &started, &mut reach, &mut queue);
        }
        self.link_handed_over(&registered, homes);
        self.follow(queue, &by_def, &mut reach);
        // classes that only hand over each other, or themselves, are entered from outside as well
        let mut queue = Vec::new();
        for (def, context, class) in handed_over {
            let is_reached = |one: &Registered| !reach[one.context].lanes.is_empty();
            if !registered.get(&class).into_iter().flatten().any(is_reached) {
                self.enter(def, context, &started, &mut reach, &mut queue);
            }
        }
        self.follow(queue, &by_def, &mut reach);
        reach
    }

    /// Enters a body from outside.
    fn enter(
        &mut self,
        def: NodeRef,
        context: usize,
        started: &[Option<Lanes>],
        reach: &mut [Reached],
        queue: &mut Vec<usize>,
    ) {
        let class = self.homes.get(&def).and_then(|(_, class)| *class);
        let (mut lanes, mut why) = match self.declared.get(&def) {
            Some((lanes, why)) => (*lanes, why.clone()),
            None => (Lanes::ALL, Why::default()),
        };
        if let Some(class) = class {
            lanes &= self.classes[class as usize].lanes & self.by_convention(class, def);
            why = why.and(&self.classes[class as usize].why);
        }
        let file = self.top_of(def.item);
        match started.get(file).copied().flatten() {
            Some(on) => {
                lanes &= on;
                reach[context] = Reached { lanes, sure: lanes, entry: true, by: None, why };
                queue.push(context);
            }
            // it can be called once somebody has loaded its file
            None => {
                let cuts = std::array::from_fn(|_| why.clone());
                let path = Why::default();
                let edge = Edge { at: def, callee: def, lanes, doubt: Lanes::NONE, path, cuts };
                self.contexts[file].edges.push(edge);
                queue.push(file);
            }
        }
    }

    /// Follows calls from what was entered; masks only grow, so this ends.
    fn follow(&self, mut queue: Vec<usize>, by_def: &FxHashMap<NodeRef, usize>, reach: &mut [Reached]) {
        while let Some(from) = queue.pop() {
            let source = reach[from].clone();
            for (index, edge) in self.contexts[from].edges.iter().enumerate() {
                let Some(to) = by_def.get(&edge.callee).copied() else {
                    continue;
                };
                let lanes = source.lanes & edge.lanes;
                let sure = source.sure & edge.lanes.without(edge.doubt);
                if !reach[to].lanes.covers(lanes) || !reach[to].sure.covers(sure) {
                    if reach[to].by.is_none()
                        || (lanes.has(Lanes::PRODUCTION) && !reach[to].lanes.has(Lanes::PRODUCTION))
                    {
                        reach[to].by = Some((from, index));
                    }
                    reach[to].lanes |= lanes;
                    reach[to].sure |= sure;
                    queue.push(to);
                }
            }
        }
    }

    fn sites(&self, reach: &[Reached]) -> Vec<SiteAnswer> {
        // one place a chain: `Faker::Name.unique.name` is one use, found at its first call
        let mut by_start: FxHashMap<(ItemId, usize, Option<SwitchId>), SiteAnswer> = FxHashMap::default();
        for (index, context) in self.contexts.iter().enumerate() {
            for (number, record) in context.records.iter().enumerate() {
                let Some(node) = self.program.node(record.at).filter(|_| self.program.is_main(record.at.item)) else {
                    continue;
                };
                let place = self.shown_at(record);
                let lanes = reach[index].lanes & record.lanes;
                let sure = reach[index].sure & record.lanes.without(record.doubt);
                let site = by_start.entry((record.at.item, place.start, record.switch)).or_insert_with(|| SiteAnswer {
                    switch: record.switch,
                    place: place.clone(),
                    at: record.at,
                    symbol: record.symbol.clone(),
                    family: record.family,
                    effect: record.effect,
                    reached: Lanes::NONE,
                    doubted: Lanes::ALL,
                    cause: None,
                    sink: None,
                    records: Vec::new(),
                });
                let shorter = self.program.node(site.at).is_none_or(|known| known.span.end > node.span.end);
                let stronger =
                    (site.effect == SymbolEffect::Config) as u8 > (record.effect == SymbolEffect::Config) as u8;
                let replaces = if stronger {
                    true
                } else {
                    shorter && (site.effect == record.effect || record.effect != SymbolEffect::Config)
                };
                if replaces && site.at != record.at {
                    site.at = record.at;
                    site.place = place;
                    site.symbol = record.symbol.clone();
                    site.effect = record.effect;
                }
                if record.effect == SymbolEffect::Write {
                    site.effect = SymbolEffect::Write;
                }
                site.reached |= lanes;
                site.doubted &= !sure;
                site.records.push((index, number));
            }
        }
        let mut sites: Vec<SiteAnswer> = by_start.into_values().collect();
        for site in &mut sites {
            site.doubted &= site.reached;
            // what was left out may reach it
            if self.is_spent() {
                site.doubted |= Lanes::ALL.without(site.reached);
                site.reached = Lanes::ALL;
            }
        }
        let mut at_of: FxHashMap<NodeRef, usize> = FxHashMap::default();
        for (index, site) in sites.iter().enumerate() {
            for (context, number) in &site.records {
                at_of.insert(self.contexts[*context].records[*number].at, index);
            }
        }
        for (index, context) in self.contexts.iter().enumerate() {
            for write in &context.writes {
                if (reach[index].lanes & write.lanes).has(Lanes::PRODUCTION)
                    && let Some(site) = at_of.get(&write.source)
                {
                    sites[*site].sink.get_or_insert(write.sink);
                }
            }
        }
        sites.sort_by_key(|site| (self.program.span(site.at).start, site.at));
        sites
    }
}
