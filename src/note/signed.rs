//! The note: the bytes that were signed, kept as they came, and the signature lines under them.
//!
//! Whatever a note says is to be ignored until [`SignedNote::open`] or a policy has found a signature by a key that is
//! believed. Follows C2SP signed-note v1.0.0, Format and Signatures.

use std::fmt;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use super::{KeyId, KeyKind, KeyName, LineError, SignatureLine, VerifierKey};
use crate::crypto::SignatureError;

/// Longest note, in bytes; golang.org/x/mod/sumdb/note draws the same line.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// Most signature lines in a note. The specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// Why bytes are not a signed note, or a note is not signed by a key that is believed.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum NoteError {
    /// More than [`MAX_NOTE_BYTES`].
    #[error("the note has {0} bytes, more than {MAX_NOTE_BYTES}")]
    NoteTooLarge(usize),
    /// Not UTF-8.
    #[error("the note is not valid UTF-8 after byte {0}")]
    NoteNotUtf8(usize),
    /// A character below U+0020 that is not LF.
    #[error("the note holds the control character U+{character:04X} at byte {at}")]
    ControlCharacter {
        /// Code point.
        character: u8,
        /// Offset in bytes.
        at: usize,
    },
    /// The last byte is not LF.
    #[error("the note does not end in a line feed")]
    MissingLastLineFeed,
    /// No empty line after some text.
    #[error("no text before an empty line and signatures")]
    MissingEmptyLine,
    /// Nothing after the last empty line.
    #[error("the note has no signatures")]
    MissingSignatures,
    /// More than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A line after the last empty line is no signature line.
    #[error("signature line {number}: {error}")]
    BadSignatureLine {
        /// Counted from 1, within the signatures.
        number: usize,
        /// What is wrong with it.
        error: LineError,
    },
    /// A believed key's signature does not hold: the whole note is rejected.
    #[error("the signature by {name} (key {id}) does not hold: {error}")]
    KnownKeyFails {
        /// Name of the key.
        name: KeyName,
        /// Its id.
        id: KeyId,
        /// Which part of the rule is broken.
        error: SignatureError,
    },
    /// A key was given that does not sign notes but cosigns checkpoints.
    #[error("{0} cosigns checkpoints and signs no notes")]
    NotANoteKey(KeyName),
    /// No signature by a believed key.
    #[error("no signature by a known key")]
    NoKnownSignature,
}

impl NoteError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSignatureLine { error, .. } => error.code(),
            own => own.into(),
        }
    }
}

/// A well-formed signed note, as the text that it came in. Well-formed is not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    /// The whole note.
    note: String,
    /// Length of the signed text, its last LF included.
    text_bytes: usize,
    signatures: Vec<SignatureLine>,
}

impl SignedNote {
    /// Reads a note; the last empty line separates text and signatures, so the text may hold empty lines itself.
    ///
    /// # Errors
    ///
    /// Any [`NoteError`] but the last three, which [`Self::open`] gives.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::NoteTooLarge(bytes.len()));
        }
        let note = std::str::from_utf8(bytes).map_err(|error| NoteError::NoteNotUtf8(error.valid_up_to()))?;
        if let Some(at) = note.bytes().position(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::ControlCharacter { character: bytes[at], at });
        }
        let body = note.strip_suffix('\n').ok_or(NoteError::MissingLastLineFeed)?;
        let empty_line = note.rfind("\n\n").ok_or(NoteError::MissingEmptyLine)?;
        let lines = body.get(empty_line + 2..).ok_or(NoteError::MissingSignatures)?;
        let signatures = parse_signatures(lines)?;
        Ok(Self { note: note.to_owned(), text_bytes: empty_line + 1, signatures })
    }

    /// Puts a text, which ends in LF, and its signatures together.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`]: a note is made by no other rules than it is read by.
    pub fn new(text: &str, signatures: &[SignatureLine]) -> Result<Self, NoteError> {
        let lines: Vec<String> = signatures.iter().map(ToString::to_string).collect();
        Self::parse(format!("{text}\n{}\n", lines.join("\n")).as_bytes())
    }

    /// Adds a signature line at the end.
    ///
    /// # Errors
    ///
    /// [`NoteError::TooManySignatures`] or [`NoteError::NoteTooLarge`]; the note stays as it was.
    pub fn append(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        if self.signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let added = format!("{line}\n");
        let length = self.note.len() + added.len();
        if length > MAX_NOTE_BYTES {
            return Err(NoteError::NoteTooLarge(length));
        }
        self.note.push_str(&added);
        self.signatures.push(line);
        Ok(())
    }

    /// Verifies the signatures of known keys, and returns those keys, each once, in the order of their signatures.
    ///
    /// Signatures by other keys are ignored, also when they share a name or an id with a known key but not both.
    ///
    /// # Errors
    ///
    /// [`NoteError::KnownKeyFails`] when any signature by a known key does not hold, be there others that do;
    /// [`NoteError::NoKnownSignature`]; [`NoteError::NotANoteKey`] for a key of type 04, which `trust::Policy` judges.
    pub fn open<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<&'k VerifierKey>, NoteError> {
        if let Some(cosigner) = known.iter().find(|key| key.kind() != KeyKind::Ed25519) {
            return Err(NoteError::NotANoteKey(cosigner.name().clone()));
        }
        let mut signers: Vec<&VerifierKey> = Vec::new();
        for line in &self.signatures {
            for key in known.iter().filter(|key| line.is_by(key)) {
                line.verify(self.text(), key).map_err(|error| NoteError::KnownKeyFails {
                    name: key.name().clone(),
                    id: key.id(),
                    error,
                })?;
                if !signers.contains(&key) {
                    signers.push(key);
                }
            }
        }
        if signers.is_empty() { Err(NoteError::NoKnownSignature) } else { Ok(signers) }
    }

    /// What was signed, its last LF included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.note[..self.text_bytes]
    }

    /// The signature lines, 1 to [`MAX_SIGNATURES`], in the note's order.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The whole note, byte for byte as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.note
    }
}

/// Reads the lines after the last empty line; `lines` is without the note's last LF.
fn parse_signatures(lines: &str) -> Result<Vec<SignatureLine>, NoteError> {
    let mut signatures = Vec::new();
    for line in lines.split('\n') {
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let number = signatures.len() + 1;
        signatures.push(line.parse().map_err(|error| NoteError::BadSignatureLine { number, error })?);
    }
    Ok(signatures)
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.note)
    }
}
