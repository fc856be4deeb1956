//! Packages of several paths, one file of a package, the history of a work, lookups with proofs.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::session::Session;
use crate::samples::registrar_key;

const SUBMIT: &str = "--ledger $URL --key me.key --policy L/policy";

#[test]
fn several_paths_become_one_package() {
    let (mut session, _served) = Session::with_ledger();
    session.put("contract.pdf", "c\n");
    session.put("photos/a.jpg", "a\n");
    session.put("photos/night/b.jpg", "b\n");
    assert_eq!(session.run(&format!("submit --package case ./contract.pdf photos/ photos/a.jpg {SUBMIT}")), 0);
    assert_eq!(session.run(&format!("submit --package case photos contract.pdf {SUBMIT}")), 0);
    let manifest = fs::read_to_string(session.path("case.sha256")).unwrap();
    let paths: Vec<_> = manifest.lines().map(|line| &line[66..]).collect();
    assert_eq!(paths, ["contract.pdf", "photos/a.jpg", "photos/night/b.jpg"]);
    session.note("Other files under the same name, paths that lead elsewhere, and what is not there.");
    assert_eq!(session.run(&format!("submit --package case contract.pdf {SUBMIT}")), 2);
    for path in ["../contract.pdf", "/etc/hostname", ".", "missing"] {
        assert_eq!(session.run(&format!("submit --package other {path} {SUBMIT}")), 2, "{path}");
    }
    assert!(!session.path("other.sha256").exists());
    session.run_brief("verify photos/night/b.jpg --manifest case.sha256 --policy L/policy");
    session.note("All its files at once.");
    let line = "verify contract.pdf photos --package case --policy L/policy";
    assert_eq!(session.run(line), 0);
    session.put("photos/a.jpg", "A\n");
    session.put("photos/new.jpg", "new\n");
    fs::remove_file(session.path("contract.pdf")).unwrap();
    assert_eq!(session.run(&format!("{line} --lang zh")), 1);
    session.note("Several paths are one package, and none of this is there.");
    assert_eq!(session.run("verify contract.pdf photos --policy L/policy"), 2);
    assert_eq!(session.run("verify contract.pdf --package case --policy L/policy"), 2);
    assert_eq!(session.run("verify photos --package other --policy L/policy"), 2);
    session.is("submit-package.txt");
}

#[test]
fn one_file_of_a_package_is_proved_by_its_manifest_and_receipt() {
    let (mut session, _served) = Session::with_ledger();
    session.put("photos/a.jpg", "a\n");
    session.put("photos/copy of a.jpg", "a\n");
    session.put("photos/night/b.jpg", "b\n");
    session.prepare(&format!("submit photos {SUBMIT}"));
    let policy = "--policy L/policy";
    assert_eq!(session.run(&format!("verify photos/night/b.jpg {policy}")), 0);
    assert_eq!(session.run_brief(&format!("verify photos/night/b.jpg {policy} --lang zh")), 0);
    session.note("It is brought alone, under another name, with manifest and receipt.");
    session.put("court/exhibit.jpg", "b\n");
    let given = "--manifest photos.sha256 --receipt photos.sha256.receipt";
    assert_eq!(session.run_brief(&format!("verify court/exhibit.jpg {given} {policy}")), 0);
    assert_eq!(session.run_brief(&format!("verify court/exhibit.jpg --manifest photos.sha256 {policy} --lang zh")), 0);
    session.note("A file that has changed; one that was never in it.");
    session.put("photos/night/b.jpg", "B\n");
    assert_eq!(session.run_brief(&format!("verify photos/night/b.jpg {policy}")), 1);
    assert_eq!(session.run_brief(&format!("verify photos/night/b.jpg {policy} --lang zh")), 1);
    session.put("photos/new.jpg", "new\n");
    assert_eq!(session.run_brief(&format!("verify photos/new.jpg {policy}")), 1);
    assert_eq!(session.run_brief(&format!("verify photos/new.jpg {policy} --lang zh")), 1);
    session.note("A manifest with a line too many is not the one that was deposited.");
    let deposited = fs::read_to_string(session.path("photos.sha256")).unwrap();
    let digest = notarium::crypto::sha256(&[b"new\n"]);
    session.put("forged.sha256", format!("{deposited}{digest}  zz/new.jpg\n"));
    let receipt = "--receipt photos.sha256.receipt";
    assert_eq!(session.run_brief(&format!("verify photos/new.jpg --manifest forged.sha256 {receipt} {policy}")), 1);
    session.note("Manifests that lead out of the folder, or say two things of one path, are none.");
    for (name, path) in [("up", "../new.jpg"), ("root", "/new.jpg"), ("within", "a/../../new.jpg"), ("twice", "a.jpg")]
    {
        let mut lines = vec![format!("{digest}  {path}\n")];
        lines.extend(deposited.lines().take(1).map(|line| format!("{line}\n")));
        lines.sort_by_key(|line| line[66..].to_owned());
        session.put(&format!("{name}.sha256"), lines.concat());
        assert_eq!(
            session.run(&format!("verify photos/new.jpg --manifest {name}.sha256 {receipt} {policy}")),
            2,
            "{name}"
        );
    }
    session.is("verify-member.txt");
}

#[test]
fn the_history_of_a_work_is_shown_both_ways() {
    let (mut session, served) = Session::with_ledger();
    session.put_key("their.key", &registrar_key());
    session.know(&registrar_key().public().to_string());
    for (file, continues, key) in [
        ("draft", "", "me.key"),
        ("final", "draft", "me.key"),
        ("review", "final", "their.key"),
        ("other", "draft", "me.key"),
    ] {
        session.put(file, format!("{file}\n"));
        let continues = if continues.is_empty() { String::new() } else { format!("--continues {continues}.receipt") };
        session.prepare(&format!("submit {file} {continues} --ledger $URL --key {key}"));
    }
    for what in ["final.receipt", "1", "3", "0"] {
        assert_eq!(session.run(&format!("history {what} --ledger $URL")), 0, "{what}");
    }
    assert_eq!(session.run("history 4 --ledger $URL --json"), 0);
    session.note("What is not there, or no receipt, or another ledger's.");
    for what in ["5", "01", "draft", "missing"] {
        assert_eq!(session.run(&format!("history {what} --ledger $URL")), 2, "{what}");
    }
    session.prepare("init M --origin ledger.example/one");
    let other = session.serve("M");
    for file in ["x", "y"] {
        session.put(file, file);
        let continues = if file == "y" { "--continues final.receipt" } else { "" };
        session.prepare(&format!("submit {file} {continues} --ledger $URL --key me.key"));
    }
    assert_eq!(session.run("history final.receipt --ledger $URL"), 2);
    session.note("It continues what is on the first ledger.");
    assert_eq!(session.run("history y.receipt --ledger $URL"), 0);
    session.stop(other);
    drop(served);
    assert_eq!(session.run("history 1 --ledger $URL"), 2);
    session.is("history.txt");
}

#[test]
fn what_is_found_comes_with_proofs() {
    let (mut session, _served) = Session::with_ledger();
    session.put("work", "x\n");
    session.put("copy", "x\n");
    session.prepare("submit work --ledger $URL --key me.key");
    session.prepare("submit copy --ledger $URL --key me.key");
    assert_eq!(session.run("find work --ledger $URL --policy L/policy"), 0);
    assert_eq!(session.run("find work --ledger $URL --json"), 0);
    session.note("A policy that trusts another ledger.");
    session.prepare("init M --origin ledger.example/two");
    assert_eq!(session.run("find work --ledger $URL --policy M/policy"), 2);
    session.note("By its word alone.");
    assert_eq!(session.run("find work --ledger $URL --no-proofs"), 0);
    assert_eq!(session.run("find work --ledger $URL --no-proofs --policy L/policy"), 2);
    session.is("find-proofs.txt");
}

/// How a relay changes what it hands on.
#[derive(Clone, Copy, PartialEq)]
enum Relay {
    Honest,
    /// It refuses `proofs=1`, as a server that does not know it yet.
    Older,
    /// A digit of the hashes that prove is another.
    Lying,
}

const REFUSAL: &str = r#"{"type":"urn:notarium:problem:bad-query","title":"bad query","status":400,"detail":"no"}"#;

/// Hands requests on to a ledger, and notes their paths.
fn relay(to: &str, how: Relay) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (to, paths) = (to.strip_prefix("http://").unwrap().to_owned(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&paths);
    // It ends with the test's process.
    thread::spawn(move || {
        for mut asking in listener.incoming().flatten() {
            let head = read_head(&mut asking);
            let path = head.split(' ').nth(1).unwrap().to_owned();
            let answer = if how == Relay::Older && path.contains("proofs=1") {
                let (kind, length) = ("application/problem+json\r\nconnection: close", REFUSAL.len());
                format!("HTTP/1.1 400 X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{REFUSAL}")
            } else {
                let mut answering = TcpStream::connect(&to).unwrap();
                let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                answering.write_all(head.as_bytes()).unwrap();
                let mut answer = String::new();
                answering.read_to_string(&mut answer).unwrap();
                answer
            };
            noted.lock().unwrap().push(path);
            let answer = if how == Relay::Lying { with_another_hash(&answer) } else { answer };
            asking.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, paths)
}

fn read_head(from: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn with_another_hash(answer: &str) -> String {
    let Some(at) = answer.find("\"hashes\":[\"").map(|at| at + 11) else { return answer.to_owned() };
    let other = if answer[at..].starts_with('0') { "1" } else { "0" };
    format!("{}{other}{}", &answer[..at], &answer[at + 1..])
}

#[test]
fn proofs_come_with_the_lists_and_from_an_older_server_one_by_one() {
    let (mut session, served) = Session::with_ledger();
    for name in ["work", "copy", "again"] {
        session.put(name, "x\n");
        session.prepare(&format!("submit {name} --ledger $URL --key me.key"));
    }
    let mut answers = Vec::new();
    for (how, asked) in [
        (Relay::Honest, ["/v1/ledger", "/v1/entries?sha256=", "/v1/entries?sm3="].as_slice()),
        (
            Relay::Older,
            &[
                "/v1/ledger",
                "/v1/entries?sha256=",
                "/v1/entries?sha256=",
                "/v1/entries?sm3=",
                "/checkpoint",
                "/v1/proofs/inclusion?index=1&size=4",
                "/v1/proofs/inclusion?index=2&size=4",
                "/v1/proofs/inclusion?index=3&size=4",
            ],
        ),
    ] {
        let (address, paths) = relay(served.address(), how);
        session.set_address(&address);
        let (code, answer) = session.answer("find work --ledger $URL --policy L/policy --json");
        assert_eq!(code, 0);
        let paths = paths.lock().unwrap();
        assert_eq!(paths.len(), asked.len(), "{paths:?}");
        assert!(paths.iter().zip(asked).all(|(path, begins)| path.starts_with(begins)), "{paths:?}");
        answers.push(answer);
    }
    assert!(answers[0].contains("\"proved\": true"));
    assert_eq!(answers[0], answers[1]);
    let (address, _) = relay(served.address(), Relay::Lying);
    session.set_address(&address);
    assert_eq!(session.run("find work --ledger $URL --policy L/policy"), 2);
    session.is("find-lies.txt");
}
