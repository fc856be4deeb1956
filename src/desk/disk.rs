//! Files that are whole or not there, and that stay after a crash.
//!
//! A file is written under a temporary name, synced, given its name, and the folder synced. A name that is taken is left
//! alone unless the caller says otherwise. A temporary name is never shared: it is this process's and this call's own, or
//! the caller has its target to itself ([`lock`](super::lock)) and so can clear away what a run that died has left.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file of that name, and it stays.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file system said no.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl WriteError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Exists { .. } => Some("move it away, or give --force to overwrite it"),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull => Some("make room on the disk and run the same command again"),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("get write permission for the folder, or work on a copy elsewhere")
                }
                io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    Some("get a larger quota (`ulimit -f`), or make room, and run the same command again")
                }
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    Some("make the folder that it is to be written to, or check the path")
                }
                io::ErrorKind::InvalidFilename => Some("choose a shorter name"),
                _ => Some("check the disk and the folder, and run the same command again"),
            },
        }
    }
}

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner only: it holds salts or private details.
    Owner,
    /// Whoever the system's default lets read.
    Everyone,
}

/// What becomes of a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and writing fails.
    Keep,
    /// It is replaced, in one step.
    Replace,
}

/// Writes a file, durably and in one step.
///
/// # Errors
/// [`WriteError::Exists`], or what the system says; then there is no new file.
pub fn write(path: &Path, bytes: &[u8], readers: Readers, existing: Existing) -> Result<(), WriteError> {
    write_by_way_of(&own_temporary(path), path, bytes, readers, existing)
}

/// The same, with the name that the file has until it is whole; nothing may be there.
pub(super) fn write_by_way_of(
    temporary: &Path,
    path: &Path,
    bytes: &[u8],
    readers: Readers,
    existing: Existing,
) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    // Not removed when this fails with a file there: it is somebody else's.
    let file = create(temporary, readers).map_err(failed)?;
    let named = fill(file, bytes).and_then(|()| match existing {
        Existing::Replace => fs::rename(temporary, path),
        Existing::Keep => rename_to_free_name(temporary, path),
    });
    let named = named.inspect_err(|_| {
        // It is of no use, and may hold salts.
        let _ = fs::remove_file(temporary);
    });
    named.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Exists { path: path.to_owned() },
        _ => failed(source),
    })?;
    sync_folder_of(path).map_err(failed)
}

/// Gives a file that is whole another name, durably; a file that has the name is replaced.
///
/// # Errors
/// What the system says.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), WriteError> {
    let renamed = fs::rename(from, to).and_then(|()| sync_folder_of(to));
    renamed.map_err(|source| WriteError::Io { path: to.to_owned(), source })
}

/// A temporary name that no other call has, in this process or another.
pub(super) fn own_temporary(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    beside(path, &format!(".tmp{}-{}", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed)))
}

/// Removes a file, durably; it may be gone already.
///
/// # Errors
/// What the system says.
pub(super) fn remove(path: &Path) -> Result<(), WriteError> {
    let removed = match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    removed.and_then(|()| sync_folder_of(path)).map_err(|source| WriteError::Io { path: path.to_owned(), source })
}

/// The same path with `suffix` at its end.
#[must_use]
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Everyone => 0o666,
    };
    let created = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    created.map_err(|error| match error.kind() {
        // Said of the temporary name, it would be taken for the name itself.
        io::ErrorKind::AlreadyExists => io::Error::other(format!("{} is in the way", path.display())),
        _ => error,
    })
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot do both in one step: look first.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => match fs::symlink_metadata(to) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(from, to),
        },
        other => Ok(other?),
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
