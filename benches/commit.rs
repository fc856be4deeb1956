//! What a commit costs by the size of its batch: plan, one synced write, sign, record, show.
//!
//! The ledger is a real one in a temporary folder (`TMPDIR` chooses the disk), and every commit is synced: the smallest batch
//! measures the disk, the largest what is left when many share one sync. Statements are signed and verified beforehand, since
//! verification has a benchmark of its own (`signatures`).
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop where it is")]

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Admission, Body, Evidence, Fingerprint, Genesis, SignedStatement, VerifiedStatement};
use notarium::ledger::{Appender, genesis};
use notarium::store::{Founding, Memory, OpenOptions, Opened, Writer, open};
use notarium::trust::SignedCheckpoint;

/// 2026-11-23T08:50:00Z; the clock stands still, which a ledger allows.
const NOW: u64 = 1_795_423_800_000;

/// An open ledger and the number of the next statement.
struct Ledger {
    writer: Writer,
    appender: Appender,
    last: Arc<SignedCheckpoint>,
    key: SigningKey,
    submitter: SigningKey,
    next: u64,
}

impl Ledger {
    fn found(folder: &std::path::Path) -> Self {
        let key = SigningKey::from_seed(&[1; 32]);
        let body = Genesis { origin: "bench.example/ledger".parse().unwrap(), admission: Admission::Open };
        let first = genesis(body, &key, now()).unwrap();
        Founding::begin(folder).unwrap().finish(first, &key, Memory::default()).unwrap();
        let Opened { mut writer, appender, .. } = open(folder, &OpenOptions::default()).unwrap();
        let last = writer.publish_stored(&key).unwrap();
        Self { writer, appender, last, key, submitter: SigningKey::from_seed(&[2; 32]), next: 0 }
    }

    /// Statements that the ledger does not have yet, each about evidence of its own.
    fn statements(&mut self, count: usize) -> Vec<VerifiedStatement> {
        (0..count).map(|_| self.statement()).collect()
    }

    fn statement(&mut self) -> VerifiedStatement {
        self.next += 1;
        let mut hasher = DualHasher::new();
        hasher.update(&self.next.to_be_bytes());
        let evidence = Evidence {
            fingerprint: Fingerprint::plain(&hasher.finish()),
            claimed_time: Time::NOT_STATED,
            continues: None,
            details: None,
            nonce: u128::from(self.next).to_be_bytes(),
        };
        SignedStatement::sign(&Body::Evidence(evidence), &self.submitter).unwrap().verify().unwrap()
    }

    /// The five steps of the sequencer's thread.
    fn commit(&mut self, statements: Vec<VerifiedStatement>) {
        let batch = self.appender.plan(now(), statements).unwrap();
        let next = batch.next();
        let committed = self.writer.commit(batch, &self.last).unwrap();
        let published = self.writer.publish(committed.sign(&self.key)).unwrap();
        self.appender = next;
        self.last = Arc::clone(published.checkpoint());
    }
}

fn now() -> Time {
    Time::from_millis(NOW).unwrap()
}

fn commits(c: &mut Criterion) {
    let room = tempfile::tempdir().unwrap();
    let ledger = std::cell::RefCell::new(Ledger::found(&room.path().join("ledger")));
    let mut group = c.benchmark_group("commit");
    group.sample_size(10);
    for size in [1, 10, 100, 1_000, 4_096] {
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(format!("batch of {size}"), |b| {
            b.iter_batched(
                || ledger.borrow_mut().statements(size),
                |statements| ledger.borrow_mut().commit(statements),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, commits);
criterion_main!(benches);
