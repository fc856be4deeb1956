//! Verdicts: every vector, and every byte of two receipts changed to every other value.

use notarium::crypto::{Digests, DualHasher};
use notarium::report::{Details, Inputs, Language, Outcome, Report, Step, Vouched, render_text, verify_receipt};
use notarium::trust::Policy;
use serde_json::Value;

mod absence;
mod document;
mod every_byte;
mod glossary;
mod interval;
mod key;
mod page;

fn vectors(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn digests(bytes: &[u8]) -> Digests {
    let mut hasher = DualHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// The steps of 1 to 7 with this outcome, by number.
fn steps(report: &Report, outcome: Outcome) -> Vec<u8> {
    let of = report.checks.iter().filter(|c| c.outcome == outcome && c.step != Step::Ledger);
    of.map(|c| c.step.number()).collect()
}

fn numbers(list: &Value) -> Vec<u8> {
    list.as_array().unwrap().iter().map(|n| u8::try_from(n.as_u64().unwrap()).unwrap()).collect()
}

/// Verifies one case of verification.json.
fn verify_case(vectors: &Value, case: &Value) -> Report {
    let policy =
        case["policy"].as_str().map(|name| Policy::parse(vectors["policies"][name].as_str().unwrap()).unwrap());
    let mut inputs = Inputs::new(case["receipt"].as_str().unwrap().as_bytes());
    inputs.evidence = case["evidence"].as_str().map(|text| digests(&hex::decode(text).unwrap()));
    inputs.policy = policy.as_ref();
    verify_receipt(inputs)
}

#[test]
fn every_verification_vector_gets_its_verdict_by_its_steps() {
    let vectors = vectors("verification.json");
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 100);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let report = verify_case(&vectors, case);
        let numbered: Vec<u8> = report.checks.iter().map(|c| c.step.number()).collect();
        assert_eq!(numbered, [1, 2, 3, 4, 5, 6, 7, 8], "{name}: a step is missing");
        assert_eq!(steps(&report, Outcome::Failed), numbers(&case["failed"]), "{name}: failed\n{:#?}", report.checks);
        assert_eq!(
            steps(&report, Outcome::NotMade),
            numbers(&case["not_made"]),
            "{name}: not made\n{:#?}",
            report.checks
        );
        assert_eq!(serde_json::to_value(report.verdict).unwrap(), case["verdict"], "{name}");
        let vouched = match &report.facts.times.vouched {
            Vouched::Witnesses { no_later_than, .. } => Some(no_later_than.seconds()),
            _ => None,
        };
        assert_eq!(vouched, case["vouched"].as_u64(), "{name}: vouched");
        let malformed = matches!(report.facts.details, Some(Details::Malformed { .. }));
        assert_eq!(malformed, case["malformed_details"].as_bool().unwrap_or(false), "{name}: malformed details");
        assert_eq!(report.check(Step::Ledger).unwrap().outcome, Outcome::NotMade, "{name}");
    }
}

#[test]
fn every_receipt_of_the_small_ledger_matches_its_evidence() {
    let vectors = vectors("small-ledger.json");
    let policy = Policy::parse(format!("log {}\nquorum none\n", vectors["vkey"].as_str().unwrap())).unwrap();
    let mut with_evidence = 0;
    for entry in vectors["entries"].as_array().unwrap() {
        let mut inputs = Inputs::new(entry["receipt"].as_str().unwrap().as_bytes());
        inputs.evidence = entry["evidence"].as_str().map(|text| digests(&hex::decode(text).unwrap()));
        inputs.policy = Some(&policy);
        let without_evidence = inputs.evidence.is_none();
        let report = verify_receipt(inputs);
        let not_made = if without_evidence { vec![2] } else { vec![] };
        assert_eq!(steps(&report, Outcome::NotMade), not_made, "entry {}", entry["index"]);
        assert!(steps(&report, Outcome::Failed).is_empty(), "entry {}: {:#?}", entry["index"], report.checks);
        let facts = report.facts;
        assert_eq!(facts.entry.unwrap().index, entry["index"].as_u64().unwrap());
        assert_eq!(facts.statement.unwrap().id, entry["statement_id"].as_str().unwrap());
        assert_eq!(facts.checkpoint.unwrap().root, vectors["root"].as_str().unwrap());
        if let (Some(expected), Some(Details::Object(details))) = (entry["details"].as_str(), &facts.details) {
            assert_eq!(*details, serde_json::from_str::<Value>(expected).unwrap());
        } else {
            assert!(facts.details.is_none());
            assert!(entry["details"].as_str().is_none_or(str::is_empty));
        }
        with_evidence += usize::from(!without_evidence);
    }
    assert_eq!(with_evidence, 6);
}

#[test]
fn a_change_of_policy_changes_trust_and_nothing_else() {
    let vectors = vectors("verification.json");
    let case = vectors["cases"].as_array().unwrap().iter().find(|c| c["name"] == "quorum-reached").unwrap();
    for (name, expected) in [("none", vec![]), ("two-of-three", vec![]), ("one", vec![]), ("stranger", vec![5])] {
        let mut case = case.clone();
        case["policy"] = name.into();
        let report = verify_case(&vectors, &case);
        assert_eq!(steps(&report, Outcome::NotMade), expected, "{name}");
        assert!(report.checks.iter().take(4).all(|c| c.outcome == Outcome::Passed));
    }
}
