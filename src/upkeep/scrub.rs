//! Looks a ledger over for damage: every checksum of the database, every entry against the tree, every index against the entries.
//!
//! What is looked at is at rest: a ledger that nobody serves, or a snapshot of one that is served, whose files are the same ones. It is read
//! at a bounded rate. Signatures and the rules of admission are not judged again; that is the audit's work and takes far longer.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::merkle::{Frontier, Hash, LeafIndex, TreeSize, leaf_hash};
use crate::store::{Inspection, Memory, OpenError, ReadError, Reader, inspect_at_rate};

/// Faults that are listed; more are counted.
const LISTED: usize = 1000;
/// Entries between two looks at heads, which are read a portion at a time.
const PORTION: u64 = 16_384;
/// Bytes that a lookup in an index is taken for: a block.
const LOOKUP: u64 = 4096;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScrubFault {
    /// Where: a column family with a row, or a file.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// What a scrub has found.
#[derive(Debug, Default, Serialize)]
pub struct ScrubReport {
    /// Entries that were hashed again.
    pub entries: u64,
    /// What is wrong, the first thousand.
    pub faults: Vec<ScrubFault>,
    /// How many there are in all.
    pub fault_count: u64,
    /// Whether indexes alone are at fault, which can be made again.
    pub only_indexes: bool,
}

/// How it is done.
#[derive(Debug, Clone, Copy)]
pub struct ScrubPlan {
    /// Bytes read in a second at most; no bound if none is said.
    pub bytes_per_second: Option<u64>,
}

/// Looks over the ledger in a folder. `progress` is told of entries done, of how many.
///
/// # Errors
///
/// [`OpenError`], when there is nothing that can be looked over: the database does not open.
pub fn scrub(folder: &Path, plan: ScrubPlan, progress: impl FnMut(u64, u64)) -> Result<ScrubReport, OpenError> {
    let Inspection { reader, doubts, .. } = inspect_at_rate(folder, Memory::default(), plan.bytes_per_second)?;
    let mut work = Scrub { report: ScrubReport { only_indexes: true, ..ScrubReport::default() }, reader, progress };
    for doubt in doubts {
        work.fault("store", told(&doubt));
    }
    if let Err(error) = work.reader.verify_checksums() {
        work.fault("db", told(&error));
    }
    work.compare_tree();
    work.look_for_strays();
    work.compare_indexes(Pace::new(plan.bytes_per_second));
    Ok(work.report)
}

/// A scrub that is under way.
struct Scrub<P> {
    reader: Reader,
    report: ScrubReport,
    progress: P,
}

impl<P: FnMut(u64, u64)> Scrub<P> {
    fn fault(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.report.only_indexes = false;
        self.index_fault(place, what);
    }

    fn index_fault(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.report.fault_count += 1;
        if self.report.faults.len() < LISTED {
            self.report.faults.push(ScrubFault { place: place.into(), what: what.into() });
        }
    }

    /// Hashes every entry, and compares tiles, heads and the last root with what comes out.
    fn compare_tree(&mut self) {
        let (reader, head) = (self.reader.clone(), self.reader.head());
        let size = head.size.get();
        let entries = match reader.entries(0..size) {
            Ok(entries) => entries,
            Err(error) => return self.fault("entry", told(&error)),
        };
        let mut tree = Frontier::new();
        let mut heads = BTreeMap::new();
        for entry in entries {
            let leaf = match entry {
                Ok((_, bytes)) => leaf_hash(&bytes),
                Err(error) => return self.fault(format!("entry {}", tree.size()), told(&error)),
            };
            if tree.size().get().is_multiple_of(PORTION) {
                heads = self.heads(tree.size().get());
                (self.progress)(tree.size().get(), size);
            }
            if tree.append(leaf).is_err() {
                return;
            }
            self.compare_at(&mut tree, &mut heads);
        }
        self.report.entries = size;
        (self.progress)(size, size);
        if tree.root() != head.root {
            self.fault("store", format!("the last head says root {}, and the entries have {}", head.root, tree.root()));
        }
    }

    /// Compares what is stored of the tree as it is now.
    fn compare_at(&mut self, tree: &mut Frontier, heads: &mut BTreeMap<TreeSize, Hash>) {
        if let Some(root) = heads.remove(&tree.size())
            && root != tree.root()
        {
            self.fault(format!("head {}", tree.size()), format!("root {root}, and the entries have {}", tree.root()));
        }
        if tree.size().get().is_multiple_of(256) {
            for (id, bytes) in tree.full_tiles() {
                match self.reader.stored_tile(id.level(), id.index()) {
                    Ok(Some(stored)) if stored == bytes => {}
                    Ok(Some(_)) => self.fault(id.path(), "other hashes than the entries have"),
                    Ok(None) => self.fault(id.path(), "missing"),
                    Err(error) => self.fault(id.path(), told(&error)),
                }
            }
            tree.prune();
        }
    }

    /// The stored heads of the portion that begins after an entry.
    fn heads(&mut self, start: u64) -> BTreeMap<TreeSize, Hash> {
        let before = TreeSize::new(start + PORTION + 1).ok();
        match self.reader.heads(before, usize::try_from(PORTION).unwrap_or(usize::MAX)) {
            Ok(heads) => {
                let portion = heads.into_iter().filter(|head| head.size.get() > start);
                portion.map(|head| (head.size, head.root)).collect()
            }
            Err(error) => {
                self.fault("head", told(&error));
                BTreeMap::new()
            }
        }
    }

    fn look_for_strays(&mut self) {
        let mut strays = Vec::new();
        let swept = self.reader.stray_rows(|column, key| {
            if strays.len() < LISTED {
                strays.push((column, key));
            }
        });
        for (column, key) in strays {
            self.fault(format!("{column} {key}"), "a row that the ledger's size does not call for");
        }
        if let Err(error) = swept {
            self.fault("db", told(&error));
        }
    }

    fn compare_indexes(&mut self, mut rate: Pace) {
        if !self.reader.indexes_are_whole() {
            return self.index_fault("indexes", "marked incomplete");
        }
        let mut faults = Vec::new();
        let mut count = 0_u64;
        let reader = self.reader.clone();
        let read = |lookups| rate.read(lookups * LOOKUP);
        let compared = reader.check_indexes_at_pace(0, read, |fault| {
            count += 1;
            if faults.len() < LISTED {
                faults.push(fault);
            }
        });
        let listed = faults.len() as u64;
        for fault in faults {
            let entry = fault.index.map_or(String::new(), |index: LeafIndex| format!(" of entry {index}"));
            self.index_fault(format!("{} {}", fault.column, fault.key), format!("a {} row{entry}", fault.kind));
        }
        self.report.fault_count += count - listed;
        if let Err(error) = compared {
            // Where entries can't be read that is told already.
            let place = if let ReadError::Database { column, .. } = &error { column } else { "indexes" };
            self.index_fault(place, told(&error));
        }
    }
}

/// Holds reads that are not bounded otherwise to a rate.
struct Pace {
    rate: Option<u64>,
    began: Instant,
    bytes: u64,
}

impl Pace {
    fn new(rate: Option<u64>) -> Self {
        Self { rate, began: Instant::now(), bytes: 0 }
    }

    fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
        let Some(rate) = self.rate.filter(|rate| *rate > 0) else { return };
        let due = Duration::from_micros(self.bytes.saturating_mul(1_000_000) / rate);
        // Short waits are put together.
        let ahead = due.saturating_sub(self.began.elapsed());
        if ahead > Duration::from_millis(20) {
            sleep(ahead);
        }
    }
}

/// An error with everything that led to it.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
