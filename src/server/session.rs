//! The layer around the framework's service: what a session must survive, and how it ends.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower::Service;
use tower_lsp::jsonrpc::{Error, Request, Response};

/// Answers a request whose handler panicked, and learns whether the client shut down before it left.
pub struct Session<S> {
    inner: S,
    was_shut_down: Arc<AtomicBool>,
}

impl<S> Session<S> {
    pub fn new(inner: S, was_shut_down: Arc<AtomicBool>) -> Self {
        Session { inner, was_shut_down }
    }
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<Option<Response>, E>> + Send>>;

impl<S> Service<Request> for Session<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() == "shutdown" {
            self.was_shut_down.store(true, Ordering::Relaxed);
        }
        let id = request.id().cloned();
        let mut answer = Box::pin(self.inner.call(request));
        Box::pin(std::future::poll_fn(move |context| {
            let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
            polled.unwrap_or_else(|_| {
                // a notification has no id, and no answer
                Poll::Ready(Ok(id.clone().map(|id| Response::from_error(id, Error::internal_error()))))
            })
        }))
    }
}
