//! Entry bundles: the entries under one level-0 tile, as static files serve them.
//!
//! Follows C2SP tlog-tiles, Log Entries: `u16` length, then the entry, one after another.

use crate::codec::{CodecError, Reader, Writer};
use crate::merkle::TILE_WIDTH;

/// Most entries in a bundle: as many as a tile has hashes.
pub const MAX_BUNDLE_ENTRIES: usize = TILE_WIDTH as usize;

/// Why bytes are not an entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum BundleError {
    /// A tile without hashes does not exist, nor does its bundle.
    #[error("an entry bundle without entries")]
    EmptyBundle,
    /// More than [`MAX_BUNDLE_ENTRIES`].
    #[error("an entry bundle with more than {MAX_BUNDLE_ENTRIES} entries")]
    TooManyEntries,
    /// An entry is cut off, empty, or too long for its length prefix.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl BundleError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Codec(error) => error.code(),
            own => own.into(),
        }
    }
}

/// Writes a bundle of 1 to 256 entries.
///
/// # Errors
///
/// [`BundleError`]: no entries, too many, or one that is empty or above 65,535 bytes.
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let mut writer = Writer::default();
    let mut count = 0;
    for entry in entries {
        count += 1;
        check_count(count)?;
        if entry.is_empty() {
            return Err(CodecError::LengthOutOfRange { field: ENTRY, length: 0, least: 1, most: MAX_ENTRY }.into());
        }
        writer.bytes16(ENTRY, entry)?;
    }
    if count == 0 { Err(BundleError::EmptyBundle) } else { Ok(writer.into_bytes()) }
}

/// Reads a bundle; gives the bytes of its entries, whose own form is not looked at.
///
/// # Errors
///
/// [`BundleError`].
pub fn decode_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut reader = Reader::new(bytes);
    let mut entries = Vec::new();
    while reader.left() > 0 {
        entries.push(reader.bytes16(ENTRY, 1, MAX_ENTRY)?);
        check_count(entries.len())?;
    }
    if entries.is_empty() { Err(BundleError::EmptyBundle) } else { Ok(entries) }
}

const ENTRY: &str = "entry";
const MAX_ENTRY: usize = u16::MAX as usize;

fn check_count(count: usize) -> Result<(), BundleError> {
    if count > MAX_BUNDLE_ENTRIES { Err(BundleError::TooManyEntries) } else { Ok(()) }
}
