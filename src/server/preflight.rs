//! What a browser asks before a web page of another origin may read: whether it may.
//!
//! Reading needs no leave (`guard` allows it to all), but a page that asks whether something has changed sends a header that a
//! browser first asks about. Writing from other pages is not allowed: a deposit is not a web page's affair.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::guard;

const ALLOWED: [(HeaderName, HeaderValue); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD")),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("if-none-match, cache-control")),
    // A day; browsers cut it to what they like.
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
];

/// The answer where a route has not the method that is asked for: to `OPTIONS` what may be read, to others that it has it not.
pub(super) async fn or_no_method(method: Method, uri: Uri) -> Response {
    if method != Method::OPTIONS {
        return guard::no_method(&method, &uri);
    }
    (StatusCode::NO_CONTENT, HeaderMap::from_iter(ALLOWED)).into_response()
}
