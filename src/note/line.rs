//! One signature line of a note: who signed, with which key, and the signature's bytes.
//!
//! A line is kept whatever its key: the bytes after the key id belong to a signature type that may not be known here.
//! The one type that this room verifies is 01, Ed25519 over the note's text. Follows C2SP signed-note v1.0.0, Signatures.

use std::fmt;
use std::str::FromStr;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::{KeyId, KeyKind, KeyName, NameError, VerifierKey};
use crate::codec::{decode_base64, encode_base64};
use crate::crypto::{Signature, SignatureError, SigningKey};

/// An em dash (U+2014) and a space.
const PREFIX: &str = "\u{2014} ";

/// Why a line is not a signature line.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum LineError {
    /// It does not begin with an em dash and a space.
    #[error("no em dash and space at its start")]
    MissingDash,
    /// No space after the key name.
    #[error("no space between key name and signature")]
    MissingSignature,
    /// The key name breaks the rules for names.
    #[error("{0}")]
    BadKeyName(NameError),
    /// What follows the name is not base64 with padding and zero spare bits.
    #[error("the signature is not base64")]
    BadSignatureBase64,
    /// Not one byte after the four of the key id.
    #[error("the signature has {0} bytes, key id included: fewer than 5")]
    SignatureTooShort(usize),
}

impl LineError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadKeyName(error) => error.code(),
            own => own.into(),
        }
    }
}

/// A signature line: `— <name> <base64 of key id and signature>`, without its LF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

impl SignatureLine {
    /// A line by `key` for a signature of any type, as that type defines it; an empty one does not compile.
    #[must_use]
    pub fn new<const N: usize>(key: &VerifierKey, signature: [u8; N]) -> Self {
        const { assert!(N > 0, "a signature has at least one byte") };
        Self { name: key.name().clone(), id: key.id(), signature: signature.to_vec() }
    }

    /// Signs a note's text, which ends in LF, as a key of type 01.
    #[must_use]
    pub fn sign(text: &str, name: &KeyName, key: &SigningKey) -> Self {
        let vkey = VerifierKey::new_ed25519(name.clone(), key.public());
        Self::new(&vkey, *key.sign(text.as_bytes()).as_bytes())
    }

    /// Verifies the line as a signature of type 01 over a note's text.
    ///
    /// # Errors
    ///
    /// [`SignatureError`]; [`SignatureError::Mismatch`] also when the signature is not 64 bytes long or `key` is another
    /// key than the line names.
    pub fn verify(&self, text: &str, key: &VerifierKey) -> Result<(), SignatureError> {
        if !self.is_by(key) || key.kind() != KeyKind::Ed25519 {
            return Err(SignatureError::Mismatch);
        }
        let signature = <[u8; 64]>::try_from(self.signature.as_slice()).map_err(|_| SignatureError::Mismatch)?;
        key.public_key().verify(text.as_bytes(), &Signature::from_bytes(signature))
    }

    /// Whether the line claims to be by this key: same name and same id. It says nothing of the signature.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == *key.name() && self.id == key.id()
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The bytes after the key id, at least one, as the key's type defines them.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl FromStr for SignatureLine {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        let rest = line.strip_prefix(PREFIX).ok_or(LineError::MissingDash)?;
        let (name, base64) = rest.split_once(' ').ok_or(LineError::MissingSignature)?;
        let name = name.parse().map_err(LineError::BadKeyName)?;
        let bytes = decode_base64(base64).map_err(|_| LineError::BadSignatureBase64)?;
        match bytes.split_first_chunk() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Self { name, id: KeyId::from_bytes(*id), signature: signature.to_vec() })
            }
            _ => Err(LineError::SignatureTooShort(bytes.len())),
        }
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_bytes(), self.signature.as_slice()].concat();
        write!(f, "{PREFIX}{} {}", self.name, encode_base64(&bytes))
    }
}
