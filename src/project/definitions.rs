//! Names of the project's own that hide a library's, and imports that hold for every file.
//!
//! A definition of a root name (`class Faker`) takes the name from the library. But Ruby programs reopen a library's module
//! to add to it (`module Faker; class Custom < Base`), and C# programs have a namespace of that name beside the library.
//! Neither may switch the library off, so such definitions are marked [`OwnName::weak`] and count only where the manifests
//! do not name the library's package. A `class Faker` in Ruby is certain: the library's `Faker` is a module, which cannot
//! be reopened as a class.
//!
//! Python needs no definitions: an import says where a name comes from. What hides a library there is a module of its name
//! (`faker.py`), which is told by its path ([`module`]).

use memchr::memmem;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::catalog::Catalog;
use crate::program::Language;

/// A root name that a file defines.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnName {
    pub name: SmolStr,
    /// It may add to the library or stand beside it.
    pub weak: bool,
}

/// What one file says that holds beyond it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    pub own_names: Vec<OwnName>,
    /// C#: `global using`.
    pub global_usings: Vec<SmolStr>,
}

/// The names that are asked about, by language.
#[derive(Clone, Debug, Default)]
pub struct RootNames {
    /// Each with the keys of the libraries that have it.
    names: [FxHashMap<SmolStr, Vec<SmolStr>>; 3],
}

/// Ruby libraries whose root is a class; the others' is a module.
const RUBY_CLASSES: &[&str] = &["Forgery", "Fabricate"];

impl RootNames {
    /// Ruby: the first constants of the symbols. Python: the top-level modules. C#: the types, and the namespaces that are
    /// a single name.
    pub fn of(catalog: &Catalog) -> RootNames {
        let mut roots = RootNames::default();
        for language in Language::ALL {
            let names = &mut roots.names[language as usize];
            for symbol in catalog.symbols(language) {
                if symbol.library.is_empty() {
                    continue;
                }
                let mut add = |name: &str| {
                    let libraries = names.entry(SmolStr::new(name)).or_default();
                    if !libraries.contains(&symbol.library) {
                        libraries.push(symbol.library.clone());
                    }
                };
                if language != Language::CSharp {
                    add(symbol.name.split('.').next().unwrap_or_default());
                    continue;
                }
                let imports = catalog.library(language, &symbol.library).map(|library| &library.imports);
                let namespace = imports
                    .into_iter()
                    .flatten()
                    .filter(|import| symbol.name.starts_with(&format!("{import}.")))
                    .max_by_key(|import| import.len());
                let name = namespace.map_or(symbol.name.as_str(), |namespace| &symbol.name[namespace.len() + 1..]);
                add(name.split('.').next().unwrap_or_default());
                if let Some(namespace) = namespace.filter(|namespace| !namespace.contains('.')) {
                    add(namespace);
                }
            }
        }
        roots
    }

    /// The keys of the libraries that have this root name.
    pub fn libraries(&self, language: Language, name: &str) -> &[SmolStr] {
        self.names[language as usize].get(name).map_or(&[], Vec::as_slice)
    }

    pub fn has(&self, language: Language, name: &str) -> bool {
        self.names[language as usize].contains_key(name)
    }
}

/// Reads what a file defines. Cheap enough for every file that holds a trigger word.
pub fn definitions(language: Language, text: &str, roots: &RootNames) -> Definitions {
    match language {
        Language::Ruby => Definitions { own_names: ruby(text, roots), global_usings: Vec::new() },
        Language::Python => Definitions::default(),
        Language::CSharp => Definitions { own_names: csharp(text, roots), global_usings: global_usings(text) },
    }
}

/// The root name that a Python file takes by its place: `faker.py` or `faker/__init__.py` in the folder of a project or its
/// `src`. `project` as in [`super::zones::Around`].
pub fn module(path: &str, project: &str, roots: &RootNames) -> Option<OwnName> {
    let below = match project {
        "" => path,
        project => path.strip_prefix(project)?.strip_prefix('/')?,
    };
    let below = below.strip_prefix("src/").unwrap_or(below);
    let name = below.strip_suffix("/__init__.py").or_else(|| below.strip_suffix(".py"))?;
    roots.has(Language::Python, name).then(|| OwnName { name: SmolStr::new(name), weak: true })
}

/// No definition that people write stands further from the start of its line, or is longer.
const LONGEST: usize = 400;

/// What stands before and after each occurrence of a keyword on its line.
fn after<'t>(text: &'t str, keyword: &str) -> Vec<(&'t str, &'t str)> {
    let mut found = Vec::new();
    let (mut line, mut last) = (0, 0);
    for at in memmem::find_iter(text.as_bytes(), keyword.as_bytes()) {
        if let Some(newline) = text[last..at].rfind('\n') {
            line = last + newline + 1;
        }
        last = at;
        if at - line > LONGEST {
            continue;
        }
        let rest = &text[at + keyword.len()..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b'\n');
        let end = end.unwrap_or_else(|| boundary(rest, LONGEST));
        found.push((&text[line..at], &rest[..end]));
    }
    found
}

/// The last character boundary at or before a byte offset.
fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The identifier that a text begins with.
fn identifier(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '.' && letter != ':');
    &text[..end.unwrap_or(text.len())]
}

fn ruby(text: &str, roots: &RootNames) -> Vec<OwnName> {
    let mut found = Vec::new();
    for (keyword, is_class) in [("class ", true), ("module ", false)] {
        for (before, rest) in after(text, keyword) {
            let name = identifier(rest).trim_start_matches("::");
            if !before.trim().is_empty() || !roots.has(Language::Ruby, name) {
                continue;
            }
            let same_kind = is_class == RUBY_CLASSES.contains(&name);
            // within another module it is another name
            let nested = !before.is_empty();
            found.push(OwnName { name: SmolStr::new(name), weak: same_kind || nested });
        }
    }
    for constructor in ["Class.new", "Struct.new", "Data.define"] {
        for (before, _) in after(text, constructor) {
            let Some(name) = before.trim_end().strip_suffix('=').map(str::trim_end) else {
                continue;
            };
            if roots.has(Language::Ruby, name) {
                let name = SmolStr::new(name);
                found.push(OwnName { name, weak: false });
            }
        }
    }
    found
}

fn csharp(text: &str, roots: &RootNames) -> Vec<OwnName> {
    let mut found = Vec::new();
    for keyword in ["class ", "struct ", "record ", "interface ", "enum ", "namespace "] {
        for (before, rest) in after(text, keyword) {
            let head = before.trim_start();
            let comment = head.starts_with(['*', '/']) || head.contains("//") || head.contains('"');
            if comment || before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let written = identifier(rest).trim_end_matches([':', '.']);
            let name = written.rsplit('.').next().unwrap_or_default();
            if !roots.has(Language::CSharp, name) {
                continue;
            }
            let namespace = keyword == "namespace ";
            // `class Faker : Bogus.Faker` is the library's under the same name
            let base = rest.split_once(':').map(|(_, bases)| bases).unwrap_or_default();
            let derives = !namespace && base.split([',', '{']).any(|base| roots.has(Language::CSharp, last(base)));
            if !derives {
                found.push(OwnName { name: SmolStr::new(name), weak: namespace });
            }
        }
    }
    found
}

/// The last part of a type's name without its type arguments.
fn last(base: &str) -> &str {
    let bare = base.trim().split(['<', '(', ' ']).next().unwrap_or_default();
    bare.rsplit('.').next().unwrap_or_default()
}

/// `global using N;` → `N`; `global using A = N.T;` → `A=N.T`; `global using static N.T;` → `static N.T`.
fn global_usings(text: &str) -> Vec<SmolStr> {
    let mut usings = Vec::new();
    for (before, rest) in after(text, "global using ") {
        if !before.trim().is_empty() {
            continue;
        }
        let Some((name, _)) = rest.split_once(';') else {
            continue;
        };
        let name = name.trim();
        let name = name.strip_prefix("global::").unwrap_or(name);
        usings.push(match name.split_once('=') {
            Some((alias, name)) => smol_str::format_smolstr!("{}={}", alias.trim(), name.trim()),
            None => SmolStr::new(name),
        });
    }
    usings
}

#[cfg(test)]
#[path = "definitions_tests.rs"]
mod tests;
