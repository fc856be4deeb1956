//! The lower end of the interval: a cosigned checkpoint that does not hold the entry yet.
//!
//! It bounds when the entry came into the tree that witnesses cosigned, by their clocks. Both ends need the policy's quorum: that no
//! honest witnesses cosign two histories is what makes the smaller tree the beginning of the larger. It changes no verdict.

use super::facts::{Facts, NoEarlier, Vouched};
use super::sentence::Sentence;
use super::words::Word;
use crate::ledger::Receipt;
use crate::trust::{CheckpointJudgement, Policy, PosixTime, SignedCheckpoint};

/// What `without` says of the time of the receipt's entry; asked after steps 5 and 6 have been made.
pub(super) fn no_earlier(
    without: &SignedCheckpoint,
    receipt: &Receipt,
    policy: Option<&Policy>,
    facts: &Facts,
) -> NoEarlier {
    bound(without, receipt, policy, facts).unwrap_or_else(|why| NoEarlier::Nobody { why })
}

fn bound(
    without: &SignedCheckpoint,
    receipt: &Receipt,
    policy: Option<&Policy>,
    facts: &Facts,
) -> Result<NoEarlier, Sentence> {
    let size = without.head().size;
    if without.origin() != receipt.checkpoint().origin() {
        return Err(Word::NoEarlierOtherLedger.into());
    }
    if size.contains(receipt.index()) {
        return Err(Sentence::from(Word::NoEarlierCovers).with("size", size.get()));
    }
    let (Some(policy), Vouched::Witnesses { no_later_than, .. }) = (policy, &facts.times.vouched) else {
        return Err(Word::NoEarlierNoLater.into());
    };
    let time = policy.last_seen(without).ok_or(Word::NoEarlierNoQuorum)?;
    if time > *no_later_than {
        return Err(Sentence::from(Word::NoEarlierContradicts).with("time", time.to_string()));
    }
    let clocks = clocks(&policy.judge(without), time);
    Ok(NoEarlier::Witnesses { no_earlier_than: time, size: size.get(), clocks })
}

fn clocks(judgement: &CheckpointJudgement, time: PosixTime) -> Vec<String> {
    let mut clocks: Vec<String> = Vec::new();
    for check in judgement.cosignatures.iter().filter(|check| check.outcome.is_ok_and(|at| at >= time)) {
        if !clocks.contains(&check.witness) {
            clocks.push(check.witness.clone());
        }
    }
    clocks
}
