//! The keys in force, computed from the entries that the registry index names.
//!
//! Read once when a ledger is opened, and kept up with every commit. The index is not believed: each entry that it names must
//! be one of the registry's, and admissible after those before it. If it is not, or can't be read, the keys are not known:
//! the ledger opens and is read all the same, but nothing can be admitted until `rebuild-index` or an audit has told whether
//! the index is damaged or the ledger is.

use std::sync::Arc;

use rocksdb::Direction;

use crate::evidence::{Entry, SignedStatement};
use crate::ledger::Batch;
use crate::merkle::{LeafIndex, TreeSize};
use crate::registry::{NotAdmitted, Registry};

use super::columns::Column;
use super::database::{ReadError, Rows, damaged};
use super::reader::Reader;
use super::rows;

/// The keys in force, or why they are not known.
pub(super) type Keys = Result<Registry, Arc<str>>;

/// Computes the keys in force of a ledger of a size.
pub(super) fn read(rows: Rows<'_>, size: TreeSize, indexes_are_whole: bool) -> Keys {
    if !indexes_are_whole {
        return Err(ReadError::IndexIncomplete.to_string().into());
    }
    registry(rows, size).map_err(|error| in_one_line(&*error).into())
}

/// An error and its causes.
fn in_one_line(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn registry(rows: Rows<'_>, size: TreeSize) -> Result<Registry, Box<dyn std::error::Error>> {
    let (entry, genesis) = statement(rows, LeafIndex::new(0))?;
    let mut registry = Registry::found(entry.leaf_hash(), &genesis).ok_or("entry 0 is no genesis")?;
    for row in rows.from(Column::Registry, &[], Direction::Forward)? {
        let (key, _) = row?;
        let index = rows::index_of_value(&key).ok_or_else(|| damaged(Column::Registry, &hex::encode(&key)))?;
        if !size.contains(index) {
            break;
        }
        let (entry, statement) = statement(rows, index)?;
        if rows::registry_row(index, &statement).is_none() {
            return Err(damaged(Column::Registry, &index).into());
        }
        registry
            .admit(index, entry.time(), &statement)
            .map_err(|reason| format!("entry {index} must not have been admitted: {reason}"))?;
    }
    Ok(registry)
}

fn statement(rows: Rows<'_>, index: LeafIndex) -> Result<(Entry, SignedStatement), Box<dyn std::error::Error>> {
    let entry = Entry::parse(&rows.entry(index)?).map_err(|_| damaged(Column::Entry, &index))?;
    let statement = entry.statement().map_err(|_| damaged(Column::Entry, &index))?;
    Ok((entry, statement))
}

/// The keys in force after a batch; the entry of it that must not be admitted, if there is one.
pub(super) fn after(keys: &Keys, batch: &Batch) -> Result<Keys, (LeafIndex, NotAdmitted)> {
    let Ok(registry) = keys else { return Ok(keys.clone()) };
    let mut registry = registry.clone();
    for entry in batch.entries() {
        registry.admit(entry.index(), entry.time(), entry.statement()).map_err(|reason| (entry.index(), reason))?;
    }
    Ok(Ok(registry))
}

impl Reader {
    /// The keys in force, and their histories, by the newest published tree. Cheap: what is given is a shared copy.
    ///
    /// # Errors
    ///
    /// [`ReadError::KeysUnknown`].
    pub fn registry(&self) -> Result<Registry, ReadError> {
        self.database.edge().keys.clone().map_err(|reason| ReadError::KeysUnknown { reason })
    }

    /// Entries that enrol or revoke a key, after an entry if one is given.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn registry_entries(&self, after: Option<LeafIndex>, limit: usize) -> Result<Vec<LeafIndex>, ReadError> {
        self.check_indexes_whole()?;
        let size = self.head().size;
        let first = after.map_or(0, |after| after.get().saturating_add(1));
        let rows = self.rows().from(Column::Registry, &first.to_be_bytes(), Direction::Forward)?;
        let index = |row: Result<super::database::Row, ReadError>| {
            let (key, _) = row?;
            rows::index_of_value(&key).ok_or_else(|| damaged(Column::Registry, &hex::encode(&key)))
        };
        let published = |index: &Result<LeafIndex, ReadError>| !matches!(index, Ok(index) if !size.contains(*index));
        rows.map(index).take_while(published).take(limit).collect()
    }
}
