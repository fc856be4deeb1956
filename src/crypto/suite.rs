//! Signature suites: the one-byte code by which a statement names its algorithms.
//!
//! A code that is not listed is no error of this room. The reader of a statement says "not understood" and goes on with
//! what it can check. Codes 2 (SM2 with SM3, GB/T 32918) and 3 (ML-DSA-44) are reserved by docs/formats.md, Signatures.

/// A signature suite that this version can verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// Suite 1: Ed25519 (RFC 8032) by the one rule of docs/formats.md, see [`PublicKey::verify`](super::PublicKey::verify).
    Ed25519 = 1,
}

impl Suite {
    /// The suite with this code; `None` when this version does not know it.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Ed25519),
            _ => None,
        }
    }

    /// The code as statements carry it.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}
