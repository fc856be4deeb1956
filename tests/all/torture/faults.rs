//! Writes and syncs that fail, and reads that give a wrong bit.

use std::path::Path;

use notarium::merkle::LeafIndex;
use notarium::store::{inspect, open};

use super::disk::{Act, Disk, EIO, ENOSPC, Fault, Loss};
use super::fuse::Mounted;
use super::power::{check, history, left, live, small};
use super::{Random, say};
use crate::founded::{Open, founded};

/// The kinds of file that a ledger has.
const FILES: [&str; 5] = [".log", ".sst", "MANIFEST", "CURRENT", "tip"];

/// Lives once on a disk with this fault, then looks at what a power cut leaves of it. Says how often the fault was met.
fn live_with(fault: Fault, each: u64) -> Option<(u64, Vec<String>)> {
    let (room, _) = founded();
    let mounted = Mounted::new(Disk::with(room.path()))?;
    let name = format!("{fault:?}");
    mounted.disk().fail(fault);
    let life = live(&mounted, 1, each);
    mounted.disk().cut();
    let mut history = history();
    for receipt in &life.receipts {
        history.acknowledge(receipt);
    }
    for end in &life.ends {
        let stops = ["stopped: OutcomeUnknown", "stopped: Stopped(", "stopped: the "];
        assert!(stops.iter().any(|stop| end.starts_with(stop)), "{name}: {end}");
    }
    let mut random = Random::new(1);
    let (_left, directory) = left(&mounted, Loss::All, &mut random);
    check(&directory, &mut history);
    let met = mounted.disk().met;
    Some((met, life.ends))
}

#[test]
fn what_a_failing_disk_acknowledged_is_there_after_a_power_cut() {
    let mut met = 0;
    let mut stopped = 0;
    for act in [Act::Write, Act::Sync] {
        for of in FILES {
            for (nth, errno, for_good) in [(1, EIO, false), (2, ENOSPC, true), (5, EIO, true)] {
                let fault = Fault::Fails { act, of, nth, errno, for_good };
                let Some((times, ends)) = live_with(fault, 60) else { return };
                met += u64::from(times > 0);
                stopped += u64::from(!ends.is_empty());
            }
        }
    }
    say(&format!("{met} of 30 faults were met, {stopped} ledgers stopped"));
    assert!(met > 10 && stopped > 5, "{met} {stopped}");
}

#[test]
fn after_a_failed_sync_nothing_more_is_acknowledged() {
    for nth in [1, 2, 7] {
        // The syncs after it succeed, and would let a ledger believe that all is well.
        let fault = Fault::Fails { act: Act::Sync, of: ".log", nth, errno: EIO, for_good: false };
        let Some((met, ends)) = live_with(fault, 50) else { return };
        assert_eq!(met, 1);
        assert_eq!(ends.len(), 3, "every submitter is stopped");
        assert!(ends.iter().all(|end| end.contains("OutcomeUnknown")), "{ends:?}");
    }
}

/// Every entry and every receipt that can be read is the right one.
fn reads_are_right_or_errors(directory: &Path, truth: &[Vec<u8>]) -> Result<u64, String> {
    let seen = inspect(directory, small().memory).map_err(|error| error.to_string())?;
    let mut errors = seen.doubts.len() as u64;
    let size = truth.len() as u64;
    if seen.doubts.is_empty() {
        assert_eq!(seen.reader.head().size.get(), size);
    }
    for (index, entry) in (0..).map(LeafIndex::new).zip(truth) {
        match seen.reader.entry(index) {
            Ok(Some(read)) => assert_eq!(read, *entry, "entry {index}"),
            Ok(None) => assert!(!seen.doubts.is_empty(), "entry {index} is not there, and nobody doubts"),
            Err(_) => errors += 1,
        }
        match seen.reader.receipt(index) {
            Ok(Some(receipt)) => {
                let leaf = receipt.disclosure().leaf_hash();
                assert!(receipt.path().verify(index, &leaf, receipt.checkpoint().head()).is_ok(), "receipt {index}");
            }
            Ok(None) => assert!(!seen.doubts.is_empty()),
            Err(_) => errors += 1,
        }
    }
    Ok(errors)
}

#[test]
fn a_flipped_bit_is_never_read_as_the_truth() {
    let (room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(290);
    ledger.writer.flush().unwrap();
    for _ in 0..10 {
        ledger.grow(1);
    }
    let truth: Vec<Vec<u8>> = ledger.reader.entries(0..301).unwrap().map(|entry| entry.unwrap().1).collect();
    drop(ledger);
    let mut random = Random::new(7);
    let (mut met, mut refused, mut failed) = (0, 0, 0);
    for of in FILES {
        for nth in 1..=8 {
            let Some(mounted) = Mounted::new(Disk::with(room.path())) else { return };
            mounted.disk().fail(Fault::Flips { of, nth, bit: random.below(1 << 20) });
            match reads_are_right_or_errors(&mounted.path().join("ledger"), &truth) {
                Ok(errors) => failed += u64::from(errors > 0),
                Err(_) => refused += 1,
            }
            met += mounted.disk().met;
        }
    }
    say(&format!(
        "{met} bits flipped: {refused} ledgers did not open, {failed} had doubts or rows that could not be read"
    ));
    assert!(met > 10 && refused + failed > 5, "{met} {refused} {failed}");
    // And the disk that reads well again has everything.
    let opened = open(&directory, &small()).unwrap();
    assert_eq!(opened.reader.head().size.get(), 301);
}
