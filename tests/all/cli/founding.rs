//! `init`: a new ledger, and what it is not made of.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::session::Session;

#[test]
fn a_ledger_is_made_once_in_a_folder_of_its_own() {
    let mut session = Session::new();
    assert_eq!(session.run("init L --origin ledger.example/one"), 0);
    let mode = fs::metadata(session.path("L/ledger.key")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let key = fs::read(session.path("L/ledger.key")).unwrap();
    assert_eq!(session.run("init L --origin ledger.example/one"), 2);
    assert_eq!(fs::read(session.path("L/ledger.key")).unwrap(), key);
    session.note("A folder with something in it, a file in its place, a making that was cut short.");
    session.put("full/file", "x");
    assert_eq!(session.run("init full --origin ledger.example/one"), 2);
    assert_eq!(fs::read_dir(session.path("full")).unwrap().count(), 1);
    session.put("file", "x");
    assert_eq!(session.run("init file --origin ledger.example/one"), 2);
    assert_eq!(session.run("init file/below --origin ledger.example/one"), 2);
    session.put("begun/unfinished", "");
    assert_eq!(session.run("init begun --origin ledger.example/one"), 2);
    session.note("With a passphrase, which serve then wants at every start.");
    session.put("passphrase", "correct horse\n");
    assert_eq!(session.run("init locked --origin ledger.example/two --passphrase-file passphrase"), 0);
    assert_eq!(session.run("serve locked"), 2);
    session.is("init.txt");
}

#[test]
fn a_name_that_no_ledger_can_have_is_refused_and_nothing_made() {
    let mut session = Session::new();
    for origin in ["''", "'ledger example'", "ledger.example+one", "'bad\u{202e}name'", "http://ledger.example"] {
        session.run(&format!("init L --origin {origin}"));
    }
    session.run(&format!("init L --origin {}", "x".repeat(300)));
    assert_eq!(session.run("init L --origin ledger.example/one --admission closed"), 2);
    session.is("init-refused.txt");
}
