//! What several commands ask about a ledger: its address, and whom to trust about it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::output::{Output, WithHint};
use crate::client::{Address, Client};
use crate::ledger::Receipt;
use crate::trust::{MAX_POLICY_BYTES, Policy, SignedCheckpoint};

/// A client of the ledger at an address, with a warning when others can read along.
pub(super) fn client(address: Address, output: &Output) -> Client {
    if address.is_exposed() {
        output.warn(format_args!(
            "{address} is plain HTTP to another machine: others on the way can read digests and hold back answers"
        ));
    }
    Client::new(address)
}

/// Reads a policy file.
pub(super) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let bytes = fs::metadata(path)
        .and_then(|metadata| match metadata.len() {
            length if length > MAX_POLICY_BYTES as u64 => Err(std::io::ErrorKind::FileTooLarge.into()),
            _ => fs::read(path),
        })
        .with_context(|| format!("cannot read policy {}", path.display()))
        .hint("`notarium policy URL --out FILE` fetches a ledger's, to be compared by another way")?;
    Policy::parse(bytes)
        .with_context(|| format!("{} is not a policy", path.display()))
        .hint("a policy names logs, witnesses and one quorum line (https://c2sp.org/tlog-policy)")
}

/// Reads a checkpoint of a ledger as it was before: a signed checkpoint, or a receipt, which ends with one.
pub(super) fn read_earlier(path: &Path) -> anyhow::Result<SignedCheckpoint> {
    const HINT: &str = "--not-before takes a cosigned checkpoint from before the deposit: what the ledger served at /checkpoint \
        then, or an earlier receipt, which ends with one";
    let bytes = fs::read(path).with_context(|| format!("cannot read checkpoint {}", path.display())).hint(HINT)?;
    if let Ok(receipt) = Receipt::parse(&bytes) {
        return Ok(receipt.checkpoint().clone());
    }
    SignedCheckpoint::parse(&bytes)
        .with_context(|| format!("{} is neither a signed checkpoint nor a receipt", path.display()))
        .hint(HINT)
}

/// Where a command finds a ledger that it may look at: served at an address, or its folder on this machine.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Served(Address),
    Folder(PathBuf),
}

impl std::str::FromStr for Source {
    type Err = crate::client::AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains("://") { text.parse().map(Self::Served) } else { Ok(Self::Folder(text.into())) }
    }
}
