//! `notarium backup`: a ledger, served or not, copied to a folder of generations.

use std::path::PathBuf;

use super::Exit;
use super::output::{Output, hinted_by};
use crate::upkeep::{BackupFailed, BackupPlan, backup};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the ledger; it may be served meanwhile, and is then asked over its control socket
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Folder of the backups; made if it is not there. A backup after the first copies what is new
    #[arg(value_name = "BACKUP")]
    out: PathBuf,
    /// Copy the ledger's private key as well, and those that it has replaced: whoever has it can sign as the ledger. Without it,
    /// keep the key elsewhere
    #[arg(long)]
    with_key: bool,
    /// Backups to keep, the newest ones; without it all are kept
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let plan = BackupPlan { with_key: args.with_key, keep: args.keep };
    let made = backup(&args.directory, &args.out, plan).map_err(hinted_by(BackupFailed::hint))?;
    let generation = &made.generation;
    output.say(format_args!(
        "backup {} of {}: {} entries, while the ledger was {}",
        generation.id,
        generation.checkpoint.origin(),
        generation.checkpoint.head().size,
        if made.was_served { "served" } else { "at rest" }
    ));
    if args.with_key {
        output.warn(format_args!("{} holds the ledger's private key; guard it like the ledger", args.out.display()));
    } else {
        output.say(
            "the ledger's private key is not in it: keep ledger.key elsewhere, no other key goes on with this ledger",
        );
    }
    Ok(Exit::Holds)
}
