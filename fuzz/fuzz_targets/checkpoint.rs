//! Checkpoints and cosignatures: one encoding; what is signed verifies, under the policy that names its key and no other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::codec::MAX_INTEGER;
use notarium::note::{KeyName, VerifierKey};
use notarium::trust::{
    Checkpoint, LogSignature, Policy, PosixTime, SignedCheckpoint, sign_cosignature, stated_time, verify_cosignature,
};
use notarium_fuzz::{SMALL_LEDGER, one_bit_changed, our_key};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(body) = Checkpoint::parse_body(text)
    {
        assert_eq!(body.body(), text);
    }
    let Ok(checkpoint) = SignedCheckpoint::parse(bytes) else { return };
    assert_eq!(checkpoint.as_str().as_bytes(), bytes);
    assert_eq!(checkpoint.checkpoint().body(), checkpoint.note().text());
    assert!(checkpoint.head().size.get() <= MAX_INTEGER.max(1 << 63));
    if let LogSignature::Valid(key) = SMALL_LEDGER.policy.judge(&checkpoint).log {
        assert_eq!(key, SMALL_LEDGER.vkey);
        assert!(
            SMALL_LEDGER.checkpoint.starts_with(checkpoint.note().text()),
            "signed by a key that has not signed it"
        );
    }
    sign(&checkpoint, bytes.len() as u64);
});

fn sign(read: &SignedCheckpoint, seconds: u64) {
    let signed = SignedCheckpoint::sign(read.checkpoint(), &our_key());
    let again = SignedCheckpoint::parse(signed.as_str()).expect("what was signed is read");
    assert_eq!(again, signed);
    let log = VerifierKey::new_ed25519(signed.origin().key_name().clone(), our_key().public());
    let policy = Policy::for_log(&log, None).expect("one log");
    let judged = policy.judge(&signed);
    assert!(judged.passes(), "{judged:?}");
    assert!(!SMALL_LEDGER.policy.judge(&signed).passes());
    cosign(signed.note().text(), seconds);
}

/// A cosignature states its time, and holds for its text and its time alone.
fn cosign(text: &str, seconds: u64) {
    let name: KeyName = "fuzz.example/witness".parse().expect("a name");
    let key = VerifierKey::new_cosigner(name.clone(), our_key().public());
    let time = PosixTime::from_seconds(1_700_000_000 + seconds).expect("a time");
    let line = sign_cosignature(text, time, &name, &our_key());
    assert_eq!(stated_time(&line), Some(time));
    assert_eq!(verify_cosignature(&key, text, &line), Ok(time));
    if let Ok(other) = String::from_utf8(one_bit_changed(text.as_bytes())) {
        assert!(verify_cosignature(&key, &other, &line).is_err(), "one bit changed, and the cosignature holds");
    }
    let log = VerifierKey::new_ed25519(name, our_key().public());
    assert!(verify_cosignature(&log, text, &line).is_err(), "a key that signs notes is no witness");
}
