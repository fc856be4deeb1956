//! The eight steps of docs/formats.md, "Verification", in order.
//!
//! Steps 2 to 4 are in `statement`, 5 and 6 in `checkpoint`. Every step is made as far as it can be made, whatever the
//! others say: an entry of an unknown version still has its leaf hashed and its path followed.

use super::checkpoint::{judge, no_checkpoint};
use super::facts::{self, CheckpointFacts, EntryFacts, Facts, LedgerSide, TimeFacts};
use super::folder::FolderDifference;
use super::interval::no_earlier;
use super::key::KeyStanding;
use super::member::Member;
use super::remark::Remark;
use super::sentence::Sentence;
use super::statement::{check_statement, no_statement};
use super::verdict::{Check, Outcome, Step, Verdict};
use super::words::Word;
use super::{Provenance, Report};
use crate::crypto::{Digests, sha256};
use crate::evidence::{Entry, EntryError};
use crate::ledger::Receipt;
use crate::merkle::Hash;
use crate::trust::{Policy, SignedCheckpoint};

/// What is verified, and with what.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The receipt's bytes.
    pub receipt: &'a [u8],
    /// Both digests and the length of the evidence as it is at hand; without it step 2 is not made.
    pub evidence: Option<Digests>,
    /// Where the evidence is the manifest of a folder that is at hand: how the folder differs from it. Part of step 2.
    pub folder: Option<FolderDifference>,
    /// Where the evidence is the manifest of a package, and one file of it is shown: that file. Part of step 2.
    pub member: Option<Member>,
    /// Whom the verifier trusts; without it steps 5 and 6 are not made.
    pub policy: Option<&'a Policy>,
    /// A checkpoint of the ledger from before the entry, which bounds its time from below if the quorum has cosigned it too.
    pub without: Option<&'a SignedCheckpoint>,
    /// What the ledger or a replayed copy says; without it step 8 is not made.
    pub ledger: Option<LedgerSide>,
    /// Remarks to print under the verdict.
    pub remarks: Vec<Remark>,
    /// Who verifies, when, with what; the digests in it are filled in here.
    pub provenance: Provenance,
}

impl<'a> Inputs<'a> {
    /// A receipt alone.
    #[must_use]
    pub fn new(receipt: &'a [u8]) -> Self {
        let provenance = Provenance::default();
        Self {
            receipt,
            evidence: None,
            folder: None,
            member: None,
            policy: None,
            without: None,
            ledger: None,
            remarks: Vec::new(),
            provenance,
        }
    }
}

/// Verifies a receipt: every step that can be made is made and reported, and the verdict follows from them.
///
/// Cost: two or three signatures, one more for each cosignature, and a hash for each level of the tree.
#[must_use]
pub fn verify_receipt(inputs: Inputs<'_>) -> Report {
    let mut facts = Facts { ledger: inputs.ledger, ..Facts::default() };
    facts.evidence.computed = inputs.evidence.as_ref().map(facts::DigestFacts::of);
    facts.evidence.folder = inputs.folder;
    facts.evidence.member = inputs.member;
    let checks = match Receipt::parse(inputs.receipt) {
        Ok(receipt) => {
            let checks = check_receipt(&receipt, inputs.evidence.as_ref(), inputs.policy, &mut facts);
            let no_earlier = inputs.without.map(|without| no_earlier(without, &receipt, inputs.policy, &facts));
            facts.times.no_earlier = no_earlier;
            checks
        }
        Err(error) => {
            let why =
                Sentence::from(Word::ReceiptNotParsed).with("code", error.code()).with("error", error.to_string());
            without_receipt(why, &facts)
        }
    };
    facts.before_ledger = facts::before_ledger(facts.details.as_ref());
    let mut provenance = inputs.provenance;
    provenance.receipt_sha256 = Some(sha256(&[inputs.receipt]).to_string());
    provenance.policy_sha256 = inputs.policy.map(policy_digest);
    Report { verdict: Verdict::of_receipt(&checks), checks, remarks: inputs.remarks, facts, provenance }
}

fn policy_digest(policy: &Policy) -> String {
    sha256(&[policy.as_bytes()]).to_string()
}

/// All eight steps over a receipt that parses.
fn check_receipt(
    receipt: &Receipt,
    evidence: Option<&Digests>,
    policy: Option<&Policy>,
    facts: &mut Facts,
) -> Vec<Check> {
    let leaf = receipt.disclosure().leaf_hash();
    let entry = receipt.disclosure().entry();
    let index = entry.as_ref().map_or_else(|_| receipt.index(), Entry::index);
    facts.entry = Some(EntryFacts { index: index.get(), leaf: leaf.to_string() });
    let mut checks = vec![check_index(receipt, &entry)];
    match &entry {
        Ok(entry) => {
            facts.times = TimeFacts { admitted: Some(entry.time()), ..TimeFacts::default() };
            checks.extend(check_statement(entry, receipt.disclosure(), evidence, facts));
        }
        Err(error) => checks.extend(no_statement(&entry_not_read(error), receipt.disclosure())),
    }
    checks.extend(judge(receipt.checkpoint(), policy, facts));
    checks.push(check_inclusion(receipt, &leaf));
    checks.push(check_ledger(facts));
    checks
}

/// Step 1: the receipt parses, and its index line equals the entry's index.
fn check_index(receipt: &Receipt, entry: &Result<Entry, EntryError>) -> Check {
    let (outcome, why) = match entry {
        Ok(entry) if entry.index() == receipt.index() => {
            (Outcome::Passed, Sentence::from(Word::IndexEqual).with("index", entry.index().get()))
        }
        Ok(entry) => {
            let why = Sentence::from(Word::IndexDiffers).with("line", receipt.index().get());
            (Outcome::Failed, why.with("entry", entry.index().get()))
        }
        Err(error) => (Outcome::NotMade, entry_not_read(error)),
    };
    Check::new(Step::Receipt, outcome, why)
}

fn entry_not_read(error: &EntryError) -> Sentence {
    Sentence::from(Word::EntryNotUnderstood).with("error", error.to_string())
}

/// Step 7: index < size, and the path leads from the leaf hash to the root.
fn check_inclusion(receipt: &Receipt, leaf: &Hash) -> Check {
    let head = *receipt.checkpoint().head();
    let (index, path) = (receipt.index(), receipt.path());
    let say = |word| {
        Sentence::from(word)
            .with("hashes", path.hashes().len() as u64)
            .with("index", index.get())
            .with("size", head.size.get())
    };
    let (outcome, why) = if index.get() >= head.size.get() {
        (Outcome::Failed, say(Word::IndexBeyondSize))
    } else {
        match path.verify(index, leaf, &head) {
            Ok(()) => (Outcome::Passed, say(Word::PathLeads)),
            Err(error) => (Outcome::Failed, say(Word::PathWrong).with("error", error.to_string())),
        }
    };
    Check::new(Step::Inclusion, outcome, why)
}

/// Step 8: what the caller found where the ledger or a replayed copy was at hand.
fn check_ledger(facts: &Facts) -> Check {
    let index = facts.entry.as_ref().map(|entry| entry.index);
    let Some(side) = &facts.ledger else { return Check::new(Step::Ledger, Outcome::NotMade, Word::LedgerNotAtHand) };
    let source = match side.replayed {
        Some(entries) => Sentence::from(Word::LedgerReplayed).with("size", entries),
        None => Word::LedgerAsked.into(),
    };
    let earlier = match &side.earlier {
        Some(earlier) => Sentence::from(Word::EarlierDeposits).with("count", earlier.len() as u64),
        None => Word::EarlierNotApplicable.into(),
    };
    let asked = Check::new(Step::Ledger, Outcome::Passed, source.with("source", side.source.as_str()));
    let key = side.key.summary(index.unwrap_or(u64::MAX));
    let made = if side.key.standing == KeyStanding::NotChecked { Outcome::NotMade } else { Outcome::Passed };
    let check = key.into_iter().fold(asked, |check, said| check.and(made, said)).and(Outcome::Passed, earlier);
    if side.partial.is_empty() {
        return check;
    }
    check.and(Outcome::Passed, Sentence::from(Word::PartialHits).with("count", side.partial.len() as u64))
}

/// All eight steps when there is no receipt to make them on: none is made.
fn without_receipt(why: Sentence, facts: &Facts) -> Vec<Check> {
    let not_made = |step| Check::new(step, Outcome::NotMade, Word::NoEntry);
    let mut checks = vec![Check::new(Step::Receipt, Outcome::NotMade, why)];
    checks.extend([Step::Evidence, Step::Signature, Step::Disclosure].map(not_made));
    checks.extend(no_checkpoint());
    checks.push(not_made(Step::Inclusion));
    checks.push(check_ledger(facts));
    checks
}

/// A search of a replayed ledger for evidence that has no receipt.
#[derive(Debug)]
pub struct Search<'a> {
    /// The evidence that was looked for.
    pub evidence: Digests,
    /// Whom the verifier trusts.
    pub policy: Option<&'a Policy>,
    /// The checkpoint that the replay went to.
    pub checkpoint: &'a SignedCheckpoint,
    /// Where the ledger was: a URL or a path.
    pub source: &'a str,
    /// Whether every entry below the checkpoint's size was replayed and the replay found nothing wrong.
    pub complete: bool,
    /// Entries that deposit the evidence openly.
    pub found: &'a [u64],
    /// Who verifies, when, with what.
    pub provenance: Provenance,
}

/// Reports that evidence is not deposited, which only a complete replay to a checkpoint that passes steps 5 and 6 can say.
///
/// It speaks of open deposits: a salted one of the same evidence cannot be found without its salt.
#[must_use]
pub fn report_absence(search: Search<'_>) -> Report {
    let mut facts = Facts::default();
    facts.evidence.computed = Some(facts::DigestFacts::of(&search.evidence));
    let mut checks: Vec<Check> = judge(search.checkpoint, search.policy, &mut facts).into();
    let size = search.checkpoint.head().size.get();
    let (outcome, why) = if !search.found.is_empty() {
        let list = search.found.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        (Outcome::NotMade, Sentence::from(Word::SearchFound).with("entries", list))
    } else if search.complete {
        (Outcome::Passed, Sentence::from(Word::SearchComplete).with("size", size))
    } else {
        (Outcome::NotMade, Word::SearchIncomplete.into())
    };
    checks.push(Check::new(Step::Ledger, outcome, why.with("source", search.source)));
    let mut provenance = search.provenance;
    provenance.policy_sha256 = search.policy.map(policy_digest);
    Report { verdict: Verdict::of_search(&checks), checks, remarks: Vec::new(), facts, provenance }
}

impl CheckpointFacts {
    /// The checkpoint's own words.
    pub(super) fn of(signed: &SignedCheckpoint) -> Self {
        let checkpoint = signed.checkpoint();
        let head = checkpoint.head;
        Self { origin: checkpoint.origin.to_string(), size: head.size.get(), root: head.root.to_string() }
    }
}
