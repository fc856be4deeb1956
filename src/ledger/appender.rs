//! Plans the next entries: index, time, hash chain and tree.
//!
//! The rules of docs/formats.md, "Entry". An appender never changes: a plan works on a copy of the tree's right edge, and
//! whoever has stored the batch goes on from [`Batch::next`]. So a plan that fails, or is never stored, changes nothing.

use std::sync::Arc;

use thiserror::Error;

use crate::codec::{MAX_INTEGER, Time};
use crate::crypto::SigningKey;
use crate::evidence::{
    Body, Entry, EntryError, Genesis, Kind, SignedStatement, StatementError, VerifiedStatement, VerifyError,
};
use crate::merkle::{Frontier, Hash, LeafIndex, TreeFull, TreeHead, leaf_hash};

use super::{Batch, PlannedEntry};

/// How far a ledger's clock may be behind its last entry: one minute, in milliseconds.
pub const CLOCK_TOLERANCE_MS: u64 = 60_000;

/// Why the next entries could not be planned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The clock has gone back by more than a minute, or was never set.
    #[error("the clock says {now}, more than a minute before the last entry at {last}")]
    ClockBehind {
        /// What the clock says.
        now: Time,
        /// The time of the last entry.
        last: Time,
    },
    /// Not even an integer of the format could count the entries.
    #[error("a ledger of {size} entries has no room for {count} more")]
    LedgerFull {
        /// Entries that there are.
        size: u64,
        /// Entries that were to be added.
        count: usize,
    },
    /// An entry's time is before that of the entry before it.
    #[error("an entry at {time} cannot follow one at {last}")]
    TimeBack {
        /// Its time.
        time: Time,
        /// The time of the entry before it.
        last: Time,
    },
    /// There is nothing to plan.
    #[error("a batch has at least one entry")]
    Empty,
    /// A genesis statement that is not the first, or a first statement that is not genesis.
    #[error("entry {index} cannot be of kind {}: entry 0 is genesis, and only entry 0", .kind.code())]
    GenesisMisplaced {
        /// The entry.
        index: LeafIndex,
        /// The statement's kind.
        kind: Kind,
    },
    /// An entry can't be written down.
    #[error("entry {index} cannot be written")]
    Entry {
        /// The entry.
        index: LeafIndex,
        /// What is wrong with it.
        #[source]
        source: EntryError,
    },
}

/// A ledger's right edge: all that the next entries depend on.
#[derive(Debug, Clone)]
pub struct Appender {
    frontier: Frontier,
    last_time: Time,
    last_leaf: Hash,
}

impl Appender {
    /// Goes on after the last entry of a ledger.
    #[must_use]
    pub const fn resume(frontier: Frontier, last_time: Time, last_leaf: Hash) -> Self {
        Self { frontier, last_time, last_leaf }
    }

    /// A ledger without even its genesis entry.
    fn nothing() -> Self {
        Self::resume(Frontier::new(), Time::NOT_STATED, Hash::from_bytes([0; Hash::LEN]))
    }

    /// The tree so far.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.frontier.head()
    }

    /// The right edge of the tree so far.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The time of the last entry.
    #[must_use]
    pub const fn last_time(&self) -> Time {
        self.last_time
    }

    /// Plans an entry for each statement, in their order, all at the same time: the clock's, or the last entry's if the
    /// clock is behind it by up to a minute.
    ///
    /// # Errors
    ///
    /// [`PlanError::ClockBehind`], on which a ledger stops; [`PlanError::LedgerFull`] beyond 2^53-1 entries;
    /// [`PlanError::GenesisMisplaced`]; [`PlanError::Empty`].
    pub fn plan(&self, now: Time, statements: Vec<VerifiedStatement>) -> Result<Batch, PlanError> {
        let time = self.admission_time(now)?;
        self.lay_out(statements.into_iter().map(|statement| (time, statement)).collect())
    }

    /// Plans entries that a ledger had before, each at the time that it has there.
    ///
    /// # Errors
    ///
    /// As [`plan`](Self::plan); [`PlanError::TimeBack`] where a time is before that of the entry before it.
    pub fn plan_again(&self, entries: Vec<(Time, VerifiedStatement)>) -> Result<Batch, PlanError> {
        let mut last = self.last_time;
        for (time, _) in &entries {
            if *time < last || !time.is_stated() {
                return Err(PlanError::TimeBack { time: *time, last });
            }
            last = *time;
        }
        self.lay_out(entries)
    }

    fn lay_out(&self, statements: Vec<(Time, VerifiedStatement)>) -> Result<Batch, PlanError> {
        let before = self.frontier.head();
        let (size, count) = (before.size.get(), statements.len());
        let full = || PlanError::LedgerFull { size, count };
        if u64::try_from(count).ok().and_then(|count| size.checked_add(count)).is_none_or(|after| after > MAX_INTEGER) {
            return Err(full());
        }
        let mut frontier = self.frontier.clone();
        let (mut previous, mut last_time) = (self.last_leaf, self.last_time);
        let mut entries = Vec::with_capacity(count);
        for (time, statement) in statements {
            let index = LeafIndex::new(frontier.size().get());
            if (index.get() == 0) != (statement.kind() == Kind::Genesis) {
                return Err(PlanError::GenesisMisplaced { index, kind: statement.kind() });
            }
            let bytes = Entry::encode(index, time, &previous, &statement)
                .map_err(|source| PlanError::Entry { index, source })?;
            previous = leaf_hash(&bytes);
            frontier.append(previous).map_err(|TreeFull| full())?;
            last_time = time;
            entries.push(PlannedEntry { index, time, leaf: previous, bytes, statement });
        }
        if entries.is_empty() {
            return Err(PlanError::Empty);
        }
        let head = frontier.head();
        Ok(Batch { before, time: last_time, last_leaf: previous, entries, head, frontier: Arc::new(frontier) })
    }

    /// The time of an entry that is admitted now: the clock's, or the last entry's if the clock is behind it by up to a minute.
    ///
    /// # Errors
    ///
    /// [`PlanError::ClockBehind`], on which a ledger stops.
    pub fn admission_time(&self, now: Time) -> Result<Time, PlanError> {
        let last = self.last_time;
        if !now.is_stated() || now.millis().saturating_add(CLOCK_TOLERANCE_MS) < last.millis() {
            return Err(PlanError::ClockBehind { now, last });
        }
        Ok(now.max(last))
    }
}

/// Why a ledger could not be founded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// The genesis statement can't be written down.
    #[error("the genesis statement cannot be written")]
    Statement(#[from] StatementError),
    /// The genesis statement does not verify under the key that signed it.
    #[error("the genesis statement does not verify")]
    Key(#[from] VerifyError),
    /// Entry 0 can't be planned.
    #[error("entry 0 cannot be planned")]
    Plan(#[from] PlanError),
}

/// Builds and signs entry 0 of a new ledger, by the ledger's own key.
///
/// # Errors
///
/// [`GenesisError`]; with a clock that was set and a sound key, none.
pub fn genesis(statement: Genesis, key: &SigningKey, now: Time) -> Result<Batch, GenesisError> {
    let signed = SignedStatement::sign(&Body::Genesis(statement), key)?;
    Ok(Appender::nothing().plan(now, vec![signed.verify()?])?)
}

/// Builds entry 0 of a ledger that had it before.
///
/// # Errors
///
/// [`PlanError`], when it is no genesis statement or its time is not stated.
pub fn genesis_again(statement: VerifiedStatement, time: Time) -> Result<Batch, PlanError> {
    Appender::nothing().plan_again(vec![(time, statement)])
}
