//! `notarium keygen`: a key pair to sign deposits with.

use std::path::PathBuf;

use super::Exit;
use super::output::{Output, hinted_by};
use super::passphrase;
use crate::keyfile::{self, KeyFileError};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// File to write the private key to: PKCS#8 in PEM, readable by its owner only
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Ask for a passphrase and encrypt the file with it; without any passphrase it is not encrypted
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    source: passphrase::Source,
    /// Overwrite FILE if it exists; the key in it is then lost
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let passphrase = args.source.for_new_key(args.passphrase, output)?;
    let key = keyfile::generate().map_err(hinted_by(KeyFileError::hint))?;
    let write = if args.force { keyfile::replace } else { keyfile::write_new };
    write(&args.out, &key, passphrase.as_ref()).map_err(hinted_by(KeyFileError::hint))?;
    output.say(format_args!(
        "wrote {} ({}); keep a copy where only you can reach it: nobody can sign as this key without it",
        args.out.display(),
        if passphrase.is_some() { "encrypted" } else { "not encrypted" }
    ));
    output.data(format_args!("public key {}", key.public()))?;
    Ok(Exit::Holds)
}
