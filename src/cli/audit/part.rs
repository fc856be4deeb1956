//! Audits a part of a log: the entries of a range, each against the one before it, and the tree around them by its tiles.
//!
//! The trees at both ends of the range are proved to be prefixes of the one that the checkpoint signs, so that the entries
//! between them are those of the signed tree and no others.

use anyhow::{anyhow, bail};

use super::super::output::{Output, Unit, WithHint, hinted_by};
use super::Plan;
use super::tiles::stopped;
use crate::audit::{AuditReport, Claim, Replay, replay_all};
use crate::follow::{Source, SourceError, Unread, entries, keys_before};
use crate::merkle::{
    Frontier, Hash, NodeId, Nodes, ProofError, TileError, TileId, TileNodes, TreeHead, TreeSize, prove_consistency,
};
use crate::trust::SignedCheckpoint;

pub(super) fn audit(
    source: &impl Source,
    newest: &SignedCheckpoint,
    plan: &Plan,
    output: &Output,
) -> anyhow::Result<AuditReport> {
    let size = newest.head().size;
    let (from, to) = range(plan, size)?;
    let nodes = TileNodes::new(size, |tile: TileId| source.tile(tile));
    let frontier = Frontier::resume(from, &nodes).map_err(unreadable)?;
    let last_leaf = match from.get().checked_sub(1).and_then(|last| NodeId::new(0, last)) {
        Some(last) => nodes.node(last).map_err(unreadable)?,
        None => Hash::from_bytes([0; Hash::LEN]),
    };
    let before = keys_before(source, newest, from.get()).map_err(no_entry)?;
    let mut replay = Replay::part(plan.threads, frontier, last_leaf, &before).with_signatures(plan.signatures);
    check_prefix(&mut replay, newest, &nodes)?;
    let meter = output.meter("replaying", Unit::Entries, to.get() - from.get());
    let read = |range| entries(source, size, range);
    let ended = replay_all(&mut replay, from.get()..to.get(), read, |_, range, _| {
        meter.advance(range.end - range.start);
        Ok(())
    });
    drop(meter);
    if let Some(finding) = stopped(ended)? {
        replay.findings().push(finding);
    } else if to == size {
        replay.expect(Claim::Checkpoint { size, note: newest.as_str().as_bytes().to_vec() })?;
    } else {
        check_prefix(&mut replay, newest, &nodes)?;
    }
    output.say(format_args!(
        "only the entries {from} to {} were replayed; admission and uniqueness depend on the others and were not checked",
        to.get() - 1
    ));
    Ok(replay.finish(plan.policy.as_ref(), Some(newest)))
}

/// The sizes that the range begins and ends at.
fn range(plan: &Plan, size: TreeSize) -> anyhow::Result<(TreeSize, TreeSize)> {
    let (from, to) = (plan.from.unwrap_or(0), plan.to.unwrap_or(size.get()));
    if from >= to || to > size.get() {
        return Err(anyhow!(
            "--from {from} --to {to}: the ledger has the entries 0 to {}",
            size.get().saturating_sub(1)
        ))
        .hint("--from is the first entry, --to the one after the last");
    }
    Ok((TreeSize::new(from)?, TreeSize::new(to)?))
}

/// The tree that the replay has come to must be a prefix of the one that the checkpoint signs.
fn check_prefix<N: Nodes<Error = TileError<Unread>>>(
    replay: &mut Replay,
    newest: &SignedCheckpoint,
    nodes: &N,
) -> anyhow::Result<()> {
    let head: TreeHead = replay.head();
    if head.size == TreeSize::ZERO {
        return Ok(());
    }
    let proof = prove_consistency(head.size, newest.head().size, nodes);
    let proof = match proof {
        Ok(proof) => proof,
        Err(ProofError::Node(error)) => return Err(unreadable(error)),
        Err(ProofError::NoSuchLeaf { .. } | ProofError::Shrinks { .. }) => {
            bail!("a tree of {} entries has no prefix of {}", newest.head().size, head.size)
        }
    };
    replay.expect_prefix(&proof, newest.head());
    Ok(())
}

fn unreadable(error: TileError<Unread>) -> anyhow::Error {
    match error {
        TileError::Fetch { source: Unread::NoAnswer(error), .. } => hinted_by(SourceError::hint)(error),
        TileError::Fetch { tile, source: Unread::Wrong(finding) } => anyhow!("{tile} cannot be used: {finding}"),
        TileError::NoSuchNode { node, size } => anyhow!("{node} is not in a tree of size {size}"),
        TileError::Length { tile, length, expected } => anyhow!("{tile} has {length} bytes in place of {expected}"),
    }
}

fn no_entry(unread: Unread) -> anyhow::Error {
    match unread {
        Unread::NoAnswer(error) => hinted_by(SourceError::hint)(error),
        Unread::Wrong(finding) => anyhow!("the entries that name the ledger's keys cannot be read: {finding}"),
    }
}
