//! Request bodies: whole, within a limit of bytes and of time, of a content type that was named.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::api::ProblemKind;

use super::refusal::Refusal;

/// Reads a whole body of at most `limit` bytes.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize, time: Duration) -> Result<Bytes, Refusal> {
    // What says beforehand that it is too large is not read at all.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| u64::try_from(limit).is_ok_and(|limit| length > limit)) {
        return Err(too_large(limit));
    }
    match timeout(time, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Ok(Err(_)) => Err(Refusal::new(ProblemKind::MalformedRequest, "the body broke off")),
        Err(_) => {
            let detail = format!("the body was not whole after {} seconds", time.as_secs());
            Err(Refusal::new(ProblemKind::RequestTimeout, detail))
        }
    }
}

fn too_large(limit: usize) -> Refusal {
    Refusal::new(ProblemKind::TooLarge, format!("the body is larger than {limit} bytes"))
}

/// The content type without its parameters, in lower case; empty when there is none.
pub(super) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The refusal of a content type, naming those that are taken.
pub(super) fn unsupported(given: &str, taken: &str) -> Refusal {
    let given = if given.is_empty() { "no content type".to_owned() } else { format!("content type `{given}`") };
    Refusal::new(ProblemKind::UnsupportedMediaType, format!("{given} is not taken here"))
        .with_hint(format!("send it as {taken}"))
}
