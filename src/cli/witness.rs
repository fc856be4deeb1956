//! `notarium witness ...`: a witness of other ledgers' growth.
//!
//! A witness's folder holds `witness.key`, `vkey` (what others verify its cosignatures with), `logs` (what it cosigns for) and
//! `db/` (what it has cosigned). Whoever loses `db/` makes a new witness: this one could no longer tell a fork.

mod add_log;
mod keygen;
mod list;
mod serve;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::Exit;
use super::output::{Output, WithHint};
use crate::note::{KeyKind, VerifierKey};

const HINT: &str = "`notarium witness keygen DIR --name NAME` makes a witness";

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Make a witness: its key, its list of logs, its memory
    Keygen(keygen::Args),
    /// Add a log that it cosigns for; a running witness takes note
    AddLog(add_log::Args),
    /// List its logs, and what it has cosigned of each
    List(list::Args),
    /// Serve it over HTTP
    Serve(serve::Args),
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Keygen(args) => keygen::run(args, output),
        Command::AddLog(args) => add_log::run(args, output),
        Command::List(args) => list::run(args, output),
        Command::Serve(args) => serve::run(args, output),
    }
}

/// The parts of a witness's folder.
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn key(&self) -> PathBuf {
        self.0.join("witness.key")
    }

    fn vkey_path(&self) -> PathBuf {
        self.0.join("vkey")
    }

    fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    fn memory(&self) -> PathBuf {
        self.0.join("db")
    }

    /// The key that others verify its cosignatures with.
    fn vkey(&self) -> anyhow::Result<VerifierKey> {
        let path = self.vkey_path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display())).hint(HINT)?;
        let key: VerifierKey =
            text.trim_end().parse().with_context(|| format!("{} is not a key", path.display())).hint(HINT)?;
        if key.kind() != KeyKind::Cosignature {
            return Err(anyhow!("the key in {} does not cosign", path.display())).hint(HINT);
        }
        Ok(key)
    }
}
