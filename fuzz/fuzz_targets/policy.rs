//! Policies: kept as they came; a policy believes only keys that stand in it, and no quorum is met by nobody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::note::{KeyKind, VerifierKey};
use notarium::trust::{LogSignature, MAX_POLICY_BYTES, Policy, QuorumCheck, SignedCheckpoint};
use notarium_fuzz::SMALL_LEDGER;

fuzz_target!(|bytes: &[u8]| {
    let Ok(policy) = Policy::parse(bytes) else { return };
    assert_eq!(policy.as_bytes(), bytes);
    assert!(bytes.len() <= MAX_POLICY_BYTES);
    let text = String::from_utf8_lossy(bytes);
    let keys = policy.logs().iter().map(|log| (&log.key, KeyKind::Ed25519));
    for (key, kind) in keys.chain(policy.witnesses().iter().map(|witness| (&witness.key, KeyKind::Cosignature))) {
        assert_eq!(key.kind(), kind);
        assert_eq!(&key.to_string().parse::<VerifierKey>().expect("it was one"), key);
        assert!(text.contains(&key.to_string()), "a key that does not stand in the file");
    }
    let checkpoint = SignedCheckpoint::parse(&SMALL_LEDGER.checkpoint).expect("a checkpoint");
    let judged = policy.judge(&checkpoint);
    let is_named = policy.logs().iter().any(|log| log.key == SMALL_LEDGER.vkey);
    assert_eq!(matches!(&judged.log, LogSignature::Valid(key) if *key == SMALL_LEDGER.vkey), is_named);
    assert!(judged.cosignatures.is_empty(), "nobody has cosigned it");
    let expected = if policy.has_quorum() { QuorumCheck::NotReached { cosigned: 0 } } else { QuorumCheck::NotRequired };
    assert_eq!(judged.quorum, expected);
    assert_eq!(judged.passes(), is_named && !policy.has_quorum());
});
