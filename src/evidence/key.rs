//! A public key with its suite, known or not, as statements carry it.

use crate::codec::{CodecError, Reader, Writer};
use crate::crypto::{PublicKey, Signature, Suite};

use super::statement::MAX_STATEMENT_BYTES;

/// Why a statement's signatures don't hold or can't be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum VerifyError {
    /// The signature over the statement is not valid.
    #[error("the signature over the statement does not hold")]
    BadSignature,
    /// The key that is enrolled, or that replaces the ledger's, did not consent.
    #[error("the consent of the key that it names does not hold")]
    BadConsent,
    /// This version does not know the suite, so it can't tell.
    #[error("signature suite {suite} is not understood")]
    UnknownSuite {
        /// Its code.
        suite: u8,
    },
    /// This version does not know what the statement says.
    #[error("statement kind {kind} is not understood")]
    UnknownKind {
        /// Its code.
        kind: u8,
    },
}

impl VerifyError {
    /// The stable name of this error, as vectors and HTTP problems give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// Whether this version can't tell, as against knowing that it is wrong.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::UnknownSuite { .. } | Self::UnknownKind { .. })
    }
}

/// A public key under its signature suite.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuiteKey {
    /// Suite 1.
    Ed25519(PublicKey),
    /// A suite that this version does not know; the bytes are opaque.
    Unknown {
        /// The suite's code.
        suite: u8,
        /// The key as it stands in the statement.
        public_key: Vec<u8>,
    },
}

impl SuiteKey {
    /// The suite's code.
    #[must_use]
    pub const fn suite_code(&self) -> u8 {
        match self {
            Self::Ed25519(_) => Suite::Ed25519.code(),
            Self::Unknown { suite, .. } => *suite,
        }
    }

    /// The key's bytes; 32 in suite 1.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(key) => key.as_bytes(),
            Self::Unknown { public_key, .. } => public_key,
        }
    }

    /// The key of a suite that this version knows.
    #[must_use]
    pub const fn known(&self) -> Option<&PublicKey> {
        match self {
            Self::Ed25519(key) => Some(key),
            Self::Unknown { .. } => None,
        }
    }

    /// Reads `u8 suite, bytes16 public_key`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let suite = reader.u8("suite")?;
        match Suite::from_code(suite) {
            Some(Suite::Ed25519) => reader.exact16("public_key").map(|key| Self::Ed25519(PublicKey::from_bytes(key))),
            None => {
                let public_key = reader.bytes16("public_key", 0, MAX_STATEMENT_BYTES)?.to_vec();
                Ok(Self::Unknown { suite, public_key })
            }
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), CodecError> {
        writer.u8(self.suite_code());
        writer.bytes16("public_key", self.as_bytes())
    }

    /// Reads `bytes16 signature` of this key's suite.
    pub(super) fn read_signature<'a>(
        &self,
        reader: &mut Reader<'a>,
        field: &'static str,
    ) -> Result<&'a [u8], CodecError> {
        match self {
            Self::Ed25519(_) => reader.bytes16(field, Signature::LENGTH, Signature::LENGTH),
            Self::Unknown { .. } => reader.bytes16(field, 0, MAX_STATEMENT_BYTES),
        }
    }

    /// Verifies a signature of this key; `wrong` is the error when it does not hold.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8], wrong: VerifyError) -> Result<(), VerifyError> {
        match self {
            Self::Ed25519(key) => {
                let signature = signature.try_into().map(Signature::from_bytes).map_err(|_| wrong)?;
                key.verify(message, &signature).map_err(|_| wrong)
            }
            Self::Unknown { suite, .. } => Err(VerifyError::UnknownSuite { suite: *suite }),
        }
    }
}
