//! What a project is: configuration, zones, manifests, deployment, and the index of them all.

mod bundle;
pub mod config;
pub mod data;
pub mod definitions;
pub mod deployed;
pub mod deployment;
pub mod files;
pub mod formats;
pub mod index;
pub mod manifests;
pub mod settings;
pub mod similar;
pub mod started;
pub mod starts;
pub mod zones;

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::catalog::Catalog;
use crate::program::deployment::Started;

pub use config::{Config, Problem};
pub use deployed::DeploymentFacts;
pub use index::Index;
pub use zones::Zone;

/// Custom guard predicates: qualified name → true if a true result means "not production".
pub type Predicates = rustc_hash::FxHashMap<SmolStr, bool>;

/// What the project knows that bears on one file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// Path relative to the root, with `/`.
    pub path: SmolStr,
    /// The catalogue with the configuration's additions.
    pub catalog: Arc<Catalog>,
    /// Packages named by the manifests around the file, lower case; `None` where no manifest is in sight.
    pub packages: Option<Arc<FxHashSet<SmolStr>>>,
    /// Root names that the project itself defines (`class Faker`), so that they are not the library's.
    pub own_names: Arc<FxHashSet<SmolStr>>,
    /// Rails: names of `config/environments/*.rb`; empty if unknown. Also names of production from the configuration.
    pub environments: Arc<Vec<SmolStr>>,
    /// Names that the configuration adds as production.
    pub production_names: Arc<Vec<SmolStr>>,
    /// Versions of frameworks, by package (`rails` → (7, 1)), where a lock file or requirement tells.
    pub versions: Arc<rustc_hash::FxHashMap<SmolStr, (u32, u32)>>,
    /// Environment variables that a file of the project (Dockerfile, compose, .env) sets for production, with their values.
    pub pinned: Arc<rustc_hash::FxHashMap<SmolStr, SmolStr>>,
    /// The programs of Python that deployment files start in production.
    pub started: Arc<Vec<Started>>,
    /// C#: namespaces imported for every file (`global using`, `<Using Include>`, implicit usings).
    pub global_usings: Arc<Vec<SmolStr>>,
    /// C#: preprocessor symbols that the project defines in every build configuration or in Release, so that they hold in
    /// production too.
    pub defined: Arc<FxHashSet<SmolStr>>,
    pub predicates: Arc<Predicates>,
    /// The condition that the configuration wants guards to be written with.
    pub guard: Option<SmolStr>,
    /// Python: a module of settings, the `DEBUG` of which the one that production selects sets again.
    pub is_overridden: bool,
}

impl Default for FileFacts {
    /// Of a file about which nothing is known.
    fn default() -> Self {
        FileFacts {
            path: SmolStr::default(),
            catalog: Arc::new(Catalog::builtin().clone()),
            packages: None,
            own_names: Arc::default(),
            environments: Arc::default(),
            production_names: Arc::default(),
            versions: Arc::default(),
            pinned: Arc::default(),
            started: Arc::default(),
            global_usings: Arc::default(),
            defined: Arc::default(),
            predicates: Arc::default(),
            guard: None,
            is_overridden: false,
        }
    }
}
