//! `notarium submit`: deposit files and folders, a receipt beside each.

mod list;
mod package;

pub(super) use package::manifest_path;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, anyhow};

use super::key_said::{claim, whose};
use super::ledger_option::{client, read_policy};
use super::output::{Meter, Output, Unit, WithHint, hinted, hinted_by};
use super::{Exit, clock, passphrase};
use crate::api::{Earlier, EarlierDeposit, PartialHit};
use crate::client::Address;
use crate::desk::{
    Course, Deposit, Depositor, DetailsError, KnownLedger, MeetError, Named, Outcome, Progress, Wish, compose,
    deposit_all, read_receipt, without_own_work,
};
use crate::evidence::StatementId;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files to deposit; a folder is deposited as one package, by its manifest FOLDER.sha256; a link named here is followed
    #[arg(required_unless_present = "list", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Deposit what a CSV file lists, and print a CSV of what became of each line. Columns: path, and if wanted title and
    /// details (a file, or a JSON object); paths from the list's folder on. The same command again goes on where it ended
    #[arg(long, value_name = "CSV", conflicts_with_all = ["paths", "package", "title", "details", "continues", "force"])]
    list: Option<PathBuf>,
    /// Deposit all paths as one package, by one manifest NAME.sha256
    #[arg(long, value_name = "NAME", conflicts_with = "force")]
    package: Option<PathBuf>,
    /// Address of the ledger
    #[arg(long, value_name = "URL")]
    ledger: Address,
    /// File with the private key to sign with
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
    /// Policy that the ledger must be a log of; without it the ledger's word is taken for its key
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Title, provable but not public; goes into the details
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Details, provable but not public: a JSON object
    #[arg(long, value_name = "FILE")]
    details: Option<PathBuf>,
    /// Salt the digests: nobody can find the deposit by the file, or the file by guessing
    #[arg(long)]
    private: bool,
    /// Receipt of the deposit that this one supplements or follows as a new version
    #[arg(long, value_name = "RECEIPT")]
    continues: Option<PathBuf>,
    /// Seconds to wait for another run that is at the same file or folder, for each of them
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    lock_wait: u32,
    /// Wait for receipts that the ledger's witnesses have cosigned, for as long as the ledger holds its answer
    #[arg(long, conflicts_with = "list")]
    witnessed: bool,
    /// Deposit again and overwrite receipts and manifests that exist
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let key = args.passphrase.open_key(&args.key, output)?;
    let wish = wish(args, output)?;
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let is_trusted = policy.is_some();
    let ledger = KnownLedger::meet(client(args.ledger.clone(), output), policy).map_err(hinted_by(MeetError::hint))?;
    if !is_trusted {
        output.say(format_args!("the ledger signs as {}, by its own word; --policy FILE checks that", ledger.key()));
    }
    if let Some(list) = &args.list {
        return list::run(list, &wish, &key, &ledger, output);
    }
    let paths = match &args.package {
        Some(name) => vec![package::write_manifest(name, &args.paths, output)?],
        None => args.paths.clone(),
    };
    let Named { kept: paths, own_work, repeated } = without_own_work(&paths);
    for path in own_work {
        output.say(format_args!("left out {}: it belongs to another path that is named", path.display()));
    }
    for path in repeated {
        output.say(format_args!("left out {}: it is the same as another path that is named", path.display()));
    }
    let meter = output.meter("hashing", Unit::Bytes, 0);
    let tally = Tally { output, witnessed: args.witnessed, state: Mutex::default() };
    let depositor = Depositor { ledger: &ledger, key: &key, wish: &wish, progress: &meter };
    deposit_all(&depositor, &paths, &|path, outcome| tally.take(path, outcome));
    drop(meter);
    tally.finish(paths.len())
}

fn wish(args: &Args, output: &Output) -> anyhow::Result<Wish> {
    let file = match &args.details {
        Some(path) => {
            let bytes = fs::read(path)
                .with_context(|| format!("cannot read details {}", path.display()))
                .hint("details are a file with one JSON object")?;
            Some((path.as_path(), bytes))
        }
        None => None,
    };
    let file = file.as_ref().map(|(path, bytes)| (*path, bytes.as_slice()));
    let details = compose(file, args.title.as_deref()).map_err(hinted_by(DetailsError::hint))?;
    for name in details.iter().flat_map(|details| &details.unknown) {
        output.warn(format_args!(
            "details name {name:?}, which reports have no line for; it is committed to all the same"
        ));
    }
    Ok(Wish {
        details: details.map(|details| details.bytes),
        private: args.private,
        continues: args.continues.as_deref().map(statement_of).transpose()?,
        force: args.force,
        witnessed: args.witnessed,
        lock_wait: Some(Duration::from_secs(args.lock_wait.into())),
    })
}

/// The statement that a receipt is of.
fn statement_of(receipt: &Path) -> anyhow::Result<StatementId> {
    const HINT: &str = "--continues takes the receipt of the earlier deposit";
    let held = read_receipt(receipt).hint(HINT)?;
    let held = held.ok_or_else(|| anyhow!("there is no receipt {}", receipt.display())).hint(HINT)?;
    let statement = held.statement();
    let statement = statement.ok_or_else(|| anyhow!("the entry in {} is not understood", receipt.display()));
    Ok(statement.hint(HINT)?.id())
}

impl Progress for Meter<'_> {
    fn expect(&self, bytes: u64) {
        self.extend(bytes);
    }

    fn advance(&self, bytes: u64) {
        Meter::advance(self, bytes);
    }

    fn waits_for(&self, path: &Path) {
        self.output().say(format_args!(
            "waiting: another run is at {}; this one goes on when that one ends, and gives up after --lock-wait seconds (Ctrl-C ends it and \
             loses nothing)",
            path.display()
        ));
    }
}

/// Says what became of each path, and counts.
struct Tally<'a> {
    output: &'a Output,
    /// Whether receipts with cosignatures were asked for.
    witnessed: bool,
    state: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    done: usize,
    not_tried: usize,
    /// What kept a line from being printed.
    unprinted: Option<std::io::Error>,
}

impl Tally<'_> {
    fn take(&self, path: &Path, outcome: Outcome) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match outcome {
            Outcome::Done(deposit) => {
                state.done += 1;
                if let Err(error) = self.output.data(describe(path, &deposit)) {
                    state.unprinted = Some(error);
                }
                if self.witnessed && !has_cosignatures(&deposit.receipt) {
                    self.output.warn(format_args!(
                        "{} has no cosignature yet; `notarium refresh` fetches it later",
                        deposit.receipt.display()
                    ));
                }
            }
            Outcome::NotTried => state.not_tried += 1,
            Outcome::Failed(error) => {
                let hint = error.hint();
                let error = anyhow::Error::new(error).context(path.display().to_string());
                self.output.error(&match hint {
                    Some(hint) => hinted(error, hint),
                    None => error,
                });
            }
        }
    }

    fn finish(self, all: usize) -> anyhow::Result<Exit> {
        let state = self.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if state.not_tried > 0 {
            self.output.say(format_args!(
                "{} of {all} were not tried; run the same command again when that is mended",
                state.not_tried
            ));
        }
        if all > 1 {
            self.output.say(format_args!("{} of {all} deposited", state.done));
        }
        match state.unprinted {
            Some(error) => Err(error.into()),
            None if state.done == all => Ok(Exit::Holds),
            None => Ok(Exit::DoesNotHold),
        }
    }
}

/// Whether a receipt's checkpoint has more than the ledger's own signature; nothing is verified.
fn has_cosignatures(receipt: &Path) -> bool {
    let held = read_receipt(receipt).ok().flatten();
    held.is_some_and(|held| held.receipt.checkpoint().note().signatures().len() > 1)
}

fn describe(path: &Path, deposit: &Deposit) -> String {
    let (index, time, receipt) = (deposit.index, clock::both(deposit.time), deposit.receipt.display());
    let path = path.display();
    match &deposit.course {
        Course::Held => format!("{path}: deposited before as entry {index}, {time}, receipt {receipt}"),
        Course::Answered { resumed, key, earlier } => {
            let finished = if *resumed { "finished: " } else { "" };
            let name = key.as_ref().and_then(|key| key.enrolment.as_ref()).map(|enrolment| &enrolment.name);
            let own = name.map(|name| format!(", as {name:?}")).unwrap_or_default();
            let claim = key.as_deref().map(claim).unwrap_or_default();
            format!("{path}: {finished}entry {index}, {time}{own}, receipt {receipt}{claim}{}", before(earlier))
        }
    }
}

/// Earlier deposits of the same evidence, all that the answer lists, the first one marked; and apart from them what merely has a
/// digest in common.
fn before(earlier: &Earlier) -> String {
    let mut lines = Vec::new();
    if earlier.count > 0 {
        lines.push(format!("earlier deposits of the same evidence: {}", earlier.count));
        let mark = |at| if at == 0 { "  first deposit" } else { "" };
        lines.extend(earlier.entries.iter().enumerate().map(|(at, deposit)| line(deposit, mark(at))));
        lines.extend(more(earlier.count, earlier.entries.len()));
        lines.push("(by the ledger's word; who deposited first here has not thereby made it first)".to_owned());
    }
    let partial = &earlier.partial;
    if partial.count > 0 {
        lines.push(format!("one digest in common, not the same evidence: {}", partial.count));
        let agrees = |hit: &PartialHit| format!("  {}", hit.agrees.replace('-', " "));
        lines.extend(partial.entries.iter().map(|hit| line(&hit.deposit, &agrees(hit))));
        lines.extend(more(partial.count, partial.entries.len()));
    }
    lines.iter().map(|line| format!("\n  {line}")).collect::<Vec<_>>().concat()
}

fn line(deposit: &EarlierDeposit, mark: &str) -> String {
    let time = clock::parse(&deposit.time).map_or_else(|| deposit.time.clone(), clock::both);
    let whose = deposit.key.as_deref().map(whose).unwrap_or_default();
    let claim = deposit.key.as_deref().map(claim).unwrap_or_default();
    format!("  entry {}, {time}, by {}{whose}{mark}{claim}", deposit.index, deposit.public_key)
}

fn more(count: u64, listed: usize) -> Option<String> {
    let more = count.checked_sub(listed as u64).filter(|more| *more > 0)?;
    Some(format!("  and {more} more, which `notarium find` lists"))
}
