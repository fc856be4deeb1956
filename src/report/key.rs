//! What the ledger says of the key that signed an entry: facts of step 8, and the sentences that they are told in.
//!
//! How a key stood is by the entries before the one in question and that entry's time (docs/formats.md, Admission). A revocation
//! that came later is shown, and a registrar's claim that the key was compromised; neither changes a verdict, and a report that
//! shows the claim says why.

use serde::{Serialize, Serializer};

use super::sentence::{Sentence, Value};
use super::words::Word;
use crate::codec::Time;
use crate::evidence::{RevokeReason, SuiteKey};
use crate::merkle::LeafIndex;
use crate::registry::{Enrolment, KeyHistory, Registry, Revocation, Standing};

/// The standing of a key at an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, strum::EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum KeyStanding {
    /// It was not looked up.
    #[default]
    NotChecked,
    /// It is the ledger's own.
    LedgersOwn,
    /// The ledger had no enrolment of it.
    NotEnrolled,
    /// Its enrolment was to begin later.
    NotYetValid,
    /// It was enrolled, and in force.
    InForce,
    /// Its enrolment had ended.
    Expired,
    /// It had been revoked: the entry should not have been admitted.
    Revoked,
    /// It had been the ledger's own: the entry should not have been admitted.
    Retired,
}

impl From<Standing> for KeyStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::LedgersOwn => Self::LedgersOwn,
            Standing::NotEnrolled => Self::NotEnrolled,
            Standing::NotYetValid => Self::NotYetValid,
            Standing::InForce => Self::InForce,
            Standing::Expired => Self::Expired,
            Standing::Revoked => Self::Revoked,
            Standing::Retired => Self::Retired,
        }
    }
}

/// Who enrolled or revoked a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whom {
    /// The key itself.
    Itself,
    /// The ledger's own key.
    LedgersOwn,
    /// A registrar.
    Registrar {
        /// Its key, hex.
        public_key: String,
        /// The name that it was enrolled under then.
        name: Option<String>,
    },
}

/// An enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnrolmentFacts {
    /// The entry that admits it.
    pub entry: u64,
    /// The name, as it is public.
    pub name: String,
    /// How the registrar says that identity was checked; may be empty.
    pub assurance: String,
    /// Who enrolled the key.
    pub by: Whom,
    /// From when; none when not stated.
    #[serde(serialize_with = "maybe_text")]
    pub not_before: Option<Time>,
    /// Until when, exclusive; none when unbounded.
    #[serde(serialize_with = "maybe_text")]
    pub not_after: Option<Time>,
}

/// A revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RevocationFacts {
    /// The entry that admits it.
    pub entry: u64,
    /// Who revoked the key.
    pub by: Whom,
    /// Why.
    pub reason: Word,
    /// Since when the key is claimed to have been compromised; none when that is not said.
    #[serde(serialize_with = "maybe_text")]
    pub compromised_since: Option<Time>,
}

/// A key as it stood at an entry that it signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeyAtEntry {
    /// How it stood.
    pub standing: KeyStanding,
    /// The enrolment that counted.
    pub enrolment: Option<EnrolmentFacts>,
    /// Its revocation, before the entry or since.
    pub revocation: Option<RevocationFacts>,
    /// Whether the revocation claims that the key was compromised at the entry's time already.
    pub compromise_claimed: bool,
}

impl KeyAtEntry {
    /// By the ledger's registry, which may know later entries.
    #[must_use]
    pub fn new(registry: &Registry, key: &SuiteKey, entry: LeafIndex, time: Time) -> Self {
        let history = registry.history(key);
        let whom = |by: &SuiteKey, at| Whom::new(registry, key, by, at);
        Self {
            standing: registry.standing_at(key, entry, time).into(),
            enrolment: history
                .and_then(|history| history.enrolment_at(entry))
                .map(|enrolment| EnrolmentFacts::new(enrolment, whom(&enrolment.registrar, enrolment.entry))),
            revocation: history
                .and_then(KeyHistory::revocation)
                .map(|revocation| RevocationFacts::new(revocation, whom(&revocation.by, revocation.entry))),
            compromise_claimed: history.is_some_and(|history| history.claim_against(time).is_some()),
        }
    }

    /// How the key stood at entry `index`, and that something is claimed of it: what a check says.
    pub(super) fn summary(&self, index: u64) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = self.standing_sentence().into_iter().collect();
        match (&self.enrolment, &self.revocation) {
            (_, Some(revocation)) if revocation.entry < index => said.push(revocation.sentence(index)),
            (Some(enrolment), _) if self.standing == KeyStanding::InForce => {
                said.push(Sentence::from(Word::KeyInForce).with("entry", enrolment.entry));
            }
            _ => {}
        }
        said.extend(self.claimed());
        said
    }

    /// Everything, with names, how identity was checked, and why a claim changes nothing.
    pub(super) fn sentences(&self, index: u64) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = self.enrolment.iter().flat_map(EnrolmentFacts::sentences).collect();
        said.extend(self.standing_sentence());
        if let Some(revocation) = &self.revocation {
            said.push(revocation.sentence(index));
        }
        said.extend(self.claim());
        said.extend(self.compromise_claimed.then(|| Word::KeyClaimWhy.into()));
        said
    }

    /// A registrar's claim that reaches back to entry `index`: the revocation that makes it, and what it says. Nothing when
    /// there is none. Why it changes no verdict is to be told with it ([`Word::KeyClaimWhy`]).
    #[must_use]
    pub fn claim_told(&self, index: u64) -> Vec<Sentence> {
        let revocation = self.revocation.as_ref().filter(|_| self.compromise_claimed);
        revocation.map(|revocation| revocation.sentence(index)).into_iter().chain(self.claim()).collect()
    }

    /// That a registrar's claim reaches back to the entry.
    fn claimed(&self) -> Option<Sentence> {
        let revocation = self.revocation.as_ref().filter(|_| self.compromise_claimed)?;
        Some(Sentence::from(Word::KeyClaimed).with("entry", revocation.entry))
    }

    /// The claim itself, to be told after the revocation.
    fn claim(&self) -> Option<Sentence> {
        let revocation = self.revocation.as_ref().filter(|_| self.compromise_claimed)?;
        let claim = Sentence::from(Word::KeyClaim).with("by", revocation.by.value());
        Some(claim.with("since", revocation.compromised_since?))
    }

    /// What the enrolment alone does not tell.
    fn standing_sentence(&self) -> Option<Sentence> {
        let enrolment = self.enrolment.as_ref();
        match self.standing {
            KeyStanding::NotChecked => Some(Word::KeyNotChecked.into()),
            KeyStanding::LedgersOwn => Some(Word::KeyLedgersOwn.into()),
            KeyStanding::Retired => Some(Word::KeyRetired.into()),
            KeyStanding::NotEnrolled => Some(Word::KeyNotEnrolled.into()),
            KeyStanding::NotYetValid => {
                let from = enrolment.and_then(|enrolment| enrolment.not_before)?;
                Some(Sentence::from(Word::KeyNotYetValid).with("time", from))
            }
            KeyStanding::Expired => {
                let until = enrolment.and_then(|enrolment| enrolment.not_after)?;
                Some(Sentence::from(Word::KeyExpired).with("time", until))
            }
            KeyStanding::InForce | KeyStanding::Revoked => None,
        }
    }
}

impl EnrolmentFacts {
    fn new(enrolment: &Enrolment, by: Whom) -> Self {
        let stated = |time: Time| time.is_stated().then_some(time);
        Self {
            entry: enrolment.entry.get(),
            name: enrolment.name.clone(),
            assurance: enrolment.assurance.clone(),
            by,
            not_before: stated(enrolment.not_before),
            not_after: stated(enrolment.not_after),
        }
    }

    fn sentences(&self) -> Vec<Sentence> {
        let enrolled = Sentence::from(Word::KeyEnrolled).with("name", self.name.as_str());
        let enrolled = enrolled.with("by", self.by.value()).with("entry", self.entry);
        let assurance = Sentence::from(Word::KeyAssurance).with("assurance", self.assurance.as_str());
        if self.assurance.is_empty() { vec![enrolled] } else { vec![enrolled, assurance] }
    }
}

impl RevocationFacts {
    fn new(revocation: &Revocation, by: Whom) -> Self {
        let since = revocation.compromised_since;
        Self {
            entry: revocation.entry.get(),
            by,
            reason: reason(revocation.reason),
            compromised_since: since.is_stated().then_some(since),
        }
    }

    fn sentence(&self, index: u64) -> Sentence {
        let word = if self.entry < index { Word::KeyRevokedBefore } else { Word::KeyRevokedLater };
        let revoked = Sentence::from(word).with("entry", self.entry);
        revoked.with("by", self.by.value()).with("reason", self.reason)
    }
}

/// The word for a reason.
const fn reason(reason: RevokeReason) -> Word {
    match reason {
        RevokeReason::Unspecified => Word::ReasonUnspecified,
        RevokeReason::KeyCompromised => Word::ReasonCompromised,
        RevokeReason::Superseded => Word::ReasonSuperseded,
        RevokeReason::Ceased => Word::ReasonCeased,
    }
}

impl Whom {
    fn new(registry: &Registry, key: &SuiteKey, by: &SuiteKey, at: LeafIndex) -> Self {
        if by == key {
            return Self::Itself;
        }
        if registry.chain().get(by).is_some() {
            return Self::LedgersOwn;
        }
        let name = registry.name_at(by, at).map(ToOwned::to_owned);
        Self::Registrar { public_key: hex::encode(by.as_bytes()), name }
    }

    fn value(&self) -> Value {
        match self {
            Self::Itself => Word::ByItself.into(),
            Self::LedgersOwn => Word::ByLedger.into(),
            Self::Registrar { public_key, name: None } => {
                Sentence::from(Word::ByRegistrar).with("key", public_key.as_str()).into()
            }
            Self::Registrar { public_key, name: Some(name) } => {
                let registrar = Sentence::from(Word::ByRegistrarNamed).with("name", name.as_str());
                registrar.with("key", public_key.as_str()).into()
            }
        }
    }
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn maybe_text<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}
