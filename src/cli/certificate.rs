//! `notarium certificate`: a deposit as one document for people, or for programs.

use std::path::PathBuf;

use anyhow::Context;

use super::document::{Destination, write_document};
use super::ledger_option::{Source, read_earlier, read_policy};
use super::output::{Output, Unit, hinted_by};
use super::verify::{Question, evidence_at, exit, follow, read_receipt, tell_of_rotations};
use super::{Exit, clock, language, software, step_eight};
use crate::ledger::Receipt;
use crate::report::{Document, DocumentError, Provenance};

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Exit codes: 0 written, and the deposit matches; 1 it does not verify, nothing is written; 2 written, but not \
                        all could be checked, or it could not be told."
)]
pub(super) struct Args {
    /// The receipt
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// The evidence, a file or a folder: without it check 2 is not made and nothing can match
    #[arg(long, value_name = "PATH")]
    evidence: Option<PathBuf>,
    /// Whom you trust: logs, witnesses, quorum; without it checks 5 and 6 are not made and nothing can match
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A checkpoint from before the deposit that witnesses have cosigned, or an earlier receipt under one: the entry came into the
    /// witnessed tree no earlier. With the policy's quorum at both ends the report gives an interval
    #[arg(long, value_name = "FILE")]
    not_before: Option<PathBuf>,
    /// Receipt of a rotation of the ledger's key, rotation-N.receipt in its folder: it leads from a key of the policy to the one
    /// that has replaced it, and says since when the old one is retired. May be given several times
    #[arg(long, value_name = "RECEIPT", requires = "policy")]
    rotation: Vec<PathBuf>,
    /// The ledger, to look for the key's enrolment and earlier deposits (check 8): its folder or its address
    #[arg(long, value_name = "DIR-OR-URL")]
    ledger: Option<Source>,
    /// Who issues it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Where to write it: HTML, or canonical JSON (RFC 8785) when the name ends in .json; without it to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write canonical JSON (RFC 8785), whatever the name
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    language: language::Several,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let policy = policy.map(|policy| follow(policy, &args.rotation)).transpose()?;
    let without = args.not_before.as_deref().map(read_earlier).transpose()?;
    let receipt = read_receipt(&args.receipt)?;
    let parsed = Receipt::parse(&receipt).with_context(|| format!("{} is not a receipt", args.receipt.display()))?;
    let meter = output.meter("hashing", Unit::Bytes, 0);
    let at_hand = args.evidence.as_deref().map(|path| evidence_at(path, &meter, output)).transpose()?;
    let ledger = args.ledger.as_ref().and_then(|source| {
        step_eight::ask(source, &parsed, output).unwrap_or_else(|error| {
            output.warning(&error.context("step 8 is not made"));
            None
        })
    });
    let provenance = Provenance {
        software: software(),
        verified_at: clock::now(),
        verified_by: args.by.clone(),
        evidence: at_hand.as_ref().map(|(target, _)| target.evidence().display().to_string()),
        receipt: Some(args.receipt.display().to_string()),
        policy: args.policy.as_ref().map(|path| path.display().to_string()),
        ..Provenance::default()
    };
    let question =
        Question { receipt: &receipt, policy: policy.as_ref(), without: without.as_ref(), ledger, provenance };
    let report = match &at_hand {
        Some((target, evidence)) => question.report(target, evidence, &meter)?,
        None => question.verify(None, Vec::new()),
    };
    drop(meter);
    tell_of_rotations(&report, policy.as_ref().filter(|_| args.rotation.is_empty()), output);
    let document = match Document::certificate(&report, &receipt, policy.as_ref()) {
        Err(error @ DocumentError::Mismatch) => {
            output.error(&hinted_by(DocumentError::hint)(error));
            return Ok(Exit::DoesNotHold);
        }
        other => other.map_err(hinted_by(DocumentError::hint))?,
    };
    write_document(
        &document,
        &Destination { path: args.out.as_deref(), json: args.json },
        args.language.languages(),
        output,
    )?;
    Ok(exit(report.verdict))
}
