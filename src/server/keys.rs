//! `/v1/keys`: the keys that the ledger says something of, and one with its history.
//!
//! The list goes by each key's first entry, so that it only ever grows at its end: whoever reads page after page while keys are
//! enrolled misses none. Standings are by the ledger's clock when the answer is made; what stood at an entry is told with
//! the entry.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use crate::api::{KeyAnswer, KeyList, KeyView, ProblemKind};
use crate::codec::Time;
use crate::crypto::PublicKey;
use crate::evidence::{Body, Entry, SignedStatement, SuiteKey};
use crate::merkle::LeafIndex;
use crate::registry::Registry;
use crate::store::{ReadError, Reader};

use super::App;
use super::entries::{blocking, page};
use super::query::Query;
use super::refusal::Refusal;

/// Entries of the registry that a page reads at most; a key that is enrolled anew has several. A page may be short for it, and
/// still names the next one.
const MOST_ROWS: usize = 10_000;

/// `GET /v1/keys/{key}`: a key that the ledger says nothing of is one that is not enrolled.
pub(super) async fn key(State(app): State<App>, Path(key): Path<String>) -> Result<Json<KeyAnswer>, Refusal> {
    let key: PublicKey = key.parse().map_err(|error| {
        Refusal::new(ProblemKind::MalformedRequest, format!("key: {error}"))
            .with_hint("a key is 64 lower-case hex digits of Ed25519")
    })?;
    let size = app.size();
    let registry = app.reader.registry().map_err(|error| unreadable(&error))?;
    Ok(Json(KeyAnswer::new(&registry, size, &SuiteKey::Ed25519(key), app.sequencer.time())))
}

/// `GET /v1/keys?after=&limit=`.
pub(super) async fn list(State(app): State<App>, RawQuery(raw): RawQuery) -> Result<Response, Refusal> {
    let mut query = Query::parse(raw.as_deref())?;
    let (after, limit) = (query.number("after")?, query.limit()?);
    query.finish()?;
    let time = app.sequencer.time();
    let list = blocking(move || keys(&app.reader, time, after, limit).map_err(|error| unreadable(&error))).await?;
    Ok(page(list.next.clone(), Json(list)))
}

fn unreadable(error: &ReadError) -> Refusal {
    Refusal::internal("the keys cannot be read", error)
}

/// One page: the keys whose first entry comes after an entry.
fn keys(reader: &Reader, time: Time, after: Option<u64>, limit: usize) -> Result<KeyList, ReadError> {
    let size = reader.head().size.get();
    let registry = reader.registry()?;
    let (mut keys, mut last) = (Vec::new(), after);
    let rows = reader.registry_entries(after.map(LeafIndex::new), MOST_ROWS)?;
    let mut more = rows.len() == MOST_ROWS;
    for index in rows {
        if keys.len() == limit {
            more = true;
            break;
        }
        last = Some(index.get());
        keys.extend(introduced(reader, &registry, index, time)?);
    }
    let next = last.filter(|_| more).map(|last| format!("/v1/keys?after={last}&limit={limit}"));
    Ok(KeyList { size, time: time.to_string(), keys, next })
}

/// The key that an entry is about, if it is the first entry that says something of it.
fn introduced(
    reader: &Reader,
    registry: &Registry,
    index: LeafIndex,
    time: Time,
) -> Result<Option<KeyView>, ReadError> {
    let Some(bytes) = reader.entry(index)? else { return Ok(None) };
    let statement = Entry::parse(&bytes).ok().and_then(|entry| entry.statement().ok());
    let key = match statement.as_ref().map(SignedStatement::body) {
        Some(Body::Enrol(enrol)) => &enrol.key,
        Some(Body::Revoke(revoke)) => &revoke.key,
        _ => return Ok(None),
    };
    Ok(KeyView::new(registry, key, time).filter(|view| view.first_entry == index.get()))
}
