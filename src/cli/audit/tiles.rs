//! Audits a log from its tiles and bundles alone: its newest checkpoint, and under it every entry and every tile.

use anyhow::{Context, bail};

use super::super::output::{Output, Unit, hinted_by};
use super::part;
use super::{Plan, begin, settle};
use crate::audit::{AuditReport, Claim, Finding, NotChecked, Place, Replay, Stop, Uniqueness, What, replay_all};
use crate::audit_state::{StateError, StateFolder};
use crate::follow::{Source, SourceError, Unread, entries, prove_fork};
use crate::merkle::{TileId, TreeSize, tiles_at};
use crate::trust::SignedCheckpoint;

pub(super) fn audit(source: &impl Source, plan: &Plan, output: &Output) -> anyhow::Result<AuditReport> {
    let note = source.checkpoint().map_err(hinted_by(SourceError::hint))?;
    let newest = match SignedCheckpoint::parse(&note) {
        Ok(newest) => newest,
        Err(error) => {
            let place = Place::Storage("checkpoint".to_owned());
            let finding = Finding::at(place, What::CheckpointMalformed, "a signed checkpoint", error.to_string());
            let mut replay = Replay::new(plan.threads, Uniqueness::ByCaller);
            replay.findings().push(finding);
            return Ok(replay.finish(plan.policy.as_ref(), None));
        }
    };
    if plan.is_part() {
        return part::audit(source, &newest, plan, output);
    }
    let state = match &plan.state {
        Some(path) => StateFolder::open(path),
        None => StateFolder::temporary(),
    };
    let mut state = state.map_err(hinted_by(|error: &StateError| Some(error.hint())))?;
    let replay = begin(state.standing(), newest.origin(), Uniqueness::ByCaller, plan)?;
    whole(source, replay, &newest, &mut state, plan, output)
}

fn whole(
    source: &impl Source,
    mut replay: Replay,
    newest: &SignedCheckpoint,
    state: &mut StateFolder,
    plan: &Plan,
    output: &Output,
) -> anyhow::Result<AuditReport> {
    let (size, start) = (newest.head().size, replay.head().size);
    if size < start {
        replay.find_shrunk(size.get());
        keep_both(source, state, newest, output)?;
        return Ok(replay.finish(plan.policy.as_ref(), Some(newest)));
    }
    let meter = output.meter("replaying", Unit::Entries, size.get() - start.get());
    let ended = replay_all(
        &mut replay,
        start.get()..size.get(),
        |range| entries(source, size, range),
        |replay, range, _| {
            meter.advance(range.end - range.start);
            state.take_ids(replay.take_ids())?;
            compare_full_tiles(source, replay)
        },
    );
    drop(meter);
    if let Some(finding) = stopped(ended)? {
        let at = replay.head().size.get();
        replay.findings().push(finding);
        replay.findings().push_unchecked(NotChecked::EntriesSince(at));
        return Ok(replay.finish(plan.policy.as_ref(), Some(newest)));
    }
    replay.expect(Claim::Checkpoint { size, note: newest.as_str().as_bytes().to_vec() })?;
    compare_partial_tiles(source, &mut replay, size)?;
    if !settle(&mut replay, state, newest)? && start > TreeSize::ZERO {
        keep_both(source, state, newest, output)?;
    }
    Ok(replay.finish(plan.policy.as_ref(), Some(newest)))
}

/// What a replay ended with, if not at its end: a finding; or nothing can be told, which is an error.
pub(super) fn stopped(ended: Result<(), Stop<Unread, anyhow::Error>>) -> anyhow::Result<Option<Finding>> {
    match ended {
        Ok(()) => Ok(None),
        Err(Stop::Read(Unread::Wrong(finding))) => Ok(Some(*finding)),
        Err(Stop::Read(Unread::NoAnswer(error))) => Err(hinted_by(SourceError::hint)(error)),
        Err(Stop::After(error)) => Err(error),
        Err(Stop::Full(full)) => bail!(full),
    }
}

/// Two signed checkpoints that do not go together are evidence, and are kept; with the proof of a fork where the tiles give one.
fn keep_both(
    source: &impl Source,
    state: &StateFolder,
    newest: &SignedCheckpoint,
    output: &Output,
) -> anyhow::Result<()> {
    let Some(standing) = state.standing() else { return Ok(()) };
    let before = standing.checkpoint();
    let mut kept =
        vec![("checkpoint-before", before.as_str().to_owned()), ("checkpoint-after", newest.as_str().to_owned())];
    kept.extend(prove_fork(before, newest, source).map(|fork| ("fork", fork.to_text())));
    for (name, text) in kept {
        let path = state.keep(name, text.as_bytes()).context("cannot keep evidence")?;
        output.say(format_args!("kept as evidence: {}", path.display()));
    }
    Ok(())
}

fn compare_full_tiles(source: &impl Source, replay: &mut Replay) -> anyhow::Result<()> {
    let due: Vec<(TileId, Vec<u8>)> = replay.tree().full_tiles().collect();
    due.into_iter().try_for_each(|(id, bytes)| compare_tile(source, replay, id, &bytes))
}

fn compare_partial_tiles(source: &impl Source, replay: &mut Replay, size: TreeSize) -> anyhow::Result<()> {
    for id in tiles_at(size).filter(|id| id.width() < 256) {
        if let Some(bytes) = replay.tree().tile(id) {
            compare_tile(source, replay, id, &bytes)?;
        }
    }
    Ok(())
}

fn compare_tile(source: &impl Source, replay: &mut Replay, id: TileId, due: &[u8]) -> anyhow::Result<()> {
    match source.tile(id) {
        Ok(found) => replay.compare_tile(id, due, &found),
        Err(Unread::Wrong(finding)) => replay.findings().push(*finding),
        Err(Unread::NoAnswer(error)) => return Err(hinted_by(SourceError::hint)(error)),
    }
    Ok(())
}
