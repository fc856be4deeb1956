//! Who finds what: every kind of row and file of a ledger is changed in every way, and each who could notice is asked.
//!
//! The table in docs/security.md is what the campaign finds; `SNAPSHOTS=overwrite` writes it anew. All changes are made past
//! every check, with the database's own checksums in order, as an operator with the right tools would.

mod campaign;
mod finders;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use notarium::evidence::Role;
use notarium::keyfile;
use notarium::ledger::Receipt;
use notarium::merkle::LeafIndex;
use notarium::note::SignatureLine;
use notarium::store::{Cosignatures, Reader};
use notarium::trust::{Policy, PosixTime, sign_cosignature};
use notarium::witness::Cosigner;
use tempfile::TempDir;

use crate::follow::ledger_vkey;
use crate::founded::{Open, copy_folder, evidence, found, signed, statement, time};
use crate::registry::{ALWAYS, enrol};
use crate::samples::{key_from, ledger_key, registrar_key, submitter_key};
use crate::witness::{make_witness, open_witness};

/// Entries of the ledger.
const SIZE: u64 = 275;
/// The entry that is tampered with, and that a client has a receipt of.
const TARGET: u64 = 5;

/// A ledger with a row in every column, its copy of yesterday, and all who have seen it.
struct Scene {
    room: TempDir,
    directory: PathBuf,
    yesterday: PathBuf,
    /// A mirror, and what an outside auditor keeps, of today.
    mirror: PathBuf,
    state: PathBuf,
    /// What a server of today serves, as files.
    export: PathBuf,
    witness: Cosigner,
    receipts: Vec<Receipt>,
    next: std::cell::Cell<u32>,
}

impl Scene {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let path = |name: &str| room.path().join(name);
        let (directory, yesterday) = (path("today"), path("yesterday"));
        found(&directory);
        keyfile::write_new(&directory.join("ledger.key"), &ledger_key(), None).unwrap();
        fs::write(directory.join("policy"), Policy::for_log(&ledger_vkey(), None).unwrap().as_bytes()).unwrap();
        begin(&directory);
        copy_folder(&directory, &yesterday);
        go_on(&directory, 0);
        let receipts = [0, 1, TARGET, 6, 100, 255, 256, 270, SIZE - 1];
        let reader = Open::new(&directory).reader;
        let receipts = receipts.map(|index| reader.receipt(LeafIndex::new(index)).unwrap().unwrap()).to_vec();
        drop(reader);
        make_witness(&path("witness"), &[ledger_vkey()]);
        let witness = open_witness(&path("witness"), "witness.example/w", key_from(0x77));
        let (mirror, state, export) = (path("mirror"), path("state"), path("export"));
        let scene = Self { directory, yesterday, mirror, state, export, witness, receipts, next: 0.into(), room };
        scene.show();
        scene
    }

    /// Everyone sees the ledger as it is.
    fn show(&self) {
        let out = finders::exported(self, &self.directory).unwrap();
        copy_folder(&out, &self.export);
        assert_eq!(finders::program(&["mirror", text(&out), text(&self.mirror)]), 0);
        assert_eq!(finders::program(&["audit", text(&out), "--state", text(&self.state)]), 0);
        assert!(!finders::witness_refuses(self, &self.directory));
    }

    /// A path that nothing is at.
    fn path(&self, name: &str) -> PathBuf {
        self.next.set(self.next.get() + 1);
        self.room.path().join(format!("{name}-{}", self.next.get()))
    }

    /// The ledger again, to be tampered with.
    fn copy(&self) -> PathBuf {
        let to = self.path("copy");
        copy_folder(&self.directory, &to);
        to
    }
}

/// The entries of yesterday: evidence, a version that continues another, two enrolments.
fn begin(directory: &Path) {
    let mut ledger = Open::new(directory);
    ledger.grow(4);
    let genesis = *ledger.reader.genesis();
    let enrolled = |key: &_, role| enrol(&genesis, &ledger_key(), key, role, ALWAYS).verify().unwrap();
    let mut later = evidence("a later version", 5);
    later.continues = Some(statement(3).id());
    ledger.admit(vec![signed(later, &submitter_key()), enrolled(&registrar_key(), Role::Registrar)]);
    let mut latest = evidence("a version after that", 6);
    latest.continues = Some(statement(2).id());
    ledger.admit(vec![signed(latest, &submitter_key()), enrolled(&key_from(0x61), Role::Registrar)]);
    cosign(&ledger.reader);
}

/// The entries of today; other ones with another `salt`.
fn go_on(directory: &Path, salt: u64) {
    let mut ledger = Open::new(directory);
    while ledger.size() < SIZE - 3 {
        let size = ledger.size();
        ledger.admit((size..(size + 140).min(SIZE - 3)).map(|n| statement(n + salt)).collect());
    }
    cosign(&ledger.reader);
    for n in SIZE - 3..SIZE {
        ledger.admit(vec![statement(n + salt)]);
    }
    ledger.writer.flush().unwrap();
}

/// A witness's cosignature of the newest tree.
fn cosign(reader: &Reader) {
    let checkpoint = reader.checkpoint().unwrap();
    let key = key_from(0x77);
    let now = PosixTime::from_seconds(time(0).millis() / 1000).unwrap();
    let name = "witness.example/w".parse().unwrap();
    let line: SignatureLine = sign_cosignature(checkpoint.note().text(), now, &name, &key);
    Cosignatures::of(reader).put(checkpoint.head().size, &key.public(), &line).unwrap();
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
