//! Why a statement is not admitted: a rule for each, with the reason in words.

use crate::codec::Time;
use crate::merkle::{Hash, LeafIndex};

/// Why a ledger does not admit a statement whose signatures hold. `the key` is the one that signs, `that key` the one that the
/// statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum NotAdmitted {
    /// A ledger begins once.
    #[error("a genesis, which entry 0 is and no other")]
    SecondGenesis,
    /// A registry statement that was made for another ledger, and is shown here again.
    #[error("a statement for the ledger whose entry 0 has the leaf hash {named}")]
    OtherLedger {
        /// The ledger that it names.
        named: Hash,
    },
    /// A revoked key signs nothing later.
    #[error("the key was revoked by entry {entry}")]
    KeyRevoked {
        /// The revocation.
        entry: LeafIndex,
    },
    /// A deposit where only enrolled keys deposit, or a registrar's statement, by a key that nobody enrolled.
    #[error("the key is not enrolled")]
    KeyNotEnrolled,
    /// The key's last enrolment begins later.
    #[error("the key is not yet valid: it is enrolled from {not_before} on, and it is {time}")]
    KeyNotYetValid {
        /// When it begins.
        not_before: Time,
        /// When the statement was to be admitted.
        time: Time,
    },
    /// The key's last enrolment has ended.
    #[error("the key has expired: it was enrolled until {not_after}, and it is {time}")]
    KeyExpired {
        /// When it ended: the first time at which it is not in force.
        not_after: Time,
        /// When the statement was to be admitted.
        time: Time,
    },
    /// A deposit by a registrar's key where only submitters deposit.
    #[error("the key is a registrar's, and only submitters' keys deposit on this ledger")]
    KeyIsRegistrars,
    /// A registrar's statement by a submitter's key.
    #[error("the key is a submitter's, and only a registrar enrols and revokes others' keys")]
    KeyIsSubmitters,
    /// The ledger's own key in a part that is not its.
    #[error("the key is the ledger's own, which enrols and revokes registrars and, here, does nothing else")]
    KeyIsLedgers,
    /// A registrar that would make or unmake registrars, as the thief of its key would.
    #[error("that key is to be, or is, a registrar's, and only the ledger's own key enrols and revokes registrars")]
    RegistrarByRegistrar,
    /// An enrolment or revocation of a key that is or was the ledger's own, or a rotation to it.
    #[error("that key is or was the ledger's own, which can be neither enrolled nor revoked, nor come again")]
    LedgersKey,
    /// A key that was the ledger's own signs nothing after another has replaced it.
    #[error("the key was the ledger's own until entry {entry} replaced it")]
    KeyRetired {
        /// The rotation.
        entry: LeafIndex,
    },
    /// A rotation by another key than the ledger's own.
    #[error("the key is not the ledger's own, which alone names the key that replaces it")]
    RotationByOther,
    /// A rotation while both keys of the one before it sign.
    #[error("the rotation by entry {entry} is not over before {until}: until then two keys sign")]
    RotationInOverlap {
        /// The rotation before.
        entry: LeafIndex,
        /// When its overlap ends.
        until: Time,
    },
    /// A rotation to a key that the ledger says something of already.
    #[error("that key was enrolled or revoked by entry {entry}, and the ledger's own key has no other part")]
    KeyHasPart {
        /// The first entry that says something of it.
        entry: LeafIndex,
    },
    /// Revocation is final.
    #[error("that key was revoked by entry {entry}, and revocation is final")]
    RevokedBefore {
        /// The revocation.
        entry: LeafIndex,
    },
    /// A key that revokes itself says since when it was compromised: whoever has it could throw doubt on all its entries.
    #[error("a key that revokes itself cannot say since when it was compromised")]
    Backdated,
}

impl NotAdmitted {
    /// The stable name of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// The rule that the statement breaks, as what was due.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::SecondGenesis => "genesis in entry 0 only",
            Self::OtherLedger { .. } => "a statement for this ledger",
            Self::KeyRevoked { .. } => "a key that is not revoked",
            Self::KeyNotEnrolled | Self::KeyNotYetValid { .. } | Self::KeyExpired { .. } => "a key in force",
            Self::KeyIsRegistrars => "evidence by a submitter's key",
            Self::KeyIsSubmitters => "a registrar's key",
            Self::KeyIsLedgers => "a key for this part",
            Self::RegistrarByRegistrar => "registrars by the ledger's own key",
            Self::LedgersKey => "a key other than the ledger's own",
            Self::RevokedBefore { .. } => "a key that is not revoked before",
            Self::Backdated => "no compromised_since",
            Self::KeyRetired { .. } => "the ledger's key in force",
            Self::RotationByOther => "a rotation by the ledger's own key",
            Self::RotationInOverlap { .. } => "a rotation after the overlap of the one before",
            Self::KeyHasPart { .. } => "a rotation to a key without another part",
        }
    }

    /// A way out, in words for a person.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::KeyNotEnrolled => Some("ask a registrar to enrol the key: notarium enrol request"),
            Self::KeyExpired { .. } => Some("ask a registrar to enrol the key anew: notarium enrol request"),
            Self::KeyRevoked { .. } => Some("make a new key and ask a registrar to enrol it: notarium enrol request"),
            Self::KeyIsRegistrars => Some("deposit with a key that is enrolled as submitter"),
            Self::KeyIsSubmitters => Some("sign with a registrar's key"),
            Self::KeyIsLedgers => Some("make a registrar with the ledger's key, and sign with the registrar's"),
            Self::RegistrarByRegistrar => Some("sign with the ledger's own key, ledger.key in its folder"),
            Self::Backdated => Some("a registrar can say it; or leave the time out"),
            Self::KeyRetired { .. } => Some("sign with the ledger's key in force, ledger.key in its folder"),
            Self::KeyHasPart { .. } => Some("make a new key"),
            _ => None,
        }
    }
}
