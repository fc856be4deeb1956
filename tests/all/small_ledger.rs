//! The small ledger of tests/vectors, rebuilt byte for byte from its seeds and its decoded fields.
//!
//! It was made by an independent reading of the formats. Ed25519 is deterministic, so every signature comes out again too.

use notarium::codec::Time;
use notarium::crypto::{Digests, DualHasher, SigningKey};
use notarium::evidence::{
    Body, Commitment, DetailsCheck, DigestMode, Enrol, Entry, Evidence, Fingerprint, Kind, Salt, SignedStatement,
    check_details, decode_bundle, encode_bundle,
};
use notarium::ledger::{DisclosedDetails, Disclosure, Receipt};
use notarium::merkle::{Frontier, Hash, LeafIndex, prove_inclusion};
use notarium::note::VerifierKey;
use notarium::trust::{Checkpoint, SignedCheckpoint};
use serde::Deserialize;

use crate::samples::{ledger_key, registrar_key, submitter_key};

#[derive(Deserialize)]
struct SmallLedger {
    origin: String,
    vkey: String,
    checkpoint: String,
    root: String,
    entries: Vec<KnownEntry>,
}

#[derive(Deserialize)]
struct KnownEntry {
    index: u64,
    signed_statement: String,
    statement_id: String,
    entry: String,
    leaf: String,
    receipt: String,
    evidence: Option<String>,
    evidence_salt: Option<String>,
    details_salt: Option<String>,
    details: Option<String>,
}

impl KnownEntry {
    fn statement(&self) -> SignedStatement {
        SignedStatement::parse(&hex::decode(&self.signed_statement).unwrap()).unwrap()
    }

    fn entry(&self) -> Entry {
        Entry::parse(&hex::decode(&self.entry).unwrap()).unwrap()
    }

    fn digests(&self) -> Option<Digests> {
        let mut hasher = DualHasher::new();
        hasher.update(&hex::decode(self.evidence.as_ref()?).unwrap());
        Some(hasher.finish())
    }

    fn evidence_salt(&self) -> Option<Salt> {
        salt(self.evidence_salt.as_deref()?)
    }

    fn details(&self) -> Option<DisclosedDetails> {
        let salt = salt(self.details_salt.as_deref()?)?;
        Some(DisclosedDetails { salt, json: self.details.clone()?.into_bytes() })
    }
}

/// An empty text stands for "none".
fn salt(hex_digits: &str) -> Option<Salt> {
    (!hex_digits.is_empty()).then(|| Salt::from_bytes(hex::decode(hex_digits).unwrap().try_into().unwrap()))
}

fn small_ledger() -> SmallLedger {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/small-ledger.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The seed's key that signs the statement.
fn key_of(statement: &SignedStatement) -> SigningKey {
    let keys = [ledger_key(), submitter_key(), registrar_key()];
    keys.into_iter().find(|key| statement.public_key() == Some(&key.public())).unwrap()
}

#[test]
fn statements_come_out_again_from_their_fields() {
    for known in small_ledger().entries {
        let statement = known.statement();
        assert_eq!(statement.id().to_string(), known.statement_id);
        assert_eq!(hex::encode(statement.as_bytes()), known.signed_statement);
        let again = SignedStatement::sign(statement.body(), &key_of(&statement)).unwrap();
        assert_eq!(again, statement, "entry {}", known.index);
        assert_eq!(*statement.clone().verify().unwrap(), statement);
    }
}

#[test]
fn consents_come_out_again_from_the_terms() {
    let ledger = small_ledger();
    let mut enrolments = 0;
    for statement in ledger.entries.iter().map(KnownEntry::statement) {
        let Body::Enrol(enrol) = statement.body() else { continue };
        let keys = [submitter_key(), registrar_key()];
        let key = keys.into_iter().find(|key| enrol.key.known() == Some(&key.public())).unwrap();
        assert_eq!(key.sign(&enrol.consent_message().unwrap()).as_bytes().as_slice(), enrol.consent);
        assert_eq!(enrol.ledger.to_string(), ledger.entries[0].leaf);
        // The consent covers every term.
        let other = Enrol { not_after: Time::MAX, ..enrol.clone() };
        let other = SignedStatement::sign(&Body::Enrol(other), &key_of(&statement)).unwrap();
        assert_eq!(other.verify().unwrap_err().code(), "bad-consent");
        enrolments += 1;
    }
    assert_eq!(enrolments, 2);
}

#[test]
fn fingerprints_and_commitments_come_out_again_from_the_evidence() {
    let mut modes = Vec::new();
    for known in small_ledger().entries {
        let statement = known.statement();
        let Body::Evidence(evidence) = statement.body() else { continue };
        let (digests, key) = (known.digests().unwrap(), statement.public_key().unwrap());
        let fingerprint = match known.evidence_salt() {
            None => Fingerprint::plain(&digests),
            Some(salt) => Fingerprint::salted(&digests, &salt, key),
        };
        assert_eq!(evidence.fingerprint, fingerprint, "entry {}", known.index);
        let details = known.details();
        let commitment = details.as_ref().map(|details| Commitment::new(&details.salt, key, &details.json));
        assert_eq!(evidence.details, commitment, "entry {}", known.index);
        assert!(details.is_none_or(|details| matches!(check_details(&details.json), DetailsCheck::WellFormed(_))));
        modes.push(fingerprint.mode());
    }
    assert!(modes.contains(&DigestMode::Plain) && modes.contains(&DigestMode::Salted));
}

#[test]
fn entries_make_the_chain_and_the_tree() {
    let ledger = small_ledger();
    let mut tree = Frontier::new();
    let mut previous = Hash::from_bytes([0; 32]);
    for known in &ledger.entries {
        let entry = known.entry();
        let again = Entry::encode(LeafIndex::new(known.index), entry.time(), &previous, &known.statement()).unwrap();
        assert_eq!(hex::encode(again), known.entry);
        assert_eq!(entry.previous(), &previous);
        assert_eq!(entry.leaf_hash().to_string(), known.leaf);
        assert_eq!(entry.statement().unwrap(), known.statement());
        previous = entry.leaf_hash();
        tree.append(previous).unwrap();
    }
    assert_eq!(tree.root().to_string(), ledger.root);
    let entries: Vec<_> = ledger.entries.iter().map(|known| hex::decode(&known.entry).unwrap()).collect();
    let bundle = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(decode_bundle(&bundle).unwrap(), entries);
}

#[test]
fn checkpoint_and_receipts_come_out_again() {
    let ledger = small_ledger();
    let mut tree = Frontier::new();
    for known in &ledger.entries {
        tree.append(known.entry().leaf_hash()).unwrap();
    }
    let checkpoint = Checkpoint { origin: ledger.origin.parse().unwrap(), head: tree.head() };
    let signed = SignedCheckpoint::sign(&checkpoint, &ledger_key());
    assert_eq!(signed.as_str(), ledger.checkpoint);
    let vkey = VerifierKey::new_ed25519(checkpoint.origin.key_name().clone(), ledger_key().public());
    assert_eq!(vkey.to_string(), ledger.vkey);
    for known in &ledger.entries {
        let index = LeafIndex::new(known.index);
        let path = prove_inclusion(index, tree.size(), &tree).unwrap();
        let shown = Disclosure::new(hex::decode(&known.entry).unwrap(), None, None).unwrap();
        let bare = Receipt::new(index, path, shown, signed.clone()).unwrap();
        assert_eq!(Receipt::parse(bare.as_str().as_bytes()).unwrap(), bare);
        let receipt = bare.with_disclosure(known.evidence_salt(), known.details()).unwrap();
        assert_eq!(receipt.as_str(), known.receipt, "entry {}", known.index);
        assert_eq!(Receipt::parse(known.receipt.as_bytes()).unwrap(), receipt);
        let leaf = receipt.disclosure().leaf_hash();
        receipt.path().verify(receipt.index(), &leaf, receipt.checkpoint().head()).unwrap();
    }
}

#[test]
fn every_kind_is_there() {
    let kinds: Vec<Kind> = small_ledger().entries.iter().map(|known| known.statement().kind()).collect();
    for kind in [Kind::Genesis, Kind::Evidence, Kind::Enrol, Kind::Revoke] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn a_salted_deposit_under_another_key_is_of_other_evidence() {
    let digests = small_ledger().entries[4].digests().unwrap();
    let salt = Salt::from_bytes([7; 32]);
    let [one, other] =
        [submitter_key(), registrar_key()].map(|key| Fingerprint::salted(&digests, &salt, &key.public()));
    assert_ne!(one, other);
    assert_eq!(one.length(), 0);
    let evidence =
        Evidence { fingerprint: one, claimed_time: Time::NOT_STATED, continues: None, details: None, nonce: [9; 16] };
    let statement = SignedStatement::sign(&Body::Evidence(evidence.clone()), &submitter_key()).unwrap();
    assert_eq!(statement.body(), &Body::Evidence(evidence));
}
