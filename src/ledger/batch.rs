//! Entries that are planned together, and the tree that they lead to.
//!
//! A batch is a proposal: it says what a ledger becomes, not that it has become so. It can't be changed once planned, and
//! whoever stores it must first see that the ledger still has the size at which the batch begins.

use std::sync::Arc;

use crate::codec::Time;
use crate::evidence::VerifiedStatement;
use crate::merkle::{Frontier, Hash, LeafIndex, TileId, TreeHead, TreeSize};

use super::Appender;

/// One entry of a batch.
#[derive(Debug, Clone)]
pub struct PlannedEntry {
    pub(super) index: LeafIndex,
    pub(super) time: Time,
    pub(super) leaf: Hash,
    pub(super) bytes: Vec<u8>,
    pub(super) statement: VerifiedStatement,
}

impl PlannedEntry {
    /// Its place in the ledger.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The ledger's clock on admission.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.time
    }

    /// Its leaf hash.
    #[must_use]
    pub const fn leaf(&self) -> &Hash {
        &self.leaf
    }

    /// The entry as it is hashed, stored and served.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The statement in it.
    #[must_use]
    pub const fn statement(&self) -> &VerifiedStatement {
        &self.statement
    }
}

/// At least one entry, and the tree with them all.
#[derive(Debug, Clone)]
pub struct Batch {
    pub(super) before: TreeHead,
    pub(super) time: Time,
    pub(super) last_leaf: Hash,
    pub(super) entries: Vec<PlannedEntry>,
    pub(super) head: TreeHead,
    pub(super) frontier: Arc<Frontier>,
}

impl Batch {
    /// The tree that the batch extends. Its size is the index of the first entry.
    #[must_use]
    pub const fn before(&self) -> &TreeHead {
        &self.before
    }

    /// The index of the first entry.
    #[must_use]
    pub const fn first(&self) -> LeafIndex {
        LeafIndex::new(self.before.size.get())
    }

    /// The entries in order; never none.
    #[must_use]
    pub fn entries(&self) -> &[PlannedEntry] {
        &self.entries
    }

    /// The entry with this index, if it is one of the batch.
    #[must_use]
    pub fn entry(&self, index: LeafIndex) -> Option<&PlannedEntry> {
        let offset = index.get().checked_sub(self.before.size.get())?;
        self.entries.get(usize::try_from(offset).ok()?)
    }

    /// The tiles that the batch fills, with their bytes.
    pub fn full_tiles(&self) -> impl Iterator<Item = (TileId, Vec<u8>)> {
        self.frontier.full_tiles()
    }

    /// The tree with all entries of the batch.
    #[must_use]
    pub const fn head(&self) -> &TreeHead {
        &self.head
    }

    /// The size of that tree.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.head.size
    }

    /// The right edge of that tree. It holds every node that a proof of one of these entries needs, and every tile that was
    /// partial before the batch.
    #[must_use]
    pub const fn frontier(&self) -> &Arc<Frontier> {
        &self.frontier
    }

    /// The appender that goes on after this batch; for whoever has stored it.
    #[must_use]
    pub fn next(&self) -> Appender {
        let mut frontier = Frontier::clone(&self.frontier);
        frontier.prune();
        Appender::resume(frontier, self.time, self.last_leaf)
    }
}
