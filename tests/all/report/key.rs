//! The submitter's key in a report: as enrolled, and a registrar's claim that changes nothing.

use notarium::codec::Time;
use notarium::evidence::{Admission, Role};
use notarium::ledger::Receipt;
use notarium::merkle::LeafIndex;
use notarium::report::{KeyAtEntry, LedgerSide, Report, Step, Verdict};
use notarium::trust::Policy;

use super::{Inputs, Language, Outcome, render_text, vectors, verify_receipt};
use crate::registry::{Book, at, deposit, enrol, registrar, revoke, submitter, suite_key};

/// Entry `index` of the small ledger, with step 8 by a replay of it.
fn of_small_ledger(index: usize) -> Report {
    let ledger = vectors("small-ledger.json");
    let entries: Vec<Vec<u8>> = ledger["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| hex::decode(entry["entry"].as_str().unwrap()).unwrap())
        .collect();
    let mut replay = notarium::audit::Replay::new(1, notarium::audit::Uniqueness::InMemory(100));
    replay.feed(&entries).unwrap();
    let receipt = ledger["entries"][index]["receipt"].as_str().unwrap();
    let entry = Receipt::parse(receipt.as_bytes()).unwrap().disclosure().entry().unwrap();
    let signer = entry.statement().unwrap().key().clone();
    let key = KeyAtEntry::new(replay.registry().unwrap(), &signer, entry.index(), entry.time());
    let policy = Policy::parse(format!("log {}\nquorum none\n", ledger["vkey"].as_str().unwrap())).unwrap();
    let mut inputs = Inputs::new(receipt.as_bytes());
    let evidence = ledger["entries"][index]["evidence"].as_str().map(|hex| super::digests(&hex::decode(hex).unwrap()));
    inputs.evidence = evidence;
    inputs.policy = Some(&policy);
    let source = "a copy".to_owned();
    inputs.ledger = Some(LedgerSide { source, replayed: Some(10), key, earlier: None, partial: Vec::new() });
    verify_receipt(inputs)
}

fn text(report: &Report, language: Language) -> String {
    render_text(report, language, &|_| None).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_claim_is_shown_from_its_time_on_and_changes_no_verdict() {
    // The registrar of the small ledger claims the submitter's key compromised since entry 5.
    for index in [3, 4, 5, 8] {
        let report = of_small_ledger(index);
        assert_eq!(report.verdict, Verdict::Match, "entry {index}");
        assert_eq!(report.check(Step::Ledger).unwrap().outcome, Outcome::Passed);
        let claimed = index >= 5;
        for (language, claim, why) in [
            (Language::En, "claims that this key was compromised since", "It changes no verdict"),
            (Language::Zh, "声称该密钥自", "不改变核验结论"),
        ] {
            let page = text(&report, language);
            let page = if language == Language::Zh { page.replace(' ', "") } else { page };
            let claim = if language == Language::Zh { claim.replace(' ', "") } else { claim.to_owned() };
            assert_eq!(page.contains(&claim), claimed, "entry {index}: {page}");
            assert_eq!(page.contains(why), claimed, "entry {index}: {page}");
        }
    }
}

#[test]
fn the_name_is_as_enrolled_and_by_whom() {
    let report = of_small_ledger(3);
    let page = text(&report, Language::En);
    assert!(page.contains("enrolled as") && page.contains("entry 2"), "{page}");
    assert!(page.contains("the registrar") && page.contains("identity, in the registrar's words"), "{page}");
    assert!(page.contains("revoked later") && page.contains("what it signed before stands"), "{page}");
    let registrars = of_small_ledger(2);
    let page = text(&registrars, Language::En);
    assert!(page.contains("by the ledger's own key"), "{page}");
    assert!(text(&of_small_ledger(1), Language::En).contains("the ledger's own key"));
}

#[test]
fn a_key_that_was_not_in_force_is_told_as_such() {
    let mut book = Book::with_registrar(Admission::Open);
    let validity = [at(10), at(20)];
    book.admit(2, &enrol(&book.genesis, &registrar(0), &submitter(0), Role::Submitter, validity)).unwrap();
    let cases = [(9, "begins at"), (15, ""), (20, "ended at")];
    for (millis, words) in cases {
        let index = book.admit(millis, &deposit(&submitter(0), millis)).unwrap();
        let said = standing_words(&book, index, at(millis));
        assert!(said.contains(words) && said.contains("enrolled as"), "{millis}: {said}");
        assert_eq!(said.contains("not in force"), !words.is_empty(), "{millis}: {said}");
    }
    book.admit(21, &revoke(&book.genesis, &submitter(0), &submitter(0), Time::NOT_STATED)).unwrap();
    // A ledger that breaks its rules.
    let index = book.force(22, &deposit(&submitter(0), 22));
    let said = standing_words(&book, index, at(22));
    assert!(said.contains("by the key itself") && said.contains("should not have been admitted"), "{said}");
}

fn standing_words(book: &Book, index: u64, time: Time) -> String {
    let key = KeyAtEntry::new(&book.registry, &suite_key(&submitter(0)), LeafIndex::new(index), time);
    let vectors = vectors("small-ledger.json");
    let mut inputs = Inputs::new(vectors["entries"][8]["receipt"].as_str().unwrap().as_bytes());
    // The receipt's own entry number is what a later revocation is told apart by.
    let mut key = key;
    if let Some(revocation) = &mut key.revocation {
        revocation.entry = if revocation.entry < index { 7 } else { 9 };
    }
    inputs.ledger =
        Some(LedgerSide { source: "x".to_owned(), replayed: None, key, earlier: None, partial: Vec::new() });
    text(&verify_receipt(inputs), Language::En)
}
