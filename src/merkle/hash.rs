//! The hashes of the tree, and the numbers that count its leaves.
//!
//! SHA-256 with the domain separation of RFC 6962 section 2.1: `00` before a leaf, `01` before two children. What a leaf
//! holds, and digests of anything else, are not here.

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// The hash of a leaf or of a subtree, 32 bytes. Prints as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Self::LEN]);

impl Hash {
    /// The length of a hash in bytes.
    pub const LEN: usize = 32;

    /// The root of the tree without leaves: SHA-256 of nothing.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae,
        0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// Takes 32 bytes that are known to be a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The hash of a leaf: SHA-256(`00` || leaf).
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(leaf).finalize().into())
}

/// The hash of an inner node: SHA-256(`01` || left || right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// A number of leaves that no tree here can have: above 2^63.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("tree size {0} is above 2^63")]
pub struct SizeTooLarge(pub u64);

/// How many leaves a tree has, at most 2^63.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeSize(u64);

impl TreeSize {
    /// The tree without leaves.
    pub const ZERO: Self = Self(0);
    /// The largest tree, 2^63 leaves: every sum of an index and a subtree's width then fits a `u64`.
    pub const MAX: Self = Self(1 << 63);

    /// The size of a tree with so many leaves.
    ///
    /// # Errors
    /// When there are more than 2^63.
    pub const fn new(leaves: u64) -> Result<Self, SizeTooLarge> {
        if leaves <= Self::MAX.0 { Ok(Self(leaves)) } else { Err(SizeTooLarge(leaves)) }
    }

    /// The number of leaves.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether a tree of this size has the leaf.
    #[must_use]
    pub const fn contains(self, index: LeafIndex) -> bool {
        index.0 < self.0
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The position of a leaf, counted from 0. Whether a tree has that leaf is for its size to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIndex(u64);

impl LeafIndex {
    /// The leaf at this position.
    #[must_use]
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// The position.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A tree, named by its size and its root. Unsigned: a checkpoint is a tree head that someone vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves the tree has.
    pub size: TreeSize,
    /// The hash over all of them.
    pub root: Hash,
}

impl TreeHead {
    /// The head of the tree without leaves.
    pub const EMPTY: Self = Self { size: TreeSize::ZERO, root: Hash::EMPTY_ROOT };
}
