//! A ledger's folder, audited by the program: what was changed through RocksDB itself is found, with its place.
//!
//! Every change here leaves the database's own checksums whole. A flipped byte in a file is in `cli::audits`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use notarium::audit::{Unknown, What};
use notarium::evidence::Role;
use notarium::merkle::leaf_hash;
use notarium::store::rebuild_indexes;
use rocksdb::IteratorMode;
use serde_json::Value;
use tempfile::TempDir;

use super::forged::{Future, SIZE, forgeries, futures};
use super::{ORIGIN, checkpoint, head, key};
use crate::founded::{Model, Open, evidence, founded, memory, raw, signed, statement};
use crate::registry::ALWAYS;
use crate::samples::{ledger_key, registrar_key, submitter_key};

/// Runs `notarium audit`.
pub(super) fn program(ledger: impl AsRef<OsStr>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_notarium")).arg("audit").arg(ledger).arg("--json").output().unwrap()
}

/// Runs `notarium audit`; the exit code and the report.
pub(super) fn audit(ledger: impl AsRef<OsStr>) -> (i32, Value) {
    let output = program(ledger);
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

/// The findings of a report, one a line: place, what, and the entry that it is about (or `since` which).
pub(super) fn lines(report: &Value) -> Vec<String> {
    let line = |finding: &Value| {
        let about = match (&finding["index"], &finding["since"]) {
            (Value::Null, Value::Null) => "no entry".to_owned(),
            (Value::Null, since) => format!("since {since}"),
            (index, _) => format!("entry {index}"),
        };
        format!("{}: {}: {about}", finding["place"].as_str().unwrap(), finding["what"].as_str().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

/// A row of the database; none for a value takes it away.
struct Row {
    column: &'static str,
    key: Vec<u8>,
    value: Option<Vec<u8>>,
}

fn put(column: &'static str, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Row {
    Row { column, key: key.as_ref().to_vec(), value: Some(value.as_ref().to_vec()) }
}

fn delete(column: &'static str, key: impl AsRef<[u8]>) -> Row {
    Row { column, key: key.as_ref().to_vec(), value: None }
}

/// A ledger of 272 entries, committed at 1, 5, 7 and 272, with a row in every column.
struct Ledger {
    _room: TempDir,
    directory: PathBuf,
    entries: Vec<Vec<u8>>,
}

impl Ledger {
    fn grown() -> Self {
        let (room, directory) = founded();
        let mut ledger = Open::new(&directory);
        let mut model = Model::default();
        model.push(&ledger.reader.entry(notarium::merkle::LeafIndex::new(0)).unwrap().unwrap());
        model.extend(&ledger.grow(4));
        let mut later = evidence("a later version", 5);
        later.continues = Some(statement(3).id());
        let genesis = leaf_hash(&model.entries[0]);
        let enrol = crate::registry::enrol(&genesis, &ledger_key(), &registrar_key(), Role::Registrar, ALWAYS);
        let enrol = enrol.verify().unwrap();
        model.extend(&ledger.admit(vec![signed(later, &submitter_key()), enrol]));
        model.extend(&ledger.grow(265));
        Self { _room: room, directory, entries: model.entries }
    }

    /// Changes rows; gives those that put them back.
    fn write(&self, rows: &[Row]) -> Vec<Row> {
        let db = raw(&self.directory);
        let write = |row: &Row| {
            let column = db.cf_handle(row.column).unwrap();
            let before = db.get_cf(column, &row.key).unwrap();
            assert_ne!(before, row.value, "{}: nothing is changed", row.column);
            match &row.value {
                Some(value) => db.put_cf(column, &row.key, value).unwrap(),
                None => db.delete_cf(column, &row.key).unwrap(),
            }
            Row { column: row.column, key: row.key.clone(), value: before }
        };
        rows.iter().map(write).collect()
    }

    /// Audits with these rows changed, and puts them back.
    fn audit_with(&self, rows: &[Row]) -> (i32, Value) {
        let before = self.write(rows);
        let found = audit(&self.directory);
        self.write(&before);
        found
    }

    /// What must be found of these changes, and nothing else.
    fn finds(&self, name: &str, rows: &[Row], due: &[&str]) {
        let (code, report) = self.audit_with(rows);
        assert_eq!(lines(&report), due, "{name}: {report:#}");
        assert_eq!((code, report["outcome"].as_str()), (1, Some("fails")), "{name}");
    }

    fn row(&self, column: &str, key: impl AsRef<[u8]>) -> Vec<u8> {
        let db = raw(&self.directory);
        db.get_cf(db.cf_handle(column).unwrap(), key).unwrap().unwrap()
    }

    /// Some row of a column.
    fn first(&self, column: &'static str) -> (Vec<u8>, Vec<u8>) {
        let db = raw(&self.directory);
        let (key, value) = db.iterator_cf(db.cf_handle(column).unwrap(), IteratorMode::Start).next().unwrap().unwrap();
        (key.into(), value.into())
    }

    fn entry(&self, index: usize) -> Vec<u8> {
        self.entries[index].clone()
    }
}

fn key_of(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

fn flipped(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 1;
    bytes
}

#[test]
fn a_ledger_with_every_kind_of_row_holds() {
    let ledger = Ledger::grown();
    let (code, report) = audit(&ledger.directory);
    assert_eq!((code, lines(&report)), (0, vec![]));
    assert_eq!(report["not_checked"], serde_json::json!([]));
    // Four heads, four checkpoints and one full tile.
    assert_eq!((report["size"].as_u64(), report["compared"].as_u64()), (Some(272), Some(9)));
    assert_eq!(report["root"], head(&ledger.entries).root.to_string());
}

#[test]
fn entries_rewritten_dropped_or_swapped_are_found() {
    let ledger = Ledger::grown();
    // Byte 28 is in the time, and byte 40 in `previous`: see docs/formats.md, Entry.
    let rewritten = put("entry", key_of(3), flipped(ledger.entry(3), 40));
    let due = [
        "head of size 5: root: since 1",
        "entry 3: previous: entry 3",
        "tile/0/000: tile: entry 3",
        "entry 4: previous: entry 4",
    ];
    ledger.finds("rewritten", &[rewritten], &due);
    let swapped = [put("entry", key_of(2), ledger.entry(3)), put("entry", key_of(3), ledger.entry(2))];
    let (code, report) = ledger.audit_with(&swapped);
    assert_eq!((code, report["first_bad"].as_u64()), (1, Some(2)));
    let found = lines(&report);
    for due in [
        "entry 2: index: entry 2",
        "entry 2: previous: entry 2",
        "entry 3: index: entry 3",
        "entry 4: previous: entry 4",
        "head of size 5: root: since 1",
        "tile/0/000: tile: entry 2",
    ] {
        assert!(found.contains(&due.to_owned()), "{due}: {found:#?}");
    }
    let (code, report) = ledger.audit_with(&[delete("entry", key_of(3))]);
    assert_eq!((code, report["first_bad"].as_u64()), (1, Some(3)));
    assert!(lines(&report).contains(&"entry 3: entry-missing: entry 3".to_owned()), "{report:#}");
    assert!(report["not_checked"].as_array().unwrap().contains(&serde_json::json!({ "entries-since": 3 })));
}

#[test]
fn tiles_changed_missing_or_added_are_found() {
    let ledger = Ledger::grown();
    let place = [&[0][..], &key_of(0)].concat();
    let tile = ledger.row("tile", &place);
    let (flipped, cut) = (put("tile", &place, flipped(tile.clone(), 7 * 32)), put("tile", &place, &tile[..8160]));
    let mut changes = vec![
        (flipped, "tile/0/000: tile: entry 7".to_owned()),
        (cut, "tile/0/000: tile: no entry".to_owned()),
        (delete("tile", &place), "tile/0/000: tile: no entry".to_owned()),
    ];
    for stray in [[&[0][..], &key_of(1)].concat(), [&[1][..], &key_of(0)].concat(), b"odd".to_vec()] {
        let due = format!("row {} of tile: stray-row: no entry", hex::encode(&stray));
        changes.push((put("tile", &stray, &tile), due));
    }
    for (change, due) in changes {
        let (code, report) = ledger.audit_with(&[change]);
        let mut found = lines(&report);
        // Where such a tile keeps the ledger from being opened, that is told too.
        found.retain(|line| !line.starts_with("store: "));
        assert_eq!((code, found), (1, vec![due]), "{report:#}");
    }
}

#[test]
fn heads_changed_missing_or_added_are_found() {
    let ledger = Ledger::grown();
    let root = ledger.row("head", key_of(5));
    ledger.finds("changed", &[put("head", key_of(5), flipped(root, 0))], &["head of size 5: root: since 1"]);
    ledger.finds("missing", &[delete("head", key_of(5))], &["head of size 5: index-row: since 0"]);
    ledger.finds("cut", &[put("head", key_of(5), [7; 31])], &["head: unreadable: no entry"]);
    // A head that the ledger never stated, with the right root or a wrong one.
    let right = *head(&ledger.entries[..3]).root.as_bytes();
    ledger.finds("added", &[put("head", key_of(3), right)], &["checkpoint of size 3: index-row: since 0"]);
    let due = ["checkpoint of size 3: index-row: since 0", "head of size 3: root: since 1"];
    ledger.finds("made up", &[put("head", key_of(3), [9; 32])], &due);
    let last = ledger.row("head", key_of(272));
    let (code, report) = ledger.audit_with(&[put("head", key_of(272), flipped(last, 9))]);
    assert_eq!(code, 1);
    assert!(lines(&report).iter().any(|line| line.starts_with("head of size 272: root: since")), "{report:#}");
}

#[test]
fn checkpoints_changed_missing_or_added_are_found() {
    let ledger = Ledger::grown();
    let at = |size: usize, key: &_, origin: &str| checkpoint(&ledger.entries[..size], key, origin).as_str().to_owned();
    let replace = |note: &str| put("checkpoint", key_of(5), note);
    let of_5 = "checkpoint of size 5";
    let good = String::from_utf8(ledger.row("checkpoint", key_of(5))).unwrap();
    assert_eq!(good, at(5, &key(0), ORIGIN));
    let due = format!("{of_5}: checkpoint-signature: no entry");
    ledger.finds("another key", &[replace(&at(5, &key(99), ORIGIN))], &[&due]);
    let due = format!("{of_5}: origin: no entry");
    ledger.finds("another origin", &[replace(&at(5, &key(0), "ledger.example/other"))], &[&due]);
    let forked = [&ledger.entries[..4], &ledger.entries[8..9]].concat();
    let due = format!("{of_5}: root: since 5");
    ledger.finds("another tree", &[replace(checkpoint(&forked, &key(0), ORIGIN).as_str())], &[&due]);
    for unread in [&good[..20], good.trim_end(), "", &at(4, &key(0), ORIGIN)] {
        ledger.finds("unread", &[replace(unread)], &["checkpoint: unreadable: no entry"]);
    }
    let due = format!("{of_5}: index-row: since 0");
    ledger.finds("missing", &[delete("checkpoint", key_of(5))], &[&due]);
    let added = put("checkpoint", key_of(3), at(3, &key(0), ORIGIN));
    ledger.finds("added", &[added], &["head of size 3: index-row: since 0"]);
}

#[test]
fn rows_beyond_the_ledgers_size_are_found() {
    let ledger = Ledger::grown();
    for (column, key) in [("cosigned", key_of(5).to_vec()), ("meta", b"odd".to_vec())] {
        let due = format!("row {} of {column}: stray-row: no entry", hex::encode(&key));
        ledger.finds(column, &[put(column, &key, b"whatever")], &[&due]);
    }
    let stray = format!("row {} of checkpoint: stray-row: no entry", hex::encode(key_of(280)));
    let due = ["checkpoint: checkpoint-signature: no entry", &stray];
    ledger.finds("a later checkpoint", &[put("checkpoint", key_of(280), b"whatever")], &due);
    // An entry without its head, or a head without its entries: what was acknowledged and is gone looks the same.
    let (code, report) = ledger.audit_with(&[put("entry", key_of(272), ledger.entry(9))]);
    assert_eq!(code, 1);
    assert!(lines(&report).contains(&"entry: entry-missing: no entry".to_owned()), "{report:#}");
    let due = format!("row {} of entry: stray-row: no entry", hex::encode(key_of(272)));
    assert!(lines(&report).contains(&due), "{report:#}");
    let (code, report) = ledger.audit_with(&[put("head", key_of(273), [7; 32])]);
    assert_eq!((code, report["first_bad"].as_u64()), (1, Some(272)));
    assert!(lines(&report).contains(&"entry 272: entry-missing: entry 272".to_owned()), "{report:#}");
}

#[test]
fn a_row_that_an_index_lacks_or_has_too_many_is_found_in_every_index() {
    let ledger = Ledger::grown();
    for column in ["statement", "sha256", "sm3", "submitter", "registry", "continued"] {
        let (key, value) = ledger.first(column);
        let shown = hex::encode(&key);
        let index =
            u64::from_be_bytes(if column == "statement" { &value } else { &key[key.len() - 8..] }.try_into().unwrap());
        let due = format!("row {shown} of {column}: index-row: entry {index}");
        ledger.finds(column, &[delete(column, &key)], &[&due]);
        // One that names an entry which does not call for it, and one that names none.
        let (stray, value) = match column {
            "statement" => (vec![0xab; 32], key_of(4).to_vec()),
            "registry" => (key_of(4).to_vec(), vec![]),
            _ => ([&[0xab; 32][..], &key_of(4)].concat(), vec![]),
        };
        let due = format!("row {} of {column}: stray-row: entry 4", hex::encode(&stray));
        ledger.finds(column, &[put(column, &stray, value)], &[&due]);
        // One that waits for an entry which is still to come.
        let (stray, value) = match column {
            "statement" => (vec![0xab; 32], key_of(999).to_vec()),
            "registry" => (key_of(999).to_vec(), vec![]),
            _ => ([&[0xab; 32][..], &key_of(999)].concat(), vec![]),
        };
        let due = format!("row {} of {column}: stray-row: entry 999", hex::encode(&stray));
        ledger.finds(column, &[put(column, &stray, value)], &[&due]);
        let due = format!("row {} of {column}: stray-row: no entry", hex::encode(b"odd"));
        ledger.finds(column, &[put(column, b"odd", b"")], &[&due]);
    }
    let (key, _) = ledger.first("sha256");
    let index = u64::from_be_bytes(key[32..].try_into().unwrap());
    let due = format!("row {} of sha256: index-row: entry {index}", hex::encode(&key));
    ledger.finds("another value", &[put("sha256", &key, [1; 9])], &[&due]);
}

/// The folder of a ledger that holds exactly these entries, with every other row fitted to them.
fn folder_of(entries: &[Vec<u8>]) -> (TempDir, PathBuf) {
    let (room, directory) = founded();
    let size = entries.len() as u64;
    Open::new(&directory).grow(size - 1);
    let newest = checkpoint(entries, &key(0), ORIGIN);
    {
        let db = raw(&directory);
        let put = |column: &str, key: u64, value: &[u8]| {
            db.put_cf(db.cf_handle(column).unwrap(), key.to_be_bytes(), value).unwrap();
        };
        for (index, entry) in (0..).zip(entries) {
            put("entry", index, entry);
        }
        for size in [1, entries.len()] {
            let entries = &entries[..size];
            put("head", size as u64, head(entries).root.as_bytes());
            if size == 1 {
                put("checkpoint", 1, checkpoint(entries, &key(0), ORIGIN).as_str().as_bytes());
            }
        }
    }
    fit_settings(&directory, entries);
    std::fs::write(directory.join("tip"), newest.as_str()).unwrap();
    rebuild_indexes(&directory, memory(), |_, _| {}).unwrap();
    (room, directory)
}

/// The leaf hash of entry 0 stands in the settings; what else stands there holds for these entries too.
fn fit_settings(directory: &Path, entries: &[Vec<u8>]) {
    let db = raw(directory);
    let meta = db.cf_handle("meta").unwrap();
    let old = leaf_hash(crate::founded::genesis_batch().entries()[0].bytes());
    for row in db.iterator_cf(meta, IteratorMode::Start) {
        let (name, mut value) = row.unwrap();
        let Some(at) = value.windows(32).position(|window| window == old.as_bytes()) else { continue };
        value[at..at + 32].copy_from_slice(leaf_hash(&entries[0]).as_bytes());
        db.put_cf(meta, name, value).unwrap();
        return;
    }
    panic!("no setting holds the leaf hash of entry 0");
}

#[test]
fn a_folder_that_its_operator_forged_is_found_out() {
    let (_room, directory) = folder_of(&super::ledger(SIZE));
    assert_eq!(audit(&directory).0, 0);
    // An entry that does not parse, or stands elsewhere than it says, has no index rows that could be fitted to it.
    let readable = |what: &What| !matches!(what, What::EntryMalformed | What::StatementMalformed | What::Index);
    for forgery in forgeries().into_iter().filter(|forgery| forgery.found.iter().all(|(_, what)| readable(what))) {
        let name = forgery.name;
        let (_room, directory) = folder_of(&forgery.entries);
        let (code, report) = audit(&directory);
        assert_eq!(code, 1, "{name}: {report:#}");
        let found = lines(&report);
        if name == "a repeated statement" {
            assert!(found.len() == 1 && found[0].contains(": statement-repeated: entry "), "{found:?}");
            continue;
        }
        let due = |(index, what): (u64, What)| format!("entry {index}: {}: entry {index}", <&str>::from(what));
        assert_eq!(found, forgery.found.into_iter().map(due).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_folder_with_what_is_not_understood_is_undetermined() {
    for Future { name, entries, unknown, .. } in futures() {
        let at = usize::try_from(super::forged::AT).unwrap();
        // In the middle of a ledger, and at its end, where an opening looks.
        for entries in [&entries[..], &entries[..=at]] {
            let (_room, directory) = folder_of(entries);
            let (code, report) = audit(&directory);
            assert_eq!((code, lines(&report)), (2, vec![]), "{name}");
            assert_eq!(report["not_understood_count"], 1, "{name}");
            let opened = notarium::store::open(&directory, &crate::founded::options());
            if unknown == Unknown::EntryVersion && entries.len() == at + 1 {
                let refused = opened.err().unwrap();
                assert!(!refused.is_damage() && refused.hint().unwrap().contains("a newer one"), "{refused}");
            } else {
                assert!(opened.is_ok(), "{name}");
            }
        }
    }
}
