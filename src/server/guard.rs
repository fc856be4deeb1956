//! What stands before and behind every request: the limit on how many there are, panics caught, reading allowed from anywhere.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::error;

use crate::api::ProblemKind;

use super::limits::Limits;
use super::pace::Pace;
use super::refusal::Refusal;
use super::turn::Turn;
use super::visitor::{Addresses, Peer};

/// How long an answer took (W3C, Server Timing).
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The places for requests at a time, and the limit on each address.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) places: Arc<Semaphore>,
    addresses: Option<Addresses>,
}

impl Gate {
    /// As many places as the limits say.
    pub(super) fn new(limits: &Limits) -> Self {
        let places = usize::try_from(limits.requests).unwrap_or(Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(places)), addresses: Addresses::new(limits) }
    }

    /// A place for a request; none for questions about health, which are always answered.
    fn admit(&self, request: &Request) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        if matches!(request.uri().path(), "/healthz" | "/readyz") {
            return Ok(None);
        }
        if let (Some(addresses), Some(peer)) = (&self.addresses, request.extensions().get::<Peer>()) {
            addresses.admit(*peer, request.headers())?;
        }
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map(Some).map_err(|_| Refusal::new(ProblemKind::Busy, "too many requests at a time").retry_after(1))
    }
}

/// Runs one request under the limits that hold for all. Its answer keeps its place until it is taken. Health is told even when
/// there is no room for more.
pub(super) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD).then(Instant::now);
    let uri = request.uri().clone();
    let visit = request.extensions().get::<Arc<Pace>>().map(Pace::visit);
    let (permit, mut response) = match gate.admit(&request) {
        Err(refusal) => (None, word(&uri, refusal)),
        Ok(permit) => match caught(next.run(request)).await {
            Ok(response) => (permit, response),
            Err(panic) => {
                error!("panic while answering {uri}: {}", panic_text(panic.as_ref()));
                (permit, word(&uri, Refusal::new(ProblemKind::Internal, "the server failed at this request")))
            }
        },
    };
    if let Some(began) = reads {
        // Whatever can be read is public, so a page from anywhere may read it (and must, to check a receipt).
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if uri.path().starts_with("/v1/") {
            headers.extend(timing(began.elapsed()).map(|took| (SERVER_TIMING, took)));
        }
    }
    Turn::new(permit, visit).answered(response)
}

/// The time from a request's head to its answer, in milliseconds.
fn timing(took: Duration) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("app;dur={:.3}", took.as_secs_f64() * 1e3)).ok()
}

/// Problem details under /v1, plain text elsewhere.
pub(super) fn word(uri: &Uri, refusal: Refusal) -> Response {
    if uri.path().starts_with("/v1/") { refusal.into_response() } else { refusal.into_text() }
}

/// The answer where no route is.
pub(super) async fn no_route(uri: Uri) -> Response {
    word(&uri, Refusal::new(ProblemKind::NotFound, format!("there is nothing at {}", uri.path())))
}

/// The answer where a route has no such method.
pub(super) fn no_method(method: &Method, uri: &Uri) -> Response {
    word(uri, Refusal::new(ProblemKind::MethodNotAllowed, format!("{method} is not a method of {}", uri.path())))
}

/// The outcome of a future, or what it panicked with. Nothing that a handler leaves half-done outlives its request.
async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_with_its_words() {
        let panic = caught(poll_fn(|_| -> Poll<()> { panic!("entry {}", 7) })).await.unwrap_err();
        assert_eq!(panic_text(panic.as_ref()), "entry 7");
        assert_eq!(caught(async { 7 }).await.unwrap(), 7);
    }
}
