//! Policy files: what they say. What can be wrong with one, and that nothing else can, is in tests/vectors/policies.json.

use notarium::crypto::{PublicKey, SigningKey};
use notarium::note::{KeyName, VerifierKey};
use notarium::trust::{Policy, PolicyProblem};
use proptest::prelude::*;

/// A key of type 04, of transparency-dev/formats `witness/witness_policy_test.go`.
pub(crate) const COSIGNER: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

pub(crate) fn public(seed: u8) -> PublicKey {
    SigningKey::from_seed(&[seed; 32]).public()
}

pub(crate) fn log(seed: u8) -> VerifierKey {
    VerifierKey::new_ed25519(format!("log.example/{seed}").parse().unwrap(), public(seed))
}

pub(crate) fn witness(seed: u8) -> VerifierKey {
    VerifierKey::new_cosigner(format!("witness.example/{seed}").parse().unwrap(), public(seed))
}

#[test]
fn the_example_of_the_specification_is_read() {
    let witnesses: Vec<String> = (1..=6)
        .map(|n| format!("witness {}{} {}\n", if n <= 3 { 'X' } else { 'Y' }, (n - 1) % 3 + 1, witness(n)))
        .collect();
    let text = format!(
        "log {}\n\n{}group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log(0),
        witnesses.concat()
    );
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.as_bytes(), text.as_bytes());
    assert_eq!((policy.logs().len(), policy.logs()[0].key.clone(), policy.logs()[0].url.as_deref()), (1, log(0), None));
    let names: Vec<&str> = policy.witnesses().iter().map(|witness| witness.name.as_str()).collect();
    assert_eq!(names, ["X1", "X2", "X3", "Y1", "Y2", "Y3"]);
}

#[test]
fn two_keys_of_one_log_and_one_key_as_log_and_witness_are_allowed() {
    let name: KeyName = "log.example/0".parse().unwrap();
    let (old, new) = (log(0), VerifierKey::new_ed25519(name.clone(), public(9)));
    let witness = VerifierKey::new_cosigner(name, public(0));
    let policy = Policy::parse(format!("log {old}\nlog {new} url\nwitness w {witness}\nquorum w\n")).unwrap();
    assert_eq!(policy.logs().iter().map(|log| log.key.clone()).collect::<Vec<_>>(), [old, new]);
    assert_eq!(policy.logs()[1].url.as_deref(), Some("url"));
}

#[test]
fn large_and_deep_policies_are_read() {
    let mut lines: Vec<String> = (0..200).map(|n| format!("log {}\nwitness w{n} {}\n", log(n), witness(n))).collect();
    lines.push("group g0 any w0\n".into());
    lines.extend((1..20_000).map(|n| format!("group g{n} all g{}\n", n - 1)));
    lines.push("quorum g19999\n".into());
    assert!(Policy::parse(lines.concat()).is_ok());
}

#[test]
fn an_error_names_the_line() {
    assert_eq!(Policy::parse("").unwrap_err().to_string(), "line 1: the policy has no quorum line");
}

#[test]
fn the_policy_for_one_log_names_it_and_no_witness() {
    let policy = Policy::for_log(&log(1), Some("https://ledger.example/")).unwrap();
    assert_eq!(Policy::parse(policy.as_bytes()), Ok(policy.clone()));
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 0));
    assert_eq!(policy.logs()[0].key, log(1));
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://ledger.example/"));
    assert_eq!(Policy::for_log(&log(1), None).unwrap().logs()[0].url, None);
    let injected = format!("x\nlog {}", log(2));
    for bad in ["", " ", "a b", "x\t", &injected, "#", "x\u{7f}", "x\r"] {
        assert_eq!(Policy::for_log(&log(1), Some(bad)).unwrap_err().line, 3, "{bad:?}");
    }
    let wrong_type = Policy::for_log(&witness(1), None).unwrap_err();
    assert!(matches!(wrong_type.problem, PolicyProblem::WrongKeyType { role: "log", expected: 1, found: 4 }));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_policies_never_panic(bytes: Vec<u8>, lines in prop::collection::vec("(log|witness|group|quorum|#)?( [a-c1-3]| all| any| none|\t){0,5}\n?", 0..8)) {
        let _ = Policy::parse(&bytes);
        let text = lines.concat();
        if let Ok(policy) = Policy::parse(&text) {
            prop_assert_eq!(policy.as_bytes(), text.as_bytes());
        }
    }
}
