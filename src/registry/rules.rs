//! The rules of admission, each where it is applied.
//!
//! Follows docs/formats.md, Admission; the comments quote it.

use crate::codec::Time;
use crate::evidence::{Admission, Body, Enrol, Revoke, Role, Rotate, SignedStatement, SuiteKey};
use crate::merkle::{Hash, LeafIndex};

use super::chain::{KeyChain, Replaced};
use super::history::{Enrolment, KeyHistory, Revocation, Standing};
use super::keys::Keys;
use super::not_admitted::NotAdmitted;

/// Who may sign what on a ledger, by its entries so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    chain: KeyChain,
    admission: Admission,
    keys: Keys,
}

impl Registry {
    /// The registry of a ledger that has its genesis entry and no other; nothing if the statement is no genesis. `ledger` is
    /// the leaf hash of that entry.
    #[must_use]
    pub fn found(ledger: Hash, genesis: &SignedStatement) -> Option<Self> {
        let Body::Genesis(body) = genesis.body() else { return None };
        Some(Self { chain: KeyChain::found(ledger, genesis)?, admission: body.admission, keys: Keys::none() })
    }

    /// Leaf hash of the ledger's entry 0, which every registry statement must name.
    #[must_use]
    pub const fn ledger(&self) -> &Hash {
        self.chain.ledger()
    }

    /// The ledger's own key, the one in force.
    #[must_use]
    pub fn ledger_key(&self) -> &SuiteKey {
        self.chain.in_force()
    }

    /// The ledger's own keys, from genesis on.
    #[must_use]
    pub const fn chain(&self) -> &KeyChain {
        &self.chain
    }

    /// Who may deposit.
    #[must_use]
    pub const fn admission(&self) -> Admission {
        self.admission
    }

    /// What the ledger says of a key.
    #[must_use]
    pub fn history(&self, key: &SuiteKey) -> Option<&KeyHistory> {
        self.keys.get(key)
    }

    /// How many keys the ledger says something of.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.keys.count()
    }

    /// Whether the ledger says nothing of any key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All keys that the ledger says something of, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&SuiteKey, &KeyHistory)> {
        self.keys.iter()
    }

    /// The name that a key was enrolled under when an entry was admitted, by the entries before it.
    #[must_use]
    pub fn name_at(&self, key: &SuiteKey, entry: LeafIndex) -> Option<&str> {
        self.history(key)?.enrolment_at(entry).map(|enrolment| enrolment.name.as_str())
    }

    /// How a key stands at a time, by all entries so far.
    #[must_use]
    pub fn standing(&self, key: &SuiteKey, time: Time) -> Standing {
        let stands = self.chain.get(key).map(|own| own.replaced.map_or(Standing::LedgersOwn, |_| Standing::Retired));
        stands.unwrap_or_else(|| self.enrolled(key, |history| history.standing(time)))
    }

    /// How a key stood at an entry of that time.
    #[must_use]
    pub fn standing_at(&self, key: &SuiteKey, entry: LeafIndex, time: Time) -> Standing {
        let retired = |replaced: Replaced| replaced.entry < entry;
        let stands =
            self.chain.get(key).filter(|own| own.entry < entry || own.entry.get() == 0).map(|own| match own.replaced {
                Some(replaced) if retired(replaced) => Standing::Retired,
                _ => Standing::LedgersOwn,
            });
        stands.unwrap_or_else(|| self.enrolled(key, |history| history.standing_at(entry, time)))
    }

    fn enrolled(&self, key: &SuiteKey, by_history: impl FnOnce(&KeyHistory) -> Standing) -> Standing {
        self.history(key).map_or(Standing::NotEnrolled, by_history)
    }

    /// Whether the ledger may admit a statement as its next entry, with that time. A kind that is not understood can only be
    /// refused for its key.
    ///
    /// # Errors
    ///
    /// [`NotAdmitted`], the first rule that it breaks.
    pub fn judge(&self, time: Time, statement: &SignedStatement) -> Result<(), NotAdmitted> {
        let signer = statement.key();
        // "A revoked key signs nothing later."
        if let Some(Revocation { entry, .. }) = self.revocation(signer) {
            return Err(NotAdmitted::KeyRevoked { entry: *entry });
        }
        // "A key that was replaced signs nothing later, but checkpoints."
        if let Some(Replaced { entry, .. }) = self.chain.get(signer).and_then(|own| own.replaced) {
            return Err(NotAdmitted::KeyRetired { entry });
        }
        match statement.body() {
            // "Entry 0 is genesis, and only entry 0."
            Body::Genesis(_) => Err(NotAdmitted::SecondGenesis),
            Body::Evidence(_) => self.judge_deposit(time, signer),
            Body::Enrol(enrol) => self.judge_enrolment(time, signer, enrol),
            Body::Revoke(revoke) => self.judge_revocation(time, signer, revoke),
            Body::Rotate(rotate) => self.judge_rotation(time, signer, rotate),
            Body::Unknown { .. } => Ok(()),
        }
    }

    /// Takes the next entry in: judges its statement, and keeps what it says of a key.
    ///
    /// # Errors
    ///
    /// As [`Registry::judge`]; the registry is then as it was, since what must not be admitted has no effect.
    pub fn admit(&mut self, entry: LeafIndex, time: Time, statement: &SignedStatement) -> Result<(), NotAdmitted> {
        self.judge(time, statement)?;
        match statement.body() {
            Body::Enrol(enrol) => {
                let enrolment = Enrolment::new(entry, time, statement.key(), enrol);
                self.keys.begin_or_get(&enrol.key).enrolments.push(enrolment);
            }
            Body::Revoke(revoke) => {
                let revocation = Revocation::new(entry, time, statement.key(), revoke);
                self.keys.begin_or_get(&revoke.key).revocation = Some(revocation);
            }
            Body::Rotate(rotate) => self.chain.rotate(entry, time, statement.key(), rotate)?,
            Body::Genesis(_) | Body::Evidence(_) | Body::Unknown { .. } => {}
        }
        Ok(())
    }

    fn revocation(&self, key: &SuiteKey) -> Option<&Revocation> {
        self.history(key).and_then(KeyHistory::revocation)
    }

    fn is_registrars(&self, key: &SuiteKey) -> bool {
        self.history(key).is_some_and(KeyHistory::is_registrars)
    }

    fn judge_deposit(&self, time: Time, signer: &SuiteKey) -> Result<(), NotAdmitted> {
        match self.admission {
            // "With admission 1, evidence needs a key in force with role 1. With 0, any key that is not revoked."
            Admission::Enrolled => self.need(Role::Submitter, time, signer),
            Admission::Open => Ok(()),
        }
    }

    fn judge_enrolment(&self, time: Time, signer: &SuiteKey, enrol: &Enrol) -> Result<(), NotAdmitted> {
        self.judge_subject(&enrol.ledger, &enrol.key)?;
        let by_ledger = signer == self.chain.in_force();
        match enrol.role {
            // "The ledger's key enrols and revokes registrars."
            Role::Registrar if by_ledger => Ok(()),
            Role::Registrar => Err(NotAdmitted::RegistrarByRegistrar),
            // "A registrar in force enrols submitters." A registrar's key stays one until the ledger's key revokes it:
            // otherwise a registrar could unmake another with a consent that it gave before it was one.
            Role::Submitter if self.is_registrars(&enrol.key) => Err(NotAdmitted::RegistrarByRegistrar),
            Role::Submitter => self.need(Role::Registrar, time, signer),
        }
    }

    fn judge_revocation(&self, time: Time, signer: &SuiteKey, revoke: &Revoke) -> Result<(), NotAdmitted> {
        self.judge_subject(&revoke.ledger, &revoke.key)?;
        let by_ledger = signer == self.chain.in_force();
        match self.is_registrars(&revoke.key) {
            // "Every key but the ledger's may revoke itself." "`compromised_since` is 0 when a key revokes itself."
            _ if *signer == revoke.key => match revoke.compromised_since {
                Time::NOT_STATED => Ok(()),
                _ => Err(NotAdmitted::Backdated),
            },
            // "The ledger's key enrols and revokes registrars."
            true if by_ledger => Ok(()),
            true => Err(NotAdmitted::RegistrarByRegistrar),
            // "A registrar in force revokes any key that is not a registrar's."
            false => self.need(Role::Registrar, time, signer),
        }
    }

    fn judge_rotation(&self, time: Time, signer: &SuiteKey, rotate: &Rotate) -> Result<(), NotAdmitted> {
        self.chain.judge(time, signer, rotate)?;
        // "To a key that the ledger says nothing of."
        match self.history(&rotate.key).and_then(KeyHistory::first_entry) {
            Some(entry) => Err(NotAdmitted::KeyHasPart { entry }),
            None => Ok(()),
        }
    }

    /// What holds for the key that an enrolment or revocation is about.
    fn judge_subject(&self, ledger: &Hash, key: &SuiteKey) -> Result<(), NotAdmitted> {
        // "Registry statements name their ledger."
        if *ledger != *self.chain.ledger() {
            return Err(NotAdmitted::OtherLedger { named: *ledger });
        }
        // "It can't itself be enrolled or revoked." Nor can one that it has replaced.
        if self.chain.get(key).is_some() {
            return Err(NotAdmitted::LedgersKey);
        }
        // "Revocation is final: a revoked key is never enrolled again."
        match self.revocation(key) {
            Some(Revocation { entry, .. }) => Err(NotAdmitted::RevokedBefore { entry: *entry }),
            None => Ok(()),
        }
    }

    /// "A key is in force when it is not revoked and its last enrolment has `not_before` <= time < `not_after`." That it is not
    /// revoked was seen before.
    fn need(&self, role: Role, time: Time, key: &SuiteKey) -> Result<(), NotAdmitted> {
        if key == self.chain.in_force() {
            return Err(NotAdmitted::KeyIsLedgers);
        }
        let Some((history, last)) = self.history(key).and_then(|history| Some((history, history.enrolments.last()?)))
        else {
            return Err(NotAdmitted::KeyNotEnrolled);
        };
        match (last.role, role) {
            (Role::Registrar, Role::Submitter) => return Err(NotAdmitted::KeyIsRegistrars),
            (Role::Submitter, Role::Registrar) => return Err(NotAdmitted::KeyIsSubmitters),
            _ => {}
        }
        match history.standing(time) {
            Standing::NotYetValid => Err(NotAdmitted::KeyNotYetValid { not_before: last.not_before, time }),
            Standing::Expired => Err(NotAdmitted::KeyExpired { not_after: last.not_after, time }),
            _ => Ok(()),
        }
    }
}
