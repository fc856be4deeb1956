//! Cosignatures of a ledger's checkpoints, kept as witnesses give them: a row for each size and witness.
//!
//! They are not part of a commit and are not waited for: a row reaches the disk with the next commit at the latest. One that
//! is lost with the machine's power is asked for again. Nothing is verified here; whoever puts a cosignature has done so.

use std::sync::Arc;

use rocksdb::{Direction, WriteOptions};

use crate::crypto::PublicKey;
use crate::ledger::Receipt;
use crate::merkle::{LeafIndex, TreeSize};
use crate::note::SignatureLine;
use crate::trust::SignedCheckpoint;

use super::columns::Column;
use super::database::{Database, ReadError, Row, Rows, damaged, failed};
use super::reader::{Reader, ReceiptError};
use super::rows;
use super::stages::entry_receipt;
use super::tree::Tree;

/// The cosignatures of one size, in the order of the witnesses' keys.
pub type CosignedSize = (TreeSize, Vec<SignatureLine>);

/// Where the cosignatures of a ledger's checkpoints are kept.
#[derive(Clone)]
pub struct Cosignatures {
    database: Arc<Database>,
}

impl Cosignatures {
    /// Those of the ledger that `reader` reads; it must be open for writing.
    #[must_use]
    pub fn of(reader: &Reader) -> Self {
        Self { database: Arc::clone(&reader.database) }
    }

    fn rows(&self) -> Rows<'_> {
        Rows(&self.database.db)
    }

    /// Keeps a cosignature of the checkpoint of a size. A later one by the same witness takes the place of an earlier one
    /// only if there is none: the first time that a witness vouched for stays.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn put(&self, size: TreeSize, witness: &PublicKey, line: &SignatureLine) -> Result<(), ReadError> {
        let key = rows::cosigned_key(size, witness.as_bytes());
        if self.rows().get(Column::Cosigned, &key)?.is_some() {
            return Ok(());
        }
        let column = self.rows().column(Column::Cosigned)?;
        let mut options = WriteOptions::default();
        options.set_protection_bytes_per_key(8);
        let written = self.database.db.put_cf_opt(column, key, line.to_string(), &options);
        written.map_err(|source| failed(Column::Cosigned, source))
    }

    /// The cosignatures of the checkpoint of a size.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn at(&self, size: TreeSize) -> Result<Vec<SignatureLine>, ReadError> {
        let found = self.scan(size, Direction::Forward, 1)?.into_iter().next();
        Ok(found.filter(|(at, _)| *at == size).map(|(_, lines)| lines).unwrap_or_default())
    }

    /// Sizes with cosignatures from a size on, in ascending order, at most so many.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn from(&self, size: TreeSize, most: usize) -> Result<Vec<CosignedSize>, ReadError> {
        self.scan(size, Direction::Forward, most)
    }

    /// The largest sizes with cosignatures, in descending order, at most so many.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn newest(&self, most: usize) -> Result<Vec<CosignedSize>, ReadError> {
        self.scan(self.database.edge().head.size, Direction::Reverse, most)
    }

    fn scan(&self, from: TreeSize, direction: Direction, most: usize) -> Result<Vec<CosignedSize>, ReadError> {
        let mut first = rows::size_key(from).to_vec();
        if matches!(direction, Direction::Reverse) {
            first.extend([0xff; PublicKey::LENGTH]);
        }
        let mut sizes: Vec<CosignedSize> = Vec::new();
        for row in self.rows().from(Column::Cosigned, &first, direction)? {
            let (size, line) = read(row)?;
            let is_full = sizes.len() == most;
            match sizes.last_mut() {
                Some((last, lines)) if *last == size => lines.push(line),
                _ if is_full => break,
                _ => sizes.push((size, vec![line])),
            }
        }
        Ok(sizes)
    }
}

fn read(row: Result<Row, ReadError>) -> Result<(TreeSize, SignatureLine), ReadError> {
    let (key, value) = row?;
    rows::cosigned_of_row(&key, &value).ok_or_else(|| damaged(Column::Cosigned, &hex::encode(&key)))
}

impl Reader {
    /// The ledger's own checkpoint of a size; none when none was signed over just that size.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn checkpoint_of(&self, size: TreeSize) -> Result<Option<SignedCheckpoint>, ReadError> {
        let after = TreeSize::new(size.get().saturating_add(1)).ok();
        let found = self.checkpoints(after, 1)?;
        Ok(found.into_iter().next().filter(|checkpoint| checkpoint.head().size == size))
    }

    /// The receipt of an entry under a checkpoint of this ledger that covers it; none when there is no such entry.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`], also when the checkpoint does not cover the entry.
    pub fn receipt_under(&self, index: LeafIndex, under: &SignedCheckpoint) -> Result<Option<Receipt>, ReceiptError> {
        let edge = self.database.edge();
        if !edge.head.size.contains(index) {
            return Ok(None);
        }
        let entry = self.rows().entry(index)?;
        let path = Tree::with_edge(self.rows(), &edge).prove_inclusion(index, under.head().size)?;
        Ok(Some(entry_receipt(index, entry, path, under)?))
    }
}
