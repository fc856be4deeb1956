//! `POST /v1/verify`: a receipt judged under this ledger's own key, for those who can't run the program themselves.
//!
//! The same report as `notarium verify --json`, with step 8 from this ledger. It is the operator judging its own ledger,
//! and the answer says so; who doubts the operator verifies off line. The evidence never comes here, only its digests.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;

use crate::api::{ProblemKind, VerifyAnswer, VerifyRequest};
use crate::crypto::Digests;
use crate::evidence::{Body as Says, Entry, Fingerprint, SignedStatement};
use crate::ledger::{MAX_RECEIPT_BYTES, Receipt};
use crate::merkle::LeafIndex;
use crate::report::{EarlierDeposit, Inputs, KeyAtEntry, LedgerSide, PartialDeposit, Report, verify_receipt};
use crate::store::{ReadError, Reader, SameEvidence};

use super::App;
use super::body;
use super::entries::blocking;
use super::refusal::Refusal;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const NOTICE: &str = "this is the operator's own word about its ledger; verify off line, with a policy that you had from \
                      elsewhere, if you do not want to rely on it";
/// Earlier deposits that step 8 lists at most. A shorter list than there are would be wrong, so with more the step is not made.
const MOST_EARLIER: usize = 1000;
/// Rows of the index that are read to find them, at most: others may have a digest in common and no more.
const MOST_ROWS: u64 = 65_536;

/// `POST /v1/verify`.
pub(super) async fn verify(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<VerifyAnswer<Report>>, Refusal> {
    let content_type = body::content_type(&headers);
    let limit = match content_type.as_str() {
        // Line ends and dashes take more bytes in JSON than in text, and nothing else does.
        JSON => 2 * MAX_RECEIPT_BYTES,
        TEXT => MAX_RECEIPT_BYTES,
        other => return Err(body::unsupported(other, &format!("{JSON} or {TEXT}"))),
    };
    let bytes = body::read(&headers, body, limit, app.limits.body).await?;
    let (receipt, evidence) = if content_type == JSON { parse(&bytes)? } else { (bytes, None) };
    blocking(move || judge(&app, &receipt, evidence)).await.map(Json)
}

/// The receipt, and the digests if they are given.
fn parse(json: &[u8]) -> Result<(Bytes, Option<Digests>), Refusal> {
    let malformed = |detail: String| Refusal::new(ProblemKind::MalformedRequest, detail);
    let request: VerifyRequest =
        serde_json::from_slice(json).map_err(|error| malformed(format!("not a request to verify: {error}")))?;
    let evidence = match (&request.sha256, &request.sm3, request.length) {
        (None, None, None) => None,
        (Some(sha256), Some(sm3), Some(length)) => Some(Digests {
            sha256: sha256.parse().map_err(|error| malformed(format!("`sha256`: {error}")))?,
            sm3: sm3.parse().map_err(|error| malformed(format!("`sm3`: {error}")))?,
            length,
        }),
        _ => return Err(malformed("`sha256`, `sm3` and `length` are given together or not at all".to_owned())),
    };
    Ok((request.receipt.into(), evidence))
}

fn judge(app: &App, receipt: &[u8], evidence: Option<Digests>) -> Result<VerifyAnswer<Report>, Refusal> {
    let unreadable = |error: ReadError| Refusal::internal("the ledger cannot be read", &error);
    let inputs = Inputs {
        evidence,
        policy: Some(&app.policy),
        ledger: ledger_side(&app.reader, receipt).map_err(unreadable)?,
        ..Inputs::new(receipt)
    };
    Ok(VerifyAnswer { notice: NOTICE.to_owned(), report: verify_receipt(inputs) })
}

/// Step 8: what this ledger says, if the entry is one of its own.
fn ledger_side(reader: &Reader, receipt: &[u8]) -> Result<Option<LedgerSide>, ReadError> {
    let Ok(receipt) = Receipt::parse(receipt) else { return Ok(None) };
    let Ok(entry) = receipt.disclosure().entry() else { return Ok(None) };
    if reader.entry(entry.index())?.as_deref() != Some(entry.as_bytes()) {
        return Ok(None);
    }
    let statement = entry.statement().ok();
    let registry = reader.registry().ok();
    let source = reader.origin().to_string();
    let key = registry
        .as_ref()
        .zip(statement.as_ref())
        .map(|(registry, statement)| KeyAtEntry::new(registry, statement.key(), entry.index(), entry.time()));
    let mut side =
        LedgerSide { source, replayed: None, key: key.unwrap_or_default(), earlier: None, partial: Vec::new() };
    if let Some(Says::Evidence(evidence)) = statement.as_ref().map(SignedStatement::body) {
        let Some(found) = earlier(reader, &evidence.fingerprint, entry.index())? else { return Ok(None) };
        let deposit = |entry: &Entry| EarlierDeposit::new(entry, registry.as_ref());
        side.earlier = Some(read_each(reader, found.entries, deposit)?);
        let hit = |entry: &Entry| PartialDeposit::new(entry, &evidence.fingerprint, registry.as_ref());
        side.partial = read_each(reader, found.partial, hit)?;
    }
    Ok(Some(side))
}

/// What `of` says of each of these entries: a list with one left out would be a wrong one.
fn read_each<T>(
    reader: &Reader,
    indexes: Vec<LeafIndex>,
    of: impl Fn(&Entry) -> Option<T>,
) -> Result<Vec<T>, ReadError> {
    let mut found = Vec::with_capacity(indexes.len());
    for index in indexes {
        let entry = reader.entry(index)?.and_then(|bytes| Entry::parse(&bytes).ok());
        let damaged = || ReadError::Damaged { column: "entry", key: index.to_string() };
        found.push(entry.and_then(|entry| of(&entry)).ok_or_else(damaged)?);
    }
    Ok(found)
}

/// All deposits of an evidence before an entry, and all that merely have a digest in common; none when that are too many, or it
/// takes too long to tell.
fn earlier(reader: &Reader, evidence: &Fingerprint, before: LeafIndex) -> Result<Option<SameEvidence>, ReadError> {
    let mut all = SameEvidence::default();
    while all.read_to < before.get() {
        let more = reader.same_evidence(evidence, all.read_to..before.get(), MOST_EARLIER + 1)?;
        all.entries.extend(more.entries);
        all.partial.extend(more.partial);
        (all.read_to, all.rows) = (more.read_to, all.rows + more.rows);
        if all.entries.len() + all.partial.len() > MOST_EARLIER || all.rows > MOST_ROWS {
            return Ok(None);
        }
    }
    Ok(Some(all))
}
