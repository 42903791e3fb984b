//! Progress of long work, for clients that show it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::transport::Output;

/// A running piece of work; silent if the client shows no progress.
pub struct Progress {
    output: Option<Output>,
    token: String,
    /// Per cent that were told last.
    told: AtomicUsize,
    cancels: Arc<Cancels>,
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
    /// `output` only once the client agreed to the token.
    pub fn new(output: Option<Output>, token: String, cancels: Arc<Cancels>) -> Progress {
        let progress = Progress { output, token, told: AtomicUsize::new(0), cancels };
        progress.tell(json!({
            "kind": "begin", "title": "prodguard", "message": "checking the workspace", "cancellable": true, "percentage": 0
        }));
        progress
    }

    fn tell(&self, value: serde_json::Value) {
        if let Some(output) = &self.output {
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
            self.tell(json!({
                "kind": "report", "message": format!("{done} of {all} files"), "percentage": percentage
            }));
        }
    }

    pub fn end(&self) {
        self.tell(json!({ "kind": "end" }));
        self.cancels.running().retain(|(token, _)| *token != self.token);
    }
}
