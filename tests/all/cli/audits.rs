//! `audit` and `rebuild-index`: ledgers that hold, and ledgers that were changed through RocksDB itself.

use std::fs;

use super::session::{Served, Session};
use crate::founded::raw;

/// A ledger with three deposits, served.
fn grown() -> (Session, Served) {
    let (mut session, served) = Session::with_ledger();
    for (name, text) in [("a", "a"), ("b", "b"), ("c", "c")] {
        session.put(name, text);
        session.prepare(&format!("submit {name} --ledger $URL --key me.key"));
    }
    (session, served)
}

/// Backdates an entry by a day, so that the database's own checksums hold.
fn forge(session: &Session, index: u64) {
    let database = raw(&session.path("L"));
    let entries = database.cf_handle("entry").unwrap();
    let mut entry = database.get_cf(entries, index.to_be_bytes()).unwrap().unwrap();
    // The time is the u64 after 17 bytes of header and the index (docs/formats.md).
    let time = u64::from_be_bytes(entry[25..33].try_into().unwrap());
    entry[25..33].copy_from_slice(&(time - 24 * 60 * 60 * 1000).to_be_bytes());
    database.put_cf(entries, index.to_be_bytes(), entry).unwrap();
}

#[test]
fn a_ledger_that_holds() {
    let (mut session, served) = grown();
    session.note("Beside the server, and through it.");
    assert_eq!(session.run("audit L"), 0);
    assert_eq!(session.run("audit $URL --policy L/policy"), 0);
    drop(served);
    assert_eq!(session.run("audit L --policy L/policy"), 0);
    assert_eq!(session.run("audit L --json"), 0);
    session.note("By a policy of another ledger; without its tip.");
    session.prepare("init other --origin ledger.example/other");
    assert_eq!(session.run("audit L --policy other/policy"), 2);
    fs::rename(session.path("L/tip"), session.path("tip")).unwrap();
    assert_eq!(session.run("audit L"), 2);
    session.is("audit.txt");
}

#[test]
fn what_cannot_be_audited_is_named() {
    let mut session = Session::new();
    session.put("file", "x");
    assert_eq!(session.run("audit missing"), 2);
    assert_eq!(session.run("audit file"), 2);
    assert_eq!(session.run("audit http://127.0.0.1:1"), 2);
    assert_eq!(session.run("audit ftp://ledger.example"), 2);
    session.prepare("init L --origin ledger.example/one");
    assert_eq!(session.run("audit L --policy file"), 2);
    assert_eq!(session.run("rebuild-index missing"), 2);
    assert_eq!(session.run("rebuild-index file"), 2);
    session.is("audit-refused.txt");
}

#[test]
fn an_entry_that_was_rewritten_is_found() {
    let (mut session, served) = grown();
    drop(served);
    forge(&session, 2);
    session.note("The time of entry 2 was changed through RocksDB.");
    assert_eq!(session.run("audit L"), 1);
    assert_eq!(session.run("audit L --json"), 1);
    assert_eq!(session.run("serve L --listen 127.0.0.1:0"), 2);
    session.is("audit-forged.txt");
}

#[test]
fn a_flipped_byte_in_a_file_is_found() {
    let mut session = Session::new();
    session.prepare("init L --origin ledger.example/one");
    let header = b"notarium/entry/1\n";
    let place = |bytes: &[u8]| bytes.windows(header.len()).position(|window| window == header);
    let mut tables = fs::read_dir(session.path("L/db")).unwrap().map(|item| item.unwrap().path());
    let table = tables
        .find(|path| path.extension().is_some_and(|end| end == "sst") && place(&fs::read(path).unwrap()).is_some());
    let table = table.unwrap();
    let mut bytes = fs::read(&table).unwrap();
    let at = place(&bytes).unwrap();
    bytes[at + 30] ^= 1;
    fs::write(table, bytes).unwrap();
    // What RocksDB says of it has numbers that differ from run to run.
    assert_eq!(session.run_without(&["wrong"], &["outcome"], "audit L"), 1);
    session.is("audit-flipped.txt");
}

#[test]
fn an_index_that_lacks_a_row_is_found_and_made_again() {
    let (mut session, served) = grown();
    drop(served);
    let database = raw(&session.path("L"));
    let index = database.cf_handle("sha256").unwrap();
    let (key, _) = database.iterator_cf(index, rocksdb::IteratorMode::Start).next().unwrap().unwrap();
    database.delete_cf(index, key).unwrap();
    drop(database);
    assert_eq!(session.run("audit L"), 1);
    assert_eq!(session.run("rebuild-index L"), 0);
    assert_eq!(session.run("audit L"), 0);
    session.is("rebuild-index.txt");
}
