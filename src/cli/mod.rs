//! The voice: clap types as typed, one file a command.
//!
//! A command is a file with `Args` and `run(args, &Output) -> anyhow::Result<Exit>`; it turns what was typed into calls of
//! the rooms below and their answers into words. `output` is the only place that prints: data to stdout, words to stderr.
//! Not here: anything that another program could want to call; that is in the rooms below.

mod audit;
mod backup;
mod certificate;
mod clock;
mod doctor;
mod document;
mod enrol;
mod export;
mod find;
mod history;
mod import;
mod init;
mod key;
mod key_said;
mod keygen;
mod keys;
mod language;
mod ledger_key;
mod ledger_option;
mod listening;
mod mirror;
mod monitor;
mod output;
mod passphrase;
mod platform;
mod policy;
mod private_memory;
mod prove_key;
mod rebuild_index;
mod refresh;
mod registry_ledger;
mod restore;
mod revoke;
mod serve;
mod show;
mod span;
mod step_eight;
mod submit;
mod verifier;
mod verify;
mod verify_fork;
mod witness;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};

use self::output::Output;

/// Version and build, as `--version` and the reports name them.
static VERSION: LazyLock<String> = LazyLock::new(|| format!("{} (build {})", env!("CARGO_PKG_VERSION"), build()));

/// Which build of the program this is: the git commit, which the Makefile puts into `NOTARIUM_BUILD`.
fn build() -> &'static str {
    option_env!("NOTARIUM_BUILD").filter(|build| !build.is_empty()).unwrap_or("unknown")
}

/// The program as a certificate or a report names it.
fn software() -> String {
    format!("notarium {}", *VERSION)
}

/// What a command's exit code says (the house's three codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: it holds; all done.
    Holds,
    /// 1: it does not hold; some items were refused.
    DoesNotHold,
    /// 2: it could not be told; the command could not run.
    CannotTell,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Holds => Self::SUCCESS,
            Exit::DoesNotHold => Self::from(1),
            Exit::CannotTell => Self::from(2),
        }
    }
}

#[derive(Parser)]
#[command(
    name = "notarium",
    version = VERSION.as_str(),
    about = "An evidence ledger that a court can run and anyone can check",
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 it holds, all done; 1 it does not hold, some items refused; 2 could not be told, could not run."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key pair to sign deposits with
    Keygen(keygen::Args),
    /// Make a ledger: its key, its first entry, a policy for verifiers
    Init(init::Args),
    /// Serve a ledger over HTTP
    Serve(serve::Args),
    /// Deposit files and folders; a receipt is written beside each
    Submit(submit::Args),
    /// Verify evidence against its receipt, off line
    Verify(verify::Args),
    /// Replace a receipt by one that witnesses have cosigned
    Refresh(refresh::Args),
    /// Write a certificate of a deposit, to print or for programs
    Certificate(certificate::Args),
    /// Show what a receipt says, without verifying it
    Show(show::Args),
    /// Look up what a ledger has of a file or a digest
    Find(find::Args),
    /// Ask to have a key enrolled, or approve that as registrar
    Enrol(enrol::Args),
    /// Revoke a key, for good
    Revoke(revoke::Args),
    /// Replace a ledger's own key
    Key(key::Args),
    /// List the keys that a ledger has enrolled and revoked, or show one
    Keys(keys::Args),
    /// Set a challenge to whoever holds a key, answer one, check an answer
    ProveKey(prove_key::Args),
    /// Show what an entry continues, and what continues it
    History(history::Args),
    /// Fetch a ledger's key as a policy for verifiers
    Policy(policy::Args),
    /// Print what a court may ask of the platform: how it is run, and whether its operator deposits too
    Platform(platform::Args),
    /// Write the verifier as one HTML file that works off line
    Verifier(verifier::Args),
    /// Replay a whole ledger, and say what does not hold
    Audit(audit::Args),
    /// Keep a verified copy of a ledger, as files
    Mirror(mirror::Args),
    /// Watch a ledger for a key, a digest or a file
    Monitor(monitor::Args),
    /// Check a proof that a ledger has signed two histories
    VerifyFork(verify_fork::Args),
    /// Write a whole ledger out as files
    Export(export::Args),
    /// Make a serving ledger again from an export
    Import(import::Args),
    /// Back up a ledger, also while it is served
    Backup(backup::Args),
    /// Make a ledger again from a backup, verified, and not behind what was seen of it
    Restore(restore::Args),
    /// Look a ledger over for damage, also while it is served; save what is left of a damaged one
    Doctor(doctor::Args),
    /// Make a ledger's indexes again from its entries
    RebuildIndex(rebuild_index::Args),
    /// Be a witness: cosign the checkpoints of ledgers that grow without a break
    Witness(witness::Args),
}

/// Runs the command line with the arguments given, the program's name first, and returns its exit code.
///
/// Data goes to stdout, words go to stderr. A reader of stdout that goes away early is not an error: the command finishes
/// its work, prints nothing more, and exits with the code that it would have had.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let output = Output::new();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return Output::usage(&error).into(),
    };
    let outcome = match cli.command {
        Command::Keygen(args) => keygen::run(&args, &output),
        Command::Init(args) => init::run(&args, &output),
        Command::Serve(args) => serve::run(&args, &output),
        Command::Submit(args) => submit::run(&args, &output),
        Command::Verify(args) => verify::run(&args, &output),
        Command::Refresh(args) => refresh::run(&args, &output),
        Command::Certificate(args) => certificate::run(&args, &output),
        Command::Show(args) => show::run(&args, &output),
        Command::Find(args) => find::run(&args, &output),
        Command::Enrol(args) => enrol::run(&args, &output),
        Command::Revoke(args) => revoke::run(&args, &output),
        Command::Key(args) => key::run(&args, &output),
        Command::Keys(args) => keys::run(&args, &output),
        Command::ProveKey(args) => prove_key::run(&args, &output),
        Command::History(args) => history::run(&args, &output),
        Command::Policy(args) => policy::run(&args, &output),
        Command::Platform(args) => platform::run(&args, &output),
        Command::Verifier(args) => verifier::run(&args, &output),
        Command::Audit(args) => audit::run(&args, &output),
        Command::Mirror(args) => mirror::run(&args, &output),
        Command::Monitor(args) => monitor::run(&args, &output),
        Command::VerifyFork(args) => verify_fork::run(&args, &output),
        Command::Export(args) => export::run(&args, &output),
        Command::Import(args) => import::run(&args, &output),
        Command::Backup(args) => backup::run(&args, &output),
        Command::Restore(args) => restore::run(&args, &output),
        Command::Doctor(args) => doctor::run(&args, &output),
        Command::RebuildIndex(args) => rebuild_index::run(&args, &output),
        Command::Witness(args) => witness::run(&args, &output),
    };
    outcome
        .unwrap_or_else(|error| {
            output.error(&error);
            Exit::CannotTell
        })
        .into()
}
