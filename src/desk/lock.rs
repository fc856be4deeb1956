//! One run at a time for one piece of evidence, across threads and processes.
//!
//! Two runs that both find no receipt would both deposit. So from looking for a receipt until it is written a run holds an
//! exclusive `flock` on the evidence itself: the file that was named, or the folder. It is opened to read and nothing is
//! written for the lock's sake, so nothing is left behind, and a process that dies lets go. Other names of the same file
//! (links) are the same lock. A second run waits; it then finds the receipt. Where the file system has no such locks (some
//! network mounts) runs are not kept apart, and the names of receipts, which are never overwritten unasked, are what is left.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Held while a deposit is made; dropping it lets the next run go on.
#[derive(Debug)]
pub(super) struct Lock {
    /// None where there are no locks.
    file: Option<File>,
}

impl Lock {
    /// Waits until no other run has the file or folder.
    ///
    /// # Errors
    /// When it cannot be opened to read.
    pub(super) fn wait_for(path: &Path) -> io::Result<Self> {
        loop {
            if let Some(lock) = Self::take(path, FlockOperation::LockExclusive)? {
                return Ok(lock);
            }
        }
    }

    /// The same for a time: none when another run has the file or folder still. The system waits for a lock with no limit or not
    /// at all, so it is asked again and again.
    ///
    /// # Errors
    /// When it cannot be opened to read.
    pub(super) fn wait_at_most(path: &Path, limit: Duration) -> io::Result<Option<Self>> {
        let begun = Instant::now();
        loop {
            if let Some(lock) = Self::try_for(path)? {
                return Ok(Some(lock));
            }
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            thread::sleep(left.min(PAUSE));
        }
    }

    /// The same without waiting: none while another run has the file or folder.
    ///
    /// # Errors
    /// When it cannot be opened to read.
    pub(super) fn try_for(path: &Path) -> io::Result<Option<Self>> {
        Self::take(path, FlockOperation::NonBlockingLockExclusive)
    }

    /// One attempt; none when it is to be made again.
    fn take(path: &Path, how: FlockOperation) -> io::Result<Option<Self>> {
        let named = path.metadata()?;
        // Opening a pipe would wait for its writer; what is neither file nor folder is refused where it is read.
        if !named.is_file() && !named.is_dir() {
            return Ok(Some(Self { file: None }));
        }
        let file = File::open(path)?;
        match flock(&file, how) {
            Ok(()) => {}
            Err(Errno::INTR | Errno::WOULDBLOCK) => return Ok(None),
            // No locks here, or none on what is opened to read.
            Err(Errno::OPNOTSUPP | Errno::NOLCK | Errno::NOSYS | Errno::BADF | Errno::INVAL) => {
                return Ok(Some(Self { file: None }));
            }
            Err(error) => return Err(error.into()),
        }
        // Another file may have been put in its place meanwhile: then that one is to be locked.
        let same = identity(&file.metadata()?) == identity(&path.metadata()?);
        Ok(same.then_some(Self { file: Some(file) }))
    }

    /// True when no other run can be at the same evidence.
    pub(super) fn is_exclusive(&self) -> bool {
        self.file.is_some()
    }
}

/// What two names of one file have in common.
pub(super) fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}
