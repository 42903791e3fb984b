//! What the manifests around a folder say together.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::index::ancestors;
use super::manifests::{Manifest, Version};
use crate::program::Language;

/// The manifests that hold for the files of one folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Bundle {
    pub packages: Arc<FxHashSet<SmolStr>>,
    pub versions: Arc<FxHashMap<SmolStr, Version>>,
    pub usings: Arc<Vec<SmolStr>>,
    pub defined: Arc<FxHashSet<SmolStr>>,
    /// Packages built from this very folder.
    pub builds: Vec<SmolStr>,
    pub test_project: bool,
    pub project: bool,
    pub open: bool,
}

/// A bundle for every folder with a manifest of a language.
///
/// Ruby and Python: the manifests of the folder and of those above it, as an engine runs with the gems of the application
/// around it. C#: the projects of the folder with what they refer to, because references carry packages along, and the files
/// that projects share from the folders above.
pub(super) fn bundles(manifests: Vec<(Language, SmolStr, Manifest)>) -> FxHashMap<(Language, SmolStr), Bundle> {
    let mut by_path: FxHashMap<&str, usize> = FxHashMap::default();
    let mut by_folder: FxHashMap<(Language, &str), Vec<usize>> = FxHashMap::default();
    for (index, (language, path, manifest)) in manifests.iter().enumerate() {
        by_path.insert(path, index);
        by_folder.entry((*language, manifest.folder.as_str())).or_default().push(index);
    }
    let mut bundles = FxHashMap::default();
    for (&(language, folder), own) in &by_folder {
        let mut around: Vec<usize> = Vec::new();
        for above in ancestors(folder) {
            let here = by_folder.get(&(language, above)).into_iter().flatten().copied();
            let shared =
                |index: &usize| language != Language::CSharp || above == folder || !manifests[*index].2.project;
            around.extend(here.filter(shared));
        }
        let mut seen: FxHashSet<usize> = around.iter().copied().collect();
        let mut next = 0;
        while next < around.len() {
            for included in &manifests[around[next]].2.includes {
                if let Some(&index) = by_path.get(included.as_str())
                    && seen.insert(index)
                {
                    around.push(index);
                }
            }
            next += 1;
        }
        let all: Vec<&Manifest> = around.iter().map(|index| &manifests[*index].2).collect();
        let own: Vec<&Manifest> = own.iter().map(|index| &manifests[*index].2).collect();
        bundles.insert((language, SmolStr::new(folder)), merge(folder, &own, &all));
    }
    bundles
}

/// `all` stands from the nearest to the farthest.
fn merge(folder: &str, own: &[&Manifest], all: &[&Manifest]) -> Bundle {
    let mut packages = FxHashSet::default();
    let mut versions: FxHashMap<SmolStr, Version> = FxHashMap::default();
    let mut usings: Vec<SmolStr> = Vec::new();
    let mut defined = FxHashSet::default();
    for manifest in all {
        packages.extend(manifest.packages.iter().cloned());
        // what a referenced project imports and defines is its own; what is shared from above holds here
        let holds = manifest.folder == folder || !manifest.project;
        if holds {
            let new: Vec<SmolStr> =
                manifest.dotnet.usings.iter().filter(|using| !usings.contains(using)).cloned().collect();
            usings.extend(new);
            defined.extend(manifest.dotnet.defined.iter().cloned());
        }
    }
    for locked in [true, false] {
        for manifest in all.iter().filter(|manifest| manifest.locked == locked) {
            for (name, version) in &manifest.versions {
                versions.entry(name.clone()).or_insert(*version);
            }
        }
    }
    let projects = || own.iter().filter(|manifest| manifest.project);
    Bundle {
        packages: Arc::new(packages),
        versions: Arc::new(versions),
        usings: Arc::new(usings),
        defined: Arc::new(defined),
        builds: own.iter().filter_map(|manifest| manifest.builds.clone()).collect(),
        test_project: projects().count() > 0 && projects().all(|manifest| manifest.dotnet.test_project),
        project: projects().count() > 0,
        // a lock file has everything
        open: all.iter().any(|manifest| manifest.open) && !all.iter().any(|manifest| manifest.locked),
    }
}
