//! Hashes files: one read, both digests, constant memory, and never a file that changes meanwhile.
//!
//! SHA-256 runs at some 1.9 GB/s here and SM3 at 0.5, so a large file gives SM3 a thread of its own and takes as long as
//! SM3 alone. What is hashed must be a regular file whose length and times are the same before and after: digests of half
//! an old and half a new file would be evidence of nothing.

use std::fs::{File, Metadata};
use std::io::{self, Read, Take};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::crypto::{Digests, DualHasher, Sha256Digest, Sha256Hasher, Sm3Hasher};

/// Bytes read at a time: in the processor's cache still when the second digest takes them.
const CHUNK: usize = 256 << 10;
/// Chunks that SM3 may lag behind.
const LAG: usize = 4;
/// From this length on two threads are faster than one.
const LARGE: u64 = 1 << 20;

/// Is told how far the reading has come, in bytes, from any thread.
pub trait Progress: Sync {
    /// So many more bytes will be read.
    fn expect(&self, bytes: u64);
    /// So many bytes have been read.
    fn advance(&self, bytes: u64);
    /// Nothing is done until another run lets go of this file or folder.
    fn waits_for(&self, _path: &Path) {}
}

/// Why a file has no digests.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file system said no.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A folder, a device, a pipe.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// What was named.
        path: PathBuf,
    },
    /// Its length or times are not the same before and after.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl FileError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Unreadable { source, .. } => match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Some("check the path"),
                io::ErrorKind::InvalidInput => Some("name a folder inside it"),
                io::ErrorKind::PermissionDenied => Some("get read permission for it, or work on a copy"),
                io::ErrorKind::InvalidFilename => Some("check the path: a name in it is longer than the disk allows"),
                _ => Some("check the disk, or work on a copy of the file"),
            },
            Self::NotAFile { .. } => Some("evidence is a file, or a folder of files"),
            Self::Changed { .. } => Some("close the program that writes to it, or work on a copy"),
        }
    }
}

/// Both digests and the length of a file.
///
/// # Errors
/// [`FileError`]; a link is followed, what it leads to must be a regular file.
pub fn digest_file(path: &Path, progress: &dyn Progress) -> Result<Digests, FileError> {
    read_whole(path, |file, length| match length {
        0..LARGE => digest_on_one_thread(file, progress),
        _ => digest_on_two_threads(file, progress),
    })
}

/// SHA-256 of a file, for a line of a manifest.
///
/// # Errors
/// As [`digest_file`].
pub fn sha256_file(path: &Path, progress: &dyn Progress) -> Result<Sha256Digest, FileError> {
    read_whole(path, |file, _| {
        let mut hasher = Sha256Hasher::default();
        let length = each_chunk(file, progress, |chunk| hasher.update(chunk))?;
        Ok((hasher.finish(), length))
    })
}

/// Reads a file from its beginning with `read`, which returns how many bytes it saw, and finds out whether it stayed the same.
pub(super) fn read_whole<T>(
    path: &Path,
    read: impl FnOnce(&mut Take<&File>, u64) -> io::Result<(T, u64)>,
) -> Result<T, FileError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    let file = File::open(path).map_err(unreadable)?;
    let before = file.metadata().map_err(unreadable)?;
    // One byte more than there should be gives a file away that grows, without following it for ever.
    let mut bounded = (&file).take(before.len().saturating_add(1));
    let (result, length) = read(&mut bounded, before.len()).map_err(unreadable)?;
    let after = file.metadata().map_err(unreadable)?;
    let named = path.metadata().map_err(unreadable)?;
    if length != before.len() || stamp(&before) != stamp(&after) || stamp(&after) != stamp(&named) {
        return Err(FileError::Changed { path: path.to_owned() });
    }
    Ok(result)
}

/// Calls `take` with every chunk and returns how many bytes there were.
pub(super) fn each_chunk(mut file: impl Read, progress: &dyn Progress, mut take: impl FnMut(&[u8])) -> io::Result<u64> {
    let mut buffer = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let read = fill(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok(length);
        }
        take(&buffer[..read]);
        length += read as u64;
        progress.advance(read as u64);
    }
}

fn digest_on_one_thread(file: &mut impl Read, progress: &dyn Progress) -> io::Result<(Digests, u64)> {
    let mut hasher = DualHasher::new();
    let length = each_chunk(file, progress, |chunk| hasher.update(chunk))?;
    Ok((hasher.finish(), length))
}

/// This thread reads and computes SHA-256, the other SM3 of the same chunks; the slower one sets the pace.
fn digest_on_two_threads(file: &mut impl Read, progress: &dyn Progress) -> io::Result<(Digests, u64)> {
    let (to_sm3, chunks) = sync_channel::<(Arc<Vec<u8>>, usize)>(LAG);
    thread::scope(|scope| {
        let sm3 = scope.spawn(move || {
            let mut sm3 = Sm3Hasher::default();
            for (chunk, length) in chunks {
                sm3.update(&chunk[..length]);
            }
            sm3.finish()
        });
        // A chunk is written again when the other thread has let go of it: at the latest after LAG others wait for it.
        let mut ring: Vec<_> = (0..LAG + 2).map(|_| Arc::new(vec![0; CHUNK])).collect();
        let (mut sha256, mut length) = (Sha256Hasher::default(), 0);
        for at in (0..ring.len()).cycle() {
            let slot = &mut ring[at];
            if Arc::get_mut(slot).is_none() {
                *slot = Arc::new(vec![0; CHUNK]);
            }
            let read = Arc::get_mut(slot).map_or(Ok(0), |buffer| fill(file, buffer))?;
            // It fails only when the other thread has panicked, which is passed on below.
            if read == 0 || to_sm3.send((Arc::clone(slot), read)).is_err() {
                break;
            }
            sha256.update(&slot[..read]);
            length += read as u64;
            progress.advance(read as u64);
        }
        drop(to_sm3);
        let sm3 = sm3.join().map_err(|_| io::Error::other("the SM3 thread stopped"))?;
        Ok((Digests { sha256: sha256.finish(), sm3, length }, length))
    })
}

/// Reads until the buffer is full or the file at its end.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// What is not the same any more when somebody has written to a file or put another in its place.
fn stamp(metadata: &Metadata) -> [i128; 7] {
    [
        metadata.dev().into(),
        metadata.ino().into(),
        metadata.size().into(),
        metadata.mtime().into(),
        metadata.mtime_nsec().into(),
        metadata.ctime().into(),
        metadata.ctime_nsec().into(),
    ]
}
