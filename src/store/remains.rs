//! What can still be read of a store that no longer holds, row by row.
//!
//! The database is opened for reading with its checks off, so that a file or a record of the log which is damaged costs what stood in it
//! and no more. Nothing here is believed: what a row says is proved by whoever asks (`upkeep`), or it is lost. A database whose
//! list of files (`MANIFEST`) is gone does not open here either.

use std::path::{Path, PathBuf};

use rocksdb::{DB, Direction};
use strum::VariantArray;

use crate::crypto::PublicKey;
use crate::evidence::{Body, Entry};
use crate::merkle::{Hash, LeafIndex, TILE_BYTES};
use crate::trust::{Origin, SignedCheckpoint};

use super::columns::{self, Column, Memory, Purpose, Shared};
use super::database::Rows;
use super::open::{DATABASE, OpenError, TIP, database_error, ledger};
use super::recover::last_head;
use super::rows;
use super::tip;

/// A store that is read in spite of damage.
pub struct Remains {
    db: DB,
    tip: PathBuf,
}

impl Remains {
    /// Opens what is left of the ledger in a folder. It must not be served, and nothing in it is changed.
    ///
    /// # Errors
    ///
    /// [`OpenError`], when the database does not open at all.
    pub fn open(directory: &Path, memory: Memory) -> Result<Self, OpenError> {
        let path = directory.join(DATABASE);
        if !path.join("CURRENT").exists() {
            return Err(OpenError::NoLedger { directory: directory.to_owned() });
        }
        let failed = |source| database_error(directory, source);
        let found = columns::list(&path).map_err(failed)?;
        let lacking: Vec<Column> =
            Column::VARIANTS.iter().copied().filter(|c| !found.iter().any(|name| name == c.name())).collect();
        let db = Shared::new(memory).open(&path, Purpose::Salvage, &lacking).map_err(failed)?;
        Ok(Self { db, tip: directory.join(TIP) })
    }

    fn rows(&self) -> Rows<'_> {
        Rows(&self.db)
    }

    /// Whose ledger it is: by the settings, or else by entry 0.
    #[must_use]
    pub fn identity(&self) -> Option<(Origin, PublicKey)> {
        if let Ok(ledger) = ledger(self.rows()) {
            return Some((ledger.origin, ledger.key));
        }
        let statement = Entry::parse(&self.entry(LeafIndex::new(0)).ok()?).ok()?.statement().ok()?;
        match statement.body() {
            Body::Genesis(genesis) => Some((genesis.origin.clone(), *statement.public_key()?)),
            _ => None,
        }
    }

    /// How many entries there were at least, by the last entry, the last head and every checkpoint that can be read.
    #[must_use]
    pub fn entries(&self) -> u64 {
        let last = self.rows().last(Column::Entry).ok().flatten();
        let by_entry = last.and_then(|(key, _)| rows::index_of_value(&key)).map_or(0, |last| last.get() + 1);
        let by_head = last_head(self.rows()).ok().flatten().map_or(0, |head| head.size.get());
        let signed = self.checkpoints().iter().map(|signed| signed.head().size.get()).max().unwrap_or(0);
        by_entry.max(by_head).max(signed)
    }

    /// The bytes of an entry, or why they can't be read.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, String> {
        self.rows().entry(index).map_err(|error| match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        })
    }

    /// The hashes of a full tile, if its row can be read.
    #[must_use]
    pub fn tile(&self, level: u8, index: u64) -> Option<Vec<Hash>> {
        let bytes = self.rows().full_tile(level, index).ok()?;
        let bytes: &[u8; TILE_BYTES] = bytes.as_ref().try_into().ok()?;
        Some(bytes.as_chunks().0.iter().copied().map(Hash::from_bytes).collect())
    }

    /// Every checkpoint that can be read, the tip among them, in no order; signatures are not looked at.
    #[must_use]
    pub fn checkpoints(&self) -> Vec<SignedCheckpoint> {
        let mut found: Vec<_> = tip::read(&self.tip).ok().flatten().into_iter().collect();
        // From both ends: a block that can't be read stops each.
        for (start, direction) in [(&[][..], Direction::Forward), (&[0xff; 8][..], Direction::Reverse)] {
            let Ok(rows) = self.rows().from(Column::Checkpoint, start, direction) else { continue };
            found.extend(rows.map_while(Result::ok).filter_map(|(_, note)| SignedCheckpoint::parse(&note).ok()));
        }
        found
    }
}
