//! A ledger as it is served: its newest checkpoint, and under it every bundle and tile.

use crate::audit::{AuditReport, Claim, Finding, NotChecked, Place, Replay, Uniqueness, What};
use crate::client::{Client, ClientError};
use crate::evidence::decode_bundle;
use crate::merkle::{BundleId, TileId, TreeSize, tiles_at};
use crate::trust::{Policy, SignedCheckpoint};

use super::super::output::{Output, Unit, hinted_by};
use super::replay_all;

/// Statement ids that are held in memory: 120 MB at most. A ledger with more is audited from its folder.
const IDS_IN_MEMORY: usize = 3_000_000;

/// Why entries did not come: no answer, or a wrong one.
enum Unread {
    Client(ClientError),
    Wrong(Box<Finding>),
}

pub(super) fn audit(
    client: &Client,
    policy: Option<&Policy>,
    threads: usize,
    output: &Output,
) -> anyhow::Result<AuditReport> {
    let mut replay = Replay::new(threads, Uniqueness::InMemory(IDS_IN_MEMORY));
    let note = client.checkpoint().map_err(hinted_by(ClientError::hint))?;
    let newest = match SignedCheckpoint::parse(&note) {
        Ok(newest) => newest,
        Err(error) => {
            let place = Place::Storage("/checkpoint".to_owned());
            let finding = Finding::at(place, What::CheckpointMalformed, "a signed checkpoint", error.to_string());
            replay.findings().push(finding);
            return Ok(replay.finish(policy, None));
        }
    };
    let size = newest.head().size;
    let meter = output.meter("replaying", Unit::Entries, size.get());
    let read = |range: std::ops::Range<u64>| read_bundles(client, size, range);
    let read = replay_all(&mut replay, size.get(), &meter, read, |replay, _| compare_full_tiles(client, replay))?;
    match read {
        Ok(()) => {
            replay.expect(Claim::Checkpoint { size, note })?;
            compare_partial_tiles(client, &mut replay, size)?;
        }
        Err(Unread::Client(error)) => return Err(hinted_by(ClientError::hint)(error)),
        Err(Unread::Wrong(finding)) => {
            let at = replay.head().size.get();
            replay.findings().push(*finding);
            replay.findings().push_unchecked(NotChecked::EntriesSince(at));
        }
    }
    Ok(replay.finish(policy, Some(&newest)))
}

/// The entries of a range that begins where a bundle does.
fn read_bundles(client: &Client, size: TreeSize, range: std::ops::Range<u64>) -> Result<Vec<Vec<u8>>, Unread> {
    let mut entries = Vec::new();
    for index in range.start / 256..range.end.div_ceil(256) {
        let Some(id) = BundleId::at(index, size) else { break };
        let bytes = client.bundle(id).map_err(|error| unread(error, id.path()))?;
        let due = id.leaves().map_or(0, |leaves| leaves.end - leaves.start);
        let wrong = |found: String| {
            let finding = Finding::at(Place::Tile(id.path()), What::Tile, format!("{due} entries"), found);
            Unread::Wrong(Box::new(finding.since(index * 256)))
        };
        let bundle = decode_bundle(&bytes).map_err(|error| wrong(error.to_string()))?;
        if bundle.len() as u64 != due {
            return Err(wrong(format!("{} entries", bundle.len())));
        }
        entries.extend(bundle.into_iter().map(<[u8]>::to_vec));
    }
    Ok(entries)
}

/// A refusal to serve what the checkpoint covers is a finding; no answer at all is not.
fn unread(error: ClientError, path: String) -> Unread {
    if error.problem().is_none() {
        return Unread::Client(error);
    }
    Unread::Wrong(Box::new(Finding::at(Place::Tile(path), What::Unreadable, "to be served", error.to_string())))
}

fn compare_full_tiles(client: &Client, replay: &mut Replay) -> anyhow::Result<()> {
    let due: Vec<(TileId, Vec<u8>)> = replay.tree().full_tiles().collect();
    due.into_iter().try_for_each(|(id, bytes)| compare_tile(client, replay, id, &bytes))
}

fn compare_partial_tiles(client: &Client, replay: &mut Replay, size: TreeSize) -> anyhow::Result<()> {
    for id in tiles_at(size) {
        if let Some(bytes) = replay.tree().tile(id).filter(|_| id.width() < 256) {
            compare_tile(client, replay, id, &bytes)?;
        }
    }
    Ok(())
}

fn compare_tile(client: &Client, replay: &mut Replay, id: TileId, due: &[u8]) -> anyhow::Result<()> {
    let served = match client.tile(id).map_err(|error| unread(error, id.path())) {
        Ok(served) => served,
        Err(Unread::Client(error)) => return Err(hinted_by(ClientError::hint)(error)),
        Err(Unread::Wrong(finding)) => {
            replay.findings().push(*finding);
            return Ok(());
        }
    };
    replay.compare_tile(id, due, &served);
    Ok(())
}
