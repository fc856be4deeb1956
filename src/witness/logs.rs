//! Which logs a witness cosigns for: a file of `log` lines, in the form of a policy that requires no witness.
//!
//! The operator may add a log while the witness runs: the file is read again when it has changed. One that can't be read then
//! changes nothing, and is said in the log.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use thiserror::Error;
use tracing::{info, warn};

use crate::note::VerifierKey;
use crate::trust::{Origin, Policy, PolicyError, PolicyLog};

/// What a new file says.
const EMPTY: &str = "# The logs that this witness cosigns for (https://c2sp.org/tlog-policy); `notarium witness add-log` adds one.\n\
                     quorum none\n";

/// Why the list of logs can't be used.
#[derive(Debug, Error)]
pub enum LogsError {
    /// The file can't be read or written.
    #[error("the list of logs {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is no list of logs, or would not be one any more.
    #[error("the list of logs {}", .path.display())]
    Policy {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: PolicyError,
    },
    /// The key's name can't be the origin of checkpoints.
    #[error("the name of the key, {0:?}, cannot be a log's")]
    NotAnOrigin(String),
}

/// When a file was written, and how long it is.
type Stamp = (SystemTime, u64);

/// The logs of a witness.
pub struct WitnessLogs {
    path: PathBuf,
    read: Mutex<(Stamp, Arc<Policy>)>,
}

impl WitnessLogs {
    /// The text of a list without any log.
    #[must_use]
    pub const fn empty() -> &'static str {
        EMPTY
    }

    /// Reads the list.
    ///
    /// # Errors
    ///
    /// [`LogsError`].
    pub fn open(path: &Path) -> Result<Self, LogsError> {
        Ok(Self { path: path.to_owned(), read: Mutex::new(read(path)?) })
    }

    /// The list with one more log, as text to be written in its place.
    ///
    /// # Errors
    ///
    /// [`LogsError`]: the log is there already, or its key can't be a log's.
    pub fn with(path: &Path, key: &VerifierKey) -> Result<String, LogsError> {
        key.name().as_str().parse::<Origin>().map_err(|_| LogsError::NotAnOrigin(key.name().to_string()))?;
        let (_, policy) = read(path)?;
        let text = format!("{}log {key}\n", String::from_utf8_lossy(policy.as_bytes()));
        Policy::parse(&text).map_err(|source| LogsError::Policy { path: path.to_owned(), source })?;
        Ok(text)
    }

    /// The logs as the file has them now.
    #[must_use]
    pub fn now(&self) -> Arc<Policy> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp(&self.path).ok() != Some(known.0) {
            match read(&self.path) {
                Ok(newer) => {
                    info!("{} logs are known", newer.1.logs().len());
                    *known = newer;
                }
                Err(error) => warn!("{error} cannot be read again; the logs stay those known before"),
            }
        }
        Arc::clone(&known.1)
    }

    /// The keys of the log with this origin; none when it is unknown.
    #[must_use]
    pub fn keys(&self, origin: &Origin) -> Vec<VerifierKey> {
        let own = |log: &&PolicyLog| log.key.name() == origin.key_name();
        self.now().logs().iter().filter(own).map(|log| log.key.clone()).collect()
    }

    /// The origins of all logs, each once, in the order of the file.
    #[must_use]
    pub fn origins(&self) -> Vec<Origin> {
        let mut origins: Vec<Origin> = Vec::new();
        for log in self.now().logs() {
            if let Some(origin) = log.key.name().as_str().parse().ok().filter(|origin| !origins.contains(origin)) {
                origins.push(origin);
            }
        }
        origins
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified()?, metadata.len()))
}

fn read(path: &Path) -> Result<(Stamp, Arc<Policy>), LogsError> {
    let failed = |source| LogsError::Io { path: path.to_owned(), source };
    // Before the bytes: what is written between is seen the next time.
    let stamp = stamp(path).map_err(failed)?;
    let bytes = fs::read(path).map_err(failed)?;
    let policy = Policy::parse(bytes).map_err(|source| LogsError::Policy { path: path.to_owned(), source })?;
    Ok((stamp, Arc::new(policy)))
}
