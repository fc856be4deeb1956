//! How much room the disk has left.

use std::io;
use std::path::Path;

/// Bytes that this process may still write to the file system of a folder.
///
/// # Errors
///
/// What the system says.
pub fn free_bytes(directory: &Path) -> io::Result<u64> {
    let figures = rustix::fs::statvfs(directory)?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}
