//! A mirror or an export, as whoever serves it reads it: what it has at any width, single entries, and receipts.
//!
//! Everything is read from the files at each call, so that a mirror which catches up meanwhile is shown as it is. Only what the
//! newest checkpoint covers is shown.

use std::path::Path;

use thiserror::Error;

use super::folder::LogFolder;
use super::key_chain::{in_force, keys_before};
use super::source::{Source, SourceError, Unread};
use crate::audit::Finding;
use crate::evidence::{Admission, Body, Entry, decode_bundle, encode_bundle};
use crate::ledger::{Disclosure, DisclosureError, Receipt, ReceiptError};
use crate::merkle::{BundleId, Hash, LeafIndex, ProofError, TileError, TileId, TileNodes, TreeSize, prove_inclusion};
use crate::note::VerifierKey;
use crate::trust::{CheckpointError, SignedCheckpoint};

/// Why something can't be read.
#[derive(Debug, Error)]
pub enum MirroredError {
    /// A file can't be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file is not what it should be.
    #[error("{0}")]
    Wrong(Box<Finding>),
    /// The checkpoint is none.
    #[error("the checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// Entry 0 is no genesis entry.
    #[error("entry 0 is not a genesis entry that is understood")]
    NoGenesis,
    /// A tile is not there or not one.
    #[error("the tiles of entry {0} cannot be used")]
    Tiles(LeafIndex),
    /// The receipt can't be written.
    #[error("the receipt cannot be written")]
    Disclosure(#[from] DisclosureError),
    /// The receipt can't be written.
    #[error("the receipt cannot be written")]
    Receipt(#[from] ReceiptError),
}

impl From<Unread> for MirroredError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::NoAnswer(error) => Self::Source(error),
            Unread::Wrong(finding) => Self::Wrong(finding),
        }
    }
}

/// A log in a folder, for reading.
#[derive(Clone, Debug)]
pub struct Mirrored {
    folder: LogFolder,
    key: VerifierKey,
    genesis: Hash,
    admission: Admission,
}

impl Mirrored {
    /// Opens a folder that has a log. Its genesis entry says which.
    ///
    /// # Errors
    ///
    /// [`MirroredError`].
    pub fn open(path: &Path) -> Result<Self, MirroredError> {
        let folder = LogFolder::new(path);
        let newest = SignedCheckpoint::parse(folder.checkpoint()?)?;
        let size = newest.head().size;
        let bundle = BundleId::at(0, size).ok_or(MirroredError::NoGenesis)?;
        let bytes = folder.bundle(bundle)?;
        let first = decode_bundle(&bytes).ok().and_then(|entries| entries.first().copied().map(Entry::parse));
        let entry = first.and_then(Result::ok).ok_or(MirroredError::NoGenesis)?;
        let statement = entry.statement().map_err(|_| MirroredError::NoGenesis)?;
        let Body::Genesis(genesis) = statement.body() else {
            return Err(MirroredError::NoGenesis);
        };
        let key = in_force(&keys_before(&folder, &newest, size.get())?).ok_or(MirroredError::NoGenesis)?;
        Ok(Self {
            key: VerifierKey::new_ed25519(genesis.origin.key_name().clone(), key),
            genesis: entry.leaf_hash(),
            admission: genesis.admission,
            folder,
        })
    }

    /// The ledger's key in force when the folder was opened, whose name is its origin.
    #[must_use]
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The leaf hash of entry 0.
    #[must_use]
    pub const fn genesis(&self) -> &Hash {
        &self.genesis
    }

    /// Who may deposit with the ledger.
    #[must_use]
    pub const fn admission(&self) -> Admission {
        self.admission
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    ///
    /// [`MirroredError`].
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, MirroredError> {
        Ok(SignedCheckpoint::parse(self.folder.checkpoint()?)?)
    }

    /// A tile at any width that the tree of the newest checkpoint has; none beyond it.
    ///
    /// # Errors
    ///
    /// [`MirroredError`].
    pub fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, MirroredError> {
        let size = self.checkpoint()?.head().size;
        if !id.is_in(size) {
            return Ok(None);
        }
        self.tile_in(id, size).map(Some)
    }

    /// The file has the widest; what is asked for is its beginning.
    fn tile_in(&self, id: TileId, size: TreeSize) -> Result<Vec<u8>, MirroredError> {
        let widest = TileId::at(id.level(), id.index(), size).unwrap_or(id);
        let mut bytes = self.folder.tile(widest)?;
        bytes.truncate(usize::from(id.width()) * Hash::LEN);
        Ok(bytes)
    }

    /// A bundle at any width that the tree of the newest checkpoint has; none beyond it.
    ///
    /// # Errors
    ///
    /// [`MirroredError`].
    pub fn bundle(&self, id: BundleId) -> Result<Option<Vec<u8>>, MirroredError> {
        let size = self.checkpoint()?.head().size;
        if !id.is_in(size) {
            return Ok(None);
        }
        let widest = BundleId::at(id.index(), size).unwrap_or(id);
        let bytes = self.folder.bundle(widest)?;
        if widest == id {
            return Ok(Some(bytes));
        }
        let entries = decode_bundle(&bytes).unwrap_or_default();
        let beginning = encode_bundle(entries.into_iter().take(id.width().into()));
        Ok(Some(beginning.unwrap_or_default()))
    }

    /// An entry; none beyond the newest checkpoint.
    ///
    /// # Errors
    ///
    /// [`MirroredError`].
    pub fn entry(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, MirroredError> {
        self.entry_in(index, self.checkpoint()?.head().size)
    }

    fn entry_in(&self, index: LeafIndex, size: TreeSize) -> Result<Option<Vec<u8>>, MirroredError> {
        let Some(id) = BundleId::at(index.get() / 256, size).filter(|_| size.contains(index)) else { return Ok(None) };
        let bytes = self.folder.bundle(id)?;
        let place = usize::try_from(index.get() % 256).unwrap_or(usize::MAX);
        Ok(decode_bundle(&bytes).ok().and_then(|entries| entries.get(place).map(|entry| entry.to_vec())))
    }

    /// The receipt of an entry against the newest checkpoint; none beyond it.
    ///
    /// # Errors
    ///
    /// [`MirroredError`].
    pub fn receipt(&self, index: LeafIndex) -> Result<Option<Receipt>, MirroredError> {
        let checkpoint = self.checkpoint()?;
        let size = checkpoint.head().size;
        let Some(entry) = self.entry_in(index, size)? else { return Ok(None) };
        let nodes = TileNodes::new(size, |tile: TileId| self.tile_in(tile, size));
        let path = prove_inclusion(index, size, &nodes).map_err(|error| match error {
            ProofError::Node(TileError::Fetch { source, .. }) => source,
            _ => MirroredError::Tiles(index),
        })?;
        Ok(Some(Receipt::new(index, path, Disclosure::new(entry, None, None)?, checkpoint)?))
    }
}
