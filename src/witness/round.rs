//! Which checkpoint all witnesses are asked about, and when it has enough cosignatures.
//!
//! If each witness were asked about whatever is newest when it is free, no checkpoint of a busy ledger would ever have
//! several. So all are asked about one, the target, and the next becomes it only when the quorum has cosigned this one; a slow
//! witness finds it still standing, and one that the quorum does not need holds up nothing. There is one case more: a
//! witness that has cosigned a larger tree cannot go back to the target.

use std::sync::Arc;

use crate::merkle::TreeSize;
use crate::note::{SignatureLine, VerifierKey};
use crate::trust::{Policy, QuorumCheck, SignedCheckpoint};

/// Whether a checkpoint has the cosignatures that the policy asks for; where it asks for none, whether it has any.
pub(super) fn is_witnessed(policy: &Policy, checkpoint: &SignedCheckpoint) -> bool {
    let judgement = policy.judge(checkpoint);
    match judgement.quorum {
        QuorumCheck::Reached { .. } => true,
        QuorumCheck::NotRequired => !judgement.cosignatures.is_empty(),
        QuorumCheck::NotReached { .. } | QuorumCheck::Invalid => false,
    }
}

/// What is asked about now.
pub(super) struct Round {
    policy: Arc<Policy>,
    /// With the cosignatures that it has.
    target: SignedCheckpoint,
    newest: Arc<SignedCheckpoint>,
    reached: bool,
    /// Whether anyone has been asked about the target.
    asked: bool,
}

impl Round {
    pub(super) fn new(policy: Arc<Policy>, newest: Arc<SignedCheckpoint>) -> Self {
        Self { policy, target: SignedCheckpoint::clone(&newest), newest, reached: false, asked: false }
    }

    pub(super) fn newest_size(&self) -> TreeSize {
        self.newest.head().size
    }

    pub(super) const fn target(&self) -> &SignedCheckpoint {
        &self.target
    }

    /// Notes a newer checkpoint. Says whether it is the target now.
    pub(super) fn grow(&mut self, newest: Arc<SignedCheckpoint>) -> bool {
        self.newest = newest;
        self.reached && self.advance()
    }

    /// Notes that a witness is asked now. The first one is asked about what is newest then. Says whether that is another target.
    pub(super) fn begin(&mut self) -> bool {
        let is_another = !self.asked && self.advance();
        self.asked = true;
        is_another
    }

    /// Notes that a witness has cosigned a tree of this size. Says whether there is another target now.
    pub(super) fn is_past(&mut self, size: TreeSize) -> bool {
        size > self.target.head().size && self.advance()
    }

    /// Adds a cosignature that was verified. Gives the target if it is witnessed, with all its cosignatures.
    pub(super) fn add(
        &mut self,
        size: TreeSize,
        witness: &VerifierKey,
        line: SignatureLine,
    ) -> Option<SignedCheckpoint> {
        let has_it = self.target.note().signatures().iter().any(|line| line.is_by(witness));
        if size != self.target.head().size || has_it || self.target.append(line).is_err() {
            return None;
        }
        self.reached = is_witnessed(&self.policy, &self.target);
        self.reached.then(|| self.target.clone())
    }

    /// Goes on to the newest checkpoint, if the target is witnessed and not the newest.
    pub(super) fn go_on(&mut self) -> bool {
        self.reached && self.advance()
    }

    fn advance(&mut self) -> bool {
        if self.newest.head().size <= self.target.head().size {
            return false;
        }
        self.target = SignedCheckpoint::clone(&self.newest);
        (self.reached, self.asked) = (false, false);
        true
    }
}
