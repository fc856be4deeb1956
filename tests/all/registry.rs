//! Who may sign what: the rules of admission one by one, at their edges, and over random histories.

use notarium::audit::{AuditReport, NotChecked, Outcome, Replay, Uniqueness, What};
use notarium::codec::Time;
use notarium::crypto::SigningKey;
use notarium::evidence::{
    Admission, Body, Enrol, Entry, Evidence, Fingerprint, Genesis, Revoke, RevokeReason, Role, SignedStatement,
    SuiteKey,
};
use notarium::merkle::{Hash, LeafIndex, leaf_hash};
use notarium::registry::{NotAdmitted, Registry, Standing};

use crate::samples;

mod admitted;
mod histories;
mod replayed;
pub(crate) mod rotations;
mod rules;

const START: u64 = 1_795_423_800_000;

/// So many milliseconds after the founding.
pub(crate) fn at(millis: u64) -> Time {
    Time::from_millis(START + millis).unwrap()
}

pub(crate) fn ledger() -> SigningKey {
    samples::ledger_key()
}

/// The nth registrar.
pub(crate) fn registrar(n: u8) -> SigningKey {
    SigningKey::from_seed(&[100 + n; 32])
}

/// The nth submitter.
pub(crate) fn submitter(n: u8) -> SigningKey {
    SigningKey::from_seed(&[200 + n; 32])
}

pub(crate) fn suite_key(key: &SigningKey) -> SuiteKey {
    SuiteKey::Ed25519(key.public())
}

pub(crate) fn genesis(admission: Admission) -> SignedStatement {
    let body = Genesis { origin: "ledger.example/registry".parse().unwrap(), admission };
    SignedStatement::sign(&Body::Genesis(body), &ledger()).unwrap()
}

/// An enrolment with the key's consent.
pub(crate) fn enrol(of: &Hash, by: &SigningKey, key: &SigningKey, role: Role, validity: [Time; 2]) -> SignedStatement {
    let [not_before, not_after] = validity;
    let mut body = Enrol {
        ledger: *of,
        key: suite_key(key),
        role,
        name: "沈阳 设计事务所".to_owned(),
        assurance: "identity card, in person".to_owned(),
        not_before,
        not_after,
        consent: Vec::new(),
    };
    body.consent = key.sign(&body.consent_message().unwrap()).as_bytes().to_vec();
    SignedStatement::sign(&Body::Enrol(body), by).unwrap()
}

pub(crate) const ALWAYS: [Time; 2] = [Time::NOT_STATED, Time::NOT_STATED];

pub(crate) fn revoke(of: &Hash, by: &SigningKey, key: &SigningKey, compromised_since: Time) -> SignedStatement {
    let reason = if compromised_since.is_stated() { RevokeReason::KeyCompromised } else { RevokeReason::Ceased };
    let body = Revoke { ledger: *of, key: suite_key(key), reason, compromised_since };
    SignedStatement::sign(&Body::Revoke(body), by).unwrap()
}

/// Deposit number `n`.
pub(crate) fn deposit(by: &SigningKey, n: u64) -> SignedStatement {
    let body = Evidence {
        fingerprint: Fingerprint::plain(&digests(&n.to_be_bytes())),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: u128::from(n).to_be_bytes(),
    };
    SignedStatement::sign(&Body::Evidence(body), by).unwrap()
}

fn digests(bytes: &[u8]) -> notarium::crypto::Digests {
    let mut hasher = notarium::crypto::DualHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// A ledger that only counts: its entries, and the registry that it keeps of them.
#[derive(Clone)]
pub(crate) struct Book {
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) registry: Registry,
    pub(crate) genesis: Hash,
}

impl Book {
    pub(crate) fn new(admission: Admission) -> Self {
        let statement = genesis(admission);
        let entry = Entry::encode(LeafIndex::new(0), at(0), &Hash::from_bytes([0; 32]), &statement).unwrap();
        let leaf = leaf_hash(&entry);
        Self { entries: vec![entry], registry: Registry::found(leaf, &statement).unwrap(), genesis: leaf }
    }

    /// With registrar 0 enrolled.
    pub(crate) fn with_registrar(admission: Admission) -> Self {
        let mut book = Self::new(admission);
        book.admit(1, &book.enrols_registrar(0)).unwrap();
        book
    }

    /// With registrar 0 and submitter 0 enrolled.
    pub(crate) fn with_submitter(admission: Admission) -> Self {
        let mut book = Self::with_registrar(admission);
        book.admit(2, &book.enrols(0, 0)).unwrap();
        book
    }

    pub(crate) fn enrols_registrar(&self, n: u8) -> SignedStatement {
        enrol(&self.genesis, &ledger(), &registrar(n), Role::Registrar, ALWAYS)
    }

    /// A registrar's enrolment of a submitter.
    pub(crate) fn enrols(&self, by: u8, n: u8) -> SignedStatement {
        enrol(&self.genesis, &registrar(by), &submitter(n), Role::Submitter, ALWAYS)
    }

    pub(crate) fn revokes(&self, by: &SigningKey, key: &SigningKey) -> SignedStatement {
        revoke(&self.genesis, by, key, Time::NOT_STATED)
    }

    pub(crate) fn judge(&self, millis: u64, statement: &SignedStatement) -> Result<(), &'static str> {
        self.registry.judge(at(millis), statement).map_err(|error| error.code())
    }

    /// Admits a statement if the rules allow it.
    pub(crate) fn admit(&mut self, millis: u64, statement: &SignedStatement) -> Result<u64, &'static str> {
        let index = self.entries.len() as u64;
        self.registry.admit(LeafIndex::new(index), at(millis), statement).map_err(|error| error.code())?;
        self.force(millis, statement);
        Ok(index)
    }

    /// Writes an entry whether the rules allow it or not, as a ledger would that breaks them; the registry is not told.
    pub(crate) fn force(&mut self, millis: u64, statement: &SignedStatement) -> u64 {
        let index = self.entries.len() as u64;
        let previous = leaf_hash(self.entries.last().unwrap());
        self.entries.push(Entry::encode(LeafIndex::new(index), at(millis), &previous, statement).unwrap());
        index
    }

    pub(crate) fn standing(&self, key: &SigningKey, millis: u64) -> Standing {
        self.registry.standing(&suite_key(key), at(millis))
    }

    /// The replay of the entries, and the registry that it ends with.
    pub(crate) fn replayed(&self) -> (AuditReport, Option<Registry>) {
        let mut replay = Replay::new(1, Uniqueness::InMemory(1 << 20));
        replay.feed(&self.entries).unwrap();
        let registry = replay.registry().cloned();
        (replay.finish(None, None), registry)
    }
}
