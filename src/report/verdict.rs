//! Checks and the verdict that they add up to.
//!
//! Every step of "Verification" in docs/formats.md is a [`Check`] of its own, and the verdict is a function of the checks
//! and of nothing else: remarks and facts cannot soften it.

use serde::Serialize;

use super::sentence::{Sentence, Value};
use super::words::Word;

/// The steps of docs/formats.md, "Verification", by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// 1: the receipt parses, and its index line equals the entry's index.
    Receipt = 1,
    /// 2: the evidence's digests and length equal the statement's.
    Evidence = 2,
    /// 3: the submitter's signature.
    Signature = 3,
    /// 4: what is disclosed matches its commitment.
    Disclosure = 4,
    /// 5: the checkpoint is signed by a log key of the policy.
    Log = 5,
    /// 6: the cosignatures reach the quorum.
    Witnesses = 6,
    /// 7: the inclusion path leads to the root.
    Inclusion = 7,
    /// 8: what the ledger or a replayed copy says.
    Ledger = 8,
}

impl Step {
    /// Its number, 1 to 8.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Its short name.
    #[must_use]
    pub fn name(self) -> Word {
        match self {
            Self::Receipt => Word::StepReceipt,
            Self::Evidence => Word::StepEvidence,
            Self::Signature => Word::StepSignature,
            Self::Disclosure => Word::StepDisclosure,
            Self::Log => Word::StepLog,
            Self::Witnesses => Word::StepWitnesses,
            Self::Inclusion => Word::StepInclusion,
            Self::Ledger => Word::StepLedger,
        }
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was made and holds.
    Passed,
    /// It was made and does not hold.
    Failed,
    /// It was not made.
    NotMade,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Self::Passed => Word::Passed,
            Self::Failed => Word::Failed,
            Self::NotMade => Word::NotMade,
        }
    }

    /// Of two parts of one check: failed if either failed, else not made if either was not.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::NotMade, _) | (_, Self::NotMade) => Self::NotMade,
            (Self::Passed, Self::Passed) => Self::Passed,
        }
    }
}

/// One step, how it came out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which step.
    pub step: Step,
    /// How it came out.
    pub outcome: Outcome,
    /// Why, with the numbers; at least one sentence.
    pub detail: Vec<Sentence>,
}

impl Check {
    /// A check with one reason.
    pub(super) fn new(step: Step, outcome: Outcome, why: impl Into<Sentence>) -> Self {
        Self { step, outcome, detail: vec![why.into()] }
    }

    /// Adds a part: the check is only as good as its worst part.
    pub(super) fn and(mut self, outcome: Outcome, why: impl Into<Sentence>) -> Self {
        self.outcome = self.outcome.and(outcome);
        self.detail.push(why.into());
        self
    }
}

impl Serialize for Check {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("Check", 5)?;
        out.serialize_field("step", &self.step.number())?;
        out.serialize_field("id", &self.step)?;
        out.serialize_field("name", self.step.name().text(super::Language::En))?;
        out.serialize_field("outcome", &self.outcome)?;
        out.serialize_field("detail", &self.detail)?;
        out.end()
    }
}

/// What the checks add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All of 1 to 7 were made and passed.
    Match,
    /// A check that was made failed.
    Mismatch,
    /// None failed, but one of 1 to 7 could not be made.
    Undetermined,
    /// A complete replay to a checkpoint that passes 5 and 6 holds no deposit of the evidence.
    NotDeposited,
}

impl Verdict {
    /// The outcome rule of docs/formats.md for a receipt: mismatch before undetermined before match.
    pub(super) fn of_receipt(checks: &[Check]) -> Self {
        let made = |c: &Check| c.step == Step::Ledger || c.outcome == Outcome::Passed;
        if checks.iter().any(|c| c.outcome == Outcome::Failed) {
            Self::Mismatch
        } else if checks.iter().all(made) {
            Self::Match
        } else {
            Self::Undetermined
        }
    }

    /// The outcome rule for a search without a receipt: `checks` are 5, 6 and the search itself, and all must pass.
    pub(super) fn of_search(checks: &[Check]) -> Self {
        let passed = |step| checks.iter().any(|c| c.step == step && c.outcome == Outcome::Passed);
        if checks.iter().any(|c| c.outcome == Outcome::Failed) {
            Self::Mismatch
        } else if [Step::Log, Step::Witnesses, Step::Ledger].into_iter().all(passed) {
            Self::NotDeposited
        } else {
            Self::Undetermined
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Self::Match => Word::Match,
            Self::Mismatch => Word::Mismatch,
            Self::Undetermined => Word::Undetermined,
            Self::NotDeposited => Word::NotDeposited,
        }
    }

    /// The exit code of a command that ends with this verdict: 0 it holds, 1 it does not, 2 it could not be told.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Match => 0,
            Self::Mismatch | Self::NotDeposited => 1,
            Self::Undetermined => 2,
        }
    }

    /// What the verdict means, naming the steps that it rests on.
    pub(super) fn meaning(self, checks: &[Check]) -> Sentence {
        let steps = |outcome| {
            let of = checks
                .iter()
                .filter(|c| c.outcome == outcome && (c.step != Step::Ledger || outcome == Outcome::Failed));
            Value::List(of.map(|c| Sentence::from(Word::Check).with("step", u64::from(c.step.number()))).collect())
        };
        match self {
            Self::Match => Word::MatchMeans.into(),
            Self::Mismatch => Sentence::from(Word::MismatchMeans).with("steps", steps(Outcome::Failed)),
            Self::Undetermined => Sentence::from(Word::UndeterminedMeans).with("steps", steps(Outcome::NotMade)),
            Self::NotDeposited => Word::NotDepositedMeans.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(outcomes: [Outcome; 8]) -> Vec<Check> {
        use Step::{Disclosure, Evidence, Inclusion, Ledger, Log, Receipt, Signature, Witnesses};
        let steps = [Receipt, Evidence, Signature, Disclosure, Log, Witnesses, Inclusion, Ledger];
        steps.into_iter().zip(outcomes).map(|(s, o)| Check::new(s, o, Word::Check)).collect()
    }

    #[test]
    fn mismatch_wins_over_undetermined_and_that_over_match() {
        use Outcome::{Failed, NotMade, Passed};
        for at in 0..8 {
            let mut outcomes = [Passed; 8];
            assert_eq!(Verdict::of_receipt(&checks(outcomes)), Verdict::Match);
            outcomes[at] = NotMade;
            let expected = if at == 7 { Verdict::Match } else { Verdict::Undetermined };
            assert_eq!(Verdict::of_receipt(&checks(outcomes)), expected, "step {}", at + 1);
            outcomes[(at + 1) % 8] = Failed;
            assert_eq!(Verdict::of_receipt(&checks(outcomes)), Verdict::Mismatch);
        }
    }
}
