//! What a server was told when it started, written down in the ledger's folder for whoever must account for it later.
//!
//! `DIR/serving` is JSON, written anew at every start. The server holds an exclusive `flock` on it for as long as it lives, and the
//! system lets go of that whatever way it dies: so a reader can tell a server that runs from one that ran. Nothing relies on the
//! file but statements about the platform.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

const NAME: &str = "serving";
/// A policy may have 1 MiB; the rest is short.
const MAX_BYTES: u64 = 4 << 20;

/// A server's configuration, as far as a court may ask about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// Name, version and build of the program.
    pub software: String,
    /// When it started, by this machine's clock; RFC 3339.
    pub started_at: String,
    /// Where it listens.
    pub listens_at: String,
    /// Free space below which nothing is admitted, in bytes.
    pub least_free_bytes: u64,
    /// Which checkpoint is published: `immediate` or `quorum`.
    pub publishes: String,
    /// Text of the policy whose witnesses are asked; none without one.
    pub witness_policy: Option<String>,
}

/// Held while the server runs.
#[derive(Debug)]
pub struct Announced {
    _locked: File,
}

impl Serving {
    /// Writes it down, for as long as what is returned is held.
    ///
    /// # Errors
    /// When the folder cannot be written to, or has no locks.
    pub fn announce(&self, directory: &Path) -> io::Result<Announced> {
        let new = directory.join(format!("{NAME}.new"));
        let mut file = File::create(&new)?;
        file.write_all((serde_json::to_string_pretty(self)? + "\n").as_bytes())?;
        // Before it has its name: nobody shall find it unlocked.
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        fs::rename(&new, directory.join(NAME))?;
        Ok(Announced { _locked: file })
    }

    /// What the last server wrote down, and whether it runs; none where none did.
    ///
    /// # Errors
    /// When the file cannot be read, or is none that a server writes.
    pub fn read(directory: &Path) -> io::Result<Option<(Self, bool)>> {
        let file = match File::open(directory.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let mut text = String::new();
        (&file).take(MAX_BYTES).read_to_string(&mut text)?;
        let serving = serde_json::from_str(&text)?;
        let runs = matches!(flock(&file, FlockOperation::NonBlockingLockShared), Err(Errno::WOULDBLOCK));
        Ok(Some((serving, runs)))
    }
}
