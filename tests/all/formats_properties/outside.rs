//! What comes from files and requests: any bytes are refused with an error or read, and never panic.

use std::fs;

use notarium::api::{BatchLine, EntryList, LedgerInfo, Problem, SubmitAnswer, SubmitRequest, VerifyRequest};
use notarium::keyfile::{self, Passphrase};
use notarium::store::inspect;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::founded::{founded, memory};
use crate::samples::submitter_key;

/// A good input with some bytes changed, cut out or put in.
fn near(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..4);
    edits.prop_map(move |edits| super::edited(good.clone(), edits))
}

/// Any bytes, or some near a good input.
fn bytes(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), near(good)]
}

fn key_file(passphrase: Option<&str>) -> Vec<u8> {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("key");
    let passphrase = passphrase.and_then(|text| Passphrase::new(Zeroizing::new(text.to_owned())));
    keyfile::write_new(&path, &submitter_key(), passphrase.as_ref()).unwrap();
    fs::read(path).unwrap()
}

/// Reads JSON of a type; what is accepted is written and read again as the same.
fn decode<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(bytes) {
        assert_eq!(serde_json::from_slice::<T>(&serde_json::to_vec(&value).unwrap()).unwrap(), value);
    }
}

fn decode_json(bytes: &[u8]) {
    decode::<SubmitRequest>(bytes);
    decode::<VerifyRequest>(bytes);
    decode::<BatchLine>(bytes);
    decode::<EntryList>(bytes);
    decode::<LedgerInfo>(bytes);
    decode::<Problem>(bytes);
    decode::<SubmitAnswer>(bytes);
}

const REQUESTS: [&str; 3] = [
    r#"{"signed_statement":"bm90YXJpdW0="}"#,
    r#"{"receipt":"c2sp.org/tlog-proof@v1\n","sha256":"00","sm3":"ff","length":3}"#,
    r#"{"type":"urn:notarium:problem:bad-query","title":"a","status":400,"detail":"b","hint":"c"}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn requests_and_answers(bytes in prop::sample::select(&REQUESTS[..]).prop_flat_map(|good| bytes(good.into()))) {
        decode_json(&bytes);
    }

    #[test]
    fn key_files(bytes in bytes(key_file(None))) {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("key");
        fs::write(&path, &bytes).unwrap();
        if let Ok(unlocked) = keyfile::read(&path, || None) {
            prop_assert!(unlocked.key.public() == submitter_key().public() || bytes != key_file(None));
        }
    }
}

proptest! {
    // Each case opens a database, or derives a key from a passphrase.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn encrypted_key_files(bytes in near(key_file(Some("correct horse")))) {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("key");
        fs::write(&path, &bytes).unwrap();
        let _ = keyfile::read(&path, || Passphrase::new(Zeroizing::new("correct horse".to_owned())));
    }
}

#[test]
fn tips() {
    let (_room, directory) = founded();
    let path = directory.join("tip");
    let good = fs::read(&path).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    });
    let read = |bytes: Vec<u8>| {
        fs::write(&path, &bytes).unwrap();
        let inspection = inspect(&directory, memory()).unwrap();
        // A tip that is believed is the one that was written; the file is padded with line feeds.
        if inspection.doubts.is_empty() {
            prop_assert_eq!(bytes.trim_ascii_end(), good.trim_ascii_end());
        }
        Ok(())
    };
    runner.run(&bytes(good.clone()), read).unwrap();
}
