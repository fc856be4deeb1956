//! A ledger's folder: every row that it should have, and none beyond.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, bail};

use super::super::output::{Output, Unit, hinted_by};
use super::part;
use super::{Plan, begin, settle};
use crate::audit::{
    AuditReport, Claim, Finding, NotChecked, PORTION, Place, Replay, Stop, Uniqueness, What, replay_all,
};
use crate::audit_state::{StateError, StateFolder};
use crate::evidence::{Entry, StatementId};
use crate::follow::{Source, SourceError, Unread};
use crate::merkle::{BundleId, LeafIndex, TileId, TreeSize};
use crate::store::{IndexFault, IndexFaultKind, Inspection, Memory, OpenError, ReadError, Reader, inspect};
use crate::trust::SignedCheckpoint;

pub(super) fn audit(folder: &Path, plan: &Plan, output: &Output) -> anyhow::Result<AuditReport> {
    let Inspection { reader, tip, doubts } = match inspect(folder, Memory::default()) {
        Ok(inspection) => inspection,
        Err(error) if error.is_damage() => {
            let mut replay = Replay::new(plan.threads, Uniqueness::ByIndex);
            replay.findings().push(damage("db", &error));
            return Ok(replay.finish(plan.policy.as_ref(), None));
        }
        Err(error) => {
            let error = hinted_by(OpenError::hint)(error);
            return Err(error).with_context(|| format!("cannot look into ledger {}", folder.display()));
        }
    };
    let store = Store { reader, tip };
    if plan.is_part() {
        let newest =
            store.tip.clone().context("the ledger has no tip, so there is no checkpoint to prove a part by")?;
        return Ok(part::audit(&store, &newest, plan, output)?.seen_at(|place| store.see(place)));
    }
    let state = plan.state.as_deref().map(StateFolder::open).transpose();
    let mut state = state.map_err(hinted_by(|error: &StateError| Some(error.hint())))?;
    let standing = state.as_ref().and_then(StateFolder::standing);
    // A state wants the ids as well: the next audit of it may be one of a server.
    let uniqueness = if state.is_some() { Uniqueness::ByCaller } else { Uniqueness::ByIndex };
    let mut replay = begin(standing, store.reader.origin(), uniqueness, plan)?;
    for doubt in doubts {
        take_doubt(&mut replay, &doubt);
    }
    let start = replay.head().size.get();
    replay_entries(&mut replay, &store.reader, state.as_mut(), output)?;
    check_rows(&mut replay, &store.reader, start);
    if let (Some(state), Some(tip)) = (&mut state, &store.tip) {
        settle(&mut replay, state, tip)?;
    }
    Ok(replay.finish(plan.policy.as_ref(), store.tip.as_ref()).seen_at(|place| store.see(place)))
}

/// A ledger's own store.
struct Store {
    reader: Reader,
    tip: Option<SignedCheckpoint>,
}

impl Source for Store {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        let missing = || SourceError::File {
            path: self.reader.directory().join("tip"),
            source: std::io::ErrorKind::NotFound.into(),
        };
        self.tip.as_ref().map(|tip| tip.as_str().as_bytes().to_vec()).ok_or_else(missing)
    }

    fn tile(&self, id: TileId) -> Result<Vec<u8>, Unread> {
        found(self.reader.tile(id), id.path())
    }

    fn bundle(&self, id: BundleId) -> Result<Vec<u8>, Unread> {
        found(self.reader.bundle(id), id.path())
    }

    /// RocksDB's own tool reads a stopped ledger's rows.
    fn see(&self, place: &Place) -> Option<String> {
        let db = self.reader.directory().join("db");
        let row =
            |column: &str, key: String| format!("ldb --db={} --column_family={column} --hex get 0x{key}", db.display());
        match place {
            Place::Entry(index) => Some(row("entry", format!("{index:016X}"))),
            Place::Head(size) => Some(row("head", format!("{size:016X}"))),
            Place::Checkpoint(size) => Some(row("checkpoint", format!("{size:016X}"))),
            Place::Row { family, key } => Some(row(family, key.to_uppercase())),
            Place::Tile(_) | Place::Storage(_) => None,
        }
    }
}

fn found(read: Result<Option<Vec<u8>>, ReadError>, path: String) -> Result<Vec<u8>, Unread> {
    let why = match read {
        Ok(Some(bytes)) => return Ok(bytes),
        Ok(None) => "nothing".to_owned(),
        Err(error) => told(&error),
    };
    Err(Unread::Wrong(Box::new(Finding::at(Place::Tile(path), What::Unreadable, "to be read whole", why))))
}

/// An error with everything that led to it.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn damage(what: &str, error: &dyn std::error::Error) -> Finding {
    Finding::at(Place::Storage(what.to_owned()), What::Unreadable, "to be read whole", told(error))
}

/// What would have stopped the ledger from being served.
fn take_doubt(replay: &mut Replay, doubt: &OpenError) {
    let (place, what, expected) = match doubt {
        OpenError::NoTip { .. } => return replay.findings().push_unchecked(NotChecked::Tip),
        // The replay tells of it, as of every entry that it does not understand.
        OpenError::LastEntryUnknown { .. } => return,
        OpenError::Behind { .. } => ("store", What::Shrunk, "every entry that was acknowledged"),
        OpenError::RootDiffers { .. } | OpenError::Forked { .. } => ("store", What::Root, "the root that was signed"),
        OpenError::EntriesDiffer { .. } => ("entry", What::EntryMissing, "as many entries as the last head says"),
        OpenError::LastEntry { .. } => ("entry", What::EntryMalformed, "a last entry that is one"),
        OpenError::GenesisDiffers { .. } => ("meta", What::Settings, "what entry 0 says"),
        OpenError::NotOurs { .. } => ("checkpoint", What::CheckpointSignature, "a checkpoint of this ledger"),
        OpenError::Tip { .. } => ("tip", What::CheckpointMalformed, "a checkpoint"),
        _ => ("store", What::Unreadable, "to be read whole"),
    };
    replay.findings().push(Finding::at(Place::Storage(place.to_owned()), what, expected, told(doubt)));
}

/// Replays the entries that are still to be, and compares with them what is stored of the tree.
fn replay_entries(
    replay: &mut Replay,
    reader: &Reader,
    mut state: Option<&mut StateFolder>,
    output: &Output,
) -> anyhow::Result<()> {
    let (start, size) = (replay.head().size.get(), reader.head().size.get());
    if size < start {
        let found =
            Finding::at(Place::Storage("store".to_owned()), What::Shrunk, format!("{start} entries"), size.to_string());
        replay.findings().push(found.since(size));
        return Ok(());
    }
    let meter = output.meter("replaying", Unit::Entries, size - start);
    // What is stated of the tree is compared when the replay comes past it, so it is read a portion ahead.
    let ahead = |end: u64| size.min((end / PORTION + 1) * PORTION);
    expect_claims(replay, reader, start..ahead(start))?;
    let read = |range: Range<u64>| read_entries(reader, range);
    let ended = replay_all(replay, start..size, read, |replay, range, _| {
        meter.advance(range.end - range.start);
        if let Some(state) = &mut state {
            state.take_ids(replay.take_ids())?;
        }
        compare_tiles(replay, reader);
        expect_claims(replay, reader, range.end..ahead(range.end))
    });
    match ended {
        Ok(()) => Ok(()),
        Err(Stop::Read((index, error))) => {
            let what = if matches!(error, ReadError::Missing { .. }) { What::EntryMissing } else { What::Unreadable };
            replay.findings().push(Finding::at_entry(index, what, "an entry", told(&error)));
            replay.findings().push_unchecked(NotChecked::EntriesSince(index));
            replay.forget_claims();
            Ok(())
        }
        Err(Stop::After(error)) => Err(error),
        Err(Stop::Full(full)) => bail!(full),
    }
}

/// The entries of a range; or the first that cannot be read, and why.
fn read_entries(reader: &Reader, range: Range<u64>) -> Result<Vec<Vec<u8>>, (u64, ReadError)> {
    let stored = reader.entries(range.clone()).map_err(|error| (range.start, error))?;
    range.zip(stored).map(|(index, row)| row.map(|(_, entry)| entry).map_err(|error| (index, error))).collect()
}

/// Heads and checkpoints of the sizes above `range.start`, up to `range.end`: one of each at every commit.
fn expect_claims(replay: &mut Replay, reader: &Reader, range: Range<u64>) -> anyhow::Result<()> {
    if range.is_empty() {
        return Ok(());
    }
    let before = Some(TreeSize::new(range.end + 1)?);
    let most = usize::try_from(range.end - range.start)?;
    let mut sizes = BTreeSet::new();
    match reader.heads(before, most) {
        Ok(heads) => {
            for head in heads.into_iter().filter(|head| head.size.get() > range.start) {
                sizes.insert(head.size);
                replay.expect(Claim::Head(head))?;
            }
        }
        Err(error) => return take_unreadable(replay, "head", &error),
    }
    match reader.checkpoints(before, most) {
        Ok(checkpoints) => {
            for signed in checkpoints.into_iter().filter(|signed| signed.head().size.get() > range.start) {
                let size = signed.head().size;
                if !sizes.remove(&size) {
                    let finding =
                        Finding::at(Place::Head(size.get()), What::IndexRow, "a head for the checkpoint", "none");
                    replay.findings().push(finding.since(range.start));
                }
                replay.expect(Claim::Checkpoint { size, note: signed.as_str().as_bytes().to_vec() })?;
            }
        }
        Err(error) => return take_unreadable(replay, "checkpoint", &error),
    }
    // The newest tree's checkpoint is stored with the next commit; the tip may have been lost with the power.
    for size in sizes.into_iter().filter(|size| *size != reader.head().size) {
        let finding = Finding::at(Place::Checkpoint(size.get()), What::IndexRow, "a checkpoint for the head", "none");
        replay.findings().push(finding.since(range.start));
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "it ends a function that can fail otherwise")]
fn take_unreadable(replay: &mut Replay, column: &str, error: &ReadError) -> anyhow::Result<()> {
    replay.findings().push(damage(column, error));
    Ok(())
}

/// Tiles that have become full, against their rows.
fn compare_tiles(replay: &mut Replay, reader: &Reader) {
    let due: Vec<(TileId, Vec<u8>)> = replay.tree().full_tiles().collect();
    for (id, bytes) in due {
        match reader.stored_tile(id.level(), id.index()) {
            Ok(Some(stored)) => replay.compare_tile(id, &bytes, &stored),
            Ok(None) => replay.compare_tile(id, &bytes, &[]),
            Err(error) => replay.findings().push(damage(&id.path(), &error)),
        }
    }
}

/// Index rows both ways, rows that nothing calls for, and the checksums of what no row needs.
///
/// What an earlier audit has seen of the indexes is not looked at again, nor are the checksums of all files: an audit that goes on from
/// a state costs what is new.
fn check_rows(replay: &mut Replay, reader: &Reader, start: u64) {
    if !reader.indexes_are_whole() {
        let place = Place::Storage("meta".to_owned());
        let found = "marked incomplete; `notarium rebuild-index DIR` makes them again";
        replay.findings().push(Finding::at(place, What::Settings, "whole indexes", found));
    }
    let mut faults = Vec::new();
    let checked = reader.check_indexes(start, |fault| faults.push(fault_finding(reader, &fault)));
    let swept = reader.stray_rows(|column, key| {
        let found = "a row that the ledger's size does not call for";
        faults.push(Finding::at(Place::Row { family: column, key }, What::StrayRow, "no such row", found));
    });
    for finding in faults {
        replay.findings().push(finding);
    }
    let sums = if start == 0 { reader.verify_checksums() } else { Ok(()) };
    for error in [checked, swept, sums].into_iter().filter_map(Result::err) {
        replay.findings().push(damage("db", &error));
    }
}

fn fault_finding(reader: &Reader, fault: &IndexFault) -> Finding {
    let place = Place::Row { family: fault.column, key: fault.key.clone() };
    let finding = match fault.kind {
        IndexFaultKind::Missing => Finding::at(place, What::IndexRow, "a row for the entry", "none"),
        IndexFaultKind::Extra => Finding::at(place, What::StrayRow, "no such row", "a row that no entry calls for"),
        IndexFaultKind::Wrong => match repeats(reader, fault) {
            Some(first) => {
                Finding::at(place, What::StatementRepeated, "a new statement", format!("that of entry {first}"))
            }
            None => Finding::at(place, What::IndexRow, "what the entry says", "another value"),
        },
    };
    match fault.index {
        Some(index) => finding.about(index.get()),
        None => finding,
    }
}

/// The other entry with the same statement, when that is why the row of its id is wrong for this one.
fn repeats(reader: &Reader, fault: &IndexFault) -> Option<LeafIndex> {
    let id: StatementId = (fault.column == "statement").then(|| fault.key.parse().ok())??;
    let other = reader.by_statement(&id).ok()??;
    let entry = Entry::parse(&reader.entry(other).ok()??).ok()?;
    (entry.statement().ok()?.id() == id).then_some(other)
}
