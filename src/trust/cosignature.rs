//! Cosignatures: a witness's word that it saw this checkpoint, and when.
//!
//! Type 04, Ed25519 over a header, the time and the whole text of the checkpoint's note. The message does not name the
//! witness, so one key must serve one witness only. Asking witnesses and being one are not here.
//!
//! Follows C2SP tlog-cosignature v1.0.1, Format and Ed25519 signed message.

use std::fmt;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::codec::Time;
use crate::crypto::{Signature, SignatureError, SigningKey};
use crate::note::{KeyKind, KeyName, SignatureLine, VerifierKey};

/// Seconds since 1970-01-01T00:00:00Z, of a witness's clock; at most 2^63-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PosixTime(u64);

impl PosixTime {
    /// The last second that a cosignature may state.
    pub const MAX: Self = Self(u64::MAX >> 1);

    /// A time; `None` above 2^63-1.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Option<Self> {
        if seconds <= Self::MAX.0 { Some(Self(seconds)) } else { None }
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// As the ledger's own times are given; `None` after the year 9999.
    #[must_use]
    pub fn to_time(self) -> Option<Time> {
        Time::from_millis(self.0.checked_mul(1000)?).ok()
    }
}

impl fmt::Display for PosixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_time() {
            Some(time) => time.fmt(f),
            None => write!(f, "{} s after 1970", self.0),
        }
    }
}

/// Length of a `timestamped_signature`: 8 bytes of seconds, big-endian, then the Ed25519 signature.
const TIMESTAMPED_BYTES: usize = 8 + Signature::LENGTH;

/// Why a signature line is not a good cosignature by a given key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum CosignatureError {
    /// The key is of another type than 04, or the line names another key.
    #[error("the line is not by this key, or the key does not cosign")]
    NotByThisKey,
    /// Not 8 bytes of time and 64 of signature.
    #[error("the cosignature has {0} bytes after the key id, not {TIMESTAMPED_BYTES}")]
    WrongCosignatureLength(usize),
    /// The time is above 2^63-1 seconds.
    #[error("the cosignature's time is {0}, above 2^63-1")]
    TimeAboveLimit(u64),
    /// The signature does not hold.
    #[error("{0}")]
    BadCosignature(SignatureError),
}

impl CosignatureError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// Cosigns a checkpoint: `text` is its note's text, the last LF included.
///
/// The caller has seen to it that the tree grew from what it cosigned before.
#[must_use]
pub fn sign_cosignature(text: &str, time: PosixTime, name: &KeyName, key: &SigningKey) -> SignatureLine {
    let mut timestamped = [0; TIMESTAMPED_BYTES];
    let (seconds, signature) = timestamped.split_at_mut(8);
    seconds.copy_from_slice(&time.0.to_be_bytes());
    signature.copy_from_slice(key.sign(&message(text, time)).as_bytes());
    SignatureLine::new(&VerifierKey::new_cosigner(name.clone(), key.public()), timestamped)
}

/// Verifies a cosignature over a note's text and returns the time that it states.
///
/// # Errors
///
/// [`CosignatureError`].
pub fn verify_cosignature(key: &VerifierKey, text: &str, line: &SignatureLine) -> Result<PosixTime, CosignatureError> {
    if key.kind() != KeyKind::Cosignature || !line.is_by(key) {
        return Err(CosignatureError::NotByThisKey);
    }
    let (time, signature) = split(line.signature())?;
    let time = PosixTime::from_seconds(time).ok_or(CosignatureError::TimeAboveLimit(time))?;
    key.public_key().verify(&message(text, time), &signature).map_err(CosignatureError::BadCosignature)?;
    Ok(time)
}

/// The time that a line states, if it has the form of a cosignature. Nothing is verified, and whose clock it is, is the line's
/// own word.
#[must_use]
pub fn stated_time(line: &SignatureLine) -> Option<PosixTime> {
    split(line.signature()).ok().and_then(|(seconds, _)| PosixTime::from_seconds(seconds))
}

/// Takes a `timestamped_signature` apart.
fn split(bytes: &[u8]) -> Result<(u64, Signature), CosignatureError> {
    let wrong = CosignatureError::WrongCosignatureLength(bytes.len());
    let (time, signature) = bytes.split_first_chunk().ok_or(wrong)?;
    let signature = <[u8; 64]>::try_from(signature).map_err(|_| wrong)?;
    Ok((u64::from_be_bytes(*time), Signature::from_bytes(signature)))
}

/// The bytes that are signed.
fn message(text: &str, time: PosixTime) -> Vec<u8> {
    format!("cosignature/v1\ntime {}\n{text}", time.0).into_bytes()
}
