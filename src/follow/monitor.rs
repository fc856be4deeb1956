//! Watches a log: replays what is new, and hands over each entry once the tree that has it is verified.
//!
//! A window of entries is handed over only after the tree at its end is proved to be a prefix of the one that the checkpoint
//! signs, so that what is told of is in the log and nothing is told twice or left out.

use thiserror::Error;

use super::key_chain::keys_before;
use super::source::{Source, SourceError, Unread, entries};
use crate::audit::{AuditReport, Claim, Replay, Signatures, Stop, replay_all};
use crate::evidence::Entry;
use crate::merkle::{
    Frontier, Hash, NodeId, Nodes, TileError, TileId, TileNodes, TreeFull, TreeSize, prove_consistency,
};
use crate::trust::{CheckpointError, SignedCheckpoint};

/// Entries that are replayed before they are handed over.
const WINDOW: u64 = 4_096;

/// Why nothing can be told.
#[derive(Debug, Error)]
pub enum MonitorError {
    /// The log can't be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What came as a checkpoint is none.
    #[error("the log's checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// A tile at the start is not there, or not one.
    #[error("the tiles at entry {at} cannot be used: {why}")]
    Tiles {
        /// Where the watching begins.
        at: u64,
        /// What is wrong.
        why: String,
    },
    /// The log has fewer entries than the watching should begin at.
    #[error("the log has {size} entries, fewer than {from}")]
    NotThere {
        /// Its size.
        size: u64,
        /// Where to begin.
        from: u64,
    },
    /// No tree is that large.
    #[error(transparent)]
    Full(#[from] TreeFull),
}

impl MonitorError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Source(error) => error.hint(),
            Self::Checkpoint(_) => Some("is that the address of a log?"),
            Self::Tiles { .. } => Some("`notarium audit URL` says more"),
            Self::NotThere { .. } => Some("begin at an entry that there is, or leave out --from"),
            Self::Full(_) => None,
        }
    }
}

/// How one look ended.
#[derive(Debug)]
pub enum Seen {
    /// The log holds as far as it was watched, up to this size.
    Holds(TreeSize),
    /// Something does not hold.
    Broken(Box<AuditReport>),
}

/// A log that is watched, from some entry on.
pub struct Monitor<S> {
    source: S,
    replay: Replay,
    last: SignedCheckpoint,
}

impl<S: Source> Monitor<S> {
    /// Begins before entry `from`, or with the next new entry.
    ///
    /// # Errors
    ///
    /// [`MonitorError`].
    pub fn begin(source: S, from: Option<u64>, threads: usize) -> Result<Self, MonitorError> {
        let last = SignedCheckpoint::parse(source.checkpoint()?)?;
        let size = last.head().size;
        let from = from.unwrap_or(size.get());
        let start = TreeSize::new(from).ok().filter(|start| *start <= size);
        let start = start.ok_or(MonitorError::NotThere { size: size.get(), from })?;
        let nodes = TileNodes::new(size, |tile: TileId| source.tile(tile));
        let unusable = |error| unusable(from, error);
        let frontier = Frontier::resume(start, &nodes).map_err(unusable)?;
        let last_leaf = match from.checked_sub(1).and_then(|last| NodeId::new(0, last)) {
            Some(before) => nodes.node(before).map_err(unusable)?,
            None => Hash::from_bytes([0; Hash::LEN]),
        };
        let before = keys_before(&source, &last, from).map_err(|unread| unanswered(from, unread))?;
        let replay = Replay::part(threads, frontier, last_leaf, &before).with_signatures(Signatures::Strict);
        Ok(Self { source, replay, last })
    }

    /// Looks for what is new and hands over each entry of it, verified, with its index.
    ///
    /// # Errors
    ///
    /// [`MonitorError`], when nothing can be told now; looking again later goes on.
    pub fn look<E>(
        &mut self,
        mut hand_over: impl FnMut(u64, &Entry) -> Result<(), E>,
    ) -> Result<Result<Seen, E>, MonitorError> {
        let newest = SignedCheckpoint::parse(self.source.checkpoint()?)?;
        let size = newest.head().size;
        let claim = |checkpoint: &SignedCheckpoint| Claim::Checkpoint {
            size: checkpoint.head().size,
            note: checkpoint.as_str().as_bytes().to_vec(),
        };
        if size < self.replay.head().size {
            // The replay can't go back, and a tree that signs less than it has signed is told by the claim that fails.
            self.replay.find_shrunk(size.get());
            return Ok(Ok(self.broken(&newest)));
        }
        while self.replay.head().size < size {
            let start = self.replay.head().size.get();
            let end = size.get().min((start / WINDOW + 1) * WINDOW);
            let Some(window) = self.replay_window(size, start..end)? else { return Ok(Ok(self.broken(&newest))) };
            self.prove_prefix(&newest)?;
            if !self.replay.holds() {
                return Ok(Ok(self.broken(&newest)));
            }
            for (index, bytes) in (start..).zip(&window) {
                if let Ok(entry) = Entry::parse(bytes)
                    && let Err(error) = hand_over(index, &entry)
                {
                    return Ok(Err(error));
                }
            }
        }
        // The replay stands at that size: it compares at once.
        let compared = self.replay.expect(claim(&newest));
        debug_assert!(compared.is_ok(), "the replay is not past the newest size");
        if !self.replay.holds() {
            return Ok(Ok(self.broken(&newest)));
        }
        self.last = newest;
        Ok(Ok(Seen::Holds(size)))
    }

    /// The last checkpoint that held.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.last
    }

    /// Where entries come from.
    #[must_use]
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// Replays a window and gives its entries; none when something about them is wrong already.
    fn replay_window(
        &mut self,
        size: TreeSize,
        range: std::ops::Range<u64>,
    ) -> Result<Option<Vec<Vec<u8>>>, MonitorError> {
        let mut window = Vec::new();
        let at = range.start;
        let source = &self.source;
        let ended = replay_all(
            &mut self.replay,
            range,
            |range| entries(source, size, range),
            |_, _, entries| {
                window.extend(entries);
                Ok::<_, MonitorError>(())
            },
        );
        match ended {
            Ok(()) => Ok(Some(window)),
            Err(Stop::Read(Unread::Wrong(finding))) => {
                self.replay.findings().push(*finding);
                Ok(None)
            }
            Err(Stop::Read(unread @ Unread::NoAnswer(_))) => Err(unanswered(at, unread)),
            Err(Stop::After(error)) => Err(error),
            Err(Stop::Full(full)) => Err(full.into()),
        }
    }

    /// The tree so far must be a prefix of the one that is signed.
    fn prove_prefix(&mut self, newest: &SignedCheckpoint) -> Result<(), MonitorError> {
        let (from, to) = (self.replay.head().size, newest.head().size);
        let nodes = TileNodes::new(to, |tile: TileId| self.source.tile(tile));
        let proof = prove_consistency(from, to, &nodes).map_err(|error| MonitorError::Tiles {
            at: from.get(),
            why: match error {
                crate::merkle::ProofError::Node(error) => words(error),
                _ => "the tree has no such prefix".to_owned(),
            },
        })?;
        self.replay.expect_prefix(&proof, newest.head());
        Ok(())
    }

    fn broken(&self, newest: &SignedCheckpoint) -> Seen {
        let report = self.replay.clone().finish(None, Some(newest));
        Seen::Broken(Box::new(report.seen_at(|place| self.source.see(place))))
    }
}

fn unanswered(at: u64, unread: Unread) -> MonitorError {
    match unread {
        Unread::NoAnswer(error) => error.into(),
        Unread::Wrong(finding) => MonitorError::Tiles { at, why: finding.to_string() },
    }
}

fn unusable(at: u64, error: TileError<Unread>) -> MonitorError {
    match error {
        TileError::Fetch { source, .. } => unanswered(at, source),
        other => MonitorError::Tiles { at, why: words(other) },
    }
}

fn words(error: TileError<Unread>) -> String {
    match error {
        TileError::NoSuchNode { node, size } => format!("{node} is not in a tree of size {size}"),
        TileError::Length { tile, length, expected } => format!("{tile} has {length} bytes in place of {expected}"),
        TileError::Fetch { tile, source: Unread::Wrong(finding) } => format!("{tile}: {finding}"),
        TileError::Fetch { tile, source: Unread::NoAnswer(error) } => format!("{tile}: {error}"),
    }
}
