//! A witness: what it cosigns, and what it refuses with which word.
//!
//! The order of the checks is that of C2SP tlog-witness, section add-checkpoint. From the look at what was cosigned before to
//! the moment when the new checkpoint is on disk nobody else has the turn, so no two requests can both follow the same
//! checkpoint. A cosignature leaves only after that. The time that it states never goes back, for any log; a clock that did
//! makes the witness refuse until it is past its last word.

use thiserror::Error;
use tracing::{error, warn};

use crate::crypto::{SigningKey, sha256};
use crate::merkle::{ConsistencyProof, ProofInvalid, TreeHead, TreeSize};
use crate::note::{KeyName, NoteError, SignatureLine, SignedNote, VerifierKey};
use crate::store::{ForkRecord, WitnessStore, WitnessStoreError, WitnessTurn};
use crate::trust::{Checkpoint, CheckpointError, Origin, PosixTime, SignedCheckpoint, sign_cosignature};

use super::logs::WitnessLogs;
use super::request::{AddCheckpoint, RequestError};

/// Why a checkpoint is not cosigned. But for [`Refused::Fork`], nothing has changed then.
#[derive(Debug, Error)]
pub enum Refused {
    /// 400: the body is no request.
    #[error("{0}")]
    Malformed(RequestError),
    /// 400: the note is no checkpoint.
    #[error("{0}")]
    NotACheckpoint(CheckpointError),
    /// 400: the old size is above the checkpoint's.
    #[error("the old size, {old}, is above the checkpoint's, {size}")]
    OldAboveSize {
        /// What was sent.
        old: TreeSize,
        /// The checkpoint's.
        size: TreeSize,
    },
    /// 404: no log of this origin is known.
    #[error("unknown log {0:?}")]
    UnknownLog(String),
    /// 403: no known key of the log has signed it, or one that it names has not.
    #[error("invalid signature: {0}")]
    BadSignature(NoteError),
    /// 409: the checkpoint that was cosigned last has another size.
    #[error("the checkpoint that was cosigned last has size {size}")]
    OtherSize {
        /// That size, 0 when there was none.
        size: TreeSize,
    },
    /// 422: the consistency proof does not hold.
    #[error("the consistency proof does not hold: {0}")]
    BadProof(ProofInvalid),
    /// 422: a checkpoint of size 0 with another root than the empty tree's.
    #[error("the checkpoint has size 0 and another root than the empty tree's")]
    NotTheEmptyTree,
    /// 422: the log has signed two roots of one size. Both checkpoints are kept.
    #[error("the log has signed two trees of size {size}; both checkpoints are kept as proof")]
    Fork {
        /// The size.
        size: TreeSize,
    },
    /// 503: the clock is before the last cosignature's time, or not set.
    #[error("this witness's clock is behind its last cosignature")]
    ClockBack,
    /// 500: the memory can't be read or written, so nothing may leave.
    #[error("this witness cannot use its memory")]
    Store(#[from] WitnessStoreError),
}

impl Refused {
    /// The HTTP status that tlog-witness has for it; 500 and 503 for what is wrong on this side.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::NotACheckpoint(_) | Self::OldAboveSize { .. } => 400,
            Self::BadSignature(_) => 403,
            Self::UnknownLog(_) => 404,
            Self::OtherSize { .. } => 409,
            Self::BadProof(_) | Self::NotTheEmptyTree | Self::Fork { .. } => 422,
            Self::Store(_) => 500,
            Self::ClockBack => 503,
        }
    }
}

/// What a witness knows of one log.
#[derive(Debug, Clone)]
pub struct LogStatus {
    /// The log.
    pub origin: Origin,
    /// Its keys.
    pub keys: Vec<VerifierKey>,
    /// The checkpoint that was cosigned last.
    pub latest: Option<SignedCheckpoint>,
    /// Proofs that it has forked.
    pub forks: Vec<ForkRecord>,
}

/// A witness.
pub struct Cosigner {
    key: SigningKey,
    vkey: VerifierKey,
    logs: WitnessLogs,
    store: WitnessStore,
}

impl Cosigner {
    /// A witness of this name and key, for these logs, with this memory.
    #[must_use]
    pub fn new(name: &KeyName, key: SigningKey, logs: WitnessLogs, store: WitnessStore) -> Self {
        Self { vkey: VerifierKey::new_cosigner(name.clone(), key.public()), key, logs, store }
    }

    /// The key that its cosignatures are verified with.
    #[must_use]
    pub const fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// Whether a write to its memory has failed, so that it cosigns nothing any more.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.store.has_failed()
    }

    /// Cosigns what the body of an `add-checkpoint` asks for, if it may. When this returns a cosignature, the checkpoint is
    /// on disk. `clock` is asked once the turn has come; nothing is a clock that is not set.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub fn add_checkpoint(
        &self,
        body: &[u8],
        clock: impl FnOnce() -> Option<PosixTime>,
    ) -> Result<SignatureLine, Refused> {
        let request = AddCheckpoint::parse(body).map_err(|error| match error {
            // A signature that can't even be read is none.
            RequestError::BadNote(note @ NoteError::BadSignatureLine { .. }) => Refused::BadSignature(note),
            other => Refused::Malformed(other),
        })?;
        let checkpoint = self.authenticate(&request.note)?;
        let (old, size) = (request.old, checkpoint.head().size);
        if old > size {
            return Err(Refused::OldAboveSize { old, size });
        }
        let turn = self.store.turn()?;
        let latest = turn.latest(checkpoint.origin())?;
        let last = latest.as_ref().map_or(TreeHead::EMPTY, |latest| *latest.head());
        if let Some(cosigned) = latest.filter(|_| size == last.size && checkpoint.head().root != last.root) {
            keep_fork(&turn, &ForkRecord { cosigned, other: checkpoint })?;
            // A fork is known by its two roots, whatever old size was sent; the answer is the one that the protocol has.
            return Err(if old == size { Refused::Fork { size } } else { Refused::OtherSize { size } });
        }
        if old != last.size {
            return Err(Refused::OtherSize { size: last.size });
        }
        check_growth(&request.proof, &last, checkpoint.head())?;
        self.cosign(&turn, &checkpoint, clock().ok_or(Refused::ClockBack)?)
    }

    /// The checkpoint of a log that is known and has signed it. Only the lines that were verified are kept.
    fn authenticate(&self, note: &SignedNote) -> Result<SignedCheckpoint, Refused> {
        let parsed = Checkpoint::parse_body(note.text());
        let origin: Origin = match &parsed {
            Ok(checkpoint) => checkpoint.origin.clone(),
            // Whether it is the log's own is to be told before that the tree is wrong.
            Err(CheckpointError::WrongEmptyRoot) => {
                let line = note.text().lines().next().unwrap_or_default();
                line.parse().map_err(|error| Refused::NotACheckpoint(CheckpointError::BadOrigin(error)))?
            }
            Err(error) => return Err(Refused::NotACheckpoint(error.clone())),
        };
        let keys = self.logs.keys(&origin);
        if keys.is_empty() {
            return Err(Refused::UnknownLog(origin.to_string()));
        }
        let signers = note.open(&keys).map_err(Refused::BadSignature)?;
        parsed.map_err(|_| Refused::NotTheEmptyTree)?;
        let mut lines: Vec<SignatureLine> = Vec::new();
        for signer in signers {
            lines.extend(note.signatures().iter().find(|line| line.is_by(signer)).cloned());
        }
        let note = SignedNote::new(note.text(), &lines).map_err(Refused::BadSignature)?;
        SignedCheckpoint::parse(note.as_str()).map_err(Refused::NotACheckpoint)
    }

    /// The last step: remember, then sign, all at a time that is not before the last.
    fn cosign(
        &self,
        turn: &WitnessTurn<'_>,
        checkpoint: &SignedCheckpoint,
        now: PosixTime,
    ) -> Result<SignatureLine, Refused> {
        if now.seconds() == 0 || turn.last_time()?.is_some_and(|last| now < last) {
            return Err(Refused::ClockBack);
        }
        let line = sign_cosignature(checkpoint.note().text(), now, self.vkey.name(), &self.key);
        let mut cosigned = checkpoint.clone();
        cosigned.append(line.clone()).map_err(Refused::BadSignature)?;
        turn.remember(&cosigned, now)?;
        Ok(line)
    }

    /// The checkpoint that was cosigned last for the log whose origin has this SHA-256, in lower-case hex.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn latest_by_hash(&self, hash: &str) -> Result<Option<SignedCheckpoint>, WitnessStoreError> {
        let named = |origin: &Origin| sha256(&[origin.as_str().as_bytes()]).to_string() == hash;
        match self.logs.origins().into_iter().find(named) {
            Some(origin) => self.store.latest(&origin),
            None => Ok(None),
        }
    }

    /// What is known of every log.
    ///
    /// # Errors
    ///
    /// [`WitnessStoreError`].
    pub fn status(&self) -> Result<Vec<LogStatus>, WitnessStoreError> {
        let status = |origin: Origin| {
            let (latest, forks) = (self.store.latest(&origin)?, self.store.forks(&origin)?);
            Ok(LogStatus { keys: self.logs.keys(&origin), origin, latest, forks })
        };
        self.logs.origins().into_iter().map(status).collect()
    }
}

fn check_growth(proof: &ConsistencyProof, old: &TreeHead, new: &TreeHead) -> Result<(), Refused> {
    proof.verify(old, new).map_err(Refused::BadProof)
}

fn keep_fork(turn: &WitnessTurn<'_>, fork: &ForkRecord) -> Result<(), Refused> {
    let (origin, size) = (fork.cosigned.origin().clone(), fork.cosigned.head().size);
    if turn.keep_fork(fork)? {
        error!("the log {origin} has signed two trees of size {size}; both checkpoints are kept");
    } else {
        warn!("the log {origin} has signed yet another tree of size {size}, or sends it again");
    }
    Ok(())
}
