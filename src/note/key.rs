//! Verifier keys: a name, a key id, a kind and a public key on one line of text.
//!
//! Follows C2SP signed-note v1.0.0, Verifier keys and Signature types. Private keys have no text form here; the key file
//! is PKCS#8 (`keyfile`).

use std::fmt;
use std::str::FromStr;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::{KeyName, NameError};
use crate::codec::{decode_base64, decode_hex, encode_base64};
use crate::crypto::{PublicKey, sha256};

/// Four bytes by which a signature line points at its key: an identifier, not a commitment to the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Takes the four bytes as they stand in a signature line.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// SHA-256(name, LF, signature type, public key), its first four bytes.
    fn derive(name: &KeyName, kind: KeyKind, key: &PublicKey) -> Self {
        let hash = sha256(&[name.as_str().as_bytes(), b"\n", &[kind.code()], key.as_bytes()]);
        let [a, b, c, d, ..] = *hash.as_bytes();
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What a key signs and how: the signature type byte of a vkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Type 01: Ed25519 over the note's text.
    Ed25519 = 0x01,
    /// Type 04: Ed25519 cosignature with a time, over a checkpoint (C2SP tlog-cosignature).
    Cosignature = 0x04,
}

impl KeyKind {
    /// The signature type byte.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// Why a text is not a vkey that this version can use.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum VerifierKeyError {
    /// Fewer than two plus signs.
    #[error("a vkey is name+id+key, and a part is missing")]
    MissingPart,
    /// The part before the first plus sign is no key name.
    #[error("{0}")]
    BadName(NameError),
    /// The second part is not eight lower-case hex digits.
    #[error("the vkey's id is not 8 lower-case hex digits")]
    BadId,
    /// The third part is not base64 with padding and zero spare bits.
    #[error("the vkey's key is not base64")]
    BadBase64,
    /// The third part has no signature type, or one that this version does not know; ML-DSA-44 is 06.
    #[error("the vkey's signature type is none of 01 (Ed25519) and 04 (Ed25519 cosignature)")]
    UnknownKeyType,
    /// The public key has another length than its type asks for.
    #[error("the vkey holds {0} bytes of public key, not 32")]
    WrongKeyLength(usize),
    /// The id is not the one that name, type and public key give.
    #[error("the vkey's id is {found}, but its name and key give {expected}")]
    WrongId {
        /// Computed from name, type and public key.
        expected: KeyId,
        /// As written.
        found: KeyId,
    },
}

impl VerifierKeyError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadName(error) => error.code(),
            own => own.into(),
        }
    }
}

/// A public key with the name that it signs under: what a person puts in a policy to believe it.
///
/// ```
/// use notarium::note::{KeyKind, VerifierKey};
/// let vkey: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
/// assert_eq!((vkey.name().as_str(), vkey.kind()), ("PeterNeumann", KeyKind::Ed25519));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    kind: KeyKind,
    public_key: PublicKey,
}

impl VerifierKey {
    /// A key that signs notes, such as a ledger's checkpoints (type 01).
    #[must_use]
    pub fn new_ed25519(name: KeyName, public_key: PublicKey) -> Self {
        Self::new(name, KeyKind::Ed25519, public_key)
    }

    /// A key that cosigns checkpoints, such as a witness's (type 04).
    #[must_use]
    pub fn new_cosigner(name: KeyName, public_key: PublicKey) -> Self {
        Self::new(name, KeyKind::Cosignature, public_key)
    }

    fn new(name: KeyName, kind: KeyKind, public_key: PublicKey) -> Self {
        Self { id: KeyId::derive(&name, kind, &public_key), name, kind, public_key }
    }

    /// The name that the key signs under.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id that its signature lines carry.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    /// Splits on the first two plus signs only: base64 may hold more of them.
    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::MissingPart);
        };
        let name = name.parse().map_err(VerifierKeyError::BadName)?;
        let found = KeyId(decode_hex(id).map_err(|_| VerifierKeyError::BadId)?);
        let bytes = decode_base64(key).map_err(|_| VerifierKeyError::BadBase64)?;
        let (kind, public_key) = parse_key(&bytes)?;
        let vkey = Self::new(name, kind, public_key);
        if vkey.id != found {
            return Err(VerifierKeyError::WrongId { expected: vkey.id, found });
        }
        Ok(vkey)
    }
}

/// Reads the signature type byte and the public key after it.
fn parse_key(bytes: &[u8]) -> Result<(KeyKind, PublicKey), VerifierKeyError> {
    let (code, key) = bytes.split_first().ok_or(VerifierKeyError::UnknownKeyType)?;
    let kind = KeyKind::from_code(*code).ok_or(VerifierKeyError::UnknownKeyType)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| VerifierKeyError::WrongKeyLength(key.len()))?;
    Ok((kind, PublicKey::from_bytes(key)))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind.code()];
        key.extend_from_slice(self.public_key.as_bytes());
        write!(f, "{}+{}+{}", self.name, self.id, encode_base64(&key))
    }
}
