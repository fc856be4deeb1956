//! `submit --list` and `verify --list`: what a clerk with hundreds of files sees.

use std::fs;

use serde_json::Value;

use super::session::Session;

const SUBMIT: &str = "--ledger $URL --key me.key --policy L/policy";

/// Three works and a list whose lines are not all good.
fn with_list() -> (Session, super::session::Served) {
    let (mut session, served) = Session::with_ledger();
    session.put("works/a.pdf", "a\n");
    session.put("works/海报, final.pdf", "b\n");
    session.put("works/c.pdf", "a\n");
    session.put("works/c.json", r#"{"kind": "electronic data"}"#);
    let list = "path,title,details\n\
        a.pdf,Poster,\n\
        \"open quote,x,\n\
        \"海报, final.pdf\",海报,\"{\"\"author\"\": \"\"沈阳\"\"}\"\n\
        missing.pdf,,\n\
        c.pdf,,no.json\n\
        c.pdf,Copy,c.json\n\
        a.pdf,one,too,many\n";
    session.put("works/list.csv", list);
    (session, served)
}

#[test]
fn a_list_is_deposited_and_a_bad_line_fails_alone() {
    let (mut session, served) = with_list();
    assert_eq!(session.run(&format!("submit --list works/list.csv {SUBMIT}")), 1);
    session.note("The same command again.");
    assert_eq!(session.run(&format!("submit --list works/list.csv {SUBMIT}")), 1);
    session.note("What went wrong is put right.");
    session.put("works/missing.pdf", "found again\n");
    session.put("works/rest.csv", "title,path\n,missing.pdf\n");
    assert_eq!(session.run(&format!("submit --list works/rest.csv {SUBMIT}")), 0);
    session.note("Lists that make no sense.");
    session.put("bad.csv", "file,title\na,b\n");
    session.put("twice.csv", "path,path\na,b\n");
    session.put("gbk.csv", b"path,\xc4\xe3\n");
    session.put("no-lines.csv", "path\n");
    for list in ["bad.csv", "twice.csv", "gbk.csv", "missing.csv"] {
        assert_eq!(session.run(&format!("submit --list {list} {SUBMIT}")), 2, "{list}");
    }
    assert_eq!(session.run(&format!("submit --list no-lines.csv {SUBMIT}")), 0);
    assert_eq!(session.run(&format!("submit --list bad.csv a {SUBMIT}")), 2);
    session.stop(served);
    assert_eq!(session.run(&format!("submit --list works/list.csv {SUBMIT}")), 2);
    session.is("submit-list.txt");
}

#[test]
fn a_list_is_verified_to_a_table_and_one_exit_code() {
    let (mut session, _served) = with_list();
    session.run(&format!("submit --list works/list.csv {SUBMIT}"));
    let mut session = session.silent();
    session.put("check.csv", "path,receipt\nworks/a.pdf,\nworks/c.pdf,works/c.pdf.receipt\n");
    assert_eq!(session.run("verify --list check.csv --policy L/policy"), 0);
    assert_eq!(session.run("verify --list check.csv --policy L/policy --lang zh"), 0);
    session.note("Without a policy nothing can match.");
    assert_eq!(session.run("verify --list check.csv"), 2);
    session.note("One was changed, one has another's receipt, one is gone, one line is bad.");
    session.put("works/a.pdf", "A\n");
    session.put(
        "check.csv",
        "path,receipt\nworks/a.pdf,\nworks/c.pdf,works/a.pdf.receipt\nworks/c.pdf,works/海报\nnone,\nx,y,z\n\
         works/c.pdf,\"works/海报, final.pdf.receipt\"\n",
    );
    assert_eq!(session.run("verify --list check.csv --policy L/policy"), 1);
    assert_eq!(session.run("verify --list check.csv --policy L/policy --lang zh"), 1);
    session.put("check.csv", "path\nnone\n");
    assert_eq!(session.run("verify --list check.csv --policy L/policy"), 2);
    session.put("check.csv", "path\n");
    assert_eq!(session.run("verify --list check.csv --policy L/policy"), 2);
    assert_eq!(session.run("verify --list check.csv works/a.pdf"), 2);
    session.is("verify-list.txt");
}

#[test]
fn a_list_is_verified_for_a_program() {
    let (mut session, _served) = with_list();
    session.run(&format!("submit --list works/list.csv {SUBMIT}"));
    session.put("check.csv", "path\nworks/a.pdf\nworks/c.pdf\nnone\n");
    fs::write(session.path("works/c.pdf"), "other").unwrap();
    let (code, stdout) = session.answer("verify --list check.csv --policy L/policy --json");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, report["format"].as_str()), (1, Some("notarium/list-report/1")));
    assert_eq!(report["summary"], serde_json::json!({"all": 3, "match": 1, "mismatch": 1, "undetermined": 1}));
    let lines = report["lines"].as_array().unwrap();
    let verdicts: Vec<_> = lines.iter().map(|line| (&line["line"], line["verdict"].as_str().unwrap())).collect();
    let number = |number: u64| Value::from(number);
    assert_eq!(verdicts, [(&number(2), "match"), (&number(3), "mismatch"), (&number(4), "undetermined")]);
    assert_eq!(lines[0]["report"]["format"], "notarium/report/1");
    assert!(lines[2]["report"].is_null() && lines[2]["error"].as_str().unwrap().contains("none"));
}
