//! What a signature costs: strict verification is the ceiling of admission and of replay.
//!
//! Verification is timed over messages as long as a statement of evidence (about 260 bytes). The digests are here because
//! every piece of evidence is hashed with both before it is signed.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up should stop where it is")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use notarium::crypto::{DualHasher, SigningKey};
use notarium::merkle::TreeHead;
use notarium::note::VerifierKey;
use notarium::trust::{Checkpoint, Policy, PosixTime, SignedCheckpoint, sign_cosignature};

/// Bytes of a plain statement of evidence.
const STATEMENT_BYTES: usize = 260;

fn ed25519(c: &mut Criterion) {
    let key = SigningKey::from_seed(&[7; 32]);
    let public = key.public();
    let message = [0x5a; STATEMENT_BYTES];
    let signature = key.sign(&message);
    let mut group = c.benchmark_group("ed25519");
    group.throughput(Throughput::Elements(1));
    group
        .bench_function("verify", |b| b.iter(|| black_box(&public).verify(black_box(&message), black_box(&signature))));
    group.bench_function("verify_as_dalek_strict", |b| {
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        b.iter(|| {
            let key = ed25519_dalek::VerifyingKey::from_bytes(black_box(public.as_bytes()))?;
            key.verify_strict(black_box(&message), &signature)
        });
    });
    group.bench_function("sign", |b| b.iter(|| key.sign(black_box(&message))));
    group.finish();
}

fn digests(c: &mut Criterion) {
    let megabyte = vec![0x5a; 1 << 20];
    let mut group = c.benchmark_group("digests");
    group.throughput(Throughput::Bytes(1 << 20));
    group.bench_function("sha256_and_sm3", |b| {
        b.iter_batched_ref(DualHasher::new, |hasher| hasher.update(black_box(&megabyte)), BatchSize::SmallInput);
    });
    group.finish();
}

/// A checkpoint with one log signature and three cosignatures, under a quorum of two.
fn checkpoint(c: &mut Criterion) {
    let log = SigningKey::from_seed(&[0; 32]);
    let body = Checkpoint { origin: "ledger.example/one".parse().unwrap(), head: TreeHead::EMPTY };
    let mut signed = SignedCheckpoint::sign(&body, &log);
    let mut policy = format!("log {}\n", VerifierKey::new_ed25519(body.origin.key_name().clone(), log.public()));
    for n in 1..=3 {
        let (name, key) = (format!("witness.example/{n}").parse().unwrap(), SigningKey::from_seed(&[n; 32]));
        signed.append(sign_cosignature(&body.body(), PosixTime::MAX, &name, &key)).unwrap();
        writeln!(policy, "witness w{n} {}", VerifierKey::new_cosigner(name, key.public())).unwrap();
    }
    let policy = Policy::parse(policy + "group g 2 w1 w2 w3\nquorum g\n").unwrap();
    let mut group = c.benchmark_group("checkpoint");
    group.bench_function("sign", |b| b.iter(|| SignedCheckpoint::sign(black_box(&body), &log)));
    group.bench_function("parse", |b| b.iter(|| SignedCheckpoint::parse(black_box(signed.as_str()))));
    group.bench_function("judge", |b| b.iter(|| policy.judge(black_box(&signed))));
    group.finish();
}

criterion_group!(benches, ed25519, digests, checkpoint);
criterion_main!(benches);
