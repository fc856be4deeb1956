//! `platform`: what Article 17 asks, of a ledger that is served, that was, and that never was; and who deposits with it.

use super::session::Session;
use crate::registry::{registrar, submitter};

/// A ledger for anybody in `L`, with a registrar; and the keys of two submitters, the first of them enrolled.
fn ledger() -> Session {
    let mut session = Session::new();
    session.prepare("init L --origin ledger.example/one");
    for (name, key) in [("registrar.key", registrar(0)), ("me.key", submitter(0)), ("other.key", submitter(1))] {
        session.put_key(name, &key);
        session.know(&key.public().to_string());
    }
    session.prepare(
        "enrol request --role registrar --name 'Notary Office' --key registrar.key --ledger L --out registrar.request",
    );
    session.prepare("enrol approve registrar.request --key L/ledger.key --ledger L");
    session.prepare("enrol request --name 'Design Studio' --key me.key --ledger L --out me.request");
    session.prepare("enrol approve me.request --key registrar.key --ledger L");
    session
}

/// Without the free space, which differs from one run to the next.
fn run(session: &mut Session, line: &str) {
    let (from, to) = (["  free on", "  磁盘可用", "  \"free_bytes\""], ["  entries", "  条目数", "  \"operator_dep"]);
    assert_eq!(session.run_without(&from, &to, line), 0, "{line}");
}

#[test]
fn a_statement_says_what_article_17_asks() {
    let mut session = ledger();
    session.note("Nobody has served it yet.");
    run(&mut session, "platform L");
    session.note("It is served, and asks a witness; others than the operator deposit.");
    let (_, vkey) = session.answer("witness keygen w --name witness.example/w1");
    let witness = vkey.split_whitespace().find(|word| word.starts_with("witness.example/w1+")).unwrap().to_owned();
    let policy = std::fs::read_to_string(session.path("L/policy")).unwrap().replace("quorum none\n", "");
    session.put("witnesses", format!("{policy}witness w1 {witness} http://127.0.0.1:1\nquorum w1\n"));
    let served = session.serve("L");
    session.put("work", "x\n");
    session.prepare("submit work --ledger $URL --key other.key");
    session.stop(served);
    let served = session.serve_with("L", "--witness-policy witnesses");
    run(&mut session, "platform L --operator 'Intermediate Court' --filing 'No. 1'");
    run(&mut session, "platform L --lang zh");
    session.note("The server is gone.");
    session.stop(served);
    run(&mut session, "platform L --json");
    session.is("platform.txt");
}

#[test]
fn a_submitter_who_is_the_operator_is_flagged() {
    let mut session = ledger();
    let _served = session.serve("L");
    for (file, key) in
        [("a", "registrar.key"), ("b", "me.key"), ("c", "me.key"), ("d", "other.key"), ("e", "L/ledger.key")]
    {
        session.put(file, file);
        session.prepare(&format!("submit {file} --ledger $URL --key {key}"));
    }
    let (me, other) = (submitter(0).public(), submitter(1).public());
    run(&mut session, "platform L");
    run(&mut session, &format!("platform L --operator-key {me} --operator-key {other} --operator-key {me} --lang zh"));
    run(&mut session, &format!("platform L --operator-key {me} --json"));
    session.note("What is no ledger, and no key.");
    assert_eq!(session.run("platform missing"), 2);
    assert_eq!(session.run("platform L --operator-key 12"), 2);
    session.is("platform-flagged.txt");
}
