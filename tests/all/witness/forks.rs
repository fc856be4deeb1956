//! Two histories of one ledger, each with its valid signature, are never both cosigned beyond where they part: under seeded
//! interleavings of requests, repeats, lost answers and restarts, on the real store and witness.

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::{Log, NOW, ask, make_witness, open_witness, witness_key};
use notarium::witness::{Cosigner, Refused};

const INTERLEAVINGS: u64 = 1000;
const STEPS: u64 = 14;
const WITNESSES: u8 = 3;
/// Where the two histories part.
const COMMON: u64 = 3;
const SIZE: u64 = 9;

/// Numbers that look random and are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// A witness that can be started again.
struct Restarting {
    directory: TempDir,
    number: u8,
    cosigner: Option<Cosigner>,
}

impl Restarting {
    fn restart(&mut self) {
        drop(self.cosigner.take());
        let name = format!("w.example/{}", self.number);
        self.cosigner = Some(open_witness(self.directory.path(), &name, witness_key(self.number)));
    }
}

/// A folder in memory where the system has one: whether syncs reach a disk is not what is looked at here.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn history(number: u64, side: u64) -> Log {
    let content = move |index| if index < COMMON { index } else { index + 1000 * (side + 1) };
    Log::new(&format!("log.example/{number}"), &content, SIZE)
}

/// What one witness has cosigned beyond the common part, by side.
type Cosigned = BTreeMap<(u8, u64), Vec<u64>>;

/// One interleaving; gives the largest number of witnesses that stand behind each side.
fn interleave(number: u64, witnesses: &mut [Restarting]) -> [usize; 2] {
    let mut dice = Dice(number);
    let sides = [history(number, 0), history(number, 1)];
    let mut beyond: Cosigned = BTreeMap::new();
    // What each side believes that each witness has cosigned: behind the truth when an answer was lost.
    let mut believed: BTreeMap<(u8, u64), u64> = BTreeMap::new();
    for _ in 0..STEPS {
        let at = dice.below(u64::from(WITNESSES));
        let witness = &mut witnesses[usize::try_from(at).unwrap()];
        if dice.below(60) == 0 {
            witness.restart();
        }
        let branch = dice.below(2);
        let key = (witness.number, branch);
        let size = 1 + dice.below(SIZE);
        let old = believed.get(&key).copied().unwrap_or(0).min(size);
        let log = &sides[usize::try_from(branch).unwrap()];
        let cosigner = witness.cosigner.as_ref().unwrap();
        for _ in 0..=dice.below(2) {
            match ask(cosigner, &log.body(old, size), NOW) {
                Ok(_) => {
                    if size > COMMON {
                        beyond.entry(key).or_default().push(size);
                    }
                    if dice.below(3) > 0 {
                        believed.insert(key, size);
                    }
                }
                Err(Refused::OtherSize { size }) => drop(believed.insert(key, size.get())),
                Err(refused) => assert_eq!(refused.status(), 422, "{refused}"),
            }
        }
    }
    for number in 0..WITNESSES {
        let both = [0, 1].map(|side| beyond.get(&(number, side)));
        assert!(both[0].is_none() || both[1].is_none(), "a witness cosigned both histories: {both:?}");
        // Nor did it ever go back on the one that it follows.
        for sizes in both.into_iter().flatten() {
            assert!(sizes.is_sorted(), "{sizes:?}");
        }
    }
    [0, 1].map(|side| beyond.keys().filter(|(_, of)| *of == side).count())
}

#[test]
fn no_quorum_of_witnesses_cosigns_two_histories() {
    let keys: Vec<_> = (0..INTERLEAVINGS).map(|number| history(number, 0).vkey()).collect();
    let mut witnesses: Vec<Restarting> = (0..WITNESSES)
        .map(|number| {
            let directory = in_memory();
            make_witness(directory.path(), &keys);
            Restarting { directory, number, cosigner: None }
        })
        .collect();
    witnesses.iter_mut().for_each(Restarting::restart);
    let (mut one_side, mut split) = (0, 0);
    for number in 0..INTERLEAVINGS {
        let [first, second] = interleave(number, &mut witnesses);
        assert!(first + second <= usize::from(WITNESSES));
        assert!(first.min(second) < 2, "two of three stand behind both histories");
        one_side += usize::from(first.max(second) >= 2);
        split += usize::from(first > 0 && second > 0);
    }
    // The seeds do reach what is being ruled out: quorums are formed, and witnesses disagree.
    assert!(one_side > 100 && split > 100, "{one_side} {split}");
}
