//! Deposits of the same evidence before an entry, and of what merely has a digest in common, counted at a bounded cost.
//!
//! The store counts by reading one index row a deposit. Evidence that many deposit (an empty file, a logo) would make every
//! further deposit of it dearer than the one before. So for the few fingerprints with many rows what has been counted is
//! remembered, with the sums on the way ([`Counted`]): whatever entry is asked about, only the rows after the last sum before it
//! are read again. Deposits are never withdrawn, so what is remembered stays true. Where much must be read all the same (the
//! first time after a start), that is done on the blocking pool, for one evidence after another.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;

use crate::api::{Earlier, EarlierDeposit, KeyAtEntry, PartialHit, PartialHits};
use crate::evidence::{Body, Entry, Fingerprint};
use crate::merkle::LeafIndex;
use crate::registry::Registry;
use crate::store::{ReadError, Reader, SameEvidence};

use super::App;
use super::entries::blocking;
use super::refusal::Refusal;

/// Deposits that an answer lists.
pub(super) const LISTED: usize = 100;
/// Rows from which on a count is remembered.
const MANY: u64 = 64;
/// Rows between two sums that are remembered.
const ROWS_BETWEEN_SUMS: u64 = 4096;
/// Fingerprints that are remembered, the last one used in front.
const REMEMBERED: usize = 64;

/// What has been counted.
pub(super) struct Deposits {
    remembered: Mutex<Vec<(Fingerprint, Counted)>>,
    /// Held by whoever counts much.
    counting: Semaphore,
}

impl Default for Deposits {
    fn default() -> Self {
        Self { remembered: Mutex::default(), counting: Semaphore::new(1) }
    }
}

/// How many deposits of an evidence there are below an entry number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    below: u64,
    count: u64,
    partial: u64,
    rows: u64,
}

/// The deposits of one evidence, as far as they have been counted.
#[derive(Clone, Default)]
struct Counted {
    /// Sums on the way, in their order.
    sums: Vec<Sum>,
    last: Sum,
    /// The first [`LISTED`].
    first: Vec<LeafIndex>,
    /// The first [`LISTED`] of those with no more than a digest in common.
    partial: Vec<LeafIndex>,
}

impl Counted {
    /// Adds what the store has found from where this ends.
    fn add(&mut self, more: &SameEvidence) {
        self.last = Sum {
            below: more.read_to,
            count: self.last.count + more.count,
            partial: self.last.partial + more.partial_count,
            rows: self.last.rows + more.rows,
        };
        self.first.extend(&more.entries);
        self.partial.extend(&more.partial);
        self.first.truncate(LISTED);
        self.partial.truncate(LISTED);
        if self.last.rows - self.sums.last().map_or(0, |sum| sum.rows) >= ROWS_BETWEEN_SUMS {
            self.sums.push(self.last);
        }
    }

    /// As much of it as is below `end`, up to the last sum before that.
    fn up_to(&self, end: u64) -> Self {
        if self.last.below <= end {
            return self.clone();
        }
        let sums: Vec<Sum> = self.sums.iter().copied().take_while(|sum| sum.below <= end).collect();
        let last = sums.last().copied().unwrap_or_default();
        let below = |list: &[LeafIndex]| list.iter().copied().filter(|index| index.get() < last.below).collect();
        Self { sums, last, first: below(&self.first), partial: below(&self.partial) }
    }

    /// Goes on counting: one step of a few milliseconds at most.
    fn step(&mut self, reader: &Reader, evidence: &Fingerprint, end: u64) -> Result<(), ReadError> {
        let more = reader.same_evidence(evidence, self.last.below..end, LISTED)?;
        self.add(&more);
        Ok(())
    }
}

/// How many deposits there are of an evidence before an entry, and the first [`LISTED`] of them.
pub(super) async fn before(app: &App, evidence: Fingerprint, index: LeafIndex) -> Result<Earlier, Refusal> {
    let end = index.get();
    let mut counted = app.deposits.recall(&evidence, end);
    if counted.last.below < end {
        counted.step(&app.reader, &evidence, end).map_err(|error| unreadable(&error))?;
    }
    if counted.last.below < end {
        let _turn = app.deposits.counting.acquire().await;
        // Somebody may have counted it meanwhile.
        let recalled = app.deposits.recall(&evidence, end);
        if recalled.last.below > counted.last.below {
            counted = recalled;
        }
        let reader = app.reader.clone();
        let count = move || {
            while counted.last.below < end {
                counted.step(&reader, &evidence, end).map_err(|error| unreadable(&error))?;
            }
            Ok(counted)
        };
        counted = blocking(count).await?;
    }
    app.deposits.remember(&evidence, &counted);
    listed(&app.reader, &evidence, &counted).map_err(|error| unreadable(&error))
}

fn unreadable(error: &ReadError) -> Refusal {
    Refusal::internal("the statement is an entry, but earlier deposits of its evidence cannot be counted now", error)
}

impl Deposits {
    /// What is remembered of the entries below `end`.
    fn recall(&self, evidence: &Fingerprint, end: u64) -> Counted {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.iter().find(|(other, _)| other == evidence).map_or_else(Counted::default, |(_, all)| all.up_to(end))
    }

    /// Remembers what was counted, unless it is little, or less than is known.
    fn remember(&self, evidence: &Fingerprint, counted: &Counted) {
        if counted.last.rows < MANY {
            return;
        }
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let known = remembered.iter().position(|(other, _)| other == evidence).map(|at| remembered.remove(at).1);
        let most = match known {
            Some(known) if known.last.below > counted.last.below => known,
            _ => counted.clone(),
        };
        remembered.insert(0, (*evidence, most));
        remembered.truncate(REMEMBERED);
    }
}

/// The deposits as the API lists them. Reads the entries.
fn listed(reader: &Reader, evidence: &Fingerprint, counted: &Counted) -> Result<Earlier, ReadError> {
    let registry = reader.registry().ok();
    let read = |indexes: &[LeafIndex]| -> Result<Vec<PartialHit>, ReadError> {
        let mut hits = Vec::with_capacity(indexes.len());
        for index in indexes {
            let Some(bytes) = reader.entry(*index)? else { continue };
            hits.extend(Entry::parse(&bytes).ok().and_then(|entry| hit(&entry, evidence, registry.as_ref())));
        }
        Ok(hits)
    };
    let entries: Vec<_> = read(&counted.first)?.into_iter().map(|hit| hit.deposit).collect();
    let partial = PartialHits { count: counted.last.partial, entries: read(&counted.partial)? };
    Ok(Earlier { count: counted.last.count, first: entries.first().cloned(), entries, partial })
}

/// A deposit, with how far it agrees with the evidence that was asked about.
fn hit(entry: &Entry, evidence: &Fingerprint, registry: Option<&Registry>) -> Option<PartialHit> {
    let statement = entry.statement().ok()?;
    let Body::Evidence(body) = statement.body() else { return None };
    let agrees = body.fingerprint.agreement(evidence).code().to_owned();
    Some(PartialHit { agrees, deposit: deposit(entry, registry)? })
}

fn deposit(entry: &Entry, registry: Option<&Registry>) -> Option<EarlierDeposit> {
    let statement = entry.statement().ok()?;
    Some(EarlierDeposit {
        index: entry.index().get(),
        time: entry.time().to_string(),
        public_key: hex::encode(statement.key().as_bytes()),
        statement_id: hex::encode(statement.id().as_bytes()),
        key: registry.map(|keys| KeyAtEntry::new(keys, statement.key(), entry.index(), entry.time())).map(Box::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evidence of which every second entry is a deposit, and every other one has a digest in common, counted up to an entry by steps as the store makes them.
    fn counted(end: u64) -> Counted {
        let mut counted = Counted::default();
        while counted.last.below < end {
            let below = counted.last.below;
            let read_to = (below + 2 * ROWS_BETWEEN_SUMS).min(end);
            let count = (read_to - below) / 2;
            let every_second = |from: u64| (from..read_to).step_by(2).take(LISTED).map(LeafIndex::new).collect();
            let (entries, partial) = (every_second(below), every_second(below + 1));
            counted.add(&SameEvidence { count, entries, partial_count: count, partial, read_to, rows: count });
        }
        counted
    }

    #[test]
    fn what_is_known_of_later_entries_tells_of_earlier_ones() {
        let all = counted(1_000_000);
        for end in [0, 1, 150, 8191, 8192, 8193, 500_001, 999_999, 1_000_000, 1_000_001] {
            let known = all.up_to(end);
            assert!(known.last.below <= end, "never more than was asked about");
            assert!(end.min(1_000_000) - known.last.below <= 2 * ROWS_BETWEEN_SUMS, "{end}: little is read again");
            assert_eq!(known.last.count, known.last.below / 2);
            let first: Vec<u64> = known.first.iter().map(|index| index.get()).collect();
            assert_eq!(first, (0..known.last.below).step_by(2).take(LISTED).collect::<Vec<_>>());
            let partial: Vec<u64> = known.partial.iter().map(|index| index.get()).collect();
            assert_eq!(known.last.partial, known.last.count);
            assert_eq!(partial, (1..known.last.below).step_by(2).take(LISTED).collect::<Vec<_>>());
        }
    }

    #[test]
    fn sums_on_the_way_are_few_however_often_it_is_counted_on() {
        let mut all = Counted::default();
        for read_to in (2..100_000).step_by(2) {
            all.add(&SameEvidence { count: 1, read_to, rows: 1, ..SameEvidence::default() });
        }
        assert_eq!(all.sums.len(), 49_999 / usize::try_from(ROWS_BETWEEN_SUMS).unwrap());
    }
}
