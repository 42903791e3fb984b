//! What to look for in the rest of a project: who calls, who loads, who defines.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::program::*;
use crate::project::files::stem;
use crate::worlds::{Answers, Cause, EventKind, Lanes, is_telling, underscored};

/// Files that hold all of some words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Search {
    /// Whole words, all of them.
    pub words: Vec<SmolStr>,
    /// Texts of which one stands in the file, if there are any.
    pub one_of: Vec<SmolStr>,
    /// Names that matter in what is found.
    pub names: Vec<SmolStr>,
    /// What is found is looked up by the others.
    pub is_first: bool,
    /// Instead of words: the name of the file, without its ending.
    pub stem: Option<SmolStr>,
    /// With a stem: how the path ends, in one of these ways.
    pub ends: Vec<SmolStr>,
    /// Instead of all that: the end of the path of a file of data.
    pub data: Option<SmolStr>,
}

impl Search {
    /// Files that may use a library under a name that the file at `path` gives them.
    pub fn users(language: Language, path: &str, name: &SmolStr) -> Search {
        let words = match language {
            Language::Python => vec![SmolStr::new(stem(path)), name.clone()],
            _ => vec![name.clone()],
        };
        let one_of = if language == Language::Python { vec![SmolStr::new_static("import")] } else { Vec::new() };
        Search { words, one_of, ..Search::default() }
    }
}

/// What would tell more about how production gets to the places of a program.
pub fn searches(program: &Program, answers: &Answers) -> Vec<Search> {
    let mut found = Vec::new();
    let mut known: FxHashSet<NodeRef> = FxHashSet::default();
    for site in answers.sites.iter().filter(|site| site.reached.has(Lanes::PRODUCTION)) {
        for entry in answers.entries(program, site) {
            if known.insert(entry) {
                of_entry(program, entry, &mut found);
            }
        }
    }
    // also where all is cut: what cuts it may be something else than it seems
    of_predicates(program, answers, &mut found);
    if !known.is_empty() {
        of_bases(program, &mut found);
        of_names(program, &mut found);
        of_data(program, &mut found);
        of_prerequisites(program, &mut found);
        of_variables(answers, &mut found);
    }
    found
}

fn of_entry(program: &Program, entry: NodeRef, found: &mut Vec<Search>) {
    let index = program.file_of(entry.item);
    let Some(file) = program.files.get(index) else { return };
    if program.root(index) == Some(entry) {
        if program.language == Language::Python && is_command(&file.path) {
            of_app(&file.path, found);
        }
        if file.start == Start::Loaders {
            of_loaders(program.language, &file.path, found);
        }
        return;
    }
    let Some(Kind::Def(def)) = program.node(entry).map(|node| &node.kind) else { return };
    if file.start == Start::Loaders && program.language == Language::Ruby {
        of_loaders(program.language, &file.path, found);
    }
    let classes = program.classes_around(entry.item);
    let mut names = vec![def.name.clone()];
    match program.language {
        Language::Ruby => {
            if classes.last().is_some_and(|class| class.ends_with("Controller")) {
                let resource = classes.last().and_then(|class| last(class).strip_suffix("Controller").map(underscored));
                let names = resource.into_iter().collect();
                found.push(Search { stem: Some("routes".into()), names, ..Search::default() });
            }
            if let Some((own, outer)) = classes.split_last() {
                names.push(own.clone());
                let words = outer.last().into_iter().chain([own]).cloned().collect();
                found.push(Search { words, names: names.clone(), ..Search::default() });
            }
            if is_telling(&def.name) {
                found.push(Search { words: vec![def.name.clone()], names, ..Search::default() });
            }
        }
        Language::Python => {
            let stem = stem(&file.path);
            if is_command(&file.path) {
                of_app(&file.path, found);
                return;
            }
            if stem.is_empty() {
                return;
            }
            if file.start == Start::Loaders {
                of_loaders(program.language, &file.path, found);
            }
            let own = classes.first().unwrap_or(&def.name);
            names.push(own.clone());
            let words = vec![SmolStr::new(stem), own.clone()];
            found.push(Search { words, one_of: vec!["import".into()], names: names.clone(), ..Search::default() });
            if !classes.is_empty() && is_telling(&def.name) {
                found.push(Search { words: vec![def.name.clone()], names, ..Search::default() });
            }
        }
        Language::CSharp => {
            let Some(own) = classes.last() else { return };
            names.push(own.clone());
            found.push(Search { words: vec![own.clone()], names: names.clone(), ..Search::default() });
            if def.is_static {
                // an extension is called without the name of its class
                found.push(Search { words: vec![def.name.clone()], names, ..Search::default() });
            }
        }
    }
}

/// Django finds the commands of the applications that its settings name.
fn of_app(path: &str, found: &mut Vec<Search>) {
    let Some(app) = path.split("/management/").next().and_then(|folder| folder.rsplit('/').next()) else { return };
    let one_of = ["'", "\"", ".apps."].map(|end| SmolStr::new(format!("{app}{end}"))).to_vec();
    let names = vec![SmolStr::new_static("INSTALLED_APPS")];
    let words = vec![SmolStr::new(app), names[0].clone()];
    found.push(Search { words, one_of, names, ..Search::default() });
}

/// Whoever loads a file names it, or the folder whose files it loads.
fn of_loaders(language: Language, path: &str, found: &mut Vec<Search>) {
    let stem = stem(path);
    if stem.is_empty() {
        return;
    }
    let word = SmolStr::new(stem);
    if language == Language::Python {
        let names = vec![word.clone()];
        found.push(Search { words: vec![word], one_of: vec!["import".into()], names, ..Search::default() });
        return;
    }
    let one_of = ["\"", "'", ".rb"].map(|end| SmolStr::new(format!("{stem}{end}"))).to_vec();
    let loading = ["load", "require", "require_relative", "require_dependency", "Dir"];
    let names: Vec<SmolStr> = loading.map(SmolStr::new_static).into_iter().chain([word.clone()]).collect();
    found.push(Search { words: vec![word], one_of, names: names.clone(), ..Search::default() });
    let mut folders = path.rsplit('/').skip(1);
    if let Some(folder) = folders.next() {
        let globs = ["Dir[", "Dir.glob", ".glob(", "Dir.each_child", "Dir.children", "Dir.entries"];
        let one_of = globs.map(SmolStr::new_static).to_vec();
        found.push(Search { words: vec![SmolStr::new(folder)], one_of, names, ..Search::default() });
    }
}

/// Base classes that are not in sight: what they define, they define for the class.
fn of_bases(program: &Program, found: &mut Vec<Search>) {
    let defined: FxHashSet<SmolStr> = classes(program).map(|class| last(&class.name)).collect();
    // classes of the file, and those that they derive from
    let mut wanted: FxHashSet<SmolStr> = FxHashSet::default();
    for _ in 0..MAX_BASES {
        let before = wanted.len();
        for (item, class) in with_items(program) {
            if program.is_main(item) || wanted.contains(&last(&class.name)) {
                wanted.insert(last(&class.name));
                wanted.extend(class.bases.iter().filter_map(|base| name_at(program, NodeRef { item, node: *base })));
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    for (item, class) in with_items(program).filter(|(_, class)| wanted.contains(&last(&class.name))) {
        for base in &class.bases {
            let Some(name) = name_at(program, NodeRef { item, node: *base }) else { continue };
            let keyword = match (program.language, class.form) {
                (Language::CSharp, _) if is_interface(&name) => "interface",
                _ => "class",
            };
            if !defined.contains(&name) {
                definer(&name, &[keyword, "module"], found);
            }
        }
        if program.language == Language::Ruby {
            let members = program.items.iter().enumerate();
            for (index, member) in members.filter(|(_, member)| member.parent == Some(item)) {
                let item = ItemId(index as u32);
                for node in member.code.iter().flat_map(|code| &code.nodes) {
                    let Kind::Call(call) = &node.kind else { continue };
                    let callee = name_at(program, NodeRef { item, node: call.callee });
                    if matches!(callee.as_deref(), Some("include" | "extend" | "prepend")) {
                        let mixins = call.args.iter().filter_map(|arg| name_at(program, NodeRef { item, node: *arg }));
                        mixins
                            .filter(|name| !defined.contains(name))
                            .for_each(|name| definer(&name, &["module"], found));
                    }
                }
            }
        }
    }
}

fn definer(name: &SmolStr, keywords: &[&str], found: &mut Vec<Search>) {
    let one_of: Vec<SmolStr> = keywords.iter().map(|keyword| SmolStr::new(format!("{keyword} {name}"))).collect();
    let one_of = one_of.into_iter().chain([SmolStr::new(format!("::{name}"))]).collect();
    found.push(Search { words: vec![name.clone()], one_of, is_first: true, ..Search::default() });
}

/// Predicates that nobody in sight defines.
fn of_predicates(program: &Program, answers: &Answers, found: &mut Vec<Search>) {
    let mut names: Vec<SmolStr> = answers.inquiries.iter().map(|name| SmolStr::new(format!("{name}?"))).collect();
    for (at, condition) in &answers.conditions {
        // on the way: what only helps to decide is taken as it is
        let is_first = program.files.get(program.file_of(at.item)).is_some_and(|file| file.is_first);
        if condition.cause != Some(Cause::Opaque) || is_first {
            continue;
        }
        let Some(span) = program.node(*at).map(|node| node.span) else { continue };
        let code = program.code(at.item).map(|code| code.nodes.as_slice()).unwrap_or_default();
        let within = code.iter().filter(|node| span.start <= node.span.start && node.span.end <= span.end);
        names.extend(within.filter_map(|node| match &node.kind {
            Kind::Name(name) | Kind::Attr { name, .. } if name.len() > 2 => Some(name.clone()),
            _ => None,
        }));
    }
    names.sort_unstable();
    names.dedup();
    for name in names {
        let bare = SmolStr::new(name.trim_end_matches(['?', '!']));
        let one_of = match program.language {
            Language::CSharp => [format!("bool {name}("), format!("bool {name} "), format!("bool {name}\n")].to_vec(),
            _ => [format!("def {name}"), format!("def self.{name}"), format!("{name} =")].to_vec(),
        };
        let one_of = one_of.into_iter().map(SmolStr::new).collect();
        found.push(Search {
            words: vec![bare.clone()],
            one_of,
            names: vec![bare],
            is_first: true,
            ..Search::default()
        });
    }
}

/// Classes and modules that the file names: where one has to do with the environment, calling it may decide.
fn of_names(program: &Program, found: &mut Vec<Search>) {
    let defined: FxHashSet<SmolStr> = classes(program).map(|class| last(&class.name)).collect();
    let mut stems: Vec<SmolStr> = Vec::new();
    for item in program.items.iter().take(program.files.get(1).map_or(usize::MAX, |file| file.root.0 as usize)) {
        for node in item.code.iter().flat_map(|code| &code.nodes) {
            match &node.kind {
                Kind::Name(name) | Kind::Attr { name, .. }
                    if program.language != Language::Python && name.starts_with(|c: char| c.is_uppercase()) =>
                {
                    let is_new = !defined.contains(name) && name.chars().any(|c| c.is_lowercase());
                    stems.extend(is_new.then(|| match program.language {
                        Language::Ruby => underscored(name),
                        _ => name.clone(),
                    }));
                }
                Kind::Import(import) if program.language == Language::Python => of_import(program, import, found),
                Kind::Import(import) if program.language == Language::Ruby => {
                    if let Import::Require { path: Some(path), .. } = import.as_ref() {
                        stems.push(SmolStr::new(stem(path)));
                    }
                }
                _ => {}
            }
        }
    }
    stems.sort_unstable();
    stems.dedup();
    let stems = stems.into_iter().filter(|stem| !stem.is_empty());
    found.extend(stems.map(|stem| Search { stem: Some(stem), is_first: true, ..Search::default() }));
}

/// Tasks that run before those in sight.
fn of_prerequisites(program: &Program, found: &mut Vec<Search>) {
    let tasks = program.tasks();
    for name in tasks.values().flatten().flat_map(|task| &task.prerequisites) {
        if !tasks.contains_key(name) && name != "environment" {
            let one_of =
                ["task :", "task ", "task \"", "task '", "task(:"].map(|start| SmolStr::new(format!("{start}{name}")));
            let (words, names) = (vec![name.clone()], vec![name.clone(), SmolStr::new_static("task")]);
            found.push(Search { words, one_of: one_of.to_vec(), names, is_first: true, ..Search::default() });
        }
    }
}

/// The modules that a file imports.
fn of_import(program: &Program, import: &Import, found: &mut Vec<Search>) {
    let mut paths: Vec<SmolStr> = Vec::new();
    match import {
        Import::Module { path, .. } | Import::Star { path, .. } => paths.push(path.clone()),
        Import::From { path, names } => {
            paths.push(path.clone());
            let dot = if path.ends_with('.') { "" } else { "." };
            paths.extend(names.iter().map(|(name, _)| SmolStr::new(format!("{path}{dot}{name}"))));
        }
        Import::Require { .. } => {}
    }
    let Some(own) = program.files.first() else { return };
    for path in paths {
        let module = module_path(&own.path, &path);
        if module.is_empty() {
            continue;
        }
        let ends = [format!("{module}.py"), format!("{module}/__init__.py")].map(SmolStr::new).to_vec();
        let stem = last(&module.replace('/', "."));
        found.push(Search { stem: Some(stem), ends, is_first: true, ..Search::default() });
    }
}

/// Base classes are followed this far.
const MAX_BASES: usize = 6;

/// Files of data whose keys may be names of environments.
fn of_data(program: &Program, found: &mut Vec<Search>) {
    for (index, item) in program.items.iter().enumerate() {
        let id = ItemId(index as u32);
        for node in item.code.iter().flat_map(|code| &code.nodes) {
            let Kind::Call(call) = &node.kind else { continue };
            let callee = name_at(program, NodeRef { item: id, node: call.callee });
            let loads = matches!(callee.as_deref(), Some("load_file" | "safe_load_file" | "unsafe_load_file"));
            if loads && program.language == Language::Ruby {
                let path = program.texts_in(id, node.span).join("/");
                let is_path = path.ends_with(".yml") || path.ends_with(".yaml");
                found.extend(is_path.then(|| Search { data: Some(SmolStr::new(path)), ..Search::default() }));
            }
        }
    }
}

/// Variables that no framework defines: whoever else reads one may tell how production is spelt.
fn of_variables(answers: &Answers, found: &mut Vec<Search>) {
    for event in &answers.events {
        if let EventKind::HomeMadeVariable { name } = &event.kind {
            let one_of = [format!("'{name}'"), format!("\"{name}\"")].map(SmolStr::new).to_vec();
            let names = vec![name.clone()];
            found.push(Search { words: names.clone(), one_of, names, is_first: true, ..Search::default() });
        }
    }
}

fn with_items(program: &Program) -> impl Iterator<Item = (ItemId, &Class)> {
    let items = program.items.iter().enumerate();
    items.flat_map(|(index, item)| {
        let nodes = item.code.iter().flat_map(|code| &code.nodes);
        nodes.filter_map(move |node| match &node.kind {
            Kind::Class(class) => Some((ItemId(index as u32), class.as_ref())),
            _ => None,
        })
    })
}

fn classes(program: &Program) -> impl Iterator<Item = &Class> {
    with_items(program).map(|(_, class)| class)
}

/// The last part of a name as it is written.
fn name_at(program: &Program, at: NodeRef) -> Option<SmolStr> {
    match &program.node(at)?.kind {
        Kind::Name(name) | Kind::Attr { name, .. } => Some(last(name)),
        Kind::Call(call) if program.language == Language::CSharp => {
            name_at(program, NodeRef { item: at.item, node: call.callee })
        }
        _ => None,
    }
}

fn last(name: &str) -> SmolStr {
    SmolStr::new(name.rsplit('.').next().unwrap_or(name))
}

fn is_interface(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next() == Some('I') && chars.next().is_some_and(char::is_uppercase)
}

fn is_command(path: &str) -> bool {
    path.contains("/management/commands/")
}
