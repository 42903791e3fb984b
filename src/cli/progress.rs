//! A bar on standard error for checks that take a while.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A check that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// Counts files; shown only on a terminal.
pub struct Progress {
    enabled: bool,
    started: Instant,
    files: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    pub fn new(wanted: bool) -> Progress {
        Progress {
            enabled: wanted && io::stderr().is_terminal(),
            started: Instant::now(),
            files: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// One more file was looked at.
    pub fn file(&self) {
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        if self.enabled && self.started.elapsed() > PATIENCE {
            self.bar.get_or_init(spinner).set_position(files);
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} files checked ({elapsed})") {
        bar.set_style(style);
    }
    bar
}
