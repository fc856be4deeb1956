//! The entry: what a ledger adds to a statement, and the leaf of its tree.
//!
//! Follows docs/formats.md, Entry.

use crate::codec::{CodecError, Reader, Time, Writer};
use crate::merkle::{Hash, LeafIndex, leaf_hash};

use super::statement::{SignedStatement, StatementError};

/// What every version of an entry begins with; a decimal version and LF follow.
const DOMAIN: &str = "notarium/entry/";
/// What version 1 begins with.
const HEADER: &str = "notarium/entry/1\n";
/// Bytes of an entry around its signed statement.
const OVERHEAD: usize = HEADER.len() + 8 + 8 + Hash::LEN + 2;

/// Why bytes are not an entry of version 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum EntryError {
    /// A later version: not understood, not wrong.
    #[error("entry version {version} is not understood")]
    UnknownEntryVersion {
        /// The version it says.
        version: u64,
    },
    /// A ledger always states the time of admission.
    #[error("time: 0, yet a ledger states when it admits")]
    TimeNotStated,
    /// Nothing comes before entry 0.
    #[error("previous: not zeros, yet nothing comes before entry 0")]
    FirstHasPrevious,
    /// A field is not the one encoding of a value.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl EntryError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Codec(error) => error.code(),
            own => own.into(),
        }
    }

    /// Whether this version can't tell, as against knowing that it is wrong.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::UnknownEntryVersion { .. })
    }
}

/// A well-formed entry, with the bytes that were hashed. Its statement is read by [`Entry::statement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    bytes: Vec<u8>,
    index: LeafIndex,
    time: Time,
    previous: Hash,
}

impl Entry {
    /// Reads an entry of version 1. Its statement may be of any version; the limit on a statement's length is its version's.
    ///
    /// # Errors
    ///
    /// [`EntryError`], which names the field; [`EntryError::is_unknown`] for another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let mut reader = Reader::new(bytes);
        match reader.version(DOMAIN)? {
            1 => {}
            version => return Err(EntryError::UnknownEntryVersion { version }),
        }
        let index = LeafIndex::new(reader.u64("index")?);
        let time = reader.time("time")?;
        let previous = Hash::from_bytes(reader.bytes("previous")?);
        reader.bytes16("signed_statement", 0, usize::from(u16::MAX))?;
        reader.finish("entry")?;
        check(index, time, &previous)?;
        Ok(Self { bytes: bytes.to_vec(), index, time, previous })
    }

    /// The bytes of the entry that admits `statement`: `previous` is the leaf hash of the entry before it, zeros at index 0.
    ///
    /// # Errors
    ///
    /// What [`Entry::parse`] would say of it: an index above 2^53-1, a time that is not stated, an entry before entry 0.
    pub fn encode(
        index: LeafIndex,
        time: Time,
        previous: &Hash,
        statement: &SignedStatement,
    ) -> Result<Vec<u8>, EntryError> {
        check(index, time, previous)?;
        let mut writer = Writer::new(HEADER, OVERHEAD + statement.as_bytes().len());
        writer.u64("index", index.get())?;
        writer.time(time);
        writer.bytes(previous.as_bytes());
        writer.bytes16("signed_statement", statement.as_bytes())?;
        Ok(writer.into_bytes())
    }

    /// The entry, byte for byte as it came.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its place in the ledger.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The ledger's clock on admission.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.time
    }

    /// Leaf hash of the entry before it; zeros at index 0.
    #[must_use]
    pub const fn previous(&self) -> &Hash {
        &self.previous
    }

    /// Its leaf hash in the tree.
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.bytes)
    }

    /// The signed statement's bytes.
    #[must_use]
    pub fn signed_statement(&self) -> &[u8] {
        &self.bytes[OVERHEAD..]
    }

    /// Reads the statement that it admits.
    ///
    /// # Errors
    ///
    /// As [`SignedStatement::parse`].
    pub fn statement(&self) -> Result<SignedStatement, StatementError> {
        SignedStatement::parse(self.signed_statement())
    }
}

fn check(index: LeafIndex, time: Time, previous: &Hash) -> Result<(), EntryError> {
    if !time.is_stated() {
        return Err(EntryError::TimeNotStated);
    }
    if index.get() == 0 && *previous.as_bytes() != [0; Hash::LEN] {
        return Err(EntryError::FirstHasPrevious);
    }
    Ok(())
}
