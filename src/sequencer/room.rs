//! Whether the disk has room for more: asked before every commit, and by whoever wants to know beforehand.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::free_bytes;

use super::queue::SubmitError;

/// The least room that there must be.
#[derive(Debug)]
pub(super) struct Room {
    directory: PathBuf,
    least: u64,
    /// Whether the system did not say, the last time, how much is free.
    is_unknown: AtomicBool,
}

impl Room {
    pub(super) fn new(directory: &Path, least: u64) -> Self {
        Self { directory: directory.to_owned(), least, is_unknown: AtomicBool::new(false) }
    }

    /// Refuses when, beside the least room, so many bytes are not free: what one batch takes may be a good part of that. When
    /// the system does not say how much is free, that is logged once and nothing is refused. Takes microseconds.
    pub(super) fn check(&self, bytes: u64) -> Result<(), SubmitError> {
        let least = self.least.saturating_add(bytes);
        let free = free_bytes(&self.directory);
        let was_unknown = self.is_unknown.swap(free.is_err(), Ordering::Relaxed);
        match free {
            Ok(free) if free < least => Err(SubmitError::DiskFull { free, least }),
            Ok(_) => Ok(()),
            Err(error) => {
                if !was_unknown {
                    tracing::warn!(%error, "the free space on the ledger's disk is not known");
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_the_batch_must_be_free_beside_the_least() {
        let room = tempfile::tempdir().unwrap();
        assert_eq!(Room::new(room.path(), 1).check(0), Ok(()));
        let full = |least, bytes| Room::new(room.path(), least).check(bytes).unwrap_err();
        assert!(matches!(full(1, u64::MAX - 1), SubmitError::DiskFull { least: u64::MAX, .. }));
        assert!(matches!(full(u64::MAX, 1), SubmitError::DiskFull { least: u64::MAX, .. }));
    }

    #[test]
    fn a_disk_that_says_nothing_refuses_nothing() {
        let room = tempfile::tempdir().unwrap();
        assert_eq!(Room::new(&room.path().join("gone"), u64::MAX).check(1), Ok(()));
    }
}
