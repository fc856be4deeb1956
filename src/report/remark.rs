//! Remarks: the closest explanation of a difference, in words a layman can act on.
//!
//! Remarks are given in by the caller, who has the file; they stand under the verdict and change nothing in it.

use serde::Serialize;

use super::sentence::Sentence;
use super::words::Word;

/// A change to the evidence given after which it would equal the deposited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Drop one LF at the end.
    DropFinalLf,
    /// Drop one CR LF at the end.
    DropFinalCrLf,
    /// Add one LF at the end.
    AddFinalLf,
    /// Add one CR LF at the end.
    AddFinalCrLf,
    /// Drop EF BB BF at the start.
    DropByteOrderMark,
    /// Add EF BB BF at the start.
    AddByteOrderMark,
    /// Write every CR LF as LF.
    CrLfToLf,
    /// Write every LF as CR LF.
    LfToCrLf,
}

impl Change {
    fn word(self) -> Word {
        match self {
            Self::DropFinalLf => Word::LineEndDropped,
            Self::DropFinalCrLf => Word::CrLfDropped,
            Self::AddFinalLf => Word::LineEndAdded,
            Self::AddFinalCrLf => Word::CrLfAdded,
            Self::DropByteOrderMark => Word::MarkDropped,
            Self::AddByteOrderMark => Word::MarkAdded,
            Self::CrLfToLf => Word::LinesToLf,
            Self::LfToCrLf => Word::LinesToCrLf,
        }
    }
}

/// A remark under the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The evidence would match after this change; as it is, it does not.
    WouldMatchAfter(Change),
    /// The evidence given is this many bytes longer than what was deposited.
    LongerBy(u64),
    /// The evidence given is this many bytes shorter than what was deposited.
    ShorterBy(u64),
}

impl Remark {
    /// The remark as a sentence of the table.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        match *self {
            Self::WouldMatchAfter(change) => Sentence::from(Word::WouldMatch).with("change", change.word()),
            Self::LongerBy(bytes) => Sentence::from(Word::LongerBy).with("bytes", bytes),
            Self::ShorterBy(bytes) => Sentence::from(Word::ShorterBy).with("bytes", bytes),
        }
    }
}

impl Serialize for Remark {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sentence().serialize(serializer)
    }
}
