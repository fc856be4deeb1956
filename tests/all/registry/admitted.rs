//! The same rules where statements are admitted and kept: within a batch, over restarts, and when the index is damaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use notarium::evidence::VerifiedStatement;
use notarium::sequencer::{Limits, Sequencer, SubmitError, start};
use notarium::store::{CommitError, Founding, OpenOptions, Opened, ReadError, Reader, open, rebuild_indexes};
use proptest::prelude::*;
use tempfile::TempDir;

use super::histories::{may, steps};
use super::*;
use crate::founded::{memory, raw};
use crate::sequencer::{limits, runtime};

/// A new ledger in a folder, and the leaf hash of its entry 0.
fn founded(admission: Admission) -> (TempDir, PathBuf, Hash) {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path().join("ledger");
    let body = Genesis { origin: "ledger.example/registry".parse().unwrap(), admission };
    let first = notarium::ledger::genesis(body, &ledger(), at(0)).unwrap();
    let genesis = *first.entries()[0].leaf();
    Founding::begin(&directory).unwrap().finish(first, &ledger(), memory()).unwrap();
    (room, directory, genesis)
}

fn opened(directory: &Path) -> Opened {
    open(directory, &OpenOptions { memory: memory(), ..OpenOptions::default() }).unwrap()
}

/// A ledger that admits, with a clock that the test sets.
struct Running {
    sequencer: Sequencer,
    reader: Reader,
    clock: Arc<AtomicU64>,
}

impl Running {
    fn start(directory: &Path) -> Self {
        let clock = Arc::new(AtomicU64::new(1));
        let shown = Arc::clone(&clock);
        let opened = opened(directory);
        let reader = opened.reader.clone();
        let sequencer = start(opened, ledger(), move || at(shown.load(Ordering::Relaxed)), limits()).unwrap();
        Self { sequencer, reader, clock }
    }

    fn submit(&self, millis: u64, statement: &SignedStatement) -> Result<u64, SubmitError> {
        self.clock.store(millis, Ordering::Relaxed);
        let statement = statement.clone().verify().unwrap();
        runtime().block_on(self.sequencer.submit(statement)).map(|admitted| admitted.index().get())
    }

    fn stop(self) {
        runtime().block_on(self.sequencer.stop());
    }

    fn entries(&self) -> Vec<Vec<u8>> {
        self.reader.entries(0..u64::MAX).unwrap().map(|entry| entry.unwrap().1).collect()
    }
}

fn replayed(entries: &[Vec<u8>]) -> (AuditReport, Option<Registry>) {
    let mut replay = Replay::new(1, Uniqueness::InMemory(1 << 20));
    replay.feed(entries).unwrap();
    let registry = replay.registry().cloned();
    (replay.finish(None, None), registry)
}

/// A clock that holds the thread until it is let go, so that what is sent meanwhile makes one batch.
fn held(directory: &Path, batch: Limits) -> (Sequencer, Reader, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (asked, was_asked) = mpsc::channel();
    let (let_go, may_go) = mpsc::channel::<()>();
    let clock = move || {
        let _ = asked.send(());
        let _ = may_go.recv();
        at(10)
    };
    let opened = opened(directory);
    let reader = opened.reader.clone();
    (start(opened, ledger(), clock, batch).unwrap(), reader, was_asked, let_go)
}

/// Sends statements so that all but the first are in one batch; their answers by entry or code.
fn in_one_batch(directory: &Path, statements: &[SignedStatement]) -> Vec<Result<u64, &'static str>> {
    let (sequencer, reader, was_asked, let_go) = held(directory, limits());
    let before = reader.head().size.get();
    let send = |statement: &SignedStatement| sequencer.enqueue(statement.clone().verify().unwrap()).unwrap();
    let first = send(&statements[0]);
    was_asked.recv().unwrap();
    let rest: Vec<_> = statements[1..].iter().map(send).collect();
    drop(let_go);
    let answers = std::iter::once(first).chain(rest).map(|answer| match answer.blocking_recv().unwrap() {
        Ok(admitted) => Ok(admitted.index().get()),
        Err(SubmitError::NotAdmitted(reason)) => Err(reason.code()),
        Err(error) => panic!("{error}"),
    });
    let answers: Vec<_> = answers.collect();
    // Two commits: the first statement's, and that of all the others.
    let heads = reader.heads(None, 3).unwrap();
    assert_eq!(heads[1].size.get(), before + 1);
    runtime().block_on(sequencer.stop());
    answers
}

#[test]
fn within_a_batch_each_statement_is_judged_after_those_before_it() {
    let (_room, directory, genesis) = founded(Admission::Enrolled);
    let enrol_one = |n| enrol(&genesis, &registrar(0), &submitter(n), Role::Submitter, ALWAYS);
    let registrar_0 = enrol(&genesis, &ledger(), &registrar(0), Role::Registrar, ALWAYS);
    let registrar_1 = enrol(&genesis, &ledger(), &registrar(1), Role::Registrar, ALWAYS);
    let too_early = deposit(&submitter(0), 1);
    let revocation = |by: &SigningKey| revoke(&genesis, by, &submitter(0), Time::NOT_STATED);
    let answers = in_one_batch(
        &directory,
        &[
            registrar_0.clone(),
            too_early.clone(),
            enrol_one(0),
            // The same statement again, now that its key is enrolled.
            too_early.clone(),
            too_early,
            enrol_one(1),
            registrar_1,
            revocation(&registrar(1)),
            deposit(&submitter(0), 2),
            // Two registrars at once: the second comes too late.
            revocation(&registrar(0)),
            enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, [at(1), at(99)]),
            deposit(&submitter(1), 3),
        ],
    );
    let due = [
        Ok(1),
        Err("key-not-enrolled"),
        Ok(2),
        Ok(3),
        Ok(3),
        Ok(4),
        Ok(5),
        Ok(6),
        Err("key-revoked"),
        Err("revoked-before"),
        Err("revoked-before"),
        Ok(7),
    ];
    assert_eq!(answers, due);
    let ledger = Running::start(&directory);
    let (report, registry) = replayed(&ledger.entries());
    assert_eq!((report.outcome, report.size), (Outcome::Holds, 8));
    assert_eq!(registry.unwrap(), ledger.reader.registry().unwrap());
    assert_eq!(
        ledger.submit(100, &registrar_0).unwrap(),
        1,
        "a repeat gets the first entry, whatever the rules say now"
    );
    ledger.stop();
}

#[test]
fn the_clock_of_admission_decides_at_the_edges() {
    let (_room, directory, genesis) = founded(Admission::Enrolled);
    let ledger_ = Running::start(&directory);
    let registrar_ = enrol(&genesis, &ledger(), &registrar(0), Role::Registrar, ALWAYS);
    ledger_.submit(1, &registrar_).unwrap();
    let validity = [at(100), at(200)];
    ledger_.submit(2, &enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, validity)).unwrap();
    let code = |millis, n| {
        ledger_.submit(millis, &deposit(&submitter(0), n)).map_err(|error| match error {
            SubmitError::NotAdmitted(reason) => reason.code(),
            error => panic!("{error}"),
        })
    };
    let said = [(99, 1), (100, 2), (199, 3), (200, 4)].map(|(millis, n)| code(millis, n));
    assert_eq!(said, [Err("key-not-yet-valid"), Ok(3), Ok(4), Err("key-expired")]);
    // A clock that is set back a little admits at the last entry's time, by which it is judged.
    ledger_.submit(500, &enrol(&genesis, &registrar(0), &submitter(1), Role::Submitter, ALWAYS)).unwrap();
    assert_eq!(code(150, 5), Err("key-expired"));
    ledger_.stop();
}

#[test]
fn the_writer_commits_nothing_that_must_not_be_admitted() {
    let (_room, directory, _genesis) = founded(Admission::Enrolled);
    let Opened { mut writer, reader, appender, .. } = opened(&directory);
    let last = writer.publish_stored(&ledger()).unwrap();
    let forged: VerifiedStatement = deposit(&submitter(0), 1).verify().unwrap();
    let batch = appender.plan(at(1), vec![forged]).unwrap();
    match writer.commit(batch, &last) {
        Err(CommitError::NotAdmitted { index, source: NotAdmitted::KeyNotEnrolled }) => assert_eq!(index.get(), 1),
        other => panic!("{other:?}"),
    }
    assert_eq!(reader.entry(LeafIndex::new(1)).unwrap(), None);
    drop((writer, reader));
    assert_eq!(opened(&directory).reader.head().size.get(), 1);
}

#[test]
fn with_a_damaged_index_the_keys_are_not_known_and_nothing_is_admitted() {
    let (_room, directory, genesis) = founded(Admission::Enrolled);
    let running = Running::start(&directory);
    running.submit(1, &enrol(&genesis, &ledger(), &registrar(0), Role::Registrar, ALWAYS)).unwrap();
    running.submit(2, &enrol(&genesis, &registrar(0), &submitter(0), Role::Submitter, ALWAYS)).unwrap();
    running.submit(3, &deposit(&submitter(0), 1)).unwrap();
    let registry = running.reader.registry().unwrap();
    running.stop();
    let key = |index: u64| index.to_be_bytes();
    let change = |put: Option<u64>, delete: Option<u64>| {
        let db = raw(&directory);
        let column = db.cf_handle("registry").unwrap();
        if let Some(index) = put {
            db.put_cf(column, key(index), b"").unwrap();
        }
        if let Some(index) = delete {
            db.delete_cf(column, key(index)).unwrap();
        }
    };
    // Without the registrar's enrolment the submitter's could not have been; and evidence is no business of this index.
    for (put, delete) in [(None, Some(1)), (Some(3), None), (Some(9), None)] {
        change(put, delete);
        let running = Running::start(&directory);
        if put == Some(9) {
            assert_eq!(running.reader.registry().unwrap(), registry, "a row beyond the ledger's size is nobody's");
        } else {
            assert!(matches!(running.reader.registry(), Err(ReadError::KeysUnknown { .. })));
            let refused = running.submit(4, &deposit(&submitter(0), 2)).unwrap_err();
            assert!(matches!(refused, SubmitError::LookupFailed { .. }), "{refused}");
            assert!(running.reader.receipt(LeafIndex::new(3)).unwrap().is_some(), "reading goes on");
        }
        running.stop();
        rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
        assert_eq!(opened(&directory).reader.registry().unwrap(), registry);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn the_registry_served_reopened_rebuilt_and_replayed_is_one(
        steps in steps(), open_to_all in any::<bool>(), registrars in 1_u8..3,
    ) {
        let admission = if open_to_all { Admission::Open } else { Admission::Enrolled };
        let (_room, directory, genesis) = founded(admission);
        let running = Running::start(&directory);
        let mut past = Vec::new();
        for n in 0..registrars {
            let statement = enrol(&genesis, &ledger(), &registrar(n), Role::Registrar, ALWAYS);
            running.submit(0, &statement).unwrap();
            past.push((at(0), statement));
        }
        let mut millis = 0;
        for (nonce, step) in (0..).zip(steps) {
            millis += step.later;
            let statement = step.statement(&genesis, nonce);
            if matches!(statement.body(), Body::Rotate(_)) {
                // A ledger that is being served rotates no key, whoever asks; tests/all/rotation.rs has those that do.
                let answer = running.submit(millis, &statement);
                prop_assert!(matches!(answer, Err(SubmitError::KindNotAdmitted { .. })), "{:?}", answer);
                continue;
            }
            let answer = running.submit(millis, &statement);
            if past.iter().any(|(_, before)| before.id() == statement.id()) {
                prop_assert!(answer.is_ok(), "a repeat: {:?}", answer);
                continue;
            }
            let due = may(&past, admission, &genesis, at(millis), &statement);
            prop_assert_eq!(answer.is_ok(), due, "{:?}: {:?}", step, answer);
            if due {
                prop_assert_eq!(answer.unwrap(), past.len() as u64 + 1);
                past.push((at(millis), statement));
            } else {
                prop_assert!(matches!(answer, Err(SubmitError::NotAdmitted(_))));
            }
        }
        let served = running.reader.registry().unwrap();
        let (report, replayed) = replayed(&running.entries());
        prop_assert_eq!(report.outcome, Outcome::Holds, "{:?}", report);
        prop_assert_eq!(replayed.as_ref(), Some(&served));
        running.stop();
        prop_assert_eq!(&opened(&directory).reader.registry().unwrap(), &served);
        rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
        prop_assert_eq!(&opened(&directory).reader.registry().unwrap(), &served);
    }
}
