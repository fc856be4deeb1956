//! `/checkpoint` and `/tile/...`: the log as C2SP tlog-tiles has it.
//!
//! Tiles and bundles of a given path never change, so they are cached for ever and their path is their `ETag`. The
//! checkpoint changes with every commit and must be asked for each time. Answers in plain text, as the specification has
//! it, not as problem details.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::ProblemKind;
use crate::merkle::{BundleId, TileId};
use crate::store::ReadError;

use super::App;
use super::refusal::Refusal;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// `GET /checkpoint`: the newest signed checkpoint.
pub(super) async fn checkpoint(State(app): State<App>, headers: HeaderMap) -> Response {
    let checkpoint = app.checkpoint();
    let head = checkpoint.head();
    let tag = format!("\"{}-{}\"", head.size, hex::encode(head.root.as_bytes()));
    cached(&headers, &tag, ASK_AGAIN, TEXT, || checkpoint.as_str().to_owned())
}

/// `GET /tile/...`: a tile or an entry bundle, full or partial, as far as the newest tree has it.
pub(super) async fn tile(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    match find(&app, uri.path()) {
        Ok(bytes) => cached(&headers, &format!("\"{}\"", uri.path()), FOR_EVER, BYTES, || bytes),
        Err(refusal) => refusal.into_text(),
    }
}

fn find(app: &App, path: &str) -> Result<Vec<u8>, Refusal> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let no_such = |error| Refusal::new(ProblemKind::NotFound, format!("{error}"));
    let found: Result<Option<Vec<u8>>, ReadError> = if path.starts_with("tile/entries/") {
        app.reader.bundle(BundleId::parse(path).map_err(no_such)?)
    } else {
        app.reader.tile(TileId::parse(path).map_err(no_such)?)
    };
    let found = found.map_err(|error| Refusal::internal(&format!("{path} cannot be read"), &error))?;
    found.ok_or_else(|| {
        Refusal::new(ProblemKind::NotFound, format!("a ledger of {} entries has no {path} yet", app.size()))
    })
}

/// A body with its cache headers, or 304 for whoever has it.
fn cached<B: Into<Body>>(
    asked: &HeaderMap,
    tag: &str,
    caching: HeaderValue,
    content_type: HeaderValue,
    body: impl FnOnce() -> B,
) -> Response {
    let has_it = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(',').map(str::trim))
        .any(|other| other == "*" || other.strip_prefix("W/").unwrap_or(other) == tag);
    let mut response = if has_it { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body().into()) };
    let headers = response.headers_mut();
    if !has_it {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    headers.insert(header::CACHE_CONTROL, caching);
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}
