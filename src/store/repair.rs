//! Opens a database of which an index can't be opened, by making that index empty.
//!
//! RocksDB refuses to open at all when a table file is missing or its end is damaged, whichever column it belongs to. For a
//! column of the ledger itself that is right. For an index it would stop a ledger for the sake of rows that can be computed
//! again; so the file that is at fault is looked for, and if only indexes are, they are emptied and marked incomplete.

use std::path::Path;

use rocksdb::{DB, ErrorKind};

use super::columns::{self, Column, Memory, Purpose, Shared};
use super::database::{Ledger, Rows, failed};
use super::open::{OpenError, check_columns, database_error, database_path, is_lock, ledger};
use super::settings::{self, IndexMarker, Setting};
use super::wal::find_damage;

/// A database all of whose column families can be opened.
pub(super) struct Whole {
    pub(super) db: DB,
    pub(super) shared: Shared,
    /// What it says that it is, in a version that this program knows.
    pub(super) ledger: Ledger,
    /// The indexes that were made empty for it.
    pub(super) emptied: Vec<&'static str>,
}

/// Opens the database for writing. Changes nothing of a ledger that a newer version has written.
pub(super) fn open_whole(directory: &Path, memory: Memory) -> Result<Whole, OpenError> {
    let path = database_path(directory)?;
    let lacking = check_columns(&path, directory)?;
    let shared = Shared::new(memory);
    let open = || shared.open(&path, Purpose::Write, &lacking);
    let mut emptied: Vec<&'static str> = Vec::new();
    let mut db = match open() {
        Ok(db) => db,
        Err(error) if is_lock(&error) || error.kind() != ErrorKind::Corruption => {
            return Err(database_error(directory, error));
        }
        // Opened in any other way, the damaged log would be read as far as it goes, written out and deleted: what was
        // refused must be there as it was.
        Err(error) if find_damage(&path).is_some() => return Err(database_error(directory, error)),
        Err(error) => {
            emptied = empty_damaged(&path, &shared, &lacking)?.ok_or_else(|| database_error(directory, error))?;
            open().map_err(|error| database_error(directory, error))?
        }
    };
    let ledger = ledger(Rows(&db))?;
    empty_marked(&mut db, &shared, &lacking)?;
    emptied.extend(lacking.iter().map(|column| column.name()));
    Ok(Whole { db, shared, ledger, emptied })
}

/// Empties the indexes that have a file which can't be opened. None, and nothing is changed, when the fault is elsewhere.
fn empty_damaged(path: &Path, shared: &Shared, lacking: &[Column]) -> Result<Option<Vec<&'static str>>, OpenError> {
    let Ok(mut db) = shared.open(path, Purpose::Repair, lacking) else { return Ok(None) };
    let Some(damaged) = damaged_columns(&db) else { return Ok(None) };
    if damaged.is_empty() || damaged.iter().any(|column| !column.is_index()) {
        return Ok(None);
    }
    ledger(Rows(&db))?;
    empty_marked(&mut db, shared, &damaged)?;
    Ok(Some(damaged.into_iter().map(Column::name).collect()))
}

/// Empties indexes, or makes those that are lacking. They are marked before: else a process that dies in between would leave
/// empty indexes that are said to be whole.
pub(super) fn empty_marked(db: &mut DB, shared: &Shared, indexes: &[Column]) -> Result<(), OpenError> {
    if !indexes.is_empty() {
        mark(db, IndexMarker::Incomplete)?;
    }
    for column in indexes {
        shared.empty(db, *column).map_err(|source| failed(*column, source))?;
    }
    Ok(())
}

/// The columns with a file whose first row can't be read.
fn damaged_columns(db: &DB) -> Option<Vec<Column>> {
    let rows = Rows(db);
    let mut damaged = Vec::new();
    for file in db.live_files().ok()? {
        let column = <Column as strum::VariantArray>::VARIANTS.iter().find(|c| c.name() == file.column_family_name);
        let (Some(column), Some(first)) = (column, file.start_key) else { continue };
        let unread =
            rows.from(*column, &first, rocksdb::Direction::Forward).ok()?.next().is_none_or(|row| row.is_err());
        if unread && !damaged.contains(column) {
            damaged.push(*column);
        }
    }
    Some(damaged)
}

/// Records whether the indexes are whole, through to the disk.
pub(super) fn mark(db: &DB, marker: IndexMarker) -> Result<(), OpenError> {
    let meta = Rows(db).column(Column::Meta)?;
    let value = settings::encode(&marker)?;
    let written = db.put_cf_opt(meta, IndexMarker::NAME, value, &columns::synced());
    written.map_err(|source| failed(Column::Meta, source).into())
}
