//! Where a log is read from, as tiles: a server, a folder of files, a ledger's own store.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use thiserror::Error;

use crate::audit::{Finding, Place, What};
use crate::client::ClientError;
use crate::evidence::decode_bundle;
use crate::merkle::{BundleId, TileId, TreeSize};

/// Why nothing can be told of a log.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The server gives no answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file can't be read.
    #[error("cannot read {}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl SourceError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Client(error) => error.hint(),
            Self::File { .. } => {
                Some("an export has the file checkpoint and the folder tile; `notarium export` writes one")
            }
        }
    }
}

/// Why something did not come: no answer, or a wrong one.
#[derive(Debug)]
pub enum Unread {
    /// Nothing can be told.
    NoAnswer(SourceError),
    /// What came, or that nothing came, is a finding.
    Wrong(Box<Finding>),
}

/// A log, read as C2SP tlog-tiles has it. What comes is data, not truth: whoever reads verifies.
pub trait Source: Sync {
    /// The newest signed checkpoint, as bytes that nobody has looked at.
    ///
    /// # Errors
    ///
    /// [`SourceError`].
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError>;

    /// A tile of hashes.
    ///
    /// # Errors
    ///
    /// [`Unread`].
    fn tile(&self, id: TileId) -> Result<Vec<u8>, Unread>;

    /// A bundle of entries.
    ///
    /// # Errors
    ///
    /// [`Unread`].
    fn bundle(&self, id: BundleId) -> Result<Vec<u8>, Unread>;

    /// Where to look, to see by hand what a finding is about.
    fn see(&self, place: &Place) -> Option<String>;
}

/// The entries of a range of a tree of some size, out of its bundles; all of them, or the first thing that is wrong.
///
/// # Errors
///
/// [`Unread`].
pub fn entries(source: &impl Source, size: TreeSize, range: Range<u64>) -> Result<Vec<Vec<u8>>, Unread> {
    let mut entries = Vec::new();
    for index in range.start / 256..range.end.div_ceil(256) {
        let Some(id) = BundleId::at(index, size) else { break };
        let bytes = source.bundle(id)?;
        let due = id.leaves().map_or(0, |leaves| leaves.end - leaves.start);
        let wrong = |found: String| {
            let finding = Finding::at(Place::Tile(id.path()), What::Tile, format!("{due} entries"), found);
            Unread::Wrong(Box::new(finding.since(index * 256)))
        };
        let bundle = decode_bundle(&bytes).map_err(|error| wrong(error.to_string()))?;
        if bundle.len() as u64 != due {
            return Err(wrong(format!("{} entries", bundle.len())));
        }
        let here = (index * 256..).zip(bundle).filter(|(at, _)| range.contains(at));
        entries.extend(here.map(|(_, entry)| entry.to_vec()));
    }
    Ok(entries)
}

/// In which place of which bundle an entry stands.
pub(super) fn place_of_entry(index: u64) -> String {
    let bundle = BundleId::at(index / 256, TreeSize::MAX).map(BundleId::path).unwrap_or_default();
    format!("{bundle}, entry {} of it counted from 0 (a length of two bytes stands before each)", index % 256)
}
