//! From paths to a report: a parallel walk reads and sifts files, a pool analyses those that hold a trigger word.

mod analyse;
mod budget;
mod deployment;
mod read;
mod walk;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use smol_str::SmolStr;

use crate::analysis::{FileAnalysis, Input};
use crate::project::files::FileKind;
use crate::report::Report;

use super::Failure;
use super::paths;
use super::progress::Progress;
use super::project::Project;

use analyse::Open;
pub use analyse::{Analysed, LARGEST_LINKED, with_large_stack};
pub use deployment::read as read_deployment;
pub use read::{Found, LARGEST_PARSED, Triggers, again};
pub use walk::{Listing, file_kind, is_hidden, kind, list};

/// What a scan works with.
pub struct Scan<'a> {
    /// Absolute.
    pub root: &'a Path,
    pub project: &'a dyn Project,
    pub analyze: fn(&Input<'_>) -> FileAnalysis,
    /// Keep places that are no finding.
    pub with_sites: bool,
    /// Places tell why, world by world.
    pub with_reasons: bool,
    pub threads: usize,
    pub progress: &'a Progress,
    /// Is told what was left out.
    pub log: fn(&str),
}

/// A file that holds a trigger word, on its way to the pool.
struct Job {
    path: SmolStr,
    kind: FileKind,
    text: Text,
    /// Named by the user: checked even if generated.
    explicit: bool,
}

/// What waits for its turn: large files wait on disk.
enum Text {
    Held(Vec<u8>),
    OnDisk(PathBuf),
}

/// Bytes above which a file is read again when its turn comes.
pub const HELD: usize = 64 * 1024;

impl Scan<'_> {
    /// Checks files and folders, all absolute and present.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn run(&self, roots: &[PathBuf]) -> Result<Report, Failure> {
        let triggers = self.project.triggers();
        // the walk waits when this many files wait to be analysed: bounds memory
        let (sender, receiver) = sync_channel(2 * self.threads);
        self.analyse_all(receiver, roots, |scan| scan.walk(roots, triggers, sender))
    }

    /// Checks one text under a name, relative to the root.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn run_text(&self, path: &SmolStr, kind: FileKind, bytes: Vec<u8>) -> Result<Report, Failure> {
        let triggers = self.project.triggers();
        let (sender, receiver) = sync_channel(1);
        let path = path.clone();
        self.analyse_all(receiver, &[], move |_| {
            let mut report = Report::default();
            let found = triggers.sift_any(kind, bytes);
            take(&mut report, &sender, (path, None), kind, found, true);
            report
        })
    }

    /// Analyses what `produce` sends, while it sends.
    fn analyse_all(
        &self,
        receiver: Receiver<Job>,
        roots: &[PathBuf],
        produce: impl FnOnce(&Self) -> Report + Send,
    ) -> Result<Report, Failure> {
        let pool = analyse::pool(self.threads)?;
        let receiver = Mutex::new(receiver);
        let next = || {
            let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
            receiver.recv().ok()
        };
        let mut all = std::thread::scope(|scope| {
            let producer = scope.spawn(|| produce(self));
            let reports = pool.broadcast(|_| {
                let mut report = Report::default();
                let mut open = Open::default();
                while let Some(job) = next() {
                    self.judge(job, &mut report, &mut open);
                }
                (report, open)
            });
            let mut all = producer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let mut open = Open::default();
            for (report, left) in reports {
                all.merge(report);
                open.merge(left);
            }
            pool.install(|| self.resolve(open, roots, &mut all));
            all
        });
        self.progress.finish();
        if self.with_sites {
            all.sites.get_or_insert_default();
        }
        all.root = paths::slashed(self.root).into();
        all.sort();
        Ok(all)
    }
}

/// Sends on what was found, or notes why not. `at` is the path to report, and the file if there is one.
fn take(
    report: &mut Report,
    sender: &SyncSender<Job>,
    at: (SmolStr, Option<&Path>),
    kind: FileKind,
    found: Found,
    explicit: bool,
) {
    let (path, file) = at;
    match found {
        Found::Nothing => report.scanned += 1,
        Found::Skip(why) => report.skip(path, why),
        Found::Hit(bytes) => {
            let text = match file.filter(|_| bytes.len() > HELD) {
                Some(file) => {
                    // the queue may be full for long
                    drop(bytes);
                    Text::OnDisk(file.to_owned())
                }
                None => Text::Held(bytes),
            };
            let job = Job { path, kind, text, explicit };
            // the pool takes jobs until the last sender is gone
            let _ = sender.send(job);
        }
    }
}
