//! A receipt that grows better: the same entry under a checkpoint that witnesses have cosigned.
//!
//! What the ledger sends takes the place of a receipt only when it is of the same entry, leads from it to a checkpoint that the
//! policy's log has signed, and reaches the policy's quorum. The receipt that it replaces is kept beside it, as `.1`, `.2` and so
//! on. Salts and details are this side's own and stay.

use std::path::{Path, PathBuf};

use super::disk::{Existing, Readers, WriteError, beside, write};
use super::held::{HeldError, read_receipt};
use super::known_ledger::KnownLedger;
use crate::client::ClientError;
use crate::ledger::{Receipt, ReceiptError};
use crate::merkle::ProofInvalid;
use crate::trust::{LogSignature, PosixTime, QuorumCheck};

/// Older receipts that are kept of one deposit, at most.
const MOST_KEPT: u32 = 9999;

/// Why a receipt was not replaced. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// There is none.
    #[error("there is no receipt {}", .0.display())]
    NoReceipt(PathBuf),
    /// It can't be read.
    #[error(transparent)]
    Held(#[from] HeldError),
    /// It is another ledger's.
    #[error("the receipt is of the ledger {receipt}, not {ledger}")]
    OtherLedger {
        /// Whose it is.
        receipt: String,
        /// Who was asked.
        ledger: String,
    },
    /// The ledger has none, or could not be reached.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What the ledger sent is no receipt.
    #[error("what the ledger sent is not a receipt: {0}")]
    NotAReceipt(#[from] ReceiptError),
    /// It is of another entry.
    #[error("the ledger sent a receipt of another entry: it no longer stands by the one that it gave")]
    OtherEntry,
    /// Its path leads elsewhere.
    #[error("the path of the receipt that the ledger sent does not hold: {0}")]
    BadPath(ProofInvalid),
    /// Its checkpoint is not signed by the log of the policy.
    #[error("the checkpoint of the receipt that the ledger sent is not signed by a log of the policy")]
    NotSigned,
    /// Too few witnesses of the policy have cosigned it.
    #[error("the checkpoint of the receipt that the ledger sent has not the policy's quorum ({cosigned} witnesses)")]
    NoQuorum {
        /// How many have.
        cosigned: usize,
    },
    /// A cosignature by a witness of the policy is wrong.
    #[error("a cosignature in the receipt that the ledger sent does not hold")]
    BadCosignature,
    /// The file can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There are too many older receipts.
    #[error("there are {MOST_KEPT} older receipts beside {}", .0.display())]
    TooMany(PathBuf),
}

impl RefreshError {
    /// A way out, in words for a person.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NoReceipt(_) | Self::Held(_) => Some("give the file PATH.receipt that `notarium submit` wrote"),
            Self::OtherLedger { .. } => Some("give the address of the ledger that the receipt is of"),
            Self::Client(error) => error.hint(),
            Self::NoQuorum { .. } => Some("try again later; the receipt that you have stays as it is"),
            Self::Write(error) => error.hint(),
            Self::TooMany(_) => Some("move the older ones away"),
            _ => Some("keep the receipt that you have; it may be evidence against the ledger"),
        }
    }
}

/// What became of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// It is the very one that the ledger gives.
    Same,
    /// It was replaced.
    Replaced {
        /// Where the older one is.
        kept: PathBuf,
        /// Witnesses of the policy that have cosigned.
        witnesses: Vec<String>,
        /// The time that they vouch for; none where the policy asks for no witness.
        vouched: Option<PosixTime>,
    },
}

/// Fetches the receipt under the first checkpoint that covers the entry and has the ledger's quorum, and puts it in place.
///
/// # Errors
/// [`RefreshError`].
pub fn refresh(path: &Path, ledger: &KnownLedger) -> Result<Refreshed, RefreshError> {
    let held = read_receipt(path)?.ok_or_else(|| RefreshError::NoReceipt(path.to_owned()))?;
    let (own, asked) = (held.receipt.checkpoint().origin().as_str(), ledger.key().name().as_str());
    if own != asked {
        return Err(RefreshError::OtherLedger { receipt: own.to_owned(), ledger: asked.to_owned() });
    }
    let fetched = Receipt::parse(&ledger.client().witnessed_receipt(held.receipt.index().get())?)?;
    let (witnesses, vouched) = check(&held.receipt, &fetched, ledger)?;
    let disclosure = held.receipt.disclosure();
    let fetched = fetched.with_disclosure(disclosure.evidence_salt().copied(), disclosure.details().cloned())?;
    if fetched.as_str().as_bytes() == held.bytes {
        return Ok(Refreshed::Same);
    }
    let readers = match (disclosure.evidence_salt(), disclosure.details()) {
        (None, None) => Readers::Everyone,
        _ => Readers::Owner,
    };
    // The older one first: at no time is there none.
    let kept = keep(path, &held.bytes, readers)?;
    write(path, fetched.as_str().as_bytes(), readers, Existing::Replace)?;
    Ok(Refreshed::Replaced { kept, witnesses, vouched })
}

fn check(
    held: &Receipt,
    fetched: &Receipt,
    ledger: &KnownLedger,
) -> Result<(Vec<String>, Option<PosixTime>), RefreshError> {
    let (entry, same) = (held.disclosure().entry_bytes(), fetched.disclosure().entry_bytes());
    if entry != same || held.index() != fetched.index() {
        return Err(RefreshError::OtherEntry);
    }
    let (leaf, checkpoint) = (held.disclosure().leaf_hash(), fetched.checkpoint());
    fetched.path().verify(held.index(), &leaf, checkpoint.head()).map_err(RefreshError::BadPath)?;
    let judgement = ledger.policy().judge(checkpoint);
    if !matches!(judgement.log, LogSignature::Valid(_)) {
        return Err(RefreshError::NotSigned);
    }
    let mut witnesses: Vec<String> = judgement.cosignatures.iter().map(|check| check.witness.clone()).collect();
    witnesses.dedup();
    match judgement.quorum {
        QuorumCheck::Reached { vouched } => Ok((witnesses, Some(vouched))),
        QuorumCheck::NotRequired => Ok((witnesses, None)),
        QuorumCheck::NotReached { cosigned } => Err(RefreshError::NoQuorum { cosigned }),
        QuorumCheck::Invalid => Err(RefreshError::BadCosignature),
    }
}

/// Writes the older receipt under the first number that is free.
fn keep(path: &Path, bytes: &[u8], readers: Readers) -> Result<PathBuf, RefreshError> {
    for number in 1..=MOST_KEPT {
        let kept = beside(path, &format!(".{number}"));
        match write(&kept, bytes, readers, Existing::Keep) {
            Ok(()) => return Ok(kept),
            Err(WriteError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(RefreshError::TooMany(path.to_owned()))
}
