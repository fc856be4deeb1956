//! What keeps a ledger from answering, or from answering yes.

use std::io;

use crate::api::{Problem, ProblemKind};

/// Why a call to a ledger brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The ledger said no, and why.
    #[error("{url}: {} ({})", problem.detail, problem.status)]
    Refused {
        /// What was asked.
        url: String,
        /// The ledger's reason.
        problem: Box<Problem>,
        /// How often it was asked: what came before this answer may have arrived all the same.
        attempts: u32,
    },
    /// An HTTP status that says no, without a problem that could be read: something else than a ledger answered.
    #[error("{url}: status {status} without a reason")]
    Status {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer sends to another place.
    #[error("{url}: redirected to {to}")]
    Redirected {
        /// What was asked.
        url: String,
        /// Where it sends to.
        to: String,
    },
    /// Nobody listens there, or the way there is broken.
    #[error("{url}: cannot be reached")]
    Unreachable {
        /// What was asked.
        url: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The name is not known.
    #[error("{url}: the host name is not known")]
    UnknownHost {
        /// What was asked.
        url: String,
    },
    /// No answer in time.
    #[error("{url}: no answer in time ({what})")]
    TimedOut {
        /// What was asked.
        url: String,
        /// Which part took too long.
        what: String,
    },
    /// No secure connection.
    #[error("{url}: no secure connection: {why}")]
    Tls {
        /// What was asked.
        url: String,
        /// What is wrong with the certificate or the protocol.
        why: String,
    },
    /// The answer is longer than any right one.
    #[error("{url}: the answer is longer than {limit} bytes")]
    TooLong {
        /// What was asked.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is not what a ledger answers.
    #[error("{url}: the answer is not understood: {why}")]
    NotUnderstood {
        /// What was asked.
        url: String,
        /// What is wrong with it.
        why: String,
    },
}

impl ClientError {
    /// A way out, in words for a person; the ledger's own where it gave one.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Refused { problem, .. } => match &problem.hint {
                None if problem.status == 404 => Some("check the address: it is what stands before /v1"),
                hint => hint.as_deref(),
            },
            Self::Status { .. } | Self::NotUnderstood { .. } => Some("is that the address of a notarium ledger?"),
            Self::Redirected { .. } => Some("give the address that the ledger has moved to"),
            Self::Unreachable { .. } => {
                Some("is `notarium serve` running there, and does its address end in that port?")
            }
            Self::UnknownHost { .. } => Some("check the address"),
            Self::TimedOut { .. } => Some("try again later; what was begun is kept and not deposited twice"),
            Self::Tls { .. } => Some("a private authority's certificate can be named with SSL_CERT_FILE=FILE"),
            Self::TooLong { .. } => Some("is that the address of a notarium ledger? its answers are never that long"),
        }
    }

    /// The ledger's problem, when it was the ledger that said no.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// True when what was sent is on no ledger: the ledger refused it for what it is or for its key, and no earlier attempt may
    /// have arrived.
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        use ProblemKind::{BadSignature, MalformedStatement, NotAdmitted, NotUnderstood};
        match self {
            Self::Refused { problem, attempts: 1, .. } => {
                matches!(problem.kind(), Some(BadSignature | MalformedStatement | NotAdmitted | NotUnderstood))
                    || self.is_about_the_key()
            }
            _ => false,
        }
    }

    /// True when the ledger refused the key, and so would whatever else it signs.
    #[must_use]
    pub fn is_about_the_key(&self) -> bool {
        use ProblemKind::{KeyExpired, KeyNotEnrolled, KeyNotYetValid, KeyRevoked};
        let kind = self.problem().and_then(Problem::kind);
        matches!(kind, Some(KeyExpired | KeyNotEnrolled | KeyNotYetValid | KeyRevoked))
    }

    /// The same error, met at the last of so many attempts.
    pub(super) fn after(mut self, made: u32) -> Self {
        if let Self::Refused { attempts, .. } = &mut self {
            *attempts = made;
        }
        self
    }

    /// True when the same answer is to be expected for anything else that is sent there under the same key: no use in going on.
    #[must_use]
    pub fn is_about_the_ledger(&self) -> bool {
        self.is_about_the_key() || !matches!(self, Self::Refused { problem, .. } if problem.status < 500)
    }
}
