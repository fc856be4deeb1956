//! `keygen`, and key files that cannot be used.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::session::Session;
use crate::samples::submitter_key;

/// An X25519 key, as `openssl genpkey -algorithm x25519` writes one.
const X25519: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n\
    -----END PRIVATE KEY-----\n";

#[test]
fn a_key_is_made_for_its_owner_alone_and_never_overwritten_unasked() {
    let mut session = Session::new();
    assert_eq!(session.run("keygen --out me.key"), 0);
    let mode = || fs::metadata(session.path("me.key")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let first = fs::read(session.path("me.key")).unwrap();
    assert!(first.starts_with(b"-----BEGIN PRIVATE KEY-----\n"));
    assert_eq!(session.run("keygen --out me.key"), 2);
    assert_eq!(fs::read(session.path("me.key")).unwrap(), first);
    assert_eq!(session.run("keygen --out me.key --force"), 0);
    assert_ne!(fs::read(session.path("me.key")).unwrap(), first);
    assert_eq!(fs::metadata(session.path("me.key")).unwrap().permissions().mode() & 0o777, 0o600);
    session.put("passphrase", "correct horse\n");
    assert_eq!(session.run("keygen --out locked.key --passphrase-file passphrase"), 0);
    let locked = fs::read(session.path("locked.key")).unwrap();
    assert!(locked.starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    assert_eq!(session.run("keygen --out no/such/folder/me.key"), 2);
    session.is("keygen.txt");
}

#[test]
fn a_passphrase_comes_from_a_file_the_environment_or_a_terminal() {
    let mut session = Session::new();
    assert_eq!(session.run("keygen --out x.key --passphrase"), 2);
    assert_eq!(session.run("keygen --out x.key --passphrase-file missing"), 2);
    session.put("empty", "\n");
    assert_eq!(session.run("keygen --out x.key --passphrase-file empty"), 2);
    session.put("binary", b"\xff\xfe\n");
    assert_eq!(session.run("keygen --out x.key --passphrase-file binary"), 2);
    assert_eq!(session.run_with(&[("NOTARIUM_PASSPHRASE", "")], "keygen --out x.key"), 2);
    assert!(!session.path("x.key").exists());
    assert_eq!(session.run_with(&[("NOTARIUM_PASSPHRASE", "correct horse")], "keygen --out x.key"), 0);
    session.is("passphrases.txt");
}

#[test]
fn a_key_file_that_cannot_be_used_is_named_before_anything_is_sent() {
    let mut session = Session::new();
    session.put("f", "x");
    let submit = |session: &mut Session, key: &str| {
        assert_eq!(session.run(&format!("submit f --ledger http://127.0.0.1:1 --key {key}")), 2, "{key}");
    };
    submit(&mut session, "missing.key");
    submit(&mut session, ".");
    session.put("empty.key", "");
    submit(&mut session, "empty.key");
    session.put("text.key", "not a key\n");
    submit(&mut session, "text.key");
    session.put("binary.key", b"\xff\xfe\x00");
    submit(&mut session, "binary.key");
    session.put("long.key", "x".repeat(20_000));
    submit(&mut session, "long.key");
    session.put_key("me.key", &submitter_key());
    let pem = fs::read_to_string(session.path("me.key")).unwrap();
    session.put("truncated.key", &pem[..60]);
    submit(&mut session, "truncated.key");
    session.put("certificate.key", pem.replace("PRIVATE KEY", "CERTIFICATE"));
    submit(&mut session, "certificate.key");
    session.put("x25519.key", X25519);
    submit(&mut session, "x25519.key");
    session.put("passphrase", "correct horse\n");
    session.prepare("keygen --out locked.key --passphrase-file passphrase");
    submit(&mut session, "locked.key");
    session.put("wrong", "battery staple\n");
    submit(&mut session, "locked.key --passphrase-file wrong");
    session.note("A key that others can read is used, with a warning; here no ledger listens.");
    fs::set_permissions(session.path("me.key"), fs::Permissions::from_mode(0o644)).unwrap();
    submit(&mut session, "me.key");
    session.is("bad-keys.txt");
}
