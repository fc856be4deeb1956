//! Backups: generations of a ledger in one folder, each whole, which share the files that have not changed.
//!
//! The form is that of RocksDB's backup engine. A file of the database, once written, never changes, so a generation after the first
//! costs what is new since. Each generation carries, in the same file that makes it count, the checkpoint that it has reached. A
//! generation that was cut short does not count, and the next one clears it away.
//!
//! A copy is only made of what holds: the right edge is computed, and the tip and what the last generation had reached must be
//! prefixes of it. A damaged or rolled back ledger does not become a generation.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rocksdb::backup::{BackupEngine, BackupEngineInfo, BackupEngineOptions, CreateBackupOptions, RestoreOptions};
use rocksdb::{DB, Env};
use thiserror::Error;

use crate::trust::SignedCheckpoint;

use super::columns::{Memory, Purpose, Shared};
use super::database::Rows;
use super::open::{
    DATABASE, OpenError, TIP, check_columns, check_genesis, database_error, database_path, follow_keys, ledger,
};
use super::recover::{Prefixes, recover};
use super::tip::{self, TipError};

/// The folder of the backup engine within a backup.
const GENERATIONS: &str = "generations";

/// Why a backup can't be made or restored.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The ledger does not open, or is damaged.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The folder of the backup can't be read or written.
    #[error("cannot access {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The backup's files can't be read or written, or fail their checksums.
    #[error("the backup in {} cannot be read or written", .path.display())]
    Engine {
        /// The folder.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rocksdb::Error,
    },
    /// The folder holds no generation, or not the one that was named.
    #[error("{} holds no backup{}", .path.display(), .wanted.map_or(String::new(), |id| format!(" of number {id}")))]
    NoBackup {
        /// The folder.
        path: PathBuf,
        /// The number that was named.
        wanted: Option<u32>,
    },
    /// A generation does not say which checkpoint it has reached.
    #[error("backup {id} does not say which checkpoint it has reached: {why}")]
    NoCheckpoint {
        /// Its number.
        id: u32,
        /// Why not.
        why: String,
    },
    /// The tip of what was restored can't be written.
    #[error("the tip cannot be written")]
    Tip(#[from] TipError),
}

impl BackupError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Open(OpenError::Behind { name: LAST_BACKUP, .. } | OpenError::Forked { name: LAST_BACKUP, .. }) => {
                Some(
                    "this ledger lacks or contradicts what was backed up: keep both as they are, and find out which is right \
                 before you back up to another folder",
                )
            }
            Self::Open(OpenError::NotOurs { name: LAST_BACKUP, .. }) => {
                Some("that folder holds backups of another ledger; name a folder of its own for each")
            }
            Self::Open(error) => error.hint(),
            Self::Io { .. } | Self::Tip(_) => Some("see that this user may write there and that the disk has room"),
            Self::Engine { .. } => Some("if the backup's own disk is well, take another generation with --backup N"),
            Self::NoBackup { .. } => Some("`notarium backup DIR BACKUP` makes one"),
            Self::NoCheckpoint { .. } => Some("take another generation with --backup N"),
        }
    }
}

/// How the checkpoint of the last generation is called in errors.
const LAST_BACKUP: &str = "the last backup";

/// A generation.
#[derive(Debug, Clone)]
pub struct Generation {
    /// Its number; they grow.
    pub id: u32,
    /// When it was made, in seconds since 1970 by the clock of the machine that made it.
    pub made: i64,
    /// Bytes of all its files, shared ones included.
    pub bytes: u64,
    /// What it has reached; its database may have some entries more.
    pub checkpoint: SignedCheckpoint,
}

impl Generation {
    fn new(info: &BackupEngineInfo) -> Result<Self, BackupError> {
        let why = |error: String| BackupError::NoCheckpoint { id: info.backup_id, why: error };
        let checkpoint = SignedCheckpoint::parse(&info.app_metadata).map_err(|error| why(error.to_string()))?;
        Ok(Self { id: info.backup_id, made: info.timestamp, bytes: info.size, checkpoint })
    }
}

/// A folder of backups.
pub struct Backups {
    folder: PathBuf,
    engine: BackupEngine,
}

impl Backups {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`BackupError`].
    pub fn open(folder: &Path) -> Result<Self, BackupError> {
        let generations = folder.join(GENERATIONS);
        fs::create_dir_all(&generations).map_err(|source| BackupError::Io { path: generations.clone(), source })?;
        let failed = |source| BackupError::Engine { path: folder.to_owned(), source };
        let options = BackupEngineOptions::new(&generations).map_err(failed)?;
        let engine = BackupEngine::open(&options, &Env::new().map_err(failed)?).map_err(failed)?;
        Ok(Self { folder: folder.to_owned(), engine })
    }

    /// Opens a folder that has backups in it.
    ///
    /// # Errors
    ///
    /// [`BackupError`].
    pub fn open_existing(folder: &Path) -> Result<Self, BackupError> {
        if !folder.join(GENERATIONS).is_dir() {
            return Err(BackupError::NoBackup { path: folder.to_owned(), wanted: None });
        }
        Self::open(folder)
    }

    /// The generation of a number, or the newest.
    ///
    /// # Errors
    ///
    /// [`BackupError::NoBackup`], [`BackupError::NoCheckpoint`].
    pub fn find(&self, id: Option<u32>) -> Result<Generation, BackupError> {
        let listed = self.engine.get_backup_info();
        let found = match id {
            Some(id) => listed.iter().find(|info| info.backup_id == id),
            None => listed.iter().max_by_key(|info| info.backup_id),
        };
        found.map_or_else(|| Err(BackupError::NoBackup { path: self.folder.clone(), wanted: id }), Generation::new)
    }

    /// Adds a generation: of a ledger that nobody else has open, or of a snapshot. Nothing of it is written but what the
    /// database writes when it is opened.
    ///
    /// # Errors
    ///
    /// [`BackupError`]; what was copied so far does not count.
    pub fn add(&mut self, directory: &Path) -> Result<Generation, BackupError> {
        let (db, tip) = open_at_rest(directory)?;
        let rows = Rows(&db);
        let mut ledger = ledger(rows)?;
        follow_keys(rows, &mut ledger)?;
        let head = recover(rows)?.head;
        check_genesis(rows, &ledger)?;
        let signed = Prefixes { rows, ledger: &ledger, head, successor: None };
        signed.check_last_stored()?;
        signed.check("the file tip", &tip)?;
        match self.find(None) {
            Ok(last) => signed.check(LAST_BACKUP, &last.checkpoint)?,
            Err(BackupError::NoBackup { .. }) => {}
            Err(error) => return Err(error),
        }
        let options = CreateBackupOptions::default();
        let made = self.engine.create_new_backup_with_metadata(&db, &options, tip.as_str().as_bytes());
        let id = made.map_err(|source| self.failed(source))?;
        self.find(Some(id))
    }

    /// Deletes all generations but the newest so many, and what no generation needs.
    ///
    /// # Errors
    ///
    /// [`BackupError::Engine`].
    pub fn keep(&mut self, newest: u32) -> Result<(), BackupError> {
        let keep = usize::try_from(newest).unwrap_or(usize::MAX);
        self.engine.purge_old_backups(keep).map_err(|source| self.failed(source))
    }

    /// Writes a generation's database and tip to a folder, and sees them through to the disk. Each file must have the checksum
    /// that it had when it was backed up.
    ///
    /// # Errors
    ///
    /// [`BackupError`].
    pub fn restore(&mut self, generation: &Generation, directory: &Path) -> Result<(), BackupError> {
        let database = directory.join(DATABASE);
        let restored = self.engine.restore_from_backup(&database, &database, &RestoreOptions::default(), generation.id);
        restored.map_err(|source| self.failed(source))?;
        tip::put(&directory.join(TIP), &generation.checkpoint)?;
        let failed = |source| BackupError::Io { path: directory.to_owned(), source };
        fs::File::open(directory).and_then(|folder| Ok(rustix::fs::syncfs(folder)?)).map_err(failed)
    }

    fn failed(&self, source: rocksdb::Error) -> BackupError {
        BackupError::Engine { path: self.folder.clone(), source }
    }
}

/// The database of a ledger that is at rest, and its tip.
fn open_at_rest(directory: &Path) -> Result<(DB, SignedCheckpoint), OpenError> {
    let path = database_path(directory)?;
    let lacking = check_columns(&path, directory)?;
    let memory = Memory { block_cache: 16 << 20, write_buffers: 16 << 20 };
    let db = Shared::new(memory).open(&path, Purpose::Copy, &lacking);
    let db = db.map_err(|source| database_error(directory, source))?;
    let tip_path = directory.join(TIP);
    match tip::read(&tip_path) {
        Ok(Some(tip)) => Ok((db, tip)),
        Ok(None) => Err(OpenError::NoTip { path: tip_path }),
        Err(source) => Err(OpenError::Tip { path: tip_path, source }),
    }
}
