//! What everyone but the thread holds: submit, watch, stop.

use std::sync::Arc;
use std::thread::Builder;

use thiserror::Error;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::codec::Time;
use crate::evidence::{Kind, VerifiedStatement};
use crate::store::{Opened, TipError};
use crate::trust::{LogKeys, LogSigner as _, SignedCheckpoint};

use super::admitted::Admitted;
use super::fail_point::{FailPoint, FailPoints};
use super::limits::Limits;
use super::queue::{Job, Message, State, Stopped, SubmitError};
use super::room::Room;
use super::thread::{Announcer, Clock, Thread};

/// Why a sequencer could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// A key is lacking that must sign, or the key is not the ledger's.
    #[error("the key is not the ledger's")]
    OtherKey,
    /// The checkpoint of the ledger as it was found can't be recorded.
    #[error("the checkpoint cannot be recorded")]
    Tip(#[from] TipError),
    /// The system gives no thread.
    #[error("the sequencer's thread cannot be started")]
    Thread(#[from] std::io::Error),
}

impl StartError {
    /// A way out for the operator, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::OtherKey => "put this ledger's own key back in its place, from where it was backed up",
            Self::Tip(_) => "see to it that this user may write to the ledger's folder and that its disk has room",
            Self::Thread(_) => "the system is out of threads or memory for this user: free some, or raise the limit",
        })
    }
}

/// The way to the one writer of a ledger. Clones lead to the same one.
#[derive(Clone)]
pub struct Sequencer {
    messages: mpsc::Sender<Message>,
    state: watch::Receiver<State>,
    checkpoint: watch::Receiver<Arc<SignedCheckpoint>>,
    room: Arc<Room>,
    clock: Clock,
}

/// Signs the ledger as it was found, and starts the thread that writes.
///
/// `clock` gives the time of admission.
///
/// # Errors
///
/// [`StartError`].
pub fn start(
    opened: Opened,
    keys: impl Into<LogKeys>,
    clock: impl Fn() -> Time + Send + 'static,
    limits: Limits,
) -> Result<Sequencer, StartError> {
    start_to_fail(opened, keys, clock, limits, None)
}

/// The same, with a place at which the process kills itself: for tests of what a crash leaves behind.
///
/// # Errors
///
/// [`StartError`].
pub fn start_to_fail(
    opened: Opened,
    keys: impl Into<LogKeys>,
    clock: impl Fn() -> Time + Send + 'static,
    limits: Limits,
    fail_point: Option<FailPoint>,
) -> Result<Sequencer, StartError> {
    let Opened { mut writer, reader, appender, .. } = opened;
    let keys = keys.into();
    if !writer.due().iter().all(|due| keys.holds(due)) {
        return Err(StartError::OtherKey);
    }
    let clock = Clock::new(clock);
    let found = writer.publish_stored(&keys)?;
    let (sender, receiver) = mpsc::channel(limits.queue.get());
    let room = Arc::new(Room::new(reader.directory(), limits.least_free_bytes));
    let (state_sender, state) = watch::channel(if room.check(0).is_ok() { State::Admitting } else { State::DiskFull });
    let (checkpoint_sender, checkpoint) = watch::channel(Arc::clone(&found));
    let thread = Thread {
        writer,
        reader,
        appender,
        keys,
        clock: clock.clone(),
        last: found,
        batch: limits.batch.get(),
        room: Arc::clone(&room),
        state: Announcer::new(state_sender),
        checkpoints: checkpoint_sender,
        fail_points: FailPoints::new(fail_point),
    };
    Builder::new().name("sequencer".to_owned()).spawn(move || thread.run(receiver))?;
    Ok(Sequencer { messages: sender, state, checkpoint, room, clock })
}

impl Sequencer {
    /// Submits a statement, and waits until it is an entry that can be answered for.
    ///
    /// If the future is dropped the statement may be admitted all the same.
    ///
    /// # Errors
    ///
    /// [`SubmitError`].
    pub async fn submit(&self, statement: VerifiedStatement) -> Result<Admitted, SubmitError> {
        self.enqueue(statement)?.await.unwrap_or(Err(SubmitError::OutcomeUnknown))
    }

    /// Puts a statement into the queue, and gives the place where its answer will be. For many at once: their order in the
    /// queue is the order of the calls.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], when it did not get into the queue.
    pub fn enqueue(
        &self,
        statement: VerifiedStatement,
    ) -> Result<oneshot::Receiver<Result<Admitted, SubmitError>>, SubmitError> {
        if !matches!(statement.kind(), Kind::Evidence | Kind::Enrol | Kind::Revoke) {
            return Err(SubmitError::KindNotAdmitted { kind: statement.kind() });
        }
        let (waiter, answer) = oneshot::channel();
        match self.messages.try_send(Message::Submit(Job { statement, waiter })) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(SubmitError::QueueFull { waiting: self.messages.max_capacity() }),
            Err(TrySendError::Closed(_)) => Err(match &*self.state.borrow() {
                State::Stopped(why) => SubmitError::Stopped(why.clone()),
                State::Admitting | State::DiskFull => SubmitError::Stopped(Stopped::ShutDown),
            }),
        }
    }

    /// The ledger's clock.
    #[must_use]
    pub fn time(&self) -> Time {
        self.clock.now()
    }

    /// Whether a statement would be admitted at this moment. The disk is asked anew: [`state`](Self::state) tells what the last
    /// submission met, and after a full disk there may be none for as long as this says that it is full.
    #[must_use]
    pub fn now(&self) -> State {
        match self.state.borrow().clone() {
            State::Admitting | State::DiskFull if self.room.check(0).is_err() => State::DiskFull,
            State::Admitting | State::DiskFull => State::Admitting,
            stopped @ State::Stopped(_) => stopped,
        }
    }

    /// Whether the ledger admits statements as far as it has tried, to look at or to wait for a change.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// The newest published checkpoint, to look at or to wait for the next.
    #[must_use]
    pub fn checkpoint(&self) -> watch::Receiver<Arc<SignedCheckpoint>> {
        self.checkpoint.clone()
    }

    /// Takes nothing more in, finishes what was accepted, and returns when the thread has let go of the writer.
    pub async fn stop(&self) {
        // When the thread has ended by itself nobody hears it; then there is nothing to wait for either.
        drop(self.messages.send(Message::Stop).await);
        let mut checkpoint = self.checkpoint.clone();
        while checkpoint.changed().await.is_ok() {}
    }
}
