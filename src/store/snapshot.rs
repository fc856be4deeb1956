//! A frozen copy of a ledger that is being written: files that never change are linked, the others copied.
//!
//! The copy is a ledger's folder itself (`db/` and `tip`), made in the ledger's own file system in well under a second, whatever the
//! ledger's size. Its tip is the newest published checkpoint of the moment before: the database may hold some entries more, never
//! fewer. For backups and for whatever else must read a ledger at rest while it is served.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rocksdb::checkpoint::Checkpoint;
use thiserror::Error;

use crate::trust::SignedCheckpoint;

use super::open::{DATABASE, TIP};
use super::reader::Reader;
use super::tip::{self, TipError};

/// Why there is no snapshot.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// No checkpoint has been signed since the store was opened.
    #[error("no checkpoint is signed yet")]
    NotSigned,
    /// The folder can't be made.
    #[error("cannot make the folder {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The database can't be copied.
    #[error("the database cannot be copied")]
    Database(#[from] rocksdb::Error),
    /// The tip can't be written.
    #[error("the tip of the copy cannot be written")]
    Tip(#[from] TipError),
}

impl Reader {
    /// Copies the ledger as it is now to a folder that is not there yet. Gives the checkpoint that the copy has reached.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`]; what was made of the folder so far is left to whoever named it.
    pub fn snapshot(&self, folder: &Path) -> Result<Arc<SignedCheckpoint>, SnapshotError> {
        // Before the database: what is committed meanwhile may be in the copy beyond its tip.
        let checkpoint = self.checkpoint().ok_or(SnapshotError::NotSigned)?;
        let failed = |source| SnapshotError::Io { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        Checkpoint::new(&self.database.db)?.create_checkpoint(folder.join(DATABASE))?;
        tip::put(&folder.join(TIP), &checkpoint)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(checkpoint)
    }
}
