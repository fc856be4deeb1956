//! Vectors of Ed25519 signatures and of hex. Those on which libraries disagree are in ed25519-edge.json.

use notarium::crypto::{HexError, PublicKey, Signature, SigningKey, sha256};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};

pub(super) fn decode(_: &[u8], case: &Value) -> Said {
    let field = |name: &str| case[name].as_str().unwrap();
    let not_hex = |error: HexError| (error.code(), false);
    let key: PublicKey = field("public_key").parse().map_err(not_hex)?;
    let signature: Signature = field("signature").parse().map_err(not_hex)?;
    let message = hex::decode(field("message")).unwrap();
    key.verify(&message, &signature).map_err(|error| (error.code(), false))?;
    Ok(json!({ "valid": true }))
}

pub(super) fn cases() -> Vec<Case> {
    let key = SigningKey::from_seed(&[1; 32]);
    let (public, signature) = (key.public().to_string(), key.sign(b"message").to_string());
    let given = |case: Case, public: &str, message: &[u8], signature: &str| {
        case.with("public_key", public).with("message", hex::encode(message)).with("signature", signature)
    };
    let valid = |name: &str| good(name, Vec::new(), json!({ "valid": true }));
    let mut cases = vec![
        given(valid("a message"), &public, b"message", &signature),
        given(valid("no message"), &public, b"", &key.sign(b"").to_string()),
    ];
    let mut fails = |name: &str, code, public: &str, message: &[u8], signature: &str| {
        cases.push(given(bad(name, Vec::new(), code), public, message, signature));
    };
    let one = format!("01{}", "00".repeat(31));
    let off_curve = PublicKey::from_bytes(*sha256(&[b"4"]).as_bytes()).to_string();
    fails("another message", "mismatch", &public, b"another", &signature);
    fails("a changed bit of R", "mismatch", &public, b"message", &changed(&signature, 3));
    fails("a changed bit of S", "mismatch", &public, b"message", &changed(&signature, 40));
    fails("S of 2^256-1", "mismatch", &public, b"message", &format!("{}{}", &signature[..64], "f".repeat(64)));
    fails("a small-order key", "small-order-key", &one, b"message", &signature);
    fails("a small-order R", "small-order-r", &public, b"message", &format!("{one}{}", &signature[64..]));
    fails("a key that is no point", "key-not-on-curve", &off_curve, b"message", &signature);
    fails("a key of 31 bytes", "wrong-length", &public[2..], b"message", &signature);
    fails("a key of 63 digits", "wrong-length", &public[1..], b"message", &signature);
    fails("a signature of 65 bytes", "wrong-length", &public, b"message", &format!("{signature}00"));
    fails("an empty signature", "wrong-length", &public, b"message", "");
    fails("a key in upper case", "not-lower-hex", &public.to_uppercase(), b"message", &signature);
    fails("a key with a letter g", "not-lower-hex", &format!("g{}", &public[1..]), b"message", &signature);
    fails("a key after a space", "not-lower-hex", &format!(" {}", &public[1..]), b"message", &signature);
    fails("letters of two bytes", "not-lower-hex", &"é".repeat(32), b"message", &signature);
    cases
}

/// A signature in hex with a bit of one byte changed.
fn changed(signature: &str, at: usize) -> String {
    let mut bytes = hex::decode(signature).unwrap();
    bytes[at] ^= 1;
    hex::encode(bytes)
}
