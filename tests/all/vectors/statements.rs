//! Vectors of signed statements.

use std::ops::RangeInclusive;

use notarium::crypto::{SigningKey, sha256};
use notarium::evidence::SignedStatement;
use serde_json::{Value, json};

use super::{Case, Said, bad, good, unknown};
use crate::samples::{
    Field, bytes16, enrol_fields, evidence_fields, genesis_fields, join, ledger_key, plain_deposit, registrar_key,
    revoke_fields, rotate_fields, salted_deposit, signed_again, statement, statement_fields, submitter_key, with,
};

/// First integer that is too large, and first time after the year 9999.
const TOO_LARGE: u64 = 1 << 53;
const TOO_LATE: u64 = 253_402_300_800_000;
const MAX_STATEMENT: usize = 16_384;
/// Bytes of a signed statement of suite 1 around its body.
const AROUND_BODY: usize = 21 + 1 + 34 + 1 + 2 + 66;

pub(super) fn decode(bytes: &[u8]) -> Said {
    let statement = SignedStatement::parse(bytes).map_err(|error| (error.code(), error.is_unknown()))?;
    assert_eq!(statement.as_bytes(), bytes);
    let id = statement.id().to_string();
    let (kind, suite) = (statement.kind().code(), statement.suite_code());
    let verify = match statement.verify() {
        Ok(_) => "ok",
        Err(error) => {
            assert_eq!(error.is_unknown(), error.code().starts_with("unknown-"));
            error.code()
        }
    };
    Ok(json!({ "kind": kind, "suite": suite, "statement_id": id, "verify": verify }))
}

fn says(signed: &[u8], kind: u8, suite: u8, signature: usize, verify: &str) -> Value {
    let id = sha256(&[&signed[..signed.len() - 2 - signature]]).to_string();
    json!({ "kind": kind, "suite": suite, "statement_id": id, "verify": verify })
}

fn kinds() -> [(&'static str, u8, SigningKey, Vec<Field>); 5] {
    [
        ("genesis", 0, ledger_key(), genesis_fields()),
        ("evidence", 1, submitter_key(), evidence_fields()),
        ("enrol", 2, registrar_key(), enrol_fields()),
        ("revoke", 3, registrar_key(), revoke_fields()),
        ("rotate", 4, ledger_key(), rotate_fields()),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, kind, key, fields) in kinds() {
        let signed = statement(&key, kind, &join(&fields));
        cases.push(good(name, signed.clone(), says(&signed, kind, 1, 64, "ok")));
        cases.extend(outer_cuts(name, &statement_fields(&key, kind, &join(&fields))));
        cases.extend(body_cuts(name, kind, &key, &fields));
    }
    cases.extend(outer());
    cases.extend(versions_suites_and_kinds());
    cases.extend(lengths());
    cases.extend(genesis());
    cases.extend(evidence());
    cases.extend(registry());
    cases.extend(rotations());
    cases.extend(signatures());
    cases.extend(texts());
    cases
}

/// What is particular to a rotation: whose consent it is, and to what.
fn rotations() -> Vec<Case> {
    let fields = rotate_fields();
    let signed = |key: &SigningKey, fields: &[Field]| statement(key, 4, &join(fields));
    let consented = |message: &[u8]| with(&fields, "consent", bytes16(registrar_key().sign(message).as_bytes()));
    let said = |name: &str, bytes: Vec<u8>, verify: &str| good(name, bytes.clone(), says(&bytes, 4, 1, 64, verify));
    let terms = join(&fields[..4]);
    let as_enrolled = [b"notarium/consent/1\n".to_vec(), terms.clone()].concat();
    let without_replaced = [b"notarium/rotation/1\n".to_vec(), terms].concat();
    let own = with(&fields, "key", bytes16(ledger_key().public().as_bytes()));
    vec![
        said(
            "rotate: consent in the domain of an enrolment",
            signed(&ledger_key(), &consented(&as_enrolled)),
            "bad-consent",
        ),
        said(
            "rotate: consent without the key replaced",
            signed(&ledger_key(), &consented(&without_replaced)),
            "bad-consent",
        ),
        said("rotate: consent to replace another key", signed(&submitter_key(), &fields), "bad-consent"),
        said("rotate: consent by the key replaced", signed(&ledger_key(), &own), "bad-consent"),
        said(
            "rotate: another overlap than was consented to",
            signed(&ledger_key(), &with(&fields, "overlap", 0_u64.to_be_bytes().to_vec())),
            "bad-consent",
        ),
        bad(
            "rotate: an overlap above 2^53-1",
            signed(&ledger_key(), &with(&fields, "overlap", TOO_LARGE.to_be_bytes().to_vec())),
            "integer-too-large",
        ),
    ]
}

/// The whole cut off before each field and inside it, and a byte after the last.
fn outer_cuts(name: &str, fields: &[Field]) -> Vec<Case> {
    let whole = join(fields);
    let mut cases = vec![bad(format!("{name}: a byte after the end"), [&whole[..], &[0]].concat(), "trailing-bytes")];
    let mut at = 0;
    for (field, bytes) in fields {
        cases.push(bad(format!("{name}: cut before {field}"), whole[..at].to_vec(), "truncated"));
        at += bytes.len();
        cases.push(bad(format!("{name}: cut in {field}"), whole[..at - 1].to_vec(), "truncated"));
    }
    // Where fields are one byte long, both cuts are one.
    let mut seen = std::collections::BTreeSet::new();
    cases.retain(|case| seen.insert(case.input.clone()));
    cases
}

/// The same within the body, under a length prefix and a signature that fit.
fn body_cuts(name: &str, kind: u8, key: &SigningKey, fields: &[Field]) -> Vec<Case> {
    let inner = outer_cuts(&format!("{name} body"), fields);
    let wrap = |case: Case| Case { input: statement(key, kind, &case.input), ..case };
    inner.into_iter().map(wrap).collect()
}

fn outer() -> Vec<Case> {
    let signed = plain_deposit();
    let fields = statement_fields(&submitter_key(), 1, &join(&evidence_fields()));
    let header = |text: &str| join(&with(&fields, "header", text.as_bytes().to_vec()));
    let mut longer_body = signed.clone();
    longer_body[21 + 1 + 34 + 1 + 1] += 1;
    let mut shorter_body = signed.clone();
    shorter_body[21 + 1 + 34 + 1 + 1] -= 1;
    vec![
        bad("empty", Vec::new(), "truncated"),
        bad("another domain", header("notarium/statment/1\n"), "wrong-header"),
        bad("an entry in its place", header("notarium/entry/1\n"), "wrong-header"),
        bad("version 0", header("notarium/statement/0\n"), "wrong-header"),
        bad("version 01", header("notarium/statement/01\n"), "wrong-header"),
        bad("version +1", header("notarium/statement/+1\n"), "wrong-header"),
        bad("version without digits", header("notarium/statement/\n"), "wrong-header"),
        bad("version of ten digits", header("notarium/statement/1000000000\n"), "wrong-header"),
        bad("header with CR LF", header("notarium/statement/1\r\n"), "wrong-header"),
        bad("header in upper case", header("Notarium/statement/1\n"), "wrong-header"),
        bad("body length one more", longer_body, "length-out-of-range"),
        bad("body length one less", shorter_body, "length-out-of-range"),
    ]
}

fn versions_suites_and_kinds() -> Vec<Case> {
    let key = submitter_key();
    let fields = statement_fields(&key, 1, &join(&evidence_fields()));
    let header = |text: &str| join(&with(&fields, "header", text.as_bytes().to_vec()));
    let long_version_2 = [b"notarium/statement/2\n".to_vec(), vec![0; 20_000]].concat();
    let mut cases = vec![
        unknown("statement/2", header("notarium/statement/2\n"), "unknown-version"),
        unknown("statement/2, nothing after the header", b"notarium/statement/2\n".to_vec(), "unknown-version"),
        unknown("statement/2, longer than a statement/1 may be", long_version_2, "unknown-version"),
        unknown("statement/999999999", header("notarium/statement/999999999\n"), "unknown-version"),
    ];
    for (name, kind, body) in [("kind 5", 5, vec![]), ("kind 127", 127, vec![7; 9]), ("kind 200", 200, vec![0; 300])] {
        let signed = statement(&key, kind, &body);
        cases.push(good(name, signed.clone(), says(&signed, kind, 1, 64, "unknown-kind")));
    }
    let mut forged = statement(&key, 200, b"opaque");
    *forged.last_mut().unwrap() ^= 1;
    cases.push(good("kind 200, bad signature", forged.clone(), says(&forged, 200, 1, 64, "bad-signature")));
    for (name, suite, public_key, signature) in
        [("suite 0", 0, 32, 64), ("suite 2", 2, 65, 70), ("suite 3, with nothing in it", 3, 0, 0)]
    {
        let fields = with(&fields, "suite", vec![suite]);
        let fields = with(&fields, "public_key", bytes16(&vec![4; public_key]));
        let signed = join(&with(&fields, "signature", bytes16(&vec![5; signature])));
        cases.push(good(name, signed.clone(), says(&signed, 1, suite, signature, "unknown-suite")));
    }
    let bad_body = with(&fields, "suite", vec![2]);
    let bad_body = with(&bad_body, "body", bytes16(&join(&with(&evidence_fields(), "digest_mode", vec![2]))));
    cases.push(bad("suite 2, body of a known kind that is wrong", join(&bad_body), "unknown-digest-mode"));
    cases
}

fn lengths() -> Vec<Case> {
    let key = submitter_key();
    let fields = statement_fields(&key, 1, &join(&evidence_fields()));
    let mut cases = Vec::new();
    for (field, right) in [("public_key", 32_usize), ("signature", 64)] {
        for length in [0, right - 1, right + 1] {
            let signed = join(&with(&fields, field, bytes16(&vec![6; length])));
            cases.push(bad(format!("{field} of {length} bytes"), signed, "length-out-of-range"));
        }
    }
    let largest = statement(&key, 200, &vec![0; MAX_STATEMENT - AROUND_BODY]);
    assert_eq!(largest.len(), MAX_STATEMENT);
    cases.push(good("16384 bytes", largest.clone(), says(&largest, 200, 1, 64, "unknown-kind")));
    let larger = statement(&key, 200, &vec![0; MAX_STATEMENT - AROUND_BODY + 1]);
    cases.push(bad("16385 bytes", larger, "statement-too-long"));
    cases
}

fn genesis() -> Vec<Case> {
    let make = |field: &'static str, bytes: Vec<u8>| {
        statement(&ledger_key(), 0, &join(&with(&genesis_fields(), field, bytes)))
    };
    let origin = |text: &str| make("origin", bytes16(text.as_bytes()));
    let open = make("admission", vec![0]);
    let longest = origin(&"o".repeat(255));
    let near = origin("notarium.example");
    vec![
        good("genesis: open", open.clone(), says(&open, 0, 1, 64, "ok")),
        good("genesis: origin of 255 bytes", longest.clone(), says(&longest, 0, 1, 64, "ok")),
        good("genesis: origin that begins with notarium", near.clone(), says(&near, 0, 1, 64, "ok")),
        bad("genesis: admission 2", make("admission", vec![2]), "unknown-admission"),
        bad("genesis: empty origin", origin(""), "length-out-of-range"),
        bad("genesis: origin of 256 bytes", origin(&"o".repeat(256)), "length-out-of-range"),
        bad("genesis: origin with a space", origin("ledger example"), "space-in-name"),
        bad("genesis: origin with U+00A0", origin("ledger\u{a0}example"), "space-in-name"),
        bad("genesis: origin with U+3000", origin("ledger\u{3000}example"), "space-in-name"),
        bad("genesis: origin with a plus", origin("ledger+example"), "plus-in-name"),
        bad("genesis: origin with a line feed", origin("ledger\nexample"), "banned-character"),
        bad("genesis: origin in our own domain", origin("notarium/one"), "reserved-origin"),
    ]
}

fn evidence() -> Vec<Case> {
    let fields = evidence_fields();
    let key = submitter_key();
    let make = |fields: &[Field]| statement(&key, 1, &join(fields));
    let u64_of = |value: u64| value.to_be_bytes().to_vec();
    let salted = with(&fields, "digest_mode", vec![1]);
    let mut cases = Vec::new();
    for (name, field, value) in [
        ("evidence: nothing in it", "length", u64_of(0)),
        ("evidence: largest length", "length", u64_of(TOO_LARGE - 1)),
        ("evidence: no claimed time", "claimed_time", u64_of(0)),
        ("evidence: last claimed time", "claimed_time", u64_of(TOO_LATE - 1)),
        ("evidence: continues another", "continues", vec![0xc0; 32]),
        ("evidence: no details", "details", vec![0; 32]),
    ] {
        let signed = make(&with(&fields, field, value));
        cases.push(good(name, signed.clone(), says(&signed, 1, 1, 64, "ok")));
    }
    cases.push(good("evidence: salted", salted_deposit(), says(&salted_deposit(), 1, 1, 64, "ok")));
    cases.extend([
        bad("evidence: mode 2", make(&with(&fields, "digest_mode", vec![2])), "unknown-digest-mode"),
        bad("evidence: salted with length 1", make(&with(&salted, "length", u64_of(1))), "salted-length"),
        bad("evidence: length 2^53", make(&with(&fields, "length", u64_of(TOO_LARGE))), "integer-too-large"),
        bad("evidence: length 2^64-1", make(&with(&fields, "length", u64_of(u64::MAX))), "integer-too-large"),
        bad("evidence: year 10000", make(&with(&fields, "claimed_time", u64_of(TOO_LATE))), "time-too-late"),
        bad(
            "evidence: claimed time 2^53",
            make(&with(&fields, "claimed_time", u64_of(TOO_LARGE))),
            "integer-too-large",
        ),
    ]);
    cases
}

fn registry() -> Vec<Case> {
    let key = registrar_key();
    let enrol = |field, bytes| statement(&key, 2, &join(&with(&enrol_fields(), field, bytes)));
    let revoke = |field, bytes| statement(&key, 3, &join(&with(&revoke_fields(), field, bytes)));
    let late = TOO_LATE.to_be_bytes().to_vec();
    let large = TOO_LARGE.to_be_bytes().to_vec();
    let mut cases = vec![
        bad("enrol: role 0", enrol("role", vec![0]), "unknown-role"),
        bad("enrol: role 3", enrol("role", vec![3]), "unknown-role"),
        bad("enrol: public key of 31 bytes", enrol("public_key", bytes16(&[1; 31])), "length-out-of-range"),
        bad("enrol: empty name", enrol("name", bytes16(b"")), "length-out-of-range"),
        bad("enrol: name of 256 bytes", enrol("name", bytes16(&[b'n'; 256])), "length-out-of-range"),
        bad("enrol: assurance of 256 bytes", enrol("assurance", bytes16(&[b'a'; 256])), "length-out-of-range"),
        bad("enrol: not before the year 10000", enrol("not_before", late.clone()), "time-too-late"),
        bad("enrol: not after the year 10000", enrol("not_after", late.clone()), "time-too-late"),
        bad("enrol: not before 2^53", enrol("not_before", large.clone()), "integer-too-large"),
        bad("enrol: not after 2^53", enrol("not_after", large.clone()), "integer-too-large"),
        bad("revoke: compromised since 2^53", revoke("compromised_since", large), "integer-too-large"),
        bad("enrol: consent of 63 bytes", enrol("consent", bytes16(&[1; 63])), "length-out-of-range"),
        bad("enrol: no consent", enrol("consent", bytes16(b"")), "length-out-of-range"),
        bad("revoke: reason 4", revoke("reason", vec![4]), "unknown-reason"),
        bad("revoke: public key of 33 bytes", revoke("public_key", bytes16(&[1; 33])), "length-out-of-range"),
        bad("revoke: compromised in the year 10000", revoke("compromised_since", late), "time-too-late"),
    ];
    for reason in [0, 2, 3] {
        let signed = revoke("reason", vec![reason]);
        cases.push(good(format!("revoke: reason {reason}"), signed.clone(), says(&signed, 3, 1, 64, "ok")));
    }
    let suite_2 = with(&enrol_fields(), "suite", vec![2]);
    let suite_2 = with(&suite_2, "public_key", bytes16(&[4; 65]));
    let signed = statement(&key, 2, &join(&with(&suite_2, "consent", bytes16(&[5; 70]))));
    cases.push(good("enrol: a key of suite 2", signed.clone(), says(&signed, 2, 1, 64, "unknown-suite")));
    let suite_2 = with(&revoke_fields(), "suite", vec![2]);
    let signed = statement(&key, 3, &join(&with(&suite_2, "public_key", bytes16(&[4; 65]))));
    cases.push(good("revoke: a key of suite 2", signed.clone(), says(&signed, 3, 1, 64, "unknown-suite")));
    cases
}

fn signatures() -> Vec<Case> {
    let mut bad_signature = plain_deposit();
    *bad_signature.last_mut().unwrap() ^= 1;
    let mut other_body = plain_deposit();
    other_body[21 + 1 + 34 + 1 + 2 + 1] ^= 1;
    let enrol = |field, bytes| statement(&registrar_key(), 2, &join(&with(&enrol_fields(), field, bytes)));
    let other_name = enrol("name", bytes16(b"Somebody Else"));
    let no_consent = enrol("consent", bytes16(&[0; 64]));
    let again = signed_again(&plain_deposit(), &submitter_key());
    let (one, other) = (says(&plain_deposit(), 1, 1, 64, "ok"), says(&again, 1, 1, 64, "ok"));
    assert_eq!((&one, again.len()), (&other, plain_deposit().len()), "one statement, so one id");
    assert_ne!(again, plain_deposit());
    vec![
        good("the plain deposit signed a second time, with another nonce of the signature", again, other),
        good("a bit of the signature changed", bad_signature.clone(), says(&bad_signature, 1, 1, 64, "bad-signature")),
        good("a bit of the body changed", other_body.clone(), says(&other_body, 1, 1, 64, "bad-signature")),
        good("enrol: consent to another name", other_name.clone(), says(&other_name, 2, 1, 64, "bad-consent")),
        good("enrol: consent of zeros", no_consent.clone(), says(&no_consent, 2, 1, 64, "bad-consent")),
    ]
}

/// The code points that docs/formats.md, Conventions, bans.
const BANNED: [RangeInclusive<u32>; 7] =
    [0x00..=0x1f, 0x7f..=0x9f, 0x61c..=0x61c, 0x200b..=0x200f, 0x2028..=0x202e, 0x2060..=0x206f, 0xfeff..=0xfeff];

/// Every code point that the Conventions ban, the neighbours of each range, and bytes that are not UTF-8.
fn texts() -> Vec<Case> {
    let assurance = |bytes: &[u8]| {
        // Consent is not at stake here: the text is refused, or the consent is to another one.
        statement(&registrar_key(), 2, &join(&with(&enrol_fields(), "assurance", bytes16(bytes))))
    };
    let allowed =
        [0x20, 0x7e, 0xa0, 0x61b, 0x61d, 0x200a, 0x2010, 0x2027, 0x202f, 0x205f, 0x2070, 0xfefe, 0xff00, 0x1_0000];
    let text = |code: u32| format!("a{}b", char::from_u32(code).unwrap());
    let mut cases = Vec::new();
    for code in BANNED.into_iter().flatten() {
        cases.push(bad(format!("text with U+{code:04X}"), assurance(text(code).as_bytes()), "banned-character"));
    }
    for code in allowed {
        let signed = assurance(text(code).as_bytes());
        cases.push(good(format!("text with U+{code:04X}"), signed.clone(), says(&signed, 2, 1, 64, "bad-consent")));
    }
    for (name, bytes) in [
        ("text with U+002F, overlong in two bytes", &b"\xc0\xaf"[..]),
        ("text with U+0000, overlong in two bytes", b"\xc0\x80"),
        ("text with U+20AC, overlong in four bytes", b"\xf0\x82\x82\xac"),
        ("text with a surrogate", b"\xed\xa0\x80"),
        ("text above U+10FFFF", b"\xf4\x90\x80\x80"),
        ("text with a lone continuation byte", b"a\x80"),
        ("text that is cut in a character", b"a\xe4\xb8"),
    ] {
        cases.push(bad(name, assurance(bytes), "not-utf8"));
    }
    cases
}
