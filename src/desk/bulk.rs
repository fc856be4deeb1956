//! Thousands of deposits: hashed side by side, sent in batches, and each as safe as one alone.
//!
//! Every deposit takes the steps of `deposit`; only the sending is shared. A portion of the work is prepared (locked, hashed,
//! its statements signed and on disk), sent as one batch, and finished; two portions are under way at a time, so that one is
//! hashed while the other waits for the ledger. A run that is killed anywhere leaves what a single deposit leaves: receipts,
//! and `.part` files with which the next run gets the same entries.
//!
//! No portion waits for a lock while it holds others, or two runs over one list could wait for each other for ever: what
//! is locked elsewhere is deposited alone, once the portion has let go of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::claim::Claim;
use super::deposit::{Begun, Deposit, Depositor, Prepared};
use super::deposit_error::DepositError;
use super::hashing::Progress;
use super::held::Wish;
use super::known_ledger::KnownLedger;
use super::queue::Outcome;
use super::target::Target;
use crate::api::ProblemKind;
use crate::client::{ClientError, Submitted};
use crate::crypto::SigningKey;

/// Statements in a batch: each keeps a file open for its lock, and a process may have 1,024 of them.
const PORTION: usize = 250;
/// Portions under way at a time.
const UNDER_WAY: usize = 2;
/// Threads that one portion is prepared and finished on: most of the time they wait for the disk.
const SIDE_BY_SIDE: usize = 8;

/// One of many deposits.
#[derive(Clone, Debug)]
pub struct Order {
    /// The evidence.
    pub path: PathBuf,
    /// What its deposit shall be.
    pub wish: Wish,
}

/// Makes many deposits with one ledger and one key.
pub struct Bulk<'a> {
    /// The ledger.
    pub ledger: &'a KnownLedger,
    /// The key that signs.
    pub key: &'a SigningKey,
    /// Is told how far the reading has come.
    pub progress: &'a dyn Progress,
    /// Is told what became of each order, by its place in the list, from any thread.
    pub report: &'a (dyn Fn(usize, Outcome) + Sync),
}

impl Bulk<'_> {
    /// Deposits everything that is ordered. What fails does not keep the others from being tried, unless it is the ledger.
    pub fn deposit_all(&self, orders: &[Order]) {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let portions: Vec<(usize, &[Order])> =
            orders.chunks(PORTION).enumerate().map(|(at, portion)| (at * PORTION, portion)).collect();
        let lane = || {
            while let Some((first, orders)) = portions.get(next.fetch_add(1, Ordering::Relaxed)) {
                Portion { bulk: self, first: *first, orders, stop: &stop }.deposit();
            }
        };
        thread::scope(|scope| {
            for _ in 0..UNDER_WAY.min(portions.len()) {
                scope.spawn(lane);
            }
        });
    }
}

/// What is sent together.
struct Portion<'a> {
    bulk: &'a Bulk<'a>,
    /// Place of its first order in the whole list.
    first: usize,
    orders: &'a [Order],
    /// Set once the ledger fails.
    stop: &'a AtomicBool,
}

impl Portion<'_> {
    fn deposit(&self) {
        if self.stop.load(Ordering::Relaxed) {
            return (0..self.orders.len()).for_each(|at| self.report(at, Outcome::NotTried));
        }
        let targets: Vec<_> = self.orders.iter().map(|order| Target::new(&order.path)).collect();
        let begun: Mutex<Vec<(usize, Box<Begun<'_>>)>> = Mutex::default();
        let busy: Mutex<Vec<usize>> = Mutex::default();
        each(&targets, |at, target| match target {
            // Looked at again, for the error that belongs to it.
            Err(_) => self.alone(at),
            Ok(target) => match self.prepare(at, target) {
                Ok(Some(Prepared::Held(deposit))) => self.report(at, Outcome::Done(deposit)),
                Ok(Some(Prepared::Begun(one))) => locked(&begun).push((at, one)),
                Ok(None) => locked(&busy).push(at),
                Err(error) => self.report(at, Outcome::Failed(error)),
            },
        });
        let mut begun = begun.into_inner().unwrap_or_else(PoisonError::into_inner);
        // In the order of the list, so that the entries are in it too.
        begun.sort_unstable_by_key(|(at, _)| *at);
        self.send(begun);
        for at in busy.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.alone(at);
        }
    }

    fn prepare<'t>(&self, at: usize, target: &'t Target) -> Result<Option<Prepared<'t>>, DepositError> {
        let Some(claim) = Claim::try_for(target)? else { return Ok(None) };
        self.depositor(at).prepare(claim).map(Some)
    }

    fn depositor(&self, at: usize) -> Depositor<'_> {
        let Bulk { ledger, key, progress, .. } = *self.bulk;
        Depositor { ledger, key, wish: &self.orders[at].wish, progress }
    }

    /// Sends what has begun in one batch; in smaller ones to a ledger that takes no more.
    fn send(&self, mut begun: Vec<(usize, Box<Begun<'_>>)>) {
        if begun.is_empty() {
            return;
        }
        if self.stop.load(Ordering::Relaxed) {
            return begun.iter().for_each(|(at, _)| self.report(*at, Outcome::NotTried));
        }
        let statements: Vec<&[u8]> = begun.iter().map(|(_, one)| one.statement()).collect();
        match self.bulk.ledger.client().submit_batch(&statements) {
            Ok(answers) => self.finish(begun, answers),
            Err(error) if begun.len() > 1 && is_too_large(&error) => {
                let second = begun.split_off(begun.len() / 2);
                self.send(begun);
                self.send(second);
            }
            Err(error) => {
                self.stop.store(true, Ordering::Relaxed);
                let mut places = begun.iter().map(|(at, _)| *at);
                if let Some(first) = places.next() {
                    self.report(first, Outcome::Failed(error.into()));
                }
                places.for_each(|at| self.report(at, Outcome::NotTried));
            }
        }
    }

    fn finish(&self, begun: Vec<(usize, Box<Begun<'_>>)>, answers: Vec<Result<Submitted, ClientError>>) {
        let answered: Vec<_> =
            begun.into_iter().zip(answers).map(|(begun, answer)| Mutex::new(Some((begun, answer)))).collect();
        each(&answered, |_, slot| {
            let Some(((at, begun), answer)) = locked(slot).take() else { return };
            let answer = match answer {
                // The others of its batch were before it in the queue: alone it may wait.
                Err(error) if is_busy(&error) => self.bulk.ledger.client().submit(begun.statement()),
                answer => answer,
            };
            self.concluded(at, self.depositor(at).conclude(&begun, answer));
        });
    }

    /// One that has no part in the batch.
    fn alone(&self, at: usize) {
        if self.stop.load(Ordering::Relaxed) {
            return self.report(at, Outcome::NotTried);
        }
        let deposited = Target::new(&self.orders[at].path).map_err(DepositError::File);
        self.concluded(at, deposited.and_then(|target| self.depositor(at).deposit(&target)));
    }

    fn concluded(&self, at: usize, deposited: Result<Deposit, DepositError>) {
        if let Err(DepositError::Client(error)) = &deposited
            && error.is_about_the_ledger()
        {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.report(at, deposited.map_or_else(Outcome::Failed, Outcome::Done));
    }

    fn report(&self, at: usize, outcome: Outcome) {
        (self.bulk.report)(self.first + at, outcome);
    }
}

/// Calls `work` with every item, on a few threads.
fn each<'s, T: Sync>(items: &'s [T], work: impl Fn(usize, &'s T) + Sync) {
    let next = AtomicUsize::new(0);
    let worker = || {
        while let Some((at, item)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            items.get(at).map(|item| (at, item))
        } {
            work(at, item);
        }
    };
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(items.len()) {
            scope.spawn(worker);
        }
    });
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_busy(error: &ClientError) -> bool {
    error.problem().is_some_and(|problem| matches!(problem.kind(), Some(ProblemKind::Busy | ProblemKind::RateLimited)))
}

fn is_too_large(error: &ClientError) -> bool {
    error.problem().is_some_and(|problem| problem.kind() == Some(ProblemKind::TooLarge))
}
