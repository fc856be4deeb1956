//! `certificate` and `verify --report`: whole documents, in HTML and as JSON, and the same for everybody.

use std::fs;

use notarium::report::canonical_json;
use serde_json::Value;

use super::session::Session;
use super::verdicts::vectors_session;

const CERTIFICATE: &str = "certificate page.txt.receipt --evidence page.txt --policy policy --by Clerk";

/// The JSON with the time of verification, the only thing that may differ, taken out of its bytes.
fn without_time(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap();
    assert_eq!(canonical_json(&value).unwrap(), json.trim_end(), "not RFC 8785");
    let at = value["verification"]["at"].as_str().unwrap();
    assert_eq!(json.matches(at).count(), 1);
    json.replace(at, "")
}

#[test]
fn a_certificate_in_one_language_or_both() {
    for (language, golden) in
        [("en", "certificate-en.txt"), ("zh", "certificate-zh.txt"), ("both", "certificate-both.txt")]
    {
        let mut session = vectors_session();
        assert_eq!(session.run(&format!("{CERTIFICATE} --lang {language}")), 0);
        session.is(golden);
    }
    let mut session = vectors_session();
    assert_eq!(session.run(&format!("{CERTIFICATE} --json")), 0);
    session.is("certificate.json.txt");
}

#[test]
fn certificates_of_private_deposits_and_of_what_cannot_be_told() {
    let mut session = vectors_session();
    assert_eq!(session.run("certificate private.bin.receipt --evidence private.bin --policy policy --lang zh"), 0);
    session.note("Without evidence and policy it says what was not checked.");
    assert_eq!(session.run("certificate second.txt.receipt --lang en"), 2);
    session.note("What does not match gets none; and no file is overwritten.");
    session.put("changed.txt", "hello, Court\n");
    assert_eq!(session.run("certificate page.txt.receipt --evidence changed.txt --policy policy --out x.html"), 1);
    assert!(!session.path("x.html").exists());
    session.put("x.html", "mine");
    assert_eq!(session.run(&format!("{CERTIFICATE} --out x.html")), 2);
    assert_eq!(session.run("certificate page.txt --policy policy"), 2);
    session.is("certificate-private.txt");
}

#[test]
fn a_mismatch_is_written_down() {
    let mut session = vectors_session();
    session.put("changed.txt", "hello, Court\n");
    let line = "verify changed.txt --receipt page.txt.receipt --policy policy --by Clerk --lang both --report";
    assert_eq!(session.answer(&format!("{line} report.html")).0, 1);
    assert_eq!(session.answer(&format!("{line} report.json")).0, 1);
    assert_eq!(session.run_in_shell("cat report.html report.json"), 0);
    session.is("report-mismatch.txt");
}

#[test]
fn two_people_who_verify_the_same_get_the_same_bytes() {
    let made = || {
        let session = vectors_session();
        let report = "verify page.txt --policy policy --report report.json";
        assert_eq!(session.answer(report).0, 0);
        let (code, certificate) = session.answer(&format!("{CERTIFICATE} --json"));
        assert_eq!(code, 0);
        let report = fs::read_to_string(session.path("report.json")).unwrap();
        (without_time(&report), without_time(&certificate))
    };
    assert_eq!(made(), made());
}

/// A package and its folder in a session: everybody has the same, wherever it lies.
#[test]
fn packages_are_certified_and_reported_the_same_from_wherever_they_lie() {
    let (mut session, _served) = Session::with_ledger();
    session.put("photos/a.jpg", "a\n");
    session.put("photos/night/夜.jpg", "b\n");
    session.prepare("submit photos --ledger $URL --key me.key --policy L/policy --title 夜景");
    let (code, folder) =
        session.answer("certificate photos.sha256.receipt --evidence photos --policy L/policy --lang both");
    assert_eq!(code, 0);
    for said in ["2 个文件", "2 files the same", "夜景", "photos.sha256"] {
        assert!(folder.contains(said), "{said}");
    }
    let report = |path: &str, name: &str| {
        let manifest = "--manifest photos.sha256 --receipt photos.sha256.receipt";
        assert_eq!(session.answer(&format!("verify {path} {manifest} --policy L/policy --report {name}")).0, 0);
        without_time(&fs::read_to_string(session.path(name)).unwrap())
    };
    let inside = report("photos/night/夜.jpg", "inside.json");
    fs::create_dir(session.path("elsewhere")).unwrap();
    fs::copy(session.path("photos/night/夜.jpg"), session.path("elsewhere/夜.jpg")).unwrap();
    assert_eq!(inside, report("elsewhere/夜.jpg", "elsewhere.json"));
    fs::remove_file(session.path("photos/a.jpg")).unwrap();
    assert_eq!(session.answer("verify photos --policy L/policy --report gone.html --lang zh").0, 1);
    let gone = fs::read_to_string(session.path("gone.html")).unwrap();
    assert!(gone.contains("缺失") && gone.contains("a.jpg") && gone.contains("不一致"), "{gone}");
}
