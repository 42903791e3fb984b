//! Progress of long work, for clients that show it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::transport::Output;

/// A running piece of work. Nothing is told before the client agreed to show it.
pub struct Progress {
    shown: Mutex<Shown>,
    token: String,
    /// Per cent that were told last.
    told: AtomicUsize,
    cancels: Arc<Cancels>,
}

#[derive(Default)]
struct Shown {
    output: Option<Output>,
    ended: bool,
}

/// Work that the user can cancel, by the token of its progress.
#[derive(Default)]
pub struct Cancels {
    running: Mutex<Vec<(String, Arc<AtomicBool>)>>,
}

impl Cancels {
    fn running(&self) -> std::sync::MutexGuard<'_, Vec<(String, Arc<AtomicBool>)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user wants the work of a token to end.
    pub fn cancel(&self, token: &str) {
        let running = self.running();
        running.iter().filter(|(other, _)| other == token).for_each(|(_, stop)| stop.store(true, Ordering::Relaxed));
    }
}

impl Progress {
    pub fn new(token: String, cancels: Arc<Cancels>) -> Progress {
        Progress { shown: Mutex::default(), token, told: AtomicUsize::new(0), cancels }
    }

    /// The client agreed: it is told from now on, unless all is done already.
    pub fn show(&self, output: Output) {
        let mut shown = self.shown();
        let begin = json!({
            "kind": "begin", "title": "prodguard", "message": "checking the workspace", "cancellable": true, "percentage": 0
        });
        shown.output = Some(output);
        self.tell(&shown, begin);
        if shown.ended {
            self.tell(&shown, json!({ "kind": "end" }));
        }
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, shown: &Shown, value: serde_json::Value) {
        if let Some(output) = &shown.output {
            let params = json!({ "token": self.token, "value": value });
            output.notify("$/progress", params.to_string().as_bytes());
        }
    }

    /// Raised when the user cancels.
    pub fn stops(&self, stop: &Arc<AtomicBool>) {
        self.cancels.running().push((self.token.clone(), stop.clone()));
    }

    /// So many of all files are done; told when the number of per cent grows.
    pub fn report(&self, done: usize, all: usize) {
        let percentage = done * 100 / all.max(1);
        if self.told.fetch_max(percentage, Ordering::Relaxed) < percentage {
            let shown = self.shown();
            self.tell(
                &shown,
                json!({
                    "kind": "report", "message": format!("{done} of {all} files"), "percentage": percentage
                }),
            );
        }
    }

    pub fn end(&self) {
        let mut shown = self.shown();
        shown.ended = true;
        self.tell(&shown, json!({ "kind": "end" }));
        drop(shown);
        self.cancels.running().retain(|(token, _)| *token != self.token);
    }
}
