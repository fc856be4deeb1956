//! A ledger, a fork of its folder and three witnesses as processes that are killed: never do both histories get the quorum.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use notarium::trust::{Policy, QuorumCheck, SignedCheckpoint};

use super::latest_path;
use super::process::{Running, done, well};
use crate::founded::{copy_folder, statement};
use crate::torture::Random;

const RUNS: u64 = 20;
const STEPS: u64 = 12;
const ORIGIN: &str = "ledger.example/one";
const NAMES: [&str; 3] = ["W0", "W1", "W2"];

/// Made once and copied for every run.
struct Templates {
    room: tempfile::TempDir,
    log: String,
    witnesses: Vec<String>,
}

impl Templates {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let vkey = well(room.path(), &["init", "L", "--origin", ORIGIN]);
        let log = vkey.lines().next().unwrap().to_owned();
        let witness = |name: &&str| {
            let key = done(room.path(), &["keygen", name, "--name", &format!("w.example/{name}")]);
            done(room.path(), &["add-log", name, &log]);
            key.trim_end().to_owned()
        };
        let witnesses = NAMES.iter().map(witness).collect();
        Self { room, log, witnesses }
    }
}

/// A process that is started again where it was.
struct Mortal {
    folder: PathBuf,
    arguments: Vec<String>,
    address: String,
    running: Option<Running>,
}

impl Mortal {
    fn new(folder: PathBuf, arguments: Vec<String>) -> Self {
        let mut mortal = Self { folder, arguments, address: "127.0.0.1:0".to_owned(), running: None };
        assert!(mortal.start(), "{:?}", mortal.arguments);
        mortal
    }

    /// Whether it runs now; a ledger that its witnesses refuse does not start.
    fn start(&mut self) -> bool {
        if self.running.is_none() {
            let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
            self.running = Running::try_start(&self.folder, &arguments, &self.address);
        }
        if let Some(running) = &self.running {
            self.address.clone_from(&running.address);
        }
        self.running.is_some()
    }
}

struct Scene {
    _room: tempfile::TempDir,
    policy: Policy,
    witnesses: Vec<Mortal>,
    sides: [Mortal; 2],
    next: u64,
    /// Sizes of quorum checkpoints that each side has shown.
    shown: [Vec<SignedCheckpoint>; 2],
}

impl Scene {
    fn new(templates: &Templates) -> Self {
        let room = tempfile::tempdir().unwrap();
        let mut text = format!("log {}\n", templates.log);
        let mut witnesses = Vec::new();
        for (name, key) in NAMES.iter().zip(&templates.witnesses) {
            copy_folder(&templates.room.path().join(name), &room.path().join(name));
            let arguments = ["witness", "serve", name].map(str::to_owned).to_vec();
            witnesses.push(Mortal::new(room.path().to_owned(), arguments));
            writeln!(text, "witness {name} {key} http://{}", witnesses.last().unwrap().address).unwrap();
        }
        text.push_str("group g 2 W0 W1 W2\nquorum g\n");
        fs::write(room.path().join("policy"), &text).unwrap();
        let side = |name: &str| {
            copy_folder(&templates.room.path().join("L"), &room.path().join(name));
            let arguments = ["serve", name, "--least-free-mib", "0", "--witness-policy", "policy", "--stop-time", "5"];
            Mortal::new(room.path().to_owned(), arguments.map(str::to_owned).to_vec())
        };
        let sides = [side("ledger"), side("fork")];
        let policy = Policy::parse(&text).unwrap();
        Self { _room: room, policy, witnesses, sides, next: 0, shown: [Vec::new(), Vec::new()] }
    }

    fn step(&mut self, dice: &mut Random) {
        let witness = usize::try_from(dice.below(3)).unwrap();
        let branch = usize::try_from(dice.below(2)).unwrap();
        match dice.below(8) {
            0 => self.witnesses[witness].running = None,
            1 => self.sides[branch].running = None,
            2 => drop(self.witnesses[witness].start()),
            _ => self.submit(branch),
        }
    }

    /// Submits something that the other side has not, and looks at what is published. A side that is refused stays away.
    fn submit(&mut self, branch: usize) {
        if !self.sides[branch].start() {
            return;
        }
        self.next += 1;
        let bytes = statement(self.next);
        let running = self.sides[branch].running.as_ref().unwrap();
        let status = running.submit(bytes.as_bytes(), "");
        assert!(["201", "503"].contains(&status.as_str()), "{status}");
        self.look(branch);
    }

    fn look(&mut self, branch: usize) {
        let Some(note) = self.sides[branch].running.as_ref().and_then(|running| running.try_get("/checkpoint")) else {
            return;
        };
        let checkpoint = SignedCheckpoint::parse(note).unwrap();
        let judgement = self.policy.judge(&checkpoint);
        assert!(matches!(judgement.quorum, QuorumCheck::Reached { .. }), "{checkpoint}");
        self.shown[branch].push(checkpoint);
    }

    /// Which side has a quorum beyond genesis, once everyone is up again and has been asked.
    fn end(mut self, number: u64) -> Option<usize> {
        self.witnesses.iter_mut().for_each(|witness| assert!(witness.start()));
        for branch in [0, 1] {
            if self.sides[branch].start() {
                self.next += 1;
                let running = self.sides[branch].running.as_ref().unwrap();
                running.submit(statement(self.next).as_bytes(), "?wait=witnessed");
                self.look(branch);
            }
        }
        let beyond = |shown: &[SignedCheckpoint]| shown.iter().any(|checkpoint| checkpoint.head().size.get() > 1);
        let both = [beyond(&self.shown[0]), beyond(&self.shown[1])];
        assert!(!(both[0] && both[1]), "run {number}: both histories have the quorum: {:?}", self.shown);
        // What the witnesses remember is one history for any two of them that a quorum was made of.
        let latest: Vec<SignedCheckpoint> = self
            .witnesses
            .iter()
            .filter_map(|witness| witness.running.as_ref()?.try_get(&latest_path(ORIGIN)))
            .map(|note| SignedCheckpoint::parse(note).unwrap())
            .collect();
        assert!(!latest.is_empty());
        both.iter().position(|has| *has)
    }
}

#[test]
fn a_fork_never_gets_the_quorum_that_the_ledger_has() {
    let templates = Templates::new();
    let templates = &templates;
    let won: Vec<Option<usize>> = std::thread::scope(|scope| {
        let run = |number: u64| {
            let mut dice = Random::new(number);
            let mut scene = Scene::new(templates);
            (0..STEPS).for_each(|_| scene.step(&mut dice));
            scene.end(number)
        };
        let threads = [0, 1].map(|thread| scope.spawn(move || (thread..RUNS).step_by(2).map(run).collect::<Vec<_>>()));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(won.len() as u64, RUNS);
    // The runs do reach what is ruled out: a quorum is had, by one side here and by the other there.
    assert!(won.contains(&Some(0)) && won.contains(&Some(1)), "{won:?}");
}
