//! `notarium witness add-log`: one more log to cosign for.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::super::Exit;
use super::super::output::{Output, WithHint, hinted_by};
use super::Folder;
use crate::desk::{Existing, Readers, WriteError, write};
use crate::note::{KeyKind, VerifierKey};
use crate::witness::WitnessLogs;

#[derive(clap::Args, Debug)]
pub(in super::super) struct Args {
    /// Folder of the witness
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Verifier key of the log, as `notarium init` prints it and `/v1/ledger` shows it
    #[arg(value_name = "VKEY")]
    key: String,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    const HINT: &str = "a log's key reads NAME+HASH+KEY; have it by another way than from the log's own address";
    let folder = Folder(&args.directory);
    folder.vkey()?;
    let key: VerifierKey = args.key.parse().with_context(|| format!("the key {:?}", args.key)).hint(HINT)?;
    if key.kind() != KeyKind::Ed25519 {
        return Err(anyhow!("{key} is a witness's key, not a log's")).hint(HINT);
    }
    let list =
        WitnessLogs::with(&folder.logs(), &key).hint("`notarium witness list DIR` shows the logs that are there")?;
    write(&folder.logs(), list.as_bytes(), Readers::Everyone, Existing::Replace)
        .map_err(hinted_by(WriteError::hint))?;
    output.say(format_args!("cosigns for {} from now on", key.name()));
    Ok(Exit::Holds)
}
