//! A refusal on its way out: a problem with its status, as `application/problem+json`.
//!
//! What went wrong inside is logged where it is turned into a refusal, once; the client reads only what it can act on.

use std::error::Error;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::error;

use crate::api::{Problem, ProblemKind};

/// A problem, and when to try again.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    problem: Problem,
    retry_after: Option<u16>,
}

impl Refusal {
    pub(super) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { problem: Problem::new(kind, detail), retry_after: None }
    }

    /// A failure inside: logged here with all its causes, answered without them.
    pub(super) fn internal(what: &str, cause: &dyn Error) -> Self {
        error!("{what}: {}", Causes(cause));
        Self::new(ProblemKind::Internal, format!("{what}; the server's log has the reason"))
    }

    pub(super) fn no_entry(index: u64, size: u64) -> Self {
        Self::new(ProblemKind::NotFound, format!("there is no entry {index}: the ledger has {size} entries"))
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { problem: self.problem.with_hint(hint), ..self }
    }

    /// Says after how many seconds a repeat makes sense.
    pub(super) fn retry_after(self, seconds: u16) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub(super) fn status(&self) -> u16 {
        self.problem.status
    }

    pub(super) fn into_problem(self) -> Problem {
        self.problem
    }

    /// The same as one line of text, for the endpoints outside /v1.
    pub(super) fn into_text(self) -> Response {
        let line = format!("{}\n", self.problem.detail);
        self.finish("text/plain; charset=utf-8", line.into_bytes())
    }

    fn finish(self, content_type: &'static str, body: Vec<u8>) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        self.finish("application/problem+json", body)
    }
}

/// An error and what caused it, one after another.
pub(super) struct Causes<'a>(pub(super) &'a dyn Error);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(inner) = cause {
            write!(f, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}
