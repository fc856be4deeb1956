//! What an audit asks of the database beside the ledger's own rows: its checksums, and rows that nothing calls for.
//!
//! The audit reads every row that the ledger's size calls for, and [`Reader::check_indexes`] those of the indexes. What is
//! left are rows that somebody put in beyond those, and blocks of files that no read of a row needs (filters, indexes of
//! files), which the database verifies as a whole.

use rocksdb::Direction;
use strum::VariantArray;

use crate::crypto::PublicKey;
use crate::merkle::{TILE_WIDTH, TreeHead, TreeSize};
use crate::note::{SignatureLine, VerifierKey};
use crate::trust::{Checkpoint, verify_cosignature};

use super::columns::Column;
use super::database::{ReadError, failed, scan};
use super::reader::Reader;
use super::rows;
use super::settings::{Identity, IndexMarker, Rotations, Setting};

impl Reader {
    /// Verifies the checksum of every block of every file of the database. Reads all of it.
    ///
    /// # Errors
    ///
    /// [`ReadError::Database`] with the first file and place that fails.
    pub fn verify_checksums(&self) -> Result<(), ReadError> {
        self.rows().0.verify_checksum_opt(&scan()).map_err(|source| failed(Column::Entry, source))
    }

    /// Hands over every row of the ledger's own columns that a ledger of this size has not: column and key in hex. Of a
    /// ledger that is looked at (`inspect`); while one is written, rows of the next commit are not strays.
    ///
    /// # Errors
    ///
    /// [`ReadError`], when a column can't be read.
    pub fn stray_rows(&self, mut stray: impl FnMut(&'static str, String)) -> Result<(), ReadError> {
        let size = self.head().size;
        for column in Column::VARIANTS.iter().copied().filter(|column| !column.is_index()) {
            // Of columns in order of size, rows up to the ledger's own are met by whoever reads them in order.
            let first = match column {
                Column::Entry => size.get().to_be_bytes().to_vec(),
                Column::Head | Column::Checkpoint => size.get().saturating_add(1).to_be_bytes().to_vec(),
                _ => Vec::new(),
            };
            for row in self.rows().from(column, &first, Direction::Forward)? {
                let (key, value) = row?;
                let is_due = match column {
                    Column::Cosigned => self.is_cosignature(&key, &value)?,
                    _ => is_called_for(column, &key, size),
                };
                if !is_due {
                    stray(column.name(), hex::encode(key));
                }
            }
        }
        Ok(())
    }

    /// Whether a row holds what its key says: the cosignature, by the witness with this key, of a tree that the ledger has
    /// stated.
    fn is_cosignature(&self, key: &[u8], value: &[u8]) -> Result<bool, ReadError> {
        let read = || {
            let (size, witness) = key.split_first_chunk::<8>()?;
            let witness = PublicKey::from_bytes(witness.try_into().ok()?);
            let line: SignatureLine = std::str::from_utf8(value).ok()?.parse().ok()?;
            Some((rows::size_of_key(size)?, witness, line))
        };
        let Some((size, witness, line)) = read() else { return Ok(false) };
        let stated = self.rows().get(Column::Head, &rows::size_key(size))?;
        let Some(root) = stated.and_then(|root| rows::root_of_value(&root)) else { return Ok(false) };
        let text = Checkpoint { origin: self.origin().clone(), head: TreeHead { size, root } }.body();
        let witness = VerifierKey::new_cosigner(line.name().clone(), witness);
        Ok(verify_cosignature(&witness, &text, &line).is_ok())
    }
}

/// Whether a ledger of this size has this row.
fn is_called_for(column: Column, key: &[u8], size: TreeSize) -> bool {
    match column {
        Column::Tile => is_full_tile(key, size),
        Column::Meta => [Identity::NAME, IndexMarker::NAME, Rotations::NAME].iter().any(|name| name.as_bytes() == key),
        // No row at all: entries, heads and checkpoints are asked for from the ledger's size on.
        _ => false,
    }
}

/// Whether a key is that of a tile that is full in a tree of this size.
fn is_full_tile(key: &[u8], size: TreeSize) -> bool {
    let Some((level, index)) = key.split_first() else { return false };
    let Some(index) = rows::index_of_value(index) else { return false };
    let hashes = (0..=*level).skip(1).fold(size.get(), |below, _| below / u64::from(TILE_WIDTH));
    index.get() < hashes / u64::from(TILE_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_its_full_tiles_and_no_other() {
        let has = |level, index, size| is_full_tile(&rows::tile_key(level, index), TreeSize::new(size).unwrap());
        assert!(has(0, 0, 256) && !has(0, 0, 255) && !has(0, 1, 511) && has(0, 1, 512));
        assert!(has(1, 0, 65_536) && !has(1, 0, 65_535) && !has(2, 0, 65_536) && has(2, 0, 1 << 24));
        assert!(!has(255, 0, 1 << 24) && !is_full_tile(b"", TreeSize::ZERO) && !is_full_tile(&[0; 10], TreeSize::ZERO));
    }
}
