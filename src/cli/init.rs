//! `notarium init`: a new ledger with its key, its first entry and a policy for those who verify.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::output::{Output, WithHint, hinted_by};
use super::{Exit, clock, passphrase};
use crate::desk::{Existing, Readers, WriteError, write};
use crate::evidence::{Admission, Genesis};
use crate::keyfile::{self, KeyFileError};
use crate::ledger::genesis;
use crate::note::VerifierKey;
use crate::store::{CreateError, Founding, Memory};
use crate::trust::{Origin, Policy};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the ledger; made if it is not there, and empty otherwise
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Name of the ledger for good, in every checkpoint: a domain and path of yours, such as ledger.example/court
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// Who may deposit
    #[arg(long, value_enum, default_value_t = WhoDeposits::Open)]
    admission: WhoDeposits,
    /// Ask for a passphrase and encrypt the ledger's key with it; `serve` then needs it at every start
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    source: passphrase::Source,
}

/// Who may deposit.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum WhoDeposits {
    /// Any key
    Open,
    /// Enrolled keys only
    Enrolled,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let origin = parse_origin(&args.origin)?;
    let now = clock::now()
        .ok_or_else(|| anyhow!("the clock is not set: it is before 1970 or after 9999"))
        .hint("set this machine's clock: every entry is dated by it")?;
    let passphrase = args.source.for_new_key(args.passphrase, output)?;
    let founding = Founding::begin(&args.directory).map_err(hinted_by(CreateError::hint))?;
    let key = keyfile::generate().map_err(hinted_by(KeyFileError::hint))?;
    let key_path = founding.directory().join("ledger.key");
    keyfile::write_new(&key_path, &key, passphrase.as_ref()).map_err(hinted_by(KeyFileError::hint))?;
    let verifier = VerifierKey::new_ed25519(origin.key_name().clone(), key.public());
    let policy = Policy::for_log(&verifier, None)?;
    let policy_path = founding.directory().join("policy");
    write(&policy_path, policy.as_bytes(), Readers::Everyone, Existing::Keep).map_err(hinted_by(WriteError::hint))?;
    let admission = match args.admission {
        WhoDeposits::Open => Admission::Open,
        WhoDeposits::Enrolled => Admission::Enrolled,
    };
    let first = genesis(Genesis { origin, admission }, &key, now)?;
    founding.finish(first, &key, Memory::default()).map_err(hinted_by(CreateError::hint))?;
    output.say(format_args!("made the ledger {}", args.directory.display()));
    output.say(format_args!("back up {}: nobody can go on with this ledger without it", key_path.display()));
    output.say(format_args!("{} is for those who verify receipts; hand it out", policy_path.display()));
    if admission == Admission::Enrolled {
        output.say(
            "nobody can deposit yet: make a registrar with that key (`notarium enrol`), who then enrols submitters",
        );
    }
    output.data(&verifier)?;
    Ok(Exit::Holds)
}

fn parse_origin(text: &str) -> anyhow::Result<Origin> {
    const HINT: &str = "name it by a domain and path of yours, such as ledger.example/court";
    let origin: Origin = text.parse().with_context(|| format!("--origin {text:?}")).hint(HINT)?;
    if text.contains("://") {
        // A name stays for good, and checkpoints carry it without a scheme (C2SP tlog-checkpoint).
        return Err(anyhow!("--origin {text:?}: a name has no scheme")).hint(HINT);
    }
    Ok(origin)
}
