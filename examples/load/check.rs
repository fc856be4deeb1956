//! Verifies the kept answers in full: each must be the receipt of the statement that was sent, by every step of a report that
//! needs neither witnesses nor a replay.

use std::error::Error;

use notarium::api::{BatchLine, BatchOutcome, SubmitAnswer};
use notarium::client::{Address, Client};
use notarium::crypto::Digests;
use notarium::desk::KnownLedger;
use notarium::report::{Inputs, Outcome, Step, verify_receipt};
use notarium::trust::Policy;

use super::requests::Requests;
use super::{Args, Target};

/// How the sample came out.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) hold: usize,
    pub(crate) wrong: usize,
    /// What is wrong with the first that is.
    pub(crate) why: Option<String>,
}

impl Checked {
    fn count(&mut self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.hold += 1,
            Err(why) => {
                self.wrong += 1;
                self.why.get_or_insert(why);
            }
        }
    }
}

/// Verifies every receipt in the kept answers.
pub(crate) fn receipts(args: &Args, requests: &Requests, kept: &[(usize, Vec<u8>)]) -> Result<Checked, Box<dyn Error>> {
    let mut checked = Checked::default();
    if args.to != Target::Notarium || kept.is_empty() {
        return Ok(checked);
    }
    let policy = match &args.policy {
        Some(path) => Policy::parse(std::fs::read(path)?)?,
        None => KnownLedger::meet(Client::new(args.url.parse::<Address>()?), None)?.policy().clone(),
    };
    for (number, body) in kept {
        match args.batch {
            None => {
                // A refusal is counted by its status.
                if let Ok(answer) = serde_json::from_slice::<SubmitAnswer>(body) {
                    checked.count(verify(&answer.receipt, requests.evidence(*number), &policy));
                }
            }
            Some(each) => lines(body, number * each, requests, &policy, &mut checked),
        }
    }
    Ok(checked)
}

/// Verifies the receipts of a batch, whose first statement has this number.
fn lines(body: &[u8], first: usize, requests: &Requests, policy: &Policy, checked: &mut Checked) {
    for (at, line) in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        match serde_json::from_slice::<BatchLine>(line).map(|line| line.outcome) {
            Ok(BatchOutcome::Answer(answer)) => {
                checked.count(verify(&answer.receipt, requests.evidence(first + at), policy));
            }
            Ok(BatchOutcome::Problem(_)) => {}
            Err(error) => checked.count(Err(format!("line {}: {error}", at + 1))),
        }
    }
}

fn verify(receipt: &str, evidence: Digests, policy: &Policy) -> Result<(), String> {
    let inputs = Inputs { evidence: Some(evidence), policy: Some(policy), ..Inputs::new(receipt.as_bytes()) };
    let needed = |step| !matches!(step, Step::Witnesses | Step::Ledger);
    let report = verify_receipt(inputs);
    match report.checks.iter().find(|check| needed(check.step) && check.outcome != Outcome::Passed) {
        None => Ok(()),
        Some(check) => Err(format!("a receipt does not hold: step {}", check.step.number())),
    }
}
