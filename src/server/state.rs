//! What every handler has at hand: the ledger's two ends, what never changes about it, and the limits.

use std::ops::Deref;
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Semaphore, watch};

use crate::api::{Software, admission_word};
use crate::evidence::{Body, Entry, SignedStatement};
use crate::merkle::LeafIndex;
use crate::note::VerifierKey;
use crate::sequencer::Sequencer;
use crate::store::{ReadError, Reader};
use crate::trust::{Policy, PolicyError, SignedCheckpoint};
use crate::witness::Gathering;

use super::earlier::Deposits;
use super::guard::Gate;
use super::limits::Limits;
use super::pages::Pages;
use super::rates::Buckets;

/// The witnesses of a ledger that is served.
#[derive(Clone)]
pub struct Witnesses {
    /// What asks them.
    pub gathering: Gathering,
    /// Which checkpoint `/checkpoint` serves.
    pub publish: Publish,
}

/// Which checkpoint `/checkpoint` serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// The newest, as soon as the ledger has signed it.
    Immediate,
    /// The newest that the quorum has cosigned.
    Quorum,
}

/// Why a ledger can't be served.
#[derive(Debug, Error)]
pub enum AppError {
    /// Entry 0 can't be read.
    #[error("the genesis entry cannot be read")]
    Read(#[from] ReadError),
    /// Entry 0 does not say who may deposit.
    #[error("entry 0 is not a genesis entry")]
    NoGenesis,
    /// The ledger's own policy can't be written down.
    #[error("the ledger's own policy")]
    Policy(#[from] PolicyError),
}

impl AppError {
    /// A way out for the operator, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Read(_) | Self::NoGenesis => {
                "`notarium audit DIR` says what is damaged; restore the ledger from a backup"
            }
            Self::Policy(_) => {
                "this ledger's origin or key cannot be trusted by name; `notarium audit DIR` looks at both"
            }
        })
    }
}

/// A ledger that is served. Cheap to clone; every handler has one.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What all handlers share.
pub struct Shared {
    pub(super) reader: Reader,
    pub(super) sequencer: Sequencer,
    pub(super) limits: Limits,
    pub(super) software: Software,
    pub(super) vkey: VerifierKey,
    pub(super) admission: &'static str,
    /// Trust in this ledger's key, and in its witnesses where there are any.
    pub(super) policy: Policy,
    pub(super) deposits: Deposits,
    pub(super) gate: Gate,
    pub(super) pages: Pages,
    pub(super) batches: Arc<Semaphore>,
    pub(super) submissions: Semaphore,
    pub(super) keys: Option<Buckets<[u8; 32]>>,
    pub(super) witnesses: Option<Witnesses>,
    /// Whether the server is stopping.
    pub(super) stopping: watch::Sender<bool>,
    checkpoint: watch::Receiver<Arc<SignedCheckpoint>>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Serves the ledger that `reader` reads and `sequencer` writes. `build` names this build of the program.
    ///
    /// # Errors
    ///
    /// [`AppError`].
    pub fn new(reader: Reader, sequencer: Sequencer, limits: Limits, build: &str) -> Result<Self, AppError> {
        Self::with_witnesses(reader, sequencer, limits, build, None)
    }

    /// The same, whose checkpoints witnesses cosign.
    ///
    /// # Errors
    ///
    /// [`AppError`].
    pub fn with_witnesses(
        reader: Reader,
        sequencer: Sequencer,
        limits: Limits,
        build: &str,
        witnesses: Option<Witnesses>,
    ) -> Result<Self, AppError> {
        let vkey = VerifierKey::new_ed25519(reader.origin().key_name().clone(), *reader.public_key());
        let admission = admission(&reader)?;
        let policy = match &witnesses {
            Some(witnesses) => witnesses.gathering.policy().clone(),
            None => Policy::for_log(&vkey, None)?,
        };
        let software = Software {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: build.to_owned(),
        };
        let text = String::from_utf8_lossy(policy.as_bytes());
        let pages = Pages::new(&software, reader.origin().as_str(), &vkey.to_string(), admission, &text);
        Ok(Self(Arc::new(Shared {
            admission,
            policy,
            software,
            pages,
            checkpoint: sequencer.checkpoint(),
            deposits: Deposits::default(),
            gate: Gate::new(&limits),
            submissions: Semaphore::new(usize::try_from(limits.submissions).unwrap_or(Semaphore::MAX_PERMITS)),
            keys: limits.per_key.map(Buckets::new),
            batches: Arc::new(Semaphore::new(usize::try_from(limits.batches).unwrap_or(Semaphore::MAX_PERMITS))),
            stopping: watch::Sender::new(false),
            witnesses,
            vkey,
            limits,
            reader,
            sequencer,
        })))
    }
}

impl Shared {
    /// The newest published checkpoint.
    pub(super) fn checkpoint(&self) -> Arc<SignedCheckpoint> {
        Arc::clone(&self.checkpoint.borrow())
    }

    /// In an overlap, the key that is being replaced: it has signed the newest checkpoint too.
    pub(super) fn retiring(&self) -> Option<VerifierKey> {
        let before = self.reader.chain().keys().iter().rev().nth(1)?.key.known().copied()?;
        let key = VerifierKey::new_ed25519(self.reader.origin().key_name().clone(), before);
        self.checkpoint.borrow().note().signatures().iter().any(|line| line.is_by(&key)).then_some(key)
    }

    /// Entries under the newest checkpoint.
    pub(super) fn size(&self) -> u64 {
        self.checkpoint.borrow().head().size.get()
    }
}

/// Who may deposit, as the genesis entry says.
fn admission(reader: &Reader) -> Result<&'static str, AppError> {
    let entry = reader.entry(LeafIndex::new(0))?.ok_or(AppError::NoGenesis)?;
    let statement = Entry::parse(&entry).ok().and_then(|entry| entry.statement().ok());
    match statement.as_ref().map(SignedStatement::body) {
        Some(Body::Genesis(genesis)) => Ok(admission_word(genesis.admission)),
        _ => Err(AppError::NoGenesis),
    }
}
