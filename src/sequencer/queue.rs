//! What stands between those who submit and the thread: the job, the answer, the state.

use thiserror::Error;
use tokio::sync::oneshot;

use crate::evidence::{Kind, VerifiedStatement};
use crate::registry::NotAdmitted;

use super::admitted::Admitted;

/// Why a statement was not admitted, or is not known to have been.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubmitError {
    /// As many statements wait as may wait. Nothing was admitted; a repeat later is safe.
    #[error("{waiting} statements wait already")]
    QueueFull {
        /// The limit.
        waiting: usize,
    },
    /// The ledger does not admit statements of this kind.
    #[error("this ledger does not admit statements of kind {}", .kind.code())]
    KindNotAdmitted {
        /// The kind.
        kind: Kind,
    },
    /// The key that signs it, or what it says of a key, is against the rules of admission.
    #[error("{0}")]
    NotAdmitted(NotAdmitted),
    /// The ledger has too little room. Nothing was admitted.
    #[error("the disk has {free} bytes free, fewer than the {least} that a ledger must have to admit")]
    DiskFull {
        /// Bytes free.
        free: u64,
        /// Bytes that must be.
        least: u64,
    },
    /// Repeats, or the keys in force, can't be told, so nothing was admitted.
    #[error("the ledger cannot look up whether it has this statement, or who may sign it: {reason}")]
    LookupFailed {
        /// What went wrong.
        reason: String,
    },
    /// The ledger admits nothing any more. Nothing was admitted.
    #[error("the ledger has stopped admitting: {0}")]
    Stopped(Stopped),
    /// Whether the statement was admitted is not known; a repeat is safe, and will tell.
    #[error("whether the statement was admitted is not known")]
    OutcomeUnknown,
}

/// Why a ledger admits nothing any more, until it is opened again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Stopped {
    /// It is being stopped, or has been.
    #[error("it is shutting down")]
    ShutDown,
    /// Its clock was more than a minute behind its last entry.
    #[error("{reason}")]
    ClockBehind {
        /// What the clock said.
        reason: String,
    },
    /// A commit, or what must follow it, failed: what is on disk is not known.
    #[error("{reason}")]
    OutcomeUnknown {
        /// What failed.
        reason: String,
    },
    /// No further entry can be planned or committed.
    #[error("{reason}")]
    CannotGoOn {
        /// Why not.
        reason: String,
    },
}

impl Stopped {
    /// A way out for the operator, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ClockBehind { .. } => Some("set the clock, then start again"),
            Self::OutcomeUnknown { .. } => {
                Some("start again, which looks at what is on disk; nothing acknowledged is lost")
            }
            Self::ShutDown | Self::CannotGoOn { .. } => None,
        }
    }
}

/// Whether a ledger admits statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does.
    Admitting,
    /// Not for now: too little room on the disk.
    DiskFull,
    /// Not until it is opened again.
    Stopped(Stopped),
}

/// The answer that a submitter waits for.
pub(super) type Answer = Result<Admitted, SubmitError>;

/// A statement, and who waits for it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) statement: VerifiedStatement,
    pub(super) waiter: oneshot::Sender<Answer>,
}

/// What goes to the thread.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "all but one message are statements: a box each would cost more than it saves"
)]
pub(super) enum Message {
    /// A statement to admit.
    Submit(Job),
    /// Take nothing more in, finish what was accepted, and end.
    Stop,
}
