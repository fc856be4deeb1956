//! `POST /v1/evidence`: a signed statement in, an entry and its receipt out.
//!
//! The order of checks is that of docs/architecture.md, section "Submit"; what is cheap comes before what is dear: size, form,
//! signature, repeat, admission, queue. The signature is checked on the connection's own worker: it takes some 20 us, less
//! than handing it over would gain.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::oneshot;
use tracing::error;

use crate::api::{Earlier, EntryHead, ProblemKind, SubmitAnswer, SubmitRequest};
use crate::codec::decode_base64;
use crate::evidence::{
    Body as Says, Entry, Fingerprint, MAX_STATEMENT_BYTES, SignedStatement, VerifiedStatement, VerifyError,
};
use crate::merkle::LeafIndex;
use crate::sequencer::{Admitted, Stopped, SubmitError};

use super::App;
use super::body;
use super::earlier;
use super::refusal::Refusal;

const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";
/// The JSON form of the largest statement, with some room for white space.
pub(super) const MAX_JSON_BYTES: usize = MAX_STATEMENT_BYTES.div_ceil(3) * 4 + 1024;

/// `POST /v1/evidence`.
pub(super) async fn evidence(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Refusal> {
    let content_type = body::content_type(&headers);
    let limit = match content_type.as_str() {
        BYTES => MAX_STATEMENT_BYTES,
        JSON => MAX_JSON_BYTES,
        other => return Err(body::unsupported(other, &format!("{BYTES} or {JSON}"))),
    };
    let bytes = body::read(&headers, body, limit, app.limits.body).await?;
    let statement = if content_type == JSON { verify(&statement_of_json(&bytes)?)? } else { verify(&bytes)? };
    let submitted = submit(&app, statement)?;
    let (status, answer) = answer(&app, submitted).await?;
    Ok((status, Json(answer)).into_response())
}

/// The statement's bytes out of `{"signed_statement": base64}`.
pub(super) fn statement_of_json(json: &[u8]) -> Result<Vec<u8>, Refusal> {
    let malformed = |detail: String| Refusal::new(ProblemKind::MalformedRequest, detail);
    let request: SubmitRequest = serde_json::from_slice(json)
        .map_err(|error| malformed(format!("not {{\"signed_statement\": base64}}: {error}")))?;
    decode_base64(&request.signed_statement).map_err(|error| malformed(format!("`signed_statement`: {error}")))
}

/// Size, form, signature.
pub(super) fn verify(bytes: &[u8]) -> Result<VerifiedStatement, Refusal> {
    if bytes.len() > MAX_STATEMENT_BYTES {
        let detail = format!("the statement has {} bytes, more than {MAX_STATEMENT_BYTES}", bytes.len());
        return Err(Refusal::new(ProblemKind::TooLarge, detail));
    }
    let statement = SignedStatement::parse(bytes).map_err(|error| {
        let kind = if error.is_unknown() { ProblemKind::NotUnderstood } else { ProblemKind::MalformedStatement };
        Refusal::new(kind, error.to_string())
    })?;
    statement.verify().map_err(|error| {
        let kind = match error {
            VerifyError::BadSignature | VerifyError::BadConsent => ProblemKind::BadSignature,
            VerifyError::UnknownSuite { .. } | VerifyError::UnknownKind { .. } => ProblemKind::NotUnderstood,
        };
        Refusal::new(kind, error.to_string())
    })
}

/// A statement on its way into the ledger.
pub(super) struct Submitted {
    evidence: Option<Fingerprint>,
    place: Place,
}

/// Where the answer comes from.
enum Place {
    /// It was an entry before.
    Known(LeafIndex),
    /// It waits in the queue.
    Queued(oneshot::Receiver<Result<Admitted, SubmitError>>),
}

/// Repeat, admission, queue. Does not wait.
pub(super) fn submit(app: &App, statement: VerifiedStatement) -> Result<Submitted, Refusal> {
    let evidence = match statement.body() {
        Says::Evidence(evidence) => Some(evidence.fingerprint),
        _ => None,
    };
    let known = app.reader.by_statement(&statement.id());
    let known = known.map_err(|error| Refusal::internal("the statement cannot be looked up", &error))?;
    let place = match known {
        Some(index) => Place::Known(index),
        None => Place::Queued(app.sequencer.enqueue(statement).map_err(refused)?),
    };
    Ok(Submitted { evidence, place })
}

/// Waits until the statement is an entry under a signed checkpoint, and answers for it.
pub(super) async fn answer(app: &App, submitted: Submitted) -> Result<(StatusCode, SubmitAnswer), Refusal> {
    let fails = |error: &dyn std::error::Error| {
        Refusal::internal("the statement is an entry, but its receipt cannot be made now", error)
    };
    let (status, index, receipt) = match submitted.place {
        Place::Known(index) => {
            let receipt = app.reader.receipt(index).map_err(|error| fails(&error))?;
            (StatusCode::OK, index, receipt.ok_or_else(|| Refusal::no_entry(index.get(), app.size()))?)
        }
        Place::Queued(answer) => {
            let admitted = answer.await.unwrap_or(Err(SubmitError::OutcomeUnknown)).map_err(refused)?;
            let status = if admitted.is_repeat() { StatusCode::OK } else { StatusCode::CREATED };
            (status, admitted.index(), admitted.receipt().map_err(|error| fails(&error))?)
        }
    };
    let earlier = match submitted.evidence {
        None => Earlier::default(),
        Some(evidence) => earlier::before(app, evidence, index).await?,
    };
    let entry = receipt.disclosure().entry().map_err(|error| fails(&error))?;
    let entry = head(&entry).map_err(|error| fails(&error))?;
    Ok((status, SubmitAnswer { entry, receipt: receipt.into_text(), earlier }))
}

fn head(entry: &Entry) -> Result<EntryHead, crate::evidence::StatementError> {
    Ok(EntryHead {
        index: entry.index().get(),
        time: entry.time().to_string(),
        leaf: hex::encode(entry.leaf_hash().as_bytes()),
        statement_id: hex::encode(entry.statement()?.id().as_bytes()),
    })
}

/// What the sequencer says, in the API's words. What only the operator can mend is logged.
fn refused(error: SubmitError) -> Refusal {
    let words = error.to_string();
    match error {
        SubmitError::QueueFull { .. } => Refusal::new(ProblemKind::Busy, words).retry_after(1),
        SubmitError::KindNotAdmitted { .. } => Refusal::new(ProblemKind::NotAdmitted, words)
            .with_hint("evidence (kind 1) is admitted; enrolments and revocations are not admitted yet"),
        SubmitError::DiskFull { .. } => {
            Refusal::new(ProblemKind::DiskLow, "the ledger's disk is nearly full; reading goes on").retry_after(60)
        }
        SubmitError::LookupFailed { reason } => {
            error!("a statement cannot be looked up: {reason}");
            Refusal::new(ProblemKind::Internal, "the statement cannot be looked up; the server's log has the reason")
        }
        SubmitError::Stopped(Stopped::ClockBehind { .. }) => Refusal::new(
            ProblemKind::ClockBehind,
            "the server's clock is more than a minute behind the last entry; nothing was admitted",
        )
        .retry_after(60),
        SubmitError::Stopped(_) => {
            Refusal::new(ProblemKind::Stopped, "the ledger has stopped admitting; nothing was admitted").retry_after(5)
        }
        SubmitError::OutcomeUnknown => Refusal::new(ProblemKind::OutcomeUnknown, words)
            .with_hint("send the same statement again: if it is an entry, the answer is its receipt"),
    }
}
