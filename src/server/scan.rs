//! The scan of whole folders in the background: what stands in files that are not open.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use rayon::prelude::*;
use smol_str::SmolStr;
use tower_lsp::ls_types::Uri;

use crate::analysis::{self, FileAnalysis, Main};
use crate::cli::panics;
use crate::cli::paths;
use crate::cli::project::Project as _;
use crate::cli::project::sources::OnDisk;
use crate::cli::scan::{self, Found, Listing, Triggers};
use crate::project::files::{self, Kind};
use crate::project::formats;
use crate::text;

use super::answer::{self, Context};
use super::links;
use super::progress::Progress;
use super::projects::Project;
use super::state::{Closed, State, key};
use super::worker;

/// Files that are looked at together with what bears on them.
const BATCH: usize = 64;

/// The scan that runs, and whether all folders have been scanned once.
#[derive(Default)]
pub struct Scans {
    /// Raised when the running scan shall end.
    pub stop: Arc<AtomicBool>,
    pub done: bool,
}

/// Scans all folders anew on a thread of its own; one that still runs ends. Whether it came to its end.
pub async fn start(state: &Arc<State>, progress: Arc<Progress>) -> bool {
    let stop = Arc::new(AtomicBool::new(false));
    {
        let mut scans = state.scan.lock().unwrap_or_else(PoisonError::into_inner);
        scans.stop.store(true, Ordering::Relaxed);
        scans.stop = stop.clone();
    }
    progress.stops(&stop);
    let thread = state.clone();
    let (sender, ended) = tokio::sync::oneshot::channel();
    let scan = move || {
        let roots = thread.projects.folders();
        for root in &roots {
            scan_folder(&thread, root, &stop, &progress);
        }
        progress.end();
        // one that was cancelled is not waited for either
        thread.scan.lock().unwrap_or_else(PoisonError::into_inner).done = true;
        thread.tell_answered();
        let _ = sender.send(!stop.load(Ordering::Relaxed));
    };
    if let Err(why) = std::thread::Builder::new().name("scan".to_owned()).spawn(scan) {
        eprintln!("prodguard: cannot scan folders: {why}");
    }
    ended.await.unwrap_or(false)
}

/// Ends the scan that runs, if one does.
pub fn stop(state: &State) {
    state.scan.lock().unwrap_or_else(PoisonError::into_inner).stop.store(true, Ordering::Relaxed);
}

/// Ends the scan and takes back what it said.
pub fn forget(state: &State) {
    stop(state);
    forget_others(state, &[]);
}

fn scan_folder(state: &Arc<State>, root: &Path, stop: &AtomicBool, progress: &Progress) {
    let project = state.projects.open(root);
    let Some(listing) = project.workspace.listing() else {
        return;
    };
    let triggers = project.workspace.triggers();
    let files: Vec<(PathBuf, Kind)> = listing.files.iter().filter_map(|path| candidate(root, listing, path)).collect();
    let done = AtomicUsize::new(0);
    // the person at the keyboard comes first
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2));
    let found = scan::with_large_stack(threads, || {
        let one = |(path, kind): &(PathBuf, Kind)| {
            // a folder inside that is one of the client's own speaks for itself
            if state.projects.root_of(path) != *root {
                return None;
            }
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let at = done.fetch_add(1, Ordering::Relaxed);
            progress.report(at, files.len());
            seen(&project, path, *kind, triggers)
        };
        let seen: Vec<Seen> = files.par_iter().filter_map(one).collect();
        let mut all = link(state, &project, root, seen, stop);
        let deployed = listing.files.par_iter().map(|path| listing.folder.join(path.as_str()));
        let deployed = deployed.filter(|path| path.starts_with(root) && state.projects.root_of(path) == *root);
        all.par_extend(deployed.filter_map(|path| deployment(state, &project, root, &path)));
        all
    });
    let found = found.unwrap_or_default();
    let mut known = state.closed.lock().unwrap_or_else(PoisonError::into_inner);
    // under the lock: what a newer scan forgets stays forgotten
    if stop.load(Ordering::Relaxed) {
        return;
    }
    let now: rustc_hash::FxHashSet<String> = found.iter().map(|file| key(&file.uri)).collect();
    let gone: Vec<String> = known
        .iter()
        .filter(|(key, file)| file.root == *root && !file.is_config && !now.contains(*key))
        .map(|(key, _)| key.clone())
        .collect();
    let mut news = Vec::new();
    for key in gone {
        if let Some(file) = known.remove(&key) {
            news.push((file.uri, Arc::new(b"[]".to_vec())));
        }
    }
    for file in found {
        let key = key(&file.uri);
        if known.get(&key).is_none_or(|old| old.json != file.json) {
            news.push((file.uri.clone(), file.json.clone()));
        }
        known.insert(key, file);
    }
    drop(known);
    state.publish_closed(news);
}

/// Clears what was said of folders that are none any more.
pub fn forget_others(state: &State, roots: &[PathBuf]) {
    let mut gone = Vec::new();
    let mut known = state.closed.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|_, file| {
        let stays = file.is_config || roots.contains(&file.root);
        if !stays {
            gone.push((file.uri.clone(), Arc::new(b"[]".to_vec())));
        }
        stays
    });
    drop(known);
    state.publish_closed(gone);
}

/// A file of a listing that may be of interest.
fn candidate(root: &Path, listing: &Listing, path: &SmolStr) -> Option<(PathBuf, Kind)> {
    let absolute = listing.folder.join(path.as_str());
    let inside = paths::relative(root, absolute.strip_prefix(root).ok().map(|_| absolute.as_path())?);
    if scan::is_hidden(&inside) {
        return None;
    }
    let kind = scan::kind(&absolute, files::may_be_script(Path::new(inside.as_str())))?;
    Some((absolute, kind))
}

/// A file on disk, analysed by itself.
struct Seen {
    uri: Uri,
    context: Context,
    text: Arc<str>,
    analysis: FileAnalysis,
}

/// What there is to tell of files, with what the rest of the project says of them.
fn link(state: &State, project: &Project, root: &Path, seen: Vec<Seen>, stop: &AtomicBool) -> Vec<Closed> {
    let (open, settled): (Vec<Seen>, Vec<Seen>) =
        seen.into_iter().partition(|file| file.analysis.is_open && file.text.len() <= links::LARGEST);
    let mut all: Vec<Closed> = settled
        .into_iter()
        .filter_map(|file| tell(state, project, root, &file.uri, &file.text, file.analysis))
        .collect();
    if open.is_empty() {
        return all;
    }
    let sources = OnDisk::of(&project.workspace).with_open(links::open_texts(state, project));
    for batch in open.chunks(BATCH) {
        if stop.load(Ordering::Relaxed) {
            return all;
        }
        let mains: Vec<Main<'_>> = batch.iter().map(|file| links::main(&sources, &file.context, &file.text)).collect();
        let linked = panics::guard(|| analysis::analyze_linked(&mains, &sources)).unwrap_or_default();
        let linked = linked.into_iter().chain(std::iter::repeat_with(|| None));
        for (file, linked) in batch.iter().zip(linked) {
            let analysis = match linked {
                Some(linked) => {
                    let mut analysis = linked.analysis;
                    worker::configure(&file.context, &mut analysis);
                    analysis
                }
                None => file.analysis.clone(),
            };
            all.extend(tell(state, project, root, &file.uri, &file.text, analysis));
        }
    }
    all
}

/// What there is to tell of a deployment file.
fn deployment(state: &State, project: &Project, root: &Path, path: &Path) -> Option<Closed> {
    let relative = paths::relative(&project.root, path);
    formats::format_of(&project.workspace.deployment_path(&relative))?;
    let Found::Hit(bytes) = scan::read_deployment(path) else { return None };
    let text = text::decode(bytes).ok()?.text;
    let analysis = panics::guard(|| worker::analyse_deployment(project, &relative, &text)).ok()??;
    let uri = Uri::from_file_path(path)?;
    tell(state, project, root, &uri, &text, analysis)
}

/// `None` if there is nothing to tell.
fn tell(
    state: &State,
    project: &Project,
    root: &Path,
    uri: &Uri,
    text: &str,
    analysis: FileAnalysis,
) -> Option<Closed> {
    let diagnostics = answer::diagnostics(&project.root, uri, text, &analysis.findings, state.traits());
    let json = serde_json::to_vec(&diagnostics).ok()?;
    let closed = Closed { uri: uri.clone(), root: root.to_owned(), json: Arc::new(json), is_config: false };
    (!analysis.findings.is_empty()).then_some(closed)
}

/// A file on disk, analysed by itself; `None` if it holds nothing of interest.
fn seen(project: &Project, path: &Path, kind: Kind, triggers: &Triggers) -> Option<Seen> {
    let relative = paths::relative(&project.root, path);
    if project.workspace.is_excluded(&relative) {
        return None;
    }
    let Found::Hit(bytes) = triggers.read(kind, path) else {
        return None;
    };
    let text = text::decode(bytes).ok()?.text;
    let context = worker::context(project, relative, kind, &text)?;
    // nothing is reported there, so nothing is parsed
    if context.zone.is_silent() {
        return None;
    }
    let uri = Uri::from_file_path(path)?;
    let analysis = panics::guard(|| worker::analyse(&context, &text, None)).ok()?;
    Some(Seen { uri, context, text: Arc::from(text), analysis })
}

/// Looks again at files that are not open and may have changed on disk.
pub fn rescan(state: &Arc<State>, files: &[PathBuf]) {
    for root in state.projects.folders() {
        let of_root: Vec<&PathBuf> = files.iter().filter(|path| state.projects.root_of(path) == root).collect();
        if !of_root.is_empty() {
            rescan_folder(state, &root, &of_root);
        }
    }
    state.tell_answered();
}

fn rescan_folder(state: &State, root: &Path, files: &[&PathBuf]) {
    let project = state.projects.open(root);
    let triggers = project.workspace.triggers();
    let look = |path: &&PathBuf| {
        let kind = scan::kind(path, files::may_be_script(path)).filter(|_| path.is_file());
        let kind = kind.filter(|_| !scan::is_hidden(&paths::relative(root, path)))?;
        seen(&project, path, kind, triggers)
    };
    let seen: Vec<Seen> = files.iter().filter_map(look).collect();
    let found = link(state, &project, root, seen, &AtomicBool::new(false));
    let mut found: rustc_hash::FxHashMap<String, Closed> =
        found.into_iter().map(|file| (key(&file.uri), file)).collect();
    let mut known = state.closed.lock().unwrap_or_else(PoisonError::into_inner);
    let mut news = Vec::new();
    for path in files {
        let key = path.to_string_lossy().into_owned();
        if let Some(config) = known.get(&key).filter(|file| file.is_config) {
            news.push((config.uri.clone(), config.json.clone()));
            continue;
        }
        match found.remove(&key) {
            Some(file) => {
                news.push((file.uri.clone(), file.json.clone()));
                known.insert(key, file);
            }
            None => news.extend(known.remove(&key).map(|old| (old.uri, Arc::new(b"[]".to_vec())))),
        }
    }
    drop(known);
    state.publish_closed(news);
}
