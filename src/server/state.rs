//! The state of a session, shared by the handlers and the threads that analyse.
//!
//! Handlers change documents before their first `await`, so that changes apply in the order in which they came; nothing
//! here waits for an analysis while it holds a lock.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use ropey::Rope;
use rustc_hash::FxHashMap;
use tokio::sync::watch;
use tower_lsp::ls_types::{DidChangeTextDocumentParams, TextDocumentItem, Uri};

use super::actions::ConfigText;
use super::answer::Answer;
use super::client::Traits;
use super::document::Document;
use super::lenient::Escaped;
use super::projects::{Project, Projects};
use super::settings::Settings;
use super::transport::Output;
use super::worker::Queue;

/// A session with one client.
pub struct State {
    pub output: Output,
    traits: OnceLock<Traits>,
    pub settings: RwLock<Settings>,
    documents: Mutex<FxHashMap<String, Document>>,
    pub projects: Projects,
    pub queue: Queue,
    pub links: super::links::Links,
    generation: AtomicU64,
    /// URIs that clients sent unescaped, by their escaped spelling.
    pub escaped: Escaped,
    /// Grows with every answer; who waits for one looks again.
    answered: watch::Sender<u64>,
    /// What is known of files that are not open, by the keys that they would be kept under.
    pub closed: Mutex<FxHashMap<String, Closed>>,
    pub scan: Mutex<super::scan::Scans>,
}

/// What is known of a file that is not open.
#[derive(Clone)]
pub struct Closed {
    pub uri: Uri,
    /// The folder whose scan found it.
    pub root: PathBuf,
    pub json: Arc<Vec<u8>>,
    /// A configuration: scans for sources leave it alone.
    pub is_config: bool,
}

impl State {
    pub fn new(output: Output) -> State {
        State {
            output,
            traits: OnceLock::new(),
            settings: RwLock::default(),
            documents: Mutex::default(),
            projects: Projects::default(),
            queue: Queue::default(),
            links: super::links::Links::default(),
            generation: AtomicU64::new(1),
            escaped: Escaped::default(),
            answered: watch::Sender::new(0),
            closed: Mutex::default(),
            scan: Mutex::default(),
        }
    }

    pub fn set_traits(&self, traits: Traits) {
        // a second `initialize` is refused by the framework
        let _ = self.traits.set(traits);
    }

    pub fn traits(&self) -> &Traits {
        static NONE: OnceLock<Traits> = OnceLock::new();
        self.traits.get().unwrap_or_else(|| NONE.get_or_init(Traits::default))
    }

    pub fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn documents(&self) -> MutexGuard<'_, FxHashMap<String, Document>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn next_generation(&self) -> u64 {
        self.generation.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn open(&self, item: TextDocumentItem) {
        let key = key(&item.uri);
        let document = Document::open(item, self.next_generation());
        self.documents().insert(key.clone(), document);
        self.queue.ask(key);
    }

    pub fn change(&self, params: DidChangeTextDocumentParams) {
        let key = key(&params.text_document.uri);
        let mut documents = self.documents();
        let Some(document) = documents.get_mut(&key) else {
            return;
        };
        document.apply(params.content_changes, self.traits().encoding);
        document.version = params.text_document.version;
        document.generation = self.next_generation();
        drop(documents);
        self.queue.ask(key);
    }

    pub fn close(&self, uri: &Uri) -> Option<Document> {
        let key = key(uri);
        let mut documents = self.documents();
        let closed = documents.remove(&key)?;
        if !self.traits().pulls {
            self.publish(&closed.uri, None, b"[]");
        }
        drop(documents);
        self.links.forget(&key);
        self.queue.forget(key);
        self.tell_answered();
        Some(closed)
    }

    /// Analyses documents again: something outside of their text changed.
    pub fn ask_again(&self, which: impl Fn(&Document) -> bool) {
        let mut asked = Vec::new();
        for (key, document) in self.documents().iter_mut().filter(|(_, document)| which(document)) {
            document.generation = self.next_generation();
            document.wants_all = true;
            asked.push(key.clone());
        }
        asked.into_iter().for_each(|key| self.queue.ask(key));
    }

    /// Takes an answer in, unless a newer change overtook it, and publishes it to a client that does not ask. Whether it
    /// was taken in.
    pub fn take(&self, key: &str, answer: Answer) -> bool {
        let mut documents = self.documents();
        let Some(document) = documents.get_mut(key).filter(|document| document.generation == answer.generation) else {
            return false;
        };
        let is_news =
            document.answer.as_ref().is_none_or(|old| old.generation != answer.generation || old.json != answer.json);
        let answer = Arc::new(answer);
        document.answer = Some(answer.clone());
        document.wants_all = false;
        // under the lock: what a newer change leads to comes later
        if !self.traits().pulls && is_news {
            self.publish(&document.uri, Some(document.version), &answer.json);
        }
        drop(documents);
        self.tell_answered();
        true
    }

    /// Tells what is wrong with the configurations of a project, each in its file, or that nothing is any more. Mistakes
    /// that were not told before are said aloud as well.
    pub fn tell_configs(&self, project: &Project) {
        if project.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut told = Vec::new();
        let mut known = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        for config in project.configs.iter() {
            let Some(uri) = Uri::from_file_path(&config.path) else { continue };
            let key = key(&uri);
            let before = known.get(&key).filter(|file| file.is_config).map(|file| file.json.clone());
            if config.problems.is_empty() {
                if before.is_some() {
                    known.remove(&key);
                    told.push((uri, Arc::new(b"[]".to_vec())));
                }
                continue;
            }
            let diagnostics = super::config::diagnostics(&config.text, &config.problems, self.traits());
            let json = Arc::new(serde_json::to_vec(&diagnostics).unwrap_or_default());
            if before.is_none() {
                self.say_broken(&config.path);
            }
            let root = project.root.clone();
            known.insert(key, Closed { uri: uri.clone(), root, json: json.clone(), is_config: true });
            told.push((uri, json));
        }
        drop(known);
        self.publish_closed(told);
    }

    /// Takes back what was told of configurations that decide for nothing any more.
    pub fn forget_configs(&self) {
        let deciding = self.projects.config_paths();
        let mut gone = Vec::new();
        let mut known = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|key, file| {
            let stays = !file.is_config || deciding.contains(std::path::Path::new(key));
            if !stays {
                gone.push((file.uri.clone(), Arc::new(b"[]".to_vec())));
            }
            stays
        });
        drop(known);
        self.publish_closed(gone);
    }

    /// Publishes for files that are not open; what is open speaks for itself.
    pub fn publish_closed(&self, files: Vec<(Uri, Arc<Vec<u8>>)>) {
        if self.traits().pulls {
            return;
        }
        let open = self.documents();
        for (uri, json) in files.iter().filter(|(uri, _)| !open.contains_key(&key(uri))) {
            self.publish(uri, None, json);
        }
    }

    fn say_broken(&self, path: &std::path::Path) {
        let path = path.display();
        let message = format!(
            "prodguard: {path} has mistakes, shown in the file. Until they are mended the last good configuration holds."
        );
        // 2 is a warning
        let params = serde_json::json!({ "type": 2, "message": message });
        self.output.notify("window/showMessage", params.to_string().as_bytes());
    }

    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.answered.subscribe()
    }

    pub fn tell_answered(&self) {
        self.answered.send_modify(|count| *count += 1);
    }

    /// A change left the diagnostics of a document as they were: they are published again, for its new version.
    pub fn take_quiet(&self, key: &str, generation: u64) {
        let mut documents = self.documents();
        let Some(document) = documents.get_mut(key).filter(|document| document.generation == generation) else {
            return;
        };
        document.quiet = generation;
        if document.wants_all {
            self.queue.ask(key.to_owned());
        }
        if let Some(answer) = document.answer.as_ref().filter(|_| !self.traits().pulls) {
            self.publish(&document.uri, Some(document.version), &answer.json);
        }
        drop(documents);
        self.tell_answered();
    }

    /// The answer to a document as it is now or newer, once there is one; `None` if it is not open.
    pub async fn answer(&self, uri: &Uri) -> Option<Arc<Answer>> {
        let key = key(uri);
        let asked = {
            let mut documents = self.documents();
            let document = documents.get_mut(&key)?;
            let is_new = document.answer.as_ref().is_some_and(|answer| answer.generation >= document.generation);
            document.wants_all |= !is_new;
            if !is_new && document.quiet == document.generation {
                self.queue.ask(key.clone());
            }
            document.generation
        };
        self.wait(&key, |document| document.answer.as_ref().is_some_and(|answer| answer.generation >= asked)).await
    }

    /// The answer whose diagnostics are those of a document as it is now or newer; its ranges may be older.
    pub async fn diagnostics(&self, uri: &Uri) -> Option<Arc<Answer>> {
        let key = key(uri);
        let asked = self.documents().get(&key)?.generation;
        let holds = |document: &Document| {
            let known = document.answer.as_ref().map_or(0, |answer| answer.generation.max(document.quiet));
            known >= asked
        };
        self.wait(&key, holds).await
    }

    async fn wait(&self, key: &str, is_there: impl Fn(&Document) -> bool) -> Option<Arc<Answer>> {
        let mut answered = self.answered.subscribe();
        loop {
            {
                let documents = self.documents();
                let document = documents.get(key)?;
                if is_there(document) {
                    return document.answer.clone();
                }
            }
            answered.changed().await.ok()?;
        }
    }

    /// As [`State::answer`], with the version of the text that it answers to and that text, in which positions are to be
    /// understood; `None` also if a newer change overtook it: the client asks again then.
    pub async fn answer_and_text(&self, uri: &Uri) -> Option<(Arc<Answer>, i32, Rope)> {
        let answer = self.answer(uri).await?;
        let documents = self.documents();
        let document = documents.get(&key(uri)).filter(|document| document.generation == answer.generation)?;
        Some((answer, document.version, document.text.clone()))
    }

    /// The configuration that holds for a document: in the editor, else on disk.
    pub fn config_text(&self, uri: &Uri) -> ConfigText {
        let path = super::document::path_of(uri);
        let project = self.projects.of(path.as_deref());
        let relative = path.as_deref().map(|path| crate::cli::paths::relative(&project.root, path));
        let (folder, file) = project.workspace.config_folder(relative.as_deref().unwrap_or_default());
        let config = folder.join(crate::cli::project::CONFIG);
        let open = self.documents().get(config.to_string_lossy().as_ref()).map(|it| (it.text.to_string(), it.version));
        let (text, version) = match open {
            Some((text, version)) => (Some(text), Some(version)),
            None => (std::fs::read_to_string(&config).ok(), None),
        };
        ConfigText { path: config, text, version, file }
    }

    /// Queues diagnostics for a client. The version is left out where it does not understand it.
    pub fn publish(&self, uri: &Uri, version: Option<i32>, diagnostics: &[u8]) {
        let uri = serde_json::Value::from(self.spelling(uri));
        let version = version.filter(|_| self.traits().versions);
        let version = version.map(|version| format!("\"version\":{version},")).unwrap_or_default();
        let head = format!("{{\"uri\":{uri},{version}\"diagnostics\":");
        let params = [head.as_bytes(), diagnostics, b"}"].concat();
        self.output.notify("textDocument/publishDiagnostics", &params);
    }

    /// How the client spells a URI that had to be escaped before it was understood.
    fn spelling(&self, uri: &Uri) -> String {
        let escaped = self.escaped.lock().unwrap_or_else(PoisonError::into_inner);
        escaped.get(uri.as_str()).cloned().unwrap_or_else(|| uri.as_str().to_owned())
    }
}

/// The spelling of a URI under which a document is kept: clients differ in how they escape, and change their mind.
pub fn key(uri: &Uri) -> String {
    match super::document::path_of(uri) {
        Some(path) => path.to_string_lossy().into_owned(),
        None => uri.as_str().to_owned(),
    }
}
