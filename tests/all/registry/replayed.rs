//! A replay recomputes every admission: one that was wrong is a finding at its entry, and has no effect later.

use notarium::audit::Standing as Stood;
use notarium::trust::{Checkpoint, SignedCheckpoint};

use super::*;

fn found(report: &AuditReport) -> Vec<(Option<u64>, What)> {
    report.findings.iter().map(|finding| (finding.index, finding.what)).collect()
}

/// The replay of a book with one entry forced into it finds just that.
fn assert_reported(book: &Book, millis: u64, statement: &SignedStatement, words: &str) {
    let mut forged = book.clone();
    let index = forged.force(millis, statement);
    let (report, registry) = forged.replayed();
    assert_eq!(found(&report), [(Some(index), What::Admission)], "{words}");
    assert!(report.findings[0].found.contains(words), "{}", report.findings[0]);
    assert_eq!(registry.as_ref(), Some(&book.registry), "what must not be admitted has no effect");
    assert_eq!(report.outcome, Outcome::Fails);
}

#[test]
fn each_entry_that_must_not_be_is_reported() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    let held_back = enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, [at(0), at(90)]);
    book.admit(3, &book.revokes(&registrar(0), &submitter(0))).unwrap();
    book.admit(4, &enrol(&book.genesis, &registrar(0), &submitter(1), Role::Submitter, [at(50), at(60)])).unwrap();
    let other = leaf_hash(b"another ledger");
    let forged = [
        (5, deposit(&submitter(0), 1), "revoked by entry 3"),
        (5, deposit(&submitter(2), 1), "not enrolled"),
        (49, deposit(&submitter(1), 1), "not yet valid"),
        (60, deposit(&submitter(1), 1), "expired"),
        (5, held_back, "revocation is final"),
        (5, revoke(&book.genesis, &registrar(0), &submitter(0), at(1)), "revocation is final"),
        (5, revoke(&other, &registrar(0), &submitter(1), at(1)), "for the ledger whose entry 0"),
        (5, enrol(&book.genesis, &registrar(0), &registrar(1), Role::Registrar, ALWAYS), "only the ledger's own key"),
        (5, book.revokes(&registrar(0), &ledger()), "the ledger's own"),
        (5, revoke(&book.genesis, &submitter(1), &submitter(1), at(1)), "revokes itself"),
        (5, genesis(Admission::Open), "a genesis"),
    ];
    for (millis, statement, words) in forged {
        assert_reported(&book, millis, &statement, words);
    }
}

#[test]
fn an_enrolment_without_consent_is_reported_and_has_no_effect() {
    let mut book = Book::with_registrar(Admission::Enrolled);
    let with_consent = book.enrols(0, 0);
    let Body::Enrol(mut body) = with_consent.body().clone() else { panic!("an enrolment") };
    body.name = "somebody else".to_owned();
    let without = SignedStatement::sign(&Body::Enrol(body), &registrar(0)).unwrap();
    assert_eq!(without.clone().verify().unwrap_err().code(), "bad-consent", "no ledger takes it");
    let index = book.force(2, &without);
    let deposited = book.force(3, &deposit(&submitter(0), 1));
    let (report, registry) = book.replayed();
    assert_eq!(found(&report), [(Some(index), What::Consent), (Some(deposited), What::Admission)]);
    assert_eq!(registry, Some(book.registry));
}

#[test]
fn a_statement_that_its_key_did_not_sign_says_nothing_of_keys() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    let mut bytes = book.revokes(&registrar(0), &submitter(0)).as_bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let index = book.force(3, &SignedStatement::parse(&bytes).unwrap());
    book.admit(4, &deposit(&submitter(0), 1)).unwrap();
    let (report, registry) = book.replayed();
    assert_eq!(found(&report), [(Some(index), What::Signature)]);
    assert_eq!(registry, Some(book.registry));
}

#[test]
fn after_what_is_not_understood_admission_is_not_checked() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    let of_kind = |kind| SignedStatement::sign(&Body::Unknown { kind, bytes: vec![1] }, &submitter(0)).unwrap();
    book.force(3, &of_kind(128));
    let (report, registry) = book.replayed();
    assert_eq!((report.finding_count, report.not_checked), (0, vec![]));
    assert_eq!(registry.as_ref(), Some(&book.registry));
    let breach = book.force(3, &deposit(&submitter(5), 1));
    let since = book.force(3, &of_kind(127));
    book.force(3, &deposit(&submitter(5), 2));
    let again = book.force(3, &genesis(Admission::Open));
    let (report, registry) = book.replayed();
    assert_eq!(found(&report), [(Some(breach), What::Admission), (Some(again), What::Admission)]);
    assert_eq!((report.not_checked, registry), (vec![NotChecked::AdmissionSince(since)], None));
}

#[test]
fn a_key_of_a_suite_from_the_future_is_kept_and_not_understood() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    let key = SuiteKey::Unknown { suite: 2, public_key: vec![4; 65] };
    let reason = RevokeReason::Unspecified;
    let body = Revoke { ledger: book.genesis, key: key.clone(), reason, compromised_since: Time::NOT_STATED };
    let statement = SignedStatement::sign(&Body::Revoke(body), &registrar(0)).unwrap();
    assert_eq!(statement.clone().verify().unwrap_err().code(), "unknown-suite", "no ledger of this version takes it");
    let index = book.force(3, &statement);
    let (report, registry) = book.replayed();
    assert_eq!((report.finding_count, report.outcome), (0, Outcome::Undetermined));
    assert_eq!(report.not_understood.iter().map(|unknown| unknown.index).collect::<Vec<_>>(), [index]);
    assert_eq!(registry.unwrap().standing(&key, at(4)), Standing::Revoked);
}

/// A replay of the first entries of a book, written down and gone on with.
fn gone_on_with(book: &Book, stopped_at: usize, more: &[Vec<u8>]) -> (AuditReport, Option<Registry>) {
    let mut replay = Replay::new(1, Uniqueness::ByCaller);
    replay.feed(&book.entries[..stopped_at]).unwrap();
    let checkpoint = Checkpoint { origin: "ledger.example/registry".parse().unwrap(), head: replay.head() };
    let standing = replay.standing(&SignedCheckpoint::sign(&checkpoint, &ledger())).unwrap();
    let standing = Stood::decode(&standing.encode()).unwrap();
    let mut replay = Replay::resume(1, Uniqueness::ByCaller, standing);
    replay.feed(&book.entries[stopped_at..]).unwrap();
    replay.feed(more).unwrap();
    let registry = replay.registry().cloned();
    (replay.finish(None, None), registry)
}

#[test]
fn an_audit_that_is_gone_on_with_knows_the_keys() {
    let mut book = Book::with_submitter(Admission::Enrolled);
    book.admit(3, &deposit(&submitter(0), 1)).unwrap();
    book.admit(4, &revoke(&book.genesis, &registrar(0), &submitter(0), at(3))).unwrap();
    book.admit(5, &book.enrols(0, 1)).unwrap();
    let whole = book.clone();
    let breach = book.force(6, &deposit(&submitter(0), 2));
    let forged = &book.entries[whole.entries.len()..];
    for stopped_at in 1..=whole.entries.len() {
        let (report, registry) = gone_on_with(&whole, stopped_at, &[]);
        assert_eq!((report.outcome, registry.as_ref()), (Outcome::Holds, Some(&whole.registry)), "{stopped_at}");
        let (report, _) = gone_on_with(&whole, stopped_at, forged);
        assert_eq!(found(&report), [(Some(breach), What::Admission)], "{stopped_at}");
    }
}
