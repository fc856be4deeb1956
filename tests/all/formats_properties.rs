//! Properties of every decoder: what it accepts has one encoding, and no bytes make it panic.

mod outside;

use notarium::codec::{Time, decode_base64, decode_hex, encode_base64, parse_decimal};
use notarium::crypto::{Digests, PublicKey, sha256, sm3};
use notarium::evidence::{
    Admission, Body, Commitment, DigestMode, Enrol, Entry, Evidence, Fingerprint, Genesis, Manifest, Revoke,
    RevokeReason, Role, Rotate, Salt, SignedStatement, StatementId, SuiteKey, check_details, decode_bundle,
    encode_bundle,
};
use notarium::ledger::{Disclosure, Receipt};
use notarium::merkle::{BundleId, Hash, LeafIndex, TileId};
use notarium::note::{SignedNote, VerifierKey};
use notarium::trust::{Policy, SignedCheckpoint};
use proptest::prelude::*;

use crate::samples::{entry, join, ledger_key, plain_deposit, registrar_key, salted_deposit, submitter_key};
use crate::vectors::{disclosure_fields, inputs};

/// Feeds bytes to every decoder, and encodes again whatever one accepts.
fn decode_all(bytes: &[u8]) {
    if let Ok(statement) = SignedStatement::parse(bytes) {
        assert_eq!(statement.as_bytes(), bytes);
        let keys = [ledger_key(), submitter_key(), registrar_key()];
        if let Some(key) = keys.iter().find(|key| statement.public_key() == Some(&key.public())) {
            let again = SignedStatement::sign(statement.body(), key).unwrap();
            let unsigned = bytes.len() - statement.signature().len();
            assert_eq!(again.as_bytes()[..unsigned], bytes[..unsigned]);
        }
        let _ = statement.verify();
    }
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.as_bytes(), bytes);
        if let Ok(statement) = entry.statement() {
            assert_eq!(Entry::encode(entry.index(), entry.time(), entry.previous(), &statement).unwrap(), bytes);
        }
    }
    if let Ok(entries) = decode_bundle(bytes) {
        assert_eq!(encode_bundle(entries).unwrap(), bytes);
    }
    if let Ok(disclosure) = Disclosure::parse(bytes) {
        assert_eq!(disclosure.encode().unwrap(), bytes);
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        let (path, shown, checkpoint) =
            (receipt.path().clone(), receipt.disclosure().clone(), receipt.checkpoint().clone());
        assert_eq!(Receipt::new(receipt.index(), path, shown, checkpoint).unwrap().as_str().as_bytes(), bytes);
    }
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(Manifest::build(manifest.lines().to_vec()).unwrap().as_bytes(), bytes);
    }
    let _ = check_details(bytes);
    if let Ok(note) = SignedNote::parse(bytes) {
        assert_eq!(note.as_str().as_bytes(), bytes);
        assert_eq!(SignedNote::new(note.text(), note.signatures()), Ok(note));
    }
    if let Ok(checkpoint) = SignedCheckpoint::parse(bytes) {
        assert_eq!(checkpoint.as_str().as_bytes(), bytes);
        assert_eq!(checkpoint.checkpoint().body(), checkpoint.note().text());
    }
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(policy.as_bytes(), bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        decode_text(text);
    }
}

fn decode_text(text: &str) {
    if let Ok(number) = parse_decimal(text) {
        assert_eq!(number.to_string(), text);
    }
    if let Ok(bytes) = decode_base64(text) {
        assert_eq!(encode_base64(&bytes), text);
    }
    if let Ok(bytes) = decode_hex::<4>(text) {
        assert_eq!(hex::encode(bytes), text);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(tile) = TileId::parse(text) {
        assert_eq!(tile.path(), text);
    }
    if let Ok(bundle) = BundleId::parse(text) {
        assert_eq!(bundle.path(), text);
    }
}

/// Bytes near what decoders accept: a vector with some bytes changed, cut out or put in.
fn nearly_good() -> impl Strategy<Value = Vec<u8>> {
    let small: Vec<Vec<u8>> = inputs().into_iter().filter(|input| input.len() < 4_096).collect();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..4);
    (prop::sample::select(small), edits).prop_map(|(bytes, edits)| edited(bytes, edits))
}

fn edited(mut bytes: Vec<u8>, edits: Vec<(prop::sample::Index, u8, u8)>) -> Vec<u8> {
    for (at, byte, edit) in edits {
        let at = at.index(bytes.len() + 1);
        match edit {
            0 => bytes.insert(at, byte),
            1 if at < bytes.len() => bytes[at] = byte,
            _ if at < bytes.len() => drop(bytes.remove(at)),
            _ => {}
        }
    }
    bytes
}

fn time() -> impl Strategy<Value = Time> {
    (0..=Time::MAX.millis()).prop_map(|millis| Time::from_millis(millis).unwrap())
}

fn text(most: usize) -> impl Strategy<Value = String> {
    let short = move |text: &String| text.len() <= most;
    "[ -~\u{a0}-\u{2ff}\u{4e00}-\u{9fff}]{1,60}".prop_filter("at most so many bytes", short)
}

fn evidence() -> impl Strategy<Value = Body> {
    let fingerprint =
        (any::<[u8; 8]>(), 0..1_u64 << 53, any::<Option<[u8; 32]>>()).prop_map(|(content, length, salt)| {
            let digests = Digests { sha256: sha256(&[&content]), sm3: sm3(&[&content]), length };
            match salt {
                None => Fingerprint::plain(&digests),
                Some(salt) => Fingerprint::salted(&digests, &Salt::from_bytes(salt), &submitter_key().public()),
            }
        });
    let links = (any::<Option<[u8; 32]>>(), any::<Option<[u8; 32]>>());
    (fingerprint, time(), links, any::<[u8; 16]>()).prop_map(|(fingerprint, claimed_time, links, nonce)| {
        let (continues, details) = (links.0.map(StatementId::from_bytes), links.1.map(Commitment::from_bytes));
        Body::Evidence(Evidence { fingerprint, claimed_time, continues, details, nonce })
    })
}

fn suite_key() -> impl Strategy<Value = SuiteKey> {
    let unknown = (2..=255_u8, prop::collection::vec(any::<u8>(), 0..80));
    prop_oneof![
        any::<[u8; 32]>().prop_map(|key| SuiteKey::Ed25519(PublicKey::from_bytes(key))),
        unknown.prop_map(|(suite, public_key)| SuiteKey::Unknown { suite, public_key }),
    ]
}

fn genesis() -> impl Strategy<Value = Body> {
    let admissions = prop::sample::select(vec![Admission::Open, Admission::Enrolled]);
    let origin = "[!-*,-~\u{a1}-\u{2ff}\u{4e00}-\u{9fff}]{1,80}".prop_filter_map("an origin", |text| text.parse().ok());
    (origin, admissions).prop_map(|(origin, admission)| Body::Genesis(Genesis { origin, admission }))
}

fn unknown() -> impl Strategy<Value = Body> {
    (5..=255_u8, prop::collection::vec(any::<u8>(), 0..300)).prop_map(|(kind, bytes)| Body::Unknown { kind, bytes })
}

fn registry() -> impl Strategy<Value = Body> {
    let roles = prop::sample::select(vec![Role::Submitter, Role::Registrar]);
    let reasons =
        vec![RevokeReason::Unspecified, RevokeReason::KeyCompromised, RevokeReason::Superseded, RevokeReason::Ceased];
    let enrol = (any::<[u8; 32]>(), suite_key(), roles, (text(255), text(255)), (time(), time()));
    let enrol = enrol.prop_map(|(ledger, key, role, (name, assurance), (not_before, not_after))| {
        let (ledger, consent) = (Hash::from_bytes(ledger), vec![3; 64]);
        Body::Enrol(Enrol { ledger, key, role, name, assurance, not_before, not_after, consent })
    });
    let revoke = (any::<[u8; 32]>(), suite_key(), prop::sample::select(reasons), time());
    let revoke = revoke.prop_map(|(ledger, key, reason, compromised_since)| {
        Body::Revoke(Revoke { ledger: Hash::from_bytes(ledger), key, reason, compromised_since })
    });
    let rotate = (any::<[u8; 32]>(), suite_key(), 0..1_u64 << 53).prop_map(|(ledger, key, overlap)| {
        Body::Rotate(Rotate { ledger: Hash::from_bytes(ledger), key, overlap, consent: vec![3; 64] })
    });
    prop_oneof![enrol, revoke, rotate]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        decode_all(&bytes);
    }

    #[test]
    fn bytes_near_a_vector_are_refused_or_have_one_encoding(bytes in nearly_good()) {
        decode_all(&bytes);
    }

    #[test]
    fn bodies_are_read_as_they_were_made(body in prop_oneof![genesis(), evidence(), registry(), unknown()]) {
        let statement = SignedStatement::sign(&body, &registrar_key()).unwrap();
        prop_assert_eq!(statement.body(), &body);
        decode_all(statement.as_bytes());
        prop_assert_eq!(SignedStatement::parse(statement.as_bytes()).unwrap(), statement);
    }

    #[test]
    fn entries_are_read_as_they_were_made(index in 1..1_u64 << 53, millis in 1..=Time::MAX.millis(), previous: [u8; 32]) {
        let statement = SignedStatement::parse(&plain_deposit()).unwrap();
        let (time, previous) = (Time::from_millis(millis).unwrap(), Hash::from_bytes(previous));
        let bytes = Entry::encode(LeafIndex::new(index), time, &previous, &statement).unwrap();
        let entry = Entry::parse(&bytes).unwrap();
        prop_assert_eq!((entry.index().get(), entry.time(), *entry.previous()), (index, time, previous));
    }
}

/// No single changed byte of a signed statement leaves it well-formed, of this version, and verified.
#[test]
fn every_changed_byte_of_a_statement_shows() {
    for signed in [plain_deposit(), salted_deposit()] {
        for at in 0..signed.len() {
            let mut changed = signed.clone();
            changed[at] ^= 0x01;
            let verified = SignedStatement::parse(&changed).map(SignedStatement::verify);
            assert!(!matches!(verified, Ok(Ok(_))), "byte {at}");
        }
    }
}

/// Every prefix of each binary structure is refused.
#[test]
fn every_prefix_is_refused() {
    let signed = plain_deposit();
    let entry = entry(&signed);
    let disclosure = join(&disclosure_fields(&entry));
    for (whole, accepts) in [
        (&signed, (|bytes| SignedStatement::parse(bytes).is_ok()) as fn(&[u8]) -> bool),
        (&entry, |bytes| Entry::parse(bytes).is_ok()),
        (&disclosure, |bytes| Disclosure::parse(bytes).is_ok()),
    ] {
        assert!(accepts(whole));
        assert!((0..whole.len()).all(|end| !accepts(&whole[..end])));
    }
}

#[test]
fn what_cannot_be_encoded_is_not_signed() {
    let digests = Digests { sha256: sha256(&[]), sm3: sm3(&[]), length: 1 << 53 };
    let fingerprint = Fingerprint::plain(&digests);
    assert_eq!(fingerprint.mode(), DigestMode::Plain);
    let evidence =
        Evidence { fingerprint, claimed_time: Time::NOT_STATED, continues: None, details: None, nonce: [0; 16] };
    let code = |body: Body| SignedStatement::sign(&body, &registrar_key()).unwrap_err().code();
    assert_eq!(code(Body::Evidence(evidence)), "integer-too-large");
    assert_eq!(code(Body::Unknown { kind: 9, bytes: vec![0; 16_384] }), "statement-too-long");
    assert_eq!(code(Body::Unknown { kind: 9, bytes: vec![0; 65_536] }), "length-out-of-range");
    let key = SuiteKey::Ed25519(submitter_key().public());
    let enrol = |name: &str, consent: usize| {
        Body::Enrol(Enrol {
            ledger: Hash::from_bytes([1; 32]),
            key: key.clone(),
            role: Role::Submitter,
            name: name.to_owned(),
            assurance: String::new(),
            not_before: Time::NOT_STATED,
            not_after: Time::NOT_STATED,
            consent: vec![0; consent],
        })
    };
    assert_eq!(code(enrol("", 64)), "length-out-of-range");
    assert_eq!(code(enrol("a\u{200b}", 64)), "banned-character");
    assert_eq!(code(enrol("a", 63)), "length-out-of-range");
    let statement = SignedStatement::sign(&enrol("a", 64), &ledger_key()).unwrap();
    assert_eq!(statement.verify().unwrap_err().code(), "bad-consent");
}
