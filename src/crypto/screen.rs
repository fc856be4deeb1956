//! A screen over many signatures at once: one equation in place of one a signature.
//!
//! It may screen, never decide (docs/formats.md, Signatures): the equation can hold where [`PublicKey::verify`] refuses, for
//! parts of small order that cancel each other out. Only who made such signatures can bring that about, so a screen finds
//! what was damaged or forged, at a fraction of the cost.

use super::{PublicKey, Signature};

/// A message, who is said to have signed it, and how.
#[derive(Clone, Copy, Debug)]
pub struct SignedMessage<'a> {
    /// The key.
    pub key: &'a PublicKey,
    /// The message.
    pub message: &'a [u8],
    /// The 64 bytes of the signature.
    pub signature: &'a [u8; 64],
}

/// Whether one equation over all the signatures holds, and every key is a point. If not, at least one of them does not hold
/// by itself; which, only [`PublicKey::verify`] tells.
#[must_use]
pub fn screen_signatures(signed: &[SignedMessage<'_>]) -> bool {
    let keys = signed.iter().map(|signed| ed25519_dalek::VerifyingKey::from_bytes(signed.key.as_bytes()));
    let Ok(keys) = keys.collect::<Result<Vec<_>, _>>() else { return false };
    let small = |signed: &SignedMessage<'_>| {
        signed.key.is_small_order() || Signature::from_bytes(*signed.signature).is_small_order()
    };
    if signed.iter().any(small) {
        return false;
    }
    let messages: Vec<&[u8]> = signed.iter().map(|signed| signed.message).collect();
    let signatures: Vec<_> =
        signed.iter().map(|signed| ed25519_dalek::Signature::from_bytes(signed.signature)).collect();
    signed.is_empty() || ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
}
