//! `show`, `find` and `policy`: what a receipt and a ledger say.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use notarium::crypto::{sha256, sm3};

use super::session::Session;
use crate::samples::mixed_deposit;

#[test]
fn a_receipt_is_shown_or_it_is_said_why_not() {
    let (mut session, _served) = Session::with_ledger();
    session.put("file", "x\n");
    session.prepare("submit file --ledger $URL --key me.key");
    assert_eq!(session.run("show file.receipt"), 0);
    assert_eq!(session.run("show missing"), 2);
    assert_eq!(session.run("show ."), 2);
    let receipt = fs::read_to_string(session.path("file.receipt")).unwrap();
    let cases = [
        ("evidence", "x\n".to_owned()),
        ("empty", String::new()),
        ("crlf", receipt.replace('\n', "\r\n")),
        ("no-last-line-end", receipt.trim_end().to_owned()),
        ("truncated", receipt[..receipt.len() / 2].to_owned()),
        ("newer", receipt.replacen("@v1\n", "@v2\n", 1)),
        ("index", receipt.replacen("\nindex 1\n", "\nindex 01\n", 1)),
        ("long", "x".repeat(300_000)),
    ];
    for (name, text) in cases {
        session.put(name, text);
        assert_eq!(session.run(&format!("show {name}")), 2, "{name}");
    }
    session.put("binary", b"\xff\xfe\x00");
    assert_eq!(session.run("show binary"), 2);
    session.is("show.txt");
}

#[test]
fn what_has_one_digest_in_common_is_listed_apart() {
    let (mut session, _served) = Session::with_ledger();
    let (sha256, sm3, other) = (sha256(&[b"x\n"]), sm3(&[b"x\n"]), [7; 32]);
    session.submit(&mixed_deposit(sha256.as_bytes(), &other, 2, false, 1));
    session.submit(&mixed_deposit(&other, sm3.as_bytes(), 2, false, 2));
    for name in ["work", "copy", "again"] {
        session.put(name, "x\n");
    }
    session.prepare("submit work --ledger $URL --key me.key");
    session.submit(&mixed_deposit(sha256.as_bytes(), sm3.as_bytes(), 3, false, 3));
    assert_eq!(session.run("submit copy --ledger $URL --key me.key --policy L/policy"), 0);
    assert_eq!(session.run("submit again --ledger $URL --key me.key --policy L/policy"), 0);
    assert_eq!(session.run("find work --ledger $URL"), 0);
    let (from, to) = (["Evidence", "证据"], ["Entry", "条目"]);
    for (language, ledger) in [("en", "$URL"), ("zh", "L")] {
        let line = format!("verify again --policy L/policy --ledger {ledger} --lang {language}");
        assert_eq!(session.run_without(&from, &to, &line), 0);
        let (code, page) = session.answer(&format!(
            "certificate again.receipt --evidence again --policy L/policy --ledger {ledger} --lang {language}"
        ));
        assert_eq!(code, 0);
        let heading = if language == "zh" {
            "仅有一项摘要相同：并非同一证据"
        } else {
            "One digest in common: not the same"
        };
        let label = if language == "zh" { "并非同一" } else { "not the same" };
        assert!(page.contains(heading), "{page}");
        assert_eq!(page.matches(&format!("{label}</span></th>")).count(), 3, "{page}");
    }
    session.is("partial-hits.txt");
}

#[test]
fn what_a_ledger_has_is_found_by_file_folder_or_digest() {
    let (mut session, _served) = Session::with_ledger();
    session.put("file", "x\n");
    session.put("work/a", "a");
    session.prepare("submit file --ledger $URL --key me.key");
    session.prepare("submit work --ledger $URL --key me.key");
    session.put("copy", "x\n");
    session.prepare("submit copy --ledger $URL --key me.key");
    let (first, second) = (sha256(&[b"x\n"]), sm3(&[b"x\n"]));
    for what in ["file".to_owned(), "work".into(), first.to_string(), format!("sm3:{second}"), second.to_string()] {
        assert_eq!(session.run(&format!("find {what} --ledger $URL")), 0);
    }
    session.run("find file --ledger $URL --json");
    session.note("Nothing is found.");
    session.put("other", "y\n");
    session.run("find other --ledger $URL");
    session.run(&format!("find sha256:{} --ledger $URL", sha256(&[b"y\n"])));
    session.is("find.txt");
}

#[test]
fn what_is_neither_file_nor_digest_is_not_looked_for() {
    let (mut session, served) = Session::with_ledger();
    let digest = sha256(&[b"x\n"]).to_string();
    session.know(&digest);
    for what in [
        digest.to_uppercase(),
        format!("sha256:{}", digest.to_uppercase()),
        digest[..63].to_owned(),
        format!("{digest}0"),
        format!("sm3:{}", &digest[..40]),
        "sha256:".to_owned(),
        format!("sha512:{digest}"),
        "missing".to_owned(),
    ] {
        assert_eq!(session.run(&format!("find {what} --ledger $URL")), 2, "{what}");
    }
    fs::create_dir(session.path("empty")).unwrap();
    assert_eq!(session.run("find empty --ledger $URL"), 2);
    session.stop(served);
    assert_eq!(session.run(&format!("find {digest} --ledger $URL")), 2);
    session.is("find-refused.txt");
}

#[test]
fn a_ledgers_policy_comes_with_a_warning_and_a_fingerprint() {
    let (mut session, served) = Session::with_ledger();
    assert_eq!(session.run("policy $URL"), 0);
    assert_eq!(session.run("policy $URL/ --out policy"), 0);
    let first = fs::read(session.path("policy")).unwrap();
    assert_eq!(session.run("policy $URL --out policy"), 2);
    assert_eq!(fs::read(session.path("policy")).unwrap(), first);
    assert_eq!(session.run("policy $URL --out policy --force"), 0);
    assert_eq!(session.run("policy $URL --out no/such/folder/policy"), 2);
    assert_eq!(session.run("policy $URL/v1"), 2);
    session.stop(served);
    assert_eq!(session.run("policy $URL"), 2);
    session.is("policy.txt");
}

/// Answers one request with fixed bytes, as a server that is no ledger.
fn answer_once(bytes: &'static str) -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        stream.write_all(bytes.as_bytes()).unwrap();
    });
    (address, answering)
}

#[test]
fn what_is_no_ledger_is_told_from_one() {
    let mut session = Session::new();
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n<html/>",
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n",
        "SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let (address, answering) = answer_once(answer);
        session.set_address(&address);
        session.note(&format!("A server that answers {answer:?}"));
        assert_eq!(session.run("policy $URL"), 2);
        answering.join().unwrap();
    }
    session.is("no-ledger.txt");
}
