//! The zone of a path, by the conventions of its ecosystem.
//!
//! A convention is one that a tool acts upon (a test runner collects the file, a framework loads it for one environment
//! only) or that everybody follows. A mere word in a name is none: `app/services/test_data.rb` is production.

mod csharp;
mod python;
mod ruby;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::program::Language;

/// Where a program may run: production runs it, somebody runs it on demand, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    Production,
    OnDemand,
    Library,
    Development,
    Test,
    NotCode,
}

impl Zone {
    /// Nothing is reported there.
    pub fn is_silent(self) -> bool {
        matches!(self, Zone::Development | Zone::Test | Zone::NotCode)
    }
}

/// What bears on a zone besides the path.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The folder of the nearest manifest of the language, relative to the root and without a slash at the end; `None`
    /// where there is none.
    pub project: Option<&'a str>,
    /// Whether the root holds a file of this path.
    pub has: &'a dyn Fn(&str) -> bool,
    /// The packages that the manifests name.
    pub packages: Option<&'a FxHashSet<SmolStr>>,
    /// The manifest is that of a test project.
    pub test_project: bool,
    /// The manifest builds a fake-data library.
    pub fake_data_library: bool,
    /// Ruby: `db/seeds.rb` loads what is named after the environment.
    pub seeds_by_environment: bool,
    /// Names that the configuration adds as production.
    pub production: &'a [SmolStr],
}

impl Default for Around<'_> {
    fn default() -> Self {
        Around {
            project: None,
            has: &|_| false,
            packages: None,
            test_project: false,
            fake_data_library: false,
            seeds_by_environment: false,
            production: &[],
        }
    }
}

impl Around<'_> {
    fn package(&self, wanted: impl Fn(&str) -> bool) -> bool {
        let packages = self.packages.into_iter().flatten();
        packages.into_iter().any(|package| wanted(package))
    }
}

/// The zone of a source file; manifests have none of their own. `path` is relative to the root, with `/`.
pub fn zone(language: Language, path: &str, around: &Around<'_>) -> Zone {
    let parts = Parts::new(path, around.project);
    let third_party = matches!(parts.dirs.first(), Some(&("third_party" | "third-party")));
    if third_party || parts.dirs.iter().any(|dir| is_vendored(dir)) {
        return Zone::NotCode;
    }
    let zone = match language {
        Language::Ruby => ruby::zone(&parts, around),
        Language::Python => python::zone(&parts, around),
        Language::CSharp => csharp::zone(&parts, around),
    };
    if around.fake_data_library && !zone.is_silent() {
        return Zone::Library;
    }
    zone
}

/// The zone that a file's own text gives it, whatever its place: one that only defines factories for tests, one that holds
/// tests, one that a tool wrote.
pub fn zone_of_text(language: Language, path: &str, text: &str) -> Option<Zone> {
    match language {
        Language::Ruby => ruby::defines_factories(text).then_some(Zone::Test),
        Language::Python => python::holds_tests(path, text).then_some(Zone::Test),
        Language::CSharp => csharp::is_generated(text).then_some(Zone::NotCode),
    }
}

/// Folders of other people's code, whatever the language.
fn is_vendored(dir: &str) -> bool {
    const NAMES: &[&str] = &[
        "node_modules",
        "bower_components",
        "site-packages",
        "dist-packages",
        "__pycache__",
        ".git",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        ".eggs",
        ".bundle",
        "__pypackages__",
    ];
    NAMES.contains(&dir)
}

/// Folders of examples and documentation.
fn is_example(dir: &str) -> bool {
    const NAMES: &[&str] = &[
        "example",
        "examples",
        "samples",
        "demos",
        "doc",
        "docs",
        "documentation",
        "tech_docs",
        "tutorial",
        "tutorials",
        "playground",
        "playgrounds",
        "cookbook",
    ];
    NAMES.contains(&dir)
}

/// A path in parts.
struct Parts<'p> {
    dirs: Vec<&'p str>,
    file: &'p str,
    /// The file's name without its last extension.
    stem: &'p str,
    /// How many of `dirs` lead to the project's folder.
    root: usize,
    /// A project is in sight at all.
    known: bool,
}

impl<'p> Parts<'p> {
    fn new(path: &'p str, project: Option<&str>) -> Self {
        let mut dirs: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let file = dirs.pop().unwrap_or_default();
        let stem = match file.rfind('.') {
            Some(at) if at > 0 => &file[..at],
            _ => file,
        };
        let root = match project {
            Some(folder) => folder.split('/').filter(|part| !part.is_empty()).count(),
            None => 0,
        };
        Parts { root: root.min(dirs.len()), known: project.is_some(), dirs, file, stem }
    }

    /// The folders below the project's own.
    fn inner(&self) -> &[&'p str] {
        &self.dirs[self.root..]
    }

    /// The folders that lead to the project.
    fn outer(&self) -> &[&'p str] {
        &self.dirs[..self.root]
    }

    fn within(&self, dir: &str) -> bool {
        self.dirs.contains(&dir)
    }

    /// The file stands directly or deeply in this folder of the project.
    fn at_root(&self, dir: &str) -> bool {
        self.inner().first() == Some(&dir)
    }

    /// Consecutive folders anywhere in the path.
    fn sequence(&self, names: &[&str]) -> bool {
        self.dirs.windows(names.len()).any(|window| window == names)
    }

    fn parent(&self) -> &'p str {
        self.dirs.last().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
