//! The checkpoint: a ledger's signed word on how large its tree is and what its root is.
//!
//! A [`Checkpoint`] is what it says; a [`SignedCheckpoint`] is the note that says it, whose bytes are kept, so that no
//! signature is ever verified over a body printed again. Neither has been believed yet: that is `Policy::judge`.
//!
//! Follows C2SP tlog-checkpoint v1.0.0, more strictly: no extension lines, an origin that can be a key name, and the empty
//! tree with its one root. Sizes go up to 2^63, as the tree's do; that a ledger stops at 2^53 is the ledger's rule.

use std::fmt;

use strum::{IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::codec::{decode_base64, encode_base64, parse_decimal};
use crate::crypto::SigningKey;
use crate::merkle::{Hash, TreeHead, TreeSize};
use crate::note::{NameError, NoteError, Origin, SignatureLine, SignedNote};

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum CheckpointError {
    /// The bytes are not a signed note.
    #[error("{0}")]
    NotANote(NoteError),
    /// Fewer than three lines, or the last one without its LF.
    #[error("the checkpoint has not three whole lines: origin, size and root")]
    MissingLine,
    /// The first line is no origin.
    #[error("the checkpoint's origin: {0}")]
    BadOrigin(NameError),
    /// The second line is not a number as it must be written.
    #[error("the checkpoint's size is not a decimal without sign and leading zeros, of 2^63 at most")]
    BadSize,
    /// The third line is not the base64 of 32 bytes.
    #[error("the checkpoint's root is not the base64 of 32 bytes")]
    BadRoot,
    /// Size 0 with another root than SHA-256 of nothing.
    #[error("the checkpoint's size is 0, but its root is not the empty tree's")]
    WrongEmptyRoot,
    /// A fourth line. C2SP allows extension lines; nobody can audit what they say.
    #[error("the checkpoint has extension lines")]
    ExtensionLines,
}

impl CheckpointError {
    /// The stable name of this error, as vectors give it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANote(error) => error.code(),
            Self::BadOrigin(error) => error.code(),
            own => own.into(),
        }
    }
}

/// What a checkpoint says: the tree of this ledger, at this size, has this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose tree it is.
    pub origin: Origin,
    /// Its size and root.
    pub head: TreeHead,
}

impl Checkpoint {
    /// Reads a note's text: exactly three lines, each ended by LF.
    ///
    /// # Errors
    ///
    /// Any [`CheckpointError`] but [`CheckpointError::NotANote`].
    pub fn parse_body(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.split_inclusive('\n').map(|line| line.strip_suffix('\n'));
        let mut line = || lines.next().flatten().ok_or(CheckpointError::MissingLine);
        let (origin, size, root) = (line()?, line()?, line()?);
        if lines.next().is_some() {
            return Err(CheckpointError::ExtensionLines);
        }
        let origin = origin.parse().map_err(CheckpointError::BadOrigin)?;
        let head = TreeHead { size: parse_size(size)?, root: parse_root(root)? };
        if head.size == TreeHead::EMPTY.size && head != TreeHead::EMPTY {
            return Err(CheckpointError::WrongEmptyRoot);
        }
        Ok(Self { origin, head })
    }

    /// The note's text: three lines, the only spelling of this checkpoint.
    #[must_use]
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size.get(), encode_base64(self.head.root.as_bytes()))
    }
}

fn parse_size(line: &str) -> Result<TreeSize, CheckpointError> {
    let size = parse_decimal(line).map_err(|_| CheckpointError::BadSize)?;
    TreeSize::new(size).map_err(|_| CheckpointError::BadSize)
}

fn parse_root(line: &str) -> Result<Hash, CheckpointError> {
    let bytes = decode_base64(line).map_err(|_| CheckpointError::BadRoot)?;
    bytes.try_into().map(Hash::from_bytes).map_err(|_| CheckpointError::BadRoot)
}

/// A checkpoint in its signed note, byte for byte as it came, with whatever signatures it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: SignedNote,
    checkpoint: Checkpoint,
}

impl SignedCheckpoint {
    /// Reads a signed note whose text is a checkpoint. No signature is verified.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(bytes.as_ref()).map_err(CheckpointError::NotANote)?;
        let checkpoint = Checkpoint::parse_body(note.text())?;
        Ok(Self { note, checkpoint })
    }

    /// Signs a checkpoint as its origin (type 01). The same checkpoint and key give the same bytes.
    ///
    /// As [`sign_by`](Self::sign_by), with one key.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, key: &SigningKey) -> Self {
        Self::sign_by(checkpoint, &[key])
    }

    /// Signs a checkpoint as its origin (type 01) with each key, in their order. The same checkpoint and keys give the same
    /// bytes.
    ///
    /// Only a tree whose entries are durable may be signed, and never one that does not extend what was signed before; the
    /// caller's types hold that.
    ///
    /// # Panics
    ///
    /// Without a key; an origin is 255 bytes at most, without LF or another control character.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the body of every checkpoint is a note's text; a property test holds it")]
    pub fn sign_by(checkpoint: &Checkpoint, keys: &[&SigningKey]) -> Self {
        let text = checkpoint.body();
        let line = |key: &&SigningKey| SignatureLine::sign(&text, checkpoint.origin.key_name(), key);
        let lines: Vec<SignatureLine> = keys.iter().map(line).collect();
        let note = SignedNote::new(&text, &lines).expect("a checkpoint's body is a note's text");
        Self { note, checkpoint: checkpoint.clone() }
    }

    /// Adds a signature line, such as a witness's, at the end.
    ///
    /// # Errors
    ///
    /// [`NoteError::TooManySignatures`] or [`NoteError::NoteTooLarge`]; the checkpoint stays as it was.
    pub fn append(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        self.note.append(line)
    }

    /// What it says.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Whose tree it is about.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.checkpoint.origin
    }

    /// Size and root of the tree.
    #[must_use]
    pub fn head(&self) -> &TreeHead {
        &self.checkpoint.head
    }

    /// The signed note: text and signature lines.
    #[must_use]
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// The whole note, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.note.as_str()
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
