//! Processes that die in the middle: killed, or without room to write. Every receipt that was given out must verify.
//!
//! The child is this test binary again, with the one test [`child`], which does nothing unless it is told to by the
//! environment; or the real server. Receipts that were given out are appended to a file, each in one write, so that the
//! parent has all that the child has had.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use notarium::client::Client;
use notarium::ledger::Receipt;
use notarium::merkle::TreeSize;
use notarium::report::{Inputs, Outcome, Step, verify_receipt};
use notarium::sequencer::{SubmitError, start};
use notarium::store::open;
use notarium::trust::Policy;

use crate::founded::{Open, founded, options, statement, time};
use crate::samples::ledger_key;
use crate::sequencer::{holds_in, limits, runtime};

const DIRECTORY: &str = "NOTARIUM_TEST_CRASH_DIRECTORY";
const FIRST: &str = "NOTARIUM_TEST_CRASH_FIRST";
/// What ends a receipt in the file, so that one which was cut short is known.
const END: &str = "==== end ====\n";
const LIVES: u64 = 8;
const THREADS: u64 = 6;

/// Where a thread of a child notes its receipts. A file each, so that none grows as fast as the ledger's log.
fn receipts_file(directory: &Path, thread: u64) -> PathBuf {
    directory.with_extension(format!("receipts-{thread}"))
}

/// All that was noted. A kill may have cut the last receipt of a file in the middle of a character.
fn noted(directory: &Path) -> Vec<String> {
    let read = |thread| fs::read(receipts_file(directory, thread)).unwrap_or_default();
    (0..THREADS).map(|thread| String::from_utf8_lossy(&read(thread)).into_owned()).collect()
}

/// Where a thread goes on noting: what an earlier life was killed in the middle of is no receipt, and must not join the next.
fn receipts_from_here(directory: &Path, thread: u64) -> fs::File {
    let path = receipts_file(directory, thread);
    let file = appended(&path);
    let noted = fs::read(&path).unwrap();
    let whole = noted.windows(END.len()).rposition(|window| window == END.as_bytes()).map_or(0, |at| at + END.len());
    file.set_len(whole as u64).unwrap();
    file
}

fn note_receipt(file: &mut fs::File, receipt: &str) {
    file.write_all(format!("{receipt}{END}").as_bytes()).unwrap();
}

/// The receipts that were given out, and have all their bytes.
fn noted_receipts(directory: &Path) -> Vec<Receipt> {
    let texts = noted(directory);
    let pieces = texts.iter().flat_map(|text| text.split_inclusive(END));
    let whole = pieces.filter_map(|piece| piece.strip_suffix(END));
    whole.map(|receipt| Receipt::parse(receipt.as_bytes()).unwrap()).collect()
}

fn appended(path: &Path) -> fs::File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

/// The life of a child: admits as fast as it can until it is killed, or until the ledger stops.
#[test]
fn child() {
    let Ok(directory) = std::env::var(DIRECTORY).map(PathBuf::from) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let opened = open(&directory, &options()).unwrap();
    let sequencer = start(opened, ledger_key(), || time(1), limits()).unwrap();
    let next = AtomicU64::new(first);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (next, sequencer, directory) = (&next, &sequencer, &directory);
            scope.spawn(move || {
                let mut receipts = receipts_from_here(directory, thread);
                let runtime = runtime();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    match runtime.block_on(sequencer.submit(statement(n))) {
                        Ok(admitted) => note_receipt(&mut receipts, admitted.receipt().unwrap().as_str()),
                        Err(error) => return ended(directory, &error),
                    }
                }
            });
        }
    });
}

/// Notes why a submission failed.
fn ended(directory: &Path, error: &SubmitError) {
    let mut file = appended(&directory.with_extension("ended"));
    file.write_all(format!("{error:?}\n").as_bytes()).unwrap();
}

fn this_binary(directory: &Path, first: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    prepare(&mut command, directory, first);
    command
}

fn prepare(command: &mut Command, directory: &Path, first: u64) {
    command.args(["--exact", "crash::child", "--test-threads=1"]);
    command.env(DIRECTORY, directory).env(FIRST, first.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::null());
}

#[test]
fn a_receipt_that_a_kill_cut_short_is_dropped_when_the_next_life_begins() {
    let (room, directory) = founded();
    let receipt = Open::new(&directory).reader.receipt(notarium::merkle::LeafIndex::new(0)).unwrap().unwrap();
    note_receipt(&mut appended(&receipts_file(&directory, 1)), receipt.as_str());
    // The dash of a signature line, cut in its middle.
    let cut = receipt.as_str().find('\u{2014}').unwrap() + 1;
    appended(&receipts_file(&directory, 1)).write_all(&receipt.as_str().as_bytes()[..cut]).unwrap();
    assert_eq!(noted_receipts(&directory).len(), 1);
    note_receipt(&mut receipts_from_here(&directory, 1), receipt.as_str());
    let noted: Vec<_> = noted_receipts(&directory).iter().map(|noted| noted.as_str().to_owned()).collect();
    assert_eq!(noted, [receipt.as_str(), receipt.as_str()]);
    drop(room);
}

/// Waits until so many more receipts are noted; a child that ends before that has failed.
fn wait_for_receipts(child: &mut Child, directory: &Path, more: usize) {
    let count = || noted(directory).iter().map(|text| text.matches(END).count()).sum::<usize>();
    let wanted = count() + more;
    while count() < wanted {
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        thread::yield_now();
    }
}

/// Opens the ledger after a crash and holds every receipt against it. Gives its size.
fn verify_all(directory: &Path) -> u64 {
    let ledger = Open::new(directory);
    for receipt in noted_receipts(directory) {
        holds_in(&receipt, &ledger.reader);
    }
    // What was signed in all lives is one history.
    for checkpoint in ledger.reader.checkpoints(None, 100_000).unwrap() {
        let head = checkpoint.head();
        assert_eq!(ledger.reader.root(head.size).unwrap(), head.root);
    }
    let mut faults = 0;
    ledger.reader.check_indexes(0, |_| faults += 1).unwrap();
    assert_eq!(faults, 0);
    ledger.size()
}

#[test]
fn every_receipt_of_a_killed_process_verifies_after_reopening() {
    let (_room, directory) = founded();
    let mut size = 1;
    for life in 0..LIVES {
        let mut child = this_binary(&directory, 1_000_000 * (life + 1)).spawn().unwrap();
        // At no moment in particular: after a number of receipts that differs from life to life.
        let receipts = usize::try_from(1 + life * life * 7 % 60).unwrap();
        wait_for_receipts(&mut child, &directory, receipts);
        child.kill().unwrap();
        child.wait().unwrap();
        let after = verify_all(&directory);
        assert!(after > size, "life {life}");
        size = after;
    }
    assert!(size > noted_receipts(&directory).len() as u64);
}

/// The real server, and the address that it prints.
fn serve(directory: &Path) -> (Child, Client) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notarium"));
    command.arg("serve").arg(directory).args(["--listen", "127.0.0.1:0", "--log", "off", "--least-free-mib", "0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
    (child, Client::new(address))
}

#[test]
fn every_receipt_of_a_killed_server_verifies_after_reopening() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path().join("ledger");
    let made = Command::new(env!("CARGO_BIN_EXE_notarium"))
        .arg("init")
        .arg(&directory)
        .args(["--origin", "ledger.example/killed"])
        .output()
        .unwrap();
    assert!(made.status.success());
    for life in 1..=3 {
        let (mut child, client) = serve(&directory);
        let next = AtomicU64::new(life * 1_000_000);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (next, client, directory) = (&next, &client, &directory);
                scope.spawn(move || {
                    let mut receipts = receipts_from_here(directory, thread);
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        let Ok(submitted) = client.submit(statement(n).as_bytes()) else { return };
                        note_receipt(&mut receipts, &submitted.answer.receipt);
                    }
                });
            }
            wait_for_receipts(&mut child, &directory, 40);
            child.kill().unwrap();
            child.wait().unwrap();
        });
    }
    let opened = open(&directory, &notarium::store::OpenOptions::default()).unwrap();
    let receipts = noted_receipts(&directory);
    assert!(receipts.len() >= 120);
    let policy = Policy::parse(fs::read(directory.join("policy")).unwrap()).unwrap();
    for receipt in &receipts {
        let report = verify_receipt(Inputs { policy: Some(&policy), ..Inputs::new(receipt.as_str().as_bytes()) });
        for step in [Step::Receipt, Step::Signature, Step::Log, Step::Inclusion] {
            let check = report.check(step).unwrap();
            assert_eq!(check.outcome, Outcome::Passed, "{check:?}");
        }
        assert_eq!(opened.reader.entry(receipt.index()).unwrap().unwrap(), receipt.disclosure().entry_bytes());
        let head = receipt.checkpoint().head();
        assert_eq!(opened.reader.root(head.size).unwrap(), head.root);
    }
    assert!(opened.reader.head().size >= TreeSize::new(receipts.len() as u64).unwrap());
}
