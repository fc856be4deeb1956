//! What is on disk from an earlier run: a receipt, or a deposit that has begun, and whether it is what is wanted now.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::part::{MAX_PART_BYTES, Part, PartError};
use crate::crypto::{Digests, PublicKey};
use crate::evidence::{Body, DigestMode, Evidence, Fingerprint, Salt, SignedStatement, StatementId};
use crate::ledger::{MAX_RECEIPT_BYTES, Receipt, ReceiptError};
use crate::report::{Inputs, Language, Outcome, Report, Step, verify_receipt};
use crate::trust::Policy;

/// What a deposit shall be, beside the evidence itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Private details, exactly as they are committed to.
    pub details: Option<Vec<u8>>,
    /// Salted: nobody can find the deposit by the file.
    pub private: bool,
    /// The statement that this one supplements or follows.
    pub continues: Option<StatementId>,
    /// Deposit again, and replace receipt and manifest.
    pub force: bool,
    /// Wait, as long as the ledger does, for a receipt that witnesses stand behind.
    pub witnessed: bool,
    /// How long to wait for another run that is at the same evidence; none for as long as it takes.
    pub lock_wait: Option<Duration>,
}

/// Why what is on disk is not what is wanted now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The evidence is not the same any more.
    #[error("it is for other bytes: the evidence has changed since")]
    OtherBytes,
    /// It is salted, and the salt is not disclosed.
    #[error("its salt is withheld, so it cannot be told whether it is for the same bytes")]
    SaltWithheld,
    /// Somebody else signed.
    #[error("it was signed with another key, {0}")]
    OtherKey(String),
    /// It has other private details than are wanted.
    #[error("it does not carry the details that are asked for now")]
    OtherDetails,
    /// It is an open deposit, and a private one is wanted.
    #[error("it is an open deposit, not a private one")]
    NotPrivate,
    /// It continues nothing, or something else.
    #[error("it does not continue the deposit that is asked for now")]
    OtherContinues,
    /// It is from, or meant for, another ledger.
    #[error("it is for another ledger")]
    OtherLedger,
    /// It does not hold.
    #[error("it does not verify: {0}")]
    NotSound(String),
    /// It is not a deposit of evidence.
    #[error("it is no deposit of evidence")]
    NotEvidence,
}

/// Why what is on disk cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HeldError {
    /// The file system said no.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// No receipt.
    #[error("{} is not a receipt", path.display())]
    NotAReceipt {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ReceiptError,
    },
    /// No deposit that has begun.
    #[error("{} is not a deposit that has begun", path.display())]
    NotAPart {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: PartError,
    },
}

/// A receipt file, read but not verified.
#[derive(Clone, Debug)]
pub struct HeldReceipt {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What they say.
    pub receipt: Receipt,
}

impl HeldReceipt {
    /// The statement of its entry, where its version is understood.
    #[must_use]
    pub fn statement(&self) -> Option<SignedStatement> {
        self.receipt.disclosure().entry().ok().and_then(|entry| entry.statement().ok())
    }
}

/// Reads a receipt file; `None` when there is none.
///
/// # Errors
/// [`HeldError`].
pub fn read_receipt(path: &Path) -> Result<Option<HeldReceipt>, HeldError> {
    let Some(bytes) = read_limited(path, MAX_RECEIPT_BYTES as u64)? else { return Ok(None) };
    match Receipt::parse(&bytes) {
        Ok(receipt) => Ok(Some(HeldReceipt { bytes, receipt })),
        Err(source) => Err(HeldError::NotAReceipt { path: path.to_owned(), source }),
    }
}

/// Reads a deposit that has begun; `None` when there is none.
pub(super) fn read_part(path: &Path) -> Result<Option<Part>, HeldError> {
    let Some(bytes) = read_limited(path, MAX_PART_BYTES)? else { return Ok(None) };
    // What is not UTF-8 differs from the first line at the latest where it is not.
    let parsed = Part::parse(&String::from_utf8_lossy(&bytes));
    parsed.map(Some).map_err(|source| HeldError::NotAPart { path: path.to_owned(), source })
}

/// One byte more than `limit` at most: the parser refuses what is too long.
fn read_limited(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, HeldError> {
    let read = File::open(path).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(HeldError::Unreadable { path: path.to_owned(), source }),
    }
}

impl Wish {
    /// Whether a receipt is for these bytes, by this key, with what is wanted, from a ledger of the policy, and holds.
    pub(super) fn is_met_by(
        &self,
        held: &HeldReceipt,
        digests: &Digests,
        key: &PublicKey,
        policy: &Policy,
    ) -> Result<(), Conflict> {
        let disclosure = held.receipt.disclosure();
        let statement = held.statement().ok_or(Conflict::NotEvidence)?;
        let details = disclosure.details().map(|details| details.json.as_slice());
        self.is_met_by_statement(&statement, disclosure.evidence_salt(), details, digests, key)?;
        let origin = held.receipt.checkpoint().checkpoint().origin.as_str();
        if !policy.logs().iter().any(|log| log.key.name().as_str() == origin) {
            return Err(Conflict::OtherLedger);
        }
        soundness(&held.bytes, Some(digests), policy).map_err(Conflict::NotSound)
    }

    /// Whether a deposit that has begun is of these bytes, by this key, with what is wanted, and meant for this ledger.
    pub(super) fn is_met_by_part(
        &self,
        part: &Part,
        digests: &Digests,
        key: &PublicKey,
        ledger: &str,
    ) -> Result<(), Conflict> {
        let details = part.details.as_ref().map(|details| details.json.as_slice());
        self.is_met_by_statement(&part.statement, part.evidence_salt.as_ref(), details, digests, key)?;
        if part.ledger == ledger { Ok(()) } else { Err(Conflict::OtherLedger) }
    }

    fn is_met_by_statement(
        &self,
        statement: &SignedStatement,
        salt: Option<&Salt>,
        details: Option<&[u8]>,
        digests: &Digests,
        key: &PublicKey,
    ) -> Result<(), Conflict> {
        let (Body::Evidence(evidence), Some(signer)) = (statement.body(), statement.public_key()) else {
            return Err(Conflict::NotEvidence);
        };
        if expected(evidence, salt, digests, signer)? != evidence.fingerprint {
            return Err(Conflict::OtherBytes);
        }
        if signer != key {
            return Err(Conflict::OtherKey(signer.to_string()));
        }
        if self.details.is_some() && self.details.as_deref() != details {
            return Err(Conflict::OtherDetails);
        }
        if self.private && evidence.fingerprint.mode() == DigestMode::Plain {
            return Err(Conflict::NotPrivate);
        }
        if self.continues.is_some() && self.continues != evidence.continues {
            return Err(Conflict::OtherContinues);
        }
        Ok(())
    }
}

fn expected(
    evidence: &Evidence,
    salt: Option<&Salt>,
    digests: &Digests,
    signer: &PublicKey,
) -> Result<Fingerprint, Conflict> {
    match (evidence.fingerprint.mode(), salt) {
        (DigestMode::Plain, _) => Ok(Fingerprint::plain(digests)),
        (DigestMode::Salted, Some(salt)) => Ok(Fingerprint::salted(digests, salt, signer)),
        (DigestMode::Salted, None) => Err(Conflict::SaltWithheld),
    }
}

/// Makes steps 1 to 7 on a receipt (without digests, on one that is of no evidence, all but step 2) and says what does not
/// pass; that witnesses are still lacking is no fault of a receipt
/// which is a moment old.
pub(super) fn soundness(receipt: &[u8], digests: Option<&Digests>, policy: &Policy) -> Result<(), String> {
    let mut inputs = Inputs::new(receipt);
    inputs.evidence = digests.copied();
    inputs.policy = Some(policy);
    let report = verify_receipt(inputs);
    let is_needed = |step| is_needed(step) && (digests.is_some() || step != Step::Evidence);
    match report.checks.iter().find(|check| is_needed(check.step) && check.outcome != Outcome::Passed) {
        None if !has_failed(&report) => Ok(()),
        None => Err("a check failed".to_owned()),
        Some(check) => {
            let why = check.detail.iter().map(|sentence| sentence.in_language(Language::En));
            Err(format!("step {}: {}", check.step.number(), why.collect::<Vec<_>>().join("; ")))
        }
    }
}

fn has_failed(report: &Report) -> bool {
    report.checks.iter().any(|check| check.outcome == Outcome::Failed)
}

fn is_needed(step: Step) -> bool {
    !matches!(step, Step::Witnesses | Step::Ledger)
}
