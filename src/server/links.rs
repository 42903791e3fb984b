//! What the rest of a project says of open documents: looked for in the background, kept, and renewed as files change.

use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::analysis::{self, Found, Linked, Main};
use crate::cli::panics;
use crate::cli::paths;
use crate::cli::project::FileSources as _;
use crate::cli::project::sources::OnDisk;
use crate::cli::scan;

use super::answer::{self, Answer, Context};
use super::projects::Project;
use super::state::State;
use super::worker::Question;

/// Bytes above which a document is answered for by itself, as a check does.
pub const LARGEST: usize = scan::LARGEST_LINKED;

/// What was found for documents, by their keys.
#[derive(Default)]
pub struct Links {
    found: Mutex<FxHashMap<String, Arc<Found>>>,
    asked: OnceLock<Mutex<Sender<String>>>,
    /// Called when an answer was corrected.
    news: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Links {
    pub fn of(&self, key: &str) -> Option<Arc<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub fn forget(&self, key: &str) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn keep(&self, key: &str, found: Found) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::new(found));
    }

    /// `told` is called whenever an answer was corrected; the first one counts.
    pub fn on_news(&self, told: impl Fn() + Send + Sync + 'static) {
        let _ = self.news.set(Box::new(told));
    }

    fn tell(&self) {
        if let Some(told) = self.news.get() {
            told();
        }
    }

    /// Looks, in the background, for what bears on a document.
    pub fn look(&self, key: &str) {
        if let Some(sender) = self.asked.get() {
            let _ = sender.lock().unwrap_or_else(PoisonError::into_inner).send(key.to_owned());
        }
    }

    /// Looks again for everything that something was found for: files came, went or changed on disk.
    pub fn look_again(&self) {
        let known: Vec<String> = {
            let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.keys().cloned().collect()
        };
        known.iter().for_each(|key| self.look(key));
    }

    /// A document changed: those on which it bears are answered for anew. `path` is as sources name it.
    pub fn changed(&self, state: &State, key: &str, context: &Context, path: &str, text: &str) {
        let known: Vec<(String, Arc<Found>)> = {
            let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            // two documents that bear on each other must not answer each other's answers for ever
            let others = found.iter().filter(|(other, found)| *other != key && found.differs(path, text));
            others.map(|(key, found)| (key.clone(), found.clone())).collect()
        };
        for (other, found) in &known {
            self.keep(other, found.renewed(&context.input(text), path));
        }
        if !known.is_empty() {
            state.ask_again(|document| known.iter().any(|(key, _)| *key == super::state::key(&document.uri)));
        }
    }
}

/// Starts the thread that looks.
///
/// # Errors
/// If it cannot be started.
pub fn start(state: &Arc<State>) -> std::io::Result<()> {
    let (sender, asked) = std::sync::mpsc::channel();
    let _ = state.links.asked.set(Mutex::new(sender));
    let state = state.clone();
    let serve = move || serve(&state, &asked);
    std::thread::Builder::new().name("links".to_owned()).spawn(serve).map(|_| ())
}

fn serve(state: &State, asked: &Receiver<String>) {
    while let Ok(first) = asked.recv() {
        let mut keys = vec![first];
        keys.extend(asked.try_iter());
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            // the person at the keyboard comes first
            let looked = panics::guard(|| scan::with_large_stack(1, || look(state, &key)));
            if let Err(why) = looked {
                eprintln!("prodguard: {key}: {why}");
            }
        }
    }
}

/// The texts of open documents, by their paths from the root.
pub fn open_texts(state: &State, project: &Project) -> Vec<(SmolStr, Arc<str>)> {
    let documents = state.documents();
    let on_disk = documents.values().filter_map(|document| Some((document.path.as_ref()?, &document.text)));
    on_disk.map(|(path, text)| (paths::relative(&project.root, path), Arc::from(text.to_string()))).collect()
}

/// What is looked for what bears on it.
pub fn main<'a>(sources: &OnDisk<'_>, context: &'a Context, text: &'a str) -> Main<'a> {
    Main {
        input: context.input(text),
        path: sources.path_of(&context.path),
        shown: context.path.clone(),
        given: Vec::new(),
        asked: false,
    }
}

fn look(state: &State, key: &str) {
    let Some((question, context, text)) = Question::of(state, key).and_then(|question| {
        let (context, text) = question.context(state)?;
        Some((question, context, text))
    }) else {
        return;
    };
    let project = state.projects.of(question.path());
    let sources = OnDisk::of(&context.project).with_open(open_texts(state, &project));
    let main = main(&sources, &context, &text);
    let linked = analysis::analyze_linked(std::slice::from_ref(&main), &sources).pop().flatten();
    // it may have been closed meanwhile
    if !state.documents().contains_key(key) {
        return;
    }
    let Some(Linked { mut analysis, found }) = linked else {
        let had_company = state.links.of(key).is_some_and(|found| !found.is_empty());
        state.links.keep(key, Found::default());
        if had_company {
            state.queue.ask(key.to_owned());
        }
        return;
    };
    state.links.keep(key, found);
    super::worker::configure(&context, &mut analysis);
    let diagnostics = answer::diagnostics(&project.root, question.uri(), &text, &analysis.findings, state.traits());
    let generation = question.generation();
    match state.take(key, Answer::new(generation, text, analysis, Some(context), diagnostics)) {
        true => state.links.tell(),
        // it was typed in meanwhile
        false => state.queue.ask(key.to_owned()),
    }
}
