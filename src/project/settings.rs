//! Modules of settings of Python frameworks: which of them decide what production runs with.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

use super::Zone;
use super::files::stem;
use super::manifests::split;

/// Whether a file is a module of settings: `settings.py`, `local_settings.py`, a module of `settings/`.
pub fn is_module(path: &str) -> bool {
    let is_settings = |name: &str| name == "settings" || name.starts_with("settings_") || name.ends_with("_settings");
    let parent = split(path).0.rsplit('/').next().unwrap_or_default();
    path.ends_with(".py") && (is_settings(stem(path)) || is_settings(parent))
}

/// What a module of settings takes from others.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    pub path: SmolStr,
    /// Paths of modules without their ending, from the root for relative imports, the end of one for others.
    imports: Vec<SmolStr>,
    sets_debug: bool,
}

/// Reads the lines that say so.
pub fn read(path: &str, text: &str) -> Module {
    let folder = split(path).0;
    let import = |line: &str| {
        let rest = line.trim_start().strip_prefix("from ")?;
        let (module, names) = rest.split_once(" import ")?;
        let module = module.trim();
        let dots = module.bytes().take_while(|byte| *byte == b'.').count();
        let inside = module[dots..].replace('.', "/");
        if dots == 0 {
            return Some(SmolStr::new(inside));
        }
        let above = (1..dots).fold(folder, |folder, _| split(folder).0);
        let name = if inside.is_empty() { names.split([',', ' ']).next()?.to_owned() } else { inside };
        Some(format_smolstr!("{above}/{name}"))
    };
    let sets = |line: &str| {
        let rest = line.strip_prefix("DEBUG").map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with(':') || rest.starts_with('=') && !rest.starts_with("=="))
    };
    Module {
        path: SmolStr::new(path),
        imports: text.lines().filter_map(import).collect(),
        sets_debug: text.lines().any(sets),
    }
}

/// The modules whose `DEBUG` says nothing about production: the one that production selects sets it again.
pub fn overridden(modules: &[(Module, Zone)]) -> FxHashSet<SmolStr> {
    let mut importers: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let known: FxHashMap<&str, usize> =
        modules.iter().enumerate().map(|(index, (module, _))| (module_name(&module.path), index)).collect();
    for (index, (module, zone)) in modules.iter().enumerate() {
        if *zone != Zone::Production {
            continue;
        }
        for import in &module.imports {
            let exact = known.get(import.as_str()).copied();
            // `shop.settings.base` may stand in any folder of the repository
            let below = || {
                let name = format!("/{import}");
                known.iter().find(|(path, _)| path.ends_with(&name)).map(|(_, index)| *index)
            };
            if let Some(of) = exact.or_else(below).filter(|of| *of != index) {
                importers.entry(&modules[of].0.path).or_default().push(index);
            }
        }
    }
    let is_overridden = |path: &str| {
        let mut all: Vec<usize> = importers.get(path).cloned().unwrap_or_default();
        let mut seen: FxHashSet<usize> = all.iter().copied().collect();
        // what takes it along without setting it again is decided by those that import that
        let mut next = 0;
        while let Some(index) = all.get(next).copied() {
            next += 1;
            if !modules[index].0.sets_debug {
                let further = importers.get(modules[index].0.path.as_str()).into_iter().flatten();
                all.extend(further.copied().filter(|index| seen.insert(*index)));
            }
        }
        let leaf =
            |index: &usize| modules[*index].0.sets_debug || !importers.contains_key(modules[*index].0.path.as_str());
        let leaves: Vec<usize> = all.into_iter().filter(leaf).collect();
        let production: Vec<usize> =
            leaves.iter().copied().filter(|index| names_production(&modules[*index].0.path)).collect();
        let deciding = if production.is_empty() { leaves } else { production };
        !deciding.is_empty() && deciding.iter().all(|index| modules[*index].0.sets_debug)
    };
    let paths = modules.iter().map(|(module, _)| &module.path);
    paths.filter(|path| is_overridden(path)).cloned().collect()
}

fn module_name(path: &str) -> &str {
    path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py")).unwrap_or(path)
}

fn names_production(path: &str) -> bool {
    let words = stem(path).split(['_', '-', '.']).collect::<Vec<_>>();
    words.iter().any(|word| matches!(*word, "production" | "prod" | "prd" | "live"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_settings() {
        let table = [
            ("settings.py", true),
            ("shop/settings/__init__.py", true),
            ("config/settings/base.py", true),
            ("shop/local_settings.py", true),
            ("shop/settings.txt", false),
            ("shop/models.py", false),
            ("settings/readme.md", false),
        ];
        for (path, expected) in table {
            assert_eq!(is_module(path), expected, "{path}");
        }
    }

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let zone = |path: &str| match stem(path) {
            "local" => Zone::Development,
            _ => Zone::Production,
        };
        let modules: Vec<(Module, Zone)> = files.iter().map(|(path, text)| (read(path, text), zone(path))).collect();
        let mut found: Vec<SmolStr> = overridden(&modules).into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{files:?}");
    }

    #[test]
    fn what_production_sets_again_is_overridden() {
        let base = ("s/settings/base.py", "DEBUG = True");
        check(&[base, ("s/settings/production.py", "from .base import *\nDEBUG = False")], &["s/settings/base.py"]);
        check(&[base, ("s/settings/production.py", "from .base import *")], &[]);
        check(&[base, ("s/settings/local.py", "from .base import *\nDEBUG = True")], &[]);
        check(&[base, ("s/settings/live.py", "from s.settings.base import *\nDEBUG=0")], &["s/settings/base.py"]);
        check(&[base, ("s/settings/production.py", "from .base import *\nDEBUG == 1")], &[]);
        // the one of the two that production is named after decides
        check(
            &[
                base,
                ("s/settings/staging.py", "from .base import *\nDEBUG = False"),
                ("s/settings/production.py", "from .base import *"),
            ],
            &[],
        );
        // by way of another
        check(
            &[
                base,
                ("s/settings/cloud.py", "from .base import *"),
                ("s/settings/production.py", "from .cloud import *\nDEBUG = False"),
            ],
            &["s/settings/base.py", "s/settings/cloud.py"],
        );
        check(
            &[
                ("a/settings.py", "DEBUG = True"),
                ("a/production_settings.py", "from .settings import *\nDEBUG = False"),
            ],
            &["a/settings.py"],
        );
        // each other
        check(
            &[
                ("s/settings/a.py", "from .b import *\nDEBUG = True"),
                ("s/settings/b.py", "from .a import *\nDEBUG = True"),
            ],
            &["s/settings/a.py", "s/settings/b.py"],
        );
    }
}
