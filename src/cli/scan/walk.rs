//! The walk over folders.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::cli::paths;
use crate::project::files::{self, Kind};
use crate::report::Report;

use super::{Job, Scan, Triggers, take};

/// Bytes that tell what a script without extension is.
const SHEBANG: u64 = 128;

impl Scan<'_> {
    /// Reads every file below `roots` that may be of interest and sends on those that are.
    pub(super) fn walk(&self, roots: &[PathBuf], triggers: &Triggers, sender: SyncSender<Job>) -> Report {
        let report = Mutex::new(Report::default());
        let Some((first, rest)) = roots.split_first() else {
            return Report::default();
        };
        let mut builder = WalkBuilder::new(first);
        rest.iter().for_each(|root| {
            builder.add(root);
        });
        let walk = builder.require_git(false).threads(self.threads).filter_entry(is_own).build_parallel();
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
        if !is_file {
            return;
        }
        let path = paths::relative(self.root, entry.path());
        let is_candidate = explicit || files::may_be_script(Path::new(path.as_str()));
        let Some(kind) = kind(entry.path(), is_candidate) else {
            return;
        };
        if self.project.is_excluded(&path) {
            (self.log)(&format!("left out {path}: the configuration excludes it"));
            return;
        }
        self.progress.file();
        let found = match self.project.found(&path) {
            Some(found) => found,
            None => triggers.read(kind, entry.path()),
        };
        take(report, sender, path, kind, found, explicit);
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

/// The files below `starts`, hidden ones included, relative to `folder` and in order. What cannot be listed is left out.
pub fn list(folder: &Path, starts: &[PathBuf], threads: usize) -> Vec<SmolStr> {
    let files = Mutex::new(Vec::new());
    let Some((first, rest)) = starts.split_first() else {
        return Vec::new();
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
            if let Ok(entry) = entry
                && entry.file_type().is_some_and(|kind| kind.is_file())
            {
                files.lock().unwrap_or_else(PoisonError::into_inner).push(paths::relative(folder, entry.path()));
            }
            WalkState::Continue
        })
    });
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort_unstable();
    files
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
