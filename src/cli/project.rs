//! The seam between the command line and what the project knows: the only file here that asks the project room.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::analysis::{self, FileAnalysis};
use crate::lang;
use crate::program::Language;
use crate::project::FileFacts;
use crate::project::config::{Config, Level};
use crate::project::files;
use crate::project::index::Index;
use crate::project::zones::{self, Zone};
use crate::rules::{self, REGISTRY, Severity};
use crate::text;

use super::scan::{self, Found, Listing, Triggers};
use super::{Failure, complain, paths};

/// Bytes of files kept between reading what they define and analysing them; the rest is read again.
const KEPT: usize = 32 * 1024 * 1024;

const CONFIG: &str = "prodguard.toml";

/// What a scan asks. Paths are relative to the root of the scan, with `/`.
pub trait Project: Sync {
    /// The words that make a file worth analysing, compiled.
    fn triggers(&self) -> &Triggers;
    /// The words that make an item of a file worth lowering.
    fn item_triggers(&self, language: Language) -> &lang::Triggers;
    /// The configuration leaves the file out.
    fn is_excluded(&self, path: &str) -> bool;
    fn zone(&self, path: &str, language: Language, text: &str) -> Zone;
    fn facts(&self, path: &str, language: Language) -> FileFacts;
    /// What a file was found to be worth when the project was opened; given away once.
    fn found(&self, _path: &str) -> Option<Found> {
        None
    }
    /// The files of the project, if all of it was walked when it was opened.
    fn listing(&self) -> Option<&Listing> {
        None
    }
    /// Applies what the configuration says of severities and allowed paths.
    fn configure(&self, path: &str, answers: &mut FileAnalysis);
    /// The least severity that fails a check; `None` if none does.
    fn fail_on(&self) -> Option<Severity>;
}

/// The project on disk.
pub struct Workspace {
    /// What leads from the project's folder to the root of the scan.
    prefix: String,
    index: Index,
    triggers: Triggers,
    item_triggers: [OnceLock<lang::Triggers>; 3],
    /// Files that were read to learn what they define, so that no scan reads them again; relative to the project's folder.
    found: Mutex<FxHashMap<SmolStr, Found>>,
    listing: Listing,
}

/// Opens the project that a scan of `roots` below `root` is about, with the configuration in `named` alone if given.
///
/// The project's folder is the root if the user named it, else the nearest one upwards with a configuration or a checkout.
///
/// # Errors
/// If a configuration cannot be read or has mistakes, which are said: half a configuration is no gate.
pub fn open(root: &Path, roots: &[PathBuf], named: Option<&Path>, threads: usize) -> Result<Workspace, Failure> {
    let current = std::env::current_dir().ok();
    let is_named = roots.iter().any(|path| path == root) && current.as_deref() != Some(root);
    let marked = match is_named {
        true => Some(root),
        false => marked_folder(root),
    };
    let folder = marked.unwrap_or(root);
    let config = match named {
        Some(named) => read_config(named)?,
        None => match folder.join(CONFIG) {
            path if path.is_file() => read_config(&path)?,
            _ => Config::default(),
        },
    };
    let listing = match marked {
        Some(folder) => scan::list(folder, &[folder.to_owned()], threads),
        // what holds no project is not searched beyond what was asked for: it may be a whole home
        None => around(folder, roots, threads),
    };
    let read = |path: &str| read_text(&folder.join(path));
    let mut index = Index::build(&listing.files, Arc::new(config), &read);
    let triggers = Triggers::of(|language| index.catalog().sieve_words(language));
    let found = learn(&mut index, &triggers, folder, &listing.files, threads)?;
    let prefix = match root.strip_prefix(folder) {
        Ok(below) if below != Path::new("") => format!("{}/", paths::slashed(below)),
        _ => String::new(),
    };
    Ok(Workspace { prefix, index, triggers, item_triggers: Default::default(), found: Mutex::new(found), listing })
}

/// The nearest folder upwards with a configuration, at most up to the nearest checkout, else that checkout.
fn marked_folder(root: &Path) -> Option<&Path> {
    let mut folders = root.ancestors();
    folders.find(|folder| folder.join(CONFIG).is_file() || folder.join(".git").exists())
}

/// The files below `roots`, beside them, and in the folders above up to `folder`; relative to it and in order.
fn around(folder: &Path, roots: &[PathBuf], threads: usize) -> Listing {
    let above = roots.iter().flat_map(|path| path.ancestors().skip(1));
    let mut folders: Vec<&Path> = above.filter(|path| path.starts_with(folder)).collect();
    folders.sort_unstable();
    folders.dedup();
    let entries =
        folders.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flat_map(|entries| entries.flatten());
    let beside = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| paths::relative(folder, &entry.path()));
    let mut listing = scan::list(folder, roots, threads);
    listing.files.extend(beside);
    listing.files.sort_unstable();
    listing.files.dedup();
    listing
}

/// Takes in what the sources define for the whole project: names that hide a library's, imports for every file.
fn learn(
    index: &mut Index,
    triggers: &Triggers,
    folder: &Path,
    files: &[SmolStr],
    threads: usize,
) -> Result<FxHashMap<SmolStr, Found>, Failure> {
    let kept = AtomicUsize::new(0);
    let read = |path: &SmolStr| {
        let kind = files::kind_of_name(Path::new(path.as_str()))?;
        let mut found = triggers.read(kind, &folder.join(path));
        let mut definitions = None;
        if let Found::Hit(bytes) = &mut found {
            // an import of Python says where a name comes from
            if kind.language != Language::Python && !kind.template {
                let text = text::decode(bytes.clone()).ok()?.text;
                definitions = Some(index.definitions(kind.language, &text));
            }
            if kept.fetch_add(bytes.len(), Ordering::Relaxed) > KEPT {
                return Some((kind, path.clone(), None, definitions));
            }
        }
        Some((kind, path.clone(), Some(found), definitions))
    };
    let all: Vec<_> = scan::with_large_stack(threads, || files.par_iter().filter_map(read).collect())?;
    let mut known = FxHashMap::default();
    for (kind, path, found, definitions) in all {
        if let Some(definitions) = definitions {
            index.merge(kind.language, &path, definitions);
        }
        if let Some(found) = found {
            known.insert(path, found);
        }
    }
    Ok(known)
}

fn read_text(path: &Path) -> Option<String> {
    /// Bytes; a larger manifest is none.
    const LARGEST: u64 = 8 * 1024 * 1024;
    let is_sensible = |data: std::fs::Metadata| data.is_file() && data.len() <= LARGEST;
    let bytes = std::fs::metadata(path).is_ok_and(is_sensible).then(|| std::fs::read(path).ok())??;
    Some(text::decode(bytes).ok()?.text)
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|why| Failure(format!("{shown}: {why}")))?;
    let rules: Vec<&str> = REGISTRY.iter().map(|rule| rule.id).collect();
    let (config, problems) = Config::parse(&text, &rules);
    for problem in &problems {
        let (line, column) = (problem.line, problem.column);
        let help = problem.help.as_ref().map(|help| format!(" ({help})"));
        let help = help.unwrap_or_default();
        complain(&format!("{shown}:{line}:{column}: {}{help}", problem.message));
    }
    match problems.is_empty() {
        true => Ok(config),
        false => Err(Failure(format!("{shown} has mistakes"))),
    }
}

impl Workspace {
    fn within(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

impl Project for Workspace {
    fn triggers(&self) -> &Triggers {
        &self.triggers
    }

    fn item_triggers(&self, language: Language) -> &lang::Triggers {
        self.item_triggers[language as usize].get_or_init(|| analysis::triggers(self.index.catalog(), language))
    }

    fn is_excluded(&self, path: &str) -> bool {
        self.index.excludes(&self.within(path))
    }

    fn zone(&self, path: &str, language: Language, text: &str) -> Zone {
        let path = self.within(path);
        let configured = self.index.config.zone(&path);
        configured
            .or_else(|| zones::zone_of_text(language, &path, text))
            .unwrap_or_else(|| self.index.zone(language, &path))
    }

    fn facts(&self, path: &str, language: Language) -> FileFacts {
        self.index.facts(language, &self.within(path))
    }

    fn found(&self, path: &str) -> Option<Found> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.remove(self.within(path).as_str())
    }

    fn listing(&self) -> Option<&Listing> {
        Some(&self.listing)
    }

    fn configure(&self, path: &str, answers: &mut FileAnalysis) {
        answers.allowed +=
            rules::configured::apply(&self.index.config, &self.within(path), &mut answers.findings, &mut answers.sites);
    }

    fn fail_on(&self) -> Option<Severity> {
        match self.index.config.fail_on {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}
