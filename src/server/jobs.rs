//! Work that handlers start and do not wait for. No handler ever waits for the client.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tower_lsp::Client;
use tower_lsp::ls_types::{ConfigurationItem, ProgressToken, Registration};

use super::document::Role;
use super::progress::{Cancels, Progress};
use super::settings::Settings;
use super::state::State;
use super::worker::Helpers;
use super::{scan, watch};

/// How long a client may take to answer; after that we go on as if it had refused.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long changes of files are gathered: a checkout changes hundreds at once.
const GATHER: Duration = Duration::from_millis(50);

/// Files that changed since they were last looked at.
#[derive(Default)]
struct Changed {
    sources: Vec<PathBuf>,
    projects: Vec<PathBuf>,
}

pub struct Jobs {
    pub client: Client,
    state: Arc<State>,
    pub helpers: Arc<Helpers>,
    pub cancels: Arc<Cancels>,
    /// Numbers the tokens of progress.
    tokens: AtomicU64,
    changed: Mutex<Changed>,
    /// A refresh that the client has not answered: more of them say nothing more.
    refreshing: AtomicBool,
}

impl Jobs {
    pub fn new(client: Client, state: Arc<State>, helpers: Helpers) -> Jobs {
        Jobs {
            client,
            state,
            helpers: Arc::new(helpers),
            cancels: Arc::default(),
            tokens: AtomicU64::new(1),
            changed: Mutex::default(),
            refreshing: AtomicBool::new(false),
        }
    }

    /// Asks the client to tell of files and settings that change, where that can be asked.
    pub fn register(self: &Arc<Self>) {
        let traits = self.state.traits();
        let mut wanted: Vec<Registration> = Vec::new();
        if traits.watches_files {
            wanted.extend(watch::registration());
        }
        if traits.registers_configuration {
            wanted.push(Registration {
                id: "prodguard-settings".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(serde_json::json!({ "section": "prodguard" })),
            });
        }
        if wanted.is_empty() {
            return;
        }
        let client = self.client.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(PATIENCE, client.register_capability(wanted)).await;
        });
    }

    /// Asks for the settings, if the client can be asked.
    pub fn read_settings(self: &Arc<Self>) {
        if !self.state.traits().configuration {
            return;
        }
        let jobs = self.clone();
        tokio::spawn(async move {
            let section = ConfigurationItem { scope_uri: None, section: Some("prodguard".to_owned()) };
            let answer = tokio::time::timeout(PATIENCE, jobs.client.configuration(vec![section])).await;
            // null says that nothing is set, and what was given at the start holds
            if let Ok(Ok(values)) = answer
                && let Some(value) = values.first().filter(|value| value.is_object())
            {
                jobs.apply_settings(Settings::read(value));
            }
        });
    }

    pub fn apply_settings(self: &Arc<Self>, settings: Settings) {
        let before = {
            let mut current = self.state.settings.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, settings.clone())
        };
        if settings.workspace_scan && !before.workspace_scan {
            self.scan();
        } else if !settings.workspace_scan && before.workspace_scan {
            scan::forget(&self.state);
            self.refresh();
        }
        if settings.code_lens != before.code_lens {
            self.refresh_lenses();
        }
    }

    /// Scans all folders in the background, with progress once the client agrees to show it.
    pub fn scan(self: &Arc<Self>) {
        let jobs = self.clone();
        tokio::spawn(async move { jobs.scan_now().await });
    }

    async fn scan_now(self: &Arc<Self>) {
        scan::stop(&self.state);
        let folders = self.state.projects.folders();
        let state = self.state.clone();
        let tell = move || {
            folders.iter().for_each(|folder| state.tell_configs(&state.projects.open(folder)));
            state.forget_configs();
            scan::forget_others(&state, &folders);
        };
        self.helpers.run(tell).await;
        if !self.state.settings().workspace_scan || self.state.projects.folders().is_empty() {
            self.refresh();
            return;
        }
        let token = format!("prodguard/scan/{}", self.tokens.fetch_add(1, Ordering::Relaxed));
        let progress = Arc::new(Progress::new(token.clone(), self.cancels.clone()));
        if self.state.traits().progress {
            let (client, shown, output) = (self.client.clone(), progress.clone(), self.state.output.clone());
            tokio::spawn(async move {
                let created = client.create_work_done_progress(ProgressToken::String(token));
                if matches!(tokio::time::timeout(PATIENCE, created).await, Ok(Ok(()))) {
                    shown.show(output);
                }
            });
        }
        if scan::start(&self.state, progress).await {
            self.refresh();
        }
    }

    /// Files changed on disk: those of `projects` bear on whole projects, which are looked through again. What comes in
    /// quick succession is done at once.
    pub fn files_changed(self: &Arc<Self>, sources: Vec<PathBuf>, projects: Vec<PathBuf>) {
        let is_first = {
            let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
            let is_first = changed.sources.is_empty() && changed.projects.is_empty();
            changed.sources.extend(sources);
            changed.projects.extend(projects);
            is_first && !(changed.sources.is_empty() && changed.projects.is_empty())
        };
        if !is_first {
            return;
        }
        let jobs = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(GATHER).await;
            let changed = std::mem::take(&mut *jobs.changed.lock().unwrap_or_else(PoisonError::into_inner));
            match changed.projects.is_empty() {
                true => jobs.rescan(changed.sources).await,
                false => jobs.reload(changed.projects).await,
            }
        });
    }

    async fn rescan(self: &Arc<Self>, mut files: Vec<PathBuf>) {
        if !self.state.settings().workspace_scan {
            // a configuration speaks whether files are scanned or not
            files.retain(|file| file.ends_with(crate::cli::project::CONFIG));
        }
        files.sort_unstable();
        files.dedup();
        let state = self.state.clone();
        self.helpers.run(move || scan::rescan(&state, &files)).await;
        self.state.links.look_again();
        self.refresh();
    }

    async fn reload(self: &Arc<Self>, changed: Vec<PathBuf>) {
        let state = self.state.clone();
        let reload = move || {
            let mut roots = state.projects.opened_roots();
            // the configuration of a project may stand above it
            roots.retain(|root| {
                let around =
                    |path: &PathBuf| path.starts_with(root) || path.parent().is_some_and(|it| root.starts_with(it));
                changed.iter().any(around)
            });
            for root in &roots {
                let project = state.projects.reload(root);
                state.tell_configs(&project);
            }
            state.ask_again(|document| document.role != Role::Other);
            state.links.look_again();
        };
        self.helpers.run(reload).await;
        self.refresh();
        self.scan_now().await;
    }

    /// Asks a client that asks for diagnostics to ask again.
    pub fn refresh(self: &Arc<Self>) {
        if !self.state.traits().pulls || !self.state.traits().refreshes_diagnostics {
            return;
        }
        if self.refreshing.swap(true, Ordering::Relaxed) {
            return;
        }
        let jobs = self.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(PATIENCE, jobs.client.workspace_diagnostic_refresh()).await;
            jobs.refreshing.store(false, Ordering::Relaxed);
        });
    }

    fn refresh_lenses(self: &Arc<Self>) {
        if self.state.traits().refreshes_lenses {
            let client = self.client.clone();
            tokio::spawn(async move {
                let _ = tokio::time::timeout(PATIENCE, client.code_lens_refresh()).await;
            });
        }
    }

    /// Ends what runs.
    pub fn stop(&self) {
        scan::stop(&self.state);
    }
}
