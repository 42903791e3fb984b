//! Folders and what is known about them. The most specific folder that holds a file decides.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cli::paths;
use crate::cli::project::{self, Workspace};
use crate::project::config::{Config, Problem};

/// A folder that was looked through.
#[derive(Clone)]
pub struct Project {
    /// Absolute; paths are relative to it.
    pub root: PathBuf,
    pub workspace: Arc<Workspace>,
    /// The configurations that were read, with their mistakes.
    pub configs: Arc<Vec<ConfigFile>>,
    /// Their mistakes were told.
    pub told: Arc<AtomicBool>,
}

/// A configuration as it stands on disk.
pub struct ConfigFile {
    pub path: PathBuf,
    pub text: String,
    pub problems: Vec<Problem>,
}

impl Project {
    fn new(root: PathBuf, workspace: Workspace, configs: Vec<ConfigFile>) -> Project {
        Project { root, workspace: Arc::new(workspace), configs: Arc::new(configs), told: Arc::default() }
    }
}

#[derive(Default)]
pub struct Projects {
    state: Mutex<State>,
    /// One folder is looked through at a time, and by one thread only.
    opening: Mutex<()>,
}

#[derive(Default)]
struct State {
    /// The client's folders, absolute.
    folders: Vec<PathBuf>,
    open: FxHashMap<PathBuf, Project>,
    /// The last configurations without mistakes, by path.
    good: FxHashMap<PathBuf, Config>,
    empty: Option<Project>,
}

impl Projects {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_folders(&self, folders: Vec<PathBuf>) {
        let mut state = self.state();
        state.folders = folders.into_iter().filter_map(|folder| paths::absolute(&folder).ok()).collect();
        state.folders.sort();
        state.folders.dedup();
        let State { folders, open, .. } = &mut *state;
        // what was opened for a file outside of all folders is opened again when it is asked for
        open.retain(|root, _| folders.contains(root));
    }

    pub fn folders(&self) -> Vec<PathBuf> {
        self.state().folders.clone()
    }

    /// The project of a file, looked through if it was not yet; `None` for text that is not on disk.
    pub fn of(&self, path: Option<&Path>) -> Project {
        let root = match path {
            Some(path) => self.root_of(path),
            None => {
                let first = self.state().folders.first().cloned();
                let Some(folder) = first else {
                    return self.empty();
                };
                folder
            }
        };
        self.open(&root)
    }

    fn empty(&self) -> Project {
        let new = || Project::new(PathBuf::from("/"), Workspace::empty(), Vec::new());
        self.state().empty.get_or_insert_with(new).clone()
    }

    /// The deepest of the client's folders that holds a file, else the project on disk around it.
    pub fn root_of(&self, path: &Path) -> PathBuf {
        let state = self.state();
        let holding = state.folders.iter().filter(|folder| path.starts_with(folder));
        if let Some(folder) = holding.max_by_key(|folder| folder.as_os_str().len()) {
            return folder.clone();
        }
        let folder = path.parent().unwrap_or(path);
        project::marked_folder(folder).unwrap_or(folder).to_owned()
    }

    /// The project of a folder.
    pub fn open(&self, root: &Path) -> Project {
        if let Some(project) = self.opened(root) {
            return project;
        }
        let _turn = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        match self.opened(root) {
            Some(project) => project,
            None => self.look_through(root),
        }
    }

    fn opened(&self, root: &Path) -> Option<Project> {
        self.state().open.get(root).cloned()
    }

    /// Looks through a folder again: something that bears on all of its files changed. Until that is done the old
    /// answers hold.
    pub fn reload(&self, root: &Path) -> Project {
        let _turn = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        self.look_through(root)
    }

    pub fn opened_roots(&self) -> Vec<PathBuf> {
        self.state().open.keys().cloned().collect()
    }

    /// The configurations that decide for anything that was looked through.
    pub fn config_paths(&self) -> FxHashSet<PathBuf> {
        let state = self.state();
        state.open.values().flat_map(|project| project.configs.iter().map(|config| config.path.clone())).collect()
    }

    fn look_through(&self, root: &Path) -> Project {
        // a file that belongs to no project may lie in somebody's home, which is not searched
        let is_asked =
            project::marked_folder(root).is_some() || self.state().folders.iter().any(|folder| folder == root);
        let roots = [if is_asked { root.to_owned() } else { root.join(project::CONFIG) }];
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let configs = Mutex::new(Vec::new());
        let read = |path: &Path| {
            // one that is no text counts as one without content
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let (config, problems) = project::parse_config(&text);
            let mut state = self.state();
            let config = if problems.is_empty() {
                state.good.insert(path.to_owned(), config.clone());
                config
            } else {
                // a broken one keeps the last good one; without that, what is right in it holds
                state.good.get(path).cloned().unwrap_or(config)
            };
            let file = ConfigFile { path: path.to_owned(), text: text.clone(), problems };
            configs.lock().unwrap_or_else(PoisonError::into_inner).push(file);
            Ok((config, text))
        };
        let opened = project::open_with(root, &roots, None, threads, &read);
        let workspace = opened.unwrap_or_else(|_| Workspace::empty());
        workspace.forget_found();
        let configs = configs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let project = Project::new(root.to_owned(), workspace, configs);
        self.state().open.insert(root.to_owned(), project.clone());
        project
    }
}
