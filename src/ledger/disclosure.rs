//! The disclosure: what a receipt shows of the entry, the salts and the details.
//!
//! It stands in a receipt's `extra` line, which no signature covers. So nothing in it is believed: the entry is hashed to the
//! leaf, salts and details to their commitments.
//!
//! Follows docs/formats.md, Receipt (disclosure).

use crate::codec::{CodecError, Reader, Writer};
use crate::evidence::{Body, DigestMode, Entry, EntryError, MAX_DETAILS_BYTES, Salt, SignedStatement, StatementError};
use crate::merkle::{Hash, leaf_hash};

/// What every version of a disclosure begins with; a decimal version and LF follow.
const DOMAIN: &str = "notarium/receipt/";
/// What version 1 begins with.
const HEADER: &str = "notarium/receipt/1\n";
/// Largest length that a `bytes16` can say.
const MAX_BYTES16: usize = u16::MAX as usize;

/// Why bytes or parts are no disclosure of version 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum DisclosureError {
    /// A later version: not understood, not wrong.
    #[error("disclosure version {version} is not understood")]
    UnknownDisclosureVersion {
        /// The version it says.
        version: u64,
    },
    /// A salt is neither absent nor 32 bytes.
    #[error("{field}: {length} bytes, neither 0 nor 32")]
    SaltLength {
        /// Which salt.
        field: &'static str,
        /// Its length in bytes.
        length: usize,
    },
    /// Details can't be checked against their commitment without their salt.
    #[error("details_json without details_salt")]
    DetailsWithoutSalt,
    /// A salt of details that are not there says nothing.
    #[error("details_salt without details_json")]
    SaltWithoutDetails,
    /// The statement salts no digest, so there is no salt to show.
    #[error("evidence_salt, yet the statement is not in salted mode")]
    SaltInPlainMode,
    /// The entry is of version 1 and wrong.
    #[error("entry: {0}")]
    Entry(EntryError),
    /// The statement in the entry is of version 1 and wrong.
    #[error("entry: signed_statement: {0}")]
    Statement(StatementError),
    /// A field is not the one encoding of a value.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl DisclosureError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Entry(error) => error.code(),
            Self::Statement(error) => error.code(),
            Self::Codec(error) => error.code(),
            own => own.into(),
        }
    }

    /// Whether this version can't tell, as against knowing that it is wrong.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::UnknownDisclosureVersion { .. })
    }
}

/// Details that are shown, with the salt that their commitment takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosedDetails {
    /// The salt.
    pub salt: Salt,
    /// The details, exactly as committed to; 1 to 32,000 bytes, I-JSON or not.
    pub json: Vec<u8>,
}

/// What a receipt shows: always the entry, and what the submitter chose to show of salts and details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    entry: Vec<u8>,
    evidence_salt: Option<Salt>,
    details: Option<DisclosedDetails>,
}

impl Disclosure {
    /// Shows an entry, and as much as is given of the rest. An entry or statement of a version, suite or kind that is not
    /// understood is taken as it is.
    ///
    /// # Errors
    ///
    /// [`DisclosureError`]: an entry or statement of version 1 that is wrong, a salt without salted mode, details that are
    /// empty or too long.
    pub fn new(
        entry: Vec<u8>,
        evidence_salt: Option<Salt>,
        details: Option<DisclosedDetails>,
    ) -> Result<Self, DisclosureError> {
        check_length("entry", entry.len(), 0, MAX_BYTES16)?;
        if let Some(details) = &details {
            check_length("details_json", details.json.len(), 1, MAX_DETAILS_BYTES)?;
        }
        if is_surely_plain(&entry)? && evidence_salt.is_some() {
            return Err(DisclosureError::SaltInPlainMode);
        }
        Ok(Self { entry, evidence_salt, details })
    }

    /// Reads a disclosure of version 1.
    ///
    /// # Errors
    ///
    /// [`DisclosureError`], which names the field; [`DisclosureError::is_unknown`] for another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, DisclosureError> {
        let mut reader = Reader::new(bytes);
        match reader.version(DOMAIN)? {
            1 => {}
            version => return Err(DisclosureError::UnknownDisclosureVersion { version }),
        }
        let entry = reader.bytes16("entry", 0, MAX_BYTES16)?.to_vec();
        let evidence_salt = read_salt(&mut reader, "evidence_salt")?;
        let details_salt = read_salt(&mut reader, "details_salt")?;
        let json = reader.bytes16("details_json", 0, MAX_DETAILS_BYTES)?;
        reader.finish("disclosure")?;
        let details = match (details_salt, json) {
            (None, []) => None,
            (None, _) => return Err(DisclosureError::DetailsWithoutSalt),
            (Some(_), []) => return Err(DisclosureError::SaltWithoutDetails),
            (Some(salt), json) => Some(DisclosedDetails { salt, json: json.to_vec() }),
        };
        Self::new(entry, evidence_salt, details)
    }

    /// The disclosure's bytes.
    ///
    /// # Errors
    ///
    /// None that [`Disclosure::new`] has not found already.
    pub fn encode(&self) -> Result<Vec<u8>, DisclosureError> {
        let (details_salt, json) = match &self.details {
            Some(details) => (details.salt.as_bytes().as_slice(), details.json.as_slice()),
            None => ([].as_slice(), [].as_slice()),
        };
        let evidence_salt = self.evidence_salt.as_ref().map_or(&[][..], |salt| salt.as_bytes());
        Ok(write(&self.entry, evidence_salt, details_salt, json)?)
    }

    /// The entry, byte for byte as the tree has it.
    #[must_use]
    pub fn entry_bytes(&self) -> &[u8] {
        &self.entry
    }

    /// The entry's leaf hash, whatever its version.
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.entry)
    }

    /// The entry.
    ///
    /// # Errors
    ///
    /// Only that its version is not understood: anything else was refused before.
    pub fn entry(&self) -> Result<Entry, EntryError> {
        Entry::parse(&self.entry)
    }

    /// The salt of the evidence's digests, where it is shown.
    #[must_use]
    pub const fn evidence_salt(&self) -> Option<&Salt> {
        self.evidence_salt.as_ref()
    }

    /// The private details, where they are shown.
    #[must_use]
    pub const fn details(&self) -> Option<&DisclosedDetails> {
        self.details.as_ref()
    }
}

/// The disclosure of an entry and of nothing else.
pub(super) fn encode_entry(entry: &[u8]) -> Result<Vec<u8>, DisclosureError> {
    Ok(write(entry, &[], &[], &[])?)
}

fn write(entry: &[u8], evidence_salt: &[u8], details_salt: &[u8], json: &[u8]) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::new(HEADER, HEADER.len() + 4 * 2 + entry.len() + 64 + json.len());
    writer.bytes16("entry", entry)?;
    writer.bytes16("evidence_salt", evidence_salt)?;
    writer.bytes16("details_salt", details_salt)?;
    writer.bytes16("details_json", json)?;
    Ok(writer.into_bytes())
}

fn check_length(field: &'static str, length: usize, least: usize, most: usize) -> Result<(), CodecError> {
    if (least..=most).contains(&length) {
        Ok(())
    } else {
        Err(CodecError::LengthOutOfRange { field, length, least, most })
    }
}

fn read_salt(reader: &mut Reader<'_>, field: &'static str) -> Result<Option<Salt>, DisclosureError> {
    let bytes = reader.bytes16(field, 0, MAX_BYTES16)?;
    match (bytes.len(), <[u8; 32]>::try_from(bytes)) {
        (0, _) => Ok(None),
        (_, Ok(salt)) => Ok(Some(Salt::from_bytes(salt))),
        (length, Err(_)) => Err(DisclosureError::SaltLength { field, length }),
    }
}

/// Whether the entry is understood and its digests are not salted. Of what is not understood nobody can say so.
fn is_surely_plain(entry: &[u8]) -> Result<bool, DisclosureError> {
    let entry = match Entry::parse(entry) {
        Err(error) if error.is_unknown() => return Ok(false),
        entry => entry.map_err(DisclosureError::Entry)?,
    };
    let statement = match entry.statement() {
        Err(error) if error.is_unknown() => return Ok(false),
        statement => statement.map_err(DisclosureError::Statement)?,
    };
    Ok(says_plain(&statement))
}

fn says_plain(statement: &SignedStatement) -> bool {
    match statement.body() {
        Body::Evidence(evidence) => evidence.fingerprint.mode() == DigestMode::Plain,
        Body::Genesis(_) | Body::Enrol(_) | Body::Revoke(_) | Body::Rotate(_) => true,
        Body::Unknown { .. } => false,
    }
}
