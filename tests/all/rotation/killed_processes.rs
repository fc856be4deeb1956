//! `notarium key rotate` killed by SIGKILL after each step: the next command, whichever it is, finishes what was begun.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

use notarium::crypto::PublicKey;
use notarium::ledger::{Receipt, follow_rotations};
use notarium::note::VerifierKey;
use notarium::trust::Policy;
use notarium::upkeep::{KEY_FILE, RotationStep, next_key_file};
use strum::VariantArray as _;
use tempfile::TempDir;

use super::{key_in, signers};
use crate::backup::{Server, room};

/// What comes after the kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Rotate,
    Serve,
}

const ROTATE: [&str; 5] = ["key", "rotate", "L", "--overlap", "1d"];
/// The entries are the founding, a deposit, and the rotation.
const RECEIPT: &str = "L/rotation-2.receipt";

fn run(room: &Path, arguments: &[&str], fail_point: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notarium"));
    command.args(arguments).current_dir(room).env_remove("NOTARIUM_FAIL_POINT");
    command.envs(fail_point.map(|point| ("NOTARIUM_FAIL_POINT", point))).output().unwrap()
}

/// A ledger with a deposit whose rotation is killed after a step; its key before that.
fn killed_after(step: RotationStep) -> (TempDir, PublicKey) {
    let room = room();
    let server = Server::start(room.path());
    server.submit(1);
    server.stop();
    let old = key_in(&room.path().join("L"), KEY_FILE).public();
    let name: &str = step.into();
    let killed = run(room.path(), &ROTATE, Some(&format!("after-{name}")));
    assert_eq!(killed.status.signal(), Some(9), "{name}: {}", String::from_utf8_lossy(&killed.stderr));
    assert!(killed.stdout.is_empty(), "{name}: it has not said that it was done");
    (room, old)
}

fn go_on(room: &Path, step: RotationStep, next: Next) -> String {
    match next {
        Next::Rotate => {
            let output = run(room, &ROTATE, None);
            // Only where nothing was begun is there one to be made; a second one has to wait for the end of the overlap.
            let expected = if step == RotationStep::NewKey { 0 } else { 2 };
            assert_eq!(output.status.code(), Some(expected), "{step:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stderr).into_owned()
        }
        Next::Serve => {
            let server = Server::start(room);
            let receipt = server.submit(2);
            let keys = if step == RotationStep::NewKey { 1 } else { 2 };
            assert_eq!(signers(receipt.checkpoint()).len(), keys, "{step:?}");
            server.stop()
        }
    }
}

/// The files are those of a rotation that nobody has disturbed.
fn is_whole(room: &Path, old: PublicKey, context: &str) {
    let folder = room.join("L");
    let vkey = |key| VerifierKey::new_ed25519("ledger.example/kept".parse().unwrap(), key);
    let new = key_in(&folder, KEY_FILE).public();
    assert!(new != old && !next_key_file(&folder).exists(), "{context}");
    let id = vkey(old).id();
    assert_eq!(key_in(&folder, &format!("ledger.key.{id}")).public(), old, "{context}");
    let policies = [("policy".to_owned(), new), (format!("policy.{id}"), old)];
    for (name, key) in policies {
        let policy = Policy::parse(fs::read(folder.join(name)).unwrap()).unwrap();
        assert_eq!(policy.logs().iter().map(|log| log.key.clone()).collect::<Vec<_>>(), [vkey(key)], "{context}");
    }
    let receipt = Receipt::parse(&fs::read(room.join(RECEIPT)).unwrap()).unwrap();
    assert_eq!(signers(receipt.checkpoint()), [vkey(new).id().to_string(), id.to_string()], "{context}");
    let policy = Policy::for_log(&vkey(old), None).unwrap();
    let followed = follow_rotations(&policy, &[receipt]).unwrap();
    assert!(followed.logs().iter().any(|log| log.key == vkey(new)), "{context}");
    let audit = run(room, &["audit", "L"], None);
    assert!(audit.status.success(), "{context}: {}", String::from_utf8_lossy(&audit.stdout));
}

#[test]
fn the_next_command_finishes_a_rotation_that_was_killed_after_any_step() {
    for step in RotationStep::VARIANTS {
        for next in [Next::Rotate, Next::Serve] {
            let context = format!("{step:?}, then {next:?}");
            let (room, old) = killed_after(*step);
            let said = go_on(room.path(), *step, next);
            if next == Next::Rotate {
                let is_cut_short = !matches!(step, RotationStep::NewKey | RotationStep::Done);
                assert_eq!(said.contains("finished a rotation"), is_cut_short, "{context}: {said}");
            }
            if (*step, next) == (RotationStep::NewKey, Next::Serve) {
                assert_eq!(key_in(&room.path().join("L"), KEY_FILE).public(), old, "nothing was begun");
            } else {
                is_whole(room.path(), old, &context);
            }
        }
    }
}

#[test]
fn a_step_that_is_none_stops_the_rotation_before_it_begins() {
    let room = room();
    for wrong in ["after-lunch", "before-entry", "entry", "after-commit:1"] {
        let output = run(room.path(), &ROTATE, Some(wrong));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("is no step of a rotation"), "{said}");
        assert!(!next_key_file(&room.path().join("L")).exists());
    }
}
