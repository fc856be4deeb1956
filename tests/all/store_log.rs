//! What a damaged log does: which recovery mode RocksDB must have, and what the store makes of each kind of damage.
//!
//! The log is one file of records in blocks of 32 KiB; every commit is one record, synced. The tests damage the bytes of
//! that file in a ledger of ten entries, each its own commit, none written out of the log.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use notarium::store::{OpenError, TornTail, rebuild_indexes};
use rocksdb::{DB, DBRecoveryMode, Options, WriteBatch, WriteOptions};

use crate::founded::{Open, founded, memory, options, refusal, words};

const ENTRIES: u64 = 10;

/// A ledger of ten entries whose commits are all still in the log, and where in it each commit ends.
struct Logged {
    _room: tempfile::TempDir,
    directory: PathBuf,
    log: PathBuf,
    /// The length of the log after the opening and after each commit.
    ends: Vec<usize>,
}

impl Logged {
    fn new() -> Self {
        let (room, directory) = founded();
        let mut ledger = Open::new(&directory);
        let log = newest_log(&directory);
        let length = || usize::try_from(fs::metadata(&log).unwrap().len()).unwrap();
        let mut ends = vec![length()];
        while ledger.size() < ENTRIES {
            ledger.grow(1);
            ends.push(length());
        }
        drop(ledger);
        Self { _room: room, directory, log, ends }
    }

    fn damage(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(&self.log).unwrap();
        assert_eq!(bytes.len(), *self.ends.last().unwrap());
        change(&mut bytes);
        fs::write(&self.log, bytes).unwrap();
    }
}

fn newest_log(directory: &Path) -> PathBuf {
    let logs = fs::read_dir(directory.join("db")).unwrap().map(|item| item.unwrap().path());
    logs.filter(|path| path.extension().is_some_and(|e| e == "log")).max().unwrap()
}

/// Ten records, each synced; then one bit in the middle is flipped or the end is cut. Gives the records found again.
fn recovered_by(mode: DBRecoveryMode, flip: bool, cut: usize) -> Result<usize, rocksdb::Error> {
    let room = tempfile::tempdir().unwrap();
    let mut settings = Options::default();
    settings.create_if_missing(true);
    settings.set_wal_recovery_mode(mode);
    {
        let db = DB::open(&settings, room.path()).unwrap();
        let mut synced = WriteOptions::default();
        synced.set_sync(true);
        for key in 0..10_u8 {
            let mut batch = WriteBatch::default();
            batch.put([key], [key; 200]);
            db.write_opt(&batch, &synced).unwrap();
        }
    }
    let log = fs::read_dir(room.path()).unwrap().map(|item| item.unwrap().path());
    let log = log.filter(|path| path.extension().is_some_and(|e| e == "log")).max().unwrap();
    let mut bytes = fs::read(&log).unwrap();
    if flip {
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
    }
    bytes.truncate(bytes.len() - cut);
    fs::write(&log, bytes).unwrap();
    let db = DB::open(&settings, room.path())?;
    Ok((0..10_u8).filter(|key| db.get([*key]).unwrap().is_some()).count())
}

#[test]
fn of_rocksdbs_modes_one_drops_a_torn_tail_and_nothing_else() {
    use DBRecoveryMode::{AbsoluteConsistency, PointInTime, SkipAnyCorruptedRecord, TolerateCorruptedTailRecords};
    // A record cut short at the end: what a crash leaves. Nobody was told of it.
    assert_eq!(recovered_by(TolerateCorruptedTailRecords, false, 5), Ok(9));
    assert_eq!(recovered_by(PointInTime, false, 5), Ok(9));
    assert!(recovered_by(AbsoluteConsistency, false, 5).is_err());
    // One flipped bit in the middle: damage to what was acknowledged.
    assert!(recovered_by(TolerateCorruptedTailRecords, true, 0).is_err());
    assert!(recovered_by(PointInTime, true, 0).unwrap() < 9, "the default opens with what was before the bit");
    assert!(recovered_by(SkipAnyCorruptedRecord, true, 0).unwrap() < 10, "it opens with what it could read");
}

#[test]
fn a_flipped_bit_anywhere_in_the_log_is_never_silent() {
    let whole = Logged::new();
    let (start, end) = (whole.ends[0], *whole.ends.last().unwrap());
    let headers = whole.ends.iter().flat_map(|end| (0..8).map(move |offset| end + offset));
    let spread = (start..end).step_by(97);
    let places: Vec<usize> = headers.chain(spread).chain(end - 3..end).filter(|at| (start..end).contains(at)).collect();
    for at in places {
        let copy = copied(&whole);
        copy.damage(|bytes| bytes[at] ^= 0x10);
        let error = refusal(&copy.directory);
        match &error {
            OpenError::LogDamaged { log, offset, .. } => {
                let record = whole.ends.iter().rev().find(|end| **end <= at).unwrap();
                assert_eq!((log, *offset), (&copy.log, *record as u64), "bit of byte {at}");
                let told = format!("the log {} is damaged in the record at byte {record}", copy.log.display());
                assert!(words(&error).starts_with(&told), "{}", words(&error));
            }
            // A record's length, grown beyond the file: it looks like one that was being written, and the tip tells.
            OpenError::Behind { .. } => {
                let record = whole.ends.iter().rev().find(|end| **end <= at).unwrap();
                assert!((4..6).contains(&(at - record)), "bit of byte {at}");
            }
            _ => panic!("bit of byte {at}: {}", words(&error)),
        }
    }
}

#[test]
fn a_refused_opening_leaves_the_damaged_log_as_it_was() {
    let whole = Logged::new();
    let middle = whole.ends[whole.ends.len() / 2];
    whole.damage(|bytes| bytes[middle + 20] ^= 1);
    let damaged = fs::read(&whole.log).unwrap();
    for _ in 0..2 {
        let error = refusal(&whole.directory);
        assert!(matches!(error, OpenError::LogDamaged { .. }), "{}", words(&error));
        assert!(rebuild_indexes(&whole.directory, memory(), |_, _| {}).is_err());
        assert_eq!(fs::read(&whole.log).unwrap(), damaged);
    }
    // Put right, it has everything.
    whole.damage(|bytes| bytes[middle + 20] ^= 1);
    assert_eq!(Open::new(&whole.directory).size(), ENTRIES);
}

#[test]
fn a_record_cut_short_or_off_is_behind_the_tip() {
    let whole = Logged::new();
    let last = whole.ends.len() - 1;
    for (name, length, left) in [
        ("the last byte", whole.ends[last] - 1, ENTRIES - 1),
        ("half of the last record", usize::midpoint(whole.ends[last - 1], whole.ends[last]), ENTRIES - 1),
        ("the last record but one byte", whole.ends[last - 1] + 1, ENTRIES - 1),
        ("the last record", whole.ends[last - 1], ENTRIES - 1),
        ("the last three records", whole.ends[last - 3], ENTRIES - 3),
        ("the whole log", whole.ends[0], 1),
    ] {
        let copy = copied(&whole);
        copy.damage(|bytes| bytes.truncate(length));
        let error = refusal(&copy.directory);
        let OpenError::Behind { signed, stored, .. } = error else { panic!("{name}: {}", words(&error)) };
        assert_eq!((signed.get(), stored.get()), (ENTRIES, left), "{name}");
        let told = format!("the file tip is a checkpoint of {ENTRIES} entries, but the store has only {left}");
        assert!(words(&error).contains(&told), "{}", words(&error));
    }
}

#[test]
fn a_zeroed_tail_is_behind_the_tip_and_an_empty_one_does_no_harm() {
    let whole = Logged::new();
    let last = whole.ends.len() - 1;
    let copy = copied(&whole);
    copy.damage(|bytes| bytes[whole.ends[last - 2]..].fill(0));
    let error = refusal(&copy.directory);
    let OpenError::Behind { stored, .. } = error else { panic!("{}", words(&error)) };
    assert_eq!(stored.get(), ENTRIES - 2);
    // Space that was set aside for the log and never written.
    let copy = copied(&whole);
    copy.damage(|bytes| bytes.resize(bytes.len() + 5000, 0));
    assert_eq!(Open::new(&copy.directory).size(), ENTRIES);
}

#[test]
fn what_was_never_acknowledged_may_be_torn() {
    let whole = Logged::new();
    let last = whole.ends.len() - 1;
    // The process died while it wrote the record after the tip's.
    let copy = copied(&whole);
    let tip = {
        let (_room, directory) = founded();
        let mut ledger = Open::new(&directory);
        ledger.grow(1);
        while ledger.size() < ENTRIES - 1 {
            ledger.grow(1);
        }
        fs::read(directory.join("tip")).unwrap()
    };
    fs::write(copy.directory.join("tip"), tip).unwrap();
    copy.damage(|bytes| bytes.truncate(whole.ends[last] - 40));
    let opened = notarium::store::open(&copy.directory, &options()).unwrap();
    let offset = whole.ends[last - 1] as u64;
    let bytes = whole.ends[last] as u64 - 40 - offset;
    assert_eq!(opened.dropped, [TornTail { log: copy.log.clone(), offset, bytes }]);
    let mut ledger = Open::with(opened);
    assert_eq!(ledger.size(), ENTRIES - 1);
    ledger.grow(3);
    drop(ledger);
    assert_eq!(Open::new(&copy.directory).size(), ENTRIES + 2);
}

#[test]
fn a_missing_log_is_found() {
    let whole = Logged::new();
    fs::remove_file(&whole.log).unwrap();
    let error = refusal(&whole.directory);
    assert!(matches!(error, OpenError::Database { .. } | OpenError::Behind { .. }), "{}", words(&error));
}

#[test]
fn crash_after_crash_recovers_each_time() {
    // Every life ends without a flush and with a torn record, as a killed process leaves it.
    let (_room, directory) = founded();
    for life in 0..12 {
        let mut ledger = Open::new(&directory);
        let size = ledger.size();
        ledger.grow(2);
        let log = newest_log(&directory);
        drop(ledger);
        let torn = [fs::read(&log).unwrap(), vec![0x5a, 1, 2, 3, 0xff]].concat();
        fs::write(&log, torn).unwrap();
        let reopened = Open::new(&directory);
        assert_eq!(reopened.size(), size + 2, "life {life}");
    }
    assert!(notarium::store::open(&directory, &options()).is_ok());
}

/// The columns that have a file, as the database stands on the disk at this moment, whoever has it open.
fn columns_in_files(directory: &Path) -> BTreeSet<String> {
    let path = directory.join("db");
    let columns = DB::list_cf(&Options::default(), &path).unwrap();
    let db = DB::open_cf_for_read_only(&Options::default(), &path, columns, false).unwrap();
    db.live_files().unwrap().into_iter().map(|file| file.column_family_name).collect()
}

fn names(columns: &[&str]) -> BTreeSet<String> {
    columns.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_out_is_in_files_whatever_becomes_of_the_log() {
    let (_room, directory) = founded();
    let first = names(&["entry", "head", "meta", "statement", "submitter"]);
    assert_eq!(columns_in_files(&directory), first, "a new ledger");
    let mut ledger = Open::new(&directory);
    ledger.grow(300);
    assert_eq!(columns_in_files(&directory), first, "what is only in the log is in no file");
    ledger.writer.flush().unwrap();
    let all = ["checkpoint", "entry", "head", "meta", "sha256", "sm3", "statement", "submitter", "tile"];
    assert_eq!(columns_in_files(&directory), names(&all));
}

#[test]
fn indexes_are_in_files_by_the_time_that_they_are_said_to_be_whole() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(300);
    drop(ledger);
    let mut seen = BTreeSet::new();
    // The last word on progress comes after the mark, while the database is still open: what a kill would leave.
    let rebuilt = rebuild_indexes(&directory, memory(), |_, _| seen = columns_in_files(&directory)).unwrap();
    assert_eq!(rebuilt, 301);
    let indexes = names(&["sha256", "sm3", "statement", "submitter"]);
    assert!(seen.is_superset(&indexes), "{seen:?}");
}

/// The ledger again in another folder.
fn copied(whole: &Logged) -> Logged {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path().join("ledger");
    fs::create_dir_all(directory.join("db")).unwrap();
    for folder in ["", "db"] {
        for item in fs::read_dir(whole.directory.join(folder)).unwrap().map(Result::unwrap) {
            if item.file_type().unwrap().is_file() {
                fs::copy(item.path(), directory.join(folder).join(item.file_name())).unwrap();
            }
        }
    }
    let log = directory.join("db").join(whole.log.file_name().unwrap());
    Logged { _room: room, directory, log, ends: whole.ends.clone() }
}
