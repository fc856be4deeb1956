//! A place that wants to be told: one JSON document by POST.

use std::fmt;
use std::str::FromStr;

use ureq::http::Uri;

use super::ClientError;
use super::call::post_json;

/// Where to; `http://` or `https://`, with whatever path and query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook(Uri);

/// Why a text is no such place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address with http:// or https://")]
pub struct WebhookError;

impl FromStr for Webhook {
    type Err = WebhookError;

    fn from_str(text: &str) -> Result<Self, WebhookError> {
        let uri: Uri = text.parse().map_err(|_| WebhookError)?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(_)) => Ok(Self(uri)),
            _ => Err(WebhookError),
        }
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Webhook {
    /// Sends one document. Any status from 200 to 299 says that it was taken.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub fn post(&self, json: &[u8]) -> Result<(), ClientError> {
        let is_loopback = matches!(self.0.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
        post_json(&self.0.to_string(), is_loopback, json)
    }
}
