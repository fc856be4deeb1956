//! Makes a ledger's folder: first a mark that it is unfinished, last its removal.
//!
//! Whoever makes a ledger puts its key and policy into the folder between [`Founding::begin`] and [`Founding::finish`]. If
//! that is cut short at any point, the mark is still there (or the folder still empty), so that neither a second making nor
//! an opening takes the remains for a ledger. Key files and policies are written by others.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::crypto::{SigningKey, Suite};
use crate::evidence::{Body, Kind};
use crate::ledger::{Batch, PlannedEntry};
use crate::trust::SignedCheckpoint;

use super::columns::{self, Column, Memory, Purpose, Shared};
use super::database::{ReadError, Rows};
use super::open::{DATABASE, TIP, UNFINISHED, has_admitted};
use super::settings::{self, Identity, IndexMarker, Setting, SettingError};
use super::stages::Committed;
use super::tip::{self, TipError};
use super::writer::batch_record;

/// Why a ledger could not be made.
#[derive(Debug, Error)]
pub enum CreateError {
    /// The folder is there and not empty.
    #[error("{} is not empty", .directory.display())]
    NotEmpty {
        /// The folder.
        directory: PathBuf,
    },
    /// The folder has the remains of an earlier attempt.
    #[error("{} holds a ledger whose making was cut short; nothing was admitted to it", .directory.display())]
    Unfinished {
        /// The folder.
        directory: PathBuf,
    },
    /// A file or the folder can't be written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The batch is not the genesis of a new ledger.
    #[error("a ledger begins with its genesis entry alone")]
    NotGenesis,
    /// The key is not the one that signed the genesis entry.
    #[error("the key is not the one that signed the genesis entry")]
    OtherKey,
    /// The settings can't be written.
    #[error("the store's settings")]
    Setting(#[from] SettingError),
    /// The database can't be made or written.
    #[error("the database cannot be made")]
    Database(#[source] rocksdb::Error),
    /// A column is not there.
    #[error("the database cannot be written")]
    Column(#[from] ReadError),
    /// DIR/tip can't be written.
    #[error("the first checkpoint cannot be recorded")]
    Tip(#[from] TipError),
}

impl CreateError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotEmpty { .. } => Some("a new ledger wants a folder of its own; name one that does not exist"),
            Self::Unfinished { .. } => Some("remove the folder and try again"),
            Self::Io { source, .. }
                if matches!(source.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory) =>
            {
                Some("a file is in the way; name a folder that does not exist")
            }
            Self::Io { .. } | Self::Database(_) | Self::Column(_) | Self::Tip(_) => {
                Some("see to it that this user may write there and that the disk has room; then name a new folder")
            }
            // A program's mistakes, not a person's.
            Self::NotGenesis | Self::OtherKey | Self::Setting(_) => None,
        }
    }
}

/// A ledger's folder that is being made.
#[derive(Debug)]
pub struct Founding {
    directory: PathBuf,
}

impl Founding {
    /// Makes the folder, or takes an empty one, and marks it unfinished.
    ///
    /// # Errors
    ///
    /// [`CreateError::NotEmpty`], [`CreateError::Unfinished`], [`CreateError::Io`].
    pub fn begin(directory: &Path) -> Result<Self, CreateError> {
        fs::create_dir_all(directory).map_err(|source| failed(directory, source))?;
        let mark = directory.join(UNFINISHED);
        if mark.exists() && !has_admitted(directory) {
            return Err(CreateError::Unfinished { directory: directory.to_owned() });
        }
        if fs::read_dir(directory).map_err(|source| failed(directory, source))?.next().is_some() {
            return Err(CreateError::NotEmpty { directory: directory.to_owned() });
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&mark);
        file.and_then(|file| file.sync_all()).map_err(|source| failed(&mark, source))?;
        sync_folder(directory)?;
        if let Some(parent) = directory.canonicalize().ok().as_deref().and_then(Path::parent) {
            sync_folder(parent)?;
        }
        Ok(Self { directory: directory.to_owned() })
    }

    /// The folder, for the key and the policy.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes the database, commits the genesis entry, signs and records the first checkpoint, sees all of it through to
    /// the disk, and removes the mark.
    ///
    /// # Errors
    ///
    /// [`CreateError`]; the folder then stays marked.
    pub fn finish(self, genesis: Batch, key: &SigningKey, memory: Memory) -> Result<SignedCheckpoint, CreateError> {
        let first = genesis.entries().first().map(PlannedEntry::statement);
        let genesis_key = first.filter(|first| first.kind() == Kind::Genesis).and_then(|first| first.public_key());
        if genesis_key.is_some_and(|signer| *signer != key.public()) {
            return Err(CreateError::OtherKey);
        }
        self.finish_again(genesis, key, memory)
    }

    /// The same for a ledger that was there before: the key may be one that has replaced the genesis entry's since.
    ///
    /// # Errors
    ///
    /// [`CreateError`]; the folder then stays marked.
    pub fn finish_again(
        self,
        genesis: Batch,
        key: &SigningKey,
        memory: Memory,
    ) -> Result<SignedCheckpoint, CreateError> {
        let directory = self.directory;
        let checkpoint = make_database(&directory.join(DATABASE), genesis, key, memory)?;
        tip::put(&directory.join(TIP), &checkpoint)?;
        let mark = directory.join(UNFINISHED);
        fs::remove_file(&mark).map_err(|source| failed(&mark, source))?;
        sync_folder(&directory)?;
        Ok(checkpoint)
    }
}

/// Makes the database and commits the genesis entry with what the ledger is, in one record.
fn make_database(
    path: &Path,
    genesis: Batch,
    key: &SigningKey,
    memory: Memory,
) -> Result<SignedCheckpoint, CreateError> {
    let [entry] = genesis.entries() else { return Err(CreateError::NotGenesis) };
    let Body::Genesis(body) = entry.statement().body() else { return Err(CreateError::NotGenesis) };
    let Some(first) = entry.statement().public_key() else { return Err(CreateError::OtherKey) };
    let identity = Identity {
        origin: body.origin.to_string(),
        suite: Suite::Ed25519.code(),
        public_key: *first.as_bytes(),
        genesis: *entry.leaf().as_bytes(),
    };
    let origin = body.origin.clone();
    let db = Shared::new(memory).open(path, Purpose::Create, &[]).map_err(CreateError::Database)?;
    let rows = Rows(&db);
    let mut record = batch_record(rows, &genesis)?;
    let meta = rows.column(Column::Meta)?;
    record.put_cf(meta, Identity::NAME, settings::encode(&identity)?);
    record.put_cf(meta, IndexMarker::NAME, settings::encode(&IndexMarker::Whole)?);
    db.write_opt(&record, &columns::synced()).map_err(CreateError::Database)?;
    let signed = Committed::new(genesis, origin, vec![key.public()]).sign(key);
    columns::flush(&db).map_err(CreateError::Database)?;
    Ok(SignedCheckpoint::clone(signed.checkpoint()))
}

fn sync_folder(path: &Path) -> Result<(), CreateError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> CreateError {
    CreateError::Io { path: path.to_owned(), source }
}
