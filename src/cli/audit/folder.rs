//! A ledger's folder: every row that it should have, and none beyond.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use anyhow::Context;

use crate::audit::{AuditReport, Claim, Finding, NotChecked, Place, Replay, Uniqueness, What};
use crate::evidence::{Entry, StatementId};
use crate::merkle::{LeafIndex, TileId, TreeSize};
use crate::store::{IndexFault, IndexFaultKind, Inspection, Memory, OpenError, ReadError, Reader, inspect};
use crate::trust::Policy;

use super::super::output::{Output, Unit, hinted_by};
use super::replay_all;

pub(super) fn audit(
    folder: &Path,
    policy: Option<&Policy>,
    threads: usize,
    output: &Output,
) -> anyhow::Result<AuditReport> {
    let mut replay = Replay::new(threads, Uniqueness::ByIndex);
    let Inspection { reader, tip, doubts } = match inspect(folder, Memory::default()) {
        Ok(inspection) => inspection,
        Err(error) if error.is_damage() => {
            replay.findings().push(damage("db", &error));
            return Ok(replay.finish(policy, None));
        }
        Err(error) => {
            let error = hinted_by(OpenError::hint)(error);
            return Err(error).with_context(|| format!("cannot look into ledger {}", folder.display()));
        }
    };
    for doubt in doubts {
        take_doubt(&mut replay, &doubt);
    }
    replay_entries(&mut replay, &reader, output)?;
    check_rows(&mut replay, &reader);
    Ok(replay.finish(policy, tip.as_ref()))
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

/// Replays all entries, and compares with them what is stored of the tree.
fn replay_entries(replay: &mut Replay, reader: &Reader, output: &Output) -> anyhow::Result<()> {
    let size = reader.head().size.get();
    let meter = output.meter("replaying", Unit::Entries, size);
    let read = |range: Range<u64>| read_entries(reader, range);
    // What is stated of the tree is compared when the replay comes past it, so it is read a range ahead.
    expect_claims(replay, reader, 0..size.min(super::ENTRIES_AT_A_TIME))?;
    let ended = replay_all(replay, size, &meter, read, |replay, range| {
        compare_tiles(replay, reader);
        expect_claims(replay, reader, range.end..size.min(range.end + super::ENTRIES_AT_A_TIME))
    })?;
    if let Err((index, error)) = ended {
        let what = if matches!(error, ReadError::Missing { .. }) { What::EntryMissing } else { What::Unreadable };
        let finding = Finding::at_entry(index, what, "an entry", told(&error));
        replay.findings().push(finding);
        replay.findings().push_unchecked(NotChecked::EntriesSince(index));
        replay.forget_claims();
    }
    Ok(())
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
fn check_rows(replay: &mut Replay, reader: &Reader) {
    if !reader.indexes_are_whole() {
        let place = Place::Storage("meta".to_owned());
        let found = "marked incomplete; `notarium rebuild-index DIR` makes them again";
        replay.findings().push(Finding::at(place, What::Settings, "whole indexes", found));
    }
    let mut faults = Vec::new();
    let checked = reader.check_indexes(|fault| faults.push(fault_finding(reader, &fault)));
    let swept = reader.stray_rows(|column, key| {
        let found = "a row that the ledger's size does not call for";
        faults.push(Finding::at(Place::Row { family: column, key }, What::StrayRow, "no such row", found));
    });
    for finding in faults {
        replay.findings().push(finding);
    }
    for error in [checked, swept, reader.verify_checksums()].into_iter().filter_map(Result::err) {
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
