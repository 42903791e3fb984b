//! The walk over folders.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::cli::paths;
use crate::project::files::{self, FileKind, Kind};
use crate::project::formats;
use crate::report::Report;

use super::{Job, Scan, Triggers, take};

/// Bytes that tell what a script without extension is.
const SHEBANG: u64 = 128;

impl Scan<'_> {
    /// Reads every file below `roots` that may be of interest and sends on those that are.
    pub(super) fn walk(&self, roots: &[PathBuf], triggers: &Triggers, sender: SyncSender<Job>) -> Report {
        match (roots, self.project.listing()) {
            // the project was walked to learn what it holds: once is enough
            ([root], Some(listing)) if listing.holds(root) => self.visit_listed(listing, root, triggers, sender),
            _ => self.walk_below(roots, triggers, sender),
        }
    }

    fn visit_listed(&self, listing: &Listing, root: &Path, triggers: &Triggers, sender: SyncSender<Job>) -> Report {
        let all = Mutex::new(Report::default());
        let below = paths::relative(&listing.folder, root);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                let sender = sender.clone();
                let (all, next, below) = (&all, &next, below.as_str());
                scope.spawn(move || {
                    let mut own = Report::default();
                    while let Some(path) = listing.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let inside = match below {
                            "." | "" => Some(path.as_str()),
                            _ => path.strip_prefix(below).and_then(|path| path.strip_prefix('/')),
                        };
                        // a folder or file with a dot before it is listed for what it says of the project
                        let meant = |path: &&str| !is_hidden(path) || formats::format_of(path).is_some();
                        if let Some(inside) = inside.filter(meant) {
                            self.visit_file(&root.join(inside), false, triggers, &sender, &mut own);
                        }
                    }
                    all.lock().unwrap_or_else(PoisonError::into_inner).merge(own);
                });
            }
        });
        let mut report = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        for problem in &listing.problems {
            let meant = |path: &Path| path.strip_prefix(root).is_ok_and(|path| !is_hidden(&paths::slashed(path)));
            if path_of(problem).is_none_or(meant) {
                self.note(problem, &mut report);
            }
        }
        report
    }

    fn walk_below(&self, roots: &[PathBuf], triggers: &Triggers, sender: SyncSender<Job>) -> Report {
        let report = Mutex::new(Report::default());
        let Some((first, rest)) = roots.split_first() else {
            return Report::default();
        };
        let mut builder = WalkBuilder::new(first);
        rest.iter().for_each(|root| {
            builder.add(root);
        });
        let is_meant = |entry: &DirEntry| entry.file_name() != ".git" && is_own(entry);
        // some of what is hidden says how the project is deployed
        let walk =
            builder.hidden(false).require_git(false).threads(self.threads).filter_entry(is_meant).build_parallel();
        // paths given may overlap
        let seen = (roots.len() > 1).then(|| Mutex::new(FxHashSet::default()));
        walk.run(|| {
            let sender = sender.clone();
            let (report, seen) = (&report, &seen);
            Box::new(move |entry| {
                let mut own = Report::default();
                match entry {
                    Ok(entry) if seen.as_ref().is_none_or(|seen| is_new(seen, &entry)) => {
                        self.visit(&entry, triggers, &sender, &mut own);
                    }
                    Ok(_) => {}
                    Err(error) => self.note(&error, &mut own),
                }
                report.lock().unwrap_or_else(PoisonError::into_inner).merge(own);
                WalkState::Continue
            })
        });
        report.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn visit(&self, entry: &DirEntry, triggers: &Triggers, sender: &SyncSender<Job>, report: &mut Report) {
        if let Some(error) = entry.error() {
            (self.log)(&format!("{}: {error}", entry.path().display()));
        }
        let explicit = entry.depth() == 0;
        // a link inside a folder is not followed; one that was named is
        let is_file = match explicit {
            true => entry.path().is_file(),
            false => entry.file_type().is_some_and(|kind| kind.is_file()),
        };
        let below = entry.path().components().rev().take(entry.depth()).map(|part| part.as_os_str());
        let is_hidden = below.clone().any(|part| part.as_encoded_bytes().starts_with(b"."));
        let is_meant = || formats::format_of(&paths::relative(self.root, entry.path())).is_some();
        if is_file && (!is_hidden || is_meant()) {
            self.visit_file(entry.path(), explicit, triggers, sender, report);
        }
    }

    fn visit_file(
        &self,
        file: &Path,
        explicit: bool,
        triggers: &Triggers,
        sender: &SyncSender<Job>,
        report: &mut Report,
    ) {
        let path = paths::relative(self.root, file);
        let is_candidate = explicit || files::may_be_script(Path::new(path.as_str()));
        let code = kind(file, is_candidate).map(FileKind::Code);
        let format = || formats::format_of(&self.project.deployment_path(&path)).map(FileKind::Deployment);
        let Some(kind) = code.or_else(format) else {
            return;
        };
        if self.project.is_excluded(&path) {
            (self.log)(&format!("left out {path}: the configuration excludes it"));
            return;
        }
        self.progress.file();
        let found = match self.project.found(&path) {
            Some(found) => found,
            None => triggers.read_any(kind, file),
        };
        take(report, sender, (path, Some(file)), kind, found, explicit);
    }

    /// A folder that cannot be read is skipped; anything else the walk says is about ignore files.
    fn note(&self, error: &ignore::Error, report: &mut Report) {
        match path_of(error) {
            Some(path) if error.io_error().is_some() => {
                let path = paths::relative(self.root, path);
                let why = error.io_error().map(ToString::to_string);
                report.skip(path, format!("cannot be read: {}", why.unwrap_or_default()));
            }
            _ => (self.log)(&error.to_string()),
        }
    }
}

/// The files below a folder, hidden ones included.
#[derive(Default)]
pub struct Listing {
    /// Absolute.
    pub folder: PathBuf,
    /// Relative to the folder and in order.
    pub files: Vec<SmolStr>,
    /// All of the folder was walked.
    pub whole: bool,
    /// What could not be listed.
    pub problems: Vec<ignore::Error>,
}

impl Listing {
    /// Whether everything below a folder is listed. One that is ignored, or of somebody else's code, is not.
    fn holds(&self, root: &Path) -> bool {
        let below = paths::relative(&self.folder, root);
        let listed = || {
            let from = self.files.partition_point(|path| path.as_str() < below.as_str());
            let mut after = self.files[from..].iter().take_while(|path| path.starts_with(below.as_str()));
            after.any(|path| path[below.len()..].starts_with('/'))
        };
        self.whole && root.is_dir() && root.starts_with(&self.folder) && (root == self.folder || listed())
    }
}

/// Whether a path, or a folder on it, begins with a dot.
pub fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// The files below `starts`, paths relative to `folder`.
pub fn list(folder: &Path, starts: &[PathBuf], threads: usize) -> Listing {
    let files = Mutex::new(Vec::new());
    let problems = Mutex::new(Vec::new());
    let Some((first, rest)) = starts.split_first() else {
        return Listing::default();
    };
    let mut builder = WalkBuilder::new(first);
    for start in rest {
        builder.add(start);
    }
    let walk = builder
        .hidden(false)
        .require_git(false)
        .threads(threads)
        .filter_entry(|entry| entry.file_name() != ".git" && is_own(entry))
        .build_parallel();
    walk.run(|| {
        Box::new(|entry| {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    let path = paths::relative(folder, entry.path());
                    files.lock().unwrap_or_else(PoisonError::into_inner).push(path);
                }
                Ok(_) => {}
                Err(error) => problems.lock().unwrap_or_else(PoisonError::into_inner).push(error),
            }
            WalkState::Continue
        })
    });
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort_unstable();
    let problems = problems.into_inner().unwrap_or_else(PoisonError::into_inner);
    // a name that is not Unicode is not the name any more
    let whole = starts == [folder] && !files.iter().any(|path| path.contains(char::REPLACEMENT_CHARACTER));
    Listing { folder: folder.to_owned(), files, whole, problems }
}

/// By the name, or by the first line if it may be a script.
pub fn kind(path: &Path, may_be_script: bool) -> Option<Kind> {
    files::kind_of_name(path).or_else(|| {
        if !may_be_script || path.extension().is_some() {
            return None;
        }
        let mut head = Vec::new();
        let mut file = File::open(path).ok()?.take(SHEBANG);
        file.read_to_end(&mut head).ok()?;
        files::kind_of_shebang(&head)
    })
}

/// The same for every file that is looked at. `path` is relative to the folder of its project.
pub fn file_kind(path: &str, file: &Path, may_be_script: bool) -> Option<FileKind> {
    let code = kind(file, may_be_script).map(FileKind::Code);
    code.or_else(|| formats::format_of(path).map(FileKind::Deployment))
}

fn is_new(seen: &Mutex<FxHashSet<PathBuf>>, entry: &DirEntry) -> bool {
    entry.path().is_dir() || seen.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.path().to_owned())
}

/// Whether a folder holds the project's own code. Files pass; so does what the user named.
fn is_own(entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return true;
    }
    let Some(name) = entry.file_name().to_str() else {
        return true;
    };
    let path = entry.path();
    let holds = |names: &[&str]| names.iter().any(|name| path.join(name).exists());
    let is_build = match name {
        // build output of .NET; a folder of that name may as well hold scripts
        "obj" => holds(&["project.assets.json", "Debug", "Release"]),
        "bin" => holds(&["Debug", "Release"]),
        _ => false,
    };
    !(is_build || files::is_vendored_name(name) || holds(&["pyvenv.cfg"]))
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    let mut error = error;
    loop {
        match error {
            ignore::Error::WithPath { path, .. } => return Some(path),
            ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => {
                error = err;
            }
            ignore::Error::Loop { child, .. } => return Some(child),
            _ => return None,
        }
    }
}
