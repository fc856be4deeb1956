//! Replays a range of entries with every core at work: one thread reads, all examine, one takes them in order.
//!
//! Memory is bounded whatever the range: so many portions are on their way at a time, and no more.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::examine::{Portion, Signatures};
use super::replay::Replay;
use crate::merkle::TreeFull;

/// Entries of a portion, a whole number of bundles: some ten milliseconds of signatures, and 8 MB at the very most.
pub const PORTION: u64 = 512;
/// Portions for each thread that are on their way.
const AHEAD: usize = 3;

/// Why a range was not replayed to its end.
#[derive(Debug)]
pub enum Stop<R, A> {
    /// Entries could not be read; those before them were replayed.
    Read(R),
    /// Whoever was told of a portion said so.
    After(A),
    /// The tree has no room.
    Full(TreeFull),
}

/// A portion on its way: its place in the order, and what was read.
struct Job<E, R> {
    number: u64,
    first: u64,
    read: Result<Vec<E>, R>,
}

/// A portion that was examined, with its place in the order.
type Done<E, R> = (u64, Result<Portion<E>, R>);

/// Replays the entries of a range, which begins where the replay stands. `read` gives all entries of a range, in order;
/// `after` is told of each portion, once it is taken, with the entries themselves.
///
/// # Errors
///
/// [`Stop`].
pub fn replay_all<E, R, A>(
    replay: &mut Replay,
    range: Range<u64>,
    read: impl FnMut(Range<u64>) -> Result<Vec<E>, R> + Send,
    mut after: impl FnMut(&mut Replay, Range<u64>, Vec<E>) -> Result<(), A>,
) -> Result<(), Stop<R, A>>
where
    E: AsRef<[u8]> + Send,
    R: Send,
{
    let (threads, signatures) = (replay.threads(), replay.signatures());
    let (permit, permits) = sync_channel(threads * AHEAD);
    let (work, jobs) = channel();
    let (done, results) = channel();
    let jobs = &Mutex::new(jobs);
    thread::scope(move |scope| {
        scope.spawn(move || read_all(range, read, &permit, &work));
        for _ in 0..threads {
            let done = done.clone();
            scope.spawn(move || examine_jobs(jobs, &done, signatures));
        }
        drop(done);
        for portion in in_order(results) {
            // When this loop ends early, the permits are gone with it, and the other threads end too.
            let _ = permits.recv();
            let portion = portion.map_err(Stop::Read)?;
            let start = portion.first;
            let entries = replay.take(portion).map_err(Stop::Full)?;
            after(replay, start..start + entries.len() as u64, entries).map_err(Stop::After)?;
        }
        Ok(())
    })
}

fn read_all<E, R>(
    range: Range<u64>,
    mut read: impl FnMut(Range<u64>) -> Result<Vec<E>, R>,
    permit: &SyncSender<()>,
    work: &Sender<Job<E, R>>,
) {
    let mut first = range.start;
    for number in 0.. {
        if first >= range.end || permit.send(()).is_err() {
            return;
        }
        // Portions end where bundles do, wherever the range begins.
        let end = range.end.min((first / PORTION + 1) * PORTION);
        let read = read(first..end);
        let failed = read.is_err();
        if work.send(Job { number, first, read }).is_err() || failed {
            return;
        }
        first = end;
    }
}

fn examine_jobs<E: AsRef<[u8]>, R>(
    jobs: &Mutex<Receiver<Job<E, R>>>,
    done: &Sender<Done<E, R>>,
    signatures: Signatures,
) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { number, first, read }) = job else { return };
        if done.send((number, read.map(|entries| Portion::examine(first, entries, signatures)))).is_err() {
            return;
        }
    }
}

/// What comes in any order, in order.
fn in_order<T>(results: Receiver<(u64, T)>) -> impl Iterator<Item = T> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            if let Some(result) = early.remove(&next) {
                next += 1;
                return Some(result);
            }
            let (number, result) = results.recv().ok()?;
            early.insert(number, result);
        }
    })
}
