//! What can be told of each entry on its own: its leaf, its parts, its signatures. Done on all cores at once.
//!
//! Signatures are what a replay costs; everything that needs the entry before it is left to `replay`.

use super::finding::{Finding, Unknown, What};
use crate::codec::Time;
use crate::crypto::screen_signatures;
use crate::evidence::{Entry, Kind, SignedStatement, VerifyError};
use crate::merkle::{Hash, leaf_hash};

/// How signatures are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signatures {
    /// One by one, under the rule of docs/formats.md: this decides.
    #[default]
    Strict,
    /// Many in one equation, which can be fooled where one by one cannot: this screens. Where the equation fails, they are
    /// judged one by one.
    Screened,
}

/// Neighbouring entries, each examined on its own, with their bytes.
pub(super) struct Portion<E> {
    pub(super) first: u64,
    pub(super) entries: Vec<E>,
    pub(super) examined: Vec<Examined>,
}

/// An entry as it was found, on its own.
pub(super) struct Examined {
    pub(super) leaf: Hash,
    /// Index, time and `previous`, where the entry's version is known.
    pub(super) parts: Option<(u64, Time, Hash)>,
    pub(super) statement: Result<SignedStatement, Unread>,
    /// Whether no signature in the statement is known to be wrong.
    pub(super) is_sound: bool,
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

impl<E: AsRef<[u8]>> Portion<E> {
    /// Examines entries, the first of which stands at index `first`.
    pub(super) fn examine(first: u64, entries: Vec<E>, signatures: Signatures) -> Self {
        let mut examined: Vec<_> =
            (first..).zip(&entries).map(|(index, entry)| Examined::read(index, entry.as_ref())).collect();
        if signatures == Signatures::Strict || !pass_the_screen(&examined) {
            let statements = examined.iter().filter_map(|examined| examined.statement.as_ref().ok());
            let mut checked = SignedStatement::check_signatures(statements).into_iter();
            for (index, examined) in (first..).zip(&mut examined).filter(|(_, examined)| examined.statement.is_ok()) {
                if let Some(signature) = checked.next() {
                    examined.judge(index, signature);
                }
            }
        }
        Self { first, entries, examined }
    }
}

/// Whether one equation over all signatures of suite 1 holds; a signature of another suite is no part of it.
fn pass_the_screen(examined: &[Examined]) -> bool {
    let statements = || examined.iter().filter_map(|examined| examined.statement.as_ref().ok());
    if statements().any(|statement| statement.public_key().is_none() || is_of_the_registry(statement.kind())) {
        // Few, and what is odd about them must be told one by one.
        return false;
    }
    screen_signatures(&statements().filter_map(SignedStatement::signed_message).collect::<Vec<_>>())
}

const fn is_of_the_registry(kind: Kind) -> bool {
    matches!(kind, Kind::Enrol | Kind::Revoke | Kind::Rotate)
}

impl Examined {
    /// Reads one entry, which stands at `index`. Its signatures are not judged yet.
    pub(super) fn read(index: u64, bytes: &[u8]) -> Self {
        let mut examined = Self {
            leaf: leaf_hash(bytes),
            parts: None,
            statement: Err(Unread::Malformed),
            is_sound: true,
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

    /// The same, with its signatures judged one by one.
    pub(super) fn read_and_verify(index: u64, bytes: &[u8]) -> Self {
        let mut examined = Self::read(index, bytes);
        if let Ok(statement) = &examined.statement {
            let signature = statement.check_signature();
            examined.judge(index, signature);
        }
        examined
    }

    fn find(&mut self, index: u64, what: What, expected: &str, found: String) {
        self.findings.push(Finding::at_entry(index, what, expected, found));
    }

    fn read_statement(&mut self, index: u64, entry: &Entry) {
        match entry.statement() {
            Ok(statement) => {
                if let Kind::Unknown(kind) = statement.kind() {
                    self.unknown.push(Unknown::Kind(kind));
                }
                self.statement = Ok(statement);
            }
            Err(error) if error.is_unknown() => {
                self.statement = Err(Unread::UnknownVersion);
                self.unknown.push(Unknown::StatementVersion);
            }
            Err(error) => self.find(index, What::StatementMalformed, "a statement", error.to_string()),
        }
    }

    /// Judges the signatures of the entry, which stands at `index`, once it is known whether that over its statement holds.
    fn judge(&mut self, index: u64, signature: Result<(), VerifyError>) {
        let Ok(statement) = &self.statement else { return };
        for checked in [signature, statement.check_consent(), statement.check_revoked_suite()] {
            match checked {
                Ok(()) => {}
                Err(VerifyError::UnknownSuite { suite }) => self.unknown.push(Unknown::Suite(suite)),
                Err(VerifyError::UnknownKind { kind }) => self.unknown.push(Unknown::Kind(kind)),
                Err(error @ VerifyError::BadSignature) => {
                    self.is_sound = false;
                    self.find(index, What::Signature, "a valid signature", error.to_string());
                }
                Err(error @ VerifyError::BadConsent) => {
                    self.is_sound = false;
                    self.find(index, What::Consent, "a valid consent", error.to_string());
                }
            }
        }
    }
}
