//! Keys and raw structures that tests build from: written field by field here, so that the library's own writer is not its judge.

use notarium::crypto::{SigningKey, sha256};

/// The keys of tests/vectors/small-ledger.json: seeds 00..1f, 20..3f and 40..5f.
pub(crate) fn key_from(first: u8) -> SigningKey {
    let seed: Vec<u8> = (first..first + 32).collect();
    SigningKey::from_seed(&seed.try_into().unwrap())
}

pub(crate) fn ledger_key() -> SigningKey {
    key_from(0x00)
}

pub(crate) fn submitter_key() -> SigningKey {
    key_from(0x20)
}

pub(crate) fn registrar_key() -> SigningKey {
    key_from(0x40)
}

pub(crate) fn bytes16(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

/// One field of a structure: its name and its bytes, length prefix included.
pub(crate) type Field = (&'static str, Vec<u8>);

pub(crate) fn join(fields: &[Field]) -> Vec<u8> {
    fields.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
}

/// The fields with the one called `name` replaced.
pub(crate) fn with(fields: &[Field], name: &str, bytes: Vec<u8>) -> Vec<Field> {
    let mut fields = fields.to_vec();
    fields.iter_mut().find(|(field, _)| *field == name).unwrap().1 = bytes;
    fields
}

/// To a parser any 32 bytes are a ledger.
const LEDGER: [u8; 32] = [0x1d; 32];

pub(crate) fn genesis_fields() -> Vec<Field> {
    vec![("origin", bytes16(b"ledger.example/one")), ("admission", vec![1])]
}

pub(crate) fn evidence_fields() -> Vec<Field> {
    vec![
        ("digest_mode", vec![0]),
        ("sha256", sha256(&[b"abc"]).as_bytes().to_vec()),
        ("sm3", notarium::crypto::sm3(&[b"abc"]).as_bytes().to_vec()),
        ("length", 3_u64.to_be_bytes().to_vec()),
        ("claimed_time", 1_795_423_800_123_u64.to_be_bytes().to_vec()),
        ("continues", vec![0; 32]),
        ("details", vec![0xd7; 32]),
        ("nonce", (0..16).collect()),
    ]
}

/// The submitter's enrolment, with its consent.
pub(crate) fn enrol_fields() -> Vec<Field> {
    let key = submitter_key();
    let mut fields = vec![
        ("ledger", LEDGER.to_vec()),
        ("suite", vec![1]),
        ("public_key", bytes16(key.public().as_bytes())),
        ("role", vec![1]),
        ("name", bytes16("沈阳 设计事务所".as_bytes())),
        ("assurance", bytes16(b"identity card, in person")),
        ("not_before", 1_700_000_000_000_u64.to_be_bytes().to_vec()),
        ("not_after", 0_u64.to_be_bytes().to_vec()),
    ];
    let message = [b"notarium/consent/1\n".to_vec(), join(&fields)].concat();
    fields.push(("consent", bytes16(key.sign(&message).as_bytes())));
    fields
}

pub(crate) fn revoke_fields() -> Vec<Field> {
    vec![
        ("ledger", LEDGER.to_vec()),
        ("suite", vec![1]),
        ("public_key", bytes16(submitter_key().public().as_bytes())),
        ("reason", vec![1]),
        ("compromised_since", 1_795_000_000_000_u64.to_be_bytes().to_vec()),
    ]
}

/// The rotation of the ledger's key to the registrar's, with its consent.
pub(crate) fn rotate_fields() -> Vec<Field> {
    let mut fields = vec![
        ("ledger", vec![0x1d; 32]),
        ("key_suite", vec![1]),
        ("key", bytes16(registrar_key().public().as_bytes())),
        ("overlap", 2_592_000_000_u64.to_be_bytes().to_vec()),
    ];
    let replaced = [&[1][..], &bytes16(ledger_key().public().as_bytes())].concat();
    let message = [b"notarium/rotation/1\n".to_vec(), replaced, join(&fields)].concat();
    fields.push(("consent", bytes16(registrar_key().sign(&message).as_bytes())));
    fields
}

/// The outer fields of a statement of suite 1, with a signature that holds.
pub(crate) fn statement_fields(key: &SigningKey, kind: u8, body: &[u8]) -> Vec<Field> {
    let mut fields = vec![
        ("header", b"notarium/statement/1\n".to_vec()),
        ("suite", vec![1]),
        ("public_key", bytes16(key.public().as_bytes())),
        ("kind", vec![kind]),
        ("body", bytes16(body)),
    ];
    fields.push(("signature", bytes16(key.sign(&join(&fields)).as_bytes())));
    fields
}

/// A signed statement of suite 1 whose signature holds, whatever its body.
pub(crate) fn statement(key: &SigningKey, kind: u8, body: &[u8]) -> Vec<u8> {
    join(&statement_fields(key, kind, body))
}

/// A plain deposit of "abc".
pub(crate) fn plain_deposit() -> Vec<u8> {
    statement(&submitter_key(), 1, &join(&evidence_fields()))
}

/// A salted deposit; its digests are no salted digests of anything.
pub(crate) fn salted_deposit() -> Vec<u8> {
    let fields = with(&evidence_fields(), "digest_mode", vec![1]);
    statement(&submitter_key(), 1, &join(&with(&fields, "length", vec![0; 8])))
}

pub(crate) fn entry_fields(signed_statement: &[u8]) -> Vec<Field> {
    vec![
        ("header", b"notarium/entry/1\n".to_vec()),
        ("index", 7_u64.to_be_bytes().to_vec()),
        ("time", 1_795_423_800_456_u64.to_be_bytes().to_vec()),
        ("previous", vec![0xf7; 32]),
        ("signed_statement", bytes16(signed_statement)),
    ]
}

pub(crate) fn entry(signed_statement: &[u8]) -> Vec<u8> {
    join(&entry_fields(signed_statement))
}

/// The same statement under another valid signature: RFC 8032 leaves the nonce to the signer, so any will do.
pub(crate) fn signed_again(signed_statement: &[u8], key: &SigningKey) -> Vec<u8> {
    use curve25519_dalek::edwards::EdwardsPoint;
    use curve25519_dalek::scalar::{Scalar, clamp_integer};
    use sha2::{Digest, Sha512};

    let wide = |parts: &[&[u8]]| {
        let hash = parts.iter().fold(Sha512::new(), Digest::chain_update).finalize();
        <[u8; 64]>::from(hash)
    };
    let (statement, length) = signed_statement.split_at(signed_statement.len() - 66);
    let secret = Scalar::from_bytes_mod_order(clamp_integer(*wide(&[&*key.seed()]).first_chunk().unwrap()));
    let nonce = Scalar::from_bytes_mod_order_wide(&wide(&[b"another nonce"]));
    let commitment = EdwardsPoint::mul_base(&nonce).compress();
    let public = EdwardsPoint::mul_base(&secret).compress();
    let challenge = Scalar::from_bytes_mod_order_wide(&wide(&[commitment.as_bytes(), public.as_bytes(), statement]));
    let response = nonce + challenge * secret;
    [statement, &length[..2], commitment.as_bytes(), response.as_bytes()].concat()
}

/// A deposit whose digests, length and mode are whatever is given: not what any evidence has.
pub(crate) fn mixed_deposit(sha256: &[u8; 32], sm3: &[u8; 32], length: u64, salted: bool, nonce: u8) -> Vec<u8> {
    let fields = with(&evidence_fields(), "sha256", sha256.to_vec());
    let fields = with(&fields, "sm3", sm3.to_vec());
    let fields = with(&fields, "length", length.to_be_bytes().to_vec());
    let fields = with(&fields, "digest_mode", vec![u8::from(salted)]);
    let fields = with(&fields, "nonce", vec![nonce; 16]);
    statement(&submitter_key(), 1, &join(&fields))
}
