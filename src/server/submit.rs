//! `POST /v1/evidence` and `POST /v1/registry`: a signed statement in, an entry and its receipt out.
//!
//! The order of checks is that of docs/architecture.md, section "Submit"; what is cheap comes before what is dear: size, form,
//! signature, repeat, queue, admission. The signature is checked on the connection's own worker: it takes some 20 us, less
//! than handing it over would gain.

use std::time::Instant;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::oneshot;
use tracing::error;

use crate::api::{Earlier, EntryHead, KeyAtEntry, ProblemKind, SubmitAnswer, SubmitRequest};
use crate::codec::{Time, decode_base64};
use crate::evidence::{
    Body as Says, Fingerprint, Kind, MAX_STATEMENT_BYTES, SignedStatement, StatementId, SuiteKey, VerifiedStatement,
    VerifyError,
};
use crate::ledger::Receipt;
use crate::merkle::{Hash, LeafIndex};
use crate::registry::NotAdmitted;
use crate::sequencer::{Admitted, Stopped, SubmitError};
use crate::store::Published;

use super::App;
use super::body;
use super::earlier;
use super::rates::too_soon;
use super::refusal::Refusal;
use super::witnessed;

const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";
/// The JSON form of the largest statement, with some room for white space.
pub(super) const MAX_JSON_BYTES: usize = MAX_STATEMENT_BYTES.div_ceil(3) * 4 + 1024;

/// What an endpoint takes.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// Evidence (kind 1).
    Evidence,
    /// Enrolments and revocations (kinds 2 and 3).
    Registry,
}

impl Takes {
    /// Refuses statements of other kinds.
    fn check(self, kind: Kind) -> Result<(), Refusal> {
        let (taken, other) = match (self, kind) {
            (Self::Evidence, Kind::Evidence) | (Self::Registry, Kind::Enrol | Kind::Revoke) => return Ok(()),
            (Self::Evidence, _) => ("evidence (kind 1)", "enrolments and revocations go to /v1/registry"),
            (Self::Registry, _) => ("enrolments and revocations (kinds 2 and 3)", "evidence goes to /v1/evidence"),
        };
        let detail = format!("a statement of kind {}, and this endpoint takes {taken}", kind.code());
        Err(Refusal::new(ProblemKind::NotAdmitted, detail).with_hint(other))
    }
}

/// `POST /v1/evidence`.
pub(super) async fn evidence(
    State(app): State<App>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // Before anything is admitted: a question that can't be answered must not leave an entry behind.
    let waits = witnessed::waits(&app, raw.as_deref())?;
    let (status, mut answer) = take(Takes::Evidence, &app, &headers, body).await?;
    if waits && let Some(receipt) = witnessed::wait_for(&app, LeafIndex::new(answer.entry.index)).await? {
        answer.receipt = receipt.into_text();
    }
    Ok((status, Json(answer)).into_response())
}

/// `POST /v1/registry`.
pub(super) async fn registry(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Refusal> {
    let (status, answer) = take(Takes::Registry, &app, &headers, body).await?;
    Ok((status, Json(answer)).into_response())
}

async fn take(takes: Takes, app: &App, headers: &HeaderMap, body: Body) -> Result<(StatusCode, SubmitAnswer), Refusal> {
    let content_type = body::content_type(headers);
    let limit = match content_type.as_str() {
        BYTES => MAX_STATEMENT_BYTES,
        JSON => MAX_JSON_BYTES,
        other => return Err(body::unsupported(other, &format!("{BYTES} or {JSON}"))),
    };
    let bytes = body::read(headers, body, limit, app.limits.body).await?;
    // A place for this one, until it is answered for: beyond what can be committed soon nothing is begun. Before the
    // signature, which is most of the work.
    let place = app.submissions.try_acquire();
    let _place = place.map_err(|_| Refusal::new(ProblemKind::Busy, "too many submissions at a time").retry_after(1))?;
    let statement = if content_type == JSON { verify(&statement_of_json(&bytes)?)? } else { verify(&bytes)? };
    let submitted = submit(app, takes, statement)?;
    answer(app, submitted).await
}

/// The statement's bytes out of `{"signed_statement": base64}`.
pub(super) fn statement_of_json(json: &[u8]) -> Result<Vec<u8>, Refusal> {
    let malformed = |detail: String| Refusal::new(ProblemKind::MalformedRequest, detail);
    let request: SubmitRequest = serde_json::from_slice(json)
        .map_err(|error| malformed(format!("not {{\"signed_statement\": base64}}: {error}")))?;
    decode_base64(&request.signed_statement).map_err(|error| malformed(format!("`signed_statement`: {error}")))
}

/// Size, form, signature.
fn verify(bytes: &[u8]) -> Result<VerifiedStatement, Refusal> {
    parse(bytes)?.verify().map_err(not_verified)
}

/// Size and form.
pub(super) fn parse(bytes: &[u8]) -> Result<SignedStatement, Refusal> {
    if bytes.len() > MAX_STATEMENT_BYTES {
        let detail = format!("the statement has {} bytes, more than {MAX_STATEMENT_BYTES}", bytes.len());
        return Err(Refusal::new(ProblemKind::TooLarge, detail));
    }
    SignedStatement::parse(bytes).map_err(|error| {
        let kind = if error.is_unknown() { ProblemKind::NotUnderstood } else { ProblemKind::MalformedStatement };
        Refusal::new(kind, error.to_string())
    })
}

/// A statement whose signatures do not hold, or cannot be judged.
pub(super) fn not_verified(error: VerifyError) -> Refusal {
    let kind = match error {
        VerifyError::BadSignature | VerifyError::BadConsent => ProblemKind::BadSignature,
        VerifyError::UnknownSuite { .. } | VerifyError::UnknownKind { .. } => ProblemKind::NotUnderstood,
    };
    Refusal::new(kind, error.to_string())
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

/// Repeat, kind, queue. Does not wait. Whether the key may sign it is told in the queue's order, by the sequencer.
pub(super) fn submit(app: &App, takes: Takes, statement: VerifiedStatement) -> Result<Submitted, Refusal> {
    let evidence = match statement.body() {
        Says::Evidence(evidence) => Some(evidence.fingerprint),
        _ => None,
    };
    let known = app.reader.by_statement(&statement.id());
    let known = known.map_err(|error| Refusal::internal("the statement cannot be looked up", &error))?;
    let place = if let Some(index) = known {
        Place::Known(index)
    } else {
        takes.check(statement.kind())?;
        check_rate(app, &statement)?;
        witnessed::check_standing(app)?;
        Place::Queued(app.sequencer.enqueue(statement).map_err(refused)?)
    };
    Ok(Submitted { evidence, place })
}

/// The limit on each key: after the signature, so that nobody uses up another's.
fn check_rate(app: &App, statement: &VerifiedStatement) -> Result<(), Refusal> {
    let (Some(keys), Some(key)) = (&app.keys, statement.public_key()) else { return Ok(()) };
    keys.take(*key.as_bytes(), Instant::now()).map_err(|wait| too_soon("this key", wait))
}

/// What an answer says of an entry, and its receipt.
struct Entered {
    head: EntryHead,
    time: Time,
    key: SuiteKey,
    receipt: String,
}

/// Waits until the statement is an entry under a signed checkpoint, and answers for it.
pub(super) async fn answer(app: &App, submitted: Submitted) -> Result<(StatusCode, SubmitAnswer), Refusal> {
    let (status, index, is_first, entered) = match submitted.place {
        Place::Known(index) => {
            let receipt = app.reader.receipt(index).map_err(|error| no_receipt(&error))?;
            let receipt = receipt.ok_or_else(|| Refusal::no_entry(index.get(), app.size()))?;
            (StatusCode::OK, index, false, stored(receipt)?)
        }
        Place::Queued(answer) => {
            let admitted = answer.await.unwrap_or(Err(SubmitError::OutcomeUnknown)).map_err(refused)?;
            let status = if admitted.is_repeat() { StatusCode::OK } else { StatusCode::CREATED };
            let entered = match admitted.batch() {
                Some(batch) => fresh(batch, admitted.index())?,
                None => stored(admitted.receipt().map_err(|error| no_receipt(&error))?)?,
            };
            (status, admitted.index(), admitted.is_first(), entered)
        }
    };
    let earlier = match submitted.evidence {
        Some(evidence) if !is_first => earlier::before(app, evidence, index).await?,
        _ => Earlier::default(),
    };
    let Entered { head, time, key, receipt } = entered;
    let registry = app.reader.registry().ok();
    let key = registry.map(|registry| Box::new(KeyAtEntry::new(&registry, &key, index, time)));
    Ok((status, SubmitAnswer { entry: head, receipt, key, earlier }))
}

fn no_receipt(error: &dyn std::error::Error) -> Refusal {
    Refusal::internal("the statement is an entry, but its receipt cannot be made now", error)
}

/// An entry of the batch that was just published: nothing is read, parsed or hashed again.
fn fresh(batch: &Published, index: LeafIndex) -> Result<Entered, Refusal> {
    let receipt = batch.receipt_text(index).map_err(|error| no_receipt(&error))?;
    let entry = batch.entry(index).map_err(|error| no_receipt(&error))?;
    let head = head(index, entry.time(), entry.leaf(), &entry.statement().id());
    Ok(Entered { head, time: entry.time(), key: entry.statement().key().clone(), receipt })
}

/// An entry that the ledger had before.
fn stored(receipt: Receipt) -> Result<Entered, Refusal> {
    let entry = receipt.disclosure().entry().map_err(|error| no_receipt(&error))?;
    let statement = entry.statement().map_err(|error| no_receipt(&error))?;
    let head = head(entry.index(), entry.time(), &entry.leaf_hash(), &statement.id());
    Ok(Entered { head, time: entry.time(), key: statement.key().clone(), receipt: receipt.into_text() })
}

fn head(index: LeafIndex, time: Time, leaf: &Hash, id: &StatementId) -> EntryHead {
    EntryHead {
        index: index.get(),
        time: time.to_string(),
        leaf: hex::encode(leaf.as_bytes()),
        statement_id: hex::encode(id.as_bytes()),
    }
}

/// The rule of admission that a statement breaks.
fn not_admitted(reason: NotAdmitted) -> Refusal {
    let kind = match reason {
        NotAdmitted::KeyNotEnrolled => ProblemKind::KeyNotEnrolled,
        NotAdmitted::KeyNotYetValid { .. } => ProblemKind::KeyNotYetValid,
        NotAdmitted::KeyExpired { .. } => ProblemKind::KeyExpired,
        NotAdmitted::KeyRevoked { .. } => ProblemKind::KeyRevoked,
        _ => ProblemKind::NotAdmitted,
    };
    let refusal = Refusal::new(kind, reason.to_string());
    match reason.hint() {
        Some(hint) => refusal.with_hint(hint),
        None => refusal,
    }
}

/// What the sequencer says, in the API's words. What only the operator can mend is logged.
fn refused(error: SubmitError) -> Refusal {
    let words = error.to_string();
    match error {
        SubmitError::QueueFull { .. } => Refusal::new(ProblemKind::Busy, words).retry_after(1),
        SubmitError::KindNotAdmitted { .. } => Refusal::new(ProblemKind::NotAdmitted, words)
            .with_hint("evidence, enrolments and revocations (kinds 1 to 3) are admitted"),
        SubmitError::NotAdmitted(reason) => not_admitted(reason),
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
