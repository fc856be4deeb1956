//! The complete nodes of a tree, and the roots of what is not complete.
//!
//! A node is complete when all leaves under it exist; it never changes again, so it can be stored, cached and tiled. The
//! ephemeral nodes at the right edge of a tree are recomputed from complete ones each time. Where nodes are kept is the
//! business of whoever implements [`Nodes`].

use std::fmt;
use std::ops::Range;

use super::hash::{Hash, TreeSize, node_hash};

/// A complete subtree: the one over the leaves `index << level` up to, not including, `(index + 1) << level`, all of
/// them below 2^63.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    pub(super) level: u8,
    pub(super) index: u64,
}

impl NodeId {
    /// The node at a level (0 for leaves, at most 63) and its position there; none when a leaf under it would lie
    /// past the largest tree.
    #[must_use]
    pub const fn new(level: u8, index: u64) -> Option<Self> {
        if level <= 63 && index < TreeSize::MAX.get() >> level { Some(Self { level, index }) } else { None }
    }

    /// The height above the leaves.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The position from the left among the nodes of its level.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} of level {}", self.index, self.level)
    }
}

/// Where the hashes of complete nodes come from.
pub trait Nodes {
    /// Why a node could not be had.
    type Error;

    /// The hash of one complete node.
    ///
    /// # Errors
    /// When the tree does not have the node, or it could not be read.
    fn node(&self, id: NodeId) -> Result<Hash, Self::Error>;
}

/// The root of the tree of the first `size` leaves, from at most 64 nodes (RFC 6962 section 2.1).
///
/// # Errors
/// Those of `nodes`.
pub fn tree_root<N: Nodes>(size: TreeSize, nodes: &N) -> Result<Hash, N::Error> {
    subtree_root(0..size.get(), nodes)
}

/// MTH of a range of leaves, for the subtrees that RFC 6962 splits a tree into: those whose start is a multiple of the
/// smallest power of two that is not below their width.
///
/// Such a subtree is one complete node for every bit set in its width, the widest leftmost; its root folds them together
/// from the right.
pub(super) fn subtree_root<N: Nodes>(leaves: Range<u64>, nodes: &N) -> Result<Hash, N::Error> {
    let width = leaves.end - leaves.start;
    let mut root = None;
    for level in (0..=63).filter(|level| width >> level & 1 == 1) {
        let left = nodes.node(NodeId { level, index: (leaves.end >> level) - 1 })?;
        root = Some(root.map_or(left, |right| node_hash(&left, &right)));
    }
    Ok(root.unwrap_or(Hash::EMPTY_ROOT))
}
