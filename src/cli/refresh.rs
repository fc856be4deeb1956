//! `notarium refresh`: a receipt under a checkpoint that witnesses have cosigned.

use std::path::PathBuf;

use super::ledger_option::{client, read_policy};
use super::output::{Output, hinted_by};
use super::{Exit, clock};
use crate::client::Address;
use crate::desk::{KnownLedger, MeetError, RefreshError, Refreshed, refresh};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The receipt; the one that it replaces is kept as RECEIPT.1, RECEIPT.2 and so on
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// Address of the ledger
    #[arg(long, value_name = "URL")]
    ledger: Address,
    /// Policy whose log, witnesses and quorum the new receipt must satisfy; without it the ledger's word is taken for its key, and
    /// no witness is checked
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let ledger = KnownLedger::meet(client(args.ledger.clone(), output), policy).map_err(hinted_by(MeetError::hint))?;
    let refreshed = refresh(&args.receipt, &ledger).map_err(hinted_by(RefreshError::hint))?;
    let receipt = args.receipt.display();
    match refreshed {
        Refreshed::Same => output.data(format_args!("{receipt}: is the ledger's best already"))?,
        Refreshed::Replaced { kept, witnesses, vouched } => {
            output.data(format_args!("{receipt}: replaced, the older one is {}", kept.display()))?;
            match vouched {
                Some(vouched) => {
                    let time = vouched.to_time().map_or_else(|| vouched.to_string(), clock::both);
                    let clocks = witnesses.join(", ");
                    output.data(format_args!("  existed no later than {time}, by the clocks of {clocks}"))?;
                }
                None => output.warn("no policy with a quorum was given, so no witness was checked; give --policy FILE"),
            }
        }
    }
    Ok(Exit::Holds)
}
