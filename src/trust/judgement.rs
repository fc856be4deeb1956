//! What a policy finds when it looks at a signed checkpoint, each finding on its own.
//!
//! Steps 5 and 6 of docs/formats.md (Verification): is the checkpoint signed by a log that is believed, and have enough
//! witnesses vouched for it. Signatures by keys that the policy does not name are ignored. One by a key that it names and
//! that does not hold spoils its step, whatever else is there (C2SP signed-note, Signatures).

use super::cosignature::{CosignatureError, PosixTime, verify_cosignature};
use super::quorum::{QuorumRule, is_met};
use super::{Policy, PolicyLog, SignedCheckpoint};
use crate::codec::Time;
use crate::crypto::SignatureError;
use crate::note::{KeyId, KeyName, VerifierKey};

/// Everything that a policy finds in a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointJudgement {
    /// Step 5: the log's own signature.
    pub log: LogSignature,
    /// Every cosignature by a witness of the policy, in the note's order, repeated ones too.
    pub cosignatures: Vec<CosignatureCheck>,
    /// Step 6: whether they are enough.
    pub quorum: QuorumCheck,
}

/// Whether a log of the policy has signed the checkpoint (step 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogSignature {
    /// Signed by this key, whose name is the checkpoint's origin.
    Valid(VerifierKey),
    /// No signature names a log key of the policy: nothing can be told.
    UnknownKey,
    /// A signature names this log key of the policy and does not hold.
    Invalid {
        /// The key.
        key: VerifierKey,
        /// Which part of the rule is broken.
        error: SignatureError,
    },
    /// Signed by this log key only, which is another origin's.
    OriginMismatch(VerifierKey),
    /// Signed by this log key only, which was replaced and retired, and no quorum vouches for a time before.
    Retired {
        /// The key.
        key: VerifierKey,
        /// When it was retired.
        at: Time,
    },
}

/// One cosignature by a witness of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignatureCheck {
    /// What the policy calls the witness; bytes that are not UTF-8 are shown as U+FFFD.
    pub witness: String,
    /// The name of its key.
    pub key_name: KeyName,
    /// The id of its key.
    pub key_id: KeyId,
    /// The time that it vouches for, or why it does not hold.
    pub outcome: Result<PosixTime, CosignatureError>,
}

/// Whether enough witnesses vouch for the checkpoint (step 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuorumCheck {
    /// `quorum none`: no witness is required, and nobody vouches for a time.
    NotRequired,
    /// The quorum is reached.
    Reached {
        /// The least t at which the cosignatures with time <= t meet the quorum, each witness counted once: the entry existed
        /// no later. One witness that states too early a time cannot lower it alone where the quorum needs more than one.
        vouched: PosixTime,
    },
    /// Too few: this many different witnesses of the policy have cosigned.
    NotReached {
        /// Witnesses with a good cosignature.
        cosigned: usize,
    },
    /// A cosignature that names a witness of the policy does not hold.
    Invalid,
}

impl QuorumCheck {
    /// Whether a quorum is reached whose time is before this one.
    fn vouches_before(self, at: Time) -> bool {
        matches!(self, Self::Reached { vouched } if vouched.to_time().is_some_and(|vouched| vouched < at))
    }
}

impl CheckpointJudgement {
    /// Whether a log of the policy signed the checkpoint, and the quorum is reached or not required.
    #[must_use]
    pub const fn passes(&self) -> bool {
        matches!(self.log, LogSignature::Valid(_))
            && matches!(self.quorum, QuorumCheck::NotRequired | QuorumCheck::Reached { .. })
    }
}

impl Policy {
    /// The greatest t at which the cosignatures with time >= t meet the quorum, each witness counted once by its latest: a quorum
    /// says that at t it had cosigned no larger tree. One witness that states too late a time cannot raise it alone where the
    /// quorum needs more than one. Nothing unless a log of the policy signed the checkpoint and the quorum is reached.
    #[must_use]
    pub fn last_seen(&self, checkpoint: &SignedCheckpoint) -> Option<PosixTime> {
        let checks = self.verify_cosignatures(checkpoint);
        let quorum = self.judge_quorum(&checks);
        let (QuorumCheck::Reached { .. }, QuorumRule::Of(wanted)) = (quorum, self.rule()) else { return None };
        if !matches!(self.judge_log(checkpoint, quorum), LogSignature::Valid(_)) {
            return None;
        }
        let mut latest: Vec<Option<PosixTime>> = vec![None; self.witnesses().len()];
        for (place, check) in &checks {
            latest[*place] = latest[*place].max(check.outcome.ok());
        }
        let mut times: Vec<PosixTime> = latest.iter().flatten().copied().collect();
        times.sort_unstable();
        times.into_iter().rev().find(|t| is_met(self.definitions(), *wanted, |place| latest[place] >= Some(*t)))
    }

    /// Looks at every signature of the checkpoint and says what this policy makes of it.
    #[must_use]
    pub fn judge(&self, checkpoint: &SignedCheckpoint) -> CheckpointJudgement {
        let cosignatures = self.verify_cosignatures(checkpoint);
        let quorum = self.judge_quorum(&cosignatures);
        let cosignatures = cosignatures.into_iter().map(|(_, check)| check).collect();
        CheckpointJudgement { log: self.judge_log(checkpoint, quorum), cosignatures, quorum }
    }

    fn judge_log(&self, checkpoint: &SignedCheckpoint, quorum: QuorumCheck) -> LogSignature {
        let (mut valid, mut foreign, mut retired) = (None, None, None);
        for line in checkpoint.note().signatures() {
            for PolicyLog { key, .. } in self.logs().iter().filter(|log| line.is_by(&log.key)) {
                if let Err(error) = line.verify(checkpoint.note().text(), key) {
                    return LogSignature::Invalid { key: key.clone(), error };
                }
                let is_own = key.name() == checkpoint.origin().key_name();
                match self.retired_at(key) {
                    _ if !is_own => foreign = foreign.or(Some(key)),
                    Some(at) if !quorum.vouches_before(at) => retired = retired.or(Some((key, at))),
                    _ => valid = valid.or(Some(key)),
                }
            }
        }
        match (valid, retired, foreign) {
            (Some(key), ..) => LogSignature::Valid(key.clone()),
            (None, Some((key, at)), _) => LogSignature::Retired { key: key.clone(), at },
            (None, None, Some(key)) => LogSignature::OriginMismatch(key.clone()),
            (None, None, None) => LogSignature::UnknownKey,
        }
    }

    /// Every cosignature by a witness of the policy, with that witness's place in it.
    fn verify_cosignatures(&self, checkpoint: &SignedCheckpoint) -> Vec<(usize, CosignatureCheck)> {
        let mut checks = Vec::new();
        for line in checkpoint.note().signatures() {
            for (place, witness) in self.witnesses().iter().enumerate().filter(|(_, witness)| line.is_by(&witness.key))
            {
                let check = CosignatureCheck {
                    witness: witness.name.clone(),
                    key_name: witness.key.name().clone(),
                    key_id: witness.key.id(),
                    outcome: verify_cosignature(&witness.key, checkpoint.note().text(), line),
                };
                checks.push((place, check));
            }
        }
        checks
    }

    fn judge_quorum(&self, checks: &[(usize, CosignatureCheck)]) -> QuorumCheck {
        // The earliest good cosignature of each witness: a repeated one adds nothing.
        let mut earliest: Vec<Option<PosixTime>> = vec![None; self.witnesses().len()];
        for (place, check) in checks {
            let Ok(time) = check.outcome else { return QuorumCheck::Invalid };
            earliest[*place] = Some(earliest[*place].map_or(time, |before| before.min(time)));
        }
        let QuorumRule::Of(wanted) = *self.rule() else { return QuorumCheck::NotRequired };
        let mut times: Vec<PosixTime> = earliest.iter().flatten().copied().collect();
        times.sort_unstable();
        let met_at =
            |t: &PosixTime| is_met(self.definitions(), wanted, |place| earliest[place].is_some_and(|at| at <= *t));
        match times.iter().copied().find(|t| met_at(t)) {
            Some(vouched) => QuorumCheck::Reached { vouched },
            None => QuorumCheck::NotReached { cosigned: times.len() },
        }
    }
}
