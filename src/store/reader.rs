//! Reading a ledger: entries, tiles, heads, checkpoints, proofs and receipts.
//!
//! A reader is cloned at will and used from any thread; it never waits for the writer's sync. It answers about the newest
//! published tree and every one before it, and about nothing beyond. What is asked for and not there is none; what ought
//! to be there and is not, or can't be read, is an error.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rocksdb::Direction;
use thiserror::Error;

use crate::crypto::PublicKey;
use crate::evidence::encode_bundle;
use crate::ledger::{self, Receipt};
use crate::merkle::{BundleId, ConsistencyProof, Hash, InclusionProof, LeafIndex, TileId, TreeHead, TreeSize};
use crate::registry::KeyChain;
use crate::trust::{Origin, SignedCheckpoint};

use super::columns::Column;
use super::database::{Database, ReadError, Row, Rows, damaged, missing};
use super::rows;
use super::stages::entry_receipt;
use super::tree::Tree;

/// Why there is no receipt.
#[derive(Debug, Error)]
pub enum ReceiptError {
    /// No checkpoint has been signed since the store was opened.
    #[error("no checkpoint is signed yet")]
    NotSigned,
    /// The store can't be read.
    #[error("the entry cannot be proved")]
    Read(#[from] ReadError),
    /// The receipt can't be written down.
    #[error("the receipt cannot be written")]
    Receipt(#[from] ledger::ReceiptError),
}

/// A ledger, for reading.
#[derive(Clone)]
pub struct Reader {
    pub(super) database: Arc<Database>,
}

impl Reader {
    pub(super) const fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        Rows(&self.database.db)
    }

    /// The origin line of the ledger's checkpoints.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.database.ledger.origin
    }

    /// The ledger's public key: the one in force when it was opened.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.database.ledger.key
    }

    /// The ledger's own keys from genesis on, when it was opened.
    #[must_use]
    pub fn chain(&self) -> &KeyChain {
        &self.database.ledger.chain
    }

    /// The leaf hash of entry 0.
    #[must_use]
    pub fn genesis(&self) -> &Hash {
        &self.database.ledger.genesis
    }

    /// The ledger's folder.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.database.directory
    }

    /// Whether lookups are complete. Where they are not, they are errors.
    #[must_use]
    pub fn indexes_are_whole(&self) -> bool {
        self.database.indexes_are_whole()
    }

    /// Size and root of the newest published tree.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.database.edge().head
    }

    /// The checkpoint of the newest published tree; none before the first is signed after opening.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Arc<SignedCheckpoint>> {
        self.database.edge().checkpoint.clone()
    }

    /// An entry as it was hashed.
    ///
    /// # Errors
    ///
    /// [`ReadError`]; [`ReadError::Missing`] when the ledger is that long and the entry is not there.
    pub fn entry(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, ReadError> {
        if !self.head().size.contains(index) {
            return Ok(None);
        }
        self.rows().entry(index).map(Some)
    }

    /// The entries of a range, in order, as far as the ledger has them. One that is missing is an error in its place, and
    /// the last item.
    ///
    /// # Errors
    ///
    /// [`ReadError`], when the column can't be read at all.
    pub fn entries(
        &self,
        range: Range<u64>,
    ) -> Result<impl Iterator<Item = Result<(LeafIndex, Vec<u8>), ReadError>>, ReadError> {
        let end = range.end.min(self.head().size.get());
        let mut stored = self.rows().from(Column::Entry, &range.start.to_be_bytes(), Direction::Forward)?;
        let mut broken = false;
        Ok((range.start..end).map_while(move |index| {
            if broken {
                return None;
            }
            let index = LeafIndex::new(index);
            let entry = match stored.next() {
                Some(Ok((key, value))) if rows::index_of_value(&key) == Some(index) => Ok((index, value.into_vec())),
                Some(Err(error)) => Err(error),
                _ => Err(missing(Column::Entry, &index)),
            };
            broken = entry.is_err();
            Some(entry)
        }))
    }

    /// An entry bundle as tlog-tiles serves it; none when the newest tree has not all its entries.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn bundle(&self, bundle: BundleId) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(leaves) = bundle.leaves().filter(|_| bundle.is_in(self.head().size)) else { return Ok(None) };
        let entries = self.entries(leaves)?.collect::<Result<Vec<_>, _>>()?;
        let bytes = encode_bundle(entries.iter().map(|(_, entry)| entry.as_slice()));
        bytes.map(Some).map_err(|_| damaged(Column::Entry, &bundle))
    }

    /// A tile as tlog-tiles serves it, full or partial at any size; none when the newest tree has not all its hashes.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, ReadError> {
        let edge = self.database.edge();
        if !tile.is_in(edge.head.size) {
            return Ok(None);
        }
        Tree::with_edge(self.rows(), &edge).tile(tile).map(Some)
    }

    /// A full tile exactly as its row has it, for whoever checks it; none when there is no such row.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn stored_tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.rows().get(Column::Tile, &rows::tile_key(level, index))?.map(|bytes| bytes.to_vec()))
    }

    /// Tree heads at commits, newest first, below a size if one is given.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn heads(&self, before: Option<TreeSize>, limit: usize) -> Result<Vec<TreeHead>, ReadError> {
        self.newest_first(Column::Head, before, limit, |size, value| {
            rows::root_of_value(value).map(|root| TreeHead { size, root })
        })
    }

    /// Signed checkpoints, newest first, below a size if one is given. The newest of all is
    /// [`checkpoint`](Self::checkpoint), which is stored with the commit after it.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn checkpoints(&self, before: Option<TreeSize>, limit: usize) -> Result<Vec<SignedCheckpoint>, ReadError> {
        let newest = self.checkpoint().filter(|newest| before.is_none_or(|before| newest.head().size < before));
        let newest = newest.filter(|_| limit > 0).map(|newest| SignedCheckpoint::clone(&newest));
        let end = newest.as_ref().map(|newest| newest.head().size).or(before);
        let older =
            self.newest_first(Column::Checkpoint, end, limit - usize::from(newest.is_some()), |size, value| {
                SignedCheckpoint::parse(value).ok().filter(|checkpoint| checkpoint.head().size == size)
            })?;
        Ok(newest.into_iter().chain(older).collect())
    }

    /// Rows whose key is a size of a published tree, from the largest down.
    fn newest_first<T>(
        &self,
        column: Column,
        before: Option<TreeSize>,
        limit: usize,
        read: impl Fn(TreeSize, &[u8]) -> Option<T>,
    ) -> Result<Vec<T>, ReadError> {
        let largest = self.head().size.get();
        let largest = before.map_or(largest, |before| largest.min(before.get().saturating_sub(1)));
        let rows = self.rows().from(column, &largest.to_be_bytes(), Direction::Reverse)?;
        let read = |row: Result<Row, ReadError>| {
            let (key, value) = row?;
            let item = rows::size_of_key(&key).and_then(|size| read(size, &value));
            item.ok_or_else(|| damaged(column, &hex::encode(&key)))
        };
        rows.take(limit).map(read).collect()
    }

    /// The root of the tree of the first `size` entries.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotInTree`] beyond the newest tree.
    pub fn root(&self, size: TreeSize) -> Result<Hash, ReadError> {
        let edge = self.database.edge();
        if size == edge.head.size {
            return Ok(edge.head.root);
        }
        within(size, edge.head.size)?;
        Tree::with_edge(self.rows(), &edge).root(size)
    }

    /// The proof that the tree of a size has an entry.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotInTree`] when it has not, or the size is beyond the newest tree.
    pub fn prove_inclusion(&self, index: LeafIndex, size: TreeSize) -> Result<InclusionProof, ReadError> {
        let edge = self.database.edge();
        within(size, edge.head.size)?;
        Tree::with_edge(self.rows(), &edge).prove_inclusion(index, size)
    }

    /// The proof that the tree of one size extends that of another.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotInTree`] when it is the smaller, or beyond the newest tree.
    pub fn prove_consistency(&self, from: TreeSize, to: TreeSize) -> Result<ConsistencyProof, ReadError> {
        let edge = self.database.edge();
        within(to, edge.head.size)?;
        Tree::with_edge(self.rows(), &edge).prove_consistency(from, to)
    }

    /// The receipt of an entry against the newest checkpoint; none when there is no such entry. Discloses nothing but the
    /// entry.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`].
    pub fn receipt(&self, index: LeafIndex) -> Result<Option<Receipt>, ReceiptError> {
        let edge = self.database.edge();
        if !edge.head.size.contains(index) {
            return Ok(None);
        }
        let checkpoint = edge.checkpoint.as_deref().ok_or(ReceiptError::NotSigned)?;
        let entry = self.rows().entry(index)?;
        let path = Tree::with_edge(self.rows(), &edge).prove_inclusion(index, edge.head.size)?;
        Ok(Some(entry_receipt(index, entry, path, checkpoint)?))
    }
}

fn within(size: TreeSize, newest: TreeSize) -> Result<(), ReadError> {
    if size <= newest {
        Ok(())
    } else {
        Err(ReadError::NotInTree { size: newest, what: format!("state of size {size}") })
    }
}
