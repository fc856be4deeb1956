//! One deposit, from a path to a receipt beside it, that can be interrupted anywhere.
//!
//! 0. have the evidence to itself: from here to the end no other run deposits it;
//! 1. hash the evidence (a folder: write its manifest first);
//! 2. a receipt of the same bytes that verifies: done already;
//! 3. a `.receipt.part` of the same bytes: take up its statement; otherwise draw nonce and salts, sign, write it and sync;
//! 4. send the statement; a ledger admits it once, however often it is sent;
//! 5. check the receipt that comes back off line, put salts and details into it, write it and sync;
//! 6. remove the `.receipt.part`; a manifest that took the place of another, which had a receipt, gets its name now.
//!
//! A crash before 4 leaves nothing on the ledger, one after it leaves the `.part`, with which the next run gets the same entry.

use std::path::{Path, PathBuf};

use super::claim::{Claim, Evidence as Given};
use super::deposit_error::DepositError;
use super::disk::{self, Existing, Readers, WriteError};
use super::hashing::Progress;
use super::held::{HeldReceipt, Wish, read_part, read_receipt, soundness};
use super::known_ledger::KnownLedger;
use super::part::Part;
use super::target::Target;
use crate::api::{Earlier, KeyAtEntry};
use crate::client::{ClientError, Submitted};
use crate::codec::Time;
use crate::crypto::{Digests, SigningKey};
use crate::evidence::{Body, Commitment, Evidence, Fingerprint, Salt, SignedStatement};
use crate::ledger::{DisclosedDetails, Receipt};

/// A deposit that has its receipt.
#[derive(Clone, Debug)]
pub struct Deposit {
    /// Entry number.
    pub index: u64,
    /// When the ledger admitted it, by the ledger's clock.
    pub time: Time,
    /// Where the receipt lies.
    pub receipt: PathBuf,
    /// How it came about.
    pub course: Course,
}

/// How a deposit came about.
#[derive(Clone, Debug)]
pub enum Course {
    /// It was on the ledger, with its receipt here, before this run.
    Held,
    /// The ledger has answered now.
    Answered {
        /// An earlier run had begun it.
        resumed: bool,
        /// How the key stands, as the ledger says.
        key: Option<Box<KeyAtEntry>>,
        /// Earlier deposits of the same evidence, as the ledger says.
        earlier: Earlier,
    },
}

/// What is to be done about evidence that has been looked at.
pub(super) enum Prepared<'t> {
    /// Nothing: it has its receipt.
    Held(Deposit),
    /// Its statement is on disk and is to be sent.
    Begun(Box<Begun<'t>>),
}

/// A deposit whose statement is signed and on disk, and which has its evidence to itself.
pub(super) struct Begun<'t> {
    claim: Claim<'t>,
    given: Given,
    part: Part,
    resumed: bool,
}

impl Begun<'_> {
    /// What is to be sent.
    pub(super) fn statement(&self) -> &[u8] {
        self.part.statement.as_bytes()
    }
}

/// Makes deposits with one ledger, one key and one wish; shared by threads.
pub struct Depositor<'a> {
    /// The ledger.
    pub ledger: &'a KnownLedger,
    /// The key that signs.
    pub key: &'a SigningKey,
    /// What every deposit shall be.
    pub wish: &'a Wish,
    /// Is told how far the reading has come.
    pub progress: &'a dyn Progress,
}

impl Depositor<'_> {
    /// Deposits what `target` names, or finds that it was done, and leaves its receipt beside it. Waits while another run is
    /// at the same evidence, as long as the wish says.
    ///
    /// # Errors
    /// [`DepositError`]; where something was sent, the `.part` that finishes it stays.
    pub fn deposit(&self, target: &Target) -> Result<Deposit, DepositError> {
        match self.prepare(Claim::wait_for(target, self.progress, self.wish.lock_wait)?)? {
            Prepared::Held(deposit) => Ok(deposit),
            Prepared::Begun(begun) => {
                let (client, statement) = (self.ledger.client(), begun.statement());
                let answered =
                    if self.wish.witnessed { client.submit_witnessed(statement) } else { client.submit(statement) };
                self.conclude(&begun, answered)
            }
        }
    }

    /// Steps 1 to 3: everything before something is sent.
    pub(super) fn prepare<'t>(&self, claim: Claim<'t>) -> Result<Prepared<'t>, DepositError> {
        let given = claim.read(self.wish.force, self.progress)?;
        if let Some(held) = self.find_receipt(&claim, &given)? {
            return Ok(Prepared::Held(held));
        }
        let (part, resumed) = match self.find_part(claim.target, &given.digests)? {
            Some(part) => (part, true),
            None => (self.begin(&claim, &given.digests)?, false),
        };
        Ok(Prepared::Begun(Box::new(Begun { claim, given, part, resumed })))
    }

    /// Steps 5 and 6, once the ledger has answered to the statement.
    pub(super) fn conclude(
        &self,
        begun: &Begun<'_>,
        answered: Result<Submitted, ClientError>,
    ) -> Result<Deposit, DepositError> {
        let submitted = answered.inspect_err(|error| {
            // Refused for what it is, and never sent before: it is on no ledger, and its salts are of no use.
            if !begun.resumed && error.is_for_good() {
                let _ = disk::remove(&begun.claim.target.part());
            }
        })?;
        self.finish(begun, submitted)
    }

    /// A receipt from an earlier run, when there is one and it need not be replaced.
    fn find_receipt(&self, claim: &Claim<'_>, given: &Given) -> Result<Option<Deposit>, DepositError> {
        if self.wish.force {
            return Ok(None);
        }
        let path = claim.target.receipt();
        let Some(held) = read_receipt(&path)? else { return Ok(None) };
        self.wish
            .is_met_by(&held, &given.digests, &self.key.public(), self.ledger.policy())
            .map_err(|conflict| DepositError::ReceiptConflict { receipt: path.clone(), conflict })?;
        Self::clear_finished_part(claim.target, &held)?;
        claim.settle(given)?;
        deposit(path, &held.receipt, Course::Held).map(Some)
    }

    /// Removes the `.part` of a deposit that has its receipt: a run ended between the last two steps.
    fn clear_finished_part(target: &Target, held: &HeldReceipt) -> Result<(), DepositError> {
        let path = target.part();
        let Some(part) = read_part(&path)? else { return Ok(()) };
        if held.statement().is_some_and(|statement| statement.id() == part.statement.id()) {
            return Ok(disk::remove(&path)?);
        }
        Err(DepositError::PartBesideReceipt { part: path })
    }

    fn find_part(&self, target: &Target, digests: &Digests) -> Result<Option<Part>, DepositError> {
        let path = target.part();
        let Some(part) = read_part(&path)? else { return Ok(None) };
        let ledger = self.ledger.key().to_string();
        match self.wish.is_met_by_part(&part, digests, &self.key.public(), &ledger) {
            Ok(()) => Ok(Some(part)),
            Err(conflict) => Err(DepositError::PartConflict { part: path, conflict }),
        }
    }

    /// Draws nonce and salts, signs, and has it all on disk before anything is sent.
    fn begin(&self, claim: &Claim<'_>, digests: &Digests) -> Result<Part, DepositError> {
        let public_key = self.key.public();
        let evidence_salt = if self.wish.private { Some(Salt::from_bytes(random()?)) } else { None };
        let details = match &self.wish.details {
            Some(json) => Some(DisclosedDetails { salt: Salt::from_bytes(random()?), json: json.clone() }),
            None => None,
        };
        let evidence = Evidence {
            fingerprint: match &evidence_salt {
                Some(salt) => Fingerprint::salted(digests, salt, &public_key),
                None => Fingerprint::plain(digests),
            },
            claimed_time: Time::NOT_STATED,
            continues: self.wish.continues,
            details: details.as_ref().map(|details| Commitment::new(&details.salt, &public_key, &details.json)),
            nonce: random()?,
        };
        let statement = SignedStatement::sign(&Body::Evidence(evidence), self.key)?;
        let part = Part { ledger: self.ledger.key().to_string(), statement, evidence_salt, details };
        claim.write(&claim.target.part(), part.to_text().as_bytes(), Readers::Owner, Existing::Keep)?;
        Ok(part)
    }

    fn finish(&self, begun: &Begun<'_>, submitted: Submitted) -> Result<Deposit, DepositError> {
        let Begun { claim, given, part, resumed } = begun;
        let receipt = self.check_receipt(part, &given.digests, &submitted.answer.receipt)?;
        let path = claim.target.receipt();
        let readers = match (&part.evidence_salt, &part.details) {
            (None, None) => Readers::Everyone,
            _ => Readers::Owner,
        };
        let existing = if self.wish.force { Existing::Replace } else { Existing::Keep };
        match claim.write(&path, receipt.as_str().as_bytes(), readers, existing) {
            // Another run finished the same deposit in the meantime, where runs cannot be kept apart.
            Err(WriteError::Exists { .. }) if is_of(&path, part)? => {}
            written => written?,
        }
        disk::remove(&claim.target.part())?;
        claim.settle(given)?;
        deposit(
            path,
            &receipt,
            Course::Answered { resumed: *resumed, key: submitted.answer.key, earlier: submitted.answer.earlier },
        )
    }

    /// The ledger's receipt with salts and details put in, once every step that can be made without witnesses has passed.
    fn check_receipt(&self, part: &Part, digests: &Digests, text: &str) -> Result<Receipt, DepositError> {
        let bad = |why: String| DepositError::BadReceipt { why };
        let receipt = Receipt::parse(text.as_bytes()).map_err(|error| bad(error.to_string()))?;
        let statement = receipt.disclosure().entry().ok().and_then(|entry| entry.statement().ok());
        if statement.is_none_or(|statement| statement.as_bytes() != part.statement.as_bytes()) {
            return Err(bad("it is not of the statement that was sent".to_owned()));
        }
        let receipt = receipt.with_disclosure(part.evidence_salt, part.details.clone())?;
        soundness(receipt.as_str().as_bytes(), Some(digests), self.ledger.policy()).map_err(bad)?;
        Ok(receipt)
    }
}

fn deposit(path: PathBuf, receipt: &Receipt, course: Course) -> Result<Deposit, DepositError> {
    let entry = receipt.disclosure().entry().map_err(|error| DepositError::BadReceipt { why: error.to_string() })?;
    Ok(Deposit { index: entry.index().get(), time: entry.time(), receipt: path, course })
}

fn is_of(path: &Path, part: &Part) -> Result<bool, DepositError> {
    let held = read_receipt(path)?.and_then(|held| held.statement());
    Ok(held.is_some_and(|statement| statement.id() == part.statement.id()))
}

fn random<const N: usize>() -> Result<[u8; N], DepositError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(DepositError::Random)?;
    Ok(bytes)
}
