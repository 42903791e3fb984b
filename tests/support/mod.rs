//! Texts of every size and shape for the tests of what bad input costs, and a count of that cost.

pub mod deep;
pub mod meter;
pub mod wide;

use prodguard::analysis::{self, FileAnalysis, Input};
use prodguard::catalog::Catalog;
use prodguard::program::Language;
use prodguard::project::FileFacts;
use prodguard::rules::Zone;

/// Bytes of stack that the scan gives a thread.
pub const STACK: usize = 256 * 1024 * 1024;

/// Runs `work` on a thread like those of the scan.
pub fn on_scan_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .expect("a thread")
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

pub fn analyze(language: Language, text: &str, template: bool) -> FileAnalysis {
    let triggers = analysis::triggers(Catalog::builtin(), language);
    analysis::analyze(&Input {
        text,
        language,
        template,
        zone: Zone::Production,
        facts: &FileFacts::default(),
        triggers: &triggers,
    })
}
