//! One file at a time through `analyze()`.

use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder};
use smol_str::SmolStr;

use crate::analysis::{FileAnalysis, Input};
use crate::project::files::{self, Kind};
use crate::report::{self, Report};
use crate::text::{self, LineIndex};

use super::budget::Budget;
use super::{Failure, Job, Scan, Text, read};
use crate::cli::panics;

/// Bytes of stack; only pages that are touched cost memory. Deeply nested code must not overflow it, for nothing can
/// catch that.
const STACK: usize = 256 * 1024 * 1024;

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
            if let Some(why) = answers.skipped {
                return Err(why);
            }
            self.project.configure(path, &mut answers);
            Ok(Analysed { text, answers })
        })?
    }

    pub(super) fn judge(&self, job: Job, report: &mut Report) {
        let Job { path, kind, text, explicit } = job;
        let bytes = match text {
            Text::Held(bytes) => bytes,
            Text::OnDisk(file) => match read::again(&file) {
                Ok(bytes) => bytes,
                Err(error) => return report.skip(path, format!("cannot be read: {error}")),
            },
        };
        if !explicit && (files::is_generated_name(&path) || files::is_generated_text(&bytes)) {
            (self.log)(&format!("left out {path}: generated"));
            report.generated += 1;
            return;
        }
        // positions are worked out from the answers and may fail with them
        let located = self.analyse(&path, kind, bytes).and_then(|file| {
            panics::guard(|| {
                let lines = LineIndex::new(&file.text);
                let findings = report::locate(&path, &lines, file.answers.findings);
                let sites = self.with_sites.then(|| {
                    let sites = file.answers.sites.into_iter();
                    let located = sites.map(|site| report::locate_site(&path, &lines, site));
                    located.collect::<Vec<_>>()
                });
                (findings, sites, file.answers.allowed)
            })
        });
        match located {
            Ok((findings, sites, allowed)) => {
                report.merge(Report { findings, sites, allowed, scanned: 1, ..Report::default() })
            }
            Err(why) => report.skip(path, why),
        }
    }
}
