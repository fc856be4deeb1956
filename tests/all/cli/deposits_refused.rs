//! `submit` with what it cannot deposit: every refusal names the file, the reason and a way out, and leaves no trace.

use std::fs;
use std::os::unix::fs::symlink;

use super::session::Session;
use crate::samples::registrar_key;

fn names(session: &Session) -> Vec<String> {
    let items = fs::read_dir(session.path("")).unwrap();
    let mut names: Vec<String> = items.map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn refused(session: &mut Session, what: &str) {
    let before = names(session);
    let code = session.run(&format!("submit {what} --ledger $URL --key me.key"));
    assert!(code == 1 || code == 2, "{what}");
    assert_eq!(names(session), before, "{what}");
}

#[test]
fn what_is_no_evidence_is_refused_by_name() {
    let (mut session, _served) = Session::with_ledger();
    session.put("file", "x");
    refused(&mut session, "missing");
    refused(&mut session, "file/below");
    refused(&mut session, "/dev/null");
    refused(&mut session, "/");
    fs::create_dir_all(session.path("empty/within")).unwrap();
    refused(&mut session, "empty");
    session.put("work/file", "x");
    session.put("elsewhere/file", "x");
    symlink("../elsewhere", session.path("work/folder-link")).unwrap();
    symlink("nowhere", session.path("work/lost-link")).unwrap();
    session.put("work/a\\b", "x");
    refused(&mut session, "work");
    session.is("submit-no-evidence.txt");
}

#[test]
fn details_and_receipts_that_do_not_hold_stop_it_before_anything_is_sent() {
    let (mut session, _served) = Session::with_ledger();
    session.put("file", "x");
    refused(&mut session, "file --details missing.json");
    session.put("list.json", "[1]");
    refused(&mut session, "file --details list.json");
    session.put("broken.json", "{\"title\": ");
    refused(&mut session, "file --details broken.json");
    session.put("twice.json", r#"{"note": 1, "note": 2}"#);
    refused(&mut session, "file --details twice.json");
    session.put("titled.json", r#"{"title": "A"}"#);
    refused(&mut session, "file --details titled.json --title B");
    session.put("long.json", format!(r#"{{"note": "{}"}}"#, "x".repeat(32_000)));
    refused(&mut session, "file --details long.json");
    refused(&mut session, "file --continues missing.receipt");
    session.put("text.receipt", "not a receipt\n");
    refused(&mut session, "file --continues text.receipt");
    session.is("submit-bad-options.txt");
}

#[test]
fn a_file_that_another_run_is_at_is_waited_for_and_no_longer_than_said() {
    let (mut session, _served) = Session::with_ledger();
    let path = session.put("work", "x\n");
    session.put("list.csv", "path\nwork\n");
    let held = fs::File::open(&path).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let submit = "--ledger $URL --key me.key --policy L/policy --lock-wait";
    assert_eq!(session.run(&format!("submit work {submit} 0")), 1);
    assert_eq!(session.run(&format!("submit work {submit} 1")), 1);
    assert_eq!(session.run(&format!("submit --list list.csv {submit} 0")), 1);
    assert_eq!(session.run(&format!("submit work {submit} never")), 2);
    session.note("The other run has ended.");
    drop(held);
    assert_eq!(session.run(&format!("submit work {submit} 0")), 0);
    session.is("submit-lock-wait.txt");
}

#[test]
fn what_an_earlier_run_left_is_never_overwritten_unasked() {
    let (mut session, _served) = Session::with_ledger();
    session.put("file", "x");
    session.prepare("submit file --ledger $URL --key me.key");
    let receipt = fs::read(session.path("file.receipt")).unwrap();
    session.note("The file has changed since.");
    session.put("file", "y");
    refused(&mut session, "file");
    session.note("It is to be private now, or somebody else's.");
    session.put("file", "x");
    refused(&mut session, "file --private");
    session.put_key("their.key", &registrar_key());
    session.know(&registrar_key().public().to_string());
    assert_eq!(session.run("submit file --ledger $URL --key their.key"), 1);
    session.note("The receipt is damaged.");
    session.put("file.receipt", &receipt[..200]);
    refused(&mut session, "file");
    assert_eq!(fs::read(session.path("file.receipt")).unwrap(), &receipt[..200]);
    session.note("A deposit that was begun is damaged.");
    session.put("other", "z");
    session.put("other.receipt.part", "half a par");
    refused(&mut session, "other");
    session.note("A folder's manifest is something else.");
    session.put("work/file", "x");
    session.put("work.sha256", "mine");
    refused(&mut session, "work");
    assert_eq!(session.run("submit file --ledger $URL --key me.key --force"), 0);
    session.is("submit-in-the-way.txt");
}

#[test]
fn a_ledger_that_is_not_there_or_another_gets_nothing() {
    let (mut session, served) = Session::with_ledger();
    session.put("file", "x");
    session.prepare("init other --origin ledger.example/other");
    refused(&mut session, "file --policy other/policy");
    refused(&mut session, "file --policy missing");
    session.stop(served);
    refused(&mut session, "file");
    session.put("second", "y");
    refused(&mut session, "file second");
    session.is("submit-no-ledger.txt");
}

/// A disk on which no file can grow.
#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let (mut session, _served) = Session::with_ledger();
    session.put("file", "x");
    let before = names(&session);
    let full = "trap '' XFSZ; ulimit -f 0; ";
    session.run_in_shell(&format!("{full}\"$0\" submit file --ledger $URL --key me.key"));
    session.run_in_shell(&format!("{full}\"$0\" keygen --out new.key"));
    session.run_in_shell(&format!("{full}\"$0\" init new --origin ledger.example/new"));
    session.run_in_shell(&format!("{full}\"$0\" policy $URL --out new.policy"));
    fs::remove_dir_all(session.path("new")).unwrap();
    assert_eq!(names(&session), before);
    session.note("Once there is room.");
    assert_eq!(session.run("submit file --ledger $URL --key me.key"), 0);
    assert_eq!(session.run_in_shell("\"$0\" show file.receipt > /dev/full"), 2);
    session.is("full-disk.txt");
}
