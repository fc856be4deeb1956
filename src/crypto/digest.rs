//! SHA-256 and SM3, each with a type of its own.
//!
//! Evidence always carries both digests, so [`DualHasher`] computes them in one pass and counts the bytes; the two hashers
//! alone are for whoever gives each a thread. The tree's
//! hashes are another type of another room (`merkle::Hash`): a digest of evidence is never a node of the tree.
//!
//! Follows FIPS 180-4 (SHA-256) and GB/T 32905-2016 (SM3).

use sha2::Sha256;
use sm3::{Digest, Sm3};

use super::bytes::hex_bytes;

hex_bytes! {
    /// A SHA-256 digest (FIPS 180-4).
    Sha256Digest, 32
}

hex_bytes! {
    /// An SM3 digest (GB/T 32905-2016).
    Sm3Digest, 32
}

/// Both digests of one piece of evidence, and its length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256 of the bytes.
    pub sha256: Sha256Digest,
    /// SM3 of the same bytes.
    pub sm3: Sm3Digest,
    /// How many bytes there were.
    pub length: u64,
}

/// SHA-256 over a stream.
#[derive(Clone, Default)]
pub struct Sha256Hasher(Sha256);

impl Sha256Hasher {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything that was taken.
    #[must_use]
    pub fn finish(self) -> Sha256Digest {
        Sha256Digest::from_bytes(self.0.finalize().into())
    }
}

/// SM3 over a stream.
#[derive(Clone, Default)]
pub struct Sm3Hasher(Sm3);

impl Sm3Hasher {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything that was taken.
    #[must_use]
    pub fn finish(self) -> Sm3Digest {
        Sm3Digest::from_bytes(self.0.finalize().into())
    }
}

/// Hashes a stream with both algorithms in one pass and constant memory, on the thread that calls.
///
/// ```
/// use notarium::crypto::{DualHasher, sha256, sm3};
/// let mut hasher = DualHasher::new();
/// hasher.update(b"ab");
/// hasher.update(b"c");
/// let digests = hasher.finish();
/// assert_eq!((digests.sha256, digests.sm3, digests.length), (sha256(&[b"abc"]), sm3(&[b"abc"]), 3));
/// ```
#[derive(Clone, Default)]
pub struct DualHasher {
    sha256: Sha256Hasher,
    sm3: Sm3Hasher,
    length: u64,
}

impl DualHasher {
    /// A hasher that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the evidence.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sm3.update(bytes);
        self.length += bytes.len() as u64;
    }

    /// Both digests of everything that was taken.
    #[must_use]
    pub fn finish(self) -> Digests {
        Digests { sha256: self.sha256.finish(), sm3: self.sm3.finish(), length: self.length }
    }
}

/// SHA-256 of the parts, joined without separators.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Sha256Digest {
    Sha256Digest::from_bytes(digest::<Sha256>(parts))
}

/// SM3 of the parts, joined without separators.
#[must_use]
pub fn sm3(parts: &[&[u8]]) -> Sm3Digest {
    Sm3Digest::from_bytes(digest::<Sm3>(parts))
}

fn digest<D: Digest<OutputSize = sm3::digest::consts::U32>>(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
