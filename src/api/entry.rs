//! An entry, decoded: what `GET /v1/entries/{index}` answers and lists are made of.

use hex::encode as hex;
use serde::{Deserialize, Serialize};

use crate::codec::{Time, encode_base64};
use crate::evidence::{
    Admission, Body, DigestMode, Enrol, Entry, Evidence, Genesis, Revoke, RevokeReason, Role, Rotate, SignedStatement,
};
use crate::registry::Registry;

use super::key::KeyAtEntry;

/// One entry. The bytes in `entry` are what the leaf hash is over; everything else is read out of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// Entry number.
    pub index: u64,
    /// When the ledger admitted it, by the ledger's clock.
    pub time: String,
    /// Leaf hash of the entry before it, hex; zeros at index 0.
    pub previous: String,
    /// Leaf hash, hex.
    pub leaf: String,
    /// What the submitter signed; absent when this version can't read it.
    #[serde(flatten)]
    pub statement: Option<StatementView>,
    /// How the submitter's key stood at the entry; absent where the keys in force are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Box<KeyAtEntry>>,
    /// The entry as bytes, base64.
    pub entry: String,
}

/// A signed statement, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementView {
    /// Hash of the statement without its signature, hex.
    pub statement_id: String,
    /// Signature suite: 1 is Ed25519.
    pub suite: u8,
    /// Who signed, hex.
    pub public_key: String,
    /// `kind` and `body`.
    #[serde(flatten)]
    pub body: BodyView,
    /// The signature, hex.
    pub signature: String,
}

/// What is said, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "lowercase")]
pub enum BodyView {
    /// Kind 0.
    Genesis(GenesisView),
    /// Kind 1.
    Evidence(EvidenceView),
    /// Kind 2.
    Enrol(EnrolView),
    /// Kind 3.
    Revoke(RevokeView),
    /// Kind 4.
    Rotate(RotateView),
    /// Any other.
    Unknown {
        /// The kind as a number.
        code: u8,
        /// The body's bytes, base64.
        bytes: String,
    },
}

/// The first entry of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenesisView {
    /// The ledger's name.
    pub origin: String,
    /// Who may deposit: `open` or `enrolled`.
    pub admission: String,
}

/// A deposit of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceView {
    /// `plain` or `salted`.
    pub mode: String,
    /// SHA-256 of the evidence (salted: the commitment), hex.
    pub sha256: String,
    /// SM3 of the evidence (salted: the commitment), hex.
    pub sm3: String,
    /// Length of the evidence in bytes; 0 in salted mode.
    pub length: u64,
    /// When the submitter says the evidence was made; absent when not stated. Not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_time: Option<String>,
    /// Statement that this one supplements, hex. Not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
    /// Commitment to private details, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// What makes the deposit distinct, hex.
    pub nonce: String,
}

/// An enrolment of a key (kind 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolView {
    /// Leaf hash of entry 0 of the ledger it is meant for, hex.
    pub ledger: String,
    /// Suite of the key.
    pub suite: u8,
    /// The key that is enrolled, hex.
    pub public_key: String,
    /// `submitter` or `registrar`.
    pub role: String,
    /// The name, as it shall be public.
    pub name: String,
    /// How identity was checked.
    pub assurance: String,
    /// From when the key is good; absent when not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Until when, exclusive; absent when unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
    /// The enrolled key's own signature over its enrolment, hex.
    pub consent: String,
}

/// A revocation of a key (kind 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeView {
    /// Leaf hash of entry 0 of the ledger it is meant for, hex.
    pub ledger: String,
    /// Suite of the key.
    pub suite: u8,
    /// The key that is revoked, hex.
    pub public_key: String,
    /// `unspecified`, `key compromised`, `superseded` or `ceased`.
    pub reason: String,
    /// Since when, in the registrar's claim; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<String>,
}

/// A rotation of the ledger's own key (kind 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotateView {
    /// Leaf hash of entry 0 of the ledger it is meant for, hex.
    pub ledger: String,
    /// Suite of the new key.
    pub suite: u8,
    /// The new key, hex.
    pub public_key: String,
    /// For how many milliseconds from the entry's time on checkpoints are signed by both keys.
    pub overlap: u64,
    /// The new key's own signature over its rotation, hex.
    pub consent: String,
}

impl EntryView {
    /// An entry, with its statement as far as it is understood.
    #[must_use]
    pub fn new(entry: &Entry) -> Self {
        Self {
            index: entry.index().get(),
            time: entry.time().to_string(),
            previous: hex(entry.previous().as_bytes()),
            leaf: hex(entry.leaf_hash().as_bytes()),
            statement: entry.statement().ok().map(|statement| StatementView::new(&statement)),
            key: None,
            entry: encode_base64(entry.as_bytes()),
        }
    }

    /// The same, with how the submitter's key stood.
    #[must_use]
    pub fn with_key(entry: &Entry, registry: &Registry) -> Self {
        let signer = entry.statement().ok().map(|statement| statement.key().clone());
        let key = signer.map(|signer| KeyAtEntry::new(registry, &signer, entry.index(), entry.time()));
        Self { key: key.map(Box::new), ..Self::new(entry) }
    }
}

impl StatementView {
    /// A signed statement, decoded. Says nothing about whether its signature holds.
    #[must_use]
    pub fn new(statement: &SignedStatement) -> Self {
        Self {
            statement_id: hex(statement.id().as_bytes()),
            suite: statement.suite_code(),
            public_key: hex(statement.key().as_bytes()),
            body: BodyView::new(statement.body()),
            signature: hex(statement.signature()),
        }
    }
}

impl BodyView {
    fn new(body: &Body) -> Self {
        match body {
            Body::Genesis(genesis) => Self::Genesis(GenesisView::new(genesis)),
            Body::Evidence(evidence) => Self::Evidence(EvidenceView::new(evidence)),
            Body::Enrol(enrol) => Self::Enrol(EnrolView::new(enrol)),
            Body::Revoke(revoke) => Self::Revoke(RevokeView::new(revoke)),
            Body::Rotate(rotate) => Self::Rotate(RotateView::new(rotate)),
            Body::Unknown { kind, bytes } => Self::Unknown { code: *kind, bytes: encode_base64(bytes) },
        }
    }
}

impl GenesisView {
    fn new(genesis: &Genesis) -> Self {
        Self { origin: genesis.origin.to_string(), admission: admission_word(genesis.admission).to_owned() }
    }
}

/// Who may deposit, as the API writes it: `open` or `enrolled`.
#[must_use]
pub const fn admission_word(admission: Admission) -> &'static str {
    match admission {
        Admission::Open => "open",
        Admission::Enrolled => "enrolled",
    }
}

impl EvidenceView {
    fn new(evidence: &Evidence) -> Self {
        let fingerprint = &evidence.fingerprint;
        let mode = match fingerprint.mode() {
            DigestMode::Plain => "plain",
            DigestMode::Salted => "salted",
        };
        Self {
            mode: mode.to_owned(),
            sha256: hex(fingerprint.sha256().as_bytes()),
            sm3: hex(fingerprint.sm3().as_bytes()),
            length: fingerprint.length(),
            claimed_time: stated(evidence.claimed_time),
            continues: evidence.continues.map(|id| hex(id.as_bytes())),
            details: evidence.details.map(|commitment| hex(commitment.as_bytes())),
            nonce: hex(evidence.nonce),
        }
    }
}

impl EnrolView {
    fn new(enrol: &Enrol) -> Self {
        Self {
            ledger: hex(enrol.ledger.as_bytes()),
            suite: enrol.key.suite_code(),
            public_key: hex(enrol.key.as_bytes()),
            role: role_word(enrol.role).to_owned(),
            name: enrol.name.clone(),
            assurance: enrol.assurance.clone(),
            not_before: stated(enrol.not_before),
            not_after: stated(enrol.not_after),
            consent: hex(&enrol.consent),
        }
    }
}

impl RevokeView {
    fn new(revoke: &Revoke) -> Self {
        Self {
            ledger: hex(revoke.ledger.as_bytes()),
            suite: revoke.key.suite_code(),
            public_key: hex(revoke.key.as_bytes()),
            reason: reason_word(revoke.reason).to_owned(),
            compromised_since: stated(revoke.compromised_since),
        }
    }
}

impl RotateView {
    fn new(rotate: &Rotate) -> Self {
        Self {
            ledger: hex(rotate.ledger.as_bytes()),
            suite: rotate.key.suite_code(),
            public_key: hex(rotate.key.as_bytes()),
            overlap: rotate.overlap,
            consent: hex(&rotate.consent),
        }
    }
}

pub(super) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Submitter => "submitter",
        Role::Registrar => "registrar",
    }
}

pub(super) const fn reason_word(reason: RevokeReason) -> &'static str {
    match reason {
        RevokeReason::Unspecified => "unspecified",
        RevokeReason::KeyCompromised => "key compromised",
        RevokeReason::Superseded => "superseded",
        RevokeReason::Ceased => "ceased",
    }
}

pub(super) fn stated(time: Time) -> Option<String> {
    time.is_stated().then(|| time.to_string())
}
