//! `notarium witness keygen`: a new witness.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::super::output::{Output, WithHint, hinted_by};
use super::super::{Exit, passphrase};
use super::Folder;
use crate::desk::{Existing, Readers, WriteError, write};
use crate::keyfile::{self, KeyFileError};
use crate::note::{KeyName, VerifierKey};
use crate::store::{WitnessStore, WitnessStoreError};
use crate::witness::WitnessLogs;

#[derive(clap::Args, Debug)]
pub(in super::super) struct Args {
    /// Folder of the witness; made if it is not there, and empty otherwise
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Name of the witness, such as witness.example/w1
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Ask for a passphrase and encrypt the key with it; `witness serve` then needs it at every start
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    source: passphrase::Source,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let name: KeyName = args
        .name
        .parse()
        .with_context(|| format!("--name {:?}", args.name))
        .hint("name it by a domain and path of yours, such as witness.example/w1")?;
    let passphrase = args.source.for_new_key(args.passphrase, output)?;
    let folder = Folder(&args.directory);
    fs::create_dir_all(folder.0).with_context(|| format!("cannot make {}", folder.0.display()))?;
    let mut files = fs::read_dir(folder.0).with_context(|| format!("cannot read {}", folder.0.display()))?;
    if files.next().is_some() {
        return Err(anyhow!("{} is not empty", folder.0.display())).hint("name a folder that does not exist");
    }
    let key = keyfile::generate().map_err(hinted_by(KeyFileError::hint))?;
    keyfile::write_new(&folder.key(), &key, passphrase.as_ref()).map_err(hinted_by(KeyFileError::hint))?;
    WitnessStore::create(&folder.memory()).map_err(hinted_by(|error: &WitnessStoreError| error.hint()))?;
    let text = WitnessLogs::empty();
    write(&folder.logs(), text.as_bytes(), Readers::Everyone, Existing::Keep).map_err(hinted_by(WriteError::hint))?;
    let vkey = VerifierKey::new_cosigner(name, key.public());
    let text = format!("{vkey}\n");
    // Last: a folder with it is whole.
    write(&folder.vkey_path(), text.as_bytes(), Readers::Everyone, Existing::Keep)
        .map_err(hinted_by(WriteError::hint))?;
    output.say(format_args!("made the witness {}", folder.0.display()));
    output.say("never restore its db folder from a backup: it would cosign again what it has forgotten");
    output.data(&vkey)?;
    Ok(Exit::Holds)
}
