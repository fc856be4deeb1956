//! A verified copy of a log, which catches up, and refuses a log that does not go on from what it was.
//!
//! ```text
//! DIR/checkpoint, DIR/tile/...    the log, as any static web server can serve it
//! DIR/policy                      whom this mirror trusts, when it was told
//! DIR/.state/                     where its last verified catching up stood (`audit_state`)
//! ```
//!
//! Entries are replayed as an audit does it before anything of them counts. Files are written first and synced, then the
//! state says how far they are verified, and last the checkpoint is replaced; a mirror that is killed at any point goes on
//! from its state. What does not hold is never shown: the checkpoint stays as it was.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::folder::{CHECKPOINT, LogFolder};
use super::source::{Source, SourceError, Unread, entries};
use super::split::prove_fork;
use crate::audit::{AuditReport, Claim, Finding, NotChecked, Place, Replay, Stop, Uniqueness, What, replay_all};
use crate::audit_state::{StateError, StateFolder};
use crate::evidence::{decode_bundle, encode_bundle};
use crate::merkle::{BundleId, TreeFull, TreeSize, tiles_at};
use crate::trust::{CheckpointError, Policy, SignedCheckpoint};

/// The folder of the state, in the mirror's.
const STATE: &str = ".state";

/// Why a mirror could not catch up, with nothing said against the log.
#[derive(Debug, Error)]
pub enum MirrorError {
    /// The log can't be read, or the mirror not written.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The mirror's state can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// What came as a checkpoint is none.
    #[error("the log's checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// The folder has another log.
    #[error("the mirror is of {mirrored}, and the log is {found}")]
    OtherLog {
        /// The mirror's log.
        mirrored: String,
        /// The one that was found.
        found: String,
    },
    /// No tree is that large.
    #[error(transparent)]
    Full(#[from] TreeFull),
}

impl MirrorError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Source(error) => error.hint(),
            Self::State(error) => Some(error.hint()),
            Self::Checkpoint(_) => Some("is that the address of a log?"),
            Self::OtherLog { .. } => Some("each log wants a mirror of its own: name another folder"),
            Self::Full(_) => None,
        }
    }
}

/// How catching up ended.
#[derive(Debug)]
pub enum CaughtUp {
    /// The mirror has the log up to this size; it had it before up to the first.
    Grown(TreeSize, TreeSize),
    /// Something does not hold. The mirror is as it was.
    Refused {
        /// What.
        report: Box<AuditReport>,
        /// Files that were kept as evidence: both checkpoints, and the fork proof where there is one.
        evidence: Vec<PathBuf>,
    },
}

/// A mirror, open for catching up.
pub struct Mirror {
    files: LogFolder,
    state: StateFolder,
    threads: usize,
}

impl Mirror {
    /// Opens a mirror, or begins one in a folder that is new or empty.
    ///
    /// # Errors
    ///
    /// [`MirrorError`].
    pub fn open(folder: &Path, threads: usize) -> Result<Self, MirrorError> {
        let files = LogFolder::new(folder);
        let mirror = Self { state: StateFolder::open(&folder.join(STATE))?, files, threads };
        if let Some(standing) = mirror.state.standing() {
            // A kill between the state and the checkpoint leaves the older one.
            mirror.files.write(CHECKPOINT, standing.checkpoint().as_str().as_bytes())?;
        }
        Ok(mirror)
    }

    /// What the mirror has: the last checkpoint that was verified.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.state.standing().map(crate::audit::Standing::checkpoint)
    }

    /// Reads what is new, verifies it, and keeps it. `progress` is told of entries to come, then of entries done.
    ///
    /// # Errors
    ///
    /// [`MirrorError`], when nothing can be told; the mirror is as it was.
    pub fn catch_up(
        &mut self,
        source: &impl Source,
        policy: Option<&Policy>,
        progress: &dyn Fn(Step),
    ) -> Result<CaughtUp, MirrorError> {
        let newest = SignedCheckpoint::parse(source.checkpoint()?)?;
        self.state.forget_unsettled();
        let mut replay = self.begin(&newest)?;
        let (start, size) = (replay.head().size, newest.head().size);
        if size < start {
            replay.find_shrunk(size.get());
            return self.refuse(replay, &newest, policy, source);
        }
        progress(Step::ToCome(size.get() - start.get()));
        match self.copy(source, &mut replay, size, progress) {
            Ok(()) => {}
            Err(Stop::Read(Unread::Wrong(finding))) => {
                replay.findings().push(*finding);
                let at = replay.head().size.get();
                replay.findings().push_unchecked(NotChecked::EntriesSince(at));
                return self.refuse(replay, &newest, policy, source);
            }
            Err(Stop::Read(Unread::NoAnswer(error))) => return Err(error.into()),
            Err(Stop::After(error)) => return Err(error),
            Err(Stop::Full(full)) => return Err(full.into()),
        }
        let note = newest.as_str().as_bytes().to_vec();
        if replay.expect(Claim::Checkpoint { size, note }).is_err() {
            return self.refuse(replay, &newest, policy, source);
        }
        self.conclude(replay, &newest, policy, source, start)
    }

    /// Keeps what was copied, if all of it holds.
    fn conclude(
        &mut self,
        mut replay: Replay,
        newest: &SignedCheckpoint,
        policy: Option<&Policy>,
        source: &impl Source,
        start: TreeSize,
    ) -> Result<CaughtUp, MirrorError> {
        let size = newest.head().size;
        let repeat = |index, first: u64| {
            let found = format!("that of entry {first}");
            replay.findings().push(Finding::at_entry(index, What::StatementRepeated, "a new statement", found));
        };
        self.state.find_repeats(size.get(), repeat)?;
        let passes = policy.is_none_or(|policy| replay.follow_keys(policy).judge(newest).passes());
        let Some(standing) = replay.standing(newest).filter(|_| passes) else {
            return self.refuse(replay, newest, policy, source);
        };
        self.write_edge(&replay)?;
        self.files.sync()?;
        self.state.save(standing)?;
        self.files.write(CHECKPOINT, newest.as_str().as_bytes())?;
        self.files.sync()?;
        Ok(CaughtUp::Grown(start, size))
    }

    fn begin(&self, newest: &SignedCheckpoint) -> Result<Replay, MirrorError> {
        match self.state.standing() {
            None => Ok(Replay::new(self.threads, Uniqueness::ByCaller)),
            Some(standing) if standing.key().name() == newest.origin().key_name() => {
                Ok(Replay::resume(self.threads, Uniqueness::ByCaller, standing.clone()))
            }
            Some(standing) => Err(MirrorError::OtherLog {
                mirrored: standing.key().name().to_string(),
                found: newest.origin().to_string(),
            }),
        }
    }

    /// Replays what is new, and writes its files.
    fn copy(
        &mut self,
        source: &impl Source,
        replay: &mut Replay,
        size: TreeSize,
        progress: &dyn Fn(Step),
    ) -> Result<(), Stop<Unread, MirrorError>> {
        let start = replay.head().size;
        let mut bundle = Unfinished::resume(&self.files, start).map_err(Stop::Read)?;
        let (files, state) = (&self.files, &mut self.state);
        let read = |range| entries(source, size, range);
        replay_all(replay, start.get()..size.get(), read, |replay, range, entries| {
            state.take_ids(replay.take_ids())?;
            bundle.take(entries, files)?;
            for (tile, bytes) in replay.tree().full_tiles() {
                files.write(&tile.path(), &bytes)?;
            }
            progress(Step::Done(range.end - range.start));
            Ok::<_, MirrorError>(())
        })?;
        bundle.write(files).map_err(|error| Stop::After(error.into()))
    }

    /// The partial tiles at the right edge.
    fn write_edge(&self, replay: &Replay) -> Result<(), SourceError> {
        for id in tiles_at(replay.head().size).filter(|id| id.width() < 256) {
            if let Some(bytes) = replay.tree().tile(id) {
                self.files.write(&id.path(), &bytes)?;
            }
        }
        Ok(())
    }

    /// Keeps both checkpoints, and the proof of a fork where the tiles give one.
    fn refuse(
        &self,
        replay: Replay,
        newest: &SignedCheckpoint,
        policy: Option<&Policy>,
        source: &impl Source,
    ) -> Result<CaughtUp, MirrorError> {
        let mut evidence = Vec::new();
        if let Some(before) = self.checkpoint() {
            let fork = if newest.head().size < before.head().size {
                prove_fork(newest, before, &self.files)
            } else {
                prove_fork(before, newest, source)
            };
            if let Some(fork) = fork {
                evidence.push(self.state.keep("fork", fork.to_text().as_bytes())?);
            }
            evidence.push(self.state.keep("checkpoint-before", before.as_str().as_bytes())?);
        }
        evidence.push(self.state.keep("checkpoint-after", newest.as_str().as_bytes())?);
        let report = replay.finish(policy, Some(newest)).seen_at(|place| source.see(place));
        Ok(CaughtUp::Refused { report: Box::new(report), evidence })
    }
}

/// How far catching up has come.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// So many entries are to come.
    ToCome(u64),
    /// So many more are done.
    Done(u64),
}

/// The bundle at the right edge, as far as its entries have come.
struct Unfinished {
    first: u64,
    entries: Vec<Vec<u8>>,
}

impl Unfinished {
    /// The partial bundle that the mirror has at its size.
    fn resume(files: &LogFolder, size: TreeSize) -> Result<Self, Unread> {
        let first = size.get() / 256 * 256;
        let Some(id) = BundleId::at(first / 256, size) else { return Ok(Self { first, entries: Vec::new() }) };
        let bytes = files.bundle(id)?;
        let wrong = |found: String| {
            Unread::Wrong(Box::new(Finding::at(Place::Tile(id.path()), What::Tile, "the mirror's own bundle", found)))
        };
        let entries = decode_bundle(&bytes).map_err(|error| wrong(error.to_string()))?;
        if entries.len() != usize::from(id.width()) {
            return Err(wrong(format!("{} entries", entries.len())));
        }
        Ok(Self { first, entries: entries.into_iter().map(<[u8]>::to_vec).collect() })
    }

    fn take(&mut self, entries: Vec<Vec<u8>>, files: &LogFolder) -> Result<(), SourceError> {
        for entry in entries {
            self.entries.push(entry);
            if self.entries.len() == 256 {
                self.write(files)?;
                *self = Self { first: self.first + 256, entries: Vec::new() };
            }
        }
        Ok(())
    }

    fn write(&self, files: &LogFolder) -> Result<(), SourceError> {
        let end = self.first + self.entries.len() as u64;
        let id = TreeSize::new(end).ok().and_then(|size| BundleId::at(self.first / 256, size));
        let Some(id) = id else { return Ok(()) };
        // Entries that were decoded from a bundle make one again.
        let bytes = encode_bundle(self.entries.iter().map(Vec::as_slice)).unwrap_or_default();
        files.write(&id.path(), &bytes)
    }
}
