//! Lookups by statement, digest, submitter and link: complete, in the order of entries, or an error.
//!
//! Only published entries are found. When the indexes are known to be incomplete every lookup is an error, because an
//! answer that may lack something is worth nothing to whoever relies on it.

use std::ops::Range;

use crate::crypto::{PublicKey, Sha256Digest, Sm3Digest};
use crate::evidence::{Fingerprint, StatementId};
use crate::merkle::LeafIndex;

use super::columns::Column;
use super::database::{ReadError, damaged};
use super::reader::Reader;
use super::rows;

/// Rows that one call of [`Reader::same_evidence`] reads of an index.
const ROWS_AT_A_TIME: u64 = 4096;

/// Deposits of the same evidence in a range of entries: same mode, both digests and length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SameEvidence {
    /// How many there are.
    pub count: u64,
    /// The first ones, in order; as many as were asked for.
    pub entries: Vec<LeafIndex>,
    /// Up to where they were looked for; the end of the range, unless there were very many.
    pub read_to: u64,
    /// How many rows of an index were read for it: also those that have no more than a digest in common.
    pub rows: u64,
}

impl SameEvidence {
    /// The very first deposit.
    #[must_use]
    pub fn first(&self) -> Option<LeafIndex> {
        self.entries.first().copied()
    }
}

impl Reader {
    /// The entry of a statement.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn by_statement(&self, id: &StatementId) -> Result<Option<LeafIndex>, ReadError> {
        self.check_indexes_whole()?;
        let Some(value) = self.rows().get(Column::Statement, id.as_bytes())? else { return Ok(None) };
        let index = rows::index_of_value(&value).ok_or_else(|| damaged(Column::Statement, &id))?;
        Ok(Some(index).filter(|index| self.head().size.contains(*index)))
    }

    /// Entries of evidence with this SHA-256 (salted evidence: of the salted digest), after an entry if one is given.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn by_sha256(
        &self,
        digest: &Sha256Digest,
        after: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<LeafIndex>, ReadError> {
        self.by_prefix(Column::Sha256, digest.as_bytes(), after, limit)
    }

    /// Entries of evidence with this SM3, after an entry if one is given.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn by_sm3(
        &self,
        digest: &Sm3Digest,
        after: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<LeafIndex>, ReadError> {
        self.by_prefix(Column::Sm3, digest.as_bytes(), after, limit)
    }

    /// Entries signed with this key, after an entry if one is given.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn by_submitter(
        &self,
        key: &PublicKey,
        after: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<LeafIndex>, ReadError> {
        self.by_prefix(Column::Submitter, key.as_bytes(), after, limit)
    }

    /// Entries of evidence that says it continues this statement's, after an entry if one is given.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn by_continued(
        &self,
        id: &StatementId,
        after: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<LeafIndex>, ReadError> {
        self.by_prefix(Column::Continued, id.as_bytes(), after, limit)
    }

    /// Deposits of the same evidence before an entry: how many, and the first `limit` of them.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn earlier(&self, evidence: &Fingerprint, before: LeafIndex, limit: usize) -> Result<SameEvidence, ReadError> {
        let mut all = SameEvidence::default();
        while all.read_to < before.get() {
            let left = limit.saturating_sub(all.entries.len());
            let more = self.same_evidence(evidence, all.read_to..before.get(), left)?;
            all.count += more.count;
            all.entries.extend(more.entries);
            all.read_to = more.read_to;
            all.rows += more.rows;
        }
        Ok(all)
    }

    /// Deposits of the same evidence in a range of entries: how many, and the first `limit` of them. One call takes a few
    /// milliseconds at most; where there are very many deposits, `read_to` says where to go on.
    ///
    /// Reads the rows of both digests side by side and no entry: mode and length stand in the SHA-256 row.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn same_evidence(
        &self,
        evidence: &Fingerprint,
        range: Range<u64>,
        limit: usize,
    ) -> Result<SameEvidence, ReadError> {
        self.check_indexes_whole()?;
        let wanted = rows::mode_and_length(evidence);
        let end = range.end.min(self.head().size.get());
        let start = LeafIndex::new(range.start);
        let mut sha256 = self.rows().with_prefix(Column::Sha256, evidence.sha256().as_bytes(), start)?;
        let mut sm3 = self.rows().with_prefix(Column::Sm3, evidence.sm3().as_bytes(), start)?;
        let mut same = SameEvidence { read_to: range.end, ..SameEvidence::default() };
        let mut other = sm3.next()?;
        while let Some((index, value)) = sha256.next()?.filter(|(index, _)| index.get() < end) {
            if same.rows >= ROWS_AT_A_TIME {
                same.read_to = index.get();
                break;
            }
            same.rows += 1;
            // Mostly the two go side by side; rows with another SHA-256 are leapt over, however many they are.
            if other.as_ref().is_some_and(|(other, _)| *other < index) {
                other = sm3.next()?;
            }
            if other.as_ref().is_some_and(|(other, _)| *other < index) {
                other = sm3.leap(index)?;
            }
            if other.as_ref().is_some_and(|(other, _)| *other == index) && value == wanted {
                same.count += 1;
                if same.entries.len() < limit {
                    same.entries.push(index);
                }
            }
        }
        Ok(same)
    }

    fn by_prefix(
        &self,
        column: Column,
        prefix: &[u8; 32],
        after: Option<LeafIndex>,
        limit: usize,
    ) -> Result<Vec<LeafIndex>, ReadError> {
        self.check_indexes_whole()?;
        let size = self.head().size;
        let first = LeafIndex::new(after.map_or(0, |after| after.get().saturating_add(1)));
        let mut rows = self.rows().with_prefix(column, prefix, first)?;
        let mut found = Vec::new();
        while found.len() < limit {
            let Some((index, _)) = rows.next()?.filter(|(index, _)| size.contains(*index)) else { break };
            found.push(index);
        }
        Ok(found)
    }

    pub(super) fn check_indexes_whole(&self) -> Result<(), ReadError> {
        if self.indexes_are_whole() { Ok(()) } else { Err(ReadError::IndexIncomplete) }
    }
}
