//! A certificate or a verification report as one file: HTML that prints on A4, or canonical JSON.
//!
//! Both show one [`Report`](super::Report) and differ in what stands first: a certificate tells of a deposit, a report of a verification. The HTML is
//! whole in itself: no script, no network, style and QR code inside. A certificate does not carry the receipt, which may
//! hold salts; it names it by its digest.

mod html;
mod json;
mod page;
mod qr;

pub use json::canonical_json;
pub use qr::code_content;

use super::words::{Language, Word};
use super::{LocalTime, Report, Verdict};
use crate::ledger::Receipt;
use crate::note::VerifierKey;
use crate::trust::Policy;

/// The formats that a deposit is written in; docs/formats.md has them.
const FORMATS: [&str; 4] = ["notarium/statement/1", "notarium/entry/1", "notarium/receipt/1", "c2sp.org/tlog-proof@v1"];

/// The command that verifies a deposit.
const VERIFY_COMMAND: &str = "notarium verify EVIDENCE --receipt RECEIPT --policy POLICY";

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// 存证证书.
    Certificate,
    /// 核验报告.
    VerificationReport,
}

impl DocumentKind {
    /// The layout of its JSON; a change that breaks a reader is a new one.
    fn format(self) -> &'static str {
        match self {
            Self::Certificate => "notarium/certificate/1",
            Self::VerificationReport => "notarium/verification-report/1",
        }
    }

    fn title(self) -> Word {
        match self {
            Self::Certificate => Word::Certificate,
            Self::VerificationReport => Word::Report,
        }
    }
}

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// A certificate of it would mislead.
    #[error("the verdict is mismatch, and a deposit that does not verify gets no certificate")]
    Mismatch,
    /// There is nothing to certify.
    #[error("the receipt shows no deposit of evidence that this version understands")]
    NoDeposit,
}

impl DocumentError {
    /// The way out.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Mismatch => Some("`notarium verify EVIDENCE --receipt RECEIPT --report OUT` writes down what failed"),
            Self::NoDeposit => Some("`notarium show RECEIPT` says what the receipt holds"),
        }
    }
}

/// A report with what it was made from, to be written down.
#[derive(Debug)]
pub struct Document<'a> {
    kind: DocumentKind,
    report: &'a Report,
    receipt: Option<Receipt>,
    policy: Option<&'a Policy>,
}

impl<'a> Document<'a> {
    /// A verification report, whatever its verdict. `receipt` and `policy` are what `report` was made from.
    #[must_use]
    pub fn report(report: &'a Report, receipt: &[u8], policy: Option<&'a Policy>) -> Self {
        Self { kind: DocumentKind::VerificationReport, report, receipt: Receipt::parse(receipt).ok(), policy }
    }

    /// A certificate.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] when a check failed, or when the receipt is not of evidence.
    pub fn certificate(report: &'a Report, receipt: &[u8], policy: Option<&'a Policy>) -> Result<Self, DocumentError> {
        if report.facts.evidence.recorded.is_none() {
            return Err(DocumentError::NoDeposit);
        }
        if report.verdict == Verdict::Mismatch {
            return Err(DocumentError::Mismatch);
        }
        Ok(Self { kind: DocumentKind::Certificate, ..Self::report(report, receipt, policy) })
    }

    /// As canonical JSON (RFC 8785): the same bytes for whoever verifies the same things with the same version, but for the
    /// member `verification`.
    ///
    /// # Errors
    ///
    /// None that a report's own values can raise; `serde_json`'s are passed on.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        json::document(self)
    }

    /// As an HTML file in these languages, one beside the other.
    #[must_use]
    pub fn to_html(&self, languages: &[Language], local_time: LocalTime<'_>) -> String {
        page::render(self, languages, local_time)
    }

    /// Keys that the policy names, logs before witnesses.
    fn policy_keys(&self) -> Vec<(Word, &VerifierKey)> {
        let Some(policy) = self.policy else { return Vec::new() };
        let logs = policy.logs().iter().map(|log| (Word::PolicyLogKey, &log.key));
        let witnesses = policy.witnesses().iter().map(|witness| (Word::PolicyWitnessKey, &witness.key));
        logs.chain(witnesses).collect()
    }

    /// The hashes of the inclusion path, leaf side first.
    fn path(&self) -> Vec<String> {
        let hashes = self.receipt.iter().flat_map(|receipt| receipt.path().hashes());
        hashes.map(ToString::to_string).collect()
    }
}
