//! The vectors of rotations.json: receipts under policies, with rotations and earlier checkpoints, and what is said of each.
//!
//! `NOTARIUM_WRITE_VECTORS=1` makes the file anew, with new keys; without it every case must give what it says.

use notarium::ledger::{RotationProofError, follow_rotations};
use notarium::report::{Inputs, verify_receipt};
use serde_json::{Map, Value, json};

use super::trusted::{Given, cosigned, given, witness};
use super::*;
use crate::founded::FOUNDED;

#[test]
fn each_case_of_the_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/rotations.json");
    if std::env::var_os("NOTARIUM_WRITE_VECTORS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&made()).unwrap() + "\n").unwrap();
    }
    let file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    for case in cases {
        assert_eq!(said(&file, case), case["said"], "{}", case["name"]);
    }
    // The file holds every answer that there is.
    let all = serde_json::to_string(cases).unwrap();
    for answer in [
        "log-signed",
        "log-key-retired",
        "log-key-unknown",
        "not-a-rotation",
        "does-not-hold",
        "unrelated",
        "not-trusted",
        "contradicted",
        "no_earlier_than",
        "no-earlier-covers",
        "no-earlier-no-later",
        "no-earlier-no-quorum",
        "no-earlier-contradicts",
    ] {
        assert!(all.contains(&format!("\"{answer}\"")), "{answer}");
    }
}

/// What the verifier says of steps 5 and 6 and of time, or which rotation it refuses.
fn said(file: &Value, case: &Value) -> Value {
    let text = |list: &str, name: &Value| file[list][name.as_str().unwrap()].as_str().unwrap().to_owned();
    let receipt = |name: &Value| Receipt::parse(text("receipts", name).as_bytes()).unwrap();
    let policy = Policy::parse(text("policies", &case["policy"])).unwrap();
    let rotations: Vec<Receipt> = case["rotations"].as_array().unwrap().iter().map(receipt).collect();
    let policy = match follow_rotations(&policy, &rotations) {
        Ok(policy) => policy,
        Err((place, error)) => return json!({"refused": {"rotation": place, "why": code(&error)}}),
    };
    let without = (!case["without"].is_null()).then(|| receipt(&case["without"]).checkpoint().clone());
    let given = text("receipts", &case["receipt"]);
    let inputs = Inputs { policy: Some(&policy), without: without.as_ref(), ..Inputs::new(given.as_bytes()) };
    let report: Value = serde_json::from_str(&verify_receipt(inputs).to_json().unwrap()).unwrap();
    json!({
        "verdict": report["verdict"],
        "log": report["checks"][4],
        "witnesses": report["checks"][5],
        "relied_on": report["facts"]["relied_on"],
        "times": report["facts"]["times"],
    })
}

fn code(error: &RotationProofError) -> &'static str {
    match error {
        RotationProofError::NotARotation(_) => "not-a-rotation",
        RotationProofError::DoesNotHold(_) => "does-not-hold",
        RotationProofError::Unrelated { .. } => "unrelated",
        RotationProofError::NotTrusted => "not-trusted",
        RotationProofError::Contradicted => "contradicted",
    }
}

/// Policy, rotations, receipt, and the receipt whose checkpoint is to be the lower end.
type Line = (&'static str, &'static [&'static str], &'static str, Option<&'static str>);

const LINES: &[Line] = &[
    ("old", &[], "before", None),
    ("old", &[], "rotation", None),
    ("old", &[], "during", None),
    ("old", &[], "after", None),
    ("new", &[], "before", None),
    ("new", &[], "rotation", None),
    ("new", &[], "during", None),
    ("new", &[], "after", None),
    ("old", &["rotation"], "before", None),
    ("old", &["rotation"], "rotation", None),
    ("old", &["rotation"], "during", None),
    ("old", &["rotation"], "after", None),
    ("new", &["rotation"], "before", None),
    ("new", &["rotation"], "during", None),
    ("new", &["rotation", "rotation"], "after", None),
    ("old-witnessed", &[], "before", None),
    ("old-witnessed", &[], "before-2s", None),
    ("old-witnessed", &["rotation-1s"], "before", None),
    ("old-witnessed", &["rotation-1s"], "before-1s", None),
    ("old-witnessed", &["rotation-1s"], "before-2s", None),
    ("old-witnessed", &["rotation-1s"], "after-3s", None),
    ("new-witnessed", &["rotation-1s"], "before-1s", None),
    ("old", &["third", "first", "second"], "last", None),
    ("old", &["before"], "before", None),
    ("old", &["moved"], "before", None),
    ("old", &["second", "third"], "last", None),
    ("new", &["first"], "before", None),
    ("old-witnessed", &["rotation"], "before-1s", None),
    ("old", &["rotation", "first"], "before", None),
    ("old-witnessed", &["rotation-1s"], "after-3s", Some("before-1s")),
    ("old-witnessed", &["rotation-1s"], "after-3s", Some("before-2s")),
    ("old-witnessed", &["rotation-1s"], "after-3s", Some("before")),
    ("old-witnessed", &["rotation-1s"], "after-3s", Some("after-3s")),
    ("old-witnessed", &["rotation-1s"], "after", Some("before-1s")),
    ("old", &["rotation"], "after-3s", Some("before-1s")),
    ("both-witnessed", &[], "after-3s", Some("before-9s")),
];

fn made() -> Value {
    let (policies, receipts) = material();
    let mut file = json!({
        "about": "Receipts of a ledger that changes its key, under policies, with receipts of rotations and with earlier checkpoints.",
        "policies": policies,
        "receipts": receipts,
    });
    let case = |(policy, rotations, receipt, without): &Line| {
        let with = if rotations.is_empty() { String::new() } else { format!(" with {}", rotations.join(", ")) };
        let from = without.map(|without| format!(" not before {without}")).unwrap_or_default();
        let name = format!("{receipt} under {policy}{with}{from}");
        let mut case =
            json!({"name": name, "policy": policy, "rotations": rotations, "receipt": receipt, "without": without});
        case["said"] = said(&file, &case);
        case
    };
    let cases: Vec<Value> = LINES.iter().map(case).collect();
    file["cases"] = cases.into();
    file
}

/// The policies and the receipts, by their names.
fn material() -> (Map<String, Value>, Map<String, Value>) {
    let Given { old, new, before, during, after, rotation } = given();
    let turning = Turning::new();
    let [first, second, third] = [(0, 10), (0, 20), (5, 30)]
        .map(|(overlap, at)| Receipt::parse(&fs::read(turning.rotate(overlap, at).receipt).unwrap()).unwrap());
    let last = turning.deposit(1, 40);
    let moved = Receipt::new(
        rotation.index(),
        rotation.path().clone(),
        rotation.disclosure().clone(),
        first.checkpoint().clone(),
    );
    let founded = FOUNDED / 1000;
    let receipts = [
        ("before-1s", cosigned(&before, founded + 1)),
        ("before-2s", cosigned(&before, founded + 2)),
        ("before-9s", cosigned(&before, founded + 9)),
        ("rotation-1s", cosigned(&rotation, founded + 1)),
        ("after-3s", cosigned(&after, founded + 3)),
        ("before", before),
        ("rotation", rotation),
        ("during", during),
        ("after", after),
        ("first", first),
        ("second", second),
        ("third", third),
        ("last", last),
        ("moved", moved.unwrap()),
    ];
    let w = VerifierKey::new_cosigner("witness.example/w".parse().unwrap(), witness().public());
    let quorum = format!("witness w {w}\nquorum w\n");
    let (old, new) = (vkey(&old), vkey(&new));
    let policies = [
        ("old", format!("log {old}\nquorum none\n")),
        ("new", format!("log {new}\nquorum none\n")),
        ("old-witnessed", format!("log {old}\n{quorum}")),
        ("new-witnessed", format!("log {new}\n{quorum}")),
        ("both-witnessed", format!("log {old}\nlog {new}\n{quorum}")),
    ];
    let named = |(name, text): (&str, String)| (name.to_owned(), Value::from(text));
    (
        policies.into_iter().map(named).collect(),
        receipts.into_iter().map(|(name, receipt)| named((name, receipt.as_str().to_owned()))).collect(),
    )
}
