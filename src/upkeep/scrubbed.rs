//! What the last scrub of a served ledger came to, written down in the ledger's folder: `DIR/scrubbed`, JSON.
//!
//! A server that starts knows from it when the next one is due, and an operator what came out when nobody serves the ledger.

use std::fs;
use std::io;
use std::path::Path;

use crate::api::ScrubOutcome;

const NAME: &str = "scrubbed";

/// The last one; none where there was none.
///
/// # Errors
/// When the file can't be read, or is none that a server writes.
pub fn last_scrub(directory: &Path) -> io::Result<Option<ScrubOutcome>> {
    match fs::read(directory.join(NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => Ok(Some(serde_json::from_slice(&bytes?)?)),
    }
}

/// Writes one down, in the place of the one before.
///
/// # Errors
/// When the folder can't be written to.
pub fn note_scrub(directory: &Path, outcome: &ScrubOutcome) -> io::Result<()> {
    let new = directory.join(format!("{NAME}.new"));
    fs::write(&new, serde_json::to_string_pretty(outcome)? + "\n")?;
    fs::rename(new, directory.join(NAME))
}
