//! Private details: the commitment that a statement carries, and the form that details should have.
//!
//! Details are committed to as exact bytes. Whether they are I-JSON changes no verdict: details that are not are shown as raw
//! bytes and marked malformed, because two readers could otherwise show two contents for one commitment.
//!
//! Follows docs/formats.md, Statement (details), and RFC 7493.

use std::fmt;

use serde_json::Value;

use crate::crypto::{PublicKey, Sha256Digest, sha256};

use super::fingerprint::Salt;
use super::ijson::read_ijson;

/// Longest details, in bytes.
pub const MAX_DETAILS_BYTES: usize = 32_000;

/// Domain of the commitment.
const DETAILS: &[u8] = b"notarium/details/1\n";

/// What a statement says of its details without telling them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment(Sha256Digest);

impl Commitment {
    /// Commits to details: SHA-256 of domain, salt, the statement's public key and the exact bytes.
    #[must_use]
    pub fn new(salt: &Salt, public_key: &PublicKey, details: &[u8]) -> Self {
        Self(sha256(&[DETAILS, salt.as_bytes(), public_key.as_bytes(), details]))
    }

    /// Takes the 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Sha256Digest::from_bytes(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why details are not an I-JSON object that every reader shows alike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum DetailsFlaw {
    /// Not 1 to [`MAX_DETAILS_BYTES`] bytes.
    #[error("details of {length} bytes, not 1 to {MAX_DETAILS_BYTES}")]
    DetailsLength {
        /// Their length in bytes.
        length: usize,
    },
    /// Not UTF-8 (RFC 7493 section 2.1).
    #[error("details are not valid UTF-8")]
    DetailsNotUtf8,
    /// Not JSON (RFC 8259), nested more than 127 deep, or with a surrogate that stands alone.
    #[error("details are not JSON: {reason}")]
    NotJson {
        /// Where and why.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("details are not a JSON object")]
    NotAnObject,
    /// One object has a name twice (RFC 7493 section 2.3).
    #[error("details have the name {name:?} twice in one object")]
    RepeatedName {
        /// The name, unescaped.
        name: String,
    },
    /// A name or text has a code point that is no character (RFC 7493 section 2.1).
    #[error("details hold U+{:04X}, which is no character", u32::from(*.character))]
    Noncharacter {
        /// The code point.
        character: char,
    },
    /// A number that readers round differently (RFC 7493 section 2.2).
    #[error("details hold a number beyond 2^53-1")]
    NumberTooLarge,
}

impl DetailsFlaw {
    /// The stable name of this flaw, as vectors and reports give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// What details turn out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum DetailsCheck {
    /// An I-JSON object.
    WellFormed(Value),
    /// Anything else: to be shown as raw bytes.
    Malformed(DetailsFlaw),
}

/// Checks that details are an I-JSON object of 1 to 32,000 bytes.
#[must_use]
pub fn check_details(details: &[u8]) -> DetailsCheck {
    match read_details(details) {
        Ok(object) => DetailsCheck::WellFormed(object),
        Err(flaw) => DetailsCheck::Malformed(flaw),
    }
}

fn read_details(details: &[u8]) -> Result<Value, DetailsFlaw> {
    if !(1..=MAX_DETAILS_BYTES).contains(&details.len()) {
        return Err(DetailsFlaw::DetailsLength { length: details.len() });
    }
    let text = std::str::from_utf8(details).map_err(|_| DetailsFlaw::DetailsNotUtf8)?;
    match read_ijson(text)? {
        object @ Value::Object(_) => Ok(object),
        _ => Err(DetailsFlaw::NotAnObject),
    }
}
