//! Vectors of answers to key challenges.

use notarium::codec::encode_base64;
use notarium::evidence::{KeyChallenge, KeyProof};
use serde_json::json;

use super::{Case, Said, bad, good};
use crate::samples::{bytes16, registrar_key, submitter_key};

const EXPIRES: u64 = 1_796_025_600_000;
const FROM: &str = "沈阳市中级人民法院";

pub(super) fn decode(bytes: &[u8]) -> Said {
    let text = std::str::from_utf8(bytes).unwrap();
    let proof = KeyProof::parse(text).map_err(|error| (error.code(), false))?;
    assert_eq!(proof.to_text(), text);
    let challenge = proof.challenge();
    assert_eq!(KeyChallenge::parse(&challenge.to_text()).unwrap(), *challenge);
    let verify = proof.verify().map_or_else(|error| error.code(), |()| "ok");
    Ok(json!({ "message": hex::encode(challenge.message().unwrap()), "verify": verify }))
}

fn nonce(bytes: u8) -> Vec<u8> {
    (0..bytes).collect()
}

/// What the key signs, field by field.
fn message(from: &str, purpose: &str, nonce: &[u8]) -> Vec<u8> {
    let key = submitter_key().public();
    [
        &b"notarium/key-proof/1\n\x01"[..],
        &bytes16(key.as_bytes()),
        &bytes16(from.as_bytes()),
        &bytes16(purpose.as_bytes()),
        &EXPIRES.to_be_bytes(),
        &bytes16(nonce),
    ]
    .concat()
}

/// An answer whose signature is over `message`.
fn text(from: &str, purpose: &str, nonce: &[u8], message: &[u8]) -> String {
    let (key, nonce) = (submitter_key().public(), hex::encode(nonce));
    let signature = encode_base64(submitter_key().sign(message).as_bytes());
    format!(
        "notarium/key-proof/1\nkey {key}\nfrom {from}\npurpose {purpose}\nexpires 2026-11-30T08:00:00.000Z\nnonce {nonce}\n\
         signature {signature}\n"
    )
}

fn answered(name: &str, from: &str, purpose: &str, bytes: u8) -> Case {
    let nonce = nonce(bytes);
    let message = message(from, if purpose == "-" { "" } else { purpose }, &nonce);
    let says = json!({ "message": hex::encode(&message), "verify": "ok" });
    good(name, text(from, purpose, &nonce, &message).into_bytes(), says)
}

pub(super) fn cases() -> Vec<Case> {
    let purpose = "(2026)辽01民初1号";
    let signed = message(FROM, purpose, &nonce(32));
    let whole = text(FROM, purpose, &nonce(32), &signed);
    let edit = |name: &str, from: &str, to: &str, code| {
        assert!(whole.contains(from), "{name}");
        bad(name, whole.replace(from, to).into_bytes(), code)
    };
    let mismatch = |name: &str, over: &[u8]| {
        let says = json!({ "message": hex::encode(&signed), "verify": "mismatch" });
        good(name, text(FROM, purpose, &nonce(32), over).into_bytes(), says)
    };
    let other = registrar_key().public().to_string();
    vec![
        answered("a court asks for a case", FROM, purpose, 32),
        answered("no purpose, the shortest nonce", "x", "-", 16),
        answered("the longest nonce", "x", "y", 64),
        answered("the longest texts", &"x".repeat(255), &"y".repeat(255), 32),
        mismatch("signed without the domain", &signed[21..]),
        mismatch("signed as if it were a consent", &[b"notarium/consent/1\n", &signed[21..]].concat()),
        mismatch("signed for somebody else", &message("y", purpose, &nonce(32))),
        edit("a header of another version", "key-proof/1", "key-proof/2", "wrong-line"),
        edit("no last LF", "==\n", "==", "wrong-line"),
        edit("a line too many", "==\n", "==\n\n", "wrong-line"),
        edit("a line missing", "expires 2026-11-30T08:00:00.000Z\n", "", "wrong-line"),
        edit("a key in upper case", &submitter_key().public().to_string(), &other.to_uppercase(), "bad-key"),
        edit("nobody asks", &format!("from {FROM}"), "from -", "bad-text"),
        edit("a name of 256 bytes", FROM, &"x".repeat(256), "bad-text"),
        edit("a purpose of 256 bytes", purpose, &"y".repeat(256), "bad-text"),
        edit("a name that hides a direction", FROM, "x\u{202e}y", "bad-text"),
        edit("no end", "2026-11-30T08:00:00.000Z", "-", "bad-time"),
        edit("an end that is no time", "2026-11-30T08", "2026-11-31T08", "bad-time"),
        edit("an end in another zone", "08:00:00.000Z", "16:00:00.000+08:00", "bad-time"),
        edit("a nonce of 15 bytes", &hex::encode(nonce(32)), &hex::encode(nonce(15)), "bad-nonce"),
        edit("a nonce of 65 bytes", &hex::encode(nonce(32)), &hex::encode(nonce(65)), "bad-nonce"),
        edit("a nonce in upper case", "0a0b0c", "0A0B0C", "bad-nonce"),
        edit("half a signature", "signature ", "signature AAAA", "bad-signature"),
    ]
}
