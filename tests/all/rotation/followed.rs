//! Whoever follows a ledger follows its keys: audits, states, mirrors, monitors, exports and imports.

use notarium::audit::Outcome;
use notarium::follow::{CaughtUp, LogFolder, Mirror, Mirrored, Monitor, Seen, Source as _, entries, prove_fork};
use notarium::store::inspect;
use notarium::trust::{ForkVerdict, LogSigner};
use notarium::upkeep::{ImportError, export, import};

use super::*;
use crate::follow::{notarium, text};

impl Turning {
    pub(crate) fn export(&self, name: &str) -> PathBuf {
        let out = self.room.path().join(name);
        let inspection = inspect(&self.folder, memory()).unwrap();
        assert!(inspection.doubts.is_empty(), "{:?}", inspection.doubts);
        let policy = policy_of(inspection.reader.public_key());
        export(&inspection.reader, &inspection.tip.unwrap(), &policy, &out, |_| {}).unwrap();
        out
    }
}

fn holds(args: &[&str]) {
    let (code, stdout, stderr) = notarium(args);
    assert_eq!(code, 0, "{args:?}: {stdout}{stderr}");
}

#[test]
fn audits_follow_the_keys_from_genesis_also_from_a_state_and_under_the_first_policy() {
    let turning = Turning::new();
    let (ledger, state) = (text(&turning.folder).to_owned(), turning.room.path().join("state"));
    let first = turning.room.path().join("first-policy");
    fs::copy(turning.folder.join("policy"), &first).unwrap();
    let audit = |more: &[&str]| holds(&[&["audit", &ledger, "--policy", text(&first)], more].concat());
    turning.deposit(300, 5);
    audit(&["--state", text(&state)]);
    turning.rotate(1_000, 10);
    audit(&["--state", text(&state)]);
    turning.deposit(300, 20);
    audit(&["--state", text(&state)]);
    turning.deposit(3, 1_010);
    audit(&["--state", text(&state)]);
    turning.rotate(0, 2_000);
    turning.deposit(1, 2_001);
    audit(&["--state", text(&state)]);
    audit(&[]);
    // A part of it, from after a rotation on, by the files alone.
    let out = turning.export("out");
    for range in [["--from", "604"], ["--from", "300"], ["--from", "1"]] {
        holds(&[&["audit", text(&out)], &range[..]].concat());
    }
}

#[test]
fn a_checkpoint_that_lacks_a_signature_or_has_a_retired_ones_alone_is_found() {
    let turning = Turning::new();
    turning.deposit(2, 5);
    turning.rotate(1_000, 10);
    let out = turning.export("in-overlap");
    let note = fs::read_to_string(out.join("checkpoint")).unwrap();
    let lines: Vec<&str> = note.lines().collect();
    let [.., new, old] = &lines[..] else { panic!("{note}") };
    for (left_out, due) in [(new, "new"), (old, "old")] {
        fs::write(out.join("checkpoint"), note.replace(&format!("{left_out}\n"), "")).unwrap();
        let (code, stdout, _) = notarium(&["audit", text(&out)]);
        assert_eq!(code, 1, "without the {due} key's: {stdout}");
        assert!(stdout.contains("checkpoint-signature"), "{stdout}");
    }
    turning.deposit(1, 1_010);
    let out = turning.export("after");
    let head = notarium::trust::Checkpoint::clone(
        SignedCheckpoint::parse(fs::read(out.join("checkpoint")).unwrap()).unwrap().checkpoint(),
    );
    fs::write(out.join("checkpoint"), SignedCheckpoint::sign(&head, &ledger_key()).as_str()).unwrap();
    let (code, stdout, _) = notarium(&["audit", text(&out)]);
    assert!(code == 1 && stdout.contains("no signature by a known key"), "{stdout}");
}

#[test]
fn mirrors_go_on_over_rotations_and_know_the_key_in_force() {
    let turning = Turning::new();
    let first = policy_of(&ledger_key().public());
    let mirrored = turning.room.path().join("mirror");
    let mut size = 1;
    for (at, step) in [10, 20, 2_000].into_iter().zip(0..) {
        let out = turning.export(&format!("export-{step}"));
        let mut mirror = Mirror::open(&mirrored, 1).unwrap();
        let caught_up = mirror.catch_up(&LogFolder::new(&out), Some(&first), &|_| {}).unwrap();
        let grown = turning.reader().head().size.get();
        assert!(matches!(caught_up, CaughtUp::Grown(_, to) if to.get() == grown), "{caught_up:?}");
        assert_eq!(*Mirrored::open(&mirrored).unwrap().key(), vkey(turning.reader().public_key()));
        assert!(grown >= size);
        size = grown;
        turning.rotate(5, at);
        turning.deposit(2, at + 5);
    }
}

#[test]
fn a_monitor_that_begins_after_a_rotation_knows_the_keys() {
    let turning = Turning::new();
    turning.deposit(300, 5);
    turning.rotate(5, 10);
    turning.deposit(2, 20);
    let out = turning.room.path().join("watched");
    let copy = |name: &str| {
        let from = turning.export(name);
        let _ = fs::remove_dir_all(&out);
        fs::rename(from, &out).unwrap();
    };
    copy("one");
    let mut monitor = Monitor::begin(LogFolder::new(&out), None, 1).unwrap();
    let mut told = Vec::new();
    let mut look = |monitor: &mut Monitor<LogFolder>| {
        monitor
            .look(|index, _| {
                told.push(index);
                Ok::<_, ()>(())
            })
            .unwrap()
            .unwrap()
    };
    assert!(matches!(look(&mut monitor), Seen::Holds(_)));
    turning.rotate(0, 30);
    turning.deposit(1, 40);
    copy("two");
    assert!(matches!(look(&mut monitor), Seen::Holds(size) if size.get() == 306));
    // Nobody but the keys of the chain is believed.
    let signed = SignedCheckpoint::parse(fs::read(out.join("checkpoint")).unwrap()).unwrap();
    let stranger = SigningKey::from_seed(&[9; 32]);
    fs::write(out.join("checkpoint"), SignedCheckpoint::sign(signed.checkpoint(), &stranger).as_str()).unwrap();
    let mut fooled = Monitor::begin(LogFolder::new(&out), None, 1).unwrap();
    let Seen::Broken(report) = look(&mut fooled) else { panic!("it held") };
    assert_eq!(report.outcome, Outcome::Fails);
    assert_eq!(told, [304, 305]);
}

fn again(out: &Path, to: &Path, keys: LogKeys) -> Result<(), ImportError> {
    let log = LogFolder::new(out);
    let checkpoint = SignedCheckpoint::parse(log.checkpoint().unwrap()).unwrap();
    let all = entries(&log, checkpoint.head().size, 0..checkpoint.head().size.get()).unwrap();
    let mut imported = import(to, &all[0], keys, 1, |_| Ok(()))?;
    imported.take(&all[1..])?;
    imported.finish(&checkpoint)
}

#[test]
fn a_ledger_is_made_again_with_the_keys_that_are_due() {
    let turning = Turning::new();
    turning.deposit(3, 5);
    turning.rotate(1_000, 10);
    turning.deposit(3, 20);
    let keys = || (key_in(&turning.folder, KEY_FILE), ledger_key());
    let path = |name: &str| turning.room.path().join(name);
    let out = turning.export("in-overlap");
    let alone = again(&out, &path("a"), keys().0.into());
    assert!(matches!(alone, Err(ImportError::OtherKey { due: 2 })), "{alone:?}");
    again(&out, &path("b"), LogKeys::new(keys().0, Some(keys().1))).unwrap();
    turning.deposit(3, 1_010);
    let out = turning.export("after");
    again(&out, &path("c"), keys().0.into()).unwrap();
    assert!(again(&out, &path("d"), keys().1.into()).is_err(), "the key that was retired makes no ledger");
    for (name, entries) in [("b", 8), ("c", 11)] {
        let opened = open(&path(name), &OpenOptions { memory: memory(), ..OpenOptions::default() }).unwrap();
        assert_eq!(opened.reader.head().size.get(), entries);
        assert_eq!(opened.reader.chain(), turning.reader().chain());
        drop(opened);
        holds(&["audit", text(&path(name))]);
    }
}

#[test]
fn two_histories_under_two_keys_of_a_ledger_are_a_fork() {
    let (one, other) = (Turning::new(), Turning::new());
    one.deposit(2, 5);
    other.deposit(3, 6);
    one.rotate(0, 10);
    one.deposit(4, 20);
    let (smaller, larger) = (other.export("other"), one.export("one"));
    let signed = |folder: &Path| SignedCheckpoint::parse(fs::read(folder.join("checkpoint")).unwrap()).unwrap();
    let fork = prove_fork(&signed(&smaller), &signed(&larger), &LogFolder::new(&larger)).unwrap();
    let new = vkey(one.reader().public_key());
    let both = policy_of(&ledger_key().public()).with_logs(&[new]);
    assert!(matches!(fork.judge(&both), ForkVerdict::Proven(_)));
    assert_eq!(fork.judge(&policy_of(&ledger_key().public())), ForkVerdict::UnknownKey);
    // From the program's side the chain comes by the receipts of rotations: two checkpoints have no entries.
    let (proof, policy) = (one.room.path().join("fork"), one.room.path().join("first-policy"));
    fs::write(&proof, fork.to_text()).unwrap();
    fs::write(&policy, policy_of(&ledger_key().public()).as_bytes()).unwrap();
    let judged = ["verify-fork", text(&proof), "--policy", text(&policy)];
    assert_eq!(notarium(&judged).0, 2);
    let receipt = one.folder.join("rotation-3.receipt");
    let (code, stdout, stderr) = notarium(&[&judged[..], &["--rotation", text(&receipt)]].concat());
    assert!(code == 0 && stdout.contains("has signed two histories"), "{stdout}{stderr}");
    assert!(ledger_key().holds(&ledger_key().public()));
}
