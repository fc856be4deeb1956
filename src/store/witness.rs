//! What a witness remembers: for each log the last checkpoint that it cosigned, proofs of forks, and how far its clock was.
//!
//! A database of its own, small in memory. All changes go through a [`WitnessTurn`], of which there is one at a time, so
//! that looking at what was cosigned and writing what is cosigned next is one step; each write is on disk before it returns.
//! After a write that failed nothing is known of the disk: the store takes no turn any more, until it is opened again.
//!
//! A witness without its memory would cosign anything, so a missing database is an error, never an empty one.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, Direction, IteratorMode,
    LogLevel, Options, WriteBatch,
};
use thiserror::Error;

use crate::trust::{Origin, PosixTime, SignedCheckpoint};

use super::columns::{Purpose, set_integrity, synced};
use super::rows;

/// origin to the last checkpoint that was cosigned, with the cosignature.
const COSIGNED: &str = "cosigned";
/// origin, 0, size, root of the other checkpoint to both.
const FORK: &str = "fork";
/// the version of this layout; the last second at which something was cosigned.
const META: &str = "meta";
const COLUMNS: [&str; 3] = [COSIGNED, FORK, META];
const VERSION_KEY: &[u8] = b"version";
const CLOCK_KEY: &[u8] = b"clock";
const VERSION: &[u8] = &[1];

/// Proofs of forks that are kept of one log: one is enough, and a log that signs many must not fill the disk.
pub const MAX_FORKS: usize = 16;

/// Memory for reading and for writing, each: some hundred bytes a log are all that there is.
const MEMORY: usize = 1 << 20;

/// Why a witness's memory can't be used.
#[derive(Debug, Error)]
pub enum WitnessStoreError {
    /// It is not there.
    #[error("{} holds no witness's memory", .path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is there already.
    #[error("{} is there already", .path.display())]
    Exists {
        /// Where it is.
        path: PathBuf,
    },
    /// Another process has it.
    #[error("the memory in {} is locked: another process has it open", .path.display())]
    Locked {
        /// Where it is.
        path: PathBuf,
    },
    /// A row has no form that this program writes.
    #[error("{column}: row {key} is damaged")]
    Damaged {
        /// The column family.
        column: &'static str,
        /// The key, in words or hex.
        key: String,
    },
    /// The database says no.
    #[error("the witness's memory cannot be read or written")]
    Database(#[from] rocksdb::Error),
    /// An earlier write failed.
    #[error("an earlier write failed, so what is on disk is not known")]
    OutcomeUnknown,
}

impl WitnessStoreError {
    /// A way out, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } => {
                "`notarium witness keygen DIR --name NAME` makes a witness; one that has lost its memory needs a new key"
            }
            Self::Exists { .. } => "name a folder that does not exist",
            Self::Locked { .. } => "stop the other process first",
            Self::Damaged { .. } => "make a new witness with a new key: this one no longer knows what it cosigned",
            Self::Database(_) => "see to it that this user may write there and that the disk has room",
            Self::OutcomeUnknown => "start again, which looks at what is on disk",
        })
    }
}

/// Two checkpoints of one log, of one size and with two roots, both signed by the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkRecord {
    /// The one that was cosigned here.
    pub cosigned: SignedCheckpoint,
    /// The other, which was refused.
    pub other: SignedCheckpoint,
}

/// The memory of one witness.
pub struct WitnessStore {
    db: DB,
    turn: Mutex<()>,
    failed: AtomicBool,
}

impl WitnessStore {
    /// Makes a new memory, which knows of no log.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError::Exists`], [`WitnessStoreError::Database`].
    pub fn create(path: &Path) -> Result<(), WitnessStoreError> {
        if path.exists() {
            return Err(WitnessStoreError::Exists { path: path.to_owned() });
        }
        let db = open(path, Purpose::Create)?;
        let mut first = WriteBatch::default();
        first.put_cf(column(&db, META)?, VERSION_KEY, VERSION);
        db.write_opt(&first, &synced())?;
        Ok(())
    }

    /// Opens a memory, alone.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn open(path: &Path) -> Result<Self, WitnessStoreError> {
        Self::opened(path, Purpose::Write)
    }

    /// Opens a memory to look at it, also beside the process that has it; writing is refused by the database.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn look(path: &Path) -> Result<Self, WitnessStoreError> {
        Self::opened(path, Purpose::Read)
    }

    fn opened(path: &Path, purpose: Purpose) -> Result<Self, WitnessStoreError> {
        if !path.join("CURRENT").exists() {
            return Err(WitnessStoreError::Missing { path: path.to_owned() });
        }
        let db = open(path, purpose).map_err(|error| match error {
            error if error.to_string().contains("lock") => WitnessStoreError::Locked { path: path.to_owned() },
            error => WitnessStoreError::Database(error),
        })?;
        if db.get_cf(column(&db, META)?, VERSION_KEY)?.as_deref() != Some(VERSION) {
            return Err(damaged(META, VERSION_KEY));
        }
        Ok(Self { db, turn: Mutex::new(()), failed: AtomicBool::new(false) })
    }

    /// Waits until nobody else has the turn, and takes it.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError::OutcomeUnknown`] for ever after a write that failed.
    pub fn turn(&self) -> Result<WitnessTurn<'_>, WitnessStoreError> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_failed() {
            Err(WitnessStoreError::OutcomeUnknown)
        } else {
            Ok(WitnessTurn { store: self, _turn: turn })
        }
    }

    /// Whether a write has failed, so that nothing is cosigned any more.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// The last checkpoint of a log that was cosigned, with the log's signature and the cosignature.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn latest(&self, origin: &Origin) -> Result<Option<SignedCheckpoint>, WitnessStoreError> {
        let key = origin.as_str().as_bytes();
        let Some(note) = self.db.get_cf(column(&self.db, COSIGNED)?, key)? else { return Ok(None) };
        let checkpoint = SignedCheckpoint::parse(note).ok().filter(|checkpoint| checkpoint.origin() == origin);
        checkpoint.map(Some).ok_or_else(|| damaged(COSIGNED, key))
    }

    /// The proofs that a log has forked, [`MAX_FORKS`] at most.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn forks(&self, origin: &Origin) -> Result<Vec<ForkRecord>, WitnessStoreError> {
        let prefix = fork_prefix(origin);
        let rows = self.db.iterator_cf(column(&self.db, FORK)?, IteratorMode::From(&prefix, Direction::Forward));
        let mut forks = Vec::new();
        for row in rows {
            let (key, value) = row?;
            if !key.starts_with(&prefix) {
                break;
            }
            forks.push(read_fork(&value).ok_or_else(|| damaged(FORK, &key))?);
        }
        Ok(forks)
    }

    fn last_time(&self) -> Result<Option<PosixTime>, WitnessStoreError> {
        let Some(value) = self.db.get_cf(column(&self.db, META)?, CLOCK_KEY)? else { return Ok(None) };
        let seconds = value.try_into().ok().map(u64::from_be_bytes).and_then(PosixTime::from_seconds);
        seconds.map(Some).ok_or_else(|| damaged(META, CLOCK_KEY))
    }

    fn write(&self, rows: &WriteBatch) -> Result<(), WitnessStoreError> {
        self.db.write_opt(rows, &synced()).map_err(|error| {
            self.failed.store(true, Ordering::SeqCst);
            WitnessStoreError::Database(error)
        })
    }
}

/// The only way to change a witness's memory: whoever has it is alone with it.
pub struct WitnessTurn<'a> {
    store: &'a WitnessStore,
    _turn: MutexGuard<'a, ()>,
}

impl WitnessTurn<'_> {
    /// As [`WitnessStore::latest`], and it stays so until this turn ends.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn latest(&self, origin: &Origin) -> Result<Option<SignedCheckpoint>, WitnessStoreError> {
        self.store.latest(origin)
    }

    /// The last second at which anything was cosigned, for any log.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn last_time(&self) -> Result<Option<PosixTime>, WitnessStoreError> {
        self.store.last_time()
    }

    /// Remembers a checkpoint that is cosigned, and when; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`]: then nothing may be answered.
    pub fn remember(&self, cosigned: &SignedCheckpoint, time: PosixTime) -> Result<(), WitnessStoreError> {
        let mut rows = WriteBatch::default();
        rows.put_cf(column(&self.store.db, COSIGNED)?, cosigned.origin().as_str(), cosigned.as_str());
        rows.put_cf(column(&self.store.db, META)?, CLOCK_KEY, time.seconds().to_be_bytes());
        self.store.write(&rows)
    }

    /// Keeps the proof of a fork, once, and no more than [`MAX_FORKS`] of a log. Says whether it is new.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn keep_fork(&self, fork: &ForkRecord) -> Result<bool, WitnessStoreError> {
        let origin = fork.cosigned.origin();
        let known = self.store.forks(origin)?;
        if known.len() >= MAX_FORKS || known.iter().any(|known| known.other.head() == fork.other.head()) {
            return Ok(false);
        }
        let head = fork.other.head();
        let key = [&fork_prefix(origin)[..], &head.size.get().to_be_bytes(), head.root.as_bytes()].concat();
        let value = rows::fork_value(&fork.cosigned, &fork.other).ok_or_else(|| damaged(FORK, &key))?;
        let mut rows = WriteBatch::default();
        rows.put_cf(column(&self.store.db, FORK)?, key, value);
        self.store.write(&rows)?;
        Ok(true)
    }
}

fn fork_prefix(origin: &Origin) -> Vec<u8> {
    // No origin has a control character, so none is the beginning of another's prefix.
    [origin.as_str().as_bytes(), &[0]].concat()
}

fn read_fork(value: &[u8]) -> Option<ForkRecord> {
    rows::fork_of_value(value).map(|(cosigned, other)| ForkRecord { cosigned, other })
}

fn column<'a>(db: &'a DB, name: &'static str) -> Result<&'a ColumnFamily, WitnessStoreError> {
    db.cf_handle(name).ok_or(WitnessStoreError::Damaged { column: name, key: "all".to_owned() })
}

fn damaged(column: &'static str, key: &[u8]) -> WitnessStoreError {
    WitnessStoreError::Damaged { column, key: String::from_utf8_lossy(key).into_owned() }
}

fn open(path: &Path, purpose: Purpose) -> Result<DB, rocksdb::Error> {
    let mut options = Options::default();
    options.create_if_missing(purpose == Purpose::Create);
    options.create_missing_column_families(purpose == Purpose::Create);
    options.set_error_if_exists(purpose == Purpose::Create);
    set_integrity(&mut options, purpose);
    options.set_db_write_buffer_size(MEMORY);
    options.set_atomic_flush(true);
    options.set_max_open_files(if purpose == Purpose::Read { -1 } else { 64 });
    options.set_max_background_jobs(1);
    options.set_log_level(LogLevel::Warn);
    options.set_max_log_file_size(1 << 20);
    options.set_keep_log_file_num(2);
    options.set_stats_dump_period_sec(0);
    options.set_stats_persist_period_sec(0);
    options.set_manifest_preallocation_size(64 << 10);
    let cache = Cache::new_lru_cache(MEMORY);
    let columns = COLUMNS.iter().chain(&["default"]);
    let columns = columns.map(|name| ColumnFamilyDescriptor::new(*name, column_options(&cache)));
    if purpose == Purpose::Read {
        DB::open_cf_descriptors_read_only(&options, path, columns, false)
    } else {
        DB::open_cf_descriptors(&options, path, columns)
    }
}

fn column_options(cache: &Cache) -> Options {
    let mut options = Options::default();
    options.set_compression_type(DBCompressionType::None);
    options.set_write_buffer_size(MEMORY);
    options.set_arena_block_size(16 << 10);
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    options.set_block_based_table_factory(&table);
    options
}
