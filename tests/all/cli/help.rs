//! The help texts, at a fixed width, and what a command line gets that makes no sense.

use super::session::Session;

#[test]
fn the_program_says_what_it_can_do() {
    let mut session = Session::new();
    assert_eq!(session.run("--help"), 0);
    session.run("help");
    session.run("");
    session.run("--version");
    session.is("help.txt");
}

fn help_of(command: &str, golden: &str) {
    let mut session = Session::new();
    assert_eq!(session.run(&format!("help {command}")), 0);
    session.is(golden);
}

#[test]
fn every_command_has_a_help_text() {
    help_of("keygen", "help-keygen.txt");
    help_of("init", "help-init.txt");
    help_of("serve", "help-serve.txt");
    help_of("submit", "help-submit.txt");
    help_of("verify", "help-verify.txt");
    help_of("refresh", "help-refresh.txt");
    help_of("certificate", "help-certificate.txt");
    help_of("show", "help-show.txt");
    help_of("find", "help-find.txt");
    help_of("enrol", "help-enrol.txt");
    help_of("enrol request", "help-enrol-request.txt");
    help_of("enrol approve", "help-enrol-approve.txt");
    help_of("revoke", "help-revoke.txt");
    help_of("key", "help-key.txt");
    help_of("key rotate", "help-key-rotate.txt");
    help_of("keys", "help-keys.txt");
    help_of("prove-key", "help-prove-key.txt");
    help_of("prove-key challenge", "help-prove-key-challenge.txt");
    help_of("prove-key answer", "help-prove-key-answer.txt");
    help_of("prove-key check", "help-prove-key-check.txt");
    help_of("history", "help-history.txt");
    help_of("platform", "help-platform.txt");
    help_of("policy", "help-policy.txt");
    help_of("verifier", "help-verifier.txt");
    help_of("audit", "help-audit.txt");
    help_of("mirror", "help-mirror.txt");
    help_of("monitor", "help-monitor.txt");
    help_of("verify-fork", "help-verify-fork.txt");
    help_of("export", "help-export.txt");
    help_of("import", "help-import.txt");
    help_of("doctor", "help-doctor.txt");
    help_of("backup", "help-backup.txt");
    help_of("restore", "help-restore.txt");
    help_of("rebuild-index", "help-rebuild-index.txt");
    help_of("witness", "help-witness.txt");
    help_of("witness serve", "help-witness-serve.txt");
}

/// `serve --help` shows what the environment sets, but never with a value that could be a secret.
#[test]
fn a_passphrase_in_the_environment_is_not_shown() {
    let mut session = Session::new();
    session.run_with(&[("NOTARIUM_PASSPHRASE", "a secret"), ("NOTARIUM_LISTEN", "127.0.0.1:1")], "serve --help");
    session.is("help-serve-environment.txt");
}

#[test]
fn a_line_that_makes_no_sense_is_told_what_is_missing() {
    let mut session = Session::new();
    for line in ["sumbit x", "submit", "submit x --ledger http://127.0.0.1:1", "verify", "find --ledger", "audit"] {
        assert_eq!(session.run(line), 2, "{line}");
    }
    for address in ["127.0.0.1:8420", "ftp://ledger.example", "http://", "http://ledger.example:0", "http://a@b/"] {
        assert_eq!(session.run(&format!("policy {address}")), 2, "{address}");
    }
    session.run("serve L --listen localhost");
    session.run("serve L --stop-time 0");
    session.run("serve L --max-batch-statements 0");
    session.run("serve L --max-connections 0");
    session.run("verify x --lang fr");
    session.is("usage.txt");
}
