//! The language server. Only this room knows the protocol; what it says is what the command line says.

mod actions;
mod answer;
mod backend;
mod capabilities;
mod client;
mod commands;
mod config;
mod document;
mod edits;
mod hover;
mod jobs;
mod lenient;
mod lens;
mod links;
mod position;
mod progress;
mod projects;
mod pull;
mod scan;
mod session;
mod settings;
mod state;
mod transport;
mod watch;
mod worker;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp::{LspService, Server};

use backend::Backend;
use session::Session;
use state::State;
use transport::{FrameWriter, Output};
use worker::Helpers;

/// Requests in flight. Those that wait for an analysis must not keep others, or their cancellation, waiting.
const CONCURRENT: usize = 256;
/// Bytes between the thread that reads and the framework.
const PIPE: usize = 256 * 1024;

/// Serves one client on standard input and output until it leaves. The exit status is 0 after a shutdown, else 1.
pub fn run() -> ExitCode {
    match serve() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("prodguard: the language server cannot start: {why}");
            ExitCode::from(2)
        }
    }
}

/// Whether the client shut the server down before it left.
fn serve() -> io::Result<bool> {
    // handlers only pass on what threads of their own work out
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build()?;
    let (output, writer) = Output::start(io::stdout())?;
    let state = Arc::new(State::new(output.clone()));
    worker::start(state.clone())?;
    links::start(&state)?;
    let helpers = Helpers::start()?;
    let (reading, input) = tokio::io::duplex(PIPE);
    let (pump_output, handle, escaped) = (output.clone(), runtime.handle().clone(), state.escaped.clone());
    let pump = move || transport::pump(io::stdin().lock(), &pump_output, &escaped, &handle, reading);
    std::thread::Builder::new().name("input".to_owned()).spawn(pump)?;

    let was_shut_down = Arc::new(AtomicBool::new(false));
    let backend_state = state.clone();
    let (service, socket) = LspService::build(move |client| Backend::new(client, backend_state, helpers))
        .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
        .finish();
    let session = Session::new(service, was_shut_down.clone());
    let server = Server::new(input, FrameWriter::new(output.clone()), socket).concurrency_level(CONCURRENT);
    runtime.block_on(server.serve(session));
    state.queue.end();
    // answers that are queued still go out; a client that reads no more is not waited for
    output.close();
    let deadline = std::time::Instant::now() + std::time::Duration::from_millis(500);
    while !writer.is_finished() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    Ok(was_shut_down.load(Ordering::Relaxed))
}
