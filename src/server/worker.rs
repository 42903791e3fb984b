//! The threads that analyse. One serves documents, the last changed first and each only in its newest text; others serve
//! requests, so that a slow question delays no diagnostics.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use ropey::Rope;
use tokio::sync::oneshot;

use crate::analysis::{self, DeploymentInput, FileAnalysis, Input};
use crate::cli::panics;
use crate::cli::paths;
use crate::cli::project::{Project as _, parse_config};
use crate::cli::scan::LARGEST_PARSED;
use crate::lang::LiveTree;
use crate::project::files::{self, Kind};
use crate::project::formats;

use super::answer::{self, Answer, Context};
use super::document::Role;
use super::links;
use super::projects::Project;
use super::state::State;

/// Bytes of stack: deeply nested code must not overflow it. Only pages that are touched cost memory.
const STACK: usize = 256 * 1024 * 1024;
/// Threads that answer requests.
const HELPERS: usize = 2;
/// Without a change for so long, the tree of a document is made afresh.
const IDLE: Duration = Duration::from_millis(300);
/// Trees that are kept; each takes about 30 times its text.
const TREES: usize = 8;

/// Documents that want an answer.
#[derive(Default)]
pub struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// The last changed is at the end.
    documents: Vec<String>,
    closed: Vec<String>,
    ended: bool,
}

enum Work {
    Document(String),
    Closed(Vec<String>),
    Idle,
    End,
}

impl Queue {
    pub fn ask(&self, key: String) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.documents.retain(|other| *other != key);
        waiting.documents.push(key);
        self.changed.notify_one();
    }

    pub fn forget(&self, key: String) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.documents.retain(|other| *other != key);
        waiting.closed.push(key);
        self.changed.notify_one();
    }

    pub fn end(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
        self.changed.notify_all();
    }

    fn next(&self, idle: Option<Duration>) -> Work {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if waiting.ended {
                return Work::End;
            }
            // first, so that what is opened again begins with a tree of its own
            if !waiting.closed.is_empty() {
                return Work::Closed(std::mem::take(&mut waiting.closed));
            }
            if let Some(key) = waiting.documents.pop() {
                return Work::Document(key);
            }
            match idle {
                None => waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(idle) => {
                    let result = self.changed.wait_timeout(waiting, idle).unwrap_or_else(PoisonError::into_inner);
                    waiting = result.0;
                    let nothing_new = waiting.documents.is_empty() && waiting.closed.is_empty() && !waiting.ended;
                    if result.1.timed_out() && nothing_new {
                        return Work::Idle;
                    }
                }
            }
        }
    }
}

/// Starts the thread that serves documents.
///
/// # Errors
/// If it cannot be started.
pub fn start(state: Arc<State>) -> io::Result<()> {
    let serve = move || Worker { state, trees: VecDeque::new(), drifting: Vec::new() }.run();
    std::thread::Builder::new().name("documents".to_owned()).stack_size(STACK).spawn(serve).map(|_| ())
}

/// A tree and its document.
struct Tree {
    key: String,
    live: LiveTree,
}

struct Worker {
    state: Arc<State>,
    /// The last used is at the end.
    trees: VecDeque<Tree>,
    /// Documents whose answer comes from an incremental tree.
    drifting: Vec<String>,
}

impl Worker {
    fn run(&mut self) {
        loop {
            let idle = (!self.drifting.is_empty()).then_some(IDLE);
            match self.state.queue.next(idle) {
                Work::Document(key) => self.serve(&key, false),
                Work::Closed(keys) => {
                    self.trees.retain(|tree| !keys.contains(&tree.key));
                    self.drifting.retain(|key| !keys.contains(key));
                }
                Work::Idle => {
                    if let Some(key) = self.drifting.pop() {
                        self.serve(&key, true);
                    }
                    if self.drifting.is_empty() {
                        crate::syntax::memory::give_back();
                    }
                }
                Work::End => return,
            }
        }
    }

    fn serve(&mut self, key: &str, fresh: bool) {
        let Some(question) = Question::of(&self.state, key) else {
            return;
        };
        let mut live = self.tree(key);
        if fresh {
            live.forget();
        } else if let Some(triggers) = question.quiet.as_ref().map(Context::triggers)
            && live.follows_quietly(&question.text, triggers)
        {
            self.keep(key, live);
            self.drifting.retain(|other| other != key);
            self.drifting.push(key.to_owned());
            self.state.take_quiet(key, question.generation);
            return;
        }
        let answer = panics::guard(|| question.answer(&self.state, &mut live));
        let is_incremental = live.is_incremental;
        self.drifting.retain(|other| other != key);
        match answer {
            Ok(answer) => {
                let is_open =
                    answer.analysis.is_open && answer.context.is_some() && answer.text.len() <= links::LARGEST;
                self.state.take(key, answer);
                // only now, so that what is found corrects this answer and not the other way round
                if is_open && question.path.is_some() && self.state.links.of(key).is_none() {
                    self.state.links.look(key);
                }
                if is_incremental {
                    self.drifting.push(key.to_owned());
                }
                self.keep(key, live);
            }
            Err(why) => {
                eprintln!("prodguard: {key}: {why}");
                self.state.take(key, question.nothing());
            }
        }
    }

    fn tree(&mut self, key: &str) -> LiveTree {
        let at = self.trees.iter().position(|tree| tree.key == key);
        at.and_then(|at| self.trees.remove(at)).map(|tree| tree.live).unwrap_or_default()
    }

    fn keep(&mut self, key: &str, live: LiveTree) {
        self.trees.push_back(Tree { key: key.to_owned(), live });
        if self.trees.len() > TREES {
            self.trees.pop_front();
        }
    }
}

/// A document as it is now.
pub struct Question {
    uri: tower_lsp::ls_types::Uri,
    path: Option<std::path::PathBuf>,
    role: Role,
    text: Rope,
    generation: u64,
    /// What the last answer was made with, if only the text changed since and nobody waits for all of a new one.
    quiet: Option<Context>,
}

impl Question {
    pub fn of(state: &State, key: &str) -> Option<Question> {
        let documents = state.documents();
        let document = documents.get(key)?;
        Some(Question {
            uri: document.uri.clone(),
            path: document.path.clone(),
            role: document.role,
            text: document.text.clone(),
            generation: document.generation,
            quiet: document.answer.as_ref().filter(|_| !document.wants_all).and_then(|answer| answer.context.clone()),
        })
    }

    fn nothing(&self) -> Answer {
        Answer::new(self.generation, Arc::from(""), FileAnalysis::default(), None, Vec::new())
    }

    fn answer(&self, state: &State, live: &mut LiveTree) -> Answer {
        let text: Arc<str> = self.text.to_string().into();
        match self.role {
            Role::Code(kind) if text.len() <= LARGEST_PARSED => self.code(state, kind, text, live),
            Role::Config => {
                let (_, problems) = parse_config(&text);
                let diagnostics = super::config::diagnostics(&text, &problems, state.traits());
                Answer::new(self.generation, text, FileAnalysis::default(), None, diagnostics)
            }
            Role::Deployment if text.len() <= LARGEST_PARSED => {
                self.deployment(state, text).unwrap_or_else(|| self.nothing())
            }
            Role::Code(_) | Role::Deployment | Role::Other => self.nothing(),
        }
    }

    pub fn path(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    pub fn uri(&self) -> &tower_lsp::ls_types::Uri {
        &self.uri
    }

    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What the document is analysed with, and its text; `None` if it is no code or left out.
    pub fn context(&self, state: &State) -> Option<(Context, Arc<str>)> {
        let Role::Code(kind) = self.role else { return None };
        let text: Arc<str> = self.text.to_string().into();
        let project = state.projects.of(self.path.as_deref());
        let path = paths::relative(&project.root, self.path.as_deref()?);
        let context = (text.len() <= links::LARGEST).then(|| context(&project, path, kind, &text))??;
        Some((context, text))
    }

    fn deployment(&self, state: &State, text: Arc<str>) -> Option<Answer> {
        let path = self.path.as_deref()?;
        let project = state.projects.of(Some(path));
        state.tell_configs(&project);
        let analysis = analyse_deployment(&project, &paths::relative(&project.root, path), &text)?;
        let diagnostics = answer::diagnostics(&project.root, &self.uri, &text, &analysis.findings, state.traits());
        Some(Answer::new(self.generation, text, analysis, None, diagnostics))
    }

    fn code(&self, state: &State, kind: Kind, text: Arc<str>, live: &mut LiveTree) -> Answer {
        let project = state.projects.of(self.path.as_deref());
        state.tell_configs(&project);
        let path = match &self.path {
            Some(path) => paths::relative(&project.root, path),
            None => "untitled".into(),
        };
        let Some(context) = context(&project, path, kind, &text) else {
            return Answer::new(self.generation, text, FileAnalysis::default(), None, Vec::new());
        };
        let key = super::state::key(&self.uri);
        let path = context.project.path_in_project(&context.path);
        let found = state.links.of(&key).filter(|found| !found.is_empty() && text.len() <= links::LARGEST);
        let analysis = match found {
            Some(found) => {
                let names = (&path, &context.path);
                let input = context.input(&text);
                let mut analysis = analysis::analyze_live_linked(&input, &self.text, live, names, &found);
                configure(&context, &mut analysis);
                analysis
            }
            None => analyse(&context, &text, Some((&self.text, live))),
        };
        if self.path.is_some() {
            state.links.changed(state, &key, &context, &path, &text);
        }
        let diagnostics = answer::diagnostics(&project.root, &self.uri, &text, &analysis.findings, state.traits());
        Answer::new(self.generation, text, analysis, Some(context), diagnostics)
    }
}

/// What a file is analysed with; `None` if it is left out.
pub fn context(project: &Project, path: smol_str::SmolStr, kind: Kind, text: &str) -> Option<Context> {
    let workspace = &project.workspace;
    let head = text.as_bytes();
    if workspace.is_excluded(&path) || files::is_generated_name(&path) || files::is_generated_text(head) {
        return None;
    }
    Some(Context {
        language: kind.language,
        template: kind.template,
        zone: workspace.zone(&path, kind.language, text),
        facts: Arc::new(workspace.facts(&path, kind.language)),
        path,
        project: workspace.clone(),
    })
}

/// What a deployment file says, as a check of the command line tells it; `None` if it is none, or left out.
pub fn analyse_deployment(project: &Project, path: &str, text: &str) -> Option<FileAnalysis> {
    let workspace = &project.workspace;
    let inside = workspace.deployment_path(path);
    let format = formats::format_of(&inside).filter(|_| !workspace.is_excluded(path))?;
    let (zone, facts) = workspace.deployment(path);
    if zone.is_silent() {
        return Some(FileAnalysis::default());
    }
    let input = DeploymentInput { text, format, path: &inside, zone, facts: &facts };
    let mut analysis = analysis::analyze_deployment(&input);
    workspace.configure(path, &mut analysis);
    analysis.findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
    Some(analysis)
}

impl Context {
    fn triggers(&self) -> &crate::lang::Triggers {
        self.project.item_triggers(&self.path, self.language)
    }

    /// What `analyze` asks for.
    pub fn input<'a>(&'a self, text: &'a str) -> Input<'a> {
        Input {
            text,
            language: self.language,
            template: self.template,
            zone: self.zone,
            facts: &self.facts,
            triggers: self.triggers(),
        }
    }
}

/// The same answers as a check of the command line gives.
pub fn analyse(context: &Context, text: &str, live: Option<(&Rope, &mut LiveTree)>) -> FileAnalysis {
    let input = context.input(text);
    let mut answers = match live {
        Some((rope, live)) => analysis::analyze_live(&input, rope, live),
        None => analysis::analyze(&input),
    };
    configure(context, &mut answers);
    answers
}

/// Applies what the configuration says.
pub fn configure(context: &Context, answers: &mut FileAnalysis) {
    context.project.configure(&context.path, answers);
    // what a check reports comes in the order of places
    answers.findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
}

/// Threads that run one question after another.
pub struct Helpers {
    jobs: std::sync::mpsc::Sender<Box<dyn FnOnce() + Send>>,
}

impl Helpers {
    /// # Errors
    /// If threads cannot be started.
    pub fn start() -> io::Result<Helpers> {
        let (jobs, queue) = std::sync::mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let queue = Arc::new(Mutex::new(queue));
        for index in 0..HELPERS {
            let queue = queue.clone();
            let serve = move || {
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { return };
                    if let Err(why) = panics::guard(job) {
                        eprintln!("prodguard: {why}");
                    }
                }
            };
            std::thread::Builder::new().name(format!("helper-{index}")).stack_size(STACK).spawn(serve)?;
        }
        Ok(Helpers { jobs })
    }

    /// Runs work on a thread that is fit for analysing; `None` if it failed.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            // who asked may be gone
            if !sender.is_closed() {
                let _ = sender.send(work());
            }
        });
        self.jobs.send(job).ok()?;
        receiver.await.ok()
    }
}
