//! `notarium export`: a whole ledger as a folder of files that any static web server can host.

use std::path::PathBuf;

use anyhow::Context;

use super::Exit;
use super::output::{Output, Unit, WithHint, hinted_by};
use crate::note::VerifierKey;
use crate::store::{Inspection, Memory, OpenError, inspect};
use crate::trust::Policy;
use crate::upkeep::{ExportError, export};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the ledger; it may be served meanwhile
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Folder to write to; made if it is not there, and empty otherwise
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let Inspection { reader, tip, doubts } =
        inspect(&args.directory, Memory::default()).map_err(hinted_by(OpenError::hint))?;
    for doubt in &doubts {
        output.warn(doubt);
    }
    let tip = tip
        .filter(|tip| tip.head().size <= reader.head().size)
        .with_context(|| format!("{} has no checkpoint that its entries reach", args.directory.display()))
        .hint("`notarium audit DIR` says what is wrong with it")?;
    let key = VerifierKey::new_ed25519(reader.origin().key_name().clone(), *reader.public_key());
    let policy = Policy::for_log(&key, None)?;
    let meter = output.meter("exporting", Unit::Entries, tip.head().size.get());
    let hint = hinted_by(|error: &ExportError| Some(error.hint()));
    let size = export(&reader, &tip, &policy, &args.out, |entries| meter.advance(entries)).map_err(hint)?;
    drop(meter);
    output.say(format_args!("exported {size} entries to {}", args.out.display()));
    Ok(Exit::Holds)
}
