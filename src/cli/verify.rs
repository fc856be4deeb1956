//! `notarium verify`: evidence, receipt and policy to a verdict with its reasons, off line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::ledger_option::{Source, read_policy};
use super::output::{Meter, Output, Unit, WithHint, hinted_by};
use super::{Exit, clock, language, step_eight};
use crate::crypto::{Digests, DualHasher};
use crate::desk::{Deposited, FileError, FolderError, Target, digest_file, explain, manifest_of};
use crate::evidence::{Body, Manifest};
use crate::ledger::{MAX_RECEIPT_BYTES, Receipt};
use crate::report::{
    FolderDifference, Inputs, LedgerSide, Outcome, Provenance, Remark, Report, Step, Verdict, render_text,
    verify_receipt,
};
use crate::trust::Policy;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The evidence: a file, or a folder that was deposited as a package
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Its receipt; PATH.receipt without it, for a folder FOLDER.sha256.receipt
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Whom you trust: logs, witnesses, quorum; without it the signatures of ledger and witnesses (checks 5 and 6) are
    /// not checked and nothing can match
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The ledger, to look for earlier deposits (check 8): its folder or its address
    #[arg(long, value_name = "DIR-OR-URL")]
    ledger: Option<Source>,
    #[command(flatten)]
    language: language::Choice,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let target = Target::new(&args.path).map_err(hinted_by(FileError::hint))?;
    let receipt_path = args.receipt.clone().unwrap_or_else(|| target.receipt());
    let receipt = read_receipt(&receipt_path)?;
    let evidence = Evidence::read(&target, output)?;
    let ledger = match (&args.ledger, Receipt::parse(&receipt)) {
        (Some(source), Ok(receipt)) => step_eight::ask(source, &receipt, output).unwrap_or_else(|error| {
            output.warning(&error.context("step 8 is not made"));
            None
        }),
        _ => None,
    };
    let provenance = Provenance {
        verified_at: clock::now(),
        evidence: Some(target.evidence().display().to_string()),
        receipt: Some(receipt_path.display().to_string()),
        policy: args.policy.as_ref().map(|path| path.display().to_string()),
        ..Provenance::default()
    };
    let question = Question { receipt: &receipt, policy: policy.as_ref(), ledger, provenance };
    let report = question.report(&target, &evidence, output)?;
    if args.json {
        output.json(&report)?;
    } else {
        output.data(render_text(&report, args.language.language(), &clock::local).trim_end())?;
    }
    Ok(exit(report.verdict))
}

/// What is at hand of the evidence.
struct Evidence {
    digests: Digests,
    /// How a folder differs from its manifest, where there is a manifest.
    difference: Option<FolderDifference>,
}

impl Evidence {
    fn read(target: &Target, output: &Output) -> anyhow::Result<Self> {
        let meter = output.meter("hashing", Unit::Bytes, 0);
        if !target.is_folder() {
            return Ok(Self { digests: digest(target.path(), &meter)?, difference: None });
        }
        let now = manifest_of(target.path(), &meter).map_err(hinted_by(FolderError::hint))?;
        if !target.evidence().exists() {
            // The manifest is lost, but a folder that has not changed gives it again, byte for byte.
            output.warn(format_args!(
                "{} is not there; the folder's own manifest is taken, which cannot say what changed",
                target.evidence().display()
            ));
            let mut hasher = DualHasher::new();
            hasher.update(now.as_bytes());
            return Ok(Self { digests: hasher.finish(), difference: None });
        }
        let path = target.evidence();
        let bytes = fs::read(path)
            .with_context(|| format!("cannot read manifest {}", path.display()))
            .hint("get read permission for it, or work on a copy of the folder and its manifest")?;
        let deposited = Manifest::parse(&bytes)
            .with_context(|| format!("{} is not a manifest", path.display()))
            .hint("find the manifest that was written when the folder was deposited, or move this one away")?;
        let difference = Some(FolderDifference::between(&deposited, &now));
        Ok(Self { digests: digest(path, &meter)?, difference })
    }
}

struct Question<'a> {
    receipt: &'a [u8],
    policy: Option<&'a Policy>,
    ledger: Option<LedgerSide>,
    provenance: Provenance,
}

impl Question<'_> {
    fn report(self, target: &Target, evidence: &Evidence, output: &Output) -> anyhow::Result<Report> {
        let report = self.verify(evidence, Vec::new());
        let differs = report.check(Step::Evidence).is_some_and(|check| check.outcome == Outcome::Failed);
        if !differs || !target.evidence().exists() {
            return Ok(report);
        }
        Ok(self.verify(evidence, remarks(target.evidence(), self.receipt, output)?))
    }

    fn verify(&self, evidence: &Evidence, remarks: Vec<Remark>) -> Report {
        verify_receipt(Inputs {
            receipt: self.receipt,
            evidence: Some(evidence.digests),
            folder: evidence.difference.clone(),
            policy: self.policy,
            ledger: self.ledger.clone(),
            remarks,
            provenance: self.provenance.clone(),
        })
    }
}

/// The closest explanation of evidence that is not what was deposited.
fn remarks(evidence: &Path, receipt: &[u8], output: &Output) -> anyhow::Result<Vec<Remark>> {
    let Ok(receipt) = Receipt::parse(receipt) else { return Ok(Vec::new()) };
    let Some(statement) = receipt.disclosure().entry().ok().and_then(|entry| entry.statement().ok()) else {
        return Ok(Vec::new());
    };
    let (Body::Evidence(body), Some(public_key)) = (statement.body(), statement.public_key()) else {
        return Ok(Vec::new());
    };
    let salt = receipt.disclosure().evidence_salt();
    let meter = output.meter("comparing", Unit::Bytes, 0);
    explain(evidence, Deposited { fingerprint: &body.fingerprint, salt, public_key }, &meter)
        .map_err(hinted_by(FileError::hint))
}

fn digest(path: &Path, meter: &Meter<'_>) -> anyhow::Result<Digests> {
    meter.extend(path.metadata().map_or(0, |metadata| metadata.len()));
    digest_file(path, meter).map_err(hinted_by(FileError::hint))
}

fn read_receipt(path: &Path) -> anyhow::Result<Vec<u8>> {
    const HINT: &str =
        "the receipt is written beside the evidence when it is deposited; --receipt FILE names another place";
    let metadata = path.metadata().with_context(|| format!("cannot read receipt {}", path.display())).hint(HINT)?;
    if metadata.len() > MAX_RECEIPT_BYTES as u64 {
        return Err(anyhow!("{} is too long for a receipt: {} bytes", path.display(), metadata.len()))
            .hint("is that the receipt, and not the evidence?");
    }
    fs::read(path).with_context(|| format!("cannot read receipt {}", path.display())).hint(HINT)
}

fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Match => Exit::Holds,
        Verdict::Mismatch | Verdict::NotDeposited => Exit::DoesNotHold,
        Verdict::Undetermined => Exit::CannotTell,
    }
}
