//! What a ledger says of one key: its enrolments, and its revocation if there is one.

use crate::codec::Time;
use crate::evidence::{Enrol, Revoke, RevokeReason, Role, SuiteKey};
use crate::merkle::LeafIndex;

/// An enrolment of a key, with the entry that admits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The entry.
    pub entry: LeafIndex,
    /// The entry's time.
    pub time: Time,
    /// The key that enrolled it: a registrar's, or the ledger's own.
    pub registrar: SuiteKey,
    /// What for.
    pub role: Role,
    /// The holder's name.
    pub name: String,
    /// How identity was checked.
    pub assurance: String,
    /// In force from this time on.
    pub not_before: Time,
    /// In force before this time; not stated: without end.
    pub not_after: Time,
}

impl Enrolment {
    pub(super) fn new(entry: LeafIndex, time: Time, registrar: &SuiteKey, enrol: &Enrol) -> Self {
        Self {
            entry,
            time,
            registrar: registrar.clone(),
            role: enrol.role,
            name: enrol.name.clone(),
            assurance: enrol.assurance.clone(),
            not_before: enrol.not_before,
            not_after: enrol.not_after,
        }
    }

    /// How the key stands at a time by this enrolment alone.
    fn standing(&self, time: Time) -> Standing {
        if time < self.not_before {
            Standing::NotYetValid
        } else if self.not_after.is_stated() && self.not_after <= time {
            Standing::Expired
        } else {
            Standing::InForce
        }
    }
}

/// The revocation of a key, with the entry that admits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The entry.
    pub entry: LeafIndex,
    /// The entry's time.
    pub time: Time,
    /// The key that revoked it: a registrar's, the ledger's own, or itself.
    pub by: SuiteKey,
    /// Why.
    pub reason: RevokeReason,
    /// Since when the key may have been in other hands, as `by` claims; not stated: unknown.
    pub compromised_since: Time,
}

impl Revocation {
    pub(super) fn new(entry: LeafIndex, time: Time, by: &SuiteKey, revoke: &Revoke) -> Self {
        let Revoke { reason, compromised_since, .. } = *revoke;
        Self { entry, time, by: by.clone(), reason, compromised_since }
    }
}

/// How a key stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Standing {
    /// It is the ledger's own: always in force, and never enrolled.
    LedgersOwn,
    /// No entry enrols it.
    NotEnrolled,
    /// Its last enrolment begins later.
    NotYetValid,
    /// Its last enrolment has begun and not ended, and it is not revoked.
    InForce,
    /// Its last enrolment has ended.
    Expired,
    /// It is revoked, for good.
    Revoked,
    /// It was the ledger's own, and another has replaced it.
    Retired,
}

/// What a ledger says of one key. Of a key that is not enrolled there may still be a revocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyHistory {
    pub(super) enrolments: Vec<Enrolment>,
    pub(super) revocation: Option<Revocation>,
}

impl KeyHistory {
    /// All its enrolments, in the order of the entries; the last one counts.
    #[must_use]
    pub fn enrolments(&self) -> &[Enrolment] {
        &self.enrolments
    }

    /// Its revocation.
    #[must_use]
    pub const fn revocation(&self) -> Option<&Revocation> {
        self.revocation.as_ref()
    }

    /// The first entry that says something of the key.
    #[must_use]
    pub fn first_entry(&self) -> Option<LeafIndex> {
        let enrolled = self.enrolments.first().map(|enrolment| enrolment.entry);
        enrolled.or_else(|| self.revocation.as_ref().map(|revocation| revocation.entry))
    }

    /// The enrolment that counted at an entry: the last one before it.
    #[must_use]
    pub fn enrolment_at(&self, entry: LeafIndex) -> Option<&Enrolment> {
        self.enrolments.iter().rfind(|enrolment| enrolment.entry < entry)
    }

    /// The revocation, if it stood before an entry.
    #[must_use]
    pub fn revocation_at(&self, entry: LeafIndex) -> Option<&Revocation> {
        self.revocation.as_ref().filter(|revocation| revocation.entry < entry)
    }

    /// How the key stands at a time, by all entries.
    #[must_use]
    pub fn standing(&self, time: Time) -> Standing {
        standing(self.enrolments.last(), self.revocation.as_ref(), time)
    }

    /// How the key stood at an entry, by the entries before it and by the entry's time.
    #[must_use]
    pub fn standing_at(&self, entry: LeafIndex, time: Time) -> Standing {
        standing(self.enrolment_at(entry), self.revocation_at(entry), time)
    }

    /// The registrar's claim, if there is one, that the key was compromised at this time already. It is shown beside the
    /// key's entries from that time on, those before the revocation included, and changes nothing about them.
    #[must_use]
    pub fn claim_against(&self, time: Time) -> Option<&Revocation> {
        self.revocation.as_ref().filter(|revocation| {
            let since = revocation.compromised_since;
            since.is_stated() && since <= time
        })
    }

    /// Whether the key is a registrar's, in force or not.
    pub(super) fn is_registrars(&self) -> bool {
        self.enrolments.last().is_some_and(|enrolment| enrolment.role == Role::Registrar)
    }
}

fn standing(enrolment: Option<&Enrolment>, revocation: Option<&Revocation>, time: Time) -> Standing {
    match (enrolment, revocation) {
        (_, Some(_)) => Standing::Revoked,
        (None, None) => Standing::NotEnrolled,
        (Some(enrolment), None) => enrolment.standing(time),
    }
}
