//! The fingerprint of evidence: both digests and the length, plain or salted.
//!
//! Follows docs/formats.md, Statement (plain and salted mode).

use std::fmt;

use crate::crypto::{Digests, PublicKey, Sha256Digest, Sm3Digest, sha256, sm3};

/// Domain of the salted digests.
const SALTED: &[u8] = b"notarium/salted/1\n";

/// 32 random bytes that keep evidence or details from being guessed. Never printed: who knows it can guess.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes 32 bytes, which must come from a cryptographic random source.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// Whether a fingerprint can be found by whoever has the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigestMode {
    /// The digests are those of the evidence.
    Plain = 0,
    /// The digests are salted, and the length is not stated.
    Salted = 1,
}

impl DigestMode {
    pub(super) const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Plain),
            1 => Some(Self::Salted),
            _ => None,
        }
    }

    pub(super) const fn code(self) -> u8 {
        self as u8
    }
}

/// How far two fingerprints agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Agreement {
    /// In mode, both digests and length: the same evidence.
    Same,
    /// In both digests, and not in mode and length.
    DigestsOnly,
    /// In SHA-256, and not in SM3.
    Sha256Only,
    /// In SM3, and not in SHA-256.
    Sm3Only,
    /// In no digest.
    Nothing,
}

impl Agreement {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// What a statement says of its evidence. Two deposits are of the same evidence exactly when these are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    mode: DigestMode,
    sha256: Sha256Digest,
    sm3: Sm3Digest,
    length: u64,
}

impl Fingerprint {
    /// The bare digests and the length.
    #[must_use]
    pub const fn plain(digests: &Digests) -> Self {
        Self { mode: DigestMode::Plain, sha256: digests.sha256, sm3: digests.sm3, length: digests.length }
    }

    /// The digests of salt, public key and digest, each by its own algorithm throughout; no length.
    #[must_use]
    pub fn salted(digests: &Digests, salt: &Salt, public_key: &PublicKey) -> Self {
        Self {
            mode: DigestMode::Salted,
            sha256: sha256(&[SALTED, salt.as_bytes(), public_key.as_bytes(), digests.sha256.as_bytes()]),
            sm3: sm3(&[SALTED, salt.as_bytes(), public_key.as_bytes(), digests.sm3.as_bytes()]),
            length: 0,
        }
    }

    /// As read from a statement; `None` for a salted one with a length.
    pub(super) fn from_parts(mode: DigestMode, sha256: [u8; 32], sm3: [u8; 32], length: u64) -> Option<Self> {
        let (sha256, sm3) = (Sha256Digest::from_bytes(sha256), Sm3Digest::from_bytes(sm3));
        (mode == DigestMode::Plain || length == 0).then_some(Self { mode, sha256, sm3, length })
    }

    /// Plain or salted.
    #[must_use]
    pub const fn mode(&self) -> DigestMode {
        self.mode
    }

    /// SHA-256, of the evidence or salted.
    #[must_use]
    pub const fn sha256(&self) -> &Sha256Digest {
        &self.sha256
    }

    /// SM3, of the evidence or salted.
    #[must_use]
    pub const fn sm3(&self) -> &Sm3Digest {
        &self.sm3
    }

    /// Length of the evidence in bytes; 0 in salted mode, where it is not stated.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// How far it agrees with another.
    #[must_use]
    pub fn agreement(&self, other: &Self) -> Agreement {
        match (self.sha256 == other.sha256, self.sm3 == other.sm3) {
            (true, true) if self == other => Agreement::Same,
            (true, true) => Agreement::DigestsOnly,
            (true, false) => Agreement::Sha256Only,
            (false, true) => Agreement::Sm3Only,
            (false, false) => Agreement::Nothing,
        }
    }
}
