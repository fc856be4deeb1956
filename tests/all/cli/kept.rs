//! Backing up, restoring and looking after a ledger, in words.

use std::fs;

use notarium::crypto::SigningKey;
use notarium::keyfile;
use notarium::merkle::{Hash, TreeHead, TreeSize};
use notarium::trust::{Checkpoint, SignedCheckpoint};

use super::session::Session;
use crate::samples::registrar_key;

/// A checkpoint of a tree of that size with some root.
fn checkpoint(size: u64, key: &SigningKey) -> String {
    let head = TreeHead { size: TreeSize::new(size).unwrap(), root: Hash::from_bytes([7; 32]) };
    let origin = "ledger.example/one".parse().unwrap();
    SignedCheckpoint::sign(&Checkpoint { origin, head }, key).as_str().to_owned()
}

#[test]
fn a_ledger_is_backed_up_and_restored() {
    let (mut session, served) = Session::with_ledger();
    session.put("poster.txt", "a poster\n");
    session.put("logo.txt", "a logo\n");
    session.prepare("submit poster.txt --ledger $URL --key me.key");
    session.note("While the ledger is served.");
    assert_eq!(session.run("backup L B"), 0);
    session.prepare("submit logo.txt --ledger $URL --key me.key");
    session.prepare("mirror $URL M");
    session.stop(served);
    session.note("The ledger is lost, with one entry that was made since. A mirror has it.");
    fs::copy(session.path("L/tip"), session.path("seen")).unwrap();
    let key = keyfile::read(&session.path("L/ledger.key"), || None).unwrap().key;
    fs::rename(session.path("L"), session.path("lost")).unwrap();
    for line in ["restore B L --seen M", "restore B L --seen seen --accept-loss 2", "restore M L", "restore B B"] {
        assert_eq!(session.run(line), 2);
    }
    assert!(!session.path("L").exists() && !session.path("L.restoring").exists());
    session.note("Another tree of the size that was backed up; a checkpoint of another ledger.");
    session.put("fork", checkpoint(2, &key));
    session.put("other", checkpoint(2, &registrar_key()));
    assert_eq!(session.run("restore B L --seen fork"), 2);
    assert_eq!(session.run("restore B L --seen other"), 2);
    session.note("The loss is accepted.");
    assert_eq!(session.run("restore B L --seen M --accept-loss 1 --key lost/ledger.key"), 0);
    assert_eq!(session.run_in_shell("cat L/losses"), 0);
    let served = session.serve("L");
    assert_eq!(session.run("restore B L2 --accept-loss 1"), 2);
    session.note("Nothing would be lost: the ledger as it is served now has seen no more.");
    assert_eq!(session.run("restore B L2 --seen $URL"), 0);
    drop(served);
    session.is("restore.txt");
}
