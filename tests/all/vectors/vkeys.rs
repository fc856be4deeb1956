//! Vectors of verifier keys.

use notarium::note::{VerifierKey, VerifierKeyError};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};

pub(super) fn decode(bytes: &[u8]) -> Said {
    let text = std::str::from_utf8(bytes).unwrap();
    let key: VerifierKey = text.parse().map_err(|error: VerifierKeyError| (error.code(), false))?;
    assert_eq!(key.to_string(), text);
    Ok(says(key.name().as_str(), &key.id().to_string(), key.kind().code(), &key.public_key().to_string()))
}

fn says(name: &str, id: &str, kind: u8, public_key: &str) -> Value {
    json!({ "name": name, "id": id, "type": kind, "public_key": public_key })
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = well_formed();
    cases.extend(malformed());
    cases
}

/// Keys of golang/mod `sumdb/note/note_test.go`, C2SP signed-note and transparency-dev/formats, and one whose base64 holds plus
/// signs; taken apart by another program.
fn well_formed() -> Vec<Case> {
    let keys = [
        (
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann",
            "c74f20a3",
            1,
            "1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6",
        ),
        (
            "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
            "EnochRoot",
            "af0cfe78",
            1,
            "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
        ),
        (
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo",
            "530d903a",
            1,
            "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4",
        ),
        (
            "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
            "remora.n621.de",
            "da77ade7",
            4,
            "ebcdeb78e7fdb2ef9227b2c1ef11e94600b55b4d6d9a57877e31ee89e59adc36",
        ),
        (
            "a+d401d871+AZQA8bIctSfX+j0+q7qTVXoY6+eiyk5HHP5eTFtMp/dn",
            "a",
            "d401d871",
            1,
            "9400f1b21cb527d7fa3d3eabba93557a18ebe7a2ca4e471cfe5e4c5b4ca7f767",
        ),
    ];
    let case = |(text, name, id, kind, key): (&str, &str, &str, u8, &str)| {
        good(format!("the key {text}"), text.into(), says(name, id, kind, key))
    };
    keys.map(case).into()
}

fn malformed() -> Vec<Case> {
    let cases = [
        ("PeterNeumann+c74f20a3", "missing-part"),
        ("", "missing-part"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "empty-name"),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "space-in-name"),
        ("Peter\u{1}Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "banned-in-name"),
        ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "bad-id"),
        ("PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "bad-id"),
        ("PeterNeumann++ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "bad-id"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T", "bad-base64"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ", "bad-base64"),
        ("PeterNeumann+c74f20a3++", "bad-base64"),
        // The Go test's, with the id adjusted: a type that nobody knows; and ML-DSA-44, which this version does not.
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "unknown-key-type"),
        ("PeterNeumann+c74f20a3+BhpcUg==", "unknown-key-type"),
        ("PeterNeumann+c74f20a3+", "unknown-key-type"),
        // Go's key of a wrong length has spare bits that are not zero: strict base64 refuses it first.
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "bad-base64"),
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEQ==", "wrong-key-length"),
        ("PeterNeumann+cc469956+AQ==", "wrong-key-length"),
        ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "wrong-id"),
        ("PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "wrong-id"),
        ("PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "wrong-id"),
    ];
    cases.map(|(text, code)| bad(format!("the text {text:?}"), text.into(), code)).into()
}
