//! `notarium find`: what a ledger has of a file or a digest.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use serde::Serialize;

use super::key_said::{claim, whose};
use super::ledger_option::{client, read_policy};
use super::output::{Output, Unit, WithHint, hinted_by};
use super::{Exit, clock};
use crate::api::EntryView;
use crate::client::Address;
use crate::crypto::{DualHasher, Sha256Digest, Sm3Digest};
use crate::desk::{
    FileError, FolderError, Found, KnownLedger, LookupError, MeetError, ProvedError, Sought, digest_file, evidence_of,
    find, find_proved, manifest_of,
};
use crate::evidence::Fingerprint;

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the ledger answered, whether it has anything or not; 2 it could not be asked.")]
pub(super) struct Args {
    /// A file, a folder, or 64 lower-case hex digits of SHA-256 or SM3 (sha256:... or sm3:... says which)
    #[arg(value_name = "PATH-OR-DIGEST")]
    what: String,
    /// Address of the ledger
    #[arg(long, value_name = "URL")]
    ledger: Address,
    /// Take the ledger's word that the entries are in its tree, rather than ask for a proof of each and verify it
    #[arg(long, conflicts_with = "policy")]
    no_proofs: bool,
    /// Policy that the signed checkpoint's log must be of; without it the ledger's word is taken for its key
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// What a list of deposits does not show.
const NOTICE: &str = "complete by the ledger's word, which only a replay of the whole ledger checks (`notarium audit`); who deposited \
    first here has not thereby made it first; entries under `partial` are of other evidence";

/// What was found, with what it does and does not show.
#[derive(Serialize)]
struct Answer<T> {
    /// Whether each entry is proved to be in the tree of a signed checkpoint.
    proved: bool,
    /// The first deposit, by its entry number.
    first: Option<u64>,
    notice: &'static str,
    #[serde(flatten)]
    found: T,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let sought = sought(&args.what, output)?;
    let client = client(args.ledger.clone(), output);
    let first = |found: &Found| found.same.first().map(|entry| entry.index);
    if args.no_proofs {
        let found = find(&client, sought).map_err(hinted_by(LookupError::hint))?;
        if args.json {
            output.json(&Answer { proved: false, first: first(&found), notice: NOTICE, found: &found })?;
        } else {
            print(&found, output)?;
        }
        return Ok(Exit::Holds);
    }
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let ledger = KnownLedger::meet(client, policy).map_err(hinted_by(MeetError::hint))?;
    let proved = find_proved(&ledger, sought).map_err(hinted_by(ProvedError::hint))?;
    if args.json {
        output.json(&Answer { proved: true, first: first(&proved.found), notice: NOTICE, found: &proved })?;
        return Ok(Exit::Holds);
    }
    print(&proved.found, output)?;
    if proved.proofs.is_empty() {
        output.say("that nothing was deposited, only a replay shows (`notarium audit`)");
        return Ok(Exit::Holds);
    }
    output.say(format_args!(
        "each of the {} is proved to be in the tree of {} entries that {} signed; that none is missing, only a replay shows",
        proved.proofs.len(),
        proved.checkpoint_size,
        ledger.key().name()
    ));
    Ok(Exit::Holds)
}

fn sought(what: &str, output: &Output) -> anyhow::Result<Sought> {
    const HINT: &str = "name a file or folder, or give 64 lower-case hex digits";
    let bad = |error| anyhow!("{what:?} is not a digest: {error}");
    if let Some(digits) = what.strip_prefix("sha256:") {
        return digits
            .parse()
            .map(Sought::Sha256)
            .map_err(|error: <Sha256Digest as std::str::FromStr>::Err| bad(error))
            .hint(HINT);
    }
    if let Some(digits) = what.strip_prefix("sm3:") {
        return digits
            .parse()
            .map(Sought::Sm3)
            .map_err(|error: <Sm3Digest as std::str::FromStr>::Err| bad(error))
            .hint(HINT);
    }
    let path = Path::new(what);
    if !path.exists() && what.len() >= 32 && what.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let digest: Sha256Digest = what.parse().map_err(bad).hint(HINT)?;
        return Ok(Sought::Either(digest, Sm3Digest::from_bytes(*digest.as_bytes())));
    }
    let meter = output.meter("hashing", Unit::Bytes, 0);
    let digests = if path.is_dir() {
        let manifest = manifest_of(path, &meter).map_err(hinted_by(FolderError::hint))?;
        let mut hasher = DualHasher::new();
        hasher.update(manifest.as_bytes());
        hasher.finish()
    } else {
        meter.extend(path.metadata().map_or(0, |metadata| metadata.len()));
        digest_file(path, &meter).map_err(hinted_by(FileError::hint))?
    };
    Ok(Sought::Evidence(Fingerprint::plain(&digests)))
}

fn print(found: &Found, output: &Output) -> anyhow::Result<()> {
    for (at, entry) in found.same.iter().enumerate() {
        output.data(line(entry, if at == 0 { "  first deposit" } else { "" }))?;
    }
    if !found.partial.is_empty() {
        output.data("one digest in common, or both without mode and length; not the same evidence:")?;
        for entry in &found.partial {
            output.data(line(entry, ""))?;
        }
    }
    output.say(format_args!(
        "{} found among {} entries, complete by the ledger's word; a private deposit is not found by its file",
        found.same.len(),
        found.size
    ));
    if !found.same.is_empty() {
        output.say("who deposited first here has not thereby made it first");
    }
    Ok(())
}

fn line(entry: &EntryView, mark: &str) -> String {
    let time = clock::parse(&entry.time).map_or_else(|| entry.time.clone(), clock::both);
    let key = entry.statement.as_ref().map_or("unknown", |statement| statement.public_key.as_str());
    let length = evidence_of(entry).map_or_else(String::new, |evidence| match evidence.mode.as_str() {
        "plain" => format!("  {} bytes", evidence.length),
        _ => "  private".to_owned(),
    });
    let (whose, claim) = (entry.key.as_deref().map(whose), entry.key.as_deref().map(claim));
    let (whose, claim) = (whose.unwrap_or_default(), claim.unwrap_or_default());
    format!("entry {}  {time}  by {key}{whose}{length}{mark}{claim}", entry.index)
}
