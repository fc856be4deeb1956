//! The thread itself: takes what has queued, and carries it through every stage.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

use crate::codec::Time;
use crate::evidence::{StatementId, VerifiedStatement};
use crate::ledger::{Appender, PlanError};
use crate::merkle::LeafIndex;
use crate::store::{CommitError, Published, Reader, Writer};
use crate::trust::{LogKeys, SignedCheckpoint};

use super::admitted::Admitted;
use super::fail_point::{FailPoints, Stage};
use super::firsts::Firsts;
use super::judge::Judge;
use super::queue::{Answer, Job, Message, State, Stopped, SubmitError};
use super::room::Room;

/// Gives the time of admission.
#[derive(Clone)]
pub(super) struct Clock(Arc<Mutex<dyn Fn() -> Time + Send>>);

impl Clock {
    pub(super) fn new(clock: impl Fn() -> Time + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(clock)))
    }

    pub(super) fn now(&self) -> Time {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)()
    }
}

/// All that the thread owns. The writer is let go first, the checkpoints' channel last: that it closes is the sign that the
/// thread has ended.
pub(super) struct Thread {
    pub(super) writer: Writer,
    pub(super) reader: Reader,
    pub(super) appender: Appender,
    pub(super) keys: LogKeys,
    pub(super) clock: Clock,
    /// The checkpoint of the stored tree; it is written with the next commit.
    pub(super) last: Arc<SignedCheckpoint>,
    /// Statements of one batch at most.
    pub(super) batch: usize,
    pub(super) room: Arc<Room>,
    pub(super) state: Announcer,
    pub(super) checkpoints: watch::Sender<Arc<SignedCheckpoint>>,
    /// Where a test wants the process to die.
    pub(super) fail_points: FailPoints,
}

/// Tells everyone the state; at the latest when the thread ends, in whatever way it does.
pub(super) struct Announcer(watch::Sender<State>);

/// How a batch ended that was not published.
enum Failure {
    /// Nothing was written, and the next batch may go through.
    Refused(SubmitError),
    /// Nothing was written, and nothing more will be.
    Stopped(Stopped),
    /// What was written is not known, and nothing more will be.
    Unknown(String),
}

/// The statements of a batch that become entries, and those who wait for them.
#[derive(Default)]
struct Intake {
    fresh: Vec<VerifiedStatement>,
    /// Which of them are the first deposit of their evidence.
    first: Vec<bool>,
    positions: HashMap<StatementId, usize>,
    waiting: Vec<Waiting>,
    /// What the clock said for this batch.
    asked: Option<Time>,
}

/// One who waits for a statement of the batch.
struct Waiting {
    waiter: oneshot::Sender<Answer>,
    /// Which of the fresh statements.
    position: usize,
    is_repeat: bool,
    is_first: bool,
}

impl Thread {
    /// Runs until it is told to stop, or must.
    pub(super) fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut why = Stopped::ShutDown;
        while let Some(first) = messages.blocking_recv() {
            let jobs = take(first, &mut messages, self.batch);
            if let Err(stopped) = self.admit(jobs) {
                why = stopped;
                break;
            }
        }
        self.state.announce(State::Stopped(why.clone()));
        refuse_all(messages, &why);
        if why == Stopped::ShutDown
            && let Err(error) = self.writer.flush()
        {
            tracing::warn!(%error, "the ledger could not be written out on stopping; the next start recovers it");
        }
    }

    /// Carries jobs through, and answers each. Fails when the ledger must stop.
    fn admit(&mut self, jobs: Vec<Job>) -> Result<(), Stopped> {
        let Intake { fresh, waiting, asked, .. } = self.sort(jobs);
        let Some(now) = asked.filter(|_| !fresh.is_empty()) else { return Ok(()) };
        let (answer, stopped) = match self.carry(fresh, now) {
            Ok(published) => {
                self.fail_points.around(Stage::Answer, || answer_published(waiting, &published));
                return Ok(());
            }
            Err(Failure::Refused(error)) => (error, None),
            Err(Failure::Stopped(why)) => (SubmitError::Stopped(why.clone()), Some(why)),
            Err(Failure::Unknown(reason)) => {
                tracing::error!(reason, "the outcome of a commit is not known; the ledger stops");
                (SubmitError::OutcomeUnknown, Some(Stopped::OutcomeUnknown { reason }))
            }
        };
        if let Some(why) = &stopped {
            self.state.announce(State::Stopped(why.clone()));
        }
        for Waiting { waiter, .. } in waiting {
            drop(waiter.send(Err(answer.clone())));
        }
        stopped.map_or(Ok(()), Err)
    }

    /// Sets repeats aside: those that the ledger has are answered, those of one statement in this batch share its entry. Of the
    /// rest, each is judged by the keys in force after those before it; what must not be admitted is answered, and the others
    /// go on without it.
    fn sort(&self, jobs: Vec<Job>) -> Intake {
        let mut intake = Intake::default();
        let mut judge = None;
        let mut firsts = Firsts::new(&self.reader);
        for Job { statement, waiter } in jobs {
            let id = statement.id();
            if let Some(position) = intake.positions.get(&id) {
                let is_first = intake.first.get(*position).is_some_and(|first| *first);
                intake.waiting.push(Waiting { waiter, position: *position, is_repeat: true, is_first });
                continue;
            }
            // Whoever has none of the digests has no statement with them.
            let known = firsts.take(&statement).and_then(|is_first| {
                let known = if is_first { None } else { self.reader.by_statement(&id)? };
                Ok((is_first, known))
            });
            let answer = match known {
                Ok((is_first, None)) => match judge.get_or_insert_with(|| self.judge(&mut intake)).admit(&statement) {
                    Ok(()) => {
                        let position = intake.fresh.len();
                        intake.positions.insert(id, position);
                        intake.fresh.push(statement);
                        intake.first.push(is_first);
                        intake.waiting.push(Waiting { waiter, position, is_repeat: false, is_first });
                        continue;
                    }
                    Err(refused) => Err(refused),
                },
                Ok((_, Some(index))) => Ok(Admitted::known(index, self.reader.clone())),
                Err(error) => Err(SubmitError::LookupFailed { reason: error.to_string() }),
            };
            drop(waiter.send(answer));
        }
        intake
    }

    /// The clock is asked once a batch, when there is something to admit.
    fn judge(&self, intake: &mut Intake) -> Judge {
        let now = *intake.asked.insert(self.clock.now());
        Judge::new(&self.appender, &self.reader, now)
    }

    /// Plan, commit, sign, tip, show.
    fn carry(&mut self, statements: Vec<VerifiedStatement>, now: Time) -> Result<Arc<Published>, Failure> {
        if let Err(full) = self.room.check(bytes_on_disk(&statements)) {
            self.state.announce(State::DiskFull);
            return Err(Failure::Refused(full));
        }
        self.state.announce(State::Admitting);
        let points = &self.fail_points;
        let batch = points.around(Stage::Plan, || self.appender.plan(now, statements));
        let batch = batch.map_err(|error| cannot_plan(&error))?;
        let next = batch.next();
        let committed = points.around(Stage::Commit, || self.writer.commit(batch, &self.last));
        let committed = committed.map_err(|error| cannot_commit(&error))?;
        let signed = points.around(Stage::Sign, || committed.sign(&self.keys));
        let published = points.around(Stage::Publish, || self.writer.publish(signed));
        let published = published.map_err(|error| Failure::Unknown(chain(&error)))?;
        self.appender = next;
        self.last = Arc::clone(published.checkpoint());
        self.checkpoints.send_replace(Arc::clone(published.checkpoint()));
        Ok(Arc::new(published))
    }
}

/// Bytes that a batch takes on the disk, generously: each entry goes to the log and later to a file, with rows of the indexes.
fn bytes_on_disk(statements: &[VerifiedStatement]) -> u64 {
    statements.iter().map(|statement| 2 * (statement.as_bytes().len() as u64 + 1024)).sum()
}

/// What has queued, up to so many. A wish to stop closes the queue; what is in it is still taken.
fn take(first: Message, messages: &mut mpsc::Receiver<Message>, most: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Submit(job) => jobs.push(job),
            Message::Stop => messages.close(),
        }
        next = if jobs.len() < most { messages.try_recv().ok() } else { None };
    }
    jobs
}

/// Answers what is left in the queue: nothing of it was written.
fn refuse_all(mut messages: mpsc::Receiver<Message>, why: &Stopped) {
    messages.close();
    while let Some(message) = messages.blocking_recv() {
        if let Message::Submit(job) = message {
            drop(job.waiter.send(Err(SubmitError::Stopped(why.clone()))));
        }
    }
}

fn answer_published(waiting: Vec<Waiting>, published: &Arc<Published>) {
    let first = published.batch().first().get();
    for Waiting { waiter, position, is_repeat, is_first } in waiting {
        let index = LeafIndex::new(first + position as u64);
        drop(waiter.send(Ok(Admitted::fresh(index, Arc::clone(published), is_repeat, is_first))));
    }
}

fn cannot_plan(error: &PlanError) -> Failure {
    let reason = chain(error);
    tracing::error!(reason, "the ledger stops admitting");
    Failure::Stopped(match error {
        PlanError::ClockBehind { .. } => Stopped::ClockBehind { reason },
        _ => Stopped::CannotGoOn { reason },
    })
}

fn cannot_commit(error: &CommitError) -> Failure {
    let reason = chain(error);
    if let CommitError::OutcomeUnknown(_) = error {
        return Failure::Unknown(reason);
    }
    tracing::error!(reason, "the ledger stops admitting");
    Failure::Stopped(Stopped::CannotGoOn { reason })
}

/// An error and its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Announcer {
    pub(super) const fn new(sender: watch::Sender<State>) -> Self {
        Self(sender)
    }

    /// Tells a change; the same state again is none, and nothing follows on a stop.
    fn announce(&self, state: State) {
        self.0.send_if_modified(|current| {
            let changed = *current != state && !matches!(current, State::Stopped(_));
            if changed {
                *current = state;
            }
            changed
        });
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        let reason = "the sequencer ended without being told to".to_owned();
        self.announce(State::Stopped(Stopped::OutcomeUnknown { reason }));
    }
}
