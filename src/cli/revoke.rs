//! `notarium revoke`: shuts a key out for good, by a registrar or by the key itself.

use std::path::PathBuf;

use anyhow::anyhow;

use super::enrol::time;
use super::output::{Output, WithHint, hinted_by};
use super::registry_ledger::Choice;
use super::{Exit, clock, passphrase};
use crate::codec::Time;
use crate::crypto::PublicKey;
use crate::desk::{Existing, Readers, WriteError, write};
use crate::evidence::{Body, Revoke, RevokeReason, SignedStatement, SuiteKey};

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the key is revoked; 2 it is not.")]
pub(super) struct Args {
    /// The key that is revoked, 64 lower-case hex digits; what it signed before stays as it is
    #[arg(value_name = "KEY")]
    revoked: PublicKey,
    /// File with the private key that signs: a registrar's, or the one that is revoked; for registrars the ledger's own
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
    #[command(flatten)]
    ledger: Choice,
    /// Why
    #[arg(long, value_enum, default_value_t = Reason::Unspecified)]
    reason: Reason,
    /// Since when the key may have been in other hands, as 2026-11-23T08:50:00Z: your claim, shown beside its entries
    #[arg(long, value_name = "TIME", value_parser = time)]
    compromised_since: Option<Time>,
    /// File to write the receipt to
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
}

/// Why a key is revoked.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// Not said
    Unspecified,
    /// Somebody else may have it
    KeyCompromised,
    /// Another key takes its place
    Superseded,
    /// Its holder stops
    Ceased,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let key = args.passphrase.open_key(&args.key, output)?;
    if args.compromised_since.is_some() && key.public() == args.revoked {
        return Err(anyhow!("a key that revokes itself cannot say since when it was compromised"))
            .hint("whoever has the key could say so; leave out --compromised-since, or have a registrar revoke it");
    }
    let ledger = args.ledger.meet(output)?;
    let body = Revoke {
        ledger: *ledger.genesis(),
        key: SuiteKey::Ed25519(args.revoked),
        reason: match args.reason {
            Reason::Unspecified => RevokeReason::Unspecified,
            Reason::KeyCompromised => RevokeReason::KeyCompromised,
            Reason::Superseded => RevokeReason::Superseded,
            Reason::Ceased => RevokeReason::Ceased,
        },
        compromised_since: args.compromised_since.unwrap_or_default(),
    };
    let statement = SignedStatement::sign(&Body::Revoke(body), &key)?;
    let registered = ledger.admit(statement, &args.passphrase, output)?;
    if let Some(path) = &args.receipt {
        write(path, registered.receipt.as_str().as_bytes(), Readers::Everyone, Existing::Replace)
            .map_err(hinted_by(WriteError::hint))?;
    }
    let again = if registered.repeated { ", as it was before" } else { "" };
    let (index, time) = (registered.index, clock::both(registered.time));
    output.data(format_args!("entry {index}, {time}: revoked {}{again}", args.revoked))?;
    output.say("revocation is final: this key is never enrolled again");
    Ok(Exit::Holds)
}
