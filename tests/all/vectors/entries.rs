//! Vectors of entries and entry bundles.

use notarium::evidence::{Entry, decode_bundle, encode_bundle};
use notarium::merkle::leaf_hash;
use serde_json::{Value, json};

use super::{Case, Said, bad, good, unknown};
use crate::samples::{bytes16, entry, entry_fields, join, plain_deposit, statement, submitter_key, with};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let entry = Entry::parse(bytes).map_err(|error| (error.code(), error.is_unknown()))?;
    assert_eq!(entry.as_bytes(), bytes);
    let statement = match entry.statement() {
        Ok(_) => "ok",
        Err(error) => error.code(),
    };
    Ok(says(bytes, entry.index().get(), entry.time().millis(), statement))
}

fn says(bytes: &[u8], index: u64, time: u64, statement: &str) -> Value {
    json!({ "index": index, "time": time, "leaf": leaf_hash(bytes).to_string(), "statement": statement })
}

const INDEX: u64 = 7;
const TIME: u64 = 1_795_423_800_456;
const LARGEST: u64 = (1 << 53) - 1;

pub(super) fn cases() -> Vec<Case> {
    let fields = entry_fields(&plain_deposit());
    let whole = join(&fields);
    let u64_of = |value: u64| value.to_be_bytes().to_vec();
    let make = |field: &str, bytes: Vec<u8>| join(&with(&fields, field, bytes));
    let first = with(&with(&fields, "index", u64_of(0)), "previous", vec![0; 32]);
    let mut cases = vec![
        good("entry 7", whole.clone(), says(&whole, INDEX, TIME, "ok")),
        good("entry 0", join(&first), says(&join(&first), 0, TIME, "ok")),
        good(
            "largest index",
            make("index", u64_of(LARGEST)),
            says(&make("index", u64_of(LARGEST)), LARGEST, TIME, "ok"),
        ),
        bad("a byte after the end", [&whole[..], &[0]].concat(), "trailing-bytes"),
        bad("index 2^53", make("index", u64_of(LARGEST + 1)), "integer-too-large"),
        bad("time 2^53", make("time", u64_of(LARGEST + 1)), "integer-too-large"),
        bad("time 0", make("time", u64_of(0)), "time-not-stated"),
        bad("time in the year 10000", make("time", u64_of(253_402_300_800_000)), "time-too-late"),
        bad("entry 0 with a previous", make("index", u64_of(0)), "first-has-previous"),
        bad("entry/0", make("header", b"notarium/entry/0\n".to_vec()), "wrong-header"),
        bad("entry/01", make("header", b"notarium/entry/01\n".to_vec()), "wrong-header"),
        bad("a statement in its place", plain_deposit(), "wrong-header"),
        unknown("entry/2", make("header", b"notarium/entry/2\n".to_vec()), "unknown-entry-version"),
        unknown("entry/2, nothing after the header", b"notarium/entry/2\n".to_vec(), "unknown-entry-version"),
    ];
    let mut at = 0;
    for (field, bytes) in &fields {
        cases.push(bad(format!("cut before {field}"), whole[..at].to_vec(), "truncated"));
        at += bytes.len();
        cases.push(bad(format!("cut in {field}"), whole[..at - 1].to_vec(), "truncated"));
    }
    cases.extend(statements_within());
    cases
}

/// An entry is well-formed whatever its statement is.
fn statements_within() -> Vec<Case> {
    let version_2 = [b"notarium/statement/2\n".to_vec(), vec![9; 20_000]].concat();
    let kind_5 = statement(&submitter_key(), 5, b"");
    let cases = [
        ("statement/2 within, longer than a statement/1 may be", version_2, "unknown-version"),
        ("kind 5 within", kind_5, "ok"),
        ("nothing within", Vec::new(), "truncated"),
        ("a cut statement within", plain_deposit()[..100].to_vec(), "truncated"),
    ];
    let case = |(name, within, says_of_it): (&str, Vec<u8>, &str)| {
        let bytes = entry(&within);
        good(name, bytes.clone(), says(&bytes, INDEX, TIME, says_of_it))
    };
    cases.map(case).into()
}

pub(super) fn decode_bundle_case(bytes: &[u8]) -> Said {
    let entries = decode_bundle(bytes).map_err(|error| (error.code(), false))?;
    assert_eq!(encode_bundle(entries.iter().copied()).unwrap(), bytes);
    Ok(json!({ "entries": entries.len() }))
}

pub(super) fn bundle_cases() -> Vec<Case> {
    let one = bytes16(&entry(&plain_deposit()));
    let with_tail = |tail: &[u8]| [&one[..], tail].concat();
    let full = bytes16(b"x").repeat(256);
    vec![
        good("one entry", one.clone(), json!({ "entries": 1 })),
        good("two entries", with_tail(&bytes16(b"opaque")), json!({ "entries": 2 })),
        good("256 entries", full.clone(), json!({ "entries": 256 })),
        good("an entry of 65535 bytes", bytes16(&[0; 65_535]), json!({ "entries": 1 })),
        bad("257 entries", [full, bytes16(b"x")].concat(), "too-many-entries"),
        bad("no entry", Vec::new(), "empty-bundle"),
        bad("an empty entry", bytes16(b""), "length-out-of-range"),
        bad("an empty entry after another", with_tail(&bytes16(b"")), "length-out-of-range"),
        bad("cut in a length", with_tail(&[0]), "truncated"),
        bad("cut in an entry", with_tail(&[0, 2, b'x']), "truncated"),
    ]
}
