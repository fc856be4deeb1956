//! `enrol`, `revoke` and `keys`: a ledger for enrolled keys, from its first registrar to a stolen key.

use std::fs;

use super::session::Session;
use crate::registry::{registrar, submitter};

/// A ledger for enrolled keys in `L`, and the keys of a registrar and two others.
fn enrolled() -> Session {
    let mut session = Session::new();
    session.prepare("init L --origin ledger.example/one --admission enrolled");
    for (name, key) in [("registrar.key", registrar(0)), ("me.key", submitter(0)), ("other.key", submitter(1))] {
        session.put_key(name, &key);
        session.know(&key.public().to_string());
    }
    session
}

fn key(n: u8) -> String {
    submitter(n).public().to_string()
}

#[test]
fn from_the_first_registrar_to_a_stolen_key() {
    let mut session = enrolled();
    session.note("The ledger's own key makes a registrar, in the ledger's folder, before anybody serves it.");
    let ask =
        "enrol request --role registrar --name 'Notary Office' --key registrar.key --ledger L --out registrar.request";
    assert_eq!(session.run(ask), 0);
    assert_eq!(session.run("enrol approve registrar.request --key L/ledger.key --ledger L"), 0);
    let served = session.serve("L");
    session.put("work", "x\n");
    session.put("later", "y\n");
    session.note("What is refused for its key leaves nothing behind.");
    assert_eq!(session.run("submit work --ledger $URL --key me.key --policy L/policy"), 1);
    assert!(!session.path("work.receipt.part").exists());
    session.note("A submitter asks, and the registrar vouches for what it says.");
    let ask = "enrol request --name 'Design Studio' --assurance 'identity card, in person' --key me.key \
               --ledger $URL --policy L/policy --out me.request";
    assert_eq!(session.run(ask), 0);
    assert_eq!(session.run(ask), 2);
    assert_eq!(session.run("enrol approve me.request --key registrar.key --ledger $URL --policy L/policy"), 2);
    let approve = "enrol approve me.request --assurance 'identity card, in person' --ledger $URL --policy L/policy";
    assert_eq!(session.run(&format!("{approve} --key other.key")), 2);
    assert_eq!(session.run(&format!("{approve} --key registrar.key")), 0);
    assert_eq!(session.run("show me.request.receipt"), 0);
    assert_eq!(session.run("submit work --ledger $URL --key me.key --policy L/policy"), 0);
    session.note("The key is stolen.");
    let since = "2026-01-01T00:00:00Z";
    let revoke = format!("revoke {} --reason key-compromised --ledger $URL --policy L/policy", key(0));
    assert_eq!(session.run(&format!("{revoke} --key me.key --compromised-since {since}")), 2);
    assert_eq!(session.run(&format!("{revoke} --key other.key")), 2);
    assert_eq!(
        session.run(&format!("{revoke} --key registrar.key --compromised-since {since} --receipt revoked.receipt")),
        0
    );
    assert_eq!(session.run(&format!("{revoke} --key me.key")), 2);
    assert_eq!(session.run("submit later --ledger $URL --key me.key --policy L/policy"), 1);
    assert_eq!(session.run(&format!("{approve} --key registrar.key")), 0);
    assert_eq!(session.run("find work --ledger $URL"), 0);
    assert_eq!(session.run("verify work --policy L/policy --ledger $URL"), 0);
    assert_eq!(session.run("verify work --policy L/policy --ledger $URL --lang zh"), 0);
    assert_eq!(session.run("keys --ledger $URL"), 0);
    assert_eq!(session.run(&format!("keys {} --ledger $URL", key(0))), 0);
    assert_eq!(session.run(&format!("keys {} --ledger $URL", key(1))), 0);
    drop(served);
    session.note("The same from the folder, and the whole ledger replayed.");
    assert_eq!(session.run("keys --ledger L"), 0);
    assert_eq!(session.run_brief("verify work --policy L/policy --ledger L"), 0);
    assert_eq!(session.run("audit L"), 0);
    session.is("registry.txt");
}

#[test]
fn a_registrars_claim_stands_beside_the_keys_entries_wherever_they_are_shown() {
    let mut session = enrolled();
    session.prepare(
        "enrol request --role registrar --name 'Notary Office' --key registrar.key --ledger L --out r.request",
    );
    session.prepare("enrol approve r.request --key L/ledger.key --ledger L");
    let _served = session.serve("L");
    let ask = "--ledger $URL --policy L/policy";
    for (name, key) in [("Design Studio", "me"), ("Publisher", "other")] {
        session.prepare(&format!("enrol request --name '{name}' --key {key}.key {ask} --out {key}.request"));
        session.prepare(&format!("enrol approve {key}.request --key registrar.key {ask}"));
    }
    for (name, text) in [("work", "x\n"), ("second", "y\n"), ("copy", "x\n"), ("again", "x\n")] {
        session.put(name, text);
    }
    session.put("list.csv", "path\nagain\n");
    session.put("check.csv", "path\nwork\nsecond\ncopy\n");
    session.prepare(&format!("submit work {ask} --key me.key"));
    session.prepare(&format!("submit second {ask} --key me.key --continues work.receipt"));
    session.prepare(&format!(
        "revoke {} --reason key-compromised {ask} --key registrar.key --compromised-since 2026-01-01T00:00:00Z",
        key(0)
    ));
    assert_eq!(session.run(&format!("submit copy {ask} --key other.key")), 0);
    assert_eq!(session.run(&format!("submit --list list.csv {ask} --key other.key")), 0);
    assert_eq!(session.run("find work --ledger $URL"), 0);
    assert_eq!(session.run("history second.receipt --ledger $URL"), 0);
    assert_eq!(session.run("show work.receipt"), 0);
    for (ledger, language) in [("$URL", "en"), ("$URL", "zh"), ("L", "en")] {
        assert_eq!(
            session.run(&format!("verify --list check.csv --policy L/policy --ledger {ledger} --lang {language}")),
            0
        );
    }
    let (from, to) = (["Evidence", "证据", "Times", "时间"], ["Entry", "条目"]);
    let told = r"sed 's/<[^>]*>/ /g; s/  */ /g' | grep -E 'revoked later|claim|其后由|声称该密钥|该声称' | grep -v 'claimed time'";
    for language in ["en", "zh"] {
        let line = format!("verify copy --policy L/policy --ledger $URL --lang {language}");
        assert_eq!(session.run_without(&from, &to, &line), 0);
        for name in ["work", "copy"] {
            let document = format!(
                r#""$0" certificate {name}.receipt --evidence {name} --policy L/policy --ledger $URL --lang {language}"#
            );
            assert_eq!(session.run_in_shell(&format!("{document} | {told}")), 0);
        }
    }
    session.is("claims.txt");
}

#[test]
fn what_cannot_be_enrolled_or_revoked_is_said() {
    let mut session = enrolled();
    let ask = "enrol request --key me.key --ledger L --out r";
    for wrong in [
        "--name ''",
        "--name x --not-before 2026-11-23",
        "--name x --not-after 1970-01-01T00:00:00Z",
        "--name x --not-before 2027-01-01T00:00:00Z --not-after 2026-01-01T00:00:00Z",
        "--name x --role judge",
    ] {
        assert_eq!(session.run(&format!("{ask} {wrong}")), 2, "{wrong}");
    }
    assert_eq!(session.run("enrol request --key me.key --ledger missing --name x --out r"), 2);
    session.prepare("enrol request --key me.key --ledger L --name x --out r");
    session.note("Nobody has made a registrar yet.");
    assert_eq!(session.run("enrol approve r --key registrar.key --ledger L"), 2);
    assert_eq!(session.run("enrol approve r --key L/ledger.key --ledger L"), 2);
    let text = fs::read_to_string(session.path("r")).unwrap();
    session.put("changed", text.replace("name x", "name y"));
    session.put("other-ledger", "notarium/enrolment-request/1\n");
    session.prepare("init M --origin ledger.example/two");
    for request in ["changed", "other-ledger", "missing", "L/ledger.key"] {
        assert_eq!(session.run(&format!("enrol approve {request} --key L/ledger.key --ledger L")), 2, "{request}");
    }
    assert_eq!(session.run("enrol approve r --key M/ledger.key --ledger M"), 2);
    session.note("A ledger that is being served is not to be had by its folder.");
    let served = session.serve("L");
    assert_eq!(session.run("enrol approve r --key L/ledger.key --ledger L"), 2);
    drop(served);
    assert_eq!(session.run("revoke 12 --key me.key --ledger L"), 2);
    assert_eq!(session.run(&format!("revoke {} --key registrar.key --ledger L", key(0))), 2);
    session.note("Every key may revoke itself.");
    assert_eq!(session.run(&format!("revoke {} --key me.key --ledger L --reason ceased", key(0))), 0);
    assert_eq!(session.run(&format!("keys {} --ledger L", key(0))), 0);
    assert_eq!(session.run("keys --ledger L --json"), 0);
    session.is("registry-refused.txt");
}
