//! The rules of admission, as far as this version's ledgers admit anything: genesis and evidence in an open ledger.
//!
//! docs/formats.md, "Admission". Enrolment and revocation (kinds 2 and 3) are not admitted by this version's ledgers; a
//! replay that meets one says that it did not check admission from there on. So it does after an unknown version and an
//! unknown kind below 128.

use super::finding::{Finding, What};
use crate::evidence::{Admission as Rule, Genesis, Kind};

/// Kinds from here on never change keys or admission.
const HARMLESS_KINDS: u8 = 128;

/// Who may deposit, as the entries so far have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// No entry was seen.
    Unborn,
    /// Genesis was seen, with this rule.
    By(Rule),
    /// An entry changed it in a way that is not known here, or genesis was not understood.
    NotKnown,
}

/// What an entry's statement is, for admission.
#[derive(Clone, Copy, Debug)]
pub(super) enum Applicant<'a> {
    /// Genesis.
    Genesis(&'a Genesis),
    /// Another kind that is known by number.
    Kind(Kind),
    /// A version that is not understood.
    UnknownVersion,
    /// Nothing that could be read.
    Malformed,
}

impl Applicant<'_> {
    /// Whether the statement says who may deposit, or may say so.
    pub(super) fn governs(self) -> bool {
        match self {
            Self::Genesis(_) | Self::UnknownVersion => true,
            Self::Kind(Kind::Evidence) | Self::Malformed => false,
            Self::Kind(kind) => kind.code() < HARMLESS_KINDS,
        }
    }
}

impl Admission {
    /// Takes the entry at `index`: a rule that it breaks, if any.
    pub(super) fn admit(&mut self, index: u64, applicant: Applicant<'_>) -> Option<Finding> {
        let broken = |expected: &str, found: String| Some(Finding::at_entry(index, What::Admission, expected, found));
        match (applicant, index) {
            (Applicant::Genesis(genesis), 0) => {
                *self = Self::By(genesis.admission);
                None
            }
            (Applicant::Genesis(_), _) => broken("genesis in entry 0 only", "another genesis".into()),
            (Applicant::Kind(Kind::Evidence | Kind::Enrol | Kind::Revoke), 0) => {
                *self = Self::NotKnown;
                broken("genesis in entry 0", "a statement of another kind".into())
            }
            (Applicant::Malformed, _) => {
                *self = if index == 0 { Self::NotKnown } else { *self };
                None
            }
            (Applicant::Kind(Kind::Evidence), _) if *self == Self::By(Rule::Enrolled) => {
                broken("evidence by an enrolled key", "evidence by a key that no entry enrols".into())
            }
            (Applicant::Kind(Kind::Evidence), _) => None,
            (Applicant::Kind(kind), _) if index > 0 && kind.code() >= HARMLESS_KINDS => None,
            (Applicant::Kind(_) | Applicant::UnknownVersion, _) => {
                *self = Self::NotKnown;
                None
            }
        }
    }
}
