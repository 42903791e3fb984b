//! Programs of several files: their scopes, what runs their top levels, and who loads whom.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::reach::{Answers, SiteAnswer};
use super::value::*;
use crate::program::*;
use crate::project::files;

/// What loading a file does to whoever loads it.
#[derive(Clone, Debug)]
pub enum Load {
    Waiting,
    Running,
    Done(std::rc::Rc<Effect>),
}

impl<'p> Machine<'p> {
    /// Whether more than one file is in sight.
    pub fn is_linked(&self) -> bool {
        self.program.files.len() > 1
    }

    /// A context, a scope for the names of its top level, and a load for each file beyond the first.
    pub(super) fn open_files(&mut self) {
        for file in 1..self.program.files.len() {
            self.contexts.push(Context { def: self.program.root(file), ..Context::default() });
            let scope = match self.language {
                Language::Python => {
                    self.scopes.push(Scope { parent: None, kind: ScopeKind::File, names: Default::default() });
                    self.scopes.len() as u32 - 1
                }
                // locals of the top level are seen by no other file; constants and methods are
                Language::Ruby => self.push_scope(ScopeKind::Function, 0),
                Language::CSharp => 0,
            };
            self.file_scopes.push(scope);
            self.loads.push(Load::Waiting);
        }
    }

    pub fn is_file_scope(&self, scope: u32) -> bool {
        scope == 0 || self.file_scopes.contains(&scope)
    }

    /// The scope of the file that the running code stands in: names of a module.
    pub fn module_scope(&self) -> u32 {
        if !self.is_linked() || !self.python() {
            return 0;
        }
        let mut scope = self.st.scope;
        while let Some(parent) = self.scopes[scope as usize].parent {
            scope = parent;
        }
        scope
    }

    /// The context of the top level that an item belongs to.
    pub fn top_of(&self, item: ItemId) -> usize {
        self.program.file_of(item)
    }

    pub(super) fn hoist_files(&mut self) {
        for file in 0..self.file_scopes.len() {
            let Some(root) = self.program.root(file) else { continue };
            self.st.scope = if self.python() { self.file_scopes[file] } else { 0 };
            self.hoist(root, 0);
        }
        self.st.scope = 0;
    }

    /// Runs every top level: first what the others look up, then the file that is asked about.
    pub(super) fn run_files(&mut self) {
        let files = &self.program.files;
        let helpers = (1..self.file_scopes.len()).rev().filter(|file| files[*file].is_first);
        let others = (1..self.file_scopes.len()).filter(|file| !files[*file].is_first);
        let order: Vec<usize> = helpers.chain([0]).chain(others).collect();
        for file in order {
            self.run_file(file);
        }
    }

    fn run_file(&mut self, file: usize) {
        if !matches!(self.loads[file], Load::Waiting) {
            return;
        }
        let Some(root) = self.program.root(file) else { return };
        self.loads[file] = Load::Running;
        let before = self.st.clone();
        let logging = self.pause_logging();
        let exits = std::mem::take(&mut self.exits);
        let inlining = std::mem::take(&mut self.inlining);
        let catching = std::mem::take(&mut self.catching);
        let context = std::mem::replace(&mut self.context, file);
        self.st = State::outermost(self.file_scopes[file]);
        let (value, falls) = self.eval(root, Lanes::ALL);
        // `return` ends a file, not who loads it
        let mut value = value.only(falls);
        let arrived = self.arrive(0, |exit| exit.target != Target::Raise);
        let falls = self.land(&arrived, falls, &mut value);
        let effect = Effect {
            value,
            falls,
            exits: Effect::merge_exits(std::mem::replace(&mut self.exits, exits)),
            cuts: self.st.cuts.clone(),
            doubt: self.st.doubt & falls,
        };
        self.loads[file] = Load::Done(std::rc::Rc::new(effect));
        self.context = context;
        self.inlining = inlining;
        self.catching = catching;
        self.resume_logging(logging);
        self.st = before;
    }

    /// Something loads a file: its top level runs where that happens, and what it raises stops whoever loads it.
    pub fn load_file(&mut self, at: NodeRef, file: usize, lanes: Lanes) -> Lanes {
        let Some(root) = self.program.root(file) else { return lanes };
        self.edge_to(at, root, lanes);
        if file == self.program.file_of(at.item) {
            return lanes;
        }
        self.run_file(file);
        match &self.loads[file] {
            Load::Done(effect) => {
                let effect = effect.clone();
                self.undergo(&effect, lanes)
            }
            _ => lanes,
        }
    }

    pub fn edge_to(&mut self, at: NodeRef, callee: NodeRef, lanes: Lanes) {
        let edge = Edge {
            at,
            callee,
            lanes,
            doubt: self.st.doubt & lanes,
            path: self.st.path.clone(),
            cuts: self.st.cuts.clone(),
        };
        self.contexts[self.context].edges.push(edge);
    }

    /// What a body does to the lanes that enter it; gives those that come back.
    pub fn undergo(&mut self, effect: &Effect, lanes: Lanes) -> Lanes {
        let falls = effect.falls & lanes;
        for exit in &effect.exits {
            if exit.lanes.has(lanes) {
                let mut exit = exit.clone();
                exit.lanes &= lanes;
                exit.doubt = (exit.doubt | self.st.doubt) & exit.lanes;
                self.exits.push(exit);
            }
        }
        for lane in lanes.without(falls).indices() {
            self.st.cuts[lane] = effect.cuts[lane].clone();
        }
        self.st.doubt |= effect.doubt & falls;
        falls
    }

    /// A value is used under a name: where that is of a class, whoever has it may call its methods.
    pub fn hand_over_named(&mut self, value: &Val, at: NodeRef, lanes: Lanes) {
        if self.is_linked() {
            for alt in value.groups(lanes) {
                if let V::Class(class) = alt.v {
                    self.hand_over_class(class, at, alt.lanes);
                }
            }
        }
    }

    /// Code that is not in sight gets hold of a class of another file: it may call what it likes there.
    pub fn hand_over_class(&mut self, class: u32, at: NodeRef, lanes: Lanes) {
        if !self.is_linked() || self.csharp() {
            return;
        }
        let home = self.classes[class as usize].node.item;
        if self.program.file_of(home) == self.program.file_of(at.item) {
            return;
        }
        self.register(class, at, lanes);
    }

    /// Notes that somebody beyond the program has a class from here on.
    pub fn register(&mut self, class: u32, at: NodeRef, lanes: Lanes) {
        self.registered.push(Registered {
            class,
            at,
            context: self.context,
            lanes,
            doubt: self.st.doubt & lanes,
            path: self.st.path.clone(),
            cuts: self.st.cuts.clone(),
        });
    }

    /// By file: the lanes that start its top level, or nothing where other files in sight load it.
    pub(super) fn started(&self) -> Vec<Option<Lanes>> {
        let count = self.file_scopes.len();
        let mut loaders: Vec<FxHashSet<usize>> = vec![FxHashSet::default(); count];
        for edge in self.contexts.iter().flat_map(|context| &context.edges) {
            let (from, to) = (self.top_of(edge.at.item), self.top_of(edge.callee.item));
            if from != to && self.program.root(to) == Some(edge.callee) {
                loaders[to].insert(from);
            }
        }
        let waits = |file: usize| {
            let start = self.program.files.get(file).map_or(Start::Always, |file| file.start);
            let path = self.program.files.get(file).map_or("", |file| file.path.as_str());
            let is_searched = !self.program.unsearched.iter().any(|known| known == files::stem(path));
            start == Start::Loaders && is_searched && !loaders[file].is_empty()
        };
        // files that only load each other are loaded from somewhere else
        let mut live: Vec<bool> = (0..count).map(|file| !waits(file)).collect();
        for _ in 0..count {
            let next: Vec<bool> =
                (0..count).map(|file| live[file] || loaders[file].iter().any(|loader| live[*loader])).collect();
            if next == live {
                break;
            }
            live = next;
        }
        let start = |file: usize| {
            let start = self.program.files.get(file).map_or(Start::Always, |file| file.start);
            match start {
                Start::Always => Some(Lanes::ALL),
                Start::Development => Some(Lanes::DEVELOPMENT),
                Start::Test => Some(Lanes::TEST),
                Start::Loaders => (!waits(file) || !live[file]).then_some(Lanes::ALL),
            }
        };
        (0..count).map(start).collect()
    }

    /// What stands for a library's names in the file that is asked about.
    pub(super) fn exports(&self) -> Vec<SmolStr> {
        // a constant of Ruby goes by too many names; with others in sight the answer was given before
        if self.ruby() || self.is_linked() {
            return Vec::new();
        }
        let of_library = |name: &str| self.symbol_of(name).is_some();
        let classes = self.classes.iter().enumerate().filter(|(index, class)| {
            let is_own = self.program.is_main(class.node.item) && !class.name.is_empty();
            is_own && self.library_base(*index as u32).is_some_and(|base| of_library(&base))
        });
        let mut names: Vec<SmolStr> =
            classes.map(|(_, class)| SmolStr::new(class.name.rsplit('.').next().unwrap_or_default())).collect();
        if self.python() {
            // an import brings the name of a library, a call its object
            let made =
                |slot: u32| matches!(self.slots[slot as usize].single(), Some(V::Made(name)) if of_library(name));
            let own =
                self.scopes[0].names.iter().filter(|(name, slot)| !name.starts_with(['_', '\u{1}']) && made(**slot));
            names.extend(own.map(|(name, _)| name.clone()));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether whoever wants to call methods of a class has to get hold of it by its name. Frameworks make objects of the
    /// classes that derive from theirs, and hand them round.
    pub(super) fn speaks_for(&self, class: u32, mixing: &FxHashSet<ItemId>) -> bool {
        if !self.is_linked() || self.csharp() {
            return true;
        }
        if self.may_be_made.contains(&class) {
            return false;
        }
        let mut next = Some(class);
        for _ in 0..super::classes::MAX_BASES {
            let Some(class) = next else { return true };
            let info = &self.classes[class as usize];
            let of_program = |base: &Val| matches!(base.single(), Some(V::Class(_)));
            let mixed = mixing.contains(&info.node.item);
            if info.form == ClassForm::Module || mixed || !info.bases.iter().all(of_program) {
                return false;
            }
            next = info.bases.iter().find_map(|base| match base.single() {
                Some(V::Class(base)) if *base != class => Some(*base),
                _ => None,
            });
        }
        false
    }

    /// Ruby: the classes that take in a module that is not in sight: a framework may be behind it.
    pub(super) fn mixing_unknown(&self) -> FxHashSet<ItemId> {
        let mixes = |code: &Code| {
            let kind = |node: NodeId| code.nodes.get(node.0 as usize).map(|node| &node.kind);
            let is_unknown = |arg: &NodeId| match kind(*arg) {
                Some(Kind::Name(name) | Kind::Attr { name, .. }) => !self.class_names.contains_key(name),
                _ => true,
            };
            code.nodes.iter().any(|node| match &node.kind {
                Kind::Call(call) => {
                    let callee = kind(call.callee);
                    let mixes_in = matches!(callee, Some(Kind::Name(name)) if matches!(name.as_str(), "include" | "extend" | "prepend"));
                    mixes_in && call.args.iter().any(is_unknown)
                }
                _ => false,
            })
        };
        let items = self.program.items.iter().filter(|_| self.ruby() && self.is_linked());
        items.filter(|item| item.code.as_ref().is_some_and(mixes)).filter_map(|item| item.parent).collect()
    }

    /// Definitions that other files call, where more may call them than those in sight: methods under a name that was not
    /// looked for, of objects that a framework makes.
    pub(super) fn called_unseen(&self, homes: &[NodeRef], mixing: &FxHashSet<ItemId>) -> FxHashSet<NodeRef> {
        if !self.is_linked() {
            return FxHashSet::default();
        }
        let file = |at: NodeRef| self.program.file_of(at.item);
        let class_of = |def: NodeRef| self.homes.get(&def).and_then(|(_, class)| *class);
        let mut own: FxHashSet<NodeRef> = FxHashSet::default();
        for context in &self.contexts {
            let caller = context.def.and_then(class_of);
            for edge in &context.edges {
                // a base class calls what its heirs define
                let of_kin = caller.zip(class_of(edge.callee)).is_some_and(|(base, heir)| self.derives(heir, base));
                if of_kin || file(edge.at) == file(edge.callee) {
                    own.insert(edge.callee);
                }
            }
        }
        let is_unseen = |def: &&NodeRef| {
            let is_public = self.def(**def).is_some_and(|def| def.visibility == Visibility::Public);
            let name = self.def(**def).map(|def| def.name.as_str()).unwrap_or_default();
            if !self.called.contains(def) {
                return false;
            }
            let class = class_of(**def);
            let class_name = class.and_then(|class| self.classes[class as usize].name.rsplit('.').next());
            let unsearched = |wanted: &str| self.program.unsearched.iter().any(|known| known == wanted);
            // who calls what only helps to decide was never looked for
            let is_first = self.program.files[file(**def)].is_first;
            if is_public && (is_first || unsearched(name) || class_name.is_some_and(unsearched)) {
                return true;
            }
            let is_searched = self.def(**def).is_none_or(|def| def.is_static || is_telling(&def.name));
            !own.contains(def)
                && !is_searched
                && !self.csharp()
                && class.is_some_and(|class| !self.speaks_for(class, mixing))
        };
        homes.iter().filter(is_unseen).copied().collect()
    }

    /// What got hold of a class may call its methods, beside those who do.
    pub(super) fn link_handed_over(&mut self, registered: &FxHashMap<u32, Vec<Registered>>, homes: &[NodeRef]) {
        if !self.is_linked() || self.csharp() {
            return;
        }
        for def in homes.iter().filter(|def| self.called.contains(def)) {
            let class = self.homes.get(def).and_then(|(_, class)| *class);
            let is_public = self.def(*def).is_some_and(|def| def.visibility == Visibility::Public);
            for one in class.and_then(|class| registered.get(&class)).into_iter().flatten().filter(|_| is_public) {
                self.contexts[one.context].edges.push(one.edge(*def));
            }
        }
    }

    /// Ruby: the method that a file of the project adds to what `Rails.env` gives.
    pub fn added_predicate(&self, v: &V, name: &str) -> Option<NodeRef> {
        let is_environment = matches!(v, V::Inquirer(_) | V::AnyName { inquirer: true, .. });
        if !is_environment || !self.ruby() || !self.is_linked() || !name.ends_with('?') {
            return None;
        }
        let may_be_added = |class: &&super::classes::ClassInfo| {
            let last = class.name.rsplit('.').next().unwrap_or_default();
            class.form == ClassForm::Module || matches!(last, "StringInquirer" | "EnvironmentInquirer" | "String")
        };
        self.classes.iter().filter(may_be_added).find_map(|class| class.methods.get(name)?.last().copied())
    }

    /// Rails: a route of a file of routes leads to the controllers that it names.
    pub fn route(&mut self, at: NodeRef, name: &str, lanes: Lanes) {
        let routes = matches!(
            name,
            "resources" | "resource" | "get" | "post" | "put" | "patch" | "delete" | "match" | "root" | "controller"
        );
        if !routes || !self.is_linked() || !self.ruby() {
            return;
        }
        let path = &self.program.files[self.program.file_of(at.item)].path;
        if !path.ends_with("routes.rb") && !path.contains("config/routes/") {
            return;
        }
        let Some(span) = self.program.node(at).map(|node| node.span) else { return };
        let nodes = self.program.code(at.item).map(|code| code.nodes.as_slice()).unwrap_or_default();
        let texts: FxHashSet<SmolStr> = nodes
            .iter()
            .filter(|node| span.start <= node.span.start && node.span.end <= span.end)
            .filter_map(|node| match &node.kind {
                Kind::Lit(Lit::Str(text) | Lit::Symbol(text)) => Some(text),
                Kind::Keyword(name, _) => Some(name),
                _ => None,
            })
            .map(|text| SmolStr::new(text.split('#').next().and_then(|path| path.rsplit('/').next()).unwrap_or(text)))
            .collect();
        for class in 0..self.classes.len() as u32 {
            let info = &self.classes[class as usize];
            let last = info.name.rsplit('.').next().unwrap_or_default();
            let Some(resource) = last.strip_suffix("Controller").map(underscored) else { continue };
            let singular = resource.strip_suffix('s').unwrap_or(&resource);
            if texts.contains(&resource) || texts.contains(singular) {
                self.routed.insert(class);
                self.hand_over_class(class, at, lanes);
            }
        }
    }

    /// The file that a text names as a path: `db/seeds/users`, `../users.rb`, or a pattern that it fits.
    pub fn files_named(&self, text: &str) -> Vec<usize> {
        let files = self.program.files.iter().enumerate();
        files.filter(|(_, file)| names_path(text, &file.path)).map(|(index, _)| index).collect()
    }
}

/// `HTMLPage` → `html_page`, as Rails names files.
pub fn underscored(name: &str) -> SmolStr {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, char) in chars.iter().enumerate() {
        let after_small = index > 0 && !chars[index - 1].is_uppercase();
        let before_small = chars.get(index + 1).is_some_and(|next| next.is_lowercase());
        if char.is_uppercase() && index > 0 && (after_small || before_small) {
            out.push('_');
        }
        out.extend(char.to_lowercase());
    }
    SmolStr::new(out)
}

/// Whether few other things have a name, so that whoever mentions it means this one.
pub fn is_telling(name: &str) -> bool {
    name.len() >= 10 && name.contains('_')
}

/// Whether a text, as code writes it, may stand for a file: its last parts are the path's, whatever comes before.
fn names_path(text: &str, path: &str) -> bool {
    let stem =
        |path: &str| SmolStr::new(path.strip_suffix(".rb").or_else(|| path.strip_suffix(".rake")).unwrap_or(path));
    let text = text.trim_start_matches("./");
    let text = text.rsplit("../").next().unwrap_or(text).trim_start_matches('/');
    if text.is_empty() {
        return false;
    }
    let (wanted, path) = (stem(text), stem(path));
    if wanted.contains('*') {
        return fits(&wanted, &path);
    }
    path == wanted || path.strip_suffix(wanted.as_str()).is_some_and(|before| before.ends_with('/'))
}

/// A pattern of `Dir.glob` against the end of a path.
fn fits(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').filter(|part| *part != "**").collect();
    let Some((last, folders)) = pattern.split_last() else {
        return false;
    };
    let mut parts = path.split('/').rev();
    let Some(name) = parts.next() else { return false };
    let (before, after) = last.split_once('*').unwrap_or((last, ""));
    let after = after.trim_start_matches('*');
    let after = after.split('.').next().unwrap_or(after);
    if last.contains('*') && !(name.starts_with(before) && name.ends_with(after.trim_start_matches(['*', '{']))) {
        return false;
    }
    let above: Vec<&str> = parts.collect();
    // each folder that the pattern names stands on the way, in order
    let mut rest = above.iter();
    folders.iter().rev().filter(|folder| !folder.contains('*')).all(|folder| rest.any(|part| part == folder))
}

impl Answers {
    /// The definitions and top levels through which production gets to a place from outside of all that is in sight.
    pub fn entries(&self, program: &Program, site: &SiteAnswer) -> Vec<NodeRef> {
        let bit = Lanes::PRODUCTION;
        let reaching = site.records.iter().filter(|(context, number)| {
            let record = &self.contexts[*context].records[*number];
            (self.reach[*context].lanes & record.lanes).has(bit)
        });
        let mut todo: Vec<usize> = reaching.map(|(context, _)| *context).collect();
        let mut seen: FxHashSet<usize> = todo.iter().copied().collect();
        let mut entries = Vec::new();
        while let Some(context) = todo.pop() {
            let Some(own) = self.contexts[context].def.or_else(|| program.root(0)) else { continue };
            if self.reach[context].entry && self.reach[context].lanes.has(bit) {
                entries.push(own);
            }
            for (from, index) in self.callers.get(&own).into_iter().flatten() {
                let edge = &self.contexts[*from].edges[*index];
                if (self.reach[*from].lanes & edge.lanes).has(bit) && seen.insert(*from) {
                    todo.push(*from);
                }
            }
        }
        entries
    }
}
