//! `notarium doctor`: looks a ledger over for damage, served or not; makes its indexes again; saves what is left of a damaged one.

mod background;

use std::path::{Path, PathBuf};

use clap::ArgGroup;

use super::Exit;
use super::output::{Output, Unit, WithHint as _, hinted_by};
use crate::store::OpenError;
use crate::upkeep::{ControlClient, ControlError, SalvageError, Salvaged, ScrubPlan, ScrubReport, salvage, scrub};

/// Faults and losses that a person is shown.
const LISTED: usize = 30;
/// What a ledger that is served is read at, in MiB a second, unless another rate is said.
const SERVED_RATE: u32 = 32;

#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(group = ArgGroup::new("what").args(["rebuild_indexes", "salvage", "detach", "status", "stop", "for_server"]))]
pub(super) struct Args {
    /// Folder of the ledger; it may be served meanwhile, and is then asked for a snapshot over its control socket
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// MiB to read in a second at most; by default 32 from a ledger that is served, and no bound otherwise
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Make the indexes again from the entries, as `notarium rebuild-index` does
    #[arg(long)]
    rebuild_indexes: bool,
    /// Write all of a damaged ledger that is still provable to this folder, in the form of an export, and name what is lost. The
    /// ledger must not be served, and is not changed
    #[arg(long, value_name = "OUT")]
    salvage: Option<PathBuf>,
    /// Have the server look it over in the background, and end at once
    #[arg(long)]
    detach: bool,
    /// Tell how looking it over in the background stands, and what it found last. Exit code 1 if that was damage, 2 if it is not known
    #[arg(long)]
    status: bool,
    /// Have the server look it over no longer
    #[arg(long)]
    stop: bool,
    /// What the server calls: says how far it is on stdout, and ends with stdin
    #[arg(long, hide = true)]
    for_server: bool,
    /// Print what was found as JSON
    #[arg(long, conflicts_with_all = ["rebuild_indexes", "salvage", "detach", "stop", "for_server"])]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Exit> {
    if args.rebuild_indexes {
        return super::rebuild_index::rebuild(&args.directory, output);
    }
    if let Some(out) = &args.salvage {
        return save(&args.directory, out, output);
    }
    if args.detach || args.stop || args.status || args.for_server {
        return background::run(args, output);
    }
    let meter = output.meter("looking over", Unit::Entries, 0);
    let report = look_over(args, counter(&meter))?;
    drop(meter);
    if args.json {
        output.json(&report)?;
    } else {
        print(&report, output)?;
    }
    Ok(if report.fault_count == 0 { Exit::Holds } else { Exit::DoesNotHold })
}

fn look_over(args: &Args, progress: impl FnMut(u64, u64)) -> anyhow::Result<ScrubReport> {
    let mut server = ControlClient::connect(&args.directory).map_err(hinted_by(ControlError::hint))?;
    let (folder, default) = match &mut server {
        Some(server) => {
            let snapshot = server.snapshot().map_err(hinted_by(ControlError::hint))?;
            (args.directory.join(snapshot), Some(SERVED_RATE))
        }
        None => (args.directory.clone(), None),
    };
    let plan = ScrubPlan { bytes_per_second: args.rate.or(default).map(|mib| u64::from(mib) << 20) };
    let report = scrub(&folder, plan, progress);
    // The snapshot is there for as long as the connection.
    drop(server);
    report.map_err(hinted_by(OpenError::hint))
}

/// Tells a meter how many of how many are done.
fn counter<'a>(meter: &'a super::output::Meter<'a>) -> impl FnMut(u64, u64) + 'a {
    let (mut shown, mut known) = (0, 0);
    move |done, total| {
        meter.extend(total.saturating_sub(known));
        meter.advance(done.saturating_sub(shown));
        (shown, known) = (done.max(shown), total.max(known));
    }
}

fn print(report: &ScrubReport, output: &Output) -> anyhow::Result<()> {
    output.data(format_args!("entries    {} hashed again", report.entries))?;
    for fault in report.faults.iter().take(LISTED) {
        output.data(format_args!("wrong      {}: {}", fault.place, fault.what))?;
    }
    let more = report.fault_count.saturating_sub(LISTED as u64);
    if more > 0 {
        output.data(format_args!("           and {more} more; --json lists up to a thousand"))?;
    }
    output.data(match (report.fault_count, report.only_indexes) {
        (0, _) => "outcome    nothing is damaged; signatures were not verified again (`notarium audit` does)",
        (_, true) => "outcome    indexes are damaged; `notarium rebuild-index` makes them again",
        (_, false) => {
            "outcome    damaged: keep the folder as it is, and restore from a backup; `notarium doctor --salvage` saves what is left"
        }
    })?;
    Ok(())
}

fn save(directory: &Path, out: &Path, output: &Output) -> anyhow::Result<Exit> {
    if ControlClient::connect(directory).map_err(hinted_by(ControlError::hint))?.is_some() {
        return Err(anyhow::anyhow!("{} is being served", directory.display()))
            .hint("stop the server first; a ledger that is served is exported by `notarium export`");
    }
    let meter = output.meter("saving", Unit::Entries, 0);
    let saved = salvage(directory, out, counter(&meter)).map_err(hinted_by(SalvageError::hint))?;
    drop(meter);
    let Salvaged { checkpoint, entries, lost } = saved;
    for entry in lost.iter().take(LISTED) {
        let leaf = entry.leaf.map_or_else(|| "an unknown leaf hash".to_owned(), |leaf| format!("leaf hash {leaf}"));
        output.data(format_args!("lost       entry {}, {leaf}: {}", entry.index, entry.why))?;
    }
    if lost.len() > LISTED {
        output.data(format_args!(
            "           and {} more, in {}",
            lost.len() - LISTED,
            out.join("lost.csv").display()
        ))?;
    }
    let kept = entries - lost.len() as u64;
    output.data(format_args!(
        "saved      {kept} of {entries} entries, provable by the checkpoint of {} entries",
        checkpoint.head().size
    ))?;
    Ok(if lost.is_empty() { Exit::Holds } else { Exit::DoesNotHold })
}
