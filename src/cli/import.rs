//! `notarium import`: a serving ledger made again from an export, verified on the way in.

use std::fs;
use std::path::PathBuf;
use std::thread;

use anyhow::{Context, anyhow};

use super::output::{Output, Unit, WithHint, hinted_by};
use super::{Exit, passphrase};
use crate::audit::PORTION;
use crate::follow::{LogFolder, Source, SourceError, Unread, entries};
use crate::note::VerifierKey;
use crate::trust::{LogKeys, Policy, SignedCheckpoint};
use crate::upkeep::{ImportError, KEY_FILE, import, retired_key_file};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The export, or a mirror
    #[arg(value_name = "EXPORT")]
    export: PathBuf,
    /// Folder for the ledger; it must not be there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The ledger's private key, PKCS#8; it is copied into the ledger's folder as it is. Without it, `notarium mirror` makes a
    /// copy that can be served
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// While the ledger's last checkpoint is signed by two keys: the private key that is being replaced; copied too
    #[arg(long, value_name = "FILE")]
    retiring_key: Option<PathBuf>,
    #[command(flatten)]
    source: passphrase::Source,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let key = args.source.open_key(&args.key, output)?;
    let log = LogFolder::new(&args.export);
    let note = log.checkpoint().map_err(hinted_by(SourceError::hint))?;
    let checkpoint = SignedCheckpoint::parse(note).context("the export's checkpoint")?;
    let size = checkpoint.head().size;
    let verifier = VerifierKey::new_ed25519(checkpoint.origin().key_name().clone(), key.public());
    if checkpoint.note().open(std::slice::from_ref(&verifier)).is_err() {
        return Err(anyhow!("{} is not the key that signed the export's checkpoint", args.key.display()))
            .hint("the ledger's own key is wanted; it lies in the ledger's folder as ledger.key");
    }
    let retiring = args.retiring_key.as_deref().map(|path| args.source.open_key(path, output)).transpose()?;
    let kept = retiring.as_ref().map(|key| retired_key_file(verifier.name(), &key.public()));
    let policy = Policy::for_log(&verifier, None)?;
    let read = |range: std::ops::Range<u64>| {
        entries(&log, size, range).map_err(|unread| match unread {
            Unread::NoAnswer(error) => hinted_by(SourceError::hint)(error),
            Unread::Wrong(finding) => anyhow!("{finding}"),
        })
    };
    let genesis = read(0..size.get().min(1))?.pop().ok_or(ImportError::Empty)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let prepare = |folder: &std::path::Path| {
        fs::copy(&args.key, folder.join(KEY_FILE))?;
        if let (Some(path), Some(kept)) = (&args.retiring_key, &kept) {
            fs::copy(path, folder.join(kept))?;
        }
        fs::write(folder.join("policy"), policy.as_bytes())
    };
    let failed = hinted_by(ImportError::hint);
    let mut imported =
        import(&args.directory, &genesis, LogKeys::new(key, retiring), threads, prepare).map_err(&failed)?;
    let meter = output.meter("importing", Unit::Entries, size.get());
    while imported.size() < size {
        let start = imported.size().get();
        let end = size.get().min((start / PORTION + 1) * PORTION);
        imported.take(&read(start..end)?).map_err(&failed)?;
        meter.advance(end - start);
    }
    drop(meter);
    imported.finish(&checkpoint).map_err(&failed)?;
    output.say(format_args!(
        "made the ledger {} again, {size} entries, in {}",
        verifier.name(),
        args.directory.display()
    ));
    Ok(Exit::Holds)
}
