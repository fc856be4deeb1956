//! Indexes: compared with the entries, rebuilt from them, and never in the way of an opening.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use notarium::merkle::LeafIndex;
use notarium::store::{
    IndexFault, IndexFaultKind, OpenError, ReadError, Reader, SettingError, inspect, open, rebuild_indexes,
};
use rocksdb::IteratorMode;

use crate::founded::{Open, evidence, founded, memory, options, raw, signed, statement, words};
use crate::samples::{registrar_key, submitter_key};

const INDEXES: [&str; 6] = ["statement", "sha256", "sm3", "submitter", "registry", "continued"];

/// A ledger with a row of every kind that can be admitted.
fn grown() -> (tempfile::TempDir, std::path::PathBuf) {
    let (room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(40);
    let mut links = evidence("a later version", 1);
    links.continues = Some(statement(3).id());
    ledger.admit(vec![signed(links, &registrar_key()), signed(evidence("evidence 3", 99), &registrar_key())]);
    ledger.grow(260);
    drop(ledger);
    (room, directory)
}

type Rows = BTreeMap<(&'static str, Box<[u8]>), Box<[u8]>>;

fn index_rows(directory: &Path) -> Rows {
    let db = raw(directory);
    let rows = |column: &'static str| {
        let handle = db.cf_handle(column).unwrap();
        db.iterator_cf(handle, IteratorMode::Start).map(Result::unwrap).map(move |(k, v)| ((column, k), v))
    };
    INDEXES.iter().flat_map(|column| rows(column).collect::<Vec<_>>()).collect()
}

fn faults(reader: &Reader) -> Vec<IndexFault> {
    let mut faults = Vec::new();
    reader.check_indexes(0, |fault| faults.push(fault)).unwrap();
    faults
}

#[test]
fn every_entry_has_its_rows_and_every_row_its_entry() {
    let (_room, directory) = grown();
    let rows = index_rows(&directory);
    let count = |column| rows.keys().filter(|(of, _)| *of == column).count();
    assert_eq!(INDEXES.map(count), [303, 302, 302, 303, 0, 1]);
    assert_eq!(faults(&inspect(&directory, memory()).unwrap().reader), []);
    let ledger = Open::new(&directory);
    assert_eq!(faults(&ledger.reader), []);
}

#[test]
fn a_row_deleted_changed_or_added_is_found() {
    let (_room, directory) = grown();
    let rows = index_rows(&directory);
    let of = |column: &str, n: usize| rows.iter().filter(|((c, _), _)| *c == column).nth(n).unwrap();
    let mut expected = Vec::new();
    {
        let db = raw(&directory);
        for column in INDEXES.iter().filter(|column| **column != "registry") {
            let ((name, key), _) = of(column, 0);
            db.delete_cf(db.cf_handle(name).unwrap(), key).unwrap();
            expected.push((*name, hex::encode(key), IndexFaultKind::Missing));
        }
        let ((name, key), _) = of("statement", 5);
        db.put_cf(db.cf_handle(name).unwrap(), key, 1_u64.to_be_bytes()).unwrap();
        // Wrong for the entry that it is about, and one too many for the entry that it names.
        expected.push((name, hex::encode(key), IndexFaultKind::Wrong));
        expected.push((name, hex::encode(key), IndexFaultKind::Extra));
        let ((name, key), _) = of("sha256", 5);
        db.put_cf(db.cf_handle(name).unwrap(), key, [1; 9]).unwrap();
        expected.push((name, hex::encode(key), IndexFaultKind::Wrong));
        let stray = [&[0xab; 32][..], &7_u64.to_be_bytes()].concat();
        for name in ["sm3", "submitter", "continued"] {
            db.put_cf(db.cf_handle(name).unwrap(), &stray, []).unwrap();
            expected.push((name, hex::encode(&stray), IndexFaultKind::Extra));
        }
        db.put_cf(db.cf_handle("statement").unwrap(), [0xcd; 32], 7_u64.to_be_bytes()).unwrap();
        expected.push(("statement", hex::encode([0xcd; 32]), IndexFaultKind::Extra));
        db.put_cf(db.cf_handle("registry").unwrap(), b"odd", []).unwrap();
        expected.push(("registry", hex::encode(b"odd"), IndexFaultKind::Extra));
    }
    let order = |fault: &(&str, String, IndexFaultKind)| (fault.0.to_owned(), fault.1.clone(), fault.2.to_string());
    expected.sort_by_key(order);
    // The ledger opens all the same.
    let ledger = Open::new(&directory);
    let mut found: Vec<_> = faults(&ledger.reader).into_iter().map(|f| (f.column, f.key, f.kind)).collect();
    found.sort_by_key(order);
    assert_eq!(found, expected);
    drop(ledger);
    let total = |_: u64, total: u64| assert_eq!(total, 303);
    assert_eq!(rebuild_indexes(&directory, memory(), total).unwrap(), 303);
    assert_eq!(index_rows(&directory), rows);
    assert_eq!(faults(&Open::new(&directory).reader), []);
}

#[test]
fn rebuilding_restores_exactly_what_commits_wrote() {
    let (_room, directory) = grown();
    let rows = index_rows(&directory);
    rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
    assert_eq!(index_rows(&directory), rows);
    let mut ledger = Open::new(&directory);
    assert!(ledger.reader.indexes_are_whole());
    ledger.grow(10);
    drop(ledger);
    let rows = index_rows(&directory);
    rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
    assert_eq!(index_rows(&directory), rows);
}

#[test]
fn a_half_rebuilt_index_is_known_as_such() {
    let (_room, directory) = grown();
    // As a rebuilding leaves it that was cut short: marked, and with some rows.
    {
        let mut db = raw(&directory);
        db.put_cf(db.cf_handle("meta").unwrap(), b"indexes", [1, 0]).unwrap();
        db.drop_cf("sm3").unwrap();
    }
    let opened = open(&directory, &options()).unwrap();
    assert_eq!(opened.emptied, ["sm3"]);
    let ledger = Open::with(opened);
    assert!(!ledger.reader.indexes_are_whole());
    refuses_lookups(&ledger.reader);
    // All else goes on: reading, proving, growing.
    assert!(ledger.reader.receipt(LeafIndex::new(3)).unwrap().is_some());
    drop(ledger);
    rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
    let ledger = Open::new(&directory);
    assert_eq!(ledger.reader.by_statement(&statement(3).id()).unwrap(), Some(LeafIndex::new(3)));
    assert_eq!(faults(&ledger.reader), []);
}

/// The mark of the indexes, as it is stored: version, and whether they are whole.
fn marker(directory: &Path) -> Vec<u8> {
    let db = raw(directory);
    db.get_cf(db.cf_handle("meta").unwrap(), b"indexes").unwrap().unwrap()
}

#[test]
fn nothing_is_changed_of_a_ledger_that_a_newer_version_wrote() {
    let (_room, directory) = grown();
    let columns = || rocksdb::DB::list_cf(&rocksdb::Options::default(), directory.join("db")).unwrap();
    {
        let mut db = raw(&directory);
        let meta = db.cf_handle("meta").unwrap();
        let identity = db.get_cf(meta, b"identity").unwrap().unwrap();
        db.put_cf(meta, b"identity", [&[9][..], &identity[1..]].concat()).unwrap();
        db.drop_cf("sm3").unwrap();
    }
    let before = columns();
    let is_newer = |error: &OpenError| matches!(error, OpenError::Setting(SettingError::NewerVersion { found: 9 }));
    assert!(is_newer(&rebuild_indexes(&directory, memory(), |_, _| {}).unwrap_err()));
    assert!(is_newer(&crate::founded::refusal(&directory)));
    assert_eq!(columns(), before, "the missing index is not made");
    assert_eq!(marker(&directory), [1, 1]);
    let db = raw(&directory);
    assert_eq!(db.iterator_cf(db.cf_handle("statement").unwrap(), IteratorMode::Start).count(), 303);
}

#[test]
fn indexes_of_entries_with_a_gap_are_never_said_to_be_whole() {
    let change = |directory: &Path, key: u64, value: Option<Vec<u8>>| {
        let db = raw(directory);
        let entries = db.cf_handle("entry").unwrap();
        match value {
            Some(value) => db.put_cf(entries, key.to_be_bytes(), value).unwrap(),
            None => db.delete_cf(entries, key.to_be_bytes()).unwrap(),
        }
    };
    let (_room, directory) = grown();
    let other = Open::new(&directory).reader.entry(LeafIndex::new(8)).unwrap().unwrap();
    let whole = Open::new(&directory).reader.entry(LeafIndex::new(7)).unwrap().unwrap();
    let refused = |expected: &str| {
        let refused = words(&rebuild_indexes(&directory, memory(), |_, _| {}).unwrap_err());
        assert!(refused.ends_with(expected), "{refused}");
    };
    change(&directory, 7, None);
    refused("entry: row 7 is missing");
    assert_eq!(marker(&directory), [1, 0]);
    change(&directory, 7, Some(other));
    refused("entry: row 7 is damaged");
    assert_eq!(marker(&directory), [1, 0]);
    change(&directory, 7, Some(whole));
    rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
    assert_eq!(marker(&directory), [1, 1]);
    change(&directory, 302, None);
    refused("the last tree head has size 303, but the last entry stored is 301");
    assert_eq!(marker(&directory), [1, 1], "the indexes were not touched");
}

#[test]
fn a_ledger_that_lacks_an_index_is_looked_at_all_the_same() {
    let (_room, directory) = grown();
    raw(&directory).drop_cf("sm3").unwrap();
    let seen = inspect(&directory, memory()).unwrap();
    assert!(seen.doubts.is_empty());
    assert_eq!(seen.reader.entries(0..1000).unwrap().map(Result::unwrap).count(), 303);
    let print = evidence("evidence 3", 0).fingerprint;
    let refused = seen.reader.by_sm3(print.sm3(), None, 1).unwrap_err();
    assert!(matches!(refused, ReadError::NoColumn { column: "sm3" }), "{refused}");
}

fn refuses_lookups(reader: &Reader) {
    let print = evidence("evidence 3", 0).fingerprint;
    let incomplete = |error: ReadError| assert!(matches!(error, ReadError::IndexIncomplete), "{}", words(&error));
    incomplete(reader.by_statement(&statement(3).id()).unwrap_err());
    incomplete(reader.by_sha256(print.sha256(), None, 1).unwrap_err());
    incomplete(reader.by_sm3(print.sm3(), None, 1).unwrap_err());
    incomplete(reader.by_submitter(&submitter_key().public(), None, 1).unwrap_err());
    incomplete(reader.by_continued(&statement(3).id(), None, 1).unwrap_err());
    incomplete(reader.earlier(&print, LeafIndex::new(9), 1).unwrap_err());
}

/// The table files of a column.
fn files_of(directory: &Path, column: &str) -> Vec<std::path::PathBuf> {
    let files = raw(directory).live_files().unwrap();
    let of = files.into_iter().filter(|file| file.column_family_name == column);
    of.map(|file| directory.join("db").join(file.name.trim_start_matches('/'))).collect()
}

#[test]
fn an_index_whose_files_are_gone_or_broken_does_not_stop_an_opening() {
    for column in ["statement", "sha256", "submitter"] {
        for broken in [true, false] {
            let (_room, directory) = grown();
            let rows = {
                let ledger = Open::new(&directory);
                ledger.writer.flush().unwrap();
                drop(ledger);
                index_rows(&directory)
            };
            let files = files_of(&directory, column);
            assert!(!files.is_empty());
            for file in &files {
                if broken {
                    let length = fs::metadata(file).unwrap().len();
                    fs::write(file, vec![0x5a; usize::try_from(length).unwrap()]).unwrap();
                } else {
                    fs::remove_file(file).unwrap();
                }
            }
            let opened = open(&directory, &options()).unwrap();
            assert_eq!(opened.emptied, [column], "broken: {broken}");
            let ledger = Open::with(opened);
            refuses_lookups(&ledger.reader);
            assert_eq!(ledger.size(), 303);
            drop(ledger);
            rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
            assert_eq!(index_rows(&directory), rows);
        }
    }
}

#[test]
fn a_file_of_the_ledger_itself_that_is_broken_does_stop_it() {
    for column in ["entry", "head", "checkpoint"] {
        let (_room, directory) = grown();
        let ledger = Open::new(&directory);
        ledger.writer.flush().unwrap();
        drop(ledger);
        for file in files_of(&directory, column) {
            fs::remove_file(file).unwrap();
        }
        let refused = crate::founded::refusal(&directory);
        assert!(words(&refused).contains("does not open"), "{}", words(&refused));
    }
}
