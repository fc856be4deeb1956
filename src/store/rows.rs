//! Keys and values of every row, and the index rows that an entry has.
//!
//! Numbers in keys are big-endian, so that their order as bytes is their order as numbers. What one entry adds to the
//! indexes is said here once: commit writes it, rebuilding writes it again, and the check compares with it.

use crate::codec::MAX_INTEGER;
use crate::evidence::{Body, DigestMode, Fingerprint, SignedStatement};
use crate::merkle::{Hash, LeafIndex, TreeSize};
use crate::note::SignatureLine;
use crate::trust::SignedCheckpoint;

use super::columns::Column;

/// A row of an index: its column, key and value.
pub(super) type IndexRow = (Column, Short, Short);

/// Up to 40 bytes, as long as keys and values of index rows get; where they are, and not elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    bytes: [u8; 40],
    length: usize,
}

impl Short {
    const NOTHING: Self = Self { bytes: [0; 40], length: 0 };

    fn of<const LENGTH: usize>(given: &[u8; LENGTH]) -> Self {
        const { assert!(LENGTH <= 40) };
        let mut bytes = [0; 40];
        bytes[..LENGTH].copy_from_slice(given);
        Self { bytes, length: LENGTH }
    }
}

impl AsRef<[u8]> for Short {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

pub(super) fn index_key(index: LeafIndex) -> [u8; 8] {
    index.get().to_be_bytes()
}

pub(super) fn size_key(size: TreeSize) -> [u8; 8] {
    size.get().to_be_bytes()
}

/// level, index.
pub(super) fn tile_key(level: u8, index: u64) -> [u8; 9] {
    let mut key = [0; 9];
    key[0] = level;
    key[1..].copy_from_slice(&index.to_be_bytes());
    key
}

/// 32 bytes and an index.
pub(super) fn prefixed_key(prefix: &[u8; 32], index: LeafIndex) -> [u8; 40] {
    let mut key = [0; 40];
    key[..32].copy_from_slice(prefix);
    key[32..].copy_from_slice(&index_key(index));
    key
}

/// The index that a key ends with.
pub(super) fn index_of_key(key: &[u8]) -> Option<LeafIndex> {
    key.split_last_chunk::<8>().and_then(|(_, index)| index_of_value(index))
}

/// An index that is a whole value or key.
pub(super) fn index_of_value(value: &[u8]) -> Option<LeafIndex> {
    let index = u64::from_be_bytes(value.try_into().ok()?);
    (index <= MAX_INTEGER).then(|| LeafIndex::new(index))
}

/// A size that is a whole key.
pub(super) fn size_of_key(key: &[u8]) -> Option<TreeSize> {
    index_of_value(key).and_then(|index| TreeSize::new(index.get()).ok())
}

/// A root that is a whole value.
pub(super) fn root_of_value(value: &[u8]) -> Option<Hash> {
    value.try_into().ok().map(Hash::from_bytes)
}

/// size, key of a witness.
pub(super) fn cosigned_key(size: TreeSize, witness: &[u8; 32]) -> [u8; 40] {
    let mut key = [0; 40];
    key[..8].copy_from_slice(&size_key(size));
    key[8..].copy_from_slice(witness);
    key
}

/// A cosignature as it is stored: the size of the checkpoint, and the line.
pub(super) fn cosigned_of_row(key: &[u8], value: &[u8]) -> Option<(TreeSize, SignatureLine)> {
    let key: &[u8; 40] = key.try_into().ok()?;
    let line = std::str::from_utf8(value).ok()?.parse().ok()?;
    Some((size_of_key(&key[..8])?, line))
}

/// The proof of a fork, as a witness stores it: length of the first checkpoint, and both.
pub(super) fn fork_value(cosigned: &SignedCheckpoint, other: &SignedCheckpoint) -> Option<Vec<u8>> {
    let (cosigned, other) = (cosigned.as_str().as_bytes(), other.as_str().as_bytes());
    let length = u32::try_from(cosigned.len()).ok()?;
    Some([&length.to_be_bytes()[..], cosigned, other].concat())
}

/// The two checkpoints of a fork: the one that was cosigned, and the other.
pub(super) fn fork_of_value(value: &[u8]) -> Option<(SignedCheckpoint, SignedCheckpoint)> {
    let (length, notes) = value.split_first_chunk::<4>()?;
    let (cosigned, other) = notes.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some((SignedCheckpoint::parse(cosigned).ok()?, SignedCheckpoint::parse(other).ok()?))
}

/// What of a fingerprint is not in the digests: mode and length. It tells deposits of the same evidence from those that
/// merely have a digest in common, without reading their entries.
pub(super) fn mode_and_length(fingerprint: &Fingerprint) -> [u8; 9] {
    let mut value = [0; 9];
    value[0] = match fingerprint.mode() {
        DigestMode::Plain => 0,
        DigestMode::Salted => 1,
    };
    value[1..].copy_from_slice(&fingerprint.length().to_be_bytes());
    value
}

/// Adds the rows of all indexes that an entry with this statement has.
pub(super) fn index_rows(index: LeafIndex, statement: &SignedStatement, rows: &mut Vec<IndexRow>) {
    rows.push((Column::Statement, Short::of(statement.id().as_bytes()), Short::of(&index_key(index))));
    if let Some(key) = statement.public_key() {
        rows.push((Column::Submitter, prefixed(key.as_bytes(), index), Short::NOTHING));
    }
    match statement.body() {
        Body::Evidence(evidence) => {
            let print = &evidence.fingerprint;
            let value = Short::of(&mode_and_length(print));
            rows.push((Column::Sha256, prefixed(print.sha256().as_bytes(), index), value));
            rows.push((Column::Sm3, prefixed(print.sm3().as_bytes(), index), Short::NOTHING));
            if let Some(continued) = &evidence.continues {
                rows.push((Column::Continued, prefixed(continued.as_bytes(), index), Short::NOTHING));
            }
        }
        Body::Enrol(_) | Body::Revoke(_) | Body::Rotate(_) | Body::Genesis(_) | Body::Unknown { .. } => {}
    }
    rows.extend(registry_row(index, statement));
}

fn prefixed(prefix: &[u8; 32], index: LeafIndex) -> Short {
    Short::of(&prefixed_key(prefix, index))
}

/// The row of an entry that enrols, revokes or replaces a key.
pub(super) fn registry_row(index: LeafIndex, statement: &SignedStatement) -> Option<IndexRow> {
    let is_registrys = matches!(statement.body(), Body::Enrol(_) | Body::Revoke(_) | Body::Rotate(_));
    is_registrys.then(|| (Column::Registry, Short::of(&index_key(index)), Short::NOTHING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_cosignature_is_a_size_and_a_witness_and_nothing_more() {
        let (size, line) = (TreeSize::new(7).unwrap(), "\u{2014} witness.example/w1 519lMgAA");
        let key = cosigned_key(size, &[9; 32]);
        assert_eq!(cosigned_of_row(&key, line.as_bytes()), Some((size, line.parse().unwrap())));
        for other in [&key[..39], &[&key[..], &[0]].concat(), &key[..8], b""] {
            assert_eq!(cosigned_of_row(other, line.as_bytes()), None, "{} bytes", other.len());
        }
    }
}
