//! Vectors of disclosures.

use notarium::ledger::Disclosure;
use notarium::merkle::leaf_hash;
use serde_json::{Value, json};

use super::{Case, Said, bad, good, unknown};
use crate::samples::{
    Field, bytes16, entry, entry_fields, evidence_fields, genesis_fields, join, ledger_key, plain_deposit,
    salted_deposit, statement, submitter_key, with,
};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let disclosure = Disclosure::parse(bytes).map_err(|error| (error.code(), error.is_unknown()))?;
    assert_eq!(disclosure.encode().unwrap(), bytes);
    let details = disclosure.details().map(|details| details.json.len());
    Ok(json!({
        "leaf": disclosure.leaf_hash().to_string(),
        "evidence_salt": disclosure.evidence_salt().is_some(),
        "details": details,
    }))
}

fn says(entry: &[u8], salt: bool, details: Option<usize>) -> Value {
    json!({ "leaf": leaf_hash(entry).to_string(), "evidence_salt": salt, "details": details })
}

/// The fields of a disclosure that shows only the entry.
pub(crate) fn disclosure_fields(entry: &[u8]) -> Vec<Field> {
    vec![
        ("header", b"notarium/receipt/1\n".to_vec()),
        ("entry", bytes16(entry)),
        ("evidence_salt", bytes16(b"")),
        ("details_salt", bytes16(b"")),
        ("details_json", bytes16(b"")),
    ]
}

/// As much as a disclosure of entry/1 can hold: a statement of 16,384 bytes, which no known kind has (it is of kind 200, opaque),
/// both salts and 32,000 bytes of details.
pub(super) fn largest_fields() -> Vec<Field> {
    let body = vec![0; 16_384 - (21 + 1 + 34 + 1 + 2 + 66)];
    let fields = disclosure_fields(&entry(&statement(&submitter_key(), 200, &body)));
    let fields = with(&fields, "evidence_salt", bytes16(&[0x5e; 32]));
    let fields = with(&fields, "details_salt", bytes16(&[0x5d; 32]));
    let details = format!("{{\"note\":\"{}\"}}", "a".repeat(32_000 - 11));
    with(&fields, "details_json", bytes16(details.as_bytes()))
}

pub(super) fn cases() -> Vec<Case> {
    let plain = entry(&plain_deposit());
    let salted = entry(&salted_deposit());
    let fields = disclosure_fields(&salted);
    let salt = || bytes16(&[0x5a; 32]);
    let details = || bytes16(br#"{"title":"work 1"}"#);
    let make = |field: &'static str, bytes: Vec<u8>| join(&with(&fields, field, bytes));
    let with_details = with(&with(&fields, "details_salt", salt()), "details_json", details());
    let everything = join(&with(&with_details, "evidence_salt", salt()));
    let mut cases = vec![
        good("plain, nothing shown", join(&disclosure_fields(&plain)), says(&plain, false, None)),
        good("salted, nothing shown", join(&fields), says(&salted, false, None)),
        good("salted, evidence salt shown", make("evidence_salt", salt()), says(&salted, true, None)),
        good("salted, details shown", join(&with_details), says(&salted, false, Some(18))),
        good("salted, everything shown", everything.clone(), says(&salted, true, Some(18))),
        bad("a byte after the end", [&everything[..], &[0]].concat(), "trailing-bytes"),
        bad("details salt without details", make("details_salt", salt()), "salt-without-details"),
        bad("details without salt", make("details_json", details()), "details-without-salt"),
        bad("receipt/0", make("header", b"notarium/receipt/0\n".to_vec()), "wrong-header"),
        unknown("receipt/2", make("header", b"notarium/receipt/2\n".to_vec()), "unknown-disclosure-version"),
    ];
    for length in [1, 31, 33] {
        for field in ["evidence_salt", "details_salt"] {
            let bytes = join(&with(&with_details, field, bytes16(&vec![0x5a; length])));
            cases.push(bad(format!("{field} of {length} bytes"), bytes, "salt-length"));
        }
    }
    let mut at = 0;
    for (field, bytes) in with(&with_details, "evidence_salt", salt()) {
        cases.push(bad(format!("cut before {field}"), everything[..at].to_vec(), "truncated"));
        at += bytes.len();
        cases.push(bad(format!("cut in {field}"), everything[..at - 1].to_vec(), "truncated"));
    }
    cases.extend(entries_within());
    cases.extend(sizes());
    cases
}

fn entries_within() -> Vec<Case> {
    let shown = |entry: &[u8]| join(&with(&disclosure_fields(entry), "evidence_salt", bytes16(&[0x5a; 32])));
    let entry_2 = b"notarium/entry/2\nopaque".to_vec();
    let statement_2 = entry(b"notarium/statement/2\nopaque");
    let kind_200 = entry(&statement(&submitter_key(), 200, b"opaque"));
    let wrong_kind_1 = entry(&statement(&submitter_key(), 1, &join(&with(&evidence_fields(), "digest_mode", vec![2]))));
    let no_time = join(&with(&entry_fields(&plain_deposit()), "time", vec![0; 8]));
    vec![
        good("salt shown for entry/2", shown(&entry_2), says(&entry_2, true, None)),
        good("salt shown for statement/2", shown(&statement_2), says(&statement_2, true, None)),
        good("salt shown for kind 200", shown(&kind_200), says(&kind_200, true, None)),
        bad("salt in plain mode", shown(&entry(&plain_deposit())), "salt-in-plain-mode"),
        bad(
            "salt for a genesis",
            shown(&entry(&statement(&ledger_key(), 0, &join(&genesis_fields())))),
            "salt-in-plain-mode",
        ),
        bad("no entry", join(&disclosure_fields(b"")), "truncated"),
        bad("an entry without a time", join(&disclosure_fields(&no_time)), "time-not-stated"),
        bad("a statement of mode 2", join(&disclosure_fields(&wrong_kind_1)), "unknown-digest-mode"),
    ]
}

fn sizes() -> Vec<Case> {
    let largest = largest_fields();
    let entry = &largest[1].1[2..];
    let more = with(&largest, "details_json", bytes16(&vec![b'a'; 32_001]));
    let opaque = [b"notarium/entry/2\n".to_vec(), vec![0; 65_535 - 17]].concat();
    vec![
        good("the largest", join(&largest), says(entry, true, Some(32_000))),
        bad("details of 32001 bytes", join(&more), "length-out-of-range"),
        good("an entry/2 of 65535 bytes", join(&disclosure_fields(&opaque)), says(&opaque, false, None)),
    ]
}
