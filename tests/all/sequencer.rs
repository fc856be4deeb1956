//! The sequencer: many at once, repeats, and every way in which it refuses or stops.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;

use notarium::codec::Time;
use notarium::evidence::{SignedStatement, VerifiedStatement};
use notarium::ledger::{CLOCK_TOLERANCE_MS, Receipt};
use notarium::merkle::{LeafIndex, TreeSize};
use notarium::note::VerifierKey;
use notarium::sequencer::{Admitted, Limits, Sequencer, StartError, State, Stopped, SubmitError, start};
use notarium::store::{Opened, Reader, TipError, open};
use tokio::runtime::{Builder, Runtime};

use crate::founded::{FOUNDED, Open, found, founded, genesis_batch, options, origin, raw, statement, time};
use crate::samples::{self, ledger_key, registrar_key, submitter_key};

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// A ledger that runs, and its folder.
struct Running {
    _room: tempfile::TempDir,
    directory: PathBuf,
    sequencer: Sequencer,
    reader: Reader,
}

fn running(clock: impl Fn() -> Time + Send + 'static, limits: Limits) -> Running {
    let (room, directory) = founded();
    let (sequencer, reader) = started(&directory, clock, limits);
    Running { _room: room, directory, sequencer, reader }
}

fn started(directory: &Path, clock: impl Fn() -> Time + Send + 'static, limits: Limits) -> (Sequencer, Reader) {
    let opened = open(directory, &options()).unwrap();
    let reader = opened.reader.clone();
    (start(opened, ledger_key(), clock, limits).unwrap(), reader)
}

/// No limit of space, so that a full disk of whoever runs the tests is not the tests' business.
pub(crate) fn limits() -> Limits {
    Limits { least_free_bytes: 0, ..Limits::default() }
}

/// A clock that tells when it is asked, and answers when it is let: it holds the thread between taking a batch and planning it.
fn gate() -> (impl Fn() -> Time + Send + 'static, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (asked, was_asked) = mpsc::channel();
    let (let_go, may_go) = mpsc::channel();
    let clock = move || {
        asked.send(()).unwrap();
        // When the test has dropped its end nothing is held any more.
        let _ = may_go.recv();
        time(1)
    };
    (clock, was_asked, let_go)
}

/// A receipt by itself: its entry, its path and the signature under its checkpoint.
pub(crate) fn holds(receipt: &Receipt) {
    let key = VerifierKey::new_ed25519(origin().key_name().clone(), ledger_key().public());
    receipt.checkpoint().note().open(&[key]).unwrap();
    assert_eq!(receipt.disclosure().entry().unwrap().index(), receipt.index());
    receipt.path().verify(receipt.index(), &receipt.disclosure().leaf_hash(), receipt.checkpoint().head()).unwrap();
}

/// A receipt against the ledger: its entry is there, and its checkpoint's tree is a prefix of the ledger's.
pub(crate) fn holds_in(receipt: &Receipt, reader: &Reader) {
    holds(receipt);
    assert_eq!(reader.entry(receipt.index()).unwrap().unwrap(), receipt.disclosure().entry_bytes());
    let head = receipt.checkpoint().head();
    assert_eq!(reader.root(head.size).unwrap(), head.root);
}

#[test]
fn many_at_once_are_each_an_entry_with_a_receipt() {
    const THREADS: u64 = 12;
    const EACH: u64 = 80;
    let ledger = running(|| time(7), limits());
    let receipts = Arc::new(Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for n in 0..THREADS {
            let (sequencer, receipts) = (ledger.sequencer.clone(), Arc::clone(&receipts));
            scope.spawn(move || {
                let runtime = runtime();
                for m in 0..EACH {
                    let wanted = statement(1 + n * EACH + m);
                    let admitted = runtime.block_on(sequencer.submit(wanted.clone())).unwrap();
                    assert!(!admitted.is_repeat());
                    let receipt = admitted.receipt().unwrap();
                    assert_eq!(receipt.disclosure().entry().unwrap().signed_statement(), wanted.as_bytes());
                    assert_eq!(admitted.entry().unwrap(), receipt.disclosure().entry_bytes());
                    receipts.lock().unwrap().push(receipt);
                }
            });
        }
    });
    runtime().block_on(ledger.sequencer.stop());
    let Running { _room, directory, sequencer, reader } = ledger;
    drop((sequencer, reader));
    let reopened = Open::new(&directory);
    let receipts = receipts.lock().unwrap();
    let mut indexes: Vec<u64> = receipts.iter().map(|receipt| receipt.index().get()).collect();
    indexes.sort_unstable();
    assert_eq!(indexes, (1..=THREADS * EACH).collect::<Vec<_>>());
    for receipt in receipts.iter() {
        holds_in(receipt, &reopened.reader);
    }
    // Each published tree was stored with its checkpoint, and each extends the one before it.
    let checkpoints = reopened.reader.checkpoints(None, 10_000).unwrap();
    assert_eq!(checkpoints.len(), reopened.reader.heads(None, 10_000).unwrap().len());
    for pair in checkpoints.windows(2) {
        let proof = reopened.reader.prove_consistency(pair[1].head().size, pair[0].head().size).unwrap();
        proof.verify(pair[1].head(), pair[0].head()).unwrap();
    }
}

#[test]
fn what_queues_during_a_commit_is_committed_together() {
    let (clock, was_asked, let_go) = gate();
    let ledger = running(clock, Limits { batch: 40.try_into().unwrap(), ..limits() });
    let first = ledger.sequencer.enqueue(statement(1)).unwrap();
    was_asked.recv().unwrap();
    let rest: Vec<_> = (2..=51).map(|n| ledger.sequencer.enqueue(statement(n)).unwrap()).collect();
    drop(let_go);
    assert_eq!(first.blocking_recv().unwrap().unwrap().index(), LeafIndex::new(1));
    for (n, answer) in (2..).zip(rest) {
        let admitted = answer.blocking_recv().unwrap().unwrap();
        assert_eq!(admitted.index(), LeafIndex::new(n));
        let receipt = admitted.receipt().unwrap();
        holds(&receipt);
        let batch = admitted.batch().expect("admitted just now");
        assert_eq!(batch.receipt_text(admitted.index()).unwrap(), receipt.as_str(), "the one spelling, by either way");
        let entry = batch.entry(admitted.index()).unwrap();
        assert_eq!(*entry.leaf(), receipt.disclosure().leaf_hash());
        assert!(batch.receipt_text(LeafIndex::new(1)).is_err(), "the first entry is another batch's");
    }
    let sizes: Vec<u64> = ledger.reader.heads(None, 10).unwrap().iter().map(|head| head.size.get()).collect();
    assert_eq!(sizes, [52, 42, 2, 1]);
    runtime().block_on(ledger.sequencer.stop());
}

/// The same statement under another valid signature.
fn signed_again(statement: &SignedStatement) -> VerifiedStatement {
    let bytes = samples::signed_again(statement.as_bytes(), &submitter_key());
    SignedStatement::parse(&bytes).unwrap().verify().unwrap()
}

#[test]
fn one_statement_with_two_valid_signatures_is_one_entry() {
    let first = statement(1);
    let second = signed_again(&first);
    assert_ne!(first.as_bytes(), second.as_bytes());
    assert_eq!(first.id(), second.id());
    let ledger = running(|| time(1), limits());
    let runtime = runtime();
    let admitted = runtime.block_on(ledger.sequencer.submit(first.clone())).unwrap();
    let again = runtime.block_on(ledger.sequencer.submit(second)).unwrap();
    assert_eq!((again.index(), again.is_repeat()), (admitted.index(), true));
    assert_eq!(again.entry().unwrap(), admitted.entry().unwrap());
    assert_eq!(again.receipt().unwrap().disclosure().entry().unwrap().signed_statement(), first.as_bytes());
    assert_eq!(ledger.reader.head().size.get(), 2);
    runtime.block_on(ledger.sequencer.stop());
}

/// A deposit with digests made of these bytes.
fn with_digests(sha256: u8, sm3: u8, nonce: u8) -> VerifiedStatement {
    let bytes = samples::mixed_deposit(&[sha256; 32], &[sm3; 32], 1, false, nonce);
    SignedStatement::parse(&bytes).unwrap().verify().unwrap()
}

#[test]
fn only_the_first_deposit_with_either_digest_is_called_the_first() {
    let (clock, was_asked, let_go) = gate();
    let ledger = running(clock, limits());
    let held = ledger.sequencer.enqueue(with_digests(1, 1, 0)).unwrap();
    was_asked.recv().unwrap();
    // Of the ledger's digests, of the batch's own, and of none.
    let batch = [(1, 1, 1), (1, 2, 0), (3, 1, 0), (4, 4, 0), (4, 5, 0), (6, 4, 0), (4, 4, 0), (7, 7, 0)];
    let batch = batch.map(|(sha256, sm3, nonce)| with_digests(sha256, sm3, nonce));
    let answers = batch.map(|statement| ledger.sequencer.enqueue(statement).unwrap());
    drop(let_go);
    assert!(held.blocking_recv().unwrap().unwrap().is_first());
    let told = answers.map(|answer| answer.blocking_recv().unwrap().unwrap().is_first());
    assert_eq!(told, [false, false, false, true, false, false, true, true], "the last but one repeats the fourth");
    runtime().block_on(ledger.sequencer.stop());
    // What is in files and not in memory counts as well.
    let Running { _room, directory, sequencer, reader } = ledger;
    drop((sequencer, reader));
    let (sequencer, reader) = started(&directory, || time(2), limits());
    let submit = |statement| runtime().block_on(sequencer.submit(statement)).unwrap().is_first();
    assert_eq!(
        [with_digests(7, 8, 0), with_digests(9, 1, 0), with_digests(9, 9, 0), with_digests(10, 10, 0)].map(submit),
        [false, false, false, true]
    );
    drop(reader);
}

#[test]
fn repeats_get_the_first_entrys_receipt_in_one_batch_and_later() {
    let (clock, was_asked, let_go) = gate();
    let ledger = running(clock, limits());
    let held = ledger.sequencer.enqueue(statement(9)).unwrap();
    was_asked.recv().unwrap();
    let signed_twice = signed_again(&statement(5));
    let batch = [statement(5), statement(6), statement(5), signed_twice, statement(9)];
    let answers: Vec<_> = batch.into_iter().map(|statement| ledger.sequencer.enqueue(statement).unwrap()).collect();
    drop(let_go);
    held.blocking_recv().unwrap().unwrap();
    let answers: Vec<Admitted> = answers.into_iter().map(|answer| answer.blocking_recv().unwrap().unwrap()).collect();
    let told: Vec<_> = answers.iter().map(|admitted| (admitted.index().get(), admitted.is_repeat())).collect();
    assert_eq!(told, [(2, false), (3, false), (2, true), (2, true), (1, true)]);
    let receipts: Vec<Receipt> = answers.iter().map(|admitted| admitted.receipt().unwrap()).collect();
    for receipt in &receipts {
        holds_in(receipt, &ledger.reader);
    }
    assert_eq!(receipts[0].as_str(), receipts[2].as_str());
    let runtime = runtime();
    let later = runtime.block_on(ledger.sequencer.submit(statement(5))).unwrap();
    assert_eq!((later.index().get(), later.is_repeat()), (2, true));
    // After another start as well.
    runtime.block_on(ledger.sequencer.stop());
    let Running { _room, directory, sequencer, reader } = ledger;
    drop((sequencer, reader, later, answers));
    let (sequencer, reader) = started(&directory, || time(2), limits());
    let again = runtime.block_on(sequencer.submit(statement(5))).unwrap();
    assert_eq!((again.index().get(), again.is_repeat()), (2, true));
    holds_in(&again.receipt().unwrap(), &reader);
    assert_eq!(reader.head().size.get(), 4);
}

#[test]
fn a_full_queue_refuses_at_once() {
    let (clock, was_asked, let_go) = gate();
    let ledger = running(clock, Limits { queue: 3.try_into().unwrap(), ..limits() });
    let mut answers = vec![ledger.sequencer.enqueue(statement(1)).unwrap()];
    was_asked.recv().unwrap();
    answers.extend((2..=4).map(|n| ledger.sequencer.enqueue(statement(n)).unwrap()));
    assert_eq!(ledger.sequencer.enqueue(statement(5)).unwrap_err(), SubmitError::QueueFull { waiting: 3 });
    drop(let_go);
    for answer in answers {
        answer.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(ledger.reader.by_statement(&statement(5).id()).unwrap(), None);
    runtime().block_on(ledger.sequencer.submit(statement(5))).unwrap();
}

#[test]
fn stopping_finishes_what_was_accepted_and_lets_go_of_the_ledger() {
    let (clock, was_asked, let_go) = gate();
    let ledger = running(clock, Limits { batch: 7.try_into().unwrap(), ..limits() });
    let mut answers = vec![ledger.sequencer.enqueue(statement(1)).unwrap()];
    was_asked.recv().unwrap();
    answers.extend((2..=30).map(|n| ledger.sequencer.enqueue(statement(n)).unwrap()));
    let stopping = ledger.sequencer.clone();
    let stopper = thread::spawn(move || runtime().block_on(stopping.stop()));
    drop(let_go);
    for answer in answers {
        holds(&answer.blocking_recv().unwrap().unwrap().receipt().unwrap());
    }
    stopper.join().unwrap();
    runtime().block_on(ledger.sequencer.stop());
    let refused = runtime().block_on(ledger.sequencer.submit(statement(31))).unwrap_err();
    assert_eq!(refused, SubmitError::Stopped(Stopped::ShutDown));
    assert_eq!(*ledger.sequencer.state().borrow(), State::Stopped(Stopped::ShutDown));
    // Reading goes on until the last reader is gone.
    assert!(ledger.reader.receipt(LeafIndex::new(30)).unwrap().is_some());
    let Running { _room, directory, sequencer, reader } = ledger;
    drop((sequencer, reader));
    assert_eq!(Open::new(&directory).size(), 31);
}

#[test]
fn a_clock_that_is_behind_stops_admission_for_good() {
    let now = Arc::new(Mutex::new(time(0)));
    let clock = Arc::clone(&now);
    let ledger = running(move || *clock.lock().unwrap(), limits());
    let runtime = runtime();
    let submit = |n| runtime.block_on(ledger.sequencer.submit(statement(n)));
    *now.lock().unwrap() = time(10 * CLOCK_TOLERANCE_MS);
    submit(1).unwrap();
    *now.lock().unwrap() = time(9 * CLOCK_TOLERANCE_MS);
    assert_eq!(submit(2).unwrap().index(), LeafIndex::new(2));
    *now.lock().unwrap() = time(9 * CLOCK_TOLERANCE_MS - 1);
    let SubmitError::Stopped(Stopped::ClockBehind { reason }) = submit(3).unwrap_err() else { panic!("not stopped") };
    assert!(reason.contains("more than a minute before the last entry at 2026-11-23T09:00:00.000Z"), "{reason}");
    // The clock is right again; the ledger is not asked to believe it.
    *now.lock().unwrap() = time(11 * CLOCK_TOLERANCE_MS);
    assert!(matches!(submit(4).unwrap_err(), SubmitError::Stopped(Stopped::ClockBehind { .. })));
    assert!(matches!(&*ledger.sequencer.state().borrow(), State::Stopped(Stopped::ClockBehind { .. })));
    assert_eq!(ledger.reader.head().size.get(), 3);
    assert!(ledger.reader.receipt(LeafIndex::new(2)).unwrap().is_some());
    runtime.block_on(ledger.sequencer.stop());
    assert_eq!(FOUNDED, time(0).millis());
}

#[test]
fn short_of_space_nothing_is_admitted_and_reading_goes_on() {
    let ledger = running(|| time(1), Limits { least_free_bytes: u64::MAX, ..limits() });
    let runtime = runtime();
    let refused = runtime.block_on(ledger.sequencer.submit(statement(1))).unwrap_err();
    assert!(matches!(refused, SubmitError::DiskFull { least: u64::MAX, .. }), "{refused}");
    assert_eq!(*ledger.sequencer.state().borrow(), State::DiskFull);
    assert!(ledger.reader.receipt(LeafIndex::new(0)).unwrap().is_some());
    runtime.block_on(ledger.sequencer.stop());
    assert_eq!(*ledger.sequencer.state().borrow(), State::Stopped(Stopped::ShutDown));
}

#[test]
fn once_there_is_room_again_the_ledger_says_so_without_being_tried() {
    let room = SwitchedRoom::new();
    let opened = open(&room.directory(), &options()).unwrap();
    let sequencer = start(opened, ledger_key(), || time(1), Limits { least_free_bytes: 1, ..limits() }).unwrap();
    let runtime = runtime();
    let submit = |n| runtime.block_on(sequencer.submit(statement(n)));
    assert_eq!((sequencer.now(), sequencer.state().borrow().clone()), (State::Admitting, State::Admitting));
    submit(1).unwrap();
    room.fill();
    assert_eq!(sequencer.now(), State::DiskFull, "nobody need have been refused");
    assert!(matches!(submit(2).unwrap_err(), SubmitError::DiskFull { free: 0, .. }));
    room.clear();
    assert_eq!(*sequencer.state().borrow(), State::DiskFull);
    assert_eq!(sequencer.now(), State::Admitting);
    submit(2).unwrap();
    assert_eq!(*sequencer.state().borrow(), State::Admitting);
    runtime.block_on(sequencer.stop());
    assert_eq!(sequencer.now(), State::Stopped(Stopped::ShutDown));
}

#[test]
fn a_start_without_room_says_so_at_once() {
    let ledger = running(|| time(1), Limits { least_free_bytes: u64::MAX, ..limits() });
    assert_eq!((ledger.sequencer.now(), ledger.sequencer.state().borrow().clone()), (State::DiskFull, State::DiskFull));
    runtime().block_on(ledger.sequencer.stop());
}

/// A ledger behind a link, which is turned to a file system that has no room at all: what is open stays where it is.
struct SwitchedRoom {
    room: tempfile::TempDir,
}

impl SwitchedRoom {
    fn new() -> Self {
        let this = Self { room: tempfile::tempdir().unwrap() };
        found(&this.room.path().join("ledger"));
        this.clear();
        this
    }

    fn directory(&self) -> PathBuf {
        self.room.path().join("link")
    }

    fn fill(&self) {
        self.point_to(Path::new("/proc"));
    }

    fn clear(&self) {
        self.point_to(&self.room.path().join("ledger"));
    }

    fn point_to(&self, target: &Path) {
        let new = self.room.path().join("new");
        std::os::unix::fs::symlink(target, &new).unwrap();
        std::fs::rename(new, self.directory()).unwrap();
    }
}

#[test]
fn every_failure_to_start_has_a_way_out() {
    let io = || std::io::Error::other("no");
    for error in [StartError::OtherKey, StartError::Tip(TipError::Io(io())), StartError::Thread(io())] {
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{error}");
    }
}

#[test]
fn kinds_that_are_not_evidence_are_refused_before_they_queue() {
    let ledger = running(|| time(1), limits());
    let again = genesis_batch().entries()[0].statement().clone();
    let refused = ledger.sequencer.enqueue(again).unwrap_err();
    assert_eq!(refused.to_string(), "this ledger does not admit statements of kind 0");
}

#[test]
fn where_repeats_cannot_be_told_nothing_is_admitted() {
    let (_room, directory) = founded();
    {
        let db = raw(&directory);
        db.put_cf(db.cf_handle("meta").unwrap(), b"indexes", [1, 0]).unwrap();
    }
    let (sequencer, reader) = started(&directory, || time(1), limits());
    let refused = runtime().block_on(sequencer.submit(statement(1))).unwrap_err();
    assert!(matches!(refused, SubmitError::LookupFailed { .. }), "{refused}");
    assert_eq!(reader.head().size.get(), 1);
}

#[test]
fn a_thread_that_dies_leaves_nobody_waiting() {
    let ledger = running(|| panic!("a clock that fails"), limits());
    let answer = ledger.sequencer.enqueue(statement(1)).unwrap();
    assert!(answer.blocking_recv().is_err());
    let mut state = ledger.sequencer.state();
    let stopped = |state: &State| matches!(state, State::Stopped(Stopped::OutcomeUnknown { .. }));
    assert!(stopped(&runtime().block_on(state.wait_for(stopped)).unwrap()));
    runtime().block_on(ledger.sequencer.stop());
    let refused = runtime().block_on(ledger.sequencer.submit(statement(2))).unwrap_err();
    assert!(matches!(refused, SubmitError::Stopped(Stopped::OutcomeUnknown { .. }) | SubmitError::OutcomeUnknown));
}

#[test]
fn the_newest_checkpoint_can_be_waited_for() {
    let ledger = running(|| time(1), limits());
    let mut newest = ledger.sequencer.checkpoint();
    assert_eq!(newest.borrow_and_update().head().size, TreeSize::new(1).unwrap());
    let runtime = runtime();
    runtime.block_on(ledger.sequencer.submit(statement(1))).unwrap();
    runtime.block_on(newest.changed()).unwrap();
    assert_eq!(newest.borrow().as_str(), ledger.reader.checkpoint().unwrap().as_str());
    assert_eq!(newest.borrow().head().size, TreeSize::new(2).unwrap());
    runtime.block_on(ledger.sequencer.stop());
}

#[test]
fn another_key_may_not_sign_for_the_ledger() {
    let (_room, directory) = founded();
    let opened: Opened = open(&directory, &options()).unwrap();
    assert!(start(opened, registrar_key(), || time(1), limits()).is_err());
}
