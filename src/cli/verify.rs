//! `notarium verify`: evidence, receipt and policy to a verdict with its reasons, off line.

mod list;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::document::{Destination, write_document};
use super::ledger_option::{Source, read_earlier, read_policy};
use super::output::{Output, Unit, WithHint, hinted, hinted_by};
use super::submit::manifest_path;
use super::{Exit, clock, language, software, step_eight};
use crate::crypto::{Digests, DualHasher};
use crate::desk::{
    Deposited, FileError, FolderError, Progress, Target, digest_file, explain, manifest_of, manifest_of_paths, member,
    package_around,
};
use crate::evidence::{Body, Manifest};
use crate::ledger::{MAX_RECEIPT_BYTES, Receipt, follow_rotations};
use crate::report::{
    Document, FolderDifference, Inputs, LedgerSide, Member, Outcome, Provenance, Remark, Report, Step, Verdict,
    render_text, verify_receipt,
};
use crate::trust::{Policy, SignedCheckpoint};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The evidence: a file, or a folder that was deposited as a package; with --package all that was named then
    #[arg(value_name = "PATH", required_unless_present = "list")]
    paths: Vec<PathBuf>,
    /// The paths were deposited with --package NAME: check every file against the manifest NAME.sha256 and its receipt
    #[arg(long, value_name = "NAME", conflicts_with_all = ["list", "manifest"])]
    package: Option<PathBuf>,
    /// Its receipt; PATH.receipt without it, for a folder FOLDER.sha256.receipt
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// PATH is one file of a package, and this the package's manifest; looked for around PATH when it has no receipt itself.
    /// The receipt is then the manifest's
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Verify every line of a CSV file: columns path, and if wanted receipt; paths from the list's folder on
    #[arg(long, value_name = "CSV", conflicts_with_all = ["paths", "receipt", "manifest"])]
    list: Option<PathBuf>,
    /// Whom you trust: logs, witnesses, quorum; without it the signatures of ledger and witnesses (checks 5 and 6) are
    /// not checked and nothing can match
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
    /// The ledger, to look for earlier deposits (check 8): its folder or its address
    #[arg(long, value_name = "DIR-OR-URL")]
    ledger: Option<Source>,
    /// Write the report to a file, to print or to file: HTML, or canonical JSON (RFC 8785) when the name ends in .json
    #[arg(long, value_name = "OUT")]
    report: Option<PathBuf>,
    /// Who verifies, as the report shall say
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    language: language::Several,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let policy = policy.map(|policy| follow(policy, &args.rotation)).transpose()?;
    let without = args.not_before.as_deref().map(read_earlier).transpose()?;
    let with = With {
        policy: policy.as_ref(),
        without: without.as_ref(),
        policy_path: args.policy.as_deref(),
        ledger: args.ledger.as_ref(),
        provenance: Provenance {
            software: args.report.as_ref().map_or_else(|| Provenance::default().software, |_| software()),
            verified_by: args.by.clone(),
            ..Provenance::default()
        },
        output,
    };
    if let Some(list) = &args.list {
        return list::run(list, args, &with);
    }
    let manifest_of_package = args.package.as_deref().map(manifest_path);
    let asked = match (&manifest_of_package, args.paths.as_slice()) {
        (None, [_, _, ..]) => {
            return Err(anyhow!("{} paths are named, and one is verified at a time", args.paths.len()))
                .hint("name the package that they are with --package NAME, or list them in a file for --list");
        }
        (Some(manifest), paths) => {
            Asked { path: manifest, receipt: args.receipt.as_deref(), manifest: None, package: Some(paths) }
        }
        (None, paths) => Asked {
            path: paths.first().map_or(Path::new(""), PathBuf::as_path),
            receipt: args.receipt.as_deref(),
            manifest: args.manifest.as_deref(),
            package: None,
        },
    };
    let meter = output.meter("hashing", Unit::Bytes, 0);
    let Verified { report, receipt } = with.verified(&asked, &meter)?;
    drop(meter);
    tell_of_rotations(&report, policy.as_ref().filter(|_| args.rotation.is_empty()), output);
    if let Some(path) = &args.report {
        let document = Document::report(&report, &receipt, policy.as_ref());
        let destination = Destination { path: Some(path), json: false };
        write_document(&document, &destination, args.language.languages(), output)?;
    }
    if args.json {
        output.json(&report)?;
    } else {
        let texts = args.language.languages().iter().map(|language| render_text(&report, *language, &clock::local));
        output.data(texts.collect::<Vec<_>>().join("\n").trim_end())?;
    }
    Ok(exit(report.verdict))
}

/// The policy with what the receipts of rotations prove.
pub(super) fn follow(policy: Policy, rotations: &[PathBuf]) -> anyhow::Result<Policy> {
    const HINT: &str =
        "--rotation takes the receipt of an entry that replaces the ledger's key, as `notarium key rotate` writes it";
    if rotations.is_empty() {
        return Ok(policy);
    }
    let read = |path: &PathBuf| {
        let bytes = read_receipt(path)?;
        Receipt::parse(&bytes).with_context(|| format!("{} is not a receipt", path.display())).hint(HINT)
    };
    let receipts = rotations.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    follow_rotations(&policy, &receipts).map_err(|(place, error)| {
        let path = rotations.get(place).map(|path| path.display().to_string()).unwrap_or_default();
        hinted(error, HINT).context(format!("{path} proves no rotation"))
    })
}

/// Where nobody whom the policy names has signed, the ledger may have changed its key.
pub(super) fn tell_of_rotations(report: &Report, policy: Option<&Policy>, output: &Output) {
    let is_unmade = report.check(Step::Log).is_some_and(|check| check.outcome == Outcome::NotMade);
    let Some((policy, checkpoint)) = policy.zip(report.facts.checkpoint.as_ref()).filter(|_| is_unmade) else { return };
    if policy.logs().iter().any(|log| log.key.name().as_str() == checkpoint.origin) {
        output.say(format_args!(
            "the policy names another key of {}: if the ledger has changed its key, the receipt of that (rotation-N.receipt, \
             from its operator) given with --rotation leads to the new one",
            checkpoint.origin
        ));
    }
}

/// One piece of evidence to be verified.
struct Asked<'a> {
    path: &'a Path,
    receipt: Option<&'a Path>,
    manifest: Option<&'a Path>,
    /// The files and folders of the package whose manifest `path` is.
    package: Option<&'a [PathBuf]>,
}

impl Asked<'_> {
    /// What was deposited: the path itself, or the manifest of the package that it is a file of; then with its path in there
    /// where that is known.
    fn target(&self, output: &Output) -> anyhow::Result<(Target, Option<Shown>)> {
        let new = |path: &Path| Target::new(path).map_err(hinted_by(FileError::hint));
        let target = new(self.path)?;
        let shown = |inside| Shown { file: self.path.to_owned(), inside };
        if let Some(manifest) = self.manifest {
            return Ok((new(manifest)?, Some(shown(None))));
        }
        let is_alone =
            self.package.is_none() && self.receipt.is_none() && !target.is_folder() && !target.receipt().exists();
        if let Some((manifest, inside)) = package_around(self.path).filter(|_| is_alone) {
            output.say(format_args!(
                "{} has no receipt of its own; taken as a file of the package {}",
                self.path.display(),
                manifest.display()
            ));
            return Ok((new(&manifest)?, Some(shown(Some(inside)))));
        }
        Ok((target, None))
    }
}

/// The one file of a package that is shown.
struct Shown {
    file: PathBuf,
    inside: Option<String>,
}

/// What everything is verified with.
struct With<'a> {
    policy: Option<&'a Policy>,
    policy_path: Option<&'a Path>,
    /// The ledger as it was before.
    without: Option<&'a SignedCheckpoint>,
    ledger: Option<&'a Source>,
    /// Who verifies, and with what.
    provenance: Provenance,
    output: &'a Output,
}

/// A report, and the receipt that it is about.
struct Verified {
    report: Report,
    receipt: Vec<u8>,
}

impl With<'_> {
    fn verified(&self, asked: &Asked<'_>, progress: &dyn Progress) -> anyhow::Result<Verified> {
        let (target, shown) = asked.target(self.output)?;
        let receipt_path = asked.receipt.map_or_else(|| target.receipt(), Path::to_owned);
        let receipt = read_receipt(&receipt_path)?;
        let evidence = match (&shown, asked.package) {
            (Some(shown), _) => Evidence::of_package(target.evidence(), shown, progress)?,
            (None, Some(paths)) => Evidence::of_paths(asked.path, paths, progress, self.output)?,
            (None, None) => Evidence::read(&target, progress, self.output)?,
        };
        let ledger = match (self.ledger, Receipt::parse(&receipt)) {
            (Some(source), Ok(receipt)) => step_eight::ask(source, &receipt, self.output).unwrap_or_else(|error| {
                self.output.warning(&error.context("step 8 is not made"));
                None
            }),
            _ => None,
        };
        let provenance = Provenance {
            verified_at: clock::now(),
            evidence: Some(target.evidence().display().to_string()),
            receipt: Some(receipt_path.display().to_string()),
            policy: self.policy_path.map(|path| path.display().to_string()),
            ..self.provenance.clone()
        };
        let question = Question { receipt: &receipt, policy: self.policy, without: self.without, ledger, provenance };
        let report = question.report(&target, &evidence, progress)?;
        Ok(Verified { report, receipt })
    }
}

/// What is at hand of the evidence.
pub(super) struct Evidence {
    digests: Digests,
    /// How a folder differs from its manifest, where there is a manifest.
    difference: Option<FolderDifference>,
    /// The one file that is shown of a package.
    member: Option<Member>,
}

impl Evidence {
    /// The manifest of a package, and one file of it.
    fn of_package(path: &Path, shown: &Shown, progress: &dyn Progress) -> anyhow::Result<Self> {
        let (bytes, manifest) = read_manifest(path)?;
        let mut hasher = DualHasher::new();
        hasher.update(&bytes);
        let member = member(&manifest, &shown.file, shown.inside.as_deref(), progress);
        let member = Some(member.map_err(hinted_by(FileError::hint))?);
        Ok(Self { digests: hasher.finish(), difference: None, member })
    }

    /// The manifest of a package, and all files of it, wherever they lie. One that is gone is told by the difference.
    fn of_paths(manifest: &Path, paths: &[PathBuf], progress: &dyn Progress, output: &Output) -> anyhow::Result<Self> {
        let (bytes, deposited) = read_manifest(manifest)?;
        let (there, gone): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|path| path.exists());
        for path in gone {
            output.warn(format_args!("{} is not there", path.display()));
        }
        if there.is_empty() {
            return Err(anyhow!("none of the files of {} is there", manifest.display()))
                .hint("name them as they were named when they were deposited, from the same folder");
        }
        let now = manifest_of_paths(&there, progress).map_err(hinted_by(FolderError::hint))?;
        let mut hasher = DualHasher::new();
        hasher.update(&bytes);
        let difference = Some(FolderDifference::between(&deposited, &now));
        Ok(Self { digests: hasher.finish(), difference, member: None })
    }

    fn read(target: &Target, progress: &dyn Progress, output: &Output) -> anyhow::Result<Self> {
        if !target.is_folder() {
            return Ok(Self { digests: digest(target.path(), progress)?, difference: None, member: None });
        }
        let now = manifest_of(target.path(), progress).map_err(hinted_by(FolderError::hint))?;
        if !target.evidence().exists() {
            // The manifest is lost, but a folder that has not changed gives it again, byte for byte.
            output.warn(format_args!(
                "{} is not there; the folder's own manifest is taken, which cannot say what changed",
                target.evidence().display()
            ));
            let mut hasher = DualHasher::new();
            hasher.update(now.as_bytes());
            return Ok(Self { digests: hasher.finish(), difference: None, member: None });
        }
        let path = target.evidence();
        let (_, deposited) = read_manifest(path)?;
        let difference = Some(FolderDifference::between(&deposited, &now));
        Ok(Self { digests: digest(path, progress)?, difference, member: None })
    }
}

fn read_manifest(path: &Path) -> anyhow::Result<(Vec<u8>, Manifest)> {
    let bytes = fs::read(path)
        .with_context(|| format!("cannot read manifest {}", path.display()))
        .hint("get read permission for it, or work on a copy of the folder and its manifest")?;
    let manifest = Manifest::parse(&bytes)
        .with_context(|| format!("{} is not a manifest", path.display()))
        .hint("find the manifest that was written when the folder was deposited, or move this one away")?;
    Ok((bytes, manifest))
}

/// What is asked, whatever is at hand of the evidence.
pub(super) struct Question<'a> {
    pub(super) receipt: &'a [u8],
    pub(super) policy: Option<&'a Policy>,
    pub(super) without: Option<&'a SignedCheckpoint>,
    pub(super) ledger: Option<LedgerSide>,
    pub(super) provenance: Provenance,
}

impl Question<'_> {
    pub(super) fn report(
        self,
        target: &Target,
        evidence: &Evidence,
        progress: &dyn Progress,
    ) -> anyhow::Result<Report> {
        let report = self.verify(Some(evidence), Vec::new());
        // What was deposited may be right, and only the folder or the file beside it not: then there is nothing to explain.
        let deposited = Evidence { digests: evidence.digests, difference: None, member: None };
        let checked = self.verify(Some(&deposited), Vec::new());
        let differs = checked.check(Step::Evidence).is_some_and(|check| check.outcome == Outcome::Failed);
        if !differs || !target.evidence().exists() {
            return Ok(report);
        }
        Ok(self.verify(Some(evidence), remarks(target.evidence(), self.receipt, progress)?))
    }

    pub(super) fn verify(&self, evidence: Option<&Evidence>, remarks: Vec<Remark>) -> Report {
        verify_receipt(Inputs {
            receipt: self.receipt,
            evidence: evidence.map(|evidence| evidence.digests),
            folder: evidence.and_then(|evidence| evidence.difference.clone()),
            member: evidence.and_then(|evidence| evidence.member.clone()),
            policy: self.policy,
            without: self.without,
            ledger: self.ledger.clone(),
            remarks,
            provenance: self.provenance.clone(),
        })
    }
}

/// What is at hand of the evidence at a path.
pub(super) fn evidence_at(path: &Path, progress: &dyn Progress, output: &Output) -> anyhow::Result<(Target, Evidence)> {
    let target = Target::new(path).map_err(hinted_by(FileError::hint))?;
    let evidence = Evidence::read(&target, progress, output)?;
    Ok((target, evidence))
}

/// The closest explanation of evidence that is not what was deposited.
fn remarks(evidence: &Path, receipt: &[u8], progress: &dyn Progress) -> anyhow::Result<Vec<Remark>> {
    let Ok(receipt) = Receipt::parse(receipt) else { return Ok(Vec::new()) };
    let Some(statement) = receipt.disclosure().entry().ok().and_then(|entry| entry.statement().ok()) else {
        return Ok(Vec::new());
    };
    let (Body::Evidence(body), Some(public_key)) = (statement.body(), statement.public_key()) else {
        return Ok(Vec::new());
    };
    let salt = receipt.disclosure().evidence_salt();
    explain(evidence, Deposited { fingerprint: &body.fingerprint, salt, public_key }, progress)
        .map_err(hinted_by(FileError::hint))
}

fn digest(path: &Path, progress: &dyn Progress) -> anyhow::Result<Digests> {
    progress.expect(path.metadata().map_or(0, |metadata| metadata.len()));
    digest_file(path, progress).map_err(hinted_by(FileError::hint))
}

pub(super) fn read_receipt(path: &Path) -> anyhow::Result<Vec<u8>> {
    const HINT: &str =
        "the receipt is written beside the evidence when it is deposited; --receipt FILE names another place";
    let metadata = path.metadata().with_context(|| format!("cannot read receipt {}", path.display())).hint(HINT)?;
    if metadata.len() > MAX_RECEIPT_BYTES as u64 {
        return Err(anyhow!("{} is too long for a receipt: {} bytes", path.display(), metadata.len()))
            .hint("is that the receipt, and not the evidence?");
    }
    fs::read(path).with_context(|| format!("cannot read receipt {}", path.display())).hint(HINT)
}

pub(super) fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Match => Exit::Holds,
        Verdict::Mismatch | Verdict::NotDeposited => Exit::DoesNotHold,
        Verdict::Undetermined => Exit::CannotTell,
    }
}
