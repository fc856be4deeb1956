//! `/checkpoint` and `/tile/...`: the log as C2SP tlog-tiles has it.
//!
//! Tiles and bundles of a given path never change, so they are cached for ever and their path is their `ETag`. The
//! checkpoint changes with every commit and must be asked for each time. What is not there yet will be there later under the
//! same path, so nobody may keep that it is not. Bundles go gzipped to whoever accepts that; tiles are hashes, which nothing
//! makes shorter. Answers in plain text, as the specification has it, not as problem details.

use std::io::Write as _;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::api::ProblemKind;
use crate::merkle::{BundleId, TileId};
use crate::store::ReadError;
use crate::trust::SignedCheckpoint;

use super::App;
use super::entries::blocking;
use super::refusal::Refusal;
use super::witnessed;

const KEEP_NOT: HeaderValue = HeaderValue::from_static("no-store");
pub(super) const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
pub(super) const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");
const BY_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
const TAG_SHOWN: HeaderValue = HeaderValue::from_static("etag");

/// `GET /checkpoint`: the newest signed checkpoint; where the quorum publishes, the newest that it has cosigned.
pub(super) async fn checkpoint(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(checkpoint) = witnessed::published(&app) else {
        let refusal = Refusal::new(ProblemKind::Busy, "no checkpoint has the quorum of witnesses yet");
        return not_there(refusal.retry_after(1));
    };
    show_checkpoint(&headers, &checkpoint)
}

/// A checkpoint, which must be asked for each time.
pub(super) fn show_checkpoint(headers: &HeaderMap, checkpoint: &SignedCheckpoint) -> Response {
    let head = checkpoint.head();
    // Cosignatures come one after another.
    let signatures = checkpoint.note().signatures().len();
    let tag = format!("\"{}-{}-{signatures}\"", head.size, hex::encode(head.root.as_bytes()));
    cached(headers, &tag, ASK_AGAIN, TEXT, || checkpoint.as_str().to_owned())
}

/// `GET /tile/...`: a tile or an entry bundle, full or partial, as far as the newest tree has it.
pub(super) async fn tile(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    show_tile(&headers, uri.path(), find(&app, uri.path())).await
}

/// What was found under a tile's or a bundle's path.
pub(super) async fn show_tile(headers: &HeaderMap, path: &str, found: Result<Vec<u8>, Refusal>) -> Response {
    match found {
        Ok(bytes) if is_bundle(path) => bundle(headers, path, bytes).await,
        Ok(bytes) => cached(headers, &format!("\"{path}\""), FOR_EVER, BYTES, || bytes),
        Err(refusal) => not_there(refusal),
    }
}

fn is_bundle(path: &str) -> bool {
    path.starts_with("/tile/entries/")
}

/// A bundle, gzipped for whoever accepts that. The two are different bytes, so they have different tags.
async fn bundle(headers: &HeaderMap, path: &str, bytes: Vec<u8>) -> Response {
    let gzip_tag = format!("\"{path};gzip\"");
    let mut response = if !accepts_gzip(headers) {
        cached(headers, &format!("\"{path}\""), FOR_EVER, BYTES, || bytes)
    } else if has_it(headers, &gzip_tag) {
        cached(headers, &gzip_tag, FOR_EVER, BYTES, Vec::new)
    } else {
        match blocking(move || gzip(&bytes)).await {
            Ok(gzipped) => {
                let mut response = cached(headers, &gzip_tag, FOR_EVER, BYTES, || gzipped);
                response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
                response
            }
            Err(refusal) => return not_there(refusal),
        }
    };
    response.headers_mut().insert(header::VARY, BY_ENCODING);
    response
}

/// The fastest level: half of an entry are digests and signatures, which no level makes shorter.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len()), Compression::fast());
    let gzipped = encoder.write_all(bytes).and_then(|()| encoder.finish());
    gzipped.map_err(|error| Refusal::internal("a bundle cannot be compressed", &error))
}

/// Whether the client takes gzip (RFC 9110, section 12.5.3): it names it, or else `*`, and not with the weight 0.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut any = false;
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for item in values.flat_map(|value| value.split(',')) {
        let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = parameters.trim().strip_prefix("q=").or_else(|| parameters.trim().strip_prefix("Q="));
        let wanted = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0));
        match coding.trim() {
            gzip if gzip.eq_ignore_ascii_case("gzip") || gzip.eq_ignore_ascii_case("x-gzip") => return wanted,
            "*" => any = wanted,
            _ => {}
        }
    }
    any
}

/// A refusal that no cache keeps.
fn not_there(refusal: Refusal) -> Response {
    let mut response = refusal.into_text();
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP_NOT);
    response
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

/// Whether the client names what it has by this tag (RFC 9110, section 13.1.2).
fn has_it(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    tags.flat_map(|tags| tags.split(',').map(str::trim))
        .any(|other| other == "*" || other.strip_prefix("W/").unwrap_or(other) == tag)
}

/// A body with its cache headers, or 304 for whoever has it.
pub(super) fn cached<B: Into<Body>>(
    asked: &HeaderMap,
    tag: &str,
    caching: HeaderValue,
    content_type: HeaderValue,
    body: impl FnOnce() -> B,
) -> Response {
    let has_it = has_it(asked, tag);
    let mut response = if has_it { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body().into()) };
    let headers = response.headers_mut();
    if !has_it {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, TAG_SHOWN);
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_whoever_asks_for_it() {
        let accepts = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            }
            accepts_gzip(&headers)
        };
        for yes in
            ["gzip", "GZIP", "x-gzip", "identity, gzip", "deflate,gzip;q=0.1", "*", "br;q=1, *;q=0.5", "gzip ; q=1"]
        {
            assert!(accepts(&[yes]), "{yes}");
        }
        assert!(accepts(&["br", "gzip"]));
        for no in ["", "identity", "br, deflate", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzip;q=x", "gzipped"] {
            assert!(!accepts(&[no]), "{no}");
        }
        assert!(!accepts(&[]), "a client that says nothing gets what every client can read");
    }
}
