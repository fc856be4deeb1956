//! A ledger restored from an old backup, held against what three witnesses have cosigned of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::process::{PROGRAM, Running, ledger_with_witnesses, serve, well};

const QUORUM: &str = "group g all W1 W2 W3\nquorum g\n";

/// Serves the ledger `L`, and deposits files whose receipts the quorum has cosigned.
fn deposit(directory: &Path, names: &[&str]) {
    let ledger = Running::start_with(directory, &serve("L"));
    let url = format!("http://{}", ledger.address);
    for name in names {
        fs::write(directory.join(name), name).unwrap();
        well(directory, &["submit", name, "--ledger", &url, "--key", "me.key", "--policy", "policy", "--witnessed"]);
    }
}

/// Runs a command that must not end well: its exit code, and what it says.
fn refused(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(PROGRAM).args(arguments).current_dir(directory).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A ledger whose three witnesses cosign everything: two deposits, and a backup that has them.
fn backed_up_and_gone_on(directory: &Path) -> Vec<Running> {
    let witnesses = ledger_with_witnesses(directory, &["W1", "W2", "W3"], QUORUM);
    well(directory, &["keygen", "--out", "me.key"]);
    deposit(directory, &["a.txt", "b.txt"]);
    well(directory, &["backup", "L", "B", "--with-key"]);
    witnesses
}

#[test]
fn witnesses_that_have_seen_no_more_let_a_backup_be_restored() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let mut witnesses = backed_up_and_gone_on(directory);
    let said = well(directory, &["restore", "B", "R", "--witness-policy", "policy"]);
    assert!(said.contains("restored ledger.example/one with 3 entries") && !said.contains("warning"), "{said}");
    // One that is silent is named, and the others are believed.
    drop(witnesses.remove(0));
    let said = well(directory, &["restore", "B", "R2", "--witness-policy", "policy"]);
    assert!(said.contains("witness W1 does not tell what it has cosigned last"), "{said}");
    // If all are, nothing is restored.
    drop(witnesses);
    let (code, said) = refused(directory, &["restore", "B", "R3", "--witness-policy", "policy"]);
    assert!(code == Some(2) && said.contains("no witness of policy tells"), "{said}");
    assert!(said.contains("hint: try again when they answer") && !directory.join("R3").exists(), "{said}");
}

#[test]
fn what_witnesses_have_seen_is_given_up_only_by_number_and_even_then_not_served() {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path();
    let mut witnesses = backed_up_and_gone_on(directory);
    deposit(directory, &["c.txt", "d.txt"]);
    let restore = ["restore", "B", "R", "--witness-policy", "policy"];
    let behind =
        "has seen 5 entries of this ledger, and the backup has 3: 2 entries that were acknowledged would be lost";
    let (code, said) = refused(directory, &restore);
    assert!(code == Some(2) && said.contains(behind) && said.contains("--accept-loss 2"), "{said}");
    let (_, said) = refused(directory, &[&restore[..], &["--accept-loss", "1"]].concat());
    assert!(said.contains("a loss of 1 entries is accepted, but 2 would be lost"), "{said}");
    assert!(!directory.join("R").exists());
    // One that knows is enough, and the two that are silent are named.
    drop(witnesses.drain(..2));
    let (_, said) = refused(directory, &restore);
    assert!(said.contains(behind) && said.contains("witness W3") && said.contains("W1 does not tell"), "{said}");
    let said = well(directory, &[&restore[..], &["--accept-loss", "2"]].concat());
    assert!(said.contains("2 entries that were acknowledged are given up"), "{said}");
    assert!(fs::read_to_string(directory.join("R/losses")).unwrap().contains("2 that witness W3 has seen (5 in all)"));
    // The operator may give them up, the witnesses do not.
    let (code, said) = refused(directory, &[&serve("R")[..], &["--listen", "127.0.0.1:0", "--log", "warn"]].concat());
    assert!(code == Some(2) && said.contains("entries were given up: ") && said.contains("were given up\n"), "{said}");
    assert!(said.contains("W3 has cosigned 5 entries of this ledger"), "{said}");
    assert!(said.contains("here are only 3: 2 entries"), "{said}");
}
