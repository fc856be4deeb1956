//! `notarium audit`: replays a whole ledger (its folder, an export, or as it is served) and says what does not hold.

mod folder;
mod part;
mod tiles;

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::anyhow;

use super::Exit;
use super::ledger_option::{Source, client, read_policy};
use super::output::{Output, WithHint, hinted_by};
use crate::audit::{AuditReport, Finding, Outcome, Replay, Signatures, Standing, Uniqueness, What};
use crate::audit_state::{StateError, StateFolder};
use crate::codec::parse_decimal;
use crate::follow::{self, LogFolder};
use crate::trust::{Origin, Policy, SignedCheckpoint};

/// Findings that a person is shown.
const LISTED: usize = 30;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The ledger: its folder, an export of it, or its address with http:// or https://
    #[arg(value_name = "DIR-OR-URL")]
    ledger: Source,
    /// Policy file: the newest checkpoint must pass it. A key that has replaced one of the policy's, by the entries replayed, counts
    /// as the policy's
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder in which audits of this ledger keep where they stand; the next one goes on from there, and proves that nothing
    /// before has changed
    #[arg(long, value_name = "DIR", conflicts_with_all = ["from", "to"])]
    state: Option<PathBuf>,
    /// First entry to replay, when only a part shall be
    #[arg(long, value_name = "INDEX", value_parser = number)]
    from: Option<u64>,
    /// Entry before which to end, when only a part shall be replayed
    #[arg(long, value_name = "INDEX", value_parser = number)]
    to: Option<u64>,
    /// How signatures are judged
    #[arg(long, value_enum, default_value_t = Judged::Strict)]
    signatures: Judged,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// How signatures are judged.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// One by one, under the rule of the formats
    Strict,
    /// Many at once: a faster screen that finds damage, but cannot decide; the outcome is undetermined at best
    Batch,
}

/// What an audit is to do.
struct Plan {
    threads: usize,
    policy: Option<Policy>,
    state: Option<PathBuf>,
    signatures: Signatures,
    from: Option<u64>,
    to: Option<u64>,
}

impl Plan {
    /// Whether only a part of the entries is to be replayed.
    const fn is_part(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

/// A number as the formats spell it.
pub(super) fn number(text: &str) -> Result<u64, String> {
    parse_decimal(text).map_err(|error| error.to_string())
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    let signatures = match args.signatures {
        Judged::Strict => Signatures::Strict,
        Judged::Batch => Signatures::Screened,
    };
    if signatures == Signatures::Screened && args.state.is_some() {
        return Err(anyhow!("a screen does not decide, so there is nothing that a state could build on"))
            .hint("leave out --state or --signatures batch");
    }
    let plan = Plan {
        threads: thread::available_parallelism().map_or(1, usize::from),
        policy: args.policy.as_deref().map(read_policy).transpose()?,
        state: args.state.clone(),
        signatures,
        from: args.from,
        to: args.to,
    };
    let report = match &args.ledger {
        Source::Folder(folder) if LogFolder::is_at(folder) => seen(&LogFolder::new(folder), &plan, output)?,
        Source::Folder(folder) => folder::audit(folder, &plan, output)?,
        Source::Served(address) => seen(&client(address.clone(), output), &plan, output)?,
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

/// Replays a ledger's folder whole, as `notarium audit DIR` does.
pub(super) fn whole(directory: &Path, output: &Output) -> anyhow::Result<AuditReport> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let plan = Plan { threads, policy: None, state: None, signatures: Signatures::Strict, from: None, to: None };
    folder::audit(directory, &plan, output)
}

/// A replay from entry 0, or from where the last audit of this ledger stood.
fn begin(standing: Option<&Standing>, origin: &Origin, uniqueness: Uniqueness, plan: &Plan) -> anyhow::Result<Replay> {
    let replay = match standing {
        None => Replay::new(plan.threads, uniqueness),
        Some(standing) if standing.key().name() == origin.key_name() => {
            Replay::resume(plan.threads, uniqueness, standing.clone())
        }
        Some(standing) => {
            return Err(anyhow!("the state is of {}, and the ledger is {origin}", standing.key().name()))
                .hint("each ledger wants a state of its own: name another folder with --state");
        }
    };
    Ok(replay.with_signatures(plan.signatures))
}

/// Looks for statements that came again, and keeps where the replay stands, if nothing is wrong: true then.
fn settle(replay: &mut Replay, state: &mut StateFolder, newest: &SignedCheckpoint) -> anyhow::Result<bool> {
    let failed = hinted_by(|error: &StateError| Some(error.hint()));
    let repeat = |index, first| {
        let found = format!("that of entry {first}");
        replay.findings().push(Finding::at_entry(index, What::StatementRepeated, "a new statement", found));
    };
    state.find_repeats(newest.head().size.get(), repeat).map_err(&failed)?;
    let Some(standing) = replay.standing(newest) else { return Ok(false) };
    state.save(standing).map_err(&failed)?;
    Ok(true)
}

/// Audits a log by its tiles, and says where to look for what it finds.
fn seen(source: &impl follow::Source, plan: &Plan, output: &Output) -> anyhow::Result<AuditReport> {
    Ok(tiles::audit(source, plan, output)?.seen_at(|place| source.see(place)))
}

/// The report for a person: what was replayed, what is wrong, and last the outcome.
pub(super) fn print(report: &AuditReport, output: &Output) -> anyhow::Result<()> {
    if let Some(origin) = &report.origin {
        output.data(format_args!("ledger     {origin}"))?;
    }
    match report.from {
        0 => output.data(format_args!("entries    {} replayed", report.size))?,
        from => output.data(format_args!("entries    {} replayed, from {from} on", report.size - from))?,
    }
    output.data(format_args!("root       {}", report.root))?;
    output.data(format_args!("compared   {} heads, checkpoints and tiles", report.compared))?;
    for finding in report.findings.iter().take(LISTED) {
        output.data(format_args!("wrong      {finding}"))?;
        if let Some(see) = &finding.see {
            output.data(format_args!("           see {see}"))?;
        }
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
        (Outcome::Holds, _) if report.is_part => {
            "outcome    the entries of this part hold; nothing is said of the others".to_owned()
        }
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
