//! The open database, as the rooms' types see it: typed reads of rows, and the newest published edge.
//!
//! Shared by the writer and every reader. RocksDB checks the checksum of every block that is read; that a row's key and
//! value have the right form is checked here, and a row that has not is damage, named by its column and key.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rocksdb::{ColumnFamily, DB, DBPinnableSlice, DBRawIterator, Direction, IteratorMode, ReadOptions};
use thiserror::Error;

use crate::crypto::PublicKey;
use crate::merkle::{Frontier, Hash, LeafIndex, TreeHead, TreeSize};
use crate::registry::KeyChain;
use crate::trust::{Origin, SignedCheckpoint};

use super::columns::Column;
use super::keys::Keys;
use super::rows;
use super::settings::{self, Setting, SettingError};

/// Why rows can't be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The database could not read, or what it read fails its checksum.
    #[error("the database cannot read {column}")]
    Database {
        /// The column family.
        column: &'static str,
        /// What the database says.
        #[source]
        source: rocksdb::Error,
    },
    /// A column family is not there.
    #[error("the column {column} is missing")]
    NoColumn {
        /// The column family.
        column: &'static str,
    },
    /// A row is not there that the size of the ledger says is.
    #[error("{column}: row {key} is missing")]
    Missing {
        /// The column family.
        column: &'static str,
        /// The key, in words.
        key: String,
    },
    /// A row has no form that this program writes.
    #[error("{column}: row {key} is damaged")]
    Damaged {
        /// The column family.
        column: &'static str,
        /// The key, in words or hex.
        key: String,
    },
    /// The indexes are being rebuilt or were found damaged, so that a lookup would not be complete.
    #[error("the indexes are incomplete; `notarium rebuild-index DIR` makes them again")]
    IndexIncomplete,
    /// The keys in force are not known, so that nobody can tell who may sign what.
    #[error("the keys in force are not known: {reason}")]
    KeysUnknown {
        /// What is wrong.
        reason: Arc<str>,
    },
    /// The tree does not have what was asked for.
    #[error("a tree of size {size} has no {what}")]
    NotInTree {
        /// The size that was asked about, or the ledger's.
        size: TreeSize,
        /// What was asked for.
        what: String,
    },
}

/// The newest state that may be shown: a durable tree, its right edge, the checkpoint once it is signed, and the keys in
/// force.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) head: TreeHead,
    pub(super) frontier: Arc<Frontier>,
    pub(super) checkpoint: Option<Arc<SignedCheckpoint>>,
    pub(super) keys: Keys,
}

/// What the ledger is.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) origin: Origin,
    /// The key in force when the store was opened.
    pub(super) key: PublicKey,
    pub(super) genesis: Hash,
    /// Its keys from genesis on, when the store was opened.
    pub(super) chain: KeyChain,
}

/// The database and what is known of it.
pub(super) struct Database {
    pub(super) db: DB,
    pub(super) directory: PathBuf,
    pub(super) ledger: Ledger,
    indexes_whole: AtomicBool,
    edge: RwLock<Arc<Edge>>,
}

impl Database {
    pub(super) fn new(db: DB, directory: &Path, ledger: Ledger, indexes_whole: bool, edge: Edge) -> Self {
        let (indexes_whole, edge) = (AtomicBool::new(indexes_whole), RwLock::new(Arc::new(edge)));
        Self { db, directory: directory.to_owned(), ledger, indexes_whole, edge }
    }

    /// Whether a lookup in the indexes is complete.
    pub(super) fn indexes_are_whole(&self) -> bool {
        self.indexes_whole.load(Ordering::Acquire)
    }

    /// Says from here on whether it is.
    pub(super) fn set_indexes_whole(&self, whole: bool) {
        self.indexes_whole.store(whole, Ordering::Release);
    }

    /// The newest published state.
    pub(super) fn edge(&self) -> Arc<Edge> {
        Arc::clone(&self.edge.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Publishes a state.
    pub(super) fn show(&self, edge: Edge) {
        *self.edge.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(edge);
    }

    /// Publishes other keys in force for the tree of this size; does nothing when another tree is published by now.
    pub(super) fn show_keys(&self, size: TreeSize, keys: Keys) {
        let mut edge = self.edge.write().unwrap_or_else(PoisonError::into_inner);
        if edge.head.size == size {
            *edge = Arc::new(Edge { keys, ..Edge::clone(&edge) });
        }
    }
}

/// Typed reads of single rows; also used while opening, before there is a [`Database`].
#[derive(Clone, Copy)]
pub(super) struct Rows<'a>(pub(super) &'a DB);

impl<'a> Rows<'a> {
    pub(super) fn column(self, column: Column) -> Result<&'a ColumnFamily, ReadError> {
        self.0.cf_handle(column.name()).ok_or(ReadError::NoColumn { column: column.name() })
    }

    pub(super) fn get(self, column: Column, key: &[u8]) -> Result<Option<DBPinnableSlice<'a>>, ReadError> {
        self.0.get_pinned_cf(self.column(column)?, key).map_err(|source| failed(column, source))
    }

    /// The bytes of an entry that must be there.
    pub(super) fn entry(self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        let bytes = self.get(Column::Entry, &rows::index_key(index))?;
        bytes.map(|bytes| bytes.to_vec()).ok_or_else(|| missing(Column::Entry, &index))
    }

    /// The bytes of a full tile that must be there.
    pub(super) fn full_tile(self, level: u8, index: u64) -> Result<DBPinnableSlice<'a>, ReadError> {
        let name = || format!("tile/{level}/{index}");
        let bytes = self.get(Column::Tile, &rows::tile_key(level, index))?;
        let bytes = bytes.ok_or_else(|| missing(Column::Tile, &name()))?;
        if bytes.len() == crate::merkle::TILE_BYTES { Ok(bytes) } else { Err(damaged(Column::Tile, &name())) }
    }

    /// A value of our own.
    pub(super) fn setting<S: Setting>(self) -> Result<Result<S, SettingError>, ReadError> {
        let value = self.get(Column::Meta, S::NAME.as_bytes())?;
        Ok(settings::decode(value.as_deref()))
    }

    /// The last row of a column.
    pub(super) fn last(self, column: Column) -> Result<Option<Row>, ReadError> {
        let mut rows = self.0.iterator_cf_opt(self.column(column)?, scan(), IteratorMode::End);
        rows.next().transpose().map_err(|source| failed(column, source))
    }

    /// The rows of a column from a key on.
    pub(super) fn from(
        self,
        column: Column,
        key: &[u8],
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<Row, ReadError>> + use<'a>, ReadError> {
        let rows = self.0.iterator_cf_opt(self.column(column)?, scan(), IteratorMode::From(key, direction));
        Ok(rows.map(move |row| row.map_err(|source| failed(column, source))))
    }

    /// For seeking rows of an index by their first 32 bytes: filters tell where there are none.
    pub(super) fn prefixes(self, column: Column) -> Result<DBRawIterator<'a>, ReadError> {
        let mut options = ReadOptions::default();
        options.set_prefix_same_as_start(true);
        Ok(self.0.raw_iterator_cf_opt(self.column(column)?, options))
    }

    /// The rows of an index that begin with these 32 bytes, from a key on. Stops at the last of them.
    pub(super) fn with_prefix(
        self,
        column: Column,
        prefix: &[u8; 32],
        first: LeafIndex,
    ) -> Result<PrefixRows<'a>, ReadError> {
        let mut rows = self.prefixes(column)?;
        rows.seek(rows::prefixed_key(prefix, first));
        Ok(PrefixRows { column, prefix: *prefix, rows })
    }
}

/// Rows of an index that begin with the same 32 bytes, in the order of their entries.
pub(super) struct PrefixRows<'a> {
    column: Column,
    prefix: [u8; 32],
    rows: DBRawIterator<'a>,
}

impl PrefixRows<'_> {
    /// The next row: the index of the entry, and its value.
    pub(super) fn next(&mut self) -> Result<Option<(LeafIndex, Vec<u8>)>, ReadError> {
        let Some((key, value)) = self.rows.item().filter(|(key, _)| key.starts_with(&self.prefix)) else {
            self.rows.status().map_err(|source| failed(self.column, source))?;
            return Ok(None);
        };
        let suffix = key.get(self.prefix.len()..).unwrap_or_default();
        let index = rows::index_of_value(suffix).ok_or_else(|| damaged(self.column, &hex::encode(key)))?;
        let row = (index, value.to_vec());
        self.rows.next();
        Ok(Some(row))
    }
}

/// Scans don't push what is looked up often out of the cache, and go over all prefixes. They keep to a rate, if one was set when
/// the database was opened.
pub(super) fn scan() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.set_rate_limiter_priority(rocksdb::IoPriority::Low as i32);
    options.set_total_order_seek(true);
    options.fill_cache(false);
    options
}

/// A key and its value.
pub(super) type Row = (Box<[u8]>, Box<[u8]>);

pub(super) fn failed(column: Column, source: rocksdb::Error) -> ReadError {
    ReadError::Database { column: column.name(), source }
}

pub(super) fn missing(column: Column, key: &impl ToString) -> ReadError {
    ReadError::Missing { column: column.name(), key: key.to_string() }
}

pub(super) fn damaged(column: Column, key: &impl ToString) -> ReadError {
    ReadError::Damaged { column: column.name(), key: key.to_string() }
}
