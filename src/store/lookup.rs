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
    /// How many have a digest in common with it and are of other evidence.
    pub partial_count: u64,
    /// The first of those, in order; as many as were asked for.
    pub partial: Vec<LeafIndex>,
    /// Up to where they were looked for; the end of the range, unless there were very many.
    pub read_to: u64,
    /// How many entries have a row in one of the two indexes.
    pub rows: u64,
}

impl SameEvidence {
    fn add(&mut self, index: LeafIndex, is_same: bool, limit: usize) {
        let (count, entries) =
            if is_same { (&mut self.count, &mut self.entries) } else { (&mut self.partial_count, &mut self.partial) };
        *count += 1;
        if entries.len() < limit {
            entries.push(index);
        }
    }

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

    /// Deposits of the same evidence before an entry: how many, and the first `limit` of them; and those that have no more than a
    /// digest in common.
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
            all.partial_count += more.partial_count;
            all.partial.extend(more.partial);
            all.partial.truncate(limit);
            all.read_to = more.read_to;
            all.rows += more.rows;
        }
        Ok(all)
    }

    /// Deposits of the same evidence in a range of entries: how many, and the first `limit` of them; and those that have no more
    /// than a digest in common, told apart. One call takes a few milliseconds at most; where there are very many rows, `read_to`
    /// says where to go on.
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
        let (mut by_sha256, mut by_sm3) = (sha256.next()?, sm3.next()?);
        let mut same = SameEvidence { read_to: range.end, ..SameEvidence::default() };
        loop {
            let [first, second] = [&by_sha256, &by_sm3].map(|row| row.as_ref().map(|(index, _)| *index));
            let Some(index) = first.into_iter().chain(second).min().filter(|index| index.get() < end) else { break };
            if same.rows >= ROWS_AT_A_TIME {
                same.read_to = index.get();
                break;
            }
            same.rows += 1;
            let is_same = first == second && by_sha256.as_ref().is_some_and(|(_, value)| *value == wanted);
            same.add(index, is_same, limit);
            if first == Some(index) {
                by_sha256 = sha256.next()?;
            }
            if second == Some(index) {
                by_sm3 = sm3.next()?;
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
