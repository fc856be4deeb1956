//! Whether a ledger may go on from where it is: what its witnesses are known to have cosigned of it.
//!
//! A ledger that was restored from an old backup does not know what it has lost, but its witnesses do. So with a quorum
//! nothing is admitted until the last sizes that a quorum of witnesses has cosigned are known and none is beyond the
//! ledger's tree. The others are waited for a moment too: where two quorums need not share a witness, one of them may be the
//! only one that knows better. One that can't be reached holds up nothing beyond that moment.
//!
//! Only a checkpoint that the ledger itself has signed proves that entries are lost: no witness can stop a ledger by a word.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::info;

use crate::merkle::TreeSize;
use crate::trust::{Policy, SignedCheckpoint};

/// The proof that the ledger's store is not what the ledger has signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Behind {
    /// A witness has cosigned a tree beyond the stored one.
    #[error(
        "the witness {witness} has cosigned {} entries of this ledger, signed by its key, and here are only {stored}: {} entries \
         are lost",
        .checkpoint.head().size, .checkpoint.head().size.get() - .stored.get()
    )]
    Lost {
        /// Which witness has it.
        witness: String,
        /// What it has cosigned.
        checkpoint: Box<SignedCheckpoint>,
        /// Entries that there are here.
        stored: TreeSize,
    },
    /// A witness has cosigned a tree that the stored one does not extend.
    #[error(
        "the witness {witness} has cosigned {} entries of this ledger, signed by its key, with the root {}, and the first {} \
         entries here have another: the two histories part before that",
        .checkpoint.head().size, .checkpoint.head().root, .checkpoint.head().size
    )]
    Parted {
        /// Which witness has it.
        witness: String,
        /// What it has cosigned.
        checkpoint: Box<SignedCheckpoint>,
    },
}

impl Behind {
    /// What the witness has cosigned: the ledger's own signature is on it.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        match self {
            Self::Lost { checkpoint, .. } | Self::Parted { checkpoint, .. } => checkpoint,
        }
    }

    /// A way out for the operator.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Lost { .. } => {
                "restore a newer backup, or what a mirror has beyond this one; what is lost cannot be written anew under this key"
            }
            Self::Parted { .. } => {
                "restore the history that the witness has cosigned, from a backup or a mirror of it; this one cannot go on"
            }
        }
    }
}

/// How a ledger stands with its witnesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Too few have said what they cosigned last: nothing is admitted.
    Asking {
        /// Witnesses whose last sizes are not known, as the policy calls them.
        unknown: Vec<String>,
    },
    /// None of a quorum has cosigned anything that is not here.
    Clear,
    /// One has: nothing is admitted, and nothing will be.
    Behind(Behind),
}

/// What one witness has said of what it cosigned last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing yet.
    Nothing,
    /// It was asked in vain, or said what can't be relied on.
    InVain,
    /// It shows no checkpoint. It may have one: not every witness shows what it has.
    NoneShown,
    /// Nothing that is not here.
    Clear,
}

/// What all have said, and what follows.
pub(super) struct Hearing {
    policy: Arc<Policy>,
    /// By place in the policy; none for a witness that is not asked.
    heard: Mutex<Vec<Option<Heard>>>,
    /// Until when those that the quorum does not need are waited for.
    patience: Instant,
    standing: watch::Sender<Standing>,
}

impl Hearing {
    /// Before anyone has been asked; `asked` are the places of those who will be.
    pub(super) fn new(policy: Arc<Policy>, asked: &[usize], patience: Duration) -> Self {
        let heard = (0..policy.witnesses().len()).map(|place| asked.contains(&place).then_some(Heard::Nothing));
        let heard: Vec<_> = heard.collect();
        let first = standing(&policy, &heard, false);
        let (heard, standing) = (Mutex::new(heard), watch::Sender::new(first));
        Self { policy, heard, patience: Instant::now() + patience, standing }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    pub(super) const fn patience(&self) -> Instant {
        self.patience
    }

    fn heard(&self) -> MutexGuard<'_, Vec<Option<Heard>>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, place: usize) -> Heard {
        self.heard().get(place).copied().flatten().unwrap_or(Heard::Nothing)
    }

    /// Notes what a witness has said.
    pub(super) fn note(&self, place: usize, said: Heard) {
        if let Some(heard) = self.heard().get_mut(place) {
            *heard = Some(said);
        }
        self.weigh();
    }

    /// Looks again at what is known, and at the clock.
    pub(super) fn weigh(&self) {
        let now = standing(&self.policy, &self.heard(), Instant::now() >= self.patience);
        self.standing.send_if_modified(|standing| {
            // What was clear once stays so until there is proof of the contrary.
            let changes = matches!(standing, Standing::Asking { .. }) && *standing != now;
            if changes {
                if now == Standing::Clear {
                    info!("what the witnesses have cosigned of this ledger is known, and all of it is here: admitting");
                }
                *standing = now;
            }
            changes
        });
    }

    /// Whether there is proof that this ledger can't go on, so that there is nothing to ask any more.
    pub(super) fn is_over(&self) -> bool {
        matches!(*self.standing.borrow(), Standing::Behind(_))
    }

    /// Notes the proof that the ledger is not what it was; the first one stays.
    pub(super) fn is_behind(&self, behind: Behind) -> bool {
        self.standing.send_if_modified(|standing| {
            let changes = !matches!(standing, Standing::Behind(_));
            if changes {
                *standing = Standing::Behind(behind);
            }
            changes
        })
    }
}

fn standing(policy: &Policy, heard: &[Option<Heard>], is_late: bool) -> Standing {
    let is_clear = |place: usize| heard.get(place) == Some(&Some(Heard::Clear));
    let all_tried = !heard.contains(&Some(Heard::Nothing)) && !heard.contains(&Some(Heard::NoneShown));
    if !policy.has_quorum() || policy.is_met_by(is_clear) && (all_tried || is_late) {
        return Standing::Clear;
    }
    let names = policy.witnesses().iter().enumerate().filter(|(place, _)| !is_clear(*place));
    Standing::Asking { unknown: names.map(|(_, witness)| witness.name.clone()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use crate::note::VerifierKey;

    fn policy(quorum: &str) -> Arc<Policy> {
        let key = |number: u8| {
            let key = SigningKey::from_seed(&[number; 32]).public();
            VerifierKey::new_cosigner("w.example".parse().unwrap(), key)
        };
        let lines = (0..3).map(|number| format!("witness w{number} {} http://x\n", key(number)));
        Arc::new(Policy::parse(format!("{}{quorum}\n", lines.collect::<String>())).unwrap())
    }

    fn is_clear(hearing: &Hearing) -> bool {
        *hearing.subscribe().borrow() == Standing::Clear
    }

    const LONG: Duration = Duration::from_hours(1);
    const TWO: &str = "group g 2 w0 w1 w2\nquorum g";

    #[tokio::test]
    async fn a_quorum_is_enough_once_the_others_were_tried() {
        let hearing = Hearing::new(policy(TWO), &[0, 1, 2], LONG);
        hearing.note(0, Heard::Clear);
        hearing.note(1, Heard::Clear);
        assert!(!is_clear(&hearing), "the third may know better");
        hearing.note(2, Heard::InVain);
        assert!(is_clear(&hearing));
        // Not needed any more, so that its silence later changes nothing.
        hearing.note(0, Heard::InVain);
        assert!(is_clear(&hearing));
    }

    #[tokio::test]
    async fn one_that_is_silent_is_waited_for_no_longer_than_a_moment() {
        let hearing = Hearing::new(policy(TWO), &[0, 1, 2], Duration::ZERO);
        hearing.note(0, Heard::Clear);
        let asking = hearing.subscribe().borrow().clone();
        assert_eq!(asking, Standing::Asking { unknown: vec!["w1".to_owned(), "w2".to_owned()] });
        hearing.note(1, Heard::NoneShown);
        assert!(!is_clear(&hearing), "what it does not show may be there");
        hearing.note(1, Heard::Clear);
        assert!(is_clear(&hearing));
    }

    #[tokio::test]
    async fn without_a_quorum_nobody_is_waited_for() {
        assert!(is_clear(&Hearing::new(policy("quorum none"), &[0], LONG)));
    }
}
