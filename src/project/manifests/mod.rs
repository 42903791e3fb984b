//! What manifests say: packages, versions of frameworks, and for .NET what is imported and defined everywhere. Facts only,
//! read from the text of one file; nothing is resolved over a network.

mod dotnet;
mod python;
mod ruby;
mod xml;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::program::Language;

/// Major and minor.
pub type Version = (u32, u32);

/// One manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// The folder it speaks for, relative to the root, without a slash at the end.
    pub folder: SmolStr,
    /// Names as [`normal`] writes them.
    pub packages: FxHashSet<SmolStr>,
    /// Versions of which the minor one is certain.
    pub versions: Vec<(SmolStr, Version)>,
    /// The package that is built from here.
    pub builds: Option<SmolStr>,
    /// Files that belong to it, relative to the root: `-r`, `eval_gemfile`, `ProjectReference`, `Import`.
    pub includes: Vec<SmolStr>,
    /// It takes in what cannot be told from the text, so that a package that is not named may be present all the same.
    pub open: bool,
    /// A lock file: its versions go before those of requirements.
    pub locked: bool,
    /// It stands for a project, not for what projects below it share (`Directory.Build.props`).
    pub project: bool,
    pub dotnet: Dotnet,
}

/// What an MSBuild file says besides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dotnet {
    pub test_project: bool,
    /// Namespaces that every file imports, `Alias=Namespace.Type` and `static Namespace.Type` among them.
    pub usings: Vec<SmolStr>,
    /// Preprocessor symbols defined in every build configuration or in Release.
    pub defined: Vec<SmolStr>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Gemfile,
    GemfileLock,
    Gemspec,
    Requirements,
    Pyproject,
    SetupPy,
    SetupCfg,
    Pipfile,
    PipfileLock,
    TomlLock,
    Conda,
    Project,
    Props,
    PackagesConfig,
}

/// The language whose manifest a path is, by its name.
pub fn language_of(path: &str) -> Option<Language> {
    kind(path).map(|(language, _)| language)
}

/// Reads a manifest; `None` if the path is not one's.
pub fn read(path: &str, text: &str) -> Option<Manifest> {
    let (_, kind) = kind(path)?;
    let (folder, file) = split(path);
    let text = text.trim_start_matches('\u{feff}');
    let mut manifest = Manifest { folder: SmolStr::new(folder), project: true, ..Manifest::default() };
    match kind {
        Kind::Gemfile => ruby::gemfile(text, &mut manifest),
        Kind::GemfileLock => ruby::lock(text, &mut manifest),
        Kind::Gemspec => ruby::gemspec(file, text, &mut manifest),
        Kind::Requirements => python::requirements(text, &mut manifest),
        Kind::Pyproject => python::pyproject(text, &mut manifest),
        Kind::SetupPy => python::setup_py(text, &mut manifest),
        Kind::SetupCfg => python::setup_cfg(text, &mut manifest),
        Kind::Pipfile => python::pipfile(text, &mut manifest),
        Kind::PipfileLock => python::pipfile_lock(text, &mut manifest),
        Kind::TomlLock => python::toml_lock(text, &mut manifest),
        Kind::Conda => python::conda(text, &mut manifest),
        Kind::Project | Kind::Props => dotnet::msbuild(text, &mut manifest),
        Kind::PackagesConfig => dotnet::packages_config(text, &mut manifest),
    }
    match kind {
        Kind::Project => {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            manifest.builds.get_or_insert_with(|| normal(Language::CSharp, stem));
        }
        Kind::Props | Kind::PackagesConfig => manifest.project = false,
        // `requirements/base.txt` and `gemfiles/rails_7.gemfile` speak for the folder above
        Kind::Requirements | Kind::Gemfile => {
            let (above, last) = split(folder);
            if matches!(last, "requirements" | "requirement" | "gemfiles") {
                manifest.folder = SmolStr::new(above);
            }
        }
        _ => {}
    }
    Some(manifest)
}

fn kind(path: &str) -> Option<(Language, Kind)> {
    use Language::{CSharp, Python, Ruby};
    let (folder, file) = split(path);
    let found = match file {
        "Gemfile" | "gems.rb" => (Ruby, Kind::Gemfile),
        "Gemfile.lock" | "gems.locked" => (Ruby, Kind::GemfileLock),
        "pyproject.toml" => (Python, Kind::Pyproject),
        "setup.py" => (Python, Kind::SetupPy),
        "setup.cfg" => (Python, Kind::SetupCfg),
        "Pipfile" => (Python, Kind::Pipfile),
        "Pipfile.lock" => (Python, Kind::PipfileLock),
        "poetry.lock" | "uv.lock" | "pdm.lock" => (Python, Kind::TomlLock),
        "environment.yml" | "environment.yaml" => (Python, Kind::Conda),
        "Directory.Build.props" | "Directory.Build.targets" | "Directory.Packages.props" => (CSharp, Kind::Props),
        "packages.config" => (CSharp, Kind::PackagesConfig),
        _ if file.ends_with(".gemspec") => (Ruby, Kind::Gemspec),
        _ if file.ends_with(".gemfile") => (Ruby, Kind::Gemfile),
        _ if file.ends_with(".csproj") => (CSharp, Kind::Project),
        _ if file.ends_with(".txt") || file.ends_with(".in") => {
            let named = file.contains("requirements") || split(folder).1 == "requirements";
            (Python, named.then_some(Kind::Requirements)?)
        }
        _ => return None,
    };
    Some(found)
}

/// How a package's name is compared: lower case; for Python `-` for `_` and `.`.
pub fn normal(language: Language, name: &str) -> SmolStr {
    let lower = name.trim().to_lowercase();
    if language != Language::Python {
        return SmolStr::new(lower);
    }
    let mut out = String::with_capacity(lower.len());
    for letter in lower.chars() {
        let letter = if matches!(letter, '_' | '.') { '-' } else { letter };
        if letter != '-' || !out.ends_with('-') {
            out.push(letter);
        }
    }
    SmolStr::new(out)
}

/// The folder (without a slash at the end) and the file of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A path written in a file of `folder`, relative to the root; `None` if it leads out of the root or holds a variable.
pub(super) fn join(folder: &str, written: &str) -> Option<SmolStr> {
    if written.contains(['$', '*', '%']) || written.starts_with(['/', '\\', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(SmolStr::new(parts.join("/")))
}

/// `7.1.3` → (7, 1); `7` alone is not enough.
fn version(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let mut parts = text.split('.');
    let major = parts.next()?.trim().parse().ok()?;
    let minor: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
    Some((major, minor.parse().ok()?))
}

#[cfg(test)]
mod tests;
