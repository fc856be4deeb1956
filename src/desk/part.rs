//! A deposit that has begun: everything needed to finish it, on disk before anything is sent.
//!
//! Six lines of text, each ending in LF, in this order; `-` stands for nothing:
//!
//! ```text
//! notarium/part/1
//! ledger <vkey of the ledger that it is meant for>
//! statement <base64 of the signed statement>
//! evidence_salt <base64 of 32 bytes, or ->
//! details_salt <base64 of 32 bytes, or ->
//! details <base64 of the details, or ->
//! ```
//!
//! Sending the same statement again is no second deposit, so whoever has this file can finish it or find out that it was done.

use crate::codec::{TextError, decode_base64, encode_base64, labelled_values};
use crate::evidence::{Salt, SignedStatement, StatementError};
use crate::ledger::DisclosedDetails;

const HEADER: &str = "notarium/part/1";
const FIELDS: [&str; 5] = ["ledger", "statement", "evidence_salt", "details_salt", "details"];
const NOTHING: &str = "-";

/// Longest such file: a statement of 16,384 bytes and details of 32,000, in base64, and the short lines.
pub(super) const MAX_PART_BYTES: u64 = 80_000;

/// A signed statement with what only its submitter knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Verifier key of the ledger that it is meant for.
    pub ledger: String,
    /// The statement.
    pub statement: SignedStatement,
    /// What the evidence's digests are salted with.
    pub evidence_salt: Option<Salt>,
    /// The private details and their salt.
    pub details: Option<DisclosedDetails>,
}

/// Why text is not a deposit that has begun.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// Not UTF-8, or not the six lines.
    #[error("not the six lines of {HEADER}: line {line}")]
    WrongLine {
        /// The first line that is not as it should be, from 1.
        line: usize,
    },
    /// A value in a line is not base64, or a salt not 32 bytes.
    #[error("{field}")]
    BadValue {
        /// The line's name.
        field: &'static str,
        /// What is wrong with it.
        source: TextError,
    },
    /// A salt that is not 32 bytes long.
    #[error("{field}: {length} bytes, not 32")]
    SaltLength {
        /// The line's name.
        field: &'static str,
        /// Its length.
        length: usize,
    },
    /// The statement is none.
    #[error("statement")]
    BadStatement(#[source] StatementError),
    /// Details without a salt, or a salt without details.
    #[error("details and their salt belong together")]
    HalfDetails,
}

impl Part {
    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let salt = |salt: Option<&Salt>| salt.map_or(NOTHING.to_owned(), |salt| encode_base64(salt.as_bytes()));
        let values = [
            self.ledger.clone(),
            encode_base64(self.statement.as_bytes()),
            salt(self.evidence_salt.as_ref()),
            salt(self.details.as_ref().map(|details| &details.salt)),
            self.details.as_ref().map_or(NOTHING.to_owned(), |details| encode_base64(&details.json)),
        ];
        let lines = FIELDS.iter().zip(values).map(|(field, value)| format!("{field} {value}\n"));
        format!("{HEADER}\n{}", lines.collect::<String>())
    }

    /// Reads the file; nothing but what [`to_text`](Self::to_text) writes is accepted.
    ///
    /// # Errors
    /// [`PartError`], naming the line.
    pub fn parse(text: &str) -> Result<Self, PartError> {
        let values =
            labelled_values(text, HEADER, &FIELDS).map_err(|error| PartError::WrongLine { line: error.line })?;
        let [ledger, statement, evidence_salt, details_salt, details] = values;
        let statement = SignedStatement::parse(&bytes("statement", statement)?).map_err(PartError::BadStatement)?;
        let details = match (salt("details_salt", details_salt)?, optional("details", details)?) {
            (Some(salt), Some(json)) => Some(DisclosedDetails { salt, json }),
            (None, None) => None,
            _ => return Err(PartError::HalfDetails),
        };
        let evidence_salt = salt("evidence_salt", evidence_salt)?;
        Ok(Self { ledger: ledger.to_owned(), statement, evidence_salt, details })
    }
}

fn bytes(field: &'static str, value: &str) -> Result<Vec<u8>, PartError> {
    decode_base64(value).map_err(|source| PartError::BadValue { field, source })
}

fn optional(field: &'static str, value: &str) -> Result<Option<Vec<u8>>, PartError> {
    if value == NOTHING { Ok(None) } else { bytes(field, value).map(Some) }
}

fn salt(field: &'static str, value: &str) -> Result<Option<Salt>, PartError> {
    let Some(bytes) = optional(field, value)? else { return Ok(None) };
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(salt) => Ok(Some(Salt::from_bytes(salt))),
        Err(_) => Err(PartError::SaltLength { field, length: bytes.len() }),
    }
}
