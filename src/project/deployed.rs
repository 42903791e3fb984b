//! What the deployment files of a project say together, and what they need to know of each other.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::program::deployment::{Deployment, Format, Ships, Started, What, says_production};

use super::files::stem;
use super::formats::format_of;
use super::manifests::split;
use super::started;

/// Collected while the project is opened.
#[derive(Debug, Default)]
pub struct Deployed {
    started: Arc<Vec<Started>>,
    /// Names of the files that images start, without their folders.
    scripts: Arc<FxHashSet<SmolStr>>,
    /// What the transformations in a folder see to.
    settled: FxHashSet<(SmolStr, What)>,
    /// Folders with a compose file for production.
    for_production: FxHashSet<SmolStr>,
}

/// What the project knows that bears on one deployment file.
#[derive(Clone, Debug, Default)]
pub struct DeploymentFacts {
    /// Packages that the manifests around the file name, of all languages; `None` where no manifest is in sight.
    pub packages: Option<Arc<FxHashSet<SmolStr>>>,
    pub has_python: bool,
    pub has_ruby: bool,
    /// Variables that deployment files set to what means production.
    pub pinned: Arc<FxHashMap<SmolStr, SmolStr>>,
    /// What is seen to when the program is published.
    pub settled: Vec<What>,
    /// A file beside this one says what production adds to it.
    pub has_production_sibling: bool,
    /// Names of the files that images start.
    pub scripts: Arc<FxHashSet<SmolStr>>,
    /// Flask is so new that it does not read FLASK_ENV.
    pub ignores_flask_env: bool,
}

impl Deployed {
    pub fn started(&self) -> &Arc<Vec<Started>> {
        &self.started
    }

    pub fn scripts(&self) -> &Arc<FxHashSet<SmolStr>> {
        &self.scripts
    }

    /// Notes a file by its path alone.
    pub fn see(&mut self, path: &str) {
        let (folder, file) = split(path);
        if says_production(file) && format_of(path) == Some(Format::Compose) {
            self.for_production.insert(folder.into());
        }
    }

    /// Takes in what a file says that ships; scripts come after the images that start them. `line` gives the 1-based line of an offset.
    pub fn take_in(&mut self, path: &str, deployment: &Deployment, line: &dyn Fn(usize) -> usize) {
        // many scripts are there for developers
        let (folder, file) = split(path);
        if format_of(path) == Some(Format::Shell) && !self.scripts.contains(file) {
            return;
        }
        Arc::make_mut(&mut self.started).extend(started::started(path, deployment, line));
        let ships = |scope: usize| deployment.scopes.get(scope).is_some_and(|scope| scope.ships == Ships::Runs);
        let processes = deployment.processes.iter().filter(|process| ships(process.scope));
        let words = processes.flat_map(|process| &process.words);
        let names = words.map(|word| word.text.rsplit('/').next().unwrap_or_default());
        let scripts = names.filter(|name| name.ends_with(".sh") || name.contains("entrypoint"));
        Arc::make_mut(&mut self.scripts).extend(scripts.map(SmolStr::new));
        if format_of(path) == Some(Format::WebTransform) {
            let folder = SmolStr::new(folder);
            self.settled.extend(deployment.settings.iter().map(|setting| (folder.clone(), setting.what)));
        }
    }

    pub fn settled(&self, path: &str) -> Vec<What> {
        let folder = SmolStr::new(split(path).0);
        let all = [What::CompilationDebug, What::CustomErrorsOff, What::EnvironmentVariable];
        all.into_iter().filter(|what| self.settled.contains(&(folder.clone(), *what))).collect()
    }

    pub fn has_production_sibling(&self, path: &str) -> bool {
        let is_base = !says_production(stem(path)) && !says_production(split(path).1);
        is_base && format_of(path) == Some(Format::Compose) && self.for_production.contains(split(path).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::deployment::{Process, Scope, When, Word};

    fn starting(command: &str, ships: Ships) -> Deployment {
        let words = command.split(' ').map(|text| Word { text: text.into(), range: 0..0 }).collect();
        let process = Process { words, range: 0..0, statement: 0..0, scope: 0, when: When::Start };
        let scopes = vec![Scope { ships, ..Scope::default() }];
        Deployment { scopes, processes: vec![process], ..Deployment::default() }
    }

    #[test]
    fn what_ships_is_started_and_scripts_only_where_an_image_names_them() {
        let mut deployed = Deployed::default();
        let mut take = |path: &str, command: &str, ships| deployed.take_in(path, &starting(command, ships), &|_| 1);
        take("Dockerfile", "python app.py", Ships::Runs);
        take("compose.yml", "python other.py", Ships::No);
        take("web/Dockerfile", "/bin/entrypoint.sh gunicorn shop:app", Ships::Runs);
        take("web/entrypoint.sh", "python task.py", Ships::Runs);
        take("start.sh", "python local.py", Ships::Runs);
        let targets: Vec<&str> = deployed.started().iter().map(|started| started.target.as_str()).collect();
        assert_eq!(targets, ["app.py", "shop", "task.py"]);
    }

    #[test]
    fn a_compose_file_of_production_makes_its_sibling_doubtful() {
        let mut deployed = Deployed::default();
        deployed.see("web/compose.prod.yml");
        assert!(deployed.has_production_sibling("web/compose.yml"));
        assert!(!deployed.has_production_sibling("web/compose.prod.yml"));
        assert!(!deployed.has_production_sibling("compose.yml"));
    }
}
