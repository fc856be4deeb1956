//! `notarium policy`: a ledger's key as a policy for verifiers, with a fingerprint to compare.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::Exit;
use super::ledger_option::client;
use super::output::{Output, WithHint, hinted_by};
use crate::client::{Address, ClientError};
use crate::crypto::sha256;
use crate::desk::{Existing, Readers, WriteError, write};
use crate::note::VerifierKey;
use crate::trust::{Origin, Policy};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Address of the ledger
    #[arg(value_name = "URL")]
    ledger: Address,
    /// File to write the policy to, instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite FILE if it exists
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let client = client(args.ledger.clone(), output);
    let info = client.ledger().map_err(hinted_by(ClientError::hint))?;
    let key: VerifierKey = info
        .vkey
        .parse()
        .map_err(|error| anyhow!("the ledger's key {:?} is not understood: {error}", info.vkey))
        .hint("is that the address of a notarium ledger?")?;
    // A key's name may hold what steers a terminal; a ledger's own name may not, and the policy is printed as it is.
    key.name()
        .as_str()
        .parse::<Origin>()
        .with_context(|| format!("the name of the ledger's key, {:?}, cannot be a ledger's", key.name().as_str()))
        .hint("is that the address of a notarium ledger?")?;
    let policy = Policy::for_log(&key, Some(client.address().as_str()))?;
    match &args.out {
        None => output.raw(&String::from_utf8_lossy(policy.as_bytes()))?,
        Some(path) => {
            let existing = if args.force { Existing::Replace } else { Existing::Keep };
            write(path, policy.as_bytes(), Readers::Everyone, existing).map_err(hinted_by(WriteError::hint))?;
            output.say(format_args!("wrote {}", path.display()));
        }
    }
    output.warn("this policy comes from the operator of the ledger itself; compare the fingerprint by another way");
    output.say(format_args!("fingerprint {}", fingerprint(&key)));
    Ok(Exit::Holds)
}

/// SHA-256 of a verifier key's text in groups of eight digits, to be read out over the telephone:
/// `printf %s "$VKEY" | sha256sum` gives the same digits.
pub(super) fn fingerprint(key: &VerifierKey) -> String {
    let digits = sha256(&[key.to_string().as_bytes()]).to_string();
    let groups: Vec<_> = (0..digits.len()).step_by(8).map(|at| &digits[at..at + 8]).collect();
    groups.join(" ")
}
