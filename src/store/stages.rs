//! What a planned batch becomes, one stage after the other: committed, signed, published.
//!
//! Each stage is made only from the one before it: [`Writer::commit`](super::Writer::commit) makes a [`Committed`], only a
//! `Committed` can be signed, only [`Writer::publish`](super::Writer::publish) makes a [`Published`], and only a `Published`
//! gives receipts. So a signature or a receipt for an entry that is not on disk does not compile.

use std::sync::Arc;

use thiserror::Error;

use crate::crypto::PublicKey;
use crate::ledger::{self, Batch, Disclosure, PlannedEntry, Receipt};
use crate::merkle::{InclusionProof, LeafIndex, NotRetained, ProofError, prove_inclusion};
use crate::trust::{Checkpoint, LogSigner, Origin, SignedCheckpoint};

/// A batch that is on disk.
#[derive(Debug)]
pub struct Committed {
    batch: Batch,
    origin: Origin,
    /// The keys that its tree must be signed with.
    due: Vec<PublicKey>,
}

impl Committed {
    /// For [`Writer::commit`](super::Writer::commit) alone.
    pub(super) const fn new(batch: Batch, origin: Origin, due: Vec<PublicKey>) -> Self {
        Self { batch, origin, due }
    }

    /// The batch.
    #[must_use]
    pub const fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Signs the tree with the batch, with each of the keys that are due. The same tree and keys give the same bytes each
    /// time.
    #[must_use]
    pub fn sign(self, keys: &impl LogSigner) -> Signed {
        let checkpoint = Checkpoint { origin: self.origin, head: *self.batch.head() };
        Signed { batch: self.batch, checkpoint: Arc::new(keys.sign_checkpoint(&checkpoint, &self.due)) }
    }
}

/// A batch that is on disk, and whose tree is signed.
#[derive(Debug)]
pub struct Signed {
    batch: Batch,
    checkpoint: Arc<SignedCheckpoint>,
}

impl Signed {
    pub(super) const fn batch(&self) -> &Batch {
        &self.batch
    }

    pub(super) const fn checkpoint(&self) -> &Arc<SignedCheckpoint> {
        &self.checkpoint
    }

    /// For [`Writer::publish`](super::Writer::publish) alone.
    pub(super) fn into_published(self) -> Published {
        Published { batch: self.batch, checkpoint: self.checkpoint }
    }
}

/// A receipt was asked for of an entry that the batch does not have.
#[derive(Debug, Error)]
pub enum ReceiptUnavailable {
    /// The entry is another batch's.
    #[error("entry {0} is not in this batch")]
    OtherBatch(LeafIndex),
    /// The batch lacks a node that its own proofs need.
    #[error("the proof of an entry cannot be made")]
    Proof(#[from] ProofError<NotRetained>),
    /// The receipt can't be written down.
    #[error("the receipt of an entry cannot be written")]
    Receipt(#[from] ledger::ReceiptError),
}

/// The receipt that a ledger itself gives: it discloses nothing but the entry.
pub(super) fn entry_receipt(
    index: LeafIndex,
    entry: Vec<u8>,
    path: InclusionProof,
    checkpoint: &SignedCheckpoint,
) -> Result<Receipt, ledger::ReceiptError> {
    Receipt::new(index, path, Disclosure::new(entry, None, None)?, checkpoint.clone())
}

/// A batch that is on disk, signed, recorded in DIR/tip and shown to readers.
#[derive(Debug)]
pub struct Published {
    batch: Batch,
    checkpoint: Arc<SignedCheckpoint>,
}

impl Published {
    /// The batch.
    #[must_use]
    pub const fn batch(&self) -> &Batch {
        &self.batch
    }

    /// The checkpoint of the tree with the batch.
    #[must_use]
    pub const fn checkpoint(&self) -> &Arc<SignedCheckpoint> {
        &self.checkpoint
    }

    /// One of its entries.
    ///
    /// # Errors
    ///
    /// [`ReceiptUnavailable::OtherBatch`].
    pub fn entry(&self, index: LeafIndex) -> Result<&PlannedEntry, ReceiptUnavailable> {
        self.batch.entry(index).ok_or(ReceiptUnavailable::OtherBatch(index))
    }

    /// The text of the receipt of one of its entries, from memory alone: some twenty hashes are copied, none is computed, and
    /// nothing is parsed.
    ///
    /// # Errors
    ///
    /// [`ReceiptUnavailable::OtherBatch`].
    pub fn receipt_text(&self, index: LeafIndex) -> Result<String, ReceiptUnavailable> {
        let path = prove_inclusion(index, self.batch.size(), self.batch.frontier().as_ref())?;
        Ok(Receipt::text_of(self.entry(index)?, &path, &self.checkpoint)?)
    }

    /// The receipt of one of its entries, from memory alone: some twenty hashes are copied, none is computed.
    ///
    /// # Errors
    ///
    /// [`ReceiptUnavailable::OtherBatch`].
    pub fn receipt(&self, index: LeafIndex) -> Result<Receipt, ReceiptUnavailable> {
        let entry = self.entry(index)?;
        let path = prove_inclusion(index, self.batch.size(), self.batch.frontier().as_ref())?;
        Ok(entry_receipt(index, entry.bytes().to_vec(), path, &self.checkpoint)?)
    }
}
