//! Keys: what a ledger says of one, now and at an entry.

use serde::{Deserialize, Serialize};

use crate::codec::Time;
use crate::evidence::SuiteKey;
use crate::merkle::LeafIndex;
use crate::registry::{Enrolment, KeyHistory, Registry, Revocation, Standing};

use super::entry::{reason_word, role_word, stated};

/// An enrolment of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentView {
    /// The entry that admits it.
    pub entry: u64,
    /// The entry's time.
    pub time: String,
    /// Who enrolled it: the public key, hex.
    pub registrar: String,
    /// The name that this registrar was enrolled under then; absent for the ledger's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar_name: Option<String>,
    /// `submitter` or `registrar`.
    pub role: String,
    /// The name, as it is public.
    pub name: String,
    /// How identity was checked, in the registrar's words.
    pub assurance: String,
    /// From when the key is in force; absent when not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Until when, exclusive; absent when unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
}

/// The revocation of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationView {
    /// The entry that admits it.
    pub entry: u64,
    /// The entry's time.
    pub time: String,
    /// Who revoked it: the public key, hex; the key itself, a registrar's or the ledger's.
    pub by: String,
    /// The name that this key was enrolled under then; absent when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_name: Option<String>,
    /// `unspecified`, `key compromised`, `superseded` or `ceased`.
    pub reason: String,
    /// Since when the key may have been in other hands, in the registrar's claim; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<String>,
}

/// `GET /v1/keys/{key}`: a key with its whole history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAnswer {
    /// Size of the tree that this was made from.
    pub size: u64,
    /// When the standing is, by the ledger's clock.
    pub time: String,
    /// Suite of the key.
    pub suite: u8,
    /// The key, hex.
    pub public_key: String,
    /// `in-force`, `not-enrolled`, `not-yet-valid`, `expired`, `revoked` or `ledgers-own`.
    pub standing: String,
    /// All its enrolments, in the order of the entries; the last one counts.
    pub enrolments: Vec<EnrolmentView>,
    /// Its revocation.
    pub revocation: Option<RevocationView>,
}

/// A key in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// The first entry that says something of the key.
    pub first_entry: u64,
    /// Suite of the key.
    pub suite: u8,
    /// The key, hex.
    pub public_key: String,
    /// As in [`KeyAnswer`].
    pub standing: String,
    /// Its last enrolment, which counts.
    pub enrolment: Option<EnrolmentView>,
    /// Its revocation.
    pub revocation: Option<RevocationView>,
}

/// `GET /v1/keys`: one page of the keys that the ledger says something of, complete up to `size`, by their first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyList {
    /// Size of the tree that the list was made from.
    pub size: u64,
    /// When the standings are, by the ledger's clock.
    pub time: String,
    /// The keys.
    pub keys: Vec<KeyView>,
    /// Where the next page is; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How the key that signed an entry stood at that entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAtEntry {
    /// Its standing, by the entries before it and the entry's time; as in [`KeyAnswer`].
    pub standing: String,
    /// The enrolment that counted there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<EnrolmentView>,
    /// Its revocation, before the entry or since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationView>,
    /// Whether the revocation claims that the key was compromised at the entry's time already. It is a registrar's claim, and
    /// changes nothing about the entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compromise_claimed: bool,
}

impl EnrolmentView {
    fn new(registry: &Registry, enrolment: &Enrolment) -> Self {
        Self {
            entry: enrolment.entry.get(),
            time: enrolment.time.to_string(),
            registrar: hex::encode(enrolment.registrar.as_bytes()),
            registrar_name: registry.name_at(&enrolment.registrar, enrolment.entry).map(ToOwned::to_owned),
            role: role_word(enrolment.role).to_owned(),
            name: enrolment.name.clone(),
            assurance: enrolment.assurance.clone(),
            not_before: stated(enrolment.not_before),
            not_after: stated(enrolment.not_after),
        }
    }
}

impl RevocationView {
    fn new(registry: &Registry, revocation: &Revocation) -> Self {
        Self {
            entry: revocation.entry.get(),
            time: revocation.time.to_string(),
            by: hex::encode(revocation.by.as_bytes()),
            by_name: registry.name_at(&revocation.by, revocation.entry).map(ToOwned::to_owned),
            reason: reason_word(revocation.reason).to_owned(),
            compromised_since: stated(revocation.compromised_since),
        }
    }
}

impl KeyAnswer {
    /// What `registry`, which is that of a tree of `size`, says of a key at a time.
    #[must_use]
    pub fn new(registry: &Registry, size: u64, key: &SuiteKey, time: Time) -> Self {
        let history = registry.history(key);
        let enrolments = history.map(KeyHistory::enrolments).unwrap_or_default();
        Self {
            size,
            time: time.to_string(),
            suite: key.suite_code(),
            public_key: hex::encode(key.as_bytes()),
            standing: word(registry.standing(key, time)),
            enrolments: enrolments.iter().map(|enrolment| EnrolmentView::new(registry, enrolment)).collect(),
            revocation: history.and_then(KeyHistory::revocation).map(|it| RevocationView::new(registry, it)),
        }
    }
}

impl KeyView {
    /// A key in a list; nothing if the ledger says nothing of it.
    #[must_use]
    pub fn new(registry: &Registry, key: &SuiteKey, time: Time) -> Option<Self> {
        let history = registry.history(key)?;
        Some(Self {
            first_entry: history.first_entry()?.get(),
            suite: key.suite_code(),
            public_key: hex::encode(key.as_bytes()),
            standing: word(history.standing(time)),
            enrolment: history.enrolments().last().map(|it| EnrolmentView::new(registry, it)),
            revocation: history.revocation().map(|it| RevocationView::new(registry, it)),
        })
    }
}

impl KeyAtEntry {
    /// How a key stood at an entry of that time. `registry` may know later entries.
    #[must_use]
    pub fn new(registry: &Registry, key: &SuiteKey, entry: LeafIndex, time: Time) -> Self {
        let history = registry.history(key);
        Self {
            standing: word(registry.standing_at(key, entry, time)),
            enrolment: history
                .and_then(|history| history.enrolment_at(entry))
                .map(|it| EnrolmentView::new(registry, it)),
            revocation: history.and_then(KeyHistory::revocation).map(|it| RevocationView::new(registry, it)),
            compromise_claimed: history.is_some_and(|history| history.claim_against(time).is_some()),
        }
    }
}

fn word(standing: Standing) -> String {
    let word: &str = standing.into();
    word.to_owned()
}
