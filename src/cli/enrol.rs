//! `notarium enrol`: a key's holder asks to be enrolled, and a registrar approves.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::output::{Output, WithHint, hinted_by};
use super::registry_ledger::Choice;
use super::{Exit, clock, passphrase};
use crate::codec::Time;
use crate::desk::{EnrolmentRequest, Existing, MAX_REQUEST_BYTES, Readers, RequestError, Terms, WriteError, write};
use crate::evidence::{Enrol, Role};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    step: Step,
}

#[derive(clap::Subcommand, Debug)]
enum Step {
    /// Ask to be enrolled: write what your key consents to, for a registrar
    Request(RequestArgs),
    /// Enrol a key: sign its request as registrar, and have it admitted
    Approve(ApproveArgs),
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the request is written; 2 it could not be.")]
struct RequestArgs {
    /// Name that the key shall be known by, public for good; may be a pseudonym
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// File with the private key that shall be enrolled
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
    #[command(flatten)]
    ledger: Choice,
    /// What the key is for; registrars are enrolled by the ledger's own key
    #[arg(long, value_enum, default_value_t = RoleChoice::Submitter)]
    role: RoleChoice,
    /// How the registrar checks who you are, in the registrar's words, such as "identity card, in person"; public
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    assurance: String,
    /// Time from which on the enrolment shall hold, as 2026-11-23T08:50:00Z; from the start without it
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<Time>,
    /// Time at which the enrolment shall end; without end otherwise
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_after: Option<Time>,
    /// File to write the request to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Exit codes: 0 the key is enrolled; 2 it is not.")]
struct ApproveArgs {
    /// File that `notarium enrol request` wrote
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// How you checked who holds the key; must be what the request says, for the key has consented to that
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    assurance: String,
    /// File with the registrar's private key; for registrars the ledger's own, ledger.key in its folder
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
    #[command(flatten)]
    ledger: Choice,
}

/// What a key is enrolled for.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum RoleChoice {
    /// To deposit
    Submitter,
    /// To enrol submitters and revoke keys
    Registrar,
}

/// A time as people write it: RFC 3339.
pub(super) fn time(text: &str) -> Result<Time, String> {
    let time = clock::parse(text).filter(|time| time.is_stated());
    time.ok_or_else(|| {
        "a time with its zone is due, such as 2026-11-23T08:50:00Z or 2026-11-23T16:50:00+08:00".to_owned()
    })
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    match &args.step {
        Step::Request(args) => request(args, output),
        Step::Approve(args) => approve(args, output),
    }
}

fn request(args: &RequestArgs, output: &Output) -> anyhow::Result<Exit> {
    let key = args.passphrase.open_key(&args.key, output)?;
    let ledger = args.ledger.meet(output)?;
    let terms = Terms {
        ledger: *ledger.genesis(),
        role: match args.role {
            RoleChoice::Submitter => Role::Submitter,
            RoleChoice::Registrar => Role::Registrar,
        },
        name: args.name.clone(),
        assurance: args.assurance.clone(),
        not_before: args.not_before.unwrap_or_default(),
        not_after: args.not_after.unwrap_or_default(),
    };
    let request = EnrolmentRequest::consent(terms, &key).map_err(hinted_by(|error: &RequestError| error.hint()))?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    write(&args.out, request.to_text().as_bytes(), Readers::Everyone, existing).map_err(hinted_by(WriteError::hint))?;
    output.say(format_args!("wrote {}: give it to a registrar; it holds no secret", args.out.display()));
    output.data(key.public())?;
    Ok(Exit::Holds)
}

fn approve(args: &ApproveArgs, output: &Output) -> anyhow::Result<Exit> {
    let request = read(&args.request)?;
    let enrol = request.enrol();
    if args.assurance != enrol.assurance {
        return Err(anyhow!(
            "the key consents to the assurance {:?}, and you vouch for {:?}",
            enrol.assurance,
            args.assurance
        ))
        .hint(
            "vouch for what the request says if that is how you checked, or ask for a request that says what you did",
        );
    }
    let key = args.passphrase.open_key(&args.key, output)?;
    let ledger = args.ledger.meet(output)?;
    if enrol.ledger != *ledger.genesis() {
        return Err(anyhow!("the request is for another ledger, whose entry 0 has the leaf hash {}", enrol.ledger))
            .hint("name that ledger, or ask for a request for this one");
    }
    let statement = request.approve(&key).map_err(hinted_by(|error: &RequestError| error.hint()))?;
    let registered = ledger.admit(statement, &args.passphrase, output)?;
    let receipt = PathBuf::from(format!("{}.receipt", args.request.display()));
    write(&receipt, registered.receipt.as_str().as_bytes(), Readers::Everyone, Existing::Replace)
        .map_err(hinted_by(WriteError::hint))?;
    let again = if registered.repeated { ", as it was before" } else { "" };
    let (index, time) = (registered.index, clock::both(registered.time));
    output.data(format_args!("entry {index}, {time}: {}{again}, receipt {}", describe(enrol), receipt.display()))?;
    Ok(Exit::Holds)
}

fn describe(enrol: &Enrol) -> String {
    let role = match enrol.role {
        Role::Submitter => "submitter",
        Role::Registrar => "registrar",
    };
    format!("enrolled {} as {role} {:?}", hex::encode(enrol.key.as_bytes()), enrol.name)
}

fn read(path: &Path) -> anyhow::Result<EnrolmentRequest> {
    const HINT: &str = "is that a file that `notarium enrol request` wrote?";
    let length = path.metadata().with_context(|| format!("cannot read request {}", path.display())).hint(HINT)?.len();
    if length > MAX_REQUEST_BYTES {
        return Err(anyhow!("{} is too long for a request: {length} bytes", path.display())).hint(HINT);
    }
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read request {}", path.display())).hint(HINT)?;
    EnrolmentRequest::parse(&text)
        .map_err(hinted_by(|error: &RequestError| error.hint()))
        .with_context(|| format!("{} is not a request that can be approved", path.display()))
}
