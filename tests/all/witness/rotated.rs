//! A ledger that changes its key between its witnesses' rounds: they go on with it, and none of them lets it forget.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::process::{PROGRAM, Running, done, ledger_with_witnesses, well};

const NAMES: [&str; 2] = ["W1", "W2"];
const ORIGIN: &str = "ledger.example/one";

/// A ledger `L`, its witnesses, of which it needs both, and `policy`, which names its first key.
struct Court {
    room: TempDir,
    _witnesses: Vec<Running>,
}

impl Court {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let witnesses = ledger_with_witnesses(room.path(), &NAMES, "group both all W1 W2\nquorum both\n");
        well(room.path(), &["keygen", "--out", "me.key"]);
        Self { room, _witnesses: witnesses }
    }

    fn directory(&self) -> &Path {
        self.room.path()
    }

    fn serve(&self, policy: &str) -> Running {
        let options = ["--least-free-mib", "0", "--witness-policy", policy, "--witness-wait", "60"];
        Running::start_with(self.directory(), &[&["serve", "L"][..], &options].concat())
    }

    /// Deposits, and waits for both witnesses.
    fn deposit(&self, ledger: &Running, name: &str, policy: &str) {
        self.submit(ledger, name, policy, &["--witnessed"]);
    }

    fn submit(&self, ledger: &Running, name: &str, policy: &str, more: &[&str]) {
        fs::write(self.directory().join(name), name).unwrap();
        let url = format!("http://{}", ledger.address);
        let arguments = ["submit", name, "--ledger", &url, "--key", "me.key", "--policy", policy];
        well(self.directory(), &[&arguments[..], more].concat());
    }

    /// Rotates, and writes `policy-new`, which names the new key alone, and `policy-both`.
    fn rotate(&self, ledger: &str, overlap: &str) -> String {
        let key = done_by(self.directory(), &["key", "rotate", ledger, "--overlap", overlap]);
        let old = fs::read_to_string(self.directory().join("policy")).unwrap();
        let (log, rest) = old.split_once('\n').unwrap();
        fs::write(self.directory().join("policy-new"), format!("log {key}\n{rest}")).unwrap();
        fs::write(self.directory().join("policy-both"), format!("{log}\nlog {key}\n{rest}")).unwrap();
        key
    }

    /// Gives the witnesses, which are running, one more key of the ledger.
    fn tell(&self, key: &str) {
        for name in NAMES {
            done(self.directory(), &["add-log", name, key]);
            assert!(done(self.directory(), &["list", name]).contains(key));
        }
    }

    fn refresh(&self, ledger: &Running, receipt: &str, policy: &str) -> String {
        let url = format!("http://{}", ledger.address);
        well(self.directory(), &["refresh", receipt, "--ledger", &url, "--policy", policy])
    }

    /// Trusting the first key alone: an audit follows the chain of keys by itself.
    fn audits(&self, ledger: &Running) {
        well(self.directory(), &["audit", &format!("http://{}", ledger.address), "--policy", "policy"]);
    }

    fn verifies(&self, expected: &[(&str, &str, i32)]) {
        for (name, policy, code) in expected {
            let arguments = [&["verify", name, "--policy"][..], &policy.split(' ').collect::<Vec<_>>()].concat();
            let output = Command::new(PROGRAM).args(arguments).current_dir(self.directory()).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(*code), "{name} under {policy}: {said}");
        }
    }

    /// How many keys of the ledger have signed the checkpoint of a receipt.
    fn signers(&self, name: &str) -> usize {
        let receipt = fs::read_to_string(self.directory().join(format!("{name}.receipt"))).unwrap();
        receipt.matches(&format!("\u{2014} {ORIGIN} ")).count()
    }
}

fn done_by(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn in_the_overlap_either_key_will_do_for_witnesses_and_policies() {
    let court = Court::new();
    let ledger = court.serve("policy");
    court.deposit(&ledger, "before", "policy");
    court.submit(&ledger, "early", "policy", &[]);
    // SIGKILL: what the witnesses have cosigned last is signed by the old key alone.
    drop(ledger);
    let key = court.rotate("L", "30d");
    let ledger = court.serve("policy");
    court.deposit(&ledger, "untold", "policy");
    drop(ledger);
    court.tell(&key);
    let ledger = court.serve("policy-new");
    court.deposit(&ledger, "told", "policy-new");
    assert_eq!([court.signers("before"), court.signers("untold"), court.signers("told")], [1, 2, 2]);
    // Deposited before the rotation, and made better after it, for whoever trusts the old key alone.
    court.verifies(&[("early", "policy", 2)]);
    court.refresh(&ledger, "early.receipt", "policy");
    // As it was written at rest, the receipt of the rotation has no cosignature, and this policy asks for two.
    court.verifies(&[("told", "policy --rotation L/rotation-3.receipt", 2)]);
    court.refresh(&ledger, "L/rotation-3.receipt", "policy");
    court.verifies(&[
        ("before", "policy", 0),
        ("early", "policy", 0),
        ("untold", "policy", 0),
        ("told", "policy", 0),
        ("untold", "policy-new", 0),
        ("told", "policy-new", 0),
        ("before", "policy-new", 2),
        ("before", "policy-new --rotation L/rotation-3.receipt", 0),
        ("told", "policy --rotation L/rotation-3.receipt", 0),
    ]);
    court.audits(&ledger);
}

#[test]
fn after_the_overlap_only_the_new_key_signs_and_the_witnesses_take_it() {
    let court = Court::new();
    let ledger = court.serve("policy");
    court.deposit(&ledger, "before", "policy");
    court.submit(&ledger, "early", "policy", &[]);
    drop(ledger);
    let key = court.rotate("L", "0s");
    court.tell(&key);
    let ledger = court.serve("policy-new");
    court.deposit(&ledger, "after", "policy-new");
    assert_eq!([court.signers("before"), court.signers("after")], [1, 1]);
    court.refresh(&ledger, "L/rotation-3.receipt", "policy-new");
    // Its first cosigned checkpoint may be one of before the rotation: who refreshes trusts both keys.
    court.refresh(&ledger, "early.receipt", "policy-both");
    court.verifies(&[
        ("before", "policy", 0),
        ("early", "policy-both", 0),
        ("after", "policy", 2),
        ("after", "policy-new", 0),
        ("after", "policy --rotation L/rotation-3.receipt", 0),
        // The old key is retired now; two witnesses vouch for a time before that.
        ("before", "policy --rotation L/rotation-3.receipt", 0),
        ("before", "policy-new --rotation L/rotation-3.receipt", 0),
        ("before", "policy-new", 2),
    ]);
    court.audits(&ledger);
    // A policy that names the retired key alone is no policy for asking witnesses any more.
    drop(ledger);
    let arguments = ["serve", "L", "--witness-policy", "policy", "--listen", "127.0.0.1:0", "--log", "off"];
    let refused = Command::new(PROGRAM).args(arguments).current_dir(court.directory()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains(&key), "{said}");
    let ledger = court.serve("policy-new");
    court.deposit(&ledger, "later", "policy-new");
}

#[test]
fn a_rotation_does_not_hide_what_was_lost_before_it() {
    let court = Court::new();
    let copy = |from: &str, to: &str| {
        let copied = Command::new("cp").args(["-r", from, to]).current_dir(court.directory()).status();
        assert!(copied.unwrap().success());
    };
    copy("L", "old");
    let ledger = court.serve("policy");
    for name in ["a", "b"] {
        court.deposit(&ledger, name, "policy");
    }
    drop(ledger);
    copy("L", "whole");
    // Back to the founding, and on under another key: of the three entries that were cosigned two are lost.
    fs::remove_dir_all(court.directory().join("L")).unwrap();
    copy("old", "L");
    let key = court.rotate("L", "0s");
    court.tell(&key);
    let arguments = [
        &["serve", "L", "--least-free-mib", "0", "--witness-policy", "policy-new"][..],
        &["--listen", "127.0.0.1:0", "--log", "off"],
    ];
    let refused = Command::new(PROGRAM).args(arguments.concat()).current_dir(court.directory()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(refused.stdout.is_empty(), "it never listened");
    assert!(said.contains("has cosigned 3 entries of this ledger") && said.contains("here are only 2"), "{said}");
    // A backup of it is held to what they have cosigned as well, under whichever key of the chain.
    let restore = |backup: &str, to: &str| {
        let arguments = ["restore", backup, to, "--witness-policy", "policy-new"];
        let output = Command::new(PROGRAM).args(arguments).current_dir(court.directory()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    well(court.directory(), &["backup", "L", "B"]);
    let (code, said) = restore("B", "R");
    assert!(code == Some(2) && said.contains("has seen 3 entries of this ledger, and the backup has 2"), "{said}");
    let key = court.rotate("whole", "0s");
    court.tell(&key);
    well(court.directory(), &["backup", "whole", "B2"]);
    let (code, said) = restore("B2", "R2");
    assert!(code == Some(0) && !said.contains("nothing was named"), "{said}");
}
