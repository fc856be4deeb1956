//! Keys in force: whatever is said in whatever order, judging and admitting agree, and the refused change nothing.
//!
//! The input is a list of acts of six bytes: who signs, about whom, what, and times. All are signed for real.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use notarium::codec::Time;
use notarium::crypto::SigningKey;
use notarium::evidence::{Admission, Body, Enrol, Genesis, Revoke, RevokeReason, Role, SignedStatement, SuiteKey};
use notarium::merkle::{Hash, LeafIndex};
use notarium::registry::{Registry, Standing};

const LEDGER: Hash = Hash::from_bytes([5; 32]);
const MOST: usize = 8;

/// The ledger's key, and four others. Made once: it takes as long as a signature.
static KEYS: LazyLock<[SigningKey; 5]> =
    LazyLock::new(|| [0, 1, 2, 3, 4].map(|number| SigningKey::from_seed(&[number; 32])));
static PUBLIC: LazyLock<[SuiteKey; 5]> = LazyLock::new(|| KEYS.each_ref().map(|key| SuiteKey::Ed25519(key.public())));

fn key(number: u8) -> &'static SigningKey {
    &KEYS[usize::from(number % 5)]
}

fn suite_key(number: u8) -> SuiteKey {
    PUBLIC[usize::from(number % 5)].clone()
}

/// A time in a small range, so that terms begin and end among the acts.
fn at(tick: u8) -> Time {
    Time::from_millis(1000 + u64::from(tick) * 10).expect("a time")
}

/// None is one that no one would state: a role has its times in order.
fn act([signer, subject, what, one, two, _]: [u8; 6]) -> Option<SignedStatement> {
    let body = if what % 2 == 0 {
        let enrol = Enrol {
            ledger: LEDGER,
            key: suite_key(subject),
            role: if what % 4 == 0 { Role::Submitter } else { Role::Registrar },
            name: format!("key {}", subject % 5),
            assurance: String::new(),
            not_before: if one == 0 { Time::NOT_STATED } else { at(one) },
            not_after: if two == 0 { Time::NOT_STATED } else { at(two) },
            consent: Vec::new(),
        };
        let consent = key(subject).sign(&enrol.consent_message().ok()?).as_bytes().to_vec();
        Body::Enrol(Enrol { consent, ..enrol })
    } else {
        let compromised_since = if one == 0 { Time::NOT_STATED } else { at(one) };
        Body::Revoke(Revoke {
            ledger: LEDGER,
            key: suite_key(subject),
            reason: RevokeReason::Ceased,
            compromised_since,
        })
    };
    SignedStatement::sign(&body, key(signer)).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((admission, acts)) = bytes.split_first() else { return };
    let admission = if admission % 2 == 0 { Admission::Open } else { Admission::Enrolled };
    let origin = "fuzz.example/ledger".parse().expect("an origin");
    let genesis = SignedStatement::sign(&Body::Genesis(Genesis { origin, admission }), key(0)).expect("a genesis");
    let mut registry = Registry::found(LEDGER, &genesis).expect("a ledger");
    let (mut entry, mut revoked) = (1, [false; 5]);
    for (tick, bytes) in acts.as_chunks::<6>().0.iter().take(MOST).enumerate() {
        let Some(statement) = act(*bytes) else { continue };
        let time = at(tick as u8 * 8 + bytes[5] % 8);
        let judged = registry.judge(time, &statement);
        let before = standings(&registry, time);
        let admitted = registry.admit(LeafIndex::new(entry), time, &statement);
        assert_eq!(judged.is_ok(), admitted.is_ok(), "judged {judged:?}, admitted {admitted:?}");
        if admitted.is_err() {
            assert_eq!(standings(&registry, time), before, "a refused statement changed a key");
            continue;
        }
        entry += 1;
        let subject = usize::from(bytes[1] % 5);
        assert!(subject != 0, "the ledger's own key was enrolled or revoked");
        assert!(!revoked[usize::from(bytes[0] % 5)], "a revoked key has signed");
        assert!(!revoked[subject], "a revoked key came back");
        revoked[subject] |= matches!(statement.body(), Body::Revoke(_));
    }
});

fn standings(registry: &Registry, time: Time) -> Vec<Standing> {
    (0..5).map(|number| registry.standing(&suite_key(number), time)).collect()
}
