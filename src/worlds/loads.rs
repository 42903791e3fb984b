//! Who loads which file: `load`, `require` and their like in Ruby, imports in Python.

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// Names that stand for a module of the program, by the index of its file.
const MODULE: &str = "\u{1}module ";

impl Machine<'_> {
    /// `YAML.load_file("config/seeds.yml")`: a map with the keys of that file, where it is in sight.
    pub fn data_file(&self, at: NodeRef, name: &str, lanes: Lanes) -> Option<Val> {
        let loads = matches!(name, "YAML.load_file" | "YAML.safe_load_file" | "YAML.unsafe_load_file");
        if !loads || !self.ruby() || self.program.data.is_empty() {
            return None;
        }
        let span = self.program.node(at)?.span;
        let path = self.program.texts_in(at.item, span).join("/");
        let names = |data: &&DataFile| data.path == path || data.path.ends_with(&format!("/{path}"));
        let keys = &self.program.data.iter().find(names)?.keys;
        let pair = |key: &SmolStr| (Val::of(V::Str(key.clone()), lanes), Val::data(lanes));
        Some(Val::of(V::Map(std::rc::Rc::new(keys.iter().map(pair).collect())), lanes))
    }

    /// `load "db/seeds/users.rb"`: the files in sight that the text names.
    pub fn load_named(&mut self, at: NodeRef, path: &str, lanes: Lanes) -> Lanes {
        if !self.is_linked() || !self.ruby() {
            return lanes;
        }
        let files = self.files_named(path);
        files.into_iter().fold(lanes, |lanes, file| self.load_file(at, file, lanes))
    }

    /// What a text may stand for where files are looked at together: a class, an application of Django.
    pub fn note_text(&mut self, at: NodeRef, lit: &Lit, lanes: Lanes) {
        if let (true, false, Lit::Str(text)) = (self.is_linked(), self.csharp(), lit) {
            self.name_class(at, text, lanes);
            self.name_application(at, text, lanes);
        }
    }

    /// A class may be made from its name.
    fn name_class(&mut self, at: NodeRef, text: &str, lanes: Lanes) {
        let last = text.rsplit([':', '.']).next().unwrap_or_default();
        if last.starts_with(char::is_uppercase) {
            for class in self.class_names.get(last).cloned().unwrap_or_default() {
                self.hand_over_class(class, at, lanes);
                self.may_be_made.insert(class);
            }
        }
    }

    /// Django: settings that name an application make its commands known.
    fn name_application(&mut self, at: NodeRef, text: &str, lanes: Lanes) {
        if !self.python() || self.program.is_main(at.item) {
            return;
        }
        let files = self.program.files.iter().enumerate();
        let named = files.filter(|(_, file)| {
            let app = file.path.split_once("/management/commands/").map(|(folder, _)| folder.replace('/', "."));
            app.is_some_and(|app| {
                let text = text.split(".apps.").next().unwrap_or(text);
                app == text || app.strip_suffix(text).is_some_and(|before| before.ends_with('.'))
            })
        });
        let named: Vec<usize> = named.map(|(index, _)| index).collect();
        for root in named.into_iter().filter_map(|file| self.program.root(file)) {
            self.edge_to(at, root, lanes);
        }
    }

    /// `load path`, where the path is worked out: by its value, or else by the texts that stand around it.
    pub fn load_call(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<Lanes> {
        let loads = matches!(
            name,
            "load" | "require" | "require_relative" | "require_dependency" | "eval" | "instance_eval" | "load_file"
        );
        if !loads || !self.is_linked() || !self.ruby() {
            return None;
        }
        let values: Vec<SmolStr> = args.positional.iter().filter_map(|value| value.text().cloned()).collect();
        let mut files: Vec<usize> = values.iter().flat_map(|text| self.files_named(text)).collect();
        if values.is_empty() {
            let own = self.program.file_of(at.item);
            let of_call = self.program.node(at).map(|node| self.program.texts_in(at.item, node.span));
            let of_item = || self.program.texts_in(at.item, Span { start: 0, end: u32::MAX });
            files = self.files_of_texts(&of_call.unwrap_or_default());
            if files.is_empty() {
                files = self.files_of_texts(&of_item());
            }
            if files.is_empty() {
                // a path from elsewhere in the file
                let items = (0..self.program.items.len() as u32).map(ItemId);
                let items = items.filter(|item| self.program.file_of(*item) == own);
                let texts: Vec<Vec<SmolStr>> =
                    items.map(|item| self.program.texts_in(item, Span { start: 0, end: u32::MAX })).collect();
                files = texts.iter().flat_map(|texts| self.files_of_texts(texts)).collect();
            }
        }
        files.sort_unstable();
        files.dedup();
        Some(files.into_iter().fold(lanes, |lanes, file| self.load_file(at, file, lanes)))
    }

    /// The files that texts name, each by itself or all of them as the parts of a path; of a folder everything in it.
    fn files_of_texts(&self, texts: &[SmolStr]) -> Vec<usize> {
        let parts = || texts.iter().map(|text| text.trim_matches('/')).filter(|text| !text.is_empty());
        let whole = parts().collect::<Vec<_>>().join("/");
        let mut files = self.files_named(&whole);
        if files.is_empty() {
            files = texts.iter().filter(|text| text.len() > 2).flat_map(|text| self.files_named(text)).collect();
        }
        if files.is_empty() && !whole.is_empty() {
            let within = |path: &str| path.starts_with(&format!("{whole}/")) || path.contains(&format!("/{whole}/"));
            let all = self.program.files.iter().enumerate();
            files = all.filter(|(_, file)| within(&file.path)).map(|(index, _)| index).collect();
        }
        files
    }

    /// Whether an import of Python names a file of the program.
    pub fn imports_files(&self, at: NodeRef, import: &Import) -> bool {
        if !self.is_linked() || !self.python() {
            return false;
        }
        match import {
            Import::Module { path, .. } => self.module_named(at, path).is_some(),
            Import::From { path, names } => {
                self.module_named(at, path).is_some()
                    || names.iter().any(|(name, _)| self.module_named(at, &joined(path, name)).is_some())
            }
            Import::Star { path, .. } => self.module_named(at, path).is_some(),
            Import::Require { .. } => false,
        }
    }

    pub fn import_file(&mut self, at: NodeRef, import: &Import, lanes: Lanes) -> Lanes {
        let mut falls = lanes;
        match import {
            Import::Module { path, alias } => {
                if let Some(file) = self.module_named(at, path) {
                    falls = self.load_file(at, file, falls);
                    match alias {
                        Some(alias) => self.bind_import(alias, falls, &Val::of(V::Name(module(file)), falls)),
                        None => {
                            let head = SmolStr::new(path.split('.').next().unwrap_or(path));
                            let value = if head == *path { module(file) } else { head.clone() };
                            self.bind_import(&head, falls, &Val::of(V::Name(value), falls));
                        }
                    }
                }
            }
            Import::From { path, names } => {
                let from = self.module_named(at, path);
                if let Some(file) = from {
                    falls = self.load_file(at, file, falls);
                }
                for (name, alias) in names {
                    let bound = alias.as_ref().unwrap_or(name);
                    let own = from.and_then(|file| self.member_of_module(file, name, falls));
                    let own = own.filter(|value| !self.hides_factory(value, path, name));
                    let value = match own {
                        Some(value) => value,
                        None => match self.module_named(at, &joined(path, name)) {
                            Some(file) => {
                                falls = self.load_file(at, file, falls);
                                Val::of(V::Name(module(file)), falls)
                            }
                            None => {
                                let full = self.imported(path, name);
                                self.accessor_value(&full, falls).unwrap_or_else(|| Val::of(V::Name(full), falls))
                            }
                        },
                    };
                    self.bind_import(bound, falls, &value);
                }
            }
            Import::Star { path, .. } => {
                if let Some(file) = self.module_named(at, path) {
                    falls = self.load_file(at, file, falls);
                    let scope = self.file_scopes[file] as usize;
                    let mut names: Vec<SmolStr> = self.scopes[scope].names.keys().cloned().collect();
                    names.sort_unstable();
                    for name in names.into_iter().filter(|name| !name.starts_with(['_', '\u{1}'])) {
                        if let Some(value) = self.member_of_module(file, &name, falls) {
                            self.bind_import(&name, falls, &value);
                        }
                    }
                }
            }
            Import::Require { .. } => {}
        }
        falls
    }

    /// A class that goes by the name of a factory, whose bases are not all in sight: the name says more than the class does.
    fn hides_factory(&self, value: &Val, path: &str, name: &str) -> bool {
        let unknown = |class: &u32| self.library_base(*class).is_none();
        matches!(value.single(), Some(V::Class(class)) if unknown(class))
            && self.imported(path, name) == "factory.Factory"
    }

    /// The file of a module as an import in another one writes it: `app.seeds`, `.factories`, `..`.
    pub fn module_named(&self, at: NodeRef, path: &str) -> Option<usize> {
        let files = &self.program.files;
        let own = self.program.file_of(at.item);
        let known = (own, SmolStr::new(path));
        if let Some(found) = self.modules.borrow().get(&known) {
            return *found;
        }
        let importer = files.get(own)?.path.as_str();
        let wanted = module_path(importer, path);
        let fits = |file: &SourceFile| {
            let module = file.path.strip_suffix(".py").unwrap_or(&file.path);
            let module = module.strip_suffix("/__init__").unwrap_or(module);
            // an absolute name starts at a folder that holds both files
            let root = module.strip_suffix(wanted.as_str()).and_then(|before| before.strip_suffix('/'));
            let shares = |root: &str| importer.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
            !wanted.is_empty() && (module == wanted || !path.starts_with('.') && root.is_some_and(shares))
        };
        let found = files.iter().enumerate().find(|(index, file)| *index != own && fits(file));
        let found = found.map(|(index, _)| index);
        self.modules.borrow_mut().insert(known, found);
        found
    }

    /// What a module holds under a name now, or whatever it is where nothing is in sight.
    pub fn member_of_module(&mut self, file: usize, name: &SmolStr, lanes: Lanes) -> Option<Val> {
        let scope = *self.file_scopes.get(file)?;
        let slot = self.slot_in(scope, name)?;
        let mut value = self.slots[slot as usize].only(lanes);
        let missing = lanes.without(value.lanes());
        if !missing.is_empty() {
            value.join(&Val::data(missing));
        }
        Some(value)
    }

    /// The file that a name stands for: `utils` after `import utils`, `app.utils` after `import app.utils`.
    pub fn module_of(&self, at: NodeRef, name: &str) -> Option<usize> {
        if !self.is_linked() || !self.python() {
            return None;
        }
        match name.strip_prefix(MODULE) {
            Some(index) => index.parse().ok(),
            None if name.contains('.') => self.module_named(at, name),
            None => None,
        }
    }

    /// `module.name`, where the module is a file of the program.
    pub fn member_of_file(&mut self, at: NodeRef, head: &str, name: &SmolStr, lanes: Lanes) -> Option<Val> {
        let file = self.module_of(at, head)?;
        if let Some(value) = self.member_of_module(file, name, lanes) {
            return Some(value);
        }
        let folder = self.program.files.get(file)?.path.strip_suffix("/__init__.py")?.replace('/', ".");
        let inner = self.module_named(at, &format!("{folder}.{name}"))?;
        Some(Val::of(V::Name(module(inner)), lanes))
    }
}

fn module(file: usize) -> SmolStr {
    SmolStr::new(format!("{MODULE}{file}"))
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() || path.ends_with('.') { format!("{path}{name}") } else { format!("{path}.{name}") }
}
