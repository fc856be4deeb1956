//! The replay: good ledgers hold, and every kind of change to one is found where it was made.

use notarium::audit::{AuditReport, Claim, NotChecked, Outcome, Replay, Uniqueness, What};
use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Admission, Body, Entry, Evidence, Fingerprint, Genesis, SignedStatement};
use notarium::merkle::{Frontier, Hash, LeafIndex, TreeHead, TreeSize, leaf_hash};
use notarium::note::VerifierKey;
use notarium::trust::{Checkpoint, Policy, SignedCheckpoint};
use serde_json::Value;

mod folder;
mod forged;
mod served;

/// The origin and, with [`key`] 0, the key of the ledgers that `founded` makes on disk.
const ORIGIN: &str = "ledger.example/test";

fn key(first: u8) -> SigningKey {
    SigningKey::from_seed(&std::array::from_fn(|n| first.wrapping_add(u8::try_from(n).unwrap())))
}

fn genesis(admission: Admission) -> SignedStatement {
    let body = Body::Genesis(Genesis { origin: ORIGIN.parse().unwrap(), admission });
    SignedStatement::sign(&body, &key(0)).unwrap()
}

/// Evidence number `n`, by one of three keys.
fn evidence(n: u64) -> SignedStatement {
    let mut hasher = DualHasher::new();
    hasher.update(&n.to_be_bytes());
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&n.to_be_bytes());
    let body = Body::Evidence(Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce,
    });
    SignedStatement::sign(&body, &key(32 + u8::try_from(n % 3).unwrap() * 32)).unwrap()
}

/// The entries that admit these statements, a millisecond apart.
fn entries(statements: &[SignedStatement]) -> Vec<Vec<u8>> {
    let mut previous = Hash::from_bytes([0; 32]);
    let admit = |(index, statement): (usize, &SignedStatement)| {
        let time = Time::from_millis(1_700_000_000_000 + index as u64).unwrap();
        let entry = Entry::encode(LeafIndex::new(index as u64), time, &previous, statement).unwrap();
        previous = leaf_hash(&entry);
        entry
    };
    statements.iter().enumerate().map(admit).collect()
}

/// An open ledger of so many entries.
fn ledger(size: u64) -> Vec<Vec<u8>> {
    let statements: Vec<_> = std::iter::once(genesis(Admission::Open)).chain((1..size).map(evidence)).collect();
    entries(&statements)
}

fn head(entries: &[Vec<u8>]) -> TreeHead {
    let mut frontier = Frontier::new();
    for entry in entries {
        frontier.append(leaf_hash(entry)).unwrap();
    }
    frontier.head()
}

fn checkpoint(entries: &[Vec<u8>], key: &SigningKey, origin: &str) -> SignedCheckpoint {
    SignedCheckpoint::sign(&Checkpoint { origin: origin.parse().unwrap(), head: head(entries) }, key)
}

fn claim(signed: &SignedCheckpoint) -> Claim {
    Claim::Checkpoint { size: signed.head().size, note: signed.as_str().as_bytes().to_vec() }
}

/// Replays entries in feeds of `at_a_time`, with claims.
fn replay(entries: &[Vec<u8>], at_a_time: usize, claims: Vec<Claim>) -> AuditReport {
    let mut replay = Replay::new(2, Uniqueness::InMemory(1 << 20));
    for claim in claims {
        replay.expect(claim).unwrap();
    }
    for feed in entries.chunks(at_a_time) {
        replay.feed(feed).unwrap();
    }
    replay.finish(None, None)
}

/// What was found at which entry.
fn found(report: &AuditReport) -> Vec<(Option<u64>, What)> {
    report.findings.iter().map(|finding| (finding.index, finding.what)).collect()
}

#[test]
fn a_good_ledger_holds_at_every_size_and_in_every_feed() {
    let entries = ledger(600);
    for size in [1, 2, 255, 256, 257, 600] {
        let entries = &entries[..size];
        let claims = vec![Claim::Head(head(entries)), claim(&checkpoint(entries, &key(0), ORIGIN))];
        for at_a_time in [1, 100, 256, 4096] {
            let report = replay(entries, at_a_time, claims.clone());
            assert_eq!(report.outcome, Outcome::Holds, "{size}: {report:#?}");
            assert_eq!((report.size, report.compared), (size as u64, 2));
            assert_eq!(report.root, head(entries).root.to_string());
            assert_eq!(report.origin.as_deref(), Some(ORIGIN));
        }
    }
}

#[test]
fn an_empty_ledger_has_no_genesis() {
    let report = replay(&[], 1, vec![]);
    assert_eq!(found(&report), [(Some(0), What::EntryMissing)]);
    assert_eq!(report.outcome.exit_code(), 1);
}

#[test]
fn a_changed_byte_anywhere_in_an_entry_is_found_at_it_or_at_the_next() {
    let good = ledger(6);
    let claims = [2, 4, 6].map(|size| Claim::Head(head(&good[..size])));
    for at in 0..good[3].len() {
        let mut entries = good.clone();
        entries[3][at] ^= 0x20;
        let report = replay(&entries, 256, claims.to_vec());
        assert_ne!(report.outcome, Outcome::Holds, "byte {at}");
        let first = report.first_bad.unwrap();
        // An entry or statement of another version is not understood; the chain and the roots still show the change.
        assert!(first == 3 || (first == 4 && report.findings.iter().any(|f| f.since == Some(2))), "byte {at}: {first}");
    }
}

#[test]
fn roots_that_differ_say_from_where_on_and_once() {
    let good = ledger(10);
    let mut other = good.clone();
    other.swap(8, 9);
    let claims = vec![Claim::Head(head(&good[..5])), Claim::Head(head(&other[..9])), Claim::Head(head(&other))];
    let report = replay(&good, 4, claims);
    assert_eq!(found(&report), [(None, What::Root)]);
    assert_eq!((report.first_bad, report.findings[0].since, report.later_roots), (Some(5), Some(5), 1));
    assert_eq!(report.outcome, Outcome::Fails);
}

#[test]
fn a_head_that_is_wrong_alone_is_found_alone() {
    let good = ledger(10);
    let wrong = TreeHead { root: Hash::from_bytes([7; 32]), ..head(&good[..4]) };
    let claims = vec![Claim::Head(head(&good[..3])), Claim::Head(wrong), Claim::Head(head(&good))];
    let report = replay(&good, 256, claims);
    assert_eq!((found(&report), report.later_roots), (vec![(None, What::Root)], 0));
}

#[test]
fn checkpoints_must_be_the_ledgers_own() {
    let good = ledger(5);
    let fine = checkpoint(&good, &key(0), ORIGIN);
    let mut note = fine.as_str().as_bytes().to_vec();
    let size = fine.head().size;
    assert_eq!(replay(&good, 256, vec![claim(&fine)]).outcome, Outcome::Holds);
    note.pop();
    let unread = Claim::Checkpoint { size, note };
    assert_eq!(found(&replay(&good, 256, vec![unread])), [(None, What::CheckpointMalformed)]);
    let stranger = claim(&checkpoint(&good, &key(99), ORIGIN));
    assert_eq!(found(&replay(&good, 256, vec![stranger])), [(None, What::CheckpointSignature)]);
    let elsewhere = claim(&checkpoint(&good, &key(0), "ledger.example/other"));
    assert_eq!(found(&replay(&good, 256, vec![elsewhere])), [(None, What::Origin)]);
    let shorter = Claim::Checkpoint { size, note: checkpoint(&good[..4], &key(0), ORIGIN).as_str().into() };
    assert_eq!(found(&replay(&good, 256, vec![shorter])), [(None, What::Root)]);
}

#[test]
fn what_is_claimed_of_a_larger_tree_is_lost_and_of_an_earlier_one_too_late() {
    let good = ledger(9);
    let report = replay(&good[..7], 256, vec![Claim::Head(head(&good))]);
    assert_eq!(found(&report), [(None, What::Shrunk)]);
    let mut late = Replay::new(1, Uniqueness::ByIndex);
    late.feed(&good).unwrap();
    let error = late.expect(Claim::Head(head(&good[..7]))).unwrap_err();
    assert_eq!((error.claimed, error.replayed), (7, 9));
    late.expect(Claim::Head(head(&good))).unwrap();
    assert_eq!(late.finish(None, None).outcome, Outcome::Holds);
}

#[test]
fn the_policy_judges_the_newest_checkpoint() {
    let good = ledger(5);
    let newest = checkpoint(&good, &key(0), ORIGIN);
    let vkey = |first| VerifierKey::new_ed25519(ORIGIN.parse().unwrap(), key(first).public());
    let judged = |policy: &str, newest: Option<&SignedCheckpoint>| {
        let mut replay = Replay::new(1, Uniqueness::ByIndex);
        replay.feed(&good).unwrap();
        replay.finish(Some(&Policy::parse(policy).unwrap()), newest)
    };
    let own = format!("log {}\nquorum none\n", vkey(0));
    assert_eq!(judged(&own, Some(&newest)).outcome, Outcome::Holds);
    assert_eq!(judged(&own, None).not_checked, [NotChecked::PolicyUndecided]);
    let other = format!("log {}\nquorum none\n", vkey(9));
    let report = judged(&other, Some(&newest));
    assert_eq!((report.outcome, &report.not_checked[..]), (Outcome::Undetermined, &[NotChecked::PolicyUndecided][..]));
    let broken = newest.as_str().replacen("\n5\n", "\n6\n", 1);
    let broken = SignedCheckpoint::parse(&broken).unwrap();
    assert_eq!(found(&judged(&own, Some(&broken))), [(None, What::Policy)]);
}

#[test]
fn the_small_ledger_of_the_vectors_holds_with_its_registry() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/small-ledger.json")).unwrap();
    let entry = |entry: &Value| hex::decode(entry["entry"].as_str().unwrap()).unwrap();
    let entries: Vec<Vec<u8>> = vectors["entries"].as_array().unwrap().iter().map(entry).collect();
    let size = TreeSize::new(entries.len() as u64).unwrap();
    let note = vectors["checkpoint"].as_str().unwrap().as_bytes().to_vec();
    let report = replay(&entries, 3, vec![Claim::Checkpoint { size, note }]);
    assert_eq!(report.findings, []);
    assert_eq!(report.not_checked, []);
    assert_eq!((report.outcome, report.outcome.exit_code()), (Outcome::Holds, 0));
    assert_eq!(report.root, vectors["root"].as_str().unwrap());
}

#[test]
fn memory_for_statement_ids_has_a_limit_that_is_told() {
    let good = ledger(9);
    let mut replay = Replay::new(1, Uniqueness::InMemory(6));
    replay.feed(&good).unwrap();
    let report = replay.finish(None, None);
    assert_eq!(
        (report.outcome, &report.not_checked[..]),
        (Outcome::Undetermined, &[NotChecked::UniquenessSince(6)][..])
    );
}
