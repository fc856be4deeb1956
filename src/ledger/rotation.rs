//! What receipts of rotations prove of a log's keys, to whoever trusts one of them.
//!
//! A rotation is signed by the key that is replaced and consented to by the one that replaces it. So trust goes on from a key
//! to the next, and what is known of the one before, its retirement, comes along. Follows docs/formats.md, "Rotations at
//! hand".

use thiserror::Error;

use crate::codec::Time;
use crate::evidence::{Body, SignedStatement, StatementId};
use crate::merkle::Hash;
use crate::note::VerifierKey;
use crate::trust::Policy;

use super::Receipt;

/// Why a receipt does not prove a rotation that the policy can follow.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RotationProofError {
    /// It is the receipt of something else, or nothing that is understood.
    #[error("it is not the receipt of a rotation: {0}")]
    NotARotation(String),
    /// It does not hold together.
    #[error("it does not hold: {0}")]
    DoesNotHold(String),
    /// No key of the policy leads to it.
    #[error("it replaces {old} by {new}, and the policy trusts neither nor a key that leads to them")]
    Unrelated {
        /// The key that it replaces.
        old: Box<VerifierKey>,
        /// The key that replaces it.
        new: Box<VerifierKey>,
    },
    /// Its checkpoint does not pass the policy.
    #[error(
        "its checkpoint does not pass the policy: no key that leads from the policy signed it, or its quorum is not reached"
    )]
    NotTrusted,
    /// Another rotation contradicts it: the ledger has two histories.
    #[error("another rotation replaces or names the same key: the ledger has signed two histories")]
    Contradicted,
}

/// A rotation whose own signatures and path hold.
struct Proven<'a> {
    receipt: &'a Receipt,
    id: StatementId,
    ledger: Hash,
    old: VerifierKey,
    new: VerifierKey,
    retired: Time,
}

/// The policy with what these receipts prove: the keys that lead on from those which it names or lead to them, and the
/// retirement of each that was replaced.
///
/// # Errors
///
/// The first receipt that proves nothing, by its place, and why.
pub fn follow_rotations(policy: &Policy, receipts: &[Receipt]) -> Result<Policy, (usize, RotationProofError)> {
    let mut proven: Vec<Proven<'_>> = Vec::new();
    for (place, receipt) in receipts.iter().enumerate() {
        let next = prove(receipt).map_err(|error| (place, error))?;
        let contradicts = |one: &Proven<'_>| {
            let same = one.old == next.old || one.new == next.new;
            let ledgers = one.old.name() == next.old.name() && one.ledger != next.ledger;
            one.id != next.id && (same || ledgers)
        };
        if proven.iter().any(contradicts) {
            return Err((place, RotationProofError::Contradicted));
        }
        proven.push(next);
    }
    let mut known = policy.clone();
    let trusts = |known: &Policy, key: &VerifierKey| known.logs().iter().any(|log| log.key == *key);
    // Each pass leads on by one key at least, or ends.
    loop {
        let leads = |one: &&Proven<'_>| trusts(&known, &one.old) != trusts(&known, &one.new);
        let Some(next) = proven.iter().find(leads) else { break };
        known = known.with_logs(&[next.old.clone(), next.new.clone()]);
    }
    for (place, one) in proven.iter().enumerate() {
        if !trusts(&known, &one.old) {
            let (old, new) = (Box::new(one.old.clone()), Box::new(one.new.clone()));
            return Err((place, RotationProofError::Unrelated { old, new }));
        }
        if !known.judge(one.receipt.checkpoint()).passes() {
            return Err((place, RotationProofError::NotTrusted));
        }
    }
    Ok(proven.iter().fold(known, |known, one| known.with_retired(&one.old, one.retired)))
}

/// Everything about a rotation's receipt that needs no trust.
fn prove(receipt: &Receipt) -> Result<Proven<'_>, RotationProofError> {
    let not = |why: &dyn ToString| RotationProofError::NotARotation(why.to_string());
    let wrong = |why: &dyn ToString| RotationProofError::DoesNotHold(why.to_string());
    let entry = receipt.disclosure().entry().map_err(|error| not(&error))?;
    let statement: SignedStatement = entry.statement().map_err(|error| not(&error))?;
    let statement = match statement.body() {
        Body::Rotate(_) => statement.verify().map_err(|error| wrong(&error))?,
        body => return Err(not(&format!("it is of kind {}", body.kind().code()))),
    };
    let Body::Rotate(rotate) = statement.body() else { return Err(not(&"another kind")) };
    if entry.index() != receipt.index() {
        return Err(wrong(&"its index is not the entry's"));
    }
    let path = receipt.path().verify(receipt.index(), &entry.leaf_hash(), receipt.checkpoint().head());
    path.map_err(|error| wrong(&error))?;
    let (Some(old), Some(new)) = (statement.public_key(), rotate.key.known()) else {
        return Err(not(&"a key of a suite that is not understood"));
    };
    let vkey = |key| VerifierKey::new_ed25519(receipt.checkpoint().origin().key_name().clone(), key);
    let retired = entry.time().millis().saturating_add(rotate.overlap);
    Ok(Proven {
        receipt,
        id: statement.id(),
        ledger: rotate.ledger,
        old: vkey(*old),
        new: vkey(*new),
        retired: Time::from_millis(retired).unwrap_or(Time::MAX),
    })
}
