//! Which statements of a batch are the first deposit of their evidence.
//!
//! The answer to such a statement has no earlier deposits to list, and the ledger can't have the statement itself: both are known
//! before the commit, by filters, and need not be looked for afterwards.

use std::collections::HashSet;

use crate::crypto::{Sha256Digest, Sm3Digest};
use crate::evidence::{Body, VerifiedStatement};
use crate::store::{Novelty, ReadError, Reader};

/// The evidence of the ledger and of the batch so far.
pub(super) struct Firsts<'a> {
    reader: &'a Reader,
    /// Made for the first statement that is asked about.
    ledger: Option<Novelty<'a>>,
    sha256: HashSet<Sha256Digest>,
    sm3: HashSet<Sm3Digest>,
}

impl<'a> Firsts<'a> {
    pub(super) fn new(reader: &'a Reader) -> Self {
        Self { reader, ledger: None, sha256: HashSet::new(), sm3: HashSet::new() }
    }

    /// Whether neither the ledger nor the batch before this statement has evidence with either of its digests. A statement that is
    /// not about evidence is never the first.
    pub(super) fn take(&mut self, statement: &VerifiedStatement) -> Result<bool, ReadError> {
        let Body::Evidence(evidence) = statement.body() else { return Ok(false) };
        let print = &evidence.fingerprint;
        let ledger = match &mut self.ledger {
            Some(ledger) => ledger,
            none => none.insert(self.reader.novelty()?),
        };
        let new_here = self.sha256.insert(*print.sha256()) & self.sm3.insert(*print.sm3());
        Ok(new_here && ledger.is_new(print)?)
    }
}
