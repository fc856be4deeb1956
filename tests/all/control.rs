//! The control socket: whom it answers, what it says, and indexes made again beside the writer.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use notarium::api::ControlAnswer;
use notarium::store::{IndexFault, Reader, open};
use notarium::upkeep::{ControlClient, ControlError};

use crate::backup::Server;
use crate::founded::{Open, founded, options, raw, statement};

const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");

fn served() -> (tempfile::TempDir, Server) {
    let room = tempfile::tempdir().unwrap();
    let mut made = Command::new(PROGRAM);
    made.args(["init", "L", "--origin", "ledger.example/control"]).current_dir(&room);
    assert!(made.output().unwrap().status.success());
    let server = Server::start(room.path());
    (room, server)
}

/// Says some bytes and gives the lines that come back until the end.
fn say(directory: &Path, bytes: &[u8]) -> Vec<ControlAnswer> {
    let mut stream = UnixStream::connect(directory.join("control.sock")).unwrap();
    stream.write_all(bytes).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

#[test]
fn the_socket_is_its_owners_alone_and_answers_line_by_line() {
    let (room, server) = served();
    let ledger = room.path().join("L");
    let mode = fs::metadata(ledger.join("control.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.submit(1);
    let status = b"{\"command\":\"status\"}\n";
    let answers = say(&ledger, &[&status[..], status].concat());
    assert_eq!(answers.len(), 2);
    let ControlAnswer::Status { origin, size, indexes_whole, admitting, .. } = &answers[0] else {
        panic!("{answers:?}")
    };
    assert_eq!((origin.as_str(), *size, *indexes_whole, *admitting), ("ledger.example/control", 2, true, true));
    for wrong in [&b"{\"command\":\"stop\"}\n"[..], b"\xff\n", b"x", &vec![b'x'; 20_000]] {
        let answers = say(&ledger, wrong);
        assert!(matches!(answers.as_slice(), [ControlAnswer::Refused { .. }]), "{answers:?}");
    }
    // Whoever says nothing does not keep the server from ending.
    let silent = UnixStream::connect(ledger.join("control.sock")).unwrap();
    server.stop();
    drop(silent);
    assert!(ControlClient::connect(&ledger).unwrap().is_none());
}

#[test]
fn more_commands_than_places_wait_for_their_turn() {
    let (room, server) = served();
    let ledger = room.path().join("L");
    let waiting: Vec<_> = (0..8).map(|_| UnixStream::connect(ledger.join("control.sock")).unwrap()).collect();
    let mut ninth = UnixStream::connect(ledger.join("control.sock")).unwrap();
    ninth.write_all(b"{\"command\":\"status\"}\n").unwrap();
    ninth.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
    let mut line = String::new();
    assert!(BufReader::new(&ninth).read_line(&mut line).is_err(), "{line}");
    drop(waiting);
    ninth.set_read_timeout(None).unwrap();
    BufReader::new(&ninth).read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"answer\":\"status\""), "{line}");
    server.stop();
}

fn faults(reader: &Reader) -> Vec<IndexFault> {
    let mut faults = Vec::new();
    reader.check_indexes(0, |fault| faults.push(fault)).unwrap();
    faults
}

/// Takes a row from each index and puts a stray one in.
fn damage_indexes(directory: &Path) {
    let db = raw(directory);
    for column in ["statement", "sha256", "sm3", "submitter"] {
        let family = db.cf_handle(column).unwrap();
        let (key, _) = db.iterator_cf(family, rocksdb::IteratorMode::Start).next().unwrap().unwrap();
        db.delete_cf(family, key).unwrap();
        db.put_cf(family, [7; 40], [7; 8]).unwrap();
    }
}

#[test]
fn indexes_are_made_again_beside_the_writer() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(30);
    drop(ledger);
    damage_indexes(&directory);
    let mut ledger = Open::with(open(&directory, &options()).unwrap());
    assert!(!faults(&ledger.reader).is_empty());
    let rebuilt = ledger.reader.rebuild_indexes(|_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(rebuilt, Some(31));
    assert_eq!(faults(&ledger.reader), []);
    // The writer goes on, and so does the next life.
    ledger.grow(5);
    assert_eq!(faults(&ledger.reader), []);
    drop(ledger);
    let ledger = Open::new(&directory);
    assert!(ledger.reader.indexes_are_whole());
    assert_eq!((ledger.size(), faults(&ledger.reader)), (36, vec![]));
}

#[test]
fn a_rebuild_that_was_stopped_is_known_and_can_be_repeated() {
    let (_room, directory) = founded();
    let mut ledger = Open::new(&directory);
    ledger.grow(9000);
    assert_eq!(ledger.reader.rebuild_indexes(|_, _| ControlFlow::Break(())).unwrap(), None);
    assert!(!ledger.reader.indexes_are_whole());
    assert!(ledger.reader.by_statement(&statement(3).id()).is_err());
    drop(ledger);
    let mut ledger = Open::new(&directory);
    assert!(!ledger.reader.indexes_are_whole() && ledger.reader.registry().is_err());
    assert_eq!(ledger.reader.rebuild_indexes(|_, _| ControlFlow::Continue(())).unwrap(), Some(9001));
    // The writer, which has known no keys since it was opened, learns them.
    ledger.grow(1);
    assert!(ledger.reader.registry().is_ok());
    assert_eq!(faults(&ledger.reader), []);
}

#[test]
fn a_served_ledger_whose_indexes_are_incomplete_admits_again_after_a_rebuild() {
    let (room, server) = served();
    let ledger = room.path().join("L");
    let first = server.submit(1);
    server.stop();
    let db = raw(&ledger);
    db.put_cf(db.cf_handle("meta").unwrap(), b"indexes", b"\x01\0").unwrap();
    drop(db);
    let server = Server::start(room.path());
    assert!(server.client.submit(statement(2).as_bytes()).is_err());
    let output = Command::new(PROGRAM).args(["rebuild-index", "L"]).current_dir(&room).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "made the indexes again from 2 entries\n");
    assert_eq!(server.submit(1).index(), first.index());
    assert_eq!(server.submit(2).index().get(), 2);
    server.stop();
}

#[test]
fn a_ledger_without_a_server_has_nobody_to_ask() {
    let (_room, directory) = founded();
    assert!(ControlClient::connect(&directory).unwrap().is_none());
    fs::write(directory.join("control.sock"), "").unwrap();
    assert!(ControlClient::connect(&directory).unwrap().is_none());
    fs::remove_file(directory.join("control.sock")).unwrap();
    let listener = std::os::unix::net::UnixListener::bind(directory.join("control.sock")).unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Who answers and goes before it was asked breaks the pipe of whoever asks.
        BufReader::new(&stream).read_line(&mut String::new()).unwrap();
        stream.write_all(b"{\"answer\":\"rebuilt\",\"entries\":7}\n").unwrap();
    });
    let mut client = ControlClient::connect(&directory).unwrap().unwrap();
    assert!(matches!(client.snapshot(), Err(ControlError::NotUnderstood { .. })));
    answering.join().unwrap();
}
