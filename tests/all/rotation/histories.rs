//! Random histories with rotations, through the real store: what is signed and served is what the entries say, and what a
//! replay of them gives.

use notarium::audit::{Claim, Outcome, Replay, Uniqueness};
use notarium::upkeep::RotationError;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Try {
    Deposit(u64),
    Rotate(u64),
    Reopen,
}

fn tries() -> impl Strategy<Value = Vec<(u64, Try)>> {
    let what = prop_oneof![
        3 => (1_u64..4).prop_map(Try::Deposit),
        2 => (0_u64..30).prop_map(Try::Rotate),
        1 => Just(Try::Reopen),
    ];
    proptest::collection::vec((0_u64..15, what), 1..12)
}

/// A key's name, since when it is in force (tree sizes above this), and when it was retired.
struct Known {
    id: String,
    above: u64,
    retired: Option<u64>,
}

/// Who must sign, by the page's words: the last key that an entry names; and the one before it under the tree that ends with
/// the rotation, and as long as the last entry's time is before the end of the overlap.
fn due(keys: &[Known], size: u64, last: u64) -> Vec<String> {
    let at = keys.iter().rposition(|key| key.above < size || key.above == 0).unwrap();
    let mut due = vec![keys[at].id.clone()];
    if at > 0 && (size == keys[at].above + 1 || keys[at - 1].retired.is_some_and(|end| last < end)) {
        due.push(keys[at - 1].id.clone());
    }
    due
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_signed_and_served_is_what_a_replay_gives(tries in tries()) {
        let turning = Turning::new();
        let mut keys = vec![Known { id: vkey(&ledger_key().public()).id().to_string(), above: 0, retired: None }];
        let (mut now, mut size, mut last) = (1, 1, 0);
        for (later, what) in tries {
            now += later;
            match what {
                Try::Deposit(count) => {
                    turning.deposit(count, now);
                    (size, last) = (size + count, now);
                }
                Try::Rotate(overlap) => {
                    let end = keys.iter().rev().find_map(|key| key.retired);
                    let rotation = begin(turning.opened(), key_in(&turning.folder, KEY_FILE), None, time(now));
                    if end.is_some_and(|end| now < end) {
                        prop_assert!(matches!(rotation, Err(RotationError::NotAdmitted(_))));
                        continue;
                    }
                    rotation.unwrap().admit(overlap, time(now)).unwrap().finish().unwrap();
                    keys.last_mut().unwrap().retired = Some(now + overlap);
                    let id = vkey(&key_in(&turning.folder, KEY_FILE).public()).id().to_string();
                    keys.push(Known { id, above: size, retired: None });
                    (size, last) = (size + 1, now);
                }
                Try::Reopen => drop(Own::new(turning.opened(), &turning.folder)),
            }
            let shown = Own::new(turning.opened(), &turning.folder).reader.checkpoint().unwrap();
            prop_assert_eq!(shown.head().size.get(), size);
            prop_assert_eq!(signers(&shown), due(&keys, size, last), "at size {}, {}", size, last);
        }
        let own = Own::new(turning.opened(), &turning.folder);
        let mut replay = Replay::new(1, Uniqueness::InMemory(1 << 20));
        let checkpoints = own.reader.checkpoints(None, 1 << 20).unwrap();
        for signed in checkpoints.iter().chain([&*own.reader.checkpoint().unwrap()]) {
            let note = signed.as_str().as_bytes().to_vec();
            replay.expect(Claim::Checkpoint { size: signed.head().size, note }).unwrap();
        }
        let entries: Vec<Vec<u8>> = own.reader.entries(0..u64::MAX).unwrap().map(|entry| entry.unwrap().1).collect();
        replay.feed(&entries).unwrap();
        prop_assert_eq!(replay.registry(), Some(&own.reader.registry().unwrap()));
        prop_assert_eq!(replay.registry().unwrap().chain(), own.reader.chain());
        let report = replay.finish(Some(&policy_of(&ledger_key().public())), own.reader.checkpoint().as_deref());
        prop_assert_eq!(report.outcome, Outcome::Holds, "{:?}", report.findings);
    }
}
