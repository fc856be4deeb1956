//! Not deposited: only after a complete replay to a checkpoint that passes steps 5 and 6.

use notarium::ledger::Receipt;
use notarium::report::{Language, Outcome, Provenance, Report, Search, Step, Verdict, render_text, report_absence};
use notarium::trust::{Policy, SignedCheckpoint};

use super::{digests, vectors};

/// Searches for evidence under a case's checkpoint and one of the policies.
fn search(case: &str, policy: Option<&str>, complete: bool, found: &[u64]) -> Report {
    let vectors = vectors("verification.json");
    let case = vectors["cases"].as_array().unwrap().iter().find(|c| c["name"] == case).unwrap();
    let receipt = Receipt::parse(case["receipt"].as_str().unwrap().as_bytes()).unwrap();
    let checkpoint: &SignedCheckpoint = receipt.checkpoint();
    let policy = policy.map(|name| Policy::parse(vectors["policies"][name].as_str().unwrap()).unwrap());
    report_absence(Search {
        evidence: digests(b"never deposited"),
        policy: policy.as_ref(),
        checkpoint,
        source: "a copy",
        complete,
        found,
        provenance: Provenance::default(),
    })
}

#[test]
fn a_complete_replay_to_a_trusted_checkpoint_says_not_deposited() {
    let report = search("plain", Some("none"), true, &[]);
    assert_eq!(report.verdict, Verdict::NotDeposited);
    assert_eq!(report.verdict.exit_code(), 1);
    assert!(report.checks.iter().all(|check| check.outcome == Outcome::Passed));
    assert_eq!(search("quorum-reached", Some("two-of-three"), true, &[]).verdict, Verdict::NotDeposited);
    let text = render_text(&report, Language::Zh, &|_| None);
    assert!(text.contains("未存证") && text.contains("a copy"), "{text}");
}

#[test]
fn anything_less_is_undetermined() {
    for (case, policy, complete, found) in [
        ("plain", Some("none"), false, &[][..]),
        ("plain", None, true, &[]),
        ("plain", Some("stranger"), true, &[]),
        ("plain", Some("two-of-three"), true, &[]),
        ("plain", Some("none"), true, &[3]),
    ] {
        let report = search(case, policy, complete, found);
        assert_eq!(report.verdict, Verdict::Undetermined, "{policy:?} {complete} {found:?}");
        assert_eq!(report.verdict.exit_code(), 2);
    }
}

#[test]
fn a_checkpoint_with_a_bad_signature_is_a_mismatch() {
    let report = search("bad-log-signature", Some("none"), true, &[]);
    assert_eq!(report.verdict, Verdict::Mismatch);
    assert_eq!(report.check(Step::Log).unwrap().outcome, Outcome::Failed);
}
