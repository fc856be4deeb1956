//! Suite 1: Ed25519, judged by one rule everywhere.
//!
//! Common libraries disagree on signatures with small-order points, components of mixed order and encodings that are not
//! canonical. A ledger cannot afford that two verifiers differ, so docs/formats.md (Signatures) fixes one rule, and
//! [`PublicKey::verify`] is its only implementation here. Batch equations are not here: they may screen, never decide.
//!
//! Follows RFC 8032 sections 5.1.6 (sign) and 5.1.7 (verify, without the cofactor).

use std::fmt;

use ed25519_dalek::{Signer, Verifier};
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;
use zeroize::Zeroizing;

use super::bytes::hex_bytes;
use super::decompressed::decompressed;

/// The 14 encodings, canonical or not, of the eight points whose order divides 8.
///
/// With one of them as the public key a signature fits any message; with one of them as R it says nothing of the key.
/// They are listed rather than computed, as the rule is: a port to another library needs nothing but this table.
const SMALL_ORDER: [[u8; 32]; 14] = [
    encoding(0x00, 0x00, 0x00), // y = 0: order 4
    encoding(0x00, 0x00, 0x80),
    encoding(0x01, 0x00, 0x00), // y = 1: the neutral element
    encoding(0x01, 0x00, 0x80), // ... with a sign that x = 0 has not
    ORDER_8_LOW,
    negated(ORDER_8_LOW),
    ORDER_8_HIGH,
    negated(ORDER_8_HIGH),
    encoding(0xec, 0xff, 0x7f), // y = p - 1: order 2
    encoding(0xec, 0xff, 0xff), // ... with a sign that x = 0 has not
    encoding(0xed, 0xff, 0x7f), // y = p, that is 0
    encoding(0xed, 0xff, 0xff),
    encoding(0xee, 0xff, 0x7f), // y = p + 1, that is 1
    encoding(0xee, 0xff, 0xff),
];

/// One of the two y coordinates of the four points of order 8.
const ORDER_8_LOW: [u8; 32] = [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac,
    0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
];

/// The other: p minus the first.
const ORDER_8_HIGH: [u8; 32] = [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53,
    0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
];

/// An encoding whose bytes are all alike but for the first and the last.
const fn encoding(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// The same y with the sign of x set.
const fn negated(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[31] |= 0x80;
    bytes
}

fn is_small_order(encoding: &[u8]) -> bool {
    SMALL_ORDER.iter().any(|small| small == encoding)
}

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum SignatureError {
    /// The public key encodes a point whose order divides 8.
    #[error("the public key is a small-order point")]
    SmallOrderKey,
    /// The first half of the signature encodes a point whose order divides 8.
    #[error("the signature's R is a small-order point")]
    SmallOrderR,
    /// The public key's 32 bytes are not a point of the curve.
    #[error("the public key is not a point of the curve")]
    KeyNotOnCurve,
    /// S is not below L, or the encoding of \[S\]B - \[k\]A is not R.
    #[error("the signature does not fit key and message")]
    Mismatch,
}

impl SignatureError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

hex_bytes! {
    /// An Ed25519 public key as its 32 bytes came, which need not be a point: [`PublicKey::verify`] judges that.
    PublicKey, 32
}

hex_bytes! {
    /// An Ed25519 signature: R (32 bytes), then S (32 bytes, little-endian as in RFC 8032).
    Signature, 64
}

impl Signature {
    /// Whether R is one of the 14 encodings of small-order points.
    pub(super) fn is_small_order(&self) -> bool {
        is_small_order(&self.0[..32])
    }
}

impl PublicKey {
    /// Whether it is one of the 14 encodings of small-order points.
    pub(super) fn is_small_order(&self) -> bool {
        is_small_order(&self.0)
    }

    /// Verifies `signature` over `message` by the rule of docs/formats.md, Signatures.
    ///
    /// Valid exactly when S < L; neither this key nor R is one of the 14 encodings of small-order points; and the
    /// canonical encoding of \[S\]B - \[k\]A, with k = SHA-512(R || A || M) mod L over the bytes as given, equals R byte
    /// for byte. The cofactor is not multiplied in. A key of mixed order, or one whose encoding is not canonical, is judged
    /// by nothing but this. It is ed25519-dalek's `verify_strict`, without the decompression of R that the table makes
    /// needless.
    ///
    /// # Errors
    ///
    /// The part of the rule that is broken. Which of several is named is not part of the rule.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        if self.is_small_order() {
            return Err(SignatureError::SmallOrderKey);
        }
        if signature.is_small_order() {
            return Err(SignatureError::SmallOrderR);
        }
        let key = decompressed(&self.0).ok_or(SignatureError::KeyNotOnCurve)?;
        // `verify` refuses S >= L, and compares the encoding that it computes with the bytes of R.
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify(message, &signature).map_err(|_| SignatureError::Mismatch)
    }
}

/// An Ed25519 private key; its memory is overwritten when it is dropped, and it is never printed.
///
/// Boxed: when the value is moved its bytes stay where they are, and no copy is left behind on a stack.
#[derive(Clone)]
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// The key that RFC 8032 section 5.1.5 derives from 32 secret bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// The 32 secret bytes, for writing a key file.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key that goes with it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs a message. Deterministic: the same key and message give the same 64 bytes (RFC 8032 section 5.1.6).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(secret, public {})", self.public())
    }
}
