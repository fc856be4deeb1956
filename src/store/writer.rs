//! The one who writes: a planned batch becomes durable, and only then may anything be signed.
//!
//! [`Writer::commit`] writes a batch as one record of the log, through to the disk, and gives a [`Committed`].
//!
//! When a commit fails in the database nobody knows whether its record is on the disk. The writer then refuses to go on:
//! the store must be opened again, which looks.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rocksdb::{ErrorKind, WriteBatch};
use thiserror::Error;

use crate::codec::Time;
use crate::crypto::PublicKey;
use crate::evidence::{Body, SuiteKey};
use crate::ledger::{Batch, PlannedEntry};
use crate::merkle::{LeafIndex, TreeHead, TreeSize};
use crate::registry::{KeyChain, NotAdmitted};
use crate::trust::{Checkpoint, LogSigner, SignedCheckpoint};

use super::columns::{self, Column};
use super::database::{Database, Edge, ReadError, Rows, failed};
use super::keys::{self, Keys};
use super::rows;
use super::settings::{self, Rotations, Setting as _, SettingError};
use super::stages::{Committed, Published, Signed};
use super::tip::{Tip, TipError};

/// Why a batch was not committed, or is not known to have been.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The batch was planned for another tree than the stored one. Nothing was written.
    #[error("the batch extends a tree of size {batch}, and the store has {stored}")]
    NotNext {
        /// The size that the batch extends.
        batch: u64,
        /// The size of the store; the same, when the roots differ.
        stored: u64,
    },
    /// The checkpoint that is to be kept is not that of the stored tree. Nothing was written.
    #[error("the checkpoint to keep has size {checkpoint}, and the store has {stored}")]
    OtherCheckpoint {
        /// Its size.
        checkpoint: u64,
        /// The size of the store.
        stored: u64,
    },
    /// A statement of the batch must not be admitted. Nothing was written.
    #[error("entry {index} must not be admitted")]
    NotAdmitted {
        /// The entry.
        index: LeafIndex,
        /// The rule that it breaks.
        #[source]
        source: NotAdmitted,
    },
    /// An earlier commit failed. Nothing was written.
    #[error("an earlier commit had an unknown outcome; the store must be opened again")]
    Poisoned,
    /// The ledger's keys can't be written down. Nothing was written.
    #[error("the ledger's keys cannot be written down")]
    Setting(#[from] SettingError),
    /// A column can't be written. Nothing was written.
    #[error("the batch cannot be written")]
    Column(#[from] ReadError),
    /// The database takes nothing more in, since it could not write out what it has: a full or failing disk. Nothing was
    /// written.
    #[error("the database cannot write its files, and takes nothing more in")]
    Stalled,
    /// The database failed in writing. Whether the batch is on disk is not known.
    #[error("the database failed while committing; the outcome is unknown")]
    OutcomeUnknown(#[source] rocksdb::Error),
}

/// How long a commit rests before it asks again whether the database takes more in.
const STALL: Duration = Duration::from_millis(1);

/// The store for writing; there is one.
pub struct Writer {
    pub(super) database: Arc<Database>,
    pub(super) tip: Tip,
    pub(super) head: TreeHead,
    /// Time of the last entry.
    pub(super) last: Time,
    /// The keys in force in the stored tree, until they are published with it.
    pub(super) keys: Keys,
    /// The ledger's own keys in the stored tree.
    pub(super) chain: KeyChain,
    pub(super) poisoned: bool,
}

impl Writer {
    /// Writes a batch and the checkpoint of the tree before it, and returns when both are on disk.
    ///
    /// # Errors
    ///
    /// [`CommitError::OutcomeUnknown`], after which nothing more is committed; any other, and nothing was written.
    pub fn commit(&mut self, batch: Batch, last: &SignedCheckpoint) -> Result<Committed, CommitError> {
        if self.poisoned {
            return Err(CommitError::Poisoned);
        }
        let stored = self.head.size.get();
        if *batch.before() != self.head {
            return Err(CommitError::NotNext { batch: batch.before().size.get(), stored });
        }
        if *last.head() != self.head || *last.origin() != self.database.ledger.origin {
            return Err(CommitError::OtherCheckpoint { checkpoint: last.head().size.get(), stored });
        }
        // Keys that were not known when the ledger was opened may be by now: indexes are made again beside the writer, too.
        let keys = match &self.keys {
            Ok(_) => keys::after(&self.keys, &batch),
            Err(_) => keys::after(&self.database.edge().keys, &batch),
        };
        let keys = keys.map_err(|(index, source)| CommitError::NotAdmitted { index, source })?;
        let chain = chain_after(&self.chain, &batch)?;
        let rows = Rows(&self.database.db);
        let mut record = batch_record(rows, &batch)?;
        if chain != self.chain {
            let rotations = chain.keys().iter().skip(1).map(|own| own.entry.get()).collect();
            record.put_cf(rows.column(Column::Meta)?, Rotations::NAME, settings::encode(&Rotations(rotations))?);
        }
        record.put_cf(rows.column(Column::Checkpoint)?, rows::size_key(last.head().size), last.as_str());
        let last_time = batch.entries().last().map_or(self.last, PlannedEntry::time);
        self.poisoned = true;
        self.write(&record)?;
        self.poisoned = false;
        self.head = *batch.head();
        self.last = last_time;
        self.keys = keys;
        self.chain = chain;
        let due = due(&self.chain, self.head.size, self.last);
        Ok(Committed::new(batch, self.database.ledger.origin.clone(), due))
    }

    /// Writes a record through to the disk. While the database has too much that is not in files yet this waits, but not for
    /// ever, as RocksDB itself would when it can't write it out.
    fn write(&self, record: &WriteBatch) -> Result<(), CommitError> {
        let mut options = columns::synced();
        options.set_no_slowdown(true);
        loop {
            match self.database.db.write_opt(record, &options) {
                // Said before anything is written.
                Err(error) if error.kind() == ErrorKind::Incomplete => {
                    let failures = self.database.db.property_int_value("rocksdb.background-errors").ok().flatten();
                    if failures.is_some_and(|failures| failures > 0) {
                        return Err(CommitError::Stalled);
                    }
                    thread::sleep(STALL);
                }
                written => return written.map_err(CommitError::OutcomeUnknown),
            }
        }
    }

    /// Records the checkpoint in DIR/tip and shows the tree to every reader.
    ///
    /// # Errors
    ///
    /// [`TipError`]; readers then go on seeing the tree before it.
    pub fn publish(&mut self, signed: Signed) -> Result<Published, TipError> {
        self.tip.write(signed.checkpoint())?;
        self.database.show(Edge {
            head: *signed.batch().head(),
            frontier: Arc::clone(signed.batch().frontier()),
            checkpoint: Some(Arc::clone(signed.checkpoint())),
            keys: self.keys.clone(),
        });
        Ok(signed.into_published())
    }

    /// Signs the tree that is stored, which is durable, records the checkpoint in DIR/tip and shows it to every reader. For
    /// the start: after a crash the last checkpoint is not stored, and signing again gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`TipError`].
    pub fn publish_stored(&mut self, keys: &impl LogSigner) -> Result<Arc<SignedCheckpoint>, TipError> {
        let checkpoint = Checkpoint { origin: self.database.ledger.origin.clone(), head: self.head };
        let checkpoint = Arc::new(keys.sign_checkpoint(&checkpoint, &self.due()));
        self.tip.write(&checkpoint)?;
        let found = Edge::clone(&self.database.edge());
        self.database.show(Edge { checkpoint: Some(Arc::clone(&checkpoint)), ..found });
        Ok(checkpoint)
    }

    /// The keys that must sign the stored tree: the one in force, and in an overlap the one that it replaces.
    #[must_use]
    pub fn due(&self) -> Vec<PublicKey> {
        due(&self.chain, self.head.size, self.last)
    }

    /// The ledger's own keys in the stored tree.
    #[must_use]
    pub const fn chain(&self) -> &KeyChain {
        &self.chain
    }

    /// Writes out what is still only in the log, so that the next start has nothing to recover.
    ///
    /// # Errors
    ///
    /// What the database says; nothing is lost, the log has it.
    pub fn flush(&self) -> Result<(), ReadError> {
        columns::flush(&self.database.db).map_err(|source| failed(Column::Entry, source))
    }
}

/// The ledger's own keys after a batch.
fn chain_after(chain: &KeyChain, batch: &Batch) -> Result<KeyChain, CommitError> {
    let mut chain = chain.clone();
    for entry in batch.entries() {
        if let Body::Rotate(rotate) = entry.statement().body() {
            let taken = chain.rotate(entry.index(), entry.time(), entry.statement().key(), rotate);
            taken.map_err(|source| CommitError::NotAdmitted { index: entry.index(), source })?;
        }
    }
    Ok(chain)
}

fn due(chain: &KeyChain, size: TreeSize, last: Time) -> Vec<PublicKey> {
    chain.signers(size, last).iter().filter_map(SuiteKey::known).copied().collect()
}

/// Everything that one batch writes, but for the checkpoint before it.
pub(super) fn batch_record(rows: Rows<'_>, batch: &Batch) -> Result<WriteBatch, ReadError> {
    let bytes: usize = batch.entries().iter().map(|entry| entry.bytes().len() + 256).sum();
    let mut record = WriteBatch::with_capacity_bytes(bytes);
    let entries = rows.column(Column::Entry)?;
    let mut index_rows = Vec::with_capacity(6 * batch.entries().len());
    for entry in batch.entries() {
        record.put_cf(entries, rows::index_key(entry.index()), entry.bytes());
        rows::index_rows(entry.index(), entry.statement(), &mut index_rows);
    }
    // Neighbours are put beside each other: what a search for one's place has read is at hand for the next.
    index_rows.sort_unstable_by(|(one, row, _), (other, next, _)| (one, row.as_ref()).cmp(&(other, next.as_ref())));
    for (column, key, value) in index_rows {
        record.put_cf(rows.column(column)?, key, value);
    }
    let tiles = rows.column(Column::Tile)?;
    for (tile, bytes) in batch.full_tiles() {
        record.put_cf(tiles, rows::tile_key(tile.level(), tile.index()), bytes);
    }
    let head = batch.head();
    record.put_cf(rows.column(Column::Head)?, rows::size_key(head.size), head.root.as_bytes());
    Ok(record)
}
