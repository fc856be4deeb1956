//! Suite 1: Ed25519, judged by one rule everywhere.
//!
//! Common libraries disagree on signatures with small-order points, components of mixed order and encodings that are not
//! canonical. A ledger cannot afford that two verifiers differ, so docs/formats.md (Signatures) fixes one rule, and
//! [`PublicKey::verify`] and [`verify_all`] are its only implementation here. Batch equations are not here: they may screen, never
//! decide.
//!
//! Follows RFC 8032 sections 5.1.6 (sign) and 5.1.7 (verify, without the cofactor).

use std::fmt;

use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha512};
use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;
use zeroize::Zeroizing;

use super::SignedMessage;
use super::bytes::hex_bytes;
use super::decompressed::negated_point;

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
    fn r(&self) -> [u8; 32] {
        std::array::from_fn(|at| self.0[at])
    }

    fn s(&self) -> [u8; 32] {
        std::array::from_fn(|at| self.0[32 + at])
    }

    /// Whether R is these bytes.
    fn is_of(&self, encoding: &[u8; 32]) -> Result<(), SignatureError> {
        if self.r() == *encoding { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

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
    /// by nothing but this. It decides as ed25519-dalek's `verify_strict` does, without the decompression of R that the table makes
    /// needless.
    ///
    /// # Errors
    ///
    /// The part of the rule that is broken. Which of several is named is not part of the rule.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let point = self.commitment(message, signature)?;
        signature.is_of(point.compress().as_bytes())
    }

    /// \[S\]B - \[k\]A, which R must encode; or the part of the rule that is broken before.
    fn commitment(&self, message: &[u8], signature: &Signature) -> Result<EdwardsPoint, SignatureError> {
        if self.is_small_order() {
            return Err(SignatureError::SmallOrderKey);
        }
        if signature.is_small_order() {
            return Err(SignatureError::SmallOrderR);
        }
        let negated_key = negated_point(&self.0).ok_or(SignatureError::KeyNotOnCurve)?;
        let s = Scalar::from_canonical_bytes(signature.s()).into_option().ok_or(SignatureError::Mismatch)?;
        let k = Scalar::from_hash(Sha512::new().chain_update(signature.r()).chain_update(self.0).chain_update(message));
        Ok(EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &negated_key, &s))
    }
}

/// Judges each signature as [`PublicKey::verify`] does, and gives the outcomes in their order. Nothing is decided together: only
/// the one inversion that encoding a point costs is shared by all (Montgomery's trick), a sixth of the work.
#[must_use]
pub fn verify_all(signed: &[SignedMessage<'_>]) -> Vec<Result<(), SignatureError>> {
    let commitment = |signed: &SignedMessage<'_>| {
        let signature = Signature::from_bytes(*signed.signature);
        signed.key.commitment(signed.message, &signature).map(|point| (point, signature))
    };
    let commitments: Vec<_> = signed.iter().map(commitment).collect();
    let points: Vec<EdwardsPoint> = commitments.iter().flatten().map(|(point, _)| *point).collect();
    let mut encodings = EdwardsPoint::compress_batch_alloc(&points).into_iter();
    let decide = |commitment: Result<(EdwardsPoint, Signature), SignatureError>| {
        let (_, signature) = commitment?;
        // There are as many encodings as points.
        encodings.next().ok_or(SignatureError::Mismatch).and_then(|encoding| signature.is_of(encoding.as_bytes()))
    };
    commitments.into_iter().map(decide).collect()
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
