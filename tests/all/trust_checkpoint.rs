//! Checkpoints and cosignatures: known answers, every changed byte, any bytes. Their errors are in tests/vectors.

use notarium::codec::{decode_base64, encode_base64};
use notarium::crypto::SigningKey;
use notarium::merkle::{Hash, TreeHead, TreeSize};
use notarium::note::{SignatureLine, VerifierKey};
use notarium::trust::{
    Checkpoint, LogSignature, Policy, PosixTime, SignedCheckpoint, sign_cosignature, verify_cosignature,
};
use proptest::prelude::*;
use serde_json::Value;

// Facts of tessera testdata/log: a public test key and the checkpoint of size 15 that it signed.
const TESSERA_KEY: &str = "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
pub(crate) const TESSERA_BODY: &str = "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n";
pub(crate) const TESSERA_SIGNS: &str = "— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n";

// An independent cosignature over that body by the seed 00 01 .. 1f, at 1795418122.
pub(crate) const WITNESS: &str = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
pub(crate) const WITNESS_SIGNS: &str = "— witness.example/w1 519lMgAAAABrA+gK5c0cLiV5Px6hQaMa03/SK/d6lW52U9pdlHyTnHT3qoIeg9KqBN6Gg1Rc5+TQtCqyJ6APCWPvG8etzhwZna3JCQ==";
pub(crate) const WITNESS_TIME: u64 = 1_795_418_122;

pub(crate) const EMPTY_ROOT: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

fn tessera_key() -> SigningKey {
    SigningKey::from_seed(decode_base64(TESSERA_KEY).unwrap()[1..].try_into().unwrap())
}

pub(crate) fn witness_key() -> SigningKey {
    SigningKey::from_seed(&std::array::from_fn(|i| u8::try_from(i).unwrap()))
}

fn small_ledger() -> Value {
    serde_json::from_str(include_str!("../vectors/small-ledger.json")).unwrap()
}

/// A line by `key` with any bytes as its signature.
pub(crate) fn line_by(key: &VerifierKey, signature: &[u8]) -> SignatureLine {
    let bytes = [key.id().as_bytes(), signature].concat();
    format!("— {} {}", key.name(), encode_base64(&bytes)).parse().unwrap()
}

#[test]
fn the_tessera_checkpoint_is_read_and_signed_again() {
    let checkpoint = Checkpoint::parse_body(TESSERA_BODY).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.head.size.get()), ("example.com/log/testdata", 15));
    assert_eq!(checkpoint.body(), TESSERA_BODY);
    let signed = SignedCheckpoint::sign(&checkpoint, &tessera_key());
    assert_eq!(signed.as_str(), format!("{TESSERA_BODY}\n{TESSERA_SIGNS}"));
    assert_eq!(SignedCheckpoint::parse(signed.as_str()), Ok(signed));
}

#[test]
fn the_small_ledgers_checkpoint_is_signed_by_its_vkey() {
    let vectors = small_ledger();
    let text = vectors["checkpoint"].as_str().unwrap();
    let signed = SignedCheckpoint::parse(text).unwrap();
    assert_eq!(signed.as_str(), text);
    assert_eq!(signed.origin().as_str(), vectors["origin"]);
    assert_eq!(signed.head().root.to_string(), vectors["root"].as_str().unwrap());
    assert_eq!(signed.head().size.get(), vectors["entries"].as_array().unwrap().len() as u64);
    // The vector's ledger signs with the seed 00 .. 1f.
    let vkey = VerifierKey::new_ed25519(signed.origin().key_name().clone(), witness_key().public());
    assert_eq!(vkey.to_string(), vectors["vkey"].as_str().unwrap());
    assert_eq!(SignedCheckpoint::sign(signed.checkpoint(), &witness_key()), signed);
    assert_eq!(signed.note().open(std::slice::from_ref(&vkey)), Ok(vec![&vkey]));
}

#[test]
fn a_body_ends_with_its_third_line() {
    let code = |body: &str| Checkpoint::parse_body(body).unwrap_err().code();
    for cut in ["", "a\n1", "a\n1\n", &format!("a\n1\n{EMPTY_ROOT}")] {
        assert_eq!(code(cut), "missing-line", "{cut:?}");
    }
    assert_eq!(code(&format!("a\n1\n{EMPTY_ROOT}\nmore")), "extension-lines");
    assert_eq!(Checkpoint::parse_body(&format!("a\n0\n{EMPTY_ROOT}\n")).unwrap().head, TreeHead::EMPTY);
}

#[test]
fn the_independent_cosignature_is_verified_and_made_again() {
    let (vkey, time) = (WITNESS.parse::<VerifierKey>().unwrap(), PosixTime::from_seconds(WITNESS_TIME).unwrap());
    assert_eq!(VerifierKey::new_cosigner(vkey.name().clone(), witness_key().public()), vkey);
    let line: SignatureLine = WITNESS_SIGNS.parse().unwrap();
    assert_eq!(verify_cosignature(&vkey, TESSERA_BODY, &line), Ok(time));
    assert_eq!(sign_cosignature(TESSERA_BODY, time, vkey.name(), &witness_key()), line);
}

#[test]
fn no_byte_of_a_cosignature_can_change() {
    let vkey: VerifierKey = WITNESS.parse().unwrap();
    let line: SignatureLine = WITNESS_SIGNS.parse().unwrap();
    for at in 0..line.signature().len() {
        for flip in 1..=255 {
            let mut bytes = line.signature().to_vec();
            bytes[at] ^= flip;
            let changed = line_by(&vkey, &bytes);
            assert!(verify_cosignature(&vkey, TESSERA_BODY, &changed).is_err(), "byte {at}");
        }
    }
}

#[test]
fn no_byte_of_a_signed_checkpoint_can_change() {
    let vectors = small_ledger();
    let policy = Policy::for_log(&vectors["vkey"].as_str().unwrap().parse().unwrap(), None).unwrap();
    let text = vectors["checkpoint"].as_str().unwrap();
    let valid = |bytes: &[u8]| {
        SignedCheckpoint::parse(bytes).is_ok_and(|signed| matches!(policy.judge(&signed).log, LogSignature::Valid(_)))
    };
    assert!(valid(text.as_bytes()));
    for at in 0..text.len() {
        for flip in 1..=255 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= flip;
            assert!(!valid(&bytes), "byte {at}");
        }
        assert!(!valid(&text.as_bytes()[..at]), "cut at {at}");
    }
}

#[test]
fn times_of_witnesses_are_shown_as_far_as_the_calendar_goes() {
    let shown = |seconds| PosixTime::from_seconds(seconds).unwrap().to_string();
    assert_eq!(shown(WITNESS_TIME), "2026-11-23T07:15:22.000Z");
    assert_eq!(shown(253_402_300_799), "9999-12-31T23:59:59.000Z");
    assert_eq!(shown(253_402_300_800), "253402300800 s after 1970");
    assert_eq!(shown(PosixTime::MAX.seconds()), "9223372036854775807 s after 1970");
    assert_eq!(PosixTime::from_seconds(1 << 63), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn checkpoints_are_written_as_they_were_read(origin in "[a-z]{0,2}[ +é/]?[a-z]?", size in "[+0]?[0-9]{0,20}", root in "[A-D+/]{42}[A-E]=?") {
        let body = format!("{origin}\n{size}\n{root}\n");
        if let Ok(checkpoint) = Checkpoint::parse_body(&body) {
            prop_assert_eq!(checkpoint.body(), body);
        }
    }

    #[test]
    fn every_checkpoint_signs_and_parses(size in 1..=1_u64 << 63, root: [u8; 32], seed: [u8; 32]) {
        let head = TreeHead { size: TreeSize::new(size).unwrap(), root: Hash::from_bytes(root) };
        let checkpoint = Checkpoint { origin: "ledger.example/one".parse().unwrap(), head };
        let key = SigningKey::from_seed(&seed);
        let signed = SignedCheckpoint::sign(&checkpoint, &key);
        prop_assert_eq!(&SignedCheckpoint::sign(&checkpoint, &key), &signed);
        let read = SignedCheckpoint::parse(signed.as_str()).unwrap();
        prop_assert_eq!(read.checkpoint(), &checkpoint);
        prop_assert_eq!(read, signed);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, text: String) {
        let _ = SignedCheckpoint::parse(&bytes);
        let _ = Checkpoint::parse_body(&text);
        let vkey: VerifierKey = WITNESS.parse().unwrap();
        if !bytes.is_empty() {
            prop_assert!(verify_cosignature(&vkey, &text, &line_by(&vkey, &bytes)).is_err());
        }
    }
}
