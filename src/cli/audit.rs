//! `notarium audit`: replays a whole ledger, from its folder or as it is served, and says what does not hold.

mod folder;
mod served;

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use super::Exit;
use super::ledger_option::{Source, client, read_policy};
use super::output::{Meter, Output};
use crate::audit::{AuditReport, Outcome, Replay};

/// Entries that are replayed at a time, a whole number of bundles: some tens of milliseconds of signatures, and at most a
/// few megabytes.
const ENTRIES_AT_A_TIME: u64 = 4_096;
/// Findings that a person is shown.
const LISTED: usize = 30;
/// Reads that may wait for the replay, so that reading and verifying go on side by side.
const READ_AHEAD: usize = 2;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The ledger: its folder, or its address with http:// or https://
    #[arg(value_name = "DIR-OR-URL")]
    ledger: Source,
    /// Policy file: the newest checkpoint must pass it
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let report = match &args.ledger {
        Source::Folder(folder) => folder::audit(folder, policy.as_ref(), threads, output)?,
        Source::Served(address) => served::audit(&client(address.clone(), output), policy.as_ref(), threads, output)?,
    };
    if args.json {
        output.json(&report)?;
    } else {
        print(&report, output)?;
    }
    Ok(match report.outcome {
        Outcome::Holds => Exit::Holds,
        Outcome::Fails => Exit::DoesNotHold,
        Outcome::Undetermined => Exit::CannotTell,
    })
}

/// The report for a person: what was replayed, what is wrong, and last the outcome.
fn print(report: &AuditReport, output: &Output) -> anyhow::Result<()> {
    if let Some(origin) = &report.origin {
        output.data(format_args!("ledger     {origin}"))?;
    }
    output.data(format_args!("entries    {} replayed", report.size))?;
    output.data(format_args!("root       {}", report.root))?;
    output.data(format_args!("compared   {} heads, checkpoints and tiles", report.compared))?;
    for finding in report.findings.iter().take(LISTED) {
        output.data(format_args!("wrong      {finding}"))?;
    }
    say_more(report.finding_count, report.findings.len().min(LISTED), output)?;
    if report.later_roots > 0 {
        output.data(format_args!("           {} later roots differ for the same reason", report.later_roots))?;
    }
    for unknown in report.not_understood.iter().take(LISTED) {
        output.data(format_args!("unknown    entry {}: {} is not understood", unknown.index, unknown.what))?;
    }
    say_more(report.not_understood_count, report.not_understood.len().min(LISTED), output)?;
    for what in &report.not_checked {
        output.data(format_args!("unchecked  {what}"))?;
    }
    output.data(conclusion(report))?;
    Ok(())
}

/// Says how many of `count` are not listed.
fn say_more(count: u64, listed: usize, output: &Output) -> anyhow::Result<()> {
    match count - listed as u64 {
        0 => {}
        left => output.data(format_args!("           and {left} more; --json lists up to a thousand"))?,
    }
    Ok(())
}

fn conclusion(report: &AuditReport) -> String {
    match (report.outcome, report.first_bad) {
        (Outcome::Holds, _) => "outcome    everything was recomputed and holds".to_owned(),
        (Outcome::Undetermined, _) => {
            "outcome    undetermined: nothing is wrong, but not all of it could be checked".to_owned()
        }
        (Outcome::Fails, Some(index)) if report.findings.iter().any(|finding| finding.index == Some(index)) => {
            format!("outcome    does not hold: the first bad entry is {index}")
        }
        (Outcome::Fails, Some(index)) => format!("outcome    does not hold: something is wrong from entry {index} on"),
        (Outcome::Fails, None) => "outcome    does not hold: the store is damaged".to_owned(),
    }
}

/// Feeds a replay from a reader on a thread of its own. `read` gives the entries of a range, in order, and may stop early;
/// `after` is told of each range that was replayed.
fn replay_all<E: Send + Sync + AsRef<[u8]>, Error: Send>(
    replay: &mut Replay,
    size: u64,
    meter: &Meter<'_>,
    mut read: impl FnMut(std::ops::Range<u64>) -> Result<Vec<E>, Error> + Send,
    mut after: impl FnMut(&mut Replay, std::ops::Range<u64>) -> anyhow::Result<()>,
) -> anyhow::Result<Result<(), Error>> {
    let (send, received) = mpsc::sync_channel(READ_AHEAD);
    thread::scope(|scope| {
        scope.spawn(move || {
            for start in (0..size).step_by(usize::try_from(ENTRIES_AT_A_TIME).unwrap_or(usize::MAX)) {
                let range = start..size.min(start + ENTRIES_AT_A_TIME);
                let entries = read(range.clone());
                let failed = entries.is_err();
                // Nobody receives any more: the replay has ended with an error of its own.
                if send.send((range, entries)).is_err() || failed {
                    return;
                }
            }
        });
        for (range, entries) in received {
            match entries {
                Ok(entries) => replay.feed(&entries)?,
                Err(error) => return Ok(Err(error)),
            }
            meter.advance(range.end - range.start);
            after(replay, range)?;
        }
        Ok(Ok(()))
    })
}
