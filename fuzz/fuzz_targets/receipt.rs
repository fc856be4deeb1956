//! Receipts and disclosures: one encoding; and no receipt verifies under a ledger's key that the ledger has not given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::crypto::Digests;
use notarium::evidence::{Body, DigestMode};
use notarium::ledger::{Disclosure, MAX_RECEIPT_BYTES, Receipt};
use notarium::report::{Inputs, Language, Outcome, Step, Verdict, render_text, verify_receipt};
use notarium_fuzz::SMALL_LEDGER;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(shown) = Disclosure::parse(bytes) {
        assert_eq!(shown.encode().expect("it was one"), bytes);
    }
    let report = verify_receipt(inputs(bytes));
    let Ok(receipt) = Receipt::parse(bytes) else {
        assert_eq!(report.verdict, Verdict::Undetermined);
        return;
    };
    assert_eq!(receipt.as_str().as_bytes(), bytes);
    assert!(bytes.len() <= MAX_RECEIPT_BYTES);
    let (path, shown, checkpoint) =
        (receipt.path().clone(), receipt.disclosure().clone(), receipt.checkpoint().clone());
    let again = Receipt::new(receipt.index(), path, shown, checkpoint).expect("it was one");
    assert_eq!(again.as_str(), receipt.as_str());
    let passed = |step| report.check(step).is_some_and(|check| check.outcome == Outcome::Passed);
    if passed(Step::Log) && passed(Step::Inclusion) {
        let entry = receipt.disclosure().entry_bytes();
        assert!(SMALL_LEDGER.entries.iter().any(|known| known == entry), "an entry that the ledger does not have");
    }
    let all = report.checks.iter().filter(|check| check.step != Step::Ledger);
    assert_eq!(report.verdict == Verdict::Match, all.clone().all(|check| check.outcome == Outcome::Passed));
    assert_eq!(report.verdict == Verdict::Mismatch, report.checks.iter().any(|check| check.outcome == Outcome::Failed));
    assert_eq!(all.count(), 7);
    for language in [Language::En, Language::Zh] {
        assert!(!render_text(&report, language, &|_| None).is_empty());
    }
    assert_eq!(report.to_json().expect("JSON"), verify_receipt(inputs(bytes)).to_json().expect("JSON"));
});

/// With the digests that the receipt's own statement has, where it has plain ones: so that a match can be reached.
fn inputs(bytes: &[u8]) -> Inputs<'_> {
    let statement = Receipt::parse(bytes).ok().and_then(|receipt| receipt.disclosure().entry().ok()?.statement().ok());
    let evidence = statement.and_then(|statement| match statement.body() {
        Body::Evidence(evidence) if evidence.fingerprint.mode() == DigestMode::Plain => {
            let print = &evidence.fingerprint;
            Some(Digests { sha256: *print.sha256(), sm3: *print.sm3(), length: print.length() })
        }
        _ => None,
    });
    Inputs { policy: Some(&SMALL_LEDGER.policy), evidence, ..Inputs::new(bytes) }
}
