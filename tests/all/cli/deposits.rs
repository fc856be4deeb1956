//! `submit`: files, folders, repetitions, private deposits, details, new versions.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::session::Session;
use crate::samples::registrar_key;

const SUBMIT: &str = "--ledger $URL --key me.key";

fn submit(session: &mut Session, what: &str) {
    assert_eq!(session.run(&format!("submit {what} {SUBMIT}")), 0, "{what}");
}

#[test]
fn a_file_is_deposited_once() {
    let (mut session, _served) = Session::with_ledger();
    session.put("design.pdf", "a design\n");
    submit(&mut session, "design.pdf");
    let receipt = fs::read(session.path("design.pdf.receipt")).unwrap();
    submit(&mut session, "design.pdf");
    assert_eq!(fs::read(session.path("design.pdf.receipt")).unwrap(), receipt);
    session.note("No bytes are evidence too.");
    session.put("empty", "");
    submit(&mut session, "empty");
    session.note("The same bytes under another name, and by somebody else.");
    session.put("copy.pdf", "a design\n");
    submit(&mut session, "copy.pdf");
    session.put("theirs.pdf", "a design\n");
    session.put_key("their.key", &registrar_key());
    session.know(&registrar_key().public().to_string());
    assert_eq!(session.run("submit theirs.pdf --ledger $URL --key their.key --policy L/policy"), 0);
    session.is("submit.txt");
}

#[test]
fn a_folder_is_deposited_as_one_package() {
    let (mut session, _served) = Session::with_ledger();
    session.put("photos/a.jpg", "a");
    session.put("photos/night/b.jpg", "b");
    submit(&mut session, "photos");
    submit(&mut session, "photos/");
    session.note("A shell's star names the manifest and the receipt as well.");
    submit(&mut session, "photos photos.sha256 photos.sha256.receipt");
    session.note("A file has changed, one is new, one is gone.");
    session.put("photos/a.jpg", "A");
    session.put("photos/c.jpg", "c");
    fs::remove_file(session.path("photos/night/b.jpg")).unwrap();
    let manifest = fs::read(session.path("photos.sha256")).unwrap();
    assert_eq!(session.run(&format!("submit photos {SUBMIT}")), 1);
    assert_eq!(fs::read(session.path("photos.sha256")).unwrap(), manifest);
    session.is("submit-folder.txt");
}

#[test]
fn a_deposit_can_be_private_carry_details_and_continue_another() {
    let (mut session, _served) = Session::with_ledger();
    session.put("draft.txt", "draft\n");
    session.put("details.json", r#"{"kind": "electronic data", "autor": "沈阳"}"#);
    submit(&mut session, "draft.txt --private --title 'Poster, first draft' --details details.json");
    let mode = fs::metadata(session.path("draft.txt.receipt")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    session.put("final.txt", "final\n");
    submit(&mut session, "final.txt --continues draft.txt.receipt");
    session.run("show draft.txt.receipt");
    session.run("show final.txt.receipt");
    session.is("submit-private.txt");
}

#[test]
fn several_are_deposited_and_those_that_cannot_be_are_named() {
    let (mut session, _served) = Session::with_ledger();
    session.put("a", "a");
    assert_eq!(session.run(&format!("submit a missing {SUBMIT}")), 1);
    session.put("missing", "found again");
    session.note("The same command again deposits what is missing.");
    assert_eq!(session.run(&format!("submit missing {SUBMIT}")), 0);
    session.is("submit-several.txt");
}
