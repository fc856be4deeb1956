//! Inclusion and consistency proofs: made from any nodes, verified from nothing but hashes.
//!
//! Made as RFC 6962 sections 2.1.1 and 2.1.2 define them; verified by the steps of RFC 9162 sections 2.1.3.2 and 2.1.4.2,
//! whose numbers stand above the lines. A proof must have exactly the hashes that its sizes call for. The text form of
//! proofs (tlog-proof, receipts) is not here.

use std::ops::Range;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::hash::{Hash, LeafIndex, TreeHead, TreeSize, node_hash};
use super::nodes::{Nodes, subtree_root};

/// Why a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofError<E> {
    /// The tree does not have the leaf.
    #[error("leaf {index} is not in a tree of size {size}")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: LeafIndex,
        /// The tree's size.
        size: TreeSize,
    },
    /// The older tree is the larger one.
    #[error("a tree of size {to} cannot extend one of size {from}")]
    Shrinks {
        /// The older tree's size.
        from: TreeSize,
        /// The newer tree's size.
        to: TreeSize,
    },
    /// A node of the tree could not be read.
    #[error("a node that the proof needs could not be read")]
    Node(#[source] E),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ProofInvalid {
    /// The tree does not have the leaf.
    #[error("leaf {index} is not in a tree of size {size}")]
    NoSuchLeaf {
        /// The leaf that the proof is for.
        index: LeafIndex,
        /// The tree's size.
        size: TreeSize,
    },
    /// The older tree is the larger one.
    #[error("a tree of size {to} cannot extend one of size {from}")]
    Shrinks {
        /// The older tree's size.
        from: TreeSize,
        /// The newer tree's size.
        to: TreeSize,
    },
    /// The proof ends below the root.
    #[error("a proof of {hashes} hashes ends below the root of a tree of size {size}")]
    TooShort {
        /// How many hashes the proof has.
        hashes: usize,
        /// The size of the (newer) tree.
        size: TreeSize,
    },
    /// The proof goes on above the root.
    #[error("a proof of {hashes} hashes goes on above the root of a tree of size {size}")]
    TooLong {
        /// How many hashes the proof has.
        hashes: usize,
        /// The size of the (newer) tree.
        size: TreeSize,
    },
    /// The hashes lead to another root than the (newer) tree's.
    #[error("the proof leads to root {computed}, the tree of size {size} has root {root}")]
    RootDiffers {
        /// The tree's size.
        size: TreeSize,
        /// The tree's root.
        root: Hash,
        /// Where the proof leads.
        computed: Hash,
    },
    /// The hashes lead to another root than the older tree's.
    #[error("the proof leads to root {computed}, the older tree of size {size} has root {root}")]
    OldRootDiffers {
        /// The older tree's size.
        size: TreeSize,
        /// The older tree's root.
        root: Hash,
        /// Where the proof leads.
        computed: Hash,
    },
}

impl ProofInvalid {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// More hashes than a proof in a tree of 2^63 leaves can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{hashes} hashes are more than a proof can have, which is {limit}")]
pub struct TooManyHashes {
    /// How many there were.
    pub hashes: usize,
    /// How many a proof can have.
    pub limit: usize,
}

/// The siblings on the way from a leaf to the root, the leaf's own first: at most 63 hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof(Vec<Hash>);

/// Shows that a tree extends an older one: at most 64 hashes, none when the older tree is empty or the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof(Vec<Hash>);

/// Proves that a leaf is in the tree of the first `size` leaves: PATH of RFC 6962 section 2.1.1. Reads some
/// log2(`size`) nodes.
///
/// # Errors
/// When that tree does not have the leaf, or a node cannot be read.
pub fn prove_inclusion<N: Nodes>(
    index: LeafIndex,
    size: TreeSize,
    nodes: &N,
) -> Result<InclusionProof, ProofError<N::Error>> {
    if !size.contains(index) {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut hashes = Vec::new();
    let mut subtree = 0..size.get();
    while subtree.end - subtree.start > 1 {
        let (left, right) = split(subtree);
        let (inside, sibling) = if index.get() < right.start { (left, right) } else { (right, left) };
        hashes.push(subtree_root(sibling, nodes).map_err(ProofError::Node)?);
        subtree = inside;
    }
    hashes.reverse();
    Ok(InclusionProof(hashes))
}

/// Proves that the tree of the first `to` leaves extends the one of the first `from`: PROOF of RFC 6962 section 2.1.2.
/// Reads some log2(`to`) nodes.
///
/// # Errors
/// When `from` is above `to`, or a node cannot be read.
pub fn prove_consistency<N: Nodes>(
    from: TreeSize,
    to: TreeSize,
    nodes: &N,
) -> Result<ConsistencyProof, ProofError<N::Error>> {
    if from > to {
        return Err(ProofError::Shrinks { from, to });
    }
    if from == TreeSize::ZERO {
        return Ok(ConsistencyProof(Vec::new()));
    }
    let mut hashes = Vec::new();
    let mut subtree = 0..to.get();
    while subtree.end > from.get() {
        let (left, right) = split(subtree);
        let (inside, other) = if from.get() <= right.start { (left, right) } else { (right, left) };
        hashes.push(subtree_root(other, nodes).map_err(ProofError::Node)?);
        subtree = inside;
    }
    // What is left ends the older tree. Unless it is the whole of it, the verifier does not know its hash.
    if subtree.start > 0 {
        hashes.push(subtree_root(subtree, nodes).map_err(ProofError::Node)?);
    }
    hashes.reverse();
    Ok(ConsistencyProof(hashes))
}

/// Splits a subtree of at least two leaves as RFC 6962 does: after the largest power of two that is below its width.
const fn split(subtree: Range<u64>) -> (Range<u64>, Range<u64>) {
    let Range { start, end } = subtree;
    let middle = start + (1 << (end - start - 1).ilog2());
    (start..middle, middle..end)
}

impl InclusionProof {
    /// The most hashes that a proof can have.
    pub const MAX_HASHES: usize = 63;

    /// Takes hashes that came from elsewhere, the leaf's sibling first.
    ///
    /// # Errors
    /// When there are more than [`Self::MAX_HASHES`].
    pub fn from_hashes(hashes: Vec<Hash>) -> Result<Self, TooManyHashes> {
        at_most(Self::MAX_HASHES, hashes).map(Self)
    }

    /// The hashes, the leaf's sibling first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// Checks that the leaf with hash `leaf` stands at `index` in the tree (RFC 9162 section 2.1.3.2).
    ///
    /// # Errors
    /// When it is not shown to.
    pub fn verify(&self, index: LeafIndex, leaf: &Hash, tree: &TreeHead) -> Result<(), ProofInvalid> {
        let TreeHead { size, root } = *tree;
        let hashes = self.0.len();
        // 1. The index must be below the size.
        if !size.contains(index) {
            return Err(ProofInvalid::NoSuchLeaf { index, size });
        }
        // 2. and 3. The walk starts at the leaf; `last` is the last node of the same level.
        let mut walk = Walk { node: index.get(), last: size.get() - 1 };
        let mut computed = *leaf;
        // 4.
        for sibling in &self.0 {
            // 4a. At the root there is no sibling.
            if walk.is_at_root() {
                return Err(ProofInvalid::TooLong { hashes, size });
            }
            // 4b. and 4c.
            computed = match walk.climb() {
                Side::Left => node_hash(sibling, &computed),
                Side::Right => node_hash(&computed, sibling),
            };
        }
        // 5. The walk must have ended at the root.
        if !walk.is_at_root() {
            return Err(ProofInvalid::TooShort { hashes, size });
        }
        same_root(size, root, computed)
    }
}

impl ConsistencyProof {
    /// The most hashes that a proof can have.
    pub const MAX_HASHES: usize = 64;

    /// Takes hashes that came from elsewhere, in the order of RFC 6962.
    ///
    /// # Errors
    /// When there are more than [`Self::MAX_HASHES`].
    pub fn from_hashes(hashes: Vec<Hash>) -> Result<Self, TooManyHashes> {
        at_most(Self::MAX_HASHES, hashes).map(Self)
    }

    /// The hashes, in the order of RFC 6962.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// Checks that the tree `new` extends the tree `old` (RFC 9162 section 2.1.4.2). The RFC leaves two cases open: a tree
    /// extends itself, and every tree extends the empty one; both proofs are empty.
    ///
    /// # Errors
    /// When it is not shown to.
    pub fn verify(&self, old: &TreeHead, new: &TreeHead) -> Result<(), ProofInvalid> {
        let (from, size, hashes) = (old.size, new.size, self.0.len());
        if from > size {
            return Err(ProofInvalid::Shrinks { from, to: size });
        }
        if from == size || from == TreeSize::ZERO {
            if hashes > 0 {
                return Err(ProofInvalid::TooLong { hashes, size });
            }
            let expected = if from == size { new.root } else { Hash::EMPTY_ROOT };
            return same_old_root(old, expected);
        }
        // 1. An empty proof shows nothing.
        let Some((first, rest)) = self.0.split_first() else {
            return Err(ProofInvalid::TooShort { hashes, size });
        };
        // 2. and 5. Both roots are built up from the older tree's last subtree, which is the whole of an older tree whose
        // size is a power of two.
        let (seed, path) = if from.get().is_power_of_two() { (&old.root, &self.0[..]) } else { (first, rest) };
        let (mut old_computed, mut new_computed) = (*seed, *seed);
        // 3. and 4. The walk starts at that subtree.
        let mut walk = Walk { node: from.get() - 1, last: size.get() - 1 };
        walk.rise(walk.node.trailing_ones());
        // 6.
        for other in path {
            // 6a. At the root there is no sibling.
            if walk.is_at_root() {
                return Err(ProofInvalid::TooLong { hashes, size });
            }
            // 6b. and 6c. What lies to the left is in both trees, what lies to the right only in the newer one.
            match walk.climb() {
                Side::Left => {
                    old_computed = node_hash(other, &old_computed);
                    new_computed = node_hash(other, &new_computed);
                }
                Side::Right => new_computed = node_hash(&new_computed, other),
            }
        }
        // 7. The walk must have ended at the root, and both roots must be the trees' own.
        if !walk.is_at_root() {
            return Err(ProofInvalid::TooShort { hashes, size });
        }
        same_old_root(old, old_computed)?;
        same_root(size, new.root, new_computed)
    }
}

/// A walk up a tree: `fn` and `sn` of RFC 9162.
struct Walk {
    /// The position of the node reached, within its level.
    node: u64,
    /// The position of the last node of that level.
    last: u64,
}

/// On which side of a node its sibling lies.
enum Side {
    Left,
    Right,
}

impl Walk {
    const fn is_at_root(&self) -> bool {
        self.last == 0
    }

    const fn rise(&mut self, levels: u32) {
        self.node >>= levels;
        self.last >>= levels;
    }

    /// Goes up to the parent, and says where the sibling was. The last node of a level is its own parent for as long as it
    /// has no sibling.
    fn climb(&mut self) -> Side {
        let side = if self.node & 1 == 1 || self.node == self.last { Side::Left } else { Side::Right };
        if matches!(side, Side::Left) {
            self.rise(self.node.trailing_zeros());
        }
        self.rise(1);
        side
    }
}

fn at_most(limit: usize, hashes: Vec<Hash>) -> Result<Vec<Hash>, TooManyHashes> {
    if hashes.len() <= limit { Ok(hashes) } else { Err(TooManyHashes { hashes: hashes.len(), limit }) }
}

fn same_root(size: TreeSize, root: Hash, computed: Hash) -> Result<(), ProofInvalid> {
    if computed == root { Ok(()) } else { Err(ProofInvalid::RootDiffers { size, root, computed }) }
}

fn same_old_root(old: &TreeHead, computed: Hash) -> Result<(), ProofInvalid> {
    let TreeHead { size, root } = *old;
    if computed == root { Ok(()) } else { Err(ProofInvalid::OldRootDiffers { size, root, computed }) }
}
