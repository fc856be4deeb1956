//! What several commands ask about a ledger: its address, and whom to trust about it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::output::{Output, WithHint};
use crate::client::{Address, Client};
use crate::trust::{MAX_POLICY_BYTES, Policy};

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
