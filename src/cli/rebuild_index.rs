//! `notarium rebuild-index`: the indexes of a ledger, made again from its entries.

use std::path::{Path, PathBuf};

use super::Exit;
use super::output::{Output, Unit, hinted_by};
use crate::store::{Memory, OpenError, rebuild_indexes};
use crate::upkeep::{ControlClient, ControlError};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the ledger; if it is served, lookups fail and nothing is admitted until it is done
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    rebuild(&args.directory, output)
}

/// Makes the indexes again, through the server if there is one.
pub(super) fn rebuild(directory: &Path, output: &Output) -> anyhow::Result<Exit> {
    let meter = output.meter("indexing", Unit::Entries, 0);
    let mut shown = 0;
    let progress = |done: u64, total: u64| {
        if shown == 0 {
            meter.extend(total);
        }
        meter.advance(done - shown);
        shown = done;
    };
    let server = ControlClient::connect(directory).map_err(hinted_by(ControlError::hint))?;
    let rebuilt = match server {
        Some(mut server) => server.rebuild_index(progress).map_err(hinted_by(ControlError::hint))?,
        None => rebuild_indexes(directory, Memory::default(), progress).map_err(hinted_by(OpenError::hint))?,
    };
    drop(meter);
    output.say(format_args!("made the indexes again from {rebuilt} entries"));
    Ok(Exit::Holds)
}
