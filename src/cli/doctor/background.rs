//! Looking a served ledger over in the background: begun, asked after and stopped over the control socket; and the process that does it.

use std::io;
use std::thread;

use rustix::process::{Signal, getpid, kill_process, setpriority_process};

use super::super::Exit;
use super::super::output::{Output, WithHint as _, hinted_by};
use super::{Args, look_over};
use crate::api::{ControlAnswer, ScrubEnd, ScrubOutcome, ScrubStanding};
use crate::upkeep::{ControlClient, ControlError, ScrubReport, last_scrub};

/// Faults that the server keeps, and the characters of each: an answer is one line of 16 KiB.
const KEPT: usize = 20;
const LETTERS: usize = 200;
/// The least priority that there is.
const LEAST: i32 = 19;

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    if args.for_server {
        return serve(args, output);
    }
    let server = ControlClient::connect(&args.directory).map_err(hinted_by(ControlError::hint))?;
    let Some(mut server) = server else {
        return at_rest(args, output);
    };
    let answer = if args.detach {
        server.scrub(args.rate)
    } else if args.stop {
        server.stop_scrub()
    } else {
        server.scrub_standing()
    };
    let standing = answer.map_err(hinted_by(ControlError::hint))?;
    if args.detach {
        output.say("the server looks the ledger over; `notarium doctor DIR --status` tells how far it is, and its log what it found");
        return Ok(Exit::Holds);
    }
    if args.stop {
        output.say("the server looks no further");
        return Ok(Exit::Holds);
    }
    tell(args, &standing, output)
}

/// Nobody serves it: what is known is what was written down.
fn at_rest(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    if !args.status {
        return Err(anyhow::anyhow!("nobody serves {}", args.directory.display()))
            .hint("without --detach it is looked over by this command itself");
    }
    tell(args, &ScrubStanding { running: None, last: last_scrub(&args.directory)? }, output)
}

fn tell(args: &Args, standing: &ScrubStanding, output: &Output) -> anyhow::Result<Exit> {
    if args.json {
        output.json(standing)?;
    } else {
        if let Some(running) = &standing.running {
            let (done, total, since) = (running.done, running.total, &running.started_at);
            output.data(format_args!("running    {done} of {total} entries hashed again, since {since}"))?;
        }
        match &standing.last {
            Some(last) => print(last, output)?,
            None => output.data("last       never, as far as is known here")?,
        }
    }
    Ok(match standing.last.as_ref().map(|last| &last.end) {
        Some(ScrubEnd::Whole { .. }) => Exit::Holds,
        Some(ScrubEnd::Damaged { .. }) => Exit::DoesNotHold,
        Some(ScrubEnd::Failed { .. }) | None => Exit::CannotTell,
    })
}

fn print(last: &ScrubOutcome, output: &Output) -> io::Result<()> {
    let (from, to) = (&last.started_at, &last.ended_at);
    match &last.end {
        ScrubEnd::Whole { entries } => {
            output.data(format_args!("last       {from} to {to}: {entries} entries, nothing is damaged"))
        }
        ScrubEnd::Failed { why } => output.data(format_args!("last       {from} to {to}: could not be done: {why}")),
        ScrubEnd::Damaged { entries, fault_count, faults, .. } => {
            output.data(format_args!("last       {from} to {to}: {entries} entries, {fault_count} faults"))?;
            for fault in faults {
                output.data(format_args!("wrong      {fault}"))?;
            }
            output.data("           `notarium doctor DIR` looks again and lists all")
        }
    }
}

/// The process that a server has begun: in nobody's way, and gone when the server is.
fn serve(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        // Not in good order: RocksDB may be in the middle of a file, and nobody needs the rest.
        let _ = kill_process(getpid(), Signal::KILL);
    });
    // A confined service may not; the rate holds all the same.
    let _ = setpriority_process(None, LEAST);
    let report = look_over(args, |done, total| {
        let _ = line(output, &ControlAnswer::Progress { done, total });
    });
    let end = match report {
        Ok(report) => end(&report),
        Err(error) => ScrubEnd::Failed { why: short(&format!("{error:#}")) },
    };
    line(output, &ControlAnswer::Scrubbed { end })?;
    Ok(Exit::Holds)
}

fn line(output: &Output, answer: &ControlAnswer) -> anyhow::Result<()> {
    Ok(output.raw(&(serde_json::to_string(answer)? + "\n"))?)
}

fn end(report: &ScrubReport) -> ScrubEnd {
    if report.fault_count == 0 {
        return ScrubEnd::Whole { entries: report.entries };
    }
    let faults = report.faults.iter().take(KEPT).map(|fault| short(&format!("{}: {}", fault.place, fault.what)));
    ScrubEnd::Damaged {
        entries: report.entries,
        fault_count: report.fault_count,
        only_indexes: report.only_indexes,
        faults: faults.collect(),
    }
}

fn short(text: &str) -> String {
    text.chars().take(LETTERS).collect()
}
