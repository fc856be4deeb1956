//! States of audits: the next one goes on from there, and nothing else is taken for one.

use std::fs;

use notarium::audit_state::{StateError, StateFolder};
use notarium::evidence::StatementId;
use proptest::prelude::*;

use super::{Kept, LogServer, notarium, text};

#[test]
fn the_next_audit_replays_only_what_is_new() {
    let kept = Kept::new(300);
    let server = LogServer::new(&kept.export());
    let state = kept.path("state");
    let audit = || notarium(&["audit", server.address(), "--state", text(&state)]);
    let (code, stdout, _) = audit();
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("entries    300 replayed\n"), "{stdout}");
    kept.grow(400);
    server.serve(&kept.export());
    let (code, stdout, _) = audit();
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("entries    400 replayed, from 300 on\n"), "{stdout}");
    let (code, stdout, _) = audit();
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("entries    0 replayed, from 700 on\n"), "{stdout}");
    // The store goes on from the same state.
    kept.grow(1);
    let (code, stdout, _) = notarium(&["audit", text(&kept.ledger), "--state", text(&state)]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("entries    1 replayed, from 700 on\n"), "{stdout}");
}

#[test]
fn a_ledger_that_shrank_is_found_and_both_checkpoints_are_kept() {
    let kept = Kept::new(50);
    let small = kept.export();
    kept.grow(50);
    let server = LogServer::new(&kept.export());
    let state = kept.path("state");
    assert_eq!(notarium(&["audit", server.address(), "--state", text(&state)]).0, 0);
    server.serve(&small);
    let (code, stdout, stderr) = notarium(&["audit", server.address(), "--state", text(&state)]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("shrunk"), "{stdout}");
    assert!(stderr.contains("checkpoint-before") && stderr.contains("checkpoint-after"), "{stderr}");
    // An older tree of the same history is no fork.
    assert!(!state.join("fork").exists());
}

#[test]
fn what_is_no_state_of_this_ledger_is_refused() {
    let kept = Kept::new(20);
    let export = kept.export();
    let audit = |state: &std::path::Path| notarium(&["audit", text(&export), "--state", text(state)]);
    let state = kept.path("state");
    assert_eq!(audit(&state).0, 0);
    let file = state.join("state");
    let whole = fs::read_to_string(&file).unwrap();
    let refused = |changed: &str, why: &str| {
        fs::write(&file, changed).unwrap();
        let (code, stdout, stderr) = audit(&state);
        assert_eq!(code, 2, "{stdout}{stderr}");
        assert!(stderr.contains(why) && stderr.contains("hint: "), "{why}: {stderr}");
    };
    refused(&whole[..whole.len() / 2], "cut short");
    refused(&whole[..whole.len() - 2], "digest");
    refused(&whole.replacen("audit-state/1", "audit-state/2", 1), "newer version");
    refused("no state\n", "not an audit's state");
    refused(&whole.replacen("\"last_time\":1", "\"last_time\":2", 1), "digest");
    fs::write(&file, &whole).unwrap();
    assert_eq!(audit(&state).0, 0);
    // Ids that are lacking or cut short.
    let ids = state.join("ids-0-20-20");
    let bytes = fs::read(&ids).unwrap();
    fs::write(&ids, &bytes[1..]).unwrap();
    assert!(audit(&state).2.contains("another length than its name says"));
    fs::remove_file(&ids).unwrap();
    assert!(audit(&state).2.contains("some are missing"));
    // A folder with something else in it.
    let other = kept.path("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "dear").unwrap();
    assert!(audit(&other).2.contains("neither empty nor an audit's state"));
}

#[test]
fn two_audits_do_not_share_a_state() {
    let room = tempfile::tempdir().unwrap();
    let _held = StateFolder::open(room.path()).unwrap();
    assert!(matches!(StateFolder::open(room.path()), Err(StateError::Locked { .. })));
}

/// What a state tells, against a map: ids of many audits, some of them again.
fn told(audits: &[Vec<u8>], map: bool) -> Vec<(u64, u64)> {
    let room = tempfile::tempdir().unwrap();
    let mut state = StateFolder::open(room.path()).unwrap();
    let mut seen = std::collections::BTreeMap::new();
    let (mut told, mut index) = (Vec::new(), 0);
    for ids in audits {
        for byte in ids {
            let id = StatementId::from_bytes([*byte; 32]);
            match seen.get(byte) {
                Some(first) if map => told.push((index, *first)),
                _ => {
                    seen.entry(*byte).or_insert(index);
                }
            }
            if !map {
                state.take_ids(vec![(id, index)]).unwrap();
            }
            index += 1;
        }
        if !map {
            state.find_repeats(index, |index, first| told.push((index, first))).unwrap();
        }
    }
    told.sort_unstable();
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn repeats_are_those_of_a_map(audits in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..20)) {
        prop_assert_eq!(told(&audits, false), told(&audits, true));
    }
}
