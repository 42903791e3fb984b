//! What to look for in the rest of a project: who calls, who loads, who defines.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::{Answers, Cause, Lanes};

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
    /// Beside the words: the name of the file, without its ending.
    pub stem: Option<SmolStr>,
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
    }
    found
}

fn of_entry(program: &Program, entry: NodeRef, found: &mut Vec<Search>) {
    let index = program.file_of(entry.item);
    let Some(file) = program.files.get(index) else { return };
    if program.root(index) == Some(entry) {
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
            if is_command(&file.path) || stem.is_empty() {
                return;
            }
            let own = classes.first().unwrap_or(&def.name);
            names.push(own.clone());
            let words = vec![SmolStr::new(stem), own.clone()];
            found.push(Search { words, one_of: vec!["import".into()], names, ..Search::default() });
        }
        Language::CSharp => {
            let Some(own) = classes.last() else { return };
            names.push(own.clone());
            found.push(Search { words: vec![own.clone()], names, ..Search::default() });
        }
    }
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
    for (item, class) in with_items(program) {
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
            let code = program.code(item).map(|code| code.nodes.as_slice()).unwrap_or_default();
            for node in code {
                let Kind::Call(call) = &node.kind else { continue };
                let callee = name_at(program, NodeRef { item, node: call.callee });
                if matches!(callee.as_deref(), Some("include" | "extend" | "prepend")) {
                    let mixins = call.args.iter().filter_map(|arg| name_at(program, NodeRef { item, node: *arg }));
                    mixins.filter(|name| !defined.contains(name)).for_each(|name| definer(&name, &["module"], found));
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
    let is_known = |name: &str| {
        matches!(
            name,
            "production?" | "development?" | "test?" | "staging?" | "local?" | "nil?" | "present?" | "blank?"
        )
    };
    let mut names: Vec<SmolStr> = Vec::new();
    for (at, condition) in &answers.conditions {
        let is_opaque = condition.cause == Some(Cause::Opaque);
        if !is_opaque && condition.decided.is_empty() {
            continue;
        }
        let Some(span) = program.node(*at).map(|node| node.span) else { continue };
        let code = program.code(at.item).map(|code| code.nodes.as_slice()).unwrap_or_default();
        let within = code.iter().filter(|node| span.start <= node.span.start && node.span.end <= span.end);
        names.extend(within.filter_map(|node| match &node.kind {
            Kind::Name(name) | Kind::Attr { name, .. }
                if name.len() > 2 && (is_opaque || name.ends_with('?')) && !is_known(name) =>
            {
                Some(name.clone())
            }
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
        found.push(Search { words: vec![bare.clone()], one_of, names: vec![bare], is_first: true, stem: None });
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
                Kind::Import(import) if program.language == Language::Python => match import.as_ref() {
                    Import::Module { path, .. } | Import::Star { path, .. } => stems.push(last(path)),
                    Import::From { path, names } => {
                        stems.push(last(path));
                        stems.extend(names.iter().map(|(name, _)| name.clone()));
                    }
                    Import::Require { .. } => {}
                },
                _ => {}
            }
        }
    }
    stems.sort_unstable();
    stems.dedup();
    let stems = stems.into_iter().filter(|stem| !stem.is_empty());
    found.extend(stems.map(|stem| Search { stem: Some(stem), is_first: true, ..Search::default() }));
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
        Kind::Call(call) => name_at(program, NodeRef { item: at.item, node: call.callee }),
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

/// A name that few other things have.
fn is_telling(name: &str) -> bool {
    name.len() >= 10 && name.contains('_')
}

fn is_command(path: &str) -> bool {
    path.contains("/management/commands/")
}

/// The name of a file without its ending; of a package its folder's.
fn stem(path: &str) -> &str {
    let path = path.strip_suffix("/__init__.py").unwrap_or(path);
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file)
}

/// `HTMLPage` → `html_page`, as Zeitwerk names files.
fn underscored(name: &str) -> SmolStr {
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
