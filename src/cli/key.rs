//! `notarium key ...`: the ledger's own key.

mod fail_point;
mod rotate;

use super::Exit;
use super::output::Output;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Replace the key of a ledger that is not being served by a new one
    Rotate(rotate::Args),
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Rotate(args) => rotate::run(args, output),
    }
}
