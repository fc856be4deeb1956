//! A folder with the files of a log as C2SP tlog-tiles has them: an export, a mirror, or what any HTTP client has saved.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::source::{Source, SourceError, Unread, place_of_entry};
use crate::audit::{Finding, Place, What};
use crate::merkle::{BundleId, TileId};

/// No file of a log is longer: a full bundle of the largest entries.
const MAX_FILE_BYTES: u64 = 17 << 20;
/// The name of the signed checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// The folder, for reading and for writing.
#[derive(Clone, Debug)]
pub struct LogFolder(PathBuf);

impl LogFolder {
    /// Names a folder; nothing is looked at.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Whether a folder has the files of a log.
    #[must_use]
    pub fn is_at(folder: &Path) -> bool {
        folder.join(CHECKPOINT).is_file() && folder.join("tile").is_dir()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file by its path in the log, in one step; [`sync`](Self::sync) sees it through to the disk.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), SourceError> {
        let file = self.0.join(path);
        let new = file.with_extension("new");
        let write = || {
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            File::create(&new)?.write_all(bytes)?;
            fs::rename(&new, &file)
        };
        write().map_err(|source| SourceError::File { path: file.clone(), source })
    }

    /// Sees everything that was written through to the disk.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn sync(&self) -> Result<(), SourceError> {
        let sync = || rustix::fs::syncfs(File::open(&self.0)?).map_err(io::Error::from);
        sync().map_err(|source| SourceError::File { path: self.0.clone(), source })
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = self.0.join(path);
        if fs::metadata(&file)?.len() > MAX_FILE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        fs::read(&file)
    }

    fn read_piece(&self, path: String) -> Result<Vec<u8>, Unread> {
        self.read(&path).map_err(|error| {
            let found = error.to_string();
            Unread::Wrong(Box::new(Finding::at(Place::Tile(path), What::Unreadable, "a file that can be read", found)))
        })
    }
}

impl Source for LogFolder {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.read(CHECKPOINT).map_err(|source| SourceError::File { path: self.0.join(CHECKPOINT), source })
    }

    fn tile(&self, id: TileId) -> Result<Vec<u8>, Unread> {
        self.read_piece(id.path())
    }

    fn bundle(&self, id: BundleId) -> Result<Vec<u8>, Unread> {
        self.read_piece(id.path())
    }

    fn see(&self, place: &Place) -> Option<String> {
        let file = |path: &str| self.0.join(path).display().to_string();
        match place {
            Place::Entry(index) => Some(file(&place_of_entry(*index))),
            Place::Tile(path) => Some(file(path)),
            Place::Checkpoint(_) => Some(file(CHECKPOINT)),
            Place::Head(_) | Place::Row { .. } | Place::Storage(_) => None,
        }
    }
}
