//! The rules of admission, computed again from the entries.
//!
//! docs/formats.md, "Admission"; the rules themselves are the room `registry`. Here is what a replay adds to them: an entry
//! that breaks one is a finding and has no effect on later ones, and after an unknown version or an unknown kind below 128
//! nobody can tell any more who may do what.

use super::finding::{Finding, What};
use crate::codec::Time;
use crate::evidence::{Kind, SignedStatement};
use crate::merkle::{Hash, LeafIndex};
use crate::registry::{NotAdmitted, Registry};

/// Kinds from here on never change keys or admission.
const HARMLESS_KINDS: u8 = 128;

/// Who may do what, as the entries so far have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// No entry was seen.
    Unborn,
    /// By the entries so far.
    By(Box<Registry>),
    /// An entry changed it in a way that is not known here, or genesis was not understood.
    NotKnown,
}

/// What an entry holds, for admission.
#[derive(Clone, Copy, Debug)]
pub(super) enum Applicant<'a> {
    /// A statement.
    Statement {
        statement: &'a SignedStatement,
        /// The entry's time.
        time: Time,
        /// Whether no signature in it is known to be wrong. Of one that is, nothing can be said of who signed it.
        is_sound: bool,
    },
    /// A version that is not understood.
    UnknownVersion,
    /// Nothing that could be read.
    Malformed,
}

impl Applicant<'_> {
    /// Whether the statement says who may sign what, or may say so.
    pub(super) fn governs(self) -> bool {
        match self {
            Self::UnknownVersion => true,
            Self::Malformed => false,
            Self::Statement { statement, .. } => {
                statement.kind() != Kind::Evidence && statement.kind().code() < HARMLESS_KINDS
            }
        }
    }
}

impl Admission {
    /// Takes the entry at `index`, which has the leaf hash `leaf`: the rule that it breaks, if any.
    pub(super) fn admit(&mut self, index: u64, leaf: &Hash, applicant: Applicant<'_>) -> Option<Finding> {
        match applicant {
            Applicant::Statement { statement, .. } if index == 0 => self.found(leaf, statement),
            Applicant::Statement { statement, time, is_sound } => self.judge(index, statement, time, is_sound),
            Applicant::Malformed if index > 0 => None,
            Applicant::Malformed | Applicant::UnknownVersion => {
                *self = Self::NotKnown;
                None
            }
        }
    }

    /// Whether admission can still be told.
    pub(super) const fn is_known(&self) -> bool {
        !matches!(self, Self::NotKnown)
    }

    /// The registry so far, where it can be told.
    pub(super) fn registry(&self) -> Option<&Registry> {
        match self {
            Self::By(registry) => Some(registry),
            Self::Unborn | Self::NotKnown => None,
        }
    }

    fn found(&mut self, leaf: &Hash, statement: &SignedStatement) -> Option<Finding> {
        if let Some(registry) = Registry::found(*leaf, statement) {
            *self = Self::By(Box::new(registry));
            return None;
        }
        *self = Self::NotKnown;
        let is_known = !matches!(statement.kind(), Kind::Unknown(_));
        let finding = || Finding::at_entry(0, What::Admission, "genesis in entry 0", "a statement of another kind");
        is_known.then(finding)
    }

    fn judge(&mut self, index: u64, statement: &SignedStatement, time: Time, is_sound: bool) -> Option<Finding> {
        let kind = statement.kind();
        if matches!(kind, Kind::Unknown(_)) && kind.code() < HARMLESS_KINDS {
            *self = Self::NotKnown;
            return None;
        }
        let judged = match self {
            _ if kind == Kind::Genesis => Err(NotAdmitted::SecondGenesis),
            Self::By(registry) if is_sound => registry.admit(LeafIndex::new(index), time, statement),
            _ => Ok(()),
        };
        let broken = judged.err()?;
        Some(Finding::at_entry(index, What::Admission, broken.rule(), broken.to_string()))
    }
}
