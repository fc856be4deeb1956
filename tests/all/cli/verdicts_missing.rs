//! `verify` when something is lacking or malformed: undetermined, or it could not run.

use std::fs;

use super::verdicts::vectors_session;

#[test]
fn without_a_policy_no_key_is_trusted() {
    let mut session = vectors_session();
    assert_eq!(session.run("verify page.txt"), 2);
    session.is("verify-no-policy.txt");
    let mut session = vectors_session();
    assert_eq!(session.run("verify page.txt --lang zh"), 2);
    session.is("verify-no-policy-zh.txt");
    let mut session = vectors_session();
    assert_eq!(session.run("verify page.txt --json"), 2);
    session.is("verify-no-policy.json.txt");
}

#[test]
fn a_policy_that_does_not_know_the_log_decides_nothing() {
    let mut session = vectors_session();
    let policy = fs::read_to_string(session.path("policy")).unwrap();
    session.prepare("init other --origin ledger.example/one");
    assert_eq!(session.run_brief("verify page.txt --policy other/policy"), 2);
    session.note("A policy that asks for a witness.");
    let witness = "witness.example/w1+a4030e90+BE/QmczUfXiT3+nsJEFOyw2bVCAjKq0w2RxGW+M8vmXE";
    session.put("strict", policy.replace("quorum none\n", &format!("witness w {witness}\nquorum w\n")));
    assert_eq!(session.run_brief("verify page.txt --policy strict"), 2);
    session.is("verify-other-policy.txt");
}

#[test]
fn a_malformed_receipt_is_undetermined_and_told_why() {
    let mut session = vectors_session();
    let receipt = fs::read_to_string(session.path("page.txt.receipt")).unwrap();
    session.put("truncated", &receipt[..receipt.len() / 2]);
    assert_eq!(session.run("verify page.txt --policy policy --receipt truncated"), 2);
    assert_eq!(session.run("verify page.txt --policy policy --receipt truncated --lang zh"), 2);
    session.is("verify-bad-receipt.txt");
    let mut session = vectors_session();
    session.put("truncated", &receipt[..receipt.len() / 2]);
    assert_eq!(session.run("verify page.txt --policy policy --receipt truncated --json"), 2);
    session.is("verify-bad-receipt.json.txt");
}

#[test]
fn every_malformed_receipt_has_its_reason() {
    let mut session = vectors_session();
    let receipt = fs::read_to_string(session.path("page.txt.receipt")).unwrap();
    let cases = [
        ("empty", String::new()),
        ("evidence", "hello, court\n".to_owned()),
        ("crlf", receipt.replace('\n', "\r\n")),
        ("no-last-line-end", receipt.trim_end().to_owned()),
        ("bom", format!("\u{feff}{receipt}")),
        ("newer", receipt.replacen("@v1\n", "@v2\n", 1)),
        ("index-05", receipt.replacen("\nindex 4\n", "\nindex 04\n", 1)),
        ("other-index", receipt.replacen("\nindex 4\n", "\nindex 5\n", 1)),
        ("no-extra", receipt.split_inclusive('\n').filter(|line| !line.starts_with("extra ")).collect()),
        ("unpadded", receipt.replacen("=\n", "\n", 1)),
    ];
    for (name, text) in cases {
        session.put(name, text);
        let code = session.run_brief(&format!("verify page.txt --policy policy --receipt {name}"));
        assert!(code == 1 || code == 2, "{name}");
    }
    session.is("verify-bad-receipts.txt");
}

#[test]
fn what_is_not_there_is_named() {
    let mut session = vectors_session();
    assert_eq!(session.run("verify missing --policy policy"), 2);
    session.put("alone", "x");
    assert_eq!(session.run("verify alone --policy policy"), 2);
    assert_eq!(session.run("verify page.txt --receipt . --policy policy"), 2);
    session.put("long", "x".repeat(300_000));
    assert_eq!(session.run("verify page.txt --receipt long --policy policy"), 2);
    assert_eq!(session.run("verify page.txt --policy missing"), 2);
    assert_eq!(session.run("verify page.txt --policy ."), 2);
    assert_eq!(session.run("verify /dev/null --receipt page.txt.receipt --policy policy"), 2);
    fs::create_dir(session.path("empty")).unwrap();
    assert_eq!(session.run("verify empty --policy policy"), 2);
    session.is("verify-missing.txt");
}

#[test]
fn a_malformed_policy_is_told_with_its_line() {
    let mut session = vectors_session();
    let policy = fs::read_to_string(session.path("policy")).unwrap();
    let log = policy.lines().next().unwrap().to_owned();
    let cases = [
        ("empty", String::new()),
        ("crlf", policy.replace('\n', "\r\n")),
        ("no-last-line-end", policy.trim_end().to_owned()),
        ("bom", format!("\u{feff}{policy}")),
        ("no-quorum", format!("{log}\n")),
        ("two-quorums", format!("{policy}quorum none\n")),
        ("keyword", format!("ledger x\n{policy}")),
        ("upper-case", policy.replacen("log ", "Log ", 1)),
        ("key", policy.replacen("+53a91153+", "+53A91153+", 1)),
        ("key-id", policy.replacen("+53a91153+", "+53a91154+", 1)),
        ("comment", policy.replacen("quorum none", "quorum none # for now", 1)),
        ("undefined", format!("{log}\nquorum w\n")),
        ("receipt", fs::read_to_string(session.path("page.txt.receipt")).unwrap()),
        ("long", "#\n".repeat(600_000)),
    ];
    for (name, text) in cases {
        session.put(name, text);
        assert_eq!(session.run(&format!("verify page.txt --policy {name}")), 2, "{name}");
    }
    session.is("bad-policies.txt");
}
