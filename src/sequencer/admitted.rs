//! The answer to a submission: the entry, and the right to its receipt.

use std::sync::Arc;

use thiserror::Error;

use crate::ledger::Receipt;
use crate::merkle::LeafIndex;
use crate::store::{Published, ReadError, Reader, ReceiptError, ReceiptUnavailable};

/// Why an admitted entry or its receipt can't be given.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// The batch does not give it.
    #[error("the batch does not give the receipt")]
    Batch(#[from] ReceiptUnavailable),
    /// The store does not give the receipt.
    #[error("the store does not give the receipt")]
    Store(#[from] ReceiptError),
    /// The store does not give the entry.
    #[error("the store does not give the entry")]
    Entry(#[from] ReadError),
    /// The store has no such entry, although its index says so.
    #[error("the index names entry {0}, which the ledger does not have")]
    NoEntry(LeafIndex),
}

/// A statement that is an entry: durable, in the tree, under a signed checkpoint.
#[derive(Clone)]
pub struct Admitted {
    index: LeafIndex,
    is_repeat: bool,
    is_first: bool,
    source: Source,
}

/// Where entry and receipt come from.
#[derive(Clone)]
enum Source {
    /// The batch that it was admitted with, in memory.
    Batch(Arc<Published>),
    /// The store, for a statement of an earlier batch.
    Store(Reader),
}

impl Admitted {
    pub(super) const fn fresh(index: LeafIndex, batch: Arc<Published>, is_repeat: bool, is_first: bool) -> Self {
        Self { index, is_repeat, is_first, source: Source::Batch(batch) }
    }

    pub(super) const fn known(index: LeafIndex, reader: Reader) -> Self {
        Self { index, is_repeat: true, is_first: false, source: Source::Store(reader) }
    }

    /// The entry's index.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// Whether the ledger had the statement before, under this or another signature.
    #[must_use]
    pub const fn is_repeat(&self) -> bool {
        self.is_repeat
    }

    /// Whether it is known that no entry before this one has evidence with either of its digests. Where it is not, there may be none
    /// all the same.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.is_first
    }

    /// The entry, as it was hashed.
    ///
    /// # Errors
    ///
    /// [`AnswerError`], when it must be read and can't be.
    pub fn entry(&self) -> Result<Vec<u8>, AnswerError> {
        match &self.source {
            Source::Batch(batch) => Ok(batch.entry(self.index)?.bytes().to_vec()),
            Source::Store(reader) => reader.entry(self.index)?.ok_or(AnswerError::NoEntry(self.index)),
        }
    }

    /// The batch that it was admitted with, where it was admitted just now: entry and receipt are in memory.
    #[must_use]
    pub const fn batch(&self) -> Option<&Arc<Published>> {
        match &self.source {
            Source::Batch(batch) => Some(batch),
            Source::Store(_) => None,
        }
    }

    /// The receipt, against the checkpoint of its batch; a repeat's against the newest. Made on the caller's thread.
    ///
    /// # Errors
    ///
    /// [`AnswerError`], when the entry must be read and can't be.
    pub fn receipt(&self) -> Result<Receipt, AnswerError> {
        match &self.source {
            Source::Batch(batch) => Ok(batch.receipt(self.index)?),
            Source::Store(reader) => reader.receipt(self.index)?.ok_or(AnswerError::NoEntry(self.index)),
        }
    }
}

impl std::fmt::Debug for Admitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admitted")
            .field("index", &self.index)
            .field("is_repeat", &self.is_repeat)
            .field("is_first", &self.is_first)
            .finish_non_exhaustive()
    }
}
