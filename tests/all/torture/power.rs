//! Power that goes at any write or sync: whatever of the unsynced comes through, nothing acknowledged is lost.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use notarium::ledger::Receipt;
use notarium::note::VerifierKey;
use notarium::sequencer::start;
use notarium::store::{Memory, OpenOptions, inspect, open};
use tempfile::TempDir;

use super::disk::{Disk, Fault, Loss};
use super::fuse::Mounted;
use super::{Attack, History, Random, say};
use crate::founded::{founded, options, origin, statement, time, words};
use crate::samples::ledger_key;
use crate::sequencer::{limits, runtime};

const SUBMITTERS: u64 = 3;

/// So little that files are written and merged while a test runs.
pub(super) fn small() -> OpenOptions {
    OpenOptions { memory: Memory { block_cache: 8 << 20, write_buffers: 256 << 10 }, ..options() }
}

pub(super) fn history() -> History {
    History::of(VerifierKey::new_ed25519(origin().key_name().clone(), ledger_key().public()))
}

/// What one life of a ledger gave out, and how submitting ended where it did.
pub(super) struct Life {
    pub(super) receipts: Vec<Receipt>,
    /// Why each submitter was stopped; or why the ledger was not opened.
    pub(super) ends: Vec<String>,
}

const DIRECTORY: &str = "NOTARIUM_TEST_LIFE_DIRECTORY";
const FIRST: &str = "NOTARIUM_TEST_LIFE_FIRST";
const EACH: &str = "NOTARIUM_TEST_LIFE_EACH";
const NOTES: &str = "NOTARIUM_TEST_LIFE_NOTES";
/// What ends a note, so that one which was cut short is known.
const END: &str = "==== end ====\n";
const STOPPED: &str = "stopped: ";

/// A life in a process of its own, which is gone at once when the power is: opens the ledger and deposits, until each submitter
/// has so many receipts or is refused.
pub(super) fn live(mounted: &Mounted, first: u64, each: u64) -> Life {
    let room = tempfile::tempdir().unwrap();
    let notes = room.path().join("notes");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "torture::power::life", "--test-threads=1"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.env(DIRECTORY, mounted.path().join("ledger")).env(NOTES, &notes);
    let mut child = command.env(FIRST, first.to_string()).env(EACH, each.to_string()).spawn().unwrap();
    mounted.powers(&child);
    child.wait().unwrap();
    let text = String::from_utf8_lossy(&fs::read(&notes).unwrap_or_default()).into_owned();
    let whole: Vec<&str> = text.split_inclusive(END).filter_map(|note| note.strip_suffix(END)).collect();
    let (ends, receipts): (Vec<&str>, Vec<&str>) = whole.into_iter().partition(|note| note.starts_with(STOPPED));
    Life {
        receipts: receipts.iter().map(|receipt| Receipt::parse(receipt.as_bytes()).unwrap()).collect(),
        ends: ends.into_iter().map(str::to_owned).collect(),
    }
}

/// The process of [`live`]. It ends without closing anything, as a machine does.
#[test]
fn life() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let notes = fs::OpenOptions::new().create(true).append(true).open(std::env::var(NOTES).unwrap()).unwrap();
    let note = |text: &str| (&notes).write_all(format!("{text}{END}").as_bytes()).unwrap();
    let opened = match open(Path::new(&directory), &small()) {
        Ok(opened) => opened,
        Err(error) => {
            note(&format!("{STOPPED}{}", words(&error)));
            std::process::exit(0);
        }
    };
    let sequencer = start(opened, ledger_key(), || time(1), limits()).unwrap_or_else(|_| std::process::exit(0));
    let next = AtomicU64::new(number(FIRST));
    thread::scope(|scope| {
        for _ in 0..SUBMITTERS {
            scope.spawn(|| {
                let runtime = runtime();
                for _ in 0..number(EACH) {
                    match runtime.block_on(sequencer.submit(statement(next.fetch_add(1, Ordering::Relaxed)))) {
                        Ok(admitted) => note(admitted.receipt().unwrap().as_str()),
                        Err(error) => return note(&format!("{STOPPED}{error:?}")),
                    }
                }
            });
        }
    });
    std::process::exit(0);
}

/// What is left of a ledger, in a folder of the machine's own disk.
pub(super) fn left(mounted: &Mounted, loss: Loss, random: &mut Random) -> (TempDir, PathBuf) {
    let room = tempfile::tempdir().unwrap();
    mounted.disk().survivors(loss, random, room.path());
    let directory = room.path().join("ledger");
    (room, directory)
}

/// What is left opens, and has all that was acknowledged.
pub(super) fn check(directory: &Path, history: &mut History) {
    let seen = inspect(directory, small().memory).unwrap_or_else(|error| panic!("{}", words(&error)));
    assert!(seen.doubts.is_empty(), "{}", words(&seen.doubts[0]));
    history.holds_in(&seen.reader);
    drop(seen);
    let opened = open(directory, &small()).unwrap_or_else(|error| panic!("{}", words(&error)));
    history.holds_in(&opened.reader);
}

#[derive(Default, Debug)]
struct Tally {
    cuts: u64,
    during_opening: u64,
    scattered: u64,
    refused: u64,
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let attack = Attack::of(30);
    let mut random = Random::new(attack.seed);
    let mut tally = Tally::default();
    while attack.goes_on(tally.cuts) {
        let (mut room, _) = founded();
        let mut history = history();
        for life in 0..15 {
            let disk = Disk::with(room.path());
            let Some(mounted) = Mounted::new(disk) else { return };
            mounted.disk().fail(Fault::PowerCut { nth: 1 + random.below(250) });
            let life = live(&mounted, 1_000_000 * (life + 1), 10_000);
            tally.cuts += 1;
            assert!(mounted.disk().is_dead());
            tally.during_opening += u64::from(life.receipts.is_empty());
            for receipt in &life.receipts {
                history.acknowledge(receipt);
            }
            assert!(life.ends.is_empty(), "{:?}", life.ends);
            tally.scatter(&mounted, &mut history, &mut random);
            let loss = *random.pick(&[Loss::All, Loss::Torn]);
            let (left_room, directory) = left(&mounted, loss, &mut random);
            // Opened where the power may not go, and then a new life on what that leaves.
            check(&directory, &mut history);
            room = left_room;
        }
    }
    say(&format!("{tally:?}"));
}

impl Tally {
    /// Sectors that came through in no order may make the end of a log unreadable, be it that of entries or that of files. That is then said, with its place: whether
    /// it was acknowledged nobody can tell from the log. What opens has everything.
    fn scatter(&mut self, mounted: &Mounted, history: &mut History, random: &mut Random) {
        let (_room, directory) = left(mounted, Loss::Scattered, random);
        self.scattered += 1;
        match open(&directory, &small()) {
            Ok(opened) => drop(history.holds_in(&opened.reader)),
            Err(error) => {
                self.refused += 1;
                assert!(error.is_damage(), "{}", words(&error));
                let named = [".log", "MANIFEST"];
                assert!(named.iter().any(|name| words(&error).contains(name)), "{}", words(&error));
            }
        }
    }
}
