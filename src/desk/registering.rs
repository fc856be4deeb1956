//! An enrolment or revocation on its way to a ledger, and the receipt that comes back.

use super::held::soundness;
use super::known_ledger::KnownLedger;
use crate::client::ClientError;
use crate::codec::Time;
use crate::evidence::SignedStatement;
use crate::ledger::Receipt;

/// A registry statement that is an entry.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Entry number.
    pub index: u64,
    /// When the ledger admitted it, by the ledger's clock.
    pub time: Time,
    /// Its receipt, checked.
    pub receipt: Receipt,
    /// It was on the ledger before.
    pub repeated: bool,
}

/// Why a registry statement is not an entry, or has no receipt that holds.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The ledger refused or could not be reached.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The receipt does not hold.
    #[error("the ledger's receipt does not hold: {why}")]
    BadReceipt {
        /// Why not.
        why: String,
    },
}

impl RegisterError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Client(error) => error.hint(),
            Self::BadReceipt { .. } => Some("do not rely on this ledger before its operator has explained it"),
        }
    }
}

/// Sends an enrolment or revocation, and checks the receipt off line. Sending it again is safe.
///
/// # Errors
/// [`RegisterError`].
pub fn register(ledger: &KnownLedger, statement: &SignedStatement) -> Result<Registered, RegisterError> {
    let bad = |why: String| RegisterError::BadReceipt { why };
    let submitted = ledger.client().register(statement.as_bytes())?;
    let receipt = Receipt::parse(submitted.answer.receipt.as_bytes()).map_err(|error| bad(error.to_string()))?;
    let entry = receipt.disclosure().entry().map_err(|error| bad(error.to_string()))?;
    if entry.signed_statement() != statement.as_bytes() {
        let admitted = entry.statement().ok().map(|admitted| admitted.id());
        // Another signature of the same statement may have come first.
        if admitted != Some(statement.id()) {
            return Err(bad("it is not of the statement that was sent".to_owned()));
        }
    }
    soundness(receipt.as_str().as_bytes(), None, ledger.policy()).map_err(bad)?;
    Ok(Registered { index: entry.index().get(), time: entry.time(), receipt, repeated: submitted.repeated })
}
