//! `notarium restore`: a ledger made again from a backup, audited, and held against what others have seen of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};

use super::audit::{number, print, whole};
use super::ledger_option::{Source, client, read_policy};
use super::output::{Output, WithHint, hinted, hinted_by};
use super::{Exit, clock};
use crate::audit::Outcome;
use crate::client::{ClientError, WitnessClient};
use crate::codec::Time;
use crate::crypto::sha256;
use crate::follow::LogFolder;
use crate::trust::{Origin, SignedCheckpoint};
use crate::upkeep::{RestoreError, Seen, restore};

/// How long a witness may take to say what it has cosigned last.
const WITNESS_TIME: Duration = Duration::from_secs(10);

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the backups
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// Folder for the ledger; it must not be there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Number of the backup; without it the newest
    #[arg(long, value_name = "N")]
    backup_number: Option<u32>,
    /// The ledger's private key, PKCS#8, where the backup has none; it is copied into the ledger's folder as it is. In an overlap
    /// put the key that is being replaced, ledger.key.ID, beside it there
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// What has been seen of the ledger: a file with a signed checkpoint, the folder of a mirror or an export, or the address of
    /// one that is served; may be given several times. A backup that has less is refused
    #[arg(long, value_name = "FILE-DIR-OR-URL")]
    seen: Vec<Source>,
    /// Policy whose witnesses are asked what they have cosigned last
    #[arg(long, value_name = "FILE")]
    witness_policy: Option<PathBuf>,
    /// Give up exactly so many entries that have been seen and are not in the backup. Noted in the ledger's folder; those who
    /// have kept receipts, checkpoints or mirrors of them can prove it
    #[arg(long, value_name = "N", value_parser = number)]
    accept_loss: Option<u64>,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let failed = |error: RestoreError| match error.hint() {
        Some(hint) => hinted(error, hint),
        None => error.into(),
    };
    // Before anything is copied: what cannot be asked should be said at once.
    let mut seen = args.seen.iter().map(|source| see(source, output)).collect::<anyhow::Result<Vec<_>>>()?;
    let restoring = restore(&args.backup, &args.directory, args.backup_number, args.key.as_deref()).map_err(failed)?;
    let origin = restoring.generation().checkpoint.origin().clone();
    if let Some(policy) = &args.witness_policy {
        seen.extend(ask_witnesses(policy, &origin, output)?);
    }
    let report = whole(restoring.unfinished(), output)?;
    if report.outcome != Outcome::Holds {
        print(&report, output)?;
        output.say(format_args!("backup {} does not hold; nothing was restored", restoring.generation().id));
        restoring.give_up();
        return Ok(Exit::DoesNotHold);
    }
    let (id, made) = (restoring.generation().id, restoring.generation().made);
    let (size, lost) = restoring.finish(&seen, args.accept_loss, now()).map_err(failed)?;
    let made = u64::try_from(made).ok().and_then(|made| Time::from_millis(made.saturating_mul(1000)).ok());
    output.say(format_args!(
        "restored {origin} with {size} entries to {}, from backup {id} of {}; every entry was replayed and holds",
        args.directory.display(),
        made.map_or_else(|| "an unknown time".to_owned(), |made| made.to_string())
    ));
    say_what_is_left(args, lost, !seen.is_empty(), output);
    Ok(Exit::Holds)
}

/// What the operator should know before serving it.
fn say_what_is_left(args: &Args, lost: u64, was_compared: bool, output: &Output) {
    if lost > 0 {
        output.warn(format_args!(
            "{lost} entries that were acknowledged are given up, as {} says; a ledger that goes on from here contradicts what \
             was seen of it",
            args.directory.join(crate::upkeep::LOSSES).display()
        ));
    }
    if !was_compared {
        output.warn("nothing was named that has been seen of this ledger, so nobody can tell whether it has all; --seen, --witness-policy");
    }
    if !args.directory.join("ledger.key").exists() {
        output.say("the ledger's private key is not there yet: put ledger.key back before it is served");
    }
}

/// The clock, for the note of a loss.
fn now() -> Time {
    clock::now().unwrap_or(Time::NOT_STATED)
}

/// What one source has seen.
fn see(source: &Source, output: &Output) -> anyhow::Result<Seen> {
    let (whose, note) = match source {
        Source::Served(address) => {
            let note = client(address.clone(), output).checkpoint();
            (address.to_string(), note.map_err(hinted_by(ClientError::hint))?)
        }
        Source::Folder(path) if LogFolder::is_at(path) => (path.display().to_string(), read(&path.join("checkpoint"))?),
        Source::Folder(path) => (path.display().to_string(), read(path)?),
    };
    // A ledger's tip, which is padded with empty lines, will do as well.
    let ends = note.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| note.len().min(last + 2));
    let checkpoint = SignedCheckpoint::parse(&note[..ends])
        .with_context(|| format!("{whose} is not a signed checkpoint"))
        .hint("--seen takes a file with a signed checkpoint, the folder of a mirror or an export, or an address that serves one")?;
    Ok(Seen { whose, checkpoint })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path)
        .with_context(|| format!("cannot read checkpoint {}", path.display()))
        .hint("--seen takes a file with a signed checkpoint, or the folder of a mirror or an export")
}

/// What each witness of a policy has cosigned last. One that does not tell is named; if none tells, that is an error.
fn ask_witnesses(path: &Path, origin: &Origin, output: &Output) -> anyhow::Result<Vec<Seen>> {
    let policy = read_policy(path)?;
    let hash = sha256(&[origin.as_str().as_bytes()]).to_string();
    let mut seen = Vec::new();
    let mut told = 0;
    for witness in policy.witnesses() {
        let asked = match witness.url.as_deref().map(str::parse) {
            Some(Ok(address)) => {
                WitnessClient::new(address, WITNESS_TIME).latest(&hash).map_err(|error| error.to_string())
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Err("the policy has no address of it".to_owned()),
        };
        let whose = format!("witness {}", witness.name);
        match asked.and_then(|note| note.map(SignedCheckpoint::parse).transpose().map_err(|error| error.to_string())) {
            Ok(checkpoint) => {
                told += 1;
                seen.extend(checkpoint.map(|checkpoint| Seen { whose, checkpoint }));
            }
            Err(why) => output.warn(format_args!("{whose} does not tell what it has cosigned last: {why}")),
        }
    }
    if told == 0 {
        return Err(anyhow!("no witness of {} tells what it has cosigned last", path.display()))
            .hint("try again when they answer, or name a saved checkpoint or a mirror with --seen");
    }
    Ok(seen)
}
