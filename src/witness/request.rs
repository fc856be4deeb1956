//! The body of `add-checkpoint`: the size that was cosigned before, a consistency proof from it, and a checkpoint.
//!
//! Read strictly; the checkpoint's signatures and its growth are judged by whoever reads it (`cosigner`). Follows C2SP
//! tlog-witness, section add-checkpoint.

use std::fmt::Write as _;

use thiserror::Error;

use crate::codec::{decode_base64, encode_base64, parse_decimal};
use crate::merkle::{ConsistencyProof, Hash, TreeSize};
use crate::note::{NoteError, SignedNote};

/// The most proof lines that may be sent.
pub const MAX_PROOF_LINES: usize = 63;

/// Why a body is no request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The first line is no `old` line.
    #[error("line 1: not `old` and a size without sign and leading zeros")]
    BadOldSize,
    /// More than [`MAX_PROOF_LINES`].
    #[error("more than {MAX_PROOF_LINES} proof lines")]
    TooManyLines,
    /// A proof line is no hash.
    #[error("line {line}: not the base64 of a 32-byte hash")]
    BadHash {
        /// Which line, from 1.
        line: usize,
    },
    /// There is no empty line before a checkpoint.
    #[error("no empty line and checkpoint after the proof")]
    NoCheckpoint,
    /// What follows the empty line is no signed note.
    #[error("the checkpoint is not a signed note: {0}")]
    BadNote(NoteError),
}

/// A request to cosign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the checkpoint that the witness is thought to have cosigned last.
    pub old: TreeSize,
    /// From that size to the checkpoint's.
    pub proof: ConsistencyProof,
    /// The checkpoint, as a note whose text has not been looked at.
    pub note: SignedNote,
}

impl AddCheckpoint {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let mut rest = body;
        let mut line = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let (line, after) = rest.split_at(end);
            rest = &after[1..];
            std::str::from_utf8(line).ok()
        };
        let old = line().and_then(|line| line.strip_prefix("old ")).ok_or(RequestError::BadOldSize)?;
        let old = parse_decimal(old).ok().and_then(|size| TreeSize::new(size).ok()).ok_or(RequestError::BadOldSize)?;
        let mut hashes = Vec::new();
        loop {
            match line().ok_or(RequestError::NoCheckpoint)? {
                "" => break,
                _ if hashes.len() == MAX_PROOF_LINES => return Err(RequestError::TooManyLines),
                text => hashes.push(parse_hash(text).ok_or(RequestError::BadHash { line: hashes.len() + 2 })?),
            }
        }
        let proof = ConsistencyProof::from_hashes(hashes).map_err(|_| RequestError::TooManyLines)?;
        let note = SignedNote::parse(rest).map_err(RequestError::BadNote)?;
        Ok(Self { old, proof, note })
    }

    /// The body.
    #[must_use]
    pub fn to_body(&self) -> String {
        let mut body = format!("old {}\n", self.old.get());
        for hash in self.proof.hashes() {
            let _ = writeln!(body, "{}", encode_base64(hash.as_bytes()));
        }
        body.push('\n');
        body.push_str(self.note.as_str());
        body
    }
}

fn parse_hash(line: &str) -> Option<Hash> {
    decode_base64(line).ok()?.try_into().ok().map(Hash::from_bytes)
}
