//! Backs a ledger up, at rest or while it is served, to a folder of generations.
//!
//! ```text
//! BACKUP/generations/   the database in RocksDB's form of backups, and with each generation the checkpoint that it has reached
//! BACKUP/policy         the ledger's key as a policy for verifiers; policy.<id> for each key that was replaced
//! BACKUP/rotation-<entry>.receipt   the receipt of each rotation
//! BACKUP/ledger.key     only if asked for: who has it can sign as the ledger; ledger.key.<id> for each key that was replaced
//! BACKUP/README.md      what all this is
//! ```
//!
//! A ledger that is served is asked for a snapshot (`control`), which is copied from by this process: the server goes on, and a backup
//! that is killed leaves nothing in the ledger's folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::control::{ControlClient, ControlError};
use crate::store::{BackupError, Backups, Generation};

const README: &str = include_str!("backup_readme.md");
/// The ledger's private key, in its folder and in a backup.
pub(super) const KEY: &str = "ledger.key";
/// Everyone may read it.
const PUBLIC: u32 = 0o644;
/// Its owner may.
pub(super) const PRIVATE: u32 = 0o600;
/// The ledger's key as a policy, in its folder and in a backup.
pub(super) const POLICY: &str = "policy";

/// What is backed up beside the ledger itself, and how much of the past is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackupPlan {
    /// Whether the ledger's private key is copied.
    pub with_key: bool,
    /// Generations to keep; all if none is said.
    pub keep: Option<u32>,
}

/// Why no backup was made.
#[derive(Debug, Error)]
pub enum BackupFailed {
    /// The ledger or the backup does not allow it.
    #[error(transparent)]
    Store(#[from] BackupError),
    /// The server of the ledger does not.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// A file can't be copied.
    #[error("cannot write {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl BackupFailed {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Control(error) => error.hint(),
            Self::Io { .. } => Some("see that this user may write there and that the disk has room"),
        }
    }
}

/// A backup that was made.
#[derive(Debug)]
pub struct BackedUp {
    /// The new generation.
    pub generation: Generation,
    /// Whether the ledger was being served.
    pub was_served: bool,
}

/// Adds a generation to the backups in `out`.
///
/// # Errors
///
/// [`BackupFailed`]; the generations that were there stay.
pub fn backup(directory: &Path, out: &Path, plan: BackupPlan) -> Result<BackedUp, BackupFailed> {
    let server = ControlClient::connect(directory)?;
    let was_served = server.is_some();
    let mut backups = Backups::open(out)?;
    let generation = match server {
        Some(server) => add_snapshot(directory, server, &mut backups)?,
        None => backups.add(directory)?,
    };
    put(
        &out.join("README.md"),
        README.replace("{origin}", generation.checkpoint.origin().as_str()).as_bytes(),
        PUBLIC,
    )?;
    for (name, mode) in own_files(directory)? {
        if plan.with_key || mode == PUBLIC {
            copy(directory, out, &name, mode)?;
        }
    }
    if let Some(newest) = plan.keep {
        backups.keep(newest)?;
    }
    let sync = || rustix::fs::syncfs(File::open(out)?).map_err(io::Error::from);
    sync().map_err(|source| BackupFailed::Io { path: out.to_owned(), source })?;
    Ok(BackedUp { generation, was_served })
}

/// Adds a snapshot, which the server keeps for as long as the connection lasts.
fn add_snapshot(
    directory: &Path,
    mut server: ControlClient,
    backups: &mut Backups,
) -> Result<Generation, BackupFailed> {
    let folder = server.snapshot()?;
    Ok(backups.add(&directory.join(folder))?)
}

/// The files beside the database that belong to the ledger's own keys, in its folder or in a backup, each with the mode that it
/// gets where it is copied to.
pub(super) fn own_files(folder: &Path) -> Result<Vec<(String, u32)>, BackupFailed> {
    let failed = |source| BackupFailed::Io { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let name = file.map_err(failed)?.file_name().to_string_lossy().into_owned();
        found.extend(mode(&name).map(|mode| (name, mode)));
    }
    found.sort();
    Ok(found)
}

/// How a file of the ledger's own keys may be read, by its name; none for any other file.
fn mode(name: &str) -> Option<u32> {
    let is = |first: &str| name == first || name.strip_prefix(first).is_some_and(|rest| rest.starts_with('.'));
    match name {
        // One that was being written.
        _ if name.rsplit_once('.').is_some_and(|(_, last)| last == "new") => None,
        _ if is(KEY) => Some(PRIVATE),
        _ if is(POLICY) => Some(PUBLIC),
        _ if name.starts_with("rotation-") && name.ends_with(".receipt") => Some(PUBLIC),
        _ => None,
    }
}

/// Copies a file of the ledger's folder, if it is there.
fn copy(from: &Path, to: &Path, name: &str, mode: u32) -> Result<(), BackupFailed> {
    let source = from.join(name);
    match fs::read(&source) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupFailed::Io { path: source, source: error }),
        Ok(bytes) => put(&to.join(name), &bytes, mode),
    }
}

/// Writes a file in place of what has its name.
pub(super) fn put(path: &Path, bytes: &[u8], mode: u32) -> Result<(), BackupFailed> {
    let new = path.with_extension("new");
    let write = || {
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|source| BackupFailed::Io { path: path.to_owned(), source })
}
