//! Which evidence is new to the ledger, asked of many statements in a row before they are entries.
//!
//! Nearly every deposit is the first of its evidence. Asked beforehand, the filters of both indexes say so without a search; asked
//! once the entry is there, each search finds the entry's own row.

use rocksdb::DBRawIterator;

use crate::evidence::Fingerprint;
use crate::merkle::LeafIndex;

use super::columns::Column;
use super::database::{ReadError, failed};
use super::reader::Reader;
use super::rows;

/// The digests of all committed entries, as they were when this was made.
pub struct Novelty<'a> {
    sha256: DBRawIterator<'a>,
    sm3: DBRawIterator<'a>,
}

impl Reader {
    /// The digests of all entries that are committed now, published or not.
    ///
    /// # Errors
    ///
    /// [`ReadError`]; [`ReadError::IndexIncomplete`] where an answer might lack something.
    pub fn novelty(&self) -> Result<Novelty<'_>, ReadError> {
        self.check_indexes_whole()?;
        let rows = self.rows();
        Ok(Novelty { sha256: rows.prefixes(Column::Sha256)?, sm3: rows.prefixes(Column::Sm3)? })
    }
}

impl Novelty<'_> {
    /// Whether no entry has evidence with either of these digests.
    ///
    /// # Errors
    ///
    /// [`ReadError::Database`].
    pub fn is_new(&mut self, evidence: &Fingerprint) -> Result<bool, ReadError> {
        Ok(!has_row(&mut self.sha256, Column::Sha256, evidence.sha256().as_bytes())?
            && !has_row(&mut self.sm3, Column::Sm3, evidence.sm3().as_bytes())?)
    }
}

fn has_row(rows: &mut DBRawIterator<'_>, column: Column, prefix: &[u8; 32]) -> Result<bool, ReadError> {
    rows.seek(rows::prefixed_key(prefix, LeafIndex::new(0)));
    if let Some(key) = rows.key() {
        return Ok(key.starts_with(prefix));
    }
    rows.status().map_err(|source| failed(column, source))?;
    Ok(false)
}
