//! What a whole root knows: manifests, environments, deployment, own names. Built once from the list of its files; hands out
//! the zone and the facts of each.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::bundle::{self, Bundle};
use super::config::Config;
use super::definitions::{self, Definitions, OwnName, RootNames};
use super::deployed::{Deployed, DeploymentFacts};
use super::deployment;
use super::formats;
use super::manifests::{self, split};
use super::settings;
use super::zones::{self, Around, Zone};
use super::{FileFacts, Predicates};
use crate::catalog::Catalog;
use crate::program::Language;
use crate::program::deployment::Deployment;

/// A folder relative to the root, without a slash at the end; the root itself is empty.
type Folder = SmolStr;

pub struct Index {
    pub config: Arc<Config>,
    catalog: Arc<Catalog>,
    roots: RootNames,
    paths: FxHashSet<SmolStr>,
    bundles: FxHashMap<(Language, Folder), Bundle>,
    /// By the folder above `config/environments`.
    environments: FxHashMap<Folder, Arc<Vec<SmolStr>>>,
    /// By the folder that a deployment file speaks for.
    pinned: FxHashMap<Folder, Arc<FxHashMap<SmolStr, SmolStr>>>,
    deployed: Deployed,
    /// `db` folders whose `seeds.rb` picks files by the environment's name.
    seeds_by_environment: FxHashSet<Folder>,
    /// Python: modules of settings, until all are known.
    settings: Vec<settings::Module>,
    /// Python: modules of settings that those which production selects override.
    overridden: FxHashSet<SmolStr>,
    /// C#: folders with a file that lists the projects built together.
    solutions: FxHashSet<Folder>,
    own_names: FxHashMap<(Language, Folder), Arc<FxHashSet<SmolStr>>>,
    global_usings: FxHashMap<Folder, Arc<Vec<SmolStr>>>,
    production: Arc<Vec<SmolStr>>,
    predicates: [Arc<Predicates>; 3],
}

impl Index {
    /// Reads the manifests and deployment files among `paths` (relative to the root, with `/`) through `read`, which gives
    /// `None` for what cannot be read. Source files are read only where their name says that they hold global usings or
    /// seeds; everything else comes through [`Index::merge`].
    pub fn build<P: AsRef<str>>(paths: &[P], config: Arc<Config>, read: &dyn Fn(&str) -> Option<String>) -> Index {
        let mut catalog = Catalog::builtin().clone();
        config.extend(&mut catalog);
        let paths: FxHashSet<SmolStr> = paths.iter().map(|path| SmolStr::new(path.as_ref())).collect();
        let mut ordered: Vec<&SmolStr> = paths.iter().collect();
        ordered.sort_unstable();
        let of_project = |path: &&&SmolStr| {
            let dirs = split(path).0;
            !dirs.split('/').any(|dir| matches!(dir, "node_modules" | "vendor" | ".venv" | "site-packages"))
        };
        let mut manifests = Vec::new();
        for path in ordered.iter().filter(of_project) {
            if let Some(language) = manifests::language_of(path)
                && let Some(manifest) = read(path).and_then(|text| manifests::read(path, &text))
            {
                manifests.push((language, (*path).clone(), manifest));
            }
        }
        let mut index = Index {
            roots: RootNames::of(&catalog),
            catalog: Arc::new(catalog),
            bundles: bundle::bundles(manifests),
            environments: FxHashMap::default(),
            pinned: FxHashMap::default(),
            deployed: Deployed::default(),
            seeds_by_environment: FxHashSet::default(),
            settings: Vec::new(),
            overridden: FxHashSet::default(),
            solutions: FxHashSet::default(),
            own_names: FxHashMap::default(),
            global_usings: FxHashMap::default(),
            production: Arc::new(config.production.clone()),
            predicates: Language::ALL.map(|language| Arc::new(predicates(&config, language))),
            paths: FxHashSet::default(),
            config,
        };
        for path in ordered.iter().filter(of_project) {
            index.take_in(path, read);
        }
        index.paths = paths;
        let modules: Vec<_> = std::mem::take(&mut index.settings)
            .into_iter()
            .map(|module| (index.zone(Language::Python, &module.path), module))
            .map(|(zone, module)| (module, zone))
            .collect();
        index.overridden = settings::overridden(&modules);
        index
    }

    fn take_in(&mut self, path: &str, read: &dyn Fn(&str) -> Option<String>) {
        let (folder, file) = split(path);
        if let Some(name) = file.strip_suffix(".rb")
            && let Some(above) = folder.strip_suffix("config/environments")
            && (above.is_empty() || above.ends_with('/'))
        {
            let above = SmolStr::new(above.trim_end_matches('/'));
            Arc::make_mut(self.environments.entry(above).or_default()).push(SmolStr::new(name));
        }
        if file.ends_with(".sln") || file.ends_with(".slnx") {
            self.solutions.insert(SmolStr::new(folder));
        }
        self.deployed.see(path);
        if deployment::is_deployment_file(path)
            && let Some(text) = read(path)
        {
            let scope = self.deployed(folder);
            let pinned = Arc::make_mut(self.pinned.entry(scope).or_default());
            let variables = deployment::variables(&text).into_iter();
            let variables = variables.filter(|(_, value)| deployment::means_production(value, &self.config.production));
            pinned.extend(variables);
        }
        if file == "seeds.rb"
            && (folder == "db" || folder.ends_with("/db"))
            && read(path).is_some_and(|text| text.contains("#{Rails.env"))
        {
            self.seeds_by_environment.insert(SmolStr::new(folder));
        }
        if settings::is_module(path)
            && let Some(text) = read(path)
        {
            self.settings.push(settings::read(path, &text));
        }
        let python = self.project(Language::Python, path).unwrap_or_default();
        if let Some(own) = definitions::module(path, &python, &self.roots) {
            self.add_own_names(Language::Python, path, &[own]);
        }
        let imports = file.to_ascii_lowercase();
        if imports.ends_with(".cs") && (imports.contains("using") || imports.contains("import")) {
            let text = read(path).unwrap_or_default();
            let found = definitions::definitions(Language::CSharp, &text, &self.roots);
            self.merge(Language::CSharp, path, found);
        }
    }

    /// What one file says that holds beyond it; pure, to be called for many files at once.
    pub fn definitions(&self, language: Language, text: &str) -> Definitions {
        definitions::definitions(language, text, &self.roots)
    }

    /// Takes in what [`Index::definitions`] found in the file at `path`. Saying it twice changes nothing.
    pub fn merge(&mut self, language: Language, path: &str, found: Definitions) {
        self.add_own_names(language, path, &found.own_names);
        if !found.global_usings.is_empty() {
            let project = self.project(language, path).unwrap_or_default();
            let known = Arc::make_mut(self.global_usings.entry(project).or_default());
            for using in found.global_usings {
                if !known.contains(&using) {
                    known.push(using);
                }
            }
        }
    }

    fn add_own_names(&mut self, language: Language, path: &str, found: &[OwnName]) {
        let names: Vec<SmolStr> = found
            .iter()
            .filter(|own| !own.weak || !self.has_library_of(language, path, &own.name))
            .map(|own| own.name.clone())
            .collect();
        if !names.is_empty() {
            let project = self.project(language, path).unwrap_or_default();
            let own = self.own_names.entry((language, project)).or_default();
            Arc::make_mut(own).extend(names);
        }
    }

    /// Whether the manifests around a path name a package whose library has this root name.
    fn has_library_of(&self, language: Language, path: &str, name: &str) -> bool {
        let Some(bundle) = self.bundle(language, path) else {
            return false;
        };
        let libraries = self.roots.libraries(language, name).iter();
        let mut libraries = libraries.filter_map(|key| self.catalog.library(language, key));
        libraries.any(|library| {
            let mut packages = library.packages.iter();
            packages.any(|package| bundle.packages.contains(package))
        })
    }

    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Whether the configuration leaves a path out.
    pub fn excludes(&self, path: &str) -> bool {
        self.config.exclude.matches(path)
    }

    /// The zone of a source file whose text is at hand: the configuration's, or else the one that the text tells, or else
    /// the one of its place.
    pub fn zone_of(&self, language: Language, path: &str, text: &str) -> Zone {
        self.config
            .zone(path)
            .or_else(|| zones::zone_of_text(language, path, text))
            .unwrap_or_else(|| self.zone(language, path))
    }

    /// The zone of a source file by the configuration or its place alone.
    pub fn zone(&self, language: Language, path: &str) -> Zone {
        if let Some(zone) = self.config.zone(path) {
            return zone;
        }
        let project = self.project(language, path);
        let bundle = self.bundle(language, path);
        let own = project.as_ref().and_then(|folder| self.bundles.get(&(language, folder.clone())));
        let around = Around {
            project: project.as_deref(),
            has: &|path| self.paths.contains(path),
            packages: bundle.map(|bundle| bundle.packages.as_ref()),
            test_project: own.is_some_and(|own| own.test_project),
            fake_data_library: own.is_some_and(|own| self.builds_fake_data(language, own)),
            seeds_by_environment: ancestors(split(path).0).any(|folder| self.seeds_by_environment.contains(folder)),
            production: &self.config.production,
        };
        zones::zone(language, path, &around)
    }

    fn builds_fake_data(&self, language: Language, bundle: &Bundle) -> bool {
        let mut libraries = self.catalog.libraries.iter().filter(|library| library.language == language);
        libraries.any(|library| library.packages.iter().any(|package| bundle.builds.contains(package)))
    }

    /// What the project knows that bears on a source file.
    pub fn facts(&self, language: Language, path: &str) -> FileFacts {
        let folder = split(path).0;
        let project = self.project(language, path).unwrap_or_default();
        let bundle = self.bundle(language, path);
        let own_names = self.own_names.get(&(language, project.clone()));
        let environments = ancestors(folder).find_map(|folder| self.environments.get(folder));
        let pinned = ancestors(folder).find_map(|folder| self.pinned.get(folder));
        let usings = self.global_usings.get(&project).filter(|_| language == Language::CSharp);
        FileFacts {
            path: SmolStr::new(path),
            catalog: self.catalog.clone(),
            packages: bundle.filter(|bundle| !bundle.open).map(|bundle| bundle.packages.clone()),
            own_names: own_names.cloned().unwrap_or_default(),
            environments: self.environments_with(environments),
            production_names: self.production.clone(),
            versions: bundle.map(|bundle| bundle.versions.clone()).unwrap_or_default(),
            pinned: pinned.cloned().unwrap_or_default(),
            started: self.deployed.started().clone(),
            global_usings: match (bundle, usings) {
                (Some(bundle), None) => bundle.usings.clone(),
                (None, Some(usings)) => usings.clone(),
                (Some(bundle), Some(usings)) => Arc::new(bundle.usings.iter().chain(usings.iter()).cloned().collect()),
                (None, None) => Arc::default(),
            },
            defined: bundle.map(|bundle| bundle.defined.clone()).unwrap_or_default(),
            predicates: self.predicates[language as usize].clone(),
            guard: self.config.guards[language as usize].clone(),
            is_overridden: self.overridden.contains(path),
        }
    }

    /// Takes in what the deployment file at `path` says, if it is one of production; scripts come after the images that start them.
    /// `line` gives the 1-based line of an offset.
    pub fn merge_deployment(&mut self, path: &str, deployment: &Deployment, line: &dyn Fn(usize) -> usize) {
        if !self.deployment_zone(path).is_silent() {
            self.deployed.take_in(path, deployment, line);
        }
    }

    /// The zone of a deployment file: the configuration's, or else the one of its name and folders.
    pub fn deployment_zone(&self, path: &str) -> Zone {
        self.config.zone(path).unwrap_or_else(|| formats::zone_of(path))
    }

    /// What the project knows that bears on a deployment file.
    pub fn deployment_facts(&self, path: &str) -> DeploymentFacts {
        let folder = split(path).0;
        let bundle_in = |language: Language, folder: &str| self.bundles.get(&(language, SmolStr::new(folder)));
        let near = |language: Language| ancestors(folder).find_map(|folder| bundle_in(language, folder));
        let of = |language: Language| {
            let only = || self.bundles.iter().find(|((of, _), _)| *of == language).map(|(_, bundle)| bundle);
            // files for the whole of a repository stand beside its projects as well
            near(language)
                .or_else(|| (!Language::ALL.into_iter().any(|other| near(other).is_some())).then(only).flatten())
        };
        let bundles: Vec<&Bundle> = Language::ALL.into_iter().filter_map(of).collect();
        let is_closed = !bundles.is_empty() && bundles.iter().all(|bundle| !bundle.open);
        let all = || bundles.iter().flat_map(|bundle| bundle.packages.iter().cloned()).collect();
        let flask = of(Language::Python).and_then(|bundle| bundle.versions.get("flask"));
        DeploymentFacts {
            packages: is_closed.then(|| Arc::new(all())),
            has_python: of(Language::Python).is_some(),
            has_ruby: of(Language::Ruby).is_some(),
            pinned: ancestors(folder).find_map(|folder| self.pinned.get(folder)).cloned().unwrap_or_default(),
            settled: self.deployed.settled(path),
            has_production_sibling: self.deployed.has_production_sibling(path),
            scripts: self.deployed.scripts().clone(),
            ignores_flask_env: flask.is_some_and(|version| *version >= (2, 3)),
        }
    }

    /// The environments that exist, if that is known: those with a file, and those that the configuration names.
    fn environments_with(&self, files: Option<&Arc<Vec<SmolStr>>>) -> Arc<Vec<SmolStr>> {
        let named = &self.config.environments;
        let production = &self.config.production;
        if named.is_empty() && production.is_empty() {
            return files.cloned().unwrap_or_default();
        }
        let mut all: Vec<SmolStr> = match files {
            Some(files) => files.to_vec(),
            // the configuration adds names to the usual ones
            None if named.is_empty() => return Arc::default(),
            None => ["production", "development", "test"].map(SmolStr::new_static).to_vec(),
        };
        all.extend(named.iter().chain(production).cloned());
        Arc::new(all)
    }

    /// Whether two files may know each other: code of one project, or of projects that are built together.
    pub fn belong_together(&self, language: Language, one: &str, other: &str) -> bool {
        let within = |inner: &str, outer: &str| {
            inner == outer || outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
        };
        match language {
            // an import says which file it means
            Language::Python => true,
            Language::Ruby => match (self.project(language, one), self.project(language, other)) {
                (Some(one), Some(other)) => within(&one, &other) || within(&other, &one),
                (None, None) => true,
                _ => false,
            },
            Language::CSharp => {
                let solution = |path: &str| {
                    ancestors(split(path).0).find(|folder| self.solutions.contains(*folder)).map(SmolStr::new)
                };
                solution(one) == solution(other)
            }
        }
    }

    /// The folder of the nearest project of a language.
    fn project(&self, language: Language, path: &str) -> Option<Folder> {
        let mut folders = ancestors(split(path).0);
        let is_project = |folder: &&str| {
            let bundle = self.bundles.get(&(language, SmolStr::new(folder)));
            bundle.is_some_and(|bundle| bundle.project)
        };
        folders.find(is_project).map(SmolStr::new)
    }

    fn bundle(&self, language: Language, path: &str) -> Option<&Bundle> {
        let project = self.project(language, path)?;
        self.bundles.get(&(language, project))
    }

    /// The folder that a deployment file in `folder` speaks for: that of the nearest project of any language.
    fn deployed(&self, folder: &str) -> Folder {
        let is_project = |folder: &&str| {
            Language::ALL.iter().any(|language| self.bundles.contains_key(&(*language, SmolStr::new(folder))))
        };
        ancestors(folder).find(is_project).map(SmolStr::new).unwrap_or_default()
    }
}

/// A folder and those above it, down to the root.
pub(super) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let folder = next?;
        next = match folder {
            "" => None,
            _ => Some(split(folder).0),
        };
        Some(folder)
    })
}

fn predicates(config: &Config, language: Language) -> Predicates {
    let of = config.predicates.iter().filter(|predicate| predicate.language == language);
    of.map(|predicate| (predicate.name.clone(), predicate.development)).collect()
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
