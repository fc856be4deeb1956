//! Writes a whole ledger out as a folder of files that any static web server can host (C2SP tlog-tiles).
//!
//! ```text
//! OUT/checkpoint              the newest signed checkpoint
//! OUT/tile/<L>/<N>[.p/<W>]    the tree
//! OUT/tile/entries/...        the entries
//! OUT/policy                  the ledger's key as a policy for verifiers
//! OUT/keys.csv                every key that signed a statement, and in how many entries
//! OUT/README.md               what all this is, for whoever finds it in twenty years
//! ```
//!
//! The checkpoint is written last: a folder without one is an export that was cut short, and can be begun again. Whether
//! the entries are right is for an audit to say; what is written is what the store has, under the tree that it signs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::evidence::{Entry, decode_bundle};
use crate::merkle::{TreeSize, bundles_at, tiles_at};
use crate::store::{ReadError, Reader};
use crate::trust::{Policy, PolicyError, SignedCheckpoint};

/// What the folder says of itself.
const README: &str = include_str!("export_readme.md");
/// Keys that are counted; a ledger with more lists the first.
const MOST_KEYS: usize = 1_000_000;

/// Why an export was not made.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The folder has something in it.
    #[error("{} is not empty", .path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file can't be written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The store can't be read.
    #[error("the ledger cannot be read")]
    Read(#[from] ReadError),
    /// The store lacks a part of the tree that it signs.
    #[error("the ledger has no {path}")]
    Missing {
        /// Which part.
        path: String,
    },
    /// The ledger's key makes no policy.
    #[error("the ledger's policy")]
    Policy(#[from] PolicyError),
}

impl ExportError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotEmpty { .. } => "name a folder that does not exist; nothing is overwritten",
            Self::Io { .. } => "see that the folder can be written and its disk has room",
            Self::Read(_) | Self::Missing { .. } | Self::Policy(_) => "`notarium audit DIR` says what is wrong with it",
        }
    }
}

/// Exports the tree that `checkpoint` signs. `progress` is told of entries done.
///
/// # Errors
///
/// [`ExportError`]; what was written so far stays, without a checkpoint.
pub fn export(
    reader: &Reader,
    checkpoint: &SignedCheckpoint,
    policy: &Policy,
    out: &Path,
    mut progress: impl FnMut(u64),
) -> Result<TreeSize, ExportError> {
    let size = checkpoint.head().size;
    begin(out)?;
    let mut keys = BTreeMap::new();
    for id in bundles_at(size) {
        let bytes = reader.bundle(id)?.ok_or_else(|| ExportError::Missing { path: id.path() })?;
        count_keys(&bytes, &mut keys);
        write(&out.join(id.path()), &bytes)?;
        progress(u64::from(id.width()));
    }
    for id in tiles_at(size) {
        let bytes = reader.tile(id)?.ok_or_else(|| ExportError::Missing { path: id.path() })?;
        write(&out.join(id.path()), &bytes)?;
    }
    write(&out.join("policy"), policy.as_bytes())?;
    write(&out.join("keys.csv"), key_list(&keys).as_bytes())?;
    write(&out.join("README.md"), README.replace("{origin}", checkpoint.origin().as_str()).as_bytes())?;
    sync(out)?;
    write(&out.join("checkpoint"), checkpoint.as_str().as_bytes())?;
    sync(out)?;
    Ok(size)
}

pub(super) fn begin(out: &Path) -> Result<(), ExportError> {
    fs::create_dir_all(out).map_err(|source| failed(out, source))?;
    let mut listed = fs::read_dir(out).map_err(|source| failed(out, source))?;
    // What an export that was cut short left behind is written again.
    let unfinished = !out.join("checkpoint").exists() && out.join("tile").is_dir();
    if listed.next().is_some() && !unfinished {
        return Err(ExportError::NotEmpty { path: out.to_owned() });
    }
    Ok(())
}

/// Every key of a bundle's statements; entries that are not understood have none to tell.
fn count_keys(bundle: &[u8], keys: &mut BTreeMap<String, u64>) {
    for entry in decode_bundle(bundle).unwrap_or_default() {
        let Some(statement) = Entry::parse(entry).ok().and_then(|entry| entry.statement().ok()) else { continue };
        let key = hex::encode(statement.key().as_bytes());
        if keys.len() < MOST_KEYS || keys.contains_key(&key) {
            *keys.entry(key).or_default() += 1;
        }
    }
}

fn key_list(keys: &BTreeMap<String, u64>) -> String {
    let mut list = String::from("public_key,entries\n");
    for (key, entries) in keys {
        list.extend([key, ",", &entries.to_string(), "\n"]);
    }
    list
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let write = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        File::create(path)?.write_all(bytes)
    };
    write().map_err(|source| failed(path, source))
}

pub(super) fn sync(out: &Path) -> Result<(), ExportError> {
    let sync = || rustix::fs::syncfs(File::open(out)?).map_err(io::Error::from);
    sync().map_err(|source| failed(out, source))
}

fn failed(path: &Path, source: io::Error) -> ExportError {
    ExportError::Io { path: path.to_owned(), source }
}
