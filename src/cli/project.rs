//! The seam between the command line and what the project knows: the only file here that asks the project room.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::analysis;
use crate::catalog::Catalog;
use crate::lang;
use crate::program::Language;
use crate::project::FileFacts;
use crate::project::config::{Config, Level};
use crate::project::zones::{self, Around, Zone};
use crate::rules::{REGISTRY, Severity};

use super::{Failure, complain, paths};

const CONFIG: &str = "prodguard.toml";

/// What a scan asks. Paths are relative to the root of the scan, with `/`.
pub trait Project: Sync {
    /// The words of which a file must hold at least one to be analysed.
    fn words(&self, language: Language) -> Vec<&str>;
    /// The words that make an item of a file worth lowering.
    fn item_triggers(&self, language: Language) -> &lang::Triggers;
    /// The configuration leaves the file out.
    fn is_excluded(&self, path: &str) -> bool;
    fn zone(&self, path: &str, language: Language, text: &str) -> Zone;
    fn facts(&self, path: &str, language: Language) -> FileFacts;
    /// The least severity that fails a check; `None` if none does.
    fn fail_on(&self) -> Option<Severity>;
}

/// Opens the project that holds `root`, with the configuration in `named` alone if given.
///
/// # Errors
/// If a configuration cannot be read or has mistakes, which are said: half a configuration is no gate.
pub fn open(root: &Path, named: Option<&Path>) -> Result<impl Project + use<>, Failure> {
    let folder = project_folder(root);
    let path = match named {
        Some(named) => Some(named.to_owned()),
        None => Some(folder.join(CONFIG)).filter(|path| path.is_file()),
    };
    let config = path.as_deref().map(read).transpose()?.unwrap_or_default();
    let mut catalog = Catalog::builtin().clone();
    config.extend(&mut catalog);
    let prefix = match root.strip_prefix(&folder) {
        Ok(below) if below != Path::new("") => format!("{}/", paths::slashed(below)),
        _ => String::new(),
    };
    Ok(Local {
        prefix,
        folder,
        catalog: Arc::new(catalog),
        item_triggers: Default::default(),
        production: Arc::new(config.production.clone()),
        config,
    })
}

/// The nearest folder upwards that holds a configuration, else the nearest that is a checkout, else the folder itself.
fn project_folder(root: &Path) -> PathBuf {
    let nearest = |name: &str| root.ancestors().find(|folder| folder.join(name).exists());
    let folder = match (nearest(CONFIG), nearest(".git")) {
        (Some(config), Some(checkout)) if checkout.starts_with(config) && checkout != config => {
            // another project's configuration around this checkout
            checkout
        }
        (Some(folder), _) | (None, Some(folder)) => folder,
        (None, None) => root,
    };
    folder.to_owned()
}

fn read(path: &Path) -> Result<Config, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|why| Failure(format!("{shown}: {why}")))?;
    let rules: Vec<&str> = REGISTRY.iter().map(|rule| rule.id).collect();
    let (config, problems) = Config::parse(&text, &rules);
    for problem in &problems {
        let (line, column) = (problem.line, problem.column);
        let help = problem.help.as_ref().map(|help| format!(" ({help})"));
        complain(&format!(
            "{shown}:{line}:{column}: {}{}",
            problem.message,
            help.unwrap_or_default()
        ));
    }
    match problems.is_empty() {
        true => Ok(config),
        false => Err(Failure(format!("{shown} has mistakes"))),
    }
}

/// Knows the catalogue, the configuration and the conventions of paths.
struct Local {
    folder: PathBuf,
    /// What leads from the project's folder to the root of the scan.
    prefix: String,
    config: Config,
    catalog: Arc<Catalog>,
    item_triggers: [OnceLock<lang::Triggers>; 3],
    production: Arc<Vec<SmolStr>>,
}

impl Local {
    fn within(&self, path: &str) -> SmolStr {
        SmolStr::new(format!("{}{path}", self.prefix))
    }
}

impl Project for Local {
    fn words(&self, language: Language) -> Vec<&str> {
        let environment = self.catalog.environment_words(language);
        let words = self.catalog.words(language).iter().chain(environment);
        words.map(SmolStr::as_str).collect()
    }

    fn item_triggers(&self, language: Language) -> &lang::Triggers {
        self.item_triggers[language as usize]
            .get_or_init(|| analysis::triggers(&self.catalog, language))
    }

    fn is_excluded(&self, path: &str) -> bool {
        self.config.exclude.matches(&self.within(path))
    }

    fn zone(&self, path: &str, language: Language, text: &str) -> Zone {
        let path = self.within(path);
        let around = Around {
            has: &|path| self.folder.join(path).exists(),
            production: &self.production,
            ..Around::default()
        };
        self.config
            .zone(&path)
            .or_else(|| zones::zone_of_text(language, &path, text))
            .unwrap_or_else(|| zones::zone(language, &path, &around))
    }

    fn facts(&self, path: &str, language: Language) -> FileFacts {
        let predicates = self.config.predicates.iter();
        let predicates = predicates.filter(|predicate| predicate.language == language);
        FileFacts {
            path: self.within(path),
            catalog: self.catalog.clone(),
            packages: None,
            own_names: Arc::default(),
            environments: Arc::default(),
            production_names: self.production.clone(),
            versions: Arc::default(),
            pinned: Arc::default(),
            global_usings: Arc::default(),
            defined: Arc::default(),
            predicates: Arc::new(
                predicates
                    .map(|predicate| (predicate.name.clone(), predicate.development))
                    .collect::<FxHashMap<_, _>>(),
            ),
        }
    }

    fn fail_on(&self) -> Option<Severity> {
        match self.config.fail_on {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}
