//! From checks to a verdict, in words that a judge reads.
//!
//! [`verify_receipt`] makes the eight steps of docs/formats.md ("Verification") and returns every one of them in a
//! [`Report`], with the facts they rest on; [`report_absence`] is its counterpart for evidence that a complete replay did not find.
//! A report is data: [`render_text`] sets it in English or Chinese, [`Report::to_json`] gives it to programs, and both say
//! what a match does not prove. A [`PlatformStatement`] is about a ledger and who runs it, not about a deposit. No files, no clock, no network: the evidence comes in as digests, trust as a policy.

mod checkpoint;
mod document;
mod facts;
mod folder;
mod interval;
mod key;
mod layout;
mod member;
mod platform;
mod platform_text;
mod platform_words;
mod remark;
mod sentence;
mod statement;
mod text;
mod verdict;
mod verify;
mod words;

pub use document::{Document, DocumentError, DocumentKind, canonical_json, code_content};
pub use facts::{
    BeforeLedger, CheckpointFacts, Details, DigestFacts, EarlierDeposit, EntryFacts, EvidenceFacts, Facts, KeyFacts,
    LedgerSide, NoEarlier, PartialDeposit, StatementFacts, TimeFacts, Vouched, WitnessFacts,
};
pub use folder::{FolderDifference, Renamed};
pub use key::{EnrolmentFacts, KeyAtEntry, KeyStanding, RevocationFacts, Whom};
pub use layout::{padded, width};
pub use member::{Expected, Member};
pub use platform::{
    OperatorDeposits, OperatorKey, OperatorsWhy, PlatformKeyFile, PlatformLedger, PlatformServer, PlatformStatement,
    PlatformWitness,
};
pub use platform_text::render_platform;
pub use remark::{Change, Remark};
pub use sentence::{Sentence, Value};
pub use text::{LocalTime, render_text};
pub use verdict::{Check, Outcome, Step, Verdict};
pub use verify::{Inputs, Search, report_absence, verify_receipt};
pub use words::{Language, Word};

use serde::{Serialize, Serializer};

use crate::codec::Time;

/// The layout of the JSON; a change that breaks a reader is a new one.
const FORMAT: &str = "notarium/report/1";

/// What a match does not prove: printed in every report, whatever its verdict.
pub const NOT_PROVED: [Word; 10] = [
    Word::NotTrue,
    Word::NotAuthor,
    Word::NotFirst,
    Word::NotHolder,
    Word::NotBefore,
    Word::NotComplete,
    Word::NotLawful,
    Word::NotLookalike,
    Word::NotFiner,
    Word::NotCollusion,
];

/// A verdict with everything it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What the checks add up to.
    pub verdict: Verdict,
    /// Every step, made or not, in order.
    pub checks: Vec<Check>,
    /// Closest explanations, given in by the caller; they change no verdict.
    pub remarks: Vec<Remark>,
    /// What was found.
    pub facts: Facts,
    /// Who verified, when, with what.
    pub provenance: Provenance,
}

/// Who verified, when and with what; the names are for people, the digests tie the report to its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Software and version.
    pub software: String,
    /// Who verified.
    pub verified_by: Option<String>,
    /// When, by the verifier's clock. Two reports on the same inputs differ in nothing else.
    pub verified_at: Option<Time>,
    /// Name of the evidence's file.
    pub evidence: Option<String>,
    /// Name of the receipt's file.
    pub receipt: Option<String>,
    /// SHA-256 of the receipt's bytes.
    pub receipt_sha256: Option<String>,
    /// Name of the policy's file.
    pub policy: Option<String>,
    /// SHA-256 of the policy's bytes.
    pub policy_sha256: Option<String>,
}

impl Default for Provenance {
    /// This version of Notarium, and nothing else known.
    fn default() -> Self {
        Self {
            software: concat!("notarium ", env!("CARGO_PKG_VERSION")).to_owned(),
            verified_by: None,
            verified_at: None,
            evidence: None,
            receipt: None,
            receipt_sha256: None,
            policy: None,
            policy_sha256: None,
        }
    }
}

impl Report {
    /// The check of a step; a search without a receipt has only some.
    #[must_use]
    pub fn check(&self, step: Step) -> Option<&Check> {
        self.checks.iter().find(|check| check.step == step)
    }

    /// The report as indented JSON, ending in LF.
    ///
    /// # Errors
    ///
    /// None that a report's own values can raise; `serde_json`'s are passed on.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }
}

/// A word with its English text, as JSON lists it.
#[derive(Serialize)]
struct Named {
    id: Word,
    text: &'static str,
}

impl From<Word> for Named {
    fn from(word: Word) -> Self {
        Self { id: word, text: word.text(Language::En) }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a> {
            format: &'static str,
            verdict: Verdict,
            meaning: Sentence,
            proves: Option<Named>,
            not_proved: Vec<Named>,
            checks: &'a [Check],
            remarks: &'a [Remark],
            facts: &'a Facts,
            provenance: &'a Provenance,
        }
        Shape {
            format: FORMAT,
            verdict: self.verdict,
            meaning: self.verdict.meaning(&self.checks),
            proves: self.proves().map(Named::from),
            not_proved: NOT_PROVED.map(Named::from).into(),
            checks: &self.checks,
            remarks: &self.remarks,
            facts: &self.facts,
            provenance: &self.provenance,
        }
        .serialize(serializer)
    }
}

impl Report {
    /// What the verdict proves: on a match that the data was not altered after deposit (Article 16), else nothing.
    #[must_use]
    pub fn proves(&self) -> Option<Word> {
        (self.verdict == Verdict::Match).then_some(Word::ProvesText)
    }
}

impl Serialize for Provenance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("Provenance", 8)?;
        out.serialize_field("software", &self.software)?;
        out.serialize_field("verified_by", &self.verified_by)?;
        out.serialize_field("verified_at", &self.verified_at.map(|time| time.to_string()))?;
        out.serialize_field("evidence", &self.evidence)?;
        out.serialize_field("receipt", &self.receipt)?;
        out.serialize_field("receipt_sha256", &self.receipt_sha256)?;
        out.serialize_field("policy", &self.policy)?;
        out.serialize_field("policy_sha256", &self.policy_sha256)?;
        out.end()
    }
}
