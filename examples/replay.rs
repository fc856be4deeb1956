//! Replays a ledger from its entry bundles with the pure floors alone: an auditor's program in fifty lines.
//!
//! `cargo run --release --no-default-features --example replay -- FOLDER POLICY` reads `FOLDER/checkpoint` and
//! `FOLDER/tile/entries/...`, files as a ledger serves them (C2SP tlog-tiles; any HTTP client that saves what it fetches under
//! its path makes such a folder), recomputes every entry, signature and hash, and compares the tree with the checkpoint, which
//! must pass the policy. Exits with 0 (it holds), 1 (it does not) or 2 (it could not be told).

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use notarium::audit::{AuditReport, Claim, Replay, Uniqueness};
use notarium::evidence::decode_bundle;
use notarium::merkle::bundles_at;
use notarium::trust::{Policy, SignedCheckpoint};

/// Statement ids that are held in memory, to see that none comes twice.
const MOST_IDS: usize = 10_000_000;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        complain(&error.to_string());
        ExitCode::from(2)
    })
}

fn run() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, policy] = args.as_slice() else { return Err("usage: replay FOLDER POLICY".into()) };
    let folder = Path::new(folder);
    let policy = Policy::parse(fs::read(policy)?)?;
    let note = fs::read(folder.join("checkpoint"))?;
    let checkpoint = SignedCheckpoint::parse(&note)?;
    let size = checkpoint.head().size;

    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut replay = Replay::new(threads, Uniqueness::InMemory(MOST_IDS));
    for bundle in bundles_at(size) {
        let bytes = fs::read(folder.join(bundle.path()))?;
        replay.feed(&decode_bundle(&bytes)?)?;
    }
    replay.expect(Claim::Checkpoint { size, note })?;
    let report = replay.finish(Some(&policy), Some(&checkpoint));
    print(&report);
    Ok(ExitCode::from(report.outcome.exit_code()))
}

#[expect(clippy::print_stdout, reason = "an example has no output room")]
fn print(report: &AuditReport) {
    println!("{} entries replayed, root {}", report.size, report.root);
    report.findings.iter().for_each(|finding| println!("wrong: {finding}"));
    report
        .not_understood
        .iter()
        .for_each(|unknown| println!("entry {}: {} is not understood", unknown.index, unknown.what));
    report.not_checked.iter().for_each(|what| println!("not checked: {what}"));
    println!("{}", <&str>::from(report.outcome));
}

#[expect(clippy::print_stderr, reason = "an example has no output room")]
fn complain(text: &str) {
    eprintln!("error: {text}");
}
