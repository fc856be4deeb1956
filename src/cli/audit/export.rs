//! An export: a folder with the files of a log as C2SP tlog-tiles has them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::super::output::WithHint;
use super::source::{Source, Unread, see_entry};
use crate::audit::{Finding, Place, What};
use crate::merkle::{BundleId, TileId};

/// No file of a log is longer: a full bundle of the largest entries.
const MAX_FILE_BYTES: u64 = 17 << 20;

/// The folder.
pub(super) struct Export(pub(super) PathBuf);

impl Export {
    /// Whether a folder has the files of a log, and not a ledger's store.
    pub(super) fn is_at(folder: &Path) -> bool {
        folder.join("checkpoint").is_file() && folder.join("tile").is_dir()
    }

    fn read(&self, path: String) -> Result<Vec<u8>, Unread> {
        let file = self.0.join(&path);
        let read = match fs::metadata(&file) {
            Ok(metadata) if metadata.len() > MAX_FILE_BYTES => Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) => fs::read(&file),
            Err(error) => Err(error),
        };
        read.map_err(|error| {
            let found = error.to_string();
            Unread::Wrong(Box::new(Finding::at(Place::Tile(path), What::Unreadable, "a file that can be read", found)))
        })
    }
}

impl Source for Export {
    fn checkpoint(&self) -> anyhow::Result<Vec<u8>> {
        let path = self.0.join("checkpoint");
        fs::read(&path)
            .with_context(|| format!("cannot read {}", path.display()))
            .hint("an export has the file checkpoint and the folder tile; `notarium export` writes one")
    }

    fn tile(&self, id: TileId) -> Result<Vec<u8>, Unread> {
        self.read(id.path())
    }

    fn bundle(&self, id: BundleId) -> Result<Vec<u8>, Unread> {
        self.read(id.path())
    }

    fn see(&self, place: &Place) -> Option<String> {
        let file = |path: &str| self.0.join(path).display().to_string();
        match place {
            Place::Entry(index) => Some(file(&see_entry(*index))),
            Place::Tile(path) => Some(file(path)),
            Place::Checkpoint(_) => Some(file("checkpoint")),
            Place::Head(_) | Place::Row { .. } | Place::Storage(_) => None,
        }
    }
}
