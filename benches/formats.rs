//! What the formats cost: statements, entries, bundles, receipts, manifests and details, read and made.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop where it is")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey, sha256};
use notarium::evidence::{
    Body, Entry, Evidence, Fingerprint, Manifest, ManifestLine, SignedStatement, check_details, decode_bundle,
    encode_bundle,
};
use notarium::ledger::{Disclosure, Receipt};
use notarium::merkle::{Hash, InclusionProof, LeafIndex, TreeHead, TreeSize};
use notarium::trust::{Checkpoint, SignedCheckpoint};

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn deposit() -> SignedStatement {
    let mut hasher = DualHasher::new();
    hasher.update(b"evidence");
    let evidence = Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: [1; 16],
    };
    SignedStatement::sign(&Body::Evidence(evidence), &key()).unwrap()
}

fn entry(statement: &SignedStatement) -> Vec<u8> {
    Entry::encode(LeafIndex::new(1_000_000), Time::MAX, &Hash::from_bytes([2; 32]), statement).unwrap()
}

fn statements(c: &mut Criterion) {
    let deposit = deposit();
    let body = deposit.body().clone();
    let mut group = c.benchmark_group("statement");
    group.bench_function("parse", |b| b.iter(|| SignedStatement::parse(deposit.as_bytes()).unwrap()));
    let clone = || deposit.clone();
    group.bench_function("verify", |b| b.iter_batched(clone, |one| one.verify().unwrap(), BatchSize::SmallInput));
    group.bench_function("sign", |b| b.iter(|| SignedStatement::sign(&body, &key()).unwrap()));
    group.finish();
}

fn entries(c: &mut Criterion) {
    let deposit = deposit();
    let bytes = entry(&deposit);
    let bundle = encode_bundle(std::iter::repeat_n(bytes.as_slice(), 256)).unwrap();
    let mut group = c.benchmark_group("entry");
    group.bench_function("encode", |b| b.iter(|| entry(&deposit)));
    group.bench_function("parse", |b| b.iter(|| Entry::parse(&bytes).unwrap()));
    group.bench_function("leaf hash", |b| b.iter(|| Entry::parse(&bytes).unwrap().leaf_hash()));
    group.throughput(Throughput::Bytes(bundle.len() as u64));
    group.bench_function("bundle of 256", |b| b.iter(|| decode_bundle(&bundle).unwrap().len()));
    group.finish();
}

/// A receipt from a ledger of a million entries: 20 hashes.
fn receipt(entry: Vec<u8>, checkpoint: &SignedCheckpoint) -> Receipt {
    let path = InclusionProof::from_hashes(vec![Hash::from_bytes([3; 32]); 20]).unwrap();
    let disclosure = Disclosure::new(entry, None, None).unwrap();
    Receipt::new(LeafIndex::new(1_000_000), path, disclosure, checkpoint.clone()).unwrap()
}

fn receipts(c: &mut Criterion) {
    let bytes = entry(&deposit());
    let head = TreeHead { size: TreeSize::new(1_000_001).unwrap(), root: Hash::from_bytes([4; 32]) };
    let checkpoint = SignedCheckpoint::sign(&Checkpoint { origin: "bench.example/one".parse().unwrap(), head }, &key());
    let text = receipt(bytes.clone(), &checkpoint).into_text();
    let mut group = c.benchmark_group("receipt");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("make", |b| b.iter(|| receipt(bytes.clone(), &checkpoint)));
    group.bench_function("parse", |b| b.iter(|| Receipt::parse(text.as_bytes()).unwrap()));
    group.finish();
}

fn texts(c: &mut Criterion) {
    let line = |number: u64| ManifestLine {
        path: format!("folder/{number:08}.pdf"),
        sha256: sha256(&[&number.to_be_bytes()]),
    };
    let manifest = Manifest::build((0..10_000).map(line).collect()).unwrap();
    let details = r#"{"title":"work 1","purpose":"original work","captured":{"tool":"t","present":["a","b"]}}"#;
    let mut group = c.benchmark_group("text");
    group.bench_function("manifest of 10000, parse", |b| b.iter(|| Manifest::parse(manifest.as_bytes()).unwrap()));
    group.bench_function("manifest of 10000, look up", |b| b.iter(|| manifest.digest_of("folder/00004321.pdf")));
    group.bench_function("details", |b| b.iter(|| check_details(details.as_bytes())));
    group.finish();
}

criterion_group!(benches, statements, entries, receipts, texts);
criterion_main!(benches);
