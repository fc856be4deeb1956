//! DIR/tip: the last checkpoint that was acknowledged, outside the database.
//!
//! The database may recover to less than it had acknowledged (a damaged log ends early). The tip says how far the ledger
//! had come, so that this is seen. It is overwritten after each commit, before anyone is answered, and not synced: it costs
//! no second sync, a killed process does not lose it, and after a loss of power it is at worst older than the database.
//!
//! The file that this program writes has always the same length, one write in one block, so that it can't be found half
//! written: the signed note, then empty lines. A file of another length was put there by a person (any checkpoint of the
//! ledger will do, with cosignatures too), and is replaced whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::trust::SignedCheckpoint;

/// The length of the file, in bytes. The longest checkpoint that a ledger signs itself has 1,025: two signatures.
const LENGTH: usize = 2048;

/// Why DIR/tip can't be read or written.
#[derive(Debug, Error)]
pub enum TipError {
    /// The file can't be read or written.
    #[error("the tip cannot be accessed")]
    Io(#[from] io::Error),
    /// It does not hold a checkpoint.
    #[error("the tip does not hold a checkpoint: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// The checkpoint has more bytes than the file.
    #[error("a checkpoint of {length} bytes does not fit into the tip's {LENGTH}")]
    TooLong {
        /// Its bytes.
        length: usize,
    },
}

/// The file, open for overwriting.
#[derive(Debug)]
pub(super) struct Tip {
    path: PathBuf,
    file: File,
    /// Whether the file has another length than those written here, and so can't be overwritten in one go.
    is_foreign: bool,
}

impl Tip {
    /// Opens the file that is there.
    pub(super) fn open(path: &Path) -> Result<Self, TipError> {
        let file = OpenOptions::new().write(true).open(path)?;
        let is_foreign = file.metadata()?.len() != LENGTH as u64;
        Ok(Self { path: path.to_owned(), file, is_foreign })
    }

    /// Overwrites the file, without waiting for the disk; replaces one of another length.
    pub(super) fn write(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), TipError> {
        if self.is_foreign {
            self.file = put(&self.path, checkpoint)?;
            self.is_foreign = false;
            return Ok(());
        }
        Ok(self.file.write_all_at(&block(checkpoint)?, 0)?)
    }
}

/// Makes the file, or replaces what has its name, and sees it through to the disk.
pub(super) fn put(path: &Path, checkpoint: &SignedCheckpoint) -> Result<File, TipError> {
    let block = block(checkpoint)?;
    let mut new = OsString::from(path);
    new.push(".new");
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&new)?;
    file.write_all_at(&block, 0)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

/// The bytes of the file.
fn block(checkpoint: &SignedCheckpoint) -> Result<[u8; LENGTH], TipError> {
    let text = checkpoint.as_str().as_bytes();
    let mut block = [b'\n'; LENGTH];
    block.get_mut(..text.len()).ok_or(TipError::TooLong { length: text.len() })?.copy_from_slice(text);
    Ok(block)
}

/// Reads the tip; none when there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<SignedCheckpoint>, TipError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => parse(read?).map(Some),
    }
}

/// The checkpoint in the bytes of the file.
pub(super) fn parse(bytes: Vec<u8>) -> Result<SignedCheckpoint, TipError> {
    let text = String::from_utf8(bytes).map_err(|_| malformed(&"it is not text"))?;
    let note = format!("{}\n", text.trim_end_matches('\n'));
    SignedCheckpoint::parse(note).map_err(|error| malformed(&error))
}

fn malformed(reason: &impl ToString) -> TipError {
    TipError::Malformed { reason: reason.to_string() }
}
