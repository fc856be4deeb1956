//! Two histories of one ledger, each with its valid signature, are never both cosigned by a quorum beyond where they part: under
//! seeded interleavings of submissions, requests, repeats, lost answers and SIGKILL, on the real stores of ledger and witness.
//!
//! A kill is a copy of the folder as it is at that moment, without anything having been closed, that goes on in place of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use notarium::merkle::{ConsistencyProof, TreeSize};
use notarium::note::VerifierKey;
use notarium::trust::SignedCheckpoint;
use notarium::witness::{AddCheckpoint, Cosigner, Refused};
use tempfile::TempDir;

use super::{NOW, ask, make_witness, open_witness, witness_key};
use crate::founded::{Open, copy_folder, found, origin, statement, time};
use crate::samples::ledger_key;
use crate::torture::Random;

const INTERLEAVINGS: u64 = 1000;
const STEPS: u64 = 16;
const WITNESSES: u8 = 3;
/// Where the two histories part.
const COMMON: u64 = 3;
const THREADS: usize = 4;

/// A folder in memory where the system has one: whether syncs reach a disk is not what is looked at here.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Something that has a folder open, and can be killed.
struct Killable<T> {
    folder: PathBuf,
    lives: u32,
    open: Option<T>,
    reopen: Box<dyn Fn(&Path) -> T>,
}

impl<T> Killable<T> {
    fn new(template: &Path, folder: PathBuf, reopen: impl Fn(&Path) -> T + 'static) -> Self {
        copy_folder(template, &folder);
        Self { folder, lives: 0, open: None, reopen: Box::new(reopen) }
    }

    fn get(&mut self) -> &mut T {
        self.open.get_or_insert_with(|| (self.reopen)(&self.folder))
    }

    fn kill(&mut self) {
        self.lives += 1;
        let next = self.folder.with_extension(self.lives.to_string());
        copy_folder(&self.folder, &next);
        drop(self.open.take());
        fs::remove_dir_all(&self.folder).unwrap();
        self.folder = next;
    }
}

/// One of the two histories: what it has signed, by size.
struct Side {
    ledger: Killable<Open>,
    number: u64,
    signed: BTreeMap<u64, SignedCheckpoint>,
}

impl Side {
    /// Admits some statements; on `dies` it is killed when they are on disk and the checkpoint is not signed.
    fn grow(&mut self, count: u64, dies: bool) {
        let salt = 1000 * (self.number + 1);
        let open = self.ledger.get();
        let size = open.size();
        let statements = (size..size + count).map(|n| statement(salt + n)).collect();
        if dies {
            let batch = open.appender.plan(time(size), statements).unwrap();
            drop(open.writer.commit(batch, &open.last).unwrap());
            self.ledger.kill();
        } else {
            open.admit(statements);
        }
        let last = self.ledger.get().last.as_ref().clone();
        assert_eq!(last.head().size.get(), size + count, "what was committed is there");
        self.signed.insert(size + count, last);
    }

    fn request(&mut self, old: u64, size: u64) -> AddCheckpoint {
        let (old, new) = (TreeSize::new(old).unwrap(), TreeSize::new(size).unwrap());
        let proof = match old {
            TreeSize::ZERO => ConsistencyProof::from_hashes(Vec::new()).unwrap(),
            _ => self.ledger.get().reader.prove_consistency(old, new).unwrap(),
        };
        AddCheckpoint { old, proof, note: self.signed[&size].note().clone() }
    }
}

struct Scene {
    sides: [Side; 2],
    witnesses: Vec<Killable<Cosigner>>,
    /// What each side believes that each witness has cosigned: behind the truth when an answer was lost.
    believed: BTreeMap<(usize, usize), u64>,
    /// What each witness has cosigned of each side beyond the common part, as it answered or would have.
    beyond: BTreeMap<(usize, usize), Vec<u64>>,
}

impl Scene {
    fn new(room: &Path, templates: &Path) -> Self {
        let side = |number: u64| {
            let folder = room.join(format!("side{number}"));
            let mut ledger = Killable::new(&templates.join("ledger"), folder, Open::new);
            let last = ledger.get().last.as_ref().clone();
            Side { ledger, number, signed: [(COMMON, last)].into() }
        };
        let witness = |number: u8| {
            let reopen = move |path: &Path| open_witness(path, &format!("w.example/{number}"), witness_key(number));
            Killable::new(&templates.join("witness"), room.join(format!("witness{number}")), reopen)
        };
        Self {
            sides: [side(0), side(1)],
            witnesses: (0..WITNESSES).map(witness).collect(),
            believed: BTreeMap::new(),
            beyond: BTreeMap::new(),
        }
    }

    fn step(&mut self, dice: &mut Random) {
        let at = usize::try_from(dice.below(u64::from(WITNESSES))).unwrap();
        let branch = usize::try_from(dice.below(2)).unwrap();
        match dice.below(24) {
            0 => self.witnesses[at].kill(),
            1 => self.sides[branch].ledger.kill(),
            2 => self.sides[branch].grow(1 + dice.below(2), true),
            3..=8 => self.sides[branch].grow(1 + dice.below(3), false),
            _ => self.ask(at, branch, dice),
        }
    }

    /// A side has a witness asked, once or several times; the answer may be lost, and the witness killed after it.
    fn ask(&mut self, at: usize, branch: usize, dice: &mut Random) {
        let history = &mut self.sides[branch];
        let sizes: Vec<u64> = history.signed.keys().copied().collect();
        // Mostly its newest checkpoint, sometimes an older one.
        let back = if dice.below(4) == 0 { dice.below(sizes.len() as u64) } else { 0 };
        let size = sizes[sizes.len() - 1 - usize::try_from(back).unwrap()];
        let old = self.believed.get(&(at, branch)).copied().unwrap_or(0).min(size);
        let body = history.request(old, size).to_body();
        for _ in 0..=dice.below(2) {
            match ask(self.witnesses[at].get(), &body, NOW) {
                Ok(_) => {
                    if size > COMMON {
                        self.beyond.entry((at, branch)).or_default().push(size);
                    }
                    match dice.below(4) {
                        0 => {}
                        1 => self.witnesses[at].kill(),
                        _ => drop(self.believed.insert((at, branch), size)),
                    }
                }
                Err(Refused::OtherSize { size }) => {
                    self.believed.insert((at, branch), size.get().min(sizes[sizes.len() - 1]));
                }
                Err(refused) => assert_eq!(refused.status(), 422, "{refused}"),
            }
        }
    }

    /// How many witnesses stand behind each side in the end.
    fn end(mut self) -> [usize; 2] {
        for at in 0..usize::from(WITNESSES) {
            let both = [0, 1].map(|branch| self.beyond.get(&(at, branch)));
            assert!(both[0].is_none() || both[1].is_none(), "a witness cosigned both histories: {both:?}");
            for sizes in both.into_iter().flatten() {
                assert!(sizes.is_sorted(), "a witness went back: {sizes:?}");
            }
            // And it has not forgotten, however often it was killed.
            let remembers = self.witnesses[at].get().status().unwrap()[0].latest.as_ref().map(|latest| *latest.head());
            if let Some((branch, sizes)) = (0..2).find_map(|branch| Some((branch, both[branch]?))) {
                let last = self.sides[branch].signed[sizes.last().unwrap()].head();
                assert_eq!(remembers, Some(*last));
            }
        }
        [0, 1].map(|branch| self.beyond.keys().filter(|(_, of)| *of == branch).count())
    }
}

/// A ledger that has grown to where the histories part, and a witness that knows it.
fn templates() -> TempDir {
    let room = in_memory();
    let ledger = room.path().join("ledger");
    found(&ledger);
    Open::new(&ledger).grow(COMMON - 1);
    let witness = room.path().join("witness");
    fs::create_dir(&witness).unwrap();
    make_witness(&witness, &[VerifierKey::new_ed25519(origin().key_name().clone(), ledger_key().public())]);
    room
}

fn interleave(number: u64, templates: &Path) -> [usize; 2] {
    let room = in_memory();
    let (mut scene, mut dice) = (Scene::new(room.path(), templates), Random::new(number));
    (0..STEPS).for_each(|_| scene.step(&mut dice));
    scene.end()
}

#[test]
fn no_quorum_of_witnesses_cosigns_two_histories() {
    let templates = templates();
    let (mut one_side, mut split) = (0, 0);
    std::thread::scope(|scope| {
        let of = |thread: u64| {
            let templates = templates.path();
            move || {
                (thread..INTERLEAVINGS).step_by(THREADS).map(|number| interleave(number, templates)).collect::<Vec<_>>()
            }
        };
        let threads: Vec<_> = (0..THREADS as u64).map(|thread| scope.spawn(of(thread))).collect();
        for [first, second] in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
            assert!(first + second <= usize::from(WITNESSES));
            assert!(first.min(second) < 2, "two of three stand behind both histories");
            one_side += usize::from(first.max(second) >= 2);
            split += usize::from(first > 0 && second > 0);
        }
    });
    // The seeds do reach what is being ruled out: quorums are formed, and witnesses disagree.
    assert!(one_side > 100 && split > 100, "{one_side} {split}");
}
