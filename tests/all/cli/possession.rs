//! `prove-key`: a court sets a challenge, the holder of the key answers, the court checks; and all that is refused.

use std::fs;

use super::session::Session;
use super::verdicts::vectors_session;
use crate::samples::{registrar_key, submitter_key};

/// A receipt, its submitter's key, somebody else's, and a challenge to the former that a court has set.
fn challenged() -> Session {
    let mut session = vectors_session();
    session.put_key("me.key", &submitter_key());
    session.put_key("other.key", &registrar_key());
    session.know(&registrar_key().public().to_string());
    let set = "prove-key challenge --receipt page.txt.receipt --from 沈阳市中级人民法院 --purpose '(2026)辽01民初1号' \
               --expires 9999-01-01T08:00:00+08:00 --out set";
    assert_eq!(session.run(set), 0);
    session
}

#[test]
fn a_court_sets_a_challenge_and_checks_the_answer() {
    let mut session = challenged();
    assert_eq!(session.run("prove-key answer set --key me.key --out answer"), 0);
    let check = "prove-key check answer --challenge set";
    assert_eq!(session.run(&format!("{check} --receipt page.txt.receipt --received 2026-11-30T08:00:00Z")), 0);
    assert_eq!(session.run(&format!("{check} --received 2026-11-30T08:00:00Z --lang zh")), 0);
    assert_eq!(session.run(&format!("{check} --received 2026-11-30T08:00:00Z --json")), 0);
    session.note("Without --received it is received now.");
    assert_eq!(session.answer(check).0, 0);
    session.note("The second challenge is not the first one again.");
    assert_eq!(session.run("prove-key challenge --receipt page.txt.receipt --from 法院 --out fresh"), 0);
    let text = |name: &str| fs::read_to_string(session.path(name)).unwrap();
    let nonce = |text: String| text.lines().last().unwrap().to_owned();
    assert_ne!(nonce(text("set")), nonce(text("fresh")));
    session.is("prove-key.txt");
}

#[test]
fn an_answer_that_is_not_to_this_challenge_shows_nothing() {
    let mut session = challenged();
    session.prepare("prove-key answer set --key me.key --out answer");
    let check = "--received 2026-11-30T08:00:00Z";
    session.note("An answer to an earlier challenge of the same court.");
    session.prepare("prove-key challenge --receipt page.txt.receipt --from 沈阳市中级人民法院 --out second");
    assert_eq!(session.run(&format!("prove-key check answer --challenge second {check}")), 1);
    session.note("An answer that was changed to say that somebody else asked.");
    let change = |session: &mut Session, name: &str, from: &str, to: &str| {
        let text = fs::read_to_string(session.path(name)).unwrap();
        assert!(text.contains(from));
        session.put(&format!("{name}-changed"), text.replace(from, to));
    };
    change(&mut session, "answer", "from 沈阳", "from 大连");
    change(&mut session, "set", "from 沈阳", "from 大连");
    assert_eq!(session.run(&format!("prove-key check answer-changed --challenge set-changed {check} --lang zh")), 1);
    session.note("Too late, and for another deposit's key.");
    assert_eq!(session.run("prove-key check answer --challenge set --received 9999-01-01T00:00:00.001Z"), 1);
    assert_eq!(session.run("prove-key check answer --challenge set --received 9999-01-01T00:00:00Z --json"), 0);
    session.put_key("me2.key", &registrar_key());
    let other = registrar_key().public();
    session.prepare(&format!("prove-key challenge {other} --from x --expires 9999-01-01T00:00:00Z --out to-other"));
    session.prepare("prove-key answer to-other --key other.key --out by-other");
    let line = format!("prove-key check by-other --challenge to-other --receipt page.txt.receipt {check}");
    assert_eq!(session.run(&line), 1);
    session.is("prove-key-fails.txt");
}

#[test]
fn what_is_no_challenge_is_not_signed() {
    let mut session = challenged();
    session.note("Another key than the one that is asked.");
    assert_eq!(session.run("prove-key answer set --key other.key --out answer"), 2);
    let text = fs::read_to_string(session.path("set")).unwrap();
    let nonce = text.lines().last().unwrap().to_owned();
    for (name, from, to) in [
        ("short", nonce.as_str(), "nonce 000102030405060708090a0b0c0d0e"),
        ("long", nonce.as_str(), &format!("nonce {}", "00".repeat(65))),
        ("expired", "9999-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
        ("endless", "9999-01-01T00:00:00.000Z", "-"),
        ("huge", "from ", &format!("from {}", "x".repeat(5000))),
        ("statement", "notarium/key-challenge/1", "notarium/statement/1"),
    ] {
        assert!(text.contains(from), "{name}");
        session.put(name, text.replace(from, to));
        assert_eq!(session.run(&format!("prove-key answer {name} --key me.key --out answer")), 2, "{name}");
        assert!(!session.path("answer").exists(), "{name}");
    }
    session.note("What a court cannot set.");
    let key = submitter_key().public();
    for wrong in [
        format!("prove-key challenge {key} --from '' --out x"),
        format!("prove-key challenge {key} --from {} --out x", "x".repeat(256)),
        format!("prove-key challenge {key} --from x --expires 2026-01-01T00:00:00Z --out x"),
        format!("prove-key challenge {key} --from x --out set"),
        "prove-key challenge --from x --out x".to_owned(),
        "prove-key challenge --receipt set --from x --out x".to_owned(),
        "prove-key check set --challenge set".to_owned(),
        "prove-key check missing --challenge set".to_owned(),
    ] {
        assert_eq!(session.run(&wrong), 2, "{wrong}");
    }
    session.is("prove-key-refused.txt");
}
