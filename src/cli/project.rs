//! The seam between the command line and what the project knows.

mod allows;
mod open;
pub mod sources;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::analysis::{self, FileAnalysis, Sources};
use crate::catalog::Words;
use crate::lang;
use crate::program::Language;
use crate::project::config::Level;
use crate::project::index::Index;
use crate::project::zones::Zone;
use crate::project::{DeploymentFacts, FileFacts};
use crate::rules::{self, Severity};

use super::scan::{Found, Listing, Triggers};

pub use open::{CONFIG, marked_folder, open, open_with, parse_config};

/// What a scan asks. Paths are relative to the root of the scan, with `/`.
pub trait Project: Sync {
    /// The words that make a file worth analysing, compiled.
    fn triggers(&self) -> &Triggers;
    /// The words that make an item of a file worth lowering.
    fn item_triggers(&self, path: &str, language: Language) -> &lang::Triggers;
    /// The configuration leaves the file out.
    fn is_excluded(&self, path: &str) -> bool;
    fn zone(&self, path: &str, language: Language, text: &str) -> Zone;
    fn facts(&self, path: &str, language: Language) -> FileFacts;
    /// The zone of a deployment file and what bears on it.
    fn deployment(&self, _path: &str) -> (Zone, DeploymentFacts) {
        (Zone::Production, DeploymentFacts::default())
    }
    /// The path of a deployment file in the folder whose configuration decides for it.
    fn deployment_path(&self, path: &str) -> SmolStr {
        path.into()
    }
    /// What a file was found to be worth when the project was opened; given away once.
    fn found(&self, _path: &str) -> Option<Found> {
        None
    }
    /// The files of the project, if all of it was walked when it was opened.
    fn listing(&self) -> Option<&Listing> {
        None
    }
    /// The files that bear on each other; `None` where only one is known.
    fn sources(&self) -> Option<Box<dyn FileSources + '_>> {
        None
    }
    /// Applies what the configuration says of severities and allowed paths.
    fn configure(&self, path: &str, answers: &mut FileAnalysis);
    /// The least severity of findings in a file that fails a check; `None` if none does.
    fn fail_on(&self, path: &str) -> Option<Severity>;
}

/// Files by their paths relative to the folder of the project.
pub trait FileSources: Sources {
    /// The path of a file that the scan knows by its path from the root.
    fn path_of(&self, path: &str) -> SmolStr;
}

/// The project on disk.
pub struct Workspace {
    /// What leads from the project's folder to the root of the scan.
    prefix: String,
    /// The project itself, then the projects within it that have a configuration of their own.
    parts: Vec<Part>,
    /// Indices of `parts` by their folders.
    by_folder: FxHashMap<SmolStr, usize>,
    /// The words of all parts.
    triggers: Triggers,
    /// Files that were read to learn what they define, so that no scan reads them again; relative to the project's folder.
    found: Mutex<FxHashMap<SmolStr, Found>>,
    listing: Listing,
}

/// A folder for whose files one configuration decides. Nothing in it is known to the folders around it, so that the answers
/// are the same as from within.
struct Part {
    /// Relative to the project's folder; empty for that itself.
    folder: SmolStr,
    index: Index,
    item_triggers: [OnceLock<lang::Triggers>; 3],
    written: Option<Written>,
}

/// A configuration as it stands on disk.
struct Written {
    /// Absolute.
    path: PathBuf,
    text: String,
    /// Side by side with its entries that allow something: whether they did.
    used: Vec<AtomicBool>,
}

impl Workspace {
    /// A project without files, for text that is not on disk.
    pub fn empty() -> Workspace {
        let index = Index::build::<&str>(&[], Arc::default(), &|_| None);
        let part = Part { folder: SmolStr::default(), index, item_triggers: Default::default(), written: None };
        Workspace {
            prefix: String::new(),
            parts: vec![part],
            by_folder: FxHashMap::from_iter([(SmolStr::default(), 0)]),
            triggers: Triggers::of(|_| Words::default()),
            found: Mutex::default(),
            listing: Listing::default(),
        }
    }

    /// Lets go of the bytes that were kept for a scan.
    pub fn forget_found(&self) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = FxHashMap::default();
    }

    /// The folder whose configuration decides for a file, whether it has one or not, and the file's path in it.
    pub fn config_folder(&self, path: &str) -> (PathBuf, String) {
        let (part, inside) = self.part(path);
        (self.listing.folder.join(part.folder.as_str()), inside.into_owned())
    }

    /// The path relative to the folder of the project of one that is relative to the root of the scan.
    pub fn path_in_project(&self, path: &str) -> SmolStr {
        smol_str::format_smolstr!("{}{path}", self.prefix)
    }

    /// The same for a path relative to the folder of the project.
    fn part_of_project(&self, path: &str) -> (&Part, SmolStr) {
        let part = &self.parts[open::part_of(&self.by_folder, path)];
        (part, path[part.folder.len()..].trim_start_matches('/').into())
    }

    /// The part that a file belongs to, and the file's path in it.
    fn part<'p>(&self, path: &'p str) -> (&Part, std::borrow::Cow<'p, str>) {
        let inside = match self.prefix.as_str() {
            "" => path.into(),
            prefix => std::borrow::Cow::Owned(format!("{prefix}{path}")),
        };
        let part = &self.parts[open::part_of(&self.by_folder, &inside)];
        match part.folder.len() {
            0 => (part, inside),
            length => (part, inside[length + 1..].to_owned().into()),
        }
    }
}

impl Project for Workspace {
    fn triggers(&self) -> &Triggers {
        &self.triggers
    }

    fn item_triggers(&self, path: &str, language: Language) -> &lang::Triggers {
        let (part, _) = self.part(path);
        part.item_triggers[language as usize].get_or_init(|| analysis::triggers(part.index.catalog(), language))
    }

    fn is_excluded(&self, path: &str) -> bool {
        let (part, inside) = self.part(path);
        part.index.excludes(&inside)
    }

    fn zone(&self, path: &str, language: Language, text: &str) -> Zone {
        let (part, inside) = self.part(path);
        part.index.zone_of(language, &inside, text)
    }

    fn facts(&self, path: &str, language: Language) -> FileFacts {
        let (part, inside) = self.part(path);
        part.index.facts(language, &inside)
    }

    fn deployment(&self, path: &str) -> (Zone, DeploymentFacts) {
        let (part, inside) = self.part(path);
        (part.index.deployment_zone(&inside), part.index.deployment_facts(&inside))
    }

    fn deployment_path(&self, path: &str) -> SmolStr {
        self.part(path).1.into()
    }

    fn found(&self, path: &str) -> Option<Found> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.remove(format!("{}{path}", self.prefix).as_str())
    }

    fn listing(&self) -> Option<&Listing> {
        Some(&self.listing)
    }

    fn sources(&self) -> Option<Box<dyn FileSources + '_>> {
        Some(Box::new(sources::OnDisk::of(self)))
    }

    fn configure(&self, path: &str, answers: &mut FileAnalysis) {
        let (part, inside) = self.part(path);
        let config = &part.index.config;
        let note = |entry: usize| {
            let used = part.written.as_ref().and_then(|written| written.used.get(entry));
            used.inspect(|used| used.store(true, Ordering::Relaxed));
        };
        let (findings, sites) = (&mut answers.findings, &mut answers.sites);
        answers.allowed += rules::configured::apply_noting(config, &inside, findings, sites, note);
    }

    fn fail_on(&self, path: &str) -> Option<Severity> {
        match self.part(path).0.index.config.fail_on {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}
