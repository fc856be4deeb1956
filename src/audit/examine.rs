//! What can be told of each entry on its own: its leaf, its parts, its signatures. Done on all threads at once.
//!
//! Signatures are what a replay costs (docs/performance.md); everything that needs the entry before it is left to `replay`.

use super::finding::{Finding, Unknown, What};
use super::spread::spread;
use crate::codec::Time;
use crate::evidence::{Entry, Kind, SignedStatement, VerifyError};
use crate::merkle::{Hash, leaf_hash};

/// An entry as it was found, on its own.
pub(super) struct Examined {
    pub(super) leaf: Hash,
    /// Index, time and `previous`, where the entry's version is known.
    pub(super) parts: Option<(u64, Time, Hash)>,
    pub(super) statement: Result<SignedStatement, Unread>,
    pub(super) findings: Vec<Finding>,
    pub(super) unknown: Vec<Unknown>,
}

/// Why there is no statement.
pub(super) enum Unread {
    /// It, or its entry, is of an unknown version.
    UnknownVersion,
    /// It, or its entry, does not parse.
    Malformed,
}

/// Examines `entries`, the first of which stands at index `first`, on `threads` threads; in order.
pub(super) fn examine_all<E: AsRef<[u8]> + Sync>(first: u64, entries: &[E], threads: usize) -> Vec<Examined> {
    spread(entries, threads, |position, entry| examine(first + position as u64, entry.as_ref()))
}

/// Examines one entry, which stands at `index`.
fn examine(index: u64, bytes: &[u8]) -> Examined {
    let mut examined = Examined {
        leaf: leaf_hash(bytes),
        parts: None,
        statement: Err(Unread::Malformed),
        findings: Vec::new(),
        unknown: Vec::new(),
    };
    match Entry::parse(bytes) {
        Ok(entry) => {
            examined.parts = Some((entry.index().get(), entry.time(), *entry.previous()));
            examined.read_statement(index, &entry);
        }
        Err(error) if error.is_unknown() => {
            examined.statement = Err(Unread::UnknownVersion);
            examined.unknown.push(Unknown::EntryVersion);
        }
        Err(error) => examined.find(index, What::EntryMalformed, "an entry", error.to_string()),
    }
    examined
}

impl Examined {
    fn find(&mut self, index: u64, what: What, expected: &str, found: String) {
        self.findings.push(Finding::at_entry(index, what, expected, found));
    }

    fn read_statement(&mut self, index: u64, entry: &Entry) {
        match entry.statement() {
            Ok(statement) => {
                self.verify(index, &statement);
                self.statement = Ok(statement);
            }
            Err(error) if error.is_unknown() => {
                self.statement = Err(Unread::UnknownVersion);
                self.unknown.push(Unknown::StatementVersion);
            }
            Err(error) => self.find(index, What::StatementMalformed, "a statement", error.to_string()),
        }
    }

    fn verify(&mut self, index: u64, statement: &SignedStatement) {
        if let Kind::Unknown(kind) = statement.kind() {
            self.unknown.push(Unknown::Kind(kind));
        }
        for checked in [statement.check_signature(), statement.check_consent()] {
            match checked {
                Ok(()) => {}
                Err(VerifyError::UnknownSuite { suite }) => self.unknown.push(Unknown::Suite(suite)),
                Err(VerifyError::UnknownKind { kind }) => self.unknown.push(Unknown::Kind(kind)),
                Err(error @ VerifyError::BadSignature) => {
                    self.find(index, What::Signature, "a valid signature", error.to_string());
                }
                Err(error @ VerifyError::BadConsent) => {
                    self.find(index, What::Consent, "a valid consent", error.to_string());
                }
            }
        }
    }
}
