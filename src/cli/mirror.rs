//! `notarium mirror`: a verified copy of a ledger, once or over and over.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::Exit;
use super::ledger_option::{Source, client, read_policy};
use super::listening::seconds;
use super::output::{Meter, Output, Unit, hinted_by};
use crate::audit::Outcome;
use crate::follow::{self, CaughtUp, LogFolder, Mirror, MirrorError, Step};
use crate::trust::Policy;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The ledger: its address with http:// or https://, or an export of it
    #[arg(value_name = "URL")]
    ledger: Source,
    /// Folder of the mirror; made if it is not there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Policy file: a checkpoint that does not pass it is not mirrored
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Go on, and look for what is new so often
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    every: Option<Duration>,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut mirror = Mirror::open(&args.directory, threads).map_err(hinted_by(MirrorError::hint))?;
    loop {
        let caught_up = match &args.ledger {
            Source::Served(address) => catch_up(&mut mirror, &client(address.clone(), output), policy.as_ref(), output),
            Source::Folder(folder) => catch_up(&mut mirror, &LogFolder::new(folder), policy.as_ref(), output),
        };
        match (caught_up, args.every) {
            (Ok(Exit::Holds), Some(pause)) => thread::sleep(pause),
            // Nobody to be reached is no reason to stop following.
            (Err(error), Some(pause)) if mirror.checkpoint().is_some() => {
                output.error(&error);
                thread::sleep(pause);
            }
            (ended, _) => return ended,
        }
    }
}

fn catch_up(
    mirror: &mut Mirror,
    source: &impl follow::Source,
    policy: Option<&Policy>,
    output: &Output,
) -> anyhow::Result<Exit> {
    let meter: Meter<'_> = output.meter("mirroring", Unit::Entries, 0);
    let progress = |step: Step| match step {
        Step::ToCome(entries) => meter.extend(entries),
        Step::Done(entries) => meter.advance(entries),
    };
    let caught_up = mirror.catch_up(source, policy, &progress).map_err(hinted_by(MirrorError::hint))?;
    drop(meter);
    match caught_up {
        CaughtUp::Grown(from, to) if from == to => {
            output.say(format_args!("{to} entries, nothing new"));
            Ok(Exit::Holds)
        }
        CaughtUp::Grown(from, to) => {
            output.say(format_args!("{to} entries, {} of them new, all verified", to.get() - from.get()));
            Ok(Exit::Holds)
        }
        CaughtUp::Refused { report, evidence } => {
            super::audit::print(&report, output)?;
            for path in evidence {
                output.say(format_args!("kept as evidence: {}", path.display()));
            }
            Ok(if report.outcome == Outcome::Undetermined { Exit::CannotTell } else { Exit::DoesNotHold })
        }
    }
}
