//! Computes the indexes again from the entries, and compares them.
//!
//! Rebuilding is safe to interrupt: before the first row is dropped the indexes are marked incomplete, and whole again only
//! after the last row is on disk. It reads the entries once, in order, and holds a few megabytes, whatever the ledger's
//! size. In a ledger that is served nothing can be looked up or admitted meanwhile, and reading goes on.
//! The comparison goes both ways: every entry has its rows, and every row has its entry.

use std::ops::ControlFlow;
use std::path::Path;

use rocksdb::{DB, Direction, WriteBatch, WriteOptions};

use crate::evidence::Entry;
use crate::merkle::{LeafIndex, TreeSize};

use super::columns::{self, Column, Memory};
use super::database::{ReadError, Rows, damaged, failed, missing};
use super::keys;
use super::open::{OpenError, ledger};
use super::reader::Reader;
use super::recover::stored_head;
use super::repair::{Whole, empty_marked, mark, open_whole};
use super::rows::{self, IndexRow};
use super::settings::IndexMarker;

/// Rows that are written at a time.
const ROWS_AT_A_TIME: usize = 8192;

/// An index and the entries disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFault {
    /// The column family of the index.
    pub column: &'static str,
    /// The entry that it is about.
    pub index: Option<LeafIndex>,
    /// The row's key, in hex.
    pub key: String,
    /// How they disagree.
    pub kind: IndexFaultKind,
}

/// How an index and the entries disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum IndexFaultKind {
    /// The entry has no such row.
    Missing,
    /// The row says something else than the entry.
    Wrong,
    /// No entry has such a row.
    Extra,
}

/// Drops all indexes of a ledger that is not being served, and writes them again. Gives the number of entries. `progress` is
/// told now and then how many of how many entries are done.
///
/// # Errors
///
/// [`OpenError`], also when an entry is missing or can't be read: the indexes then stay marked incomplete.
pub fn rebuild_indexes(directory: &Path, memory: Memory, mut progress: impl FnMut(u64, u64)) -> Result<u64, OpenError> {
    let Whole { mut db, shared, .. } = open_whole(directory, memory)?;
    // What a newer version wrote, this one must not index.
    ledger(Rows(&db))?;
    let total = stored_head(Rows(&db))?.size.get();
    empty_marked(&mut db, &shared, &indexes().collect::<Vec<_>>())?;
    let written = write_rows(&db, |count| {
        progress(count, total);
        ControlFlow::Continue(())
    })?;
    Ok(written.unwrap_or(total))
}

/// Writes the rows of every entry and marks the indexes whole. Gives the number of entries; none when it was told to stop.
fn write_rows(db: &DB, mut progress: impl FnMut(u64) -> ControlFlow<()>) -> Result<Option<u64>, OpenError> {
    let rows = Rows(db);
    let mut unlogged = WriteOptions::default();
    unlogged.disable_wal(true);
    let write = |batch: &WriteBatch| db.write_opt(batch, &unlogged).map_err(|source| failed(Column::Statement, source));
    let mut batch = WriteBatch::default();
    let mut count = 0;
    for row in rows.from(Column::Entry, &[], Direction::Forward)? {
        let (index, index_rows) = rows_of_entry(&row?)?;
        if index.get() != count {
            return Err(missing(Column::Entry, &count).into());
        }
        for (column, key, value) in index_rows {
            batch.put_cf(rows.column(column)?, key, value);
        }
        count += 1;
        if batch.len() >= ROWS_AT_A_TIME {
            write(&batch)?;
            batch.clear();
            if progress(count).is_break() {
                return Ok(None);
            }
        }
    }
    write(&batch)?;
    // The rows are in no log: they must be in files before the mark says that they are there.
    columns::flush(db).map_err(|source| failed(Column::Statement, source))?;
    mark(db, IndexMarker::Whole)?;
    let _ = progress(count);
    Ok(Some(count))
}

/// Deletes every row of the indexes, which are marked incomplete.
fn delete_rows(db: &DB) -> Result<(), OpenError> {
    // Longer than any key, so that it comes after all of them.
    const END: [u8; 64] = [0xff; 64];
    for column in indexes() {
        let family = Rows(db).column(column)?;
        let deleted = db.delete_range_cf_opt(family, &[][..], &END[..], &columns::synced());
        deleted.map_err(|source| failed(column, source))?;
    }
    Ok(())
}

/// The index rows of a stored entry. One whose statement is not understood has none.
fn rows_of_entry((key, value): &(Box<[u8]>, Box<[u8]>)) -> Result<(LeafIndex, Vec<IndexRow>), ReadError> {
    let index = rows::index_of_value(key).ok_or_else(|| damaged(Column::Entry, &hex::encode(key)))?;
    let entry = match Entry::parse(value) {
        Ok(entry) => entry,
        Err(error) if error.is_unknown() => return Ok((index, Vec::new())),
        Err(_) => return Err(damaged(Column::Entry, &index)),
    };
    if entry.index() != index {
        return Err(damaged(Column::Entry, &index));
    }
    match entry.statement() {
        Ok(statement) => {
            let mut index_rows = Vec::new();
            rows::index_rows(index, &statement, &mut index_rows);
            Ok((index, index_rows))
        }
        Err(error) if error.is_unknown() => Ok((index, Vec::new())),
        Err(_) => Err(damaged(Column::Entry, &index)),
    }
}

fn indexes() -> impl Iterator<Item = Column> {
    <Column as strum::VariantArray>::VARIANTS.iter().copied().filter(|column| column.is_index())
}

/// The entry that an index row names, if it names one, and the row's key.
type StoredRow = (Option<LeafIndex>, Box<[u8]>);

impl Reader {
    /// Makes all indexes again beside the writer. Gives the number of entries; none when `progress`, which is told now and then
    /// how many of how many are done, has it stopped: the indexes then stay incomplete, and nothing is admitted.
    ///
    /// An entry that was on its way in when this begins is not missed: it is committed with its rows, and if these are deleted
    /// here the entry is there already and is read later.
    ///
    /// # Errors
    ///
    /// [`OpenError`], also when an entry is missing or can't be read: the indexes then stay incomplete.
    pub fn rebuild_indexes(
        &self,
        mut progress: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Option<u64>, OpenError> {
        let (database, total) = (&self.database, self.head().size.get());
        database.set_indexes_whole(false);
        mark(&database.db, IndexMarker::Incomplete)?;
        delete_rows(&database.db)?;
        let written = write_rows(&database.db, |count| progress(count, total.max(count)))?;
        if written.is_some() {
            let size = self.head().size;
            database.show_keys(size, keys::read(self.rows(), size, true));
            database.set_indexes_whole(true);
        }
        Ok(written)
    }

    /// Compares the indexes with the entries from `first` on, and hands over each fault. An entry that can't be parsed is not
    /// the indexes' fault and is passed over. Reads every such entry once and looks up each of its rows; that no index has
    /// more rows than its entries is told only for all of them, from 0 on.
    ///
    /// # Errors
    ///
    /// [`ReadError`], when a column can't be read.
    pub fn check_indexes(&self, first: u64, fault: impl FnMut(IndexFault)) -> Result<(), ReadError> {
        self.check_indexes_at_pace(first, |_| (), fault)
    }

    /// The same; `read` is told of the rows that were looked up for each entry, and may take its time.
    ///
    /// # Errors
    ///
    /// As [`check_indexes`](Self::check_indexes).
    pub fn check_indexes_at_pace(
        &self,
        first: u64,
        mut read: impl FnMut(u64),
        mut fault: impl FnMut(IndexFault),
    ) -> Result<(), ReadError> {
        let rows = self.rows();
        let end = self.head().size;
        let mut found = [0_u64; <Column as strum::VariantArray>::VARIANTS.len()];
        for row in rows.from(Column::Entry, &first.to_be_bytes(), Direction::Forward)? {
            let Ok((index, index_rows)) = rows_of_entry(&row?) else { continue };
            if !end.contains(index) {
                break;
            }
            read(index_rows.len() as u64);
            for (column, key, value) in index_rows {
                let stored = rows.get(column, key.as_ref())?;
                found[column as usize] += u64::from(stored.is_some());
                let kind = match stored {
                    Some(stored) if *stored == *value.as_ref() => continue,
                    Some(_) => IndexFaultKind::Wrong,
                    None => IndexFaultKind::Missing,
                };
                fault(IndexFault { column: column.name(), index: Some(index), key: hex::encode(key), kind });
            }
        }
        for column in indexes().filter(|_| first == 0) {
            // Entries are read again only where there are more rows than entries account for.
            if self.stored_rows(column, end)?.try_fold(0, |sum, row| row.map(|_| sum + 1))? != found[column as usize] {
                self.find_extra(column, end, &mut fault)?;
            }
        }
        Ok(())
    }

    /// Rows of an index, without those of entries that are there and not published yet: the entry's index and the key.
    fn stored_rows(
        &self,
        column: Column,
        end: TreeSize,
    ) -> Result<impl Iterator<Item = Result<StoredRow, ReadError>>, ReadError> {
        let stored = self.rows().from(column, &[], Direction::Forward)?.map(move |row| {
            let (key, value) = row?;
            let index =
                if column == Column::Statement { rows::index_of_value(&value) } else { rows::index_of_key(&key) };
            Ok((index, key))
        });
        let entries = self.rows();
        let is_pending = move |index: LeafIndex| {
            !end.contains(index) && matches!(entries.get(Column::Entry, &rows::index_key(index)), Ok(Some(_)))
        };
        Ok(stored.filter(move |row| !matches!(row, Ok((Some(index), _)) if is_pending(*index))))
    }

    /// Rows of an index that no entry has.
    fn find_extra(&self, column: Column, end: TreeSize, fault: &mut impl FnMut(IndexFault)) -> Result<(), ReadError> {
        for row in self.stored_rows(column, end)? {
            let (index, key) = row?;
            if !self.entry_has(index, column, &key)? {
                fault(IndexFault { column: column.name(), index, key: hex::encode(&key), kind: IndexFaultKind::Extra });
            }
        }
        Ok(())
    }

    fn entry_has(&self, index: Option<LeafIndex>, column: Column, key: &[u8]) -> Result<bool, ReadError> {
        let Some(index) = index else { return Ok(false) };
        let Some(entry) = self.rows().get(Column::Entry, &rows::index_key(index))? else { return Ok(false) };
        let known = rows_of_entry(&(rows::index_key(index).into(), entry.to_vec().into()));
        Ok(known.is_ok_and(|(_, known)| known.iter().any(|(of, row, _)| *of == column && row.as_ref() == key)))
    }
}
