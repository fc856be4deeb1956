//! `verify` with everything at hand: match and mismatch, for people in two languages and for programs.

use std::fs;

use notarium::crypto::sha256;
use serde_json::Value;

use super::session::Session;

/// A receipt of the small ledger of tests/vectors beside its evidence, and a policy: all that is printed is known.
pub(super) fn vectors_session() -> Session {
    let mut session = Session::new();
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/small-ledger.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    session.know(&text);
    session.know("2023-11-1");
    let policy = format!("log {}\nquorum none\n", vectors["vkey"].as_str().unwrap());
    session.put("policy", policy);
    for (index, name) in [(4, "page.txt"), (6, "private.bin"), (8, "second.txt")] {
        let entry = &vectors["entries"][index];
        let field = |name: &str| entry[name].as_str().unwrap();
        session.put(name, hex::decode(field("evidence")).unwrap());
        session.put(&format!("{name}.receipt"), field("receipt"));
    }
    session
}

#[test]
fn a_match_says_what_was_checked_and_what_it_does_not_prove() {
    let mut session = vectors_session();
    assert_eq!(session.run("verify page.txt --policy policy"), 0);
    session.is("verify-match.txt");
    let mut session = vectors_session();
    assert_eq!(session.run("verify page.txt --policy policy --lang zh"), 0);
    session.is("verify-match-zh.txt");
    let mut session = vectors_session();
    assert_eq!(session.run("verify page.txt --policy policy --json"), 0);
    session.is("verify-match.json.txt");
}

#[test]
fn a_private_deposit_and_a_new_version_match() {
    let mut session = vectors_session();
    assert_eq!(session.run("verify private.bin --policy policy"), 0);
    assert_eq!(session.run_with(&[("LC_ALL", "zh_CN.UTF-8")], "verify second.txt --policy policy"), 0);
    session.is("verify-private.txt");
}

#[test]
fn one_changed_byte_is_a_mismatch() {
    let mut session = vectors_session();
    session.note("hello, court -> hello, Court");
    session.put("changed.txt", "hello, Court\n");
    assert_eq!(session.run("verify changed.txt --receipt page.txt.receipt --policy policy"), 1);
    session.is("verify-mismatch.txt");
    let mut session = vectors_session();
    session.put("changed.txt", "hello, Court\n");
    assert_eq!(session.run("verify changed.txt --receipt page.txt.receipt --policy policy --lang zh"), 1);
    session.is("verify-mismatch-zh.txt");
    let mut session = vectors_session();
    session.put("changed.txt", "hello, Court\n");
    assert_eq!(session.run("verify changed.txt --receipt page.txt.receipt --policy policy --json"), 1);
    session.is("verify-mismatch.json.txt");
}

#[test]
fn a_mismatch_has_its_closest_explanation_as_a_remark() {
    let mut session = vectors_session();
    let cases = [
        ("no-line-end", "hello, court".to_owned()),
        ("line-end", "hello, court\n\n".to_owned()),
        ("crlf", "hello, court\r\n".to_owned()),
        ("bom", "\u{feff}hello, court\n".to_owned()),
        ("longer", "hello, court\n and more".to_owned()),
        ("empty", String::new()),
    ];
    for (name, text) in cases {
        session.put(name, text);
        for language in ["en", "zh"] {
            let line = format!("verify {name} --receipt page.txt.receipt --policy policy --lang {language}");
            assert_eq!(session.run_brief(&line), 1, "{name}");
        }
    }
    session.is("verify-remarks.txt");
}

#[test]
fn a_folder_is_verified_by_its_manifest_and_its_files() {
    let (mut session, _served) = Session::with_ledger();
    session.put("photos/a.jpg", "a");
    session.put("photos/b.jpg", "b");
    session.prepare("submit photos --ledger $URL --key me.key");
    let line = "verify photos --policy L/policy";
    assert_eq!(session.run(line), 0);
    session.put("photos/a.jpg", "A");
    session.put("photos/c.jpg", "c");
    fs::remove_file(session.path("photos/b.jpg")).unwrap();
    session.note("A file has changed, one is new, one is gone.");
    assert_eq!(session.run(line), 1);
    assert_eq!(session.run_brief(&format!("{line} --lang zh")), 1);
    session.note("The manifest was changed with it, which makes it no better.");
    let deposited = fs::read(session.path("photos.sha256")).unwrap();
    let changed =
        [("a.jpg", "A"), ("c.jpg", "c")].map(|(name, text)| format!("{}  {name}\n", sha256(&[text.as_bytes()])));
    session.put("photos.sha256", changed.concat());
    assert_eq!(session.run_brief(line), 1);
    session.note("The manifest is lost.");
    fs::remove_file(session.path("photos.sha256")).unwrap();
    assert_eq!(session.run_brief(line), 1);
    session.note("The folder is as it was again; the manifest beside it is still the changed one, then the right one.");
    fs::remove_file(session.path("photos/c.jpg")).unwrap();
    session.put("photos/a.jpg", "a");
    session.put("photos/b.jpg", "b");
    session.put("photos.sha256", changed.concat());
    assert_eq!(session.run_brief(line), 1);
    session.put("photos.sha256", deposited);
    assert_eq!(session.run_brief(line), 0);
    session.note("The manifest is something else.");
    session.put("photos.sha256", "mine");
    assert_eq!(session.run_brief(line), 2);
    session.is("verify-folder.txt");
}

#[test]
fn the_ledger_tells_of_earlier_deposits() {
    let (mut session, served) = Session::with_ledger();
    session.put("file", "x\n");
    session.put("copy", "x\n");
    session.prepare("submit file --ledger $URL --key me.key");
    session.prepare("submit copy --ledger $URL --key me.key");
    assert_eq!(session.run("verify copy --policy L/policy --ledger $URL"), 0);
    assert_eq!(session.run_brief("verify copy --policy L/policy --ledger L"), 0);
    session.prepare("init other --origin ledger.example/other");
    assert_eq!(session.run_brief("verify copy --policy L/policy --ledger other"), 0);
    assert_eq!(session.run_brief("verify copy --policy L/policy --ledger missing"), 0);
    session.stop(served);
    assert_eq!(session.run_brief("verify copy --policy L/policy --ledger $URL"), 0);
    session.is("verify-earlier.txt");
}
