//! `notarium key rotate`: replaces a ledger's own key, by an entry that both keys sign.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::super::ledger_key::open_keys;
use super::super::output::{Output, WithHint, hinted, hinted_by};
use super::super::{Exit, clock, passphrase, span};
use super::fail_point;
use crate::store::{OpenError, OpenOptions, open};
use crate::trust::LogKeys;
use crate::upkeep::{Rotated, RotationError, Unsigned, begin};

#[derive(clap::Args, Debug)]
pub(in super::super) struct Args {
    /// Folder of the ledger; stop its server first
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// For how long checkpoints carry the old key's signature too, so that whoever knows only the old key can go on verifying:
    /// a number with d, h, m or s
    #[arg(long, value_name = "SPAN", default_value = "30d", value_parser = span::parse)]
    overlap: u64,
    /// Ask for a passphrase and encrypt the new key with it; `serve` then needs it at every start
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    source: passphrase::Source,
}

pub(in super::super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let fail_point = fail_point::named(output)?;
    let now = clock::now()
        .ok_or_else(|| anyhow!("the clock is not set: it is before 1970 or after 9999"))
        .hint("set this machine's clock: every entry is dated by it")?;
    let mut opened = open(&args.directory, &OpenOptions::default()).map_err(|error| match error {
        OpenError::Locked { .. } => {
            hinted(error, "stop its server; the key of a ledger that is being served cannot be replaced")
        }
        error => hinted_by(OpenError::hint)(error),
    })?;
    let keys = open_keys(&args.directory, None, &mut opened, &args.source, output)?;
    let passphrase = args.source.for_new_key(args.passphrase, output)?;
    let failed = hinted_by(RotationError::hint);
    let rotation = begin(opened, LogKeys::into_in_force(keys), passphrase.as_ref(), now).map_err(&failed)?;
    let rotation = rotation.watched(move |step| fail_point::pass(fail_point, step));
    let rotated = rotation.admit(args.overlap, now).and_then(Unsigned::finish);
    let rotated = rotated.map_err(failed).with_context(|| format!("the ledger in {}", args.directory.display()))?;
    tell(&rotated, args, output)?;
    Ok(Exit::Holds)
}

fn tell(rotated: &Rotated, args: &Args, output: &Output) -> anyhow::Result<()> {
    let Rotated { entry, old, retired, receipt, kept, .. } = rotated;
    let directory = args.directory.display();
    output.say(format_args!("entry {entry} replaces the ledger's key {old}"));
    output.say(format_args!("back up {directory}/ledger.key: nobody can go on with this ledger without it"));
    output.say(format_args!(
        "both keys sign until {}; keep {} until a checkpoint is out that it has not signed",
        clock::both(*retired),
        kept.display()
    ));
    output.say(format_args!(
        "hand out {directory}/policy and {}, which proves the new key to whoever trusts the old one",
        receipt.display()
    ));
    output.say(
        "give the new key to the ledger's witnesses (`notarium witness add-log`), and to the policy that names them; \
         when they have cosigned it, `notarium refresh` gives the receipt of the rotation their quorum",
    );
    output.data(&rotated.new)?;
    Ok(())
}
