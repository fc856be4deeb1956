//! What an audit keeps in a folder: where it stands, and every statement id that it has seen.
//!
//! ```text
//! STATE/state                  where the last audit stood (`audit::Standing`)
//! STATE/ids-<from>-<to>-<n>    the n statement ids of the entries from..to, sorted, 40 bytes each (`runs`)
//! STATE/lock                   held while an audit runs
//! ```
//!
//! `state` is replaced in one step, after the ids that it speaks for are on disk: an audit that is killed at any point leaves
//! what the one before it had. What no state speaks for is removed at the next start. Not here: what is checked (`audit`).

mod run;
mod runs;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use thiserror::Error;

use self::runs::Runs;
use crate::audit::{Standing, StandingError};
use crate::evidence::StatementId;

/// The largest state that is read: the right edge of a tree and the entries that govern admission.
const MAX_STATE_BYTES: u64 = 256 << 20;

/// Why a state can't be used.
#[derive(Debug, Error)]
pub enum StateError {
    /// The file system says no.
    #[error("cannot use {}", .path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// Another audit uses it.
    #[error("{} is in use by another audit", .path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder has something in it, and no state.
    #[error("{} is neither empty nor an audit's state", .path.display())]
    NotAState {
        /// The folder.
        path: PathBuf,
    },
    /// The state is not to be relied on.
    #[error("the state {}", .path.display())]
    Standing {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: StandingError,
    },
    /// Ids are lacking or damaged.
    #[error("the statement ids in {} are damaged: {reason}", .path.display())]
    Ids {
        /// The folder, or the file.
        path: PathBuf,
        /// What does not fit.
        reason: &'static str,
    },
}

impl StateError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "see that the folder can be written and its disk has room",
            Self::Locked { .. } => "wait for it, or name another folder with --state",
            Self::NotAState { .. } => "name a folder of its own with --state",
            Self::Standing { source: StandingError::NewerVersion { .. }, .. } => "audit with the newer version",
            Self::Standing { .. } | Self::Ids { .. } => {
                "nothing of it is believed; move the folder away, and the next audit begins at entry 0"
            }
        }
    }
}

/// A folder with what audits keep, locked for one of them.
pub struct StateFolder {
    path: PathBuf,
    standing: Option<Standing>,
    runs: Runs,
    /// Gone at the end, folder and all.
    is_temporary: bool,
    _lock: File,
}

impl StateFolder {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    ///
    /// [`StateError`].
    pub fn open(path: &Path) -> Result<Self, StateError> {
        fs::create_dir_all(path).map_err(|source| failed(path, source))?;
        let lock = lock(path)?;
        let state = path.join("state");
        let standing = match read_state(&state)? {
            Some(text) => Some(Standing::decode(&text).map_err(|source| StateError::Standing { path: state, source })?),
            None => None,
        };
        let size = standing.as_ref().map_or(0, |standing| standing.head().size.get());
        Ok(Self { runs: Runs::open(path, size)?, path: path.to_owned(), standing, is_temporary: false, _lock: lock })
    }

    /// A folder for one audit that keeps nothing.
    ///
    /// # Errors
    ///
    /// [`StateError`].
    pub fn temporary() -> Result<Self, StateError> {
        let mut name = [0; 8];
        let path = std::env::temp_dir();
        getrandom::fill(&mut name).map_err(|error| failed(&path, io::Error::other(error.to_string())))?;
        let path = path.join(format!("notarium-audit-{}", hex::encode(name)));
        let mut folder = Self::open(&path)?;
        folder.is_temporary = true;
        Ok(folder)
    }

    /// Where the last audit stood.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    /// Takes statement ids with their entries' indexes, in any order.
    ///
    /// # Errors
    ///
    /// [`StateError`], when they can't be written.
    pub fn take_ids(&mut self, ids: Vec<(StatementId, u64)>) -> Result<(), StateError> {
        self.runs.take(ids)
    }

    /// Lets go of the ids of an audit that did not come to its end.
    pub fn forget_unsettled(&mut self) {
        self.runs.forget_unsettled();
    }

    /// Hands over every statement that came again: the entry, and the first that has it. Those of earlier audits are not told
    /// again. `size` is the size of the tree that the ids are of.
    ///
    /// # Errors
    ///
    /// [`StateError`].
    pub fn find_repeats(&mut self, size: u64, repeat: impl FnMut(u64, u64)) -> Result<(), StateError> {
        self.runs.settle(size, repeat)
    }

    /// Keeps where an audit stands, once its ids are settled.
    ///
    /// # Errors
    ///
    /// [`StateError`]; what was kept before is then kept still.
    pub fn save(&mut self, standing: Standing) -> Result<(), StateError> {
        replace(&self.path.join("state"), standing.encode().as_bytes())?;
        self.standing = Some(standing);
        self.runs.forget_superseded();
        Ok(())
    }

    /// Keeps a file beside the state, such as evidence of a fork.
    ///
    /// # Errors
    ///
    /// [`StateError`].
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, StateError> {
        let path = self.path.join(name);
        replace(&path, bytes)?;
        Ok(path)
    }
}

impl Drop for StateFolder {
    fn drop(&mut self) {
        if self.is_temporary {
            // What is left of it is in the system's folder for temporary files, and says by its name what it was.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn lock(path: &Path) -> Result<File, StateError> {
    let lock_path = path.join("lock");
    if !lock_path.exists() && fs::read_dir(path).map_err(|source| failed(path, source))?.next().is_some() {
        return Err(StateError::NotAState { path: path.to_owned() });
    }
    let lock =
        File::options().create(true).append(true).open(&lock_path).map_err(|source| failed(&lock_path, source))?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Err(StateError::Locked { path: path.to_owned() }),
        Err(error) => Err(failed(&lock_path, error.into())),
    }
}

fn read_state(path: &Path) -> Result<Option<String>, StateError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_STATE_BYTES => Err(failed(path, io::ErrorKind::FileTooLarge.into())),
        Ok(_) => fs::read_to_string(path).map(Some).map_err(|source| failed(path, source)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(path, source)),
    }
}

/// Writes a file in place of whatever has its name, in one step and through to the disk.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), StateError> {
    let new = path.with_extension("new");
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> StateError {
    StateError::Io { path: path.to_owned(), source }
}
