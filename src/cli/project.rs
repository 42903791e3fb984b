//! The seam between the command line and what the project knows: the only file here that asks the project room.

use std::path::Path;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::Catalog;
use crate::program::Language;
use crate::project::FileFacts;
use crate::rules::{Severity, Zone};

use super::Failure;

/// What a scan asks.
pub trait Project: Sync {
    /// The words of which a file must hold at least one to be analysed.
    fn words(&self, language: Language) -> &[SmolStr];
    /// The configuration leaves the file out. `path` is relative to the root, with `/`.
    fn is_excluded(&self, path: &str) -> bool;
    fn zone(&self, path: &str, language: Language) -> Zone;
    fn facts(&self, path: &str) -> FileFacts;
    /// The least severity that fails a check, if the configuration says.
    fn fail_on(&self) -> Option<Severity>;
}

/// Opens the project below `root`, with the configuration in `config` alone if given.
///
/// # Errors
/// If the configuration named cannot be read.
pub fn open(_root: &Path, config: Option<&Path>) -> Result<impl Project + use<>, Failure> {
    if let Some(config) = config {
        std::fs::read_to_string(config)
            .map_err(|error| Failure(format!("{}: {error}", config.display())))?;
    }
    Ok(Plain {
        catalog: Arc::new(Catalog::builtin().clone()),
    })
}

/// Knows the embedded catalogue and nothing of the files around.
struct Plain {
    catalog: Arc<Catalog>,
}

impl Project for Plain {
    fn words(&self, language: Language) -> &[SmolStr] {
        self.catalog.words(language)
    }

    fn is_excluded(&self, _path: &str) -> bool {
        false
    }

    fn zone(&self, _path: &str, _language: Language) -> Zone {
        Zone::Production
    }

    fn facts(&self, path: &str) -> FileFacts {
        FileFacts {
            path: SmolStr::new(path),
            catalog: self.catalog.clone(),
            packages: None,
            own_names: Arc::default(),
            environments: Arc::default(),
            production_names: Arc::default(),
            versions: Arc::default(),
            pinned: Arc::default(),
            global_usings: Arc::default(),
            predicates: Arc::default(),
        }
    }

    fn fail_on(&self) -> Option<Severity> {
        None
    }
}
