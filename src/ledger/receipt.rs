//! The receipt: the proof that a person keeps, as text.
//!
//! Parsing says that it is a receipt, never that it is true: that its `index` line is the entry's index, that its path leads to
//! the root and that anyone signed the checkpoint are steps of the report. Reference parsers of this format are lenient; this
//! one takes a receipt in one spelling only.
//!
//! Follows C2SP tlog-proof and docs/formats.md, Receipt.

use crate::codec::{MAX_INTEGER, decode_base64, parse_decimal, push_base64};
use crate::evidence::Salt;
use crate::merkle::{Hash, InclusionProof, LeafIndex};
use crate::trust::{CheckpointError, SignedCheckpoint};

use super::PlannedEntry;
use super::disclosure::{self, DisclosedDetails, Disclosure, DisclosureError};

/// Largest receipt, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 262_144;

/// What the first line of every version begins with.
const FORMAT: &str = "c2sp.org/tlog-proof@v";
/// The version that is read here.
const VERSION: &str = "1";

/// Why bytes are not a receipt. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ReceiptError {
    /// More than [`MAX_RECEIPT_BYTES`].
    #[error("a receipt of {length} bytes, more than {MAX_RECEIPT_BYTES}")]
    ReceiptTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The bytes are not text.
    #[error("the receipt is not valid UTF-8")]
    ReceiptNotUtf8,
    /// Lines end in LF; mail gateways and editors make CR LF of it.
    #[error("the receipt has a carriage return; its lines end in LF alone")]
    CarriageReturn,
    /// The last line does not end.
    #[error("the receipt does not end in a line feed")]
    NoFinalLineFeed,
    /// The first line is another.
    #[error("not a receipt: the first line is not \"{FORMAT}{VERSION}\"")]
    NotAReceipt,
    /// A later version of the proof format: not understood, not wrong.
    #[error("receipt format \"{FORMAT}{version}\" is not understood")]
    UnknownProofVersion {
        /// The version it says.
        version: String,
    },
    /// The second line does not show the entry: a proof of something, but not a receipt.
    #[error("line 2: no `extra` line, so the receipt shows no entry")]
    NoDisclosure,
    /// More than one `extra` line.
    #[error("line 3: a second `extra` line")]
    RepeatedDisclosure,
    /// What follows `extra` is not base64 in its one spelling.
    #[error("line 2: not base64 with padding and zero spare bits")]
    BadDisclosure,
    /// The third line is not the index.
    #[error("line 3: not `index` and a number up to 2^53-1 without sign and leading zeros")]
    BadIndex,
    /// A line of the path is not a hash.
    #[error("line {line}: not the base64 of a 32-byte hash")]
    BadHash {
        /// Which line.
        line: usize,
    },
    /// More hashes than a path in any tree has.
    #[error("the path has {count} hashes, more than {max}", max = InclusionProof::MAX_HASHES)]
    TooManyHashes {
        /// How many it has.
        count: usize,
    },
    /// No empty line, so no checkpoint after it.
    #[error("no empty line and checkpoint after the path")]
    NoCheckpoint,
    /// What follows the empty line is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The disclosure is wrong or not understood.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
}

impl ReceiptError {
    /// The stable name of this error, as vectors and HTTP problems give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Checkpoint(error) => error.code(),
            Self::Disclosure(error) => error.code(),
            own => own.into(),
        }
    }

    /// Whether this version can't tell, as against knowing that it is wrong.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        match self {
            Self::UnknownProofVersion { .. } => true,
            Self::Disclosure(error) => error.is_unknown(),
            _ => false,
        }
    }
}

/// A well-formed receipt, with the text that it came in. Nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    text: String,
    index: LeafIndex,
    path: InclusionProof,
    disclosure: Disclosure,
    checkpoint: SignedCheckpoint,
}

impl Receipt {
    /// Makes the receipt of the entry at `index`: `path` leads from its leaf to the root of `checkpoint`.
    ///
    /// # Errors
    ///
    /// [`ReceiptError::BadIndex`] above 2^53-1; [`ReceiptError::ReceiptTooLong`] when the checkpoint carries so many
    /// signatures.
    pub fn new(
        index: LeafIndex,
        path: InclusionProof,
        disclosure: Disclosure,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, ReceiptError> {
        let text = write(index, &path, &disclosure.encode()?, &checkpoint)?;
        Ok(Self { text, index, path, disclosure, checkpoint })
    }

    /// The text of the receipt that shows nothing but a planned entry: what [`new`](Self::new) makes of it, without reading
    /// again what was just written.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn text_of(
        entry: &PlannedEntry,
        path: &InclusionProof,
        checkpoint: &SignedCheckpoint,
    ) -> Result<String, ReceiptError> {
        write(entry.index(), path, &disclosure::encode_entry(entry.bytes())?, checkpoint)
    }

    /// Reads a receipt.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`], which names the line or field; [`ReceiptError::is_unknown`] for another version of the proof or
    /// the disclosure. An entry or statement of another version is no error.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        check_length(bytes.len())?;
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::ReceiptNotUtf8)?;
        if text.contains('\r') {
            return Err(ReceiptError::CarriageReturn);
        }
        if !text.ends_with('\n') {
            return Err(ReceiptError::NoFinalLineFeed);
        }
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(ReceiptError::NoCheckpoint)?;
        let mut lines = proof.split('\n');
        check_format(lines.next().unwrap_or_default())?;
        let disclosure = parse_extra(lines.next().unwrap_or_default())?;
        let index = parse_index(lines.next().unwrap_or_default())?;
        let path = parse_path(lines)?;
        let checkpoint = SignedCheckpoint::parse(checkpoint)?;
        Ok(Self { text: text.to_owned(), index, path, disclosure, checkpoint })
    }

    /// The same receipt, showing exactly so much of salts and details: a ledger's own receipt shows none.
    ///
    /// # Errors
    ///
    /// As [`Disclosure::new`] and [`Receipt::new`].
    pub fn with_disclosure(
        self,
        evidence_salt: Option<Salt>,
        details: Option<DisclosedDetails>,
    ) -> Result<Self, ReceiptError> {
        let disclosure = Disclosure::new(self.disclosure.entry_bytes().to_vec(), evidence_salt, details)?;
        Self::new(self.index, self.path, disclosure, self.checkpoint)
    }

    /// The receipt's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The receipt's text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// What its `index` line says; whether the entry says the same is step 1 of the report.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The sibling hashes, leaf side first.
    #[must_use]
    pub const fn path(&self) -> &InclusionProof {
        &self.path
    }

    /// What it shows of the entry, salts and details.
    #[must_use]
    pub const fn disclosure(&self) -> &Disclosure {
        &self.disclosure
    }

    /// The checkpoint, byte for byte, with the cosignatures that were collected.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

/// The one spelling of a receipt.
fn write(
    index: LeafIndex,
    path: &InclusionProof,
    shown: &[u8],
    checkpoint: &SignedCheckpoint,
) -> Result<String, ReceiptError> {
    if index.get() > MAX_INTEGER {
        return Err(ReceiptError::BadIndex);
    }
    let size = 4 * shown.len().div_ceil(3) + 45 * path.hashes().len() + checkpoint.as_str().len() + 80;
    let mut text = String::with_capacity(size);
    text.extend([FORMAT, VERSION, "\nextra "]);
    push_base64(&mut text, shown);
    text.extend(["\nindex ", &index.to_string(), "\n"]);
    for hash in path.hashes() {
        push_base64(&mut text, hash.as_bytes());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(checkpoint.as_str());
    check_length(text.len())?;
    Ok(text)
}

fn check_length(length: usize) -> Result<(), ReceiptError> {
    if length > MAX_RECEIPT_BYTES { Err(ReceiptError::ReceiptTooLong { length }) } else { Ok(()) }
}

fn check_format(line: &str) -> Result<(), ReceiptError> {
    match line.strip_prefix(FORMAT) {
        Some(VERSION) => Ok(()),
        Some(version) if parse_decimal(version).is_ok_and(|number| number > 1) => {
            Err(ReceiptError::UnknownProofVersion { version: version.to_owned() })
        }
        _ => Err(ReceiptError::NotAReceipt),
    }
}

fn parse_extra(line: &str) -> Result<Disclosure, ReceiptError> {
    let extra = line.strip_prefix("extra ").ok_or(ReceiptError::NoDisclosure)?;
    let bytes = decode_base64(extra).map_err(|_| ReceiptError::BadDisclosure)?;
    Ok(Disclosure::parse(&bytes)?)
}

fn parse_index(line: &str) -> Result<LeafIndex, ReceiptError> {
    if line.starts_with("extra ") {
        return Err(ReceiptError::RepeatedDisclosure);
    }
    let index = line.strip_prefix("index ").and_then(|number| parse_decimal(number).ok());
    index.filter(|index| *index <= MAX_INTEGER).map(LeafIndex::new).ok_or(ReceiptError::BadIndex)
}

fn parse_path<'a>(lines: impl Iterator<Item = &'a str>) -> Result<InclusionProof, ReceiptError> {
    const FIRST_LINE: usize = 4;
    let hashes =
        lines.enumerate().map(|(at, line)| parse_hash(line).ok_or(ReceiptError::BadHash { line: at + FIRST_LINE }));
    let hashes = hashes.collect::<Result<Vec<_>, _>>()?;
    let count = hashes.len();
    InclusionProof::from_hashes(hashes).map_err(|_| ReceiptError::TooManyHashes { count })
}

fn parse_hash(line: &str) -> Option<Hash> {
    decode_base64(line).ok()?.try_into().ok().map(Hash::from_bytes)
}
