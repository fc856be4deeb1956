//! `key rotate`, from the deposit before it to the verification after its overlap.

use std::fs;

use super::session::Session;
use crate::samples::submitter_key;

/// A ledger `L` with a deposit, the policy of its first key, and a key to deposit with.
fn deposited() -> Session {
    let mut session = Session::new();
    session.prepare("init L --origin ledger.example/one");
    session.put_key("me.key", &submitter_key());
    fs::copy(session.path("L/policy"), session.path("old-policy")).unwrap();
    deposit(&mut session, "before", "old-policy");
    session
}

fn deposit(session: &mut Session, name: &str, policy: &str) {
    session.put(name, format!("{name}\n"));
    let served = session.serve("L");
    session.prepare(&format!("submit {name} --ledger $URL --key me.key --policy {policy}"));
    session.stop(served);
}

#[test]
fn a_ledger_changes_its_key_and_all_receipts_go_on() {
    let mut session = deposited();
    session.note("The key of a ledger that is being served stays.");
    let served = session.serve("L");
    assert_eq!(session.run("key rotate L"), 2);
    session.stop(served);
    assert_eq!(session.run("key rotate L --overlap 30w"), 2);
    assert_eq!(session.run("key rotate L"), 0);
    session.note("One rotation at a time.");
    assert_eq!(session.run("key rotate L"), 2);
    assert_eq!(session.run("show L/rotation-2.receipt"), 0);
    session.note("In the overlap whoever trusts either key deposits and verifies.");
    deposit(&mut session, "in-overlap", "old-policy");
    deposit(&mut session, "in-overlap-too", "L/policy");
    for (name, policy, code) in [
        ("before", "old-policy", 0),
        ("in-overlap", "old-policy", 0),
        ("in-overlap", "L/policy", 0),
        ("in-overlap-too", "old-policy", 0),
        ("before", "L/policy", 2),
    ] {
        let (found, _) = session.answer(&format!("verify {name} --policy {policy}"));
        assert_eq!(found, code, "{name} under {policy}");
    }
    let served = session.serve("L");
    assert_eq!(session.run("policy $URL"), 0);
    session.stop(served);
    assert_eq!(session.run("audit L --policy old-policy"), 0);
    session.is("rotate.txt");
}

#[test]
fn after_the_overlap_the_rotation_leads_from_the_old_key_to_the_new() {
    let mut session = deposited();
    session.prepare("key rotate L --overlap 0s");
    deposit(&mut session, "after", "L/policy");
    assert_eq!(session.answer("verify before --policy old-policy").0, 0);
    assert_eq!(session.run_brief("verify after --policy old-policy"), 2);
    assert_eq!(session.run_brief("verify after --policy old-policy --rotation L/rotation-2.receipt"), 0);
    let certificate = |more: &str| {
        session.answer(&format!("certificate after.receipt --evidence after --policy old-policy --lang en{more}"))
    };
    assert_eq!(certificate(" --rotation L/rotation-2.receipt").0, 0);
    let (code, untold) = certificate("");
    assert_eq!(code, 2, "{untold}");
    assert_eq!(certificate(" --rotation after.receipt").0, 2, "what proves no rotation is refused");
    session.note("Under the retired key a quorum must vouch for a time before, and this policy asks for none.");
    assert_eq!(session.run_brief("verify before --policy old-policy --rotation L/rotation-2.receipt"), 2);
    assert_eq!(session.run_brief("verify before --policy L/policy --rotation L/rotation-2.receipt --lang zh"), 2);
    session.note("What proves no rotation is refused.");
    assert_eq!(session.run("verify before --policy L/policy --rotation after.receipt"), 2);
    assert_eq!(session.run("verify before --rotation after.receipt"), 2);
    let kept = fs::read_dir(session.path("L")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let kept: Vec<String> =
        kept.filter(|name| name.starts_with("policy.") || name.starts_with("ledger.key.")).collect();
    assert_eq!(kept.len(), 2, "the old key and its policy are kept: {kept:?}");
    assert_eq!(session.run("audit L --policy old-policy"), 0);
    session.is("rotated.txt");
}
