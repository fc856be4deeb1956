//! What `serve` refuses to serve, and what it says of it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use notarium::codec::Time;
use notarium::crypto::SigningKey;
use notarium::evidence::{Admission, Genesis};
use notarium::keyfile;
use notarium::ledger::genesis;
use notarium::merkle::{Hash, TreeHead, TreeSize};
use notarium::store::Founding;
use notarium::trust::{Checkpoint, SignedCheckpoint};

use super::session::Session;
use crate::founded::{memory, raw};
use crate::samples::registrar_key;

const ORIGIN: &str = "ledger.example/one";

/// A session with a ledger `L` that nobody serves.
fn session() -> Session {
    let session = Session::new();
    session.prepare("init L --origin ledger.example/one");
    session
}

/// What serving must be refused with.
fn refuses(session: &mut Session, options: &str) {
    assert_eq!(session.run(&format!("serve L{options} --listen 127.0.0.1:0")), 2);
}

fn ledger_key(session: &Session) -> SigningKey {
    keyfile::read(&session.path("L/ledger.key"), || None).unwrap().key
}

/// A checkpoint of a tree of that size with some root.
fn checkpoint(origin: &str, size: u64, key: &SigningKey) -> String {
    let head = TreeHead { size: TreeSize::new(size).unwrap(), root: Hash::from_bytes([7; 32]) };
    SignedCheckpoint::sign(&Checkpoint { origin: origin.parse().unwrap(), head }, key).as_str().to_owned()
}

#[test]
fn a_folder_that_holds_no_ledger_of_this_key_is_refused() {
    let mut session = Session::new();
    session.run("serve");
    refuses(&mut session, "");
    fs::create_dir(session.path("L")).unwrap();
    refuses(&mut session, "");
    session.put("L/unfinished", "");
    refuses(&mut session, "");
    session.note("A ledger whose making was cut short after its key was written.");
    session.put_key("L/ledger.key", &registrar_key());
    refuses(&mut session, "");
    fs::remove_dir_all(session.path("L")).unwrap();
    session.note("A ledger with another ledger's key in its folder.");
    session.prepare("init L --origin ledger.example/one");
    fs::remove_file(session.path("L/ledger.key")).unwrap();
    session.put_key("L/ledger.key", &registrar_key());
    session.know(&registrar_key().public().to_string());
    refuses(&mut session, "");
    session.note("The key is not there.");
    fs::remove_file(session.path("L/ledger.key")).unwrap();
    refuses(&mut session, "");
    session.is("serve-no-ledger.txt");
}

#[test]
fn a_ledger_or_port_in_use_is_refused() {
    let mut session = session();
    let served = session.serve("L");
    refuses(&mut session, "");
    session.note("Its indexes can be made again meanwhile.");
    assert_eq!(session.run("rebuild-index L"), 0);
    drop(served);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    session.set_address(&taken.local_addr().unwrap().to_string());
    assert_eq!(session.run("serve L --listen $URL --log off"), 2);
    session.is("serve-in-use.txt");
}

#[test]
fn a_ledger_of_a_newer_format_is_refused() {
    let mut session = session();
    let database = raw(&session.path("L"));
    let meta = database.cf_handle("meta").unwrap();
    let identity = database.get_cf(meta, b"identity").unwrap().unwrap();
    database.put_cf(meta, b"identity", [&[9][..], &identity[1..]].concat()).unwrap();
    drop(database);
    refuses(&mut session, "");
    assert_eq!(session.run("audit L"), 2);
    assert_eq!(session.run("rebuild-index L"), 2);
    session.is("serve-newer-format.txt");
}

#[test]
fn a_ledger_behind_what_was_seen_of_it_is_refused() {
    let mut session = session();
    let key = ledger_key(&session);
    refuses(&mut session, " --origin other.example/x");
    refuses(&mut session, " --at-least missing");
    session.put("text", "not a checkpoint\n");
    refuses(&mut session, " --at-least text");
    session.put("other-origin", checkpoint("other.example/x", 1, &key));
    refuses(&mut session, " --at-least other-origin");
    session.put("other-key", checkpoint(ORIGIN, 1, &registrar_key()));
    refuses(&mut session, " --at-least other-key");
    session.put("later", checkpoint(ORIGIN, 5, &key));
    refuses(&mut session, " --at-least later");
    session.put("other-root", checkpoint(ORIGIN, 1, &key));
    refuses(&mut session, " --at-least other-root");
    session.is("serve-at-least.txt");
}

#[test]
fn a_ledger_behind_its_tip_is_refused() {
    let mut session = session();
    let key = ledger_key(&session);
    let tip = fs::read(session.path("L/tip")).unwrap();
    session.note("The tip says that the ledger had come further.");
    session.put("L/tip", checkpoint(ORIGIN, 5, &key));
    refuses(&mut session, "");
    session.note("The tip is of another tree.");
    session.put("L/tip", checkpoint(ORIGIN, 1, &key));
    refuses(&mut session, "");
    session.note("The tip is damaged.");
    session.put("L/tip", "x");
    refuses(&mut session, "");
    session.note("The tip is gone.");
    fs::remove_file(session.path("L/tip")).unwrap();
    refuses(&mut session, "");
    session.note("With its tip the ledger is as it was: nothing was lost.");
    session.put("L/tip", tip);
    let _served = session.serve("L");
    session.is("serve-tip.txt");
}

/// A ledger whose first entry is of the year 9000.
fn found_in_the_future(directory: &Path) {
    let founding = Founding::begin(directory).unwrap();
    let key = registrar_key();
    keyfile::write_new(&founding.directory().join("ledger.key"), &key, None).unwrap();
    let body = Genesis { origin: ORIGIN.parse().unwrap(), admission: Admission::Open };
    let first = genesis(body, &key, Time::from_millis(221_845_392_000_000).unwrap()).unwrap();
    founding.finish(first, &key, memory()).unwrap();
}

#[test]
fn a_clock_behind_the_last_entry_is_refused() {
    let mut session = Session::new();
    found_in_the_future(&session.path("L"));
    session.know("9000-01-01T00:00:00.000Z");
    refuses(&mut session, "");
    session.is("serve-clock.txt");
}
