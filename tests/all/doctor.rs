//! A ledger looked over for damage, and what is saved of one that is damaged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use notarium::api::ScrubEnd;
use notarium::follow::{LogFolder, Source as _, entries};
use notarium::merkle::leaf_hash;
use notarium::store::{Memory, inspect};
use notarium::trust::SignedCheckpoint;
use notarium::upkeep::{ControlClient, Salvaged, ScrubPlan, ScrubReport, salvage, scrub};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

use crate::backup::{Server, room};
use crate::founded::{Open, founded, raw};

const UNBOUND: ScrubPlan = ScrubPlan { bytes_per_second: None };
/// Two full tiles and a part of a third.
const SIZE: u64 = 700;

/// A ledger at rest, and its entries as they were.
fn grown(size: u64) -> (TempDir, PathBuf, Vec<Vec<u8>>) {
    let (room, directory) = founded();
    let mut ledger = Open::new(&directory);
    while ledger.size() < size {
        let more = (size - ledger.size()).min(100);
        ledger.grow(more);
    }
    let entries = ledger.reader.entries(0..size).unwrap().map(|entry| entry.unwrap().1).collect();
    ledger.writer.flush().unwrap();
    (room, directory, entries)
}

fn looked_over(directory: &Path) -> ScrubReport {
    scrub(directory, UNBOUND, |_, _| ()).unwrap()
}

/// Writes or deletes a row.
fn put(directory: &Path, column: &str, key: &[u8], value: Option<&[u8]>) {
    let db = raw(directory);
    let family = db.cf_handle(column).unwrap();
    match value {
        Some(value) => db.put_cf(family, key, value).unwrap(),
        None => db.delete_cf(family, key).unwrap(),
    }
}

fn get(directory: &Path, column: &str, key: &[u8]) -> Vec<u8> {
    let db = raw(directory);
    db.get_cf(db.cf_handle(column).unwrap(), key).unwrap().unwrap()
}

fn flipped(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 1;
    bytes
}

fn key(index: u64) -> [u8; 8] {
    index.to_be_bytes()
}

fn tile_key(level: u8, index: u64) -> Vec<u8> {
    [&[level][..], &index.to_be_bytes()].concat()
}

#[test]
fn a_ledger_that_is_whole_has_no_fault() {
    let (_room, directory, _) = grown(SIZE);
    let report = looked_over(&directory);
    assert_eq!((report.entries, report.fault_count, report.faults), (SIZE, 0, vec![]));
}

#[test]
fn every_kind_of_row_that_is_damaged_is_found_in_its_place() {
    let (room, directory, entries) = grown(SIZE);
    let bad = room.path().join("bad");
    let copied = |column: &str, row: &[u8], value: Option<&[u8]>| {
        let _ = fs::remove_dir_all(&bad);
        assert!(Command::new("cp").arg("-r").args([&directory, &bad]).status().unwrap().success());
        put(&bad, column, row, value);
        looked_over(&bad)
    };
    let place = |report: &ScrubReport, place: &str| {
        assert!(report.faults.iter().any(|fault| fault.place.contains(place)), "{place}: {:?}", report.faults);
        report.only_indexes
    };
    // What is damaged, and where that is seen.
    let entry = flipped(entries[300].clone(), 40);
    assert!(!place(&copied("entry", &key(300), Some(&entry)), "tile/0/001"));
    assert!(!place(&copied("entry", &key(300), None), "entry 300"));
    assert!(!place(&copied("entry", &key(SIZE), Some(&entry)), "store"));
    let tile = flipped(get(&directory, "tile", &tile_key(0, 1)), 9);
    assert!(!place(&copied("tile", &tile_key(0, 1), Some(&tile)), "tile/0/001"));
    assert!(!place(&copied("tile", &tile_key(0, 0), None), "tile/0/000"));
    assert!(!place(&copied("tile", &tile_key(0, 7), Some(&tile)), "tile"));
    assert!(!place(&copied("head", &key(101), Some(&[7; 32])), "head 101"));
    assert!(!place(&copied("head", &key(SIZE), Some(&[7; 32])), "store"));
    assert!(!place(&copied("meta", b"stray", Some(b"x")), "meta"));
    assert!(place(&copied("sha256", &[7; 40], Some(b"x")), "sha256"));
    assert!(place(&copied("statement", &[7; 32], Some(&key(3))), "statement"));
    assert!(place(&copied("meta", b"indexes", Some(b"\x01\0")), "indexes"));
}

/// Flips a bit in the middle of every table file in turn.
#[test]
fn a_flipped_bit_in_a_file_of_the_database_is_found() {
    let (_room, directory, _) = grown(SIZE);
    let is_table = |path: &PathBuf| path.extension().is_some_and(|end| end == "sst");
    let files: Vec<PathBuf> = fs::read_dir(directory.join("db")).unwrap().map(|file| file.unwrap().path()).collect();
    let tables: Vec<_> = files.into_iter().filter(is_table).collect();
    assert!(tables.len() > 5, "{tables:?}");
    for table in tables {
        let whole = fs::read(&table).unwrap();
        for part in 1..4 {
            fs::write(&table, flipped(whole.clone(), whole.len() * part / 4)).unwrap();
            // Damage that keeps the database from being opened is told as well.
            let found = scrub(&directory, UNBOUND, |_, _| ()).map_or(true, |report| report.fault_count > 0);
            assert!(found, "{} {part}", table.display());
        }
        fs::write(&table, whole).unwrap();
    }
    assert_eq!(looked_over(&directory).fault_count, 0);
}

/// No faster than it is told to: the files that hold the ledger are at least so long.
#[test]
fn a_scrub_keeps_to_its_rate() {
    let (room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(2000);
    let snapshot = room.path().join("snapshot");
    let checkpoint = ledger.reader.snapshot(&snapshot).unwrap();
    assert_eq!(checkpoint.head().size.get(), 2001);
    let sizes = fs::read_dir(snapshot.join("db")).unwrap().map(|file| file.unwrap());
    let tables = sizes.filter(|file| file.path().extension().is_some_and(|end| end == "sst"));
    let bytes: u64 = tables.map(|file| file.metadata().unwrap().len()).sum();
    let began = Instant::now();
    // Files are read once for their checksums alone, and again row by row.
    let plan = ScrubPlan { bytes_per_second: Some(bytes) };
    let report = scrub(&snapshot, plan, |_, _| ()).unwrap();
    assert_eq!((report.entries, report.faults), (2001, vec![]));
    assert!(began.elapsed() > Duration::from_millis(700), "{bytes} bytes in {:?}", began.elapsed());
}

fn saved(directory: &Path, out: &Path) -> Salvaged {
    salvage(directory, out, |_, _| ()).unwrap()
}

/// Every entry that is not named as lost is there as it was, and provable.
fn holds(out: &Path, saved: &Salvaged, originals: &[Vec<u8>]) {
    let log = LogFolder::new(out);
    let checkpoint = SignedCheckpoint::parse(log.checkpoint().unwrap()).unwrap();
    assert_eq!(checkpoint.as_str(), saved.checkpoint.as_str());
    let size = checkpoint.head().size;
    let lost: Vec<u64> = saved.lost.iter().map(|lost| lost.index).collect();
    let read = entries(&log, size, 0..size.get()).unwrap();
    for (index, entry) in (0..).zip(&read) {
        let original = &originals[usize::try_from(index).unwrap()];
        assert_eq!(entry != original, lost.contains(&index), "entry {index}");
    }
    for lost in &saved.lost {
        let original = &originals[usize::try_from(lost.index).unwrap()];
        assert!(lost.leaf.is_none_or(|leaf| leaf == leaf_hash(original)), "the leaf hash of entry {}", lost.index);
    }
}

fn notarium(room: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_notarium")).args(line.split(' ')).current_dir(room).output().unwrap()
}

#[test]
fn a_ledger_of_which_no_entry_is_damaged_is_saved_whole() {
    let (room, directory, originals) = grown(SIZE);
    let whole = notarium(room.path(), "export ledger whole");
    assert!(whole.status.success(), "{whole:?}");
    put(&directory, "tile", &tile_key(0, 0), None);
    put(&directory, "tile", &tile_key(0, 1), Some(b"x"));
    put(&directory, "head", &key(SIZE), Some(&[7; 32]));
    put(&directory, "meta", b"identity", Some(b"x"));
    put(&directory, "statement", &[7; 32], Some(&key(3)));
    let out = room.path().join("out");
    let saved = saved(&directory, &out);
    assert_eq!((saved.entries, saved.lost.as_slice()), (SIZE, &[][..]));
    holds(&out, &saved, &originals);
    let compared =
        Command::new("diff").args(["-r", "whole/tile", "out/tile"]).current_dir(room.path()).output().unwrap();
    assert!(compared.status.success(), "{compared:?}");
    // What reads an export reads it.
    let audited = notarium(room.path(), "audit out");
    assert!(audited.status.success(), "{audited:?}");
    notarium::keyfile::write_new(&room.path().join("key"), &crate::samples::ledger_key(), None).unwrap();
    let imported = notarium(room.path(), "import out again --key key");
    assert!(imported.status.success(), "{imported:?}");
    let again = inspect(&room.path().join("again"), Memory::default()).unwrap();
    assert_eq!(again.reader.head(), *saved.checkpoint.head());
}

#[test]
fn lost_entries_are_named_and_the_ranges_between_them_verify() {
    let (room, directory, originals) = grown(SIZE);
    let gone = [100, 101, 102, 255, 256, 600];
    for index in gone {
        put(&directory, "entry", &key(index), None);
    }
    put(&directory, "entry", &key(400), Some(&flipped(originals[400].clone(), 30)));
    let out = room.path().join("out");
    let saved = saved(&directory, &out);
    let lost: Vec<u64> = saved.lost.iter().map(|lost| lost.index).collect();
    assert_eq!(lost, [100, 101, 102, 255, 256, 400, 600]);
    assert!(saved.lost.iter().all(|lost| lost.leaf.is_some()));
    holds(&out, &saved, &originals);
    let kept = fs::read_to_string(out.join("kept.csv")).unwrap();
    assert_eq!(kept, "from,to\n0,100\n103,255\n257,400\n401,600\n601,700\n");
    for range in kept.lines().skip(1) {
        let (from, to) = range.split_once(',').unwrap();
        let audited = notarium(room.path(), &format!("audit out --from {from} --to {to}"));
        assert_eq!(audited.status.code(), Some(0), "{range}: {audited:?}");
    }
    // And what is lost does not.
    assert_ne!(notarium(room.path(), "audit out --from 99 --to 104").status.code(), Some(0));
    assert_ne!(notarium(room.path(), "audit out").status.code(), Some(0));
}

#[test]
fn a_block_of_entries_that_cannot_be_read_costs_those_entries_alone() {
    let (room, directory, originals) = grown(SIZE);
    let db = raw(&directory);
    let files = db.live_files().unwrap();
    let file = files.into_iter().find(|file| file.column_family_name == "entry" && file.size > 50_000).unwrap();
    drop(db);
    let path = directory.join("db").join(file.name.trim_start_matches('/'));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, flipped(bytes.clone(), bytes.len() / 3)).unwrap();
    let out = room.path().join("out");
    let saved = saved(&directory, &out);
    assert!(!saved.lost.is_empty() && saved.lost.len() < 200, "{} lost", saved.lost.len());
    holds(&out, &saved, &originals);
}

#[test]
fn a_tail_that_no_checkpoint_proves_is_named() {
    let (room, directory, originals) = grown(SIZE);
    // Two in a row in the partial tile: the hash of the first is nowhere any more.
    put(&directory, "entry", &key(650), None);
    put(&directory, "entry", &key(651), None);
    let out = room.path().join("out");
    let saved = saved(&directory, &out);
    let size = saved.checkpoint.head().size.get();
    assert!(size <= 650 && size > 500, "{size}");
    assert_eq!(saved.lost.len() as u64, SIZE - size);
    assert!(saved.lost.iter().all(|lost| lost.index >= size));
    holds(&out, &saved, &originals);
}

#[test]
fn without_a_checkpoint_nothing_is_said_to_be_provable() {
    let (room, directory, _) = grown(50);
    fs::remove_file(directory.join("tip")).unwrap();
    put(&directory, "entry", &key(0), Some(b"x"));
    let refused = salvage(&directory, &room.path().join("out"), |_, _| ()).unwrap_err();
    assert!(refused.to_string().contains("nothing is provable"), "{refused}");
    let nobody = room.path().join("nobody");
    fs::create_dir(&nobody).unwrap();
    assert!(salvage(&nobody, &room.path().join("out2"), |_, _| ()).is_err());
}

/// Whatever rows are damaged: what is kept is what was admitted, and what is lost is named.
#[test]
fn nothing_wrong_is_ever_kept() {
    let (room, directory, originals) = grown(SIZE);
    let bad = room.path().join("bad");
    let damage = prop::collection::vec((0..4_u8, 0..SIZE, any::<bool>(), 0..300_usize), 1..40);
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let tested = TestRunner::new(config).run(&damage, |damage| {
        let _ = fs::remove_dir_all(&bad);
        let _ = fs::remove_dir_all(room.path().join("out"));
        assert!(Command::new("cp").arg("-r").args([&directory, &bad]).status().unwrap().success());
        let db = raw(&bad);
        for (column, index, deletes, at) in damage {
            let (column, row) = match column {
                0 | 1 => ("entry", key(index).to_vec()),
                2 => ("tile", tile_key(0, index % 2)),
                _ => ("head", key(index).to_vec()),
            };
            let family = db.cf_handle(column).unwrap();
            match db.get_cf(family, &row).unwrap() {
                Some(value) if !deletes => {
                    let at = at % value.len();
                    db.put_cf(family, row, flipped(value, at)).unwrap();
                }
                _ => db.delete_cf(family, row).unwrap(),
            }
        }
        drop(db);
        let out = room.path().join("out");
        // Where entry 0 and both tiles are gone, nothing can be proved at all.
        if let Ok(saved) = salvage(&bad, &out, |_, _| ()) {
            holds(&out, &saved, &originals);
        }
        Ok(())
    });
    tested.unwrap();
}

/// How the last scrub in the background ended, once it has.
fn ended(ledger: &Path) -> ScrubEnd {
    let mut server = ControlClient::connect(ledger).unwrap().unwrap();
    loop {
        let standing = server.scrub_standing().unwrap();
        if let (None, Some(last)) = (standing.running, standing.last) {
            return last.end;
        }
        std::thread::yield_now();
    }
}

fn background(room: &Path, option: &str) -> (Option<i32>, String) {
    let output = notarium(room, &format!("doctor L {option}"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn a_server_looks_its_ledger_over_in_the_background() {
    let room = room();
    let (directory, ledger) = (room.path(), room.path().join("L"));
    let (code, said) = background(directory, "--detach");
    assert!(code == Some(2) && said.contains("nobody serves L"), "{said}");
    assert_eq!(background(directory, "--status"), (Some(2), "last       never, as far as is known here\n".to_owned()));
    let server = Server::start(directory);
    server.submit(1);
    assert!(background(directory, "--stop").1.contains("is not being looked over"));
    let (code, said) = background(directory, "--detach --rate 8");
    assert!(code == Some(0) && said.contains("the server looks the ledger over"), "{said}");
    assert_eq!(ended(&ledger), ScrubEnd::Whole { entries: 2 });
    let (code, said) = background(directory, "--status");
    assert!(code == Some(0) && said.contains("2 entries, nothing is damaged"), "{said}");
    // Its snapshot goes with it, and what it found stays, for people and for the next server.
    while ledger.join("snapshots").read_dir().is_ok_and(|mut left| left.next().is_some()) {
        std::thread::yield_now();
    }
    server.stop();
    assert_eq!(background(directory, "--status"), (Some(0), said));
}

#[test]
fn damage_that_the_background_finds_is_told_in_the_log_and_by_status() {
    let room = room();
    let (directory, ledger) = (room.path(), room.path().join("L"));
    let server = Server::start(directory);
    server.submit(1);
    server.stop();
    put(&ledger, "sha256", &[7; 40], Some(b"x"));
    // Never looked over, so it is due at once.
    let server = Server::start_with(directory, &["--scrub-every", "7"]);
    let ScrubEnd::Damaged { fault_count, only_indexes, faults, .. } = ended(&ledger) else { panic!("not found") };
    assert!(fault_count == 1 && only_indexes && faults[0].starts_with("sha256"), "{faults:?}");
    let (code, said) = background(directory, "--status");
    assert!(code == Some(1) && said.contains("1 faults") && said.contains("wrong      sha256"), "{said}");
    let log = server.stop();
    assert!(log.contains("the ledger is damaged, 1 faults") && log.contains("notarium rebuild-index"), "{log}");
    // Not again before its time.
    let before = fs::read(ledger.join("scrubbed")).unwrap();
    let server = Server::start_with(directory, &["--scrub-every", "7"]);
    assert!(ControlClient::connect(&ledger).unwrap().unwrap().scrub_standing().unwrap().running.is_none());
    server.stop();
    assert_eq!(fs::read(ledger.join("scrubbed")).unwrap(), before);
}

/// The processes that look a ledger over for its server.
fn lookers(ledger: &Path) -> usize {
    let wanted = format!("doctor\0{}\0--for-server", ledger.display());
    let processes = fs::read_dir("/proc").unwrap().map(|process| process.unwrap().path().join("cmdline"));
    let lines = processes.filter_map(|line| fs::read(line).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(&wanted)).count()
}

/// Waits until as many as that run.
fn wait_for_lookers(ledger: &Path, number: usize) {
    while lookers(ledger) != number {
        std::thread::yield_now();
    }
}

#[test]
fn a_scrub_in_the_background_ends_when_it_is_told_to_and_with_its_server() {
    // At a MiB a second, 4 KiB for each lookup in an index, it has a minute to go.
    let (_room, ledger, _) = grown(4000);
    notarium::keyfile::write_new(&ledger.join("ledger.key"), &crate::samples::ledger_key(), None).unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_notarium"));
        command.arg("serve").arg(&ledger).args(["--listen", "127.0.0.1:0", "--least-free-mib", "0", "--log", "off"]);
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
        assert!(line.starts_with("listening"), "{line}");
        child
    };
    let mut server = start();
    let mut control = ControlClient::connect(&ledger).unwrap().unwrap();
    assert!(control.scrub(Some(1)).unwrap().running.is_some());
    assert!(control.scrub(Some(1)).unwrap_err().to_string().contains("already"));
    wait_for_lookers(&ledger, 1);
    control.stop_scrub().unwrap();
    wait_for_lookers(&ledger, 0);
    while control.scrub_standing().unwrap().running.is_some() {
        std::thread::yield_now();
    }
    assert_eq!(control.scrub_standing().unwrap().last, None, "one that was stopped has found nothing");
    control.scrub(Some(1)).unwrap();
    wait_for_lookers(&ledger, 1);
    server.kill().unwrap();
    server.wait().unwrap();
    wait_for_lookers(&ledger, 0);
}
