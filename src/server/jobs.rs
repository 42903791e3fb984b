//! Work that handlers start and do not wait for. No handler ever waits for the client.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tower_lsp::Client;
use tower_lsp::ls_types::{ConfigurationItem, MessageType, ProgressToken, Registration};

use super::document::Role;
use super::progress::{Cancels, Progress};
use super::settings::Settings;
use super::state::State;
use super::worker::Helpers;
use super::{scan, watch};

/// How long a client may take to answer; after that we go on as if it had refused.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Jobs {
    pub client: Client,
    state: Arc<State>,
    pub helpers: Arc<Helpers>,
    pub cancels: Arc<Cancels>,
    /// Numbers the tokens of progress.
    tokens: AtomicU64,
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

    /// Scans all folders in the background, with progress if the client agrees to show it.
    pub fn scan(self: &Arc<Self>) {
        let folders = self.state.projects.folders();
        if folders.is_empty() {
            return;
        }
        let jobs = self.clone();
        let token = format!("prodguard/scan/{}", self.tokens.fetch_add(1, Ordering::Relaxed));
        tokio::spawn(async move {
            jobs.tell_configs(folders).await;
            if !jobs.state.settings().workspace_scan {
                return;
            }
            let shown = jobs.state.traits().progress && {
                let created = jobs.client.create_work_done_progress(ProgressToken::String(token.clone()));
                matches!(tokio::time::timeout(PATIENCE, created).await, Ok(Ok(())))
            };
            let output = shown.then(|| jobs.state.output.clone());
            let progress = Progress::new(output, token, jobs.cancels.clone());
            if scan::start(&jobs.state, progress).await {
                jobs.refresh();
            }
        });
    }

    /// Opens the projects of folders and says what is wrong with their configurations.
    async fn tell_configs(self: &Arc<Self>, folders: Vec<PathBuf>) {
        let state = self.state.clone();
        let tell = move || {
            let broken = folders.iter().map(|folder| state.projects.open(folder)).filter(|it| state.tell_config(it));
            broken
                .flat_map(|project| project.broken.iter().map(|it| it.path.clone()).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        };
        for path in self.helpers.run(tell).await.unwrap_or_default() {
            let path = path.display();
            let message = format!(
                "prodguard: {path} has mistakes, shown in the file. Until they are mended the last good configuration holds."
            );
            self.client.show_message(MessageType::WARNING, message).await;
        }
    }

    /// Looks at files on disk again.
    pub fn rescan(self: &Arc<Self>, files: Vec<PathBuf>) {
        if files.is_empty() || !self.state.settings().workspace_scan {
            return;
        }
        let jobs = self.clone();
        tokio::spawn(async move {
            let state = jobs.state.clone();
            jobs.helpers.run(move || scan::rescan(&state, &files)).await;
            jobs.refresh();
        });
    }

    /// Something that bears on whole projects changed: they are looked through again, then their files.
    pub fn reload(self: &Arc<Self>, changed: Vec<PathBuf>) {
        let jobs = self.clone();
        tokio::spawn(async move {
            let state = jobs.state.clone();
            let reload = move || {
                let mut roots = state.projects.opened_roots();
                // the configuration of a project may stand above it
                roots.retain(|root| {
                    let around =
                        |path: &PathBuf| path.starts_with(root) || path.parent().is_some_and(|it| root.starts_with(it));
                    changed.iter().any(around)
                });
                for root in &roots {
                    state.projects.reload(root);
                }
                state.ask_again(|document| document.role != Role::Other);
                roots
            };
            let roots = jobs.helpers.run(reload).await.unwrap_or_default();
            jobs.tell_configs(roots).await;
            jobs.refresh();
            jobs.scan();
        });
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
