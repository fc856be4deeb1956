//! `verifier`: the page for off-line use, with and without a policy. Its golden files are those of a program with web pages.

use std::fs;

use notarium::server::verifier_page;

use super::session::Session;

/// A page cannot be written by a program that was built without it; in CI it must have been built with it.
fn is_built() -> bool {
    let built = verifier_page("test build", None).is_some();
    assert!(built || std::env::var_os("CI").is_none(), "run `make web` before the tests");
    built
}

#[test]
fn the_verifier_is_written_with_a_policy_that_parses() {
    let mut session = Session::new();
    session.prepare("init L --origin ledger.example/one");
    if !is_built() {
        assert_eq!(session.run("verifier --out verify.html"), 2);
        assert!(!session.path("verify.html").exists());
        return;
    }
    assert_eq!(session.run("verifier --out verify.html"), 0);
    let page = |session: &Session| fs::read_to_string(session.path("verify.html")).unwrap();
    assert!(page(&session).contains(r#""policy":null,"ledger":null"#));
    assert_eq!(session.run("verifier --out verify.html --policy L/policy"), 2);
    assert!(page(&session).contains(r#""policy":null"#), "it stays");
    assert_eq!(session.run("verifier --out verify.html --policy L/policy --force"), 0);
    assert!(page(&session).contains("log ledger.example/one+"));
    session.put("broken", "quorum 3\n");
    assert_eq!(session.run("verifier --out other.html --policy broken"), 2);
    assert_eq!(session.run("verifier --out other.html --policy missing"), 2);
    assert!(!session.path("other.html").exists());
    session.is("verifier.txt");
}
