//! Vectors of policy files.

use std::collections::HashMap;

use notarium::crypto::PublicKey;
use notarium::note::{KeyId, KeyName, VerifierKey};
use notarium::trust::{MAX_POLICY_BYTES, Policy};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};
use crate::trust_policy::{COSIGNER, log, public, witness};

pub(super) fn decode(bytes: &[u8], case: &Value) -> Said {
    let policy = Policy::parse(bytes).map_err(|error| {
        assert_eq!(Some(error.line as u64), case["line"].as_u64(), "{}: {error}", case["name"]);
        (error.problem.code(), false)
    })?;
    assert_eq!(policy.as_bytes(), bytes);
    let logs: Vec<String> = policy.logs().iter().map(|log| log.key.to_string()).collect();
    let witnesses: Vec<&str> = policy.witnesses().iter().map(|witness| witness.name.as_str()).collect();
    Ok(json!({ "logs": logs, "witnesses": witnesses }))
}

/// A key of type 01, of transparency-dev/formats `witness/witness_policy_test.go`.
const NOTE_KEY: &str = "sigsum.org+e4ade967+AZuUY6B08pW3QVHu8uvsrxWPcAv9nykap2Nb4oxCee+r";

/// Two keys of one name with the same four bytes of id.
fn colliding_keys() -> (VerifierKey, VerifierKey) {
    let name: KeyName = "collision.example".parse().unwrap();
    let mut seen: HashMap<KeyId, VerifierKey> = HashMap::new();
    (0_u64..)
        .find_map(|n| {
            let bytes = std::array::from_fn(|i| n.to_be_bytes()[i % 8]);
            let key = VerifierKey::new_ed25519(name.clone(), PublicKey::from_bytes(bytes));
            seen.insert(key.id(), key.clone()).map(|before| (before, key))
        })
        .unwrap()
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = well_formed();
    cases.extend(malformed());
    cases
}

fn well_formed() -> Vec<Case> {
    let (log, w1, w2) = (log(0), witness(1), witness(2));
    let says = |logs: &[&VerifierKey], witnesses: &[&str]| {
        let logs: Vec<String> = logs.iter().map(ToString::to_string).collect();
        json!({ "logs": logs, "witnesses": witnesses })
    };
    let renewed = VerifierKey::new_ed25519(log.name().clone(), public(9));
    let same = VerifierKey::new_cosigner(log.name().clone(), public(0));
    let comment = format!("#{}\nquorum none\n", "x".repeat(MAX_POLICY_BYTES - 14));
    let vkey = w1.to_string();
    let not_utf8 = [&b"# \xd6\xa4\xbe\xdd\nwitness \xd6\xa4 "[..], vkey.as_bytes(), b" \xff\nquorum \xd6\xa4\n"];
    let kelvin = format!("witness K {w1}\nwitness \u{212a} {w2}\ngroup #g all K \u{212a}\nquorum #g\n");
    vec![
        good("a log and no witness", format!("log {log}\nquorum none\n").into_bytes(), says(&[&log], &[])),
        good("nobody", b"quorum none\n".to_vec(), says(&[], &[])),
        good(
            "blanks and comments",
            b"\n# comment\n\t # comment \t\n \t quorum \t none\t \n \n".to_vec(),
            says(&[], &[]),
        ),
        good(
            "a URL, in any order",
            format!("quorum none\nlog {log} https://log.example/\n").into_bytes(),
            says(&[&log], &[]),
        ),
        good(
            "an unused group",
            format!("witness w {w1} url\nquorum w\ngroup g any w\n").into_bytes(),
            says(&[], &["w"]),
        ),
        good(
            "a witness of another project",
            format!("witness w {COSIGNER}\nquorum w\n").into_bytes(),
            says(&[], &["w"]),
        ),
        good(
            "keywords as names",
            format!("witness all {w1}\ngroup any any all\nquorum any\n").into_bytes(),
            says(&[], &["all"]),
        ),
        good(
            "a number as a name",
            format!("witness quorum {w1}\ngroup 1 1 quorum\nquorum 1\n").into_bytes(),
            says(&[], &["quorum"]),
        ),
        good("names that look alike", kelvin.into_bytes(), says(&[], &["K", "\u{212a}"])),
        good("bytes that are not UTF-8", not_utf8.concat(), says(&[], &["\u{5a4}"])),
        good(
            "two keys of one log",
            format!("log {log}\nlog {renewed} url\nquorum none\n").into_bytes(),
            says(&[&log, &renewed], &[]),
        ),
        good(
            "one key as log and witness",
            format!("log {log}\nwitness w {same}\nquorum w\n").into_bytes(),
            says(&[&log], &["w"]),
        ),
        good("1048576 bytes", comment.into_bytes(), says(&[], &[])),
    ]
}

/// What can be wrong on a line after these three, each with its code.
fn malformed() -> Vec<Case> {
    let before = format!("log {}\nwitness w1 {}\nwitness w2 {}\n", log(0), witness(1), witness(2));
    let case = |(code, lines): (&'static str, Vec<u8>)| {
        let last = 3 + lines.split_inclusive(|byte| *byte == b'\n').count();
        let shown = String::from_utf8_lossy(&lines[..lines.len().min(60)]).into_owned();
        // A name that is defined too late is missed where it is used.
        let line = if shown.starts_with("quorum w3") { 4 } else { last };
        bad(format!("{code} by {shown:?}"), [before.as_bytes(), &lines].concat(), code).with("line", line)
    };
    let mut cases: Vec<Case> = bad_words().into_iter().chain(bad_groups()).map(case).collect();
    cases.push(bad("nothing", Vec::new(), "missing-quorum").with("line", 1));
    cases
}

fn bad_words() -> Vec<(&'static str, Vec<u8>)> {
    let (w3, other) = (witness(3), log(7));
    let renamed = |key: &VerifierKey| VerifierKey::new_cosigner("another.example".parse().unwrap(), *key.public_key());
    let log_renamed = VerifierKey::new_ed25519("another.example".parse().unwrap(), public(0));
    let (one, two) = colliding_keys();
    let lines = [
        ("unended-line", "quorum none".to_owned()),
        ("forbidden-byte", "quorum none\r\n".into()),
        ("forbidden-byte", "# \u{7f}\n".into()),
        ("forbidden-byte", "quorum\u{b}none\n".into()),
        ("unknown-keyword", "Quorum none\n".into()),
        ("unknown-keyword", "threshold 1\n".into()),
        ("unknown-keyword", "quorum\u{a0}none\n".into()),
        ("unknown-keyword", "\u{feff}quorum none\n".into()),
        ("wrong-form", "log\n".into()),
        ("wrong-form", format!("log {other} url url\n")),
        ("wrong-form", "witness w3\n".into()),
        ("wrong-form", format!("witness w3 {w3} url # comment\n")),
        ("wrong-form", "group\n".into()),
        ("wrong-form", "group g\n".into()),
        ("wrong-form", "group g any\n".into()),
        ("wrong-form", "quorum\n".into()),
        ("wrong-form", "quorum w1 w2\n".into()),
        ("wrong-form", "quorum none # comment\n".into()),
        ("comment-after-items", format!("log {other} #comment\n")),
        ("comment-after-items", format!("witness w3 {w3} #\n")),
        ("missing-part", "log x\n".into()),
        ("missing-part", format!("witness {w3} w3\n")),
        ("wrong-key-type", format!("log {w3}\n")),
        ("wrong-key-type", format!("witness w3 {NOTE_KEY}\n")),
        ("duplicate-key", format!("log {log_renamed}\n")),
        ("duplicate-key", format!("witness w3 {}\n", renamed(&witness(1)))),
        ("ambiguous-key", format!("log {one}\nlog {two}\n")),
    ];
    let mut lines: Vec<_> = lines.into_iter().map(|(code, text)| (code, text.into_bytes())).collect();
    lines.push(("key-not-utf8", b"log \xff+00000000+AQ==\n".to_vec()));
    lines.push(("policy-too-large", [vec![b'#'; MAX_POLICY_BYTES], vec![b'\n']].concat()));
    lines
}

fn bad_groups() -> Vec<(&'static str, Vec<u8>)> {
    let w3 = witness(3);
    let lines = [
        ("reserved-name", format!("witness none {w3}\n")),
        ("reserved-name", "group none any w1\n".into()),
        ("reserved-name", "group g any w1 none\n".into()),
        ("duplicate-name", format!("witness w1 {w3}\n")),
        ("duplicate-name", "group w1 any w2\n".into()),
        ("undefined-name", "group g any g\n".into()),
        ("undefined-name", "group g any w1 w9\n".into()),
        ("undefined-name", "group g any w1 # comment\n".into()),
        ("undefined-name", "quorum W1\n".into()),
        ("undefined-name", format!("quorum w3\nwitness w3 {w3}\n")),
        ("second-membership", "group g any w1 w1\n".into()),
        ("second-membership", "group g any w1\ngroup h any w1\n".into()),
        ("bad-threshold", "group g 0 w1 w2\n".into()),
        ("bad-threshold", "group g 3 w1 w2\n".into()),
        ("bad-threshold", "group g 01 w1 w2\n".into()),
        ("bad-threshold", "group g +1 w1 w2\n".into()),
        ("bad-threshold", "group g -1 w1 w2\n".into()),
        ("bad-threshold", "group g ALL w1 w2\n".into()),
        ("bad-threshold", "group g 18446744073709551617 w1 w2\n".into()),
        ("second-quorum", "quorum none\nquorum none\n".into()),
        ("second-quorum", "quorum w1\nquorum none\n".into()),
        ("missing-quorum", "# quorum none\n".into()),
    ];
    lines.into_iter().map(|(code, text)| (code, text.into_bytes())).collect()
}
