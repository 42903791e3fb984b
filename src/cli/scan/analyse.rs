//! One file at a time through `analyze()`.

use std::path::PathBuf;
use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder};
use smol_str::SmolStr;

use crate::analysis::{FileAnalysis, Input, Main, Search, analyze_linked};
use crate::cli::project::FileSources;
use crate::program::Language;
use crate::project::files::{self, FileKind, Kind};
use crate::report::{self, Report};
use crate::text::{self, LineIndex};

use super::budget::Budget;
use super::{Failure, Job, Scan, Text, read};
use crate::cli::panics;

/// Bytes of stack; only pages that are touched cost memory. Deeply nested code must not overflow it, for nothing can
/// catch that.
const STACK: usize = 256 * 1024 * 1024;

/// A file whose places production seems to reach: other files may say otherwise.
pub(super) struct Pending {
    path: SmolStr,
    kind: Kind,
    text: String,
    answers: FileAnalysis,
    /// Files that are known to bear on it, with the names that they give it.
    given: Vec<(SmolStr, SmolStr)>,
}

/// A name under which other files may use a library.
pub(super) struct Export {
    /// As reports name it.
    path: SmolStr,
    language: Language,
    name: SmolStr,
}

/// A file's text and the answers to it.
pub struct Analysed {
    pub text: String,
    pub answers: FileAnalysis,
}

pub(super) fn pool(threads: usize) -> Result<ThreadPool, Failure> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .thread_name(|index| format!("analyse-{index}"))
        .build()
        .map_err(|error| Failure(format!("cannot start threads: {error}")))
}

/// Runs `work` on threads that are fit for analysing.
///
/// # Errors
/// If no thread can be started.
pub fn with_large_stack<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    Ok(pool(threads)?.install(work))
}

/// What the analysis of single files leaves open.
#[derive(Default)]
pub(super) struct Open {
    pending: Vec<Pending>,
    exports: Vec<Export>,
}

impl Open {
    pub fn merge(&mut self, other: Open) {
        self.pending.extend(other.pending);
        self.exports.extend(other.exports);
    }
}

fn exports_of(path: &SmolStr, kind: Kind, answers: &FileAnalysis) -> Vec<Export> {
    let language = kind.language;
    answers.exports.iter().map(|name| Export { path: path.clone(), language, name: name.clone() }).collect()
}

/// Bytes of the largest file of a kind that is read.
fn largest(kind: FileKind) -> u64 {
    match kind {
        FileKind::Code(_) => read::PARSED,
        FileKind::Deployment(_) => super::deployment::SEARCHED,
    }
}

/// Bytes of the texts that are looked at together with what bears on them.
const BATCH: usize = 1024 * 1024;
/// Bytes above which a file is answered for by itself: code that people call from elsewhere is not so large.
pub const LARGEST_LINKED: usize = 256 * 1024;

impl Scan<'_> {
    /// Decodes and analyses one file; the error says why it has to be skipped.
    pub fn analyse(&self, path: &SmolStr, kind: Kind, bytes: Vec<u8>) -> Result<Analysed, String> {
        static BUDGET: LazyLock<Budget> = LazyLock::new(Budget::default);
        let _share = BUDGET.share(&bytes);
        panics::guard(|| {
            let text = text::decode(bytes).map_err(|why| why.to_string())?.text;
            let zone = self.project.zone(path, kind.language, &text);
            // nothing is reported there, so nothing is parsed
            if zone.is_silent() && !self.with_sites {
                let answers = FileAnalysis::default();
                return Ok(Analysed { text, answers });
            }
            let mut answers = (self.analyze)(&Input {
                text: &text,
                language: kind.language,
                template: kind.template,
                zone,
                facts: &self.project.facts(path, kind.language),
                triggers: self.project.item_triggers(path, kind.language),
            });
            if let Some(why) = answers.skipped.take() {
                return Err(why);
            }
            Ok(Analysed { text, answers })
        })?
    }

    /// The same, with what the rest of the project says of it.
    pub fn analyse_linked(&self, path: &SmolStr, kind: Kind, bytes: Vec<u8>) -> Result<Analysed, String> {
        let Analysed { text, answers } = self.analyse(path, kind, bytes)?;
        let mut answers = match answers.is_open {
            true if text.len() <= LARGEST_LINKED => {
                let given = Vec::new();
                let pending = Pending { path: path.clone(), kind, text: text.clone(), answers, given };
                let sources = self.project.sources();
                let linked = sources.and_then(|sources| self.link(std::slice::from_ref(&pending), &*sources).pop());
                linked.flatten().unwrap_or(pending.answers)
            }
            _ => answers,
        };
        self.project.configure(path, &mut answers);
        Ok(Analysed { text, answers })
    }

    fn link(&self, pending: &[Pending], sources: &dyn FileSources) -> Vec<Option<FileAnalysis>> {
        let facts: Vec<_> = pending.iter().map(|file| self.project.facts(&file.path, file.kind.language)).collect();
        let mains: Vec<Main<'_>> = pending
            .iter()
            .zip(&facts)
            .map(|(file, facts)| Main {
                input: Input {
                    text: &file.text,
                    language: file.kind.language,
                    template: file.kind.template,
                    zone: self.project.zone(&file.path, file.kind.language, &file.text),
                    facts,
                    triggers: self.project.item_triggers(&file.path, file.kind.language),
                },
                path: sources.path_of(&file.path),
                shown: file.path.clone(),
                given: file.given.clone(),
                asked: self.with_reasons,
            })
            .collect();
        let linked = panics::guard(|| analyze_linked(&mains, sources))
            .map(|linked| linked.into_iter().map(|linked| linked.map(|linked| linked.analysis)).collect());
        linked.unwrap_or_else(|why| {
            (self.log)(&format!("the way across files is not known: {why}"));
            pending.iter().map(|_| None).collect()
        })
    }

    /// The reports of files, with what the rest of the project says of them: as many at a time as may be held together.
    pub(super) fn resolve(&self, open: Open, roots: &[PathBuf], report: &mut Report) {
        let Open { mut pending, exports } = open;
        if pending.is_empty() && exports.is_empty() {
            return;
        }
        let Some(sources) = self.project.sources() else {
            return pending.into_iter().for_each(|file| self.tell(file, None, report));
        };
        if !roots.is_empty() {
            self.add_users(&exports, roots, &mut pending, &*sources, report);
        }
        // the same answers whatever thread came first
        pending.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let mut batch = Vec::new();
        let mut bytes = 0;
        for file in pending {
            bytes += file.text.len();
            batch.push(file);
            if bytes > BATCH {
                self.resolve_together(std::mem::take(&mut batch), &*sources, report);
                bytes = 0;
            }
        }
        self.resolve_together(batch, &*sources, report);
    }

    /// Files that use a library under names that others give them are open as well.
    fn add_users(
        &self,
        exports: &[Export],
        roots: &[PathBuf],
        pending: &mut Vec<Pending>,
        sources: &dyn FileSources,
        report: &mut Report,
    ) {
        for language in Language::ALL {
            let exports: Vec<&Export> = exports.iter().filter(|export| export.language == language).collect();
            let searches: Vec<Search> =
                exports.iter().map(|export| Search::users(language, &export.path, &export.name)).collect();
            let found = sources.search(language, &searches.iter().collect::<Vec<_>>());
            for (export, paths) in exports.into_iter().zip(found) {
                let from = sources.path_of(&export.path);
                for path in paths.into_iter().filter(|path| *path != from) {
                    let given = (from.clone(), export.name.clone());
                    let known = pending.iter_mut().find(|file| sources.path_of(&file.path) == path);
                    match known {
                        Some(file) => file.given.push(given),
                        None => pending.extend(self.user(&path, language, given, sources, roots, report)),
                    }
                }
            }
        }
    }

    fn user(
        &self,
        path: &str,
        language: Language,
        given: (SmolStr, SmolStr),
        sources: &dyn FileSources,
        roots: &[PathBuf],
        report: &mut Report,
    ) -> Option<Pending> {
        let other = sources.open(path, language)?;
        let file = self.root.join(other.shown.as_str());
        let is_asked = roots.iter().any(|root| file.starts_with(root));
        if other.zone.is_silent() || other.text.len() > LARGEST_LINKED || !is_asked {
            return None;
        }
        let kind = Kind { language, template: other.template };
        let Analysed { text, answers } = self.analyse(&other.shown, kind, other.text.as_bytes().to_vec()).ok()?;
        // what was found in it by itself is found again
        report.forget(&other.shown, answers.allowed);
        Some(Pending { path: other.shown, kind, text, answers, given: vec![given] })
    }

    fn resolve_together(&self, pending: Vec<Pending>, sources: &dyn FileSources, report: &mut Report) {
        let linked = self.link(&pending, sources);
        pending.into_iter().zip(linked).for_each(|(file, linked)| self.tell(file, linked, report));
    }

    fn tell(&self, file: Pending, linked: Option<FileAnalysis>, report: &mut Report) {
        let mut answers = linked.unwrap_or(file.answers);
        self.project.configure(&file.path, &mut answers);
        self.locate(file.path, Analysed { text: file.text, answers }, report);
    }

    pub(super) fn judge(&self, job: Job, report: &mut Report, open: &mut Open) {
        let Job { path, kind, text, explicit } = job;
        let bytes = match text {
            Text::Held(bytes) => bytes,
            Text::OnDisk(file) => match read::up_to(&file, largest(kind)) {
                Ok(bytes) => bytes,
                Err(error) => return report.skip(path, format!("cannot be read: {error}")),
            },
        };
        let kind = match kind {
            FileKind::Code(kind) => kind,
            FileKind::Deployment(format) => {
                return match self.analyse_deployment(&path, format, bytes) {
                    Ok(file) => self.locate(path, file, report),
                    Err(why) => report.skip(path, why),
                };
            }
        };
        if !explicit && (files::is_generated_name(&path) || files::is_generated_text(&bytes)) {
            (self.log)(&format!("left out {path}: generated"));
            report.generated += 1;
            return;
        }
        match self.analyse(&path, kind, bytes) {
            Ok(Analysed { text, answers }) if answers.is_open && text.len() <= LARGEST_LINKED => {
                let given = Vec::new();
                open.exports.extend(exports_of(&path, kind, &answers));
                open.pending.push(Pending { path, kind, text, answers, given });
            }
            Ok(mut file) => {
                open.exports.extend(exports_of(&path, kind, &file.answers));
                self.project.configure(&path, &mut file.answers);
                self.locate(path, file, report);
            }
            Err(why) => report.skip(path, why),
        }
    }

    /// Positions are worked out from the answers and may fail with them.
    fn locate(&self, path: SmolStr, file: Analysed, report: &mut Report) {
        let located = panics::guard(|| {
            let lines = LineIndex::new(&file.text);
            let findings = report::locate(&path, &lines, file.answers.findings);
            let sites = self.with_sites.then(|| {
                let sites = file.answers.sites.into_iter();
                let located = sites.map(|site| report::locate_site(&path, &lines, site));
                located.collect::<Vec<_>>()
            });
            (findings, sites, file.answers.allowed)
        });
        match located {
            Ok((findings, sites, allowed)) => {
                report.merge(Report { findings, sites, allowed, scanned: 1, ..Report::default() })
            }
            Err(why) => report.skip(path, why),
        }
    }
}
