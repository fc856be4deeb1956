//! A ledger of a test's own, grown through the real planner, writer and signer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use notarium::codec::Time;
use notarium::crypto::{DualHasher, SigningKey};
use notarium::evidence::{Admission, Body, Evidence, Fingerprint, Genesis, SignedStatement, VerifiedStatement};
use notarium::ledger::{Appender, Batch, genesis};
use notarium::merkle::{Hash, TreeSize, leaf_hash, node_hash};
use notarium::store::{Founding, Memory, OpenError, OpenOptions, Opened, Published, Reader, Writer, open};
use notarium::trust::{Origin, SignedCheckpoint};
use tempfile::TempDir;

use crate::samples;

/// When the ledger of a test is founded: 2026-11-23T08:50:00Z.
pub(crate) const FOUNDED: u64 = 1_795_423_800_000;

pub(crate) fn origin() -> Origin {
    "ledger.example/test".parse().unwrap()
}

pub(crate) fn time(millis_later: u64) -> Time {
    Time::from_millis(FOUNDED + millis_later).unwrap()
}

/// What a test deposits: a text, and a number that makes the statement its own.
pub(crate) fn evidence(text: &str, nonce: u64) -> Evidence {
    let mut hasher = DualHasher::new();
    hasher.update(text.as_bytes());
    Evidence {
        fingerprint: Fingerprint::plain(&hasher.finish()),
        claimed_time: Time::NOT_STATED,
        continues: None,
        details: None,
        nonce: u128::from(nonce).to_be_bytes(),
    }
}

pub(crate) fn signed(body: Evidence, key: &SigningKey) -> VerifiedStatement {
    SignedStatement::sign(&Body::Evidence(body), key).unwrap().verify().unwrap()
}

/// The nth statement of a test: each with evidence of its own.
pub(crate) fn statement(n: u64) -> VerifiedStatement {
    signed(evidence(&format!("evidence {n}"), n), &samples::submitter_key())
}

pub(crate) fn genesis_batch() -> Batch {
    let body = Genesis { origin: origin(), admission: Admission::Open };
    genesis(body, &samples::ledger_key(), time(0)).unwrap()
}

/// Small, since tests open hundreds of ledgers.
pub(crate) fn memory() -> Memory {
    Memory { block_cache: 8 << 20, write_buffers: 4 << 20 }
}

pub(crate) fn options() -> OpenOptions {
    OpenOptions { memory: memory(), key: Some(samples::ledger_key().public()), ..OpenOptions::default() }
}

/// Makes a ledger with its genesis entry in a folder.
pub(crate) fn found(directory: &Path) -> SignedCheckpoint {
    let founding = Founding::begin(directory).unwrap();
    founding.finish(genesis_batch(), &samples::ledger_key(), memory()).unwrap()
}

/// A folder with a ledger in it, gone at the end of the test.
pub(crate) fn founded() -> (TempDir, PathBuf) {
    let room = tempfile::tempdir().unwrap();
    let directory = room.path().join("ledger");
    found(&directory);
    (room, directory)
}

/// An open ledger with whoever plans, commits and signs.
pub(crate) struct Open {
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    pub(crate) appender: Appender,
    pub(crate) last: Arc<SignedCheckpoint>,
}

impl Open {
    pub(crate) fn new(directory: &Path) -> Self {
        Self::with(open(directory, &options()).unwrap())
    }

    pub(crate) fn with(opened: Opened) -> Self {
        let Opened { mut writer, reader, appender, .. } = opened;
        let last = writer.publish_stored(&samples::ledger_key()).unwrap();
        Self { writer, reader, appender, last }
    }

    pub(crate) fn size(&self) -> u64 {
        self.reader.head().size.get()
    }

    /// Admits the statements in one batch.
    pub(crate) fn admit(&mut self, statements: Vec<VerifiedStatement>) -> Published {
        let batch = self.appender.plan(time(self.size()), statements).unwrap();
        let next = batch.next();
        let committed = self.writer.commit(batch, &self.last).unwrap();
        let published = self.writer.publish(committed.sign(&samples::ledger_key())).unwrap();
        self.appender = next;
        self.last = Arc::clone(published.checkpoint());
        published
    }

    /// Admits the next `count` statements in one batch.
    pub(crate) fn grow(&mut self, count: u64) -> Published {
        let size = self.size();
        self.admit((size..size + count).map(statement).collect())
    }
}

/// Opens a ledger that must refuse, and says why.
pub(crate) fn refusal(directory: &Path) -> OpenError {
    refusal_with(directory, &options())
}

pub(crate) fn refusal_with(directory: &Path, options: &OpenOptions) -> OpenError {
    match open(directory, options) {
        Ok(opened) => panic!("it opened, with {} entries", opened.reader.head().size),
        Err(error) => error,
    }
}

/// An error and its causes, in one line.
pub(crate) fn words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What a ledger must be, by definition: its entries, and the tree over them word for word from RFC 6962 section 2.1.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
}

impl Model {
    pub(crate) fn push(&mut self, entry: &[u8]) {
        self.entries.push(entry.to_vec());
        self.leaves.push(leaf_hash(entry));
    }

    pub(crate) fn extend(&mut self, published: &Published) {
        for entry in published.batch().entries() {
            self.push(entry.bytes());
        }
    }

    pub(crate) fn size(&self) -> TreeSize {
        TreeSize::new(self.entries.len() as u64).unwrap()
    }

    pub(crate) fn root(&self, size: usize) -> Hash {
        mth(&self.leaves[..size])
    }

    pub(crate) fn leaf(&self, index: usize) -> &Hash {
        &self.leaves[index]
    }
}

fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// The database itself, past everything that guards it: for tests that damage it.
pub(crate) fn raw(directory: &Path) -> rocksdb::DB {
    let path = directory.join("db");
    let mut options = rocksdb::Options::default();
    let columns = rocksdb::DB::list_cf(&options, &path).unwrap();
    options.set_wal_recovery_mode(rocksdb::DBRecoveryMode::AbsoluteConsistency);
    rocksdb::DB::open_cf(&options, path, columns).unwrap()
}

/// Copies a folder as it is. What has it open may delete a file meanwhile that it no longer needs: then the copy is made again.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    assert!(from.is_dir(), "{}", from.display());
    while let Err(error) = try_copy(from, to) {
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "{}: {error}", from.display());
        fs::remove_dir_all(to).unwrap();
    }
}

fn try_copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        let target = to.join(file.file_name());
        if file.file_type()?.is_dir() {
            try_copy(&file.path(), &target)?;
        } else {
            fs::copy(file.path(), &target)?;
        }
    }
    Ok(())
}
