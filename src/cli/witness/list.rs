//! `notarium witness list`: what a witness cosigns for, and how far.

use std::path::PathBuf;

use super::super::Exit;
use super::super::output::{Output, WithHint, hinted_by};
use super::Folder;
use crate::store::{WitnessStore, WitnessStoreError};
use crate::witness::WitnessLogs;

#[derive(clap::Args, Debug)]
pub(in super::super) struct Args {
    /// Folder of the witness
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let folder = Folder(&args.directory);
    output.data(format_args!("witness {}", folder.vkey()?))?;
    let logs = WitnessLogs::open(&folder.logs()).hint(super::HINT)?;
    let store_fails = hinted_by(|error: &WitnessStoreError| error.hint());
    let store = WitnessStore::look(&folder.memory()).map_err(&store_fails)?;
    let mut holds = true;
    for origin in logs.origins() {
        let far = match store.latest(&origin).map_err(&store_fails)? {
            Some(latest) => format!("cosigned {} entries, root {}", latest.head().size, latest.head().root),
            None => "nothing cosigned yet".to_owned(),
        };
        output.data(format_args!("log {origin}: {far}"))?;
        for key in logs.keys(&origin) {
            output.data(format_args!("  key {key}"))?;
        }
        for fork in store.forks(&origin).map_err(&store_fails)? {
            holds = false;
            let size = fork.other.head().size;
            output.data(format_args!(
                "  FORK: it has signed two trees of {size} entries:\n{}\n{}",
                fork.cosigned, fork.other
            ))?;
        }
    }
    Ok(if holds { Exit::Holds } else { Exit::DoesNotHold })
}
