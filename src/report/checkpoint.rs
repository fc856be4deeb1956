//! Steps 5 and 6: who signed the checkpoint, and who vouches for its time.

use super::facts::{CheckpointFacts, Facts, KeyFacts, Vouched, WitnessFacts};
use super::sentence::Sentence;
use super::verdict::{Check, Outcome, Step};
use super::words::Word;
use crate::note::VerifierKey;
use crate::trust::{
    CheckpointJudgement, CosignatureCheck, LogSignature, Policy, PosixTime, QuorumCheck, SignedCheckpoint,
};

/// Steps 5 and 6 when there is no checkpoint.
pub(super) fn no_checkpoint() -> [Check; 2] {
    [Step::Log, Step::Witnesses].map(|step| Check::new(step, Outcome::NotMade, Word::NoCheckpoint))
}

/// Steps 5 and 6, by the policy; without one neither is made.
pub(super) fn judge(checkpoint: &SignedCheckpoint, policy: Option<&Policy>, facts: &mut Facts) -> [Check; 2] {
    facts.checkpoint = Some(CheckpointFacts::of(checkpoint));
    let Some(policy) = policy else {
        return [Step::Log, Step::Witnesses].map(|step| Check::new(step, Outcome::NotMade, Word::PolicyNotGiven));
    };
    let judgement = policy.judge(checkpoint);
    [check_log(&judgement, facts), check_witnesses(&judgement, facts)]
}

impl KeyFacts {
    fn of(key: &VerifierKey) -> Self {
        Self { name: key.name().to_string(), id: key.id().to_string() }
    }

    fn of_witness(check: &CosignatureCheck) -> Self {
        Self { name: check.key_name.to_string(), id: check.key_id.to_string() }
    }
}

/// Step 5: the checkpoint is signed by a log key in the policy, and its origin is that log's.
fn check_log(judgement: &CheckpointJudgement, facts: &mut Facts) -> Check {
    let origin = facts.checkpoint.as_ref().map(|checkpoint| checkpoint.origin.clone()).unwrap_or_default();
    let (outcome, why) = match &judgement.log {
        LogSignature::Valid(key) => {
            facts.relied_on.push(KeyFacts::of(key));
            (Outcome::Passed, Sentence::from(Word::LogSigned).with("key", named(key)))
        }
        LogSignature::UnknownKey => (Outcome::NotMade, Word::LogKeyUnknown.into()),
        LogSignature::Retired { key, at } => {
            (Outcome::NotMade, Sentence::from(Word::LogKeyRetired).with("key", named(key)).with("time", *at))
        }
        LogSignature::Invalid { key, error } => {
            let why = Sentence::from(Word::LogSignatureBad).with("key", named(key));
            (Outcome::Failed, why.with("error", error.to_string()))
        }
        LogSignature::OriginMismatch(key) => {
            (Outcome::Failed, Sentence::from(Word::LogOriginDiffers).with("key", named(key)))
        }
    };
    Check::new(Step::Log, outcome, why.with("origin", origin))
}

/// A key as it is named to people: its name and its id.
fn named(key: &VerifierKey) -> Sentence {
    Sentence::from(Word::KeyId).with("name", key.name().to_string()).with("id", key.id().to_string())
}

/// Step 6: the cosignatures reach the policy's quorum, and none of a witness that it names is bad.
fn check_witnesses(judgement: &CheckpointJudgement, facts: &mut Facts) -> Check {
    facts.witnesses = judgement.cosignatures.iter().map(WitnessFacts::of).collect();
    let valid = facts.witnesses.iter().filter(|witness| witness.valid).count() as u64;
    let (outcome, why) = match judgement.quorum {
        QuorumCheck::NotRequired => {
            facts.times.vouched = Vouched::Nobody;
            (Outcome::Passed, Sentence::from(Word::NoWitnessRequired))
        }
        QuorumCheck::Reached { vouched } => {
            facts.times.vouched = vouched_by(judgement, vouched);
            for check in in_quorum(judgement, vouched) {
                let key = KeyFacts::of_witness(check);
                if !facts.relied_on.contains(&key) {
                    facts.relied_on.push(key);
                }
            }
            (Outcome::Passed, Sentence::from(Word::QuorumReached).with("valid", valid))
        }
        QuorumCheck::NotReached { cosigned } => {
            facts.times.vouched = Vouched::QuorumMissing;
            (Outcome::NotMade, Sentence::from(Word::QuorumNotReached).with("valid", cosigned as u64))
        }
        QuorumCheck::Invalid => {
            facts.times.vouched = Vouched::QuorumMissing;
            (Outcome::Failed, bad_cosignatures(&judgement.cosignatures))
        }
    };
    Check::new(Step::Witnesses, outcome, why)
}

fn bad_cosignatures(checks: &[CosignatureCheck]) -> Sentence {
    let bad: Vec<&str> = checks.iter().filter(|c| c.outcome.is_err()).map(|c| c.witness.as_str()).collect();
    Sentence::from(Word::CosignatureBad).with("witness", bad.join(", "))
}

/// The time that the quorum vouches for, and whose clocks that is.
fn vouched_by(judgement: &CheckpointJudgement, vouched: PosixTime) -> Vouched {
    let mut clocks: Vec<String> = Vec::new();
    for check in in_quorum(judgement, vouched) {
        if !clocks.contains(&check.witness) {
            clocks.push(check.witness.clone());
        }
    }
    Vouched::Witnesses { no_later_than: vouched, clocks }
}

/// The cosignatures that reach the quorum at the time it vouches for.
fn in_quorum(judgement: &CheckpointJudgement, vouched: PosixTime) -> impl Iterator<Item = &CosignatureCheck> {
    judgement.cosignatures.iter().filter(move |check| check.outcome.is_ok_and(|time| time <= vouched))
}

impl WitnessFacts {
    fn of(check: &CosignatureCheck) -> Self {
        let (key, time) = (KeyFacts::of_witness(check), check.outcome.ok());
        Self { witness: check.witness.clone(), key, time, valid: time.is_some() }
    }
}
