//! Programs of several files: their scopes, what runs their top levels, and who loads whom.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::reach::{Answers, SiteAnswer};
use super::value::*;
use crate::program::*;

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
        let all = || self.contexts.iter().flat_map(|context| &context.edges);
        let start = |file: usize| {
            let start = self.program.files.get(file).map_or(Start::Always, |file| file.start);
            match start {
                Start::Always => Some(Lanes::ALL),
                Start::Development => Some(Lanes::DEVELOPMENT),
                Start::Test => Some(Lanes::TEST),
                Start::Loaders => {
                    let root = self.program.root(file);
                    let loaded = all().any(|edge| Some(edge.callee) == root && self.top_of(edge.at.item) != file);
                    (!loaded).then_some(Lanes::ALL)
                }
            }
        };
        (0..self.file_scopes.len()).map(start).collect()
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

    /// The file that a text names as a path: `db/seeds/users`, `../users.rb`, or a pattern that it fits.
    pub fn files_named(&self, text: &str) -> Vec<usize> {
        let files = self.program.files.iter().enumerate();
        files.filter(|(_, file)| names_path(text, &file.path)).map(|(index, _)| index).collect()
    }
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
            let whole = || program.root(program.file_of(ItemId(0)));
            let Some(own) = self.contexts[context].def.or_else(whole) else { continue };
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
