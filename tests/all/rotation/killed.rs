//! `key rotate` cut short at each step: what is left opens, serves, and ends with the files in their places.

use notarium::store::OpenError;
use notarium::upkeep::{next_key_file, settle};

use super::*;
use crate::follow::{notarium, text};

/// How far a rotation came before it was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    BeforeTheEntry,
    AfterTheEntry,
    AfterThePolicyWasKept,
    AfterTheNewPolicy,
    AfterTheOldKeyWasKept,
    Never,
}

use Killed::{AfterTheEntry, AfterTheNewPolicy, AfterTheOldKeyWasKept, AfterThePolicyWasKept, BeforeTheEntry, Never};

const ALL: [Killed; 6] =
    [BeforeTheEntry, AfterTheEntry, AfterThePolicyWasKept, AfterTheNewPolicy, AfterTheOldKeyWasKept, Never];

/// A ledger whose rotation came so far; the new key.
fn cut_short(killed: Killed, overlap: u64) -> (Turning, PublicKey) {
    let turning = Turning::new();
    turning.deposit(2, 5);
    let (folder, old) = (&turning.folder, ledger_key().public());
    let rotation = begin(turning.opened(), ledger_key(), None, time(10)).unwrap();
    let new = key_in(folder, "ledger.key.next").public();
    if killed == BeforeTheEntry {
        return (turning, new);
    }
    let unsigned = rotation.admit(overlap, time(10)).unwrap();
    if killed == Never {
        unsigned.finish().unwrap();
        return (turning, new);
    }
    drop(unsigned);
    let id = vkey(&old).id();
    let steps: [(Killed, Box<dyn Fn()>); 3] = [
        (
            AfterThePolicyWasKept,
            Box::new(|| fs::hard_link(folder.join("policy"), folder.join(format!("policy.{id}"))).unwrap()),
        ),
        (AfterTheNewPolicy, Box::new(|| renamed(folder, policy_of(&new).as_bytes()))),
        (
            AfterTheOldKeyWasKept,
            Box::new(|| fs::hard_link(folder.join(KEY_FILE), folder.join(format!("{KEY_FILE}.{id}"))).unwrap()),
        ),
    ];
    for (step, take) in steps.iter().filter(|_| killed != AfterTheEntry) {
        take();
        if *step == killed {
            break;
        }
    }
    drop(steps);
    (turning, new)
}

/// Writes the policy by another name first: what was kept under a second name must not change with it.
fn renamed(folder: &Path, policy: &[u8]) {
    fs::write(folder.join("policy.new"), policy).unwrap();
    fs::rename(folder.join("policy.new"), folder.join("policy")).unwrap();
}

#[test]
fn whatever_is_left_opens_with_the_key_in_force() {
    for killed in ALL {
        let (turning, new) = cut_short(killed, 1_000);
        let due = turning.opened().writer.due();
        let old = ledger_key().public();
        let expected = if killed == BeforeTheEntry { vec![old] } else { vec![new, old] };
        assert_eq!(due, expected, "{killed:?}");
        // The key that is in no place yet is on disk before the entry that names it.
        let name = if matches!(killed, Never) { KEY_FILE } else { "ledger.key.next" };
        assert_eq!(key_in(&turning.folder, name).public(), new, "{killed:?}");
    }
}

#[test]
fn settling_puts_the_files_in_their_places_from_any_point_and_twice() {
    for killed in ALL.into_iter().filter(|killed| !matches!(killed, BeforeTheEntry | Never)) {
        let (turning, new) = cut_short(killed, 1_000);
        let (folder, old) = (&turning.folder, ledger_key().public());
        settle(folder, origin().key_name(), &old, &new).unwrap();
        assert_eq!(key_in(folder, KEY_FILE).public(), new, "{killed:?}");
        assert_eq!(key_in(folder, &retired_key_file(origin().key_name(), &old)).public(), old, "{killed:?}");
        assert_eq!(fs::read(folder.join("policy")).unwrap(), policy_of(&new).as_bytes(), "{killed:?}");
        let kept = fs::read(folder.join(format!("policy.{}", vkey(&old).id()))).unwrap();
        assert_eq!(kept, policy_of(&old).as_bytes(), "the policy that was handed out is kept: {killed:?}");
        assert!(!next_key_file(folder).exists());
        turning.deposit(1, 20);
    }
}

#[test]
fn the_program_goes_on_from_every_point() {
    // The rotation of a ledger whose overlap has ended settles the one before, and makes another.
    for killed in ALL {
        let (turning, first) = cut_short(killed, 0);
        let ledger = text(&turning.folder).to_owned();
        let (code, stdout, stderr) = notarium(&["key", "rotate", &ledger, "--overlap", "1d"]);
        assert_eq!(code, 0, "{killed:?}: {stderr}");
        let settles = !matches!(killed, BeforeTheEntry | Never);
        assert_eq!(stderr.contains("finished a rotation"), settles, "{killed:?}: {stderr}");
        let new = key_in(&turning.folder, KEY_FILE).public();
        assert_eq!(stdout.trim_end(), vkey(&new).to_string());
        let chain = turning.reader().chain().clone();
        let before = if killed == BeforeTheEntry { ledger_key().public() } else { first };
        let keys: Vec<_> = chain.keys().iter().filter_map(|own| own.key.known().copied()).collect();
        assert_eq!(keys[keys.len() - 2..], [before, new], "{killed:?}");
        let (code, stdout, stderr) = notarium(&["audit", &ledger]);
        assert_eq!(code, 0, "{killed:?}: {stdout}{stderr}");
    }
}

#[test]
fn a_key_that_is_due_and_not_there_is_named() {
    let (turning, new) = cut_short(Never, 1_000_000_000_000);
    let kept = turning.folder.join(retired_key_file(origin().key_name(), &ledger_key().public()));
    let ledger = text(&turning.folder).to_owned();
    let away = turning.room.path().join("away");
    fs::rename(&kept, &away).unwrap();
    let (code, _, stderr) = notarium(&["serve", &ledger, "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the key that is being replaced is not there"), "{stderr}");
    fs::copy(turning.folder.join(KEY_FILE), &kept).unwrap();
    let (code, _, stderr) = notarium(&["serve", &ledger, "--listen", "127.0.0.1:0"]);
    assert!(code == 2 && stderr.contains("holds another key"), "{stderr}");
    fs::copy(&away, turning.folder.join(KEY_FILE)).unwrap();
    let (code, _, stderr) = notarium(&["serve", &ledger, "--listen", "127.0.0.1:0"]);
    let other = OpenError::OtherKey { stored: new, expected: ledger_key().public() }.to_string();
    assert!(code == 2 && stderr.contains(&other), "{stderr}");
}

#[test]
fn settings_that_name_other_rotations_than_the_entries_do_not_open() {
    let (turning, _) = cut_short(Never, 1_000);
    let db = crate::founded::raw(&turning.folder);
    let meta = db.cf_handle("meta").unwrap();
    let key = b"rotations";
    let stored = db.get_cf(meta, key).unwrap().unwrap();
    let put = |value: Option<&[u8]>| match value {
        Some(value) => db.put_cf(meta, key, value).unwrap(),
        None => db.delete_cf(meta, key).unwrap(),
    };
    let wrong = [[&stored[..16], &[1]].concat(), b"\x01".to_vec()];
    put(Some(&wrong[0]));
    drop(db);
    let refused = crate::founded::refusal_with(&turning.folder, &OpenOptions::default());
    assert!(matches!(refused, OpenError::RotationDiffers { index, .. } if index.get() == 1), "{refused}");
    assert!(refused.is_damage() && refused.hint().is_some());
    for value in [Some(&wrong[1][..]), None] {
        let db = crate::founded::raw(&turning.folder);
        let meta = db.cf_handle("meta").unwrap();
        match value {
            Some(value) => db.put_cf(meta, key, value).unwrap(),
            None => db.delete_cf(meta, key).unwrap(),
        }
        drop(db);
        let refused = crate::founded::refusal_with(&turning.folder, &OpenOptions::default());
        assert!(refused.is_damage(), "{refused}");
    }
}
