//! `/v1/entries`: one entry, its receipt, and lists that are complete.
//!
//! A list says up to which size of the tree it was made; within that size nothing is missing, page by page. Lists read up
//! to a thousand entries, so they run on the blocking pool; one entry or receipt is a few reads and runs where it is asked.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::{EntryList, EntryView, ProblemKind};
use crate::codec::parse_decimal;
use crate::crypto::{PublicKey, Sha256Digest, Sm3Digest};
use crate::evidence::{Entry, StatementId};
use crate::ledger::Receipt;
use crate::merkle::LeafIndex;
use crate::registry::Registry;
use crate::store::{ReadError, Reader};

use super::App;
use super::proofs;
use super::query::{Query, bad};
use super::refusal::Refusal;
use super::witnessed;

/// `GET /v1/entries/{index}`.
pub(super) async fn entry(State(app): State<App>, Path(index): Path<String>) -> Result<Json<EntryView>, Refusal> {
    let index = index_of(&index)?;
    let bytes = app.reader.entry(index).map_err(|error| unreadable(&error))?;
    let bytes = bytes.ok_or_else(|| Refusal::no_entry(index.get(), app.size()))?;
    view(&bytes, registry(&app.reader).as_ref()).map(Json)
}

/// `GET /v1/entries/{index}/receipt`: against the newest checkpoint, or the first that the quorum has cosigned.
pub(super) async fn receipt(
    State(app): State<App>,
    Path(index): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Refusal> {
    let index = index_of(&index)?;
    let receipt = if witnessed::wants(raw.as_deref())? {
        witnessed::receipt_now(&app, index)?
    } else {
        let receipt = app.reader.receipt(index);
        let receipt = receipt.map_err(|error| Refusal::internal("the receipt cannot be made", &error))?;
        receipt.ok_or_else(|| Refusal::no_entry(index.get(), app.size()))?
    };
    Ok(receipt_text(receipt))
}

/// A receipt, whose checkpoint is the newest only for now.
pub(super) fn receipt_text(receipt: Receipt) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, receipt.into_text()).into_response()
}

/// `GET /v1/entries?...`.
pub(super) async fn list(State(app): State<App>, RawQuery(raw): RawQuery) -> Result<Response, Refusal> {
    let mut query = Query::parse(raw.as_deref())?;
    let proofs = proofs::wanted(&mut query)?;
    let asked = Asked::parse(query)?;
    let list = blocking(move || match proofs {
        None => asked.answer(&app.reader, app.size()),
        Some(under) => {
            let checkpoint = proofs::signed(&app, under)?;
            let list = asked.answer(&app.reader, checkpoint.head().size.get())?;
            proofs::prove_list(&app.reader, &checkpoint, list)
        }
    });
    let list = list.await?;
    Ok(page(list.next.clone(), Json(list)))
}

/// Runs what reads much where it holds up nobody.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Refusal::internal("the server failed at this request", &error)),
    }
}

/// A page, with the next one's address in a header too.
pub(super) fn page(next: Option<String>, body: impl axum::response::IntoResponse) -> Response {
    let mut response = body.into_response();
    if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// An entry number out of a path.
pub(super) fn index_of(text: &str) -> Result<LeafIndex, Refusal> {
    parse_decimal(text)
        .map(LeafIndex::new)
        .map_err(|error| Refusal::new(ProblemKind::MalformedRequest, format!("entry number: {error}")))
}

pub(super) fn unreadable(error: &ReadError) -> Refusal {
    Refusal::internal("the ledger cannot be read", error)
}

fn view(bytes: &[u8], registry: Option<&Registry>) -> Result<EntryView, Refusal> {
    let entry = Entry::parse(bytes).map_err(|error| Refusal::internal("a stored entry is damaged", &error))?;
    Ok(view_of(&entry, registry))
}

/// An entry with how its key stood, where the keys are known.
pub(super) fn view_of(entry: &Entry, registry: Option<&Registry>) -> EntryView {
    registry.map_or_else(|| EntryView::new(entry), |registry| EntryView::with_key(entry, registry))
}

/// The keys in force, where they are known: an entry can be shown without them.
pub(super) fn registry(reader: &Reader) -> Option<Registry> {
    reader.registry().ok()
}

/// What a list is of.
enum Selector {
    Sha256(Sha256Digest),
    Sm3(Sm3Digest),
    Submitter(PublicKey),
}

impl Selector {
    /// The query that asks for it.
    fn query(&self) -> String {
        match self {
            Self::Sha256(digest) => format!("sha256={digest}"),
            Self::Sm3(digest) => format!("sm3={digest}"),
            Self::Submitter(key) => format!("submitter={key}"),
        }
    }

    fn find(&self, reader: &Reader, after: Option<LeafIndex>, limit: usize) -> Result<Vec<LeafIndex>, ReadError> {
        match self {
            Self::Sha256(digest) => reader.by_sha256(digest, after, limit),
            Self::Sm3(digest) => reader.by_sm3(digest, after, limit),
            Self::Submitter(key) => reader.by_submitter(key, after, limit),
        }
    }
}

/// A list's query: by exactly one thing, or newest first.
enum Asked {
    Selected { selector: Selector, after: Option<u64>, limit: usize },
    Statement(StatementId),
    Newest { before: Option<u64>, limit: usize },
}

impl Asked {
    fn parse(mut query: Query<'_>) -> Result<Self, Refusal> {
        let selectors = [
            query.hex("sha256")?.map(Selector::Sha256),
            query.hex("sm3")?.map(Selector::Sm3),
            query.hex("submitter")?.map(Selector::Submitter),
        ];
        let statement = query.hex("statement")?.map(Self::Statement);
        let mut selected = selectors.into_iter().flatten();
        let asked = match (selected.next(), selected.next(), statement) {
            (None, None, Some(statement)) => statement,
            (None, None, None) => Self::Newest { before: query.number("before")?, limit: query.limit()? },
            (Some(selector), None, None) => {
                Self::Selected { selector, after: query.number("after")?, limit: query.limit()? }
            }
            _ => return Err(bad("one of `sha256`, `sm3`, `submitter` and `statement` at a time")),
        };
        query.finish()?;
        Ok(asked)
    }

    fn answer(&self, reader: &Reader, size: u64) -> Result<EntryList, Refusal> {
        match self {
            Self::Selected { selector, after, limit } => selected(reader, size, selector, *after, *limit),
            Self::Statement(id) => {
                let found = reader.by_statement(id).map_err(|error| unreadable(&error))?;
                let found: Vec<_> = found.into_iter().filter(|index| index.get() < size).collect();
                Ok(unproved(size, read(reader, &found)?, None))
            }
            Self::Newest { before, limit } => newest(reader, size, *before, *limit),
        }
    }
}

/// The entries that `selector` finds, in their order.
fn selected(
    reader: &Reader,
    size: u64,
    selector: &Selector,
    after: Option<u64>,
    limit: usize,
) -> Result<EntryList, Refusal> {
    let mut found = selector.find(reader, after.map(LeafIndex::new), limit + 1).map_err(|error| unreadable(&error))?;
    // The tree may have grown since its size was taken.
    found.retain(|index| index.get() < size);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more);
    let next = next.map(|last| format!("/v1/entries?{}&after={last}&limit={limit}", selector.query()));
    Ok(unproved(size, read(reader, &found)?, next))
}

/// All entries, the newest first.
fn newest(reader: &Reader, size: u64, before: Option<u64>, limit: usize) -> Result<EntryList, Refusal> {
    let end = before.map_or(size, |before| before.min(size));
    let start = end.saturating_sub(u64::try_from(limit).unwrap_or(u64::MAX));
    let registry = registry(reader);
    let stored = reader.entries(start..end).map_err(|error| unreadable(&error))?;
    let mut entries = stored
        .map(|entry| entry.map_err(|error| unreadable(&error)).and_then(|(_, bytes)| view(&bytes, registry.as_ref())))
        .collect::<Result<Vec<_>, _>>()?;
    entries.reverse();
    let next = (start > 0).then(|| format!("/v1/entries?before={start}&limit={limit}"));
    Ok(unproved(size, entries, next))
}

const fn unproved(size: u64, entries: Vec<EntryView>, next: Option<String>) -> EntryList {
    EntryList { size, entries, next, checkpoint: None, proofs: None }
}

fn read(reader: &Reader, indexes: &[LeafIndex]) -> Result<Vec<EntryView>, Refusal> {
    let registry = registry(reader);
    let mut views = Vec::with_capacity(indexes.len());
    for index in indexes {
        // An index that names an entry which is not there must not shorten a list that is said to be complete.
        let bytes = reader.entry(*index).map_err(|error| unreadable(&error))?;
        let bytes = bytes.ok_or_else(|| Refusal::no_entry(index.get(), reader.head().size.get()))?;
        views.push(view(&bytes, registry.as_ref())?);
    }
    Ok(views)
}
