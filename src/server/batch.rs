//! `POST /v1/evidence/batch`: many statements in, one answer line each, in their order, as they become entries.
//!
//! Signatures are checked side by side on the blocking pool, so that the workers go on serving others; statements go into
//! the queue in the batch's order without waiting for each other, so that they share commits. The answer streams: whoever
//! reads it slowly holds up only their own batch, and for a limited time.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Frame as BodyFrame;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::api::{BatchLine, BatchOutcome, ProblemKind};
use crate::evidence::{SignedStatement, VerifiedStatement};

use super::App;
use super::body;
use super::frames::{BYTES, Form, Frame, NDJSON};
use super::refusal::Refusal;
use super::submit::{Submitted, Takes, answer, not_verified, parse, submit};

/// Statements that are checked on one thread at a time: about a millisecond of work.
const CHUNK: usize = 32;
/// Answer lines that wait for the connection.
const LINES_WAITING: usize = 16;

/// `POST /v1/evidence/batch`.
pub(super) async fn batch(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Refusal> {
    let content_type = body::content_type(&headers);
    let form =
        Form::of(&content_type).ok_or_else(|| body::unsupported(&content_type, &format!("{NDJSON} or {BYTES}")))?;
    // Before the body is read: a permit bounds what batches hold in memory.
    let permit = app.batches.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Refusal::new(ProblemKind::Busy, "too many batches at a time").retry_after(1))?;
    let body = body::read(&headers, body, app.limits.batch_bytes, app.limits.body).await?;
    let frames = form.cut(&body, app.limits.batch_statements);
    if frames.len() > app.limits.batch_statements {
        let detail = format!("the batch has more than {} statements", app.limits.batch_statements);
        return Err(Refusal::new(ProblemKind::TooLarge, detail).with_hint("send several batches"));
    }
    let (lines, receiver) = mpsc::channel(LINES_WAITING);
    tokio::spawn(run(app, frames, lines, permit));
    Ok(([(header::CONTENT_TYPE, NDJSON)], Body::new(Lines(receiver))).into_response())
}

/// Answers a whole batch; ends early when nobody reads the answer, though what is queued is admitted all the same.
async fn run(app: App, frames: Vec<Frame>, lines: mpsc::Sender<Bytes>, _permit: OwnedSemaphorePermit) {
    let mut submitted = Vec::with_capacity(frames.len());
    for (count, chunk) in verify_all(frames) {
        let verified = chunk.await.unwrap_or_else(|error| {
            // A panic while checking: every line of the chunk is answered, so that those after it keep their numbers.
            vec![Err(Refusal::internal("the server failed at this statement", &error)); count]
        });
        submitted.extend(verified.into_iter().map(|one| one.and_then(|one| submit(&app, Takes::Evidence, one))));
    }
    for (number, one) in (1..).zip(submitted) {
        let line = line(&app, number, one).await;
        if !matches!(timeout(app.limits.body, lines.send(line)).await, Ok(Ok(()))) {
            return;
        }
    }
}

type Verified = Vec<Result<VerifiedStatement, Refusal>>;

/// Starts checking all statements: chunks, with the number of statements in each, to be awaited in their order.
fn verify_all(frames: Vec<Frame>) -> Vec<(usize, JoinHandle<Verified>)> {
    let mut frames = frames.into_iter();
    let mut chunks = Vec::new();
    loop {
        let chunk: Vec<Frame> = frames.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return chunks;
        }
        chunks.push((chunk.len(), spawn_blocking(move || verify(chunk))));
    }
}

/// Checks statements on this thread: each by itself, though their signatures share what they can.
fn verify(frames: Vec<Frame>) -> Verified {
    let mut statements = Vec::with_capacity(frames.len());
    let mut read = |frame: Frame| parse(&frame.statement()?).map(|statement| statements.push(statement));
    let parsed: Vec<Result<(), Refusal>> = frames.into_iter().map(&mut read).collect();
    let mut verified = SignedStatement::verify_all(statements).into_iter();
    let outcome = |parsed: Result<(), Refusal>| {
        parsed?;
        // There are as many outcomes as statements.
        let nobody = || Refusal::new(ProblemKind::Internal, "the statement was not judged");
        verified.next().ok_or_else(nobody)?.map_err(not_verified)
    };
    parsed.into_iter().map(outcome).collect()
}

/// The answer line of one statement.
async fn line(app: &App, number: u64, submitted: Result<Submitted, Refusal>) -> Bytes {
    let answered = match submitted {
        Ok(submitted) => answer(app, submitted).await,
        Err(refusal) => Err(refusal),
    };
    let (status, outcome) = match answered {
        Ok((status, answer)) => (status.as_u16(), BatchOutcome::Answer(answer)),
        Err(refusal) => (refusal.status(), BatchOutcome::Problem(refusal.into_problem())),
    };
    let mut json = serde_json::to_vec(&BatchLine { line: number, status, outcome }).unwrap_or_default();
    json.push(b'\n');
    json.into()
}

/// Answer lines as a body.
struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|line| line.map(|line| Ok(BodyFrame::data(line))))
    }
}
