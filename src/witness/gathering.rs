//! Asks the witnesses of a policy to cosign a ledger's checkpoints, and keeps what they answer.
//!
//! Each witness has a task of its own with its own pause after a failure, so that one that is slow or gone is nobody else's
//! trouble; submissions wait for none of them unless they ask to. Cosignatures are verified before they are kept. What to ask
//! about is `round`'s.
//!
//! What a witness has cosigned before is looked at first: a checkpoint that this ledger has signed and does not have proves that
//! it has lost entries (it was restored from an old backup, say). [`Gathering::standing`] says whether anything may be admitted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::{debug, error, info, warn};

use crate::client::{Address, AddressError, ClientError, WitnessAnswer, WitnessClient};
use crate::codec::parse_decimal;
use crate::crypto::{PublicKey, sha256};
use crate::merkle::{ConsistencyProof, LeafIndex, TreeSize};
use crate::note::{SignatureLine, VerifierKey};
use crate::store::{Cosignatures, ReadError, Reader};
use crate::trust::{CosignatureError, LogSignature, Policy, PolicyWitness, SignedCheckpoint, verify_cosignature};

use super::pace::{AskLimits, Demand, Waiting};
use super::request::AddCheckpoint;
use super::round::{Round, is_witnessed};
use super::standing::{Behind, Heard, Hearing, Standing};

/// Sizes that are looked through for the newest or first witnessed checkpoint.
const SIZES: usize = 256;

/// Why witnesses can't be asked.
#[derive(Debug, Error)]
pub enum GatherError {
    /// The policy is another ledger's.
    #[error("the witness policy does not name this ledger's key, {0}")]
    OtherLedger(VerifierKey),
    /// The policy has no witness with a URL.
    #[error("the witness policy names no witness with a URL")]
    NoWitness,
    /// No quorum can be had of those that have a URL.
    #[error(
        "the witnesses with a URL do not make up the quorum of the witness policy, so nothing could ever be admitted"
    )]
    OutOfReach,
    /// A witness's URL is no address.
    #[error("the URL of the witness {witness}")]
    Address {
        /// What the policy calls it.
        witness: String,
        /// What is wrong.
        #[source]
        source: AddressError,
    },
    /// Cosignatures from before can't be read.
    #[error("the cosignatures cannot be read")]
    Read(#[from] ReadError),
}

impl GatherError {
    /// A way out for the operator.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::OtherLedger(_) => "put a line `log` with this ledger's key into it, as DIR/policy has it",
            Self::NoWitness | Self::OutOfReach | Self::Address { .. } => {
                "a line reads `witness NAME VKEY URL`, with the URL before /add-checkpoint"
            }
            Self::Read(_) => "`notarium audit DIR` says what is damaged",
        })
    }
}

/// How it stands with one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessStatus {
    /// What the policy calls it.
    pub name: String,
    /// The size that it cosigned last.
    pub cosigned: Option<TreeSize>,
    /// What went wrong last, if it did after that.
    pub failure: Option<String>,
}

/// The asking, and what has come of it. Clones are of the same; when the last is dropped the asking ends.
#[derive(Clone)]
pub struct Gathering {
    shared: Arc<Shared>,
    _tasks: Arc<Tasks>,
}

struct Tasks(Vec<AbortHandle>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

struct Shared {
    policy: Arc<Policy>,
    reader: Reader,
    cosignatures: Cosignatures,
    limits: AskLimits,
    round: Mutex<Round>,
    target: watch::Sender<Arc<SignedCheckpoint>>,
    witnessed: watch::Sender<Option<Arc<SignedCheckpoint>>>,
    hearing: Hearing,
    demand: Demand,
    status: Mutex<Vec<WitnessStatus>>,
}

/// Why a witness has not cosigned.
#[derive(Debug, Error)]
enum AskError {
    #[error("{0}")]
    Call(#[from] ClientError),
    #[error("it refuses: {reason} ({status})")]
    Refused { status: u16, reason: String },
    #[error("its size {0:?} is not understood, or changes while it is asked")]
    BadSize(String),
    #[error("it has cosigned {0} entries, more than were asked about")]
    Larger(TreeSize),
    #[error("the checkpoint of this ledger that it shows is not signed by this ledger's key")]
    NotOurs,
    #[error("none of its answer is by its key")]
    NoCosignature,
    #[error("its cosignature is not good: {0}")]
    BadCosignature(CosignatureError),
    #[error("the ledger cannot be read: {0}")]
    Read(#[from] ReadError),
    #[error("the asking itself failed: {0}")]
    Task(String),
}

impl Gathering {
    /// Starts to ask, on the runtime that this is called on. `newest` gives the ledger's newest checkpoint.
    ///
    /// # Errors
    ///
    /// [`GatherError`].
    pub fn start(
        policy: Policy,
        reader: Reader,
        mut newest: watch::Receiver<Arc<SignedCheckpoint>>,
        limits: AskLimits,
    ) -> Result<Self, GatherError> {
        let own = VerifierKey::new_ed25519(reader.origin().key_name().clone(), *reader.public_key());
        // In an overlap the key that is being replaced will do.
        let known = policy.judge(&newest.borrow()).log;
        if !matches!(known, LogSignature::Valid(_)) {
            return Err(GatherError::OtherLedger(own));
        }
        let clients = clients(&policy, limits)?;
        let asked: Vec<usize> = clients.iter().map(|(place, _)| *place).collect();
        if !policy.is_met_by(|place| asked.contains(&place)) {
            return Err(GatherError::OutOfReach);
        }
        let policy = Arc::new(policy);
        let first = Arc::clone(&newest.borrow_and_update());
        let cosignatures = Cosignatures::of(&reader);
        let found = cosignatures.newest(SIZES)?;
        let witnessed = first_witnessed(&policy, &reader, found)?.map(Arc::new);
        let status =
            |witness: &PolicyWitness| WitnessStatus { name: witness.name.clone(), cosigned: None, failure: None };
        let shared = Arc::new(Shared {
            status: Mutex::new(policy.witnesses().iter().map(status).collect()),
            round: Mutex::new(Round::new(Arc::clone(&policy), Arc::clone(&first))),
            target: watch::Sender::new(first),
            witnessed: watch::Sender::new(witnessed),
            demand: Demand::new(),
            hearing: Hearing::new(Arc::clone(&policy), &asked, limits.first_look),
            policy,
            reader,
            cosignatures,
            limits,
        });
        let mut tasks: Vec<_> = clients
            .into_iter()
            .map(|(place, client)| tokio::spawn(Arc::clone(&shared).ask_for_ever(place, client)).abort_handle())
            .collect();
        let growing = Arc::clone(&shared);
        let follow = async move {
            while newest.changed().await.is_ok() {
                let checkpoint = Arc::clone(&newest.borrow_and_update());
                growing.change(|round| round.grow(checkpoint));
            }
        };
        tasks.push(tokio::spawn(follow).abort_handle());
        let waiting = Arc::clone(&shared);
        let wait = async move {
            sleep_until(waiting.hearing.patience()).await;
            waiting.hearing.weigh();
        };
        tasks.push(tokio::spawn(wait).abort_handle());
        Ok(Self { shared, _tasks: Arc::new(Tasks(tasks)) })
    }

    /// The policy with the witnesses and the quorum.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    /// The newest checkpoint that the quorum has cosigned, with its cosignatures, to look at or to wait for the next.
    #[must_use]
    pub fn witnessed(&self) -> watch::Receiver<Option<Arc<SignedCheckpoint>>> {
        self.shared.witnessed.subscribe()
    }

    /// Says that somebody waits for the quorum, until what is given is dropped: witnesses are asked more often then.
    #[must_use]
    pub fn wait(&self) -> Waiting {
        self.shared.demand.begin()
    }

    /// Whether anything may be admitted, as far as the witnesses know; to look at or to wait for a change.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.shared.hearing.subscribe()
    }

    /// The same once it is known, or when those who are silent have been waited for long enough ([`AskLimits::first_look`]).
    pub async fn settled(&self) -> Standing {
        let mut standing = self.standing();
        let known = standing.wait_for(|standing| !matches!(standing, Standing::Asking { .. }));
        let _ = timeout_at(self.shared.hearing.patience(), known).await;
        self.shared.hearing.weigh();
        standing.borrow().clone()
    }

    /// How it stands with each witness.
    #[must_use]
    pub fn status(&self) -> Vec<WitnessStatus> {
        self.shared.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first checkpoint that covers an entry and that the quorum has cosigned, with its cosignatures.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn first_covering(&self, index: LeafIndex) -> Result<Option<SignedCheckpoint>, ReadError> {
        let Ok(size) = TreeSize::new(index.get().saturating_add(1)) else { return Ok(None) };
        let Shared { policy, reader, cosignatures, witnessed, .. } = &*self.shared;
        if let Some(first) = first_witnessed(policy, reader, cosignatures.from(size, SIZES)?)? {
            return Ok(Some(first));
        }
        let newest = witnessed.borrow().clone();
        Ok(newest.filter(|newest| newest.head().size.contains(index)).map(|newest| SignedCheckpoint::clone(&newest)))
    }
}

/// The witnesses that can be asked, by their place in the policy.
fn clients(policy: &Policy, limits: AskLimits) -> Result<Vec<(usize, WitnessClient)>, GatherError> {
    let mut clients = Vec::new();
    for (place, witness) in policy.witnesses().iter().enumerate() {
        let Some(url) = &witness.url else {
            warn!("the witness {} has no URL in the policy and is not asked", witness.name);
            continue;
        };
        let address: Address =
            url.parse().map_err(|source| GatherError::Address { witness: witness.name.clone(), source })?;
        clients.push((place, WitnessClient::new(address, limits.answer)));
    }
    if clients.is_empty() { Err(GatherError::NoWitness) } else { Ok(clients) }
}

/// The first of these sizes whose checkpoint is witnessed.
fn first_witnessed(
    policy: &Policy,
    reader: &Reader,
    sizes: Vec<(TreeSize, Vec<SignatureLine>)>,
) -> Result<Option<SignedCheckpoint>, ReadError> {
    for (size, lines) in sizes {
        let Some(mut checkpoint) = reader.checkpoint_of(size)? else { continue };
        for line in lines {
            // One that finds no room is one too many.
            let _ = checkpoint.append(line);
        }
        if is_witnessed(policy, &checkpoint) {
            return Ok(Some(checkpoint));
        }
    }
    Ok(None)
}

impl Shared {
    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the round, and shows the target if it is another.
    fn change(&self, change: impl FnOnce(&mut Round) -> bool) {
        let mut round = self.round();
        if change(&mut round) {
            self.target.send_replace(Arc::new(round.target().clone()));
        }
    }

    /// Asks one witness about target after target.
    async fn ask_for_ever(self: Arc<Self>, place: usize, client: WitnessClient) {
        let mut targets = self.target.subscribe();
        let (mut known, mut pause) = (TreeSize::ZERO, self.limits.first_pause);
        loop {
            self.change(Round::begin);
            let target = Arc::clone(&targets.borrow_and_update());
            let begun = Instant::now();
            if self.hearing.of(place) != Heard::Clear {
                known = self.look_first(place, &client, known).await;
            }
            if self.hearing.is_over() {
                return;
            }
            let (shared, asked, caller) = (Arc::clone(&self), Arc::clone(&target), client.clone());
            let answered = spawn_blocking(move || shared.ask(place, &caller, &asked, known)).await;
            match answered.unwrap_or_else(|error| Err(AskError::Task(error.to_string()))) {
                Ok(line) => {
                    self.hearing.note(place, Heard::Clear);
                    (known, pause) = (target.head().size, self.limits.first_pause);
                    self.cosigned(place, known, line);
                    self.demand.rest(begun, &self.limits).await;
                    if targets.changed().await.is_err() {
                        return;
                    }
                }
                Err(AskError::Larger(size)) if size <= self.round().newest_size() => {
                    known = size;
                    self.change(|round| round.is_past(size));
                    sleep(self.limits.interval).await;
                }
                Err(error) => {
                    self.failed(place, &client, &error).await;
                    sleep(pause).await;
                    pause = (pause * 2).min(self.limits.longest_pause);
                }
            }
        }
    }

    /// Asks one witness about one checkpoint: twice, when it says from which size a proof is due.
    fn ask(
        &self,
        place: usize,
        client: &WitnessClient,
        target: &SignedCheckpoint,
        known: TreeSize,
    ) -> Result<SignatureLine, AskError> {
        let size = target.head().size;
        if known > size {
            return Err(AskError::Larger(known));
        }
        // What the ledger's own signature stands on, whatever cosignatures have come meanwhile.
        let note = target.note().clone();
        let mut old = known;
        for _ in 0..2 {
            let proof = match old {
                TreeSize::ZERO => {
                    ConsistencyProof::from_hashes(Vec::new()).map_err(|e| AskError::Task(e.to_string()))?
                }
                old => self.reader.prove_consistency(old, size)?,
            };
            let request = AddCheckpoint { old, proof, note: note.clone() };
            match client.add_checkpoint(&request.to_body())? {
                WitnessAnswer::Cosigned(text) => return self.read_cosignature(place, target, &text),
                WitnessAnswer::Refused { status, reason } => return Err(AskError::Refused { status, reason }),
                WitnessAnswer::OtherSize(text) => {
                    let said = parse_decimal(&text).ok().and_then(|size| TreeSize::new(size).ok());
                    match said.ok_or_else(|| AskError::BadSize(text.clone()))? {
                        said if said > size => return Err(AskError::Larger(said)),
                        said => old = said,
                    }
                }
            }
        }
        Err(AskError::BadSize(old.to_string()))
    }

    /// The line by this witness's key among those that it answered, verified.
    fn read_cosignature(&self, place: usize, target: &SignedCheckpoint, text: &str) -> Result<SignatureLine, AskError> {
        let key = &self.policy.witnesses()[place].key;
        let lines = text.lines().filter_map(|line| line.parse::<SignatureLine>().ok());
        let line = lines.into_iter().find(|line| line.is_by(key)).ok_or(AskError::NoCosignature)?;
        verify_cosignature(key, target.note().text(), &line).map_err(AskError::BadCosignature)?;
        Ok(line)
    }

    /// Keeps a cosignature, shows the checkpoint if it is witnessed with it, and goes on to the next.
    fn cosigned(&self, place: usize, size: TreeSize, line: SignatureLine) {
        let witness = &self.policy.witnesses()[place];
        if let Err(error) = self.cosignatures.put(size, witness.key.public_key(), &line) {
            error!("a cosignature by {} cannot be kept: {error}", witness.name);
        }
        self.note(place, |status| (status.cosigned, status.failure) = (Some(size), None));
        self.change(|round| {
            if let Some(witnessed) = round.add(size, &witness.key, line) {
                self.witnessed.send_replace(Some(Arc::new(witnessed)));
            }
            round.go_on()
        });
    }

    /// Tells the log of a failure when it is another than the last, and looks whether the ledger has lost what it signed.
    async fn failed(self: &Arc<Self>, place: usize, client: &WitnessClient, error: &AskError) {
        let (name, text) = (&self.policy.witnesses()[place].name, error.to_string());
        let mut is_new = false;
        self.note(place, |status| is_new = status.failure.replace(text.clone()).as_ref() != Some(&text));
        if is_new {
            warn!("the witness {name} does not cosign: {text}; it is asked again later");
        }
        let heard = match (self.hearing.of(place), error) {
            // What shows nothing and refuses for another reason than that it has cosigned more has cosigned nothing.
            (Heard::Clear, _) | (Heard::NoneShown, AskError::Refused { status: 400..500, .. }) => Heard::Clear,
            _ => Heard::InVain,
        };
        self.hearing.note(place, heard);
        // 422: what it has cosigned may be another history than this one.
        if matches!(error, AskError::Larger(_) | AskError::Refused { status: 422, .. }) {
            let (shared, client) = (Arc::clone(self), client.clone());
            // Nothing is lost when it fails: it is done again after the pause.
            let _ = spawn_blocking(move || shared.look(place, &client).map(drop)).await;
        }
    }

    /// Looks at what a witness has cosigned before it is asked to cosign, and gives that size, or what was known of it.
    async fn look_first(self: &Arc<Self>, place: usize, client: &WitnessClient, known: TreeSize) -> TreeSize {
        let (shared, caller) = (Arc::clone(self), client.clone());
        let looked = spawn_blocking(move || shared.look(place, &caller)).await;
        match looked.unwrap_or_else(|error| Err(AskError::Task(error.to_string()))) {
            Ok(Some(size)) => return size,
            Ok(None) => self.hearing.note(place, Heard::NoneShown),
            Err(error) => {
                debug!("the witness {} does not show what it has: {error}", self.policy.witnesses()[place].name);
            }
        }
        known
    }

    /// Fetches what a witness has cosigned of this ledger last; nothing where it has or shows nothing. Only the ledger's own
    /// signature proves anything.
    fn look(&self, place: usize, client: &WitnessClient) -> Result<Option<TreeSize>, AskError> {
        let origin = self.reader.origin();
        let vkey = |key: &PublicKey| VerifierKey::new_ed25519(origin.key_name().clone(), *key);
        let own: Vec<VerifierKey> =
            self.reader.chain().keys().iter().filter_map(|own| own.key.known().map(vkey)).collect();
        let hash = sha256(&[origin.as_str().as_bytes()]).to_string();
        let Some(note) = client.latest(&hash)? else { return Ok(None) };
        let signed = SignedCheckpoint::parse(note).ok();
        let signed = signed.filter(|shown| shown.origin() == origin && shown.note().open(&own).is_ok());
        let checkpoint = Box::new(signed.ok_or(AskError::NotOurs)?);
        // After the answer: what has been admitted meanwhile is here.
        let (size, stored) = (checkpoint.head().size, self.reader.head().size);
        let witness = self.policy.witnesses()[place].name.clone();
        let behind = if size > stored {
            Behind::Lost { witness, checkpoint, stored }
        } else if self.reader.root(size)? != checkpoint.head().root {
            Behind::Parted { witness, checkpoint }
        } else {
            self.hearing.note(place, Heard::Clear);
            return Ok(Some(size));
        };
        if self.hearing.is_behind(behind.clone()) {
            error!("{behind}; nothing is admitted any more");
        }
        Ok(Some(size))
    }

    fn note(&self, place: usize, change: impl FnOnce(&mut WitnessStatus)) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = status.get_mut(place) {
            let was = status.failure.is_some();
            change(status);
            if was && status.failure.is_none() {
                info!("the witness {} cosigns again", status.name);
            }
        }
    }
}
